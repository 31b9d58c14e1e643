"""Treadmill Data: what is told, what is not, and what is never made up."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.treadmill_data import Pace, TreadmillData, decode, encode, grade_from_ramp
from treadctl.units import Grade, Speed

# All fields but the paces, whose width is a guess: 34 octets with the flags.
WHOLE = TreadmillData(
    speed=Speed(800),
    average_speed=Speed(750),
    distance_m=70_000,
    grade=Grade(-50),
    ramp_angle_tenths_deg=-29,
    gain_up_tenths_m=100,
    gain_down_tenths_m=50,
    energy_kcal=500,
    energy_per_hour_kcal=600,
    energy_per_minute_kcal=10,
    heart_rate_bpm=140,
    met_tenths=85,
    elapsed_s=1800,
    remaining_s=600,
    force_n=-100,
    power_w=250,
)
ENDS = {
    "speed": 4,
    "average_speed": 6,
    "distance_m": 9,
    "grade": 11,
    "ramp_angle_tenths_deg": 13,
    "gain_up_tenths_m": 15,
    "gain_down_tenths_m": 17,
    "energy_kcal": 19,
    "energy_per_hour_kcal": 21,
    "energy_per_minute_kcal": 22,
    "heart_rate_bpm": 23,
    "met_tenths": 24,
    "elapsed_s": 26,
    "remaining_s": 28,
    "force_n": 30,
    "power_w": 32,
}
BEFORE_THE_PACES = (
    "speed",
    "average_speed",
    "distance_m",
    "grade",
    "ramp_angle_tenths_deg",
    "gain_up_tenths_m",
    "gain_down_tenths_m",
)


def told(data: TreadmillData) -> set[str]:
    return {name for name, value in list(data._asdict().items())[:18] if value is not None}


def octets(text: str) -> bytes:
    return bytes.fromhex(text)


def test_missing_speed_is_never_zero() -> None:
    assert decode(octets("0120000000")).speed is None  # FitShow's second part
    assert decode(octets("0100")).speed is None
    assert decode(octets("0000")).speed is None  # promised, and cut off
    assert decode(octets("000039")).speed is None
    assert decode(octets("00000000")).speed == Speed(0)


def test_the_steepest_decline_reads_as_minus_ten_percent() -> None:
    data = decode(octets("0800 2003 9cff 0000"))
    assert data.grade == Grade(-100)
    assert str(data.grade) == "-10.0 %"
    assert data.speed == Speed(800)
    assert data.ramp_angle_tenths_deg == 0


def test_speed_and_grade_are_of_their_own_types() -> None:
    data = decode(encode(WHOLE))
    assert type(data.speed) is Speed
    assert type(data.average_speed) is Speed
    assert type(data.grade) is Grade


def test_the_octets_stand_in_the_order_of_the_standard() -> None:
    assert encode(WHOLE).hex(" ") == (
        "9e 1f 20 03 ee 02 70 11 01 ce ff e3 ff 64 00 32 00 f4 01 58 02 0a 8c 55 08 07 58 02 9c ff fa 00"
    )
    assert encode(TreadmillData(speed=Speed(0))) == octets("0000 0000")
    assert encode(TreadmillData(more_data=True)) == octets("0100")


@pytest.mark.parametrize(
    ("frame", "field"),
    [
        ("0900 ff7f 0000", "grade"),
        ("0900 0000 ff7f", "ramp_angle_tenths_deg"),
        ("1100 ffff 0000", "gain_up_tenths_m"),
        ("1100 0000 ffff", "gain_down_tenths_m"),
        ("1100 0000 ff7f", "gain_down_tenths_m"),
        ("8100 ffff 0000 00", "energy_kcal"),
        ("8100 0000 ffff 00", "energy_per_hour_kcal"),
        ("8100 0000 0000 ff", "energy_per_minute_kcal"),
        ("0110 ff7f 0000", "force_n"),
        ("0110 0000 ff7f", "power_w"),
    ],
)
def test_not_available_is_none_and_its_neighbour_is_still_told(frame: str, field: str) -> None:
    data = decode(octets(frame))
    assert getattr(data, field) is None
    assert told(data)
    assert decode(encode(data)) == data


@pytest.mark.parametrize("length", range(2, 33))
def test_a_record_cut_anywhere_tells_every_whole_field_before_the_cut(length: int) -> None:
    whole = encode(WHOLE)
    assert len(whole) == 32
    data = decode(whole[:length])
    expected = {name for name, end in ENDS.items() if end <= length}
    assert told(data) == expected
    assert all(getattr(data, name) == getattr(WHOLE, name) for name in expected)
    assert data.truncated == (length < 32)


@pytest.mark.parametrize("length", [0, 1])
def test_a_record_too_short_for_its_flags_is_the_only_error(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode(bytes(length))


PARTS: tuple[dict[str, object], ...] = (
    {"average_speed": Speed(750)},
    {"distance_m": 0xFFFFFF},
    {"grade": Grade(-100), "ramp_angle_tenths_deg": -57},
    {"gain_up_tenths_m": 1, "gain_down_tenths_m": 2},
    {"energy_kcal": 1, "energy_per_hour_kcal": 2, "energy_per_minute_kcal": 3},
    {"heart_rate_bpm": 255},
    {"met_tenths": 85},
    {"elapsed_s": 0xFFFF},
    {"remaining_s": 1},
    {"force_n": -1, "power_w": -0x8000},
)
PACES: tuple[dict[str, object], ...] = (
    {},
    {"pace": Pace(300, 2)},
    {"average_pace": Pace(200, 1)},
    {"pace": Pace(0xFFFF, 2), "average_pace": Pace(0, 2)},
    {"pace": Pace(255, 1), "average_pace": Pace(0, 1)},
)


@pytest.mark.parametrize("pace", PACES, ids=str)
@pytest.mark.parametrize("first", [{"speed": Speed(800)}, {"more_data": True}], ids=["last part", "earlier part"])
def test_every_combination_of_fields_goes_both_ways(first: dict[str, object], pace: dict[str, object]) -> None:
    for chosen in product((False, True), repeat=len(PARTS)):
        fields = dict(first, **pace)
        for part, is_chosen in zip(PARTS, chosen, strict=True):
            fields.update(part if is_chosen else {})
        data = TreadmillData(**fields)  # type: ignore[arg-type]  # a product of fields, each of its own type
        assert decode(encode(data)) == data


@given(
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFF),
    st.integers(-0x8000, 0x7FFE),
    st.integers(-0x8000, 0x7FFE),
    st.integers(0, 7),
)
def test_every_value_goes_both_ways(speed: int, distance_m: int, grade: int, power_w: int, reserved: int) -> None:
    data = TreadmillData(Speed(speed), distance_m=distance_m, grade=Grade(grade), power_w=power_w, reserved=reserved << 13)
    assert decode(encode(data)) == data


def test_pace_of_both_ages_is_told_by_the_length() -> None:
    assert decode(octets("2000 2003 2c01")).pace == Pace(300, octets=2)
    assert decode(octets("2000 2003 85")).pace == Pace(133, octets=1)
    both = decode(octets("6000 2003 85 84"))
    assert (both.pace, both.average_pace) == (Pace(133, 1), Pace(132, 1))


def test_a_pace_of_unknown_width_is_dropped_with_all_behind_it_and_nothing_before_it() -> None:
    data = decode(octets("2c05 2003 640000 ceff e3ff 000000 00 8c 0807"))
    assert told(data) == {"speed", "distance_m", "grade", "ramp_angle_tenths_deg"}
    assert (data.speed, data.distance_m, data.grade) == (Speed(800), 100, Grade(-50))
    assert data.truncated
    assert data.surplus == octets("000000008c0807")


@pytest.mark.parametrize("width", [1, 2])
def test_a_guess_about_pace_never_touches_what_stands_before_it(width: int) -> None:
    whole = encode(WHOLE._replace(pace=Pace(30, width), average_pace=Pace(31, width)))
    for length in range(17, len(whole) + 4):
        data = decode((whole + bytes(4))[:length])
        assert all(getattr(data, name) == getattr(WHOLE, name) for name in BEFORE_THE_PACES)


def test_surplus_octets_and_reserved_bits_change_nothing_and_stay_visible() -> None:
    data = decode(octets("8424 2c01 040000 ffff ffff ff 0f00 1200"))  # bit 13: KingSmith's step count
    assert (data.speed, data.distance_m, data.elapsed_s) == (Speed(300), 4, 15)
    assert (data.reserved, data.surplus, data.truncated) == (0x2000, octets("1200"), False)
    assert decode(encode(data._replace(energy_kcal=7))) == data._replace(energy_kcal=7)


@pytest.mark.parametrize(
    "impossible",
    [
        TreadmillData(),
        TreadmillData(speed=Speed(1), more_data=True),
        TreadmillData(speed=Speed(1), truncated=True),
        TreadmillData(speed=Speed(1), pace=Pace(1, 1), average_pace=Pace(1, 2)),
        TreadmillData(speed=Speed(1), pace=Pace(1, 3)),
    ],
)
def test_what_no_record_says_is_not_encoded(impossible: TreadmillData) -> None:
    with pytest.raises(ValueError, match=r"speed|whole|width"):
        encode(impossible)


@pytest.mark.parametrize(
    ("tenths_deg", "tenths_percent"),
    [(0, 0), (1, 2), (-1, -2), (-23, -41), (57, 100), (-57, -100), (-58, -102), (450, 1000), (-450, -1000)],
)
def test_grade_of_a_ramp_angle(tenths_deg: int, tenths_percent: int) -> None:
    assert grade_from_ramp(tenths_deg) == Grade(tenths_percent)


def test_a_ramp_angle_never_understates_a_decline() -> None:
    for tenths_deg in range(-450, 451):
        grade = grade_from_ramp(tenths_deg)
        assert grade is not None
        exact = 1000 * abs(math.tan(math.radians(tenths_deg / 10)))
        assert exact - 1e-6 <= abs(grade) < exact + 1
        assert grade * tenths_deg >= 0


@pytest.mark.parametrize("tenths_deg", [451, -451, 900, -900, 0x7FFE, -0x8000])
def test_an_angle_that_no_deck_has_is_no_grade(tenths_deg: int) -> None:
    assert grade_from_ramp(tenths_deg) is None
