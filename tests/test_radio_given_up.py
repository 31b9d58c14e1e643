"""Whoever gives up a connection, whenever, leaves nothing behind: no socket, no lock, no fault that nobody asked for."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Coroutine, Generator
from pathlib import Path
from typing import Any

import pytest
from dbus_fast.aio import MessageBus
from virtual_radio.bus import leave, private_bus
from virtual_radio.world import World, virtual_radio

from treadctl.clock import PacedClock
from treadctl.engine.words import Input
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Cleared, TakeControl
from treadctl.treadmill import radio
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.radio import BleakRadio

ADDRESS = "F0:0D:F1:7E:55:0D"
HANGS_S = 20.0
"""Past this, something hangs; a connect takes 0.3 s."""


class CancelledAt:
    """Awaits some work, and cancels whoever awaits this at the so-manieth wait of it."""

    def __init__(self, work: Coroutine[Any, Any, object], wait: int) -> None:
        self._work, self._wait = work, wait

    def __await__(self) -> Generator[Any, Any, None]:
        thrown: BaseException | None = None
        waits = 0
        while True:
            try:
                future = self._work.send(None) if thrown is None else self._work.throw(thrown)
            except StopIteration:
                return
            task = asyncio.current_task()
            if waits == self._wait and task is not None:
                asyncio.get_running_loop().call_soon(task.cancel)
            waits, thrown = waits + 1, None
            try:
                yield future
            except BaseException as error:  # noqa: BLE001 - handed on to the work
                thrown = error


async def cancelled_at(link: BleakRadio, wait: int) -> bool:
    """Whether it was cancelled before it was connected."""

    async def connect() -> None:
        await CancelledAt(link.connect(lambda _why: None), wait)

    connecting = asyncio.create_task(connect())
    done, _ = await asyncio.wait({connecting}, timeout=HANGS_S)
    assert done, f"cancelled at wait {wait}, it hangs"
    return connecting.cancelled()


def sockets() -> int:
    """How many this process has open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return sum(str(link.readlink()).startswith("socket:") for link in links if link.is_symlink())


async def treadmill_in(world: World) -> OverTheAir:
    treadmill = OverTheAir(world.peripheral("mill", ADDRESS), MockTreadmill(DEFAULT), PacedClock(50), "mill")
    await treadmill.start()
    return treadmill


@pytest.mark.asyncio
async def test_a_connect_that_is_cancelled_at_any_of_its_waits_leaves_nothing_open_and_does_not_hang(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "DISCONNECT_S", 2 * HANGS_S)
    monkeypatch.setattr(radio, "RELEASE_S", 0.05)
    treadmill = await treadmill_in(world)
    first = BleakRadio(ADDRESS)
    await first.connect(lambda _why: None)  # bleak's own bus, which all share, is open from here on
    await first.disconnect()
    before, wait = sockets(), 0
    while await cancelled_at(link := BleakRadio(ADDRESS), wait):
        await asyncio.sleep(0.01)
        assert sockets() == before, f"cancelled at wait {wait}"
        wait += 1
    assert wait > 5
    await link.disconnect()
    await treadmill.stop()


@pytest.mark.asyncio
async def test_a_radio_that_a_test_leaves_open_is_closed_with_its_world(
    bus_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else its socket would be complained of in the name of some later test, or when all have ended."""
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    before = sockets()
    async with virtual_radio(bus_address) as world:
        await treadmill_in(world)
        left = BleakRadio(ADDRESS)
        await left.connect(lambda _why: None)
        assert sockets() > before
    assert sockets() == before


class Failing(MemoryRadio):
    """A write fails when it is told to."""

    def __init__(self) -> None:
        super().__init__(MockTreadmill(DEFAULT), PacedClock(50))
        self.writing, self.fails = asyncio.Event(), asyncio.Event()

    async def write(self, _cleared: Cleared) -> None:
        self.writing.set()
        await self.fails.wait()
        raise LinkError(Trouble.TIMED_OUT, "EOFError")


@pytest.mark.asyncio
async def test_a_write_that_fails_as_its_connection_is_given_up_is_complained_of_by_nobody() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, complaint: complaints.append(complaint))
    air, heard = Failing(), list[Input]()
    connection = Connection(air, PacedClock(50), heard.append)
    await connection.open(ADDRESS)
    running = asyncio.create_task(connection.run())
    connection.offer(TakeControl())
    await air.writing.wait()
    air.fails.set()
    await asyncio.sleep(0)  # it has failed; whoever runs the connection has yet to be told
    running.cancel()
    await asyncio.wait({running})
    await connection.close()
    del running
    gc.collect()
    assert complaints == []


@pytest.mark.asyncio
async def test_leaving_a_bus_that_died_while_it_was_written_to_is_quiet(tmp_path: Path) -> None:
    """The write finds it dead before the reader does."""
    with private_bus(tmp_path) as address:
        bus = await MessageBus(bus_address=address).connect()
        bus._finalize(BrokenPipeError())
        await leave(bus)
