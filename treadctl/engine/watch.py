"""Two questions about one quantity, belt speed or true grade: does it follow what was sent, and did the console move it?"""

from __future__ import annotations

from enum import Enum

from treadctl.engine.constants import CONFIRM_S, NOT_FOLLOWING_S, REVERSING_S, SETTLED_S


class Verdict(Enum):
    """What one reading says."""

    WELL = "as sent, or on its way"
    NOT_FOLLOWING = "no nearer for too long"
    WRONG_WAY = "further away in two readings"
    PAST = "went past what was sent in two readings"
    MOVED = "a settled value that moved: the console"


class Watch:
    """Judges each reading against what was last sent. `within`, `step` and `moved` are in the quantity's own wire unit.

    `within` counts as there, `step` as progress, `moved` as a move of a settled value. A single odd reading decides nothing.
    """

    def __init__(self, within: int, step: int, moved: int) -> None:
        self._within, self._step, self._moved = within, step, moved
        self._sent: int | None = None
        self._sent_at = 0.0
        self._first_off = 0
        self._nearest = 0
        self._nearer_at = 0.0
        self._settled_since: float | None = None
        self._off_since: float | None = None
        self._off_by = 0
        self._away_since: float | None = None
        self._drifting: int | None = None

    def judge(self, shown: int, sent: int | None, sent_at: float, now: float) -> Verdict:
        """One reading of the quantity at `now`; `sent` is the newest target and `sent_at` when it went out."""
        if sent is None:
            self._sent = self._drifting = None
            return Verdict.WELL
        if self._drifting is not None and self._still_drifting(shown, sent_at):
            return Verdict.MOVED
        if sent != self._sent or sent_at > self._sent_at:
            self._expect(sent, shown - sent, sent_at)
        off_by = shown - sent
        if abs(off_by) <= self._within:
            return self._there(now)
        if self._settled_since is not None and now - self._settled_since >= SETTLED_S:
            return self._wandered(off_by, now)
        return self._under_way(off_by, now)

    def _expect(self, sent: int, off_by: int, sent_at: float) -> None:
        self._sent, self._sent_at, self._first_off = sent, sent_at, off_by
        self._nearest, self._nearer_at = abs(off_by), sent_at
        self._settled_since = self._off_since = self._away_since = None

    def _there(self, now: float) -> Verdict:
        if self._settled_since is None:
            self._settled_since = now
        self._off_since = self._away_since = None
        self._nearest, self._nearer_at = 0, now
        return Verdict.WELL

    def _wandered(self, off_by: int, now: float) -> Verdict:
        if abs(off_by) < self._moved:
            return Verdict.WELL
        if self._off_since is None or (off_by > 0) != (self._off_by > 0):
            self._off_since, self._off_by = now, off_by
            return Verdict.WELL
        if now - self._off_since < CONFIRM_S:
            return Verdict.WELL
        self._drifting = self._sent = off_by + (self._sent or 0)
        return Verdict.MOVED

    def _still_drifting(self, shown: int, sent_at: float) -> bool:
        """A move at the console takes its time; each reading on the way is where it is now, until two are the same."""
        if shown == self._drifting or sent_at > self._sent_at:
            self._drifting = None
            return False
        self._drifting = shown
        return True

    def _under_way(self, off_by: int, now: float) -> Verdict:
        gap = abs(off_by)
        self._settled_since = None
        if gap <= self._nearest - self._step:
            self._nearest, self._nearer_at, self._away_since = gap, now, None
            return Verdict.WELL
        if gap > self._nearest + self._moved + self._within and now - self._sent_at > REVERSING_S:
            if self._away_since is None:
                self._away_since = now
            elif now - self._away_since >= CONFIRM_S:
                return self._astray(off_by)
        else:
            self._away_since = None
        return Verdict.NOT_FOLLOWING if now - self._nearer_at > NOT_FOLLOWING_S else Verdict.WELL

    def _astray(self, off_by: int) -> Verdict:
        """Past the target when it began on the other side of it, or at it; else the wrong way."""
        began_there = abs(self._first_off) <= self._within
        return Verdict.PAST if began_there or (off_by > 0) != (self._first_off > 0) else Verdict.WRONG_WAY
