"""What the command line's tests share: a home with nothing in it, a workout of a minute, and one command with what it said."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from treadctl.cli import run_command

FAST = ("--mock", "--arm", "--time-scale", "1000")
SHORT = """\
title: Short
for: a test
steps:
  - warm-up: 20 s
    speed: walk
  - decline: 30 s
    grade: -2
    speed: walk
  - cool-down: 15 s
    speed: walk
"""


def at_home(folder: Path) -> dict[str, str]:
    """The environment of somebody who lives in that folder and nowhere else."""
    names = ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
    kept = {name: value for name, value in os.environ.items() if name != "TREADCTL_PROFILE"}
    return kept | {name: str(folder) for name in names}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, and nobody at the keyboard."""
    for name, value in at_home(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("TREADCTL_PROFILE", raising=False)
    with Path(os.devnull).open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        yield tmp_path


@pytest.fixture
def short(home: Path) -> str:
    """A workout of a minute."""
    path = home / "short.yaml"
    path.write_text(SHORT)
    return str(path)


def treadctl(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command, in this process."""
    capsys.readouterr()
    code = run_command(arguments)
    said = capsys.readouterr()
    return code, said.out, said.err


def json_lines(text: str) -> list[dict[str, Any]]:
    """Each line as JSON, without the numbers that JSON has not."""

    def never(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return [json.loads(line, parse_constant=never) for line in text.splitlines()]


def journal_of(home: Path) -> Path:
    """The one session recorded there."""
    (found,) = (home / "treadctl" / "journals").glob("*.jsonl")
    return found
