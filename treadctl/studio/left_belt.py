"""A belt that a session left while it might be moving: out of reach, or told to stop and not seen to. Pure.

Until telemetry of a later link shows it still it counts as moving, and nobody is ready beside it. That link's first word is Stop,
but to a belt that is seen still: some machines take a Stop there for a start. For the same reason one that no telemetry shows is
told once. A Stop pressed for a belt that nobody has seen, and that nothing of ours moves, waits here in the same way; it is said
only should that belt be seen moving.
"""

from __future__ import annotations

from typing import Final

from treadctl.engine.phases import Phase
from treadctl.studio.lane_belt import Belt
from treadctl.studio.lane_words import STALE_S, Seen

STOPS_LATE_S: Final = 180.0
"""So long after it was left a belt is told to stop: the two minutes in which a guardian tries, and the way to a new link. Who
sets it moving later does so for something else. Ours."""
GONE_WITHIN_S: Final = 150.0
"""A guardian is gone after this: 120 s to reach the treadmill, 20 s to see its belt still, and its way out. Ours."""
FREE_S: Final = 5.0
"""A treadmill that nobody holds for so long has no guardian any more: between two tries one lets go for a second or two. Ours."""


class LeftBelt:
    """One treadmill's. `now` is the lane's own clock; `left_at` is None while no belt is left so, `is_ours` whether one is that
    we set moving."""

    def __init__(self) -> None:
        self.left_at: float | None = None
        self.is_ours = False
        self._told_unseen = False
        self._belt = Belt()
        self._linked_at: float | None = None

    def leave(self, now: float, *, ours: bool = True) -> None:
        """A session has ended, or somebody pressed STOP with nobody to hear it: from here on it is left."""
        self.left_at, self.is_ours, self._told_unseen = now, ours, False
        self._linked_at, self._belt = None, Belt()

    def see(self, seen: Seen, now: float) -> bool:
        """Take in what a later session shows; true when Stop is to be said, now."""
        if self.left_at is None:
            return False
        if seen.phase is Phase.UNLINKED:
            self._linked_at = None
            return False
        if self._linked_at is None:
            self._linked_at, self._belt = now, Belt()
        self._belt.see(seen, now)
        shown = self._belt.shown(now)
        if shown == "still":
            self.left_at, self.is_ours = None, False
            return False
        if seen.phase is not Phase.READY or now - self.left_at > STOPS_LATE_S:
            return False
        if shown != "moving":
            is_unseen = now - self._linked_at > STALE_S and not seen.fresh
            if not is_unseen or self._told_unseen or not self.is_ours:
                return False
            self._told_unseen = True
        return True
