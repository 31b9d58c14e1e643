"""A session with its screen. The screen may fail, freeze or lose its terminal: Stop and the way out never depend on it.

Three threads: the session's own; the screen's, which is the main one; and a guard that turns signals and a lost terminal into
Stop and, where the screen no longer reacts, ends the program all the same. Nothing here decides what a belt does.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import threading
from collections.abc import Callable
from queue import Empty, SimpleQueue
from time import monotonic
from types import FrameType
from typing import Any, Final, Protocol

from treadctl.cli.errors import Exit, heeding, in_one_line, tell
from treadctl.cli.exits import EXITS
from treadctl.engine.snapshot import Ending, Step
from treadctl.tui.quiet import QuietApp

PATIENCE_S: Final = 40.0
"""Wall seconds that the way out waits for a stopped belt: the engine gives a Stop up after 30 s without one."""
ABANDON_S: Final = 5.0
"""Wall seconds for what the session does when it is given up: its last Stop may take 3 s to be answered."""
AGAIN_S: Final = 1.0
"""Signals come in pairs (a closed window, a service manager): what follows the first this soon is the same wish."""
LEAVE_S: Final = 2.0
"""Wall seconds that the screen gets to leave; one that cannot write to its terminal never does."""
LOOK_S: Final = 0.25
"""How often the guard looks whether the terminal is still there: nobody can press a key on one that is gone."""
TELL_S: Final = 5.0


class Runs(Protocol):
    """What runs in a thread of its own beside the screen: a session, or a lane of a class."""

    @property
    def latest(self) -> Step | None:
        """The newest step."""

    @property
    def ending(self) -> Ending | None:
        """How it ended, once it has."""

    @property
    def failure(self) -> str:
        """Why it broke off."""

    @property
    def over(self) -> bool:
        """Whether it has ended, in whatever way."""

    def start(self) -> None:
        """Begin."""

    def end(self) -> None:
        """Stop the belt and end, from any thread, without waiting."""

    def wait(self, seconds: float) -> bool:
        """Wait for the end; true when it has come."""

    def abandon(self) -> None:
        """Give it up, with a last Stop."""


def run_app(host: Runs, app: QuietApp[None]) -> int:
    """Start the session and show it; however the screen ends, the session does not outlive it without having said Stop."""
    guard = _Guard(host, lambda: app.call_later(app.exit))
    with heeding(guard.notice):
        host.start()
        guard.start()
        crash = _show(app)
        if crash is not None:
            tell(f"the screen failed: {in_one_line(crash)}")
        _stop_and_wait(host)
        guard.finish()
    if host.ending is None:
        tell(f"{host.failure or 'the session did not end'}")
    return _code(host)


def _code(host: Runs) -> int:
    return Exit.TREADMILL_FAILED if host.ending is None else EXITS[host.ending]


def _show(app: QuietApp[None]) -> BaseException | None:
    try:
        app.run()
    except Exception as error:  # noqa: BLE001 - whatever became of the screen, the belt comes first
        return error
    return app.crash


def _stop_and_wait(host: Runs) -> None:
    """Stop a session that goes on, and wait for its end: bounded, and saying so."""
    if host.over:
        return
    host.end()
    tell("the screen is gone; stopping the belt …")
    begun = monotonic()
    while not host.wait(TELL_S) and monotonic() - begun < PATIENCE_S:
        tell(f"still waiting for the belt to stop; {_last_seen(host.latest)}")
    if not host.over:
        host.abandon()
        host.wait(ABANDON_S)
    if host.ending is None:
        tell("the belt may still be moving: use the console or the safety key")
    else:
        tell(f"the session has ended: {host.ending.value}")


def _last_seen(step: Step | None) -> str:
    if step is None or step.snapshot.shown_speed is None:
        return "its speed is not known"
    return f"last seen at {step.snapshot.shown_speed}"


class _Guard(threading.Thread):
    """Watches signals and the terminal while a session runs. The first means Stop, and leaving when it is done; a second
    leaves at once. It trusts neither the screen nor the main thread to react."""

    def __init__(self, host: Runs, leave: Callable[[], object]) -> None:
        super().__init__(name="guard", daemon=True)
        self._host = host
        self._leave = leave
        self._terminal = _Terminal()
        self._noticed: SimpleQueue[int] = SimpleQueue()
        self._finished = threading.Event()

    def notice(self, number: int, _frame: FrameType | None) -> None:
        """A signal arrived. It may interrupt anything in the main thread, so it takes no lock (SimpleQueue.put takes none)."""
        self._noticed.put(number)

    def finish(self) -> None:
        """Screen and session are over, and so is the guard's work."""
        self._finished.set()
        self._noticed.put(0)
        self.join(LEAVE_S)

    def run(self) -> None:
        """Wait for a reason to stop, then see to it that the belt stops and the program ends."""
        if not self._signalled(self._terminal.is_gone):
            return
        self._host.end()
        self._finished.wait(AGAIN_S)
        while not self._noticed.empty():
            self._noticed.get()
        patient_until = monotonic() + PATIENCE_S
        if self._signalled(lambda: self._host.over or monotonic() > patient_until) and not self._host.over:
            self._host.abandon()
            self._host.wait(ABANDON_S)
        self._leave()
        if not self._finished.wait(LEAVE_S):
            self._terminal.restore()
            os._exit(_code(self._host))  # the main thread is stuck on a terminal that nobody reads

    def _signalled(self, or_else: Callable[[], bool]) -> bool:
        """Wait for a signal or for something else; false when all is over without them."""
        while not self._finished.is_set():
            with contextlib.suppress(Empty):
                self._noticed.get(timeout=LOOK_S)
                return True
            if or_else():
                return True
        return False


class _Terminal:
    """The terminal that a person sits at: whether it is still there, and how its modes were."""

    def __init__(self) -> None:
        self._number = sys.__stdin__.fileno() if sys.platform != "win32" and sys.__stdin__ and sys.__stdin__.isatty() else None
        self._modes = None if self._number is None else _modes(self._number)

    def is_gone(self) -> bool:
        """Whether it has hung up: its window was closed, its ssh connection is lost."""
        if self._number is None:
            return False
        look = select.poll()
        look.register(self._number, select.POLLHUP)
        return bool(look.poll(0))

    def restore(self) -> None:
        """Put its modes back, for when the screen cannot."""
        if self._number is not None and self._modes is not None:
            import termios

            with contextlib.suppress(termios.error):
                termios.tcsetattr(self._number, termios.TCSANOW, self._modes)


def _modes(number: int) -> list[Any]:
    import termios

    return termios.tcgetattr(number)
