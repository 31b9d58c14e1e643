"""Fitness Machine Status (0x2ADA): what happened to the machine without our asking (FTMS v1.0 §4.17, table 4.26).

Not an echo of our commands: a machine need only tell its other clients what one client changed (§4.17.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from treadctl.engine.words import Event, Told
from treadctl.ftms.assigned import named
from treadctl.ftms.errors import at_least
from treadctl.ftms.parameter import Kind, StopOrPause, Value, join, split


class Status(IntEnum):
    """What can have happened (table 4.26)."""

    RESET = 0x01
    STOPPED_OR_PAUSED_BY_USER = 0x02
    STOPPED_BY_SAFETY_KEY = 0x03
    STARTED_OR_RESUMED_BY_USER = 0x04
    TARGET_SPEED_CHANGED = 0x05
    TARGET_INCLINE_CHANGED = 0x06
    TARGET_RESISTANCE_CHANGED = 0x07
    TARGET_POWER_CHANGED = 0x08
    TARGET_HEART_RATE_CHANGED = 0x09
    TARGETED_ENERGY_CHANGED = 0x0A
    TARGETED_STEPS_CHANGED = 0x0B
    TARGETED_STRIDES_CHANGED = 0x0C
    TARGETED_DISTANCE_CHANGED = 0x0D
    TARGETED_TIME_CHANGED = 0x0E
    TARGETED_TIME_IN_TWO_ZONES_CHANGED = 0x0F
    TARGETED_TIME_IN_THREE_ZONES_CHANGED = 0x10
    TARGETED_TIME_IN_FIVE_ZONES_CHANGED = 0x11
    INDOOR_BIKE_SIMULATION_CHANGED = 0x12
    WHEEL_CIRCUMFERENCE_CHANGED = 0x13
    SPIN_DOWN = 0x14
    TARGETED_CADENCE_CHANGED = 0x15
    CONTROL_PERMISSION_LOST = 0xFF


_KINDS: Final[dict[int, Kind]] = {
    Status.STOPPED_OR_PAUSED_BY_USER: Kind.STOP_OR_PAUSE,
    Status.TARGET_SPEED_CHANGED: Kind.SPEED,
    Status.TARGET_INCLINE_CHANGED: Kind.GRADE,
}

_EVENTS: Final[dict[int, Event]] = {
    Status.RESET: Event.RESET,
    Status.STOPPED_OR_PAUSED_BY_USER: Event.STOPPED,
    Status.STOPPED_BY_SAFETY_KEY: Event.SAFETY_KEY,
    Status.STARTED_OR_RESUMED_BY_USER: Event.STARTED,
    Status.TARGET_SPEED_CHANGED: Event.SPEED,
    Status.TARGET_INCLINE_CHANGED: Event.INCLINE,
    Status.CONTROL_PERMISSION_LOST: Event.CONTROL_LOST,
}


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """One notification: `value` is the changed target, or stop or pause; None where it is missing or not for us."""

    op: Status | int
    value: Value | None = None
    rest: bytes = b""
    """Octets that are no value."""


def encode(event: StatusEvent) -> bytes:
    """The octets a machine notifies."""
    return bytes((event.op,)) + join(event.value, event.rest)


def decode(payload: bytes) -> StatusEvent:
    """Read a notification; an unknown op code stays a number, and a parameter cut short leaves the event without value."""
    at_least(1, payload, "Fitness Machine Status")
    value, rest = split(_KINDS.get(payload[0]), bytes(payload[1:]))
    return StatusEvent(named(Status, payload[0]), value, rest)


def told(event: StatusEvent) -> Told | None:
    """The event as a session's word; None for what concerns no treadmill. What is not plainly a pause counts as a stop."""
    match _EVENTS.get(event.op):
        case None:
            return None
        case Event.STOPPED if event.value == StopOrPause.PAUSE:
            return Told(Event.PAUSED)
        case (Event.SPEED | Event.INCLINE) as changed:
            return Told(changed, None if event.value is None else int(event.value))
        case happened:
            return Told(happened)
