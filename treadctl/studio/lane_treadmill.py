"""A lane's treadmill: one session after the other over its link, what is prepared in it, and where it is written down.

While nobody is armed the session is one for waiting, so that the room sees what the belt does; a program takes its place over
the same link, and is recorded from the countdown on. What is remembered of a runner narrows it first.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol

from treadctl.clock import Clock
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Connected, EasyPace, Input, Key, Machine
from treadctl.journal import Journal
from treadctl.safety import Deck
from treadctl.session import FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S, Companion, Deliver, Listener, Session, Wire
from treadctl.studio import lane_words
from treadctl.studio.lane_words import Broken, LaneWish, Prepare, Press, Seen, WalkNow
from treadctl.studio.left_belt import FREE_S, GONE_WITHIN_S, LeftBelt
from treadctl.studio.program import level_version
from treadctl.treadmill.gatt import LinkError
from treadctl.units import LEVEL
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

_WALK: Final = Relative(Base.WALK)
WAITING: Final = Workout("waiting", "Waiting for a class", "", (Segment(SegmentKind.FREE, 60, pace_from=_WALK, pace_to=_WALK),))
"""What is prepared while there is no program. Nobody is armed on it."""
_LOOK_S: Final = 0.5


def nothing_recorded(_: Workout) -> Journal | None:
    """For lanes whose sessions nobody keeps."""
    return None


class Recording(Protocol):
    """A session being written down. A listener."""

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""

    def close(self) -> None:
        """It is over, however it ended."""


class Memory(Protocol):
    """What is remembered of the runner at this lane; nothing of it leaves the lane. Called in the loop; must not wait long."""

    def narrowed(self, wanted: Prepare, machine: Machine) -> tuple[Prepare, tuple[Cue, ...]]:
        """The same within what this runner may run today, and what they are told of that."""

    def felt(self, level: int) -> None:
        """The runner's answer to "pain today?"."""

    def begun(self, wanted: Prepare, machine: Machine) -> Recording | None:
        """A session has begun; where it is written down, if anywhere."""

    def close(self) -> None:
        """The lane's program ends."""


@dataclass(frozen=True, slots=True)
class AtTreadmill:
    """A lane's treadmill: how it is reached, and what goes along with each session. `wall` is for a real one, as in Session.

    `journal` is where a session is recorded that is about to start; it must not wait for long. `mind_ready` is told, at each
    step of the class, whether a runner is ready or on their way. `held` is whether another program on this computer holds the
    treadmill: a guardian that still stops its belt.
    """

    connect: Callable[[Deliver], Wire]
    address: str
    clock: Clock
    wall: Callable[[], float] | None = None
    listeners: tuple[Listener, ...] = ()
    beside: tuple[Callable[[Deliver], Companion], ...] = ()
    journal: Callable[[Workout], Journal | None] = nothing_recorded
    memory: Memory | None = None
    mind_ready: Callable[[bool], object] | None = None
    held: Callable[[], bool] | None = None


