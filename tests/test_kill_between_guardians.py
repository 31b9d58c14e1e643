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
from together import together
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
AFTER_LINKED_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)
"""From the new link to the kill: discovering, reading, and between one subscription and the next."""


class Lossy(Noting):
    """Counts the Stops that arrive, and breaks the link two seconds after the belt began to move."""

    def __init__(self, number: int) -> None:
        super().__init__(DEFAULT, seed=number, faults=[parse_fault(f"drop-link@2+{GONE_S:g}")])
        self.stops = 0

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        self.stops += payload == STOP
        super().write(uuid, payload, now)


async def killed(runner: Runner, after_s: float, once_linked: bool) -> tuple[float, int]:
    """How fast its belt was when the program was killed, and how many Stops came."""
    treadmill = runner.treadmill
    assert isinstance(treadmill, Lossy)
    try:
        await runner.set_moving(at_the_start=True)
        await runner.until("link lost")
        while once_linked and not treadmill.link_up:  # noqa: ASYNC110 - nor has a link
            await asyncio.sleep(0.005)
        await asyncio.sleep(after_s)
        assert runner.process is not None
        speed = treadmill.belt_speed
        runner.process.send_signal(signal.SIGKILL)
        async with asyncio.timeout(STILL_WITHIN_S):
            while treadmill.belt_speed > 0:  # noqa: ASYNC110 - a belt has no events
                await asyncio.sleep(0.05)
        await runner.until_the_guardian_has_seen_it()
        return speed, treadmill.stops
    except (AssertionError, TimeoutError) as error:
        said = f"{error!r}, {treadmill.stops} Stops, {treadmill.belt_speed:.1f} km/h\n{runner.read()[-2000:]}\n{runner.record()}"
        raise AssertionError(f"killed after {after_s} s: {said}") from error
    finally:
        runner.end()


@pytest.mark.long
@pytest.mark.asyncio
@pytest.mark.parametrize("once_linked", [False, True])
async def test_a_program_killed_while_its_link_is_made_again_has_its_belt_stopped(
    world: World, bus_address: str, tmp_path: Path, once_linked: bool
) -> None:
    after = AFTER_LINKED_S if once_linked else AFTER_S
    runners, peripherals = [], []
    for number in range(1, len(after) + 1):
        address = f"F0:0D:F1:7E:{'59' if once_linked else '58'}:{number:02X}"  # the other test's second guardians may still look
        treadmill = Lossy(number)
        peripherals.append(OverTheAir(world.peripheral(f"mill {number}", address), treadmill, RunningClock(), f"mill {number}"))
        await peripherals[-1].start()
        home = tmp_path / str(number)
        home.mkdir()
        runners.append(Runner(address, treadmill, home))
    try:
        for runner in runners:
            runner.start(bus_address)
        fates = await together(killed(runner, after_s, once_linked) for runner, after_s in zip(runners, after, strict=True))
    finally:
        for peripheral in peripherals:
            await peripheral.stop()
    print(
        *(
            f"killed {after_s} s after the {'new link' if once_linked else 'break'} at {speed:.1f} km/h: {stops} Stops"
            for after_s, (speed, stops) in zip(after, fates, strict=True)
        ),
        sep="\n",
    )
    assert all(speed > 0 and 1 <= stops <= 2 for speed, stops in fates)
