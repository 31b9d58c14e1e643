"""A lane's program in a thread and an event loop of its own, as a host for the screens: what its session shows, and its class.

Any thread may press a key or look; nothing here waits for the screen.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Protocol

from treadctl.coaching.cues import Cue
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key
from treadctl.studio.lane_agent import LaneAgent
from treadctl.studio.lane_keys import LETTERS, Want
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_words import Called, LanePhase, Prepare
from treadctl.tui.host import CUES_KEPT, Host, HostThread

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


class LaneThread(HostThread[LaneAgent]):
    """The real host of a lane. `make` builds the agent, given this as what it tells and shows to."""

    def __init__(self, make: Callable[[LaneThread], LaneAgent], also: Callable[[Cue], object] = lambda _: None) -> None:
        """`also` gets what the class says, to be spoken."""
        super().__init__(lambda: make(self), "lane")
        self._also = also
        self._leaving: asyncio.Task[None] | None = None
        self._program: Prepare | None = None
        self._class_id: str = ""
        self.finished: Step | None = None

    # --- any thread ---------------------------------------------------------------------------------------------------

    @property
    def class_look(self) -> Look | None:
        """The class at this moment."""
        return None if self._made is None else self._made.look

    @property
    def program(self) -> Prepare | None:
        """What is prepared, or was run last."""
        return self._program

    def now(self) -> float:
        """The lane's own time."""
        return 0.0 if self._made is None else self._made.now()

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

    # --- its own thread -----------------------------------------------------------------------------------------------

    def _leave(self, agent: LaneAgent) -> None:
        self._leaving = asyncio.create_task(agent.leave())

    async def _live(self, made: LaneAgent) -> None:
        await made.run()
        if made.belt_is_left:
            self.failure = LEFT
        else:
            self.ending = Ending.STOPPED

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """A step of the lane's session: one for waiting, or a class's."""
        self._begin_anew()
        self._hear(now, inputs, step)
        if step.snapshot.ending is not None and self._runs:
            self.finished = step

    @property
    def _runs(self) -> bool:
        return self._made is not None and self._made.lane.phase in (LanePhase.STARTED, LanePhase.OVER)

    def _begin_anew(self) -> None:
        """Another class: what was said in the last one is not its own."""
        if self._made is None:
            return
        self._program = self._made.program or self._program
        class_id = self._made.lane.class_id or ""
        if class_id != self._class_id:
            self._class_id, self.finished = class_id, None
            self._cues = deque(list(self._cues)[-1:], maxlen=CUES_KEPT)
