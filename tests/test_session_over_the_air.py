"""A whole workout through bleak's own unmodified code, over real ATT, to the mock: nothing on the way is ours to fake."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from together import together
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key
from treadctl.mock import served as mock_served
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import Console, MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import LEVEL, Grade
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

SCALE = 20.0
TOLD_WITHIN_S = 2.0
"""From the end of a link to the step that tells the runner, by the wall and by the session's clock, which is twenty times as fast
and stands while this computer is busy."""
AT_MOST_S = 90.0
"""Wall seconds for a session of two minutes and a half, which takes eight of them; past this, something hangs."""
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
    """Arms once the belt is known to be still, presses Stop where the link is lost, and remembers what was seen.

    With `cut` it ends the link as it first sees that phase, to which the key that it presses while running leads.
    """

    def __init__(self, session: Session, *, arms_again: bool, cut: Phase | None = None, key: Key | None = None) -> None:
        self.session = session
        self.arms_again = arms_again
        self.to_cut, self.key = cut, key
        self.cut = asyncio.Event()
        self.arm_at: float | None = None
        self.arms = 0
        self.wants = False
        self.grades: list[int] = []
        self.words: list[str] = []
        self.phases: list[Phase] = []
        self.told_at: tuple[float, float] | None = None

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        s = step.snapshot
        if s.shown_grade is not None:
            self.grades.append(int(s.shown_grade))
        self.words += [cue.words for cue in step.cues]
        if self.told_at is None and any(cue.words.startswith("link lost") for cue in step.cues):
            self.told_at = now, asyncio.get_running_loop().time()
        if s.phase not in self.phases[-1:]:
            self.phases.append(s.phase)
            if s.phase is Phase.UNLINKED and (self.arms or self.cut.is_set()) and not self.arms_again:
                self.session.press(Key.STOP)
            if s.phase is Phase.RUNNING and self.key is not None:
                self.session.press(self.key)
            if s.phase is self.to_cut:
                self.cut.set()
            self.wants = s.phase is Phase.READY and self.may_arm
            self.arm_at = None
        if self.wants and self.arm_at is None and s.shown_speed is not None:
            self.arm_at = now + 4  # seen still for three seconds, and a frame more
        if self.wants and self.arm_at is not None and now >= self.arm_at:
            self.wants = False
            self.arms += 1
            self.session.press(Key.ARM)

    @property
    def may_arm(self) -> bool:
        return self.arms == 0 or self.arms_again


class Lane:
    """One virtual treadmill on the air, and a session through bleak on it."""

    def __init__(
        self,
        world: World,
        number: int,
        *faults: str,
        arms_again: bool = False,
        cut: Phase | None = None,
        key: Key | None = None,
    ) -> None:
        self.address = f"F0:0D:F1:7E:56:{number:02X}"
        self.clock = PacedClock(SCALE)
        self.world, self.name = world, f"mill {number}"
        self.treadmill = MockTreadmill(DEFAULT, seed=number, faults=[parse_fault(fault) for fault in faults])
        self.peripheral = self.on_the_air()
        self.session = Session(SHORT, Profile(ceiling=Grade(-100)), self.clock, self.connect)
        self.watcher = Watcher(self.session, arms_again=arms_again, cut=cut, key=key)
        self.session.listen(self.watcher)
        self.cut_at: tuple[float, float] | None = None

    def on_the_air(self) -> OverTheAir:
        self.device = self.world.peripheral(self.name, self.address)
        return OverTheAir(self.device, self.treadmill, self.clock, self.name, NotesTheCut(self))

    async def cut(self) -> None:
        """End the link from the treadmill's side in the phase that was asked for."""
        await self.watcher.cut.wait()
        self.notice_the_cut()
        await self.peripheral._drop()

    def notice_the_cut(self) -> None:
        if self.cut_at is None:
            self.cut_at = self.clock.now(), asyncio.get_running_loop().time()

    @property
    def told_after_s(self) -> float:
        assert self.cut_at is not None
        assert self.watcher.told_at is not None, self.watcher.words
        return max(told - cut for told, cut in zip(self.watcher.told_at, self.cut_at, strict=True))

    async def restart(self) -> None:
        """The treadmill is switched off and on: another radio under the same address, a belt that stands, nothing remembered."""
        await self.peripheral.stop()
        self.world.unplug(self.device)
        self.treadmill = MockTreadmill(DEFAULT, seed=99)
        self.treadmill.advance(self.clock.now())
        self.peripheral = self.on_the_air()
        await self.peripheral.start()

    def connect(self, deliver: Callable[[Input], None]) -> Connection:
        return Connection(BleakRadio(self.address), self.clock, deliver, known_mock(LEVEL))

    async def run(self) -> Ending:
        await self.peripheral.start()
        cutting = asyncio.create_task(self.cut())
        try:
            async with asyncio.timeout(AT_MOST_S):
                return await self.session.run(self.address)
        finally:
            cutting.cancel()
            await self.peripheral.stop()


