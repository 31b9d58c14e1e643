"""How much processor time an hour's workout takes when nobody waits for a clock: engine, link, gate, codec and mock together.

The time is printed and never asserted: it belongs to the machine it was measured on, and to what else ran there.
"""

from __future__ import annotations

import sys
import time

import pytest

from treadctl.engine.snapshot import Ending
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

LIMIT_S = 0.3
"""What an hour may take, so that every workout of the library can be run to its end in the tests."""

EASY, WALK = Relative(Base.EASY), Relative(Base.WALK)
RUNNER = Profile(easy=Speed(900), ceiling=Grade(-100), level_cadence_spm=164, chosen=True)

pytestmark = pytest.mark.benchmark


def an_hour() -> Workout:
    """Ten minutes in, eight times two minutes down and three level, ten minutes out."""
    down = Segment(SegmentKind.DECLINE, 120, Grade(-60), Grade(-60), EASY, EASY)
    level = Segment(SegmentKind.RECOVER, 180, pace_from=Relative(Base.EASY, 90), pace_to=Relative(Base.EASY, 90))
    warm_up = Segment(SegmentKind.WARM_UP, 600, pace_from=WALK, pace_to=EASY)
    cool_down = Segment(SegmentKind.COOL_DOWN, 600, pace_from=EASY, pace_to=WALK)
    return Workout("hour", "An hour", "nobody", (warm_up, *(down, level) * 8, cool_down))


def test_an_hour_of_running(capsys: pytest.CaptureFixture[str]) -> None:
    plan = Plan(an_hour(), RUNNER, DEFAULT)
    times = []
    for _ in range(3):
        simulation = Simulation(plan)
        began = time.process_time()
        assert simulation.run() is Ending.FINISHED
        times.append(time.process_time() - began)
    assert simulation.now > 3600
    best, minutes = min(times), simulation.now / 60
    with capsys.disabled():
        python = sys.version.split()[0]
        sys.stdout.write(f"\n  {minutes:.0f} minutes in {best:.3f} s of CPU, {simulation.now / best:,.0f} times real time; ")
        sys.stdout.write(f"{best / LIMIT_S:.2f} of the limit of {LIMIT_S} s (Python {python})\n")
