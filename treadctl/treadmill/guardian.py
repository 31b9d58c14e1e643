"""The guardian: one treadmill's connection in a process of its own, which outlives the session's by as long as a Stop takes.

It hands commands down and what happens up. When the session ends without a word, falls silent, or the system ends it, a belt
that may be moving because of it is told to stop, and is watched until telemetry shows it still. It never moves a deck, and
never says anything but Stop of its own. Times here are the wall's: a guardian's clock is never scaled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from treadctl.clock import Clock, Sleep, wait
from treadctl.engine.belt import Belt
from treadctl.engine.constants import SPEED_WITHIN
from treadctl.engine.records import RecordError
from treadctl.engine.words import (
    KINDS,
    Answered,
    CommandKind,
    Connected,
    Countdown,
    Disconnected,
    Event,
    Hanging,
    Input,
    Machine,
    Outcome,
    Telemetry,
    Told,
)
from treadctl.safety import SIGHT_S, Command, Pause, Start, Stop, TakeControl
from treadctl.treadmill import pipe
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.halting import STOP_AGAIN_S
from treadctl.treadmill.watchdog import CONFIRM_WITHIN_S, REACH_WITHIN_S, Duty, Watchdog
from treadctl.units import Speed

LOOK_S: Final = 0.25
"""How often it looks after the session at least, and after a belt that was told to stop."""
JUST_S: Final = 0.01
"""It looks just after silence has lasted too long, and not just before."""
SEEN_SINCE_S: Final = 1.0
"""A belt that is still in a frame this much younger than the answer to Stop: one that had just begun to move would show it."""
AGAIN_S: Final = 1.0
"""Between two tries to get a Stop to a treadmill that has not answered to one, over a new link where the old one is lost."""
_SOMEBODY: Final = frozenset({Event.STOPPED, Event.PAUSED, Event.SAFETY_KEY})
"""What a person at the console, or the key, does to a belt; from there on it is theirs."""
DEAF_S: Final = 5.0
"""A treadmill that was told to stop, and of which nothing at all was heard for so long, is told over a new link. Ours."""
_NOT_TOLD: Final = frozenset({Outcome.NOT_WRITTEN, Outcome.NOT_PERMITTED, Outcome.REFUSED, Outcome.UNKNOWN})
"""Outcomes after which a treadmill does not know of a Stop, or nobody knows whether it does."""
_OURS: Final = frozenset({Outcome.NOT_WRITTEN, Outcome.REFUSED, Outcome.UNKNOWN})
"""Outcomes that are not the treadmill's own word."""

Connect = Callable[[Callable[[Input], None]], Connection]


