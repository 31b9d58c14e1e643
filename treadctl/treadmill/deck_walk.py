"""A walk of the deck on a belt that stands still and bears nobody: does a negative target go down, how far, how finely, how fast?

A pure machine. It is told what the link delivers, each with its time, and says what to ask next; the link and the gate have the
last word on every step, as in a session. However a walk ends, it ends by asking for level, and Stop only for a belt that began to
move under it. What it learned counts only as far as telemetry showed it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from itertools import dropwhile, takewhile
from typing import Final

from treadctl.engine.words import Answered, CommandKind, Disconnected, Event, Input, Latched, Outcome, Telemetry, Told
from treadctl.safety import CONFIRM_S, SIGHT_S, STILL_S, Command, Deck, SetIncline, Stop, TakeControl
from treadctl.treadmill.deck_targets import FIRST, first_tried, not_down, targets
from treadctl.units import Grade, Speed

LOOK_S: Final = 15.0
"""To see a belt that stands still and a deck that tells its inclination: five times STILL_S. Ours."""
FOLLOW_S: Final = 12.0
"""A deck that has not begun to move by then does not follow; the engine waits as long (hw_notes.md §2.3, §2.2). Ours."""
QUIET_S: Final = 5.0
"""A deck whose reading has not changed for so long has arrived, wherever that is: at 0.2 % per s a tenth takes half a second."""
LEG_S: Final = 90.0
"""No single stretch lasts longer: from −10 to +1 % at 0.2 % per s is 55 s. Ours."""
SPACING_S: Final = 2.0
"""Between two targets: consoles beep at each (hw_notes.md §2.3), and a session asks no faster."""
BLIND_S: Final = 5.0
"""Without telemetry for so long the walk is over; the gate lets nothing steeper out after SIGHT_S anyway."""
WRONG_WAY: Final = 5
"""0.1 %: this much to the wrong side is no noise: half a percent is the commonest step of a deck (hw_notes.md §2.4). Ours."""
TOO_FAR: Final = 5
"""0.1 %: so much past its target a deck may show, or one step of its own grid where that is coarser; `safety.DECK_WITHIN`."""
LEVEL_AGAIN_S: Final = 5.0
"""Level is asked for again once a deck rests elsewhere, or was not seen, for so long; one that moves would hunt. Ours."""
STANDS_S: Final = 15.0
"""A deck that has not moved for so long, three times asked for level, is not going there. Ours."""
_ROUNDING: Final = 0.25
"""Of a tenth of a percent: what the jitter of a radio may take off a rate before it counts as the next lower one. Ours."""
TRIES: Final = 3
"""A target that the gate let wait, or that was not written, is asked for so many times in all."""


class Verdict(Enum):
    """How a walk ended; the value is what a person reads."""

    WALKED = "walked"
    STOPPED = "stopped by you"
    BELT_MOVED = "the belt moves; nothing is walked on a moving belt"
    BLIND = "the treadmill does not show its belt and deck well enough to walk it"
    NO_CONTROL = "the treadmill gives no control; close other apps that hold it"
    REJECTED = (
        "the treadmill refuses an inclination on a still belt; some take one only once started (hw_notes.md §2.1), and this walk "
        "starts no belt"
    )
    NOT_FOLLOWING = (
        "the deck does not move; some machines take an inclination only once started (hw_notes.md §2.1), and this walk "
        "starts no belt"
    )
    WRONG_WAY = "the deck moves the wrong way; leave its declines alone (hw_notes.md §2.4)"
    TOO_FAR = "the deck goes past what it was asked for; leave its declines alone"
    TAKEN_OVER = "somebody or something else took the treadmill over"
    LOST = "the link is gone"
    LATCHED = "a fault in this program: the gate refused what it asked"


class Stage(Enum):
    """Where a walk is."""

    LOOKING = "looking at belt and deck"
    ASKING = "asking for control"
    WALKING = "walking the deck"
    LEVELLING = "levelling the deck"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Leg:
    """One target and what became of it, in the machine's own grades. `rate` in % per s, from readings on the way only."""

    begun: Grade
    asked: Grade
    settled: Grade | None = None
    lag_s: float | None = None
    rate: float | None = None

    @property
    def down(self) -> bool:
        """Whether it fell."""
        return self.asked < self.begun


