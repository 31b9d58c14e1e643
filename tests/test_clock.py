"""Time that is handed in: a paced clock goes from one awaited moment to the next, in order, and never jumps."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.clock import Clock, PacedClock, RunningClock, Sleep, passing, wait


def in_loop(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(coroutine)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=20))
def test_sleepers_wake_in_order_each_at_its_own_time(tenths: list[int]) -> None:
    async def whole() -> list[tuple[float, float]]:
        clock = PacedClock(1000)
        woken: list[tuple[float, float]] = []

        async def sleeper(seconds: float) -> None:
            await clock.sleep(seconds)
            woken.append((clock.now(), seconds))

        await asyncio.gather(*(sleeper(t / 10) for t in tenths))
        return woken

    woken = in_loop(whole())
    assert [seconds for _, seconds in woken] == sorted(t / 10 for t in tenths)
    assert all(at == seconds for at, seconds in woken)


def test_a_minute_takes_its_share_of_the_wall() -> None:
    async def whole() -> float:
        clock, begun = PacedClock(200), time.monotonic()
        for _ in range(240):
            await clock.sleep(0.25)
        assert clock.now() == 60
        return time.monotonic() - begun

    assert in_loop(whole()) > 0.29, "60 s at 200 times are 0.3 s, and never less"


def test_a_loop_that_stalls_stretches_the_clock_and_nobody_misses_a_moment() -> None:
    async def whole() -> list[float]:
        clock, seen = PacedClock(100), list[float]()

        async def ticks() -> None:
            for _ in range(40):
                await clock.sleep(0.25)
                seen.append(clock.now())

        async def stall() -> None:
            await clock.sleep(3)
            time.sleep(0.2)  # noqa: ASYNC251 - what a busy machine does

        await asyncio.gather(ticks(), stall())
        return seen

    assert in_loop(whole()) == [n * 0.25 for n in range(1, 41)]


def test_after_a_stall_the_clock_does_not_run_after_the_time_it_lost() -> None:
    async def whole() -> float:
        clock = PacedClock(10)
        sleeper = asyncio.create_task(clock.sleep(1))
        await asyncio.sleep(0)
        time.sleep(0.4)  # noqa: ASYNC251
        await sleeper
        begun = time.monotonic()
        await clock.sleep(2)
        return time.monotonic() - begun

    assert in_loop(whole()) > 0.19


def test_a_clock_that_nobody_waited_for_stood_still() -> None:
    async def whole() -> tuple[float, float]:
        clock = PacedClock(10)
        await clock.sleep(1)
        await asyncio.sleep(0.2)
        begun = time.monotonic()
        await clock.sleep(1)
        return clock.now(), time.monotonic() - begun

    now, wall = in_loop(whole())
    assert now == 2
    assert wall > 0.09


@pytest.mark.parametrize("make", [RunningClock, lambda: PacedClock(10)])
def test_what_is_to_be_done_later_is_done_once_and_never_when_it_was_cancelled(make: Callable[[], Clock]) -> None:
    async def whole() -> list[str]:
        clock, done = make(), list[str]()
        clock.call_later(0.1, lambda: done.append("later"))
        cancelled = clock.call_later(0.05, lambda: done.append("cancelled"))
        at_once = clock.call_later(-1.0, lambda: done.append("at once"))
        cancelled.cancel()
        await clock.sleep(0.2)
        at_once.cancel()
        return done

    assert in_loop(whole()) == ["at once", "later"]


def test_a_key_that_repeats_does_not_hold_the_clock_up() -> None:
    """Each press wakes the session, which then sleeps anew; the others' time must go on all the same."""

    async def whole() -> float:
        clock, key = PacedClock(10), asyncio.Event()
        mock = asyncio.create_task(clock.sleep(1))
        begun = time.monotonic()
        while not mock.done():
            asyncio.get_running_loop().call_later(0.005, key.set)
            await wait(clock, key, 0.25)
        return time.monotonic() - begun

    assert in_loop(whole()) < 0.5


