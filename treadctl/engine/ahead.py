"""Looking ahead to the next segment: it is announced, and the deck starts so that it passes the middle at the boundary."""

from __future__ import annotations

from enum import Enum
from math import ceil

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import ANNOUNCED_FROM, COMING_UP_BEFORE_MOVING_S, COMING_UP_S, COUNT, DECK_LAG_S, SPEED_WITHIN
from treadctl.engine.course import Course
from treadctl.engine.sight import Sight
from treadctl.engine.targets import Adjustments, Aims, Target
from treadctl.units import Grade, steeper_by

_LOOKS_S = 2 * COMING_UP_S
"""No lead is longer than this."""


class Lead(Enum):
    """When the deck starts toward the next step."""

    CENTRED = "half the travel before the boundary, half after: the least total error"
    AT_BOUNDARY = "at the boundary"


class Ahead:
    """How far into the next segment we already are: not at all, announced, or `going` there."""

    def __init__(self, course: Course, adjust: Adjustments, lead: Lead) -> None:
        self._course = course
        self._adjust = adjust
        self._lead = lead
        self._announced = False
        self.told = False
        """Whether the runner was told what comes, and for how long."""
        self._asked: tuple[Grade, Grade, float] | None = None
        self._needs_s = 0.0
        self.going = False
        self.steeper = False
        """Whether what we are going to is steeper: then speed and grade are the next step's already, else the grade only."""

    def forget(self) -> None:
        """Another segment is the next one, or this one got longer."""
        self.going = self.steeper = self._announced = self.told = False

    def look(self, target: Target, aims: Aims, sight: Sight, cues: list[Cue]) -> bool:
        """Announce the next segment in time; true in the moment in which the way there begins."""
        course = self._course
        following = course.following
        if following is None or self.going:
            return False
        left_s = course.left_s(sight.speed)
        if left_s > _LOOKS_S:
            return False
        coming = self._adjust.eased_grade(following.grade_from)
        needs_s = self._needed_s(coming, target.grade, aims, sight) if self._lead is Lead.CENTRED else 0.0
        if not self._announced and left_s <= _told_s(needs_s):
            self._announced = True
            if coming != target.grade and course.elapsed_s >= COMING_UP_S / 2:
                self.told = True
                moves_in_s = self._moves_in_s(left_s, coming, aims, sight)
                cues.append(wording.coming_up(moves_in_s, coming, wording.length_of(following)))
        if self._lead is Lead.CENTRED and left_s <= needs_s:
            self.going, self.steeper = True, bool(steeper_by(aims.given(coming), target.grade))
        return self.going

    def _needed_s(self, coming: Grade, here: Grade, aims: Aims, sight: Sight) -> float:
        """As `_lead_s`, but only once for each frame of telemetry: nothing else changes it."""
        question = (coming, here, sight.belt.at)
        if self._asked != question:
            self._asked, self._needs_s = question, self._lead_s(coming, here, aims, sight)
        return self._needs_s

    def _moves_in_s(self, left_s: float, coming: Grade, aims: Aims, sight: Sight) -> float:
        """When the deck will begin to move, in whole five seconds, for people."""
        half = sight.deck_travel_s(aims.given(coming)) / 2 + DECK_LAG_S if self._lead is Lead.CENTRED else 0.0
        return max(5.0, 5.0 * round((left_s - half) / 5))

    def _lead_s(self, coming: Grade, here: Grade, aims: Aims, sight: Sight) -> float:
        """Half the deck's travel, and before a steepening the slowing and the counting."""
        grade = aims.given(coming)
        if grade == here:
            return 0.0
        half = sight.deck_travel_s(grade) / 2 + DECK_LAG_S
        steeper = steeper_by(grade, here)
        if not steeper:
            return half
        speed = min(self._adjust.eased_speed(self._course.following_speed), aims.cap(grade))
        slower = max(0, (sight.speed or 0) - speed - SPEED_WITHIN)
        slowing = slower / sight.belt_down.per_s + 1.0 if slower else 0.0
        return half + slowing + (COUNT if steeper > ANNOUNCED_FROM else 0)


def _told_s(needs_s: float) -> float:
    """How long ahead it is told: in whole five seconds, for people."""
    return max(COMING_UP_S, 5.0 * ceil((needs_s + COMING_UP_BEFORE_MOVING_S) / 5))
