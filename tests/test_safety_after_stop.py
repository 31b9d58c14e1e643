"""After a Stop only what telemetry shows says which grade is shallower: what was cleared before it was for a belt that ran."""

from __future__ import annotations

import pytest
from gates import CONTROL, PAUSE, SILENT, START, STOP, Bench, incline
from hypothesis import given
from hypothesis import strategies as st

from treadctl.safety import Reason


@pytest.mark.parametrize("stop", [STOP, PAUSE])
def test_after_a_stop_a_decline_that_was_cleared_before_it_is_not_cleared_again(stop: bytes) -> None:
    bench = Bench(kmh=800)
    assert bench.lets(incline(-20))
    bench.show(800, 0, seconds=1)
    assert bench.lets(stop)
    bench.show(700, 0, seconds=1)
    assert bench.refusal(incline(-20)) is Reason.STOPPED
    assert bench.refusal(incline(-10)) is Reason.STOPPED
    assert bench.lets(incline(0))


@pytest.mark.parametrize("stop", [STOP, PAUSE])
def test_after_a_stop_what_is_no_steeper_than_the_deck_is_shown_clears_as_ever(stop: bytes) -> None:
    bench = Bench(kmh=800, grade=-20)
    assert bench.lets(incline(-40), stop)
    bench.show(700, -30, seconds=2)
    assert bench.lets(incline(-30), incline(-10), incline(0))
    assert bench.refusal(incline(-40)) is Reason.STOPPED


def test_a_silent_deck_that_was_told_to_be_level_still_counts_as_level_after_a_stop() -> None:
    bench = Bench(kmh=0, grade=None, deck=SILENT)
    assert bench.lets(CONTROL, incline(0), STOP)
    bench.show(0, None)
    assert bench.lets(START)


@given(st.integers(-100, 150), st.lists(st.integers(-100, 150), max_size=6), st.booleans())
def test_after_a_stop_no_grade_steeper_than_shown_leaves(shown: int, asked: list[int], moving: bool) -> None:
    bench = Bench(kmh=800, grade=shown)
    for grade in asked[:3]:
        bench.lets(incline(grade))
    bench.lets(STOP)
    bench.show(700 if moving else 0, shown, seconds=2)
    for grade in asked:
        if bench.lets(incline(grade)):
            assert grade in (0, shown) or (0 < grade < shown) or (shown < grade < 0)
