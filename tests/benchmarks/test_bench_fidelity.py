"""How near the deck is to what the workout asks, second by second: starting ahead of the boundary, beside starting at it.

The error is the area between the true grade and the asked one, in percent x seconds, over a step's own clock. It depends on
nothing but the seed, so the ratio is the same on every machine.
"""

from __future__ import annotations

import sys

import pytest

from treadctl.engine.phases import Phase
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

EASY = Relative(Base.EASY)
RUNNER = Profile(easy=Speed(900), ceiling=Grade(-100), chosen=True)

pytestmark = pytest.mark.benchmark


def hills() -> Workout:
    """Six declines of ninety seconds, from −2 to −8, with as long between them."""
    segments = [Segment(SegmentKind.WARM_UP, 120, pace_from=EASY, pace_to=EASY)]
    for tenths in (-20, -40, -60, -80, -60, -40):
        segments.append(Segment(SegmentKind.DECLINE, 90, Grade(tenths), Grade(tenths), EASY, EASY))
        segments.append(Segment(SegmentKind.RECOVER, 90, pace_from=EASY, pace_to=EASY))
    return Workout("hills", "Hills", "nobody", tuple(segments))


def error(lead: Lead) -> float:
    """The area between true and asked, percent x seconds."""
    total = 0.0

    def on_step(now: float, inputs: list[Input], step: Step) -> None:
        del now, inputs
        nonlocal total
        if step.snapshot.phase is Phase.RUNNING:
            total += abs(simulation.treadmill.true_grade - step.snapshot.asked_grade / 10) * 0.25

    simulation = Simulation(Plan(hills(), RUNNER, DEFAULT, lead=lead), on_step)
    assert simulation.run() is Ending.FINISHED
    return total


def test_a_centred_lead_against_the_boundary(capsys: pytest.CaptureFixture[str]) -> None:
    centred, at_boundary = error(Lead.CENTRED), error(Lead.AT_BOUNDARY)
    assert centred < at_boundary
    with capsys.disabled():
        sys.stdout.write(
            f"\n  |true - asked| grade: centred {centred:.0f}, at the boundary {at_boundary:.0f} percent x seconds: "
            f"{centred / at_boundary:.2f} of it\n"
        )
