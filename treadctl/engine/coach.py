"""What the runner is coached on during a step: at most one form cue at a time, and a step rate for this speed and grade."""

from __future__ import annotations

from typing import Final

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cadence import target as cadence_target
from treadctl.coaching.cues import Cue, CueKind
from treadctl.coaching.form import FormCoach, FormContext
from treadctl.engine.course import Course
from treadctl.engine.sight import Sight
from treadctl.engine.tally import Tally
from treadctl.engine.targets import Target
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.profile import Profile

QUIET_AFTER_NEWS_S: Final = 4.0
"""No form cue so soon after news. Ours."""
QUIET_AFTER_MORE_S: Final = 6.0
"""Nor so soon after anything more urgent. Ours."""
ASK_EVERY_S: Final = 1.0
"""Form is not a matter of quarters of a second. Ours."""


class Coach:
    """One session's form cues and step rates."""

    def __init__(self, focus: str | None, runner: Profile, course: Course, tally: Tally) -> None:
        self._form = FormCoach(focus, declines_done=runner.declines_done)
        self._runner = runner
        self._course = course
        self._tally = tally
        self.ask_at = 0.0
        self._own: tuple[str, ...] = ()
        self._own_for = -1
        self._cadence: tuple[tuple[int, Speed, Grade], CadenceTarget | None] | None = None

    def hear(self, cues: list[Cue], now: float) -> None:
        """Something was just said: form has to wait."""
        for cue in cues:
            quiet_s = QUIET_AFTER_MORE_S if cue.kind <= CueKind.LIMIT else QUIET_AFTER_NEWS_S
            self.ask_at = max(self.ask_at, now + quiet_s)

    def next(self, now: float, sight: Sight, deck_moving: bool) -> Cue | None:
        """The form cue to say now, which is nearly always none; it is too early to ask before `ask_at`."""
        self.ask_at = now + ASK_EVERY_S
        course, tally = self._course, self._tally
        if self._own_for != course.index:
            self._own, self._own_for = course.segment.cues, course.index
        if self._own:
            said = self._form.own(self._own[0], now, deck_moving)
            if said is not None:
                self._own = self._own[1:]
            return said
        following = course.following
        to_decline = None
        if following is not None and following.steepest < LEVEL:
            to_decline = course.left_s(sight.speed)
        return self._form.next(
            FormContext(
                now=now,
                decline_s=0.0 if tally.decline_from is None else now - tally.decline_from,
                decline_planned_s=float(course.segment.duration_s),
                true_grade=sight.grade or LEVEL,
                seconds_to_decline=to_decline,
                since_decline_s=None if tally.declined_at is None else now - tally.declined_at,
                deck_moving=deck_moving,
                quiet=False,
            )
        )

    def cadence(self, target: Target) -> CadenceTarget | None:
        """The step rate for a target."""
        question = (self._course.index, target.speed, target.grade)
        if self._cadence is None or self._cadence[0] != question:
            s = self._course.segment
            found = cadence_target(self._runner, target.speed, target.grade, s.cadence_percent, s.cadence_spm)
            self._cadence = (question, found)
        return self._cadence[1]
