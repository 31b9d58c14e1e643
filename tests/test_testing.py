"""The public face for developers: its examples run, and it needs pytest only for its fixture."""

from __future__ import annotations

import asyncio
import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

import treadctl.testing
from treadctl.testing import MakeTreadmill, MemoryRadio, PacedClock, treadmill

__all__ = ["treadmill"]  # a fixture

DOCS = Path(__file__).parent.parent / "docs" / "testing.md"


def test_the_example_in_its_docstring_runs() -> None:
    found = doctest.testmod(treadctl.testing)
    assert (found.failed, found.attempted >= 6) == (0, True)


def test_every_name_it_promises_is_there() -> None:
    assert all(hasattr(treadctl.testing, name) for name in treadctl.testing.__all__)
    asked = "MockTreadmill Preset PRESETS Fault FaultKind parse_fault Console MemoryRadio PacedClock Plan Simulation"
    assert set(asked.split()) <= set(treadctl.testing.__all__)


def test_the_fixture_makes_a_treadmill_of_each_kind_with_its_own_faults(treadmill: MakeTreadmill) -> None:
    first, second = treadmill(), treadmill("decline-6", "deck-stuck@30+20", seed=3)
    assert (first.preset.name, second.preset.name) == ("decline-10", "decline-6")
    assert first is not treadmill()


def test_the_fixture_serves_a_client_in_memory(treadmill: MakeTreadmill) -> None:
    async def whole() -> list[bytes]:
        clock = PacedClock(1000)
        radio, frames = MemoryRadio(treadmill(), clock), list[bytes]()
        await radio.connect(lambda why: None)
        await radio.subscribe(0x2ACD, lambda characteristic, octets: frames.append(octets))
        await clock.sleep(10.5)
        await radio.disconnect()
        return frames

    assert len(asyncio.run(whole())) == 10


def test_it_is_of_use_without_pytest() -> None:
    code = "import sys; sys.modules['pytest'] = None; import importlib.util as u; u.find_spec = lambda name: None"
    code += "; import treadctl.testing as t; print(t.make_treadmill('propped').preset.name, hasattr(t, 'treadmill'))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == "propped False\n"


def test_it_is_a_pytest_plugin(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text('pytest_plugins = ["treadctl.testing"]\n')
    (tmp_path / "test_mine.py").write_text("def test_it(treadmill):\n    assert treadmill().preset.name == 'decline-10'\n")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "1 passed" in done.stdout, done.stdout + done.stderr


@pytest.mark.parametrize("block", re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL))
def test_every_example_of_the_page_runs(block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that is a test module is run by pytest, any other as it stands."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "test_example.py").write_text(block)
    plugin = ["-p", "treadctl.testing", "-p", "no:cacheprovider", "-q", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", *plugin] if "def test_" in block else [sys.executable]
    done = subprocess.run([*command, "test_example.py"], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
