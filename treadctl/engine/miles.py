"""Whether a machine that calls its speed km/h covers miles: its own distance, against its own speed.

Where targets and telemetry are both in miles, what is told agrees with what was asked, and nothing else gives it away.
"""

from __future__ import annotations

from treadctl.engine.constants import MILE, MILES_OVER_M, MILES_WITHIN, STALE_S
from treadctl.engine.words import Telemetry
from treadctl.units import Speed


class Miles:
    """One belt on one link. The metres that it tells (FTMS v1.0 §4.9.1.3) are counted beside those that its speed would make."""

    def __init__(self) -> None:
        self._speed: Speed | None = None
        self._speed_at = 0.0
        self._from_m: int | None = None
        self._made_m = 0.0

    def see(self, told: Telemetry, now: float) -> bool:
        """One frame; true when so many metres by its speed were 1.609 times as many by its distance."""
        if told.speed is not None:
            if self._speed is not None and now - self._speed_at <= STALE_S:
                self._made_m += (self._speed + told.speed) / 720 * (now - self._speed_at)
            else:
                self._from_m = None  # what it covered meanwhile nobody counted
            self._speed, self._speed_at = told.speed, now
        if told.distance_m is None:
            return False
        if self._from_m is None or told.distance_m < self._from_m:
            self._from_m, self._made_m = told.distance_m, 0.0
        if self._made_m < MILES_OVER_M:
            return False
        share = (told.distance_m - self._from_m) / self._made_m
        self._from_m, self._made_m = told.distance_m, 0.0
        return abs(share / MILE - 1) <= MILES_WITHIN
