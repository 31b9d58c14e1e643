"""A step being run: the place in the workout, what belt and deck should do there, and what they are seen to do.

The engine decides in which phase this has a say; everything here is the same whether a fault, a key or the plan asks.
"""

from __future__ import annotations

from enum import Enum
from math import atan, sin

from treadctl.coaching import wording
from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cadence import target as cadence_target
from treadctl.coaching.cues import Cue, CueKind
from treadctl.coaching.form import FormCoach, FormContext
from treadctl.engine.constants import (
    ANNOUNCED_FROM,
    ARRIVAL_AT_MOST_S,
    COMING_UP_S,
    CONSOLE_GRADE,
    CONSOLE_SPEED,
    COUNT,
    DECK_LAG_S,
    DECLINE_CAP_S,
    DECLINES_FROM,
    GRADE_WITHIN,
    KEY_GRADE,
    KEY_SPEED,
    SPEED_WITHIN,
    STALE_S,
)
from treadctl.engine.course import Course
from treadctl.engine.drive import Drive, Room
from treadctl.engine.failsafe import Condition, Ladder
from treadctl.engine.phases import BELT_MAY_MOVE, Phase
from treadctl.engine.sight import Sight
from treadctl.engine.snapshot import Ending, Snapshot
from treadctl.engine.targets import Adjustments, Aims, Limit, Target
from treadctl.engine.watch import Verdict, Watch
from treadctl.engine.words import CommandKind, Event, Key, Machine, Telemetry, Told
from treadctl.safety import FASTEST, Command
from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by
from treadctl.workout.model import Segment, Workout
from treadctl.workout.profile import Profile

_NO_MACHINE = Machine("none yet", slowest=Speed(1), fastest=FASTEST)


class Lead(Enum):
    """When the deck starts toward the next step."""

    CENTRED = "half the travel before the boundary, half after: the least total error"
    AT_BOUNDARY = "at the boundary"


