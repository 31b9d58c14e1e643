"""What a lane makes of the coach's clock: how well it is known, from which answers, and for how long."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.messages import (
    Time,
)


def ask_often(
    clock: ClockSync, ways: list[tuple[float, float]], offset_s: float = 100.0, start: float = 0.0, gap: float = 0.1
) -> float:
    """Ask once for each (seconds there, seconds back); returns the lane's time after the last."""
    now = start
    for there, back in ways:
        asked = clock.ask(now)
        assert asked is not None
        came_us = round((now + there + offset_s) * 1e6)
        answer = a_time(nonce=asked[0], asked_us=asked[1], came_us=came_us, left_us=came_us)
        assert clock.heard(answer, now + there + back)
        now = max(now + there + back, now + gap, clock.next_at)
    return now


def a_time(coach: str = "c1", *, nonce: int, asked_us: int, came_us: int, left_us: int) -> Time:
    head: dict[str, Any] = {"studio": "gym", "coach": coach, "class_id": "none", "lanes": (7,), "id": "t", "seq": 1}
    said = {"nonce": nonce, "asked_us": asked_us, "came_us": came_us, "left_us": left_us}
    return Time(**head | said, issued_ms=0, expires_ms=1)


def test_a_clock_is_measured_by_sixteen_answers_and_not_before() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.01, 0.01)] * 15)
    assert (clock.measured, clock.coach_s(now), clock.bound_s(now)) == (False, None, None)
    now = ask_often(clock, [(0.01, 0.01)], start=now)
    assert clock.measured
    assert clock.coach_s(now) == pytest.approx(now + 100.0, abs=1e-5)


def test_the_answer_that_took_least_counts_and_its_error_is_never_above_the_bound() -> None:
    clock = ClockSync()
    ask_often(clock, [(0.200, 0.020)] * 8 + [(0.030, 0.400)] * 7 + [(0.004, 0.002)])
    now = 10.0
    bound, coach = clock.bound_s(now), clock.coach_s(now)
    assert bound is not None
    assert coach is not None
    assert bound == pytest.approx(0.0035, abs=0.0005)
    assert abs(coach - now - 100.0) <= bound


@given(st.lists(st.tuples(st.floats(0.0005, 0.5), st.floats(0.0005, 0.5)), min_size=16, max_size=40), st.floats(-5, 5))
@settings(max_examples=60)
def test_however_uneven_the_ways_are_the_bound_holds(ways: list[tuple[float, float]], offset_s: float) -> None:
    clock = ClockSync()
    now = ask_often(clock, ways, offset_s)
    coach, bound = clock.coach_s(now), clock.bound_s(now)
    assert coach is not None
    assert bound is not None
    assert abs(coach - now - offset_s) <= bound + 2e-6


def test_an_old_measurement_is_known_less_well_and_asked_anew_every_thirty_seconds() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.001, 0.001)] * 16)
    assert clock.ask(now) is not None
    assert clock.ask(now + 29.9) is None
    assert clock.ask(now + 30.0) is not None
    fresh, old = clock.bound_s(now), clock.bound_s(now + 60)
    assert fresh is not None
    assert old == pytest.approx(fresh + 0.006)


def test_one_question_waits_for_its_answer_so_that_a_room_that_measures_at_once_is_not_jammed() -> None:
    clock = ClockSync()
    first = clock.ask(0.0)
    assert first is not None
    assert clock.ask(0.1) is not None
    assert clock.ask(0.2) is not None  # some may be lost
    assert clock.ask(0.9) is None
    nonce, asked_us = first
    assert clock.heard(a_time(nonce=nonce, asked_us=asked_us, came_us=0, left_us=0), 0.95)
    assert clock.ask(0.95) is not None


def test_a_clock_that_is_known_badly_is_asked_for_again_every_two_seconds_until_it_is_known_well() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.1, 0.1)] * 16)
    assert clock.ask(now) is not None
    assert clock.ask(now + 1.4) is None
    again = ask_often(clock, [(0.002, 0.002)], start=now + 2.0)
    assert clock.ask(again + 2.0) is not None
    assert clock.ask(again + 31.9) is None


def test_what_happens_at_regular_intervals_is_not_in_the_way_of_each_question() -> None:
    """Lanes step four times a second, and fifty of them on a computer are in each other's way."""
    clock = ClockSync()
    now = ask_often(clock, [(0.1, 0.1)] * 16)
    asked = []
    for _ in range(12):
        asked.append(now)
        now = ask_often(clock, [(0.1, 0.1)], start=now)
    gaps = [after - before for before, after in pairwise(asked)]
    assert all(1.5 <= gap <= 2.0 for gap in gaps)
    phases = sorted(at % 0.25 for at in asked)
    assert phases[-1] - phases[0] > 0.15
    assert max(after - before for before, after in pairwise(phases)) < 0.07


def test_a_clock_that_gains_fifty_millionths_stays_within_its_bound() -> None:
    clock, now = ClockSync(), 0.0
    for _ in range(40):
        now = ask_often(clock, [(0.001, 0.001)], offset_s=100 + now * 50e-6, start=now)
        coach, bound = clock.coach_s(now + 29), clock.bound_s(now + 29)
        if coach is not None and bound is not None:
            assert abs(coach - now - 29 - 100 - (now + 29) * 50e-6) <= bound
    assert (clock.measured, now > 600) == (True, True)


@pytest.mark.parametrize("wrong", [{"nonce": 99}, {"asked_us": 5}, {"left_us": 1}, {"came_us": 0, "left_us": 10**9}])
def test_an_answer_that_cannot_be_is_left_out(wrong: dict[str, int]) -> None:
    clock = ClockSync()
    asked = clock.ask(1.0)
    assert asked is not None
    answer = a_time(nonce=asked[0], asked_us=asked[1], came_us=10, left_us=10)
    assert not clock.heard(replace(answer, **wrong), 1.01)  # type: ignore[arg-type] # numbers all of them


def test_an_answer_counts_once_and_another_consoles_clock_is_another_clock() -> None:
    clock = ClockSync()
    ask_often(clock, [(0.001, 0.001)] * 15)
    asked = clock.ask(50.0)
    assert asked is not None
    answer = a_time("c2", nonce=asked[0], asked_us=asked[1], came_us=10, left_us=10)
    assert clock.heard(answer, 50.001)
    assert not clock.heard(answer, 50.001)
    assert not clock.measured