def test_cancelled_sleepers_leave_nothing_behind() -> None:
    async def whole() -> PacedClock:
        clock = PacedClock(1)
        staying = asyncio.create_task(clock.sleep(1e6))
        for _ in range(500):
            task = asyncio.create_task(clock.sleep(1e5))
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert len(clock._sleepers) <= 3
        staying.cancel()
        await asyncio.gather(staying, return_exceptions=True)
        return clock

    clock = in_loop(whole())
    assert clock._sleepers == []
    assert clock._timer is None


def test_cancelling_the_first_sleeper_does_not_wake_the_second_early() -> None:
    async def whole() -> tuple[float, float]:
        clock = PacedClock(100)
        tasks = [asyncio.create_task(clock.sleep(seconds)) for seconds in (5, 20, 21, 22)]
        await asyncio.sleep(0)
        tasks[0].cancel()
        begun = time.monotonic()
        await tasks[1]
        for task in tasks:
            task.cancel()
        return clock.now(), time.monotonic() - begun

    now, wall = in_loop(whole())
    assert now == 20
    assert wall > 0.19


def test_whoever_wakes_has_acted_before_the_clock_goes_on() -> None:
    """A chain of hand-overs, as from a tick over the link to the mock and back, happens at one moment of a clock in a hurry."""

    async def whole() -> list[float]:
        clock, first, second, times = PacedClock(1000), asyncio.Event(), asyncio.Event(), list[float]()

        async def link() -> None:
            while True:
                await wait(clock, first, 10)
                second.set()

        async def mock() -> None:
            while True:
                await wait(clock, second, 10)
                times.append(clock.now())

        tasks = [asyncio.create_task(link()), asyncio.create_task(mock()), asyncio.create_task(clock.sleep(99))]
        rushing = asyncio.gather(*(clock.sleep(n / 100) for n in range(1, 50)))
        await clock.sleep(0.105)
        first.set()
        await rushing
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return times

    assert in_loop(whole())[:1] == [0.105]


@pytest.mark.parametrize("scale", [0, -1, 1000.1, float("nan"), float("inf")])
def test_a_time_scale_is_over_zero_and_up_to_a_thousand(scale: float) -> None:
    with pytest.raises(ValueError, match="1000"):
        PacedClock(scale)


def test_the_running_clock_runs_with_the_wall() -> None:
    async def whole() -> float:
        clock = RunningClock()
        await clock.sleep(-1)
        await clock.sleep(0.02)
        return clock.now()

    assert 0.019 < in_loop(whole()) < 5


def test_waiting_ends_with_the_event_or_with_the_time() -> None:
    async def whole() -> tuple[float, float]:
        clock, event = PacedClock(1000), asyncio.Event()
        await wait(clock, event, 2)
        after_time = clock.now()
        asyncio.get_running_loop().call_soon(event.set)
        await wait(clock, event, 1e6)
        assert not event.is_set()
        return after_time, clock.now()

    assert in_loop(whole()) == (2, 2)


def test_a_wait_that_is_over_at_once_still_lets_others_run() -> None:
    async def whole() -> bool:
        clock, event, others = PacedClock(1000), asyncio.Event(), list[int]()
        asyncio.get_running_loop().call_soon(others.append, 1)
        event.set()
        await wait(clock, event, 10)
        return others == [1]

    assert in_loop(whole())


def test_a_computer_that_slept_is_found_out_once_and_clocks_that_drift_are_not() -> None:
    passed = [100.0]
    sleep = Sleep(lambda: passed[0])
    looks = []
    for now, at in ((0.0, 100.0), (0.25, 100.25), (0.5, 104.5), (0.75, 3704.75), (1.0, 3705.0), (1.25, 3000.0)):
        passed[0] = at
        looks.append(sleep.look(now))
    assert looks == [0.0, 0.0, 0.0, 3600.0, 0.0, 0.0]
    assert passing() <= passing()
