"""Fitness Machine Control Point (0x2AD9): our commands out, answers in (FTMS v1.0 §4.16, tables 4.15 and 4.24).

We encode the words of `safety.Command` and nothing else; reading a request and writing an answer is the virtual treadmill's
side. An answer of success means that the target was accepted, not that belt or deck is there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final, assert_never

from treadctl.engine.words import Outcome
from treadctl.ftms.assigned import named
from treadctl.ftms.errors import ProtocolError, at_least
from treadctl.ftms.parameter import Kind, StopOrPause, Value, join, split
from treadctl.safety import Command, Pause, SetIncline, SetSpeed, SpeedUnit, Start, Stop, TakeControl
from treadctl.units import Speed


class OpCode(IntEnum):
    """What can be asked of a machine (table 4.15)."""

    REQUEST_CONTROL = 0x00
    RESET = 0x01
    SET_TARGET_SPEED = 0x02
    SET_TARGET_INCLINATION = 0x03
    SET_TARGET_RESISTANCE = 0x04
    SET_TARGET_POWER = 0x05
    SET_TARGET_HEART_RATE = 0x06
    START_OR_RESUME = 0x07
    STOP_OR_PAUSE = 0x08
    SET_TARGETED_ENERGY = 0x09
    SET_TARGETED_STEPS = 0x0A
    SET_TARGETED_STRIDES = 0x0B
    SET_TARGETED_DISTANCE = 0x0C
    SET_TARGETED_TIME = 0x0D
    SET_TARGETED_TIME_IN_TWO_ZONES = 0x0E
    SET_TARGETED_TIME_IN_THREE_ZONES = 0x0F
    SET_TARGETED_TIME_IN_FIVE_ZONES = 0x10
    SET_INDOOR_BIKE_SIMULATION = 0x11
    SET_WHEEL_CIRCUMFERENCE = 0x12
    SPIN_DOWN_CONTROL = 0x13
    SET_TARGETED_CADENCE = 0x14
    RESPONSE_CODE = 0x80


class Result(IntEnum):
    """What a machine answers (table 4.24)."""

    SUCCESS = 0x01
    OP_CODE_NOT_SUPPORTED = 0x02
    INVALID_PARAMETER = 0x03
    OPERATION_FAILED = 0x04
    CONTROL_NOT_PERMITTED = 0x05


_KINDS: Final[dict[int, Kind]] = {
    OpCode.SET_TARGET_SPEED: Kind.SPEED,
    OpCode.SET_TARGET_INCLINATION: Kind.GRADE,
    OpCode.STOP_OR_PAUSE: Kind.STOP_OR_PAUSE,
}

_OUTCOMES: Final[dict[int, Outcome]] = {
    Result.SUCCESS: Outcome.ACCEPTED,
    Result.OP_CODE_NOT_SUPPORTED: Outcome.NOT_SUPPORTED,
    Result.INVALID_PARAMETER: Outcome.INVALID,
    Result.OPERATION_FAILED: Outcome.FAILED,
    Result.CONTROL_NOT_PERMITTED: Outcome.NOT_PERMITTED,
}


@dataclass(frozen=True, slots=True)
class Request:
    """A write to the Control Point, as a machine reads it: `value` where the op code takes one that we know."""

    op: OpCode | int
    value: Value | None = None
    rest: bytes = b""
    """Octets behind the value, or all of them when they are no value; some programs send surplus ones."""


@dataclass(frozen=True, slots=True)
class Response:
    """The indication that ends a procedure."""

    op: OpCode | int
    result: Result | int
    parameter: bytes = b""

    @property
    def outcome(self) -> Outcome:
        """The result as a session's word; a number that the standard reserves is a failure."""
        return _OUTCOMES.get(self.result, Outcome.FAILED)


def encode(command: Command, unit: SpeedUnit = SpeedUnit.KMH) -> bytes:
    """The octets to write for a command, to a machine that counts speed targets in `unit`: never faster than asked."""
    match command:
        case SetSpeed(speed):
            return encode_request(Request(OpCode.SET_TARGET_SPEED, Speed(unit.word(speed))))
        case SetIncline(grade):
            return encode_request(Request(OpCode.SET_TARGET_INCLINATION, grade))
        case TakeControl() | Start() | Stop() | Pause():
            return _WITHOUT_A_NUMBER[type(command)]
        case _:
            assert_never(command)


def encode_request(request: Request) -> bytes:
    """The octets of any request: what a foreign program may write to the virtual treadmill. Ours go through `encode`."""
    return bytes((request.op,)) + join(request.value, request.rest)


_WITHOUT_A_NUMBER: Final = {
    TakeControl: encode_request(Request(OpCode.REQUEST_CONTROL)),
    Start: encode_request(Request(OpCode.START_OR_RESUME)),
    Stop: encode_request(Request(OpCode.STOP_OR_PAUSE, StopOrPause.STOP)),
    Pause: encode_request(Request(OpCode.STOP_OR_PAUSE, StopOrPause.PAUSE)),
}


def decode_request(payload: bytes) -> Request:
    """Read a write as a machine does; an op code or parameter that makes no sense is kept, for the machine to reject."""
    at_least(1, payload, "a control point request")
    value, rest = split(_KINDS.get(payload[0]), bytes(payload[1:]))
    return Request(named(OpCode, payload[0]), value, rest)


def encode_response(response: Response) -> bytes:
    """The octets a machine indicates."""
    return bytes((OpCode.RESPONSE_CODE, response.op, response.result)) + response.parameter


def decode_response(payload: bytes) -> Response:
    """Read an indication; an unknown op code or result stays a number."""
    at_least(3, payload, "a control point response")
    if payload[0] != OpCode.RESPONSE_CODE:
        raise ProtocolError(bytes(payload), "a control point response starts with 80")
    return Response(named(OpCode, payload[1]), named(Result, payload[2]), bytes(payload[3:]))