_TOOK_OVER: Final = frozenset({Event.PAUSED, Event.SAFETY_KEY, Event.RESET, Event.CONTROL_LOST, Event.STOPPED})
_REJECTED: Final = frozenset({Outcome.NOT_SUPPORTED, Outcome.INVALID, Outcome.FAILED})


class DeckWalk:
    """One walk. Feed `hear`, ask `step` some four times a second, until `stage` is OVER; `stop` ends it early, through level."""

    def __init__(self, deck: Deck, now: float) -> None:
        self._deck = deck
        self.within = (min(deck.step, FIRST, -deck.first) - 1) // 2
        """0.1 %: a deck this near to its target is there; at its first decline it is then more than half way down."""
        self._finest: Grade | None = None
        self.stage = Stage.LOOKING
        self.verdict: Verdict | None = None
        self.detail = ""
        self.legs: list[Leg] = []
        self.seen_level = False
        self._wrong_way = self._too_far = False
        self._since = self._asked_at = self._leg_at = self._heard_at = now
        self._targets: list[Grade] = []
        self._target: Grade | None = None
        self._readings: list[tuple[float, Grade]] = []
        self._still_since: float | None = None
        self._controlled: Outcome | None = None
        self._again = self._tries = 0
        self._out: list[Command] = []

    @property
    def level(self) -> Grade:
        """What this deck is asked for at the end: level, or as near to it as is known to be safe.

        With its front feet raised level is a decline by the machine's own count, which one that knows no sign makes a climb of.
        """
        deck = self._deck
        if self._wrong_way:
            return max(deck.level, not_down(deck))
        return deck.level if deck.proven or self._went_down else max(deck.level, deck.first)

    @property
    def target(self) -> Grade | None:
        """What the deck was last asked for."""
        return self._target

    @property
    def shown(self) -> Grade | None:
        """The last inclination that telemetry told."""
        return self._readings[-1][1] if self._readings else None

    @property
    def proven(self) -> bool:
        """Whether telemetry has shown that a target below zero goes down. Some tell the target and not the deck."""
        return self._went_down and not self.disproven

    @property
    def disproven(self) -> bool:
        """Whether the deck was seen to do something else than it was told."""
        return self._wrong_way or self._too_far

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt began to move under this walk, and was not seen still since."""
        seen_still = self._still_since is not None and self._heard_at - self._still_since >= STILL_S
        return self.verdict is Verdict.BELT_MOVED and not seen_still

    @property
    def _went_down(self) -> bool:
        """Whether a leg below zero came down to its target, and as far as the gate wants to see it."""
        reached = [(leg.asked, leg.settled) for leg in self.legs if leg.down and leg.asked < 0 and leg.settled is not None]
        there = [settled for asked, settled in reached if settled <= asked + self.within]
        return any(self._deck.proven or 2 * settled <= self._deck.first for settled in there)

    def rate(self, *, down: bool) -> float | None:
        """% per s, the slowest that one way was seen to take; None where no stretch was long enough to tell."""
        return min((leg.rate for leg in self.legs if leg.rate is not None and leg.down is down), default=None)

    @property
    def deck_rate(self) -> int | None:
        """0.1 % per s, the slower of both ways, rounded down; None where that would be nothing."""
        rates = [rate for down in (True, False) if (rate := self.rate(down=down)) is not None]
        return (int(min(rates) * 10 + _ROUNDING) or None) if rates else None

    def stop(self, verdict: Verdict, now: float, detail: str = "") -> None:
        """End the walk: level first, if anything has been asked of the deck and somebody is there to hear it."""
        if self.stage in (Stage.LEVELLING, Stage.OVER):
            return
        self.verdict, self.detail = verdict, detail
        self._wrong_way, self._too_far = verdict is Verdict.WRONG_WAY, verdict is Verdict.TOO_FAR
        untouched = self.stage is Stage.LOOKING or verdict in (Verdict.LOST, Verdict.TAKEN_OVER, Verdict.NO_CONTROL)
        if untouched:
            self._go(Stage.OVER, now)
            return
        if verdict is Verdict.BELT_MOVED:
            self._out.append(Stop())
        self._ask(self.level, now)
        self._go(Stage.LEVELLING, now)

    # --- in -----------------------------------------------------------------------------------------------------------

    def hear(self, word: Input, now: float) -> None:
        """One word of the link."""
        match word:
            case Telemetry():
                self._telemetry(word, now)
            case Answered(kind, outcome, detail):
                self._answered(kind, outcome, detail, now)
            case Told(event) if (
                event in _TOOK_OVER and self.stage is not Stage.LOOKING and self.verdict is not Verdict.BELT_MOVED
            ):
                self._lost_it(Verdict.TAKEN_OVER, event.value, now)
            case Disconnected(why):
                self._lost_it(Verdict.LOST, why, now)
            case Latched(why):
                self.stop(Verdict.LATCHED, now, why)
            case _:
                pass

    def _lost_it(self, verdict: Verdict, detail: str, now: float) -> None:
        """Nobody hears us any more, so nothing is asked any more."""
        self.verdict = self.verdict if self.verdict not in (None, Verdict.WALKED) else verdict
        self.detail = self.detail or detail
        if self.stage is not Stage.OVER:
            self._go(Stage.OVER, now)

    def _telemetry(self, told: Telemetry, now: float) -> None:
        if told.speed is not None:
            self._heard_at = now
            if told.speed:
                self._still_since = None
                self._belt_moves(told.speed, now)
            elif self._still_since is None:
                self._still_since = now
        if told.grade is not None:
            self._readings.append((now, told.grade))
            if self.stage is Stage.WALKING:
                self._watch(told.grade, now)

    def _belt_moves(self, speed: Speed, now: float) -> None:
        if self.stage is Stage.LEVELLING and self.verdict is not Verdict.BELT_MOVED:
            self.verdict, self.detail = Verdict.BELT_MOVED, str(speed)
            self._out += [Stop(), SetIncline(self.level)]
        else:
            self.stop(Verdict.BELT_MOVED, now, str(speed))

    def _answered(self, kind: CommandKind, outcome: Outcome, detail: str, now: float) -> None:
        if kind is CommandKind.TAKE_CONTROL:
            self._controlled = outcome
        if outcome is Outcome.NOT_PERMITTED:
            self._lost_it(Verdict.NO_CONTROL, "", now)
        elif kind is CommandKind.INCLINE and self.stage is Stage.WALKING:
            if outcome in _REJECTED:
                self.stop(Verdict.REJECTED, now, outcome.value)
            elif outcome in (Outcome.REFUSED, Outcome.NOT_WRITTEN):
                self._ask_again(detail, now)

    def _ask_again(self, detail: str, now: float) -> None:
        self._tries += 1
        if self._tries >= TRIES:
            self.stop(Verdict.BLIND, now, detail)
        else:
            self._again = 1

    # --- out ----------------------------------------------------------------------------------------------------------

    def step(self, now: float) -> list[Command]:
        """Time has passed: what to ask of the link now, if anything."""
        if self.stage not in (Stage.OVER, Stage.LOOKING, Stage.LEVELLING) and now - self._heard_at > BLIND_S:
            self.stop(Verdict.BLIND, now, f"no telemetry for {BLIND_S:.0f} s")
        match self.stage:
            case Stage.LOOKING:
                self._look(now)
            case Stage.ASKING:
                self._take(now)
            case Stage.WALKING:
                self._walk(now)
            case Stage.LEVELLING:
                self._level(now)
            case Stage.OVER:
                pass
        out, self._out = self._out, []
        return out

    def _go(self, stage: Stage, now: float) -> None:
        self.stage, self._since = stage, now

    def _look(self, now: float) -> None:
        still = self._still_since is not None and now - self._still_since >= STILL_S and now - self._heard_at <= SIGHT_S
        if still and len(self._readings) > 1:
            self._out.append(TakeControl())
            self._go(Stage.ASKING, now)
        elif now - self._since > LOOK_S:
            missing = "no inclination is told" if still else "no still belt is seen"
            self.stop(Verdict.BLIND, now, missing)

    def _take(self, now: float) -> None:
        """Some machines answer the request for control not at all, or with a failure, and yet obey (hw_notes.md §2.2)."""
        if self._controlled is None:
            return
        shown, level = self._readings[-1][1], self._deck.level
        goals, self._finest = targets(self._deck)
        goals = [level, *goals] if abs(shown - level) > self.within else goals
        self._targets = first_tried(goals, self._deck, shown, self.within)
        self._go(Stage.WALKING, now)
        self._next(now)

    def _next(self, now: float) -> None:
        if not self._targets:
            self.verdict = Verdict.WALKED
            self._ask(self.level, now)
            self._go(Stage.LEVELLING, now)
        elif self._targets[0] < self._deck.first and not self._went_down:
            self.stop(Verdict.NOT_FOLLOWING, now, f"it was not seen to go down to {self._deck.first}")
        else:
            self._tries = 0
            self._ask(self._targets.pop(0), now)

    def _ask(self, target: Grade, now: float) -> None:
        self._target, self._again = target, 0
        self._asked_at = self._leg_at = now
        if self.shown is not None:
            self.legs.append(Leg(self.shown, target))
            self._readings = self._readings[-1:]
        self._out.append(SetIncline(target))

    def _walk(self, now: float) -> None:
        leg = self.legs[-1]
        if self._again and now - self._asked_at >= SPACING_S:
            self._again, self._asked_at = 0, now
            self._out.append(SetIncline(leg.asked))
        settled = self._settled(now)
        if settled is None:
            return
        stuck = settled == leg.begun and abs(leg.asked - settled) > self.within
        if stuck and leg.asked != self._finest:
            self.stop(Verdict.NOT_FOLLOWING, now)
        elif now - self._asked_at >= SPACING_S:
            self.legs[-1] = self._measured(leg, settled)
            self._next(now)

    def _level(self, now: float) -> None:
        settled = self._settled(now)
        rests_s = now - max(self._unchanged_since(self._readings), self._since) if self._readings else 0.0
        self.seen_level = settled is not None and self._deck.is_level(settled)
        if self.seen_level or rests_s >= STANDS_S or now - self._since > LEG_S:
            if self.legs:
                self.legs[-1] = self._measured(self.legs[-1], settled)
            self._go(Stage.OVER, now)
        elif now - self._asked_at >= LEVEL_AGAIN_S and (rests_s >= LEVEL_AGAIN_S or now - self._heard_at > SIGHT_S):
            self._asked_at = now
            self._out.append(SetIncline(self.level))

    # --- what is seen -------------------------------------------------------------------------------------------------

    def _watch(self, grade: Grade, now: float) -> None:
        leg = self.legs[-1]
        way = (leg.asked > leg.begun) - (leg.asked < leg.begun)
        if way and (grade - leg.begun) * way <= -WRONG_WAY:
            self.stop(Verdict.WRONG_WAY, now, f"asked for {leg.asked}, it went from {leg.begun} to {grade}")
        elif way and (grade - leg.asked) * way > max(TOO_FAR, self._deck.step):
            self.stop(Verdict.TOO_FAR, now, f"asked for {leg.asked}, it went to {grade}")

    def _settled(self, now: float) -> Grade | None:
        """Where the deck has come to rest since it was last asked; None while it may still move."""
        fresh = [(t, grade) for t, grade in self._readings if t > self._asked_at]
        if not fresh or self._target is None:
            return None
        last = fresh[-1][1]
        at_target = [t for t, grade in fresh if abs(grade - self._target) <= self.within]
        if abs(last - self._target) <= self.within and at_target and fresh[-1][0] - at_target[0] >= CONFIRM_S:
            return last
        began = [t for t, grade in self._readings[1:] if grade != self._readings[0][1]]
        patience = QUIET_S if began else FOLLOW_S
        over = now - self._asked_at > LEG_S
        return last if over or now - max(self._unchanged_since(fresh), self._asked_at) >= patience else None

    @staticmethod
    def _unchanged_since(readings: list[tuple[float, Grade]]) -> float:
        """When the last of these readings was first told."""
        since = readings[-1][0]
        for t, grade in reversed(readings):
            if grade != readings[-1][1]:
                break
            since = t
        return since

    def _measured(self, leg: Leg, settled: Grade | None) -> Leg:
        low, high = sorted((leg.begun, leg.asked))
        on_the_way = list(
            takewhile(lambda reading: low < reading[1] < high, dropwhile(lambda r: r[1] == leg.begun, self._readings))
        )
        first = next((t for t, grade in self._readings[1:] if grade != leg.begun), None)
        rate = None
        if len(on_the_way) > 1 and (seconds := on_the_way[-1][0] - on_the_way[0][0]) > 0:
            rate = abs(on_the_way[-1][1] - on_the_way[0][1]) / 10 / seconds
        return replace(leg, settled=settled, lag_s=None if first is None else first - self._leg_at, rate=rate)
