"""The thin skin round the link, over the radio in memory: who is let in, what a failing write comes to, and a clean end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from short_session import Radio, nothing_left

from treadctl.clock import PacedClock
from treadctl.engine.words import Answered, CommandKind, Connected, Disconnected, Input, Outcome, Telemetry
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared, SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.units import Grade, Speed

DATA, CONTROL_POINT, MANUFACTURER = 0x2ACD, 0x2AD9, 0x2A29


class Odd(Radio):
    """A radio over which the device says other things than the mock would."""

    def __init__(self, treadmill: MockTreadmill, clock: PacedClock) -> None:
        super().__init__(treadmill, clock)
        self.hidden: set[int] = set()
        self.says: dict[int, bytes] = {}
        self.subscribed: list[int] = []

    async def characteristics(self) -> frozenset[int]:
        return await super().characteristics() - self.hidden

    async def read(self, characteristic: int) -> bytes:
        return self.says.get(characteristic) or await super().read(characteristic)

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        self.subscribed.append(characteristic)
        await super().subscribe(characteristic, receive)


class World:
    """A mock, a connection to it, and what was delivered."""

    def __init__(self, *faults: str, preset: str = "decline-10") -> None:
        self.clock = PacedClock(1000)
        self.mock = MockTreadmill(PRESETS[preset], faults=[parse_fault(fault) for fault in faults])
        self.radio = Odd(self.mock, self.clock)
        self.heard: list[Input] = []
        self.connection = Connection(self.radio, self.clock, self.heard.append, PRESETS[preset].offset)

    def answers(self, command: CommandKind) -> list[Outcome]:
        return [word.outcome for word in self.heard if isinstance(word, Answered) and word.command is command]


def alone(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a loop of its own, and hold it to leaving no task and no complaint behind."""

    def run() -> None:
        complaints: list[object] = []

        async def whole() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            await test()
            await nothing_left()

        asyncio.run(whole())
        assert complaints == []

    run.__name__ = test.__name__
    return run


async def refused(world: World) -> LinkError:
    with pytest.raises(LinkError) as error:
        await world.connection.open("mock")
    await world.connection.close()
    assert not any(isinstance(word, Connected) for word in world.heard)
    assert not world.mock.link_up
    return error.value


@alone
async def test_opening_reads_the_machine_and_begins_the_session() -> None:
    world = World(preset="propped")
    machine = await world.connection.open("AA:BB")
    assert (machine.name, machine.address) == ("Virtual Propped", "AA:BB")
    assert (machine.slowest, machine.fastest) == (Speed(80), Speed(2000))
    assert (machine.deck.lowest, machine.deck.offset) == (Grade(0), Grade(-50))
    assert world.heard == [Connected(machine)]
    assert world.radio.subscribed[0] == 0x2ADA, "a stop at the console must not be missed between two subscriptions"
    assert set(world.radio.subscribed) == {0x2ADA, 0x2AD9, 0x2AD3, 0x2ACD}
    await world.connection.close()


@pytest.mark.parametrize("maker", [b"Nordic", b"", b"treadctl2", b"TREADCTL", b"treadctl\0"])
def test_until_real_belts_are_proven_a_foreign_treadmill_is_not_driven(maker: bytes) -> None:
    async def whole() -> None:
        world = World()
        world.radio.says[MANUFACTURER] = maker or b"\0"
        assert (await refused(world)).trouble is Trouble.NOT_OURS

    alone(whole)()


@alone
async def test_a_treadmill_that_does_not_say_who_made_it_is_foreign() -> None:
    world = World()
    world.radio.hidden.add(MANUFACTURER)
    assert (await refused(world)).trouble is Trouble.NOT_OURS


@alone
async def test_what_sends_no_treadmill_data_is_no_treadmill() -> None:
    world = World()
    world.radio.hidden.add(DATA)
    error = await refused(world)
    assert error.trouble is Trouble.NOT_A_TREADMILL
    assert "Virtual Decline 10" in str(error)


@alone
async def test_a_treadmill_that_somebody_else_holds_is_not_found() -> None:
    world = World()
    other = MemoryRadio(world.mock, world.clock)
    await other.connect(lambda why: None)
    with pytest.raises(LinkError) as error:
        await world.connection.open("mock")
    assert error.value.trouble is Trouble.NOT_FOUND
    await world.connection.close()
    assert world.mock.link_up, "the other one's link is not ours to close"
    await other.disconnect()


