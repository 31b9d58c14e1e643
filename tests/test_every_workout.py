"""Every workout of the library, run to its end on the mock, by somebody who may go as steep as it asks."""

from __future__ import annotations

import pytest

from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Answered, Input, Outcome
from treadctl.mock.presets import PRESETS
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade, Speed
from treadctl.workout import library
from treadctl.workout.profile import Profile

RUNNER = Profile(name="Ana", easy=Speed(900), ceiling=Grade(-100), level_cadence_spm=164, declines_done=5, chosen=True)


@pytest.mark.parametrize("preset", ["decline-10", "decline-6", "propped"])
@pytest.mark.parametrize("name", library.names())
def test_every_workout_of_the_library_runs_to_its_end(name: str, preset: str) -> None:
    workout = library.load_named(name)
    refused: list[Answered] = []
    shown: list[int] = []

    def look(now: float, inputs: list[Input], step: Step) -> None:
        refused.extend(word for word in inputs if isinstance(word, Answered) and word.outcome is Outcome.REFUSED)
        if step.snapshot.shown_grade is not None and step.snapshot.shown_speed:
            shown.append(int(step.snapshot.shown_grade))

    simulation = Simulation(Plan(workout, RUNNER, PRESETS[preset]), look)
    assert simulation.run() is Ending.FINISHED
    wanted = max({"decline-10": -100, "decline-6": -60, "propped": -50}[preset], int(workout.steepest))
    assert wanted <= min(shown) <= wanted + 5, "a ramp may end one step short, for its last step is asked at its very end"
    assert refused == []
    assert simulation.treadmill.belt_speed == 0
