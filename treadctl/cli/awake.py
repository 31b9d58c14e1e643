"""Keeps the computer awake and its screen lit while somebody is armed: sleep suspends every watchdog that we have.

A thread of its own asks the system, for that may take a while; the session never waits for it. Two ways at once: wakepy, which
asks the desktop, and on Linux systemd's inhibitor, which also covers a closed lid and computers without a desktop.
"""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import Final

from treadctl.engine.phases import ARMED
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input

LETS_GO_S: Final = 2.0
"""So long the way out waits for the system to be told that it may sleep again."""
STANDS_S: Final = 0.5
"""An inhibitor that has not ended within this was let in; one that was refused ends at once."""
LIDS: Final = Path("/proc/acpi/button/lid")
ASLEEP: Final = "this computer may fall asleep while you run: set its sleep to never, and let its lid open"
BLANKS: Final = "this computer's screen may go dark while you run: switch its blanking off"
LID: Final = "leave this computer's lid open: closing it puts it to sleep, and the belt runs on"

Keep = Callable[[], "contextlib.AbstractContextManager[tuple[str, ...]]"]


class Awake:
    """A listener: from arming to the end of being armed the computer stays awake. `warn` is called, on the thread, with what
    could not be had."""

    def __init__(self, warn: Callable[[str], object], keep: Keep | None = None) -> None:
        self._warn = warn
        self._keep = keep or kept_awake
        self._armed = self._ready = self._wanted = False
        self._told: set[str] = set()
        self._wishes: SimpleQueue[bool | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="awake", daemon=True)
        self._thread.start()

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        self._armed = step.snapshot.phase in ARMED
        self._wish()

    def mind_ready(self, ready: bool) -> None:
        """Whether somebody said that they are ready to be started, in a class. From the loop of the steps."""
        self._ready = ready
        self._wish()

    def _wish(self) -> None:
        wanted = self._armed or self._ready
        if wanted != self._wanted:
            self._wanted = wanted
            self._wishes.put(wanted)

    def close(self) -> None:
        """Let the computer sleep again."""
        self._wishes.put(None)
        self._thread.join(LETS_GO_S)

    def _run(self) -> None:
        wish: bool | None = False
        while wish is not None:
            wish = self._stay_awake() if wish else self._wishes.get()

    def _stay_awake(self) -> bool | None:
        """Until the next wish, which is returned."""
        wish: list[bool | None] = []
        try:
            with self._keep() as warnings:
                for warning in warnings:
                    self._tell(warning)
                wish.append(self._wishes.get())
        except Exception as error:  # noqa: BLE001 - whatever a desktop answers, it is no reason not to run
            self._tell(f"{ASLEEP} ({error!r:.80})")
        return wish[0] if wish else self._wishes.get()

    def _tell(self, warning: str) -> None:
        """Once, and not at every arming again."""
        if warning not in self._told:
            self._told.add(warning)
            self._warn(warning)


@contextlib.contextmanager
def kept_awake() -> Iterator[tuple[str, ...]]:
    """Awake and lit within; yields what a person must see to because the system would not."""
    from wakepy import keep  # a tenth of a second, and only a real session needs it

    with contextlib.ExitStack() as stack:
        desktop = stack.enter_context(keep.presenting(on_fail="pass")).active
        system = stack.enter_context(_inhibitor())
        warnings = () if desktop else (BLANKS,) if system else (ASLEEP,)
        yield (*warnings, LID) if has_lid() and not system else warnings


def has_lid() -> bool:
    """Whether closing something would put this computer to sleep; only Linux says."""
    with contextlib.suppress(OSError):
        return any(LIDS.iterdir())
    return False


@contextlib.contextmanager
def _inhibitor() -> Iterator[bool]:
    """systemd's own: it holds for as long as the program that it runs, which ends with its stdin."""
    program = shutil.which("systemd-inhibit") if sys.platform == "linux" else None
    if program is None:
        yield False
        return
    what = [program, "--what=sleep:idle:handle-lid-switch", "--who=treadctl", "--why=a belt is moving", "cat"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    # In a process session of its own: Ctrl+C means Stop, and the computer stays awake for it.
    with subprocess.Popen(what, stdin=pipe, stdout=nowhere, stderr=nowhere, start_new_session=True) as inhibitor:
        try:
            inhibitor.wait(STANDS_S)
        except subprocess.TimeoutExpired:
            yield True
        else:
            yield False
