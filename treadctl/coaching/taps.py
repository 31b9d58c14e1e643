"""A step rate without a foot pod: tap each right footfall for fifteen seconds, and count. Pure: the times come in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from statistics import median
from typing import Final

TAP_FOR_S: Final = 15.0
"""So long is tapped: at 160 steps a minute it is 20 taps, and a finger's lateness is a hundredth of the time. Ours."""
TAP_WITHIN_S: Final = 0.08
"""A tap is this near to its footfall, early or late. Ours."""
LEAST_TAPS: Final = 8
"""Fewer were no running: 40 right feet a minute would make ten. Ours."""
_SLOWEST_SPM, _FASTEST_SPM = 80, 260


@dataclass(frozen=True, slots=True)
class Tapped:
    """Steps a minute, both feet, and how far off that may be either way; without a number, `why` there is none."""

    steps_per_min: int | None
    within: int = 0
    why: str = ""


class Taps:
    """Right footfalls as they are tapped, at times that never run backwards."""

    def __init__(self) -> None:
        self._times: list[float] = []

    def tap(self, now: float) -> bool:
        """One right footfall; false when it was the last: TAP_FOR_S are over."""
        self._times.append(now)
        return now - self._times[0] < TAP_FOR_S

    @property
    def count(self) -> int:
        """How many so far."""
        return len(self._times)

    def result(self) -> Tapped:
        """What they come to: two steps from each right foot to the next."""
        times = self._times
        if len(times) < LEAST_TAPS or times[-1] - times[0] < TAP_FOR_S / 2:
            return Tapped(None, why=f"too few taps; tap each right footfall for {TAP_FOR_S:.0f} seconds")
        gaps = [after - before for before, after in pairwise(times)]
        usual = median(gaps)
        if max(gaps) > 1.6 * usual or min(gaps) < 0.4 * usual:
            return Tapped(None, why="a footfall was missed, or tapped twice; try once more")
        span = times[-1] - times[0]
        rate = 2 * len(gaps) * 60 / span
        if not _SLOWEST_SPM <= rate <= _FASTEST_SPM:
            return Tapped(None, why=f"{rate:.0f} steps a minute is no running; tap right footfalls only")
        return Tapped(round(rate), ceil(rate * 2 * TAP_WITHIN_S / span))
