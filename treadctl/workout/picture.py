"""A workout drawn in a terminal: declines hang below a zero line, climbs stand on it, speed and minutes run beneath."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from treadctl.units import LEVEL, Grade, Speed, clock
from treadctl.workout.blocks import MARGIN, bars, hanging, minutes
from treadctl.workout.model import Segment, Workout, speed_of
from treadctl.workout.profile import Profile

NARROWEST: Final = 40


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of the picture stands for: a grade, a speed, and the place of its segment in the workout."""

    grade: Grade
    speed: Speed
    segment: int


def columns(workout: Workout, runner: Profile, count: int) -> tuple[Column, ...]:
    """The workout cut into equal times. A column shows what fills most of it, a decline counting double so that none hides."""
    edges = [0.0, *accumulate(segment.expected_s(runner) for segment in workout)]
    step = edges[-1] / count
    return tuple(_column(workout, runner, edges, at * step, (at + 1) * step) for at in range(count))


def draw(workout: Workout, runner: Profile, width: int) -> list[str]:
    """The whole picture as lines of at most `width` columns: grade, then speed, then the minutes."""
    room = max(width, NARROWEST) - MARGIN
    shown = columns(workout, runner, room)
    fastest = max(speed_of(pace, runner) for segment in workout for pace in (segment.pace_from, segment.pace_to))
    number, unit = fastest.text(runner.unit).split(" ")
    speeds = bars([column.speed for column in shown], fastest, (number, unit))
    return [*hanging([column.grade for column in shown]), *speeds, *minutes(workout.expected_s(runner), room)]


def describe(workout: Workout, runner: Profile) -> list[str]:
    """One line for each segment: when it begins, what it is, how long, and what is asked for."""
    starts = accumulate((segment.expected_s(runner) for segment in workout), initial=0.0)
    return [_described(start, segment, runner) for start, segment in zip(starts, workout, strict=False)]


def _column(workout: Workout, runner: Profile, edges: list[float], start: float, end: float) -> Column:
    last = len(workout.segments) - 1
    candidates = range(min(bisect_right(edges, start) - 1, last), min(bisect_left(edges, end), last + 1))

    def weight(index: int) -> float:
        overlap = min(end, edges[index + 1]) - max(start, edges[index])
        return overlap * 2 if workout.segments[index].steepest < LEVEL else overlap

    index = max(candidates, key=weight)
    segment = workout.segments[index]
    length = edges[index + 1] - edges[index]
    middle = (max(start, edges[index]) + min(end, edges[index + 1])) / 2
    done = (middle - edges[index]) / length if length else 0.0
    speeds = speed_of(segment.pace_from, runner), speed_of(segment.pace_to, runner)
    return Column(
        grade=Grade(round(segment.grade_from + (segment.grade_to - segment.grade_from) * done)),
        speed=Speed(round(speeds[0] + (speeds[1] - speeds[0]) * done)),
        segment=index,
    )


def _described(start: float, segment: Segment, runner: Profile) -> str:
    length = clock(segment.duration_s) if segment.distance_m is None else f"{segment.distance_m} m ≤ {clock(segment.duration_s)}"
    grade = _pair(str(segment.grade_from), str(segment.grade_to))
    asked = _pair(str(segment.pace_from), str(segment.pace_to))
    belt = _pair(*(speed_of(pace, runner).text(runner.unit) for pace in (segment.pace_from, segment.pace_to)))
    speed = belt if asked == belt else f"{asked} ({belt})"
    place = f"  [{segment.label}]" if segment.label else ""
    return f"{clock(start):>7}  {segment.kind.value:<9}  {length:>13}  {grade:>17}  {speed}{_cadence(segment)}{place}"


def _pair(start: str, end: str) -> str:
    return start if start == end else f"{start} → {end}"


def _cadence(segment: Segment) -> str:
    if segment.cadence_spm is not None:
        return f", {segment.cadence_spm} spm"
    return f", cadence +{segment.cadence_percent} %" if segment.cadence_percent is not None else ""
