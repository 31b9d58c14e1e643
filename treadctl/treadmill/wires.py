"""The connections of one session, one after another, so that a belt which may be moving is never left without a guardian.

A lost connection is thrown away and a new one made, again and again until the session ends. The next one stands by before the
last one lets go: from the loss on two watch over the belt, and each says Stop if the session ends. Only one holds the treadmill
at a time, for `locks.hold` is the kernel's; the next connects when the last has let go.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, Protocol

from treadctl.clock import Clock
from treadctl.engine.words import Connected, Disconnected, Input, Machine, Odd
from treadctl.safety import Command
from treadctl.treadmill.gatt import LinkError

FIRST_BACK_OFF_S: Final = 1.0
"""From a lost link to the first try of a new one; each try that fails doubles the wait …"""
LONGEST_BACK_OFF_S: Final = 8.0
"""… up to this: somebody stands on that belt, and a scan of ours takes ten seconds anyway. Ours."""

Deliver = Callable[[Input], None]


class Wire(Protocol):
    """What a session needs of a connection; all it says and hears are words that could cross a pipe."""

    async def stand_by(self, address: str) -> None:
        """Watch over the belt from here on, and wait for `open` before connecting; raises LinkError. Asked again, it says the
        same way whether it still does."""

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


class Wires:
    """`connect` makes a connection, given where to deliver its inputs. `stir` is called when one has ended."""

    def __init__(self, connect: Callable[[Deliver], Wire], deliver: Deliver, clock: Clock, stir: Callable[[], None]) -> None:
        self._connect, self._deliver, self._clock, self._stir = connect, deliver, clock, stir
        self.linked = False
        self._generation = 0
        self._address = ""
        self._belt_may_move = False
        self._wire = self._new()
        self._next: Wire | None = None
        self._next_watches = False
        self._opening: asyncio.Task[Machine] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._remaking: asyncio.Task[None] | None = None

    def _new(self) -> Wire:
        """A connection whose words count for as long as it is the newest, and not given up."""
        self._generation += 1
        mine = self._generation
        return self._connect(lambda happened: self._hear(happened) if mine == self._generation else None)

    def _hear(self, happened: Input) -> None:
        match happened:
            case Connected():
                self.linked = True
            case Disconnected():
                self.linked = False
        self._deliver(happened)

    @property
    def remaking(self) -> bool:
        """Whether the link counts as lost, and a new one is being made."""
        return self._remaking is not None

    @property
    def writing(self) -> bool:
        """Whether what is offered is written."""
        return self._writing is not None and not self._writing.done()

    async def open(self, address: str) -> Machine | None:
        """The first connection; None when that was given up by `give_up`."""
        self._address = address
        self._opening = asyncio.create_task(self._wire.open(address), name="opening")
        try:
            await asyncio.wait({self._opening})
            if self._opening.cancelled():
                return None
            machine = self._opening.result()
        finally:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
            self._opening = None
        self.write()
        return machine

    def give_up(self) -> None:
        """Nobody waits any more for a treadmill that is being connected to."""
        if self._opening is not None:
            self._opening.cancel()

    def revive(self) -> bool:
        """Whether what is offered is written, or will be once more after a fault."""
        if not self.linked or self._writing is None:
            return False
        if self._writing.done():
            self.write()
        return True

    def write(self) -> None:
        """Write what is offered, from here on."""
        self._writing = asyncio.create_task(self._wire.run(), name="link")
        self._writing.add_done_callback(lambda _: self._stir())

    def offer(self, command: Command) -> None:
        """Hand over one command; while a link is being made again to the lost one, which may be alive after all."""
        self._wire.offer(command)

    def alive(self, belt_may_move: bool) -> None:
        """The session lives: to whoever watches over the belt."""
        self._belt_may_move = belt_may_move
        self._wire.alive(belt_may_move)
        if self._next is not None:
            self._next.alive(belt_may_move)

    def mind(self, address: str, lost: bool) -> None:
        """A fault in a connection is raised here; one that is lost is made again."""
        if self._writing is not None and self._writing.done() and (error := self._writing.exception()) is not None:
            raise RuntimeError("the link failed in an unforeseen way") from error
        if lost and self._remaking is None and self._writing is not None:
            self._remaking = asyncio.create_task(self._remake(address, self._writing), name="reconnecting")
        if self._remaking is not None and self._remaking.done():
            self._remaking.result()
            self._remaking = None

    async def _remake(self, address: str, writing: asyncio.Task[None]) -> None:
        """Throw the lost connection away and make a new one, until one is made."""
        self.linked, self._writing = False, None
        back_off_s = FIRST_BACK_OFF_S
        while True:
            self._next = following = self._new()  # from here on what the lost one says is of yesterday
            following.alive(self._belt_may_move)
            why = await self._stood_by(following, address)
            await self._clock.sleep(back_off_s)
            why = why or await self._stood_by(following, address)  # still?
            if why:
                self._next = None
                await following.close()
            else:
                await self._hand_over(following, writing)
                why = await self._tried(following.open(address))
            if not why:
                self.write()
                return
            self._deliver(Disconnected(why) if self.linked else Odd(why))
            back_off_s = min(2 * back_off_s, LONGEST_BACK_OFF_S)

    async def _hand_over(self, following: Wire, writing: asyncio.Task[None]) -> None:
        """Two watch over the belt, and now one of them lets go."""
        old, self._wire, self._next, self._next_watches = self._wire, following, None, False
        old.alive(False)
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        await old.close()

    async def _stood_by(self, following: Wire, address: str) -> str:
        """Why the next one does not watch over the belt, whatever kept it; empty when it does."""
        try:
            why = await self._tried(following.stand_by(address))
        except Exception as error:  # noqa: BLE001 - such as a computer that has no room for one more process: the next try may do
            why = f"no link yet: nobody watches over the next one: {error!r:.200}"
        self._next_watches = not why
        return why

    async def _tried(self, trying: Coroutine[Any, Any, object]) -> str:
        """Why it did not work, and what to do about that; empty when it did."""
        try:
            await trying
        except LinkError as error:
            is_news = error.detail.casefold() not in ("", self._address.casefold())
            return f"no link yet: {error.trouble.value}" + (f" ({error.detail})" if is_news else "")
        return ""

    async def close(self) -> None:
        """Let go of the treadmill. Where the next connection watches, a belt that may be moving is left to that one; where that
        is not known yet, to both."""
        tasks = [task for task in (self._remaking, self._writing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._next is not None:
            if self._next_watches and not await self._stood_by(self._next, self._address):  # still?
                self._wire.alive(False)
            await self._next.close()
        await self._wire.close()
