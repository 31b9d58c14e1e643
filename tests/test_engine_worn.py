"""What a runner wears: shown while fresh, told when it comes and goes, and never a reason to go faster."""

from __future__ import annotations

import pytest
from engine_bench import HILL, Bench, segment, workout
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.coaching.cues import CueKind
from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import HeartRate, Input, Key, SensorNews, StepRate, Telemetry, Worn
from treadctl.safety import Command, SetSpeed, Stop
from treadctl.units import Grade, Speed

RUN = workout(segment(900))
SLOWING, NOBODY = "no steps felt for 5 seconds: slowing", "nobody on the belt: stopping"


def worn(bench: Bench, steps: int | None, seconds: float) -> None:
    """The foot pod says this once a second."""
    end = bench.now + seconds
    while bench.now < end:
        bench.tick(*([StepRate(steps)] if bench.now == int(bench.now) else []))


def at_speed() -> Bench:
    bench = Bench(RUN).running()
    bench.until(lambda: bench.belt == 900.0)
    return bench


# --- nobody on the belt -----------------------------------------------------------------------------------------------


def test_no_steps_for_five_seconds_slow_the_belt_to_a_walk() -> None:
    bench = at_speed()
    worn(bench, 170, 10)
    at = bench.now
    worn(bench, 0, 7)
    assert bench.when_said(SLOWING) == pytest.approx(at + 6.0, abs=0.5)
    assert bench.is_at(Level.HOLD)
    assert bench.sent(SetSpeed, at)[0][1] == SetSpeed(Speed(450))
    assert bench.snapshot.target_speed == 450
    assert bench.is_in(Phase.RUNNING)


def test_still_no_steps_ten_seconds_later_stop_it() -> None:
    bench = at_speed()
    worn(bench, 0, 30)
    slowed, stopped = bench.when_said(SLOWING), bench.when_said(NOBODY)
    assert stopped == pytest.approx(slowed + 10.0, abs=0.5)
    assert bench.sent(Stop)[0][0] == stopped
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.SAFETY
    assert list(bench.engine.ladder.seen) == [Condition.NO_STEPS, Condition.NOBODY]


def test_steps_felt_again_go_on_only_by_key() -> None:
    bench = at_speed()
    worn(bench, 0, 8)
    at = bench.now
    worn(bench, 160, 60)
    assert bench.is_in(Phase.RUNNING)
    assert bench.belt == 450.0
    assert NOBODY not in bench.said()
    assert not [c for _, c in bench.sent(SetSpeed, at) if c.speed > 450], "nothing clears into faster by itself"
    bench.press(Key.RESUME)
    worn(bench, 160, 30)
    assert bench.belt > 800.0
    assert bench.is_at(Level.FINE)


def test_faster_is_no_such_key() -> None:
    bench = at_speed()
    worn(bench, 0, 8)
    worn(bench, 160, 10)
    bench.press(Key.FASTER)
    worn(bench, 160, 10)
    assert bench.belt == 450.0


def test_after_a_key_it_is_watched_anew() -> None:
    bench = at_speed()
    worn(bench, 0, 8)
    worn(bench, 160, 3)
    bench.press(Key.RESUME)
    at = bench.now
    worn(bench, 0, 40)
    assert bench.said(at).count(SLOWING) == 1
    assert bench.when_said(NOBODY, at) >= bench.when_said(SLOWING, at) + 10


def test_at_a_walk_nobody_need_step() -> None:
    bench = Bench(workout(segment(900, 0, 400))).running()
    bench.until(lambda: bench.belt == 400.0)
    worn(bench, 0, 60)
    assert bench.snapshot.troubles == ()


def test_without_a_pod_or_its_fresh_word_nothing_of_this_happens() -> None:
    for words in ([], [StepRate(0)], [StepRate(0), StepRate(None, "frozen")]):
        bench = at_speed()
        bench.give(*words)
        bench.wait(60)
        assert bench.is_in(Phase.RUNNING)
        assert bench.belt == 900.0
        assert bench.snapshot.troubles == ()


def test_a_pod_that_falls_silent_after_the_slowing_feels_no_steps_either() -> None:
    """Somebody may lie there, and the pod has gone to sleep."""
    bench = at_speed()
    worn(bench, 0, 8)
    bench.wait(20)
    assert bench.engine.phase in (Phase.STOPPING, Phase.OVER)
    assert any("nobody" in words for words in bench.said())


def test_one_step_begins_the_five_seconds_anew() -> None:
    bench = at_speed()
    for _ in range(5):
        worn(bench, 0, 4)
        worn(bench, 120, 1)
    assert bench.snapshot.troubles == ()


