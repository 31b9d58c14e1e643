"""A session in a thread and an event loop of its own, so that no screen, terminal or slow line can hold the belt's side up.

Any thread may press a key or look at the newest step; nothing here waits for the screen, and the newest step wins.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Protocol

from treadctl.coaching.cues import Cue
from treadctl.coaching.wording import stop_waits
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Connected, Input, Key, Machine, Odd, SensorNews, Worn
from treadctl.session import Session
from treadctl.treadmill.gatt import LinkError

CUES_KEPT: Final = 200
"""Cues that a stalled screen may be behind; older ones are in the journal."""
READINGS_KEPT: Final = 14_400
"""One reading a second for four hours, for the plot in the summary."""
_NO_LINK_YET: Final = "no link yet: "
"""How the session says that one more try of a new link has failed."""


@dataclass(frozen=True, slots=True)
class Outage:
    """What is known of a lost link: the tries that failed, why the last one did, and whether a Stop waits to be sent."""

    tries: int = 0
    why: str = ""
    stop_waits: bool = False

    def after(self, inputs: list[Input], step: Step) -> Outage:
        """The same after one more step without a link."""
        failed = [word.what for word in inputs if isinstance(word, Odd) and word.what.startswith(_NO_LINK_YET)]
        return replace(
            self,
            tries=self.tries + len(failed),
            why=failed[-1].removeprefix(_NO_LINK_YET) if failed else self.why,
            stop_waits=self.stop_waits or stop_waits() in step.cues,
        )


class Host(Protocol):
    """What a screen needs of a running session."""

    @property
    def latest(self) -> Step | None:
        """The newest step; None before the first."""

    @property
    def machine(self) -> Machine | None:
        """The treadmill, once it is linked."""

    @property
    def failure(self) -> str:
        """Why the session broke off before its end; empty while it has not."""

    @property
    def outage(self) -> Outage:
        """What is known of a link that is lost."""

    @property
    def worn(self) -> Mapping[Worn, str]:
        """The last news of each sensor that there were any of."""

    @property
    def over(self) -> bool:
        """Whether the session has ended, in whatever way."""

    def now(self) -> float:
        """The session's time, in its own seconds."""

    def press(self, key: Key) -> None:
        """Press a key, from any thread, without waiting."""

    def cues(self) -> tuple[tuple[float, Cue], ...]:
        """What was said, oldest first, each with its session time."""


class SessionThread:
    """The real host. `make` builds the session inside the thread, where its loop is running; `prepare` may then add to it."""

    def __init__(self, make: Callable[[], Session], address: str, now: Callable[[], float]) -> None:
        self._make = make
        self._address = address
        self._now = now
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: Session | None = None
        self._task: asyncio.Task[None] | None = None
        self._cues: deque[tuple[float, Cue]] = deque(maxlen=CUES_KEPT)
        self._early: list[Key] = []
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="session", daemon=False)
        self.latest: Step | None = None
        self.machine: Machine | None = None
        self.ending: Ending | None = None
        self.failure = ""
        self.outage = Outage()
        self.worn: Mapping[Worn, str] = {}

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether the session has ended, in whatever way."""
        return self._done.is_set()

    def now(self) -> float:
        """The session's time."""
        return self._now()

    def press(self, key: Key) -> None:
        """Press a key, from any thread. One pressed before the session's loop runs is not lost."""
        with self._lock:
            if self._loop is None or self._session is None:
                self._early.append(key)
                return
            with contextlib.suppress(RuntimeError):  # its loop has ended, and so has the session
                self._loop.call_soon_threadsafe(self._session.press, key)

    def cues(self) -> tuple[tuple[float, Cue], ...]:
        """What was said, oldest first."""
        return tuple(self._cues)

    def end(self) -> None:
        """End it, from any thread: with a Stop."""
        self.press(Key.STOP)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; true when it has come."""
        return self._done.wait(seconds)

    def abandon(self) -> None:
        """Give the session up, from any thread: its way out still tells a belt that may move to stop, for a bounded time."""
        with self._lock:
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._task.cancel)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except asyncio.CancelledError:
            self.failure = "the session was left before its belt was seen to stop"
        except LinkError as error:
            self.failure = str(error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must say so instead of waiting for ever
            self.failure = f"a fault in this program ended the session: {error!r}"
        finally:
            with self._lock:
                self._done.set()

    async def _main(self) -> None:
        session = self._make()
        session.listen(self._hear)
        with self._lock:
            self._task = asyncio.current_task()
            self._loop, self._session = asyncio.get_running_loop(), session
            early, self._early = self._early, []
        for key in early:
            session.press(key)
        self.ending = await session.run(self._address)

    def _hear(self, now: float, inputs: list[Input], step: Step) -> None:
        before = None if self.latest is None else self.latest.snapshot.phase
        if step.snapshot.phase is not Phase.UNLINKED:
            self.outage = Outage()
        elif before is not None:
            outage = self.outage if before is Phase.UNLINKED else Outage(stop_waits=before is Phase.STOPPING)
            self.outage = outage.after(inputs, step)
        self.latest = step
        self._cues.extend((now, cue) for cue in step.cues)
        for happened in inputs:
            if isinstance(happened, Connected):
                self.machine = happened.machine
            elif isinstance(happened, SensorNews):
                self.worn = {**self.worn, happened.worn: happened.what}
