"""From what a treadmill lets us read to the `Machine` that the engine knows. Ranges belong to a session: read on each connect."""

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
from treadctl.safety import FASTEST, FLAT, Deck
from treadctl.units import LEVEL, Grade, Speed

TO_READ: Final = (FITNESS_MACHINE_FEATURE, SUPPORTED_SPEED_RANGE, SUPPORTED_INCLINATION_RANGE)
"""What is read after each connect, before anything is commanded."""
UNKNOWN_BELT: Final = (Speed(100), Speed(1200), 10)
"""A belt whose range is missing or nonsense is taken for a modest one: 1.0 … 12.0 km/h. Ours."""


def machine(name: str, address: str, values: Mapping[int, bytes], offset: Grade = LEVEL) -> Machine:
    """Belt and deck as reported. `values` holds what could be read of TO_READ; `offset` is how this deck stands on the floor.

    A deck without a usable range, or without the inclination target bit, cannot be commanded (FTMS v1.0 §4.3). Raises
    ValueError when the offset leaves the deck nowhere legal to be.
    """
    slowest, fastest, step = _belt(values)
    return Machine(name, slowest, fastest, step, _deck(values, offset), address)


def _belt(values: Mapping[int, bytes]) -> tuple[Speed, Speed, int]:
    try:
        found = ranges.decode_speed_range(values.get(SUPPORTED_SPEED_RANGE, b""))
    except ProtocolError:
        return UNKNOWN_BELT
    if not found.usable or not 0 < found.slowest < FASTEST:
        return UNKNOWN_BELT
    return found.slowest, min(found.fastest, FASTEST), found.step


def _deck(values: Mapping[int, bytes], offset: Grade) -> Deck:
    try:
        found = ranges.decode_inclination_range(values.get(SUPPORTED_INCLINATION_RANGE, b""))
        commanded = feature.decode(values.get(FITNESS_MACHINE_FEATURE, b"")).inclination_target
    except ProtocolError:
        return _fixed(offset)
    if not found.usable or not commanded:
        return _fixed(offset)
    return Deck(found.lowest, found.highest, found.step, offset)


def _fixed(offset: Grade) -> Deck:
    """A deck that cannot be commanded stands as it stands: propped, if it is."""
    return replace(FLAT, offset=offset)
