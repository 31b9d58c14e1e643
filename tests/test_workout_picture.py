"""The picture in the terminal: declines are depth."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.units import Speed
from treadctl.workout.file import parse
from treadctl.workout.library import load_named, names
from treadctl.workout.model import Workout
from treadctl.workout.picture import columns, describe, draw
from treadctl.workout.profile import Profile

RUNNER = Profile(easy=Speed(900), chosen=True)


def planned(*steps: str) -> Workout:
    return parse(("title: T\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)).encode(), "t.yaml")


SMALL = planned(
    "warm-up: 4 min, speed: walk", "decline: 4 min, grade: -2.5", "climb: 2 min, grade: 1.5", "cool-down: 4 min, speed: walk"
)


def test_declines_hang_below_the_line_and_climbs_stand_on_it() -> None:
    assert draw(SMALL, RUNNER, 48) == [
        "  +2 │                        ▄▄▄▄▄▄            ",
        "  +1 │                        ██████            ",
        " 0 % │▔▔▔▔▔▔▔▔▔▔▔▔████████████▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔▔",
        "  -2 │            ████████████                  ",
        "  -3 │            ▀▀▀▀▀▀▀▀▀▀▀▀                  ",
        "  9.0│            ██████████████████            ",
        " km/h│██████████████████████████████████████████",
        "  min└┴─────┴─────┴─────┴─────┴─────┴─────┴────┴",
        "      0     2     4     6     8     10    12",
    ]


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("name", names())
def test_every_shipped_workout_fits_and_shows_its_full_depth(name: str, width: int) -> None:
    workout = load_named(name)
    lines = draw(workout, RUNNER, width)
    assert max(len(line) for line in lines) <= width
    deepest = [line for line in lines if "│" in line and line[:4].strip().startswith("-")][-1]
    assert int(deepest[:4]) == workout.steepest // 10
    assert set(deepest[6:]) & {"█", "▀"}


def test_a_short_decline_in_a_long_run_still_shows() -> None:
    long = planned("warm-up: 30 min", "decline: 1 min, grade: -4", "cool-down: 29 min")
    assert min(column.grade for column in columns(long, RUNNER, 40)) == -40


def test_speeds_are_shown_in_the_runners_unit() -> None:
    lines = draw(SMALL, Profile(easy=Speed(900), imperial=True, chosen=True), 48)
    assert [line[:6] for line in lines[5:7]] == ["  5.6│", "  mph│"]


def test_the_list_says_all_that_a_segment_asks() -> None:
    workout = planned(
        "warm-up: 8 min",
        "decline: 800 m, at most: 6 min, grade: -2 to -5, speed: 95% easy, cadence: +5%",
        "free: 5 min, speed: 9 km/h",
    )
    assert [" ".join(line.split()) for line in describe(workout, RUNNER)] == [
        "0:00 warm-up 8:00 0.0 % walk → easy (4.5 km/h → 9.0 km/h)",
        "8:00 decline 800 m ≤ 6:00 -2.0 % → -5.0 % 95% easy (8.55 km/h), cadence +5 %",
        "13:36 free 5:00 0.0 % 9.0 km/h",
    ]


_STEPS = st.one_of(
    st.builds("decline: {} s, grade: -{}.{}".format, st.integers(5, 1200), st.integers(0, 9), st.integers(1, 9)),
    st.builds("climb: {} m, at most: 30 min, grade: {}.{}".format, st.integers(50, 5000), st.integers(0, 14), st.integers(1, 9)),
    st.builds("recover: {} s".format, st.integers(5, 1200)),
)


@settings(max_examples=80, deadline=None)
@given(st.lists(_STEPS, min_size=1, max_size=15), st.integers(0, 200))
def test_any_workout_can_be_drawn_at_any_width(steps: list[str], width: int) -> None:
    workout = planned(*steps)
    lines = draw(workout, RUNNER, width)
    assert max(len(line) for line in lines) <= max(width, 40)
    assert len(lines) <= 30
    assert len(describe(workout, RUNNER)) == len(steps)
