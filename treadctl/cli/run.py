"""`treadctl run`: a session in real time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import time
from typing import IO, Annotated, Final

from cyclopts import Parameter

from treadctl.cli.choose import choose_faults, choose_preset, choose_runner, choose_seed
from treadctl.cli.errors import BadInput, Exit, at_a_terminal, on_a_screen, tell, undisturbed
from treadctl.cli.lines import run_in_lines
from treadctl.cli.past import right_now
from treadctl.cli.ready import Ready, make_ready
from treadctl.cli.report import Summary, TextReport
from treadctl.clock import Clock, PacedClock, RunningClock
from treadctl.engine.constants import STILL_S
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Key
from treadctl.journal import Journal
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Listener, Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import Radio
from treadctl.tui.past import journals
from treadctl.units import LEVEL, Grade
from treadctl.workout.errors import printable
from treadctl.workout.model import Workout

SEEN_STILL_S: Final = STILL_S + 1.0
"""From the first sight of a belt to a press of arm: the time it must be seen still, and one more frame that shows it."""
ARMED_WITHIN_S: Final = 60.0
"""A mock that cannot be armed by itself within this time is given up: nobody is there to wait for it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a session runs: on which clock, over which radio, at which address, on a deck standing how."""

    name: str
    clock: Clock
    radio: Callable[[Clock], Radio]
    address: str
    offset: Grade


def run(
    workout: str,
    /,
    *,
    mock: str | None = None,
    treadmill: str | None = None,
    time_scale: float = 1.0,
    arm: Annotated[bool, Parameter(negative=())] = False,
    headless: Annotated[bool, Parameter(negative=())] = False,
    json: Annotated[bool, Parameter(negative=())] = False,
    light: Annotated[bool, Parameter(negative=())] = False,
    flat: Annotated[bool, Parameter(negative=())] = False,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    seed: int = 0,
    profile: Path | None = None,
    journal: Path | None = None,
    override: str | None = None,
) -> int:
    """Run a workout in real time: on the screen in a terminal, as lines elsewhere.

    Use this to live through a session. `treadctl simulate` shows the same session at once, without waiting.

    Ends with 0 when the workout is done or the runner stopped it, 2 when the input was wrong, 3 when the treadmill or the link
    failed, and 4 when it was stopped for safety.

    Parameters
    ----------
    workout
        A name in the library (`treadctl workouts list`), a path, or `next` for what `treadctl next` offers.
    mock
        Use a simulated treadmill: decline-10 (the default), decline-6, incline-only or propped.
    treadmill
        The Bluetooth address of a treadmill. Only this project's own virtual treadmill is driven until real ones are proven.
    time_scale
        Run the mock this many times as fast as real time, up to 1000.
    arm
        Arm the mock by itself, as nobody has to stand on it. A real belt is armed by a person, with a key.
    headless
        Events as lines instead of the screen, with keys that each need Enter.
    json
        JSON lines instead of the screen.
    light
        The screen in dark on light, for a bright room.
    flat
        Run the declines level, on purpose.
    fault
        What goes wrong on the mock, as KIND[@SECOND][+SECONDS][=VALUE]; `treadctl simulate --faults` explains the kinds.
    seed
        Decides what is left to chance on the mock.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    journal
        Record the session here, instead of among this platform's user data.
    override
        Why you run it although the advice is against it. It is kept with the session; red flags and -10 % take none.
    """
    if (mock is None) == (treadmill is None):
        raise BadInput("say which treadmill: --mock for a simulated one, or --treadmill ADDRESS")
    if treadmill is not None and (time_scale != 1.0 or arm or fault):
        raise BadInput("--time-scale, --arm and --fault are for the mock only: a real belt moves in real time, for a person")
    if not 0 < time_scale <= 1000:
        raise BadInput(f"--time-scale {time_scale:g} is not over 0 and up to 1000")
    choose_seed(seed)
    if not arm and not at_a_terminal():
        raise BadInput("nobody can press the arm key here: run it in a terminal" + (", or add --arm" if mock else ""))
    runner = choose_runner(profile)
    if treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs your own easy pace first: treadctl profile --easy '9 km/h'")
    place = _mock(mock, time_scale, seed, fault) if mock is not None else _real(treadmill or "")
    ask = input if at_a_terminal() and not arm else None
    ready = make_ready(workout, runner, right_now(), level=flat, mock=mock, override=override, ask=ask)
    on_screen = on_a_screen() and not (headless or json)
    with undisturbed(), contextlib.closing(ready):
        return _show(ready, place, arm, journal, light) if on_screen else _print(ready, place, arm, journal, json=json)


def _print(ready: Ready, place: _Place, arm: bool, journal: Path | None, *, json: bool) -> int:
    """The session as lines."""
    summary, recording = Summary(ready.workout, ready.runner), _recording(ready.workout, journal)
    summary.recording = recording.name if recording else ""
    title = f"{ready.workout.title}, on {place.name}. Software is no emergency stop: key and console first."
    with _written_down(ready, summary.recording) as recorders:

        def make(report: Listener) -> Session:
            return _session(ready, place, recording, (report, summary, *recorders), arm)

        return run_in_lines(make, place.address, summary, title, json=json)


def _show(ready: Ready, place: _Place, arm: bool, journal: Path | None, light: bool) -> int:
    """The session on the screen; its summary stays in the terminal afterwards."""
    from treadctl.cli.screen import run_on_screen  # Textual takes half a second to import, and only this needs it

    summary, recording = Summary(ready.workout, ready.runner), _recording(ready.workout, journal)
    summary.recording = recording.name if recording else ""
    with _written_down(ready, summary.recording) as recorders:

        def make() -> Session:
            return _session(ready, place, recording, (summary, *recorders), arm)

        code = run_on_screen(make, place.address, place.clock.now, ready.workout, ready.runner, light=light)
    summary.exit = Exit(code)
    TextReport(_line_now).end(summary)
    return code


@contextlib.contextmanager
def _written_down(ready: Ready, journal: str) -> Iterator[tuple[Listener, ...]]:
    """The listener that writes the session into the history, where there is one."""
    recorder = ready.recorder(journal)
    try:
        yield () if recorder is None else (recorder,)
    finally:
        if recorder is not None:
            recorder.close()


def _session(ready: Ready, place: _Place, file: IO[str] | None, listeners: tuple[Listener, ...], arm: bool) -> Session:
    def connect(deliver: Callable[[Input], None]) -> Connection:
        return Connection(place.radio(place.clock), place.clock, deliver, place.offset)

    wall = time if isinstance(place.clock, RunningClock) else None
    journal = Journal(file) if file is not None else None
    session = Session(ready.workout, ready.runner, place.clock, connect, journal, wall)
    for listener in listeners:
        session.listen(listener)
    if arm:
        session.listen(_Armer(session))
    return session


class _Armer:
    """Presses arm on a mock once its belt is known to be still, as a person would, and again where that was too early.

    Presses it never again once it was armed: what took a belt away is a person's to decide. One that is no use is stopped.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ready_at: float | None = None
        self._press_at = float("inf")
        self._done = False

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        s = step.snapshot
        if self._done or (s.phase is not Phase.READY and self._ready_at is None):
            return
        if s.phase is not Phase.READY:
            self._done = True
            return
        if self._ready_at is None:
            self._ready_at = now
        if self._press_at == float("inf") and s.shown_speed is not None:
            self._press_at = now + SEEN_STILL_S
        if now - self._ready_at >= ARMED_WITHIN_S:
            self._done = True
            self._session.press(Key.STOP)
        elif now >= self._press_at:
            self._press_at = now + SEEN_STILL_S
            self._session.press(Key.ARM)


