"""Whether a machine that calls its speed km/h covers miles: its own distance, against its own speed.

Where targets and telemetry are both in miles, what is told agrees with what was asked, and nothing else gives it away.
"""

from __future__ import annotations

from typing import Final

from treadctl.engine.constants import MILE, MILES_OVER_M, MILES_WITHIN, STALE_S
from treadctl.engine.words import Telemetry
from treadctl.units import Speed

_STRETCHES: Final = 2
"""So many in a row."""


class Miles:
    """One belt on one link. The metres that it tells (FTMS v1.0 §4.9.1.3) are counted beside those that its speed would make.

    Counters go by one metre or by a tenth of a mile, and some are told twice a minute only, so that a stretch begins and ends
    where one changes; and one that lags behind a belt that changes its speed is off for a stretch, so that it takes two.
    """

    def __init__(self) -> None:
        self._speed: Speed | None = None
        self._speed_at = 0.0
        self._told_m: int | None = None
        self._from_m: int | None = None
        self._made_m = 0.0
        self._found = 0

    def see(self, told: Telemetry, now: float) -> bool:
        """One frame; true when over two stretches in a row its distance was 1.609 times what its speed would make."""
        if told.speed is not None:
            if self._speed is not None and now - self._speed_at <= STALE_S:
                self._made_m += (self._speed + told.speed) / 720 * (now - self._speed_at)
            else:
                self._told_m = self._from_m = None  # what it covered meanwhile nobody counted
            self._speed, self._speed_at = told.speed, now
        before, self._told_m = self._told_m, self._told_m if told.distance_m is None else told.distance_m
        if before is None or self._told_m is None or self._told_m == before:
            return False
        if self._from_m is None or self._told_m < before:
            self._begin(self._told_m)
        elif self._made_m >= MILES_OVER_M:
            share = (self._told_m - self._from_m) / self._made_m
            found = self._found + 1 if abs(share / MILE - 1) <= MILES_WITHIN else 0
            self._begin(self._told_m)
            self._found = found
        return self._found >= _STRETCHES

    def _begin(self, at_m: int) -> None:
        self._from_m, self._made_m, self._found = at_m, 0.0, 0
