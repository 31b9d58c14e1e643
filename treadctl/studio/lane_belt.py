"""What a lane knows of its belt: still, moving or unknown; when the start left, and when the belt really moved. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from treadctl.engine.phases import Phase
from treadctl.studio.lane_words import STALE_S, Seen

STILL_S: Final = 3.0
"""Still is what a belt has been for this long: machines send stray zeros (hw_notes.md §2.7)."""
CONSOLE_START_S: Final = 1.5
"""A still belt that then moves for this long, unarmed, was started at its console: two readings of a one-second treadmill."""
CONSOLE_START_WITHIN_S: Final = CONSOLE_START_S + STALE_S
"""One that has moved for longer was started for something else; this much is allowed for late telemetry. Ours."""

HALTED: Final = frozenset({Phase.PAUSING, Phase.PAUSED, Phase.HANDS_OFF, Phase.UNLINKED})
"""An armed session in one of these starts its belt by a key of the runner's, and not at T0 any more."""

Shown = Literal["still", "moving", "unknown"]


@dataclass(frozen=True, slots=True)
class Moved:
    """The belt moves: how late the command left after T0, and how long after the command the belt was seen to move."""

    command_late_s: float
    belt_after_s: float


@dataclass(frozen=True, slots=True)
class Stands:
    """A belt that moved is still."""


class Belt:
    """One lane's belt, as its session shows it. `now` is the lane's own clock."""

    def __init__(self) -> None:
        self.seen: Seen | None = None
        self.moving_since: float | None = None
        self.command_at: float | None = None
        self.seen_at = 0.0
        self._told_at = float("-inf")
        self._still_since: float | None = None
        self._was_still = self._told_moving = False
        self._t0: float | None = None
        self._armed = False

    def new_start(self, t0: float) -> None:
        """A start at t0 is counted down to."""
        self._t0, self._armed, self.command_at = t0, False, None

    def armed(self) -> None:
        """The session was armed for it."""
        self._armed = True

    def see(self, seen: Seen, now: float) -> list[Moved | Stands]:
        """Take in what the session shows; returns what that means."""
        self.seen, self.seen_at = seen, now
        if self._armed and seen.phase in HALTED:
            self._t0 = None  # how long the runner took to go on is nobody's lateness
        if self._armed and self.command_at is None and seen.phase in (Phase.STARTING, Phase.RUNNING):
            self.command_at = now if seen.at is None else seen.at
        if seen.speed is None or not seen.fresh:
            return []
        told_at, before_at = now - seen.age_s, self._told_at
        self._told_at = told_at
        unseen = told_at - before_at > STALE_S  # what it did meanwhile nobody saw
        self._was_still = self._was_still and not unseen
        if seen.speed:
            return self._moves(now)
        if self._still_since is None or unseen:
            self._still_since = told_at
        if not self._is_still:
            return []
        self._was_still, self.moving_since = True, None
        stood, self._told_moving = self._told_moving, False
        return [Stands()] if stood else []

    @property
    def _is_still(self) -> bool:
        """Whether readings, the first to the last of them, have shown zero for long enough; silence after one proves nothing."""
        return self._still_since is not None and self._told_at - self._still_since >= STILL_S

    def _moves(self, now: float) -> list[Moved | Stands]:
        self._still_since = None
        if self.moving_since is None:
            self.moving_since = now
        self._told_moving = True
        if self.command_at is None or self._t0 is None:
            return []
        moved = Moved(self.command_at - self._t0, now - self.command_at)
        self._t0 = None
        return [moved]

    def shown(self, now: float) -> Shown:
        """What may be said of the belt; only fresh telemetry says anything."""
        if self.seen is None or not self.seen.fresh or self.seen.speed is None or now - self.seen_at > STALE_S:
            return "unknown"
        if self.seen.speed:
            return "moving"
        return "still" if self._is_still else "unknown"

    @property
    def halts(self) -> bool:
        """Whether a belt that moved shows zero: perhaps it stands, perhaps that was a stray one."""
        return self.moving_since is not None and self.seen is not None and self.seen.speed == 0

    def start_is_used(self) -> None:
        """The start at the console that was seen last counts no more: the belt must be seen still again before another."""
        self._was_still = False

    def started_at_console(self, now: float) -> bool:
        """Whether a person at the treadmill has just started it by its own console: it was still, and nobody was armed."""
        seen = self.seen
        return (
            seen is not None
            and seen.phase is Phase.READY
            and bool(seen.speed)
            and self._was_still
            and self.moving_since is not None
            and CONSOLE_START_S <= now - self.moving_since <= CONSOLE_START_WITHIN_S
        )
