"""Walking on request: only slower and flatter, until a key. And an easy pace that is found in the warm-up, and only there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from engine_bench import Bench, deck, runner, segment, workout

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import EasyPace, Event, Key, Pressed, Told
from treadctl.safety import Pause, SetIncline, SetSpeed, Start, Stop
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout

LONG = workout(segment(30), segment(300, -60, 900), segment(60))


def on_the_hill(plan: Workout = LONG) -> Bench:
    """Running at 8.5 on −6, where the cap of a nine-an-hour runner lies."""
    bench = Bench(plan).running()
    bench.until(lambda: bench.tilt == -60.0 and bench.snapshot.segment_index == 1)
    bench.until(lambda: bench.belt == bench.snapshot.target_speed)
    return bench


# --- walking ----------------------------------------------------------------------------------------------------------


def test_walk_leaves_at_once_level_and_at_walking_pace() -> None:
    bench = on_the_hill()
    step = bench.press(Key.WALK)
    assert set(step.commands) == {SetSpeed(Speed(450)), SetIncline(Grade(0))}
    assert "walking" in bench.said(bench.now)
    bench.wait(30)
    assert (bench.belt, bench.tilt) == (450.0, 0.0)
    assert bench.phase is Phase.RUNNING


def test_walking_goes_on_until_a_key_and_the_steps_clock_waits() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    at = bench.snapshot.segment_s
    bench.wait(400)
    assert bench.snapshot.segment_s == at
    assert (bench.belt, bench.tilt) == (450.0, 0.0)
    assert bench.phase is Phase.RUNNING


def test_walking_only_gets_slower_and_flatter() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    at = bench.now
    bench.wait(60)
    assert all(a.speed >= b.speed for (_, a), (_, b) in pairwise(bench.sent(SetSpeed, at)))
    assert {command.grade for _, command in bench.sent(SetIncline, at)} == {Grade(0)}


def test_who_was_slower_than_a_walk_is_not_made_faster() -> None:
    bench = Bench(workout(segment(300, 0, 300))).running()
    at = bench.now
    bench.press(Key.WALK)
    bench.wait(30)
    assert not bench.sent(SetSpeed, at)
    assert bench.belt == 300.0


def test_walking_levels_a_climb_too() -> None:
    bench = Bench(workout(segment(300, 50, 600))).running()
    bench.press(Key.WALK)
    bench.wait(20)
    assert (bench.belt, bench.tilt) == (450.0, 0.0)


def test_resume_goes_on_slow_before_steep_with_its_whole_countdown() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    bench.wait(30)
    at = bench.now
    bench.press(Key.RESUME)
    assert "resume: going on" in bench.said(at)
    bench.until(lambda: bench.tilt < -1)
    said = bench.said(at)
    assert said.index("tipping in 3") < said.index("2") < said.index("1")
    assert bench.belt <= bench.engine.run.aims.cap(Grade(-60)) + 30
    bench.until(lambda: bench.tilt == -60.0 and bench.belt == bench.snapshot.target_speed)
    assert bench.snapshot.segment_index == 1


@pytest.mark.parametrize("key", [Key.FASTER, Key.SLOWER, Key.STEEPER, Key.FLATTER, Key.WALK])
def test_while_walking_these_keys_change_nothing_and_say_so(key: Key) -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    bench.wait(30)
    at = bench.now
    bench.press(key)
    bench.wait(20)
    assert not bench.sent(SetSpeed, at)
    assert not bench.sent(SetIncline, at)
    assert key is Key.WALK or f"{key.value}: walking until resume" in bench.said(at)


@pytest.mark.parametrize("key", [Key.SKIP, Key.BACK, Key.EXTEND])
def test_a_coach_who_goes_on_in_the_program_makes_nobody_run_who_walks(key: Key) -> None:
    """These keys are a coach's too; only resume, which nobody but the runner can press, ends walking."""
    bench = on_the_hill()
    bench.press(Key.WALK)
    bench.wait(30)
    bench.press(key)
    bench.wait(60)
    assert (bench.belt, bench.tilt) == (450.0, 0.0)


def test_a_skip_past_the_last_step_goes_home_from_a_walk() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    for _ in range(2):
        bench.press(Key.SKIP)
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.FINISHED


def test_what_is_not_given_while_walking_is_shown_with_the_reason() -> None:
    bench = on_the_hill()
    at = bench.now
    bench.press(Key.WALK)
    shown = {(limit.what, limit.asked, limit.given, limit.why) for limit in bench.snapshot.limits}
    assert shown == {
        ("grade", "-6.0 %", "0.0 %", "walking until resume"),
        ("speed", "9.0 km/h", "4.5 km/h", "walking until resume"),
    }
    assert not [words for words in bench.said(at) if "limited" in words]


