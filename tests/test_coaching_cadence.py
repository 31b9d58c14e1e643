"""Cadence targets are shares of the runner's own level cadence, and step lengths follow from them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.coaching.cadence import step_length_m, target
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

RUNNER = Profile(easy=Speed(900), walk=Speed(450), level_cadence_spm=165, declines_done=2)
EASY = Speed(900)
DOWN = Grade(-40)


def numbers(runner: Profile, asked_percent: int | None = None, asked_spm: int | None = None) -> tuple[int, int, int]:
    given_target = target(runner, EASY, DOWN, asked_percent, asked_spm)
    assert given_target is not None
    return given_target.low_spm, given_target.aim_spm, given_target.high_spm


def test_cadence_target_is_relative_to_the_runners_own() -> None:
    assert numbers(RUNNER) == (174, 177, 181)  # 165 +5 % = 173.25 up, +7 % = 176.55, +10 % = 181.5 down
    assert numbers(replace(RUNNER, level_cadence_spm=150)) == (158, 161, 165)  # 157.5 up, 160.5 half up, 165


@pytest.mark.parametrize("declines_done", [0, 1])
def test_the_first_two_decline_sessions_aim_at_five_percent(declines_done: int) -> None:
    assert numbers(replace(RUNNER, level_cadence_spm=160, declines_done=declines_done)) == (165, 168, 176)


def test_a_quick_runner_is_asked_for_three_to_five_percent() -> None:
    assert numbers(replace(RUNNER, level_cadence_spm=180)) == (186, 187, 189)
    assert numbers(replace(RUNNER, level_cadence_spm=200, declines_done=0)) == (206, 208, 210)
    assert numbers(replace(RUNNER, level_cadence_spm=179)) == (188, 192, 196)


def test_without_a_baseline_there_is_no_number() -> None:
    nobody = replace(RUNNER, level_cadence_spm=None)
    assert target(nobody, EASY, DOWN) is None
    assert target(nobody, EASY, DOWN, asked_spm=180) is None


def test_on_the_level_it_is_the_runners_own() -> None:
    for grade in (Grade(0), Grade(-9), Grade(10)):
        own = target(RUNNER, EASY, grade)
        assert own is not None
        assert own.aim_spm == 165
        assert own.low_spm < 165 < own.high_spm
    assert target(RUNNER, EASY, Grade(11)) is None


def test_on_the_level_a_belt_far_below_easy_pace_has_no_target_for_it_was_never_measured_there() -> None:
    assert target(RUNNER, Speed(719), Grade(0)) is None
    assert target(RUNNER, Speed(720), Grade(0)) is not None


def test_a_walker_gets_no_running_cadence() -> None:
    assert target(RUNNER, Speed(450), DOWN) is None
    assert target(RUNNER, Speed(0), DOWN) is None


def test_a_workout_may_ask_within_ten_percent() -> None:
    assert numbers(RUNNER, asked_percent=5) == (170, 173, 177)
    assert numbers(RUNNER, asked_spm=175) == (172, 175, 179)


def test_a_workout_asks_no_more_than_five_percent_of_beginners_and_of_the_quick() -> None:
    assert numbers(replace(RUNNER, declines_done=1), asked_percent=7) == (170, 173, 177)  # 165 +5 %, and the usual width
    assert numbers(replace(RUNNER, level_cadence_spm=184), asked_percent=7)[1] == 193
    asked = target(replace(RUNNER, declines_done=0), EASY, DOWN, asked_percent=7)
    assert asked is not None
    assert asked.why == "asked +7 %; +5 % over your 165 is the most, gently at first"


def test_a_workout_that_asks_for_more_is_held_to_ten_percent_and_told() -> None:
    for asked in (target(RUNNER, EASY, DOWN, asked_percent=25), target(RUNNER, EASY, DOWN, asked_spm=190)):
        assert asked is not None
        assert asked.aim_spm == asked.high_spm == 181
        assert "+10 % over your 165 is the most" in asked.why


def test_asking_for_exactly_ten_percent_is_no_limit() -> None:
    asked = target(RUNNER, EASY, DOWN, asked_percent=10)
    assert asked is not None
    assert (asked.aim_spm, asked.why) == (181, "+10 %, as the workout asks")


def test_a_workout_never_asks_for_longer_steps() -> None:
    for asked in (target(RUNNER, EASY, DOWN, asked_percent=-10), target(RUNNER, EASY, DOWN, asked_spm=140)):
        assert asked is not None
        assert asked.low_spm == asked.aim_spm == 165
        assert "never slower" in asked.why


def test_steps_a_minute_win_over_percent() -> None:
    assert numbers(RUNNER, asked_percent=5, asked_spm=175)[1] == 175


@given(
    own=st.integers(100, 240),
    done=st.integers(0, 20),
    grade=st.integers(-100, -10).map(Grade),
    percent=st.none() | st.integers(-100, 200),
    spm=st.none() | st.integers(0, 400),
)
def test_every_target_lies_between_the_runners_own_and_ten_percent_more(
    own: int, done: int, grade: Grade, percent: int | None, spm: int | None
) -> None:
    runner = replace(RUNNER, level_cadence_spm=own, declines_done=done)
    asked = target(runner, EASY, grade, percent, spm)
    assert asked is not None
    assert own <= asked.low_spm <= asked.aim_spm <= asked.high_spm
    assert asked.high_spm * 100 <= own * 110
    assert asked.why


def test_steps_get_shorter_as_they_get_quicker() -> None:
    assert step_length_m(Speed(900), 165) == pytest.approx(0.909, abs=0.0005)
    assert step_length_m(Speed(900), 177) == pytest.approx(0.847, abs=0.0005)


def test_nobody_stepping_has_no_step_length() -> None:
    assert step_length_m(Speed(900), 0) is None
