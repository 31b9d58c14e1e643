"""An engine on a bench: times and values in, commands and cues out. The belt is a pair of numbers that obeys, or is told not to.

One frame a second, an answer a quarter of a second after each command, a tick in between, nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from treadctl.coaching.cues import Cue
from treadctl.engine.engine import Engine
from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import (
    KINDS,
    Answered,
    Connected,
    Event,
    Input,
    Key,
    Machine,
    Outcome,
    Pressed,
    Telemetry,
    Tick,
    Told,
)
from treadctl.safety import Command, Deck, Pause, SetIncline, SetSpeed, Start, Stop
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

BELT_RATE = 50.0  # 0.01 km/h per s
DECK_RATE = 5.0  # 0.1 % per s

C = TypeVar("C", bound=Command)


def runner(easy: int = 900, ceiling: int = -100, walk: int = 450) -> Profile:
    return Profile(easy=Speed(easy), walk=Speed(walk), ceiling=Grade(ceiling), chosen=True)


def deck(lowest: int = -100, highest: int = 150, step: int = 5, offset: int = 0, proven: bool = True) -> Deck:
    return Deck(Grade(lowest), Grade(highest), step, Grade(offset), proven=proven)


def segment(seconds: int, grade: int = 0, speed: int = 900, grade_to: int | None = None, metres: int | None = None) -> Segment:
    kind = SegmentKind.DECLINE if grade < 0 else SegmentKind.RECOVER
    to = grade if grade_to is None else grade_to
    return Segment(kind, seconds, Grade(grade), Grade(to), Speed(speed), Speed(speed), metres)


def workout(*segments: Segment) -> Workout:
    return Workout("bench", "Bench", "nobody", segments)


HILL = workout(segment(60), segment(60, -40), segment(60))


class Bench:
    """One engine with a treadmill of two numbers. `obeys` is whether belt and deck do what they are told."""

    def __init__(
        self,
        plan: Workout = HILL,
        who: Profile | None = None,
        on: Deck | None = None,
        lead: Lead = Lead.CENTRED,
        fastest: int = 2000,
    ) -> None:
        self.engine = Engine(plan, who or runner(), lead)
        self.machine = Machine("bench", Speed(80), Speed(fastest), 10, on or deck())
        self.now = 0.0
        self.belt = self.tilt = 0.0
        self.belt_goal = self.tilt_goal = 0.0
        self.obeys = self.tells = self.answers = True
        self.echoes = False
        self.elapsed_s = 0.0
        self.commands: list[tuple[float, Command]] = []
        self.cues: list[tuple[float, Cue]] = []
        self._answers: list[Input] = []
        self.step = self._step([Connected(self.machine)])

    # --- one moment ---------------------------------------------------------------------------------------------------

    def tick(self, *also: Input) -> Step:
        """A quarter of a second later, with a frame at each whole second."""
        self.now += 0.25
        self._move()
        inputs = [*self._answers, *also]
        self._answers = []
        if self.tells and self.now == int(self.now):
            inputs.append(self.frame())
        return self._step([*inputs, Tick()])

    def give(self, *inputs: Input) -> Step:
        """Something happens, at this very moment."""
        return self._step(list(inputs))

    def press(self, key: Key) -> Step:
        return self.give(Pressed(key))

    def frame(self) -> Telemetry:
        return Telemetry(Speed(round(self.belt)), Grade(round(self.tilt)), elapsed_s=int(self.elapsed_s))

    def _step(self, inputs: list[Input]) -> Step:
        self.step = self.engine.step(self.now, inputs)
        self.commands += [(self.now, command) for command in self.step.commands]
        self.cues += [(self.now, cue) for cue in self.step.cues]
        for command in self.step.commands:
            self._do(command)
            if self.answers:
                self._answers.append(Answered(KINDS[type(command)], Outcome.ACCEPTED))
            if self.echoes and isinstance(command, SetSpeed):
                self._answers.append(Told(Event.SPEED, int(command.speed)))
            if self.echoes and isinstance(command, SetIncline):
                self._answers.append(Told(Event.INCLINE, int(command.grade)))
        return self.step

    def _do(self, command: Command) -> None:
        match command:
            case Stop() | Pause():
                self.belt_goal = 0.0
            case Start() if self.obeys:
                self.belt_goal = 80.0
            case SetSpeed(speed=speed) if self.obeys:
                self.belt_goal = float(speed)
            case SetIncline(grade=grade) if self.obeys:
                self.tilt_goal = float(grade)
            case _:
                pass

    def _move(self) -> None:
        self.belt = _toward(self.belt, self.belt_goal, BELT_RATE / 4)
        self.tilt = _toward(self.tilt, self.tilt_goal, DECK_RATE / 4)
        self.elapsed_s += 0.25 if self.belt else 0.0

    # --- many ---------------------------------------------------------------------------------------------------------

    def wait(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.tick()

    def until(self, met: Callable[[], bool], within_s: float = 300.0) -> float:
        """Wait for it; returns when it was."""
        end = self.now + within_s
        while not met():
            assert self.now < end, f"not within {within_s} s; in {self.phase.name} at {self.now}"
            self.tick()
        return self.now

    def to(self, phase: Phase, within_s: float = 400.0) -> float:
        return self.until(lambda: self.phase is phase, within_s)

    def armed(self) -> Bench:
        """Five seconds of a still belt, and arm."""
        self.wait(5)
        self.press(Key.ARM)
        return self

    def running(self) -> Bench:
        """In the first step, at its speed and grade."""
        self.armed().to(Phase.RUNNING)
        self.until(lambda: self.snapshot.segment_s > 0)
        return self

    # --- what it came to ----------------------------------------------------------------------------------------------

    @property
    def phase(self) -> Phase:
        return self.engine.phase

    def is_in(self, phase: Phase) -> bool:
        return self.engine.phase is phase

    def is_at(self, level: Level) -> bool:
        return self.snapshot.level is level

    @property
    def snapshot(self) -> Snapshot:
        return self.step.snapshot

    def sent(self, kind: type[C], since: float = 0.0) -> list[tuple[float, C]]:
        return [(at, command) for at, command in self.commands if isinstance(command, kind) and at >= since]

    def said(self, since: float = 0.0) -> list[str]:
        return [cue.words for at, cue in self.cues if at >= since]

    def when_said(self, words: str, since: float = 0.0) -> float:
        return next(at for at, cue in self.cues if at >= since and cue.words == words)


def _toward(value: float, goal: float, by: float) -> float:
    return min(goal, value + by) if value < goal else max(goal, value - by)
