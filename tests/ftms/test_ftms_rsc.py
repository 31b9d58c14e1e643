"""Foot pods and batteries: what is told, what is not, and what is never made up. Octets made by hand after GSS 2024 §3.198."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms import battery
from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.running_speed_cadence import RscMeasurement, Senses, decode, decode_feature, encode, encode_feature
from treadctl.units import Speed

# 2.5 m/s (640/256), 82 a minute, stride 91 cm, 1234.5 m, running.
WHOLE = bytes.fromhex("07 8002 52 5b00 39300000")


def test_a_whole_frame_is_read_field_by_field() -> None:
    assert decode(WHOLE) == RscMeasurement(640, 82, stride_length_cm=91, total_distance_dm=12_345, running=True)


def test_speed_is_turned_into_hundredths_of_a_kilometre_an_hour() -> None:
    assert decode(WHOLE).speed == Speed(900)  # 2.5 m/s
    assert RscMeasurement(185, 51).speed == Speed(260)  # 0.7227 m/s: Technogym MyRun at 2.6 km/h
    assert RscMeasurement(1, 0).speed == Speed(1)
    assert RscMeasurement(0, 0).speed == Speed(0)
    assert RscMeasurement(0xFFFF, 0).speed == Speed(0xFFFF)


def test_without_flags_there_is_speed_and_cadence_and_walking() -> None:
    assert decode(bytes.fromhex("00 b900 33")) == RscMeasurement(185, 51)


def test_distance_without_stride_length_is_not_mistaken_for_it() -> None:
    assert decode(bytes.fromhex("02 8002 52 39300000")) == RscMeasurement(640, 82, total_distance_dm=12_345)


@pytest.mark.parametrize("length", range(4))
def test_a_frame_without_a_cadence_is_a_protocol_error_and_not_a_zero(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode(WHOLE[:length])


@pytest.mark.parametrize("length", range(4, 10))
def test_a_frame_cut_short_says_what_it_can_and_that_it_is_cut(length: int) -> None:
    cut = decode(WHOLE[:length])
    assert (cut.cadence_per_min, cut.truncated, cut.total_distance_dm) == (82, True, None)
    assert cut.stride_length_cm == (91 if length >= 6 else None)


def test_reserved_bits_and_surplus_octets_are_kept() -> None:
    frame = decode(bytes.fromhex("a0 8002 52 beef"))
    assert (frame.reserved, frame.surplus, frame.truncated) == (0xA0, b"\xbe\xef", False)


measurements = st.builds(
    RscMeasurement,
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFF),
    st.none() | st.integers(0, 0xFFFF),
    st.none() | st.integers(0, 0xFFFF_FFFF),
    st.booleans(),
)


@given(measurements)
def test_every_measurement_survives_the_wire(measurement: RscMeasurement) -> None:
    assert decode(encode(measurement)) == measurement


@given(st.binary(max_size=24))
def test_any_octets_are_a_measurement_or_a_protocol_error(octets: bytes) -> None:
    try:
        frame = decode(octets)
    except ProtocolError:
        assert len(octets) < 4
    else:
        assert Speed(0) <= frame.speed
        assert frame.truncated or encode(frame) == octets


def test_a_measurement_cut_short_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="cut"):
        encode(RscMeasurement(0, 0, truncated=True))


def test_a_feature_names_what_a_pod_can_tell() -> None:
    assert decode_feature(bytes.fromhex("0700")) == Senses.STRIDE_LENGTH | Senses.TOTAL_DISTANCE | Senses.WALKING_OR_RUNNING
    assert encode_feature(Senses.CALIBRATION | Senses.SEVERAL_LOCATIONS) == bytes.fromhex("1800")


@given(st.binary(max_size=4))
def test_any_octets_are_a_feature_or_a_protocol_error(octets: bytes) -> None:
    try:
        assert encode_feature(decode_feature(octets)) == octets[:2]
    except ProtocolError:
        assert len(octets) < 2


@given(st.binary(max_size=3))
def test_a_battery_is_up_to_a_hundred_percent_full_or_a_protocol_error(octets: bytes) -> None:
    try:
        percent = battery.decode(octets)
    except ProtocolError:
        assert not octets or octets[0] > 100
    else:
        assert 0 <= percent <= 100
        assert battery.encode(percent) == octets[:1]


def test_a_battery_of_more_than_all_cannot_be_encoded() -> None:
    with pytest.raises(ValueError, match="101"):
        battery.encode(101)
