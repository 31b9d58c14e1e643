"""Arms a mock, on which nobody has to stand. A real belt is armed by a person, with a key."""

from __future__ import annotations

from typing import Final

from treadctl.engine.constants import STILL_S
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Key
from treadctl.session import Session

SEEN_STILL_S: Final = STILL_S + 1.0
"""From the first sight of a belt to a press of arm: the time it must be seen still, and one more frame that shows it."""
ARMED_WITHIN_S: Final = 60.0
"""A mock that cannot be armed by itself within this time is given up: nobody is there to wait for it."""


class Armer:
    """Presses arm on a mock once its belt is known to be still, as a person would, and again where that was too early.

    Presses it never again once it was armed: what took a belt away is a person's to decide. One that is no use is stopped.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready_at: float | None = None
        self._press_at = float("inf")
        self._done = False

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        s = step.snapshot
        if self._done or (s.phase is not Phase.READY and self._ready_at is None):
            return
        if s.phase is not Phase.READY:
            self._done = True
            return
        if self._ready_at is None:
            self._ready_at = now
        if self._press_at == float("inf") and s.shown_speed is not None:
            self._press_at = now + SEEN_STILL_S
        if now - self._ready_at >= ARMED_WITHIN_S:
            self._done = True
            self._session.press(Key.STOP)
        elif now >= self._press_at:
            self._press_at = now + SEEN_STILL_S
            self._session.press(Key.ARM)
