"""Training Status: the state, the text, and a countdown hidden in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.training_status import Training, TrainingStatus, decode, encode


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        ("0001", TrainingStatus(Training.IDLE)),
        ("010d", TrainingStatus(Training.MANUAL_MODE, "")),
        ("030e33", TrainingStatus(Training.PRE_WORKOUT, "3", extended=True)),
        ("01046c6f7573", TrainingStatus(Training.HIGH_INTENSITY_INTERVAL, "lous")),
        ("0177c3a9", TrainingStatus(0x77, "é")),
    ],
)
def test_octets_and_word(octets: str, status: TrainingStatus) -> None:
    assert decode(bytes.fromhex(octets)) == status
    assert encode(status) == bytes.fromhex(octets)


@pytest.mark.parametrize(
    ("octets", "countdown"),
    [
        ("030e33", 3),
        ("010e3130", 10),
        ("010e2032 00", 2),
        ("010e", None),
        ("000e33", None),  # no text announced
        ("010d33", None),  # not before a workout
        ("010e476f", None),
        ("010e313030", None),
        ("010ec2b2", None),  # a superscript two
        ("010ed9a3", None),  # an Arabic three
    ],
)
def test_a_countdown_is_one_or_two_digits_before_a_workout(octets: str, countdown: int | None) -> None:
    assert decode(bytes.fromhex(octets)).countdown == countdown


@given(st.integers(0, 255), st.text(), st.booleans())
def test_every_text_goes_both_ways(training: int, text: str, extended: bool) -> None:
    status = TrainingStatus(training, text, extended)
    assert decode(encode(status)) == status


def test_octets_that_are_no_text_are_replaced() -> None:
    assert decode(b"\x01\x01\xff3").text == "\N{REPLACEMENT CHARACTER}3"


@pytest.mark.parametrize("octets", [b"", b"\x01"])
def test_too_short_is_a_protocol_error(octets: bytes) -> None:
    with pytest.raises(ProtocolError):
        decode(octets)
