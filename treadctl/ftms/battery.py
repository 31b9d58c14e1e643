"""Battery Level (0x2A19): one octet of percent (GSS 2024 §3.28)."""

from __future__ import annotations

from typing import Final

from treadctl.ftms.errors import ProtocolError, at_least

SERVICE: Final = 0x180F
LEVEL: Final = 0x2A19


def decode(payload: bytes) -> int:
    """Percent that is left; more than 100 is reserved, and no level."""
    at_least(1, payload, "Battery Level")
    if payload[0] > 100:
        raise ProtocolError(bytes(payload), "Battery Level is 0 to 100 percent")
    return payload[0]


def encode(percent: int) -> bytes:
    """The octet a sensor lets read."""
    if not 0 <= percent <= 100:
        raise ValueError(f"a battery is 0 to 100 percent full, not {percent}")
    return bytes((percent,))
