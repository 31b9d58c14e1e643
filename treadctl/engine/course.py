"""Where a runner is in a workout: segment, time and distance within it, what is asked there, and what comes next."""

from __future__ import annotations

from treadctl.engine.constants import BACK_S, EXTEND_M, EXTEND_S
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment, SegmentKind, Workout, speed_of
from treadctl.workout.profile import Profile


class Course:
    """A place in the workout. Time and metres come in as differences; nothing here looks at a clock.

    `segment` is the one the runner is in (the last one once the course is `done`), `previous` the one before it,
    `following` the one after it, and `following_speed` the speed at which that begins.
    """

    def __init__(self, workout: Workout, runner: Profile) -> None:
        self.segments = workout.segments
        self._speeds = self._speeds_for(runner)
        self._go(0)

    def _speeds_for(self, runner: Profile) -> list[tuple[Speed, Speed]]:
        return [(speed_of(s.pace_from, runner), speed_of(s.pace_to, runner)) for s in self.segments]

    def repace(self, runner: Profile) -> None:
        """The same place, for a runner who has found another pace."""
        self._speeds = self._speeds_for(runner)
        self._take_speeds()

    @property
    def in_warm_up(self) -> bool:
        """Whether nothing but warm-up is behind the runner and here."""
        return not self.done and all(s.kind is SegmentKind.WARM_UP for s in self.segments[: self.index + 1])

    def _go(self, index: int) -> None:
        """To the start of a segment, or past the last."""
        count = len(self.segments)
        self.index = max(0, min(index, count))
        self.done = self.index >= count
        here, after = min(self.index, count - 1), self.index + 1
        self._take_speeds()
        self.segment: Segment = self.segments[here]
        self.previous: Segment | None = self.segments[here - 1] if here else None
        self.following: Segment | None = self.segments[after] if after < count else None
        self.elapsed_s = self.distance_m = 0.0
        self._most_s: float = self.segment.duration_s
        self._most_m: float | None = self.segment.distance_m

    def _take_speeds(self) -> None:
        last = len(self.segments) - 1
        self._first_speed, self._last_speed = self._speeds[min(self.index, last)]
        self.following_speed: Speed = self._speeds[min(self.index + 1, last)][0]

    def asked_grade(self) -> Grade:
        """What the file asks here; on a ramp the value of this moment, rounded toward where it began."""
        first, last = self.segment.grade_from, self.segment.grade_to
        return first if first == last else Grade(first + int((last - first) * self._share()))

    def asked_speed(self) -> Speed:
        """What the file asks here of this runner."""
        first, last = self._first_speed, self._last_speed
        return first if first == last else Speed(first + int((last - first) * self._share()))

    def left_s(self, speed: Speed | None) -> float:
        """Seconds left in this segment if the belt keeps its measured speed."""
        left_s = self._most_s - self.elapsed_s
        if left_s < 0.0:
            return 0.0
        return left_s if self._most_m is None or not speed else min(left_s, max(0.0, self._most_m - self.distance_m) / speed.mps)

    def left_m(self) -> float | None:
        """Metres left in a segment by distance."""
        return None if self._most_m is None else max(0.0, self._most_m - self.distance_m)

    def advance(self, seconds: float, metres: float) -> bool:
        """Let time and belt pass; true when that ended the segment."""
        self.elapsed_s += seconds
        self.distance_m += metres
        over_s = self.elapsed_s - self._most_s
        if over_s < 0 and (self._most_m is None or self.distance_m < self._most_m):
            return False
        self._go(self.index + 1)
        self.elapsed_s = max(0.0, over_s)
        return True

    def skip(self) -> None:
        """On to the next segment."""
        self._go(self.index + 1)

    def back(self) -> None:
        """To the start of this segment, or of the one before when this one has only begun."""
        self._go(self.index - 1 if self.elapsed_s < BACK_S else self.index)

    def extend(self) -> str:
        """Make this segment longer; returns by how much, in words."""
        self._most_s += EXTEND_S
        if self._most_m is None:
            return f"{EXTEND_S} s more"
        self._most_m += EXTEND_M
        return f"{EXTEND_M} m more"

    def _share(self) -> float:
        if self._most_m is None:
            return min(1.0, self.elapsed_s / self._most_s)
        return min(1.0, self.distance_m / self._most_m)
