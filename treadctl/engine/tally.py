"""What has been run: seconds, metres, decline minutes, descent. Only what telemetry shows makes any of them."""

from __future__ import annotations

from math import atan, sin

from treadctl.engine.constants import DECLINES_FROM, STALE_S
from treadctl.engine.sight import Sight
from treadctl.units import Grade


class Tally:
    """The sums of one session. `decline_from` is when this decline began, `declined_at` when the last one ended."""

    def __init__(self) -> None:
        self.running_s = self.distance_m = self.decline_s = self.descent_m = 0.0
        self.decline_from: float | None = None
        self.declined_at: float | None = None

    def decline(self, now: float, seconds: float, sight: Sight) -> None:
        """Time on a decline, in any phase and whoever asked for it; a stray zero frame does not stop the count."""
        grade = sight.grade
        if grade is not None and grade <= DECLINES_FROM and sight.speed is not None and not sight.still(now):
            if self.decline_from is None:
                self.decline_from = now
            self.decline_s += seconds
        elif self.decline_from is not None:
            self.decline_from, self.declined_at = None, now

    def run(self, now: float, seconds: float, sight: Sight) -> float:
        """Time with a belt of ours; only fresh measured speed makes metres, which are returned."""
        self.running_s += seconds
        speed = sight.speed
        if not speed or sight.age(now) > STALE_S:
            return 0.0
        metres = speed / 360 * seconds
        self.distance_m += metres
        grade = sight.grade
        if grade is not None and grade <= DECLINES_FROM:
            self.descent_m += metres * _fall(grade)
        return metres


def _fall(grade: Grade) -> float:
    """Metres down for each metre of belt."""
    return sin(atan(-grade.fraction))
