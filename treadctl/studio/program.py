"""One class program made into each runner's own: fewer decline minutes, no decline, or entered late through one's own warm-up.

Pure. What is changed only ever gets milder: a decline becomes level or shorter, nothing becomes steeper, faster or longer.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile
from typing import Final

from treadctl.engine.constants import EXTEND_S
from treadctl.safety import HARD_STOP
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.model import Pace, Segment, SegmentKind, Workout, speed_of
from treadctl.workout.profile import CAUTIOUS, Profile

GUEST_CEILING: Final = Grade(-30)
"""A guest is taken no steeper: one percent past where training begins (A3.1). Ours."""
GUEST_DECLINE_S: Final = 6 * 60
"""Decline minutes of a guest, about those of our first workout. Ours."""
GUEST_EASY: Final = (Speed(500), Speed(1200))
"""A guest's easy pace is found between these: slower is walking, and faster is no guest's on a decline. Ours."""
LEAST_LEFT_S: Final = 5 * 60
"""With less of the class left after one's own warm-up, joining is not offered. Ours."""
LEAST_STEP_S: Final = 30
"""The rest of a step that is shorter than this is left out. Ours."""


def guest() -> Profile:
    """Who runs when only a first name is known: the cautious profile, with a guest's ceiling. `chosen`: a real belt may move."""
    return replace(CAUTIOUS, ceiling=max(GUEST_CEILING, HARD_STOP), chosen=True)


def level_version(workout: Workout) -> Workout:
    """The same without declines, for legs that are sore today."""
    return replace(workout, segments=tuple(_level(segment) for segment in workout.segments))


def capped(workout: Workout, runner: Profile, decline_s: float) -> Workout:
    """The same with at most so many seconds of decline for this runner; from there on its declines are level."""
    left_s, segments = decline_s, []
    for segment in workout.segments:
        if segment.steepest >= LEVEL:
            segments.append(segment)
            continue
        takes_s = segment.expected_s(runner)
        if takes_s <= left_s:
            segments.append(segment)
        elif left_s < LEAST_STEP_S:
            segments.append(_level(segment))
        else:
            segments += [_until(segment, runner, left_s), _level(_from(segment, runner, left_s))]
        left_s = max(0.0, left_s - takes_s)
    return replace(workout, segments=tuple(segments))


def joined_late(workout: Workout, runner: Profile, place_s: float) -> Workout | None:
    """What is left for somebody who begins when the class is at `place_s`: their own warm-up, then where the class is by then.

    None when less than LEAST_LEFT_S would be left.
    """
    warm_up = tuple(takewhile(lambda segment: segment.kind is SegmentKind.WARM_UP, workout.segments))
    resume_s = place_s + sum(segment.expected_s(runner) for segment in warm_up)
    begins_s, left = 0.0, []
    for segment in workout.segments:
        takes_s = segment.expected_s(runner)
        into_s = resume_s - begins_s
        if into_s <= 0:
            left.append(segment)
        elif takes_s - into_s >= LEAST_STEP_S:
            left.append(_from(segment, runner, into_s))
        begins_s += takes_s
    if sum(segment.expected_s(runner) for segment in left) < LEAST_LEFT_S:
        return None
    return replace(workout, segments=(*warm_up, *left))


def fewer_minutes(cap_s: int | None, whole_s: float) -> int:
    """A cap one minute smaller, where a program has so much decline; the first one is just less than all of it."""
    return max(0, (cap_s if cap_s is not None else -int(-whole_s // 60) * 60) - 60)


def more_minutes(cap_s: int | None, whole_s: float) -> int | None:
    """A cap one minute larger; None, which is the program as written, where that is all of it."""
    return None if cap_s is None or cap_s + 60 >= whole_s else cap_s + 60


def cap_words(cap_s: int | None, whole_s: float) -> str:
    """A cap in plain words, beside what the program has."""
    whole = round(whole_s / 60)
    if cap_s is None or cap_s >= whole_s:
        return f"{whole} min downhill, as written"
    return f"at most {cap_s // 60} of {whole} min downhill, then level" if cap_s else "level all the way, no minute downhill"


class ClassPlace:
    """How far the class is in its program, as one lane that has not begun yet hears it: start, next, extend, pause, resume."""

    def __init__(self, workout: Workout, runner: Profile, t0: float, place_s: float = 0.0) -> None:
        self._ends: list[float] = []
        end_s = 0.0
        for segment in workout.segments:
            end_s += segment.expected_s(runner)
            self._ends.append(end_s)
        self.t0 = t0
        self._shift_s = place_s
        self._held_at: float | None = None

    def at(self, now: float) -> float:
        """Seconds into the program; `now` and `t0` are on the lane's own clock. Negative before the start."""
        return (now if self._held_at is None else self._held_at) - self.t0 + self._shift_s

    @property
    def is_held(self) -> bool:
        """Whether the class pauses."""
        return self._held_at is not None

    def next(self, now: float) -> None:
        """The class went on to its next step."""
        place_s = self.at(now)
        self._shift_s += next((end_s - place_s for end_s in self._ends if end_s > place_s), 0.0)

    def extend(self) -> None:
        """The class stays in its step for longer."""
        self._shift_s -= EXTEND_S

    def hold(self, now: float) -> None:
        """The class pauses."""
        if self._held_at is None:
            self._held_at = now

    def go_on(self, now: float) -> None:
        """The class goes on."""
        if self._held_at is not None:
            self._shift_s -= now - self._held_at
            self._held_at = None


def _level(segment: Segment) -> Segment:
    if segment.steepest >= LEVEL:
        return segment
    return replace(segment, kind=SegmentKind.RECOVER, grade_from=LEVEL, grade_to=LEVEL)


def _from(segment: Segment, runner: Profile, into_s: float) -> Segment:
    """What is left of a segment after so many seconds of it."""
    share = into_s / segment.expected_s(runner)
    return replace(
        _shortened(segment, 1 - share),
        grade_from=_grade_at(segment, share),
        pace_from=_pace_at(segment, runner, share),
    )


def _until(segment: Segment, runner: Profile, into_s: float) -> Segment:
    """The first so many seconds of a segment."""
    share = into_s / segment.expected_s(runner)
    return replace(_shortened(segment, share), grade_to=_grade_at(segment, share), pace_to=_pace_at(segment, runner, share))


def _shortened(segment: Segment, share: float) -> Segment:
    distance_m = None if segment.distance_m is None else max(1, int(segment.distance_m * share))
    return replace(segment, duration_s=max(1, int(segment.duration_s * share + 1e-6)), distance_m=distance_m)


def _grade_at(segment: Segment, share: float) -> Grade:
    first, last = segment.grade_from, segment.grade_to
    return Grade(first + int((last - first) * share))


def _pace_at(segment: Segment, runner: Profile, share: float) -> Pace:
    first, last = segment.pace_from, segment.pace_to
    if first == last:
        return first
    start, end = speed_of(first, runner), speed_of(last, runner)
    return Speed(start + int((end - start) * share))