class Run:
    """The moving part of a session. `sight`, `aims` and `drive` belong to one link and are new with each."""

    def __init__(self, workout: Workout, runner: Profile, lead: Lead) -> None:
        self.workout, self.runner = workout, runner
        self.course = Course(workout, runner)
        self.linked = False
        self._lead = lead
        self._adjust = Adjustments()
        self._form = FormCoach(workout.focus or None, declines_done=runner.declines_done)
        self._ahead = False
        self._announced_next = False
        self._clock_from: float | None = None
        self._clock_held_at = 0.0
        self._walk_first = False
        self._told_limits: set[tuple[str, str]] = set()
        self._limits: tuple[Limit, ...] = ()
        self._target = Target(LEVEL, LEVEL, self.course.asked_speed(), ())
        self._cadence: tuple[tuple[int, Speed, Grade], CadenceTarget | None] | None = None
        self._quiet_until = 0.0
        self._decline_from: float | None = None
        self._declined_at: float | None = None
        self.running_s = self.distance_m = self.decline_s = self.descent_m = 0.0
        self._meet(_NO_MACHINE)

    # --- the machine --------------------------------------------------------------------------------------------------

    def link(self, machine: Machine) -> None:
        """A new link: nothing seen and nothing sent counts any more; what this session closed stays closed."""
        closed = self.aims.closed
        self._meet(machine)
        if closed:
            self.aims.close_declines(closed)
        self.linked = True

    def _meet(self, machine: Machine) -> None:
        deck = machine.deck
        self.machine = machine
        self.aims = Aims(machine, self.runner)
        self.sight = Sight(deck)
        self._drive = Drive(self.aims, self.sight, self.runner.unit)
        self._watch_speed = Watch(SPEED_WITHIN, 10, CONSOLE_SPEED)
        self._watch_grade = Watch(max(GRADE_WITHIN, deck.step // 2), 2, max(CONSOLE_GRADE, deck.step))

    @property
    def unsuitable(self) -> bool:
        """Whether the workout declines and this deck reaches none of it."""
        asked = [s.steepest for s in self.workout if s.steepest < LEVEL]
        return bool(asked) and all(self.machine.deck.true(self.aims.command(g)) >= LEVEL for g in asked)

    def announce(self) -> list[Cue]:
        """What a runner should know before arming: whose numbers, what will be limited, what it will feel like."""
        cues = [] if self.runner.chosen else [wording.guest_defaults(self.runner)]
        asked = self.workout.steepest
        if asked < LEVEL:
            given = self.aims.target(asked, self.course.asked_speed(), None)
            grades = [limit for limit in given.limits if limit.what == "grade"]
            cues += [wording.limited(limit.what, limit.asked, limit.given, limit.why) for limit in grades]
            cues.append(wording.it_will_feel_easy())
        return cues

    def adopt(self, now: float) -> None:
        """Start from what belt and deck are seen to do, and hold the step's clock until they are where it wants them."""
        self._drive.adopt(self.sight.speed, self.sight.grade)
        self._hold_clock(now)

    def let_go(self) -> None:
        """Nothing that was sent counts any more."""
        self._drive.forget()
        self._ahead = False

    def deck_is_level(self) -> bool:
        """Whether telemetry shows a level deck; one that reports nothing is level once it was asked to be."""
        deck = self.machine.deck
        if not deck.reports:
            return not self.level_not_asked()
        return self.sight.grade is not None and deck.is_level(Grade(self.sight.grade - deck.offset))

    def level_not_asked(self) -> bool:
        """Whether level can be asked for and has not been since the last change."""
        deck = self.machine.deck
        return deck.commanded and self._drive.sent_grade != deck.true(deck.level)

    def level_asked(self) -> Grade:
        """Note that level is being asked for; returns the command for it."""
        level = self.machine.deck.level
        self._drive.adopt(None, self.machine.deck.true(level))
        return level

    # --- what comes in ------------------------------------------------------------------------------------------------

    def see(self, told: Telemetry, now: float, running: bool, ladder: Ladder, cues: list[Cue]) -> None:
        """One frame of telemetry: look, and while a step is run judge whether belt and deck follow."""
        self.sight.see(told, now)
        if not running:
            return
        drive, shown = self._drive, self.sight.speed
        if told.speed and shown:
            verdict = self._watch_speed.judge(shown, drive.sent_speed, drive.speed_at, now)
            if verdict is Verdict.MOVED:
                self._console_speed(shown, cues)
            elif verdict is not Verdict.WELL and ladder.set(Condition.BELT_NOT_FOLLOWING):
                cues.append(wording.not_following("belt", self._speed_text(drive.sent_speed or shown), self._speed_text(shown)))
        if told.grade is not None and self.sight.grade is not None:
            self._judge_deck(self.sight.grade, now, ladder, cues)

    def _judge_deck(self, shown: Grade, now: float, ladder: Ladder, cues: list[Cue]) -> None:
        drive = self._drive
        verdict = self._watch_grade.judge(shown, drive.sent_grade, drive.grade_at, now)
        if verdict is Verdict.MOVED:
            self._console_grade(shown, cues)
        elif verdict is Verdict.WRONG_WAY and ladder.set(Condition.WRONG_WAY):
            self.aims.close_declines("this deck moved the wrong way")
            self._adjust.next_step()
            cues.append(wording.wrong_way(drive.sent_grade or LEVEL, shown))
        elif verdict is Verdict.NOT_FOLLOWING and ladder.set(Condition.DECK_NOT_FOLLOWING):
            cues.append(wording.not_following("deck", str(drive.sent_grade), str(shown)))

    def console(self, told: Told, now: float, cues: list[Cue]) -> None:
        """A target changed, and it may have been at the console: then it holds for this step."""
        value = told.value
        if (not value and told.event is Event.SPEED) or value is None or self._drive.is_echo(value, now):
            return
        if told.event is Event.SPEED and value <= FASTEST:
            self._console_speed(Speed(value), cues)
        elif told.event is Event.INCLINE:
            self._console_grade(self.machine.deck.true(Grade(value)), cues)

    def _console_speed(self, speed: Speed, cues: list[Cue]) -> None:
        if self._adjust.speed != speed:
            cues.append(wording.console_changed("speed", self._speed_text(speed)))
        self._adjust.set_speed(speed, self._adjust.eased_speed(self.course.asked_speed()))
        self._adjust.console_speed = True
        self._drive.adopt(speed, None)

    def _console_grade(self, grade: Grade, cues: list[Cue]) -> None:
        if self._adjust.grade != grade:
            cues.append(wording.console_changed("grade", str(grade)))
        self._adjust.set_grade(grade, self.course.asked_grade())
        self._adjust.console_grade = True
        self._drive.adopt(None, grade)

    def not_done(self, command: CommandKind) -> None:
        """A command never left: plan it again from what is seen."""
        if command is CommandKind.SPEED:
            self._drive.sent_speed = None
        elif command is CommandKind.INCLINE:
            self._drive.sent_grade = None

    def press(self, key: Key, now: float, cues: list[Cue]) -> None:
        """A key that changes the step: its place in the workout, its length, its speed or its grade."""
        course, before = self.course, self._target
        match key:
            case Key.SKIP:
                course.skip()
                self._enter(now, cues)
            case Key.BACK:
                course.back()
                self._enter(now, cues)
            case Key.EXTEND:
                cues.append(wording.key_heard("extend", course.extend()))
            case Key.FASTER | Key.SLOWER:
                by = KEY_SPEED if key is Key.FASTER else -KEY_SPEED
                self._ask_speed(Speed(max(1, min((self._adjust.speed or before.speed) + by, FASTEST))))
                cues.append(wording.key_heard(key.value, self._speed_text(self._aim(now).speed)))
            case Key.FLATTER | Key.STEEPER:
                held = before.grade if self._adjust.grade is None else self._adjust.grade
                self._ask_grade(_nudged(held, key, course.asked_grade()))
                aim = self._aim(now)
                self._drive.announced(aim.grade)
                cues.append(wording.key_heard(key.value, str(aim.grade)))
            case _:
                return

    def _ask_speed(self, speed: Speed) -> None:
        cap = self.aims.cap(self._target.grade)
        self._adjust.set_speed(min(speed, cap), self.course.asked_speed())
        self._adjust.console_speed = False

    def _ask_grade(self, grade: Grade) -> None:
        limits = self.aims.limits
        self._adjust.set_grade(min(max(grade, limits.steepest), limits.highest), self.course.asked_grade())
        self._adjust.console_grade = False

    # --- time ---------------------------------------------------------------------------------------------------------

    def begin(self, now: float, cues: list[Cue]) -> None:
        """The belt moves: walk first, then ramp in; the step's clock waits for arrival."""
        self._walk_first = True
        self.adopt(now)
        self._say_segment(cues)

    def time_passed(self, now: float, seconds: float, phase: Phase, cues: list[Cue]) -> None:
        """Let the clock and the belt run: only fresh measured speed makes metres, only a moving belt makes decline time."""
        if phase not in BELT_MAY_MOVE:
            return
        sight = self.sight
        metres = sight.speed.mps * seconds if sight.speed and sight.age(now) <= STALE_S else 0.0
        self.distance_m += metres
        self.running_s += seconds
        grade = sight.grade
        if grade is not None and grade <= DECLINES_FROM and sight.speed:
            self._decline_passed(now, seconds, metres, grade, cues)
        elif self._decline_from is not None:
            self._decline_from, self._declined_at = None, now
        if phase is Phase.RUNNING and self._clock_from is not None and self.course.advance(seconds, metres):
            self._next_segment(cues)

    def _decline_passed(self, now: float, seconds: float, metres: float, grade: Grade, cues: list[Cue]) -> None:
        if self._decline_from is None:
            self._decline_from = now
        self.decline_s += seconds
        self.descent_m += metres * sin(atan(-grade.fraction))
        if self.decline_s >= DECLINE_CAP_S and not self.aims.closed:
            self.aims.close_declines("20 minutes of decline are done")
            self._adjust.next_step()
            cues.append(wording.cap_reached())

    def _next_segment(self, cues: list[Cue]) -> None:
        self._adjust.next_step()
        if not self._ahead:  # else they were told on the way in
            self._told_limits.clear()
        self._ahead = self._announced_next = False
        if not self.course.done:
            self._say_segment(cues)

    def _enter(self, now: float, cues: list[Cue]) -> None:
        """Into a segment by key: its clock waits, and a decline gets its whole countdown."""
        self._next_segment(cues)
        self._hold_clock(now)

    def _hold_clock(self, now: float) -> None:
        self._clock_from, self._clock_held_at = None, now

    # --- driving ------------------------------------------------------------------------------------------------------

    def drive(self, now: float, room: Room) -> tuple[list[Command], list[Cue]]:
        """The next commands of a step that is being run."""
        cues: list[Cue] = []
        entering = self._look_ahead(now, cues)
        target = self._target = self._aim(now)
        if self._clock_from is None and (self._drive.arrived(target, now) or now - self._clock_held_at > ARRIVAL_AT_MOST_S):
            self._clock_from = now
        if target.limits is not self._limits:
            self._limits = target.limits
            self._say_limits(cues)
        commands, said = self._drive.toward(target, now, room, entering)
        return commands, cues + said

    def go_home(self, now: float) -> tuple[list[Command], bool]:
        """Level and down to a walk, never faster; true once telemetry shows both."""
        shown = self.sight.speed or Speed(0)
        walk = self.aims.on_grid(self.runner.walk)
        level = self.machine.deck.level
        target = self._target = Target(self.machine.deck.true(level), level, walk, ())
        commands, _ = self._drive.toward(target, now, Room.MILDER_ONLY, self.course.segment)
        return commands, shown <= walk + SPEED_WITHIN and self.deck_is_level()

    def going_home(self) -> list[Cue]:
        """What to say when the last step is done."""
        self._limits = ()
        cues = [wording.decline_done(round(self.decline_s / 60))] if self.decline_s >= 60 else []
        return [*cues, wording.cool_down()]

    def _aim(self, now: float) -> Target:
        """Where belt and deck should go at this moment."""
        adjust, course, sight = self._adjust, self.course, self.sight
        speed = adjust.speed or adjust.eased_speed(course.asked_speed())
        grade = adjust.eased_grade(course.asked_grade()) if adjust.grade is None else adjust.grade
        following = course.following
        if self._ahead and following is not None:
            coming = adjust.eased_grade(following.grade_from)
            if steeper_by(coming, grade):
                speed = min(speed, adjust.eased_speed(course.following_speed))
            grade = coming
        if self._walk_first:
            walking = min(self.runner.walk, speed)
            self._walk_first = (sight.speed or 0) < walking - SPEED_WITHIN
            grade = milder(grade, LEVEL)
        target = self.aims.target(grade, speed, sight.grade)
        if not self._ahead and (adjust.console_grade or adjust.console_speed):
            return self._as_the_console_has_it(target)
        return target

    def _as_the_console_has_it(self, target: Target) -> Target:
        adjust = self._adjust
        grade = adjust.grade if adjust.console_grade and adjust.grade is not None else target.grade
        speed = adjust.speed if adjust.console_speed and adjust.speed is not None else target.speed
        return Target(grade, Grade(grade - self.machine.deck.offset), speed, target.limits)

    def _look_ahead(self, now: float, cues: list[Cue]) -> Segment:
        """Announce the next segment, and start toward its grade so that the deck passes the middle at the boundary."""
        course, following = self.course, self.course.following
        if following is None or self._clock_from is None:
            return course.segment
        if self._ahead:
            return following
        left_s = course.left_s((self.sight.speed or Speed(0)).mps)
        coming = self._adjust.eased_grade(following.grade_from)
        if left_s <= COMING_UP_S and not self._announced_next:
            self._announced_next = True
            if coming != self._target.grade and course.elapsed_s >= COMING_UP_S / 2:
                cues.append(wording.coming_up(left_s, coming, wording.length_of(following)))
        if self._lead is Lead.CENTRED and left_s <= COMING_UP_S * 2 and left_s <= self._lead_s(coming):
            self._ahead = True
            self._told_limits.clear()
            return following
        return course.segment

    def _lead_s(self, coming: Grade) -> float:
        aim = self.aims.target(coming, self._adjust.eased_speed(self.course.following_speed), None)
        now_at = self._target.grade
        if aim.grade == now_at:
            return 0.0
        half = (self.sight.deck_travel_s(aim.grade) / 2) + DECK_LAG_S
        steeper = steeper_by(aim.grade, now_at)
        if not steeper:
            return half
        slower = max(0, (self.sight.speed or 0) - aim.speed - SPEED_WITHIN)
        slowing = slower / self.sight.belt_down.per_s + 1.0 if slower else 0.0
        return half + slowing + (COUNT if steeper > ANNOUNCED_FROM else 0)

    def _say_limits(self, cues: list[Cue]) -> None:
        for limit in self._limits:
            if (limit.what, limit.why) not in self._told_limits:
                self._told_limits.add((limit.what, limit.why))
                cues.append(wording.limited(limit.what, limit.asked, limit.given, limit.why))

    def _say_segment(self, cues: list[Cue]) -> None:
        s = self.course.segment
        speed = self._speed_text(self._adjust.eased_speed(self.course.asked_speed()))
        cues.append(wording.segment_begins(s.kind.value, s.label, s.grade_from, speed, wording.length_of(s)))

    def _speed_text(self, speed: Speed) -> str:
        return speed.text(self.runner.unit)

    # --- what goes out ------------------------------------------------------------------------------------------------

    def coach(self, now: float, phase: Phase, cues: list[Cue]) -> None:
        """At most one form cue, and none on top of something more urgent."""
        for cue in cues:
            self._quiet_until = max(self._quiet_until, now + (6.0 if cue.kind <= CueKind.LIMIT else 4.0))
        if phase is not Phase.RUNNING or self._ahead or self._clock_from is None:
            return
        said = self._form.next(self._form_context(now))
        if said is not None:
            cues.append(said)

    def _form_context(self, now: float) -> FormContext:
        course, following = self.course, self.course.following
        to_decline = None
        if following is not None and following.steepest < LEVEL:
            to_decline = course.left_s((self.sight.speed or Speed(0)).mps)
        return FormContext(
            now=now,
            decline_s=0.0 if self._decline_from is None else now - self._decline_from,
            decline_planned_s=float(course.segment.duration_s),
            true_grade=self.sight.grade or LEVEL,
            seconds_to_decline=to_decline,
            since_decline_s=None if self._declined_at is None else now - self._declined_at,
            deck_moving=not self._drive.deck_arrived(now),
            quiet=now < self._quiet_until,
        )

    def _cadence_target(self) -> CadenceTarget | None:
        question = (self.course.index, self._target.speed, self._target.grade)
        if self._cadence is None or self._cadence[0] != question:
            s = self.course.segment
            found = cadence_target(self.runner, self._target.speed, self._target.grade, s.cadence_percent, s.cadence_spm)
            self._cadence = (question, found)
        return self._cadence[1]

    def snapshot(self, now: float, phase: Phase, ending: Ending | None, ladder: Ladder) -> Snapshot:
        """Everything a screen, a voice or a coach may want to know, at this moment."""
        course, sight, target = self.course, self.sight, self._target
        return Snapshot(
            now,
            phase,
            ending,
            ladder.level,
            ladder.words,
            min(course.index, len(course.segments) - 1),
            len(course.segments),
            course.segment,
            course.following,
            course.elapsed_s,
            course.left_s((sight.speed or Speed(0)).mps),
            course.left_m(),
            course.asked_grade(),
            course.asked_speed(),
            target.grade,
            target.speed,
            sight.grade,
            sight.speed,
            sight.age(now),
            sight.heart_rate_bpm,
            self._cadence_target(),
            self._limits,
            self.running_s,
            self.distance_m,
            self.decline_s,
            self.descent_m,
        )


def _nudged(grade: Grade, key: Key, asked: Grade) -> Grade:
    """One press of flatter or steeper: toward level, or away from it; from level, the way the step goes, else down."""
    if key is Key.FLATTER:
        return Grade(min(0, grade + KEY_GRADE) if grade < 0 else max(0, grade - KEY_GRADE))
    up = grade > 0 or (grade == 0 and asked > 0)
    return Grade(grade + KEY_GRADE if up else grade - KEY_GRADE)
