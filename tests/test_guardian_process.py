"""The guardian as a real process, with the mock living in it: who it outlives, and what it hears and does not hear."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from treadctl.cli import guardian
from treadctl.clock import RunningClock
from treadctl.engine.words import Disconnected, Input, Telemetry
from treadctl.safety import Start, Stop, TakeControl
from treadctl.treadmill import guarded
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.guarded import DIED, Guarded

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

WITHIN_S = 20.0


class Steering:
    """A session's end of the pipe, and what came up it."""

    def __init__(self, folder: Path) -> None:
        self.record = folder / "guardian.log"
        self.clock = RunningClock()
        self.heard: list[Input] = []
        self.took_s = 0.0
        self.wire = Guarded(guardian.command(mock="decline-10"), self.clock, self.heard.append, self.record)

    @property
    def speed(self) -> int:
        return next((i.speed for i in reversed(self.heard) if isinstance(i, Telemetry) and i.speed is not None), 0)

    @property
    def number(self) -> int:
        process = self.wire._process
        assert process is not None
        return process.pid

    async def until(self, true: Callable[[], bool], *, alive: bool | None = None) -> None:
        async with asyncio.timeout(WITHIN_S):
            while not true():
                if alive is not None:
                    self.wire.alive(alive)
                await asyncio.sleep(0.02)

    async def set_moving(self) -> None:
        await self.wire.open("mock")
        await self.until(lambda: len(self.heard) >= 6, alive=False)  # one frame a second: it was still for over three seconds
        self.wire.alive(True)
        self.wire.offer(TakeControl())
        self.wire.offer(Start())
        await self.until(lambda: self.speed > 0, alive=True)

    @property
    def lost(self) -> str:
        return next((i.why for i in self.heard if isinstance(i, Disconnected)), "")

    def recorded(self, what: str) -> bool:
        return what in self.record.read_text()


async def steer(folder: Path, do: Callable[[Steering], Awaitable[None]]) -> Steering:
    steering = Steering(folder)
    try:
        await do(steering)
    finally:
        await steering.wire.close()
    return steering


async def gone(number: int) -> None:
    async with asyncio.timeout(WITHIN_S):
        while True:
            try:
                os.kill(number, 0)
            except ProcessLookupError:
                return
            await asyncio.sleep(0.02)


# --- what happens, each with a guardian of its own, all at the same time ----------------------------------------------


async def let_go(steering: Steering) -> None:
    await steering.set_moving()
    steering.wire.offer(Stop())
    await steering.until(lambda: steering.speed == 0, alive=True)
    steering.wire.alive(False)
    number = steering.number
    await steering.wire.close()
    await gone(number)


async def terminated(steering: Steering) -> None:
    await steering.set_moving()
    number = steering.number
    assert os.getsid(number) != os.getsid(0), "a process session of its own"
    for ignored in (signal.SIGINT, signal.SIGHUP):
        os.kill(number, ignored)
    frames = len(steering.heard)
    await steering.until(lambda: len(steering.heard) > frames, alive=True)
    assert steering.lost == ""
    os.kill(number, signal.SIGTERM)
    await steering.until(lambda: steering.recorded("the belt is still"), alive=True)


async def killed(steering: Steering) -> None:
    await steering.set_moving()
    begun = time.monotonic()
    os.kill(steering.number, signal.SIGKILL)
    await steering.until(lambda: steering.lost != "", alive=True)
    steering.took_s = time.monotonic() - begun
    await asyncio.wait_for(steering.wire.run(), 1)


async def left(steering: Steering) -> None:
    await steering.set_moving()
    await steering.wire.close()
    await steering.until(lambda: steering.recorded("the belt is still"))


SCENES = (let_go, terminated, killed, left)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Steering | BaseException]:
    async def whole() -> list[Steering | BaseException]:
        return await asyncio.gather(*(steer(tmp_path_factory.mktemp("at"), do) for do in SCENES), return_exceptions=True)

    return dict(zip((do.__name__ for do in SCENES), asyncio.run(whole()), strict=True))


