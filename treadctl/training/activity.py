"""A session as other programs count one: while the timer ran, lap by lap, with the metres up and down of every second. Pure.

Time, distance and descent are differences of the history's own totals, so that what is exported adds up to what is shown here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import atan, ceil, sin

from treadctl.training.samples import Sample
from treadctl.units import LEVEL, Grade


@dataclass(frozen=True, slots=True)
class Moment:
    """One second with the timer running: what it added, and `altitude_m` against where the session began."""

    sample: Sample
    timer_s: float
    distance_m: float
    ascent_m: float
    descent_m: float
    altitude_m: float


@dataclass(frozen=True, slots=True)
class Span:
    """A lap, or the session: seconds since the session began, and the moments between them. Means are None where nothing told."""

    begin_s: int
    end_s: int
    moments: tuple[Moment, ...]

    @property
    def segment(self) -> int:
        """The workout's step it belongs to."""
        return self.moments[0].sample.segment

    @property
    def timer_s(self) -> float:
        """Seconds with a moving belt."""
        return sum(m.timer_s for m in self.moments)

    @property
    def elapsed_s(self) -> float:
        """Seconds from its beginning to its end, pauses included."""
        return max(float(self.end_s - self.begin_s), self.timer_s)

    @property
    def distance_m(self) -> float:
        """Metres of belt."""
        return sum(m.distance_m for m in self.moments)

    @property
    def ascent_m(self) -> float:
        """Metres up."""
        return sum(m.ascent_m for m in self.moments)

    @property
    def descent_m(self) -> float:
        """Metres down."""
        return sum(m.descent_m for m in self.moments)

    def told(self, what: Callable[[Sample], int | None]) -> tuple[int, ...]:
        """What its seconds told of something."""
        return tuple(value for m in self.moments if (value := what(m.sample)) is not None)


@dataclass(frozen=True, slots=True)
class Activity:
    """A session that was run. `runs` are the times (seconds since it began) between which the timer ran."""

    whole: Span
    laps: tuple[Span, ...]
    runs: tuple[tuple[int, int], ...]

    @property
    def start_altitude_m(self) -> int:
        """Where it begins, so that its lowest point lies at sea level or just above: no belt knows an altitude. Ours."""
        return ceil(-min(0.0, *(m.altitude_m for m in self.whole.moments)))


def activity_of(samples: Sequence[Sample]) -> Activity | None:
    """The session in these seconds, or None when its belt never moved."""
    found: list[Moment] = []
    runs: list[tuple[int, int]] = []
    before = Sample(-1, "", 0, None, None, 0, 0, None, None, 0.0, 0.0, 0.0, 0.0)
    for sample in samples:
        if sample.running_s > before.running_s:
            found.append(_moment(before, sample, found[-1].altitude_m if found else 0.0))
            began = max(before.second, 0)
            if runs and runs[-1][1] == began:
                began = runs.pop()[0]
            runs.append((began, sample.second))
        before = sample
    if not found:
        return None
    return Activity(Span(runs[0][0], runs[-1][1], tuple(found)), _laps(found, runs[0][0]), tuple(runs))


def _moment(before: Sample, sample: Sample, altitude_m: float) -> Moment:
    distance_m = max(0.0, sample.distance_m - before.distance_m)
    descent_m = max(0.0, sample.descent_m - before.descent_m)
    climbing = descent_m == 0 and sample.grade is not None and sample.grade > LEVEL
    ascent_m = distance_m * sin(atan(Grade(sample.grade).fraction)) if climbing and sample.grade is not None else 0.0
    timer_s = sample.running_s - before.running_s
    return Moment(sample, timer_s, distance_m, ascent_m, descent_m, altitude_m + ascent_m - descent_m)


def _laps(moments: Sequence[Moment], begin_s: int) -> tuple[Span, ...]:
    """One for every step of the workout, each time it was run; a step gone back to begins another."""
    laps = []
    for _, group in groupby(moments, key=lambda m: m.sample.segment):
        lap = tuple(group)
        laps.append(Span(begin_s, lap[-1].sample.second, lap))
        begin_s = lap[-1].sample.second
    return tuple(laps)
