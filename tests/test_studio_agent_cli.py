"""`treadctl studio broker`, `lane` and `demo` as commands: every mistake is one line that says what to do; Ctrl+C ends all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import at_home, home, treadctl
from studio_brokers import free_port
from studio_room import KEY

from treadctl.cli.studio_demo import demo_room

__all__ = ["home"]

ROOM = ("--coach-key", KEY.public.text)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("lane", "--mock", *ROOM), "--lane 7"),
        (("lane", "--lane", "7", *ROOM), "--mock for a simulated one, or --treadmill ADDRESS"),
        (("lane", "--lane", "0", "--mock", *ROOM), "write 7, 1-8"),
        (("lane", "--lane", "7", "--mock"), "coach-key"),
        (("lane", "--lane", "7", "--mock", "--coach-key", "nonsense"), "--coach-key nonsense"),
        (("lane", "--lane", "7", "--mock", "--broker", "ftp://x", *ROOM), "write mqtt://host"),
        (("lane", "--lane", "7", "--mock", "--studio", "A B", *ROOM), "--studio"),
        (("lane", "--lane", "7", "--mock", "--name", "1234", *ROOM), "--name"),
        (("lane", "--lane", "7", "--mock", "--decline", "30", *ROOM), "minutes from 0 to 20"),
        (("lane", "--lane", "7", "--mock", "--keypad", "/no/such/pad", *ROOM), "/dev/input/by-id"),
        (("lane", "--lane", "7", "--mock", "--password-file", "/no/file", *ROOM), "--password-file"),
        (("lane", "--lane", "7", "--mock", "--voice", "loud", *ROOM), "--voice"),
        (("lane", "--lane", "7", "--mock=none", *ROOM), "no mock treadmill"),
        (("lane", "--lanes", "1-2", "--treadmill", "AA:BB", "--guest", *ROOM), "one lane"),
        (("lane", "--lane", "1", "--treadmill", "AA:BB", "--arm", *ROOM), "for mocks only"),
        (("lane", "--lane", "7", "--mock", "--screen", *ROOM), "--screen needs a terminal"),
        (("lane", "--lanes", "1-2", "--mock", "--screen", *ROOM), "one lane and the person at it"),
        (("lane", "--lane", "7", "--mock", "--screen", "--arm", *ROOM), "one lane and the person at it"),
        (("lane", "--lane", "7", "--mock", "--light", *ROOM), "add --screen"),
        (("lane", "--lanes", "1-2", "--mock", "--history", *ROOM), "one runner's own"),
        (("lane", "--lane", "7", "--mock", "--guest", "--history", *ROOM), "no guest"),
        (("lane", "--lane", "1", "--treadmill", "AA:BB", *ROOM), "--guest"),
        (("broker", "--host", "0.0.0.0", "--port", "0"), "studio setup"),
        (("broker", "--port", "70000"), "--port"),
        (("broker", "--port", "0", "--certificate", "/no/file"), "certificate"),
        (("demo", "--lanes", "0", "--script"), "between 1 and 60"),
        (("demo", "--lanes", "2"), "--script"),
        (("demo", "--lanes", "2", "--mock=none", "--script"), "no mock treadmill"),
        (("demo", "--lanes", "2", "--script", "--log", "/no/such/folder/x"), "--log"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    code, out, err = treadctl(capsys, "studio", *arguments)
    assert code == 2
    assert out == ""
    assert err.count("\n") == 1
    assert says in err


def test_the_help_of_the_studio_names_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "studio", "--help")
    assert code == 0
    assert all(part in out for part in ("broker", "lane", "coach", "setup", "demo", "find"))


def started(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "treadctl", "studio", *arguments]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, text=True, env=at_home(home))


def interrupted(process: subprocess.Popen[str]) -> tuple[int, str]:
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    return process.returncode, out + err


@POSIX
def test_a_broker_says_what_to_type_next_and_ends_with_ctrl_c(home: Path) -> None:
    port = free_port()
    with started(home, "broker", "--port", str(port), "--studio", "gym") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == f"the broker listens on 127.0.0.1 port {port}; Ctrl+C ends it\n"
        next_up = process.stdout.readline() + process.stdout.readline()
        with started(home, "broker", "--port", str(port)) as second:
            _, err = second.communicate(timeout=20)
            assert second.returncode == 2
            assert f"cannot listen on 127.0.0.1 port {port}" in err
        code, _ = interrupted(process)
    assert code == 0
    assert f"--broker mqtt://127.0.0.1:{port} --studio gym" in next_up


@POSIX
def test_a_lane_without_a_broker_says_so_once_and_leaves_with_ctrl_c(home: Path) -> None:
    with started(home, "lane", "--lane", "7", "--mock", "--broker", f"127.0.0.1:{free_port()}", *ROOM) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not lines or "no broker" not in lines[-1]:
            lines.append(process.stdout.readline())
        code, rest = interrupted(process)
    assert code == 0
    assert "no broker answers there" in "".join(lines)
    assert "no broker" not in rest


@POSIX
def test_a_demos_broker_and_lanes_end_with_it(tmp_path: Path) -> None:
    with demo_room(2, log=tmp_path / "lanes.log") as room:
        wait_for(lambda: room.log.read_text(encoding="utf-8").count("in the room") == 2)
        pids = [room.lanes.pid, room.broker.pid or 0]
        assert all(map(lives, pids))
    assert not any(map(lives, pids))


def lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for(true: Callable[[], bool], within_s: float = 20.0) -> None:
    until = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)
