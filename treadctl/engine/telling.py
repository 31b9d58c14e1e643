"""What is told of the workout on one treadmill: before arming, when a step begins, and each limit once."""

from __future__ import annotations

from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.course import Course
from treadctl.engine.targets import Aims, Limit
from treadctl.engine.words import Machine
from treadctl.units import LEVEL, Grade, Speed, steeper_by
from treadctl.workout.model import SegmentKind
from treadctl.workout.profile import Profile

_REST: Final = frozenset({SegmentKind.WARM_UP, SegmentKind.RECOVER, SegmentKind.COOL_DOWN})


def before_arming(runner: Profile, asked: Grade, machine: Machine, aims: Aims, speed: Speed) -> list[Cue]:
    """What a runner should know before arming: whose numbers, what will be limited, what it will feel like."""
    cues = [] if runner.chosen else [wording.guest_defaults(runner)]
    cues += [wording.machine_warning(text) for text in machine.warnings]
    reach = machine.deck.steepest
    if asked < LEVEL:
        if steeper_by(asked, reach) and reach >= runner.ceiling:
            cues.append(wording.machine_reach(asked, reach))
        else:
            limits = aims.target(asked, speed, None).limits
            cues += [wording.limited(lim.what, lim.asked, lim.given, lim.why) for lim in limits if lim.what == "grade"]
        cues.append(wording.it_will_feel_easy())
    return cues


class Telling:
    """`limits` are those of the present target; each is said once in a step."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._told: set[tuple[str, str]] = set()
        self._compared = False
        self.limits: tuple[Limit, ...] = ()

    def again(self) -> None:
        """Another step: its limits are news."""
        self._told.clear()

    def told(self, *limits: tuple[str, str]) -> None:
        """These were said in other words: what is limited, and why."""
        self._told |= set(limits)

    def limit(self, limits: tuple[Limit, ...], aims: Aims, cues: list[Cue]) -> None:
        """What is given instead of what is asked; a ramp in the deck's own steps only where that is not all that is missing."""
        if limits is self.limits or limits == self.limits:
            return
        self.limits = limits
        s = self._course.segment
        for limit in limits:
            is_a_step_of_a_ramp = s.grade_from != s.grade_to and limit.why == aims.steps_of_the_deck
            if not is_a_step_of_a_ramp and (limit.what, limit.why) not in self._told:
                self._told.add((limit.what, limit.why))
                cues.append(wording.limited(limit.what, limit.asked, limit.given, limit.why))

    def segment(self, grade: Grade, speed_text: str, cues: list[Cue], told: bool = False) -> None:
        """Which step begins, and at which grade and pace it is run; how long it is only if that was not `told`, and its turn of
        a repeat only where the work begins."""
        s, before = self._course.segment, self._course.previous
        begins = s.kind not in _REST and (before is None or before.label != s.label)
        label = s.label if begins else ""
        cues.append(wording.segment_begins(s.kind.value, label, grade, speed_text, "" if told else wording.length_of(s)))
        if s.note:
            cues.append(wording.step_note(s.note))

    def compare(self, machine: Machine, speed: Speed, cues: list[Cue]) -> None:
        """Only a person's eyes on the console tell miles from kilometres where targets and telemetry are both in miles."""
        if machine.unit_in_doubt and not self._compared:
            self._compared = True
            cues.append(wording.compare_console(speed))
