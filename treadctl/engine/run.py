"""A step being run: the place in the workout, what belt and deck should do there, and what they are seen to do.

The engine decides in which phase this has a say; everything here is the same whether a fault, a key or the plan asks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.ahead import Ahead, Lead
from treadctl.engine.coach import Coach
from treadctl.engine.constants import (
    ARRIVAL_AT_MOST_S,
    DECLINE_CAP_S,
    KEY_AHEAD,
    KEY_SPEED,
    SPEED_WITHIN,
    STEEPEN,
)
from treadctl.engine.course import Course
from treadctl.engine.drive import Drive, Room
from treadctl.engine.failsafe import Condition
from treadctl.engine.footing import Footing
from treadctl.engine.judge import ConsoleGrade, ConsoleSpeed, Finding, Judge, Trouble
from treadctl.engine.miles import Miles
from treadctl.engine.proof import DeckProof
from treadctl.engine.sensors import Sensors
from treadctl.engine.sight import Sight
from treadctl.engine.tally import Tally
from treadctl.engine.targets import Adjustments, Aims, Target, nudged
from treadctl.engine.telling import Telling, before_arming
from treadctl.engine.walking import WALKING, at_a_walk, no_faster
from treadctl.engine.words import Key, Machine, StepRate, Telemetry, Told
from treadctl.safety import FASTEST, Command
from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by
from treadctl.workout.model import SegmentKind, Workout
from treadctl.workout.profile import Profile

__all__ = ["Lead", "Run"]

_NO_MACHINE = Machine("none yet", slowest=Speed(1), fastest=FASTEST)
_HARDER_OR_MILDER: Final = frozenset({Key.FASTER, Key.SLOWER, Key.FLATTER, Key.STEEPER})


class Run:
    """The moving part of a session. `sight`, `aims` and `drive` belong to one link and are new with each."""

    def __init__(self, workout: Workout, runner: Profile, lead: Lead) -> None:
        self.workout, self.runner = workout, runner
        self.course = Course(workout, runner)
        self.tally = Tally()
        self.coach = Coach(workout.focus or None, runner, self.course, self.tally)
        self.sensors, self.footing = Sensors(), Footing()
        self.linked = False
        self._adjust = Adjustments()
        self._ahead = Ahead(self.course, self._adjust, lead)
        self._clock_from: float | None = None
        self._clock_held_at = 0.0
        self._walk_first = self.walking = False
        self.telling = Telling(self.course)
        self.target = Target(LEVEL, LEVEL, self.course.asked_speed(), ())
        self._meet(_NO_MACHINE, tried=False)

    # --- the machine --------------------------------------------------------------------------------------------------

    def link(self, machine: Machine) -> None:
        """A new link: nothing seen and nothing sent counts any more; what this session closed stays closed."""
        before, belt = self.aims, self.sight.belt
        self._meet(machine, tried=machine == self.machine and self.drive.deck_proof.done)
        self.aims.stay_closed(before)
        self.sight.belt.is_the_same_as(belt)
        self.linked = True

    def _meet(self, machine: Machine, tried: bool) -> None:
        self.machine = machine
        self.aims = Aims(machine, self.runner)
        self.sight = Sight(machine.deck, machine.deck_rate)
        self.drive = Drive(self.aims, self.sight, self.runner.unit, DeckProof(machine.deck, tried))
        self._judge = Judge(machine.deck, self.runner.unit)
        self._miles = Miles()

    def announce(self) -> list[Cue]:
        """What a runner should know before arming."""
        return before_arming(self.runner, self.workout.steepest, self.machine, self.aims, self.course.asked_speed())

    def start_over(self, now: float) -> None:
        """Nothing that was sent counts any more: the next step starts from what is seen, and its clock waits for arrival."""
        self.drive.start_over()
        self.footing.start_over()
        self._ahead.forget()
        self._clock_from, self._clock_held_at = None, now
        self.walking = False

    def walk(self, now: float) -> None:
        """Level and a walk from here on; the step's clock waits, and only a key on the spot goes on."""
        self.walking = True
        self._ahead.forget()
        self._adjust.forget_speed()
        self._adjust.forget_grade()
        self.drive.tipping.call_off()
        self._clock_from, self._clock_held_at = None, now
        self.telling.told(("grade", WALKING), ("speed", WALKING))  # for it is told as a whole

    def set_easy(self, easy: Speed, cues: list[Cue]) -> None:
        """The runner's own easy pace, found in the warm-up; from the way to what comes after it, it stays as it is."""
        if self.course.in_warm_up and not self._ahead.going and self.runner.walk <= easy <= FASTEST:
            self.runner = replace(self.runner, easy=easy)
            self.course.repace(self.runner)
            self.aims.meet(self.runner)
            self.coach.meet(self.runner)
        cues.append(wording.key_heard("easy pace", self._speed_text(self.runner.easy)))

    # --- what comes in ------------------------------------------------------------------------------------------------

    def see(self, told: Telemetry, now: float, running: bool, cues: list[Cue]) -> list[Trouble]:
        """One frame of telemetry: look, and while a step is run judge whether belt and deck follow."""
        drive, machine = self.drive, self.machine
        self.sight.see(told, now)
        proof = drive.deck_proof
        if told.grade is not None and not proof.done and proof.see(told.grade, drive.ledger.all_answered(now), now):
            return [Trouble(Condition.WRONG_WAY_DECK, wording.climbs_for_falls(told.grade))]
        miles = machine.unit_in_doubt and self._miles.see(told, now)
        if not running:
            return []
        if miles and told.speed is not None:
            return [Trouble(Condition.UNIT_SLIP, wording.covers_miles(told.speed.text(self.runner.unit)))]
        belt = self._judge.belt(self.sight, self.drive, now) if told.speed is not None else None
        deck = self._judge.deck(self.sight, self.drive, now) if told.grade is not None else None
        found = self._found(belt, self.drive.speed_at, cues), self._found(deck, self.drive.grade_at, cues)
        return [trouble for trouble in found if trouble is not None]

    def console(self, told: Told, now: float, cues: list[Cue]) -> Trouble | None:
        """A target changed. If it was at the console, it holds for this step."""
        return self._found(self._judge.told(told, self.drive, now), now, cues)

    def _found(self, finding: Finding | None, at: float, cues: list[Cue]) -> Trouble | None:
        match finding:
            case ConsoleSpeed(speed=speed):
                self._console_speed(speed, at, cues)
            case ConsoleGrade(grade=grade):
                self._console_grade(grade, at, cues)
            case Trouble():
                return finding
            case None:
                pass
        return None

    def nobody_steps(self, now: float) -> bool:
        """No steps are felt; and once the belt was slowed for that, a pod that has gone silent feels none."""
        return self.sensors.feels_no_steps(now) or (self.footing.slowed and self.sensors.steps(now)[0] is None)

    def heed(self, condition: Condition) -> None:
        """A deck that goes the wrong way is not sent anywhere but level again in this session."""
        if condition is Condition.WRONG_WAY:
            self.aims.close_deck("this deck moved the wrong way")
            self._adjust.forget_grade()

    def _console_speed(self, speed: Speed, at: float, cues: list[Cue]) -> None:
        if self._adjust.speed != speed:
            cues.append(wording.console_changed("speed", self._speed_text(speed)))
        self._adjust.set_speed(speed, self._asked_speed(), self.target.speed)
        self._adjust.console_speed = True
        self.drive.adopt_speed(speed, at)

    def _console_grade(self, grade: Grade, at: float, cues: list[Cue]) -> None:
        if self._adjust.grade != grade:
            cues.append(wording.console_changed("grade", str(grade)))
        self._adjust.set_grade(grade, self._asked_grade())
        self._adjust.console_grade = True
        self.drive.adopt_grade(grade, at)

    def press(self, key: Key, now: float, cues: list[Cue]) -> None:
        """A key that changes the step: its place in the workout, its length, its speed or its grade."""
        if self.walking and key in _HARDER_OR_MILDER:
            cues.append(wording.key_heard(key.value, WALKING))
            return
        match key:
            case Key.SKIP:
                self.course.skip()
                self._enter(now, cues)
            case Key.BACK:
                self.course.back()
                self._enter(now, cues)
            case Key.EXTEND:
                cues.append(wording.key_heard("extend", self.course.extend()))
                self._stay()
            case Key.FASTER | Key.SLOWER:
                self._nudge_speed(KEY_SPEED if key is Key.FASTER else -KEY_SPEED, now)
                cues.append(wording.key_heard(key.value, self._speed_text(self._aim().speed)))
            case Key.FLATTER | Key.STEEPER:
                self._nudge_grade(key)
                aim = self._aim()
                if key is Key.STEEPER:
                    self.drive.tipping.announced = aim.grade  # who asked for it needs no countdown
                cues.append(wording.key_heard(key.value, str(aim.grade)))
            case _:
                return

    def _nudge_speed(self, by: int, now: float) -> None:
        """Never faster than the cap of the grade that is being gone for, but by the console; no key slows who asks for more."""
        before = self._adjust.speed or self.target.speed
        wanted = max(1, min(before + by, FASTEST))
        within_reach = (self.sight.speed or before) + KEY_AHEAD  # a key that is held down waits for the belt
        allowed = min(wanted, within_reach, self.aims.cap(self.target.grade)) if by > 0 else wanted
        if by < 0 or allowed > before:
            self._adjust.set_speed(Speed(allowed), self._asked_speed(), before)
        if by < 0:
            self._adjust.hold_at_most(self.drive.passes_now(Speed(allowed), now), self._asked_speed())

    def _nudge_grade(self, key: Key) -> None:
        """Likewise within the limits, but for what the console did, and no key flattens for who asks for steeper."""
        before = self.target.grade if self._adjust.grade is None else self._adjust.grade
        wanted = nudged(before, key, self._asked_grade())
        allowed = min(max(wanted, self.aims.limits.steepest), self.aims.limits.highest)
        beyond = steeper_by(allowed, LEVEL if self.sight.grade is None else self.sight.grade)
        if key is Key.STEEPER and (not steeper_by(allowed, before) or beyond > STEEPEN):
            return
        self._adjust.set_grade(allowed, self._asked_grade())

    def _asked_speed(self) -> Speed:
        return self.course.following_speed if self._ahead.steeper else self.course.asked_speed()

    def _asked_grade(self) -> Grade:
        following = self.course.following
        return following.grade_from if self._ahead.going and following is not None else self.course.asked_grade()

    # --- time ---------------------------------------------------------------------------------------------------------

    def begin(self, now: float, cues: list[Cue]) -> None:
        """The belt moves: walk first, then ramp in; the step's clock waits for arrival."""
        self._walk_first = True
        self.join(now, cues)

    def join(self, now: float, cues: list[Cue]) -> None:
        """The belt already moves: go on from what it does."""
        self.start_over(now)
        if not self.course.done:
            self._say_segment(cues)

    def time_passed(self, now: float, seconds: float, cues: list[Cue]) -> None:
        """Count the minutes of decline, in every phase."""
        self.tally.decline(now, seconds, self.sight)
        done_s, cap_s = self.tally.decline_s, self._decline_cap_s
        if done_s and done_s >= cap_s and not self.aims.closed:
            reached = f"{round(cap_s / 60)} minutes of decline are done" if cap_s >= 60 else "no more decline today"
            self.aims.close_declines(reached)
            self.telling.told(("grade", reached))  # for it is told here
            self._adjust.forget_grade()
            cues.append(wording.cap_reached(cap_s))

    @property
    def _decline_cap_s(self) -> float:
        own_s = self.runner.most_decline_s
        return DECLINE_CAP_S if own_s is None else min(DECLINE_CAP_S, own_s)

    def belt_ran(self, now: float, seconds: float, in_a_step: bool, cues: list[Cue]) -> None:
        """Count what was run, and in a step let its clock and its metres run."""
        metres = self.tally.run(now, seconds, self.sight)
        if in_a_step and self._clock_from is not None and self.course.advance(seconds, metres):
            self._next_segment(cues)

    def _next_segment(self, cues: list[Cue]) -> None:
        """What was set held for the step that ended; but what was set on the way here is for this one."""
        if not self._ahead.going:
            self._adjust.forget_grade()
        if not self._ahead.steeper:
            self.telling.again()  # else they were told on the way in
            self._adjust.forget_speed()
        told = self._ahead.told
        self._ahead.forget()
        if not self.course.done:
            self._say_segment(cues, told)

    def _enter(self, now: float, cues: list[Cue]) -> None:
        """Into a segment by key: its clock waits, and a decline gets its whole countdown."""
        self._stay()
        self.drive.tipping.call_off()
        self._next_segment(cues)
        self._clock_from, self._clock_held_at = None, now

    def _stay(self) -> None:
        """What was already on its way to the next segment is not any more."""
        if self._ahead.going:
            self._adjust.forget_grade()
            self._adjust.forget_speed()
        self._ahead.forget()

    # --- driving ------------------------------------------------------------------------------------------------------

    def move(self, now: float, room: Room, cues: list[Cue]) -> list[Command]:
        """The next commands of a step that is being run."""
        if self._clock_from is not None and self._ahead.look(self.target, self.aims, self.sight, cues):
            self._adjust.forget_grade()
            if self._ahead.steeper:
                self.telling.again()
                self._adjust.forget_speed()
        target = self.target = self._aim()
        if self._adjust.console_speed:
            target = self.target = self._cap_before_tipping(target)
        if self.walking:
            room, self._clock_held_at = Room.MILDER_ONLY, now
        elif self._clock_from is None and (self.drive.arrived(target, now) or now - self._clock_held_at > ARRIVAL_AT_MOST_S):
            self._clock_from = now
            if self.drive.no_faster_than(target.speed, now):
                self.telling.compare(self.machine, target.speed, cues)
        self.telling.limit(target.limits, self.aims, cues)
        if self.drive.is_there(target):
            return []
        following = self.course.following
        entering = following if self._ahead.going and following is not None else self.course.segment
        commands, said = self.drive.toward(target, now, room, entering)
        cues += said
        return commands

    def _cap_before_tipping(self, target: Target) -> Target:
        """A speed that the console set holds, but not under a deck that we make steeper: then the runner's cap counts again."""
        adjust, sent = self._adjust, self.drive.sent_grade
        on_the_way = sent is not None and steeper_by(target.grade, sent)
        if not (on_the_way and target.speed > self.aims.cap(target.grade)):
            return target
        adjust.forget_speed()
        return self._aim()

    def go_home(self, now: float) -> tuple[list[Command], bool]:
        """Level and down to a walk, never faster; true once telemetry shows both."""
        walk = self.aims.on_grid(self.runner.walk)
        level = self.machine.deck.level
        target = self.target = Target(self.machine.deck.true(level), level, walk, ())
        commands, _ = self.drive.toward(target, now, Room.MILDER_ONLY, self.course.segment)
        return commands, self.drive.no_faster_than(walk, now) and self.drive.deck_is_level(now)

    def going_home(self) -> list[Cue]:
        """What to say when the last step is done."""
        self.telling.limits = ()
        self._ahead.forget()
        cues = [wording.decline_done(round(self.tally.decline_s / 60))] if self.tally.decline_s >= 60 else []
        if self.course.segment.kind is not SegmentKind.COOL_DOWN:
            cues.append(wording.cool_down())
        return cues

    def _aim(self) -> Target:
        """Where belt and deck should go at this moment."""
        adjust, sight = self._adjust, self.sight
        asked_speed, asked_grade = self._asked_speed(), self._asked_grade()
        if self.walking:
            return at_a_walk(self.aims, adjust, asked_grade, asked_speed)
        grade, speed = self._wanted(asked_grade, asked_speed)
        if self._ahead.steeper:
            speed = min(speed, adjust.eased_speed(self.course.asked_speed()))
        if self._walk_first:
            self._walk_first = (sight.speed or 0) < min(self.runner.walk, speed) - SPEED_WITHIN
            grade = milder(grade, LEVEL) if self._walk_first else grade
        target = self.aims.target(grade, speed, sight.grade)
        if adjust.console_grade or adjust.console_speed:
            target = self._as_the_console_has_it(target)
        return no_faster(target, self.aims.on_grid(self.runner.walk)) if self.footing.slowed else target

    def _wanted(self, asked_grade: Grade, asked_speed: Speed) -> tuple[Grade, Speed]:
        """What is asked for as the runner wants it; the limits come after that."""
        adjust = self._adjust
        speed = adjust.eased_speed(asked_speed) if adjust.speed is None else adjust.held_speed(asked_speed)
        return adjust.eased_grade(asked_grade) if adjust.grade is None else adjust.held_grade(asked_grade), speed

    def _as_the_console_has_it(self, target: Target) -> Target:
        """Where the console sent belt and deck they stay, past our limits too; but we send nothing there ourselves."""
        adjust, drive = self._adjust, self.drive
        grade, speed, limits = target.grade, target.speed, target.limits
        if adjust.console_grade and adjust.grade == adjust.held_grade(self._asked_grade()) == drive.sent_grade:
            grade = adjust.grade
            limits = tuple(limit for limit in limits if limit.what != "grade")
        if adjust.console_speed and adjust.speed == adjust.held_speed(self._asked_speed()) == drive.sent_speed:
            speed = adjust.speed
            limits = tuple(limit for limit in limits if limit.what != "speed")
        return Target(grade, Grade(grade - self.machine.deck.offset), speed, limits)

    # --- what is said and shown ---------------------------------------------------------------------------------------

    def _say_segment(self, cues: list[Cue], told: bool = False) -> None:
        given = self.aims.target(*self._wanted(self.course.segment.grade_from, self.course.asked_speed()), None)
        self.telling.segment(given.grade, self._speed_text(given.speed), cues, told)

    def _speed_text(self, speed: Speed) -> str:
        return speed.text(self.runner.unit)

    def feel(self, told: StepRate, now: float) -> None:
        """The foot pod's word: whether anybody steps, and how."""
        self.sensors.stepped(told, now)
        self.coach.feel(told, now, self.sight, self.target, not self.drive.deck_arrived(now))

    def form(self, now: float, cues: list[Cue]) -> None:
        """At most one form cue, in the quiet of a step."""
        if now >= self.coach.ask_at and not self._ahead.going and self._clock_from is not None:
            following = self.course.following
            hill_ahead = following is not None and self.aims.given(following.steepest) < LEVEL
            said = self.coach.next(now, self.sight, self.target, not self.drive.deck_arrived(now), hill_ahead)
            if said is not None:
                cues.append(said)
