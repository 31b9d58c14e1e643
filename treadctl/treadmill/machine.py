"""From what a treadmill lets us read, and what is known of it, to the `Machine` that the engine knows.

Ranges belong to a session: read on each connect. A profile narrows them, and never widens.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from treadctl.engine.words import Machine
from treadctl.ftms import feature, ranges
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_FEATURE,
    SUPPORTED_INCLINATION_RANGE,
    SUPPORTED_SPEED_RANGE,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.safety import FASTEST, FLAT, HARD_STOP, Deck, SpeedUnit
from treadctl.treadmill.own import OwnTreadmill
from treadctl.treadmill.profile import UNKNOWN, MachineProfile, Manner
from treadctl.units import LEVEL, Grade, Speed

TO_READ: Final = (FITNESS_MACHINE_FEATURE, SUPPORTED_SPEED_RANGE, SUPPORTED_INCLINATION_RANGE)
"""What is read after each connect, before anything is commanded."""
UNKNOWN_BELT: Final = (Speed(100), Speed(1200), 10)
"""A belt whose range is missing or nonsense is taken for a modest one: 1.0 … 12.0 km/h. Ours."""


def machine(
    name: str,
    address: str,
    values: Mapping[int, bytes],
    profile: MachineProfile = UNKNOWN,
    own: OwnTreadmill | None = None,
) -> Machine:
    """Belt and deck as reported and narrowed. `values` holds what could be read of TO_READ.

    A deck without a usable range, or without the inclination target bit where no profile knows better, cannot be commanded
    (FTMS v1.0 §4.3). Raises ValueError when the offset leaves the deck nowhere legal to be.
    """
    slowest, fastest, step = _belt(values, profile, manner(profile, own).unit)
    measured = None if own is None else own.deck_rate
    return Machine(
        name,
        slowest,
        fastest,
        step,
        _deck(values, profile, own),
        address,
        warnings=profile.warnings,
        deck_rate=profile.deck_rate if measured is None else measured,
        unit_in_doubt=own is None or own.speed_told is None,
    )


def manner(profile: MachineProfile, own: OwnTreadmill | None) -> Manner:
    """How to talk to it: as the profile says, but for what was found out about this one."""
    if own is None:
        return profile.manner
    return replace(profile.manner, unit=own.speed_unit or profile.manner.unit, told=own.speed_told or profile.manner.told)


def _belt(values: Mapping[int, bytes], profile: MachineProfile, unit: SpeedUnit) -> tuple[Speed, Speed, int]:
    slowest, fastest, step = _belt_as_told(values)
    slowest = max(slowest, profile.slowest or slowest, Speed(unit.means(1)))
    fastest = min(fastest, profile.fastest or fastest)
    return slowest, max(slowest, fastest), max(step, profile.speed_step or step)


def _belt_as_told(values: Mapping[int, bytes]) -> tuple[Speed, Speed, int]:
    try:
        found = ranges.decode_speed_range(values.get(SUPPORTED_SPEED_RANGE, b""))
    except ProtocolError:
        return UNKNOWN_BELT
    if not found.usable or not 0 < found.slowest < FASTEST:
        return UNKNOWN_BELT
    return found.slowest, min(found.fastest, FASTEST), found.step


def _deck(values: Mapping[int, bytes], profile: MachineProfile, own: OwnTreadmill | None) -> Deck:
    offset = LEVEL if own is None else own.offset
    reach = None if profile.commanded is False else _reach(values, profile)
    if reach is None:
        return replace(FLAT, offset=offset)  # cannot be commanded, and stands as it stands: propped, if it is
    proven = profile.proven if own is None or own.proven is None else own.proven
    return Deck(*reach, offset, profile.manner.readback, proven)


def _reach(values: Mapping[int, bytes], profile: MachineProfile) -> tuple[Grade, Grade, int] | None:
    """From where to where and in what steps a deck may be asked to go; None where there is nothing to choose from."""
    try:
        found = ranges.decode_inclination_range(values.get(SUPPORTED_INCLINATION_RANGE, b""))
        commanded = feature.decode(values.get(FITNESS_MACHINE_FEATURE, b"")).inclination_target
    except ProtocolError:
        return None
    if not found.usable or not (commanded or profile.commanded):
        return None
    step, begin = found.step, int(found.lowest)
    if profile.grade_step is not None and profile.grade_step > step:
        step, begin = profile.grade_step, -(-found.lowest // profile.grade_step) * profile.grade_step
    deepest = _deepest(profile)
    lowest = begin if deepest is None else max(begin, begin - (begin - deepest) // step * step)
    highest = found.highest if profile.highest is None else min(found.highest, profile.highest)
    return (Grade(lowest), Grade(highest), step) if lowest + step <= highest else None


def _deepest(profile: MachineProfile) -> Grade | None:
    """The profile's own, and nothing at which a readback that is off downward would tell of more than the hard stop."""
    off_by = min(LEVEL, profile.manner.readback_offset) if profile.manner.readback else LEVEL
    if not off_by:
        return profile.lowest
    told = Grade(HARD_STOP - off_by)
    return told if profile.lowest is None else max(told, profile.lowest)
