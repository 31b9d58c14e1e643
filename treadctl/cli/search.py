"""Listening for treadmills and sensors in a thread and a loop of its own, so that no screen ever waits for a radio."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Collection, Coroutine
from typing import Any, Final

from treadctl.cli.errors import in_one_line
from treadctl.cli.scan import MAYBE, in_order, merged, wanted
from treadctl.ftms import heart_rate
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.ftms.assigned import FITNESS_MACHINE_SERVICE
from treadctl.treadmill.gatt import Heard, LinkError
from treadctl.treadmill.known import Known
from treadctl.tui.found import Found

SERVICES: Final = (FITNESS_MACHINE_SERVICE, rsc.SERVICE, heart_rate.SERVICE)
LISTEN_S: Final = 20.0
"""Long enough to switch a treadmill on and wake a strap."""
PATIENCE_S: Final = 15.0
"""Beyond that, for the adapter; another treadctl may be using it."""

Listen = Callable[[Callable[[Heard], None], float, Collection[int]], Coroutine[Any, Any, None]]
"""`listen(hear, seconds, services)`: hear who is on the air for so long; raises LinkError."""


async def on_the_air(hear: Callable[[Heard], None], seconds: float, services: Collection[int]) -> None:
    """The computer's own Bluetooth."""
    from treadctl.treadmill.scanning import scan  # bleak is slow to import

    await scan(hear, seconds, services)


class Search:
    """A `Finder` on any radio. `start`, `stop` and `found` may be called from any thread."""

    def __init__(self, known: Known, listen: Listen = on_the_air, seconds: float = LISTEN_S) -> None:
        self._known = known
        self._listen = listen
        self._seconds = seconds
        self._heard: dict[str, Heard] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self.trouble = ""

    @property
    def listening(self) -> bool:
        """Whether it goes on."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Listen for a while; nothing happens while it does."""
        if not self.listening:
            self.trouble = ""
            self._thread = threading.Thread(target=self._run, name="search", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Listen no more; does not wait for the radio."""
        with self._lock:
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):  # its loop has ended, and so has the search
                    self._loop.call_soon_threadsafe(self._task.cancel)

    def found(self) -> tuple[Found, ...]:
        """What was heard so far, treadmills first, then the strongest."""
        with self._lock:
            heard = tuple(self._heard.values())
        rows = in_order(wanted(heard, self._known, sensors=False, everything=True))
        return tuple(
            Found(
                row.heard.address,
                row.cells()[0],
                row.cells()[2],
                row.profile if row.is_treadmill or not row.may_be_treadmill else f"{MAYBE}: {row.profile}",
                treadmill=row.may_be_treadmill,
                foot_pod=rsc.SERVICE in row.heard.services,
                heart=heart_rate.SERVICE in row.heard.services,
            )
            for row in rows
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            return
        except LinkError as error:
            self.trouble = str(error)
        except TimeoutError:
            self.trouble = "the Bluetooth adapter did not get round to it; another treadctl may be using it: try again"
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must say so instead of waiting for ever
            self.trouble = in_one_line(error)

    async def _main(self) -> None:
        with self._lock:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        async with asyncio.timeout(self._seconds + PATIENCE_S):
            await self._listen(self._hear, self._seconds, SERVICES)

    def _hear(self, one: Heard) -> None:
        with self._lock:
            self._heard[one.address] = merged(self._heard.get(one.address), one)
