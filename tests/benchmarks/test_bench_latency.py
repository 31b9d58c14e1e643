"""From a decision to its bytes at the treadmill, beside a bare bleak write loop over the same link in the same run.

Stop is what is measured: it has no spacing, while everything else keeps 400 ms apart on purpose. The two loops take turns, one
write each, so that whatever slows this machine slows both. The numbers are printed and never asserted: they belong to the
machine they were measured on, the ratio less so.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from statistics import median, quantiles

import pytest

if sys.platform != "linux":
    pytest.skip("the virtual radio is for bleak's Linux backend", allow_module_level=True)

from bleak import BleakClient
from virtual_radio.scripted import Scripted
from virtual_radio.world import World

from treadctl.clock import RunningClock
from treadctl.engine.words import Answered, Input
from treadctl.safety import Stop
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import LEVEL

OURS, BARE = "F0:0D:F1:7E:55:07", "F0:0D:F1:7E:55:08"
CONTROL_POINT = "00002ad9-0000-1000-8000-00805f9b34fb"
STOP = bytes.fromhex("0801")
ROUNDS, WARM_UP = 1000, 20

pytestmark = pytest.mark.benchmark


@pytest.mark.asyncio
async def test_decision_to_bytes(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    ours, bare = await machine(world, OURS), await machine(world, BARE)
    client, answered = BleakClient(BARE), asyncio.Event()

    def deliver(word: Input) -> None:
        if isinstance(word, Answered):
            answered.set()

    connection = Connection(BleakRadio(OURS), RunningClock(), deliver, known_mock(LEVEL))
    await connection.open(OURS)
    await client.connect()
    await client.start_notify(CONTROL_POINT, lambda _sender, _octets: answered.set())
    work = asyncio.create_task(connection.run())
    control_point = client.services.get_characteristic(CONTROL_POINT)
    assert control_point is not None

    async def bare_write() -> None:
        await client.write_gatt_char(control_point, STOP, response=True)

    async def our_write() -> None:
        connection.offer(Stop())

    through_us, through_bleak = [], []
    for _ in range(WARM_UP + ROUNDS):
        through_us.append(await to_the_machine(ours, answered, our_write))
        through_bleak.append(await to_the_machine(bare, answered, bare_write))
    work.cancel()
    await connection.close()
    await client.disconnect()
    await ours.stop()
    await bare.stop()
    show(capsys, through_us[WARM_UP:], through_bleak[WARM_UP:])


async def machine(world: World, address: str) -> Scripted:
    """A treadmill that accepts every Stop."""
    scripted = Scripted(world.peripheral("scripted", address))

    async def accept(_written: bytes) -> None:
        scripted.say("2ad9", "80 08 01")

    scripted.on_write = accept
    await scripted.start()
    return scripted


async def to_the_machine(scripted: Scripted, answered: asyncio.Event, write: Callable[[], Awaitable[None]]) -> float:
    """Seconds from here to the bytes at the other end; the answer is waited for and not counted."""
    answered.clear()
    decided = asyncio.get_running_loop().time()
    await write()
    await answered.wait()
    arrived, octets = scripted.writes[-1]
    assert octets == STOP
    return arrived - decided


def show(capsys: pytest.CaptureFixture[str], us: list[float], bleak: list[float]) -> None:
    (fast, slow), (bare_fast, bare_slow) = [(1000 * median(s), 1000 * quantiles(s, n=100)[98]) for s in (us, bleak)]
    with capsys.disabled():
        print(f"\n  decision to bytes, {len(us)} times: p50 {fast:.2f} ms, p99 {slow:.2f} ms")
        print(f"  bare bleak beside it: p50 {bare_fast:.2f} ms, p99 {bare_slow:.2f} ms")
        print(f"  ratio: p50 {fast / bare_fast:.2f}, p99 {slow / bare_slow:.2f} (the 400 ms between other commands not counted)")
