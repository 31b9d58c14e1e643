"""The session's end of the metronome: hands wishes to the clicker's process, and knows its last beat for the screen.

Nobody who wishes for something ever waits: a thread of its own writes to the process, another reads from it. A process that
dies is started again after half a minute; after three deaths the metronome is given up for the session, told once.
"""

from __future__ import annotations

import contextlib
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from treadctl.audio.beat import Pulse, Wish
from treadctl.audio.follow import SILENT
from treadctl.audio.speech import end, start

LOUDNESS: Final = 50
"""Percent."""
DUCKED_PERCENT: Final = 25
"""What is left of the beat under speech. Ours."""
DUCK_MS: Final = 100
AGAIN_S: Final = 30.0
DEATHS: Final = 3
LOOK_EVERY_S: Final = 0.5
BEAT_KNOWN_S: Final = 2.0
"""A beat heard of longer ago says nothing about now."""
CLOSE_S: Final = 2.0

_log = logging.getLogger(__name__)


class Metronome:
    """A beat for the feet. `follow`, `duck`, `mute`, `phase_at` and `close` may be called from any thread.

    `tell` is called from a thread of the metronome's with one sentence about trouble. `argv` is the clicker's command, for tests.
    """

    def __init__(
        self,
        *,
        volume: int = LOUDNESS,
        two_feet: bool = False,
        tell: Callable[[str], None] = lambda _: None,
        argv: Sequence[str] = (),
        again_s: float = AGAIN_S,
    ) -> None:
        pitches = "2" if two_feet else "1"
        self._argv = tuple(argv) or (sys.executable, "-m", "treadctl.audio.clicker", str(volume), pitches)
        self._tell = tell
        self._again_s = again_s
        self._again_at = float("-inf")
        self._news = threading.Event()
        self._wish = SILENT
        self._written: Wish | None = None
        self._ducked = self._closing = False
        self._process: subprocess.Popen[bytes] | None = None
        self._pulse: Pulse | None = None
        self._deaths = 0
        self._thread = threading.Thread(target=self._run, name="metronome", daemon=True)
        self.muted = False
        self.trouble = ""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def follow(self, wish: Wish) -> None:
        """What is wanted of the beat from now on; the newest wish replaces its elder."""
        if wish != self._wish:
            self._wish = wish
            self._news.set()

    def duck(self, on: bool) -> None:
        """Step back while something is being said, and come forward again."""
        self._ducked = on
        self._news.set()

    def mute(self, on: bool) -> None:
        """Silence at the next beat, or sound again; the beat for the eyes goes on."""
        self.muted = on
        self._news.set()

    def phase_at(self, now: float) -> float | None:
        """How far into its beat a moment of `time.monotonic` is, 0 at the click; None while there is no beat."""
        pulse = self._pulse
        if pulse is None or self._wish.spm is None or now - pulse.at_s > BEAT_KNOWN_S:
            return None
        return pulse.phase_at(now)

    def close(self) -> None:
        """End the process and the threads; waits for them, but not for long."""
        self._closing = True
        self._news.set()
        if self._thread.is_alive():
            self._thread.join(CLOSE_S)
        if self._process is not None:
            end(self._process)  # a thread that is stuck in writing to it is so let go

    # --- the metronome's own threads ------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._closing and self._deaths < DEATHS:
                self._news.wait(LOOK_EVERY_S)
                self._news.clear()
                self._turn(time.monotonic())
            if not self._closing:
                self._say("the metronome is given up for this session: its program keeps ending")
        except Exception as error:  # noqa: BLE001 - whatever it is, it must end the metronome alone
            _log.debug("the metronome failed", exc_info=True)
            self._say(f"the metronome failed: {error!r}")
        finally:
            if self._process is not None:
                end(self._process)

    def _turn(self, now: float) -> None:
        if self._process is not None and self._process.poll() is not None:
            end(self._process)
            self._process, self._pulse = None, None
            self._deaths += 1
        wish = self._effective()
        if self._process is None and wish.spm is not None and now >= self._again_at:
            self._again_at = now + self._again_s
            self._begin()
        if self._process is not None and wish != self._written:
            self._write(self._process, wish)

    def _effective(self) -> Wish:
        """The wish, with what ducking and mute leave of its loudness."""
        if self.muted:
            return replace(self._wish, loud_percent=0, over_ms=0)
        if self._ducked:
            return replace(self._wish, loud_percent=self._wish.loud_percent * DUCKED_PERCENT // 100, over_ms=DUCK_MS)
        return self._wish

    def _begin(self) -> None:
        self._written = None
        try:
            self._process = start(self._argv, subprocess.PIPE)
        except OSError as error:
            self._deaths += 1
            self._say(f"the metronome cannot start: {error.strerror or error}")
            return
        threading.Thread(target=self._read, args=(self._process,), name="beats", daemon=True).start()

    def _write(self, process: subprocess.Popen[bytes], wish: Wish) -> None:
        assert process.stdin is not None  # it was asked for
        with contextlib.suppress(OSError):  # it has just died: the next turn sees that
            process.stdin.write(f"{wish.line()}\n".encode())
            self._written = wish

    def _read(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # it was asked for
        with process.stdout as pipe, open(pipe.fileno(), encoding="utf-8", errors="replace", closefd=False) as lines:
            for line in lines:
                with contextlib.suppress(ValueError):
                    self._told(*line.strip().split(" ", 1))

    def _told(self, kind: str, rest: str = "") -> None:
        """A line from the clicker; ValueError where its numbers are none."""
        if kind == "beat":
            at_s, every_s = map(float, rest.split())
            self._pulse = Pulse(at_s, every_s)
        elif kind == "device":
            self.trouble = ""
        elif kind == "silent":
            self._say(f"the metronome is silent: {rest}")

    def _say(self, why: str) -> None:
        """Tell of trouble, once for as long as it lasts."""
        if why != self.trouble:
            self.trouble = why
            with contextlib.suppress(Exception):
                self._tell(why)
