"""Whether belt and deck do what they were told, and whether somebody at the console told them something else."""

from __future__ import annotations

from dataclasses import dataclass

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import (
    CONFIRM_S,
    CONSOLE_GRADE,
    CONSOLE_SPEED,
    GRADE_WITHIN,
    ROUNDED_GRADE,
    ROUNDED_SPEED,
    SPEED_WITHIN,
    STEEPEST_TOLD,
    TOO_FAST,
)
from treadctl.engine.drive import Drive
from treadctl.engine.failsafe import Condition
from treadctl.engine.ledger import Whose
from treadctl.engine.sight import Sight
from treadctl.engine.slip import UnitSlip, is_off_by_a_mile
from treadctl.engine.watch import Verdict, Watch
from treadctl.engine.words import CommandKind, Event, Told
from treadctl.safety import FASTEST, Deck
from treadctl.units import LEVEL, Grade, Speed, steeper_by


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that belongs on the ladder, and the words for it."""

    condition: Condition
    cue: Cue


@dataclass(frozen=True, slots=True)
class ConsoleSpeed:
    """The belt was moved at the console, to this speed or past it."""

    speed: Speed


@dataclass(frozen=True, slots=True)
class ConsoleGrade:
    """The deck was moved at the console, to this true grade or past it."""

    grade: Grade


Finding = Trouble | ConsoleSpeed | ConsoleGrade


class Judge:
    """Compares what one machine shows with what was sent to it."""

    def __init__(self, deck: Deck, unit: str) -> None:
        self._deck, self._unit = deck, unit
        self._rounding = max(CONSOLE_GRADE, deck.step)
        self._slip = UnitSlip()
        self._faster_since: float | None = None
        self._speed = Watch(SPEED_WITHIN, 10, CONSOLE_SPEED)
        self._grade = Watch(max(GRADE_WITHIN, deck.step // 2), 2, self._rounding)

    def belt(self, sight: Sight, drive: Drive, now: float) -> Finding | None:
        """One reading of the belt. A zero is judged by time (`Belt.still`), not here."""
        shown = sight.speed
        if not shown:
            return None
        if self._gets_faster_instead(shown, drive, now):
            return Trouble(Condition.BELT_TOO_FAST, wording.belt_too_fast(str(drive.sent_speed), shown.text(self._unit)))
        slips = not drive.belt_proof.done and self._slips(shown, drive, now)
        verdict = self._speed.judge(shown, drive.sent_speed, drive.speed_at, now)
        if verdict is Verdict.WELL and not slips:
            return None
        if verdict is Verdict.MOVED:
            return ConsoleSpeed(shown)
        sent = drive.sent_speed or shown
        words = sent.text(self._unit), shown.text(self._unit)
        if slips or (self._slip.fits and not drive.belt_proof.done):
            return Trouble(Condition.UNIT_SLIP, wording.unit_slip(*words))
        if shown > sent and verdict in (Verdict.WRONG_WAY, Verdict.PAST):
            return Trouble(Condition.BELT_TOO_FAST, wording.belt_too_fast(*words))
        return Trouble(Condition.BELT_NOT_FOLLOWING, wording.not_following("belt", *words))

    def _gets_faster_instead(self, shown: Speed, drive: Drive, now: float) -> bool:
        """Whether two readings show a belt faster than it was when it was told to slow down: it counts in the other unit."""
        sent = drive.sent_speed
        if drive.belt_proof.done or sent is None or sent >= drive.speed_from or shown <= drive.speed_from + SPEED_WITHIN:
            self._faster_since = None
            return False
        self._faster_since = now if self._faster_since is None else self._faster_since
        return now - self._faster_since >= CONFIRM_S

    def _slips(self, shown: Speed, drive: Drive, now: float) -> bool:
        sent = drive.sent_speed
        return sent is not None and self._slip.see(shown, sent, drive.speed_at, drive.speed_from, now)

    def told(self, told: Told, drive: Drive, now: float) -> Finding | None:
        """A target changed: ours, told back; ours, but the machine makes something else of it; or somebody's at the console."""
        value = told.value
        if told.event is Event.SPEED and value and value <= FASTEST:
            return self._told_speed(Speed(value), drive, drive.ledger.whose(CommandKind.SPEED, value, now))
        if told.event is Event.INCLINE and value is not None and abs(value) <= STEEPEST_TOLD:
            grade = self._deck.true(Grade(value))
            return self._told_grade(grade, drive, drive.ledger.whose(CommandKind.INCLINE, value, now))
        return None

    def _told_speed(self, told: Speed, drive: Drive, whose: Whose) -> Finding | None:
        sent = drive.sent_speed or Speed(0)
        slips = not drive.belt_proof.done and is_off_by_a_mile(sent, told)
        if slips and told < sent and whose is not Whose.OURS:
            return None  # only the belt itself can show whether it counts in the other unit
        if whose is Whose.CONSOLE or (whose is Whose.OURS_MISREAD and sent - told > ROUNDED_SPEED):
            return ConsoleSpeed(told)
        if whose is Whose.OURS or told - sent <= SPEED_WITHIN:
            return None
        words = sent.text(self._unit), told.text(self._unit)
        if slips:
            return Trouble(Condition.UNIT_SLIP, wording.unit_slip(*words))
        if told - sent > TOO_FAST:
            return Trouble(Condition.BELT_TOO_FAST, wording.belt_too_fast(*words))
        return Trouble(Condition.BELT_NOT_FOLLOWING, wording.not_following("belt", *words))

    def _told_grade(self, told: Grade, drive: Drive, whose: Whose) -> Finding | None:
        """One that makes something steeper of ours is not sent anywhere but level again."""
        sent = drive.sent_grade or LEVEL
        steeper = steeper_by(told, sent)
        if whose is Whose.CONSOLE or (whose is Whose.OURS_MISREAD and not steeper and steeper_by(sent, told) > ROUNDED_GRADE):
            return ConsoleGrade(told)
        if whose is Whose.OURS or steeper <= self._rounding:
            return None
        return Trouble(Condition.WRONG_WAY, wording.wrong_way(sent, told))

    def deck(self, sight: Sight, drive: Drive, now: float) -> Finding | None:
        """One reading of the deck."""
        shown = sight.grade
        if shown is None:
            return None
        verdict = self._grade.judge(shown, drive.sent_grade, drive.grade_at, now)
        if verdict is Verdict.WELL:
            return None
        if verdict is Verdict.MOVED:
            return ConsoleGrade(shown)
        sent = drive.sent_grade or LEVEL
        if verdict is Verdict.WRONG_WAY:
            return Trouble(Condition.WRONG_WAY, wording.wrong_way(sent, shown))
        return Trouble(Condition.DECK_NOT_FOLLOWING, wording.not_following("deck", str(sent), str(shown)))
