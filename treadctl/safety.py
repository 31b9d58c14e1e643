"""The one audited file: every limit that keeps a runner safe, the only words a treadmill can be told, and the gate.

Three nets. A bad command cannot be made (`Command`). Limits only narrow (`Limits`, `Deck`). The gate re-reads the final
bytes (`Gate.clear`) and is the only maker of `Cleared`, which is all a radio accepts. Steepness, never sign, decides what
is harder: `units.steeper_by`. Nothing here knows a workout, a clock or a connection. Each constant has its reason beside
it; docs/safety.md collects them, and tests/test_safety.py restates them by hand.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by

HARD_STOP: Final = Grade(-100)
"""Never steeper: past −10 % control is lost and injuries follow (A3.2). Holds for the commanded and for the true grade."""
HIGHEST: Final = Grade(150)
"""Steepest climb we ask for; home decks end at +15 %, and we exist for the way down. Ours."""
FASTEST: Final = Speed(2500)
"""Above what any treadmill we know of does under a runner. Ours; machine and runner narrow it."""

SIGHT_S: Final = 3.0
"""A raise or a steepening needs telemetry younger than this: three of FTMS's one-second notifications. Ours."""
STILL_S: Final = 3.0
"""A belt counts as still only after this long at zero: machines send stray zero frames for up to that long (ftms.md §2.7)."""
GATE_RAISE: Final = Speed(200)
"""Largest raise in one command, from the milder of seen and last cleared. Twice what the engine asks. Ours."""
GATE_STEEPEN: Final = Grade(40)
"""Largest steepening in one command, measured likewise. Twice what the engine asks. Ours."""
GATE_SPACING_S: Final = 1.0
"""Shortest gap between two raises, or two steepenings; half of what the engine keeps. Ours."""
LEVEL_WITHIN: Final = Grade(10)
"""A deck counts as level within this much of the shallowest it can reach: one step of the coarsest grid met (1 %). Ours."""

CONTROL_POINT: Final = 0x2AD9
"""Fitness Machine Control Point: the only characteristic we ever write a command to."""


# --- net 1: what can be said -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TakeControl:
    """Ask for permission to command (op code 00); moves nothing."""


@dataclass(frozen=True, slots=True)
class Start:
    """Start or resume the belt (op code 07); only ever because a person at the treadmill armed it."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop the belt, keeping the machine's totals (op code 08 02)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop the belt (op code 08 01)."""


@dataclass(frozen=True, slots=True)
class SetSpeed:
    """Ask for a belt speed (op code 02)."""

    speed: Speed

    def __post_init__(self) -> None:
        if not isinstance(self.speed, Speed):
            raise TypeError(f"SetSpeed takes a Speed, not {self.speed!r}")
        if not 0 < self.speed <= FASTEST:
            raise ValueError(f"{self.speed} cannot be asked for: over 0 and up to {FASTEST}")


@dataclass(frozen=True, slots=True)
class SetIncline:
    """Ask for a deck inclination as the machine counts it, before any deck offset (op code 03)."""

    grade: Grade

    def __post_init__(self) -> None:
        if not isinstance(self.grade, Grade):
            raise TypeError(f"SetIncline takes a Grade, not {self.grade!r}")
        if not HARD_STOP <= self.grade <= HIGHEST:
            raise ValueError(f"{self.grade} cannot be asked for: {HARD_STOP} to {HIGHEST}")


Command = TakeControl | Start | Pause | Stop | SetSpeed | SetIncline
"""All that a treadmill can be told. No raw write, no Reset, no spin-down: what is not here cannot be said."""


# --- net 2: limits that only narrow ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """A box in true grade and belt speed; it is legal because it exists, and `narrow` can only make it smaller."""

    steepest: Grade = HARD_STOP
    highest: Grade = HIGHEST
    fastest: Speed = FASTEST

    def __post_init__(self) -> None:
        if not HARD_STOP <= self.steepest <= LEVEL <= self.highest <= HIGHEST:
            raise ValueError(f"grades {self.steepest} … {self.highest} are not inside {HARD_STOP} … {HIGHEST} with level between")
        if not 0 <= self.fastest <= FASTEST:
            raise ValueError(f"{self.fastest} is not inside 0 … {FASTEST}")

    def narrow(self, other: Limits) -> Limits:
        """The box common to both."""
        return Limits(
            steepest=max(self.steepest, other.steepest),
            highest=min(self.highest, other.highest),
            fastest=min(self.fastest, other.fastest),
        )


