"""A lane's program in a thread and an event loop of its own, as a host for the screens: what its session shows, and its class.

Any thread may press a key or look; nothing here waits for the screen.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Final, Protocol

from treadctl.coaching.cues import Cue
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Connected, Input, Key, Machine, SensorNews, Worn
from treadctl.studio.lane_agent import LaneAgent
from treadctl.studio.lane_keys import LETTERS, Want
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_words import Called, LanePhase, Prepare
from treadctl.tui.host import CUES_KEPT, Host, Outage

TYPED: Final[dict[Key, str]] = {want: letter for letter, want in LETTERS.items() if isinstance(want, Key)} | {
    Key.ARM: next(letter for letter, want in LETTERS.items() if want is Want.READY),
    Key.RESUME: next(letter for letter, want in LETTERS.items() if want is Want.GO_ON),
    Key.STOP: next(letter for letter, want in LETTERS.items() if want is Want.STOP),
    Key.FASTER: "+",
    Key.SLOWER: "-",
}
"""What a session's key is at a lane: there, some of them mean something to the class first."""

LEFT: Final = "the lane was left while its belt may be moving: no Stop was seen to reach it; use the console or the safety key"


class LaneHost(Host, Protocol):
    """What a lane's screens need."""

    @property
    def class_look(self) -> Look | None:
        """The class at this moment; None before the first."""

    @property
    def program(self) -> Prepare | None:
        """What is prepared, or was run last."""

    @property
    def finished(self) -> Step | None:
        """The last step of the session that was run last, until the next class."""

    def type(self, text: str, how: How = "key") -> None:
        """A key at this lane, from any thread, without waiting."""

    def call(self, name: str | None) -> None:
        """The first name that the runner agrees to be shown by, likewise."""

    def end(self) -> None:
        """Stop the belt, if it may be moving because of us, and end the lane's program, likewise."""


class LaneThread:
    """The real host. `make` builds the agent inside the thread, given this as what it tells and shows to."""

    def __init__(self, make: Callable[[LaneThread], LaneAgent], also: Callable[[Cue], object] = lambda _: None) -> None:
        """`also` gets what the class says, to be spoken."""
        self._make, self._also = make, also
        self._loop: asyncio.AbstractEventLoop | None = None
        self._agent: LaneAgent | None = None
        self._task: asyncio.Task[None] | None = None
        self._leaving: asyncio.Task[None] | None = None
        self._lock = threading.Lock()
        self._early: list[Callable[[LaneAgent], object]] = []
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lane", daemon=False)
        self._cues: deque[tuple[float, Cue]] = deque(maxlen=CUES_KEPT)
        self._program: Prepare | None = None
        self._class_id: str = ""
        self.latest: Step | None = None
        self.finished: Step | None = None
        self.machine: Machine | None = None
        self.ending: Ending | None = None
        self.failure = ""
        self.outage = Outage()
        self.worn: Mapping[Worn, str] = {}

    # --- any thread ---------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def over(self) -> bool:
        """Whether the lane's program has ended, in whatever way."""
        return self._done.is_set()

    @property
    def class_look(self) -> Look | None:
        """The class at this moment."""
        return None if self._agent is None else self._agent.look

    @property
    def program(self) -> Prepare | None:
        """What is prepared, or was run last."""
        return self._program

    def now(self) -> float:
        """The lane's own time."""
        return 0.0 if self._agent is None else self._agent.now()

    def cues(self) -> tuple[tuple[float, Cue], ...]:
        """What was said, by the class and by the session, oldest first."""
        return tuple(self._cues)

    def press(self, key: Key) -> None:
        """A key of a session's screen, from any thread."""
        self.type(TYPED[key])

    def type(self, text: str, how: How = "key") -> None:
        """A key at this lane, from any thread. One typed before the lane runs is not lost."""
        self._do(lambda agent: agent.typed(text, how))

    def call(self, name: str | None) -> None:
        """What the runner agrees to be called."""
        self._do(lambda agent: agent.take(Called(name)))

    def tell(self, cue: Cue) -> None:
        """What the class says, or somebody beside it; from any thread."""
        self._cues.append((self.now(), cue))
        self._also(cue)

    def end(self) -> None:
        """Stop the belt, if it may be moving because of us, and leave when it is still; from any thread."""
        self._do(self._leave)

    def wait(self, seconds: float) -> bool:
        """Wait for the end, at most so long; true when it has come."""
        return self._done.wait(seconds)

    def abandon(self) -> None:
        """Give the lane up: its way out still tells a belt that may move to stop, for a bounded time."""
        with self._lock:
            if self._loop is not None and self._task is not None:
                with contextlib.suppress(RuntimeError):
                    self._loop.call_soon_threadsafe(self._task.cancel)

    def _do(self, what: Callable[[LaneAgent], object]) -> None:
        with self._lock:
            if self._loop is None or self._agent is None:
                self._early.append(what)
                return
            with contextlib.suppress(RuntimeError):  # its loop has ended, and so has the lane
                self._loop.call_soon_threadsafe(what, self._agent)

    # --- its own thread -----------------------------------------------------------------------------------------------

    def _leave(self, agent: LaneAgent) -> None:
        leaving: Coroutine[Any, Any, None] = agent.leave()
        self._leaving = asyncio.ensure_future(leaving)

    def _run(self) -> None:
        try:
            if asyncio.run(self._main()):
                self.failure = LEFT
            else:
                self.ending = Ending.STOPPED
        except asyncio.CancelledError:
            self.failure = "the lane was left before its belt was seen to stop"
        except Exception as error:  # noqa: BLE001 - whatever it is, the screen must say so instead of waiting for ever
            self.failure = f"a fault in this program ended the lane: {error!r}"
        finally:
            with self._lock:
                self._done.set()

    async def _main(self) -> bool:
        """Whether a belt was left that may still be moving."""
        agent = self._make(self)
        with self._lock:
            self._task = asyncio.current_task()
            self._loop, self._agent = asyncio.get_running_loop(), agent
            early, self._early = self._early, []
        for what in early:
            what(agent)
        await agent.run()
        return agent.belt_is_left

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """A step of the lane's session: one for waiting, or a class's."""
        self._begin_anew()
        before = None if self.latest is None else self.latest.snapshot.phase
        if step.snapshot.phase is not Phase.UNLINKED:
            self.outage = Outage()
        elif before is not None:
            outage = self.outage if before is Phase.UNLINKED else Outage(stop_waits=before is Phase.STOPPING)
            self.outage = outage.after(inputs, step)
        self.latest = step
        if step.snapshot.ending is not None and self._runs:
            self.finished = step
        self._cues.extend((now, cue) for cue in step.cues)
        for happened in inputs:
            if isinstance(happened, Connected):
                self.machine = happened.machine
            elif isinstance(happened, SensorNews):
                self.worn = {**self.worn, happened.worn: happened.what}

    @property
    def _runs(self) -> bool:
        return self._agent is not None and self._agent.lane.phase in (LanePhase.STARTED, LanePhase.OVER)

    def _begin_anew(self) -> None:
        """Another class: what was said in the last one is not its own."""
        if self._agent is None:
            return
        self._program = self._agent.program or self._program
        class_id = self._agent.lane.class_id or ""
        if class_id != self._class_id:
            self._class_id, self.finished = class_id, None
            self._cues = deque(list(self._cues)[-1:], maxlen=CUES_KEPT)
