"""Whoever kills or freezes the program on a decline: the guardian's Stop reaches the treadmill, over real GATT, in time.

Each runner is a real `treadctl run` in a process of its own, armed at a terminal; its guardian is another. The treadmills are
virtual ones on the virtual radio of this process, which sees the bytes arrive. All runners run at the same time.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from command_line import at_home
from together import together
from virtual_radio.world import World

from treadctl.clock import RunningClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.workout.profile import CAUTIOUS
from treadctl.workout.profile_file import save_profile

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio is for Linux")

START, STOP = bytes.fromhex("07"), bytes.fromhex("0801")
WORKOUT = """\
title: Kill
for: a test
steps:
  - warm-up: 5 s
    speed: walk
  - decline: 120 s
    grade: -2
    speed: walk
  - cool-down: 10 s
    speed: walk
"""
READY_WITHIN_S = 180.0
"""Fifty processes on two cores take their time to start."""
GONE_WITHIN_S, FROZEN_WITHIN_S = 0.5, 3.5
"""From the death of the program to Stop at the treadmill; and from its freezing."""
STILL_WITHIN_S = 25.0
FEW, MANY, AT_ONCE = 5, 50, 10


class Noting(MockTreadmill):
    """Notes when a Start and a Stop arrive."""

    started = False
    stopped_at: float | None = None

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        self.started |= payload == START
        if payload == STOP and self.stopped_at is None:
            self.stopped_at = time.monotonic()
        super().write(uuid, payload, now)


@dataclass(slots=True)
class Fate:
    """What became of one belt: seconds from the blow to Stop at the treadmill, and to a still belt; km/h at the blow."""

    to_stop_s: float
    to_still_s: float
    speed: float


@dataclass(slots=True)
class Runner:
    """One `treadctl run` at a terminal, on one virtual treadmill."""

    address: str
    treadmill: Noting
    home: Path
    terminal: int = -1
    process: subprocess.Popen[bytes] | None = None
    said: bytearray = field(default_factory=bytearray)

    def start(self, bus_address: str) -> None:
        self.terminal, inner = os.openpty()
        os.set_blocking(self.terminal, False)
        workout = self.home / "kill.yaml"
        workout.write_text(WORKOUT)
        save_profile(replace(CAUTIOUS, chosen=True), self.home / "treadctl" / "profile.toml")
        command = [
            sys.executable,
            "-m",
            "treadctl",
            "run",
            str(workout),
            "--treadmill",
            self.address,
            "--headless",
            "--voice",
            "off",
        ]
        environment = at_home(self.home) | {"DBUS_SYSTEM_BUS_ADDRESS": bus_address, "XDG_RUNTIME_DIR": str(self.home.parent)}
        self.process = subprocess.Popen(command, stdin=inner, stdout=inner, stderr=inner, env=environment, start_new_session=True)
        os.close(inner)

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def read(self) -> str:
        with contextlib.suppress(BlockingIOError, OSError):
            while octets := os.read(self.terminal, 65536):
                self.said += octets
        return self.said.decode(errors="replace")

    async def until(self, words: str) -> None:
        async with asyncio.timeout(READY_WITHIN_S):
            while words not in self.read():
                assert self.process is not None
                assert self.process.poll() is None, self.said.decode(errors="replace")
                await asyncio.sleep(0.05)

    async def set_moving(self, at_the_start: bool) -> None:
        await self.until("legs today")
        self.type("0\n")
        await self.until("stairs")
        self.type("0\n")
        await self.until("ready")
        async with asyncio.timeout(READY_WITHIN_S):
            while not self.treadmill.started:
                self.type("a\n")
                await asyncio.sleep(0.2)
            if at_the_start:
                return
            while self.treadmill.deck_grade > -1.0:  # noqa: ASYNC110 - a deck has no events
                await asyncio.sleep(0.05)

    async def struck(self, blow: signal.Signals, rng: random.Random, *, at_the_start: bool) -> Fate:
        """On the decline; or after Start, while the belt has yet to move."""
        try:
            await self.set_moving(at_the_start)
            await asyncio.sleep(rng.uniform(0, 3))
            assert self.process is not None
            speed = self.treadmill.belt_speed
            begun = time.monotonic()
            self.process.send_signal(blow)
            async with asyncio.timeout(STILL_WITHIN_S):
                while self.treadmill.belt_speed > 0 or self.treadmill.stopped_at is None:  # noqa: ASYNC110 - nor has a belt
                    await asyncio.sleep(0.02)
            fate = Fate(self.treadmill.stopped_at - begun, time.monotonic() - begun, speed)
            await self.until_the_guardian_has_seen_it()
            return fate
        except (AssertionError, TimeoutError) as error:
            raise AssertionError(f"{self.address}: {error!r}\n{self.read()[-2000:]}\n{self.record()}") from error
        finally:
            self.end()

    async def until_the_guardian_has_seen_it(self) -> None:
        """It leaves when telemetry has shown a still belt; a treadmill that vanished before would be looked for, for minutes."""
        async with asyncio.timeout(STILL_WITHIN_S):
            while "the belt is still" not in self.record():  # noqa: ASYNC110 - nobody tells of a file
                await asyncio.sleep(0.05)

    def record(self) -> str:
        """What its guardians have written down."""
        log = self.home / "treadctl" / "log" / "guardian.log"
        return log.read_text() if log.exists() else "no guardian has begun a record"

    def end(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
            os.close(self.terminal)


@contextlib.asynccontextmanager
async def room(world: World, folder: Path, count: int, first: int) -> AsyncIterator[list[Runner]]:
    """So many treadmills on the air, each with a runner's home beside it."""
    runners: list[Runner] = []
    peripherals: list[OverTheAir] = []
    for number in range(first, first + count):
        address = f"F0:0D:F1:7E:{number >> 8:02X}:{number & 0xFF:02X}"
        treadmill = Noting(DEFAULT, seed=number)
        peripheral = OverTheAir(world.peripheral(f"mill {number}", address), treadmill, RunningClock(), f"mill {number}")
        await peripheral.start()
        peripherals.append(peripheral)
        home = folder / str(number)
        home.mkdir()
        runners.append(Runner(address, treadmill, home))
    try:
        yield runners
    finally:
        for peripheral in peripherals:
            await peripheral.stop()


