"""Whoever kills `treadctl probe --walk-deck` in the middle of a walk ends the walk: nothing more is written, and the deck stays.

The program and its guardian are real processes; the treadmill is on the virtual radio of this one, which sees each octet.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import at_home
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio is for Linux")

ADDRESS = "F0:0D:F1:7E:57:01"
WITHIN_S = 60.0
SPEED_UP = 4.0


class Noting(MockTreadmill):
    """Keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__(DEFAULT)
        self.written: list[bytes] = []

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        self.written.append(payload)
        super().write(uuid, payload, now)


class Walk:
    """The command at a terminal."""

    def __init__(self, home: Path, bus_address: str) -> None:
        self.home = home
        self.terminal, inner = os.openpty()
        os.set_blocking(self.terminal, False)
        self.said = b""
        environment = at_home(home) | {"DBUS_SYSTEM_BUS_ADDRESS": bus_address, "XDG_RUNTIME_DIR": str(home)}
        command = [sys.executable, "-m", "treadctl", "probe", ADDRESS, "--seconds", "1", "--walk-deck"]
        self.process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True)
        os.close(inner)

    async def until(self, words: bytes) -> None:
        async with asyncio.timeout(WITHIN_S):
            while words not in self.said:
                with contextlib.suppress(BlockingIOError, OSError):
                    self.said += os.read(self.terminal, 65536)
                assert self.process.poll() is None, self.said.decode(errors="replace")
                await asyncio.sleep(0.05)

    def guardian(self) -> list[int]:
        """The guardians that this command has started, by what it says of itself and of its parent."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (
                    str(self.home).encode() in (folder / "environ").read_bytes()
                    and b"cli.guardian" in (folder / "cmdline").read_bytes()
                ):
                    found.append(int(folder.name))
        return found

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.terminal)


@pytest.mark.asyncio
async def test_a_walk_that_is_killed_leaves_a_still_belt_a_deck_that_stays_and_nothing_more_written(
    world: World, bus_address: str, tmp_path: Path
) -> None:
    treadmill = Noting()
    peripheral = OverTheAir(world.peripheral("mill", ADDRESS), treadmill, PacedClock(SPEED_UP), "mill")
    await peripheral.start()
    walk = Walk(tmp_path, bus_address)
    try:
        await walk.until(b"To go on, type:")
        os.write(walk.terminal, b"nobody is on the belt\n")
        async with asyncio.timeout(WITHIN_S):
            while treadmill.deck_grade > -2.0:
                await walk.until(b"asked for")
                await asyncio.sleep(0.05)
        (guardian,) = walk.guardian()
        assert guardian != walk.process.pid, "it goes by a guardian"
        walk.process.send_signal(signal.SIGKILL)
        before = list(treadmill.written)
        async with asyncio.timeout(WITHIN_S):
            while treadmill.link_up or walk.guardian():  # noqa: ASYNC110 - nobody tells of a process that ends
                await asyncio.sleep(0.05)
        asked = int.from_bytes(before[-1][1:], "little", signed=True)
        await asyncio.sleep(0.5)  # and nothing comes late
        assert treadmill.written == before
        assert before[-1][0] == 0x03
        assert treadmill.belt_speed == 0
        assert -0.1 <= treadmill.deck_grade - asked / 10 < 2.1, "where it was asked to, or on its way there; nobody levelled it"
        log = tmp_path / "treadctl" / "log" / "guardian.log"
        assert not log.exists() or "Stop" not in log.read_text()
    finally:
        walk.end()
        await peripheral.stop()
