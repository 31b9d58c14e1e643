"""A workout as the engine runs it: a flat, legal tuple of segments. Text becomes this in `workout.file`, nowhere else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from treadctl.safety import FASTEST, HARD_STOP, HIGHEST
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.profile import Profile


class SegmentKind(Enum):
    """What a segment is for; coaching and load counting ask, the belt does not."""

    WARM_UP = "warm-up"
    DECLINE = "decline"
    RECOVER = "recover"
    CLIMB = "climb"
    COOL_DOWN = "cool-down"
    FREE = "free"


class Base(Enum):
    """What a relative speed is relative to."""

    EASY = "easy"
    WALK = "walk"


@dataclass(frozen=True, slots=True)
class Relative:
    """A share of the runner's own easy or walking pace."""

    base: Base
    percent: int = 100

    def __post_init__(self) -> None:
        if not 20 <= self.percent <= 150:
            raise ValueError(f"{self.percent} % of a pace is not between 20 % and 150 %")

    def __str__(self) -> str:
        return self.base.value if self.percent == 100 else f"{self.percent}% {self.base.value}"


Pace = Speed | Relative
"""A belt speed, or one in terms of the runner."""


def speed_of(pace: Pace, runner: Profile) -> Speed:
    """The belt speed of a pace for this runner, rounded down to the wire's step."""
    if isinstance(pace, Speed):
        return pace
    own = runner.easy if pace.base is Base.EASY else runner.walk
    return Speed(min(own * pace.percent // 100, FASTEST))


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of a workout. Grade and pace run linearly from `…_from` to `…_to` over its length.

    It lasts `duration_s` seconds, or `distance_m` metres but never longer than `duration_s`, which then is the time cap.
    `label` places it for the runner ("2 of 5"); `line` is where the file says so.
    """

    kind: SegmentKind
    duration_s: int
    grade_from: Grade = LEVEL
    grade_to: Grade = LEVEL
    pace_from: Pace = Relative(Base.EASY)
    pace_to: Pace = Relative(Base.EASY)
    distance_m: int | None = None
    cadence_percent: int | None = None
    cadence_spm: int | None = None
    cues: tuple[str, ...] = ()
    note: str = ""
    label: str = ""
    line: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.duration_s <= 24 * 3600:
            raise ValueError("a segment lasts from 1 s to a day")
        if self.distance_m is not None and not 0 < self.distance_m <= 100_000:
            raise ValueError("a distance is from 1 m to 100 km")
        for grade in (self.grade_from, self.grade_to):
            if not HARD_STOP <= grade <= HIGHEST:
                raise ValueError(f"grade {grade} is not within {HARD_STOP} … {HIGHEST}")

    @property
    def steepest(self) -> Grade:
        """The lowest true grade it asks for."""
        return min(self.grade_from, self.grade_to)

    def expected_s(self, runner: Profile) -> float:
        """How long it will take this runner at the speeds asked for."""
        if self.distance_m is None:
            return float(self.duration_s)
        mean_mps = (speed_of(self.pace_from, runner).mps + speed_of(self.pace_to, runner).mps) / 2
        return min(float(self.duration_s), self.distance_m / mean_mps) if mean_mps else float(self.duration_s)


@dataclass(frozen=True, slots=True)
class Workout:
    """A named, flat sequence of segments. `for_whom` says who should run it, `source` where it was read."""

    name: str
    title: str
    for_whom: str
    segments: tuple[Segment, ...]
    notes: str = ""
    focus: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if not self.segments:
            raise ValueError("a workout has at least one segment")

    @property
    def steepest(self) -> Grade:
        """The lowest true grade asked for anywhere."""
        return min(s.steepest for s in self.segments)

    def expected_s(self, runner: Profile) -> float:
        """How long the whole of it will take this runner."""
        return sum(s.expected_s(runner) for s in self.segments)

    def decline_s(self, runner: Profile) -> float:
        """Seconds that this runner spends on segments asking for less than level."""
        return sum(s.expected_s(runner) for s in self.segments if s.steepest < LEVEL)

    def __iter__(self) -> Iterator[Segment]:
        return iter(self.segments)
