"""How belt and deck get to their target: slow before steep, announced before tipped, one small raise at a time.

Slower and shallower go out at once and whole. A raise waits for the deck, a steepening for the belt, and both for fresh
telemetry and for the answers to everything that was sent before. They go in steps that are measured from the milder of what
is seen and what was last written, as the gate measures them.
"""

from __future__ import annotations

from enum import Enum

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import (
    ANNOUNCED_FROM,
    DECLINES_FROM,
    GATE_RAISE_AT_MOST,
    GATE_STEEPEN_AT_MOST,
    GRADE_WITHIN,
    RAISE,
    RAISE_ON_DECLINE,
    RAISE_SIGHT_S,
    RAISE_SPACING_S,
    SLOWING_AT_MOST,
    SPEED_WITHIN,
    STALE_S,
    STEEPEN,
    TIPPING_AT_MOST,
    TRIES,
)
from treadctl.engine.ledger import Ledger
from treadctl.engine.proof import BeltProof, DeckProof
from treadctl.engine.sight import Sight
from treadctl.engine.targets import Aims, Target
from treadctl.engine.tipping import TippingCount
from treadctl.engine.words import CommandKind
from treadctl.engine.written import Written
from treadctl.safety import UNDER_WAY_S, Command, SetIncline, SetSpeed
from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by
from treadctl.workout.model import Segment

_LONG_AGO = float("-inf")


class Room(Enum):
    """What the failsafe ladder leaves open."""

    ALL = "all"
    MILDER_ONLY = "only slower and shallower"