class Sessions:
    """One treadmill's sessions. `saw` gets each step as the class sees it, and whether the class should look at once.

    `still_wanted` says whether a program that was sent is still to be run, `fault` is told of what went wrong.
    """

    def __init__(
        self,
        at: AtTreadmill,
        runner: Profile,
        saw: Callable[[Seen | Broken, bool], object],
        still_wanted: Callable[[], bool],
        tell: Callable[[Cue], object],
        fault: Callable[[str, Exception], object],
    ) -> None:
        self.seen: Seen | None = None
        self.program: Prepare | None = None
        self._leaving = False
        self._at, self._runner, self._saw, self._still_wanted = at, runner, saw, still_wanted
        self._tell, self._fault = tell, fault
        self._session: Session | None = None
        self._machine: Machine | None = None
        self._wanted: Prepare | None = None
        self._prepared = True
        self._told: tuple[Cue, ...] = ()
        self._recorded = False
        self._recording: Recording | None = None
        self._drops = False
        self._left_belt = LeftBelt()

    # --- one after the other --------------------------------------------------------------------------------------------

    async def run(self, left: Callable[[], bool]) -> None:
        """Until `left`; a treadmill that is not there is looked for again and again."""
        back_off_s, why = FIRST_BACK_OFF_S, ""
        while not left():
            try:
                await self._let_its_guardian_end(left)
                await self._one()
                back_off_s, why = FIRST_BACK_OFF_S, ""
            except LinkError as error:
                if str(error) != why:
                    self._tell(Cue(CueKind.NEWS, f"no treadmill: {error}", "trying again by itself"))
                back_off_s, why = min(2 * back_off_s, LONGEST_BACK_OFF_S), str(error)
            except Exception as error:  # noqa: BLE001 - the belt was told to stop; the lane stays in the room to say so
                self._fault("the session, which has ended", error)
                self._saw(Broken(), True)
                self._see_nothing()
                back_off_s = LONGEST_BACK_OFF_S
            await self._at.clock.sleep(back_off_s)

    async def leave(self, within_s: float) -> None:
        """Stop the belt, if it may be moving because of us, and wait for the end of its session, at most so long."""
        self._leaving, session = True, self._session
        if not self.belt_may_move:
            return
        self.press(Key.STOP)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._may_yet_stop(session):  # noqa: ASYNC110 - it has no event of its own
                    await asyncio.sleep(0.05)

    def _may_yet_stop(self, session: Session | None) -> bool:
        if self._left_belt.is_ours:
            return True
        return session is not None and session.ending is None and session is self._session

    async def _let_its_guardian_end(self, left: Callable[[], bool]) -> None:
        """Who still stops the belt of the last session has the treadmill; no session of ours takes it from them."""
        held, clock = self._at.held, self._at.clock
        free_since = clock.now()
        while held is not None and self._left_belt.left_at is not None and not left():
            now = clock.now()
            if held():
                free_since = now
            if now - free_since > FREE_S or now - self._left_belt.left_at > GONE_WITHIN_S:
                return
            await clock.sleep(_LOOK_S)

    async def _one(self) -> None:
        at = self._at
        session = Session(WAITING, self._runner, at.clock, at.connect, None, at.wall, at.beside)
        for listener in (*at.listeners, self._see):
            session.listen(listener)
        self._session, self._machine = session, None
        self._waits_anew()
        try:
            await session.run(at.address)
        finally:
            self._written_down()
            self._session = None  # what is pressed from here on waits for the next one
            if session.belt_may_move and not self._left_belt.is_ours:
                self._left_belt.leave(at.clock.now())
                self._see_nothing()

    def _waits_anew(self) -> None:
        """Nobody is armed, and what is prepared is the waiting; a program that was not run is still wanted."""
        self._written_down()
        if not self._still_wanted():
            self._wanted = self.program = None  # it was run
        self._prepared, self._recorded = self._wanted is None, False

    def _goes_on_waiting(self) -> None:
        """Over the same link, where the session ended as it should: the room never loses sight of this belt."""
        if self._session is not None and self._session.again(WAITING, self._runner):
            self._waits_anew()

    # --- what it shows --------------------------------------------------------------------------------------------------

    @property
    def belt_may_move(self) -> bool:
        """Whether the belt may be moving because of us, of this session or of one that was left."""
        return self._left_belt.is_ours or (self._session is not None and self._session.belt_may_move)

    def _see_nothing(self) -> None:
        self.seen = Seen(Phase.UNLINKED, fresh=False)
        self._saw(self.seen, True)

    def _see(self, now: float, inputs: list[Input], step: Step) -> None:
        """The session's step, for the class; at once where the room is waiting for it."""
        seen, before = Seen.of(step.snapshot, step.cues, inputs), self.seen
        own: dict[str, Any] = {"at": self._at.clock.now()}
        for happened in inputs:
            if isinstance(happened, Connected):
                self._machine = happened.machine
        if self._left_belt.see(seen, now):
            self.press(Key.STOP)
        if not self._prepared or self._left_belt.left_at is not None:
            own["phase"] = Phase.UNLINKED  # nobody is ready for a program that is not there yet, or beside such a belt
        if self._wanted is None:
            own |= {"step": "", "limited": "", "asked_speed": None, "asked_grade": None}  # nobody asked for anything
        if self.program is not None:
            own["level"] = self.program.workout.steepest >= LEVEL
        seen = self.seen = seen._replace(**own)
        self._saw(seen, seen.takes_back or _is_news(before, seen))
        self._write_down(now, inputs, step)
        if seen.ending is not None and not self._leaving:
            self._goes_on_waiting()

    # --- what it is told --------------------------------------------------------------------------------------------------

    def press(self, key: Key, starts_at: float | None = None) -> None:
        """A key of the session. Nobody is armed on what is only there for waiting, or on what is not prepared yet."""
        session = self._session
        if key is Key.ARM and (self._wanted is None or not self._prepared or self._left_belt.left_at is not None):
            return
        if key is Key.STOP and (session is None or not session.heeds_stop):
            # it waits for the next link, which this must not keep from being made
            self._left_belt.leave(self._at.clock.now(), ours=self.belt_may_move)
        elif session is not None:
            session.press(key, starts_at)

    def do(self, wish: LaneWish) -> None:
        """What the class wants of it."""
        match wish:
            case Prepare():
                self._wanted, self._prepared, self._recorded = wish, False, False
                self.prepare()
                if not self._prepared:
                    self._see_nothing()
            case Press(key=key, starts_at=starts_at):
                self.press(key, starts_at)
            case WalkNow():
                self.press(Key.WALK)
            case lane_words.EasyPace(speed=speed):
                if self._session is not None:
                    self._session.deliver(EasyPace(speed))

    def prepare(self, journal: Journal | None = None) -> None:
        """Put the wanted program in place of what is prepared, once the treadmill is known."""
        if self._wanted is None or self._session is None or self._machine is None:
            return
        program, narrower = self._wanted, tuple[Cue, ...]()
        if not reaches(self._machine.deck, program.workout):
            program = replace(program, workout=level_version(program.workout))
            self._say_once(Cue(CueKind.LIMIT, "this deck does not go down: your program is run level"))
        if self._at.memory is not None:
            program, narrower = self._at.memory.narrowed(program, self._machine)
        cues = self._session.prepare(program.workout, program.runner, journal)
        self._prepared = cues is not None
        if cues is not None:
            self.program = program
        self._say_once(*narrower, *cues or ())

    @property
    def is_prepared(self) -> bool:
        """Whether what is wanted is in place."""
        return self._prepared

    def _say_once(self, *cues: Cue) -> None:
        """A program that is prepared again has nothing new to say."""
        for cue in cues:
            if cue not in self._told:
                self._tell(cue)
        self._told = (*self._told, *cues)[-8:]

    # --- where it is written down ------------------------------------------------------------------------------------------

    def record(self) -> None:
        """A session is about to start: it is recorded from here on."""
        if self._recorded:
            return
        self._recorded = True
        if self._wanted is None or not self._prepared:
            return
        journal = self._at.journal(self._wanted.workout)
        if journal is not None:
            self.prepare(journal)

    def _write_down(self, now: float, inputs: list[Input], step: Step) -> None:
        """In the runner's history, from the moment in which somebody is armed; a record that fails is dropped."""
        try:
            self._record_step(now, inputs, step)
        except Exception as error:  # noqa: BLE001 - what is only for afterwards must not hide a belt
            self._fault("the record of this session, which is left out", error)
            self._recording, self._drops = None, True

    def _record_step(self, now: float, inputs: list[Input], step: Step) -> None:
        memory, program, machine = self._at.memory, self.program, self._machine
        if self._drops:
            return
        if self._recording is None and memory is not None and program is not None and machine is not None:
            if step.snapshot.phase not in ARMED:
                return
            self._recording = memory.begun(program, machine)
            inputs = [Connected(machine), *inputs]
        if self._recording is not None:
            self._recording(now, inputs, step)

    def _written_down(self) -> None:
        recording, self._recording, self._drops = self._recording, None, False
        try:
            if recording is not None:
                recording.close()
        except Exception as error:  # noqa: BLE001 - likewise
            self._fault("the end of this session's record", error)


def _is_news(before: Seen | None, seen: Seen) -> bool:
    """Whether the class looks at it at once. A Start that has left is none: what of it the room hears, it hears when the belt
    moves, and a computer with many lanes has other Starts to send just now."""
    if before is None or (before.speed, before.ending) != (seen.speed, seen.ending):
        return True
    return before.phase is not seen.phase and (before.phase, seen.phase) != (Phase.COUNTDOWN, Phase.STARTING)


def reaches(deck: Deck, workout: Workout) -> bool:
    """Whether a deck reaches any of a workout's declines, or there are none."""
    asked = [segment.steepest for segment in workout if segment.steepest < LEVEL]
    return not asked or any(deck.true(deck.nearest(grade)) < LEVEL for grade in asked)
