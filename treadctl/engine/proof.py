"""What a machine has to show before it is taken at its word: that a raise ends where it should, and that down is down.

One belt and one deck on one link; the next link begins anew. Some belts take km/h for mph, and a walk is where to find out.
Some decks take a negative grade for their maximum uphill (hw_notes.md §2.4), and one percent is where to find that out.
"""

from __future__ import annotations

from typing import Final

from treadctl.engine.constants import CLIMBED, CONFIRM_S, NOT_FOLLOWING_S, REVERSING_S, SPEED_WITHIN, STALE_S, TICK_S
from treadctl.engine.sight import Sight
from treadctl.safety import Deck
from treadctl.units import Grade, Speed

_RESTING: Final = 20
"""A belt whose last readings differ by no more than this (0.01 km/h) rests."""
_NOT_SHOWN: Final = 0x7FFF
"""Above every grade."""
_SEEN_FOR_S: Final = CONFIRM_S + TICK_S
"""The engine hears of a frame up to a tick later than the gate, which wants two readings CONFIRM_S apart."""


class BeltProof:
    """Whether a raise of ours was seen to end where it should; until one was, each is waited for."""

    def __init__(self) -> None:
        self._is_waiting = self.done = False

    def raising(self) -> None:
        """A raise goes out."""
        self._is_waiting = not self.done

    def forget(self) -> None:
        """The raise that was waited for counts no more."""
        self._is_waiting = False

    def is_trusted(self, sight: Sight, sent: Speed | None, sent_at: float, now: float) -> bool:
        """Whether the next raise may go."""
        if self._is_waiting and sent is not None and now - sent_at >= REVERSING_S:
            lately = sight.speeds.lately()
            rests = max(lately) - min(lately) <= _RESTING
            self._is_waiting = not (rests and all(abs(shown - sent) <= SPEED_WITHIN for shown in lately))
            self.done = not self._is_waiting
        return not self._is_waiting


class DeckProof:
    """Whether a negative command was seen to go down. Grades here are the machine's own count, as they stand in a command.

    Until it was, nothing below the first small step down is asked. What a deck shows counts only where our last command was to
    take it, half of the first step or more from where it stood, and only while it keeps coming nearer: one that never moved
    proves nothing, and what moves one that ignores us is the console. Readings count once everything
    that was sent is answered, so that the gate, which hears of a command when it leaves, has seen no less than we have. `tried`
    is for a deck that went down when told to on an earlier link of this session: where it stands it may stay.
    """

    def __init__(self, deck: Deck, tried: bool = False) -> None:
        self.done = deck.proven or deck.floor >= 0
        self._deck, self._first = deck, deck.first
        self._lately = self._last = _NOT_SHOWN
        self._tried_before = tried
        self._decline: int | None = None
        self._lately_shown: list[tuple[float, int]] = []
        self._stood: list[int] = []
        self._nearest, self._nearer_at = _NOT_SHOWN, 0.0
        self._highest: int | None = None
        self._down_since: float | None = None
        self._up_since: float | None = None

    def allowed(self, command: Grade) -> Grade:
        """The command that may be sent for this one: itself, or the first small step down."""
        return command if self.done else Grade(max(command, min(self._first, self._lately)))

    def forget(self) -> None:
        """Others have the deck now, or nobody: what it does says nothing about our command."""
        self._decline = self._highest = self._down_since = self._up_since = None

    def sending(self, command: Grade, shown: int, sent: int | None, now: float) -> None:
        """A command goes out to a deck that shows `shown` and was sent to `sent` before."""
        if self.done:
            return
        if self._decline is None:  # else these are small steps of one way
            self._stood = [grade for t, grade in self._lately_shown if now - t <= STALE_S]
        self._decline = command if command < 0 and self._stood else None
        self._nearest, self._nearer_at = min((abs(stood - command) for stood in self._stood), default=_NOT_SHOWN), now
        self._down_since = None
        if self._highest is not None:
            self._highest = max(self._highest, command)
        elif command < 0:
            self._highest = max(command, shown, shown if sent is None else sent)

    def see(self, shown: int, answered: bool, now: float) -> bool:
        """One reading; true when the deck is seen to climb although it was told to fall."""
        if self._tried_before:  # where it stands down already, no further down than that is as good as level
            self._lately, self._last = max(self._last, shown), shown
        if self.done:
            return False
        self._lately_shown = [*((t, grade) for t, grade in self._lately_shown if now - t <= STALE_S), (now, shown)]
        if answered and self._follows(shown, now):
            self._down_since = now if self._down_since is None else self._down_since
            self.done = now - self._down_since >= _SEEN_FOR_S
        else:
            self._down_since = None
        if self._highest is None or shown <= self._highest + CLIMBED:
            self._up_since = None
            return False
        self._up_since = now if self._up_since is None else self._up_since
        return now - self._up_since >= CONFIRM_S

    def _follows(self, shown: int, now: float) -> bool:
        """Whether it is where our last decline was to take it, and never stood still on the way as one does that ignores us."""
        if self._decline is None:
            return False
        off_by = abs(shown - self._decline)
        if now - self._nearer_at > NOT_FOLLOWING_S:
            self._decline = None
            return False
        if off_by < self._nearest:
            self._nearest, self._nearer_at = off_by, now
        return all(self._deck.follows(self._decline, shown, stood) for stood in self._stood)
