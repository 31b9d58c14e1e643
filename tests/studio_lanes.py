"""A room of real sessions on mock treadmills, and a console's agent, on one clock that wastes no time and a bus in memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from studio_room import KEY, PROGRAM

from treadctl.clock import PacedClock
from treadctl.coaching.cues import Cue
from treadctl.engine.engine import Engine
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import Input, Key, Pressed
from treadctl.journal import Journal
from treadctl.mock.console import Console
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared
from treadctl.session import Deliver, Wire
from treadctl.studio.bus import Bus, Heard, Linked, Will
from treadctl.studio.coach_agent import STOP_ALL, Button, CoachAgent
from treadctl.studio.coach_agent import Pressed as Button_Pressed
from treadctl.studio.lane import Lane
from treadctl.studio.lane_agent import AtTreadmill, LaneAgent
from treadctl.studio.lane_treadmill import Memory
from treadctl.studio.lane_words import LaneKey, PainToday, Said
from treadctl.studio.memory_bus import MemoryBroker, MemoryBus
from treadctl.studio.part import Setting
from treadctl.studio.roster import LaneView
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.units import Grade, Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

START, STOP = b"\x07", b"\x08\x01"
RUNNER = Profile(easy=Speed(900), walk=Speed(450), ceiling=Grade(-100), chosen=True)
__all__ = ["PROGRAM", "RUNNER", "START", "STOP", "STOP_ALL", "Button", "LaneInRoom", "RealRoom", "a_fault", "a_real_room"]


@contextmanager
def a_fault(where: type[Lane] | type[Engine]) -> Iterator[None]:
    """Each step of a lane, or of a session, fails while this lasts."""

    def broken(*what: object) -> None:
        raise ZeroDivisionError("a fault")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, "step", broken)
        yield


class Radio(MemoryRadio):
    """Notes what is written, and when."""

    def __init__(self, lane: LaneInRoom) -> None:
        super().__init__(lane.treadmill, lane.clock)
        self._lane, self._its_clock = lane, lane.clock

    async def write(self, cleared: Cleared) -> None:
        self._lane.written.append((self._its_clock.now(), cleared.payload))
        await super().write(cleared)


class LaneInRoom:
    """One lane: its treadmill, its agent, and all that is said and written there."""

    def __init__(
        self,
        room: RealRoom,
        number: int,
        *faults: str,
        preset: str = "decline-10",
        memory: Memory | None = None,
        **setting: Any,
    ) -> None:
        self.clock, self.number = room.clock, number
        self.treadmill = MockTreadmill(PRESETS[preset], seed=number, faults=[parse_fault(fault) for fault in faults])
        self.written: list[tuple[float, bytes]] = []
        self.said: list[str] = []
        self.keys: list[Key] = []
        self.journal: Callable[[Workout], Journal | None] = lambda workout: None
        self.latest: Snapshot | None = None
        self.links = 0
        known = known_mock(PRESETS[preset].offset)

        def connect(deliver: Deliver) -> Wire:
            self.links += 1
            return Connection(Radio(self), self.clock, deliver, known)

        def begin(workout: Workout) -> Journal | None:
            return self.journal(workout)

        self.slept_s = 0.0
        self.minded: list[bool] = []
        self.silent = False
        at = AtTreadmill(connect, "mock", self.clock, self._wall, (self._watch,), (), begin, memory, self.minded.append)
        plain: dict[str, Any] = {"studio": "gym", "lane": number, "boot": "b1", "runner": RUNNER}
        self.agent = LaneAgent(Setting(**(plain | setting)), KEY.public, room.lane_bus, at, self._tell)
        self.task = asyncio.create_task(self.agent.run())

    def _wall(self) -> float:
        return 1_800_000_000.0 + self.clock.now() + self.slept_s

    def _tell(self, cue: Cue) -> None:
        if self.silent:
            raise OSError("the voice is gone")
        self.said.append(cue.words)

    def _watch(self, now: float, inputs: list[Input], step: Step) -> None:
        self.latest = step.snapshot
        self.said += [cue.words for cue in step.cues]
        self.keys += [happened.key for happened in inputs if isinstance(happened, Pressed)]

    @property
    def belt(self) -> float:
        return self.treadmill.belt_speed

    def starts(self) -> list[float]:
        return [at for at, payload in self.written if payload == START]

    def press(self, console: Console) -> None:
        self.treadmill.console(console, self.clock.now())

    async def dies(self) -> None:
        """Its program is gone; its treadmill goes on."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


class RealRoom:
    def __init__(self, scale: float = 1000.0) -> None:
        self.clock = PacedClock(scale)
        self.broker = MemoryBroker(self.clock)
        self.lanes: dict[int, LaneInRoom] = {}
        self.console = CoachAgent("c1", "gym", KEY, self._coach_bus, self.clock, epoch=1_800_000_000.0)
        self.task = asyncio.create_task(self.console.run())

    def lane_bus(self, subscriptions: tuple[str, ...], heard: Heard, linked: Linked, will: Will) -> Bus:
        return MemoryBus(self.broker, subscriptions, heard, linked, will)

    def _coach_bus(self, subscriptions: tuple[str, ...], heard: Heard, linked: Linked) -> Bus:
        return MemoryBus(self.broker, subscriptions, heard, linked)

    def lane(self, number: int, *faults: str, **given: Any) -> LaneInRoom:
        self.lanes[number] = LaneInRoom(self, number, *faults, **given)
        return self.lanes[number]

    def view(self, lane: int) -> LaneView:
        return self.console.coach.roster[lane]

    async def wait(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    async def until(self, true: Callable[[], bool], within_s: float = 120.0) -> None:
        end = self.clock.now() + within_s
        while not true():
            assert self.clock.now() < end, f"not within {within_s} s; {self.summary}"
            await self.clock.sleep(0.1)

    @property
    def summary(self) -> str:
        return self.console.coach.summary(self.console.now())

    def press(self, button: Button, lanes: Any = "all", text: str = "", title: str = "") -> None:
        self.console.press(Button_Pressed(button, lanes, text, title))

    def stop_all(self) -> None:
        self.console.press(STOP_ALL)

    async def offered(self, program: str = PROGRAM) -> None:
        """The console leads, every lane is linked and knows the time, and has the program."""
        coach = self.console.coach
        await self.until(lambda: coach.leads and all(lane.agent.lane.clock.measured for lane in self.lanes.values()))
        self.press(Button.SEND, text=program, title="Hills")
        await self.until(lambda: all(lane.agent.lane.asks_about_pain for lane in self.lanes.values()))

    async def ready(self, pain: int = 0, *lanes: int) -> None:
        chosen = [self.lanes[number] for number in lanes or self.lanes]
        for lane in chosen:
            lane.agent.take(PainToday(pain))
        await self.wait(5)
        for lane in chosen:
            lane.agent.take(Said(LaneKey.READY))
        await self.wait(2)

    async def started(self, program: str = PROGRAM) -> None:
        """A class that everybody runs in."""
        await self.offered(program)
        await self.ready()
        self.press(Button.START)
        await self.until(lambda: self.summary == f"{len(self.lanes)} of {len(self.lanes)} moving", 40)

    async def still(self) -> None:
        await self.until(lambda: self.summary == "STOPPED: every belt is still", 60)

    async def close(self) -> None:
        for lane in self.lanes.values():
            await lane.dies()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


@asynccontextmanager
async def a_real_room(lanes: int = 0, **given: Any) -> AsyncIterator[RealRoom]:
    room = RealRoom()
    for number in range(1, lanes + 1):
        room.lane(number, **given)
    try:
        yield room
    finally:
        await room.close()
