"""The console over a whole class: keys pressed on the screen, four lanes on the in-memory bus, from the library to STOP ALL."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from fake_room import library
from screen_text import screen_text
from studio_class import EPOCH, Room
from studio_room import KEY
from textual import events

from treadctl.clock import PacedClock
from treadctl.engine.words import Key
from treadctl.studio.bus import Heard, Linked
from treadctl.studio.coach_agent import STOP_ALL, Button, CoachAgent, Pressed
from treadctl.studio.memory_bus import Faults, MemoryBroker, MemoryBus
from treadctl.studio.room_view import RoomView, Stage
from treadctl.tui.coach.app import CoachApp

pytestmark = pytest.mark.asyncio


class SlowRoom(Room):
    """A room thirty times as fast as the wall, so that a screen can follow."""

    def __init__(self) -> None:
        super().__init__(Faults(delay_s=0.02, lost=0.05, doubled=0.1), 1)
        self.clock = PacedClock(30)
        self.broker = MemoryBroker(self.clock, self.broker.faults, 1)


class Desk:
    """A console's agent in the room, as its screen sees it."""

    failure = ""

    def __init__(self, room: Room, name: str = "c1") -> None:
        def connect(subscriptions: tuple[str, ...], heard: Heard, linked: Linked) -> MemoryBus:
            return MemoryBus(room.broker, subscriptions, heard, linked)

        self.agent = CoachAgent(name, "gym", KEY, connect, room.clock, EPOCH + room.clock.now())
        self.task = asyncio.create_task(self.agent.run())

    @property
    def latest(self) -> RoomView:
        return self.agent.latest

    def press(self, pressed: Pressed) -> None:
        self.agent.press(pressed)

    def stage(self) -> Stage:
        return self.latest.stage

    async def leave(self) -> None:
        await self.agent.leave()
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


async def until(app: CoachApp, desk: Desk, what: Callable[[RoomView], Any], within_s: float = 20.0) -> None:
    async with asyncio.timeout(within_s):
        while not what(desk.latest):  # noqa: ASYNC110 - a new picture of the room is no event of ours
            await asyncio.sleep(0.02)
    await app.run_action("look")
    await asyncio.sleep(0.05)


async def press(app: CoachApp, *keys: str) -> None:
    """As a pilot does, who would wait for a process that idles: this one has a class to run."""
    for key in keys:
        app.post_message(events.Key(key, key if len(key) == 1 else None))
        await asyncio.sleep(0.1)


async def test_a_class_from_the_library_to_stop_all() -> None:
    room = SlowRoom()
    for lane in range(1, 5):
        room.lane(lane, apart_s=lane - 2.0, lag_s=0.8 + lane / 10)
    desk = Desk(room)
    app = CoachApp(desk, library())
    try:
        async with app.run_test(size=(80, 24)):
            await until(app, desk, lambda view: view.leads and view.there == 4)
            await press(app, "c", "enter")
            await until(app, desk, lambda view: view.line == "Not yet: lanes 1, 2, 3, 4.")
            assert "Not yet: lanes 1, 2, 3, 4." in screen_text(app)
            await press(app, "g")
            assert desk.stage() is Stage.OFFERED, "nobody is ready yet"
            await room.everybody_is_ready()
            await until(app, desk, lambda view: view.headline == "4 OF 4 READY")
            await press(app, "g")
            await until(app, desk, lambda view: view.headline == "4 OF 4 MOVING")
            assert "Commands within" in screen_text(app)
            assert "‼" not in screen_text(app)
            await press(app, "p")
            await until(app, desk, lambda view: all(lane.word == "paused" for lane in view.lanes))
            await press(app, "m")
            await press(app, "s")
            await until(app, desk, lambda view: view.headline == "ALL STILL")
            assert [[key for _, key in lane.treadmill.pressed] for lane in room.lanes.values()] == [
                [Key.ARM, Key.PAUSE, Key.STOP]
            ] * 4
    finally:
        await desk.leave()
        await room.close()


async def test_the_second_console_shows_the_class_may_stop_it_and_takes_over_when_asked() -> None:
    room = SlowRoom()
    room.lane(1)
    first = Desk(room, "front")
    try:
        await room.wait(12)
        program = library()[0]
        first.press(Pressed(Button.SEND, text=program.text, title="Hills"))
        second = Desk(room, "back")
        app = CoachApp(second, library())
        async with app.run_test(size=(80, 24)):
            await until(app, second, lambda view: view.other == "front" and view.title == "Hills")
            assert "○ front LEADS" in screen_text(app)
            await press(app, "g", "p", "n")
            assert second.agent.coach.class_word(second.agent.now()) is None
            await press(app, "o")
            await until(app, second, lambda view: view.leads)
            assert first.latest.other == "back"
            second.press(STOP_ALL)
            await until(app, second, lambda view: view.headline == "ALL STILL")
            assert first.latest.stage is Stage.STOPPED
        await second.leave()
    finally:
        await first.leave()
        await room.close()


async def test_a_stop_all_key_that_is_held_down_is_one_stop() -> None:
    room = SlowRoom()
    desk = Desk(room)
    try:
        await room.wait(8)
        for _ in range(30):
            desk.press(STOP_ALL)
        assert desk.latest.unanswered == {}
        first = desk.agent.coach.stopped_at
        await room.wait(1.5)
        desk.press(STOP_ALL)
        assert desk.agent.coach.stopped_at != first
    finally:
        await desk.leave()
        await room.close()


async def test_a_program_that_cannot_be_read_is_not_sent_and_says_the_line() -> None:
    room = SlowRoom()
    desk = Desk(room)
    try:
        await room.wait(8)
        desk.press(Pressed(Button.SEND, text="title: x\nsteps:\n  - decline: 2 min\n    grade: -11\n", title="x"))
        assert "class.yaml:4" in desk.latest.notice
        assert desk.agent.coach.offered is None
    finally:
        await desk.leave()
        await room.close()
