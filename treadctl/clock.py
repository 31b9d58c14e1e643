"""Time as an object that is handed in. A scaled clock scales engine, mock and failsafes together."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Callable
from itertools import count
from typing import Final, Protocol

JUMP_S: Final = 5.0
"""A clock that goes on while the computer sleeps, and one that does not, this far apart: it slept, and every watchdog with it."""
STRETCH_S: Final = 0.05
"""A paced clock that is later than this by the wall does not run after it; below, it does, so that a minute is a minute. Ours."""
_EARLY_S: Final = 0.001
_PASSES: Final = 8
"""Passes of the loop between two moments of a paced clock: whoever woke at one has offered, written and heard before the next."""


class Timer(Protocol):
    """Something that is to be done later."""

    def cancel(self) -> object:
        """It is not; nothing happens where it was done."""


class Clock(Protocol):
    """Seconds that only grow, and ways to wait for some of them."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Do something when that many seconds of this clock have passed."""


class RunningClock:
    """The computer's monotonic clock from zero: the only one for a belt that is real."""

    def __init__(self) -> None:
        self._origin = time.monotonic()

    def now(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._origin

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(max(0.0, seconds))

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Do something then: a timer of the loop's own."""
        return asyncio.get_running_loop().call_later(max(0.0, seconds), act)


def passing() -> float:
    """Seconds that also pass while the computer sleeps. Linux has a clock for that, which nobody sets; else it is the wall's."""
    boot: int | None = getattr(time, "CLOCK_BOOTTIME", None)
    return time.time() if boot is None else time.clock_gettime(boot)


class Sleep:
    """How long the computer slept: what `passing` is ahead of a running clock between two looks."""

    def __init__(self, passes: Callable[[], float]) -> None:
        self._passes = passes
        self._last: tuple[float, float] | None = None

    def look(self, now: float) -> float:
        """Seconds slept since the last look; zero for none, and for less than clocks go apart by themselves."""
        passed = self._passes()
        apart = 0.0 if self._last is None else (passed - self._last[0]) - (now - self._last[1])
        self._last = passed, now
        return apart if apart > JUMP_S else 0.0


class _Sleeper:
    """What a paced clock does when its moment has come; nothing once that is done or cancelled."""

    __slots__ = ("_forget", "act")

    def __init__(self, act: Callable[[], object], forget: Callable[[], None]) -> None:
        self.act: Callable[[], object] | None = act
        self._forget = forget

    def cancel(self) -> None:
        if self.act is not None:
            self.act = None
            self._forget()


class PacedClock:
    """A clock for a mock, `scale` times as fast as the wall, that goes from one awaited moment to the next.

    A computer that stalls for a while stretches this clock instead of making it jump: nobody misses telemetry in a simulated
    session because the build machine was busy. One that cannot keep up with `scale` runs it as fast as it can. For one loop.
    """

    def __init__(self, scale: float = 1.0) -> None:
        if not 0 < scale <= 1000:
            raise ValueError("a time scale is over 0 and up to 1000")
        self._scale = scale
        self._now = 0.0
        self._reached_at = 0.0  # by the loop's own clock
        self._sleepers: list[tuple[float, int, _Sleeper]] = []
        self._gone = 0
        self._order = count()
        self._timer: asyncio.Handle | None = None

    def now(self) -> float:
        """Seconds of this clock since it was made."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""
        future = asyncio.get_running_loop().create_future()

        def wake() -> None:
            if not future.done():
                future.set_result(None)

        timer = self.call_later(seconds, wake)
        try:
            await future
        finally:
            timer.cancel()

    def call_later(self, seconds: float, act: Callable[[], object]) -> Timer:
        """Do something when that many seconds of this clock have passed."""
        if not self._sleepers:
            self._reached_at = asyncio.get_running_loop().time()  # while nobody waits, it stands
        sleeper = _Sleeper(act, self._forget)
        heapq.heappush(self._sleepers, (self._now + max(0.0, seconds), next(self._order), sleeper))
        if self._sleepers[0][2] is sleeper:
            self._set_timer()
        return sleeper

    def _forget(self) -> None:
        """Sleepers that were cancelled are swept out once they are the greater part."""
        self._gone += 1
        if self._gone * 2 > len(self._sleepers):
            self._sleepers = [sleeper for sleeper in self._sleepers if sleeper[2].act is not None]
            heapq.heapify(self._sleepers)
            self._gone = 0
            self._set_timer()

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._sleepers:
            self._timer = asyncio.get_running_loop().call_at(self._due_at(), self._settle, _PASSES)

    def _due_at(self) -> float:
        return self._reached_at + (self._sleepers[0][0] - self._now) / self._scale

    def _settle(self, passes: int) -> None:
        if passes:
            self._timer = asyncio.get_running_loop().call_soon(self._settle, passes - 1)
        else:
            self._arrive()

    def _arrive(self) -> None:
        wall, due = asyncio.get_running_loop().time(), self._due_at()
        if wall < due - _EARLY_S:  # the one it was set for was cancelled
            self._set_timer()
            return
        self._now = self._sleepers[0][0]
        self._reached_at = due if wall - due <= STRETCH_S else wall
        while self._sleepers and self._sleepers[0][0] <= self._now:
            sleeper = heapq.heappop(self._sleepers)[2]
            act, sleeper.act = sleeper.act, None
            if act is None:
                self._gone -= 1
            else:
                act()
        self._set_timer()


async def wait(clock: Clock, event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than that many seconds of the clock; the event is cleared. Others always get a turn."""
    if event.is_set() or seconds <= 0:
        await asyncio.sleep(0)
    else:
        timer = clock.call_later(seconds, event.set)
        try:
            await event.wait()
        finally:
            timer.cancel()
    event.clear()
