"""A treadmill that counts miles is found out by its first, small raise: asked 1.8, shows 2.9 or 1.1."""

from __future__ import annotations

import pytest
from engine_bench import Bench, segment, workout

from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase
from treadctl.engine.slip import UnitSlip, is_off_by_a_mile
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Event, Key, Told
from treadctl.safety import SetSpeed
from treadctl.units import Speed

PLAN = workout(segment(600))
MILES = "this treadmill counts miles: stopping"


def raised(plan_s: int = 600) -> Bench:
    """A bench whose belt was just asked for its first raise, to 1.8 km/h."""
    bench = Bench(workout(segment(plan_s))).armed()
    bench.to(Phase.RUNNING)
    bench.until(lambda: bool(bench.sent(SetSpeed)))
    assert bench.sent(SetSpeed)[-1][1] == SetSpeed(Speed(180))
    return bench


@pytest.mark.parametrize("makes_of_it", [289.7, 290.0, 280.0, 111.8, 110.0, 116.0])
def test_a_belt_that_comes_to_rest_in_the_other_unit_is_stopped(makes_of_it: float) -> None:
    bench = raised()
    bench.belt_goal = makes_of_it
    at = bench.now
    bench.to(Phase.STOPPING, within_s=10)
    assert bench.now <= at + 8.0
    assert [command.speed for _, command in bench.sent(SetSpeed)] == [180], "and was asked for nothing faster"
    assert bench.engine.ladder.seen == {Condition.UNIT_SLIP: None}
    detail = next(cue.detail for _, cue in bench.cues if cue.words == MILES)
    assert "asked 1.8 km/h, shows" in detail
    assert "set its unit" in detail
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.SAFETY


def test_a_belt_that_shows_its_setpoint_in_the_other_unit_is_found_out_as_soon() -> None:
    bench = raised()
    bench.belt = bench.belt_goal = 110.0
    at = bench.now
    bench.to(Phase.STOPPING, within_s=10)
    assert bench.now <= at + 6.0


def test_a_belt_that_does_as_it_is_told_goes_on() -> None:
    bench = raised()
    bench.until(lambda: bench.belt == 900.0)
    assert bench.engine.ladder.seen == {}


@pytest.mark.parametrize("tenth_of_the_rate", [5.0, 3.0])
def test_a_slow_belt_passes_through_the_other_unit_and_is_not_taken_for_it(tenth_of_the_rate: float) -> None:
    """0.05 and 0.03 km/h per second, by 1.1 on the way to 1.8."""
    bench = raised()
    for quarter in range(int(100 / tenth_of_the_rate) * 4):
        bench.belt = bench.belt_goal = 80.0 + tenth_of_the_rate * quarter / 4
        bench.tick()
    assert Condition.UNIT_SLIP not in bench.engine.ladder.seen
    assert bench.is_in(Phase.RUNNING)


def test_a_belt_that_stays_where_it_was_does_not_follow_and_is_not_taken_for_one_that_counts_miles() -> None:
    """It began at 1.1 by itself, and ignores everything."""
    bench = Bench(PLAN).armed()
    bench.to(Phase.STARTING)
    bench.until(lambda: bench.belt_goal == 80.0)
    bench.belt_goal = 130.0
    bench.until(lambda: bool(bench.sent(SetSpeed)))
    asked = bench.sent(SetSpeed)[0][1].speed
    bench.belt_goal = bench.belt
    assert asked > bench.belt + 30
    bench.obeys = False
    bench.wait(20)
    assert bench.is_at(Level.HOLD)
    assert bench.engine.ladder.seen == {Condition.BELT_NOT_FOLLOWING: None}


def test_a_belt_that_wobbles_there_is_judged_when_it_ought_to_have_followed() -> None:
    bench = raised()
    at = bench.now
    while bench.is_in(Phase.RUNNING) and bench.now < at + 20:
        bench.belt = bench.belt_goal = 100.0 + 12 * (int(bench.now) % 2)
        bench.tick()
    assert bench.now <= at + 16.0
    assert Condition.UNIT_SLIP in bench.engine.ladder.seen


def test_once_a_raise_ended_where_it_should_nothing_is_taken_for_miles() -> None:
    bench = raised()
    bench.until(lambda: bench.belt == 900.0)
    at = bench.now
    bench.press(Key.SLOWER)
    bench.tick()
    bench.belt_goal = 850 / 1.609
    bench.wait(20)
    assert Condition.UNIT_SLIP not in bench.engine.ladder.seen
    assert len(bench.sent(SetSpeed, at)) == 1


def test_a_first_target_told_back_in_miles_is_left_to_the_belt_to_show() -> None:
    """Only its status is in miles: the belt does what it was told, and shows it."""
    bench = raised()
    bench.give(Told(Event.SPEED, 112))
    bench.until(lambda: bench.belt == 900.0)
    assert bench.engine.ladder.seen == {}


@pytest.mark.parametrize(
    ("sent", "shown", "off"),
    [
        (400, 644, True),  # 1.609 of it
        (400, 249, True),  # 0.621 of it
        (400, 620, True),
        (400, 615, False),
        (400, 240, True),
        (400, 235, False),
        (400, 400, False),
        (400, 550, False),
        (70, 44, False),  # within what belts wobble
    ],
)
def test_off_by_a_mile_is_within_four_percent(sent: int, shown: int, off: bool) -> None:
    assert is_off_by_a_mile(Speed(sent), Speed(shown)) is off


def test_a_new_target_begins_a_new_judgement() -> None:
    slip = UnitSlip()
    assert not any(slip.see(Speed(290), Speed(180), 0.0, Speed(80), float(n)) for n in range(5))
    assert not any(slip.see(Speed(290), Speed(180), 5.0, Speed(80), float(n)) for n in range(5, 10))
    assert slip.see(Speed(290), Speed(180), 5.0, Speed(80), 10.0)
