"""Whether the feet do what was asked of them on a decline: judged once it has settled, on fresh data, with a dead band.

Pure: what the foot pod says comes in with its time. What cannot be believed leads to silence, never to a guess.
"""

from __future__ import annotations

from collections import deque
from enum import Enum
from typing import Final

from treadctl.coaching.cadence import CadenceTarget

SETTLED_S: Final = 13.0
"""Legs are judged so long after belt and deck have settled: feet and the pod's averaging have followed by 12 to 15 s. Ours."""
OVER_S: Final = 6.0
"""The mean over so many seconds is judged: one quick step is none, and a pod's word wavers by one or two. Ours."""
READINGS: Final = 4
"""From so many readings on there is a mean. Ours."""
DEAD_SPM: Final = 2
"""The target is lost this far below its band and regained at it: nobody is told off for a wobble. Ours."""
LEAST_SHARE: Final = 0.75
MOST_SHARE: Final = 1.3
"""Beyond these shares of the band nobody runs, but walks, stands on the rails or has a pod that counts wrong. Ours."""
FRESH_S: Final = 5.0
"""A step rate older than this says nothing about now. Ours, as the engine's WORN_S."""


class Stride(Enum):
    """What is known of the steps."""

    UNWATCHED = "nobody measures them, or there is no target"
    SETTLING = "belt, deck or legs are still settling"
    HELD = "as quick as asked"
    LOST = "slower than asked, so longer"
    IN_DOUBT = "what the foot pod says cannot be believed"


class StrideWatch:
    """The feet of one session. Tell it what the pod says and when belt or deck moved; ask it how they stand."""

    def __init__(self) -> None:
        self._readings: deque[tuple[float, int]] = deque()
        self._heard_at = self._moved_at = float("-inf")
        self._why = ""
        self._target: CadenceTarget | None = None
        self._last = Stride.UNWATCHED
        self.mean = 0

    @property
    def is_worn(self) -> bool:
        """Whether a foot pod has ever been heard."""
        return self._heard_at >= 0

    def felt(self, spm: int | None, why: str, now: float) -> None:
        """The pod's word; None is a rate that can't be believed, and why."""
        self._heard_at, self._why = now, why
        if spm is None:
            self._readings.clear()
        else:
            self._readings.append((now, spm))

    def moved(self, now: float) -> None:
        """Belt or deck are on their way: what the feet do meanwhile counts for nothing."""
        self._moved_at = now
        self._readings.clear()

    def doubt(self, now: float) -> str:
        """Why the pod can't be believed now; empty while it can."""
        return self._why or ("nothing heard" if now - self._heard_at > FRESH_S else "")

    def look(self, target: CadenceTarget | None, now: float) -> Stride:
        """How the steps stand to the target; what was held or lost stays so within the dead band."""
        if target is None or not self.is_worn:
            return self._is(Stride.UNWATCHED, target)
        if self.doubt(now):
            return self._is(Stride.IN_DOUBT, target)
        if self._target is not None and target != self._target:
            self.moved(now)
        if now - self._moved_at < SETTLED_S:
            return self._is(Stride.SETTLING, target)
        while self._readings and now - self._readings[0][0] > OVER_S:
            self._readings.popleft()
        if len(self._readings) < READINGS:
            return self._is(Stride.SETTLING, target)
        mean = sum(spm for _, spm in self._readings) / len(self._readings)
        self.mean = round(mean)
        if not target.low_spm * LEAST_SHARE <= mean <= target.high_spm * MOST_SHARE:
            return self._is(Stride.SETTLING, target)
        if mean < target.low_spm - DEAD_SPM:
            return self._is(Stride.LOST, target)
        if mean >= target.low_spm or self._last is not Stride.LOST:
            return self._is(Stride.HELD, target)
        return self._is(Stride.LOST, target)

    def _is(self, stride: Stride, target: CadenceTarget | None) -> Stride:
        self._last, self._target = stride, target
        return stride
