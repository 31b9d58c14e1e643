"""One program, made each runner's own: capped, level, joined late, for a guest; and where the class is in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio_room import PROGRAM, RUNNER, declines

from treadctl.studio.program import ClassPlace, capped, guest, joined_late, level_version
from treadctl.units import LEVEL, Grade
from treadctl.workout.file import parse
from treadctl.workout.model import SegmentKind, Workout


def hills() -> Workout:
    return parse(PROGRAM.encode(), "hills.yaml")


def test_the_level_version_has_no_decline_and_takes_as_long() -> None:
    level = level_version(hills())
    assert all(segment.steepest == LEVEL for segment in level)
    assert level.expected_s(RUNNER) == hills().expected_s(RUNNER) == 24 * 60
    assert declines(level) == 0


@pytest.mark.parametrize(("cap_s", "left_s"), [(0, 0), (20, 0), (60, 60), (120, 120), (200, 200), (480, 480), (9999, 480)])
def test_decline_minutes_are_capped_and_the_rest_is_level(cap_s: int, left_s: int) -> None:
    own = capped(hills(), RUNNER, cap_s)
    assert declines(own) == left_s
    assert own.expected_s(RUNNER) == 24 * 60


@given(st.integers(0, 600))
def test_a_cap_never_makes_anything_steeper(cap_s: int) -> None:
    assert capped(hills(), RUNNER, cap_s).steepest >= hills().steepest
    assert declines(capped(hills(), RUNNER, cap_s)) <= cap_s


@pytest.mark.parametrize(
    ("place_s", "kinds", "first_left_s"),
    [
        (0, "warm-up decline recover decline recover decline recover decline recover cool-down", 120),
        (60, "warm-up decline recover decline recover decline recover decline recover cool-down", 60),
        (100, "warm-up recover decline recover decline recover decline recover cool-down", 120),
        (240, "warm-up decline recover decline recover decline recover cool-down", 120),
        (600, "warm-up recover decline recover cool-down", 120),
    ],
)
def test_who_comes_late_warms_up_and_then_is_where_the_class_is(place_s: int, kinds: str, first_left_s: int) -> None:
    late = joined_late(hills(), RUNNER, place_s)
    assert late is not None
    assert [segment.kind.value for segment in late] == kinds.split()
    assert late.segments[0] == hills().segments[0]
    assert late.segments[1].duration_s == first_left_s
    assert declines(late) <= declines(hills())


def test_a_class_that_is_nearly_over_is_not_joined() -> None:
    assert joined_late(hills(), RUNNER, 14 * 60) is not None
    assert joined_late(hills(), RUNNER, 17 * 60) is None


@given(st.floats(0, 900))
def test_joining_late_never_asks_for_more_than_the_program(place_s: float) -> None:
    late = joined_late(hills(), RUNNER, place_s)
    assert late is not None
    assert late.steepest >= hills().steepest
    assert late.expected_s(RUNNER) <= hills().expected_s(RUNNER)
    assert late.segments[0].kind is SegmentKind.WARM_UP


def test_the_place_of_a_class_follows_next_extend_and_pause() -> None:
    place = ClassPlace(hills(), RUNNER, t0=100.0)
    assert place.at(90.0) == -10.0
    assert place.at(160.0) == 60.0
    place.next(160.0)
    assert place.at(160.0) == 240.0
    place.extend()
    assert place.at(160.0) == 180.0
    place.hold(160.0)
    assert place.at(300.0) == 180.0
    place.go_on(300.0)
    assert place.at(310.0) == 190.0


def test_a_guest_gets_a_beginners_ceiling() -> None:
    assert (guest().ceiling, guest().chosen) == (Grade(-30), True)
