"""What people write, and the exact values it becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.coaching.catalogue import CATALOGUE
from treadctl.units import Grade, Speed, clock
from treadctl.workout import words
from treadctl.workout.model import Base, Relative
from treadctl.workout.words import Cadence, Metres, Seconds


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("8 min", 480),
        ("8min", 480),
        ("1 minute", 60),
        ("1.5 min", 90),
        ("90 s", 90),
        ("45 sec", 45),
        ("1 min 30 s", 90),
        ("1:30", 90),
        ("0:45", 45),
        ("75:00", 4500),
        ("1:02:03", 3723),
        ("1 h", 3600),
        ("1 h 10 min", 4200),
        ("  8   min ", 480),
    ],
)
def test_a_time_is_read_in_the_ways_people_write_it(text: str, seconds: int) -> None:
    assert words.length(text) == seconds
    assert isinstance(words.length(text), Seconds)


@pytest.mark.parametrize(
    ("text", "metres"),
    [("400 m", 400), ("1 km", 1000), ("1.5 km", 1500), ("0.25 mi", 402), ("1 mile", 1609), ("800 metres", 800)],
)
def test_a_distance_is_read_in_metres_kilometres_or_miles(text: str, metres: int) -> None:
    assert words.length(text) == metres
    assert isinstance(words.length(text), Metres)


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "8", "8 parsecs", "-8 min", "0 min", "4 s", "1:60", "0.1 s", "6:00:01", "7 h", "1e3 s", "inf s"),
        *("8 m", "49 m", "60 km", "min", "s", "1,5 min", "1 s 1 min", "９ min", "8 min " * 20, "9" * 59),
    ],
)
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        words.length(text)


@given(st.integers(5, 6 * 3600))
def test_every_time_reads_back_from_the_way_it_is_shown(seconds: int) -> None:
    assert words.time(clock(seconds)) == seconds
    assert words.time(f"{seconds} s") == seconds


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("-2", -20, -20),
        ("-4.5", -45, -45),
        ("-4.50 %", -45, -45),
        ("+3", 30, 30),
        ("−2.5", -25, -25),
        ("-10", -100, -100),
        ("-10.0", -100, -100),
        ("15", 150, 150),
        ("-2 to -5", -20, -50),
        ("-2 to -5 %", -20, -50),
        ("0 TO -3", 0, -30),
    ],
)
def test_a_grade_is_exact_tenths_of_a_percent(text: str, start: int, end: int) -> None:
    assert words.grades(text) == (Grade(start), Grade(end))


@pytest.mark.parametrize(
    "text",
    ["-10.1", "-10.01", "-10.0000000000000000000000000000000000000001", "-11", "-12 %", "-150", "-99999999999", "-2 to -10.1"],
)
def test_steeper_than_ten_percent_names_the_hard_stop(text: str) -> None:
    with pytest.raises(ValueError, match=r"is below the hard stop of -10 %"):
        words.grades(text)


@pytest.mark.parametrize(
    "text", ["15.1", "-4.55", "-1e1", "nan", "inf", "-", "", "two", "-2 -5", "-2 to -3 to -4", "--2", "-2%%"]
)
def test_what_is_no_grade_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        words.grades(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("easy", Relative(Base.EASY), Relative(Base.EASY)),
        ("Walk", Relative(Base.WALK), Relative(Base.WALK)),
        ("95% easy", Relative(Base.EASY, 95), Relative(Base.EASY, 95)),
        ("95 % of easy pace", Relative(Base.EASY, 95), Relative(Base.EASY, 95)),
        ("walk to easy", Relative(Base.WALK), Relative(Base.EASY)),
        ("9 km/h", Speed(900), Speed(900)),
        ("5.6 mph", Speed(901), Speed(901)),
        ("6:40 /km", Speed(900), Speed(900)),
        ("9 to 10.5 km/h", Speed(900), Speed(1050)),
        ("6:40 to 6:00 /km", Speed(900), Speed(1000)),
        ("80 to 100% easy", Relative(Base.EASY, 80), Relative(Base.EASY, 100)),
        ("walk to 9 km/h", Relative(Base.WALK), Speed(900)),
    ],
)
def test_a_speed_is_absolute_or_in_terms_of_the_runner(text: str, start: object, end: object) -> None:
    assert words.paces(text) == (start, end)


@pytest.mark.parametrize("text", ["9", "6:40", "9.5", "easy to 9"])
def test_a_bare_number_is_asked_for_its_unit(text: str) -> None:
    with pytest.raises(ValueError, match="has no unit; write"):
        words.paces(text)


@pytest.mark.parametrize(
    "text", ["0.9 km/h", "25.1 km/h", "700 km/h", "19% easy", "151% easy", "0% walk", "fast", "9,5 km/h", "-9 km/h", "0:00 /km"]
)
def test_a_speed_out_of_bounds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not"):
        words.paces(text)


def test_a_cadence_is_relative_or_in_steps_a_minute() -> None:
    assert words.cadence("+5%") == Cadence(percent=5)
    assert words.cadence("7 %") == Cadence(percent=7)
    assert words.cadence("176 spm") == Cadence(spm=176)


@pytest.mark.parametrize("text", ["+11%", "-5%", "88 spm", "300 spm", "180", "fast"])
def test_a_cadence_that_no_one_should_run_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is "):
        words.cadence(text)


def test_every_focus_is_a_cue_that_the_coach_knows_and_nobody_must_opt_into() -> None:
    assert set(words.FOCUSES) == {cue.slug for cue in CATALOGUE if not cue.opt_in}


@given(st.text(max_size=80))
def test_any_text_is_a_value_or_a_value_error(text: str) -> None:
    said: list[str] = []
    for read in (words.length, words.time, words.grades, words.paces, words.cadence, words.repeats, words.minutes, words.focus):
        try:
            read(text)
        except ValueError as error:
            said.append(str(error))
    assert all(message.isprintable() for message in said)
