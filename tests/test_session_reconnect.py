"""A link that is lost is made again, whatever the session was doing; the belt goes on by itself, arming it is the runner's."""

from __future__ import annotations

import asyncio

import pytest
from short_session import Room, run_room

from treadctl.clock import Sleep
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Key


def test_a_lost_link_comes_back_and_the_runner_arms_again_and_finishes() -> None:
    def make() -> Room:
        room = Room("drop-link@25+6")
        room.keys[Phase.UNLINKED] = Key.FLATTER  # a press of anything else changes nothing here
        arm_again(room)
        return room

    ending, room = run_room(make)
    assert ending is Ending.FINISHED, room.words
    lost = room.phases.index(Phase.UNLINKED)
    assert room.phases[lost + 1] in (Phase.READY, Phase.HANDS_OFF)
    assert Phase.RUNNING in room.phases[lost:]
    assert room.treadmill.belt_speed == 0


def arm_again(room: Room) -> None:
    """Arm at the first sight of READY after each loss, as a runner would."""
    seen: list[Phase] = []

    def listen(now: float, inputs: object, step: object) -> None:
        phase = room.session.phase
        if phase is Phase.READY and Phase.UNLINKED in seen:
            room.session.press(Key.ARM)
        seen.append(phase)

    room.session.listen(listen)


@pytest.mark.parametrize("at_s", [0.5, 3, 12, 26, 30, 45, 58, 66])
def test_the_link_may_break_at_any_moment_and_is_told_in_the_same_step(at_s: float) -> None:
    """Starting, warming up, tipping, on the decline, coming back, cooling down, ending: seconds since the belt first moved."""

    def make() -> Room:
        room = Room(f"drop-link@{at_s}+4")
        room.keys[Phase.UNLINKED] = Key.STOP
        return room

    ending, room = run_room(make)
    (why, said), *_ = room.losses
    assert why == "the mock dropped the link"
    assert any(words.startswith("link lost, the belt may still be moving") for words in said)
    assert ending in (Ending.STOPPED, Ending.LINK_FAILED), room.words
    assert room.treadmill.belt_speed == 0, "Stop was pressed while the link was lost, and was not forgotten"


def test_a_treadmill_that_stays_away_ends_the_session_after_a_while() -> None:
    ending, room = run_room(lambda: Room("drop-link@25+100000"))
    assert ending is Ending.LINK_FAILED
    assert room.treadmill.belt_speed > 0, "nobody can stop a belt over a link that is gone; the runner was told"
    assert any(what.startswith("no link yet: ") for what in room.odd)


def test_two_presses_of_stop_end_a_session_without_a_link() -> None:
    def make() -> Room:
        room = Room("drop-link@25+100000")
        pressed: list[float] = []

        def listen(now: float, inputs: object, step: object) -> None:
            lost = room.session.phase is Phase.UNLINKED and room.losses
            if lost and (not pressed or (len(pressed) == 1 and now - pressed[0] > 2)):
                pressed.append(now)
                room.session.press(Key.STOP)

        room.session.listen(listen)
        return room

    ending, _ = run_room(make)
    assert ending in (Ending.STOPPED, Ending.LINK_FAILED)


def test_a_clock_that_jumped_throws_the_link_away_and_makes_a_new_one() -> None:
    async def whole() -> Room:
        room = Room()
        wall = [1000.0]
        room.session._sleep = Sleep(lambda: wall[0] + room.clock.now())
        connects: list[float] = []
        connect = room.radio.connect

        async def counted(on_lost: object) -> str:
            connects.append(room.clock.now())
            return await connect(on_lost)  # type: ignore[arg-type]

        room.radio.connect = counted  # type: ignore[method-assign]

        def listen(now: float, inputs: object, step: object) -> None:
            if room.session.phase is Phase.RUNNING and len(connects) == 1 and now > 30:
                wall[0] += 600

        room.session.listen(listen)
        arm_again(room)
        assert await room.run() is Ending.FINISHED, room.words
        assert len(connects) == 2
        assert Phase.UNLINKED in room.phases[2:]
        return room

    asyncio.run(whole())


def test_an_unforeseen_failure_while_connecting_again_ends_the_session_and_is_not_hidden() -> None:
    async def whole() -> None:
        room = Room("drop-link@25+1")
        reads = room.radio.read

        async def read(characteristic: int) -> bytes:
            if Phase.RUNNING in room.phases:
                raise ZeroDivisionError("a fault of ours")
            return await reads(characteristic)

        room.radio.read = read  # type: ignore[method-assign]
        with pytest.raises(ZeroDivisionError):
            await room.run()

    asyncio.run(whole())


def test_a_stop_pressed_as_the_computer_wakes_is_new_and_leaves_at_once_over_a_link_that_lives() -> None:
    """The press lies in the inbox before anybody has looked at the clocks."""

    async def whole() -> tuple[Room, float, float]:
        room = Room()
        slept, pressed_at = [0.0], [0.0]
        room.session._sleep = Sleep(lambda: slept[0] + room.clock.now())

        def listen(now: float, inputs: object, step: object) -> None:
            if room.session.phase is Phase.RUNNING and not slept[0] and now > 30:
                slept[0], pressed_at[0] = 600.0, now
                room.session.press(Key.STOP)

        room.session.listen(listen)
        running = asyncio.create_task(room.run())
        while room.treadmill.belt_speed > 0 or not pressed_at[0]:
            await room.clock.sleep(0.5)
            assert room.clock.now() < 60, room.words
        stopped_at = room.clock.now()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return room, pressed_at[0], stopped_at

    room, pressed_at, stopped_at = asyncio.run(whole())
    assert stopped_at - pressed_at < 15
    assert "Stop waited too long and is not sent: look at the belt" not in room.words
