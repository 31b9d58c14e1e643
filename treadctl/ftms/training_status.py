"""Training Status (0x2AD3): what the machine thinks it is doing, with a text (FTMS v1.0 §4.10).

KingSmith machines put their 3-2-1 start countdown into that text.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from treadctl.ftms.assigned import named
from treadctl.ftms.errors import at_least

_TEXT_PRESENT: Final = 0x01
_TEXT_EXTENDED: Final = 0x02


class Training(IntEnum):
    """The states that the standard names (FTMS v1.0 §4.10)."""

    OTHER = 0x00
    IDLE = 0x01
    WARMING_UP = 0x02
    LOW_INTENSITY_INTERVAL = 0x03
    HIGH_INTENSITY_INTERVAL = 0x04
    RECOVERY_INTERVAL = 0x05
    ISOMETRIC = 0x06
    HEART_RATE_CONTROL = 0x07
    FITNESS_TEST = 0x08
    SPEED_TOO_LOW = 0x09
    SPEED_TOO_HIGH = 0x0A
    COOL_DOWN = 0x0B
    WATT_CONTROL = 0x0C
    MANUAL_MODE = 0x0D
    PRE_WORKOUT = 0x0E
    POST_WORKOUT = 0x0F


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """One value of the characteristic. `text` is None where the flags announce none, and often empty where they do."""

    training: Training | int
    text: str | None = None
    extended: bool = False
    """The text is longer than a notification; reading the characteristic gives the whole."""

    @property
    def countdown(self) -> int | None:
        """The number shown before a start, if the text is one."""
        digits = (self.text or "").strip(" \0")
        counting = self.training == Training.PRE_WORKOUT and digits.isascii() and digits.isdecimal() and len(digits) <= 2
        return int(digits) if counting else None


def encode(status: TrainingStatus) -> bytes:
    """The octets a machine sends."""
    flags = (_TEXT_PRESENT if status.text is not None else 0) | (_TEXT_EXTENDED if status.extended else 0)
    return bytes((flags, status.training)) + (status.text or "").encode()


def decode(payload: bytes) -> TrainingStatus:
    """Read a value; octets that are no UTF-8 become replacement characters, and octets of no announced text are ignored."""
    at_least(2, payload, "Training Status")
    extended = payload[0] & _TEXT_EXTENDED != 0
    present = extended or payload[0] & _TEXT_PRESENT != 0
    text = bytes(payload[2:]).decode("utf-8", errors="replace") if present else None
    return TrainingStatus(named(Training, payload[1]), text, extended)
