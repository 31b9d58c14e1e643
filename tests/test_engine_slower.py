"""Slower is never refused: not even where the console sent the belt up before it was where we had sent it.

To the gate that target of ours is still under way, for up to 20 s, and what lies above it is a raise.
"""

from __future__ import annotations

import pytest
from engine_bench import Bench, segment, workout
from referee import Referee, drawn

from treadctl.engine.targets import Adjustments
from treadctl.engine.words import Event, Key, Told
from treadctl.safety import SetSpeed
from treadctl.units import Speed


def sent_up_at_the_console() -> Bench:
    """We had just sent the belt down from 9 to 6 km/h; somebody sends it to 10 instead."""
    bench = Bench(workout(segment(60), segment(600, 0, 600))).running()
    bench.until(lambda: SetSpeed(Speed(600)) in bench.step.commands)
    bench.wait(2.5)
    bench.give(Told(Event.SPEED, 1000))
    bench.belt_goal = 1000.0
    return bench


@pytest.mark.parametrize("after_s", [1, 4, 8, 12, 16])
def test_slower_leaves_at_once_after_the_console_was_faster(after_s: float) -> None:
    bench = sent_up_at_the_console()
    bench.wait(after_s)
    assert bench.press(Key.SLOWER).commands == (SetSpeed(Speed(600)),), "what was under way is the most that passes"
    assert bench.said()[-1] == "slower: 6.0 km/h", "and that is what is said"
    bench.wait(30)
    assert bench.belt == 600.0, "nobody who asked for less is made faster again"


def test_when_the_target_before_is_history_one_press_is_half_a_kilometre_an_hour() -> None:
    bench = sent_up_at_the_console()
    bench.wait(30)
    assert bench.press(Key.SLOWER).commands == (SetSpeed(Speed(950)),)


def test_what_was_only_held_back_for_that_reason_eases_no_later_step() -> None:
    bench = Bench(workout(segment(60), segment(60, 0, 600), segment(600))).running()
    bench.until(lambda: SetSpeed(Speed(600)) in bench.step.commands)
    bench.wait(2.5)
    bench.give(Told(Event.SPEED, 1000))
    bench.belt_goal = 1000.0
    bench.wait(8)
    bench.press(Key.SLOWER)
    bench.until(lambda: bench.belt == 900.0, within_s=120)


def test_a_speed_that_was_held_below_the_plan_follows_a_plan_that_goes_lower_still() -> None:
    """What was under way is less than the step asks: a ramp from 9 to 3 km/h goes on below it, and so does the belt."""
    adjust = Adjustments()
    adjust.set_speed(Speed(950), Speed(900), Speed(1000))
    adjust.hold_at_most(Speed(600), Speed(900))
    assert [adjust.held_speed(Speed(asked)) for asked in (900, 600, 599, 300)] == [600, 600, 599, 300]
    adjust.set_speed(Speed(950), Speed(900), Speed(1000))
    adjust.hold_at_most(Speed(920), Speed(900))
    assert adjust.held_speed(Speed(300)) == 920, "one above it is the runner's own for this step"


def test_a_walk_asked_for_by_the_room_leaves_at_once_likewise() -> None:
    bench = Bench(workout(segment(60), segment(600, 0, 300))).running()
    bench.until(lambda: SetSpeed(Speed(300)) in bench.step.commands)
    bench.wait(2.5)
    bench.give(Told(Event.SPEED, 1000))
    bench.belt_goal = 1000.0
    bench.wait(8)
    bench.press(Key.WALK)
    bench.tick()
    assert SetSpeed(Speed(300)) in [command for _, command in bench.commands[-3:]]


def test_a_quick_run_at_the_console_and_slower_within_twenty_seconds_is_not_refused() -> None:
    Referee(drawn(720221)).run()
