"""Many lanes of a class in one process, for the benchmark: real agents over a real broker, mock treadmills, and clocks that are
seconds apart. Run as a program it obeys words on its standard input; when each byte reached its treadmill is told by the
computer's own monotonic clock, which all processes share and no lane reads as it is."""

from __future__ import annotations

import asyncio
import json
import os
import random
import sys
import time
from typing import Any

from studio_room import KEY

from treadctl.clock import RunningClock
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared
from treadctl.studio.collector import settle
from treadctl.studio.lane_agent import AtTreadmill, LaneAgent, over_broker
from treadctl.studio.lane_words import LaneKey, LanePhase, PainToday, Said
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.part import Setting
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.units import Speed
from treadctl.workout.profile import Profile

APART_S = 5.0
"""Lanes' clocks are wrong by up to this much, either way."""
START, STOP = b"\x07", b"\x08\x01"


class ApartClock(RunningClock):
    """A clock that is wrong by some seconds, as those of small computers without a network are."""

    def __init__(self, apart_s: float) -> None:
        super().__init__()
        self._apart_s = 2 * APART_S + apart_s  # a clock that begins below zero is none

    def now(self) -> float:
        return super().now() + self._apart_s


class NotingRadio(MemoryRadio):
    """A mock's radio that notes when Start and Stop arrived."""

    def __init__(self, treadmill: MockTreadmill, clock: RunningClock) -> None:
        super().__init__(treadmill, clock)
        self.starts: list[float] = []
        self.stops: list[float] = []

    async def write(self, cleared: Cleared) -> None:
        if cleared.payload in (START, STOP):
            (self.starts if cleared.payload == START else self.stops).append(time.monotonic())
        await super().write(cleared)


class OneOfMany:
    """One lane: its treadmill, its agent, and a runner who does what they are asked."""

    def __init__(self, number: int, address: BrokerAddress) -> None:
        self.clock = ApartClock(random.Random(number).uniform(-APART_S, APART_S))
        self.treadmill = MockTreadmill(DEFAULT, seed=number)
        self.radio = NotingRadio(self.treadmill, self.clock)
        known = known_mock(DEFAULT.offset)
        at = AtTreadmill(lambda deliver: Connection(self.radio, self.clock, deliver, known), "mock", self.clock)
        runner = Profile(easy=Speed(900), walk=Speed(450), chosen=True)
        setting = Setting("gym", number, f"b{number}", runner)
        self.agent = LaneAgent(setting, KEY.public, over_broker(address, number), at, lambda cue: None)

    def get_ready(self) -> None:
        lane = self.agent.lane
        if lane.asks_about_pain:
            self.agent.take(PainToday(0))
        elif lane.phase is LanePhase.OFFERED:
            self.agent.take(Said(LaneKey.READY))

    @property
    def told(self) -> dict[str, Any]:
        return {"starts": self.radio.starts, "stops": self.radio.stops, "belt": self.treadmill.belt_speed}


class ManyLanes:
    """Some lanes in this process, one loop."""

    def __init__(self, numbers: range, address: BrokerAddress) -> None:
        self._lanes = [OneOfMany(number, address) for number in numbers]

    async def run(self) -> None:
        tasks = [asyncio.create_task(lane.agent.run()) for lane in self._lanes]
        settle()  # as the lanes' command does
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while word := (await reader.readline()).strip():
            if word == b"ready":
                await self._get_ready()
            print(json.dumps({"cpu_s": time.process_time(), "lanes": [lane.told for lane in self._lanes]}), flush=True)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _get_ready(self) -> None:
        """People are not all ready in one moment; these are within some seconds, answers first."""
        while any(lane.agent.lane.phase is not LanePhase.READY for lane in self._lanes):
            for lane in self._lanes:
                lane.get_ready()
                await asyncio.sleep(1.0 / len(self._lanes))


if __name__ == "__main__":
    first, last, port = map(int, sys.argv[1:])
    os.set_blocking(sys.stdin.fileno(), False)
    asyncio.run(ManyLanes(range(first, last + 1), BrokerAddress(port=port)).run())
