"""A Stop that has no link to leave by: each press is at least as strong as the one before it, and giving up cancels none."""

from __future__ import annotations

import pytest
from engine_bench import Bench

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Connected, Disconnected, Key
from treadctl.safety import Stop

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
