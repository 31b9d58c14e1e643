"""What one console knows of the class that runs: program, T0, place, who is to start when, and whether it was stopped. Pure."""

from __future__ import annotations

from treadctl.studio.messages import Offer
from treadctl.studio.program import ClassPlace


class ClassState:
    """Times are the coach's clock in seconds. `is_news` is whether other consoles have to be told of it.

    `expected` is when each belt is to start: at T0, or after the countdown of whoever comes late; `again` when a lane that could
    not take part yet is to be asked again.
    """

    def __init__(self) -> None:
        self.class_id: str | None = None
        self.offered: Offer | None = None
        self.offered_at = float("-inf")
        self.t0: float | None = None
        self.place: ClassPlace | None = None
        self.stopped_at: float | None = None
        self.expected: dict[int, float] = {}
        self.again: dict[int, float] = {}
        self.is_news = False

    @property
    def is_over(self) -> bool:
        """Whether it was stopped."""
        return self.stopped_at is not None

    def becomes(self, offer: Offer, offered_at: float, t0: float | None = None, place: ClassPlace | None = None) -> None:
        """This is the class now, offered to the lanes at that time, and it was not stopped."""
        if self.class_id != offer.class_id:
            self.expected, self.offered_at = {}, offered_at
        self.class_id, self.offered, self.stopped_at = offer.class_id, offer, None
        self.t0, self.place = t0, place

    def stop(self, now: float) -> None:
        """It is over, whichever console said so."""
        self.again.clear()
        self.stopped_at, self.t0, self.place, self.is_news = now, None, None, True

    def call_off(self, now: float) -> bool:
        """A start whose T0 is still to come is taken back; START CLASS can be pressed again. False where there is none."""
        if self.t0 is None or now >= self.t0:
            return False
        self.t0, self.place, self.is_news = None, None, True
        return True
