"""A program that is killed while its lost link is made again: one guardian lets go, another stands by, and the belt is stopped.

Real processes, each `treadctl run` with its guardians, on the virtual radio of this one, as in `test_kill_over_the_air`.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from test_kill_over_the_air import STILL_WITHIN_S, STOP, Noting, Runner
from virtual_radio.world import World

from treadctl.clock import RunningClock
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio is for Linux")

GONE_S = 2.0
"""So long nobody can connect after the link broke."""
AFTER_S = (0.0, 0.3, 0.8, 1.1, 1.4, 1.8, 2.5, 3.2, 4.5, 6.0)
"""From the break to the kill: waiting, one letting go, another standing by, connecting, and linked again."""


class Lossy(Noting):
    """Counts the Stops that arrive, and breaks the link two seconds after the belt began to move."""

    def __init__(self, number: int) -> None:
        super().__init__(DEFAULT, seed=number, faults=[parse_fault(f"drop-link@2+{GONE_S:g}")])
        self.stops = 0

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        self.stops += payload == STOP
        super().write(uuid, payload, now)


async def killed(runner: Runner, after_s: float) -> tuple[float, int]:
    """How fast its belt was when the program was killed, and how many Stops came."""
    treadmill = runner.treadmill
    assert isinstance(treadmill, Lossy)
    try:
        await runner.set_moving(at_the_start=True)
        await runner.until("link lost")
        await asyncio.sleep(after_s)
        assert runner.process is not None
        speed = treadmill.belt_speed
        runner.process.send_signal(signal.SIGKILL)
        async with asyncio.timeout(STILL_WITHIN_S):
            while treadmill.belt_speed > 0:  # noqa: ASYNC110 - a belt has no events
                await asyncio.sleep(0.05)
        await runner.until_the_guardian_has_seen_it()
        return speed, treadmill.stops
    finally:
        runner.end()


@pytest.mark.long
@pytest.mark.asyncio
async def test_a_program_killed_while_its_link_is_made_again_has_its_belt_stopped(
    world: World, bus_address: str, tmp_path: Path
) -> None:
    runners, peripherals = [], []
    for number in range(1, len(AFTER_S) + 1):
        address = f"F0:0D:F1:7E:58:{number:02X}"
        treadmill = Lossy(number)
        peripherals.append(OverTheAir(world.peripheral(f"mill {number}", address), treadmill, RunningClock(), f"mill {number}"))
        await peripherals[-1].start()
        home = tmp_path / str(number)
        home.mkdir()
        runners.append(Runner(address, treadmill, home))
    try:
        for runner in runners:
            runner.start(bus_address)
        fates = await asyncio.gather(*(killed(runner, after_s) for runner, after_s in zip(runners, AFTER_S, strict=True)))
    finally:
        for peripheral in peripherals:
            await peripheral.stop()
    print(
        *(
            f"killed {after_s} s after the break at {speed:.1f} km/h: {stops} Stops"
            for after_s, (speed, stops) in zip(AFTER_S, fates, strict=True)
        ),
        sep="\n",
    )
    assert all(speed > 0 and 1 <= stops <= 2 for speed, stops in fates)
