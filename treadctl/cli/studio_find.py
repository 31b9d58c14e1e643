"""`treadctl studio find`: which of the treadmills in reach is lane 7. It listens to each in turn and writes to none."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from treadctl.cli.errors import BadInput, Exit, tell
from treadctl.cli.scan import in_order, merged, wanted
from treadctl.clock import Clock, RunningClock
from treadctl.ftms.assigned import FITNESS_MACHINE_SERVICE
from treadctl.studio import find_lane
from treadctl.studio.find_lane import LISTEN_S, Round
from treadctl.studio.messages import MOST_LANE
from treadctl.treadmill.gatt import Heard, LinkError, Radio
from treadctl.treadmill.known import Known, known_here
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.workout.errors import printable

MOST: Final = 40
"""Treadmills that are listened to; with more a round takes minutes. Ours."""
_EACH_S: Final = 5
"""About what one takes, with its connection: for the forecast that is told."""

Listen = Callable[[Callable[[Heard], None], float, Collection[int]], Coroutine[Any, Any, None]]


def find(*, lane: int, seconds: float = 10.0) -> int:
    """Which of these treadmills is lane 7? Change the speed at its console, and this says which one it was.

    Connects to each treadmill in reach, one after the other, and only listens: nothing is written to them and no belt is moved by
    it. One that an app, a watch or another treadctl holds cannot be heard: end that first.

    Ends with 0 when one was found, 2 when the input was wrong, and 3 when none was found or Bluetooth cannot be used.

    Parameters
    ----------
    lane
        The number on the treadmill.
    seconds
        How long to listen for treadmills at the beginning.
    """
    if not 1 <= lane <= MOST_LANE:
        raise BadInput(f"--lane {lane} is not from 1 to {MOST_LANE}")
    if not 1 <= seconds <= 120:
        raise BadInput(f"--seconds {seconds:g} is not from 1 to 120")
    try:
        known = known_here()
    except MachineFileError as error:
        raise BadInput(str(error)) from error
    return asyncio.run(found(lane, seconds, known, _scan, _radio, RunningClock()))


async def _scan(hear: Callable[[Heard], None], seconds: float, services: Collection[int]) -> None:
    from treadctl.treadmill.scanning import scan  # bleak is slow to import

    await scan(hear, seconds, services)


def _radio(address: str) -> Radio:
    from treadctl.treadmill.radio import BleakRadio

    return BleakRadio(address)


async def found(
    lane: int,
    seconds: float,
    known: Known,
    listen: Listen,
    radio: Callable[[str], Radio],
    clock: Clock,
    listen_s: float = LISTEN_S,
) -> int:
    """The command, on any radio."""
    heard: dict[str, Heard] = {}
    print(f"listening for {seconds:g} s …", flush=True)
    try:
        await listen(
            lambda one: heard.update({one.address: merged(heard.get(one.address), one)}), seconds, (FITNESS_MACHINE_SERVICE,)
        )
    except LinkError as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED
    rows = [row for row in in_order(wanted(heard.values(), known, sensors=False, everything=False)) if not row.heard.connected]
    if not rows:
        print("no treadmill is heard: switch them on, wake their consoles, and end what holds them")
        return Exit.TREADMILL_FAILED
    addresses = [row.heard.address for row in rows][:MOST]
    print(
        f"{len(addresses)} in reach; hearing what each belt does now: do not touch a console for {_EACH_S * len(addresses)} s",
        flush=True,
    )
    sight = await find_lane.find(addresses, radio, clock, lambda one: _told(one, lane), listen_s)
    if sight is None:
        print("no treadmill alone did something else; walk closer, or switch the others off, and try again")
        return Exit.TREADMILL_FAILED
    print(f"\nlane {lane} is {printable(sight.name)}, {sight.address}")
    print(f"write into lane-{lane}/lane.env:  TREADMILL={sight.address}")
    return Exit.DONE


def _told(one: Round, lane: int) -> None:
    for sight in one.failed:
        print(f"  {sight.address} cannot be heard: {sight.trouble}")
    if one.number == 0:
        print(
            f"\nnow, with nobody on the belt: press START at the console of lane {lane}, or speed + if it runs, and leave it so",
            flush=True,
        )
    elif not one.candidates:
        print("  nothing yet", flush=True)
    else:
        print(f"  changed: {', '.join(f'{printable(sight.name)} {sight.address}' for sight in one.candidates)}", flush=True)
