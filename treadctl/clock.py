"""Time as an object that is handed in. A scaled clock scales engine, mock and failsafes together."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds that only grow, and a way to wait for some of them."""

    def now(self) -> float:
        """Seconds since some fixed moment."""

    async def sleep(self, seconds: float) -> None:
        """Wait for that many seconds of this clock."""


class RunningClock:
    """The computer's monotonic clock, starting at zero, `scale` times as fast as the wall (1 for anything but a mock)."""

    def __init__(self, scale: float = 1.0) -> None:
        if not 0 < scale <= 1000:
            raise ValueError("a time scale is over 0 and up to 1000")
        self._scale = scale
        self._origin = time.monotonic()

    def now(self) -> float:
        """Seconds of this clock since it was made."""
        return (time.monotonic() - self._origin) * self._scale

    async def sleep(self, seconds: float) -> None:
        """Wait; a scaled clock waits correspondingly shorter."""
        await asyncio.sleep(max(0.0, seconds) / self._scale)
