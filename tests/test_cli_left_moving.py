"""What a person reads when a belt is left behind that may be moving: whether a Stop reached it, and what goes on trying."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from short_session import STOP, Room

from treadctl.cli.errors import Exit
from treadctl.cli.lines import _end
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key

UNREACHED = (
    "Stop has not reached the belt, which may still be moving: use the console's stop or the safety key; a real treadmill's"
)


def ended(room: Room, until: Callable[[Room], bool], presses: int) -> Exit:
    """A session of which everybody takes their leave by a second signal; or, without one, by pressing Stop again."""

    async def whole() -> Exit:
        task = asyncio.ensure_future(_end(room.session, "mock", ""))
        while not until(room):
            await room.clock.sleep(0.5)
        for _ in range(presses):
            room.session.press(Key.STOP)
            await room.clock.sleep(16 if presses > 1 else 1)
        if presses == 1:
            task.cancel()
        return await task

    return asyncio.run(whole())


def test_leaving_at_once_without_a_link_says_that_no_stop_has_reached_the_belt(capsys: pytest.CaptureFixture[str]) -> None:
    room = Room("drop-link@25+100000")
    code = ended(room, lambda room: bool(room.losses), presses=1)
    assert code is Exit.TREADMILL_FAILED, "and a script that started it hears so too"
    assert STOP not in room.radio.written
    assert f"left at once; {UNREACHED} guardian goes on trying" in capsys.readouterr().err


def test_giving_up_without_a_link_says_so_too(capsys: pytest.CaptureFixture[str]) -> None:
    room = Room("drop-link@25+100000")
    assert ended(room, lambda room: bool(room.losses), presses=2) is Exit.TREADMILL_FAILED
    assert UNREACHED in capsys.readouterr().err


def test_leaving_at_once_with_a_link_says_that_stop_was_the_last_word(capsys: pytest.CaptureFixture[str]) -> None:
    room = Room("slow-belt@5")
    ended(room, lambda room: room.session.phase is Phase.RUNNING and room.treadmill.belt_speed > 0, presses=1)
    assert room.radio.written[-1] == STOP
    assert "the last that the belt was told is Stop" in capsys.readouterr().err


def test_a_fault_without_a_link_says_that_no_stop_has_reached_the_belt(capsys: pytest.CaptureFixture[str]) -> None:
    async def whole() -> Exit:
        room = Room("drop-link@25+100000")
        task = asyncio.ensure_future(_end(room.session, "mock", ""))
        while not room.losses:
            await room.clock.sleep(0.5)
        room.session.press(Key.STOP)
        await room.clock.sleep(1)

        def fail(now: float, inputs: object) -> None:
            raise ZeroDivisionError("a fault of ours")

        room.session._engine.step = fail  # type: ignore[method-assign, assignment]
        return await task

    assert asyncio.run(whole()) is Exit.TREADMILL_FAILED
    said = capsys.readouterr().err
    assert UNREACHED in said
    assert "was told to stop" not in said
