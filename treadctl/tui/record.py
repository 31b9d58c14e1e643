"""What the summary needs of a whole session: one reading a second, and everything that was limited or went wrong."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from treadctl.engine.phases import BELT_MAY_MOVE
from treadctl.engine.snapshot import Snapshot
from treadctl.safety import LEVEL_WITHIN
from treadctl.tui.host import READINGS_KEPT
from treadctl.tui.words import limits
from treadctl.units import LEVEL, Grade, Speed


@dataclass(frozen=True, slots=True)
class Reading:
    """Belt and deck at one moment of the running time (seconds)."""

    at_s: float
    grade: Grade | None
    speed: Speed | None
    step_rate: int | None = None
    heart_rate: int | None = None


class Record:
    """Made by looking; what a stalled screen missed is a gap, in the plot only."""

    def __init__(self) -> None:
        self.readings: deque[Reading] = deque(maxlen=READINGS_KEPT)
        self.steepest = LEVEL
        self.limits: dict[str, None] = {}
        self.troubles: dict[str, None] = {}

    def see(self, s: Snapshot) -> None:
        """Take one look."""
        for line in limits(s):
            self.limits.setdefault(line)
        for trouble in s.troubles:
            self.troubles.setdefault(trouble)
        if s.phase not in BELT_MAY_MOVE:
            return
        if s.shown_grade is not None and s.shown_speed:
            self.steepest = min(self.steepest, s.shown_grade)
        if not self.readings or s.running_s - self.readings[-1].at_s >= 1.0:
            self.readings.append(Reading(s.running_s, s.shown_grade, s.shown_speed, s.step_rate, s.heart_rate))

    def mean_downhill(self, of: Callable[[Reading], int | None]) -> int | None:
        """The mean of what was worn, over the declines; None without any."""
        values = [v for r in self.readings if r.grade is not None and r.grade <= -LEVEL_WITHIN and (v := of(r)) is not None]
        return round(sum(values) / len(values)) if values else None

    def columns(self, count: int) -> tuple[Reading | None, ...]:
        """The session cut into equal times, with the steepest reading of each; a column without one repeats the one before."""
        if not self.readings:
            return (None,) * count
        last_s = max(1.0, self.readings[-1].at_s)
        found: list[Reading | None] = [None] * count
        for reading in self.readings:
            at = min(count - 1, int(reading.at_s / last_s * count))
            before = found[at]
            if before is None or _deeper(reading.grade, before.grade):
                found[at] = reading
        shown: list[Reading | None] = []
        for column in found:
            shown.append(column if column is not None or not shown else shown[-1])
        return tuple(shown)


def _deeper(grade: Grade | None, than: Grade | None) -> bool:
    return grade is not None and (than is None or grade < than)
