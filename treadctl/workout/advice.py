"""What to tell a person about a workout that is legal: nothing here forbids, the engine limits by itself and says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from treadctl.units import LEVEL, Speed, clock, steeper_by
from treadctl.workout.errors import Problem
from treadctl.workout.model import Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

MOST_DECLINE_S: Final = 20 * 60
"""Up to about 20 minutes of downhill effort a session (A3.4); the engine levels the deck there."""
DECK_TENTHS_PER_S: Final = 3
"""How fast a home deck moves: most take 30 to 60 s for their whole range. A guess to warn by, never to plan by. Ours."""


def warnings_of(workout: Workout, runner: Profile) -> tuple[Problem, ...]:
    """What this runner should know before running this workout, in file order, each thing once."""
    found = [
        *_of_the_whole(workout, runner),
        *_of_the_ceiling(workout, runner),
        *_of_speeds(workout, runner),
        *_of_the_deck(workout),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.line))


def _of_the_whole(workout: Workout, runner: Profile) -> Iterator[Problem]:
    decline_s = workout.decline_s(runner)
    if decline_s > MOST_DECLINE_S:
        yield Problem(0, f"{clock(decline_s)} of decline; the deck goes level at 20:00 (A3.4)")
    first, last = workout.segments[0], workout.segments[-1]
    if first.kind is not SegmentKind.WARM_UP:
        yield Problem(first.line, f"it begins with a {first.kind.value}; a `warm-up` first makes it safer")
    if last.kind is not SegmentKind.COOL_DOWN:
        yield Problem(last.line, f"it ends with a {last.kind.value}; a `cool-down` brings you back to a walk")


def _of_the_ceiling(workout: Workout, runner: Profile) -> Iterator[Problem]:
    for segment in workout:
        if segment.steepest < runner.ceiling:
            yield Problem(
                segment.line, f"asks for {segment.steepest}; your ceiling is {runner.ceiling}, and that is what you will be given"
            )


def _of_speeds(workout: Workout, runner: Profile) -> Iterator[Problem]:
    for segment in workout:
        fastest = max((pace for pace in (segment.pace_from, segment.pace_to) if isinstance(pace, Speed)), default=Speed(0))
        if segment.kind is SegmentKind.DECLINE and fastest > runner.easy:
            asked, easy = fastest.text(runner.unit), runner.easy.text(runner.unit)
            yield Problem(
                segment.line, f"asks for {asked} downhill; your easy pace is {easy}, and no decline is run faster (A6.2)"
            )


def _of_the_deck(workout: Workout) -> Iterator[Problem]:
    before = LEVEL
    for segment in workout:
        yield from _too_short(segment, steeper_by(segment.grade_from, before))
        before = segment.grade_to


def _too_short(segment: Segment, steepening: int) -> Iterator[Problem]:
    under_way_s = steepening / DECK_TENTHS_PER_S
    if segment.distance_m is None and under_way_s > segment.duration_s / 2:
        jump = f"{steepening // 10}.{steepening % 10} %"
        yield Problem(
            segment.line,
            f"{clock(segment.duration_s)} is short for a change of {jump}: a deck needs about {under_way_s:.0f} s to get there",
        )