def _mock(name: str, scale: float, seed: int, faults: tuple[str, ...]) -> _Place:
    preset = choose_preset(name)
    treadmill = MockTreadmill(preset, seed=seed, faults=choose_faults(faults))
    return _Place(name, PacedClock(scale), lambda clock: MemoryRadio(treadmill, clock), "mock", preset.offset)


def _real(address: str) -> _Place:
    from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import, and only this needs it

    return _Place(address, RunningClock(), lambda _: BleakRadio(address), address, LEVEL)


def _recording(workout: Workout, path: Path | None) -> IO[str] | None:
    """The file to record in; None, and told, where there is none: what nobody asked for by name keeps nobody from running."""
    try:
        return _beside_others(journals(), workout.name) if path is None else _named(path)
    except (OSError, ValueError) as error:
        why = "it holds something already" if isinstance(error, FileExistsError) else getattr(error, "strerror", None) or error
        if path is not None:
            raise BadInput(f"--journal {printable(str(path))}: a session cannot be recorded there: {why}") from error
        tell(f"this session is not recorded: {journals()}: {why}")
        return None


def _named(path: Path) -> IO[str]:
    """The file that somebody named: a new or an empty one, or a device; what a file holds is never written over."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.exists() and (not path.is_file() or path.stat().st_size == 0)
    return path.open("w" if fresh else "x", encoding="utf-8")


def _beside_others(folder: Path, name: str) -> IO[str]:
    """A new file named after this second; when sessions begin together, each has its own."""
    folder.mkdir(parents=True, exist_ok=True)
    begun = datetime.now().astimezone().strftime("%Y-%m-%dT%H-%M-%S")
    for number in range(1, 1000):
        with contextlib.suppress(FileExistsError):
            return (folder / f"{begun}_{name}{'' if number == 1 else f'_{number}'}.jsonl").open("x", encoding="utf-8")
    raise OSError("a thousand sessions have begun in this second")


def _line_now(line: str) -> None:
    print(line, flush=True)
