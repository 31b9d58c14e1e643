"""How belt and deck get to their target: slow before steep, announced before tipped, one small raise at a time.

Slower and shallower go out at once and whole. A raise waits for the deck, a steepening for the belt; both go in steps that
are measured from the milder of what is seen and what was last sent, as the gate measures them.
"""

from __future__ import annotations

from enum import Enum

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import (
    ANNOUNCED_FROM,
    COUNT,
    DECLINES_FROM,
    ECHO_S,
    GRADE_WITHIN,
    RAISE,
    RAISE_ON_DECLINE,
    RAISE_SPACING_S,
    SLOWING_AT_MOST,
    SPEED_WITHIN,
    STEEPEN,
    TIPPING_AT_MOST,
)
from treadctl.engine.sight import Sight
from treadctl.engine.targets import Aims, Target
from treadctl.safety import Command, SetIncline, SetSpeed
from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by
from treadctl.workout.model import Segment


class Room(Enum):
    """What the failsafe ladder leaves open."""

    ALL = "all"
    MILDER_ONLY = "only slower and shallower"


class Drive:
    """What was last sent, and what to send next. `sent_speed` and `sent_grade` are None until something was sent or adopted."""

    def __init__(self, aims: Aims, sight: Sight, unit: str) -> None:
        self._aims = aims
        self._sight = sight
        self._unit = unit
        self.sent_speed: Speed | None = None
        self.sent_grade: Grade | None = None
        self.speed_at = self.grade_at = float("-inf")
        self._raised_at = self._steepened_at = float("-inf")
        self._slowing_until = self._tipping_until = float("-inf")
        self._announced: Grade | None = None
        self._count_from: float | None = None
        self._counted = 0
        self._echoes: list[tuple[float, int]] = []
        deck = aims.machine.deck
        self._grade_within = max(GRADE_WITHIN, deck.step // 2)

    def adopt(self, speed: Speed | None, grade: Grade | None) -> None:
        """Take what the machine does, not what was last sent, as where the next step starts from."""
        if speed is not None:
            self.sent_speed = speed
        if grade is not None:
            self.sent_grade = self._announced = grade

    def forget(self) -> None:
        """After a stop or a lost link nothing that was sent counts any more."""
        self.sent_speed = self.sent_grade = self._announced = None
        self._count_from = None

    def announced(self, grade: Grade) -> None:
        """A person asked for this grade just now: it needs no countdown."""
        self._announced = grade

    def is_echo(self, value: int, now: float) -> bool:
        """Whether a status repeats something that was sent a moment ago."""
        self._echoes = [(t, v) for t, v in self._echoes if now - t <= ECHO_S]
        return any(v == value for _, v in self._echoes)

    # --- arrival ------------------------------------------------------------------------------------------------------

    def deck_arrived(self, now: float) -> bool:
        """Whether telemetry shows the deck where it was last sent, and it can be there by now."""
        if self.sent_grade is None:
            return True
        if now < self._tipping_until:
            return False
        shown = self._sight.grade
        if shown is None or not self._aims.machine.deck.reports:
            return now >= self._tipping_until
        return abs(shown - self.sent_grade) <= self._grade_within

    def slowed_to(self, speed: Speed, now: float) -> bool:
        """Whether telemetry shows the belt no faster than this, and it can be by now."""
        shown = self._sight.speed
        return shown is not None and shown <= speed + SPEED_WITHIN and now >= self._slowing_until

    def arrived(self, target: Target, now: float) -> bool:
        """Whether belt and deck are where the target wants them, not merely where the last small step went."""
        shown = self._sight.speed
        there = shown is not None and abs(shown - target.speed) <= SPEED_WITHIN
        return there and self.sent_grade in (None, target.grade) and self.deck_arrived(now)

    # --- the next commands --------------------------------------------------------------------------------------------

    def toward(self, target: Target, now: float, room: Room, entering: Segment) -> tuple[list[Command], list[Cue]]:
        """What to send now, and what to say about it; `entering` is the segment that the target belongs to."""
        if self.sent_speed == target.speed and self.sent_grade == target.grade:
            return [], []
        commands: list[Command] = []
        cues: list[Cue] = []
        self._belt(target, now, room, commands, cues)
        self._deck(target, now, room, entering, commands, cues)
        return commands, cues

    def _belt(self, target: Target, now: float, room: Room, commands: list[Command], cues: list[Cue]) -> None:
        shown, sent = self._sight.speed, self.sent_speed
        if not shown or sent == target.speed:
            return
        if target.speed < (shown if sent is None else sent) and target.speed - shown <= RAISE:
            if shown > target.speed:
                self._slowing_until = now + (shown - target.speed) / SLOWING_AT_MOST
                if self._steepening(target) and shown > target.speed + SPEED_WITHIN:
                    cues.append(wording.slowing(target.speed.text(self._unit)))
            self._send_speed(target.speed, now, commands)
            return
        ready = now - self._raised_at >= RAISE_SPACING_S and self.deck_arrived(now) and self._count_from is None
        if room is not Room.ALL or not ready or self._steepening(target):
            return
        reference = shown if sent is None else min(shown, sent)
        on_decline = (self._sight.grade or LEVEL) <= DECLINES_FROM
        raise_by = max(RAISE_ON_DECLINE, self._aims.machine.speed_step) if on_decline else RAISE
        speed = self._aims.on_grid(Speed(min(target.speed, reference + raise_by)))
        if sent is None or speed > sent:
            self._raised_at = now
            self._send_speed(speed, now, commands)

    def _deck(self, target: Target, now: float, room: Room, entering: Segment, commands: list[Command], cues: list[Cue]) -> None:
        reference = self._reference()
        if not self._aims.machine.deck.commanded or self.sent_grade == target.grade:
            self._count_from = None
            return
        if not steeper_by(target.grade, reference) or self._milder_than_sent(target.grade):
            self._count_from = None
            self._announced = target.grade
            if self.sent_grade is None and self._sight.grade == target.grade:
                self.sent_grade = target.grade
            elif target.command != self._sent_command():
                if steeper_by(self._sight.grade or LEVEL, target.grade) > ANNOUNCED_FROM:
                    cues.append(wording.flattening(target.grade))
                self._send_grade(target.grade, target.command, now, commands)
            return
        if room is not Room.ALL or not self._may_tip(target, reference, now, entering, cues):
            return
        if now - self._steepened_at >= RAISE_SPACING_S:
            self._tip(target, reference, now, commands)

    def _tip(self, target: Target, reference: Grade, now: float, commands: list[Command]) -> None:
        """One step steeper: at most STEEPEN from the milder of seen and sent, toward level on the machine's grid."""
        down = target.grade < 0
        if (reference < 0) != down:
            reference = LEVEL
        step = Grade(max(target.grade, reference - STEEPEN) if down else min(target.grade, reference + STEEPEN))
        command = self._aims.command(step)
        true = self._aims.machine.deck.true(command)
        if self.sent_grade is not None and not steeper_by(true, self.sent_grade):
            return
        self._steepened_at = now
        self._send_grade(true, command, now, commands)

    def _may_tip(self, target: Target, reference: Grade, now: float, entering: Segment, cues: list[Cue]) -> bool:
        """Slow first, then count, then go; what was counted once is not counted again on the way there."""
        slowing = self.sent_speed is not None and target.speed < self.sent_speed
        if slowing or not self.slowed_to(max(target.speed, self._aims.machine.slowest), now):
            return False
        announced = reference if self._announced is None else self._announced
        if steeper_by(target.grade, announced) <= ANNOUNCED_FROM:
            self._count_from = None
            self._announced = target.grade if steeper_by(target.grade, announced) else announced
            return True
        if self._count_from is None:
            self._count_from, self._counted = now, 0
        passed = now - self._count_from
        if passed >= COUNT:
            self._announced, self._count_from = target.grade, None
            cues.append(wording.tipped(target.grade, wording.length_of(entering)))
            return True
        while self._counted <= passed:
            cues.append(wording.tipping_count(COUNT - self._counted))
            self._counted += 1
        return False

    def _milder_than_sent(self, grade: Grade) -> bool:
        """On the way down and asked to stop short. Not when the deck has wandered off: then it is a new steepening."""
        shown, sent = self._sight.grade, self.sent_grade
        return sent is not None and not steeper_by(grade, sent) and (shown is None or steeper_by(grade, shown) <= STEEPEN)

    def _steepening(self, target: Target) -> bool:
        return bool(steeper_by(target.grade, self._reference())) and self.sent_grade != target.grade

    def _reference(self) -> Grade:
        shown = self._sight.grade
        if shown is None or self.sent_grade is None:
            return self.sent_grade if shown is None and self.sent_grade is not None else shown or LEVEL
        return milder(shown, self.sent_grade)

    def _sent_command(self) -> Grade | None:
        return None if self.sent_grade is None else Grade(self.sent_grade - self._aims.machine.deck.offset)

    def _send_speed(self, speed: Speed, now: float, commands: list[Command]) -> None:
        self.sent_speed, self.speed_at = speed, now
        self._echoes.append((now, speed))
        commands.append(SetSpeed(speed))

    def _send_grade(self, grade: Grade, command: Grade, now: float, commands: list[Command]) -> None:
        shown = self._sight.grade
        away = abs(grade - shown) if shown is not None else abs(grade)
        rate = TIPPING_AT_MOST if shown is not None else self._sight.deck_down.per_s
        self.sent_grade, self.grade_at = grade, now
        self._tipping_until = now + away / rate
        self._echoes.append((now, command))
        commands.append(SetIncline(command))
