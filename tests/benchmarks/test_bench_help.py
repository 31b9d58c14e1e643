"""How long `treadctl --help` takes, beside a Python that does nothing. Printed, never asserted."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

ROUNDS = 5

pytestmark = pytest.mark.benchmark


def seconds(*arguments: str) -> float:
    """The best of a few runs: the one least disturbed by whatever else runs here."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True, timeout=60)
        times.append(time.perf_counter() - begun)
    return min(times)


def test_help_against_a_python_that_does_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    nothing, parser, ours = seconds("-c", "pass"), seconds("-c", "import cyclopts"), seconds("-m", "treadctl", "--help")
    with capsys.disabled():
        sys.stdout.write(
            f"\n  treadctl --help {ours * 1000:.0f} ms, python -c pass {nothing * 1000:.0f} ms: "
            f"{ours / nothing:.1f} times as long (importing cyclopts alone: {parser / nothing:.1f} times)\n"
        )
