"""One connection after another: never a moment in which nobody watches over the belt, nor one in which two hold the treadmill."""

from __future__ import annotations

import asyncio
import random

import pytest

from treadctl.clock import PacedClock
from treadctl.engine.words import Connected, Disconnected, Input, Machine, Odd
from treadctl.safety import Command, Stop
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.wires import Deliver, Wires
from treadctl.units import Speed

MACHINE = Machine("wires", Speed(80), Speed(2000))


class Holder:
    """A connection that takes its time over everything: it watches from `stand_by` on, and holds the treadmill while open."""

    def __init__(self, hall: Hall, deliver: Deliver) -> None:
        self.hall, self.deliver = hall, deliver
        self.watches = self.holds = self.started = False
        self.belt_may_move = False
        self.offered: list[Command] = []
        self.over = asyncio.Event()

    async def stand_by(self, address: str) -> None:
        if self.hall.cannot_start:
            self.hall.cannot_start -= 1
            raise LinkError(Trouble.NO_GUARDIAN, "no process")
        if self.hall.faults and (fault := self.hall.faults.pop(0)) is not None:
            self.watches = False
            raise fault
        await self.hall.takes_time()
        self.started, self.watches = True, self.belt_may_move

    async def open(self, address: str) -> Machine:
        if not self.started:
            await self.stand_by(address)
        assert not any(other.holds for other in self.hall.wires), "two hold one treadmill"
        await self.hall.takes_time()
        if self.hall.refusals:
            self.hall.refusals -= 1
            raise LinkError(Trouble.NOT_FOUND, "not there")
        self.holds = True
        self.deliver(Connected(MACHINE))
        return MACHINE

    def offer(self, command: Command) -> None:
        self.offered.append(command)

    def alive(self, belt_may_move: bool) -> None:
        self.belt_may_move = belt_may_move
        self.watches = self.started and belt_may_move

    async def run(self) -> None:
        await self.over.wait()

    async def close(self) -> None:
        if self.belt_may_move:
            return  # left to the guardian, which goes on watching
        await self.hall.takes_time()
        self.watches = self.holds = False


