"""Control Point: our exact octets out, every kind of answer in, and the machine's side of both."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.words import Outcome
from treadctl.ftms.control_point import (
    OpCode,
    Request,
    Response,
    Result,
    decode_request,
    decode_response,
    encode,
    encode_request,
    encode_response,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.parameter import StopOrPause, Value
from treadctl.safety import Command, Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.units import Grade, Speed


@pytest.mark.parametrize(
    ("command", "golden"),
    [
        (TakeControl(), "00"),
        (SetIncline(Grade.parse("2.5")), "031900"),
        (SetIncline(Grade.parse("-10")), "039cff"),
        (SetIncline(Grade(-1)), "03ffff"),
        (SetIncline(Grade(0)), "030000"),
        (SetSpeed(Speed.parse("10.00 km/h")), "02e803"),
        (SetSpeed(Speed.parse("8.2 km/h")), "023403"),
        (Start(), "07"),
        (Stop(), "0801"),
        (Pause(), "0802"),
    ],
)
def test_golden_octets(command: Command, golden: str) -> None:
    assert encode(command) == bytes.fromhex(golden)


def test_every_grade_we_may_ask_for_arrives_as_it_left() -> None:
    for tenths in range(-100, 151):
        payload = encode(SetIncline(Grade(tenths)))
        assert len(payload) == 3
        assert decode_request(payload) == Request(OpCode.SET_TARGET_INCLINATION, Grade(tenths))


def test_every_speed_we_may_ask_for_arrives_as_it_left() -> None:
    for hundredths in range(1, 2501):
        payload = encode(SetSpeed(Speed(hundredths)))
        assert len(payload) == 3
        assert decode_request(payload) == Request(OpCode.SET_TARGET_SPEED, Speed(hundredths))


@pytest.mark.parametrize(
    ("written", "op", "value", "rest"),
    [
        ("00", OpCode.REQUEST_CONTROL, None, ""),
        ("01", OpCode.RESET, None, ""),
        ("07", OpCode.START_OR_RESUME, None, ""),
        ("0701", OpCode.START_OR_RESUME, None, "01"),
        ("0801", OpCode.STOP_OR_PAUSE, StopOrPause.STOP, ""),
        ("0802", OpCode.STOP_OR_PAUSE, StopOrPause.PAUSE, ""),
        ("0803", OpCode.STOP_OR_PAUSE, 3, ""),
        ("08", OpCode.STOP_OR_PAUSE, None, ""),
        ("02e803", OpCode.SET_TARGET_SPEED, Speed(1000), ""),
        ("02e80300", OpCode.SET_TARGET_SPEED, Speed(1000), "00"),
        ("02e8", OpCode.SET_TARGET_SPEED, None, "e8"),
        ("039cff", OpCode.SET_TARGET_INCLINATION, Grade(-100), ""),
        ("03", OpCode.SET_TARGET_INCLINATION, None, ""),
        ("0500ff", OpCode.SET_TARGET_POWER, None, "00ff"),
        ("7f11", 0x7F, None, "11"),
    ],
)
def test_a_machine_reads_any_write(written: str, op: int, value: Value | None, rest: str) -> None:
    request = decode_request(bytes.fromhex(written))
    assert request == Request(op, value, bytes.fromhex(rest))
    assert type(request.value) is type(value)


@given(st.binary(min_size=1, max_size=20))
def test_no_octet_of_a_request_is_lost(written: bytes) -> None:
    assert encode_request(decode_request(written)) == written


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (1, Outcome.ACCEPTED),
        (2, Outcome.NOT_SUPPORTED),
        (3, Outcome.INVALID),
        (4, Outcome.FAILED),
        (5, Outcome.NOT_PERMITTED),
        (0, Outcome.FAILED),
        (6, Outcome.FAILED),
        (255, Outcome.FAILED),
    ],
)
def test_only_one_result_is_success_and_unknown_ones_are_failures(result: int, outcome: Outcome) -> None:
    response = decode_response(bytes((0x80, 0x03, result)))
    assert response.op is OpCode.SET_TARGET_INCLINATION
    assert response.result == result
    assert response.outcome is outcome


@given(st.integers(0, 255), st.integers(0, 255), st.binary(max_size=17))
def test_every_answer_goes_both_ways(op: int, result: int, parameter: bytes) -> None:
    octets = bytes((0x80, op, result)) + parameter
    assert decode_response(octets) == Response(op, result, parameter)
    assert encode_response(decode_response(octets)) == octets


def test_known_numbers_have_names_and_unknown_ones_stay_numbers() -> None:
    assert type(decode_response(b"\x80\x02\x01").result) is Result
    assert type(decode_response(b"\x80\x02\x06").result) is int
    assert type(decode_response(b"\x80\x77\x01").op) is int


@pytest.mark.parametrize("octets", ["", "80", "8000", "000001", "7f0001"])
def test_what_is_no_answer_is_a_protocol_error(octets: str) -> None:
    with pytest.raises(ProtocolError):
        decode_response(bytes.fromhex(octets))


def test_an_empty_write_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        decode_request(b"")