class NotesTheCut(mock_served.Watcher):
    """When the treadmill saw its link end for the first time."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane

    def disconnected(self, who: str) -> None:
        self.lane.notice_the_cut()


@pytest.mark.asyncio
async def test_a_workout_runs_to_its_end_over_real_gatt(world: World) -> None:
    lane = Lane(world, 1)
    assert await lane.run() is Ending.FINISHED, lane.watcher.words
    assert min(lane.watcher.grades) == -20
    assert lane.watcher.words[-2:] == ["stopped", "finished, well run"]
    assert lane.treadmill.belt_speed == 0


@pytest.mark.asyncio
async def test_a_link_cut_in_any_phase_is_told_in_time_and_a_stop_pressed_meanwhile_is_not_forgotten(world: World) -> None:
    """Starting, walking, tipping, on the decline, coming back, cooling down, ending: seconds since the belt first moved."""
    cuts = (0.5, 12.0, 27.0, 40.0, 58.0, 68.0)
    lanes = [Lane(world, number, f"drop-link@{cut}+3") for number, cut in enumerate(cuts, 10)]
    endings = await together(lane.run() for lane in lanes)
    for cut, lane, ending in zip(cuts, lanes, endings, strict=True):
        assert lane.told_after_s <= TOLD_WITHIN_S, cut
        assert lane.treadmill.belt_speed == 0, (cut, lane.watcher.words)
        assert ending is Ending.STOPPED, (cut, lane.watcher.words)


@pytest.mark.asyncio
async def test_a_link_cut_where_no_step_is_run_is_told_in_time_and_no_belt_is_left_running(world: World) -> None:
    lanes = [
        Lane(world, 20, cut=Phase.READY),
        Lane(world, 21, cut=Phase.LEVELLING),
        Lane(world, 22, cut=Phase.COUNTDOWN),
        Lane(world, 23, cut=Phase.STARTING),
        Lane(world, 24, cut=Phase.PAUSING, key=Key.PAUSE),
        Lane(world, 25, cut=Phase.PAUSED, key=Key.PAUSE),
        Lane(world, 26, cut=Phase.STOPPING, key=Key.STOP),
        Lane(world, 27, "console-stop@3", cut=Phase.HANDS_OFF),
    ]
    for _ in range(4):
        lanes[1].treadmill.console(Console.INCLINE_UP, 0.0)  # a deck that must be brought level first
    endings = await together(lane.run() for lane in lanes)
    for lane, ending in zip(lanes, endings, strict=True):
        phase = lane.watcher.to_cut
        assert phase is not None
        assert lane.told_after_s <= TOLD_WITHIN_S, phase
        assert Phase.UNLINKED in lane.watcher.phases[lane.watcher.phases.index(phase) :], phase
        assert lane.treadmill.belt_speed == 0, (phase, lane.watcher.words)
        assert ending is Ending.STOPPED, (phase, lane.watcher.words)


@pytest.mark.asyncio
async def test_a_link_that_comes_back_is_armed_again_by_the_runner_and_the_workout_goes_on(world: World) -> None:
    lane = Lane(world, 2, "drop-link@30+3", arms_again=True)
    assert await lane.run() is Ending.FINISHED, lane.watcher.words
    assert lane.watcher.arms == 2
    assert lane.watcher.phases.count(Phase.RUNNING) == 2


@pytest.mark.asyncio
async def test_a_treadmill_that_is_switched_off_and_on_is_found_again_and_armed_again_by_the_runner(world: World) -> None:
    lane = Lane(world, 4, arms_again=True)
    async with asyncio.timeout(AT_MOST_S), asyncio.TaskGroup() as group:
        running = group.create_task(lane.run())
        while lane.treadmill.true_grade > -1.0:  # noqa: ASYNC110 - a deck has no events
            await asyncio.sleep(0.05)
        await lane.restart()
    assert running.result() is Ending.FINISHED, lane.watcher.words
    assert lane.watcher.told_at is not None
    assert lane.watcher.arms == 2
    assert lane.treadmill.belt_speed == 0


@pytest.mark.asyncio
async def test_control_that_is_stolen_disarms_and_nothing_is_written_any_more(world: World) -> None:
    lane = Lane(world, 3, "control-stolen@40")
    async with asyncio.timeout(AT_MOST_S), asyncio.TaskGroup() as group:
        running = group.create_task(lane.run())
        while Phase.HANDS_OFF not in lane.watcher.phases:  # noqa: ASYNC110 - the watcher is no event
            await asyncio.sleep(0.05)
        assert lane.treadmill.belt_speed > 0, "somebody else has the belt now"
        running.cancel()
    assert lane.treadmill.belt_speed > 0, "and the way out leaves it to them"
