"""What telemetry shows, and for how long it has: the engine believes this and nothing else about the belt and the deck."""

from __future__ import annotations

from collections import deque
from typing import Final

from treadctl.engine.belt import Belt
from treadctl.engine.constants import (
    BELT_RATE,
    CONFIRM_S,
    DECK_RATE,
    JUMP,
    SPEED_WITHIN,
    STALE_S,
    TIPPING_AT_MOST,
    TOLERANCE_AT_MOST,
)
from treadctl.engine.words import Telemetry
from treadctl.safety import HARD_STOP, Deck
from treadctl.units import Grade, Speed

_KEPT: Final = 40
"""Readings kept: what the fastest sender met (10 Hz) sends in STALE_S, and some more."""


class Rate:
    """How fast a machine moves belt or deck, learned from telemetry; starts at a stated guess, stays within a factor of 5."""

    def __init__(self, guess: float) -> None:
        self.per_s = guess
        self._least, self._most = guess / 5, guess * 5

    def learn(self, moved: int, seconds: float) -> None:
        """One observation of a move in progress; a quarter of it is believed."""
        observed = min(max(abs(moved) / seconds, self._least), self._most)
        self.per_s += (observed - self.per_s) / 4


class Readings:
    """The last few readings of one quantity. What two of them show, half a second apart, is seen; one can be a glitch."""

    def __init__(self) -> None:
        self._kept: deque[tuple[float, int]] = deque(maxlen=_KEPT)

    def add(self, value: int, now: float) -> None:
        """One reading."""
        kept = self._kept
        while kept and now - kept[0][0] > STALE_S:
            kept.popleft()
        kept.append((now, value))

    def age(self, now: float) -> float:
        """Seconds since the newest."""
        return now - self._kept[-1][0] if self._kept else float("inf")

    def confirmed(self) -> bool:
        """Whether the newest is borne out by an older one."""
        return bool(self._kept) and self._kept[-1][0] - self._kept[0][0] >= CONFIRM_S

    def most(self) -> int:
        """The largest of all that are kept."""
        return max((value for _, value in self._kept), default=0)

    def span(self) -> int:
        """How far apart all that are kept are."""
        values = [value for _, value in self._kept]
        return max(values) - min(values) if values else 0

    def lately(self) -> list[int]:
        """Those of the last half second and the one before."""
        if not self._kept:
            return []
        newest = self._kept[-1][0]
        found = []
        for t, value in reversed(self._kept):
            found.append(value)
            if newest - t >= CONFIRM_S:
                break
        return found[::-1]


class Sight:
    """The newest of each telemetry field, in true grade, with the times that freshness, stillness and rule 4 need.

    `grade` is what may be believed: a leap that no deck can make waits for a second reading. `raw_grade` is the last reading,
    `speeds` and `grades` are the last few, for what needs to be seen twice.
    """

    def __init__(self, deck: Deck, deck_rate: float | None = None) -> None:
        self._deck = deck
        self.belt = Belt()
        self.speed: Speed | None = None
        self.grade: Grade | None = None
        self.raw_grade: Grade | None = None
        self.speeds, self.grades = Readings(), Readings()
        self.heart_rate_bpm: int | None = None
        self.heart_rate_at = float("-inf")
        self.past_hard_stop = False
        guess = DECK_RATE if deck_rate is None else deck_rate
        self.deck_down, self.deck_up = Rate(guess), Rate(guess)
        self.belt_down = Rate(BELT_RATE)
        self._speed_at = self._grade_at = float("-inf")
        self._too_steep_since: float | None = None
        self._tolerance = min(deck.step, TOLERANCE_AT_MOST)

    def see(self, told: Telemetry, now: float) -> None:
        """Take in one frame; a field that was not told stays as it was."""
        self.belt.see(told, now)
        if told.heart_rate_bpm is not None:
            self.heart_rate_bpm, self.heart_rate_at = told.heart_rate_bpm, now
        if told.speed is not None:
            self._see_speed(told.speed, now)
        if told.grade is not None:
            self._see_grade(self._deck.true(told.grade), now)

    def age(self, now: float) -> float:
        """Seconds since the last live frame that carried a speed."""
        return now - self.belt.at

    def sees(self, now: float, within_s: float) -> bool:
        """Whether belt and deck are seen: read twice, and lately. A deck that never tells need not be."""
        return self.sees_belt(now, within_s) and self.sees_deck(now, within_s)

    def sees_belt(self, now: float, within_s: float) -> bool:
        """Whether the belt is seen."""
        return self.age(now) <= within_s and self.speeds.confirmed()

    def sees_deck(self, now: float, within_s: float) -> bool:
        """Whether the deck is seen, or never is."""
        return not self._deck.reports or (self.grades.age(now) <= within_s and self.grades.confirmed())

    @property
    def moving(self) -> bool:
        """Whether the last frame showed a moving belt."""
        return bool(self.speed)

    @property
    def slowing(self) -> bool:
        """Whether the belt was clearly faster a reading ago."""
        lately = self.speeds.lately()
        return bool(lately) and lately[-1] < lately[0] - SPEED_WITHIN

    @property
    def steady(self) -> bool:
        """Whether the belt kept its speed for as long as readings are kept."""
        return self.speeds.confirmed() and self.speeds.span() <= SPEED_WITHIN

    def still(self, now: float) -> bool:
        """Whether the belt may be believed to be still."""
        return self.belt.still(now)

    def deck_travel_s(self, to: Grade) -> float:
        """How long the deck will take from where it is seen, at the rates learned so far."""
        if self.grade is None:
            return 0.0
        rate = self.deck_down if to < self.grade else self.deck_up
        return abs(to - self.grade) / rate.per_s

    def _see_speed(self, speed: Speed, now: float) -> None:
        if self.speed and 0 < speed < self.speed and 0 < now - self._speed_at <= 2.0:
            self.belt_down.learn(self.speed - speed, now - self._speed_at)
        self.speeds.add(speed, now)
        self.speed, self._speed_at = speed, now

    def _see_grade(self, raw: Grade, now: float) -> None:
        self._mind_the_hard_stop(raw, now)
        before, last = self.grade, self.raw_grade
        if before is None or _can_be(raw, before, now - self._grade_at) or (last is not None and _can_be(raw, last, 0.0)):
            self._believe(raw, now)
        self.grades.add(raw, now)
        self.raw_grade = raw

    def _believe(self, grade: Grade, now: float) -> None:
        if self.grade is not None and grade != self.grade and 0 < now - self._grade_at <= 2.0:
            (self.deck_down if grade < self.grade else self.deck_up).learn(grade - self.grade, now - self._grade_at)
        self.grade, self._grade_at = grade, now

    def _mind_the_hard_stop(self, raw: Grade, now: float) -> None:
        if raw >= HARD_STOP - self._tolerance:
            self._too_steep_since = None
            self.past_hard_stop = False
        elif self._too_steep_since is None:
            self._too_steep_since = now
        elif now - self._too_steep_since >= CONFIRM_S:
            self.past_hard_stop = True


def _can_be(grade: Grade, before: Grade, seconds: float) -> bool:
    return abs(grade - before) <= JUMP + TIPPING_AT_MOST * seconds