def test_no_console_keeps_a_belt_fast_that_nobody_steps_on() -> None:
    bench = at_speed()
    bench.wait(5)
    bench.belt_goal = 1000.0
    worn(bench, 170, 10)
    assert bench.snapshot.target_speed == 1000
    worn(bench, 0, 8)
    assert bench.snapshot.target_speed == 450
    assert bench.belt_goal == 450.0


def test_a_still_or_stopping_belt_is_not_watched() -> None:
    bench = Bench(RUN)
    worn(bench, 0, 5)
    bench.press(Key.ARM)
    bench.to(Phase.STARTING)
    bench.press(Key.STOP)
    worn(bench, 0, 20)
    assert Condition.NO_STEPS not in bench.engine.ladder.seen


# --- shown and said ---------------------------------------------------------------------------------------------------


def test_a_step_rate_is_shown_for_five_seconds() -> None:
    bench = Bench(RUN)
    bench.wait(2)
    assert (bench.snapshot.step_rate, bench.snapshot.step_rate_why) == (None, "")
    assert bench.give(StepRate(168)).snapshot.step_rate == 168
    bench.wait(5)
    assert (bench.snapshot.step_rate, bench.snapshot.step_rate_why) == (168, "")
    bench.tick()
    assert (bench.snapshot.step_rate, bench.snapshot.step_rate_why) == (None, "nothing heard")


def test_a_step_rate_that_cannot_be_believed_says_why() -> None:
    snapshot = Bench(RUN).give(StepRate(None, "twice the last")).snapshot
    assert (snapshot.step_rate, snapshot.step_rate_why) == (None, "twice the last")


def test_a_heart_rate_is_the_straps_else_the_treadmills_and_fresh() -> None:
    bench = Bench(RUN)
    shown = [bench.snapshot.heart_rate]
    for told in (Telemetry(heart_rate_bpm=120), HeartRate(141), HeartRate(None, "no contact"), HeartRate(143)):
        shown.append(bench.give(told).snapshot.heart_rate)
    assert shown == [None, 120, 141, 120, 143]
    bench.wait(5)
    shown.append(bench.snapshot.heart_rate)
    shown.append(bench.tick().snapshot.heart_rate)
    assert shown[-2:] == [143, None]


def test_what_is_worn_outlives_a_link() -> None:
    bench = Bench(RUN)
    bench.give(StepRate(168), HeartRate(140))
    bench.engine.run.link(bench.machine)
    assert (bench.tick().snapshot.step_rate, bench.snapshot.heart_rate) == (168, 140)


def test_a_sensor_that_comes_or_goes_is_said_quietly() -> None:
    (cue,) = at_speed().give(SensorNews(Worn.FOOT_POD, "lost")).cues
    assert (cue.kind, cue.words) == (CueKind.NEWS, "foot pod: lost")


# --- and nothing gets faster ------------------------------------------------------------------------------------------


def told(hearts: list[int | None], every: int) -> list[tuple[float, Command]]:
    """The commands of a session with and beside a heart; None is silence."""
    bench = Bench(HILL).armed()
    n = 0
    while bench.phase is not Phase.OVER and bench.now < 400:
        n += 1
        heart = hearts[n // every % len(hearts)] if hearts and n % every == 0 else None
        also: list[Input] = [] if heart is None else [HeartRate(heart), Telemetry(heart_rate_bpm=heart)]
        bench.tick(*also)
    return bench.commands


NO_HEART = told([], 1)


@settings(max_examples=12, deadline=None)
@given(st.lists(st.none() | st.integers(0, 300), min_size=1, max_size=8), st.integers(1, 9))
def test_a_heart_rate_changes_no_command(hearts: list[int | None], every: int) -> None:
    assert told(hearts, every) == NO_HEART


@settings(max_examples=12, deadline=None)
@given(st.lists(st.none() | st.integers(0, 250), min_size=1, max_size=8), st.integers(1, 12))
def test_a_step_rate_never_makes_anything_faster_or_steeper(steps: list[int | None], every: int) -> None:
    bench = Bench(HILL).armed()
    n = 0
    while bench.phase is not Phase.OVER and bench.now < 300:
        n += 1
        rate = steps[n // every % len(steps)] if n % every == 0 else None
        bench.tick(*([StepRate(rate)] if n % every == 0 else []))
    speeds = [int(command.speed) for _, command in bench.sent(SetSpeed)]
    assert max(speeds) <= max(int(c.speed) for _, c in NO_HEART if isinstance(c, SetSpeed))
    assert bench.tilt >= Grade(-40)
