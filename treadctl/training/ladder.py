"""The ladder from −2 to −10 %: rungs, and the one way up or down from each. Pure, in exact tenths of a percent and seconds.

One variable a session: longer, or steeper, or faster, never two at once. Steeper always comes with fewer minutes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from treadctl.safety import HARD_STOP, Deck
from treadctl.units import LEVEL, Grade, clock
from treadctl.workout.profile import Profile

if TYPE_CHECKING:
    from treadctl.engine.words import Machine

LONGEST_S: Final = 20 * 60
"""Decline in one session (A3.4)."""
READY_S: Final = 8 * 60
"""Minutes that are run well at one grade before the next is offered. Ours."""
LONGER_S: Final = (120, 180)
"""What a longer session adds: two minutes, and from LONGER_BY_THREE_FROM_S on three. Ours."""
LONGER_BY_THREE_FROM_S: Final = 8 * 60
STEP: Final = 10
FINE_STEP: Final = 5
FINE_FROM: Final = Grade(-70)
"""One percent steeper at a time, beyond −7 half a percent: difficulty does not grow in a straight line
(science.md §5.6). Ours."""
FEWER: Final = (4, 5)
"""A step steeper, and a step back after too much, come with 20 % fewer minutes (science.md §5.6). Ours."""
HELD_BACK: Final = 5
"""Percent points of easy pace that a new rung stays below what its grade allows: speed loads as much as grade (§5.4). Ours."""
WHOLE_S: Final = 30
LEAST_S: Final = 60
SAME_GRADE: Final = 2
"""Within 0.2 % two grades count as the same. Ours."""
_RUN_PERCENT: Final = 90
_SPEED_PERCENT: Final = 97


@dataclass(frozen=True, slots=True)
class Rung:
    """A decline session's size: true grade, seconds of decline, and how far below the allowed pace it is run."""

    grade: Grade
    decline_s: int
    held_back: int = HELD_BACK

    def __post_init__(self) -> None:
        if not HARD_STOP <= self.grade <= LEVEL:
            raise ValueError(f"a rung lies between {HARD_STOP} and level")
        if not LEAST_S <= self.decline_s <= LONGEST_S:
            raise ValueError(f"a rung holds {LEAST_S // 60} to {LONGEST_S // 60} minutes of decline")

    @property
    def percent_of_easy(self) -> int:
        """The pace as a share of the runner's easy pace: under the engine's own cap, 100 % to −4, then falling to 90 % at −10."""
        over = max(0, -40 - self.grade)
        return 100 - -(-over * 10 // 60) - self.held_back

    def __str__(self) -> str:
        return f"{self.grade} for {clock(self.decline_s)} min at {self.percent_of_easy} % of easy pace"


START: Final = Rung(Grade(-20), 6 * 60)
"""The first session (A3.1: −2 to −5; a small first dose protects, science.md §5.5: six to eight minutes)."""


@dataclass(frozen=True, slots=True)
class Slope:
    """How steep this runner may go on this machine: the milder of deck and ceiling, on the deck's own grid."""

    floor: Grade
    machine: Machine | None = None

    @property
    def has_decline(self) -> bool:
        """Whether there is a decline at all."""
        return self.floor < LEVEL

    def on_deck(self, grade: Grade) -> Grade:
        """The nearest grade this deck really reaches, rounded toward level; where it has nothing that mild, its flattest."""
        grade = max(grade, self.floor)
        return grade if self.machine is None else _reached(self.machine.deck, grade)

    def is_as_mild_as(self, grade: Grade) -> bool:
        """Whether the deck can be as flat as this; one that is propped up high has nothing milder than how it stands."""
        return self.on_deck(grade) >= grade - SAME_GRADE


@lru_cache(maxsize=1024)
def _reached(deck: Deck, grade: Grade) -> Grade:
    """The true grade a deck takes when asked for one: the same few over and over while a history is read."""
    return deck.true(deck.nearest(grade))


def slope_of(machine: Machine | None, runner: Profile) -> Slope:
    """The slope that this machine and this runner's ceiling leave; with no machine known, the ceiling alone."""
    floor = max(HARD_STOP, runner.ceiling)
    if machine is not None:
        floor = max(floor, min(LEVEL, _reached(machine.deck, floor)))
    return Slope(floor, machine)


def start(slope: Slope) -> Rung:
    """The first rung, on a deck that may not even go to −2."""
    return replace(START, grade=max(START.grade, slope.floor))


def longer(rung: Rung) -> Rung | None:
    """The same with two or three more minutes; None at twenty."""
    more = LONGER_S[rung.decline_s >= LONGER_BY_THREE_FROM_S]
    return replace(rung, decline_s=min(LONGEST_S, rung.decline_s + more)) if rung.decline_s < LONGEST_S else None


def steeper(rung: Rung, slope: Slope) -> Rung | None:
    """One step steeper with 20 % fewer minutes, run slower again; None at the floor, or before the minutes are there."""
    if rung.grade <= slope.floor or rung.decline_s < READY_S:
        return None
    down = max(Grade(rung.grade - STEP), FINE_FROM) if rung.grade > FINE_FROM else Grade(rung.grade - FINE_STEP)
    return Rung(max(down, slope.floor), _fewer(rung.decline_s))


def faster(rung: Rung, slope: Slope) -> Rung | None:
    """At the floor with all its minutes: up to the pace that the grade allows; None before, and when it is there."""
    if rung.grade > slope.floor or rung.decline_s < LONGEST_S or rung.held_back == 0:
        return None
    return replace(rung, held_back=0)


def easier(rung: Rung) -> Rung:
    """One step back: flatter by a grade step, never past −2, with 20 % fewer minutes."""
    step = FINE_STEP if rung.grade < FINE_FROM else STEP
    flatter = max(rung.grade, min(START.grade, Grade(rung.grade + step)))
    return Rung(flatter, max(LEAST_S, _fewer(rung.decline_s)))


def milder(a: Rung, b: Rung) -> Rung:
    """The milder of two in every respect."""
    return Rung(max(a.grade, b.grade), min(a.decline_s, b.decline_s), max(a.held_back, b.held_back))


def reaches(grade: Grade, decline_s: int, speed: float | None, rung: Rung, slope: Slope, runner: Profile) -> bool:
    """Whether a session of this grade, decline and mean speed (0.01 km/h) was as much as the rung asks."""
    asked = max(rung.grade, slope.on_deck(rung.grade))  # a coarse deck asks for less, and one that stands steep for no more
    if grade > asked + SAME_GRADE or decline_s * 100 < rung.decline_s * _RUN_PERCENT:
        return False
    wanted = runner.easy * rung.percent_of_easy / 100
    return rung.held_back > 0 or (speed is not None and speed * 100 >= wanted * _SPEED_PERCENT)


def _fewer(seconds: int) -> int:
    less = seconds * FEWER[0] // FEWER[1]
    return less - less % WHOLE_S
