"""The hard stop beyond the gate: what is measured (rule 4) and what a file may ask (rule 6)."""

from __future__ import annotations

import pytest

from treadctl.engine.engine import Engine
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Connected, Input, Key, Machine, Pressed, Telemetry, Tick
from treadctl.safety import Command, Deck, SetIncline, Stop
from treadctl.units import Grade, Speed
from treadctl.workout.errors import WorkoutError
from treadctl.workout.file import parse
from treadctl.workout.model import Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

LEVEL_RUN = Workout("level", "Level", "anyone", (Segment(SegmentKind.FREE, 3600),))


class Running:
    """An engine that was armed on a moving belt at 8 km/h on a level deck, and all that it has said since."""

    def __init__(self, step: int = 5, offset: int = 0) -> None:
        deck = Deck(Grade(-100), Grade(150), step, Grade(offset))
        self.level = -offset
        self.engine = Engine(LEVEL_RUN, Profile(easy=Speed(800), chosen=True))
        self.now = 0.0
        self.said: list[str] = []
        self.step([Connected(Machine("mill", Speed(80), Speed(2000), 10, deck))])
        for _ in range(5):
            self.after(1.0, self.level)
        self.step([Pressed(Key.ARM)])
        for _ in range(5):
            self.after(1.0, self.level)

    def step(self, inputs: list[Input]) -> list[Command]:
        step = self.engine.step(self.now, [*inputs, Tick()])
        self.said += [f"{cue.words}; {cue.detail}" for cue in step.cues]
        return list(step.commands)

    def after(self, seconds: float, grade: int) -> list[Command]:
        self.now += seconds
        return self.step([Telemetry(Speed(800), Grade(grade))])

    def stopped(self, *frames: tuple[float, int]) -> bool:
        return any(isinstance(command, Stop) for frame in frames for command in self.after(*frame))


def test_rule_4_a_deck_measured_past_ten_percent_is_stopped_at_once_and_levelled_once() -> None:
    run = Running()
    assert not run.stopped((1.0, -106))
    commands = run.after(0.5, -106)
    assert [type(command) for command in commands] == [Stop, SetIncline]
    assert commands[1] == SetIncline(Grade(0))
    assert any("stopping" in said and "-10.6 %" in said and "-10.0 %" in said for said in run.said)
    for _ in range(20):
        assert not any(isinstance(command, SetIncline) for command in run.after(0.5, -106))
    for _ in range(10):
        run.now += 1.0
        run.step([Telemetry(Speed(0), Grade(0))])
    assert run.engine.ending is Ending.SAFETY


@pytest.mark.parametrize(
    ("step", "grade", "stops"),
    [(5, -105, False), (5, -106, True), (1, -101, False), (1, -102, True), (10, -105, False), (10, -106, True), (5, 300, False)],
)
def test_rule_4_the_tolerance_is_one_machine_step_of_at_most_half_a_percent(step: int, grade: int, stops: bool) -> None:
    assert Running(step).stopped((1.0, grade), (1.0, grade)) is stops


def test_rule_4_speaks_of_the_true_grade() -> None:
    assert not Running(offset=-50).stopped((1.0, -55), (1.0, -55))
    assert Running(offset=-50).stopped((1.0, -56), (1.0, -56))


def test_rule_4_one_reading_or_two_close_together_are_a_glitch() -> None:
    assert not Running().stopped((1.0, -300), (1.0, 0), (1.0, -300), (1.0, 0))
    assert not Running().stopped((1.0, -300), (0.49, -300), (0.01, 0))


STEP = (
    "title: Down\nfor: anyone\nsteps:\n  - warm-up: 5 min\n    speed: easy\n  - decline: 1 min\n    grade: {}\n    speed: easy\n"
)


@pytest.mark.parametrize("asked", ["-10.1", "-12", "-10.1 %", "-99.9"])
def test_rule_6_a_file_that_asks_for_less_than_minus_ten_is_refused_by_line_value_and_limit(asked: str) -> None:
    with pytest.raises(WorkoutError) as error:
        parse(STEP.format(asked).encode(), "steep.yaml")
    message = str(error.value)
    assert message.startswith("steep.yaml:7: ")
    assert asked in message
    assert "-10 %" in message
    assert parse(STEP.format("-10").encode(), "ten.yaml").steepest == -100
