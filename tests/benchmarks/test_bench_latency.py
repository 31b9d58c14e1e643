"""From a decision to its bytes at the treadmill, beside a bare bleak write loop over the same link in the same run.

Stop is what is measured: it has no spacing, while everything else keeps 400 ms apart on purpose. Four loops take turns in
every order, some writes each, so that whatever slows this machine slows all: ours in one process, ours through a guardian and
its pipe as in every real run, bleak's, and bleak's in a bare second process behind a pipe, which any guardian must cost. Each
write begins from rest, as a runner's Stop does: then processors have to wake first. The numbers are printed and never asserted:
they belong to the machine they were measured on, the ratio less so.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from itertools import cycle, permutations
from pathlib import Path
from statistics import median, quantiles

import pytest

if sys.platform != "linux":
    pytest.skip("the virtual radio is for bleak's Linux backend", allow_module_level=True)

from bare_second_process import READY
from bleak import BleakClient
from virtual_radio.scripted import Scripted
from virtual_radio.world import World

from treadctl.cli.guardian import command
from treadctl.clock import RunningClock
from treadctl.engine.words import Answered, CommandKind, Input
from treadctl.safety import Stop
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import LEVEL

OURS, GUARDED, BARE, BEHIND = "F0:0D:F1:7E:55:07", "F0:0D:F1:7E:55:09", "F0:0D:F1:7E:55:08", "F0:0D:F1:7E:55:06"
CONTROL_POINT = "00002ad9-0000-1000-8000-00805f9b34fb"
STOP = bytes.fromhex("0801")
ROUNDS, BLOCK = 1020, 20
"""Writes of each loop, and of one turn; its first turn warms it up."""
REST_S = 0.005
_SECOND = Path(__file__).with_name("bare_second_process.py")

pytestmark = pytest.mark.benchmark


@pytest.mark.asyncio
async def test_decision_to_bytes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # nobody's own machine files
    machines = [await machine(world, address) for address in (OURS, GUARDED, BARE, BEHIND)]
    ours, theirs, bare, behind = machines
    client, answered = BleakClient(BARE), asyncio.Event()

    def deliver(word: Input) -> None:
        if isinstance(word, Answered) and word.command is CommandKind.STOP:
            answered.set()

    connection = Connection(BleakRadio(OURS), RunningClock(), deliver, known_mock(LEVEL))
    await connection.open(OURS)
    guarded = Guarded(command(), RunningClock(), deliver, tmp_path / "guardian.log")
    await guarded.open(GUARDED)
    await client.connect()
    await client.start_notify(CONTROL_POINT, lambda _sender, _octets: answered.set())
    second = await SecondProcess.begin(BEHIND, answered)
    work = asyncio.create_task(connection.run())
    control_point = client.services.get_characteristic(CONTROL_POINT)
    assert control_point is not None

    async def bare_write() -> None:
        await client.write_gatt_char(control_point, STOP, response=True)

    async def our_write() -> None:
        connection.offer(Stop())

    async def guarded_write() -> None:
        guarded.alive(False)  # as a session's step does
        guarded.offer(Stop())

    ways = (
        ("in one process", ours, our_write),
        ("through a guardian", theirs, guarded_write),
        ("bleak in a bare second process", behind, second.write),
        ("bleak", bare, bare_write),
    )
    took: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    orders = cycle(permutations(ways))
    for _ in range(ROUNDS // BLOCK):
        for name, scripted, write in next(orders):
            for _ in range(BLOCK):
                took[name].append(await to_the_machine(scripted, answered, write))
                await asyncio.sleep(REST_S)
    work.cancel()
    await connection.close()
    await guarded.close()
    await second.end()
    await client.disconnect()
    for scripted in machines:
        await scripted.stop()
    show(capsys, {name: times for name, times in took.items() if name != "bleak"}, took["bleak"])


class SecondProcess:
    """`bare_second_process.py` at the other end of its pipe."""

    def __init__(self, process: asyncio.subprocess.Process, answered: asyncio.Event) -> None:
        self._process, self._answered = process, answered
        self._hearing = asyncio.create_task(self._hear())

    @classmethod
    async def begin(cls, address: str, answered: asyncio.Event) -> SecondProcess:
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(sys.executable, str(_SECOND), address, stdin=pipe, stdout=pipe)
        assert process.stdout is not None
        assert await process.stdout.readexactly(1) == READY
        return cls(process, answered)

    async def _hear(self) -> None:
        assert self._process.stdout is not None
        while await self._process.stdout.read(64):
            self._answered.set()

    async def write(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(b"Stop\n")

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._hearing


async def machine(world: World, address: str) -> Scripted:
    """A treadmill that gives control, and accepts every Stop."""
    scripted = Scripted(world.peripheral("scripted", address))

    async def accept(written: bytes) -> None:
        scripted.say("2ad9", "80 08 01" if written == STOP else "80 00 01")

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


def show(capsys: pytest.CaptureFixture[str], ways: dict[str, list[float]], bleak: list[float]) -> None:
    bare_fast, bare_slow = middle_and_slowest(bleak)
    with capsys.disabled():
        print(
            f"\n  decision to bytes, {ROUNDS - BLOCK} times from rest; bare bleak: p50 {bare_fast:.2f} ms, p99 {bare_slow:.2f} ms"
        )
        for way, took in ways.items():
            fast, slow = middle_and_slowest(took)
            ratio = f"ratio p50 {fast / bare_fast:.2f}, p99 {slow / bare_slow:.2f}"
            print(f"  {way}: p50 {fast:.2f} ms, p99 {slow:.2f} ms; {ratio} (the 400 ms between other commands not counted)")


def middle_and_slowest(took: list[float]) -> tuple[float, float]:
    """The median and the 99th percentile in milliseconds, after the warm-up."""
    return 1000 * median(took[BLOCK:]), 1000 * quantiles(took[BLOCK:], n=100)[98]
