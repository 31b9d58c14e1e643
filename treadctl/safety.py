"""The one audited file: every limit that keeps a runner safe, the only words a treadmill can be told, and the gate.

Three nets. A bad command cannot be made (`Command`). Limits only narrow (`Limits`, `Deck`). The gate re-reads the final
bytes (`Gate.clear`) and is the only maker of `Cleared`, which is all a radio accepts. Steepness, never sign, decides what
is harder: `units.steeper_by`. Nothing here knows a workout, a clock or a connection. docs/safety.md collects the constants.
"""

from __future__ import annotations

from dataclasses import InitVar, dataclass
from enum import Enum
from functools import cache
from typing import Final, NoReturn, final

from treadctl.units import LEVEL, Grade, Speed, steeper_by

HARD_STOP: Final = Grade(-100)
"""Never steeper: past −10 % control is lost and injuries follow (A3.2). Holds for the commanded and for the true grade."""
HIGHEST: Final = Grade(150)
"""Steepest climb we ask for; home decks end at +15 %, and we exist for the way down. Ours."""
FASTEST: Final = Speed(2500)
"""Above what any treadmill we know of does under a runner. Ours; machine and runner narrow it."""

SIGHT_S: Final = 3.0
"""A raise or a steepening needs telemetry younger than this: three of FTMS's one-second notifications. Ours."""
CONFIRM_S: Final = 0.5
"""Seen is what two readings at least this far apart show: one, or one burst, can be a glitch. Rule 4 asks the same. Ours."""
STILL_S: Final = 3.0
"""A belt counts as still only after this long at zero: machines send stray zero frames for up to that long (hw_notes.md §2.7)."""
GATE_RAISE: Final = Speed(200)
"""Largest raise in one command, from the milder of seen and last cleared. Twice what the engine asks. Ours."""
GATE_STEEPEN: Final = Grade(40)
"""Largest steepening in one command, measured likewise. Twice what the engine asks. Ours."""
GATE_SPACING_S: Final = 1.0
"""Shortest gap between two raises, or two steepenings; half of what the engine keeps. Ours."""
LEVEL_WITHIN: Final = Grade(10)
"""A deck counts as level within this much of the shallowest it can reach: one step of the coarsest grid met (1 %). Ours."""
BELT_WITHIN: Final = Speed(60)
"""A belt this near to what was cleared has arrived; twice what the engine calls arrived. Ours."""
DECK_WITHIN: Final = Grade(5)
"""A deck this near has arrived, or within one step of its own grid where that is coarser, up to LEVEL_WITHIN. Ours."""
UNDER_WAY_S: Final = 20.0
"""So long may a cleared change be under way: GATE_STEEPEN at 0.2 % per s, or 10 km/h at 0.5 km/h per s. Ours."""
MOST_READINGS: Final = 64
"""Readings kept: twice what the fastest sender met (10 Hz) sends in SIGHT_S, so that a stuck clock can't fill memory. Ours."""

FIRST_DECLINE: Final = Grade(-10)
"""The first decline on a deck not proven to go down: machines have made a maximum climb of a negative grade (QZ#2552). Ours."""

CONTROL_POINT: Final = 0x2AD9
"""Fitness Machine Control Point: the only characteristic we ever write a command to."""


class Unlock(Enum):
    """What a vendor wants written before its machine obeys: a 128-bit characteristic and octets (WPC, UTI; HZ). Moves nothing."""

    KINGSMITH_MC21 = (0xD18D2C10_C44C_11E8_A355_529269FB1459, bytes.fromhex("01 00 0d 00 06 0b 0f 0d"))
    YPOO_MINI_PRO = (0xD18D2C10_C44C_11E8_A355_529269FB1459, bytes.fromhex("01 00 00 03 08 00 02 09"))


