"""A session that was armed together with others: it steps at the moment that was agreed on, whatever came just before it."""

from __future__ import annotations

import asyncio

import pytest
from short_session import Room, nothing_left

from treadctl.clock import PacedClock
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Key, Odd

START = b"\x07"


class Passing(PacedClock):
    """A clock that goes on while a step is taken."""

    passed = 0.0

    def now(self) -> float:
        return super().now() + self.passed


def test_a_step_that_begins_just_before_the_agreed_moment_and_ends_after_it_delays_no_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It used to: the moment was past, and the next tick a quarter of a second away."""
    monkeypatch.setattr("short_session.PacedClock", Passing)

    async def whole() -> None:
        room = Room()
        clock, written = room.clock, []
        assert isinstance(clock, Passing)
        room.keys.clear()
        room.radio.fail = lambda octets: written.append((clock.now(), octets))
        running = asyncio.create_task(room.run())
        await clock.sleep(6)
        due = clock.now() + 4.1  # and the next telemetry is 0.15 s after it

        def takes_ten_ms(now: float, inputs: list[Input], step: Step) -> None:
            if due - 0.004 < now < due:
                clock.passed += 0.01

        room.session.listen(takes_ten_ms)
        room.session.press(Key.ARM, due)
        await clock.sleep(due - 0.002 - clock.now())
        room.session.deliver(Odd("something that wakes it"))
        await clock.sleep(1)
        assert clock.passed == 0.01
        assert [at for at, octets in written if octets == START] == [pytest.approx(due + 0.008, abs=0.005)]
        room.session.press(Key.STOP)
        await running
        await nothing_left()

    asyncio.run(whole())
