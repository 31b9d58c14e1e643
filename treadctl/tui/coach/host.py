"""What the console needs of whoever talks to the room, and the coach's agent in a thread of its own."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

from treadctl.studio.coach_agent import CoachAgent, Pressed
from treadctl.studio.room_view import RoomView
from treadctl.tui.loop_thread import LoopThread
from treadctl.workout.model import Workout


class CoachHost(Protocol):
    """A coach's agent, in whatever thread."""

    @property
    def latest(self) -> RoomView | None:
        """The newest picture of the room; None where it never began."""

    @property
    def failure(self) -> str:
        """Why it ended against its will; empty while it did not."""

    def press(self, pressed: Pressed) -> None:
        """Press a button, from any thread, without waiting."""


class CoachThread(LoopThread[CoachAgent]):
    """The real host: no screen and no terminal can hold a STOP ALL up."""

    def __init__(self, make: Callable[[], CoachAgent]) -> None:
        super().__init__(make, "console")
        self._ready = threading.Event()

    def start(self) -> None:
        """Begin; returns when there is a first picture of the room, or none will ever be."""
        super().start()
        self._ready.wait()

    @property
    def latest(self) -> RoomView | None:
        """The newest picture of the room; None where it never began."""
        return None if self._made is None else self._made.latest

    def press(self, pressed: Pressed) -> None:
        """Press a button, from any thread, without waiting."""
        self._do(lambda agent: agent.press(pressed))

    def leave(self) -> None:
        """Give the lease away and end, from any thread; the lanes go on."""
        self.abandon()

    def _run(self) -> None:
        try:
            super()._run()
        finally:
            self._ready.set()

    async def _live(self, made: CoachAgent) -> None:
        self._ready.set()
        with contextlib.suppress(asyncio.CancelledError):
            await self._lead(made)

    @staticmethod
    async def _lead(agent: CoachAgent) -> None:
        running = asyncio.create_task(agent.run())
        try:
            await asyncio.shield(running)
        finally:
            if not running.done():
                await agent.leave()
                running.cancel()


@dataclass(frozen=True, slots=True)
class Program:
    """A workout that can be sent: as it is, and the text of its file."""

    workout: Workout
    text: str


LINES: Final = (
    "Look up, run tall.",
    "Short, quick steps.",
    "Let the belt come to you: no braking.",
    "Hands off the rails, when you feel safe.",
    "Too much? Press flatter or slower. Nobody minds.",
    "Pain? Press stop, and wave to us.",
    "Drink something.",
    "Half of it is done.",
    "Last decline.",
    "Well run, everybody. Walk on until your belt stops.",
    "Clip the safety key to your shirt, please.",
    "Feet on the rails, please. We begin in a moment.",
)
"""What staff can say with two keys. A list and no text field: nothing that is typed here can take a STOP ALL away."""
