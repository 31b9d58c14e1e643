"""Whether a belt counts in the other unit: it rests at 1.609 times what was asked, or at 0.621 of it.

Asked only until a raise of ours was seen to end where it should, which the first one is waited for: that is at a walk.
"""

from __future__ import annotations

from treadctl.engine.constants import MILE, SLIP_RESTS, SLIP_RESTS_S, SLIP_WITHIN, SPEED_WITHIN
from treadctl.units import Speed


def is_off_by_a_mile(sent: Speed, shown: Speed) -> bool:
    """Whether one reading is what the other unit would make of what was sent."""
    if abs(shown - sent) <= SPEED_WITHIN:
        return False
    return any(abs(shown - other) <= SLIP_WITHIN * other for other in (sent * MILE, sent / MILE))


class UnitSlip:
    """One belt on one link. `fits` is whether it was last seen where the other unit leads, rested or not.

    A belt that has not moved since it was told to is slow or deaf, and not judged here.
    """

    def __init__(self) -> None:
        self.fits = False
        self._sent: tuple[Speed, float] | None = None
        self._since = 0.0
        self._least = self._most = Speed(0)

    def see(self, shown: Speed, sent: Speed, sent_at: float, came_from: Speed, now: float) -> bool:
        """One reading of a belt sent from `came_from` to `sent` at `sent_at`; true when it rests where the other unit leads."""
        least, most = min(self._least, shown), max(self._most, shown)
        if self._sent != (sent, sent_at) or most - least > SLIP_RESTS:
            self._sent, self._since, least, most = (sent, sent_at), now, shown, shown
        self._least, self._most = least, most
        self.fits = abs(shown - came_from) > SLIP_RESTS and is_off_by_a_mile(sent, shown)
        return self.fits and now - self._since >= SLIP_RESTS_S
