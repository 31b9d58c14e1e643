"""A machine that answers wrongly, late, never or not at all, and a link that goes and comes: connection and radio over the air.

The link's own decisions are tested in test_link.py and test_connection.py; here the same things happen to real packets.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from together import together
from virtual_radio.notes import SOON_S, Notebook, Runner
from virtual_radio.scripted import Scripted
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.engine.words import Answered, CommandKind, Disconnected, Event, Hanging, Input, Odd, Outcome, Telemetry, Told
from treadctl.mock import aerial
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import SetSpeed, Stop, TakeControl
from treadctl.treadmill import radio
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import LEVEL, Speed

ADDRESS = "F0:0D:F1:7E:55:06"
SCALE = 20.0
"""The link waits 2 s for an answer: 100 ms of the wall."""
TAKE_CONTROL, STOP = bytes.fromhex("00"), bytes.fromhex("0801")
MOVING = "0000 5802"
"""Treadmill Data: 6.00 km/h and nothing else."""

asyncio_test = pytest.mark.asyncio


class Heard:
    """What a connection delivered, and a way to wait for some of it."""

    def __init__(self) -> None:
        self.words: list[Input] = []
        self.news = asyncio.Event()

    def __call__(self, word: Input) -> None:
        self.words.append(word)
        self.news.set()

    def answers(self, command: CommandKind) -> list[Outcome]:
        return [word.outcome for word in self.words if isinstance(word, Answered) and word.command is command]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S):
            while not true():
                self.news.clear()
                await self.news.wait()

    async def until_some(self, kind: type[Input]) -> None:
        await self.until(lambda: any(isinstance(word, kind) for word in self.words))


@pytest.fixture(autouse=True)
def _no_time_between_subscriptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radio, "PACE_S", 0.0)


@pytest_asyncio.fixture
async def machine(world: World) -> AsyncIterator[Scripted]:
    machine = Scripted(world.peripheral("scripted", ADDRESS))
    await machine.start()
    yield machine
    await machine.stop()


@asynccontextmanager
async def running(heard: Heard) -> AsyncIterator[Connection]:
    connection = Connection(BleakRadio(ADDRESS), PacedClock(SCALE), heard, known_mock(LEVEL))
    try:
        await connection.open(ADDRESS)
        async with asyncio.TaskGroup() as group:
            work = group.create_task(connection.run())
            yield connection
            work.cancel()
    finally:
        await connection.close()


async def written(machine: Scripted, *expected: bytes) -> None:
    """Wait until this was written, and nothing else."""
    async with asyncio.timeout(SOON_S):
        while [octets for _, octets in machine.writes] != list(expected):
            machine.written.clear()
            await machine.written.wait()


def answering(machine: Scripted, octets: str, after_s: float = 0.0) -> None:
    """Answer the next write so, and no other."""

    async def answer(_written: bytes) -> None:
        machine.on_write = silence
        asyncio.get_running_loop().call_later(after_s, machine.say, "2ad9", octets)

    machine.on_write = answer


async def silence(_written: bytes) -> None:
    pass


# --- answers that go wrong ----------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_request_for_control_that_is_never_answered_holds_a_stop_back_for_a_moment_only(machine: Scripted) -> None:
    heard = Heard()
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await written(machine, TAKE_CONTROL)
        connection.offer(Stop())
        await written(machine, TAKE_CONTROL, STOP)
        await heard.until(lambda: heard.answers(CommandKind.TAKE_CONTROL) == [Outcome.UNKNOWN])
        assert machine.device.connections, "a missing answer ends no connection"


@asyncio_test
async def test_an_answer_to_another_op_code_is_told_as_odd_and_answers_nothing(machine: Scripted) -> None:
    heard = Heard()
    answering(machine, "80 07 01")
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await heard.until_some(Odd)
        assert heard.answers(CommandKind.TAKE_CONTROL) == []
        connection.offer(Stop())
        await heard.until(lambda: heard.answers(CommandKind.TAKE_CONTROL) == [Outcome.UNKNOWN])


@asyncio_test
async def test_an_answer_after_its_time_is_not_taken_for_the_next_ones(machine: Scripted) -> None:
    heard = Heard()
    answering(machine, "80 00 01", after_s=0.2)
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await written(machine, TAKE_CONTROL)
        connection.offer(Stop())
        await heard.until_some(Odd)
        assert any(isinstance(word, Odd) and "late answer" in word.what for word in heard.words)
        assert heard.answers(CommandKind.TAKE_CONTROL) == [Outcome.UNKNOWN]


@asyncio_test
async def test_a_link_that_ends_inside_a_write_is_lost_and_the_command_was_not_written(machine: Scripted) -> None:
    async def hang_up(_written: bytes) -> None:
        for link in list(machine.device.connections.values()):
            await link.disconnect()

    heard = Heard()
    machine.on_write = hang_up
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await heard.until_some(Disconnected)
        await heard.until(lambda: heard.answers(CommandKind.TAKE_CONTROL) == [Outcome.UNKNOWN])
    assert sum(isinstance(word, Disconnected) for word in heard.words) == 1


@asyncio_test
async def test_a_write_that_hangs_stops_no_telemetry_and_stop_goes_out_when_the_link_is_free(machine: Scripted) -> None:
    """ATT has one request at a time, and BlueZ holds even a write without response back behind it."""
    free = asyncio.Event()

    async def hang(_written: bytes) -> None:
        await free.wait()

    heard = Heard()
    machine.on_write = hang
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await written(machine, TAKE_CONTROL)
        connection.offer(Stop())
        await heard.until_some(Hanging)
        machine.say("2acd", MOVING)
        await heard.until_some(Telemetry)
        assert [octets for _, octets in machine.writes] == [TAKE_CONTROL]
        free.set()
        await written(machine, TAKE_CONTROL, STOP)


@asyncio_test
async def test_control_that_somebody_else_took_is_told_and_nothing_more_is_written(machine: Scripted) -> None:
    heard = Heard()
    answering(machine, "80 00 01")
    async with running(heard) as connection:
        connection.offer(TakeControl())
        await heard.until(lambda: heard.answers(CommandKind.TAKE_CONTROL) == [Outcome.ACCEPTED])
        machine.say("2ada", "ff")
        await heard.until(lambda: Told(Event.CONTROL_LOST) in heard.words)
        connection.offer(SetSpeed(Speed(300)))
        await heard.until(lambda: heard.answers(CommandKind.SPEED) == [Outcome.NOT_WRITTEN])
        await written(machine, TAKE_CONTROL)


# --- links that go and come ---------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_link_that_was_cut_is_told_and_a_new_radio_commands_the_same_machine(world: World, machine: Scripted) -> None:
    before, after = Heard(), Heard()
    async with running(before):
        world.air.lose_connections()
        await before.until_some(Disconnected)
    answering(machine, "80 00 01")
    async with running(after) as connection:
        connection.offer(TakeControl())
        await after.until(lambda: after.answers(CommandKind.TAKE_CONTROL) == [Outcome.ACCEPTED])


@asyncio_test
async def test_a_machine_that_was_restarted_is_found_again_under_its_address(world: World, machine: Scripted) -> None:
    before, after = Heard(), Heard()
    async with running(before):
        await machine.stop()
        await before.until_some(Disconnected)
    world.unplug(machine.device)
    reborn = Scripted(world.peripheral("scripted", ADDRESS))
    await reborn.start()
    answering(reborn, "80 00 01")
    async with running(after) as connection:
        connection.offer(TakeControl())
        await after.until(lambda: after.answers(CommandKind.TAKE_CONTROL) == [Outcome.ACCEPTED])
    await reborn.stop()


@asyncio_test
async def test_a_link_cut_at_any_phase_of_opening_is_mended_or_told_as_lost(
    world: World, machine: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Discovery, reading, subscribing: the cut comes after so many packets of a whole opening, one sixth after another."""
    monkeypatch.setattr(radio, "BACK_OFF_S", (0.01, 0.01))
    whole = await packets_of_an_opening(world)
    outcomes = [await opening_with_a_cut(world, whole * sixth // 6 + 1) for sixth in range(6)]
    assert set(outcomes) == {None, Trouble.LOST}
    assert outcomes[0] is None, "cut while connecting, it tries again"
    assert outcomes[-1] is Trouble.LOST, "a connection that was made and lost is not made again in secret"
    assert await packets_of_an_opening(world) == whole


async def packets_of_an_opening(world: World) -> int:
    before = world.air.carried
    connection = Connection(BleakRadio(ADDRESS), PacedClock(SCALE), Heard(), known_mock(LEVEL))
    await connection.open(ADDRESS)
    carried = world.air.carried - before
    await connection.close()
    return carried


async def opening_with_a_cut(world: World, after: int) -> Trouble | None:
    """What went wrong, if anything did."""
    world.air.cut_at = world.air.carried + after
    connection = Connection(BleakRadio(ADDRESS), PacedClock(SCALE), Heard(), known_mock(LEVEL))
    try:
        async with asyncio.timeout(SOON_S):
            await connection.open(ADDRESS)
    except LinkError as error:
        return error.trouble
    finally:
        await connection.close()
    return None


async def four_frames_and_an_answer(book: Notebook, before: int) -> None:
    await book.until(lambda: book.answers() == [bytes.fromhex("800001")] and len(book.frames()) >= before + 4)


@asyncio_test
async def test_twenty_treadmills_send_four_times_a_second_and_obey_through_one_adapter(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.air.latency_s = 0.0005
    monkeypatch.setattr(aerial, "ADVERT_MS", 20.0)
    mills = [f"F0:0D:F1:7E:56:{number:02X}" for number in range(20)]
    peripherals = [OverTheAir(world.peripheral("m", m), MockTreadmill(DEFAULT), PacedClock(4.0), m[-2:]) for m in mills]
    books = [Notebook() for _ in mills]
    links = [BleakRadio(address) for address in mills]
    for peripheral, link, book in zip(peripherals, links, books, strict=True):
        await peripheral.start()
        await link.connect(book.on_lost)
        await link.subscribe(0x2ACD, book.receive)
        await link.subscribe(0x2AD9, book.receive)
    await together(link.write(Runner().clear("00")) for link in links)
    told = [len(book.frames()) for book in books]
    await together(four_frames_and_an_answer(book, before) for book, before in zip(books, told, strict=True))
    await together(link.disconnect() for link in links)
    for peripheral in peripherals:
        await peripheral.stop()
    assert not any(book.lost for book in books)
