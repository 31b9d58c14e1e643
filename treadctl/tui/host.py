"""What a screen shows of a session, and the session in a thread of its own, so that no screen can hold the belt's side up.

Any thread may press a key or look at the newest step; nothing here waits for the screen, and the newest step wins.
"""

from __future__ import annotations

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
from treadctl.tui.loop_thread import LoopThread, Made

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


class HostThread(LoopThread[Made]):
    """What both real hosts share: how the steps of a session are heard, and what is kept of them."""

    def __init__(self, make: Callable[[], Made], name: str) -> None:
        super().__init__(make, name)
        self._cues: deque[tuple[float, Cue]] = deque(maxlen=CUES_KEPT)
        self.latest: Step | None = None
        self.machine: Machine | None = None
        self.ending: Ending | None = None
        self.outage = Outage()
        self.worn: Mapping[Worn, str] = {}

    def cues(self) -> tuple[tuple[float, Cue], ...]:
        """What was said, oldest first."""
        return tuple(self._cues)

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


class SessionThread(HostThread[Session]):
    """The real host of one session."""

    def __init__(self, make: Callable[[], Session], address: str, now: Callable[[], float]) -> None:
        super().__init__(make, "session")
        self._address = address
        self._now = now

    def now(self) -> float:
        """The session's time."""
        return self._now()

    def press(self, key: Key) -> None:
        """Press a key, from any thread. One pressed before the session's loop runs is not lost."""
        self._do(lambda session: session.press(key))

    def end(self) -> None:
        """End it, from any thread: with a Stop."""
        self.press(Key.STOP)

    async def _live(self, made: Session) -> None:
        made.listen(self._hear)
        try:
            self.ending = await made.run(self._address)
        except LinkError as error:
            self.failure = str(error)
