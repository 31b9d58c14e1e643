"""Which of these treadmills is lane 7? Whoever stands at it changes its speed; all in reach are listened to, round by round.

Nothing is written to any of them, no control is asked for, and none is held on to: one connection at a time, a few seconds each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from treadctl.clock import Clock
from treadctl.ftms import machine_status, treadmill_data
from treadctl.ftms.assigned import FITNESS_MACHINE_STATUS, TREADMILL_DATA
from treadctl.ftms.errors import ProtocolError
from treadctl.treadmill.gatt import LinkError, Radio
from treadctl.treadmill.listening import READ, Ear
from treadctl.treadmill.recording import Frame
from treadctl.units import Speed

LISTEN_S: Final = 2.5
"""Long enough for two readings of a treadmill that sends one a second."""
ROUNDS: Final = 6
"""Rounds after the first before it is given up: with twenty treadmills, some minutes. Ours."""
CHANGED: Final = Speed(5)
"""A step of most consoles is 0.1 km/h; half of one is a change, and rounding is none. Ours."""
_TOLD: Final = frozenset(
    {
        machine_status.Status.STARTED_OR_RESUMED_BY_USER,
        machine_status.Status.STOPPED_OR_PAUSED_BY_USER,
        machine_status.Status.TARGET_SPEED_CHANGED,
    }
)
"""What a console's keys make a treadmill say while somebody listens (FTMS v1.0 §4.17)."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was heard of one treadmill in a while. `speed` is the last one told; `key` whether a key was pressed meanwhile."""

    address: str
    name: str
    speed: Speed | None = None
    key: bool = False
    trouble: str = ""


def changed(before: Sight, now: Sight) -> bool:
    """Whether somebody has changed this belt's speed between two sights, or pressed a key during the second."""
    if now.key:
        return True
    return before.speed is not None and now.speed is not None and abs(now.speed - before.speed) >= CHANGED


async def look(address: str, radio: Radio, clock: Clock, seconds: float = LISTEN_S) -> Sight:
    """Connect to one treadmill, listen, and leave; whatever goes wrong is told in the sight."""
    frames: list[Frame] = []
    ear = Ear(radio, clock, frames.append)
    try:
        seen = await ear.open(datetime.now(UTC), leave_out=READ)
        await ear.listen(seen.offered & {TREADMILL_DATA, FITNESS_MACHINE_STATUS}, seconds)
    except LinkError as error:
        return Sight(address, address, trouble=str(error))
    finally:
        await radio.disconnect()
    return Sight(address, seen.name, _speed(frames), any(_is_key(frame) for frame in frames), ear.lost)


@dataclass(frozen=True, slots=True)
class Round:
    """One time round the room. `candidates` were changed since the first; `failed` could not be heard."""

    number: int
    candidates: tuple[Sight, ...]
    failed: tuple[Sight, ...]


async def find(
    addresses: Iterable[str],
    radio: Callable[[str], Radio],
    clock: Clock,
    tell: Callable[[Round], object],
    seconds: float = LISTEN_S,
) -> Sight | None:
    """The one treadmill whose speed somebody changed after the first round, alone in two rounds running; None without one."""
    first = [await look(address, radio(address), clock, seconds) for address in addresses]
    heard = {sight.address: sight for sight in first if not sight.trouble}
    tell(Round(0, (), tuple(sight for sight in first if sight.trouble)))
    alone = ""
    for number in range(1, ROUNDS + 1):
        sights = [await look(address, radio(address), clock, seconds) for address in heard]
        found = tuple(sight for sight in sights if not sight.trouble and changed(heard[sight.address], sight))
        tell(Round(number, found, tuple(sight for sight in sights if sight.trouble)))
        now_alone = found[0].address if len(found) == 1 else ""
        if now_alone and now_alone == alone:
            return found[0]
        alone = now_alone
    return None


def _speed(frames: list[Frame]) -> Speed | None:
    for frame in reversed(frames):
        if frame.characteristic == TREADMILL_DATA:
            try:
                speed = treadmill_data.decode(frame.octets).speed
            except ProtocolError:
                continue
            if speed is not None:
                return speed
    return None


def _is_key(frame: Frame) -> bool:
    if frame.characteristic != FITNESS_MACHINE_STATUS:
        return False
    try:
        return machine_status.decode(frame.octets).op in _TOLD
    except ProtocolError:
        return False
