"""Numbers that the Bluetooth SIG assigned (Assigned Numbers 2025-02-11), and their 128-bit form (Core Specification)."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Final, TypeVar

FITNESS_MACHINE_SERVICE: Final = 0x1826
FITNESS_MACHINE_FEATURE: Final = 0x2ACC
TREADMILL_DATA: Final = 0x2ACD
TRAINING_STATUS: Final = 0x2AD3
SUPPORTED_SPEED_RANGE: Final = 0x2AD4
SUPPORTED_INCLINATION_RANGE: Final = 0x2AD5
FITNESS_MACHINE_CONTROL_POINT: Final = 0x2AD9
FITNESS_MACHINE_STATUS: Final = 0x2ADA

_SHORT = re.compile(r"0000([0-9a-f]{4})-0000-1000-8000-00805f9b34fb", re.ASCII | re.IGNORECASE)

_Named = TypeVar("_Named", bound=IntEnum)


def uuid(number: int) -> str:
    """The 128-bit form of an assigned number, as radios write it."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


def number(uuid: str) -> int | None:
    """The assigned number behind a 128-bit UUID; None for a vendor's own."""
    match = _SHORT.fullmatch(uuid)
    return int(match[1], 16) if match else None


def named(names: type[_Named], value: int) -> _Named | int:
    """A number by its name in the standard; one that the standard reserves stays as it came."""
    try:
        return names(value)
    except ValueError:
        return value
