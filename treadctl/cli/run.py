"""`treadctl run`: a session in real time."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time
from typing import IO, Annotated, Final

from cyclopts import Parameter
from platformdirs import user_data_path

from treadctl.cli.choose import choose_faults, choose_preset, choose_runner, choose_workout
from treadctl.cli.exits import EXITS, BadInput, Exit
from treadctl.cli.report import JsonReport, Summary, TextReport
from treadctl.clock import Clock, PacedClock, RunningClock
from treadctl.engine.constants import STILL_S
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Key
from treadctl.journal import Journal
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Radio
from treadctl.units import LEVEL, Grade
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

KEYS: Final = {
    "a": Key.ARM,
    "p": Key.PAUSE,
    "r": Key.RESUME,
    "s": Key.STOP,
    "n": Key.SKIP,
    "b": Key.BACK,
    "e": Key.EXTEND,
    "+": Key.FASTER,
    "-": Key.SLOWER,
    "f": Key.FLATTER,
    "d": Key.STEEPER,
}
_KEYS_HELP: Final = "keys, each with Enter: " + ", ".join(f"{letter} {key.value}" for letter, key in KEYS.items())
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else (signal.SIGINT, signal.SIGTERM)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a session runs: on which clock, over which radio, at which address, on a deck standing how."""

    clock: Clock
    radio: Callable[[Clock], Radio]
    address: str
    offset: Grade


def run(
    workout: str,
    *,
    mock: str | None = None,
    treadmill: str | None = None,
    time_scale: float = 1.0,
    arm: Annotated[bool, Parameter(negative=())] = False,
    headless: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
    flat: Annotated[bool, Parameter(negative=())] = False,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    seed: int = 0,
    profile: Path | None = None,
    journal: Path | None = None,
) -> int:
    """Run a workout in real time, with keys to press; events come as lines.

    Use this to live through a session. `treadctl simulate` shows the same session at once, without waiting.

    Ends with 0 when the workout is done or the runner stopped it, 2 when the input was wrong, 3 when the treadmill or the link
    failed, and 4 when it was stopped for safety.

    Parameters
    ----------
    workout
        A name in the library (`treadctl workouts list`) or a path.
    mock
        Use a simulated treadmill: decline-10 (the default), decline-6, incline-only or propped.
    treadmill
        The Bluetooth address of a treadmill. Only this project's own virtual treadmill is driven until real ones are proven.
    time_scale
        Run the mock this many times as fast as real time, up to 1000.
    arm
        Arm the mock by itself, as nobody has to stand on it. A real belt is armed by a person, with a key.
    headless
        Events as lines, no screen. There is no screen yet, so this changes nothing today.
    json
        JSON lines instead of text.
    flat
        Run the declines level, on purpose.
    fault
        What goes wrong on the mock, as KIND[@SECOND][+SECONDS][=VALUE]; `treadctl simulate x --faults` explains the kinds.
    seed
        Decides what is left to chance on the mock.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    journal
        Record the session here, instead of among this platform's user data.
    """
    if (mock is None) == (treadmill is None):
        raise BadInput("say which treadmill: --mock for a simulated one, or --treadmill ADDRESS")
    if treadmill is not None and (time_scale != 1.0 or arm or fault):
        raise BadInput("--time-scale, --arm and --fault are for the mock only: a real belt moves in real time, for a person")
    if not 0 < time_scale <= 1000:
        raise BadInput(f"--time-scale {time_scale:g} is not over 0 and up to 1000")
    if not arm and not sys.stdin.isatty():
        raise BadInput("nobody can press the arm key here: run it in a terminal" + (", or add --arm" if mock else ""))
    chosen, runner = choose_workout(workout, level=flat), choose_runner(profile)
    if treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs your own easy pace first: treadctl profile --easy '9 km/h'")
    place = _mock(mock, time_scale, seed, fault) if mock is not None else _real(treadmill or "")
    report: JsonReport | TextReport = JsonReport() if json else TextReport(_line_now)
    if not json:
        print(f"{chosen.title}, on {mock or treadmill}. Software is no emergency stop: key and console first.")
        print(_KEYS_HELP if sys.stdin.isatty() else "")
    return asyncio.run(_run(chosen, runner, place, report, arm, journal))


