"""The parameter behind an op code, read alike in the Control Point (FTMS v1.0 table 4.15) and in Status (table 4.26)."""

from __future__ import annotations

from enum import Enum, IntEnum

from treadctl.ftms.assigned import named
from treadctl.units import Grade, Speed


class StopOrPause(IntEnum):
    """What op code 08 asks for and status 02 tells."""

    STOP = 0x01
    PAUSE = 0x02


Value = Speed | Grade | StopOrPause | int
"""In wire units; a plain int is a stop-or-pause number that the standard reserves."""


class Kind(Enum):
    """Which parameter an op code takes."""

    SPEED = "u16, 0.01 km/h"
    GRADE = "s16, 0.1 %"
    STOP_OR_PAUSE = "u8"


def split(kind: Kind | None, octets: bytes) -> tuple[Value | None, bytes]:
    """The parameter, and the octets that are not part of it; None and all of them where there are too few."""
    if kind is Kind.STOP_OR_PAUSE and octets:
        return named(StopOrPause, octets[0]), octets[1:]
    if kind is Kind.SPEED and len(octets) >= 2:
        return Speed(int.from_bytes(octets[:2], "little")), octets[2:]
    if kind is Kind.GRADE and len(octets) >= 2:
        return Grade(int.from_bytes(octets[:2], "little", signed=True)), octets[2:]
    return None, octets


def join(value: Value | None, rest: bytes = b"") -> bytes:
    """The octets of a parameter and whatever stands behind it."""
    match value:
        case None:
            return rest
        case Speed():
            return value.to_bytes(2, "little") + rest
        case Grade():
            return value.to_bytes(2, "little", signed=True) + rest
        case _:
            return value.to_bytes(1, "little") + rest