@alone
async def test_commands_are_written_and_answered_and_telemetry_arrives() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    world.connection.offer(Start())
    await world.clock.sleep(10)
    assert world.mock.belt_speed > 0
    world.connection.offer(Stop())
    await world.clock.sleep(10)
    assert world.mock.belt_speed == 0
    assert world.radio.written == [b"\x00", b"\x07", b"\x08\x01"]
    for command in (CommandKind.TAKE_CONTROL, CommandKind.START, CommandKind.STOP):
        assert world.answers(command) == [Outcome.ACCEPTED]
    assert sum(isinstance(word, Telemetry) for word in world.heard) > 20
    await world.connection.close()
    await asyncio.wait_for(running, 1)


@alone
async def test_a_write_that_fails_is_answered_as_not_written() -> None:
    world = World()

    def fail(octets: bytes) -> None:
        if octets == b"\x00":
            raise LinkError(Trouble.REJECTED, "busy", att_error=0xFE)

    world.radio.fail = fail
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    assert world.answers(CommandKind.TAKE_CONTROL) == [Outcome.NOT_WRITTEN]
    world.connection.offer(SetSpeed(Speed(300)))
    await world.clock.sleep(1)
    assert len(world.radio.written) + len(world.answers(CommandKind.SPEED)) >= 1, "the next command has its turn"
    await world.connection.close()
    await running


@alone
async def test_a_link_that_breaks_as_something_is_written_is_a_link_error_and_ends_the_writing() -> None:
    world = World("drop-link@5")
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    for command in (TakeControl(), Start()):
        world.connection.offer(command)
        await world.clock.sleep(1)
    await world.clock.sleep(20)
    await asyncio.wait_for(running, 1)
    assert [word.why for word in world.heard if isinstance(word, Disconnected)] == ["the mock dropped the link"]
    world.connection.offer(Stop())
    with pytest.raises(LinkError) as gone:
        await world.radio.read(0x2AD5)
    assert gone.value.trouble is Trouble.LOST
    await world.connection.close()


@alone
async def test_a_link_that_broke_unnoticed_is_a_link_error_for_the_write_that_meets_it() -> None:
    """The mock's time only goes on when somebody looks: here it is the write that looks."""
    world = World()
    await world.connection.open("mock")
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(1)
    world.mock._agenda.plan(world.clock.now(), lambda t: world.mock._unlink())
    world.connection.offer(TakeControl())
    await world.clock.sleep(5)
    await asyncio.wait_for(running, 1)
    assert [type(word) for word in world.heard if isinstance(word, Disconnected)] == [Disconnected]
    await world.connection.close()


@alone
async def test_a_mock_that_fails_is_a_link_that_is_lost() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())

    def broken(now: float) -> None:
        raise ZeroDivisionError("a bug in the mock")

    world.mock._agenda.plan(world.clock.now() + 2, broken)
    await world.clock.sleep(20)
    await asyncio.wait_for(running, 1)
    assert ["a bug in the mock" in word.why for word in world.heard if isinstance(word, Disconnected)] == [True]
    await world.connection.close()


@alone
async def test_closing_twice_or_unopened_is_no_trouble() -> None:
    world = World()
    await world.connection.close()
    with pytest.raises(RuntimeError, match="open"):
        await world.connection.run()
    world = World()
    await world.connection.open("mock")
    await world.connection.close()
    await world.connection.close()
    heard = len(world.heard)
    await world.clock.sleep(5)
    assert (len(world.heard), world.mock.link_up) == (heard, False)


@alone
async def test_cancelling_the_writer_leaves_a_connection_that_closes() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await world.connection.close()
    assert not world.mock.link_up


@alone
async def test_a_write_that_hangs_does_not_keep_a_stop() -> None:
    """Bluetooth gives a write seconds to be answered; a runner who presses Stop has none."""
    world = World()
    hung = asyncio.Event()
    write = world.radio.write

    async def hanging(cleared: Cleared) -> None:
        if cleared.payload == b"\x07":
            await hung.wait()
        await write(cleared)

    world.radio.write = hanging  # type: ignore[method-assign]
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    world.connection.offer(Start())
    await world.clock.sleep(3)
    assert world.radio.written == [b"\x00"]
    at = world.clock.now()
    world.connection.offer(Stop())
    while world.radio.written[-1] != b"\x08\x01":
        await world.clock.sleep(0.05)
    assert world.clock.now() - at <= 0.5
    assert world.answers(CommandKind.START) == [Outcome.NOT_WRITTEN]
    await world.connection.close()
    await running
