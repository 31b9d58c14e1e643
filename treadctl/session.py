"""A session in real time: one inbox, one engine, one link at a time, and listeners that can't hurt it.

Everything that happens is put into the inbox; a few times a second, and at once when something comes, the engine takes it
in, the journal writes it down, the commands go to the link and the step to whoever listens. A link that is lost is thrown
away and a new one made, again and again until the session ends; arming it is the runner's. However the session ends, by a
key, a signal or an exception anywhere, a belt that may move because of us is told to stop first, and for a bounded time.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

from treadctl import __version__
from treadctl.clock import Clock, wait
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.constants import TICK_S
from treadctl.engine.engine import Engine
from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.words import (
    Answered,
    ClockJumped,
    CommandKind,
    Connected,
    Disconnected,
    Input,
    Key,
    Machine,
    Odd,
    Pressed,
    Telemetry,
    Tick,
    Told,
)
from treadctl.journal import Journal, entry, failure, header
from treadctl.safety import Command, Pause, SetIncline, SetSpeed, Stop, TakeControl
from treadctl.treadmill.gatt import LinkError
from treadctl.units import LEVEL, Grade, steeper_by
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

LINE_WAIT_S: Final = 0.05
"""A raise waits this long for its line in the journal, by the session's clock; anything harmless not at all."""
FIRST_BACK_OFF_S: Final = 1.0
"""From a lost link to the first try of a new one; each try that fails doubles the wait …"""
LONGEST_BACK_OFF_S: Final = 8.0
"""… up to this: somebody stands on that belt, and a scan of ours takes ten seconds anyway. Ours."""
LAST_STOP_S: Final = 3.0
"""Wall seconds that the way out waits for the last Stop to be answered: a service manager kills after a few more."""
JUMP_S: Final = 5.0
"""The wall clock this far ahead of the running clock within one tick: the computer slept, and every watchdog with it."""
LATELY_S: Final = 5.0
"""What the treadmill told for so long is told to an engine that takes another's place: a belt is still after 3 s of it. Ours."""

_log = logging.getLogger(__name__)

Listener = Callable[[float, list[Input], Step], None]


class Wire(Protocol):
    """What a session needs of a connection; all it says and hears are words that could cross a pipe."""

    async def open(self, address: str) -> Machine:
        """Connect, read, subscribe."""

    def offer(self, command: Command) -> None:
        """Hand over one command."""

    def alive(self, belt_may_move: bool) -> None:
        """The session lives, and the belt may be moving because of it, or not; called before each step's commands."""

    async def run(self) -> None:
        """Write what is offered until the link is gone."""

    async def close(self) -> None:
        """Let go; never raises."""


class Companion(Protocol):
    """What runs beside a session, and only talks to it: a sensor."""

    async def run(self) -> None:
        """For as long as the session; never raises."""


Deliver = Callable[[Input], None]


