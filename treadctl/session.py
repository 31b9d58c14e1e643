"""A session in real time: one inbox, one engine, one link, and listeners that can't hurt it.

Everything that happens is put into the inbox; a few times a second, and at once when something comes, the engine takes it
in, the journal writes it down, the commands go to the link and the step to whoever listens. However it ends, by a key, a
signal or an exception anywhere, a belt that may move because of us is told to stop first, and for a bounded time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final, Protocol

from treadctl import __version__
from treadctl.clock import Clock, wait
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.constants import TICK_S
from treadctl.engine.engine import Engine
from treadctl.engine.phases import ARMED, BELT_MAY_MOVE, Phase
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.words import Answered, ClockJumped, CommandKind, Disconnected, Input, Key, Machine, Pressed, Tick
from treadctl.journal import Journal, entry, header
from treadctl.safety import Command, Pause, SetSpeed, Stop, TakeControl
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

LINE_WAIT_S: Final = 0.05
"""A raise waits this long for its line in the journal, anything harmless not at all."""
LAST_STOP_S: Final = 3.0
"""Wall seconds that the way out waits for the last Stop to be answered: a service manager kills after a few more."""
JUMP_S: Final = 5.0
"""Wall clock and running clock this far apart within one tick: the computer slept, and every watchdog with it."""

_log = logging.getLogger(__name__)

Listener = Callable[[float, list[Input], Step], None]


class Wire(Protocol):
    """What a session needs of a connection; all it says and hears are words that could cross a pipe."""

    async def open(self, address: str) -> Machine:
        """Connect, read, subscribe."""

    def offer(self, command: Command) -> None:
        """Hand over one command."""

    async def run(self) -> None:
        """Write what is offered until the link is gone."""

    async def close(self) -> None:
        """Let go; never raises."""


class Session:
    """One runner, one workout, one treadmill, once. `connect` makes the connection, given where to deliver its inputs."""

    def __init__(
        self,
        workout: Workout,
        runner: Profile,
        clock: Clock,
        connect: Callable[[Callable[[Input], None]], Wire],
        journal: Journal | None = None,
        wall: Callable[[], float] | None = None,
    ) -> None:
        self._engine = Engine(workout, runner)
        self._clock = clock
        self._wire = connect(self.deliver)
        self._journal = journal
        self._wall = wall
        self._inbox: list[Input] = []
        self._arrived = asyncio.Event()
        self._listeners: list[Listener] = []
        self._stop_answered = asyncio.Event()
        self._last_t = self._last_wall = 0.0
        self._journal_told = False
        if journal is not None:
            journal.append(header(workout, runner, Lead.CENTRED, datetime.now(UTC), __version__))

    def listen(self, listener: Listener) -> None:
        """Call `listener(now, inputs, step)` after each step. One that raises is logged and not called again."""
        self._listeners.append(listener)

    def press(self, key: Key) -> None:
        """A person pressed a key. From the event loop's own thread only."""
        self.deliver(Pressed(key))

    def deliver(self, happened: Input) -> None:
        """Put something that happened into the inbox. From the event loop's own thread only."""
        if isinstance(happened, Answered) and happened.command is CommandKind.STOP:
            self._stop_answered.set()
        if isinstance(happened, Disconnected):
            self._stop_answered.set()
        self._inbox.append(happened)
        self._arrived.set()

    @property
    def phase(self) -> Phase:
        """Where the session is."""
        return self._engine.phase

    async def run(self, address: str) -> Ending:
        """From connecting to the end; raises LinkError when no link can be made."""
        writing: asyncio.Task[None] | None = None
        try:
            await self._wire.open(address)
            writing = asyncio.create_task(self._wire.run(), name="link")
            return await self._until_over(writing)
        finally:
            await self._stop_the_belt(writing)
            if writing is not None:
                writing.cancel()
                await asyncio.gather(writing, return_exceptions=True)
            await self._wire.close()
            if self._journal is not None:
                await asyncio.to_thread(self._journal.close)

    async def _until_over(self, writing: asyncio.Task[None]) -> Ending:
        while self._engine.ending is None:
            await wait(self._clock, self._arrived, TICK_S)
            if writing.done() and writing.exception() is not None:
                raise RuntimeError("the link failed in an unforeseen way") from writing.exception()
            await self._step()
        return self._engine.ending

    async def _step(self) -> None:
        now = self._clock.now()
        self._look_for_a_jump(now)
        inputs, self._inbox = [*self._inbox, Tick()], []
        step = self._engine.step(now, inputs)
        await self._record(now, inputs, step)
        for command in step.commands:
            self._wire.offer(command)
        self._tell(now, inputs, step)

    async def _record(self, now: float, inputs: list[Input], step: Step) -> None:
        if self._journal is None:
            return
        written = self._journal.append(entry(now, inputs, step))
        if not all(_harmless(command, step.snapshot) for command in step.commands):
            await asyncio.to_thread(written.wait, LINE_WAIT_S)
        if self._journal.trouble and not self._journal_told:
            self._journal_told = True
            lost = Cue(CueKind.LIMIT, "recording has stopped", f"{self._journal.trouble}; the session goes on unrecorded")
            self._tell(now, [], Step(step.snapshot, (), (lost,)))

    def _tell(self, now: float, inputs: list[Input], step: Step) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(now, inputs, step)
            except Exception:  # noqa: BLE001 - nothing that a screen does may reach the belt
                _log.exception("a listener failed and is not called again")
                self._listeners.remove(listener)

    def _look_for_a_jump(self, now: float) -> None:
        if self._wall is None:
            return
        wall = self._wall()
        apart = (wall - self._last_wall) - (now - self._last_t)
        if self._last_wall and abs(apart) > JUMP_S and self._engine.phase in ARMED:
            self._inbox.append(ClockJumped(apart))
        self._last_wall, self._last_t = wall, now

    async def _stop_the_belt(self, writing: asyncio.Task[None] | None) -> None:
        """The way out of a session that did not end by itself: Stop, bounded."""
        ended = self._engine.ending is not None
        if ended or self._engine.phase not in BELT_MAY_MOVE or writing is None or writing.done():
            return
        self._stop_answered.clear()
        self._wire.offer(Stop())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_STOP_S):
                await self._stop_answered.wait()


def _harmless(command: Command, snapshot: Snapshot) -> bool:
    """Whether a command can only make things slower, or moves nothing; such a one waits for no line."""
    if isinstance(command, Stop | Pause | TakeControl):
        return True
    return isinstance(command, SetSpeed) and snapshot.shown_speed is not None and command.speed <= snapshot.shown_speed
