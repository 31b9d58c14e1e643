"""However the screen ends, the session behind it ends with a Stop first, bounded, and in plain lines."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

import pytest

from treadctl.cli import screen
from treadctl.cli.armer import Armer
from treadctl.clock import PacedClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key, Machine
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import Command, Stop
from treadctl.session import Session
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.known import known_mock
from treadctl.tui.host import SessionThread
from treadctl.tui.quiet import QuietApp
from treadctl.workout.library import load_named
from treadctl.workout.profile import CAUTIOUS


class Seen:
    """What the session sent, and through which phases it went."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.phases: list[Phase] = []

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        self.commands += step.commands
        self.phases.append(step.snapshot.phase)


class Shown(QuietApp[None]):
    """A screen without a terminal that does something once the belt moves in a step."""

    def __init__(self, seen: Seen, do: Callable[[Shown], object]) -> None:
        super().__init__()
        self._seen = seen
        self._do = do
        self._done = False
        self._until = monotonic() + 20

    def run(self, **_: Any) -> None:
        super().run(headless=True)

    def on_mount(self) -> None:
        self.set_interval(0.05, self.look)

    def look(self) -> None:
        if Phase.RUNNING in self._seen.phases and not self._done:
            self._done = True
            self._do(self)
        if Phase.OVER in self._seen.phases or monotonic() > self._until:
            self.exit()


class Stubborn(SessionThread):
    """A session that hears no key, so that it does not end."""

    def press(self, key: Key) -> None:
        pass


def session(seen: Seen, connect: Callable[..., Any] | None = None, kind: type[SessionThread] = SessionThread) -> SessionThread:
    clock = PacedClock(100)
    radio = MemoryRadio(MockTreadmill(DEFAULT), clock)

    def make() -> Session:
        made = Session(
            load_named("first-descent"),
            CAUTIOUS,
            clock,
            connect or (lambda deliver: Connection(radio, clock, deliver, known_mock(DEFAULT.offset))),
        )
        made.listen(seen)
        made.listen(Armer(made))
        return made

    return kind(make, "mock", clock.now)


def fail(app: Shown) -> None:
    raise ZeroDivisionError("a widget divided by zero")


def test_a_crash_inside_a_widget_ends_the_screen_but_not_the_stop(capsys: pytest.CaptureFixture[str]) -> None:
    seen = Seen()
    host = session(seen)
    assert screen.run_app(host, Shown(seen, fail)) == 0
    assert Stop() in seen.commands
    assert host.ending is Ending.STOPPED
    said = capsys.readouterr().err
    assert "the screen failed: a fault in this program (ZeroDivisionError at test_stop_crash.py:" in said
    assert "a widget divided by zero" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 3


def test_a_screen_that_is_left_while_the_belt_moves_stops_it(capsys: pytest.CaptureFixture[str]) -> None:
    seen = Seen()
    host = session(seen)
    assert screen.run_app(host, Shown(seen, lambda app: app.exit())) == 0
    assert Stop() in seen.commands
    assert "stopping the belt" in capsys.readouterr().err


def test_a_signal_stops_and_leaves_a_screen_that_would_stay(capsys: pytest.CaptureFixture[str]) -> None:
    seen = Seen()
    host = session(seen)
    assert screen.run_app(host, Shown(seen, lambda _: os.kill(os.getpid(), signal.SIGTERM))) == 0
    assert host.ending is Ending.STOPPED
    assert capsys.readouterr().err == ""


def test_the_way_signals_were_handled_before_comes_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    seen = Seen()
    screen.run_app(session(seen), Shown(seen, lambda app: app.exit()))
    assert signal.getsignal(signal.SIGTERM) is before


class Deaf:
    """A connection that never opens."""

    def __init__(self, deliver: Callable[[Input], None]) -> None:
        pass

    def offer(self, command: Command) -> None:
        raise AssertionError("nothing can be offered before a link is open")

    async def open(self, address: str) -> Machine:
        await asyncio.Event().wait()
        raise AssertionError

    async def run(self) -> None:
        raise AssertionError

    async def close(self) -> None:
        pass


def test_a_session_that_never_ends_is_given_up_and_said_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(screen, "PATIENCE_S", 0.1)  # wall seconds; the real ones are 40
    monkeypatch.setattr(screen, "TELL_S", 0.05)
    seen = Seen()
    host = session(seen, Deaf, Stubborn)
    app = Shown(seen, fail)
    app.look = app.exit  # type: ignore[method-assign] # leave at once
    assert screen.run_app(host, app) == 3
    said = capsys.readouterr().err
    assert "its speed is not known" in said
    assert "use the console or the safety key" in said


def test_a_second_signal_leaves_at_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(screen, "AGAIN_S", 0.1)
    seen = Seen()
    host = session(seen, Deaf, Stubborn)
    app = Shown(seen, fail)
    app.look = lambda: os.kill(os.getpid(), signal.SIGTERM)  # type: ignore[method-assign]
    assert screen.run_app(host, app) == 3
    assert "left before its belt was seen to stop" in capsys.readouterr().err


class Unreachable(Deaf):
    """A treadmill that is not there."""

    async def open(self, address: str) -> Machine:
        raise LinkError(Trouble.NOT_FOUND)


def test_a_treadmill_that_is_not_there_is_told_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    seen = Seen()
    host = session(seen, Unreachable)
    app = Shown(seen, fail)
    app.look = lambda: app.exit() if host.over else None  # type: ignore[method-assign]
    assert screen.run_app(host, app) == 3
    assert capsys.readouterr().err == f"treadctl: {Trouble.NOT_FOUND.value}\n"


def test_a_key_pressed_before_the_session_runs_is_not_lost() -> None:
    seen = Seen()
    host = session(seen)
    host.press(Key.STOP)
    host.start()
    assert host.wait(10)
    assert host.ending is Ending.STOPPED


def test_a_key_pressed_after_the_end_does_no_harm() -> None:
    seen = Seen()
    host = session(seen)
    host.press(Key.STOP)
    host.start()
    host.wait(10)
    host.press(Key.STOP)
    host.abandon()


def test_nothing_of_a_session_is_left_running() -> None:
    seen = Seen()
    screen.run_app(session(seen), Shown(seen, lambda app: app.exit()))
    assert not [thread.name for thread in threading.enumerate() if thread.name in ("session", "guard") and thread.is_alive()]
