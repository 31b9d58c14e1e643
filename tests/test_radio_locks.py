"""Two processes never hold one treadmill, the adapter is one's at a time, and a killed process holds nothing."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from treadctl.treadmill import locks
from treadctl.treadmill.gatt import LinkError, Trouble

ADDRESS = "F0:0D:F1:7E:55:09"
HOLDER = """
import sys
from treadctl.treadmill.locks import hold
mine = hold(sys.argv[1])
print("held", flush=True)
sys.stdin.read()
"""

if sys.platform != "linux":
    pytest.skip("XDG_RUNTIME_DIR keeps these locks away from a treadmill in use on Linux only", allow_module_level=True)


@pytest.fixture(autouse=True)
def _locks_of_our_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))


@contextmanager
def another_process(address: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLDER, address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def trouble_holding(address: str) -> Trouble:
    with pytest.raises(LinkError) as error:
        locks.hold(address)
    return error.value.trouble


def test_a_treadmill_that_another_process_holds_is_in_use_until_that_is_killed() -> None:
    with another_process(ADDRESS) as process:
        assert trouble_holding(ADDRESS) is Trouble.IN_USE
        locks.hold("F0:0D:F1:7E:55:0A").release()
        process.kill()
        process.wait()
        locks.hold(ADDRESS).release()


def test_one_treadmill_has_one_holder_within_a_process_too() -> None:
    mine = locks.hold(ADDRESS)
    assert trouble_holding(ADDRESS.lower()) is Trouble.IN_USE
    mine.release()
    locks.hold(ADDRESS).release()


def test_a_mac_names_treadmills_by_uuid() -> None:
    mine = locks.hold("6E1B6F2C-0000-4B5C-9D1A-7A2F3B4C5D6E")
    assert trouble_holding("6e1b6f2c-0000-4b5c-9d1a-7a2f3b4c5d6e") is Trouble.IN_USE
    mine.release()


@pytest.mark.asyncio
async def test_turns_are_taken_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LOOK_AGAIN_S", 0.001)
    inside = most = 0

    async def one() -> None:
        nonlocal inside, most
        async with locks.turn(5.0):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            inside -= 1

    await asyncio.gather(*(one() for _ in range(10)))
    assert most == 1


@pytest.mark.asyncio
async def test_a_turn_that_does_not_come_says_who_has_it() -> None:
    async with locks.turn(1.0):
        with pytest.raises(LinkError, match="the Bluetooth adapter") as error:
            async with locks.turn(0.01):
                pass
    assert error.value.trouble is Trouble.IN_USE


@pytest.mark.asyncio
async def test_a_wait_for_a_turn_that_is_cancelled_takes_none() -> None:
    async with locks.turn(1.0):
        waiting = asyncio.create_task(locks.turn(5.0).__aenter__())
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait({waiting})
    async with locks.turn(0.0):
        pass


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "treadctl").write_text("in the way")
    with pytest.raises(LinkError, match="treadctl") as error:
        locks.hold(ADDRESS)
    assert error.value.trouble is Trouble.NO_LOCK


def test_without_a_runtime_folder_another_one_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    locks.hold("F0:0D:F1:7E:55:0B").release()
