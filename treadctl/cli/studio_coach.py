"""`treadctl studio coach`: the staff's console. However it ends, the class goes on: it gives the lease away on its way out.

STOP ALL is said by a thread of its own, below the screen: a terminal that is not read holds nothing back.
"""

from __future__ import annotations

import os
import re
import socket
import threading
from functools import partial
from pathlib import Path
from secrets import token_hex
from types import FrameType
from typing import Final

from treadctl.cli.errors import BadInput, Exit, heeding, in_one_line, on_a_screen, tell
from treadctl.cli.studio_room import choose_broker, choose_password, choose_studio
from treadctl.coaching.cues import COACH_LONGEST
from treadctl.studio.coach_agent import CoachAgent, over_broker
from treadctl.studio.messages import MOST_OFFER_BYTES
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.signing import CoachKey, KeyProblem
from treadctl.tui.coach.app import CoachApp
from treadctl.tui.coach.host import LINES, CoachThread, Program
from treadctl.workout.errors import WorkoutError, printable
from treadctl.workout.file import parse
from treadctl.workout.library import find, names
from treadctl.workout.profile import CAUTIOUS

LEAVE_S: Final = 4.0
"""For the last words and the lease on the way out; past that, the lease lapses by itself."""
SCREEN_S: Final = 2.0
"""Wall seconds that the screen gets to leave; one that cannot write to its terminal never does."""


def coach(
    *,
    broker: str,
    studio: str,
    key: Path,
    password_file: Path | None = None,
    ca: Path | None = None,
    programs: Path | None = None,
    lines: Path | None = None,
    light: bool = False,
) -> int:
    """The staff's console: send a program to all lanes, start the class, STOP ALL.

    Ends with 0 when the staff leave, 2 when the input was wrong; the class goes on without it.

    Parameters
    ----------
    broker
        Where the broker is: host, host:1883, mqtt://user:password@host or mqtts://host.
    studio
        The studio's name, as `treadctl studio setup` was told.
    key
        The file with the coach's secret key.
    password_file
        A file with the password of the broker's user `coach`, instead of writing it into the address.
    ca
        The certificate that the broker's own is signed by; switches TLS on.
    programs
        A folder with workout files of your own; they stand before those that come along.
    lines
        A text file with what staff want to say with two keys, one line each, at most 80 characters.
    light
        Dark letters on a light ground.
    """
    if not on_a_screen():
        raise BadInput("the console needs a terminal; run it in one")
    address = choose_broker(broker, ca, "coach", choose_password(password_file, "coach"))
    own = own_programs(programs) if programs is not None else ()
    spoken = LINES if lines is None else own_lines(lines)
    return run_coach(address, choose_studio(studio), secret_key(key), light=light, programs=(*own, *library()), lines=spoken)


def run_coach(
    address: BrokerAddress,
    studio: str,
    key: CoachKey,
    *,
    light: bool = False,
    programs: tuple[Program, ...] | None = None,
    lines: tuple[str, ...] = LINES,
) -> int:
    """Show the console until the staff leave; returns the exit code."""
    host = CoachThread(partial(CoachAgent, console_name(), studio, key, over_broker(address)))
    app = CoachApp(host, library() if programs is None else programs, lines, light=light)
    way_out = _WayOut(host, app)
    with heeding(way_out.notice):
        host.start()
        try:
            app.run()
        finally:
            host.leave()
            host.wait(LEAVE_S)
            way_out.done.set()
    if app.crash is not None:
        tell(f"the screen failed: {in_one_line(app.crash)}; the lanes go on: open the console again")
    if host.failure:
        tell(host.failure)
    return Exit.FAULT if app.crash is not None or host.failure else Exit.DONE


class _WayOut:
    """A signal gives the lease away and ends the program, even where the screen is stuck on a terminal that nobody reads."""

    def __init__(self, host: CoachThread, app: CoachApp) -> None:
        self._host, self._app = host, app
        self.done = threading.Event()

    def notice(self, _number: int, _frame: FrameType | None) -> None:
        """A signal arrived, in the main thread; what follows must not depend on that."""
        threading.Thread(target=self._leave, name="way out", daemon=True).start()

    def _leave(self) -> None:
        self._host.leave()
        self._host.wait(LEAVE_S)
        self._app.call_later(self._app.exit)
        if not self.done.wait(SCREEN_S):
            os._exit(Exit.DONE)


def secret_key(path: Path) -> CoachKey:
    """The coach's key of a file."""
    try:
        return CoachKey.read(_text(path))
    except KeyProblem as error:
        raise BadInput(f"{printable(str(path))}: {error}; treadctl studio setup makes one (coach/coach.key)") from error


def console_name() -> str:
    """This console, by its computer's name; the same computer may run two."""
    host = re.sub(r"[^a-z0-9]+", "-", socket.gethostname().lower()).strip("-")[:20].strip("-")
    return f"{host or 'console'}-{token_hex(2)}"


def own_programs(folder: Path) -> tuple[Program, ...]:
    """The workout files of a folder, all of them or an error that names the line."""
    paths = sorted((*folder.glob("*.yaml"), *folder.glob("*.yml")))
    if not paths:
        raise BadInput(f"{printable(str(folder))}: no workout files (.yaml) there")
    return tuple(_program(path) for path in paths)


def library() -> tuple[Program, ...]:
    """The workouts that come along, the gentlest first."""
    found = (_program(find(name)) for name in names())
    return tuple(sorted(found, key=lambda program: (-program.workout.steepest, program.workout.decline_s(CAUTIOUS))))


def own_lines(path: Path) -> tuple[str, ...]:
    """Lines to say, from a file."""
    found = tuple(line.strip() for line in _text(path).splitlines() if line.strip())
    too_long = next((line for line in found if len(line) > COACH_LONGEST or not line.isprintable()), None)
    if not found or too_long is not None:
        what = (
            "there are no lines in it"
            if too_long is None
            else f"{printable(too_long[:40])!r} is longer than {COACH_LONGEST} characters, or not plain text"
        )
        raise BadInput(f"{printable(str(path))}: {what}")
    return found


def _program(path: Path) -> Program:
    text = _text(path)
    if len(text.encode()) > MOST_OFFER_BYTES * 3 // 4:
        raise BadInput(f"{printable(str(path))}: too long to be sent to a room; at most {MOST_OFFER_BYTES * 3 // 4 // 1024} kB")
    try:
        return Program(parse(text.encode(), path.name), text)
    except WorkoutError as error:
        raise BadInput(str(error)) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise BadInput(f"{printable(str(path))}: {why}") from error
