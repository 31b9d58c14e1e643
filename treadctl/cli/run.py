"""`treadctl run`: a session in real time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Annotated, Final

from cyclopts import Parameter

from treadctl.cli.armer import Armer
from treadctl.cli.aside import Aside
from treadctl.cli.awake import Awake
from treadctl.cli.choose import choose_runner, choose_seed, with_focus
from treadctl.cli.columns import fitting
from treadctl.cli.errors import BadInput, Exit, at_a_terminal, on_a_screen, tell, undisturbed
from treadctl.cli.gear import kept_sound, my_gear
from treadctl.cli.learned import Learned
from treadctl.cli.lines import run_in_lines
from treadctl.cli.past import right_now
from treadctl.cli.place import Place, on_a_mock, on_a_treadmill
from treadctl.cli.ready import Ready, make_ready
from treadctl.cli.report import Summary, TextReport
from treadctl.cli.sound import Sound, check_sound
from treadctl.clock import RunningClock, passing
from treadctl.engine.words import Worn
from treadctl.journal import Journal
from treadctl.session import Listener, Session
from treadctl.tui.past import journals
from treadctl.workout.errors import printable
from treadctl.workout.model import Workout

_TREADMILL: Final = """\
The Bluetooth address of your own treadmill; without it the one that `treadctl setup` chose. No program of ours has
moved a real belt yet: stand beside it first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What a session can be asked for."""

    mock: str | None = None
    """Use a simulated treadmill: decline-10 (the default), decline-6, incline-only or propped."""
    treadmill: Annotated[str | None, Parameter(help=_TREADMILL)] = None
    time_scale: float = 1.0
    """Run the mock this many times as fast as real time, up to 1000."""
    arm: Annotated[bool, Parameter(negative=())] = False
    """Arm the mock by itself, as nobody has to stand on it. A real belt is armed by a person, with a key."""
    headless: Annotated[bool, Parameter(negative=())] = False
    """Events as lines instead of the screen, with keys that each need Enter."""
    json: Annotated[bool, Parameter(negative=())] = False
    """JSON lines instead of the screen."""
    light: Annotated[bool, Parameter(negative=())] = False
    """The screen in dark on light, for a bright room."""
    flat: Annotated[bool, Parameter(negative=())] = False
    """Run the declines level, on purpose."""
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    """What goes wrong on the mock, as KIND[@SECOND][+SECONDS][=VALUE]; `treadctl simulate --faults` explains the kinds."""
    seed: int = 0
    """Decides what is left to chance on the mock."""
    profile: Path | None = None
    """The runner's numbers, instead of those `treadctl profile` keeps."""
    journal: Path | None = None
    """Record the session here, instead of among this platform's user data."""
    override: str | None = None
    """Why you run it although the advice is against it. It is kept with the session; red flags and -10 % take none."""
    foot_pod: str | None = None
    """The Bluetooth address of a foot pod (`treadctl scan --sensors`); on the mock: mock, or mock:halved@60+15."""
    heart: str | None = None
    """The Bluetooth address of a heart-rate strap; on the mock: mock, or mock:frozen@60."""
    voice: str | None = None
    """How much is spoken: quiet (safety and changes), coach (the default in real time at a terminal), chatty, or off."""
    volume: int | None = None
    """Of voice and metronome, 0 to 100; 60 when nobody says."""
    rate: int | None = None
    """Of the voice, in words a minute, 100 to 300; 175 when nobody says."""
    metronome: bool | None = None
    """Beat the step rate on declines; the default on the screen, in real time."""
    focus: str | None = None
    """The form cue to work on in this session, such as arms-low; it goes before your own and the workout's."""


_AS_IT_COMES: Final = RunOptions()


def run(workout: str, /, *, asked: Annotated[RunOptions, Parameter(name="*")] = _AS_IT_COMES) -> int:
    """Run a workout in real time: on the screen in a terminal, as lines elsewhere.

    Use this to live through a session. `treadctl simulate` shows the same session at once, without waiting.

    Ends with 0 when the workout is done or the runner stopped it, 2 when the input was wrong, 3 when the treadmill or the link
    failed, and 4 when it was stopped for safety.

    Parameters
    ----------
    workout
        A name in the library (`treadctl workouts list`), a path, or `next` for what `treadctl next` offers.
    """
    gear = my_gear()
    if asked.mock is None and asked.treadmill is None:
        asked = replace(asked, treadmill=gear.treadmill or None)
    _check(asked)
    runner = with_focus(choose_runner(asked.profile), asked.focus)
    if asked.treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs your own easy pace first: treadctl profile --easy '9 km/h'")
    if asked.treadmill is not None:
        asked = replace(asked, foot_pod=asked.foot_pod or gear.foot_pod, heart=asked.heart or gear.heart)
    place = _place(asked)
    real_time = asked.time_scale == 1.0
    spoken = asked.voice or ((gear.voice or "coach") if real_time and at_a_terminal() and not asked.json else "off")
    loud, fast = kept_sound(asked.volume, asked.rate)
    check_sound(spoken, loud, fast)
    ask = input if at_a_terminal() and not asked.arm else None
    ready = make_ready(workout, runner, right_now(), level=asked.flat, mock=asked.mock, override=asked.override, ask=ask)
    on_screen = on_a_screen() and not (asked.headless or asked.json)
    beats = asked.metronome if asked.metronome is not None else real_time and on_screen and gear.metronome is not False
    with undisturbed(), contextlib.closing(ready):
        aside = Aside()
        sound = Sound(spoken, loud, fast, metronome=beats, tell=aside) if spoken != "off" or beats else None
        learned = Learned(runner, asked.profile) if place.real and asked.foot_pod else None
        one = _One(ready, place, asked.arm, _recording(ready.workout, asked.journal), aside, sound, learned)
        return _show(one, asked.light) if on_screen else _print(one, json=asked.json)