@pytest.mark.parametrize("phase", [Phase.LEVELLING, Phase.COUNTDOWN, Phase.STARTING])
def test_nobody_is_started_in_order_to_walk(phase: Phase) -> None:
    bench = Bench()
    bench.tilt = bench.tilt_goal = 30.0
    bench.armed().to(phase)
    bench.press(Key.WALK)
    started = len(bench.sent(Start))
    bench.wait(20)
    assert bench.phase is Phase.PAUSED
    assert len(bench.sent(Start)) == started
    assert bench.belt == 0.0
    assert bool(bench.sent(Pause)) is (phase is Phase.STARTING)


def test_unarmed_paused_or_on_the_way_home_there_is_nothing_to_walk_for() -> None:
    unarmed = Bench()
    unarmed.wait(5)
    assert unarmed.press(Key.WALK).commands == ()
    paused = on_the_hill()
    paused.press(Key.PAUSE)
    paused.to(Phase.PAUSED)
    paused.wait(5)
    assert paused.press(Key.WALK).commands == ()
    home = Bench(workout(segment(10))).running()
    home.to(Phase.ENDING)
    home.press(Key.WALK)
    home.to(Phase.OVER)
    assert home.engine.ending is Ending.FINISHED


def test_a_pause_while_walking_and_its_resume_end_the_walking() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    bench.wait(30)
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.press(Key.RESUME)
    bench.until(lambda: bench.phase is Phase.RUNNING and bench.tilt == -60.0)


def test_stop_while_walking_is_stop() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    assert bench.press(Key.STOP).commands == (Stop(),)
    assert on_the_hill().give(Pressed(Key.WALK), Pressed(Key.STOP)).commands == (Stop(),)


def test_the_console_comes_first_while_walking_too() -> None:
    bench = on_the_hill()
    bench.press(Key.WALK)
    bench.wait(40)
    at = bench.now
    bench.belt_goal = 600.0
    bench.give(Told(Event.SPEED, 600))
    bench.wait(30)
    assert bench.belt == 600.0
    assert not bench.sent(SetSpeed, at)


def test_walking_reaches_a_propped_deck_in_true_grade() -> None:
    bench = Bench(LONG, on=deck(lowest=0, offset=-20)).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.wait(40)
    at = bench.now
    bench.press(Key.WALK)
    bench.wait(20)
    assert all(command.grade == Grade(20) for _, command in bench.sent(SetIncline, at))
    assert bench.snapshot.shown_grade == Grade(0)


# --- a pace found in the warm-up ----------------------------------------------------------------------------------------


def easy(kind: SegmentKind, seconds: int, grade: int = 0) -> Segment:
    pace = Relative(Base.EASY)
    return Segment(kind, seconds, Grade(grade), Grade(grade), pace, pace)


GUESTS = workout(easy(SegmentKind.WARM_UP, 120), easy(SegmentKind.DECLINE, 120, -40), easy(SegmentKind.RECOVER, 60))


def test_an_easy_pace_found_in_the_warm_up_is_run_at_once_and_on_every_step_after_it() -> None:
    bench = Bench(GUESTS, runner(easy=600)).running()
    at = bench.now
    bench.give(EasyPace(Speed(700)))
    assert "easy pace: 7.0 km/h" in bench.said(at)
    bench.until(lambda: bench.belt == 700.0)
    assert bench.snapshot.segment_index == 0
    bench.until(lambda: bench.snapshot.segment_index == 1 and bench.belt == 700.0 and bench.tilt == -40.0)


def test_a_slower_easy_pace_caps_the_declines_that_come() -> None:
    bench = Bench(GUESTS, runner(easy=800)).running()
    bench.give(EasyPace(Speed(600)))
    bench.until(lambda: bench.tilt < 0)
    assert bench.belt <= 630.0
    bench.wait(60)
    assert bench.belt == 600.0


@pytest.mark.parametrize("when", ["on the decline", "on the way to it", "before the start"])
def test_an_easy_pace_counts_in_the_warm_up_only(when: str) -> None:
    bench = Bench(GUESTS, runner(easy=600))
    if when == "before the start":
        bench.wait(5)
    else:
        bench.running()
        bench.until(lambda: bench.tilt < 0 if when == "on the way to it" else bench.snapshot.segment_index == 1)
    at = bench.now
    bench.give(EasyPace(Speed(900)))
    assert bench.engine.runner.easy == 600
    bench.wait(20)
    assert all(command.speed <= 600 for _, command in bench.sent(SetSpeed, at))


@pytest.mark.parametrize("speed", [100, 2600])
def test_an_easy_pace_slower_than_a_walk_or_faster_than_any_belt_is_none(speed: int) -> None:
    bench = Bench(GUESTS, runner(easy=600, walk=450)).running()
    at = bench.now
    bench.give(EasyPace(Speed(speed)))
    assert "easy pace: 6.0 km/h" in bench.said(at)
