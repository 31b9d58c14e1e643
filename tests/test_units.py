"""Speeds and grades are exact: text becomes the integer of the wire or a UnitError, and steepness has no sign."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.units import LEVEL, Grade, Speed, UnitError, clock, milder, steeper_by

GRADES = st.integers(-400, 400).map(Grade)


def test_every_tenth_of_a_kilometre_per_hour_is_exact() -> None:
    for tenths in range(251):
        text = f"{tenths // 10}.{tenths % 10} km/h"
        assert Speed.parse(text) == tenths * 10
        assert str(Speed(tenths * 10)) == text


def test_every_tenth_of_a_percent_is_exact_both_ways() -> None:
    for tenths in range(-1000, 1001):
        text = f"{'-' if tenths < 0 else ''}{abs(tenths) // 10}.{abs(tenths) % 10}"
        assert Grade.parse(text) == tenths
        assert Grade.parse(f"{text} %") == Grade.parse(f" {text}% ") == tenths
        assert Grade.parse(str(Grade(tenths))) == tenths


@pytest.mark.parametrize(
    ("text", "hundredths"),
    [
        ("8.2 km/h", 820),
        ("0.29km/h", 29),
        ("12.29 kph", 1229),
        ("9 kmh", 900),
        ("5.6 mph", 901),  # 9.0123264 km/h, the slower wire step
        ("1 mph", 160),
        ("9.999 km/h", 999),
        ("6:40 /km", 900),
        ("6:40 min/km", 900),
        ("10:43/mi", 901),  # 9.0102... km/h
        ("10:00 / mile", 965),
        ("7:00 /km", 857),
        ("0:06 /km", 60000),
        ("0 km/h", 0),
        ("655 km/h", 65500),
        ("  8.2 KM/H  ", 820),
    ],
)
def test_a_speed_is_read_exactly_and_what_falls_between_two_steps_becomes_the_slower(text: str, hundredths: int) -> None:
    assert Speed.parse(text) == hundredths


@pytest.mark.parametrize(
    ("text", "tenths"), [("-9.7", -97), ("-9.7 %", -97), ("-10", -100), ("+4.5 %", 45), ("-0.0", 0), ("3.50", 35)]
)
def test_a_grade_is_read_exactly(text: str, tenths: int) -> None:
    assert Grade.parse(text) == tenths


NEITHER = [
    "",
    "nan",
    "inf",
    "-inf",
    "NaN %",
    "1e309",
    "1e2",
    "4,5",
    "8,2 km/h",
    "-",
    "+",
    ".5",
    "5.",
    "0x10",
    "--4",
    "4 5",
    "٤",
    "4_0",
]


@pytest.mark.parametrize("text", [*NEITHER, "−4.5", "4.5 %%", "-4.55", "0.01", "100.1", "-100.1", "9" * 5000, "0." + "1" * 5000])
def test_what_is_not_a_grade_is_a_unit_error_that_repeats_it(text: str) -> None:
    with pytest.raises(UnitError) as error:
        Grade.parse(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", [*NEITHER, "-8 km/h", "8", "8 km", "0:00 /km", "6:60 /km", "1000:00 /km", "nan km/h", "8 m/s"])
def test_what_is_not_a_speed_is_a_unit_error_that_repeats_it(text: str) -> None:
    with pytest.raises(UnitError) as error:
        Speed.parse(text)
    assert repr(text) in str(error.value)


@pytest.mark.parametrize("text", ["655.1 km/h", "999999999 km/h", "0:05 /km", "408 mph"])
def test_a_speed_that_no_wire_carries_is_faster_than_any_belt(text: str) -> None:
    with pytest.raises(UnitError, match="faster than any belt"):
        Speed.parse(text)


@pytest.mark.parametrize("number", ["10.00000000000000000000000000001", "9" * 1_000_001, "0." + "9" * 1_000_001])
def test_no_number_is_too_long_to_be_refused_and_none_is_rounded(number: str) -> None:
    for parse, text in ((Grade.parse, f"-{number}"), (Speed.parse, f"{number} km/h"), (Speed.parse, f"{number} mph")):
        with pytest.raises(UnitError):
            parse(text)


@pytest.mark.parametrize("value", [-99.99, 8.0, "8"])
def test_a_float_or_a_text_is_no_unit(value: Any) -> None:
    for kind in (Speed, Grade):
        with pytest.raises(TypeError):
            kind(value)


@pytest.mark.parametrize(
    ("text", "why"), [("-4.55", "finer"), ("0.01", "finer"), ("100.1", "steeper"), ("-100.1", "steeper"), ("x", "not")]
)
def test_a_bad_grade_says_what_is_wrong_with_it(text: str, why: str) -> None:
    with pytest.raises(UnitError, match=why):
        Grade.parse(text)


@given(st.text(max_size=12))
def test_any_text_is_a_unit_or_a_unit_error(text: str) -> None:
    for parse in (Speed.parse, Grade.parse):
        try:
            value = parse(text)
        except UnitError:
            continue
        assert -0x8000 <= value <= 0xFFFF


@pytest.mark.parametrize(("kind", "lowest", "highest"), [(Speed, 0, 65535), (Grade, -32768, 32767)])
def test_what_does_not_fit_the_wire_cannot_be_made(kind: Callable[[int], int], lowest: int, highest: int) -> None:
    assert (kind(lowest), kind(highest)) == (lowest, highest)
    for outside in (lowest - 1, highest + 1):
        with pytest.raises(ValueError, match=f"{outside} "):
            kind(outside)


@given(st.integers(-0x8000, 0x7FFF))
def test_a_unit_is_its_integer_and_can_hold_nothing_else(value: int) -> None:
    assert Grade(value) == value
    assert hash(Grade(value)) == hash(value)
    assert not hasattr(Grade(value), "__dict__")
    assert not hasattr(Speed(abs(value)), "__dict__")


@pytest.mark.parametrize(
    ("hundredths", "kmh", "mph"),
    [(900, "9.0 km/h", "5.6 mph"), (825, "8.25 km/h", "5.1 mph"), (0, "0.0 km/h", "0.0 mph"), (5, "0.05 km/h", "0.0 mph")],
)
def test_a_speed_is_shown_in_the_unit_asked_for(hundredths: int, kmh: str, mph: str) -> None:
    assert Speed(hundredths).text() == str(Speed(hundredths)) == kmh
    assert Speed(hundredths).text("mph") == mph


@pytest.mark.parametrize(("tenths", "text"), [(-97, "-9.7 %"), (0, "0.0 %"), (1, "+0.1 %"), (-1, "-0.1 %"), (120, "+12.0 %")])
def test_a_grade_is_shown_with_its_sign(tenths: int, text: str) -> None:
    assert str(Grade(tenths)) == text


def test_ten_kilometres_an_hour_are_a_hundred_metres_in_36_seconds_and_ten_percent_a_tenth() -> None:
    assert Speed(1000).mps * 36 == pytest.approx(100)
    assert Grade(-100).fraction == pytest.approx(-0.1)


@pytest.mark.parametrize(
    ("to", "reference", "by"),
    [
        (-40, -20, 20),
        (-20, -40, 0),
        (40, 20, 20),
        (20, 40, 0),
        (-40, 20, 40),
        (40, -20, 40),
        (-40, 0, 40),
        (0, -40, 0),
        (5, 5, 0),
    ],
)
def test_steeper_speaks_of_steepness_on_either_side_of_level(to: int, reference: int, by: int) -> None:
    assert steeper_by(Grade(to), Grade(reference)) == by


@pytest.mark.parametrize(
    ("a", "b", "nearer"), [(-40, -20, -20), (40, 20, 20), (-40, 20, 0), (0, -40, 0), (40, 0, 0), (-1, 1, 0), (7, 7, 7)]
)
def test_the_milder_of_two_sides_is_level_itself(a: int, b: int, nearer: int) -> None:
    assert milder(Grade(a), Grade(b)) == nearer
    assert milder(Grade(b), Grade(a)) == nearer


@given(GRADES, GRADES)
def test_the_milder_of_two_is_never_steeper_than_either_and_never_on_a_third_side(a: Grade, b: Grade) -> None:
    found = milder(a, b)
    assert found == milder(b, a)
    assert steeper_by(found, a) == steeper_by(found, b) == 0
    assert min(a, b) <= found <= max(a, b)


@given(GRADES, GRADES)
def test_steepening_is_never_negative_and_undoing_it_is_never_steeper(a: Grade, b: Grade) -> None:
    assert steeper_by(a, b) >= 0
    assert steeper_by(a, a) == steeper_by(LEVEL, a) == 0
    assert steeper_by(a, LEVEL) == abs(a)
    assert steeper_by(Grade(-a), Grade(-b)) == steeper_by(a, b)
    if (a <= 0) == (b <= 0):
        assert min(steeper_by(a, b), steeper_by(b, a)) == 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0:00"),
        (4.9, "0:04"),
        (59, "0:59"),
        (60, "1:00"),
        (245, "4:05"),
        (3599, "59:59"),
        (3600, "1:00:00"),
        (3723, "1:02:03"),
    ],
)
def test_a_clock_shows_hours_only_when_there_are_any(seconds: float, text: str) -> None:
    assert clock(seconds) == text
