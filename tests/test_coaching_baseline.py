"""The runner's own step rate: learned on level ground only, kept by belt speed, and never taken right after a decline."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.coaching.baseline import Baseline, band_of, own_spm
from treadctl.coaching.cadence import step_lengths_m, target
from treadctl.engine.records import from_plain, to_plain
from treadctl.units import Grade, Speed
from treadctl.workout.profile import LevelSteps, Profile

RUNNER = Profile(easy=Speed(900), walk=Speed(450), declines_done=5)
EASY, LEVEL, DOWN = Speed(900), Grade(0), Grade(-40)


def run(
    baseline: Baseline,
    begin: float,
    seconds: int,
    steps: int | None = 164,
    speed: int | None = 900,
    grade: int | None = 0,
) -> float:
    """Once a second; returns when it ended."""
    for second in range(seconds):
        baseline.see(
            begin + second, steps, None if speed is None else Speed(speed), None if grade is None else Grade(grade), RUNNER.easy
        )
    return begin + seconds


def bands(baseline: Baseline, runner: Profile = RUNNER) -> list[tuple[int, float, int]]:
    return [(int(band.speed), band.steps, band.seconds) for band in baseline.learned(runner).level_steps]


def test_two_minutes_on_the_level_are_learned_but_for_their_first_twelve_seconds() -> None:
    baseline = Baseline()
    run(baseline, 100, 121)
    assert bands(baseline) == [(900, 164.0, 108)]  # the first only begins; then 12 s; then each second of 120


def test_each_half_kilometre_an_hour_has_its_own() -> None:
    assert [int(band_of(Speed(speed))) for speed in (874, 875, 900, 924, 925)] == [850, 900, 900, 900, 950]
    baseline = Baseline()
    after = run(baseline, 0, 112, 161, 850)
    run(baseline, after, 112, 164, 900)
    assert bands(baseline) == [(850, 161.0, 100), (900, 164.0, 100)]


def test_none_is_taken_for_a_minute_after_a_decline() -> None:
    baseline = Baseline()
    after = run(baseline, 0, 60, 175, grade=-40)
    run(baseline, after, 59, 172)  # the last second of the decline was one before this
    assert bands(baseline) == []
    run(baseline, after + 59, 30, 164)
    assert bands(baseline) == [(900, 164.0, 30)]


def test_a_slope_of_half_a_percent_is_a_slope() -> None:
    for grade in (-5, 5, 20):
        baseline = Baseline()
        run(baseline, 0, 300, grade=grade)
        assert bands(baseline) == []
    baseline = Baseline()
    run(baseline, 0, 300, grade=-4)
    assert bands(baseline)


def test_a_slow_belt_a_changing_one_and_what_is_not_told_teach_nothing() -> None:
    for how in ({"speed": 719}, {"speed": None}, {"grade": None}, {"steps": None}, {"steps": 0}):
        baseline = Baseline()
        run(baseline, 0, 300, **how)
        assert bands(baseline) == []
    baseline = Baseline()
    for second in range(300):
        baseline.see(float(second), 160, Speed(800 + 4 * second), LEVEL, RUNNER.easy)
    assert bands(baseline) == [], "0.3 km/h are over in 8 s"


def test_a_pause_in_what_the_pod_says_begins_the_twelve_seconds_anew() -> None:
    baseline = Baseline()
    after = run(baseline, 0, 13)
    run(baseline, after + 10, 12)
    assert bands(baseline) == [(900, 164.0, 1)]


def test_what_was_known_counts_as_ten_minutes_at_most() -> None:
    known = replace(RUNNER, level_steps=(LevelSteps(EASY, 160.0, 6000),))
    baseline = Baseline()
    run(baseline, 0, 312, 166)
    assert bands(baseline, known) == [(900, 162.0, 6300)]  # (160 x 600 + 166 x 300) / 900


def test_a_speed_never_run_keeps_what_it_had() -> None:
    known = replace(RUNNER, level_steps=(LevelSteps(Speed(1100), 170.0, 300),))
    baseline = Baseline()
    run(baseline, 0, 112)
    assert [band[0] for band in bands(baseline, known)] == [900, 1100]
    assert Baseline().learned(known) == known


@pytest.mark.parametrize(
    ("level_steps", "said", "at", "own"),
    [
        ((), 168, 900, 168),
        ((), None, 900, None),
        ((LevelSteps(EASY, 163.6, 60),), 170, 900, 164),  # measured goes before said
        ((LevelSteps(EASY, 163.6, 59),), 170, 900, 170),  # not for a minute yet
        ((LevelSteps(EASY, 163.6, 60),), 170, 1000, 164),  # within 1 km/h
        ((LevelSteps(EASY, 163.6, 60),), 170, 1001, 170),
        ((LevelSteps(EASY, 163.0, 60), LevelSteps(Speed(950), 165.0, 60)), None, 930, 165),  # the nearer one
        ((LevelSteps(Speed(850), 160.0, 40), LevelSteps(EASY, 164.0, 40)), None, 880, 162),  # together over a minute
    ],
)
def test_whose_step_rate_counts(level_steps: tuple[LevelSteps, ...], said: int | None, at: int, own: int | None) -> None:
    assert own_spm(replace(RUNNER, level_steps=level_steps, level_cadence_spm=said), Speed(at)) == own


def test_the_target_and_the_steps_length_go_by_what_was_measured() -> None:
    runner = replace(RUNNER, level_steps=(LevelSteps(EASY, 165.0, 600),), level_cadence_spm=150)
    asked = target(runner, EASY, DOWN)
    assert asked is not None
    assert (asked.low_spm, asked.aim_spm, asked.high_spm) == (174, 177, 181)
    now, level = step_lengths_m(runner, EASY, 177)
    assert now == pytest.approx(0.8475, abs=0.0001)  # 2.5 m/s x 60 / 177
    assert level == pytest.approx(0.9091, abs=0.0001)  # 2.5 x 60 / 165
    assert step_lengths_m(runner, Speed(450), 110) == (None, None)
    assert step_lengths_m(runner, None, 170) == (None, None)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.floats(0, 90),
            st.none() | st.integers(0, 400),
            st.none() | st.integers(0, 2500),
            st.none() | st.integers(-100, 150),
        ),
        max_size=60,
    )
)
def test_whatever_is_seen_what_was_learned_is_legal_and_can_be_kept(
    seen: list[tuple[float, int | None, int | None, int | None]],
) -> None:
    baseline, now = Baseline(), 0.0
    for after, steps, speed, grade in seen:
        now += after
        baseline.see(now, steps, None if speed is None else Speed(speed), None if grade is None else Grade(grade), RUNNER.easy)
    learned = baseline.learned(RUNNER)
    assert from_plain(json.loads(json.dumps(to_plain(learned)))) == learned
    speeds = [band.speed for band in learned.level_steps]
    assert speeds == sorted(set(speeds))
