"""Fitness Machine Status: what happened, in the machine's words and in a session's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.words import Event, Told
from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.machine_status import Status, StatusEvent, decode, encode, told
from treadctl.ftms.parameter import StopOrPause
from treadctl.units import Grade, Speed

ROWS = [
    ("01", StatusEvent(Status.RESET), Told(Event.RESET)),
    ("0201", StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP), Told(Event.STOPPED)),
    ("0202", StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE), Told(Event.PAUSED)),
    ("0209", StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, 9), Told(Event.STOPPED)),
    ("02", StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER), Told(Event.STOPPED)),
    ("03", StatusEvent(Status.STOPPED_BY_SAFETY_KEY), Told(Event.SAFETY_KEY)),
    ("04", StatusEvent(Status.STARTED_OR_RESUMED_BY_USER), Told(Event.STARTED)),
    ("056900", StatusEvent(Status.TARGET_SPEED_CHANGED, Speed(105)), Told(Event.SPEED, 105)),
    ("0569", StatusEvent(Status.TARGET_SPEED_CHANGED, None, b"\x69"), Told(Event.SPEED)),
    ("069cff", StatusEvent(Status.TARGET_INCLINE_CHANGED, Grade(-100)), Told(Event.INCLINE, -100)),
    ("069cff07", StatusEvent(Status.TARGET_INCLINE_CHANGED, Grade(-100), b"\x07"), Told(Event.INCLINE, -100)),
    ("06", StatusEvent(Status.TARGET_INCLINE_CHANGED), Told(Event.INCLINE)),
    ("0896ff", StatusEvent(Status.TARGET_POWER_CHANGED, None, b"\x96\xff"), None),
    ("7e", StatusEvent(0x7E), None),
    ("ff", StatusEvent(Status.CONTROL_PERMISSION_LOST), Told(Event.CONTROL_LOST)),
]


@pytest.mark.parametrize(("octets", "event", "word"), ROWS, ids=[row[0] for row in ROWS])
def test_octets_event_and_word(octets: str, event: StatusEvent, word: Told | None) -> None:
    assert decode(bytes.fromhex(octets)) == event
    assert encode(event) == bytes.fromhex(octets)
    assert told(event) == word


def test_values_keep_their_types() -> None:
    assert type(decode(b"\x05\x69\x00").value) is Speed
    assert type(decode(b"\x06\x9c\xff").value) is Grade
    assert type(decode(b"\x02\x01").value) is StopOrPause
    assert type(decode(b"\x02\x09").value) is int


@given(st.binary(min_size=1, max_size=20))
def test_no_octet_is_lost(octets: bytes) -> None:
    assert encode(decode(octets)) == octets


def test_nothing_is_a_protocol_error() -> None:
    with pytest.raises(ProtocolError):
        decode(b"")