def _check(asked: RunOptions) -> None:
    """What can be said before anything is read."""
    if (asked.mock is None) == (asked.treadmill is None):
        raise BadInput(
            "say which treadmill: --mock for a simulated one, or --treadmill ADDRESS; treadctl setup finds yours and remembers it"
        )
    if asked.treadmill is not None and (asked.time_scale != 1.0 or asked.arm or asked.fault):
        raise BadInput("--time-scale, --arm and --fault are for the mock only: a real belt moves in real time, for a person")
    if not 0 < asked.time_scale <= 1000:
        raise BadInput(f"--time-scale {asked.time_scale:g} is not over 0 and up to 1000")
    choose_seed(asked.seed)
    if not asked.arm and not at_a_terminal():
        raise BadInput("nobody can press the arm key here: run it in a terminal" + (", or add --arm" if asked.mock else ""))


def _place(asked: RunOptions) -> Place:
    worn = {kind: at for kind, at in ((Worn.FOOT_POD, asked.foot_pod), (Worn.HEART_RATE, asked.heart)) if at}
    if asked.mock is None:
        return on_a_treadmill(asked.treadmill or "", worn)
    return on_a_mock(asked.mock, asked.time_scale, asked.seed, asked.fault, worn)


@dataclass(frozen=True, slots=True)
class _One:
    """One session: what is run, where, and what goes along."""

    ready: Ready
    place: Place
    arm: bool
    recording: IO[str] | None
    aside: Aside
    sound: Sound | None
    learned: Learned | None = None
    """Whose feet are a mock's, teaches nothing."""

    def summary(self) -> Summary:
        """To be filled by listening."""
        summary = Summary(self.ready.workout, self.ready.runner)
        summary.recording = self.recording.name if self.recording else ""
        return summary

    @contextlib.contextmanager
    def company(self) -> Iterator[tuple[Listener, ...]]:
        """Who listens to the session, begun here and ended: the history, voice and metronome, and who keeps us awake."""
        with contextlib.ExitStack() as stack:
            listeners: list[Listener] = []
            recorder = self.ready.recorder(self.recording.name if self.recording else "")
            if recorder is not None:
                stack.callback(recorder.close)
                listeners.append(recorder)
            if self.learned is not None:
                stack.callback(self.learned.close)
                listeners.append(self.learned)
            if self.sound is not None:
                listeners.append(stack.enter_context(self.sound.on()))
            if self.place.real:
                awake = Awake(self.aside)
                stack.callback(awake.close)
                listeners.append(awake)
            yield tuple(listeners)

    def session(self, listeners: tuple[Listener, ...]) -> Session:
        """Make it, in the loop in which it will run."""
        place, ready = self.place, self.ready
        wall = passing if isinstance(place.clock, RunningClock) else None
        journal = Journal(self.recording) if self.recording is not None else None
        session = Session(ready.workout, ready.runner, place.clock, place.connect, journal, wall, place.beside)
        session.listen(place.shown)
        for listener in listeners:
            session.listen(listener)
        if self.arm:
            session.listen(Armer(session))
        self.aside.attach(session)
        return session


def _print(one: _One, *, json: bool) -> int:
    """The session as lines."""
    summary = one.summary()
    title = f"{one.ready.workout.title}, on {one.place.name}. Software is no emergency stop: key and console first."
    with one.company() as company:
        mute = None if one.sound is None else one.sound.toggle
        made = one.place.address, summary, title
        return run_in_lines(lambda report: one.session((report, summary, *company)), *made, json=json, mute=mute)


def _show(one: _One, light: bool) -> int:
    """The session on the screen; its summary stays in the terminal afterwards."""
    from treadctl.cli.screen import run_app  # Textual takes half a second to import, and only this needs it
    from treadctl.tui.app import SessionApp
    from treadctl.tui.host import SessionThread

    summary, place, ready = one.summary(), one.place, one.ready
    with one.company() as company:
        host = SessionThread(lambda: one.session((summary, *company)), place.address, place.clock.now)
        mute, beat = (None, None) if one.sound is None else (one.sound.toggle, one.sound.listener.phase_at)
        app = SessionApp(host, ready.workout, ready.runner, light=light, mute=mute, beat=beat)
        if one.sound is not None:
            one.sound.bell = lambda: app.call_later(app.bell)
        code = run_app(host, app)
    summary.exit = Exit(code)
    TextReport(fitting(_line_now)).end(summary)
    return code


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
