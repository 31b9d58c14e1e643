"""Plans follow the advice, a race gets its fortnight, and the calendar file is one that calendars read."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from training_stories import RUNNER, day, deck, felt, fine, past, ran

from treadctl.safety import Deck
from treadctl.training.compose import bouts, compose
from treadctl.training.ical import icalendar
from treadctl.training.ladder import Rung, slope_of
from treadctl.training.model import CheckIn, Flag, Past
from treadctl.training.plan import plan_race, plan_weeks
from treadctl.training.progression import Call
from treadctl.units import Grade
from treadctl.workout.model import SegmentKind

TEN = deck(-10)
NOW = datetime(2027, 1, 4, 12, tzinfo=UTC)


def test_eight_weeks_are_eight_sessions_a_week_apart_climbing_one_rung_each() -> None:
    ahead = plan_weeks(Past(), RUNNER, TEN, day(0), 8)
    assert [(s.grade / 10, s.rung.decline_s / 60) for s in ahead.sessions] == [
        (-2, 6),
        (-2, 8),
        (-3, 6),
        (-3, 8),
        (-4, 6),
        (-4, 8),
        (-5, 6),
        (-5, 8),
    ]
    assert all(b.day - a.day == timedelta(days=7) for a, b in pairwise(ahead.sessions))


def test_a_year_ends_at_minus_ten_and_twenty_minutes_and_never_beyond() -> None:
    sessions = plan_weeks(Past(), RUNNER, TEN, day(0), 52).sessions
    grades = [s.grade for s in sessions]
    assert grades.index(Grade(-100)) == 22
    assert min(grades) == -100
    assert max(s.rung.decline_s for s in sessions) == 20 * 60
    assert len(set(grades)) == 12


def test_a_plan_waits_for_what_the_advice_waits_for() -> None:
    one = ran(1, -2, 6, on=0)
    ahead = plan_weeks(past(one, felt(one, 2, 3, 5)), RUNNER, TEN, day(4), 4)
    assert ahead.sessions[0].day == day(17)


def test_nothing_is_planned_beside_a_red_flag() -> None:
    ahead = plan_weeks(Past((), (CheckIn(day(0), 0, flags=(Flag.SWELLING,)),)), RUNNER, TEN, day(0), 4)
    assert ahead.sessions == ()
    assert ahead.stops is not None
    assert ahead.stops.call is Call.DOCTOR


@pytest.mark.parametrize("until", range(11, 120, 7))
def test_the_last_hard_descent_is_ten_to_fourteen_days_before_the_race(until: int) -> None:
    race = day(until)
    ahead = plan_race(Past(), RUNNER, TEN, day(0), race)
    if ahead.sessions:
        assert (race - ahead.sessions[-1].day).days in range(10, 15)
    assert (until >= 10) == bool(ahead.sessions)


@pytest.mark.parametrize("until", range(12, 40))
def test_on_whatever_day_the_race_is(until: int) -> None:
    story = fine(ran(1, -2, 6, on=0))
    ahead = plan_race(story, RUNNER, TEN, day(2), day(2 + until))
    if ahead.sessions:
        assert (day(2 + until) - ahead.sessions[-1].day).days in range(10, 15)


def test_a_race_next_week_gets_no_hard_descent() -> None:
    assert plan_race(Past(), RUNNER, TEN, day(0), day(9)).sessions == ()


# --- the workout of a rung -----------------------------------------------------------------------------------------------


def test_a_rung_becomes_short_descents_that_add_up() -> None:
    assert bouts(360) == (60,) * 6
    assert bouts(480) == (120,) * 4
    assert bouts(390) == (98, 98, 97, 97)
    assert bouts(1200) == (240,) * 5


@pytest.mark.parametrize("seconds", range(60, 1201, 30))
@pytest.mark.parametrize("grade", [-10, -20, -50, -75, -100])
def test_every_rung_is_a_legal_workout_with_exactly_its_decline(seconds: int, grade: int) -> None:
    workout = compose(Rung(Grade(grade), seconds), slope_of(TEN, RUNNER), 5)
    assert workout.decline_s(RUNNER) == seconds
    assert workout.steepest == grade
    assert workout.segments[0].kind is SegmentKind.WARM_UP
    assert workout.segments[-1].kind is SegmentKind.COOL_DOWN
    assert all(s.duration_s <= 240 for s in workout if s.kind is SegmentKind.DECLINE)


def test_steep_sessions_open_with_half_the_grade() -> None:
    declines = [s.grade_from for s in compose(Rung(Grade(-80), 360), slope_of(TEN, RUNNER), 20) if s.kind is SegmentKind.DECLINE]
    assert declines[:2] == [Grade(-40), Grade(-80)]


def test_the_first_two_sessions_ask_for_a_gentler_step_rate() -> None:
    rung, slope = Rung(Grade(-20), 360), slope_of(TEN, RUNNER)
    assert [compose(rung, slope, done).segments[1].cadence_percent for done in (0, 1, 2)] == [5, 5, 7]


def test_a_propped_deck_is_given_what_it_reaches() -> None:
    machine = deck(-10)
    propped = type(machine)("P", machine.slowest, machine.fastest, 10, Deck(Grade(0), Grade(150), 5, Grade(-55)))
    workout = compose(Rung(Grade(-30), 360), slope_of(propped, RUNNER), 5)
    assert workout.steepest == -30


# --- the calendar file ---------------------------------------------------------------------------------------------------


def unfolded(text: str) -> list[str]:
    return text.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")


def test_the_calendar_has_every_session_with_three_check_ins_and_two_days_of_strength() -> None:
    sessions = plan_weeks(Past(), RUNNER, TEN, day(0), 3).sessions
    lines = unfolded(icalendar(sessions, NOW))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[1] == "VERSION:2.0"
    assert lines[-1] == "END:VCALENDAR"
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 3 + 9 + 6
    starts = [line.removeprefix("DTSTART;VALUE=DATE:") for line in lines if line.startswith("DTSTART")]
    assert starts[:6] == ["20270104", "20270105", "20270106", "20270107", "20270107", "20270109"]
    uids = [line for line in lines if line.startswith("UID:")]
    assert len(set(uids)) == len(uids)
    assert "DTSTAMP:20270104T120000Z" in lines
    assert "SUMMARY:Downhill -2.0 %\\, 6 min" in lines


def test_no_line_is_longer_than_75_octets_and_none_breaks_a_character() -> None:
    text = icalendar(plan_weeks(Past(), RUNNER, TEN, date(2027, 3, 1), 8).sessions, NOW)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    assert "\n" not in text.replace("\r\n", "")
    assert "No decline on legs sorer than 2/10\\; it will" in "".join(unfolded(text))
