"""The radio in memory: the mock through the same protocol as a real treadmill, on a clock of our own."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from treadctl.clock import Timer
from treadctl.mock.faults import Fault, parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared, Deck, Gate
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.units import Grade, Speed

DATA, CONTROL_POINT = 0x2ACD, 0x2AD9
DECK = Deck(lowest=Grade(-100), highest=Grade(150), step=5)


class HandClock:
    """A clock that only goes on when told, and lets everything run that falls due on the way."""

    def __init__(self) -> None:
        self.time = 0.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._count = 0

    def now(self) -> float:
        return self.time

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.time + seconds, self._count, done))
        await done

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        sleeping = asyncio.ensure_future(self.sleep(seconds))
        sleeping.add_done_callback(lambda done: None if done.cancelled() else act())
        return sleeping

    async def go(self, seconds: float) -> None:
        until = self.time + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= until:
            at, _, done = heapq.heappop(self._sleepers)
            if not done.done():
                self.time = max(self.time, at)
                done.set_result(None)
                await settle()
        self.time = until


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class World:
    """A mock, its radio, and what came over it."""

    def __init__(self, *faults: Fault) -> None:
        self.clock = HandClock()
        self.mock = MockTreadmill(PRESETS["decline-10"], faults=faults)
        self.radio = MemoryRadio(self.mock, self.clock)
        self.gate = Gate(DECK)
        self.heard: list[tuple[int, str]] = []
        self.lost: list[str] = []

    async def connect(self) -> str:
        name = await self.radio.connect(self.lost.append)
        for characteristic in (DATA, CONTROL_POINT):
            await self.radio.subscribe(characteristic, self.receive)
        return name

    def receive(self, characteristic: int, octets: bytes) -> None:
        self.heard.append((characteristic, octets.hex(" ")))

    def cleared(self, octets: str) -> Cleared:
        for ago in (4.0, 3.0, 2.0, 1.0, 0.0):
            self.gate.seen(Speed(0), Grade(0), self.clock.time - ago)
        return self.gate.clear(CONTROL_POINT, bytes.fromhex(octets), self.clock.time)


def alone(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a loop of its own, and hold it to leaving no task behind."""

    def run() -> None:
        async def whole() -> None:
            await test()
            await settle()
            assert asyncio.all_tasks() == {asyncio.current_task()}

        asyncio.run(whole())

    run.__name__ = test.__name__
    return run


@alone
async def test_what_the_mock_sends_arrives_when_it_is_due() -> None:
    world = World()
    assert await world.connect() == "Virtual Decline 10"
    await world.clock.go(0.9)
    assert world.heard == []
    await world.clock.go(2.2)
    assert [characteristic for characteristic, _ in world.heard] == [DATA, DATA, DATA]
    await world.radio.disconnect()


@alone
async def test_a_write_wakes_the_radio_for_its_answer() -> None:
    world = World()
    await world.connect()
    await world.clock.go(0.1)
    await world.radio.write(world.cleared("00"))
    await world.clock.go(0.15)
    assert world.heard == [(CONTROL_POINT, "80 00 01")]
    await world.radio.write(world.cleared("07"))
    await world.clock.go(6.0)
    assert world.mock.belt_speed > 0
    await world.radio.disconnect()
    assert not world.mock.link_up


@alone
async def test_it_reads_and_lists_what_the_mock_offers() -> None:
    world = World()
    radio: Radio = world.radio
    await world.connect()
    assert {0x2ACC, 0x2ACD, 0x2AD3, 0x2AD4, 0x2AD5, 0x2AD9, 0x2ADA} <= await radio.characteristics()
    assert (await radio.read(0x2AD5)).hex() == "9cff96000500"
    await radio.disconnect()


@alone
async def test_att_errors_come_out_as_rejections_with_their_code() -> None:
    world = World()
    await world.connect()
    await world.radio.write(world.cleared("00"))
    with pytest.raises(LinkError) as busy:
        await world.radio.write(world.cleared("08 01"))
    with pytest.raises(LinkError) as unreadable:
        await world.radio.read(DATA)
    with pytest.raises(LinkError) as absent:
        await world.radio.subscribe(0x2AD2, world.receive)
    troubles = [(error.value.trouble, error.value.att_error) for error in (busy, unreadable, absent)]
    assert troubles == [(Trouble.REJECTED, 0xFE), (Trouble.REJECTED, 0x02), (Trouble.REJECTED, 0x0A)]
    await world.radio.disconnect()


@alone
async def test_a_dropped_link_is_told_once_and_the_belt_goes_on() -> None:
    world = World(parse_fault("drop-link@10"))
    await world.connect()
    await world.radio.write(world.cleared("00"))
    await world.clock.go(0.5)
    await world.radio.write(world.cleared("07"))
    await world.clock.go(30.0)
    assert len(world.lost) == 1
    world.mock.advance(world.clock.time)
    assert world.mock.belt_speed == 0.8
    for use in (world.radio.read(0x2AD5), world.radio.characteristics(), world.radio.write(world.cleared("08 01"))):
        with pytest.raises(LinkError) as gone:
            await use
        assert gone.value.trouble is Trouble.LOST
    await world.radio.disconnect()
    await world.radio.disconnect()
    assert len(world.lost) == 1


@alone
async def test_after_disconnecting_nothing_arrives_and_nothing_is_lost() -> None:
    world = World()
    await world.connect()
    await world.clock.go(2.5)
    heard = len(world.heard)
    await world.radio.disconnect()
    await world.clock.go(5.0)
    assert (len(world.heard), world.lost) == (heard, [])


@alone
async def test_a_second_radio_is_not_let_in_and_a_later_one_is() -> None:
    world = World()
    await world.connect()
    second = MemoryRadio(world.mock, world.clock)
    with pytest.raises(LinkError) as busy:
        await second.connect(world.lost.append)
    assert busy.value.trouble is Trouble.NOT_FOUND
    await second.disconnect()
    await world.radio.disconnect()
    await second.connect(world.lost.append)
    await second.disconnect()


@alone
async def test_a_receiver_that_raises_does_not_end_the_radio() -> None:
    world = World()
    await world.connect()
    complaints: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context["exception"]))

    def broken(characteristic: int, octets: bytes) -> None:
        raise RuntimeError(f"{characteristic:04X} {octets.hex()}")

    await world.radio.subscribe(DATA, broken)
    await world.clock.go(3.5)
    assert len(complaints) == 3
    await world.radio.disconnect()
