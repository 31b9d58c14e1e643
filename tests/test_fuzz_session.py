"""A hundred thousand frames of nonsense into whole sessions, on everything that a treadmill, a pod and a strap can speak on.

Behind the nonsense is a mock with a belt: it must not move unless somebody armed, and never faster or steeper than was asked.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from short_session import RUNNER, SHORT, Radio, nothing_left
from test_fuzz_frames import nonsense

from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key, Worn
from treadctl.ftms import heart_rate, running_speed_cadence
from treadctl.mock.feet import MockFeet, MockHeart
from treadctl.mock.memory import MemoryRadio, Receive
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.sensors import Sensor
from treadctl.units import LEVEL

FRAMES = 100_000
HEARD_ARMED = 50_000
"""Frames that armed sessions hear together in each case; nonsense ends some of them."""
AT_ONCE = 50
"""Frames in one breath; then session and mocks get a tenth of a second of theirs: a hundred times what any machine sends."""
WORN = (running_speed_cadence.MEASUREMENT, heart_rate.MEASUREMENT)
SPOKEN = (0x2ACD, 0x2AD3, 0x2AD9, 0x2ADA, *WORN)

_R = TypeVar("_R", bound=MemoryRadio)


class Scene:
    """A session on a mock, with pod and strap, and a mouth at each of their ears."""

    def __init__(self) -> None:
        self.clock = PacedClock(1000)
        self.ears: dict[int, Receive] = {}
        self.treadmill = MockTreadmill(DEFAULT)
        self.radio = self.eared(Radio(self.treadmill, self.clock))
        self.phase = Phase.UNLINKED
        self.fastest = self.steepest = 0.0
        self.session = Session(SHORT, RUNNER, self.clock, self.connect, beside=(self.pod, self.strap))
        self.session.listen(self.watch)

    def eared(self, radio: _R) -> _R:
        subscribe = radio.subscribe

        async def listened(characteristic: int, receive: Receive) -> None:
            self.ears[characteristic] = receive
            await subscribe(characteristic, receive)

        radio.subscribe = listened  # type: ignore[method-assign]
        return radio

    def connect(self, deliver: Callable[[Input], None]) -> Connection:
        return Connection(self.radio, self.clock, deliver, known_mock(LEVEL))

    def pod(self, deliver: Callable[[Input], None]) -> Sensor:
        feet = MockFeet(self.ground)
        return Sensor(Worn.FOOT_POD, lambda: self.eared(MemoryRadio(feet, self.clock)), self.clock, deliver)

    def strap(self, deliver: Callable[[Input], None]) -> Sensor:
        heart = MockHeart(self.ground)
        return Sensor(Worn.HEART_RATE, lambda: self.eared(MemoryRadio(heart, self.clock)), self.clock, deliver)

    def ground(self) -> tuple[float, float]:
        return self.treadmill.belt_speed, self.treadmill.true_grade

    def watch(self, now: float, inputs: list[Input], step: Step) -> None:
        self.phase = step.snapshot.phase
        self.fastest = max(self.fastest, self.treadmill.belt_speed)
        self.steepest = min(self.steepest, self.treadmill.true_grade)

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            await self.clock.sleep(0.25)

    async def hear(self, frames: Iterator[tuple[int, bytes]]) -> int:
        """All of them, unless the session ends meanwhile; how many that were."""
        number = 0
        for number, (characteristic, octets) in enumerate(frames, 1):
            self.ears[characteristic](characteristic, octets)
            if number % AT_ONCE == 1:
                await self.clock.sleep(0.1)
            if self.session.ending is not None:
                break
        return number


async def an_unarmed_session(speaks: tuple[int, ...]) -> None:
    scene = Scene()
    running = asyncio.create_task(scene.session.run("mock"))
    await scene.until(lambda: set(SPOKEN) <= set(scene.ears))
    assert await scene.hear(nonsense(1, FRAMES, speaks)) == FRAMES
    assert not running.done()
    assert (scene.radio.written, scene.fastest, scene.steepest) == ([], 0.0, 0.0)
    scene.session.press(Key.STOP)
    assert await running is Ending.STOPPED
    await nothing_left()


def test_nonsense_on_every_characteristic_neither_ends_a_session_nor_moves_a_belt_that_nobody_armed() -> None:
    asyncio.run(an_unarmed_session(SPOKEN))


@pytest.mark.long
@pytest.mark.parametrize("speaks", SPOKEN, ids=lambda number: f"{number:04X}")
def test_nonsense_on_one_characteristic_alone_does_no_more(speaks: int) -> None:
    asyncio.run(an_unarmed_session((speaks,)))


async def an_armed_session(frames: Iterator[tuple[int, bytes]]) -> tuple[int, Ending, Scene]:
    """Nonsense from the moment that the deck is on its way down, until the session ends or all is said; then Stop is pressed."""
    scene = Scene()
    running = asyncio.create_task(scene.session.run("mock"))
    await scene.until(lambda: scene.phase is Phase.READY and scene.clock.now() > 6)
    scene.session.press(Key.ARM)
    await scene.until(lambda: scene.treadmill.true_grade < 0)
    heard = await scene.hear(frames)
    scene.session.press(Key.STOP)
    ending = await running
    await nothing_left()
    return heard, ending, scene


@pytest.mark.parametrize(
    ("speaks", "ends"),
    [
        pytest.param((0x2ACD, *WORN), "still", id="telemetry and sensors"),
        pytest.param((0x2AD9, *WORN), "still", id="answers and sensors"),
        pytest.param(SPOKEN, "somebody else's", id="everything, a console's stop among it"),
    ],
)
def test_nonsense_on_a_decline_makes_no_belt_faster_or_steeper_than_was_asked(speaks: tuple[int, ...], ends: str) -> None:
    """Walking at 4.5 km/h at -2 %. A belt that its console is said to have stopped is left to the console. Nonsense may end
    a session; then another one hears what is left of it."""
    frames, heard, fastest, steepest = nonsense(2, FRAMES, speaks), 0, 0.0, 0.0
    while heard < HEARD_ARMED:
        more, ending, scene = asyncio.run(an_armed_session(frames))
        heard, fastest, steepest = heard + more, max(fastest, scene.fastest), min(steepest, scene.steepest)
        assert more > 0
        assert (scene.treadmill.belt_speed == 0) is (ends == "still"), ending
    assert fastest == 4.5
    assert -2.01 < steepest < -0.5


async def a_machine_that_reads_as_nonsense(seed: int) -> None:
    rng = random.Random(seed)
    scene = Scene()
    read = scene.radio.read

    async def garbled(characteristic: int) -> bytes:
        await read(characteristic)
        return rng.randbytes(rng.randrange(24))

    scene.radio.read = garbled  # type: ignore[method-assign]
    running = asyncio.create_task(scene.session.run("mock"))
    try:
        async with asyncio.timeout(5):
            await scene.until(lambda: running.done() or scene.clock.now() > 6)
            scene.session.press(Key.STOP)
            await running
    except LinkError:
        pass
    assert (scene.fastest, scene.steepest) == (0.0, 0.0)


def test_a_machine_whose_features_and_ranges_are_nonsense_is_refused_or_left_standing() -> None:
    async def many() -> None:
        for seed in range(100):
            await a_machine_that_reads_as_nonsense(seed)

    asyncio.run(many())