async def strike(world: World, bus_address: str, folder: Path, blows: list[signal.Signals]) -> list[Fate]:
    rng = random.Random(len(blows))
    fates: list[Fate] = []
    for begin in range(0, len(blows), AT_ONCE):
        batch = blows[begin : begin + AT_ONCE]
        async with room(world, folder, len(batch), begin + 1) as runners:
            for runner in runners:
                runner.start(bus_address)
            struck = enumerate(zip(runners, batch, strict=True))
            fates += await together(runner.struck(blow, rng, at_the_start=number < 2) for number, (runner, blow) in struck)
    return fates


def told(name: str, fates: list[Fate]) -> str:
    stops = sorted(fate.to_stop_s for fate in fates)
    stills = sorted(fate.to_still_s for fate in fates)
    middle = len(fates) // 2
    speeds = f"{min(f.speed for f in fates):.1f}-{max(f.speed for f in fates):.1f} km/h"
    return (
        f"{name} x {len(fates)} at {speeds}: Stop at the treadmill after "
        f"{stops[0]:.3f} / {stops[middle]:.3f} / {stops[-1]:.3f} s, belt still after "
        f"{stills[0]:.1f} / {stills[middle]:.1f} / {stills[-1]:.1f} s (least / median / most)"
    )


async def blows_fall(world: World, bus_address: str, folder: Path, each: int) -> None:
    blows = [signal.SIGKILL, signal.SIGSTOP] * each
    fates = await strike(world, bus_address, folder, blows)
    killed, frozen = fates[0::2], fates[1::2]
    print("\n" + told("kill -9", killed) + "\n" + told("SIGSTOP", frozen))
    assert min(fate.speed for fate in fates) == 0 < max(fate.speed for fate in fates)
    assert max(fate.to_stop_s for fate in killed) <= GONE_WITHIN_S
    assert max(fate.to_stop_s for fate in frozen) <= FROZEN_WITHIN_S


@pytest.mark.asyncio
async def test_five_programs_killed_and_five_frozen_on_a_decline(world: World, bus_address: str, tmp_path: Path) -> None:
    await blows_fall(world, bus_address, tmp_path, FEW)


@pytest.mark.long
@pytest.mark.asyncio
async def test_fifty_programs_killed_and_fifty_frozen_on_a_decline(world: World, bus_address: str, tmp_path: Path) -> None:
    await blows_fall(world, bus_address, tmp_path, MANY)