class Drive:
    """What was sent, and what to send next.

    `sent_speed` and `sent_grade` (true) are where belt and deck are being sent, by us or by the console; None is nowhere that
    we know of. What was last written is kept beside them, because the gate goes by that.
    """

    def __init__(self, aims: Aims, sight: Sight, unit: str, deck_proof: DeckProof) -> None:
        self._aims = aims
        self._sight = sight
        self._unit = unit
        self.deck_proof = deck_proof
        self.belt_proof = BeltProof()
        self.ledger = Ledger()
        self.sent_speed: Speed | None = None
        self.sent_grade: Grade | None = None
        self.speed_at = self.grade_at = _LONG_AGO
        self.speed_from = Speed(0)
        self._written_speed, self._written_grade = Written[Speed](), Written[Grade]()
        self._raised_at = self._steepened_at = _LONG_AGO
        self._slowing_until = self._tipping_until = _LONG_AGO
        self.tipping = TippingCount()
        deck = aims.machine.deck
        self._level = deck.true(deck.level)
        self._grade_within = max(GRADE_WITHIN, deck.step // 2)

    # --- what others did ----------------------------------------------------------------------------------------------

    def adopt_speed(self, speed: Speed, at: float) -> None:
        """The console sends the belt there, since then: that is where it is going."""
        self._written_speed.was_reached(self._sight.speeds.lately(), SPEED_WITHIN)
        self.sent_speed, self.speed_at, self.speed_from = speed, at, speed

    def adopt_grade(self, grade: Grade, at: float) -> None:
        """The console sends the deck there, since then."""
        self._written_grade.was_reached(self._sight.grades.lately(), self._grade_within)
        self.sent_grade, self.grade_at = grade, at
        self.tipping.know(grade)
        self.deck_proof.forget()

    def start_over(self) -> None:
        """Nothing that was sent counts any more: the next step starts from what is seen."""
        self.sent_speed = self.sent_grade = None
        self.tipping.know(self._sight.grade)
        self.ledger.failures = 0
        self.belt_proof.forget()
        self.deck_proof.forget()

    # --- what becomes of what was sent --------------------------------------------------------------------------------

    def sending(self, kinds: frozenset[CommandKind]) -> None:
        """These commands go to the link now; with some the gate forgets what it cleared."""
        self.ledger.sending(kinds)
        if not kinds.isdisjoint((CommandKind.STOP, CommandKind.PAUSE, CommandKind.START, CommandKind.TAKE_CONTROL)):
            self._written_speed.forget()
        if CommandKind.TAKE_CONTROL in kinds:
            self._written_grade.forget()

    def not_done(self, kind: CommandKind, again_s: float, now: float) -> None:
        """A target never left or was rejected: plan it again in a moment."""
        self.ledger.failed(kind, again_s, now)
        if kind is CommandKind.SPEED:
            self.sent_speed = None
            self.belt_proof.forget()
        elif kind is CommandKind.INCLINE:
            self.sent_grade = None

    def sees_and_hears(self, now: float) -> bool:
        """Belt and deck seen, and no command unanswered: then a raise is written at once, and the gate sees what we see."""
        return self.ledger.all_answered(now) and self._sight.sees(now, RAISE_SIGHT_S)

    # --- arrival ------------------------------------------------------------------------------------------------------

    def deck_arrived(self, now: float) -> bool:
        """Whether telemetry shows the deck where it was last sent, and it can be there by now."""
        if self.sent_grade is None:
            return True
        if now < self._tipping_until:
            return False
        shown = self._sight.raw_grade
        if shown is None or not self._aims.machine.deck.reports:
            return True
        return abs(shown - self.sent_grade) <= self._grade_within

    def deck_is_level(self, now: float) -> bool:
        """Whether fresh telemetry shows a level deck; one that reports nothing is level once it was sent there and had time."""
        deck = self._aims.machine.deck
        if not deck.reports:
            return not self.level_not_asked(now) and self.deck_arrived(now)
        shown = {Grade(true - deck.offset) for true in self._sight.grades.lately()}  # nearly always one and the same
        return self._sight.sees_deck(now, STALE_S) and all(map(deck.is_level, shown))

    def no_faster_than(self, speed: Speed, now: float) -> bool:
        """Whether telemetry shows a moving belt no faster than this, and it can be there by now."""
        shown = self._sight.speed
        return bool(shown) and (shown or 0) <= speed + SPEED_WITHIN and now >= self._slowing_until

    def slowed_to(self, speed: Speed, now: float) -> bool:
        """Whether the belt is no faster than this, and settled where it was sent."""
        if not self.no_faster_than(speed, now):
            return False
        if self.sent_speed is None:
            return self._sight.steady
        return abs((self._sight.speed or 0) - self.sent_speed) <= SPEED_WITHIN

    def arrived(self, target: Target, now: float) -> bool:
        """Whether belt and deck are where the target wants them, not merely where the last small step went."""
        shown = self._sight.speed
        there = shown is not None and abs(shown - target.speed) <= SPEED_WITHIN
        return there and self.sent_grade in (None, target.grade) and self.deck_arrived(now)

    # --- the next commands --------------------------------------------------------------------------------------------

    def toward(self, target: Target, now: float, room: Room, entering: Segment) -> tuple[list[Command], list[Cue]]:
        """What to send now, and what to say about it; `entering` is the segment that the target belongs to."""
        commands: list[Command] = []
        cues: list[Cue] = []
        if self.sent_speed != target.speed:
            self._belt(target, now, room, commands, cues)
        if self.ledger.may_send(CommandKind.INCLINE, now):
            self._deck(target, now, room, entering, commands, cues)
        return commands, cues

    def passes_now(self, speed: Speed, now: float) -> Speed:
        """What may leave of a speed that is slower than what is shown. Where the console sent the belt up before it was where we
        had sent it, that target of ours is still under way to the gate, and what lies above it a raise: then it goes again."""
        written = self._written_speed.counts(now)
        return speed if written is None or self.sent_speed == self._written_speed.value else min(speed, written)

    def is_there(self, target: Target) -> bool:
        """Whether all that the target wants has been sent."""
        return self.sent_speed == target.speed and self.sent_grade == target.grade == self.tipping.announced

    def level(self, now: float) -> SetIncline:
        """Level, whatever the plan says; noted as sent."""
        return self._send_grade(self.deck_proof.allowed(self._aims.machine.deck.level), now)

    def level_not_asked(self, now: float) -> bool:
        """Whether level can be asked for and has not been since the last change."""
        deck = self._aims.machine.deck
        may = deck.commanded and self.ledger.may_send(CommandKind.INCLINE, now) and self.ledger.failures < TRIES
        return may and self.sent_grade != deck.true(self.deck_proof.allowed(deck.level))

    def _belt(self, target: Target, now: float, room: Room, commands: list[Command], cues: list[Cue]) -> None:
        shown, sent = self._sight.speed, self.sent_speed
        if not shown or not all(self._sight.speeds.lately()):
            return  # a stray zero, or a belt that stands: neither is a time for targets
        if self._is_slower(target.speed, shown, now):
            is_news = self._written_speed.value is not None and target.speed < self._written_speed.value
            if not is_news and not self.ledger.may_send(CommandKind.SPEED, now):
                return  # this very speed was rejected a moment ago; a slower one waits for nothing
            if shown > target.speed + SPEED_WITHIN and self._is_steeper(target, now):
                cues.append(wording.slowing(target.speed.text(self._unit)))
            at_most, speed = min(shown, self._aims.machine.fastest), self.passes_now(target.speed, now)  # a glitch shows anything
            self._slowing_until = now + max(0, at_most - speed) / SLOWING_AT_MOST
            self._send_speed(speed, now, commands)
            return
        if room is not Room.ALL or self._is_steeper(target, now) or self.tipping.is_on or not self._may_raise(now):
            return
        speed = self._next_raise(target, now)
        if self._is_worth_it(speed, target.speed, shown if sent is None else sent):
            self._raised_at = now
            self.belt_proof.raising()
            self._send_speed(speed, now, commands)

    def _is_slower(self, speed: Speed, shown: Speed, now: float) -> bool:
        """Slower than where we sent the belt, if it is anywhere near; slower than all that is seen, if anybody else did."""
        sent = self.sent_speed
        if sent is None or sent != self._written_speed.value:
            sees = self._sight.sees_belt(now, RAISE_SIGHT_S) and self.ledger.all_answered(now)
            return sees and speed <= min(self._sight.speeds.lately())
        return speed < sent and speed - shown <= RAISE

    def _next_raise(self, target: Target, now: float) -> Speed:
        """At most RAISE above the slowest of what is shown, sent and, while the gate counts it, written; 0 for none now."""
        lately = self._sight.speeds.lately()
        if not self.belt_proof.done and not self._sight.steady:
            return Speed(0)  # where a belt ends that is still on its way proves nothing
        if self._sight.slowing or not self.belt_proof.is_trusted(self._sight, self.sent_speed, self.speed_at, now):
            return Speed(0)
        known = [lately[-1]]
        if self.sent_speed is not None:
            known.append(self.sent_speed)
        if (written := self._written_speed.counts(now)) is not None:
            known.append(written)
        on_decline = (self._sight.grade or LEVEL) <= DECLINES_FROM
        raise_by = max(RAISE_ON_DECLINE, self._aims.machine.speed_step) if on_decline else RAISE
        most = min(min(known) + raise_by, min(lately) + GATE_RAISE_AT_MOST)
        return self._aims.on_grid(Speed(min(target.speed, most)))

    def _is_worth_it(self, step: Speed, target: Speed, before: Speed) -> bool:
        """Whether a raise leads beyond where the belt was sent before, and not by needlessly little: consoles beep at each."""
        least = min(RAISE_ON_DECLINE, max(target - before, 1))
        return step - before >= least

    def _may_raise(self, now: float) -> bool:
        """Whether the last raise is long enough ago, the belt not past it, the deck where it was sent, and all of it seen."""
        spaced = now - self._raised_at >= RAISE_SPACING_S and self.ledger.spaced(CommandKind.SPEED, now)
        if not spaced or not self.ledger.may_send(CommandKind.SPEED, now):
            return False
        if not self.sees_and_hears(now) or not self.deck_arrived(now):
            return False
        if self._gate_waits_for_the_deck(now):
            return False
        shown, sent = self._sight.speed, self.sent_speed
        return shown is not None and (sent is None or shown <= sent + SPEED_WITHIN)

    def _gate_waits_for_the_deck(self, now: float) -> bool:
        """The console made a deck shallower on its way; to the gate it is still on its way."""
        written, shown = self._written_grade.counts(now), self._sight.raw_grade
        return written is not None and shown is not None and steeper_by(written, shown) > self._grade_within

    def _gate_waits_for_the_belt(self, now: float) -> bool:
        """The console slowed a belt on its way up, likewise."""
        written, shown = self._written_speed.counts(now), self._sight.speed
        return written is not None and shown is not None and written - shown > SPEED_WITHIN

    def _deck(self, target: Target, now: float, room: Room, entering: Segment, commands: list[Command], cues: list[Cue]) -> None:
        if self.sent_grade == target.grade or not self._aims.machine.deck.commanded:
            self.tipping.know(target.grade)
            return
        if not self._is_steeper(target, now):
            self.tipping.know(target.grade)
            if self.sent_grade is None and set(self._sight.grades.lately()) == {target.grade}:
                self.sent_grade = target.grade  # it rests there already
                return
            command = self.deck_proof.allowed(target.command)
            if command != target.command and self.sent_grade == self._aims.machine.deck.true(command):
                return
            if steeper_by(self._sight.grade or LEVEL, target.grade) > ANNOUNCED_FROM:
                cues.append(wording.flattening(target.grade))
            if self.sent_grade != self._written_grade.value:
                self._steepened_at = now  # to the gate it may be a step
            commands.append(self._send_grade(command, now))
            return
        step = self._next_tip(target, now)
        if room is not Room.ALL or step is None or not self._may_tip(target, now):
            self.tipping.call_off()
        elif self._is_spaced(now) and self.tipping.is_done(target.grade, self._reference(now), now, entering, cues):
            self._steepened_at = now
            command = self._aims.command(step)
            if command > target.command and self.deck_proof.allowed(target.command) == command:
                cues.append(wording.trying_first(step))
            commands.append(self._send_grade(command, now))

    def _next_tip(self, target: Target, now: float) -> Grade | None:
        """The next step steeper: at most STEEPEN from the reference, and not by needlessly little; None if there is none yet."""
        down = target.grade < 0
        reference = self._reference(now)
        if (reference < 0) != down:
            reference = LEVEL
        step = Grade(max(target.grade, reference - STEEPEN) if down else min(target.grade, reference + STEEPEN))
        command = self._aims.command(step)
        allowed = self.deck_proof.allowed(command)
        true = self._aims.machine.deck.true(allowed)
        here = self._sight.grade if self.sent_grade is None else self.sent_grade
        gain = steeper_by(true, here or LEVEL)
        if gain == 0 or (true != target.grade and allowed == command and gain < STEEPEN // 2):
            return None
        seen = (steeper_by(true, Grade(shown)) for shown in self._sight.grades.lately())
        return true if max(seen, default=0) <= GATE_STEEPEN_AT_MOST else None

    def _may_tip(self, target: Target, now: float) -> bool:
        """Slow first: the belt is where it was sent, and no faster than the target. And everything is seen and answered."""
        slow = self.slowed_to(max(target.speed, self._aims.machine.slowest), now)
        return slow and self.sees_and_hears(now) and not self._gate_waits_for_the_belt(now)

    def _is_steeper(self, target: Target, now: float) -> bool:
        """Whether the target is steeper than where we sent the deck, or than where it is if that is not even near.

        To stop short on the way to something steeper is not, for as long as the deck may be on its way. If anybody else sent the
        deck there, all that is seen counts, and nothing seen is no ground to call anything but level shallower.
        """
        grade, sent, sight = target.grade, self.sent_grade, self._sight
        if grade == self._level:
            return False
        if sent is not None and steeper_by(grade, sent):
            return True
        if sent is None or sent != self._written_grade.value:
            return not self._is_shallower_to_all(grade, now)
        slack = STEEPEN if now - self.grade_at < UNDER_WAY_S else self._grade_within
        return sight.grade is not None and grade != sent and steeper_by(grade, sight.grade) > slack

    def _is_shallower_to_all(self, grade: Grade, now: float) -> bool:
        """Shallower than all that is seen; or than where the console is sending the deck, if the gate takes it for a step."""
        known = [Grade(shown) for shown in self._sight.grades.lately()]
        if (written := self._written_grade.counts(now)) is not None:
            known.append(written)
        if not known or not self.sees_and_hears(now):
            return False
        beyond = max(steeper_by(grade, other) for other in known)
        if beyond == 0:
            return True
        may_step = self.sent_grade is not None and beyond <= GATE_STEEPEN_AT_MOST and self._is_spaced(now)
        return may_step and not self._gate_waits_for_the_belt(now)

    def _is_spaced(self, now: float) -> bool:
        """Whether the last steepening is long enough ago."""
        return now - self._steepened_at >= RAISE_SPACING_S and self.ledger.spaced(CommandKind.INCLINE, now)

    def _reference(self, now: float) -> Grade:
        """What a steepening is measured from: where the deck was sent once it is there, else the mildest of all that is known."""
        if self.sent_grade is not None and self.sent_grade == self._written_grade.value and self.deck_arrived(now):
            return self.sent_grade
        known = [self._sight.grade, self._sight.raw_grade, self.sent_grade, self._written_grade.counts(now)]
        grades = [grade for grade in known if grade is not None]
        mildest = grades[0] if grades else LEVEL
        for grade in grades[1:]:
            mildest = milder(mildest, grade)
        return mildest

    def _send_speed(self, speed: Speed, now: float, commands: list[Command]) -> None:
        self.sent_speed = speed
        self._written_speed.write(speed, now)
        self.speed_from = self._sight.speed or Speed(0)
        self.speed_at = now
        self.ledger.target(CommandKind.SPEED, speed, now)
        commands.append(SetSpeed(speed))

    def _send_grade(self, command: Grade, now: float) -> SetIncline:
        deck, shown, sent = self._aims.machine.deck, self._sight.grade, self.sent_grade
        grade = deck.true(command)
        if shown is not None and deck.reports:
            travel_s = abs(grade - shown) / TIPPING_AT_MOST
        else:
            before = deck.true(deck.floor) if sent is None else sent
            travel_s = abs(grade - before) / self._sight.deck_down.per_s
        here = LEVEL if shown is None else Grade(shown - deck.offset)
        self.deck_proof.sending(command, here, None if sent is None else sent - deck.offset, now)
        self.sent_grade, self.grade_at = grade, now
        self._written_grade.write(grade, now)
        self._tipping_until = now + travel_s
        self.ledger.target(CommandKind.INCLINE, command, now)
        return SetIncline(command)
