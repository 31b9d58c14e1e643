"""From what is asked to what is given: keys and console first, then caps and limits, each with its reason.

The file asks; the runner and the console may change it for this step, and what they made milder stays. Then the runner's
ceiling, the twenty minutes, the machine's reach and the pace cap narrow it. What was narrowed comes out as a `Limit`.
"""

from __future__ import annotations

from dataclasses import dataclass

from treadctl.engine.constants import DECLINES_FROM, FULL_SPEED_TO, KEY_GRADE, STEEPEN, STEEPEST_SHARE
from treadctl.engine.words import Key, Machine
from treadctl.safety import HARD, HARD_STOP, Limits
from treadctl.units import LEVEL, Grade, Speed, milder, steeper_by
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile


@dataclass(frozen=True, slots=True)
class Limit:
    """Something asked that is not given: what, how much of it, and why."""

    what: str
    asked: str
    given: str
    why: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where belt and deck should go: true grade, its command for this deck, speed, and what was limited on the way."""

    grade: Grade
    command: Grade
    speed: Speed
    limits: tuple[Limit, ...]


class Adjustments:
    """What the runner or the console changed. It holds for this step; only what is milder than the plan stays after it."""

    def __init__(self) -> None:
        self.speed: Speed | None = None
        self.grade: Grade | None = None
        self.console_speed = self.console_grade = False
        self._is_slower = self._is_flatter = False
        self._ease = (1, 1)
        self._relief_down = self._relief_up = 0

    def forget_speed(self) -> None:
        """A speed that was set held for the step that ended."""
        self.speed, self.console_speed = None, False

    def forget_grade(self) -> None:
        """A grade that was set held for the step that ended."""
        self.grade, self.console_grade = None, False

    def set_speed(self, speed: Speed, asked: Speed, before: Speed) -> None:
        """Hold a speed for this step; a slower one than planned stays as a share of what later steps ask."""
        self.speed, self.console_speed = speed, False
        self._is_slower = speed < asked
        ease = (speed, asked) if speed < asked else (1, 1)
        if speed <= before or ease[0] * self._ease[1] > self._ease[0] * ease[1]:
            self._ease = ease

    def hold_at_most(self, speed: Speed, asked: Speed) -> None:
        """In this step no faster than this, which is nobody's wish: no later step is eased by it."""
        if self.speed is not None and speed < self.speed:
            self.speed, self._is_slower = speed, self._is_slower or speed < asked

    def set_grade(self, grade: Grade, asked: Grade) -> None:
        """Hold a true grade for this step; a shallower one than planned stays as relief on later slopes of that direction."""
        self.grade, self.console_grade = grade, False
        self._is_flatter = bool(steeper_by(asked, grade)) and not steeper_by(grade, asked)
        if asked < 0:
            self._relief_down = steeper_by(asked, grade)
        elif asked > 0:
            self._relief_up = steeper_by(asked, grade)

    def held_speed(self, asked: Speed) -> Speed:
        """The speed for what is asked now. One that was set slower than the plan never outruns a plan that slows down too."""
        eased = self.eased_speed(asked)
        if self.speed is None:
            return eased
        return min(self.speed, eased) if self._is_slower else self.speed

    def held_grade(self, asked: Grade) -> Grade:
        """The true grade for what is asked now; likewise."""
        eased = self.eased_grade(asked)
        if self.grade is None:
            return eased
        return milder(self.grade, eased) if self._is_flatter else self.grade

    def eased_speed(self, asked: Speed) -> Speed:
        """What stays of a planned speed in a step that nobody has changed yet."""
        part, whole = self._ease
        return asked if part == whole else Speed(asked * part // whole)

    def eased_grade(self, asked: Grade) -> Grade:
        """What stays of a planned grade likewise."""
        if asked < 0:
            return Grade(min(0, asked + self._relief_down)) if self._relief_down else asked
        return Grade(max(0, asked - self._relief_up)) if self._relief_up else asked


class Aims:
    """The limits in force for one runner on one machine, and targets inside them."""

    def __init__(self, machine: Machine, runner: Profile) -> None:
        self.machine = machine
        self.runner = runner
        deck = machine.deck
        reach = Limits(steepest=Grade(max(HARD_STOP, min(LEVEL, deck.steepest))), fastest=machine.fastest)
        self.limits = HARD.narrow(reach).narrow(Limits(steepest=runner.ceiling))
        self.closed = ""
        self._last: tuple[tuple[Grade, Speed, Grade | None], Target] | None = None
        if deck.step > STEEPEN:
            self.close_declines(f"this deck moves in steps of {deck.step / 10:g} %, too coarse to tip gently")
        self._commands: dict[Grade, Grade] = {}
        self._caps: dict[Grade, Speed] = {}

    def close_declines(self, why: str) -> None:
        """No decline from here on, for the rest of the session."""
        self._close(Limits(steepest=LEVEL), why)

    def close_deck(self, why: str) -> None:
        """Level from here on, for the rest of the session: this deck does not go where it is told."""
        self._close(Limits(steepest=LEVEL, highest=LEVEL), why)

    def meet(self, runner: Profile) -> None:
        """The same runner, who has found another pace."""
        self.runner, self._last = runner, None
        self._caps.clear()

    def stay_closed(self, before: Aims) -> None:
        """What was closed on an earlier link of this session stays closed."""
        if before.closed:
            self._close(Limits(steepest=LEVEL, highest=before.limits.highest), before.closed)

    def _close(self, to: Limits, why: str) -> None:
        self.closed = self.closed or why
        self.limits = self.limits.narrow(to)
        self._last = None

    def command(self, true: Grade) -> Grade:
        """The machine's own count for a true grade, rounded toward level."""
        found = self._commands.get(true)
        if found is None:
            found = self._commands[true] = self.machine.deck.nearest(true)
        return found

    def cap(self, grade: Grade) -> Speed:
        """The fastest this runner may be taken at a true grade (science.md §5.6): the easy pace, less below −4 %."""
        found = self._caps.get(grade)
        if found is None:
            found = self._caps[grade] = self._cap(grade)
        return found

    def given(self, asked: Grade) -> Grade:
        """The true grade that is given for one that is asked: within the limits, and rounded toward level."""
        return self.machine.deck.true(self.command(min(max(asked, self.limits.steepest), self.limits.highest)))

    def reaches_none_of(self, workout: Workout) -> bool:
        """Whether a workout declines, and this deck to none of its declines."""
        asked = [segment.steepest for segment in workout if segment.steepest < LEVEL]
        return bool(asked) and all(self.machine.deck.true(self.command(grade)) >= LEVEL for grade in asked)

    def target(self, asked_grade: Grade, asked_speed: Speed, shown: Grade | None) -> Target:
        """The target for what is asked, with the pace cap of the steeper of the target and the deck as it is shown."""
        question = (asked_grade, asked_speed, shown)
        if self._last is None or self._last[0] != question:
            self._last = (question, self._target(asked_grade, asked_speed, shown))
        return self._last[1]

    def _target(self, asked_grade: Grade, asked_speed: Speed, shown: Grade | None) -> Target:
        limits: list[Limit] = []
        given = self.given(asked_grade)
        if given <= DECLINES_FROM and self.cap(given) < self.machine.slowest:
            level = self.given(LEVEL)
            limits.append(Limit("grade", str(asked_grade), str(level), "this belt goes no slower than a decline like that needs"))
            asked_grade, given = level, level
        if steeper_by(asked_grade, given) and given != asked_grade:
            limits.append(Limit("grade", str(asked_grade), str(given), self._why(asked_grade)))
        elif steeper_by(given, asked_grade):
            limits.append(Limit("grade", str(asked_grade), str(given), f"this deck goes no flatter than {given}"))
        capped = asked_speed
        for slope in (given, shown):
            if slope is not None and slope <= DECLINES_FROM:
                capped = min(capped, self.cap(slope))
        if capped < asked_speed:
            limits.append(self._speed_limit(asked_speed, capped, "the most on a decline like this"))
        speed = self.on_grid(capped)
        if speed > capped:
            limits.append(self._speed_limit(asked_speed, speed, "the slowest this belt goes"))
        elif speed + self.machine.speed_step <= capped:
            limits.append(self._speed_limit(asked_speed, speed, "the fastest this belt goes"))
        return Target(given, Grade(given - self.machine.deck.offset), speed, tuple(limits))

    def on_grid(self, speed: Speed) -> Speed:
        """A speed this belt can be told: its own steps, rounded down, within its range."""
        machine = self.machine
        if speed <= machine.slowest:
            return machine.slowest
        top = min(speed, self.limits.fastest)
        return Speed(machine.slowest + (top - machine.slowest) // machine.speed_step * machine.speed_step)

    def _cap(self, grade: Grade) -> Speed:
        if grade > DECLINES_FROM:
            return self.limits.fastest
        beyond = max(0, FULL_SPEED_TO - grade)
        span = FULL_SPEED_TO - HARD_STOP
        loss = min(beyond, span) * (100 - STEEPEST_SHARE)
        return Speed(self.runner.easy * (100 * span - loss) // (100 * span))

    def _why(self, asked: Grade) -> str:
        if self.closed and (asked < 0 or self.limits.highest == LEVEL):
            return self.closed
        if asked > 0:
            return f"this deck goes to {self.machine.deck.true(self.machine.deck.ceiling)}"
        reach = self.machine.deck.steepest
        if reach >= 0:
            return "this deck does not decline"
        if steeper_by(asked, reach) and reach >= self.runner.ceiling:
            return f"this deck goes to {reach}"
        if steeper_by(asked, self.runner.ceiling):
            return f"the ceiling of {self.runner.name} is {self.runner.ceiling}"
        return self.steps_of_the_deck

    @property
    def steps_of_the_deck(self) -> str:
        """Why a grade between two of the deck's own becomes the milder one."""
        return f"this deck moves in steps of {self.machine.deck.step / 10:g} %"

    def _speed_limit(self, asked: Speed, given: Speed, why: str) -> Limit:
        return Limit("speed", asked.text(self.runner.unit), given.text(self.runner.unit), why)


def nudged(grade: Grade, key: Key, asked: Grade) -> Grade:
    """One press of flatter or steeper: toward level, or away from it; from level, the way the step goes, else down."""
    if key is Key.FLATTER:
        return Grade(min(0, grade + KEY_GRADE) if grade < 0 else max(0, grade - KEY_GRADE))
    up = grade > 0 or (grade == 0 and asked > 0)
    return Grade(grade + KEY_GRADE if up else grade - KEY_GRADE)
