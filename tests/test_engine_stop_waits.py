"""A Stop that has no link to leave by: each press is at least as strong as the one before it, and giving up cancels none."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import HILL, Bench, deck

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import ClockJumped, Connected, Disconnected, Key, Pressed, Telemetry
from treadctl.safety import Stop
from treadctl.units import Grade, Speed

LEFT = "the belt may still be moving: use the console or the key"


def without_a_link() -> Bench:
    bench = Bench().running()
    bench.give(Disconnected("gone"))
    bench.tick()
    return bench


def test_a_second_stop_leaves_the_belt_to_its_guardian_and_says_so() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(20)
    step = bench.press(Key.STOP)
    assert bench.is_in(Phase.OVER)
    assert bench.engine.ending is Ending.LINK_FAILED
    assert bench.engine.belt_is_ours, "whoever watches over the belt goes on trying"
    assert [(cue.words, cue.detail) for cue in step.cues] == [(LEFT, "its guardian goes on trying to send Stop")]


def test_a_stop_that_waited_in_vain_is_left_to_the_guardian_too() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.to(Phase.OVER)
    assert bench.engine.belt_is_ours
    assert bench.said()[-1] == LEFT


@pytest.mark.parametrize("pressed_after_s", [1, 60, 118])
def test_two_minutes_count_from_the_press_and_not_from_the_lost_link(pressed_after_s: float) -> None:
    bench = without_a_link()
    bench.wait(pressed_after_s)
    pressed_at = bench.now
    bench.press(Key.STOP)
    assert bench.to(Phase.OVER) == pytest.approx(pressed_at + 120.0, abs=0.5)


def test_a_press_on_a_stop_that_waits_makes_it_new() -> None:
    """Pressed, pressed again in fright, and the link is back 31 s after the first: that is a Stop of now."""
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(14)
    bench.press(Key.STOP)
    bench.wait(17)
    assert bench.give(Connected(bench.machine), bench.frame()).commands == (Stop(),)


def test_a_press_on_a_stop_that_waits_makes_the_session_wait_longer() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(10)
    pressed_at = bench.now
    bench.press(Key.STOP)
    assert bench.to(Phase.OVER) == pytest.approx(pressed_at + 120.0, abs=0.5)


def test_a_stop_cut_short_by_the_link_and_pressed_again_is_left_to_the_guardian() -> None:
    bench = Bench().running()
    bench.press(Key.STOP)
    bench.give(Disconnected("gone"))
    bench.wait(16)
    bench.press(Key.STOP)
    assert bench.is_in(Phase.OVER)
    assert bench.engine.belt_is_ours


def test_a_session_that_nobody_comes_back_to_and_nobody_stopped_lets_go_of_the_belt() -> None:
    """Nobody asked for a Stop: the console has the belt."""
    bench = without_a_link()
    bench.to(Phase.OVER)
    assert not bench.engine.belt_is_ours
    assert LEFT not in bench.said()


def stopped_on_a_belt_of_the_consoles() -> Bench:
    """Nobody was armed; Stop was pressed all the same, and the belt goes on."""
    bench = Bench(HILL)
    bench.belt = bench.belt_goal = 900.0
    bench.wait(5)
    assert bench.press(Key.STOP).commands == (Stop(),)
    bench.belt_goal = 900.0
    return bench


def test_a_link_that_reads_an_unsuitable_deck_takes_the_stop_along_all_the_same() -> None:
    """One failed read of the ranges makes a deck without declines of it; a session that ends for that would forget the belt."""
    bench = stopped_on_a_belt_of_the_consoles()
    bench.give(Disconnected("gone"))
    bench.wait(3)
    bench.give(Connected(replace(bench.machine, deck=deck(lowest=0))))
    assert bench.is_in(Phase.STOPPING)
    assert bench.tick(Telemetry(Speed(900), Grade(0))).commands == (Stop(),)


def test_a_press_at_wake_up_is_new_though_nobody_was_armed() -> None:
    bench = stopped_on_a_belt_of_the_consoles()
    bench.wait(1)
    bench.give(ClockJumped(130.0), Pressed(Key.STOP))
    assert bench.is_in(Phase.UNLINKED)
    assert bench.engine.belt_is_ours
    assert bench.give(Connected(bench.machine), bench.frame()).commands == (Stop(),)


@pytest.mark.parametrize("how", ["looks", "pressed again"])
def test_a_stop_cut_short_calls_no_belt_still_before_it_can_be(how: str) -> None:
    """It ran at 9 km/h; frames that show the setpoint jump to zero (FitShow), and a lost link slows no belt."""
    bench = Bench(HILL).running()
    bench.tells = False
    bench.tick(Telemetry(Speed(900), Grade(0)))
    bench.press(Key.STOP)
    pressed_at = bench.now
    bench.give(Disconnected("gone"), Connected(bench.machine))
    if how == "pressed again":
        bench.press(Key.STOP)
    while bench.is_in(Phase.STOPPING):
        bench.tick(Telemetry(Speed(0), Grade(0)))
    assert 9.0 <= bench.now - pressed_at <= 9.5
