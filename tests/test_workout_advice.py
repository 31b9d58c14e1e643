"""Warnings: said before the start, never in the way."""

from __future__ import annotations

from treadctl.units import Grade, Speed
from treadctl.workout.advice import warnings_of
from treadctl.workout.file import parse
from treadctl.workout.profile import Profile

RUNNER = Profile(easy=Speed(900), ceiling=Grade(-50), chosen=True)


def warned(*steps: str) -> list[str]:
    text = "title: T\nsteps:\n" + "".join(f"  - {{{step}}}\n" for step in steps)
    return [problem.at("t.yaml") for problem in warnings_of(parse(text.encode(), "t.yaml"), RUNNER)]


def test_a_sound_workout_draws_no_warning() -> None:
    assert warned("warm-up: 5 min", "decline: 20 min, grade: -2", "cool-down: 5 min") == []


def test_more_than_twenty_minutes_of_decline_is_said() -> None:
    assert warned("warm-up: 5 min", "decline: 20 min 1 s, grade: -2", "cool-down: 5 min") == [
        "t.yaml: 20:01 of decline; the deck goes level at 20:00 (A3.4)"
    ]


def test_missing_ends_are_said() -> None:
    assert warned("decline: 1 min, grade: -2") == [
        "t.yaml:3: it begins with a decline; a `warm-up` first makes it safer",
        "t.yaml:3: it ends with a decline; a `cool-down` brings you back to a walk",
    ]


def test_a_grade_past_the_runners_ceiling_is_said_once_for_each_line() -> None:
    assert warned(
        "warm-up: 5 min", "repeat: 3, steps: [{decline: 2 min, grade: -6.5}, {recover: 1 min}]", "cool-down: 5 min"
    ) == ["t.yaml:4: asks for -6.5 %; your ceiling is -5.0 %, and that is what you will be given"]


def test_an_absolute_speed_above_easy_downhill_is_said() -> None:
    assert warned("warm-up: 5 min", "decline: 1 min, grade: -2, speed: 12 km/h", "cool-down: 5 min") == [
        "t.yaml:4: asks for 12.0 km/h downhill; your easy pace is 9.0 km/h, and no decline is run faster (A6.2)"
    ]


def test_a_step_too_short_for_its_deck_is_said() -> None:
    assert warned("warm-up: 5 min", "decline: 15 s, grade: -5", "cool-down: 5 min") == [
        "t.yaml:4: 0:15 is short for a change of 5.0 %: a deck needs about 17 s to get there"
    ]
