"""Supported Speed Range (0x2AD4) and Supported Inclination Range (0x2AD5): three numbers each (GSS 2024 §3.211).

What a machine says here may be nonsense, all zeros (JTX Sprint 8) or depend on its mode; it is read as said, and `usable` judges.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import Final

from treadctl.ftms.errors import at_least
from treadctl.units import Grade, Speed

_SPEED: Final = Struct("<HHH")
_INCLINATION: Final = Struct("<hhH")


@dataclass(frozen=True, slots=True)
class SpeedRange:
    """What the belt does; `step` in 0.01 km/h."""

    slowest: Speed
    fastest: Speed
    step: int

    @property
    def usable(self) -> bool:
        """Whether there is anything to choose from."""
        return self.slowest < self.fastest and self.step > 0


@dataclass(frozen=True, slots=True)
class InclinationRange:
    """What the deck does, as the machine counts it; `step` in 0.1 %. A decline deck says `lowest` below zero."""

    lowest: Grade
    highest: Grade
    step: int

    @property
    def usable(self) -> bool:
        """Whether there is anything to choose from."""
        return self.lowest < self.highest and self.step > 0


def encode_speed_range(belt: SpeedRange) -> bytes:
    """The 6 octets a machine lets read."""
    return _SPEED.pack(belt.slowest, belt.fastest, belt.step)


def decode_speed_range(payload: bytes) -> SpeedRange:
    """Read 0x2AD4."""
    at_least(6, payload, "Supported Speed Range")
    slowest, fastest, step = _SPEED.unpack_from(payload)
    return SpeedRange(Speed(slowest), Speed(fastest), step)


def encode_inclination_range(deck: InclinationRange) -> bytes:
    """The 6 octets a machine lets read."""
    return _INCLINATION.pack(deck.lowest, deck.highest, deck.step)


def decode_inclination_range(payload: bytes) -> InclinationRange:
    """Read 0x2AD5: minimum and maximum are signed, the step is not."""
    at_least(6, payload, "Supported Inclination Range")
    lowest, highest, step = _INCLINATION.unpack_from(payload)
    return InclinationRange(Grade(lowest), Grade(highest), step)
