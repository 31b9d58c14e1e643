"""Service Data of an advertising fitness machine (FTMS v1.0 §3.1): available or not, and of which kind.

A mere "should" (FTMP v1.0 §3.1.1.5): it may name a treadmill, but its absence says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

from treadctl.ftms.errors import at_least

_AVAILABLE: Final = 0x01


class MachineType(IntFlag):
    """Kinds of machine (FTMS v1.0 §3.1); bits that the standard reserves are kept."""

    TREADMILL = 1 << 0
    CROSS_TRAINER = 1 << 1
    STEP_CLIMBER = 1 << 2
    STAIR_CLIMBER = 1 << 3
    ROWER = 1 << 4
    INDOOR_BIKE = 1 << 5


@dataclass(frozen=True, slots=True)
class ServiceData:
    """What stands behind the UUID 0x1826 in an advertisement."""

    available: bool
    machine: MachineType

    @property
    def is_treadmill(self) -> bool:
        """Whether it says that it is a treadmill."""
        return MachineType.TREADMILL in self.machine


def encode(service_data: ServiceData) -> bytes:
    """The 3 octets behind the UUID."""
    return bytes((_AVAILABLE if service_data.available else 0,)) + service_data.machine.to_bytes(2, "little")


def decode(payload: bytes) -> ServiceData:
    """Read the octets behind the UUID."""
    at_least(3, payload, "FTMS service data")
    return ServiceData(payload[0] & _AVAILABLE != 0, MachineType(int.from_bytes(payload[1:3], "little")))
