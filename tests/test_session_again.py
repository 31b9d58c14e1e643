"""After a session that ended as it should another workout takes its place over the same link, unarmed; and never otherwise."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable

import pytest
from short_session import RUNNER, SHORT, STOP, Room, nothing_left

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key

START = bytes.fromhex("07")


class Kept(io.StringIO):
    """A file whose text is still there when it is closed."""

    text = ""

    def close(self) -> None:
        self.text = self.getvalue()
        super().close()


class OnceMore(Room):
    """A session that is followed by another one, as often as it may be."""

    def __init__(self, *faults: str, journal: Kept | None = None) -> None:
        super().__init__(*faults, journal=journal)
        self.followed: list[bool] = []
        self.most = 1
        self.session.listen(self._follow)

    def _follow(self, now: float, inputs: list[Input], step: Step) -> None:
        if step.snapshot.ending is not None and len(self.followed) < self.most:
            self.followed.append(self.session.again(SHORT, RUNNER))


def during(make: Callable[[], OnceMore], stop_in: Phase) -> tuple[Ending, OnceMore]:
    """Arm it, stop it once it is in a phase; then see what follows for twenty seconds, and stop that too."""

    async def whole() -> tuple[Ending, OnceMore]:
        room = make()
        room.keys[stop_in] = Key.STOP
        running = asyncio.create_task(room.run())
        while not room.followed and not running.done():
            await room.clock.sleep(0.2)
        await room.clock.sleep(20)
        if not running.done():
            assert room.session.phase is Phase.READY
            room.session.press(Key.STOP)
        ending = await running
        await nothing_left()
        return ending, room

    return asyncio.run(whole())


def test_the_link_stays_and_nobody_is_armed() -> None:
    ending, room = during(OnceMore, Phase.RUNNING)
    assert (ending, room.followed) == (Ending.STOPPED, [True])
    assert room.radio.written.count(START) == 1
    assert room.treadmill.belt_speed == 0
    assert room.phases.count(Phase.OVER) == 2
    assert Phase.UNLINKED not in room.phases[room.phases.index(Phase.OVER) :]


def test_its_journal_is_closed_while_the_next_one_waits() -> None:
    kept = Kept()
    _, room = during(lambda: OnceMore(journal=kept), Phase.RUNNING)
    assert room.followed == [True]
    assert "stopped" in kept.text, "closed, with how it ended"


def test_what_follows_can_be_armed_and_run_like_any_other() -> None:
    async def whole() -> OnceMore:
        room = OnceMore()
        room.keys[Phase.RUNNING] = Key.STOP
        running = asyncio.create_task(room.run())
        while not room.followed:
            await room.clock.sleep(0.2)
        room.session.press(Key.ARM)
        assert await running is Ending.FINISHED
        return room

    room = asyncio.run(whole())
    assert room.radio.written.count(START) == 2
    assert room.radio.written[-1] == STOP


@pytest.mark.parametrize("phase", [Phase.COUNTDOWN, Phase.RUNNING])
def test_before_it_has_ended_nothing_follows(phase: Phase) -> None:
    async def whole() -> OnceMore:
        room = OnceMore()
        running = asyncio.create_task(room.run())
        while room.session.phase is not phase:
            await room.clock.sleep(0.1)
        assert not room.session.again(SHORT, RUNNER)
        assert room.session.phase is phase
        room.most = 0
        room.session.press(Key.STOP)
        await running
        assert not room.session.again(SHORT, RUNNER), "its link is gone"
        return room

    asyncio.run(whole())


@pytest.mark.parametrize("fault", ["silent-telemetry@20", "stale-telemetry@20"])
def test_a_belt_that_was_not_seen_to_stop_is_followed_by_nothing(fault: str) -> None:
    ending, room = during(lambda: OnceMore(fault), Phase.PAUSED)
    assert ending not in (Ending.STOPPED, Ending.FINISHED)
    assert room.followed == [False]
