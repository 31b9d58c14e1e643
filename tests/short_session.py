"""A session of a minute and a half on the mock, on a clock that wastes no time: what the session's tests are written with."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import IO

import pytest

from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Answered, CommandKind, Disconnected, Input, Key, Odd, Outcome
from treadctl.journal import Journal
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared
from treadctl.session import Deliver, Session, Wire
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.units import Grade
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

WALK = Relative(Base.WALK)
RUNNER = Profile(name="test", ceiling=Grade(-100), chosen=True)
SHORT = Workout(
    "short",
    "Short",
    "a test",
    (
        Segment(SegmentKind.WARM_UP, 20, pace_from=WALK, pace_to=WALK),
        Segment(SegmentKind.DECLINE, 30, Grade(-20), Grade(-20), WALK, WALK),
        Segment(SegmentKind.COOL_DOWN, 15, pace_from=WALK, pace_to=WALK),
    ),
)
STOP = bytes.fromhex("0801")


class Radio(MemoryRadio):
    """The radio in memory, which notes what is written and can be made to fail."""

    def __init__(self, treadmill: MockTreadmill, clock: PacedClock) -> None:
        super().__init__(treadmill, clock)
        self.written: list[bytes] = []
        self.fail: Callable[[bytes], None] = lambda octets: None

    async def write(self, cleared: Cleared) -> None:
        self.fail(cleared.payload)
        await super().write(cleared)
        self.written.append(cleared.payload)


class Room:
    """A mock, a session on it, and somebody who arms it and watches."""

    def __init__(
        self,
        *faults: str,
        workout: Workout = SHORT,
        preset: str = "decline-10",
        journal: IO[str] | None = None,
        scale: float = 1000.0,
        wire: Callable[[Deliver], Wire] | None = None,
    ) -> None:
        self.clock = PacedClock(scale)
        self.treadmill = MockTreadmill(PRESETS[preset], seed=1, faults=[parse_fault(fault) for fault in faults])
        self.radio = Radio(self.treadmill, self.clock)
        self.session = Session(
            workout,
            RUNNER,
            self.clock,
            wire or (lambda deliver: Connection(self.radio, self.clock, deliver, known_mock(PRESETS[preset].offset))),
            None if journal is None else Journal(journal),
        )
        self.words: list[str] = []
        self.phases: list[Phase] = []
        self.odd: list[str] = []
        self.losses: list[tuple[str, tuple[str, ...]]] = []
        """Why a link was lost, and what was said in the very step that took it in."""
        self.stops: list[Outcome] = []
        self.keys: dict[Phase, Key] = {Phase.READY: Key.ARM}
        self.session.listen(self._watch)

    def _watch(self, now: float, inputs: list[Input], step: Step) -> None:
        s = step.snapshot
        self.words += [cue.words for cue in step.cues]
        self.odd += [i.what for i in inputs if isinstance(i, Odd)]
        self.losses += [(i.why, tuple(cue.words for cue in step.cues)) for i in inputs if isinstance(i, Disconnected)]
        self.stops += [i.outcome for i in inputs if isinstance(i, Answered) and i.command is CommandKind.STOP]
        if s.phase not in self.phases[-1:]:
            self.phases.append(s.phase)
        ready = s.phase is not Phase.READY or (s.shown_speed is not None and now > 6)
        if ready and s.phase in self.keys:
            self.session.press(self.keys.pop(s.phase))

    async def run(self) -> Ending:
        return await self.session.run("mock")


def run_room(make: Callable[[], Room]) -> tuple[Ending, Room]:
    """Run a session in a loop of its own, and hold it to leaving no task behind."""

    async def whole() -> tuple[Ending, Room]:
        room = make()
        ending = await room.run()
        await nothing_left()
        return ending, room

    return asyncio.run(whole())


def count_to_five(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change one number of the engine, wherever it is used: the countdown."""
    users = [module for name, module in sys.modules.items() if name.startswith("treadctl.engine.") and hasattr(module, "COUNT")]
    assert users
    for module in users:
        monkeypatch.setattr(module, "COUNT", 5)


async def nothing_left() -> None:
    for _ in range(5):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() == {asyncio.current_task()}
