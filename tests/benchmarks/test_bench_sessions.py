"""Five hundred headless sessions in one process, beside a loop that only wakes five hundred timers as often.

Each is a whole one: mock, radio, link, gate and engine, stepped at 4 Hz by the wall, linked and watched but not armed. Times
and ratios are printed and never asserted, for they belong to the machine; what is asserted is that every session was alive.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from treadctl.clock import RunningClock
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

SESSIONS = 500
SECONDS = 2.0
TICK_S = 0.25

pytestmark = pytest.mark.benchmark


class Measured:
    """What a run of so many sessions or timers cost, and how late each tick was."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.late_s: list[float] = []
        self._begun = (time.process_time(), time.monotonic())
        self.cpu_s = 0.0

    def ended(self) -> None:
        cpu, wall = (now - then for now, then in zip((time.process_time(), time.monotonic()), self._begun, strict=True))
        self.cpu_s = cpu / wall / SESSIONS

    def late_ms(self, share: float) -> float:
        return sorted(self.late_s)[int(len(self.late_s) * share)] * 1000


async def timers() -> Measured:
    """Nothing but the waking."""

    async def timer(number: int) -> None:
        await asyncio.sleep(number / SESSIONS * TICK_S)
        while True:
            due = time.monotonic() + TICK_S
            await asyncio.sleep(TICK_S)
            measured.late_s.append(time.monotonic() - due)

    tasks = [asyncio.create_task(timer(number)) for number in range(SESSIONS)]
    await asyncio.sleep(TICK_S)
    measured = Measured()
    await asyncio.sleep(SECONDS)
    measured.ended()
    await _over(tasks)
    return measured


async def sessions() -> tuple[Measured, int]:
    """The same with a session behind each timer. A tick that came early, because something arrived, was not late."""
    alive: set[int] = set()
    tasks: list[asyncio.Task[Ending]] = []

    def listen(session: Session, number: int) -> None:
        last = time.monotonic()

        def step(now: float, inputs: list[Input], step: Step) -> None:
            nonlocal last
            due, last = last + TICK_S, time.monotonic()
            measured.late_s.append(max(0.0, last - due))
            if step.snapshot.shown_speed is not None:
                alive.add(number)

        session.listen(step)

    workout, measured = load_named("first-descent"), Measured()
    for number in range(SESSIONS):
        clock = RunningClock()
        radio = MemoryRadio(MockTreadmill(DEFAULT, seed=number), clock)
        session = Session(workout, Profile(), clock, partial(Connection, radio, clock))
        listen(session, number)
        tasks.append(asyncio.create_task(session.run("mock")))
        await asyncio.sleep(TICK_S / SESSIONS)
    await asyncio.sleep(1.0)
    measured.begin()
    await asyncio.sleep(SECONDS)
    measured.ended()
    await _over(tasks)
    return measured, len(alive)


async def _over(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_five_hundred_sessions_beside_five_hundred_timers(capsys: pytest.CaptureFixture[str]) -> None:
    gc.collect()
    empty = asyncio.run(timers())
    whole, alive = asyncio.run(sessions())
    assert alive == SESSIONS
    with capsys.disabled():
        sys.stdout.write(
            f"\n  {SESSIONS} sessions at 4 Hz: {whole.cpu_s * 1e6:.0f} µs of CPU per session and second, "
            f"{whole.cpu_s / empty.cpu_s:.1f} times {SESSIONS} bare timers ({empty.cpu_s * 1e6:.0f} µs)\n"
            f"  ticks late by {whole.late_ms(0.5):.1f} ms (p50), {whole.late_ms(0.99):.1f} ms (p99); bare timers "
            f"{empty.late_ms(0.5):.1f} and {empty.late_ms(0.99):.1f} ms: "
            f"{whole.late_ms(0.99) / max(empty.late_ms(0.99), 1e-9):.1f} times at p99\n"
        )
