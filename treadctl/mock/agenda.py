"""What is going to happen, in order of time. The mock's only idea of time: nothing here ever reads a clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from math import inf

Deed = Callable[[float], None]
"""What to do; it is told the time it was planned for, never the time somebody looked."""


class Agenda:
    """Deeds by time. Because each runs at its own time, how often somebody looks changes nothing but when it is seen."""

    def __init__(self, at: float) -> None:
        self._now = at
        self._deeds: list[tuple[float, int, Deed]] = []
        self._planned = 0
        self.next_at = inf

    def plan(self, at: float, deed: Deed) -> None:
        """Do `deed` at a time; of two at the same time the one planned first goes first."""
        self._planned += 1
        heapq.heappush(self._deeds, (at, self._planned, deed))
        self.next_at = self._deeds[0][0]

    def run(self, now: float) -> None:
        """Do everything that is due. Time never goes back: an earlier `now` than the last is a ValueError."""
        if now < self._now:
            raise ValueError(f"time went back from {self._now} to {now}")
        while self.next_at <= now:
            at, _, deed = heapq.heappop(self._deeds)
            self.next_at = self._deeds[0][0] if self._deeds else inf
            deed(at)
        self._now = now