class SpeedUnit(Enum):
    """What one word of a speed target is worth, in 10⁻⁸ km/h: 0.01 km/h by the standard, 0.01 mph on some machines."""

    KMH = 1_000_000
    MPH = 1_609_344

    def word(self, speed: Speed) -> int:
        """The word for a speed, rounded down: never faster than asked."""
        return speed * self.KMH.value // self.value

    def means(self, word: int) -> int:
        """What a word does to the belt (0.01 km/h), rounded up."""
        return -(-word * self.value // self.KMH.value)


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
        if not self.fastest <= FASTEST:
            raise ValueError(f"{self.fastest} is faster than {FASTEST}")

    def narrow(self, other: Limits) -> Limits:
        """The box common to both."""
        return Limits(max(self.steepest, other.steepest), min(self.highest, other.highest), min(self.fastest, other.fastest))


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
        """The lowest inclination that may stand in a command: rules 2 and 7, on the grid, lest a machine round past them."""
        return Grade(self._grid()[0])

    @property
    def ceiling(self) -> Grade:
        """The highest inclination that may stand in a command, likewise."""
        return Grade(self._grid()[-1])

    @property
    def level(self) -> Grade:
        """Level as a command: true 0, or the reachable grade nearest to it; of two equally near the one that does not fall."""
        return _level_of(self)

    @property
    def first(self) -> Grade:
        """The lowest command before this deck was seen to go down: the first decline, or its first step where that is coarser."""
        declines = [] if self.proven else [c for c in self._grid() if c < 0]
        return Grade(min((c for c in declines if c >= FIRST_DECLINE), default=max(declines, default=HARD_STOP)))

    @property
    def within(self) -> Grade:
        """A deck this near to what was cleared has arrived (DECK_WITHIN)."""
        return Grade(min(max(self.step, DECK_WITHIN), LEVEL_WITHIN))

    def follows(self, decline: int, shown: int, stood: int) -> bool:
        """Whether it is where this decline was to take it, half of the first one down, and went as far. The machine's count."""
        went = (shown - stood) * ((stood > decline) - (stood < decline))  # below zero: toward it
        return abs(shown - decline) <= self.within and 2 * max(shown, went) <= self.first

    @property
    def commanded(self) -> bool:
        """Whether there is anything to command."""
        return self.lowest < self.highest

    @property
    def steepest(self) -> Grade:
        """The steepest true decline this deck may be asked for; level or above where it has none."""
        return self.true(self.floor)

    def true(self, reported: Grade) -> Grade:
        """True grade of what the machine reports or is told; a glitch that would leave the scale stays at its end."""
        return Grade(min(max(reported + self.offset, -0x8000), 0x7FFF))

    def nearest(self, true: Grade) -> Grade:
        """The command for a true grade, rounded toward level on the machine's own grid and clamped to what it can reach."""
        candidates = [c for c in map(Grade, self._grid()) if steeper_by(self.true(c), true) == 0]
        return max(candidates, key=lambda c: abs(self.true(c)), default=self.level)

    def is_level(self, reported: Grade) -> bool:
        """Whether a reported inclination counts as level."""
        return steeper_by(self.true(reported), self.true(self.level)) <= LEVEL_WITHIN

    def _grid(self) -> range:
        """Every inclination that may stand in a command: what the machine counts from its lowest, inside all limits."""
        may_decline = self.reports or self.proven
        bottom = max(self.lowest, HARD_STOP, HARD_STOP - self.offset, HARD_STOP if may_decline else LEVEL)
        top = min(self.highest, HIGHEST, HIGHEST - self.offset)
        up = -((self.lowest - bottom) // self.step)  # steps, rounded up
        return range(self.lowest + up * self.step, top + 1, self.step)


@cache
def _level_of(deck: Deck) -> Grade:
    """Worked out once for each deck: it is asked for with every reading, and in the moment in which many lanes start at once."""
    grid = deck._grid()
    below = (min(max(-deck.offset, grid[0]), grid[-1]) - grid[0]) // deck.step
    return Grade(min(grid[below : below + 2], key=lambda c: (abs(c + deck.offset), -c)))


FLAT: Final = Deck(lowest=LEVEL, highest=LEVEL, step=1, reports=False)
"""The deck of a machine whose inclination cannot be commanded."""


# --- net 3: the gate on the final bytes ------------------------------------------------------------------------------


class Reason(Enum):
    """Why the gate refused; the value is what a person reads."""

    NOT_A_COMMAND = "these bytes are not a command this program may send"
    PAST_THE_HARD_STOP = "steeper than the hard stop of -10 %"
    NOT_A_DECLINE_DECK = "a negative grade for a machine not known to go below zero"
    UNPROVEN = "further down than -1 %, for a deck that was not yet seen to go down"
    OUT_OF_LIMITS = "outside the limits of this machine and runner"
    LATCHED = "the gate is latched since an illegal command; a person must look"
    BLIND = "no fresh telemetry to measure a raise against"
    TOO_BIG = "too much at once"
    TOO_SOON = "too soon after the last one"
    DECK_MOVING = "faster while the deck is still getting steeper"
    BELT_RISING = "steeper while the belt is still getting faster"
    STOPPED = "faster or steeper after a stop, before a start or an arming"
    BELT_STILL = "faster, for a belt that is not seen moving"
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


@final
@dataclass(frozen=True, slots=True, eq=False)
class Cleared:
    """Bytes that the gate let out. Only `Gate.clear` can make one, and a radio writes nothing else."""

    characteristic: int
    payload: bytes
    key: InitVar[object]

    def __post_init__(self, key: object) -> None:
        if key is not _KEY:
            raise TypeError("only the gate makes Cleared bytes")

    def __init_subclass__(cls) -> NoReturn:
        raise TypeError("there is one kind of Cleared bytes")

    def __reduce__(self) -> NoReturn:
        raise TypeError("Cleared bytes can't be copied")


class _Track:
    """One quantity, belt speed or true grade: what telemetry showed of it, and what was last cleared for it.

    What was cleared counts beside what is shown while it is under way. Once the machine was seen there, or had time enough, a
    console may have changed it since, and what is shown stands.
    """

    def __init__(self, step: int, within: int) -> None:
        self._step = step
        self._within = within
        self._readings: list[tuple[float, int]] = []
        self.harder_at = float("-inf")
        self.told(None, float("-inf"))

    def told(self, value: int | None, now: float) -> None:
        """A value was cleared; None: what was cleared counts no more."""
        self.cleared, self._told_at, self._under_way = value, now, value is not None

    @property
    def shown(self) -> list[int]:
        """The readings of the last CONFIRM_S and the one before: no single glitch can speak for all of them."""
        late = sum(self._readings[-1][0] - t < CONFIRM_S for t, _ in self._readings)
        return [value for _, value in self._readings[-late - 1 :]]

    def in_sight(self, now: float) -> bool:
        """Whether the newest reading is fresh, which one from the future is not, and an older one bears it out."""
        if not self._readings:
            return False
        newest = self._readings[-1][0]
        return 0 <= now - newest <= SIGHT_S and newest - self._readings[0][0] >= CONFIRM_S

    def see(self, value: int, now: float) -> None:
        """One reading. It ends the sight of those that are old by then, or came from a clock that went wrong."""
        kept = [(t, v) for t, v in self._readings if 0 <= now - t <= SIGHT_S]
        self._readings = [*kept[1 - MOST_READINGS :], (now, value)]
        if self._under_way and self.cleared is not None:
            arrived = self.in_sight(now) and all(abs(v - self.cleared) <= self._within for v in self.shown)
            self._under_way = not arrived and not now - self._told_at > UNDER_WAY_S

    def is_milder(self, value: int, now: float) -> bool:
        """No harder than what was cleared and within reach of two readings in sight, or than what is shown by now."""
        if self.cleared is not None and _harder_by(value, self.cleared) == 0:
            slack = self._step if self._under_way else self._within
            within_reach = sum(_harder_by(value, v) <= slack for _, v in self._readings)
            if within_reach >= min(2, len(self._readings)):
                return True
        return not self._under_way and self.is_shown_milder(value, now)

    def is_shown_milder(self, value: int, now: float) -> bool:
        """No harder than what is shown, whatever was cleared."""
        return self.in_sight(now) and not any(_harder_by(value, v) for v in self.shown)

    def is_step(self, value: int) -> bool:
        """Whether it is a small enough step from the milder of what is shown and what is under way; from level if neither is."""
        references = self.shown
        if self._under_way and self.cleared is not None:
            references.append(self.cleared)
        return all(_harder_by(value, reference) <= self._step for reference in references or [0])

    def is_getting_harder(self) -> bool:
        """Whether the machine was told more than it shows, and may still be on its way there."""
        if self.cleared is None or not self._under_way or not self._readings:
            return False
        return _harder_by(self.cleared, self.shown[-1]) > self._within


class _Trial:
    """A decline told to a deck not known to go down. One that comes no nearer for UNDER_WAY_S ignores it: others move it then."""

    def __init__(self, deck: Deck, decline: int, stood: list[int], now: float) -> None:
        self._deck, self._decline, self.stood, self._track = deck, decline, stood, _Track(GATE_STEEPEN, DECK_WITHIN)
        self._nearest, self.heeded_until = min(abs(v - decline) for v in stood), now + UNDER_WAY_S

    def is_proof(self, grade: int, now: float) -> bool:
        """One reading; whether by now two in sight show the deck where it was told to go, from wherever it stood."""
        self._track.see(grade, now)
        if abs(grade - self._decline) < self._nearest and now <= self.heeded_until:
            self._nearest, self.heeded_until = abs(grade - self._decline), now + UNDER_WAY_S
        there = (self._deck.follows(self._decline, v, stood) for v in self._track.shown for stood in self.stood)
        return now <= self.heeded_until and self._track.in_sight(now) and all(there)


class Gate:
    """The last thing before the radio. One per connection; it starts closed, knowing nothing of belt and deck.

    Slower, shallower, level, pause, stop and the machine's own unlock clear in every state, latched or blind: slower and
    shallower than what was last cleared or what is shown, and after a stop than what is shown. Everything else needs the
    limits, fresh sight, a small enough step from the milder of what telemetry showed and what was last cleared, and enough time
    since the last: so neither a slow belt nor a console change nor a lost write nor a glitch can turn a small step into a big
    one. On a deck not yet seen to go down when told to, nothing past its first decline clears, level or not, but what is no
    further down than it is shown.
    """

    def __init__(self, deck: Deck, limits: Limits = HARD, unit: SpeedUnit = SpeedUnit.KMH, unlock: Unlock | None = None) -> None:
        self._deck = deck
        self._limits = limits
        self._unit, self._unlock = unit, unlock
        self._lowest = deck.first
        self._trial: _Trial | None = None
        self._level = deck.true(deck.level)
        self._belt = _Track(GATE_RAISE, BELT_WITHIN)
        self._tilt = _Track(GATE_STEEPEN, deck.within)
        self._zero_since: float | None = None
        self._still = False
        self._stopped = False
        self._latched: Reason | None = None

    @property
    def latched(self) -> Reason | None:
        """The first illegal command's reason; nothing unlatches a gate."""
        return self._latched

    def seen(self, speed: Speed | None, grade: Grade | None, now: float) -> None:
        """What telemetry shows, in the machine's own grade; None is not told, never zero."""
        if speed is not None:
            self._belt.see(speed, now)
            if speed or self._zero_since is None or len(self._belt.shown) == 1:
                self._zero_since = None if speed else now
            self._still = self._zero_since is not None and now - self._zero_since >= STILL_S
            if self._still:
                self._belt.told(None, now)
        if grade is not None and self._deck.reports:
            self._tilt.see(self._deck.true(grade), now)
            if self._trial is not None and self._trial.is_proof(grade, now):
                self._lowest = HARD_STOP

    def clear(self, characteristic: int, payload: bytes, now: float) -> Cleared:
        """The same bytes, fit to be written, or `Refused`; an illegal command also latches the gate."""
        octets = bytes(memoryview(payload))  # one copy, which nobody else holds, is both checked and handed on
        try:
            allowed = self._check(characteristic, octets, now)
        except Refused as refused:
            if refused.reason in ILLEGAL:
                self._latched = self._latched or refused.reason
            raise
        return Cleared(allowed, octets, _KEY)

    def _check(self, characteristic: int, payload: bytes, now: float) -> int:
        """The characteristic that these bytes may go to."""
        if self._unlock is not None and (characteristic, payload) == self._unlock.value:
            return self._unlock.value[0]
        self._must(characteristic == CONTROL_POINT, Reason.NOT_A_COMMAND, payload)
        match tuple(payload):
            case (0x08, 0x01 | 0x02):
                self._stopped = True
                self._belt.told(None, now)
            case (0x00,):
                self._check_control(payload, now)
            case (0x07,):
                self._check_start(payload, now)
            case (0x02, _, _):
                self._check_speed(self._unit.means(int.from_bytes(payload[1:], "little")), payload, now)
            case (0x03, _, _):
                self._check_incline(int.from_bytes(payload[1:], "little", signed=True), payload, now)
            case _:
                raise Refused(Reason.NOT_A_COMMAND, payload)
        return CONTROL_POINT

    def _check_control(self, payload: bytes, now: float) -> None:
        """A person arms: what was cleared before then is history, and only what telemetry shows counts."""
        self._must(self._latched is None, Reason.LATCHED, payload)
        self._belt.told(None, now)
        self._tilt.told(None, now)
        self._stopped = False

    def _check_start(self, payload: bytes, now: float) -> None:
        self._must(self._latched is None, Reason.LATCHED, payload)
        self._must(self._belt.in_sight(now), Reason.BLIND, payload)
        self._must(self._tilt.in_sight(now) or not self._deck.reports, Reason.BLIND, payload)
        self._must(self._still, Reason.BELT_NOT_STILL, payload)
        self._must(self._stands_level(), Reason.DECK_NOT_LEVEL, payload)
        self._check_spacing(self._belt, payload, now)
        self._stopped = False

    def _check_speed(self, speed: int, payload: bytes, now: float) -> None:
        self._must(0 < speed <= FASTEST, Reason.OUT_OF_LIMITS, payload)
        belt = self._belt
        if self._still or not belt.is_milder(speed, now):
            self._must(speed <= self._limits.fastest, Reason.OUT_OF_LIMITS, payload)
            self._check_harder(payload, now)
            self._must(all(belt.shown), Reason.BELT_STILL, payload)
            self._must(not self._tilt.is_getting_harder(), Reason.DECK_MOVING, payload)
            self._must(belt.is_step(speed), Reason.TOO_BIG, payload)
            self._check_spacing(belt, payload, now)
        belt.told(speed, now)

    def _check_incline(self, word: int, payload: bytes, now: float) -> None:
        deck, tilt = self._deck, self._tilt
        self._must(word >= HARD_STOP and word + deck.offset >= HARD_STOP, Reason.PAST_THE_HARD_STOP, payload)
        self._must(word >= 0 or deck.floor < 0, Reason.NOT_A_DECLINE_DECK, payload)
        self._must(deck.floor <= word <= deck.ceiling, Reason.OUT_OF_LIMITS, payload)
        grade = deck.true(Grade(word))
        is_no_fall = tilt.in_sight(now) and all(v <= grade for v in tilt.shown)
        self._must(word >= self._lowest or is_no_fall, Reason.UNPROVEN, payload)
        is_milder = tilt.is_shown_milder(grade, now) if self._stopped else tilt.is_milder(grade, now)
        if grade != self._level and not is_milder:
            self._must(self._limits.steepest <= grade <= self._limits.highest, Reason.OUT_OF_LIMITS, payload)
            self._check_harder(payload, now)
            self._must(tilt.in_sight(now) or not deck.reports, Reason.BLIND, payload)
            self._must(not self._belt.is_getting_harder(), Reason.BELT_RISING, payload)
            self._must(tilt.is_step(grade), Reason.TOO_BIG, payload)
            self._check_spacing(tilt, payload, now)
        tilt.told(grade, now)
        stood = [v - deck.offset for v in tilt.shown] if tilt.in_sight(now) else []
        stood = stood if self._trial is None or now > self._trial.heeded_until else self._trial.stood  # small steps of one way
        self._trial = _Trial(deck, word, stood, now) if word < 0 and stood else None

    def _check_harder(self, payload: bytes, now: float) -> None:
        self._must(self._latched is None, Reason.LATCHED, payload)
        self._must(not self._stopped, Reason.STOPPED, payload)
        self._must(self._belt.in_sight(now), Reason.BLIND, payload)

    def _check_spacing(self, track: _Track, payload: bytes, now: float) -> None:
        """The last of the checks of a raise or a steepening, for it starts the next wait."""
        self._must(now - track.harder_at >= GATE_SPACING_S, Reason.TOO_SOON, payload)
        track.harder_at = now

    def _stands_level(self) -> bool:
        """Shown level and not about to leave it; where nothing is shown, told to be level."""
        if not self._deck.reports:
            return not self._deck.commanded or self._tilt.cleared == self._level
        shown = (Grade(true - self._deck.offset) for true in self._tilt.shown)
        return all(map(self._deck.is_level, shown)) and not self._tilt.is_getting_harder()

    @staticmethod
    def _must(allowed: bool, reason: Reason, payload: bytes) -> None:
        if not allowed:
            raise Refused(reason, payload)


def _harder_by(to: int, reference: int) -> int:
    """How far `to` lies outside the stretch from zero to `reference`: `units.steeper_by`, for speeds as well."""
    return max(0, to - max(0, reference), min(0, reference) - to)
