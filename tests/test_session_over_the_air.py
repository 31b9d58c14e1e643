"""A whole workout through bleak's own unmodified code, over real ATT, to the mock: nothing on the way is ours to fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import Grade
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

ADDRESS = "F0:0D:F1:7E:55:02"
SCALE = 20.0
AT_MOST_S = 40.0
"""Wall seconds for a session of two minutes and a half; past this, something hangs."""
EASY, WALK = Relative(Base.EASY), Relative(Base.WALK)
SHORT = Workout(
    "short",
    "Short",
    "a test",
    (
        Segment(SegmentKind.WARM_UP, 25, pace_from=WALK, pace_to=WALK),
        Segment(SegmentKind.DECLINE, 30, Grade(-20), Grade(-20), WALK, WALK),
        Segment(SegmentKind.COOL_DOWN, 15, pace_from=WALK, pace_to=WALK),
    ),
)


class Watcher:
    """Arms once the belt is known to be still, and remembers what was seen."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.arm_at: float | None = None
        self.armed = False
        self.grades: list[int] = []
        self.words: list[str] = []

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        s = step.snapshot
        if s.shown_grade is not None:
            self.grades.append(int(s.shown_grade))
        self.words += [cue.words for cue in step.cues]
        if s.phase is Phase.UNLINKED and self.armed:
            self.session.press(Key.STOP)  # nothing to wait for: nobody reconnects here
        if s.phase is not Phase.READY or s.shown_speed is None or self.armed:
            return
        if self.arm_at is None:
            self.arm_at = now + 4
        if now >= self.arm_at:
            self.armed = True
            self.session.press(Key.ARM)


async def run_over_the_air(world: World, *faults: str) -> tuple[Ending, Watcher, MockTreadmill]:
    clock = PacedClock(SCALE)
    treadmill = MockTreadmill(DEFAULT, seed=1, faults=[parse_fault(fault) for fault in faults])
    peripheral = OverTheAir(world.peripheral("treadctl mock", ADDRESS), treadmill, clock, "treadctl mock")
    await peripheral.start()

    def connect(deliver: Callable[[Input], None]) -> Connection:
        return Connection(BleakRadio(ADDRESS), clock, deliver)

    session = Session(SHORT, Profile(ceiling=Grade(-100)), clock, connect)
    watcher = Watcher(session)
    session.listen(watcher)
    try:
        async with asyncio.timeout(AT_MOST_S):
            ending = await session.run(ADDRESS)
    finally:
        await peripheral.stop()
    return ending, watcher, treadmill


@pytest.mark.asyncio
async def test_a_workout_runs_to_its_end_over_real_gatt(world: World) -> None:
    ending, watcher, treadmill = await run_over_the_air(world)
    assert ending is Ending.FINISHED, watcher.words
    assert min(watcher.grades) == -20
    assert watcher.words[-2:] == ["stopped", "finished, well run"]
    assert treadmill.belt_speed == 0


@pytest.mark.asyncio
async def test_a_link_that_drops_on_a_decline_is_told_at_once(world: World) -> None:
    ending, watcher, treadmill = await run_over_the_air(world, "drop-link@40")
    assert ending is Ending.LINK_FAILED
    assert any(words.startswith("link lost, the belt may still be moving") for words in watcher.words)
    assert treadmill.belt_speed > 0, "nothing can stop a belt over a link that is gone, and the runner was told so"
