"""One write to a treadmill, whose task stands by before there is anything to write: then a Stop has only to wake it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from treadctl.safety import Cleared


class Writing:
    """Stands by from when it is made, on a running loop; `write` does it, and `ended` is told of the task's end, in any case."""

    def __init__(self, write: Callable[[Cleared], Awaitable[None]], ended: Callable[[asyncio.Task[None]], object]) -> None:
        self._what: asyncio.Future[Cleared] = asyncio.get_running_loop().create_future()
        self.task = asyncio.create_task(self._run(write))
        self.task.add_done_callback(ended)

    @property
    def begun(self) -> bool:
        """Whether it was told what to write, or given up."""
        return self._what.done()

    @property
    def what(self) -> Cleared:
        """What it was told to write."""
        return self._what.result()

    def begin(self, cleared: Cleared) -> None:
        """Write this, as soon as the loop has its next turn."""
        self._what.set_result(cleared)

    async def _run(self, write: Callable[[Cleared], Awaitable[None]]) -> None:
        await write(await self._what)
