"""What the runner is coached on during a step: at most one cue at a time, and a step rate for this speed and grade."""

from __future__ import annotations

from typing import Final

from treadctl.coaching.amounts import spoken_for_s
from treadctl.coaching.baseline import Baseline
from treadctl.coaching.cadence import CadenceTarget, step_lengths_m
from treadctl.coaching.cadence import target as cadence_target
from treadctl.coaching.catalogue import named
from treadctl.coaching.cues import Cue, CueKind
from treadctl.coaching.form import BEFORE_FROM_S, RUN_OUT_S, FormCoach, FormContext
from treadctl.coaching.stride import StrideWatch
from treadctl.engine.constants import SPEED_WITHIN, STALE_S
from treadctl.engine.course import Course
from treadctl.engine.sight import Sight
from treadctl.engine.tally import Tally
from treadctl.engine.targets import Target
from treadctl.engine.words import StepRate
from treadctl.safety import LEVEL_WITHIN
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.model import Segment
from treadctl.workout.profile import Profile

QUIET_AFTER_NEWS_S: Final = 4.0
"""No form cue so soon after news, nor before a voice can have read all of it. Ours."""
QUIET_AFTER_MORE_S: Final = 6.0
"""Nor so soon after anything more urgent. Ours."""
FOCUS_AFTER_S: Final = 30.0
"""So far into the warm-up of a session that goes downhill, its focus is named: when the belt runs and nothing else is said."""
ASK_EVERY_S: Final = 1.0
"""Form is not a matter of quarters of a second. Ours."""
LEARN_EVERY: Final = 10
"""So many new readings are taken into the runner's own step rate at once. Ours."""
_UNMEASURED: Final = (None, None)


class Coach:
    """One session's form cues and step rates. The runner's own focus goes before the workout's."""

    def __init__(self, focus: str | None, runner: Profile, course: Course, tally: Tally) -> None:
        own = named(runner.focus) is not None
        chosen = runner.focus if own else focus
        self._form = FormCoach(chosen, runner.diagonal_feet, declines_done=runner.declines_done, own=own)
        self._feet = StrideWatch()
        self._baseline = Baseline()
        self._runner, self._learned = runner, 0
        self._at_first = runner
        self._course = course
        self._tally = tally
        self.ask_at = 0.0
        self._entered = -1
        self._focus_named = not any(_declines(segment) for segment in course.segments)
        self._lengths: tuple[object, tuple[float | None, float | None]] = (None, _UNMEASURED)
        self._cadence: tuple[tuple[int, Speed, Grade], CadenceTarget | None] | None = None

    def meet(self, runner: Profile) -> None:
        """The same runner, who has found another pace."""
        self._runner = self._at_first = runner
        self._learned, self._cadence = 0, None

    def hear(self, cues: list[Cue], now: float) -> None:
        """Something was just said: form has to wait."""
        if cues:
            quiet_s = QUIET_AFTER_MORE_S if min(cue.kind for cue in cues) <= CueKind.LIMIT else QUIET_AFTER_NEWS_S
            self.ask_at = max(self.ask_at, now + max(quiet_s, sum(map(_read_for_s, cues))))

    def feel(self, told: StepRate, now: float, sight: Sight, target: Target, deck_moving: bool) -> None:
        """The foot pod's word, and what belt and deck do at this moment."""
        self._feet.felt(told.steps_per_min, told.why, now)
        speed = sight.speed if sight.age(now) <= STALE_S else None
        if deck_moving or speed is None or abs(speed - target.speed) > SPEED_WITHIN:
            self._feet.moved(now)
        self._baseline.see(now, told.steps_per_min, speed, sight.grade, self._at_first.easy)

    def next(self, now: float, sight: Sight, target: Target, deck_moving: bool, hill_ahead: bool) -> Cue | None:
        """The cue to say now, which is nearly always none; it is too early to ask before `ask_at`.

        `hill_ahead` is whether the next step will be given a decline.
        """
        self.ask_at = now + ASK_EVERY_S
        course, tally, following = self._course, self._tally, self._course.following
        if self._entered != course.index:
            self._entered = course.index
            self._form.enter(course.segment.cues, () if following is None else following.cues, _declines(course.segment))
        if not self._focus_named and course.elapsed_s >= FOCUS_AFTER_S:
            self._focus_named = True
            return self._form.announced() if course.in_warm_up else None
        left_s = course.left_s(sight.speed)
        if self._is_plain(now, left_s, hill_ahead):
            return None
        decline_s = 0.0 if tally.decline_from is None else now - tally.decline_from
        asked = self.cadence(target) if target.grade <= -LEVEL_WITHIN else None
        return self._form.next(
            FormContext(
                now=now,
                decline_s=decline_s,
                decline_planned_s=decline_s + left_s + self._more_decline_s() if decline_s else 0.0,
                true_grade=sight.grade or LEVEL,
                seconds_to_decline=left_s if hill_ahead else None,
                since_decline_s=None if tally.declined_at is None else now - tally.declined_at,
                deck_moving=deck_moving,
                quiet=False,
                stride=self._feet.look(asked, now),
                steps=self._feet.mean,
                aim=0 if asked is None else asked.aim_spm,
                doubt=self._feet.doubt(now),
                walks=target.speed <= self._runner.walk,
            )
        )

    def _is_plain(self, now: float, left_s: float, hill_ahead: bool) -> bool:
        """Whether nothing can be said here: on the level, no decline near, none just behind, nothing from the author."""
        tally = self._tally
        if tally.decline_from is not None or self._form.has_own:
            return False
        just_behind = tally.declined_at is not None and now - tally.declined_at <= RUN_OUT_S
        return not just_behind and not (hill_ahead and left_s <= BEFORE_FROM_S)

    def _more_decline_s(self) -> float:
        """How long the decline goes on after this step, for a hill may have several."""
        more = 0.0
        for segment in self._course.segments[self._course.index + 1 :]:
            if not _declines(segment):
                break
            more += segment.duration_s
        return more

    def cadence(self, target: Target) -> CadenceTarget | None:
        """The step rate for a target."""
        question = (self._course.index, target.speed, target.grade)
        if self._cadence is None or self._cadence[0] != question:
            s = self._course.segment
            found = cadence_target(self._who(), target.speed, target.grade, s.cadence_percent, s.cadence_spm)
            self._cadence = (question, found)
        return self._cadence[1]

    def step_lengths_m(self, speed: Speed | None, steps: int | None) -> tuple[float | None, float | None]:
        """Metres per step now, and of this runner on the level at the same speed; nothing where nobody measures it."""
        if steps is None:
            return _UNMEASURED
        if self._lengths[0] != (speed, steps):
            self._lengths = (speed, steps), step_lengths_m(self._who(), speed, steps)
        return self._lengths[1]

    def _who(self) -> Profile:
        """The runner, with what their feet have shown today; a little more of the same changes nothing."""
        if self._baseline.version - self._learned >= LEARN_EVERY:
            self._runner, self._learned = self._baseline.learned(self._at_first), self._baseline.version
        return self._runner


def _read_for_s(cue: Cue) -> float:
    """How long a voice takes that reads the small print of news too."""
    return spoken_for_s(cue.words if cue.kind <= CueKind.CHANGE else cue.words + cue.detail)


def _declines(segment: Segment) -> bool:
    return segment.steepest < LEVEL
