"""How a command speaks of what went wrong: exit codes, the exception for a person's mistake, and the one line on stderr."""

from __future__ import annotations

import contextlib
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from typing import Final

from treadctl.cli.columns import fitted

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else (signal.SIGINT, signal.SIGTERM)
"""What asks this program to end."""


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    FAULT = 1
    """A fault in this program, or nowhere to write to; no belt was moving."""
    BAD_INPUT = 2
    TREADMILL_FAILED = 3
    SAFETY = 4
    INTERRUPTED = 130
    """Ctrl+C where there was nothing to stop; the shells' own number for it."""


class BadInput(Exception):
    """The person's input was wrong; the message says what, where, and what to do. Exit code 2."""


def at_a_terminal() -> bool:
    """Whether somebody can press keys here."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


def on_a_screen() -> bool:
    """Whether a screen can be shown to somebody who can press keys."""
    return at_a_terminal() and sys.stdout is not None and sys.stdout.isatty()


def tell(text: str) -> None:
    """One line on stderr, in a terminal broken between words; whatever has become of stderr, this never raises."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        print(*fitted((f"treadctl: {text}",), hang=2, stream=sys.stderr), file=sys.stderr, flush=True)


def in_one_line(error: BaseException) -> str:
    """A fault of this program: where, what and why, down to its cause."""
    while error.__cause__ is not None:
        error = error.__cause__
    frames = traceback.extract_tb(error.__traceback__)
    where = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    why = " ".join(str(error).split())
    return f"a fault in this program ({type(error).__name__}{where}{': ' if why else ''}{why[:200]})"


@contextlib.contextmanager
def heeding(notice: Callable[..., object]) -> Iterator[None]:
    """Within, signals call `notice`. Not through the loop's own signal handlers, which Windows has not."""
    before = {number: signal.signal(number, notice) for number in SIGNALS}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was if was is not None else signal.SIG_DFL)


def undisturbed() -> contextlib.AbstractContextManager[None]:
    """Signals mean nothing in here but where somebody heeds them: what is being closed gets closed."""
    return heeding(lambda *_: None)
