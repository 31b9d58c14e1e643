"""A walk of the deck over a connection: the loop round `DeckWalk`. Whatever happens in here, level is asked for at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final, Protocol

from treadctl.clock import Clock
from treadctl.engine.words import Input, Machine
from treadctl.safety import Command, SetIncline
from treadctl.treadmill.deck_walk import DeckWalk, Stage, Verdict
from treadctl.treadmill.gatt import LinkError
from treadctl.units import Grade

TICK_S: Final = 0.25
"""As often as a session's engine looks."""
LAST_WORD_S: Final = 3.0
"""For the last command of a walk that failed: the time that an answer is waited for, and one write before it."""


class Way(Protocol):
    """What a walk needs of a connection."""

    async def open(self, address: str) -> Machine: ...
    def alive(self, belt_may_move: bool) -> None: ...
    def offer(self, command: Command) -> None: ...
    async def run(self) -> None: ...
    async def close(self) -> None: ...


class Walker:
    """One walk, once. `stop` may be called from anywhere within the loop's thread; a second call leaves without waiting."""

    def __init__(self, connect: Callable[[Callable[[Input], None]], Way], clock: Clock, tell: Callable[[str], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._heard: list[tuple[float, Input]] = []
        self._way = connect(lambda word: self._heard.append((clock.now(), word)))
        self._stops = 0
        self._told: tuple[object, ...] = ()

    def stop(self) -> None:
        """Level the deck and end; asked again, end at once."""
        self._stops += 1

    async def walk(self, address: str) -> DeckWalk:
        """Walk the deck of the treadmill there, and let go of it; raises LinkError where it cannot be reached."""
        try:
            machine = await self._way.open(address)
            walk = DeckWalk(machine.deck, self._clock.now())
            running = asyncio.ensure_future(self._way.run())
            try:
                await self._steps(walk, running)
            finally:
                if walk.stage is not Stage.OVER:
                    await self._last_word(walk.level)
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError, LinkError):
                    await running
            return walk
        finally:
            await self._way.close()

    async def _steps(self, walk: DeckWalk, running: asyncio.Future[None]) -> None:
        while walk.stage is not Stage.OVER:
            heard, self._heard = self._heard, []
            for at, word in heard:
                walk.hear(word, at)
            if running.done() and not running.cancelled() and (error := running.exception()) is not None:
                raise error
            if self._stops:
                walk.stop(Verdict.STOPPED, self._clock.now())
            if self._stops > 1:
                return
            commands = walk.step(self._clock.now())
            self._way.alive(walk.belt_may_move)
            for command in commands:
                self._way.offer(command)
            self._say(walk)
            await self._clock.sleep(TICK_S)

    async def _last_word(self, level: Grade) -> None:
        self._way.offer(SetIncline(level))
        await self._clock.sleep(LAST_WORD_S)

    def _say(self, walk: DeckWalk) -> None:
        """A line whenever what is asked, or what is shown, has changed."""
        now = (walk.stage, walk.target, walk.shown)
        if now == self._told or walk.stage is Stage.OVER:
            return
        if walk.stage is not Stage.WALKING and self._told[:1] != now[:1]:
            self._tell(f"  {walk.stage.value} …")
        if walk.stage in (Stage.WALKING, Stage.LEVELLING):
            self._tell(
                f"  asked for {walk.target or Grade(0)!s:>7}   deck at {walk.shown if walk.shown is not None else 'not told'}"
            )
        self._told = now
