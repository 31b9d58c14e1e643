"""Where a runner is in a workout: segment, time and distance within it, what is asked there, and what comes next."""

from __future__ import annotations

from treadctl.engine.constants import BACK_S, EXTEND_M, EXTEND_S
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment, Workout, speed_of
from treadctl.workout.profile import Profile


class Course:
    """A place in the workout. Time and metres come in as differences; nothing here looks at a clock."""

    def __init__(self, workout: Workout, runner: Profile) -> None:
        self.segments = workout.segments
        self._runner = runner
        self._speeds = [(speed_of(s.pace_from, runner), speed_of(s.pace_to, runner)) for s in self.segments]
        self.index = 0
        self.elapsed_s = 0.0
        self.distance_m = 0.0
        self._more_s = 0
        self._more_m = 0

    @property
    def done(self) -> bool:
        """Whether the last segment is over."""
        return self.index >= len(self.segments)

    @property
    def segment(self) -> Segment:
        """The segment the runner is in; the last one once the course is done."""
        return self.segments[min(self.index, len(self.segments) - 1)]

    @property
    def following(self) -> Segment | None:
        """The segment after this one."""
        return self.segments[self.index + 1] if self.index + 1 < len(self.segments) else None

    @property
    def following_speed(self) -> Speed:
        """The speed at which the next segment begins; meaningless without one."""
        return self._speeds[min(self.index + 1, len(self._speeds) - 1)][0]

    def asked_grade(self) -> Grade:
        """What the file asks here; on a ramp the value of this moment, rounded toward where it began."""
        s = self.segment
        if s.grade_from == s.grade_to:
            return s.grade_from
        return Grade(s.grade_from + int((s.grade_to - s.grade_from) * self._share()))

    def asked_speed(self) -> Speed:
        """What the file asks here of this runner."""
        first, last = self._speeds[min(self.index, len(self._speeds) - 1)]
        if first == last:
            return first
        return Speed(first + int((last - first) * self._share()))

    def left_s(self, speed: Speed | None) -> float:
        """Seconds left in this segment if the belt keeps its measured speed."""
        left_s = max(0.0, self.segment.duration_s + self._more_s - self.elapsed_s)
        left_m = self.left_m()
        return min(left_s, left_m / speed.mps) if left_m is not None and speed else left_s

    def left_m(self) -> float | None:
        """Metres left in a segment by distance."""
        asked = self.segment.distance_m
        return None if asked is None else max(0.0, asked + self._more_m - self.distance_m)

    def advance(self, seconds: float, metres: float) -> bool:
        """Let time and belt pass; true when that ended the segment."""
        self.elapsed_s += seconds
        self.distance_m += metres
        by_time = self.elapsed_s >= self.segment.duration_s + self._more_s
        left_m = self.left_m()
        if by_time or (left_m is not None and left_m <= 0):
            over = max(0.0, self.elapsed_s - self.segment.duration_s - self._more_s)
            self._go(self.index + 1)
            self.elapsed_s = over
            return True
        return False

    def skip(self) -> None:
        """On to the next segment."""
        self._go(self.index + 1)

    def back(self) -> None:
        """To the start of this segment, or of the one before when this one has only begun."""
        self._go(self.index - 1 if self.elapsed_s < BACK_S else self.index)

    def extend(self) -> str:
        """Make this segment longer; returns by how much, in words."""
        self._more_s += EXTEND_S
        if self.segment.distance_m is None:
            return f"{EXTEND_S} s more"
        self._more_m += EXTEND_M
        return f"{EXTEND_M} m more"

    def _share(self) -> float:
        s = self.segment
        by_time = self.elapsed_s / (s.duration_s + self._more_s)
        if s.distance_m is None:
            return min(1.0, by_time)
        return min(1.0, max(self.distance_m / (s.distance_m + self._more_m), 0.0))

    def _go(self, index: int) -> None:
        self.index = max(0, min(index, len(self.segments)))
        self.elapsed_s = self.distance_m = 0.0
        self._more_s = self._more_m = 0
