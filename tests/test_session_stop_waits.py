"""A Stop that no link could take is not lost with the session: a guardian goes on trying, whatever was pressed after it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from short_session import STOP, Room, run_room

from treadctl.clock import PacedClock, Sleep
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Input, Key, Machine
from treadctl.mock.console import Console
from treadctl.mock.presets import PRESETS
from treadctl.treadmill import pipe
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.guardian import Guardian
from treadctl.treadmill.known import known_mock


class Near(Guarded):
    """The session's end of a guardian that runs in the same loop, with the same words between them and on the same clock."""

    def __init__(self, room: Watched, deliver: Callable[[Input], None]) -> None:
        super().__init__((), room.clock, deliver)
        self._room = room
        self.guardian = Guardian(self._connect, room.clock, self._hear, room.records.append)
        self._serving: asyncio.Task[None] | None = None

    def _connect(self, deliver: Callable[[Input], None]) -> Connection:
        return Connection(self._room.radio, self._room.clock, deliver, known_mock(PRESETS["decline-10"].offset))

    async def stand_by(self, address: str) -> None:
        if self._serving is None:
            self._opened = asyncio.get_running_loop().create_future()
            self._tell(pipe.said(pipe.ALIVE, self._belt_may_move))
            self._serving = asyncio.create_task(self.guardian.run(address))
            self._serving.add_done_callback(lambda _: self._end())
            self._room.guardians.append(self._serving)

    async def open(self, address: str) -> Machine:
        await self.stand_by(address)
        self._tell(pipe.said(pipe.CONNECT))
        assert self._opened is not None
        return await self._opened

    async def close(self) -> None:
        if self._opened is not None:
            self._opened.cancel()
        if self._belt_may_move:
            self.guardian.ended("the session has ended without a word")
            return
        self._tell(pipe.said(pipe.CLOSE))
        if self._serving is not None:
            await asyncio.wait({self._serving})

    def _tell(self, line: str) -> None:
        self.guardian.hear(line)


class Watched(Room):
    """A session whose connections have guardians, over a link that is lost for a while, and somebody who presses Stop then."""

    def __init__(self, outage_s: float, *presses_s: float) -> None:
        self.records: list[str] = []
        self.guardians: list[asyncio.Task[None]] = []
        super().__init__(f"drop-link@25+{outage_s}", wire=self.make)
        self._to_come = list(presses_s)
        self._lost_at: float | None = None
        self.session.listen(self._press)

    def make(self, deliver: Callable[[Input], None]) -> Near:
        return Near(self, deliver)

    def _press(self, now: float, inputs: list[Input], step: object) -> None:
        if self.losses and self._lost_at is None:
            self._lost_at = now
        while self._lost_at is not None and self._to_come and now - self._lost_at >= self._to_come[0]:
            assert self.session.phase is Phase.UNLINKED
            self.session.press(Key.STOP)
            self._to_come.pop(0)


async def to_the_end(room: Watched, then_s: float) -> Ending:
    ending = await room.run()
    await room.clock.sleep(then_s)
    room.treadmill.advance(room.clock.now())
    return ending


def run_watched(then_s: float, outage_s: float, *presses_s: float) -> tuple[Ending, Watched]:
    async def whole() -> tuple[Ending, Watched]:
        room = Watched(outage_s, *presses_s)
        assert isinstance(room.clock, PacedClock)
        ending = await to_the_end(room, then_s)
        for guardian in room.guardians:
            guardian.cancel()
        await asyncio.gather(*room.guardians, return_exceptions=True)
        return ending, room

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("outage_s", "presses_s"),
    [
        (50, (2,)),
        (50, (2, 22)),  # the second ends the session: the Stop is its guardian's
        (125, (118,)),  # pressed long after the link was lost, the session about to end
        (170, (2,)),  # the session waits for two minutes from the press, and its guardian for two more
    ],
)
def test_a_stop_that_was_pressed_without_a_link_stops_the_belt_when_it_is_back(
    outage_s: float, presses_s: tuple[float, ...]
) -> None:
    _, room = run_watched(120, outage_s, *presses_s)
    assert STOP in room.radio.written
    assert room.treadmill.belt_speed == 0


def test_a_session_that_was_given_up_says_that_its_guardian_goes_on_trying() -> None:
    ending, room = run_watched(60, 50, 2, 22)
    assert ending is Ending.LINK_FAILED
    assert room.session.belt_may_move, "the runner is told so at the end"
    assert "the belt may still be moving: use the console or the key" in room.words
    assert room.records[0].endswith("the session has ended without a word: Stop")


def test_a_stop_that_reaches_nobody_is_given_up_in_bounded_time() -> None:
    _, room = run_watched(150, 100_000, 2, 22)
    assert all(guardian.done() for guardian in room.guardians)
    assert STOP not in room.radio.written
    assert room.records[-1].endswith("the belt is not seen still, last at None")


@pytest.mark.parametrize(("slept_s", "is_sent"), [(8 * 3600.0, False), (30.0, True)])
def test_a_stop_that_waits_over_a_computers_sleep_grows_old_in_it(slept_s: float, is_sent: bool) -> None:
    async def whole() -> Watched:
        room = Watched(30, 2)
        apart = [0.0]
        room.session._sleep = Sleep(lambda: room.clock.now() + apart[0])

        def listen(now: float, inputs: list[Input], step: object) -> None:
            if room._lost_at is not None and now - room._lost_at > 5:
                apart[0] = slept_s

        room.session.listen(listen)
        running = asyncio.create_task(room.run())
        waiting = asyncio.create_task(room.clock.sleep(110))
        await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        written = list(room.radio.written)
        room.session.press(Key.STOP)
        await running
        waiting.cancel()
        for guardian in room.guardians:
            guardian.cancel()
        await asyncio.gather(*room.guardians, waiting, return_exceptions=True)
        assert (STOP in written) is is_sent, room.words
        return room

    room = asyncio.run(whole())
    assert ("Stop waited too long and is not sent: look at the belt" in room.words) is not is_sent
    assert room.treadmill.belt_speed == 0, "pressed again it is a new one"


@pytest.mark.parametrize("each_s", [0.4, 0.6])
def test_a_stop_that_waited_leaves_a_still_belt_alone_however_slowly_its_link_is_made(each_s: float) -> None:
    """Switching the notifications on takes its time, and until then the link is blind: a Stop would set this belt moving."""

    def make() -> Room:
        room = Room("drop-link@25+15", "stop-restarts@0+999")
        subscribe = room.radio.subscribe

        async def slowly(characteristic: int, receive: Callable[[int, bytes], None]) -> None:
            await room.clock.sleep(each_s)
            await subscribe(characteristic, receive)

        def stop_at_the_console_too(now: float, inputs: list[Input], step: object) -> None:
            if room.session.phase is Phase.UNLINKED and Phase.RUNNING in room.phases:
                room.treadmill.console(Console.STOP, now)

        room.radio.subscribe = slowly  # type: ignore[method-assign]
        room.keys[Phase.UNLINKED] = Key.STOP
        room.session.listen(stop_at_the_console_too)
        return room

    ending, room = run_room(make)
    assert ending is Ending.STOPPED
    assert STOP not in room.radio.written
    assert "link is back: the belt is still" in room.words
    assert room.treadmill.belt_speed == 0
