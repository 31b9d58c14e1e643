"""A whole class in memory: lanes with clocks of their own, consoles and a bad network, as fast as the clock that is handed in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from studio_room import KEY, Treadmill

from treadctl.clock import PacedClock, wait
from treadctl.studio.accept import Door
from treadctl.studio.bus import Arrived, Will
from treadctl.studio.coach import Coach
from treadctl.studio.lane import Lane
from treadctl.studio.lane_reports import last_will
from treadctl.studio.lane_words import LaneInput, LaneKey, Link, PainToday, Said
from treadctl.studio.memory_bus import Faults, MemoryBroker, MemoryBus
from treadctl.studio.messages import Command, canonical
from treadctl.studio.part import Setting
from treadctl.studio.topics import CHANNELS, heard_by_coach, heard_by_lane, topic_of
from treadctl.workout.profile import Profile

EPOCH = 1_800_000_000.0
"""The coach's clock when the test's own is at zero."""


class LaneBeside:
    """One lane's program: its door, its bus, its treadmill, and a clock that is `apart_s` from the room's."""

    def __init__(self, room: Room, number: int, apart_s: float = 0.0, boot: str = "b1", lag_s: float = 1.0) -> None:
        self.room, self.number, self.apart_s = room, number, apart_s
        self.lane = Lane(Setting("gym", number, boot, Profile(chosen=True)))
        self.door = Door("gym", number, KEY.public)
        self.treadmill = Treadmill(lag_s)
        self.said: list[str] = []
        self._inbox: list[LaneInput] = []
        self._arrived = asyncio.Event()
        will = Will(f"treadctl/v1/gym/lane/{number}/online", last_will("gym", number, boot))
        self.bus = MemoryBus(room.broker, heard_by_lane("gym", number), self._hear, self._link, will)
        self.tasks = [asyncio.create_task(self.bus.run()), asyncio.create_task(self._run())]

    def now(self) -> float:
        return self.room.clock.now() + self.apart_s

    def press(self, *happened: LaneInput) -> None:
        self._inbox += happened
        self._arrived.set()

    def _hear(self, message: Arrived) -> None:
        self.door.class_id = self.lane.class_id
        now = self.now()
        coach_s = self.lane.clock.coach_s(now)
        self.press(self.door.accept(message.topic, message.payload, message.retained, now, coach_s))

    def _link(self, up: bool, why: str) -> None:
        self.press(Link(up))

    async def _run(self) -> None:
        while True:
            now = self.now()
            happened, self._inbox = self._inbox, []
            step = self.lane.step(now, [self.treadmill.seen(now), *happened])
            self.said += [cue.words for cue in step.said]
            for wish in step.wishes:
                self.treadmill.do(wish, now)
            for report in step.reports:
                channel = CHANNELS[report.kind]
                self.bus.publish(topic_of(report), canonical(report), qos=channel.qos, retain=channel.retain)
            await wait(self.room.clock, self._arrived, min(self.lane.wakes_at(now), self.treadmill.wakes_at) - now)

    async def dies(self) -> None:
        """Its program is gone, as by kill -9."""
        self.bus.die()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class Console:
    """One coach's console."""

    def __init__(self, room: Room, name: str = "c1") -> None:
        self.room = room
        self.coach = Coach("gym", name, KEY.public, self.now())
        self.sent: list[Command] = []
        self._arrived = asyncio.Event()
        self.bus = MemoryBus(room.broker, heard_by_coach("gym"), self._hear, lambda up, why: self.coach.linked(up, self.now()))
        self.tasks = [asyncio.create_task(self.bus.run()), asyncio.create_task(self._run())]

    def now(self) -> float:
        return EPOCH + self.room.clock.now()

    def _hear(self, message: Arrived) -> None:
        self.coach.hear(message.topic, message.payload, message.retained, self.now())
        self._arrived.set()

    def press(self, button: Callable[..., str | None], *args: object) -> None:
        """A button of the console; it must not be refused."""
        assert not button(*args, self.now())
        self._arrived.set()

    async def _run(self) -> None:
        while True:
            for command in self.coach.step(self.now()):
                self.sent.append(command)
                self.bus.publish(topic_of(command), KEY.seal(command), qos=CHANNELS[command.kind].qos)
            kept = self.coach.class_word(self.now())
            if kept is not None:
                self.bus.publish(topic_of(kept), KEY.seal(kept), qos=1, retain=True)
            await wait(self.room.clock, self._arrived, 0.1)

    async def dies(self) -> None:
        self.bus.die()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)


class Room:
    """Lanes and consoles around one broker."""

    def __init__(self, faults: Faults, seed: int) -> None:
        self.clock = PacedClock(1000)
        self.broker = MemoryBroker(self.clock, faults, seed)
        self.lanes: dict[int, LaneBeside] = {}
        self.consoles: list[Console] = []

    def lane(self, number: int, apart_s: float = 0.0, boot: str = "b1", lag_s: float = 1.0) -> LaneBeside:
        self.lanes[number] = LaneBeside(self, number, apart_s, boot, lag_s)
        return self.lanes[number]

    def console(self, name: str = "c1") -> Console:
        self.consoles.append(Console(self, name))
        return self.consoles[-1]

    async def wait(self, seconds: float) -> None:
        await self.clock.sleep(seconds)

    async def everybody_is_ready(self, pain: int = 0) -> None:
        for lane in self.lanes.values():
            lane.press(PainToday(pain))
        await self.wait(0.5)
        for lane in self.lanes.values():
            lane.press(Said(LaneKey.READY))
        await self.wait(1.5)

    async def close(self) -> None:
        for lane in self.lanes.values():
            await lane.dies()
        for console in self.consoles:
            await console.dies()


@asynccontextmanager
async def a_room(faults: Faults | None = None, seed: int = 1) -> AsyncIterator[Room]:
    room = Room(faults or Faults(), seed)
    try:
        yield room
    finally:
        await room.close()
