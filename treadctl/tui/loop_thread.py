"""An event loop in a thread of its own, so that no screen, terminal or slow line can hold up what runs in it.

Any thread may ask something of what runs there; nothing here waits for the screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class LoopThread(ABC, Generic[Made]):
    """Runs what `make` makes inside the thread, where its loop is running; `name` is what it is called when it breaks off."""

    def __init__(self, make: Callable[[], Made], name: str) -> None:
        self._make, self._name = make, name
        self._made: Made | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._early: list[Callable[[Made], object]] = []
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=False)
        self.failure = ""

    # --- any thread ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""
        return self._done.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; true when it has come."""
        return self._done.wait(seconds)

    def abandon(self) -> None:
        """Give it up: its way out still says what has to be said, as Stop to a belt that may move, for a bounded time."""
        with self._lock:
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # its loop has ended, and nothing is left to give up
                    self._loop.call_soon_threadsafe(self._task.cancel)

    def _do(self, what: Callable[[Made], object]) -> None:
        """Ask this of what runs, in its own thread, without waiting. What is asked before it runs is not lost."""
        with self._lock:
            if self._loop is None or self._made is None:
                self._early.append(what)
                return
            with contextlib.suppress(RuntimeError):  # its loop has ended, and so has what ran there
                self._loop.call_soon_threadsafe(what, self._made)

    # --- its own thread -----------------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            self.failure = f"the {self._name} was left before its belt was seen to stop"
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must say so instead of waiting for ever
            self.failure = f"a fault in this program ended the {self._name}: {error!r}"
        finally:
            with self._lock:
                self._done.set()

    async def _main(self) -> None:
        made = self._make()
        with self._lock:
            self._task = asyncio.current_task()
            self._loop, self._made = asyncio.get_running_loop(), made
            early, self._early = self._early, []
        for what in early:
            what(made)
        await self._live(made)

    @abstractmethod
    async def _live(self, made: Made) -> None:
        """Run it to its end."""
