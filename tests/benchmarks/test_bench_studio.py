"""A class of two hundred lanes on one computer: how far apart their starts are, how long STOP ALL takes, and what it costs.

Real broker processes, a connection for each lane, clocks up to five seconds apart. A room has fifty small computers for so many
lanes; here two cores serve them all, so that what is measured has their queue in it, and no lane's network.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from studio_brokers import MOSQUITTO, Mosquitto, embedded
from studio_processes import Staff

from treadctl.studio.coach_agent import Button
from treadctl.studio.mqtt_bus import BrokerAddress

LANES = int(os.environ.get("STUDIO_LANES", "200"))
PROCESSES = 4
RUNS_S = 20.0
ASKED_AFTER_S = 1.0
"""After T0: to ask the console fifty times a second how the class is would take from it, and from the lanes, what is measured."""
AIMS_MS = {"mosquitto": 25, "embedded": 60}
STOP_AIM_MS = 500

pytestmark = [pytest.mark.asyncio, pytest.mark.benchmark, pytest.mark.timeout(600)]
_WORKER = Path(__file__).parents[1] / "studio_many_lanes.py"
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class Lanes:
    """Some lanes in a process of their own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def ask(self, word: str) -> dict[str, Any]:
        """Say a word; returns what the lanes then tell."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(word.encode() + b"\n")
        told: dict[str, Any] = json.loads(await self._process.stdout.readline())
        return told

    async def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(20):
                await self._process.wait()
        if self._process.returncode is None:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def many_lanes(port: int) -> AsyncIterator[list[Lanes]]:
    share, lanes = LANES // PROCESSES, []
    try:
        for first in range(1, LANES + 1, share):
            pipe = asyncio.subprocess.PIPE
            command = (sys.executable, str(_WORKER), str(first), str(first + share - 1), str(port))
            lanes.append(Lanes(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=2**22)))
        yield lanes
    finally:
        await asyncio.gather(*(one.end() for one in lanes))


@contextmanager
def a_broker(kind: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Its port and its process."""
    if kind == "embedded":
        with embedded() as process:
            assert process.pid is not None
            yield process.port, process.pid
        return
    if MOSQUITTO is None:
        pytest.skip("mosquitto is missing; apt install mosquitto")
    mosquitto = Mosquitto(folder)
    mosquitto.start()
    try:
        assert mosquitto._process is not None
        yield mosquitto.port, mosquitto._process.pid
    finally:
        mosquitto.stop()


def cpu_of(pid: int) -> float:
    """Seconds of processor time that a process has used; nothing where the system does not tell."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS
    return 0.0


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor seconds used so far, and when that was looked up."""

    at: float
    lanes: float
    broker: float
    console: float

    def since(self, before: Cost) -> str:
        wall = self.at - before.at
        lanes, broker, console = ((now - then) / wall for now, then in zip(self._cpu, before._cpu, strict=True))
        return f"lanes {lanes / LANES * 100:.2f} % of a core each, broker {broker * 100:.0f} %, console {console * 100:.0f} %"

    @property
    def _cpu(self) -> tuple[float, float, float]:
        return self.lanes, self.broker, self.console


async def cost(lanes: list[Lanes], broker: int) -> Cost:
    told = [await one.ask("tell") for one in lanes]
    return Cost(time.monotonic(), sum(one["cpu_s"] for one in told), cpu_of(broker), time.process_time())


def at_share(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


@pytest.fixture(autouse=True)
def _only_when_asked(pytestconfig: pytest.Config) -> None:
    if pytestconfig.getoption("markexpr") != "benchmark":
        pytest.skip("a minute of both cores; run it with -m benchmark")


@pytest.mark.parametrize("kind", ["mosquitto", "embedded"])
async def test_two_hundred_lanes_start_together_and_stop_together(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with a_broker(kind, tmp_path) as (port, broker):
        async with many_lanes(port) as lanes:
            staff = Staff(BrokerAddress(port=port))
            try:
                lines = await a_class(staff, lanes, broker, AIMS_MS[kind])
            finally:
                await staff.leave()
    with capsys.disabled():
        sys.stdout.write("".join(f"\n  {LANES} lanes, {kind}: {line}" for line in lines) + "\n")


async def a_class(staff: Staff, lanes: list[Lanes], broker: int, aim_ms: int) -> list[str]:
    agent, began = staff.agent, time.monotonic()
    await staff.offered(LANES, 90)
    joined_s = time.monotonic() - began
    await asyncio.gather(*(one.ask("ready") for one in lanes))
    await staff.until(lambda: agent.coach.roster.ready_count(agent.now()) == LANES, 30)
    gc.collect()
    staff.press(Button.START)
    assert agent.coach.t0 is not None
    t0 = agent.coach.t0 + (time.monotonic() - agent.now())
    await asyncio.sleep(t0 + ASKED_AFTER_S - time.monotonic())
    await staff.until(lambda: staff.summary == f"{LANES} of {LANES} moving", 40)
    command_ms = [one.command_ms or 0 for one in agent.coach.late(agent.now())]
    before = await cost(lanes, broker)
    await asyncio.sleep(RUNS_S)
    running = (await cost(lanes, broker)).since(before)
    bounds = [(view.state.clock_bound_us or 0) / 1000 for view in agent.coach.roster if view.state is not None]

    pressed = time.monotonic()
    staff.stop_all()
    await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 60)
    told = [lane for one in lanes for lane in (await one.ask("tell"))["lanes"]]
    assert [len(lane["starts"]) for lane in told] == [1] * LANES
    assert all(lane["stops"] and not lane["belt"] for lane in told)
    late_ms = [(lane["starts"][0] - t0) * 1000 for lane in told]
    rest_ms = [true - own for true, own in zip(late_ms, command_ms, strict=True)]
    stop_ms = [(min(at for at in lane["stops"] if at >= pressed) - pressed) * 1000 for lane in told]
    return [
        f"there, measured and offered the program after {joined_s:.1f} s; clocks known to {shown(bounds)}",
        f"Start at the treadmill after T0: {shown(late_ms)}; "
        f"skew p99 {at_share(late_ms, 0.99) - min(late_ms):.0f} ms from the first (aim {aim_ms})",
        f"  of that, until the session had handed it on, by its own clock {shown([float(own) for own in command_ms])}",
        f"  from there to the treadmill, and what that clock is wrong by {shown(rest_ms)}",
        f"STOP ALL to Stop at the treadmill {shown(stop_ms)} (aim: the last within {STOP_AIM_MS})",
        f"while they run: {running}",
    ]


def shown(values_ms: list[float]) -> str:
    """Smallest, middle, nearly largest, largest."""
    few = (min(values_ms), at_share(values_ms, 0.5), at_share(values_ms, 0.99), max(values_ms))
    return "{:.1f} / {:.1f} / {:.1f} / {:.1f} ms (first, p50, p99, last)".format(*few)
