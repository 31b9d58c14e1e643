"""A pod and a strap through bleak's own Linux backend over real ATT, beside a treadmill in the same room."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.engine.words import HeartRate, Input, SensorNews, StepRate, Worn
from treadctl.mock.aerial import advert
from treadctl.mock.feet import MockFeet, MockHeart, MockSensor, SensorFault
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.sensors_over_the_air import SensorOverTheAir
from treadctl.mock.treadmill import MockTreadmill
from treadctl.treadmill.radio import BleakRadio
from treadctl.treadmill.sensor_sense import Strides
from treadctl.treadmill.sensors import Sensor
from treadctl.units import Speed

TREADMILL = "F0:0D:F1:7E:55:01"
POD_ADDRESS = "F0:0D:F1:7E:55:11"
STRAP_ADDRESS = "F0:0D:F1:7E:55:12"
SCALE = 20.0
"""Seconds of the sensors in one of the wall: twenty frames a second each."""
SOON_S = 20.0
"""All of it takes two seconds; past this, something hangs."""

asyncio_test = pytest.mark.asyncio


class Room:
    """A pod and a strap on the air, and the two sensors that listen to them."""

    def __init__(self, world: World) -> None:
        self.clock = PacedClock(SCALE)
        self.heard: list[Input] = []
        self.news = asyncio.Event()
        self.world = world
        lost = SensorFault.parse("lost@25+15")
        self.pod = self.on_air("pod", POD_ADDRESS, MockFeet(lambda: (9.0, -4.0), faults=[lost]))
        self.strap = self.on_air("strap", STRAP_ADDRESS, MockHeart(lambda: (9.0, -4.0)))
        self.sensors = [
            self.sensor(Worn.FOOT_POD, POD_ADDRESS, 0x1814),
            self.sensor(Worn.HEART_RATE, STRAP_ADDRESS, 0x180D),
        ]

    def on_air(self, name: str, address: str, sensor: MockSensor) -> SensorOverTheAir:
        return SensorOverTheAir(self.world.peripheral(name, address), sensor, self.clock, name)

    def sensor(self, worn: Worn, address: str, service: int) -> Sensor:
        return Sensor(
            worn,
            lambda: BleakRadio(address, service=service),
            self.clock,
            self.deliver,
            belt=lambda: Speed(900),
            strides=Strides.NO,
        )

    def deliver(self, word: Input) -> None:
        self.heard.append(word)
        self.news.set()

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S):
            while not true():
                self.news.clear()
                await self.news.wait()

    def steps(self) -> list[int]:
        return [word.steps_per_min for word in self.heard if isinstance(word, StepRate) and word.steps_per_min is not None]

    def beats(self) -> list[int]:
        return [word.bpm for word in self.heard if isinstance(word, HeartRate) and word.bpm is not None]


@asyncio_test
async def test_pod_and_strap_are_heard_beside_a_treadmill_lost_and_found_again(world: World) -> None:
    treadmill = OverTheAir(world.peripheral("mill", TREADMILL), MockTreadmill(DEFAULT), PacedClock(SCALE), "mill")
    await treadmill.start()
    radio = BleakRadio(TREADMILL)
    await radio.connect(lambda _why: None)
    room = Room(world)
    await room.pod.start()
    await room.strap.start()
    tasks = [asyncio.create_task(sensor.run()) for sensor in room.sensors]

    await room.until(lambda: len(room.steps()) >= 8 and len(room.beats()) >= 8)
    assert {word.what for word in room.heard if isinstance(word, SensorNews)} == {
        "connected: pod, battery 80 %",
        "connected: strap, battery 80 %",
    }
    assert all(150 <= steps <= 170 for steps in room.steps()[7:])
    assert all(60 <= bpm <= 140 for bpm in room.beats())
    assert await radio.read(0x2A29) == b"treadctl"  # the treadmill's link is its own

    await room.until(lambda: StepRate(None, "connection lost") in room.heard)
    before = len(room.steps())
    await room.until(lambda: len(room.steps()) > before)

    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
    await radio.disconnect()
    await asyncio.gather(room.pod.stop(), room.strap.stop(), treadmill.stop())


def test_an_advert_names_the_service_and_fits_into_31_octets() -> None:
    octets = advert("fifteen octets!", 0x1814)
    assert len(octets) <= 31
    assert b"\x03\x03\x14\x18" in octets
    with pytest.raises(ValueError, match="fit"):
        advert("sixteen octets!!", 0x1814)