class Guardian:
    """Serves one session from when it is told to connect; until then it only watches over the belt. `say` takes lines for the
    session, `record` a sentence for the file that is read when something went wrong. `connect` may fail, for what is known of
    treadmills has become unreadable; `connect_to_stop` knows nothing of the kind, and nothing but Stop and Pause leaves then.
    `passes` tells seconds that go on while the computer sleeps, as those of `clock` need not."""

    def __init__(
        self,
        connect: Connect,
        clock: Clock,
        say: Callable[[str], object],
        record: Callable[[str], object],
        connect_to_stop: Connect | None = None,
        passes: Callable[[], float] | None = None,
    ) -> None:
        self._connect = connect
        self._connect_to_stop = connect_to_stop
        self._only_stops = ""
        self._clock = clock
        self._say = say
        self._record = record
        self._watchdog = Watchdog(clock.now())
        self._belt = Belt()
        self._sleep = Sleep(passes or clock.now)
        self._slept_s = self._begun = 0.0
        self._started_at = clock.now()  # one that takes another's place was not told when that one's Start was
        self._belt.may_start(self._started_at)
        self._called = self._linked = self._told = self._halted = False
        self._accepted_at = self._heard_at = float("-inf")
        self._in_doubt = False
        self._fastest = Speed(0)
        self._is_seen = False
        self._stirred = asyncio.Event()
        self._connection: Connection | None = None
        self._opening: asyncio.Future[Machine] | None = None
        self._work: asyncio.Task[None] | None = None

    def hear(self, line: str) -> None:
        """One line from the session. One that makes no sense is a fault of ours, and is recorded."""
        try:
            if self._heed(line):
                self._stirred.set()
        except RecordError as error:
            self._record(f"not understood: {error}")

    def ended(self, why: str) -> None:
        """The pipe's end has come, or a signal."""
        self._watchdog.ended(why)
        self._stirred.set()

    async def run(self, address: str) -> None:
        """From connecting until there is nothing left to do."""
        self._say(pipe.said(pipe.READY))
        try:
            while not self._called and self._duty() is Duty.SERVE:
                await wait(self._clock, self._stirred, LOOK_S)
            if self._duty() is Duty.SERVE:
                await self._connect_to(address)
            while self._duty() is Duty.SERVE and self._has_a_charge() and not self._what_broke():
                self._has_slept()
                until_silence = self._watchdog.look_again() - self._clock.now() + JUST_S
                await wait(self._clock, self._stirred, min(LOOK_S, until_silence))
            broke = self._what_broke()
            if broke:
                self._watchdog.ended(broke)
            if self._duty() is Duty.STOP:
                await self._stop(address)
        finally:
            await self._let_go()

    def _heed(self, line: str) -> bool:
        """Do what it says. Whether there is anything for `run` to look at: it would only come between a command and its bytes."""
        if (command := pipe.at_hand(line)) is not None:
            self._hand_down(command)
            return False
        name, what = pipe.heard(line)
        match name, what:
            case pipe.ALIVE, [bool(belt_may_move)]:
                self._watchdog.heard(belt_may_move, self._clock.now())
                self._has_slept()
                self._slept_s = 0.0
            case pipe.CONNECT, []:
                self._called = True
            case pipe.OFFER, _:
                self._hand_down(pipe.word(what))
                return False
            case pipe.CLOSE, []:
                self._watchdog.let_go()
            case _:
                raise RecordError(f"{line[:40]!r}")
        return True

    def _hand_down(self, command: Command) -> None:
        if self._connection is None or self._duty() is not Duty.SERVE:
            return
        if self._only_stops and not isinstance(command, Stop | Pause | TakeControl):
            self._deliver(Answered(KINDS[type(command)], Outcome.REFUSED, self._only_stops))
            return
        if isinstance(command, Start):
            self._started_at = self._clock.now()
            self._belt.may_start(self._started_at)
        if isinstance(command, Stop | Pause | Start | TakeControl):
            self._halted = isinstance(command, Stop | Pause)
        self._connection.offer(command)

    def _duty(self) -> Duty:
        return self._watchdog.duty(self._clock.now())

    def _has_a_charge(self) -> bool:
        """Whether there is a link, or a belt that must be stopped if the session ends while it has none."""
        return self._watchdog.belt_may_move or (self._linked and self._work is not None)

    def _deliver(self, happened: Input) -> None:
        if _is_its_own(happened):
            self._heard_at = self._clock.now()
        match happened:
            case Telemetry():
                self._belt.see(happened, self._clock.now())
                self._is_seen = True
            case Answered(command=CommandKind.STOP, outcome=outcome):
                self._answered(outcome, self._clock.now())
            case Told(event=Event.STARTED):
                self._belt.may_start(self._clock.now())
            case Countdown(text=text):
                self._belt.counts(text, self._clock.now())
            case Told(event=event) if event in _SOMEBODY and not self._halted:
                self._watchdog.taken_over()
            case Connected():
                self._linked = True
            case Disconnected():
                self._linked = self._told = False
        self._say(pipe.said(pipe.IN, happened))
        self._stirred.set()

    def _answered(self, outcome: Outcome, now: float) -> None:
        """A treadmill knows of a Stop by any word of its own about it; one that was not needed is as good."""
        if outcome is Outcome.ACCEPTED:
            self._accepted_at = now
            self._belt.start_called_off()
        self._in_doubt |= outcome is Outcome.UNKNOWN
        self._told |= outcome not in _NOT_TOLD or (outcome is Outcome.NOT_WRITTEN and self._belt.still(now))

    def _made(self) -> Connection:
        """A connection; where what is known of treadmills cannot be read, one that can stop a belt."""
        try:
            return self._connect(self._deliver)
        except Exception as error:
            if self._connect_to_stop is None:
                raise
            self._only_stops = f"only Stop is sent: {error}"
            self._record(self._only_stops)
            return self._connect_to_stop(self._deliver)

    async def _connect_to(self, address: str) -> None:
        """Connect, unless the session gives up meanwhile; what came of it is said. A link that is there by then goes on being
        subscribed to: it can carry a Stop already, and without the rest nobody would see the belt over it."""
        try:
            self._connection = self._made()
        except Exception as error:  # noqa: BLE001 - such as a machine file that changed since the session read it
            self._say(pipe.said(pipe.BROKE, f"a fault while connecting: {error!r}"))
            return
        self._opening = opening = asyncio.ensure_future(self._connection.open(address))
        opening.add_done_callback(self._opened)
        while not opening.done() and self._duty() is Duty.SERVE:
            await wait(self._clock, self._stirred, LOOK_S)
        if not opening.done():
            if not self._linked:
                await self._end_opening()
            return
        try:
            machine = opening.result()
        except LinkError as error:
            self._say(pipe.said(pipe.FAILED, error.trouble.name, error.detail, error.att_error))
            return
        except Exception as error:  # noqa: BLE001 - the session must hear of a fault of ours, not only of an end
            self._say(pipe.said(pipe.BROKE, f"a fault while connecting: {error!r}"))
            return
        if not self._linked:
            self._say(pipe.said(pipe.FAILED, Trouble.LOST.name, "", None))
            return
        self._say(pipe.said(pipe.MACHINE, machine))
        self._start_writing(self._connection)

    def _opened(self, opening: asyncio.Future[Machine]) -> None:
        """A link that could not be made whole counts as none, whatever was said over it."""
        if opening.cancelled() or opening.exception() is not None:
            self._linked = self._told = False
        self._stirred.set()

    async def _end_opening(self) -> None:
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})

    def _start_writing(self, connection: Connection) -> None:
        self._work = asyncio.ensure_future(connection.run())
        self._work.add_done_callback(lambda _: self._stirred.set())

    def _what_broke(self) -> str:
        """The fault that the writing ended with; empty when it goes on, or ended with the link."""
        if self._work is None or not self._work.done():
            return ""
        if self._work.cancelled():
            return "the writing was cancelled, and nobody asked for that"
        error = self._work.exception()
        return "" if error is None else f"a fault in the link: {error!r}"

    def _has_slept(self) -> None:
        """A computer's sleep is time that passed: for a Stop since the session was last heard, and for one that is seen done."""
        slept_s = self._sleep.look(self._clock.now())
        self._slept_s += slept_s
        self._begun -= slept_s

    async def _stop(self, address: str) -> None:
        """Stop, again until the treadmill has heard of it, over a new link where the old one is gone; then stay until the belt is
        seen still, or the time for that is over. What moves is stopped, whoever set it moving meanwhile."""
        self._has_slept()
        self._begun = self._clock.now() - self._slept_s
        if self._is_too_late() and not await self._moves_yet():
            self._record(f"{address}: {self._watchdog.why}, before this computer slept: too late for a Stop")
            return
        asked_at = self._clock.now()
        self._told = asked_at - self._accepted_at < STOP_AGAIN_S  # the link itself repeats one that changes nothing
        if self._linked and self._connection is not None and not self._told:
            self._say_stop(self._connection)
        self._say(pipe.said(pipe.STOPS, self._watchdog.why))
        self._record(f"{address}: {self._watchdog.why}: Stop")
        told_at: float | None = None
        while not self._is_done(told_at):
            await wait(self._clock, self._stirred, LOOK_S)
            self._has_slept()
            now = self._clock.now()
            if self._told or self._seems_told(now):
                told_at = now if told_at is None else told_at
                continue
            told_at = None
            if not self._is_too_late() and (not self._linked or (now - asked_at >= AGAIN_S and not self._may_be_told(now))):
                await self._ask_again(address)
                asked_at = self._clock.now()
        seen = "still" if self._belt.still(self._clock.now()) else f"not seen still, last at {self._belt.speed}"
        self._record(f"{address}: the belt is {seen}")

    async def _moves_yet(self) -> bool:
        """However long the sleep was, a link that outlived it and shows a moving belt is the one that this session left, for no
        link outlives a night: the computer only stood still for a while, or a clock was set. The two minutes begin anew. A frame
        of before the sleep may have waited in the computer; one that comes a second after waking did not."""
        woke_at = self._clock.now()
        while self._linked and self._clock.now() - woke_at <= SIGHT_S:
            if self._belt.moving and self._belt.at - woke_at >= SEEN_SINCE_S:
                self._begun = woke_at
                return True
            await wait(self._clock, self._stirred, LOOK_S)
        return False

    def _is_too_late(self) -> bool:
        return self._clock.now() - self._begun > REACH_WITHIN_S

    def _is_done(self, told_at: float | None) -> bool:
        if told_at is None:
            return self._is_too_late()
        now = self._clock.now()
        seen_since = self._belt.at - told_at >= SEEN_SINCE_S
        is_over = now - told_at > CONFIRM_WITHIN_S or now - self._begun > REACH_WITHIN_S + CONFIRM_WITHIN_S
        return is_over or (seen_since and self._belt.still(now))

    def _seems_told(self, now: float) -> bool:
        """After a Stop of which nobody knows whether it was heard: the belt is seen still, or slower than it has been since."""
        belt = self._belt
        if belt.speed is None or belt.age(now) > SIGHT_S:
            return False
        self._fastest = max(self._fastest, belt.speed)
        return self._in_doubt and (belt.still(now) or belt.speed < self._fastest - SPEED_WITHIN)

    def _may_be_told(self, now: float) -> bool:
        """Likewise, but at zero after a Start: it is watched, and told again if it moves."""
        return self._in_doubt and self._belt.speed == 0 and self._belt.age(now) <= SIGHT_S

    async def _ask_again(self, address: str) -> None:
        is_deaf = self._clock.now() - max(self._heard_at, self._begun) > DEAF_S
        if is_deaf or not (self._linked and self._connection is not None):
            await self._reach(address, max(self._begun + REACH_WITHIN_S - self._clock.now(), AGAIN_S))
            await self._look()
        self._has_slept()
        if not self._linked:
            await self._clock.sleep(AGAIN_S)
        elif self._connection is not None and not self._is_too_late():
            self._say_stop(self._connection)

    async def _look(self) -> None:
        """Before Stop goes over a new link, see the belt in a frame, which come once a second: some machines take a Stop on a
        still belt for a start. One that moves, is seen still, or is not seen at all waits for nothing more."""
        begun = self._clock.now()
        while self._linked and not self._belt.still(self._clock.now()):
            looked_s = self._clock.now() - begun
            if self._belt.moving or looked_s > (2 * SIGHT_S if self._is_seen else SIGHT_S):
                return
            await wait(self._clock, self._stirred, LOOK_S)

    def _say_stop(self, connection: Connection) -> None:
        if self._work is None or self._work.done():
            self._start_writing(connection)
        connection.offer(Stop())

    async def _reach(self, address: str, seconds: float) -> None:
        """One try to get at the treadmill again; whatever goes wrong is recorded, for nobody else is left to hear of it."""
        try:
            await self._end_opening()
            if self._connection is not None:
                await self._connection.close()
            self._in_doubt, self._fastest = False, Speed(0)
            self._connection, self._belt, self._work, self._is_seen = self._made(), Belt(), None, False
            self._belt.may_start(self._started_at)
            async with asyncio.timeout(seconds):
                await self._connection.open(address)
        except Exception as error:  # noqa: BLE001 - the next try may succeed
            self._linked = False
            self._record(f"{address}: not reached: {error!r:.200}")

    async def _let_go(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        await self._end_opening()
        if self._connection is not None:
            await self._connection.close()


def _is_its_own(happened: Input) -> bool:
    """Whether the treadmill said something itself, and not only our link about it."""
    match happened:
        case Disconnected() | Hanging():
            return False
        case Answered(outcome=outcome):
            return outcome not in _OURS
    return True
