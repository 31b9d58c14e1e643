"""Fitness Machine Feature: two words of hints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.feature import Feature, Targets, Tells, decode, encode


def test_what_can_be_told_and_set() -> None:
    fitshow = decode(bytes.fromhex("5c16000003000000"))
    assert Targets.SPEED in fitshow.targets
    assert fitshow.inclination_target
    assert Tells.INCLINATION in fitshow.tells
    assert Tells.PACE not in fitshow.tells
    yesoul = decode(bytes.fromhex("4512000001000000"))
    assert Targets.SPEED in yesoul.targets
    assert not yesoul.inclination_target


def test_the_words_stand_in_order() -> None:
    assert encode(Feature(Tells.AVERAGE_SPEED, Targets.INCLINATION)) == bytes.fromhex("0100000002000000")


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=4))
def test_every_bit_goes_both_ways_and_surplus_octets_are_ignored(tells: int, targets: int, surplus: bytes) -> None:
    feature = decode(encode(Feature(Tells(tells), Targets(targets))) + surplus)
    assert (feature.tells, feature.targets) == (tells, targets)


@pytest.mark.parametrize("length", range(8))
def test_too_short_is_a_protocol_error(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode(bytes(length))