HARD: Final = Limits()


@dataclass(frozen=True, slots=True)
class Deck:
    """What one machine says its deck can do (0x2AD5), and how it stands on the floor. True grade = machine's grade + offset.

    `lowest`, `highest` and `step` (0.1 %) are the machine's own count; `offset` is what a propped deck adds (negative: rear
    feet raised). `reports` is whether telemetry shows the inclination; `proven` whether a machine profile or a walk of the
    deck has shown that a negative target really goes down.
    """

    lowest: Grade
    highest: Grade
    step: int
    offset: Grade = LEVEL
    reports: bool = True
    proven: bool = False

    def __post_init__(self) -> None:
        if self.step < 1:
            raise ValueError("a deck moves in steps of at least 0.1 %")
        if not self.lowest <= self.highest:
            raise ValueError(f"a deck from {self.lowest} to {self.highest} does not exist")
        if not self._grid():
            raise ValueError(f"no grade this deck can reach is between {HARD_STOP} and {HIGHEST} with an offset of {self.offset}")

    @property
    def floor(self) -> Grade:
        """The lowest inclination that may stand in a command: rules 2 and 7 of the hard stop."""
        floor = max(self.lowest, HARD_STOP, Grade(HARD_STOP - self.offset))
        flat = self.lowest >= 0 or not (self.reports or self.proven)
        return Grade(max(floor, 0) if flat else floor)

    @property
    def ceiling(self) -> Grade:
        """The highest inclination that may stand in a command."""
        return Grade(min(self.highest, HIGHEST, HIGHEST - self.offset))

    @property
    def level(self) -> Grade:
        """Level as a command: true 0, or the reachable grade nearest to it; of two equally near the one that does not fall."""
        return min(self._grid(), key=lambda c: (abs(self.true(c)), self.true(c) < 0))

    @property
    def commanded(self) -> bool:
        """Whether there is anything to command."""
        return self.lowest < self.highest

    @property
    def steepest(self) -> Grade:
        """The steepest true decline this deck may be asked for; level or above where it has none."""
        return self.true(self.floor)

    def true(self, reported: Grade) -> Grade:
        """True grade of what the machine reports or is told."""
        return Grade(reported + self.offset)

    def nearest(self, true: Grade) -> Grade:
        """The command for a true grade, rounded toward level on the machine's own grid and clamped to what it can reach."""
        candidates = [c for c in self._grid() if steeper_by(self.true(c), true) == 0]
        if not candidates:
            return self.level
        return max(candidates, key=lambda c: abs(self.true(c)))

    def is_level(self, reported: Grade) -> bool:
        """Whether a reported inclination counts as level."""
        return steeper_by(self.true(reported), self.true(self.level)) <= LEVEL_WITHIN

    def _grid(self) -> list[Grade]:
        floor, ceiling = self.floor, self.ceiling
        return [Grade(c) for c in range(self.lowest, self.highest + 1, self.step) if floor <= c <= ceiling]


FLAT: Final = Deck(lowest=LEVEL, highest=LEVEL, step=1, reports=False)
"""The deck of a machine whose inclination cannot be commanded."""


# --- net 3: the gate on the final bytes ------------------------------------------------------------------------------


class Reason(Enum):
    """Why the gate refused; the value is what a person reads."""

    NOT_A_COMMAND = "these bytes are not a command this program may send"
    PAST_THE_HARD_STOP = "steeper than the hard stop of -10 %"
    NOT_A_DECLINE_DECK = "a negative grade for a machine not known to go below zero"
    OUT_OF_LIMITS = "outside the limits of this machine and runner"
    LATCHED = "the gate is latched since an illegal command; a person must look"
    BLIND = "no fresh telemetry to measure a raise against"
    TOO_BIG = "too much at once"
    TOO_SOON = "too soon after the last one"
    DECK_MOVING = "faster while the deck is still getting steeper"
    BELT_NOT_STILL = "start of a belt that was not seen still"
    DECK_NOT_LEVEL = "start on a deck that is not level"


