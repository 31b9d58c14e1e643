"""A session that dies while its link is being made: what there is of the link carries the Stop, and the rest shows it done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from test_guardian import STOP, Post, Radio

from treadctl.clock import PacedClock
from treadctl.engine.words import Input
from treadctl.mock.treadmill import Console
from treadctl.treadmill import pipe
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.guardian import Guardian

WITHIN_S = 20.0
"""Of the wall's; past this, something hangs."""


class Held(Radio):
    """Keeps one subscription waiting: of the three that a link needs it comes to status, data, control point."""

    def __init__(self, post: Opening) -> None:
        super().__init__(post)
        self._opening = post

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        post = self._opening
        post.asked += 1
        if post.asked == post.hold:
            post.held.set()
            await post.go_on.wait()
            if post.fails:
                raise LinkError(Trouble.TIMED_OUT)
        await super().subscribe(characteristic, receive)


class Opening(Post):
    """A guardian that is told to connect to a belt that moves because of the session, as after a lost link."""

    def __init__(self, hold: int, fails: bool) -> None:
        super().__init__()
        self.clock = PacedClock(30)
        self.guardian = Guardian(self._connect, self.clock, self._hear, self.records.append)
        self.hold, self.fails, self.asked = hold, fails, 0
        self.held, self.go_on = asyncio.Event(), asyncio.Event()

    def _connect(self, deliver: Callable[[Input], None]) -> Connection:
        return Connection(Held(self), self.clock, deliver)

    async def set_going(self) -> None:
        self.treadmill.console(Console.START, self.clock.now())
        while self.treadmill.belt_speed == 0:
            await self.clock.sleep(0.5)
            self.treadmill.advance(self.clock.now())

    async def stopped(self) -> None:
        while STOP not in self.octets():
            await self.clock.sleep(0.1)


def dies_at(subscription: int, *, fails: bool = False) -> Opening:
    """The session dies while this subscription of its link waits, which goes on, or fails, when Stop has left."""

    async def whole() -> Opening:
        post = Opening(subscription, fails)
        async with asyncio.timeout(WITHIN_S):
            await post.set_going()
            serving = asyncio.create_task(post.guardian.run("mock"))
            post.guardian.hear(pipe.said(pipe.ALIVE, True))
            post.guardian.hear(pipe.said(pipe.CONNECT))
            await post.held.wait()
            post.guardian.ended("end of file")
            await post.stopped()
            post.go_on.set()
            await serving
        return post

    return asyncio.run(whole())


@pytest.mark.parametrize("subscription", [1, 2, 3])
def test_a_session_that_dies_between_two_subscriptions_has_its_belt_stopped_and_seen_still(subscription: int) -> None:
    post = dies_at(subscription)
    assert post.treadmill.belt_speed == 0
    assert post.records == ["mock: end of file: Stop", "mock: the belt is still"]


@pytest.mark.parametrize("subscription", [1, 2, 3])
def test_one_whose_subscription_fails_is_looked_at_over_a_new_link(subscription: int) -> None:
    post = dies_at(subscription, fails=True)
    assert post.treadmill.belt_speed == 0
    assert post.records == ["mock: end of file: Stop", "mock: the belt is still"]