class Hall:
    """All connections of one session over a belt that moves, looked at whenever anything takes time."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.clock = PacedClock(1000)
        self.wires: list[Holder] = []
        self.heard: list[Input] = []
        self.refusals = self.cannot_start = 0
        self.faults: list[Exception | None] = []
        self.unwatched: list[float] = []
        self.lines = Wires(self._connect, self.heard.append, self.clock, lambda: None)

    def _connect(self, deliver: Deliver) -> Holder:
        self.wires.append(Holder(self, deliver))
        return self.wires[-1]

    async def takes_time(self) -> None:
        await self.clock.sleep(self.rng.uniform(0.05, 4))

    def look(self) -> None:
        assert sum(wire.holds for wire in self.wires) <= 1
        if not any(wire.watches for wire in self.wires):
            self.unwatched.append(self.clock.now())

    async def lose(self, refusals: int, cannot_start: int) -> None:
        """The link is lost under a moving belt; until there is a new one a session looks four times a second."""
        assert await self.lines.open("there") == MACHINE
        self.refusals, self.cannot_start = refusals, cannot_start
        self.lines.alive(True)
        self.wires[-1].deliver(Disconnected("out of range"))
        while not (self.lines.linked and self.lines.writing and not self.lines.remaking):
            self.lines.mind("there", lost=not self.lines.linked)
            self.lines.alive(True)
            self.look()
            await self.clock.sleep(0.1)
            self.lines.mind("there", lost=False)


def test_why_there_is_no_link_yet_is_told_with_what_to_do_about_it() -> None:
    """Not the address, which the runner knows."""

    async def whole() -> list[str]:
        hall = Hall(1)
        hall.faults = [None, LinkError(Trouble.NO_GUARDIAN, "see the record"), None, LinkError(Trouble.NOT_FOUND, "THERE")]
        await hall.lose(refusals=0, cannot_start=0)
        return [word.what for word in hall.heard if isinstance(word, Odd)]

    assert asyncio.run(whole()) == [
        f"no link yet: {Trouble.NO_GUARDIAN.value} (see the record)",
        f"no link yet: {Trouble.NOT_FOUND.value}",
    ]


@pytest.mark.parametrize("seed", range(12))
def test_from_a_lost_link_to_the_next_somebody_watches_and_one_at_most_holds(seed: int) -> None:
    async def whole() -> Hall:
        hall = Hall(seed)
        await hall.lose(refusals=hall.rng.choice((0, 1, 3)), cannot_start=hall.rng.choice((0, 2)))
        await hall.lines.close()
        return hall

    hall = asyncio.run(whole())
    assert hall.unwatched == []
    assert len(hall.wires) >= 2
    assert sum(isinstance(happened, Connected) for happened in hall.heard) == 2


def test_a_session_that_ends_while_the_next_stands_by_leaves_the_belt_to_that_one() -> None:
    async def whole() -> Hall:
        hall = Hall(1)
        await hall.lines.open("there")
        hall.lines.alive(True)
        hall.wires[0].deliver(Disconnected("gone"))
        hall.lines.mind("there", lost=True)
        while len(hall.wires) < 2 or not hall.wires[1].started:
            await hall.clock.sleep(0.05)
        await hall.lines.close()
        return hall

    lost, following = asyncio.run(whole()).wires
    assert following.watches
    assert not lost.watches, "one is enough: two would take turns at the treadmill"


def test_what_a_lost_connection_still_says_is_of_yesterday_and_a_stop_still_goes_to_it() -> None:
    async def whole() -> Hall:
        hall = Hall(2)
        await hall.lines.open("there")
        hall.wires[0].deliver(Disconnected("gone"))
        hall.lines.mind("there", lost=True)
        await asyncio.sleep(0)
        hall.wires[0].deliver(Odd("late"))
        hall.lines.offer(Stop())
        await hall.lines.close()
        return hall

    hall = asyncio.run(whole())
    assert Odd("late") not in hall.heard
    assert hall.wires[0].offered == [Stop()]


def test_whatever_keeps_the_next_from_watching_the_old_one_watches_until_one_does() -> None:
    async def whole() -> Hall:
        hall = Hall(3)
        assert await hall.lines.open("there") == MACHINE
        hall.faults = [RuntimeError("can't start new thread"), None, LinkError(Trouble.NO_GUARDIAN, "killed meanwhile")]
        hall.lines.alive(True)
        hall.wires[0].deliver(Disconnected("gone"))
        while hall.clock.now() < 200 and not (hall.lines.linked and hall.lines.writing and not hall.lines.remaking):
            hall.lines.mind("there", lost=not hall.lines.linked)
            hall.lines.alive(True)
            hall.look()
            await hall.clock.sleep(0.1)
            hall.lines.mind("there", lost=False)
        await hall.lines.close()
        return hall

    hall = asyncio.run(whole())
    assert hall.unwatched == []
    assert hall.faults == []
    assert len(hall.wires) == 4


def test_a_session_that_ends_before_the_next_watches_leaves_the_belt_to_both() -> None:
    async def whole() -> Hall:
        hall = Hall(1)
        await hall.lines.open("there")
        hall.lines.alive(True)
        hall.wires[0].deliver(Disconnected("gone"))
        hall.lines.mind("there", lost=True)
        await hall.clock.sleep(0.01)
        assert len(hall.wires) == 2
        await hall.lines.close()
        return hall

    hall = asyncio.run(whole())
    assert not hall.wires[1].started
    assert hall.wires[0].watches, "for the next may never come to it"


def test_where_the_next_was_killed_while_it_waited_the_belt_is_left_to_the_old_one() -> None:
    async def whole() -> Hall:
        hall = Hall(1)
        await hall.lines.open("there")
        hall.lines.alive(True)
        hall.wires[0].deliver(Disconnected("gone"))
        hall.faults = [None, LinkError(Trouble.NO_GUARDIAN, "killed meanwhile")]
        hall.lines.mind("there", lost=True)
        while len(hall.wires) < 2 or not hall.wires[1].started:
            await hall.clock.sleep(0.05)
        await hall.lines.close()
        return hall

    hall = asyncio.run(whole())
    assert hall.faults == []
    assert hall.wires[0].watches