async def _run(
    workout: Workout, runner: Profile, place: _Place, report: JsonReport | TextReport, arm: bool, journal: Path | None
) -> int:
    summary = Summary(workout, runner)
    file, trouble = _journal_file(workout, journal)
    recording = Journal(file) if file is not None else None
    summary.recording = file.name if file is not None else ""
    if trouble:
        print(f"treadctl: {trouble}", file=sys.stderr)

    def connect(deliver: Callable[[Input], None]) -> Connection:
        return Connection(place.radio(place.clock), place.clock, deliver, place.offset)

    wall = time if isinstance(place.clock, RunningClock) else None
    session = Session(workout, runner, place.clock, connect, recording, wall)
    for listener in (report, summary, *([_Armer(session)] if arm else [])):
        session.listen(listener)
    _listen_to_people(session)
    try:
        ending = await session.run(place.address)
    except LinkError as error:
        print(f"treadctl: {error}", file=sys.stderr)
        return Exit.TREADMILL_FAILED
    finally:
        _stop_listening()
    report.end(summary)
    return EXITS[ending]


class _Armer:
    """Presses arm on a mock once its belt is known to be still, as a person would; once only."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready_at: float | None = None
        self._pressed = False

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        if self._pressed or step.snapshot.phase is not Phase.READY or step.snapshot.shown_speed is None:
            return
        if self._ready_at is None:
            self._ready_at = now
        elif now - self._ready_at >= STILL_S:
            self._pressed = True
            self._session.press(Key.ARM)


def _listen_to_people(session: Session) -> None:
    """Signals mean Stop; a second one leaves at once, with the last Stop on the way out. Letters on a terminal are keys."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    asked = False

    def stop() -> None:
        nonlocal asked
        if asked and task is not None:
            task.cancel()
        asked = True
        session.press(Key.STOP)

    for number in _SIGNALS:
        loop.add_signal_handler(number, stop)
    if sys.stdin.isatty():
        loop.add_reader(sys.stdin, _read_keys, session)


def _stop_listening() -> None:
    loop = asyncio.get_running_loop()
    for number in _SIGNALS:
        loop.remove_signal_handler(number)
    if sys.stdin.isatty():
        loop.remove_reader(sys.stdin)


def _read_keys(session: Session) -> None:
    line = sys.stdin.readline()
    if not line:  # the terminal is gone: nobody can stop the belt from here any more
        asyncio.get_running_loop().remove_reader(sys.stdin)
        session.press(Key.STOP)
        return
    for letter in line.strip().lower():
        key = KEYS.get(letter)
        if key is None:
            print(f"{letter!r} is no key; {_KEYS_HELP}")
        else:
            session.press(key)


def _mock(name: str, scale: float, seed: int, faults: tuple[str, ...]) -> _Place:
    preset = choose_preset(name)
    treadmill = MockTreadmill(preset, seed=seed, faults=choose_faults(faults))
    return _Place(PacedClock(scale), lambda clock: MemoryRadio(treadmill, clock), "mock", preset.offset)


def _real(address: str) -> _Place:
    from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import, and only this needs it

    return _Place(RunningClock(), lambda _: BleakRadio(address), address, LEVEL)


def _journal_file(workout: Workout, path: Path | None) -> tuple[IO[str] | None, str]:
    """Where to record, or why not: what nobody asked for by name must not keep anybody from running."""
    begun = datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    target = path or user_data_path("treadctl") / "journals" / f"{begun}_{workout.name}.jsonl"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        return target.open("x" if path is None else "w", encoding="utf-8"), ""
    except OSError as error:
        if path is not None:
            raise BadInput(f"{path}: the journal cannot be written: {error.strerror or error}") from error
        return None, f"this session is not recorded: {target}: {error.strerror or error}"


def _line_now(line: str) -> None:
    print(line, flush=True)
