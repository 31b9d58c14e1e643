"""Time as an object that is handed in. A scaled clock scales engine, mock and failsafes together."""

from __future__ import annotations

import asyncio
import heapq
import time
from itertools import count
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and a way to wait for some of them."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""


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


class PacedClock:
    """A clock for a mock, `scale` times as fast as the wall, that goes from one awaited moment to the next.

    A computer that stalls for a while stretches this clock instead of making it jump: nobody misses telemetry in a simulated
    session because the build machine was busy.
    """

    def __init__(self, scale: float = 1.0) -> None:
        if not 0 < scale <= 1000:
            raise ValueError("a time scale is over 0 and up to 1000")
        self._scale = scale
        self._now = 0.0
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()
        self._timer: asyncio.TimerHandle | None = None

    def now(self) -> float:
        """Seconds of this clock since it was made."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now + max(0.0, seconds), next(self._order), future))
        self._set_timer()
        await future

    def _set_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        while self._waiting and self._waiting[0][2].done():
            heapq.heappop(self._waiting)
        if self._waiting:
            ahead = self._waiting[0][0] - self._now
            self._timer = asyncio.get_running_loop().call_later(ahead / self._scale, self._arrive)

    def _arrive(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        self._now = max(self._now, self._waiting[0][0])
        while self._waiting and self._waiting[0][0] <= self._now:
            future = heapq.heappop(self._waiting)[2]
            if not future.done():
                future.set_result(None)
        self._set_timer()


async def wait(clock: Clock, event: asyncio.Event, seconds: float) -> None:
    """Wait for an event, but no longer than that many seconds of the clock; the event is cleared."""
    if not event.is_set() and seconds > 0:
        sleeping = asyncio.ensure_future(clock.sleep(seconds))
        waiting = asyncio.ensure_future(event.wait())
        try:
            await asyncio.wait((sleeping, waiting), return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            waiting.cancel()
    event.clear()