class Session:
    """One runner, one workout, one treadmill, once. `connect` makes a connection, given where to deliver its inputs; it is
    called again for each new one. `beside` makes what else talks to the session, likewise. Until somebody is armed, another
    runner and workout can take the place of these (`prepare`)."""

    def __init__(
        self,
        workout: Workout,
        runner: Profile,
        clock: Clock,
        connect: Callable[[Deliver], Wire],
        journal: Journal | None = None,
        wall: Callable[[], float] | None = None,
        beside: Sequence[Callable[[Deliver], Companion]] = (),
    ) -> None:
        self._engine = Engine(workout, runner)
        self._clock = clock
        self._connect = connect
        self._generation = 0
        self._wire = self._new_wire()
        self._beside = beside
        self._journal = journal
        self._wall = wall
        self._inbox: list[Input] = []
        self._arrived = asyncio.Event()
        self._listeners: list[Listener] = []
        self._opening: asyncio.Task[Machine] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._reconnecting: asyncio.Task[None] | None = None
        self._stop_answered = asyncio.Event()
        self._linked = False
        self._offset = LEVEL
        self._last_t = self._last_wall = 0.0
        self._journal_told = False
        self._last: Snapshot | None = None
        self._lately: deque[tuple[float, Input]] = deque()
        self._replaced: list[Journal] = []
        self._begin_journal(workout, runner)

    def _begin_journal(self, workout: Workout, runner: Profile) -> None:
        if self._journal is not None:
            self._journal.append(lambda: header(workout, runner, Lead.CENTRED, datetime.now(UTC), __version__))

    def prepare(self, workout: Workout, runner: Profile, journal: Journal | None = None) -> tuple[Cue, ...] | None:
        """Another workout over the same link, for as long as nobody was armed: what should be known of it before arming.

        A new engine lives through what the treadmill told lately, and so does a replay: the journal, if any, begins with it.
        None, and nothing has changed, once somebody was armed.
        """
        if self._engine.was_armed or self._engine.phase not in (Phase.UNLINKED, Phase.READY):
            return None
        if self._journal is not None:
            self._replaced.append(self._journal)
        self._engine, self._journal, self._journal_told = Engine(workout, runner), journal, False
        self._begin_journal(workout, runner)
        cues: list[Cue] = []
        for at, told in self._lately:
            step = self._engine.step(at, [told])
            self._last = step.snapshot
            cues += step.cues
            self._note(at, [told], step)
        self.stir()
        return tuple(cues)

    def stir(self) -> None:
        """Step now: somebody knows that this moment matters. From the event loop's own thread only."""
        self._arrived.set()

    def listen(self, listener: Listener) -> None:
        """Call `listener(now, inputs, step)` after each step. One that raises is told of and not called again."""
        self._listeners.append(listener)

    def notice(self, cue: Cue) -> None:
        """Tell the listeners something that the engine does not know of, such as a part that failed. From the loop's thread."""
        if self._last is not None:
            self._tell(self._clock.now(), [], Step(self._last, (), (cue,)))

    def press(self, key: Key) -> None:
        """A person pressed a key. From the event loop's own thread only."""
        self.deliver(Pressed(key))
        if key is Key.STOP and self._reconnecting is not None:
            self._wire.offer(Stop())  # a link that counts as lost, for the computer slept, may be alive
        if key is Key.STOP and self._opening is not None:
            self._opening.cancel()  # nobody waits for a treadmill that they no longer want

    def deliver(self, happened: Input) -> None:
        """Put something that happened into the inbox. From the event loop's own thread only."""
        match happened:
            case Answered(command=CommandKind.STOP):
                self._stop_answered.set()
            case Connected():
                self._linked = True
            case Disconnected():
                self._linked = False
                self._stop_answered.set()
        self._inbox.append(happened)
        self._arrived.set()

    @property
    def phase(self) -> Phase:
        """Where the session is."""
        return self._engine.phase

    @property
    def ending(self) -> Ending | None:
        """How it ended, once it has."""
        return self._engine.ending

    @property
    def recording_trouble(self) -> str:
        """Why not all of it is recorded; empty while it is."""
        return "" if self._journal is None else self._journal.trouble

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt may be moving because of us: also while the link is lost, and after a Stop that nobody saw obeyed."""
        return self._engine.belt_is_ours

    async def run(self, address: str) -> Ending:
        """From connecting to the end; raises LinkError when no link can be made."""
        companions: list[asyncio.Task[None]] = []
        try:
            companions += [asyncio.create_task(self._accompany(make(self.deliver)), name="beside") for make in self._beside]
            if await self._open(address):
                self._write()
            return await self._until_over(address)
        finally:
            try:
                await self._stop_the_belt()
            finally:
                await self._let_go(companions)

    async def _accompany(self, companion: Companion) -> None:
        """One that fails is told of, and missed by nobody else."""
        try:
            await companion.run()
        except Exception as error:  # noqa: BLE001 - a sensor's fault is no reason to stop a belt
            _log.debug("the failure", exc_info=True)
            self.notice(Cue(CueKind.LIMIT, "a sensor is left out", f"it failed: {error!r:.120}"))

    async def _open(self, address: str) -> bool:
        """Connect; false when Stop was pressed meanwhile, which the engine will find in the inbox."""
        self._opening = asyncio.create_task(self._wire.open(address), name="opening")
        try:
            self._offset = (await self._opening).deck.offset
        except asyncio.CancelledError:
            if Pressed(Key.STOP) not in self._inbox:
                raise
            return False
        finally:
            self._opening = None
        return True

    def _write(self) -> None:
        self._writing = asyncio.create_task(self._wire.run(), name="link")
        self._writing.add_done_callback(lambda _: self._arrived.set())

    def _new_wire(self) -> Wire:
        """A connection whose words count for as long as it is the newest, and not given up."""
        self._generation += 1
        mine = self._generation
        return self._connect(lambda happened: self.deliver(happened) if mine == self._generation else None)

    async def _until_over(self, address: str) -> Ending:
        while self._engine.ending is None:
            await wait(self._clock, self._arrived, TICK_S)
            if self._writing is not None and self._writing.done() and (error := self._writing.exception()) is not None:
                raise RuntimeError("the link failed in an unforeseen way") from error
            await self._step()
            if self._engine.phase is Phase.UNLINKED and self._reconnecting is None and self._writing is not None:
                self._reconnecting = asyncio.create_task(self._reconnect(address, self._writing), name="reconnecting")
            if self._reconnecting is not None and self._reconnecting.done():
                self._reconnecting.result()
                self._reconnecting = None
        return self._engine.ending

    async def _reconnect(self, address: str, writing: asyncio.Task[None]) -> None:
        """Throw the lost connection away and make a new one, until one is made.

        The lost one is kept for as long as we wait: its guardian still stops the belt if we are gone meanwhile.
        """
        self._linked, self._writing = False, None
        self._generation += 1  # what the lost one still says is of yesterday
        back_off_s = FIRST_BACK_OFF_S
        while True:
            await self._clock.sleep(back_off_s)
            old, self._wire = self._wire, self._new_wire()
            self._wire.alive(self.belt_may_move)
            old.alive(False)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
            await old.close()
            try:
                await self._wire.open(address)
            except LinkError as error:
                why = f"no link yet: {error.detail or error.trouble.value}"
                self.deliver(Disconnected(why) if self._linked else Odd(why))
                back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)
            else:
                self._write()
                return

    async def _step(self) -> None:
        now = self._clock.now()
        self._look_for_a_jump(now)
        inputs, self._inbox = [*self._inbox, Tick()], []
        try:
            step = self._engine.step(now, inputs)
        except Exception as error:
            if self._journal is not None:
                failed = failure(now, inputs, error)
                self._journal.append(lambda: failed)
            raise
        self._last = step.snapshot
        self._remember(now, inputs)
        await self._record(now, inputs, step)
        self._wire.alive(self.belt_may_move)
        for command in step.commands:
            self._wire.offer(command)
        self._tell(now, inputs, step)

    async def _record(self, now: float, inputs: list[Input], step: Step) -> None:
        if self._journal is None:
            return
        if all(self._harmless(command, step.snapshot) for command in step.commands):
            self._note(now, inputs, step)
        else:
            await self._written(self._journal, now, inputs, step)
        if self._journal.trouble and not self._journal_told:
            self._journal_told = True
            self.notice(Cue(CueKind.LIMIT, "recording has stopped", f"{self._journal.trouble}; the session goes on unrecorded"))

    def _note(self, now: float, inputs: list[Input], step: Step) -> None:
        if self._journal is not None:
            self._journal.append(lambda: entry(now, inputs, step))

    def _remember(self, now: float, inputs: list[Input]) -> None:
        """What the treadmill is, and what it told lately, for an engine that may take this one's place."""
        for happened in inputs:
            if isinstance(happened, Connected | Disconnected):
                self._lately.clear()
            if isinstance(happened, Connected | Telemetry | Told):
                self._lately.append((now, happened))
        while len(self._lately) > 1 and now - self._lately[1][0] > LATELY_S:
            del self._lately[1]  # the first is the machine itself

    async def _written(self, journal: Journal, now: float, inputs: list[Input], step: Step) -> None:
        """Wait for the line, but not for long: a disk is slower than a belt should have to wait."""
        loop, written = asyncio.get_running_loop(), asyncio.Event()

        def then() -> None:
            with contextlib.suppress(RuntimeError):  # nobody waited so long that the loop is closed
                loop.call_soon_threadsafe(written.set)

        journal.append(lambda: entry(now, inputs, step), then)
        await wait(self._clock, written, LINE_WAIT_S)

    def _harmless(self, command: Command, snapshot: Snapshot) -> bool:
        """Whether a command can only make things slower or milder, or moves nothing; such a one waits for no line."""
        match command:
            case Stop() | Pause() | TakeControl():
                return True
            case SetSpeed(speed=speed):
                return snapshot.shown_speed is not None and speed <= snapshot.shown_speed
            case SetIncline(grade=grade):
                shown = snapshot.shown_grade
                return shown is not None and not steeper_by(Grade(grade + self._offset), shown)
        return False

    def _tell(self, now: float, inputs: list[Input], step: Step) -> None:
        for listener in tuple(self._listeners):
            try:
                listener(now, inputs, step)
            except Exception as error:  # noqa: BLE001 - nothing that a screen does may reach the belt
                _log.error("treadctl: a part that shows the session failed and is left out, the run goes on: %r", error)
                _log.debug("the failure", exc_info=True)
                self._listeners.remove(listener)

    def _look_for_a_jump(self, now: float) -> None:
        if self._wall is None:
            return
        wall = self._wall()
        apart = (wall - self._last_wall) - (now - self._last_t)
        if self._last_wall and apart > JUMP_S and self._engine.phase in ARMED:
            self._inbox.append(ClockJumped(apart))
        self._last_wall, self._last_t = wall, now

    async def _stop_the_belt(self) -> None:
        """The way out of a session that did not end by itself: Stop, bounded. A writer that failed gets one more try."""
        if not self.belt_may_move or not self._linked or self._writing is None:
            return
        if self._writing.done():
            self._write()
        self._stop_answered.clear()
        self._wire.offer(Stop())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_STOP_S):
                await self._stop_answered.wait()

    async def _let_go(self, companions: list[asyncio.Task[None]]) -> None:
        busy = [task for task in (self._reconnecting, self._writing, *companions) if task is not None]
        for task in busy:
            task.cancel()
        await asyncio.gather(*busy, return_exceptions=True)
        try:
            await self._wire.close()
        finally:
            for journal in (*self._replaced, self._journal):
                if journal is not None:
                    await asyncio.to_thread(journal.close)
