"""To wait in a test for what has no event of its own, such as where a mock's deck is; bounded, and over as soon as it is true."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

SOON_S: Final = 5.0
"""Past this, something hangs: all that is waited for here takes tens of milliseconds."""


async def eventually(true: Callable[[], bool]) -> None:
    """Return once it is true; else a TimeoutError."""
    async with asyncio.timeout(SOON_S):
        while not true():  # noqa: ASYNC110 - there is no event
            await asyncio.sleep(0.005)
