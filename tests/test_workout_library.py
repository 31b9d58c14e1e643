"""The workouts that come along: found by name, sound, and true to what they say of themselves."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from treadctl.safety import HARD_STOP
from treadctl.units import Speed
from treadctl.workout.advice import warnings_of
from treadctl.workout.errors import WorkoutError
from treadctl.workout.library import find, load_named, names
from treadctl.workout.model import Relative, SegmentKind
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.yaml_lines import read_tree

READY = Profile(easy=Speed(1000), ceiling=HARD_STOP, chosen=True)
every = pytest.mark.parametrize("name", names())


def stated_minutes(name: str) -> Decimal:
    node = read_tree(find(name).read_bytes()).child("decline minutes")
    assert node is not None
    assert isinstance(node.value, str)
    return Decimal(node.value)


def test_what_is_promised_is_there() -> None:
    assert {
        "first-descent",
        "three-percent",
        "five-percent",
        "eight-percent",
        "ten-percent",
        "boston-opening",
        "quick-feet",
    } <= set(names())
    assert {"class-downhill-30", "hill-400s", "gentle-hill", "roll-and-rise", "twenty-minutes"} <= set(names())


@every
def test_each_says_whom_it_is_for_and_what_to_work_on(name: str) -> None:
    workout = load_named(name)
    assert workout.name == name
    assert workout.for_whom
    assert workout.focus
    assert workout.notes


@every
def test_each_states_its_decline_minutes_truly(name: str) -> None:
    workout = load_named(name)
    caps = sum(s.duration_s for s in workout if s.kind is SegmentKind.DECLINE)
    assert stated_minutes(name) * 60 == caps
    assert workout.decline_s(CAUTIOUS) <= caps
    if not any(s.distance_m for s in workout):
        assert workout.decline_s(CAUTIOUS) == caps


@every
def test_each_is_free_of_warnings_for_a_runner_who_is_ready_for_it(name: str) -> None:
    assert warnings_of(load_named(name), READY) == ()


@every
def test_each_holds_what_the_article_asks(name: str) -> None:
    workout = load_named(name)
    assert workout.steepest >= -100  # A3.2
    assert stated_minutes(name) <= 20  # A3.4
    assert workout.segments[0].kind is SegmentKind.WARM_UP
    assert workout.segments[-1].kind is SegmentKind.COOL_DOWN


@every
def test_the_steeper_a_shipped_workout_the_lower_its_share_of_easy_pace(name: str) -> None:
    for segment in load_named(name):
        for pace in (segment.pace_from, segment.pace_to):
            assert isinstance(pace, Relative)  # so that every workout fits every runner, and every class
            if segment.steepest <= -50:
                assert pace.percent <= 95
            if segment.steepest <= -80:
                assert pace.percent <= 90


def test_the_first_descent_is_gentle_and_short() -> None:
    workout = load_named("first-descent")
    assert workout.steepest == -20
    assert workout.decline_s(CAUTIOUS) == 5 * 60
    assert 24 * 60 <= workout.expected_s(CAUTIOUS) <= 26 * 60
    assert workout.focus == "look-up"


def test_the_class_program_lasts_what_its_name_says() -> None:
    assert load_named("class-downhill-30").expected_s(CAUTIOUS) == 30 * 60


def test_an_unknown_name_gets_the_nearest_ones() -> None:
    with pytest.raises(WorkoutError) as caught:
        find("first-decent")
    assert str(caught.value).startswith("first-decent: no workout has this name; did you mean first-descent")
    with pytest.raises(WorkoutError, match="the names are boston-opening, "):
        load_named("zzz")


def test_a_path_is_taken_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("title: Mine\nsteps: [{free: 10 min}]\n")
    assert find(str(path)) == path
    assert load_named(str(path)).title == "Mine"
    assert find("mine.yaml") == Path("mine.yaml")
