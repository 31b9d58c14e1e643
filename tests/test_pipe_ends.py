"""The ends of the pipe between a session and its guardian: whole lines, in order, and nobody waits for the other end."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Awaitable, Callable
from io import FileIO
from pathlib import Path

import pytest

from treadctl.treadmill import pipe_ends
from treadctl.treadmill.pipe_ends import Ear, Mouth, ear, mouth

WITHIN_S = 10.0
LONG = "x" * 1000
MORE_THAN_FITS = 3000
"""Of these lines: 3 MB, and no pipe holds more than one unless it was told to."""


class Pipe:
    """A pipe, and what came out of it."""

    def __init__(self) -> None:
        out, into = os.pipe()
        self.out, self.into = FileIO(out), FileIO(into, "w")
        self.lines: list[str] = []
        self.ended = asyncio.Event()

    def listen(self) -> Ear:
        return ear(self.out, self.lines.append, self.ended.set)

    async def to_its_end(self) -> None:
        await asyncio.wait_for(self.ended.wait(), WITHIN_S)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(WITHIN_S):
            while len(self.lines) < count:  # noqa: ASYNC110 - either way of hearing
                await asyncio.sleep(0.001)


not_on_windows = pytest.mark.skipif(sys.platform == "win32", reason="loops there do not wait for pipes")


@pytest.fixture(
    params=[pytest.param(True, id="on the loop", marks=not_on_windows), pytest.param(False, id="by threads")], autouse=True
)
def ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipe_ends, "_loop_waits_for_pipes", request.param)


def play(scene: Callable[[Pipe], Awaitable[None]]) -> Pipe:
    async def whole() -> Pipe:
        pipe = Pipe()
        await scene(pipe)
        return pipe

    return asyncio.run(whole())


def test_lines_come_out_whole_and_in_order_and_then_the_end() -> None:
    async def scene(pipe: Pipe) -> None:
        speaks = mouth(pipe.into)
        pipe.listen()
        speaks.put("one")
        speaks.put("zwei, drei, ü")
        await pipe.until(2)
        speaks.close(WITHIN_S)
        await pipe.to_its_end()

    assert play(scene).lines == ["one", "zwei, drei, ü"]


def test_whoever_puts_lines_into_a_full_pipe_does_not_wait_and_nothing_is_torn_or_lost() -> None:
    async def scene(pipe: Pipe) -> None:
        speaks = mouth(pipe.into)
        begun = time.monotonic()
        for number in range(MORE_THAN_FITS):
            speaks.put(f"{number} {LONG}")
        assert time.monotonic() - begun < 5, "nobody read a word, and nobody waited"
        pipe.listen()
        await pipe.until(MORE_THAN_FITS)
        speaks.close(WITHIN_S)
        await pipe.to_its_end()

    assert play(scene).lines == [f"{number} {LONG}" for number in range(MORE_THAN_FITS)]


def test_a_line_that_is_put_behind_a_full_pipe_does_not_overtake() -> None:
    async def scene(pipe: Pipe) -> None:
        speaks = mouth(pipe.into)
        for _ in range(200):
            speaks.put(LONG)
        for _ in range(20):  # room, of which the loop has not told yet
            assert pipe.out.read(1001) == LONG.encode() + b"\n"
        speaks.put("last")
        pipe.listen()
        await pipe.until(181)
        speaks.close(WITHIN_S)
        await pipe.to_its_end()

    assert play(scene).lines == [LONG] * 180 + ["last"]


def test_one_end_that_is_gone_is_told_to_the_other_and_never_raised() -> None:
    async def scene(pipe: Pipe) -> None:
        speaks = mouth(pipe.into)
        pipe.out.close()
        for _ in range(3):
            speaks.put("to nobody")
            await asyncio.sleep(0.01)
        speaks.close(WITHIN_S)
        speaks.put("after the end")

    assert play(scene).lines == []


def test_a_close_over_a_full_pipe_ends_it_without_waiting() -> None:
    async def scene(pipe: Pipe) -> None:
        speaks = mouth(pipe.into)
        for _ in range(MORE_THAN_FITS):
            speaks.put(LONG)
        begun = time.monotonic()
        speaks.close()
        assert time.monotonic() - begun < 1
        pipe.listen()
        await pipe.to_its_end()

    assert set(play(scene).lines) == {LONG}, "a line that was cut short at the end is no line"


def test_a_line_that_meets_a_fault_of_ours_does_not_take_along_those_behind_it() -> None:
    told: list[dict[str, object]] = []

    async def whole() -> list[str]:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: told.append(what))
        pipe, lines = Pipe(), []

        def hear(line: str) -> None:
            lines.append(line)
            if line == "bad":
                raise ZeroDivisionError

        pipe.into.write(b"bad\nstop\n")
        pipe.into.close()
        ear(pipe.out, hear, pipe.ended.set)
        await pipe.to_its_end()
        return lines

    assert asyncio.run(whole()) == ["bad", "stop"]
    assert [type(what["exception"]) for what in told] == [ZeroDivisionError]


def test_an_ear_that_was_closed_hears_nothing_more() -> None:
    async def scene(pipe: Pipe) -> None:
        hears = pipe.listen()
        pipe.into.write(b"one\n")
        await pipe.until(1)
        hears.close()
        with contextlib.suppress(BrokenPipeError):
            pipe.into.write(b"two\n")
        pipe.into.close()
        await asyncio.sleep(0.05)
        assert not pipe.ended.is_set()

    assert play(scene).lines == ["one"]


@not_on_windows
def test_on_the_loop_a_line_is_in_the_pipe_when_it_was_put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between a decision and its bytes lies no thread that would have to be woken first."""
    monkeypatch.setattr(pipe_ends, "_loop_waits_for_pipes", True)

    async def scene(pipe: Pipe) -> None:
        speaks: Mouth = mouth(pipe.into)
        speaks.put("stop")
        assert os.read(pipe.out.fileno(), 100) == b"stop\n"
        speaks.close()
        pipe.out.close()

    play(scene)