def played(scenes: dict[str, Steering | BaseException], name: str) -> Steering:
    scene = scenes[name]
    if isinstance(scene, BaseException):
        raise scene
    return scene


def test_a_guardian_that_is_told_to_let_go_leaves_and_has_nothing_to_record(scenes: dict[str, Steering | BaseException]) -> None:
    steering = played(scenes, "let_go")
    assert steering.record.read_text() == ""
    assert steering.lost == ""


def test_what_a_terminal_sends_does_not_reach_it_and_sigterm_means_stop(scenes: dict[str, Steering | BaseException]) -> None:
    steering = played(scenes, "terminated")
    assert steering.recorded("SIGTERM: Stop")
    assert steering.lost == "the guardian stops the belt: SIGTERM"


def test_a_guardian_that_is_killed_is_told_at_once(scenes: dict[str, Steering | BaseException]) -> None:
    steering = played(scenes, "killed")
    assert steering.lost == DIED, "a dead guardian says nothing, and is told of"
    assert steering.took_s < 1.0


def test_a_session_that_ends_over_a_moving_belt_leaves_it_to_the_guardian(scenes: dict[str, Steering | BaseException]) -> None:
    steering = played(scenes, "left")
    assert steering.recorded("the session has ended without a word: Stop")
    assert steering.recorded("the belt is still")


def test_a_guardian_that_cannot_start_is_a_link_error(tmp_path: Path) -> None:
    async def whole() -> None:
        wire = Guarded([sys.executable, "-c", "raise SystemExit(3)"], RunningClock(), lambda _: None)
        with pytest.raises(LinkError) as lost:
            await wire.open("mock")
        assert lost.value.trouble is Trouble.NO_GUARDIAN
        await wire.close()

    asyncio.run(whole())


def test_a_guardian_is_not_started_without_an_address() -> None:
    ended = subprocess.run(guardian.command(), capture_output=True, text=True, timeout=WITHIN_S, check=False)
    assert ended.returncode == 2
    assert "address" in ended.stderr


@pytest.mark.parametrize("dead", ["/bin/false", "exec 0<&-; sleep 0.2; exit 3", "cat >/dev/null"])
def test_nobody_counts_as_standing_by_before_it_says_that_it_does(dead: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that dies is noticed when it does; one that says nothing is given up, and ended before it can mistake that."""
    monkeypatch.setattr(guarded, "READY_WITHIN_S", 0.5)

    async def whole() -> None:
        wire = Guarded(["/bin/sh", "-c", dead], RunningClock(), lambda _: None)
        wire.alive(True)
        with pytest.raises(LinkError) as lost:
            await wire.stand_by("mock")
        assert lost.value.trouble is Trouble.NO_GUARDIAN
        process = wire._process
        assert process is not None
        await asyncio.wait_for(asyncio.to_thread(process.wait), WITHIN_S)
        await wire.close()

    asyncio.run(whole())


def test_one_that_died_while_it_stood_by_is_found_out_by_asking_again(tmp_path: Path) -> None:
    async def whole() -> None:
        steering = Steering(tmp_path)
        await steering.wire.stand_by("mock")
        await steering.wire.stand_by("mock")
        os.kill(steering.number, signal.SIGKILL)
        await asyncio.wait_for(steering.wire.run(), WITHIN_S)
        with pytest.raises(LinkError):
            await steering.wire.stand_by("mock")
        await steering.wire.close()

    asyncio.run(whole())


def test_what_a_guardian_wrote_down_is_not_lost_on_a_disk_that_stalls() -> None:
    """The disk is a pipe that is full; whoever empties it takes two seconds."""
    disk, record = os.pipe()
    os.set_blocking(record, False)
    with contextlib.suppress(BlockingIOError):
        while os.write(record, b"." * 512):
            pass
    os.set_blocking(record, True)
    command = [*guardian.command(mock="decline-10"), "mock"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=record) as process:
        os.close(record)
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == b'["ready"]\n'
        process.stdin.write(b'nonsense\n["close"]\n')
        process.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(2.0)
        with os.fdopen(disk, "rb") as read:
            assert b"not understood: " in read.read()
        assert process.wait(WITHIN_S) == 0
