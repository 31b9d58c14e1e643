"""What time it is at the coach's, by the lane's own clock: the sample with the shortest way there and back, and its error bound.

A lane asks, the coach answers with when the question came and when the answer left. Half of the rest of the time is all that the
answer can be wrong by, whatever the network did. Clocks drift apart, so an old sample counts for less and is asked anew. Pure.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Final

from treadctl.studio.messages import Time

SAMPLES: Final = 16
"""Fewer are no measurement: the shortest of 16 is within 4 ms on a wireless net with 10 ms of jitter (simulated)."""
KEPT: Final = 64
GAP_S: Final = 0.1
"""Between two questions until there are SAMPLES: two seconds after joining, a lane knows the time."""
REFRESH_S: Final = 30.0
FINE_S: Final = 0.002
COARSE_GAP_S: Final = 2.0
"""A lane that measured while all others did, or on a busy net, knows the time less well than FINE_S, and asks at least this often
until it does: two hundred of them are a good hundred questions a second. Ours."""
_SPREAD: Final = 0.25
"""By up to this share of it earlier, each time by another one: what this computer, or another lane's, does at regular intervals
would otherwise be in the way of each answer alike, and make the clock seem wrong by the same."""
_GOLDEN: Final = 0.618034
UNANSWERED_S: Final = 2.0
"""An answer that took longer is worth nothing."""
DRIFT: Final = 100e-6
"""Clocks of small computers differ by up to 0.01 %: 3 ms in REFRESH_S. An assumption that widens the bound."""
COARSEST_S: Final = 0.1
"""No common start on a clock that is known less well than this: belts take a second to start, people hear a tenth. Ours."""
_MOST_OPEN: Final = 2
"""With more questions open than this the next one waits for an answer: two hundred lanes that all ask on jam their console, and
then measure the jam. Some may be lost. Ours."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One question: when it was answered by the lane's clock, coach minus lane, and the time it was on its way."""

    at: float
    offset_s: float
    way_s: float

    def bound_s(self, now: float) -> float:
        """How wrong its offset can be by now."""
        return self.way_s / 2 + max(0.0, now - self.at) * DRIFT


class ClockSync:
    """One lane's measurement of one coach's clock. `now` is the lane's own clock in seconds, from any fixed moment."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=KEPT)
        self._asked: OrderedDict[int, tuple[float, int]] = OrderedDict()
        self._nonce = 0
        self._next_at = float("-inf")
        self._coach: str | None = None

    def forget(self) -> None:
        """That coach is gone; another one has another clock. Nonces go on, so that no old answer fits a new question."""
        self._samples.clear()
        self._asked.clear()
        self._next_at, self._coach = float("-inf"), None

    @property
    def next_at(self) -> float:
        """When to ask next."""
        return self._next_at

    def ask(self, now: float) -> tuple[int, int] | None:
        """Nonce and time of a question, when one is due."""
        if now < self._next_at:
            return None
        for nonce in [nonce for nonce, (at, _) in self._asked.items() if now - at > UNANSWERED_S]:
            del self._asked[nonce]
        self._next_at = now + self._gap_s(now)
        self._nonce += 1
        asked_us = round(now * 1e6)
        self._asked[self._nonce] = now, asked_us
        return self._nonce, asked_us

    def _gap_s(self, now: float) -> float:
        if self.measured:
            spread = 1 - _SPREAD * (self._nonce * _GOLDEN % 1)
            return REFRESH_S if self._best(now).way_s / 2 <= FINE_S else COARSE_GAP_S * spread
        return GAP_S if len(self._asked) < _MOST_OPEN else UNANSWERED_S / 2

    def heard(self, answer: Time, now: float) -> bool:
        """Take in an answer; false when it is none to an open question, or impossible."""
        asked = self._asked.pop(answer.nonce, None)
        if asked is None or asked[1] != answer.asked_us or answer.left_us < answer.came_us:
            return False
        way_s = (now - asked[0]) - (answer.left_us - answer.came_us) / 1e6
        if not 0 <= way_s <= UNANSWERED_S:
            return False
        if answer.coach != self._coach:
            self._samples.clear()
            self._coach = answer.coach
        offset_s = (answer.came_us / 1e6 - asked[0] + answer.left_us / 1e6 - now) / 2
        self._samples.append(Sample(now, offset_s, way_s))
        if not self.measured:
            self._next_at = min(self._next_at, max(now, asked[0] + GAP_S))
        return True

    @property
    def measured(self) -> bool:
        """Whether there are samples enough."""
        return len(self._samples) >= SAMPLES

    def measures(self, coach: str) -> bool:
        """Whether it is this console's clock that is measured."""
        return self.measured and coach == self._coach

    def bound_s(self, now: float) -> float | None:
        """How wrong `coach_s` can be; None until it is measured."""
        return self._best(now).bound_s(now) if self.measured else None

    def coach_s(self, now: float) -> float | None:
        """The coach's clock, seconds since 1970; None until it is measured."""
        return now + self._best(now).offset_s if self.measured else None

    def own_s(self, coach_s: float, now: float) -> float:
        """The lane's own time of a moment on the coach's clock, which must be measured."""
        return coach_s - self._best(now).offset_s

    def _best(self, now: float) -> Sample:
        return min(self._samples, key=lambda sample: sample.bound_s(now))
