"""The platform's own speech programs, one process for each thing said. It is fed through its input, ended by killing it.

Supported are programs that speak themselves and end when they have spoken: espeak-ng or espeak, macOS's say, and Windows' own
speech through PowerShell. spd-say is not: it hands the words to a service, and killing it silences nothing.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

WORDS_PER_MIN: Final = 175
"""Unhurried, and what espeak-ng and say speak at when nobody asks."""
SLOWEST_WPM: Final = 100
FASTEST_WPM: Final = 300
LOUDNESS: Final = 80
"""Percent."""

HUNG_AFTER_S: Final = 3.0
HUNG_PER_CHARACTER_S: Final = 0.2
"""Speech takes 0.08 s a character (espeak-ng at 175 words a minute, measured), 0.14 s at the slowest; longer than this hangs."""
SPOKEN_PER_CHARACTER_S: Final = 0.02
TELLING_CHARACTERS: Final = 12
"""Faster than this nobody speaks: espeak-ng without a sound device ends at once, with 0. Too short words prove nothing."""
LEAVES_S: Final = 0.1
"""A process that is asked to end is killed this much later: macOS speaks in a service, and `say` takes its words back. Ours."""
REAP_S: Final = 1.0
"""A killed process is waited for so long."""

_SAPI_WPM: Final = 180
_SAPI: Final = (
    "$ErrorActionPreference='Stop';try{{[Console]::InputEncoding=[Text.Encoding]::UTF8}}catch{{}};"
    "Add-Type -AssemblyName System.Speech;"
    "$s=New-Object System.Speech.Synthesis.SpeechSynthesizer;"
    "try{{$s.SelectVoiceByHints('NotSet','NotSet',0,[Globalization.CultureInfo]'en-US')}}catch{{}};"
    "$s.Volume={volume};$s.Rate={rate};$s.Speak([Console]::In.ReadToEnd())"
)


@dataclass(frozen=True, slots=True)
class Speech:
    """A speech program: reads `before` and the words from its input, speaks them, ends.

    One that starts slowly is started `ahead` and left waiting for its words.
    """

    name: str
    argv: tuple[str, ...]
    before: str = ""
    ahead: bool = False


def find_speech(
    *,
    volume: int = LOUDNESS,
    words_per_min: int = WORDS_PER_MIN,
    platform: str = sys.platform,
    which: Callable[[str], str | None] = shutil.which,
) -> Speech | None:
    """The speech program of this computer, told how loud (percent) and how fast; None where there is none."""
    volume = max(0, min(100, volume))
    wpm = max(SLOWEST_WPM, min(FASTEST_WPM, words_per_min))
    if platform == "darwin" and (say := which("say")):
        return Speech("say", (say, "-r", str(wpm), "-f", "-"), before=f"[[volm {volume / 100:.2f}]] ")
    if platform == "win32" and (powershell := which("powershell") or which("pwsh")):
        script = _SAPI.format(volume=volume, rate=_sapi_rate(wpm))
        argv = (powershell, "-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script)
        return Speech("Windows speech", argv, ahead=True)  # PowerShell takes the better part of a second to start
    for name in ("espeak-ng", "espeak"):
        if program := which(name):
            return Speech(name, (program, "-v", "en", "-a", str(volume), "-s", str(wpm), "-z", "--stdin"))
    return None


def how_to_get_speech(platform: str = sys.platform) -> str:
    """What to do where `find_speech` finds nothing, for `doctor` and for the one line that is told."""
    if platform == "darwin":
        return "`say` is not in the path; it comes with macOS, in /usr/bin"
    if platform == "win32":
        return "PowerShell is not in the path; it comes with Windows"
    return "install espeak-ng, for example: sudo apt install espeak-ng"


def _sapi_rate(wpm: int) -> int:
    """-10 … 10 for a third of the usual speed to three times it."""
    return max(-10, min(10, round(10 * math.log(wpm / _SAPI_WPM, 3))))


class Verdict(Enum):
    """How one utterance ended."""

    SPOKEN = "spoken"
    UNCLEAR = "too short to tell"
    FAILED = "failed"


class Utterance:
    """One process of a speech program. Raises OSError where it cannot be started, or does not take its words."""

    def __init__(self, speech: Speech) -> None:
        self._speech = speech
        self._process = _started(speech.argv)
        self._text = ""
        self._since = 0.0
        self.why = ""

    @property
    def waits(self) -> bool:
        """Whether it still runs."""
        return self._process.poll() is None

    def say(self, text: str, now: float) -> None:
        """Give it its words: few enough to fit into a pipe, so that this does not wait for a program that does not read."""
        self._text, self._since = text, now
        pipe = self._process.stdin
        assert pipe is not None  # it was asked for
        pipe.write(f"{self._speech.before}{text}\n".encode())
        pipe.close()

    def ended(self, now: float) -> Verdict | None:
        """None while it speaks. One that takes far too long is killed, and has failed; `why` says how."""
        code, name, took_s = self._process.poll(), self._speech.name, now - self._since
        if code is None:
            if took_s < HUNG_AFTER_S + HUNG_PER_CHARACTER_S * len(self._text):
                return None
            self.kill()
            self.why = f"{name} did not end within {took_s:.0f} s"
            return Verdict.FAILED
        if code:
            self.why = f"{name} ended with error {code}"
            return Verdict.FAILED
        if took_s >= SPOKEN_PER_CHARACTER_S * len(self._text):
            return Verdict.SPOKEN
        if len(self._text) < TELLING_CHARACTERS:
            return Verdict.UNCLEAR
        self.why = f"{name} ended too soon to have spoken; is there a sound device?"
        return Verdict.FAILED

    def kill(self) -> None:
        """Silence, at once: the process and all that it started."""
        end(self._process)


def _started(argv: Sequence[str]) -> subprocess.Popen[bytes]:
    return start(argv, stdout=subprocess.DEVNULL)


def start(argv: Sequence[str], stdout: int) -> subprocess.Popen[bytes]:
    """A process in a session of its own: Ctrl-C at our terminal must not cut off the words that tell of the stop.

    Its errors are thrown away: ALSA alone writes a page of them, over the screen.
    """
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    else:
        flags = 0
    return subprocess.Popen(
        argv,
        bufsize=0,
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        creationflags=flags,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process of `start` and all that it started, and wait for it, for a bounded time."""
    if sys.platform == "win32":
        with contextlib.suppress(OSError):
            process.kill()
    else:
        for how in (signal.SIGTERM, signal.SIGKILL):
            if process.poll() is None:
                with contextlib.suppress(OSError):
                    os.killpg(process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(LEAVES_S)
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(REAP_S)
