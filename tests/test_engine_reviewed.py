"""Promises that a hostile reading of the engine found broken, each kept since."""

from __future__ import annotations

import pytest
from engine_bench import Bench, deck, runner, segment, workout

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Connected, Event, Key, Machine, Tick, Told
from treadctl.safety import SetIncline, SetSpeed, Start, Stop
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment, SegmentKind

LONG = workout(segment(600))


def test_a_belt_that_is_changing_its_speed_is_not_armed() -> None:
    """Somebody is still turning it up, or has just stopped it: neither is ours to go on from."""
    for goal in (1000.0, 300.0):
        bench = Bench(LONG)
        bench.belt = bench.belt_goal = 600.0
        bench.wait(6)
        bench.belt_goal = goal
        bench.wait(3)
        bench.press(Key.ARM)
        assert bench.is_in(Phase.READY), goal
        bench.until(lambda bench=bench, goal=goal: bench.belt == goal)  # type: ignore[misc]
        bench.wait(5)
        bench.press(Key.ARM)
        assert bench.is_in(Phase.RUNNING), goal


def test_nobody_is_started_long_after_the_count_of_one() -> None:
    bench = Bench(LONG).armed()
    bench.to(Phase.COUNTDOWN)
    bench.tells = False
    bench.wait(10)
    assert bench.sent(Start) == []
    bench.tells = True
    at = bench.now
    started = bench.until(lambda: bool(bench.sent(Start)))
    assert [words for words in bench.said(at) if words in ("3", "2", "1")][-3:] == ["3", "2", "1"]
    assert started - max(t for t, cue in bench.cues if cue.words == "1") <= 1.25


def test_a_countdown_that_leads_nowhere_ends_the_session() -> None:
    bench = Bench(LONG).armed()
    bench.to(Phase.COUNTDOWN)
    bench.tells = False
    bench.until(lambda: bench.snapshot.ending is Ending.TREADMILL_FAILED, within_s=90)
    assert bench.sent(Start) == []


def test_flatter_during_a_countdown_does_not_spare_the_count() -> None:
    bench = Bench(workout(segment(60), segment(120, -80))).running()
    bench.until(lambda: "tipping in 3" in bench.said())
    bench.press(Key.FLATTER)
    counted_to = bench.when_said("tipping in 3")
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=counted_to)))
    assert tipped - counted_to >= 3.0


def test_a_skip_during_a_countdown_begins_it_anew() -> None:
    bench = Bench(workout(segment(60), segment(120, -40), segment(120, -80))).running()
    bench.until(lambda: "2" in bench.said(since=20))
    bench.press(Key.SKIP)
    bench.press(Key.SKIP)
    at = bench.now
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=at)))
    assert tipped - at >= 3.0


def test_what_was_made_milder_never_outruns_a_plan_that_gets_milder_too() -> None:
    slowing = Segment(SegmentKind.FREE, 240, pace_from=Speed(1200), pace_to=Speed(500))
    bench = Bench(workout(slowing)).running()
    bench.press(Key.SLOWER)
    bench.wait(225)
    assert bench.belt <= bench.snapshot.asked_speed + 30
    flattening = segment(240, -80, 700, grade_to=0)
    bench = Bench(workout(flattening)).running()
    bench.press(Key.FLATTER)
    bench.wait(225)
    assert bench.tilt >= bench.snapshot.asked_grade - 5


def test_a_key_that_is_held_down_waits_for_the_belt_and_the_deck() -> None:
    bench = Bench(LONG).running()
    for _ in range(30):
        bench.press(Key.FASTER)
    assert bench.snapshot.target_speed <= 1100  # 9.0, and 2.0 more
    tilted = Bench(workout(segment(600, -20))).running()
    for _ in range(30):
        tilted.press(Key.STEEPER)
    assert tilted.snapshot.target_grade >= -40  # -2.0, and 2.0 more


def test_nothing_is_tipped_under_a_belt_that_the_console_made_faster_than_the_cap() -> None:
    bench = Bench(workout(segment(300, -20, 800, grade_to=-100)), runner(easy=800)).running()
    bench.wait(10)
    bench.belt_goal = 1200.0
    bench.give(Told(Event.SPEED, 1200))
    for _ in range(600):
        step = bench.tick()
        if any(isinstance(command, SetIncline) for command in step.commands):
            assert bench.belt <= 830, "the belt slows to the easy pace before the deck goes on"
    assert bench.tilt <= -40
    assert any(words.startswith("speed limited") for words in bench.said())


def test_a_computer_that_stood_still_for_long_stops_the_belt_whatever_arrived_meanwhile() -> None:
    bench = Bench(LONG).running()
    bench.now += 60.0
    step = bench.give(bench.frame(), Tick())
    assert Stop() in step.commands


@pytest.mark.parametrize(("told", "held"), [(Told(Event.SPEED, 883), False), (Told(Event.SPEED, 850), True)])
def test_a_machine_that_rounds_our_target_is_not_a_console(told: Told, held: bool) -> None:
    """A belt that counts in miles tells 8.83 where it was sent 9.0; somebody who pressed minus tells much less."""
    bench = Bench(workout(segment(600, 0, 900)))
    bench.armed().to(Phase.RUNNING)
    bench.until(lambda: any(command == SetSpeed(Speed(900)) for _, command in bench.commands))
    bench.give(told)
    assert any(words.startswith("console: speed") for words in bench.said()) is held


def test_a_belt_too_fast_at_its_slowest_is_not_taken_down_a_hill() -> None:
    bench = Bench(workout(segment(120, -70, 600)), runner(easy=600, walk=400))
    bench.machine = Machine("quick", Speed(800), Speed(2000), 10, deck())
    bench.give(Connected(bench.machine))
    bench.armed().to(Phase.RUNNING)
    bench.wait(60)
    assert bench.tilt == 0.0
    assert bench.snapshot.target_grade == Grade(0)
