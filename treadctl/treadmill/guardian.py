"""The guardian: one treadmill's connection in a process of its own, which outlives the session's by as long as a Stop takes.

It hands commands down and what happens up. When the session ends without a word, falls silent, or the system ends it, a belt
that may be moving because of it is told to stop, and is watched until telemetry shows it still. It never moves a deck, and
never says anything but Stop of its own. Times here are the wall's: a guardian's clock is never scaled.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.engine.belt import Belt
from treadctl.engine.records import RecordError
from treadctl.engine.words import Connected, Disconnected, Input, Telemetry
from treadctl.safety import Stop
from treadctl.treadmill import pipe
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError
from treadctl.treadmill.watchdog import CONFIRM_WITHIN_S, Duty, Watchdog

LOOK_S: Final = 0.25
"""How often it looks after the session at least, and after a belt that was told to stop."""
JUST_S: Final = 0.01
"""It looks just after silence has lasted too long, and not just before."""
AGAIN_S: Final = 1.0
"""Between two tries to get a lost link back, while a belt has to be stopped."""

Connect = Callable[[Callable[[Input], None]], Connection]


class Guardian:
    """Serves one session. `say` takes lines for it, `record` a sentence for the file that is read when something went wrong."""

    def __init__(self, connect: Connect, clock: Clock, say: Callable[[str], object], record: Callable[[str], object]) -> None:
        self._connect = connect
        self._clock = clock
        self._say = say
        self._record = record
        self._watchdog = Watchdog(clock.now())
        self._belt = Belt()
        self._linked = False
        self._stirred = asyncio.Event()
        self._connection: Connection | None = None
        self._work: asyncio.Task[None] | None = None

    def hear(self, line: str) -> None:
        """One line from the session. One that makes no sense is a fault of ours, and is recorded."""
        try:
            self._heed(line)
        except RecordError as error:
            self._record(f"not understood: {error}")
        self._stirred.set()

    def ended(self, why: str) -> None:
        """The pipe's end has come, or a signal."""
        self._watchdog.ended(why)
        self._stirred.set()

    async def run(self, address: str) -> None:
        """From connecting until there is nothing left to do."""
        try:
            await self._connect_to(address)
            while self._duty() is Duty.SERVE and self._work is not None and not self._work.done():
                await wait(self._clock, self._stirred, min(LOOK_S, self._watchdog.look_again() - self._clock.now() + JUST_S))
            broke = self._what_broke()
            if broke:
                self._watchdog.ended(broke)
            if self._duty() is Duty.STOP:
                await self._stop(address)
        finally:
            await self._let_go()

    def _heed(self, line: str) -> None:
        name, what = pipe.heard(line)
        match name, what:
            case pipe.ALIVE, [bool(belt_may_move)]:
                self._watchdog.heard(belt_may_move, self._clock.now())
            case pipe.OFFER, _:
                if self._connection is not None and self._duty() is Duty.SERVE:
                    self._connection.offer(pipe.word(what))
            case pipe.CLOSE, []:
                self._watchdog.let_go()
            case _:
                raise RecordError(f"{line[:40]!r}")

    def _duty(self) -> Duty:
        return self._watchdog.duty(self._clock.now())

    def _deliver(self, happened: Input) -> None:
        match happened:
            case Telemetry():
                self._belt.see(happened, self._clock.now())
            case Connected():
                self._linked = True
            case Disconnected():
                self._linked = False
        self._say(pipe.said(pipe.IN, happened))
        self._stirred.set()

    async def _connect_to(self, address: str) -> None:
        """Connect, unless the session gives up meanwhile; what came of it is said."""
        self._connection = self._connect(self._deliver)
        opening = asyncio.ensure_future(self._connection.open(address))
        opening.add_done_callback(lambda _: self._stirred.set())
        while not opening.done() and self._duty() is Duty.SERVE:
            await wait(self._clock, self._stirred, LOOK_S)
        if not opening.done():
            opening.cancel()
            await asyncio.wait({opening})
            return
        try:
            machine = opening.result()
        except LinkError as error:
            self._linked = False
            self._say(pipe.said(pipe.FAILED, error.trouble.name, error.detail, error.att_error))
            return
        except Exception as error:  # noqa: BLE001 - the session must hear of a fault of ours, not only of an end
            self._linked = False
            self._say(pipe.said(pipe.BROKE, f"a fault while connecting: {error!r}"))
            return
        self._say(pipe.said(pipe.MACHINE, machine))
        self._start_writing(self._connection)

    def _start_writing(self, connection: Connection) -> None:
        self._work = asyncio.ensure_future(connection.run())
        self._work.add_done_callback(lambda _: self._stirred.set())

    def _what_broke(self) -> str:
        """The fault that the writing ended with; empty when it goes on, or ended with the link."""
        if self._work is None or not self._work.done() or self._work.cancelled():
            return ""
        error = self._work.exception()
        return "" if error is None else f"a fault in the link: {error!r}"

    async def _stop(self, address: str) -> None:
        """Stop, over a new link where the old one is gone, and stay until the belt is seen still or the time is over."""
        self._record(f"{address}: {self._watchdog.why}: Stop")
        self._say(pipe.said(pipe.STOPS, self._watchdog.why))
        until = self._clock.now() + CONFIRM_WITHIN_S
        if self._linked and self._connection is not None:
            self._say_stop(self._connection)
        while not self._belt.still(self._clock.now()) and (left := until - self._clock.now()) > 0:
            if not self._linked:
                await self._reach(address, left)
            await wait(self._clock, self._stirred, min(LOOK_S if self._linked else AGAIN_S, left))
        seen = "still" if self._belt.still(self._clock.now()) else f"not seen still, last at {self._belt.speed}"
        self._record(f"{address}: the belt is {seen}")

    def _say_stop(self, connection: Connection) -> None:
        if self._work is None or self._work.done():
            self._start_writing(connection)
        connection.offer(Stop())

    async def _reach(self, address: str, seconds: float) -> None:
        """One try to get at the treadmill again."""
        if self._connection is not None:
            await self._connection.close()
        self._connection, self._belt = self._connect(self._deliver), Belt()
        try:
            async with asyncio.timeout(seconds):
                await self._connection.open(address)
        except (LinkError, TimeoutError):
            self._linked = False
            return
        self._work = None
        self._say_stop(self._connection)

    async def _let_go(self) -> None:
        if self._work is not None:
            self._work.cancel()
            await asyncio.gather(self._work, return_exceptions=True)
        if self._connection is not None:
            await self._connection.close()
