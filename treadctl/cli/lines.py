"""A session as lines, with letters as keys. Neither a signal nor a terminal that stalls or goes away keeps Stop from the belt.

The session's loop never writes to the terminal and never reads from it: a thread does each, straight on the descriptor, for
a thread stuck in Python's own buffers would keep the program from ending.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

from treadctl.cli.columns import fitting
from treadctl.cli.errors import Exit, at_a_terminal, heeding, in_one_line, tell
from treadctl.cli.exits import ADVICE, EXITS
from treadctl.cli.report import JsonReport, Summary, TextReport
from treadctl.engine.words import Key
from treadctl.lines import Lines
from treadctl.session import Listener, Session
from treadctl.treadmill.gatt import LinkError
from treadctl.treadmill.watchdog import REACH_WITHIN_S

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
    "w": Key.WALK,
}
Mute = Callable[[], bool]
KEYS_HELP: Final = "keys, each with Enter: " + ", ".join(f"{letter} {key.value}" for letter, key in KEYS.items())
OUTPUT_S: Final = 2.0
"""Wall seconds that a terminal gets to take the last lines; one that stalls does not keep the program."""
_TOLD: Final = "the last that the belt was told is Stop: if it still moves, use the console's stop or the safety key"
_UNREACHED: Final = (
    "Stop has not reached the belt, which may still be moving: use the console's stop or the safety key; "
    f"a real treadmill's guardian goes on trying for {REACH_WITHIN_S / 60:g} minutes"
)


def run_in_lines(
    make: Callable[[Listener], Session], address: str, summary: Summary, title: str, *, json: bool, mute: Mute | None = None
) -> int:
    """Run a session to its end and return its exit code. `make` is called in its loop, with the listener that shows it.

    `mute` switches all sound off or on again and returns whether it is off; None where there is no sound.
    """
    stopper = _Stopper()
    with heeding(stopper.notice):
        return asyncio.run(_run(make, address, summary, title, stopper, mute, json=json))


async def _run(
    make: Callable[[Listener], Session],
    address: str,
    summary: Summary,
    title: str,
    stopper: _Stopper,
    mute: Mute | None,
    *,
    json: bool,
) -> int:
    loop = asyncio.get_running_loop()
    unread: list[Exception] = []

    def failed(error: Exception) -> None:
        unread.append(error)
        if isinstance(error, BrokenPipeError):  # whoever read along has gone, as a window that is closed
            later(loop, lambda: session.press(Key.STOP))

    lines = Lines("output", to_stdout(), failed)
    put = fitting(lines.put)
    report: JsonReport | TextReport = JsonReport(lines.put) if json else TextReport(put)
    session = make(report)
    if not json:
        put(f"{title}\n{_keys_help(mute) if at_a_terminal() else ''}")
    if at_a_terminal():
        _listen_to_keys(loop, session, (lambda _: None) if json else put, mute)
    stopper.attach(session, asyncio.current_task())
    summary.exit = await _end(session, address, summary.recording)
    stopper.detach()
    if session.recording_trouble:
        summary.troubles.setdefault(f"not all of it is recorded: {session.recording_trouble}")
    report.end(summary)
    if not lines.close(OUTPUT_S):
        tell("the terminal took no more lines; the session itself went on to its end")
    elif unread and not isinstance(unread[0], BrokenPipeError):
        tell(f"the output broke off: {lines.trouble}; the session itself went on to its end")
    if session.ending in ADVICE:
        tell(ADVICE[session.ending])
    return summary.exit


async def _end(session: Session, address: str, recording: str) -> Exit:
    """Run to the end, whatever that is; a belt that no Stop has reached is no good end, whatever else it was."""
    code = await _told_end(session, address, recording)
    return Exit.TREADMILL_FAILED if session.out_of_reach else code


async def _told_end(session: Session, address: str, recording: str) -> Exit:
    """Everything that a person must know about a bad end is said here."""
    try:
        ending = await session.run(address)
        if session.out_of_reach:
            tell(_UNREACHED)
        return EXITS[ending]
    except LinkError as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED
    except asyncio.CancelledError:  # by a second signal
        if session.belt_may_move:
            tell(f"left at once; {_what_it_was_told(session)}")
        return Exit.DONE if session.ending is None else EXITS[session.ending]
    except Exception as error:  # noqa: BLE001 - a runner gets one line that says what to do, and no traceback
        stopped = f"; {_what_it_was_told(session)}" if session.belt_may_move else ""
        kept = f" with {recording}" if recording else ""
        tell(f"{in_one_line(error)}{stopped}; please report it{kept}")
        return Exit.SAFETY if session.belt_may_move else Exit.FAULT


def _what_it_was_told(session: Session) -> str:
    return _UNREACHED if session.out_of_reach else _TOLD


class _Stopper:
    """What a signal means: Stop; a second one, to leave at once, with a last Stop on the way out; more change nothing."""

    def __init__(self) -> None:
        self._came_early = False
        self._meant = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._session: Session | None = None
        self._task: asyncio.Task[int] | None = None

    def notice(self, *_: object) -> None:
        """A signal arrived, perhaps before there is a session to stop."""
        if self._loop is None:
            self._came_early = True
        else:
            later(self._loop, self._act)

    def attach(self, session: Session, task: asyncio.Task[int] | None) -> None:
        """Signals are for this session from here on, which `task` runs; so is one that came earlier."""
        self._loop, self._session, self._task = asyncio.get_running_loop(), session, task
        if self._came_early:
            self._act()

    def detach(self) -> None:
        """The session has ended: nothing is left to stop."""
        self._session = self._task = None

    def _act(self) -> None:
        self._meant += 1
        if self._meant == 1 and self._session is not None:
            self._session.press(Key.STOP)
        elif self._meant == 2 and self._task is not None:
            self._task.cancel()


def _keys_help(mute: Mute | None) -> str:
    return KEYS_HELP + ("" if mute is None else ", m mute")


def _listen_to_keys(loop: asyncio.AbstractEventLoop, session: Session, note: Callable[[str], object], mute: Mute | None) -> None:
    def read(number: int) -> None:
        text = "\n"
        while text:
            try:
                text = os.read(number, 1024).decode(errors="replace")
            except OSError:
                text = ""
            if not later(loop, partial(_press, session, text, note, mute)):
                return

    threading.Thread(target=read, args=(sys.stdin.fileno(),), name="keys", daemon=True).start()


def _press(session: Session, typed: str, note: Callable[[str], object], mute: Mute | None = None) -> None:
    if not typed:  # the terminal is gone: nobody can stop the belt from here any more
        session.press(Key.STOP)
    for letter in "".join(typed.lower().split()):
        key = KEYS.get(letter)
        if letter == "m" and mute is not None:
            note("sound off" if mute() else "sound on")
        elif key is None:
            note(f"{letter!r} is no key; {_keys_help(mute)}")
        else:
            session.press(key)


def later(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> bool:
    """Call in the loop, from any thread or signal; false when the loop is over."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return False
    return True


def to_stdout() -> Callable[[str], object]:
    """Writes to stdout's descriptor, or where stdout has none, as in a test, to stdout itself."""
    try:
        sys.stdout.flush()
        number, encoding = sys.stdout.fileno(), sys.stdout.encoding
    except (OSError, ValueError, AttributeError):
        return lambda text: print(text, end="", flush=True)

    def write(text: str) -> None:
        octets = text.encode(encoding, errors="replace")
        while octets:
            octets = octets[os.write(number, octets) :]

    return write
