"""`treadctl studio demo`: a broker, mock lanes with mock runners, and the console, on one computer and in one command."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.choose import choose_preset, choose_seed
from treadctl.cli.errors import BadInput, Exit, on_a_screen, tell, undisturbed
from treadctl.studio.broker import BrokerOptions, BrokerProblem, BrokerProcess
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.signing import CoachKey

STUDIO: Final = "demo"
MOST_LANES: Final = 60
LEAVE_S: Final = 45.0
"""The lanes' own patience with a belt that has to stop, and some more."""


@dataclass(frozen=True, slots=True)
class DemoRoom:
    """A room that runs: where its broker is, the coach's key, what its lanes say, and their process."""

    address: BrokerAddress
    studio: str
    key: CoachKey
    log: Path
    broker: BrokerProcess
    lanes: subprocess.Popen[bytes]


@contextlib.contextmanager
def demo_room(
    lanes: int = 8, *, arm: bool = True, seed: int = 0, preset: str = "decline-10", log: Path | None = None
) -> Iterator[DemoRoom]:
    """A broker on loopback and so many mock lanes beside it, each in a process of its own; both end with this one.

    With `arm` the mock runners answer and say "I'm ready" by themselves. Raises BrokerProblem.
    """
    key, broker = CoachKey.new(), BrokerProcess(BrokerOptions(port=0, studio=STUDIO))
    broker.start()
    try:
        with _kept(log) as path, path.open("wb") as said:
            command = [*lanes_command(f"1-{lanes}", broker.port, key, seed, preset), *(("--arm",) if arm else ())]
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=said, stderr=subprocess.STDOUT, start_new_session=sys.platform != "win32"
            )
            try:
                yield DemoRoom(BrokerAddress(port=broker.port), STUDIO, key, path, broker, process)
            finally:
                _end(process)
    finally:
        broker.stop()


def lanes_command(lanes: str, port: int, key: CoachKey, seed: int, preset: str) -> list[str]:
    """What starts the lanes of a demo."""
    common = ["--broker", f"mqtt://127.0.0.1:{port}", "--studio", STUDIO, "--coach-key", key.public.text, "--stdin"]
    return [
        *(sys.executable, "-m", "treadctl", "studio", "lane", "--lanes", lanes),
        *(f"--mock={preset}", "--seed", str(seed), "--voice", "off", *common),
    ]


@contextlib.contextmanager
def _kept(log: Path | None) -> Iterator[Path]:
    """The file that the lanes' words go to; one that nobody named is gone afterwards."""
    if log is not None:
        yield log
        return
    with tempfile.TemporaryDirectory(prefix="treadctl-demo-") as folder:
        yield Path(folder) / "lanes.log"


def _end(process: subprocess.Popen[bytes]) -> None:
    """The end of their keys is the lanes' sign to stop their belts and leave."""
    with contextlib.suppress(OSError):
        if process.stdin is not None:
            process.stdin.close()
    try:
        process.wait(LEAVE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def demo(
    *,
    lanes: int = 8,
    mock: str = "decline-10",
    script: Annotated[bool, Parameter(negative=())] = False,
    light: Annotated[bool, Parameter(negative=())] = False,
    seed: int = 0,
    log: Path | None = None,
) -> int:
    """All of it on this computer, in one command: a broker, mock lanes with mock runners, and the console.

    Use this to see a class before there is a room for one. Send a program, wait until the runners are ready, press START CLASS.
    Nothing moves anywhere. Ends with the console, or with Ctrl+C.

    Parameters
    ----------
    lanes
        How many, up to 60.
    mock
        What treadmills they have: decline-10, decline-6, incline-only or propped.
    script
        No console: a class of a minute and a half goes by itself, and is told in lines.
    light
        The console in dark on light.
    seed
        Decides who the runners are, and how quick.
    log
        Keep what the lanes say in this file.
    """
    if not 1 <= lanes <= MOST_LANES:
        raise BadInput(f"--lanes {lanes} is not between 1 and {MOST_LANES}")
    choose_preset(mock)
    choose_seed(seed)
    if not script and not on_a_screen():
        raise BadInput("the console needs a terminal; add --script to see a class without one")
    try:
        with undisturbed(), demo_room(lanes, seed=seed, preset=mock, log=log) as room:
            return _scripted(room, lanes) if script else _with_console(room, light)
    except BrokerProblem as error:
        tell(str(error))
        return Exit.FAULT
    except OSError as error:
        raise BadInput(f"--log {log}: {error.strerror or error}") from error


def _with_console(room: DemoRoom, light: bool) -> int:
    from treadctl.cli.studio_coach import run_coach  # Textual takes half a second to import

    return run_coach(room.address, room.studio, room.key, light=light)


def _scripted(room: DemoRoom, lanes: int) -> int:
    from treadctl.cli.studio_script import run_script

    return run_script(room.address, room.studio, room.key, lanes)
