"""Load is minutes by grade, metres and gravity's work; no index, and speed beside all of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from training_stories import MONDAY, day, ran

from treadctl.training.dose import BAND_NAMES, BANDS, LOWER_BOUND, band_of, dose_of, weeks
from treadctl.units import Grade, Speed


def test_gravity_work_is_a_lower_bound_and_joules_need_a_mass() -> None:
    dose = dose_of([replace(ran(1, -5, 10, on=0), descent_m=100.0)])
    assert dose.gravity_j_per_kg == pytest.approx(980.665)
    assert dose.gravity_kj(None) is None
    assert dose.gravity_kj(70) == pytest.approx(68.65, abs=0.01)
    assert LOWER_BOUND.startswith("at least")


@pytest.mark.parametrize(
    ("grade", "band"),
    [(0, None), (-4, None), (-5, 0), (-19, 0), (-20, 1), (-39, 1), (-40, 2), (-60, 3), (-80, 4), (-100, 4), (30, None)],
)
def test_every_grade_lies_in_one_band(grade: int, band: int | None) -> None:
    assert band_of(Grade(grade)) == band


def test_a_band_has_a_name() -> None:
    assert len(BANDS) == len(BAND_NAMES)


def test_minutes_are_counted_by_grade_and_speed_stands_beside_them() -> None:
    first = replace(ran(1, -5, 6, on=0, speed=900), seconds_at=((Grade(-50), 300), (Grade(-20), 60), (Grade(0), 900)))
    second = replace(ran(2, -8, 4, on=2, speed=850), seconds_at=((Grade(-80), 240),))
    dose = dose_of([first, second])
    assert dose.band_s == (0, 60, 300, 0, 240)
    assert dose.fastest == Speed(900)
    assert dose.steepest == Grade(-80)
    assert dose.sessions == 2


def test_a_week_begins_on_monday_and_shows_planned_beside_done() -> None:
    done = [ran(1, -2, 6, on=0, planned=(-2, 8), ending="stopped"), ran(2, -2, 8, on=6), ran(3, -2, 8, on=7)]
    first, second, third = weeks(done, [(day(15), 480)], MONDAY, 3)
    assert first.monday == date(2027, 1, 4)
    assert (first.done.decline_s, first.planned_decline_s) == (14 * 60, 16 * 60)
    assert second.done.sessions == 1
    assert (third.done.decline_s, third.planned_decline_s) == (0, 480)
    assert third.done.fastest is None
