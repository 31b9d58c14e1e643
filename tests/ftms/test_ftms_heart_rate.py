"""Heart-rate straps: captured frames, and what is never made up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.heart_rate import HeartRateMeasurement, decode, encode

CAPTURED = {
    # TrackMyIndoorWorkout@0ac2ac0b test/heart_rate_monitor_sensor_test.dart: Polar H7 and others
    "0454": HeartRateMeasurement(84, contact=False),
    "1659a202": HeartRateMeasurement(89, contact=True, rr_1024ths=(674,)),
    "165d8502": HeartRateMeasurement(93, contact=True, rr_1024ths=(645,)),
    "167310020d02": HeartRateMeasurement(115, contact=True, rr_1024ths=(528, 525)),
    "167414021602": HeartRateMeasurement(116, contact=True, rr_1024ths=(532, 534)),
    # treadmill-bluetooth-macos@082c1a1 docs/tasks/033-hr-contact-loss-frozen-bpm.md: Polar H10 worn, on a table, off the body
    "107572032702": HeartRateMeasurement(117, rr_1024ths=(882, 551)),
    "106fbe041901": HeartRateMeasurement(111, rr_1024ths=(1214, 281)),
    "006f": HeartRateMeasurement(111),
}


@pytest.mark.parametrize("octets", CAPTURED)
def test_captured_frames_are_read_and_written_as_they_came(octets: str) -> None:
    frame = decode(bytes.fromhex(octets))
    assert frame == CAPTURED[octets]
    assert encode(frame) == bytes.fromhex(octets)


def test_two_octets_of_rate_and_energy_and_intervals() -> None:
    frame = decode(bytes.fromhex("1f 2c01 6400 0004 0104"))
    assert frame == HeartRateMeasurement(300, contact=True, energy_kj=100, rr_1024ths=(1024, 1025))


def test_contact_of_a_strap_that_cannot_tell_is_not_told() -> None:
    assert decode(bytes.fromhex("0250")).contact is None


@pytest.mark.parametrize("octets", ["", "00", "16", "0150"])
def test_a_frame_without_a_rate_is_a_protocol_error_and_not_a_zero(octets: str) -> None:
    with pytest.raises(ProtocolError):
        decode(bytes.fromhex(octets))


@pytest.mark.parametrize("octets", ["08506401", "0850"])
def test_energy_is_read_whole_or_not_at_all(octets: str) -> None:
    frame = decode(bytes.fromhex(octets))
    assert frame.bpm == 80
    assert (frame.energy_kj, frame.truncated) == ((0x0164, False) if len(octets) == 8 else (None, True))


def test_half_an_interval_is_surplus() -> None:
    frame = decode(bytes.fromhex("1050 0004 01"))
    assert (frame.rr_1024ths, frame.surplus, frame.truncated) == ((1024,), b"\x01", False)


def test_intervals_that_were_promised_and_did_not_come() -> None:
    assert decode(bytes.fromhex("1050")).truncated
    assert decode(bytes.fromhex("185064")).rr_1024ths == ()


measurements = st.builds(
    HeartRateMeasurement,
    st.integers(0, 0xFFFF),
    st.none() | st.booleans(),
    st.none() | st.integers(0, 0xFFFF),
    st.lists(st.integers(0, 0xFFFF), max_size=9).map(tuple),
)


@given(measurements)
def test_every_measurement_survives_the_wire(measurement: HeartRateMeasurement) -> None:
    assert decode(encode(measurement)) == measurement


@given(st.binary(max_size=24))
def test_any_octets_are_a_measurement_or_a_protocol_error(octets: bytes) -> None:
    try:
        frame = decode(octets)
    except ProtocolError:
        assert len(octets) < 3
    else:
        assert 0 <= frame.bpm <= 0xFFFF
        assert frame.truncated or frame.bpm == int.from_bytes(octets[1 : 3 if octets[0] & 1 else 2], "little")


def test_a_measurement_cut_short_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="cut"):
        encode(HeartRateMeasurement(80, truncated=True))
