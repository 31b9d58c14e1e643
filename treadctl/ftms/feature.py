"""Fitness Machine Feature (0x2ACC): what a machine says it can tell and be told (FTMS v1.0 tables 4.3 and 4.4).

A hint, no more: generic FitShow modules announce all there is, and NordicFTMS sends an inclination that it never announced.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag

from treadctl.ftms.errors import at_least


class Tells(IntFlag):
    """Fitness Machine Features, the first word; bits that the standard reserves are kept."""

    AVERAGE_SPEED = 1 << 0
    CADENCE = 1 << 1
    TOTAL_DISTANCE = 1 << 2
    INCLINATION = 1 << 3
    ELEVATION_GAIN = 1 << 4
    PACE = 1 << 5
    STEP_COUNT = 1 << 6
    RESISTANCE_LEVEL = 1 << 7
    STRIDE_COUNT = 1 << 8
    EXPENDED_ENERGY = 1 << 9
    HEART_RATE = 1 << 10
    METABOLIC_EQUIVALENT = 1 << 11
    ELAPSED_TIME = 1 << 12
    REMAINING_TIME = 1 << 13
    POWER = 1 << 14
    FORCE_ON_BELT = 1 << 15
    USER_DATA_RETENTION = 1 << 16


class Targets(IntFlag):
    """Target Setting Features, the second word; bits that the standard reserves are kept."""

    SPEED = 1 << 0
    INCLINATION = 1 << 1
    RESISTANCE = 1 << 2
    POWER = 1 << 3
    HEART_RATE = 1 << 4
    EXPENDED_ENERGY = 1 << 5
    STEPS = 1 << 6
    STRIDES = 1 << 7
    DISTANCE = 1 << 8
    TRAINING_TIME = 1 << 9
    TIME_IN_TWO_ZONES = 1 << 10
    TIME_IN_THREE_ZONES = 1 << 11
    TIME_IN_FIVE_ZONES = 1 << 12
    BIKE_SIMULATION = 1 << 13
    WHEEL_CIRCUMFERENCE = 1 << 14
    SPIN_DOWN = 1 << 15
    CADENCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Feature:
    """Both words."""

    tells: Tells
    targets: Targets

    @property
    def inclination_target(self) -> bool:
        """Whether it says that its inclination can be set; where not, no incline is commanded unless a profile says so."""
        return Targets.INCLINATION in self.targets


def encode(feature: Feature) -> bytes:
    """The 8 octets a machine lets read."""
    return feature.tells.to_bytes(4, "little") + feature.targets.to_bytes(4, "little")


def decode(payload: bytes) -> Feature:
    """Read the two words."""
    at_least(8, payload, "Fitness Machine Feature")
    return Feature(Tells(int.from_bytes(payload[:4], "little")), Targets(int.from_bytes(payload[4:8], "little")))
