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
from treadctl.clock import Clock, Sleep, wait
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
    Outcome,
    Pressed,
    Telemetry,
    Tick,
    Told,
)
from treadctl.journal import Journal, entry, failure, header
from treadctl.safety import Command, Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill.wires import FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S, Deliver, Wire, Wires
from treadctl.units import LEVEL, Grade, steeper_by
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

__all__ = ["FIRST_BACK_OFF_S", "LONGEST_BACK_OFF_S", "Companion", "Deliver", "Listener", "Session", "Wire"]

LINE_WAIT_S: Final = 0.05
"""A raise waits this long for its line in the journal, by the session's clock; anything harmless not at all."""
LAST_STOP_S: Final = 3.0
"""Wall seconds that the way out waits for the last Stop to be answered: a service manager kills after a few more."""
LATELY_S: Final = 5.0
"""What the treadmill told for so long is told to an engine that takes another's place: a belt is still after 3 s of it. Ours."""
_HANDED_ON: Final = 3
"""Passes of the loop until a link has begun to write what it was offered: before anybody is told, here or in the next lane."""

_log = logging.getLogger(__name__)

Listener = Callable[[float, list[Input], Step], None]


class Companion(Protocol):
    """What runs beside a session, and only talks to it: a sensor."""

    async def run(self) -> None:
        """For as long as the session; never raises."""


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
        self._beside = beside
        self._journal = journal
        self._sleep = None if wall is None else Sleep(wall)
        self._inbox: list[Input] = []
        self._arrived = asyncio.Event()
        self._wires = Wires(connect, self.deliver, clock, self._arrived.set)
        self._listeners: list[Listener] = []
        self._stop_answered = asyncio.Event()
        self.out_of_reach = False
        """Whether it ended without a link over a belt that may be moving: who watches over that one goes on trying to stop it."""
        self._offset = LEVEL
        self._journal_told = False
        self._last: Snapshot | None = None
        self._lately: deque[tuple[float, Input]] = deque()
        self._replaced: list[Journal] = []
        self._closing: list[asyncio.Task[None]] = []
        self._begin_journal(workout, runner)

    def _begin_journal(self, workout: Workout, runner: Profile) -> None:
        if self._journal is not None:
            self._journal.append(lambda: header(workout, runner, Lead.CENTRED, datetime.now(UTC), __version__))

    def prepare(self, workout: Workout, runner: Profile, journal: Journal | None = None) -> tuple[Cue, ...] | None:
        """Another workout over the same link, for as long as nobody was armed: what should be known of it before arming.

        A new engine lives through what the treadmill told lately, and so does a replay: the journal, if any, begins with it.
        None, and nothing has changed, once somebody was armed, or while a Stop is owed to the belt.
        """
        if self._engine.was_armed or self.belt_may_move or self._engine.phase not in (Phase.UNLINKED, Phase.READY):
            return None
        if self._journal is not None:
            self._replaced.append(self._journal)
        return self._put_in_place(workout, runner, journal)

    def again(self, workout: Workout, runner: Profile) -> bool:
        """Another workout over the same link, after one that ended as it should: unarmed, and the belt never out of sight.

        False, and nothing has changed, where it did not end so, the belt was not seen still, or the link is gone. To be called
        by a listener, in the step that ended it.
        """
        ended_well = self._engine.ending in (Ending.FINISHED, Ending.STOPPED) and not self.belt_may_move
        if not (ended_well and self._wires.linked and self._wires.writing):
            return False
        if self._journal is not None:
            self._closing.append(asyncio.create_task(asyncio.to_thread(self._journal.close), name="closing a journal"))
        self._put_in_place(workout, runner, None)
        return True

    def _put_in_place(self, workout: Workout, runner: Profile, journal: Journal | None) -> tuple[Cue, ...]:
        self._engine, self._journal, self._journal_told = Engine(workout, runner), journal, False
        self._begin_journal(workout, runner)
        cues: list[Cue] = []
        for at, told in self._lately:
            step = self._engine.step(at, [told])
            self._last = step.snapshot
            cues += step.cues
            self._note(at, [told], step)
        self._arrived.set()
        return tuple(cues)

    def listen(self, listener: Listener) -> None:
        """Call `listener(now, inputs, step)` after each step. One that raises is told of and not called again."""
        self._listeners.append(listener)

    def notice(self, cue: Cue) -> None:
        """Tell the listeners something that the engine does not know of, such as a part that failed. From the loop's thread."""
        if self._last is not None:
            self._tell(self._clock.now(), [], Step(self._last, (), (cue,)))

    def press(self, key: Key, starts_at: float | None = None) -> None:
        """A person pressed a key; who arms together with others has a moment to start at. From the event loop's thread only."""
        self.deliver(Pressed(key, starts_at))
        if key is Key.STOP and self._wires.remaking:
            self._wires.offer(Stop())  # a link that counts as lost, for the computer slept, may be alive
        if key is Key.STOP:
            self._wires.give_up()

    def deliver(self, happened: Input) -> None:
        """Put something that happened into the inbox. From the event loop's own thread only."""
        match happened:
            case Answered(command=CommandKind.STOP) | Disconnected():
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

    @property
    def heeds_stop(self) -> bool:
        """Whether Stop, pressed now, is written or waits here for a link. One that was never linked would only end on it, and one
        that is over no longer hears it."""
        return self._engine.ending is None and (
            self._engine.was_armed or self.belt_may_move or self._engine.phase is not Phase.UNLINKED
        )

    async def run(self, address: str) -> Ending:
        """From connecting to the end; raises LinkError when no link can be made."""
        companions: list[asyncio.Task[None]] = []
        try:
            companions += [asyncio.create_task(self._accompany(make(self.deliver)), name="beside") for make in self._beside]
            machine = await self._wires.open(address)
            self._offset = LEVEL if machine is None else machine.deck.offset
            return await self._until_over(address)
        finally:
            try:
                await self._stop_the_belt()
            finally:
                self.out_of_reach = self.belt_may_move and not self._wires.linked
                await self._let_go(companions)

    async def _accompany(self, companion: Companion) -> None:
        """One that fails is told of, and missed by nobody else."""
        try:
            await companion.run()
        except Exception as error:  # noqa: BLE001 - a sensor's fault is no reason to stop a belt
            _log.debug("the failure", exc_info=True)
            self.notice(Cue(CueKind.LIMIT, "a sensor is left out", f"it failed: {error!r:.120}"))

    async def _until_over(self, address: str) -> Ending:
        while self._engine.ending is None:
            due_s = self._engine.wakes_at - self._clock.now()
            await wait(self._clock, self._arrived, min(due_s, TICK_S))  # one that passed while the last step was taken: at once
            self._wires.mind(address, lost=False)
            await self._step()
            self._wires.mind(address, lost=self._engine.phase is Phase.UNLINKED)
        return self._engine.ending

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
        self._wires.alive(self.belt_may_move)
        for command in step.commands:
            if isinstance(command, Start) and Pressed(Key.STOP) in self._inbox:  # pressed while its line was written down
                self.deliver(Answered(CommandKind.START, Outcome.NOT_WRITTEN, "Stop was pressed"))
            else:
                self._wires.offer(command)
        if Pressed(Key.STOP) in inputs and self._engine.phase is Phase.UNLINKED and self.belt_may_move:
            self._wires.offer(Stop())  # pressed as the computer woke: a link that counts as lost since may be alive
        for _ in range(_HANDED_ON if step.commands else 0):
            await asyncio.sleep(0)
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
        slept_s = 0.0 if self._sleep is None else self._sleep.look(now)
        if not slept_s:
            return
        if self._engine.phase in ARMED or self._engine.phase is Phase.STOPPING or self.belt_may_move:
            self._inbox.insert(0, ClockJumped(slept_s))  # what was pressed before it is that much older, what comes after is new

    async def _stop_the_belt(self) -> None:
        """The way out of a session that did not end by itself: Stop, bounded. A writer that failed gets one more try."""
        if not self.belt_may_move or not self._wires.revive():
            return
        self._stop_answered.clear()
        self._wires.offer(Stop())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_STOP_S):
                await self._stop_answered.wait()

    async def _let_go(self, companions: list[asyncio.Task[None]]) -> None:
        for task in companions:
            task.cancel()
        await asyncio.gather(*companions, return_exceptions=True)
        try:
            await self._wires.close()
        finally:
            for journal in (*self._replaced, self._journal):
                if journal is not None:
                    await asyncio.to_thread(journal.close)
            await asyncio.gather(*self._closing)