ILLEGAL: Final = frozenset({Reason.NOT_A_COMMAND, Reason.PAST_THE_HARD_STOP, Reason.NOT_A_DECLINE_DECK, Reason.OUT_OF_LIMITS})
"""Reasons that can only be a bug above, and so latch the gate; the others drop one command, to be planned again."""


class Refused(Exception):
    """The gate let nothing out; `reason` says why and `payload` what was held back."""

    def __init__(self, reason: Reason, payload: bytes) -> None:
        super().__init__(f"{reason.value} ({payload.hex(' ')})")
        self.reason = reason
        self.payload = payload


_KEY: Final = object()
_T = TypeVar("_T")


class Cleared:
    """Bytes that the gate let out. Only `Gate.clear` can make one, and a radio writes nothing else."""

    __slots__ = ("characteristic", "payload")

    def __init__(self, characteristic: int, payload: bytes, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only the gate makes Cleared bytes")
        self.characteristic = characteristic
        self.payload = payload


class Gate:
    """The last thing before the radio. One per connection; it starts closed, knowing nothing of belt and deck.

    Slower, shallower, pause and stop clear in every state, latched or blind. Everything else needs the limits, fresh sight,
    a small enough step and enough time since the last. A raise is measured from the milder of what telemetry showed and what
    was last cleared, so neither a slow belt nor a console change nor a lost write can turn a small step into a big one.
    """

    def __init__(self, deck: Deck, limits: Limits = HARD) -> None:
        self._deck = deck
        self._limits = limits
        self._speeds: deque[tuple[float, Speed]] = deque()
        self._grades: deque[tuple[float, Grade]] = deque()
        self._still_since: float | None = None
        self._speed_cleared: Speed | None = None
        self._grade_cleared: Grade | None = None
        self._raised_at = self._steepened_at = float("-inf")
        self.latched: Reason | None = None

    def narrow(self, limits: Limits) -> None:
        """Make the box smaller, for good."""
        self._limits = self._limits.narrow(limits)

    def seen(self, speed: Speed | None, grade: Grade | None, now: float) -> None:
        """What telemetry shows, in the machine's own grade; None is not told, never zero."""
        if speed is not None:
            _remember(self._speeds, speed, now)
            self._still_since = None if speed else now if self._still_since is None else self._still_since
        if grade is not None:
            _remember(self._grades, self._deck.true(grade), now)

    def clear(self, characteristic: int, payload: bytes, now: float) -> Cleared:
        """The same bytes, fit to be written, or `Refused`; an illegal command also latches the gate."""
        try:
            self._check(characteristic, payload, now)
        except Refused as refused:
            if refused.reason in ILLEGAL:
                self.latched = refused.reason
            raise
        return Cleared(characteristic, bytes(payload), _KEY)

    def _check(self, characteristic: int, payload: bytes, now: float) -> None:
        if characteristic != CONTROL_POINT:
            raise Refused(Reason.NOT_A_COMMAND, payload)
        match tuple(payload):
            case (0x08, 0x01 | 0x02):
                self._speed_cleared = None
            case (0x00,):
                self._must(self.latched is None, Reason.LATCHED, payload)
            case (0x07,):
                self._check_start(payload, now)
            case (0x02, low, high):
                self._check_speed(low | high << 8, payload, now)
            case (0x03, low, high):
                self._check_incline(int.from_bytes(bytes((low, high)), "little", signed=True), payload, now)
            case _:
                raise Refused(Reason.NOT_A_COMMAND, payload)

    def _check_start(self, payload: bytes, now: float) -> None:
        self._must(self.latched is None, Reason.LATCHED, payload)
        self._must(_fresh(self._speeds, now), Reason.BLIND, payload)
        self._must(self._still(now), Reason.BELT_NOT_STILL, payload)
        if self._deck.reports:
            self._must(_fresh(self._grades, now), Reason.BLIND, payload)
            shown = Grade(self._grades[-1][1] - self._deck.offset)
            self._must(self._deck.is_level(shown), Reason.DECK_NOT_LEVEL, payload)
        self._must(now - self._raised_at >= GATE_SPACING_S, Reason.TOO_SOON, payload)
        self._raised_at = now
        self._speed_cleared = None

    def _check_speed(self, word: int, payload: bytes, now: float) -> None:
        self._must(0 < word <= FASTEST, Reason.OUT_OF_LIMITS, payload)
        speed = Speed(word)
        if not self._slower(speed, now):
            self._must(speed <= self._limits.fastest, Reason.OUT_OF_LIMITS, payload)
            self._must(self.latched is None, Reason.LATCHED, payload)
            self._must(_fresh(self._speeds, now), Reason.BLIND, payload)
            self._must(not self._deck_steepening(), Reason.DECK_MOVING, payload)
            shown = self._speeds[-1][1]
            reference = shown if self._speed_cleared is None else min(shown, self._speed_cleared)
            self._must(speed - reference <= GATE_RAISE, Reason.TOO_BIG, payload)
            self._must(now - self._raised_at >= GATE_SPACING_S, Reason.TOO_SOON, payload)
            self._raised_at = now
        self._speed_cleared = speed

    def _check_incline(self, word: int, payload: bytes, now: float) -> None:
        deck = self._deck
        self._must(word >= HARD_STOP and word + deck.offset >= HARD_STOP, Reason.PAST_THE_HARD_STOP, payload)
        self._must(word >= min(deck.floor, 0), Reason.NOT_A_DECLINE_DECK, payload)
        self._must(deck.floor <= word <= deck.ceiling, Reason.OUT_OF_LIMITS, payload)
        grade = deck.true(Grade(word))
        if not self._shallower(grade, now):
            self._must(self._limits.steepest <= grade <= self._limits.highest, Reason.OUT_OF_LIMITS, payload)
            self._must(self.latched is None, Reason.LATCHED, payload)
            self._must(_fresh(self._speeds, now) and (_fresh(self._grades, now) or not deck.reports), Reason.BLIND, payload)
            reference = self._grade_reference()
            self._must(steeper_by(grade, reference) <= GATE_STEEPEN, Reason.TOO_BIG, payload)
            self._must(now - self._steepened_at >= GATE_SPACING_S, Reason.TOO_SOON, payload)
            self._steepened_at = now
        self._grade_cleared = grade

    def _slower(self, speed: Speed, now: float) -> bool:
        """At most what was cleared, and at most a step above something seen lately: a belt that somebody slowed since is not."""
        cleared = self._speed_cleared
        recent = [shown for t, shown in self._speeds if now - t <= SIGHT_S]
        if not recent:
            return cleared is not None and speed <= cleared
        if self._still(now):
            return False
        if cleared is None:
            return speed <= recent[-1]
        return speed <= cleared and any(speed - shown <= GATE_RAISE for shown in recent)

    def _shallower(self, grade: Grade, now: float) -> bool:
        """The same for the deck; level always is."""
        if grade == self._deck.true(self._deck.level):
            return True
        cleared = self._grade_cleared
        recent = [shown for t, shown in self._grades if now - t <= SIGHT_S]
        if not recent:
            return cleared is not None and steeper_by(grade, cleared) == 0
        if cleared is None:
            return steeper_by(grade, recent[-1]) == 0
        return steeper_by(grade, cleared) == 0 and any(steeper_by(grade, shown) <= GATE_STEEPEN for shown in recent)

    def _grade_reference(self) -> Grade:
        shown = self._grades[-1][1] if self._grades else None
        cleared = self._grade_cleared
        if shown is None or cleared is None:
            return (LEVEL if cleared is None else cleared) if shown is None else shown
        return milder(shown, cleared)

    def _deck_steepening(self) -> bool:
        if not self._deck.reports or not self._grades or self._grade_cleared is None:
            return False
        return steeper_by(self._grade_cleared, self._grades[-1][1]) > max(self._deck.step, LEVEL_WITHIN // 2)

    def _still(self, now: float) -> bool:
        return self._still_since is not None and now - self._still_since >= STILL_S

    @staticmethod
    def _must(allowed: bool, reason: Reason, payload: bytes) -> None:
        if not allowed:
            raise Refused(reason, payload)


def _remember(shown: deque[tuple[float, _T]], value: _T, now: float) -> None:
    shown.append((now, value))
    while now - shown[0][0] > SIGHT_S:
        shown.popleft()


def _fresh(shown: deque[tuple[float, _T]], now: float) -> bool:
    return bool(shown) and now - shown[-1][0] <= SIGHT_S
