"""A file about machines that was spoilt in mid-session: the belt can still be stopped, and nothing else is done to it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import at_home
from test_guardian import STOP, Post

from treadctl.cli import guardian
from treadctl.engine.words import Answered, CommandKind, Outcome, Telemetry
from treadctl.mock.treadmill import Console
from treadctl.safety import SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill import pipe
from treadctl.treadmill.guarded import _appended
from treadctl.treadmill.guardian import Guardian
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.units import Speed

SPOILT = MachineFileError(Path("mine.yaml"), 3, "`source:` is missing")


def spoilt() -> Post:
    """A new guardian, as after a lost link, which finds that file; a belt that moves."""
    post = Post()

    def connect(deliver: object) -> None:
        raise SPOILT

    post.guardian = Guardian(connect, post.clock, post._hear, post.records.append, post._connect)  # type: ignore[arg-type]
    return post


def heard(post: Post) -> list[object]:
    return [pipe.word(what) for name, what in map(pipe.heard, post.said) if name == pipe.IN]


def test_a_session_that_ends_has_its_belt_stopped_all_the_same() -> None:
    async def whole() -> Post:
        post = spoilt()
        post.treadmill.console(Console.START, post.clock.now())
        serving = asyncio.create_task(post.guardian.run("mock"))
        for _ in range(20):
            post.guardian.hear(pipe.said(pipe.ALIVE, True))
            await post.clock.sleep(1)
        post.guardian.ended("end of file")
        await asyncio.wait_for(serving, 10)
        return post

    post = asyncio.run(whole())
    assert STOP in post.octets()
    assert post.treadmill.belt_speed == 0
    assert any("mine.yaml:3" in what for what in post.records)


def test_a_session_over_such_a_link_sees_the_belt_and_may_stop_it_and_no_more() -> None:
    async def whole() -> Post:
        post = spoilt()
        serving = asyncio.create_task(post.guardian.run("mock"))
        post.guardian.hear(pipe.said(pipe.CONNECT))
        await post.clock.sleep(6)
        for command in (TakeControl(), Start(), SetSpeed(Speed(200)), Stop()):
            post.guardian.hear(pipe.said(pipe.OFFER, command))
            await post.clock.sleep(1)
        post.guardian.hear(pipe.said(pipe.CLOSE))
        await asyncio.wait_for(serving, 10)
        return post

    post = asyncio.run(whole())
    words = heard(post)
    assert any(isinstance(word, Telemetry) for word in words)
    refused = [word for word in words if isinstance(word, Answered) and word.outcome is Outcome.REFUSED]
    assert [word.command for word in refused] == [CommandKind.START, CommandKind.SPEED]
    assert all("mine.yaml:3: `source:` is missing" in word.detail for word in refused)
    assert {octets[0] for octets in post.octets()} <= {0x00, 0x08}


@pytest.mark.skipif(sys.platform == "win32", reason="there a file that somebody writes in keeps its name")
def test_a_long_record_is_put_aside_with_what_another_guardian_is_still_writing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "guardian.log"
    with path.open("a") as earlier:
        earlier.write("x" * 1_000_001 + "\n")
        earlier.flush()
        with _appended(path) as later:
            assert not isinstance(later, int)
            later.write("nothing to do\n")
        earlier.write("the belt is still\n")
    assert path.read_text() == "nothing to do\n"
    assert (tmp_path / "guardian.before.log").read_text().endswith("x\nthe belt is still\n")


def test_the_process_starts_although_a_file_is_spoilt(tmp_path: Path) -> None:
    folder = tmp_path / "treadctl" / "machines"
    folder.mkdir(parents=True)
    (folder / "mine.yaml").write_text("nonsense")
    ended = subprocess.run(
        [*guardian.command(), "00:00:00:00:00:00"],
        input='["alive",false]\n["close"]\n',
        env=at_home(tmp_path),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, "")
