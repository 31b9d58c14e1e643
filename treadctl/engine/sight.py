"""What telemetry shows, and for how long it has: the engine believes this and nothing else about the belt and the deck."""

from __future__ import annotations

from treadctl.engine.constants import BELT_RATE, CONFIRM_S, DECK_RATE, STILL_S, TOLERANCE_AT_MOST
from treadctl.engine.words import Telemetry
from treadctl.safety import HARD_STOP, Deck
from treadctl.units import Grade, Speed

_FROZEN_S = 3.0
"""A machine that counts seconds or metres and stops counting for this long while its belt moves repeats old frames."""


class Rate:
    """How fast a machine moves belt or deck, learned from telemetry; starts at a stated guess, stays within a factor of 5."""

    def __init__(self, guess: float) -> None:
        self.per_s = guess
        self._least, self._most = guess / 5, guess * 5

    def learn(self, moved: int, seconds: float) -> None:
        """One observation of a move in progress; a quarter of it is believed."""
        observed = min(max(abs(moved) / seconds, self._least), self._most)
        self.per_s += (observed - self.per_s) / 4


class Sight:
    """The newest of each telemetry field, in true grade, with the times that freshness, stillness and rule 4 need."""

    def __init__(self, deck: Deck) -> None:
        self._deck = deck
        self.speed: Speed | None = None
        self.grade: Grade | None = None
        self.heart_rate_bpm: int | None = None
        self.at = float("-inf")
        self.still_since: float | None = None
        self.deck_down, self.deck_up = Rate(DECK_RATE), Rate(DECK_RATE)
        self.belt_down = Rate(BELT_RATE)
        self._grade_at = self._speed_at = float("-inf")
        self._counters: tuple[int | None, int | None] = (None, None)
        self._counted_at: float | None = None
        self._too_steep_since: float | None = None
        self.past_hard_stop = False
        self._tolerance = min(deck.step, TOLERANCE_AT_MOST)

    def see(self, told: Telemetry, now: float) -> None:
        """Take in one frame; a field that was not told stays as it was."""
        if told.heart_rate_bpm is not None:
            self.heart_rate_bpm = told.heart_rate_bpm
        if told.grade is not None:
            self._see_grade(self._deck.true(told.grade), now)
        if told.speed is not None:
            self._see_speed(told.speed, now)
            if not self._frozen(told, now):
                self.at = now

    def age(self, now: float) -> float:
        """Seconds since the last live frame that carried a speed."""
        return now - self.at

    @property
    def moving(self) -> bool:
        """Whether the last frame showed a moving belt; one zero frame is not stillness, so see `still`."""
        return bool(self.speed)

    def still(self, now: float) -> bool:
        """Whether the belt has been at zero for long enough to believe it."""
        return self.still_since is not None and now - self.still_since >= STILL_S

    def deck_travel_s(self, to: Grade) -> float:
        """How long the deck will take from where it is seen, at the rates learned so far."""
        if self.grade is None:
            return 0.0
        rate = self.deck_down if to < self.grade else self.deck_up
        return abs(to - self.grade) / rate.per_s

    def _see_grade(self, grade: Grade, now: float) -> None:
        if self.grade is not None and grade != self.grade and 0 < now - self._grade_at <= 2.0:
            (self.deck_down if grade < self.grade else self.deck_up).learn(grade - self.grade, now - self._grade_at)
        self.grade, self._grade_at = grade, now
        if grade >= HARD_STOP - self._tolerance:
            self._too_steep_since = None
            self.past_hard_stop = False
        elif self._too_steep_since is None:
            self._too_steep_since = now
        elif now - self._too_steep_since >= CONFIRM_S:
            self.past_hard_stop = True

    def _see_speed(self, speed: Speed, now: float) -> None:
        if speed:
            self.still_since = None
            if self.speed is not None and speed < self.speed and 0 < now - self._speed_at <= 2.0:
                self.belt_down.learn(self.speed - speed, now - self._speed_at)
        elif self.still_since is None:
            self.still_since = now
        self.speed, self._speed_at = speed, now

    def _frozen(self, told: Telemetry, now: float) -> bool:
        counters = (told.elapsed_s, told.distance_m)
        if counters == (None, None):
            return False
        if counters != self._counters or not told.speed:
            first = self._counters == (None, None)
            self._counters = counters
            self._counted_at = None if first else now
            return False
        return self._counted_at is not None and now - self._counted_at > _FROZEN_S
