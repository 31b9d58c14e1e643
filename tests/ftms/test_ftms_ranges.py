"""Supported ranges: read as said, however strange, and judged by `usable`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.ranges import (
    InclinationRange,
    SpeedRange,
    decode_inclination_range,
    decode_speed_range,
    encode_inclination_range,
    encode_speed_range,
)
from treadctl.units import Grade, Speed

DECLINE_DECK = bytes.fromhex("9cff96000500")


def test_a_deck_from_minus_ten_to_fifteen() -> None:
    deck = decode_inclination_range(DECLINE_DECK)
    assert deck == InclinationRange(Grade(-100), Grade(150), 5)
    assert type(deck.lowest) is type(deck.highest) is Grade
    assert deck.usable
    assert encode_inclination_range(deck) == DECLINE_DECK


def test_a_belt_from_half_to_eighteen() -> None:
    belt = decode_speed_range(bytes.fromhex("320008070a00"))
    assert belt == SpeedRange(Speed(50), Speed(1800), 10)
    assert type(belt.slowest) is type(belt.fastest) is Speed
    assert belt.usable


@pytest.mark.parametrize("octets", ["000000000000", "640032000500", "320032000a00", "320064000000"])
def test_zeros_upside_down_and_no_step_are_read_and_not_usable(octets: str) -> None:
    assert not decode_speed_range(bytes.fromhex(octets)).usable
    assert not decode_inclination_range(bytes.fromhex(octets)).usable


def test_a_step_is_never_negative() -> None:
    assert decode_inclination_range(bytes.fromhex("9cff9600ffff")).step == 65535


@given(st.binary(min_size=6, max_size=6), st.binary(max_size=4))
def test_all_octets_go_both_ways_and_surplus_ones_are_ignored(octets: bytes, surplus: bytes) -> None:
    assert encode_speed_range(decode_speed_range(octets + surplus)) == octets
    assert encode_inclination_range(decode_inclination_range(octets + surplus)) == octets


@pytest.mark.parametrize("length", range(6))
def test_too_short_is_a_protocol_error(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode_speed_range(bytes(length))
    with pytest.raises(ProtocolError):
        decode_inclination_range(bytes(length))
