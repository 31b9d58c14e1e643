"""Whether the program that steers a belt is still there, and what a guardian does when it is not. Pure: times are handed in.

A program can end (its pipe does), freeze (its words stop coming) or be told to end by the system (a signal). While the belt
may be moving because of it, each of these means Stop. A belt that it did not set moving is the console's, and is let go.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

HEARD_WITHIN_S: Final = 3.0
"""A program that steers a moving belt says so four times a second; silence as long as this means that it is frozen. Ours."""
REACH_WITHIN_S: Final = 120.0
"""So long a guardian tries to get a Stop to a treadmill that is out of reach: what a session waits for its runner, too. Ours."""
CONFIRM_WITHIN_S: Final = 20.0
"""Once the treadmill knows, so long a guardian stays to see the belt still: 13 s were seen once (Omega Z, hw_notes.md §2.3)."""


class Duty(Enum):
    """What a guardian has to do."""

    SERVE = "hand on"
    LET_GO = "let go of the treadmill"
    STOP = "stop the belt, and stay until it is seen still"


class Watchdog:
    """Hears the steering program, and decides once: after LET_GO or STOP nothing that it says changes anything."""

    def __init__(self, now: float) -> None:
        self._heard_at = now
        self._belt_may_move = False
        self._decided = Duty.SERVE
        self.why = ""

    def heard(self, belt_may_move: bool, now: float) -> None:
        """The program lives, and says whether the belt may be moving because of it."""
        self._heard_at, self._belt_may_move = now, belt_may_move

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt may be moving because of the program, as it said last."""
        return self._belt_may_move

    def taken_over(self) -> None:
        """The console or the key has the belt, until the program says otherwise."""
        self._belt_may_move = False

    def let_go(self) -> None:
        """The program is done with the treadmill, and said so."""
        self._decide(Duty.LET_GO, "the session let go of the treadmill")

    def ended(self, why: str) -> None:
        """The program, or this guardian, was ended without a word."""
        self._decide(Duty.STOP if self._belt_may_move else Duty.LET_GO, why)

    def duty(self, now: float) -> Duty:
        """What to do now."""
        silent_s = now - self._heard_at
        if self._belt_may_move and silent_s > HEARD_WITHIN_S:
            self._decide(Duty.STOP, f"nothing heard from the session for {silent_s:.1f} s")
        return self._decided

    def look_again(self) -> float:
        """When silence will have lasted too long, if nothing is heard until then."""
        return self._heard_at + HEARD_WITHIN_S if self._belt_may_move else float("inf")

    def _decide(self, duty: Duty, why: str) -> None:
        if self._decided is Duty.SERVE:
            self._decided, self.why = duty, why
