"""A real treadctl in a real pseudo-terminal, and its journal: what a person types, what the belt was told, and when."""

from __future__ import annotations

import fcntl
import json
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

NO_WINDOW = """
import sys
from treadctl.cli import main
main(sys.argv[1:])
"""
"""A terminal that does not control the program: it gets no signal when that is closed, as under nohup."""
WINDOW = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)" + NO_WINDOW
"""As in a window of one's own."""


class Terminal:
    """One program in a terminal of 120 × 34. What it writes is read, unless told otherwise."""

    def __init__(self, folder: Path, *arguments: str, program: str = WINDOW) -> None:
        self.journal = folder / "session.jsonl"
        self._master, slave = os.openpty()
        self.name = os.ttyname(slave)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 34, 120, 0, 0))
        home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "TERM": "xterm-256color"}
        self.process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, **home},
        )
        os.close(slave)
        self._open = True
        self.reading = threading.Event()
        self.reading.set()
        self.output = b""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def fill(self) -> None:
        """Read no more, and leave no room for a single letter."""
        self.reading.clear()
        sleep(0.3)  # the reader may be in the middle of a read
        filler = os.open(self.name, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            while True:
                os.write(filler, b"." * 1024)
        except BlockingIOError:
            pass
        finally:
            os.close(filler)

    def close(self) -> None:
        """Close the window."""
        if self._open:
            self._open = False
            self._reader.join(5)
            os.close(self._master)

    def end(self) -> None:
        """Leave nothing behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self.close()

    def exit_code(self, seconds: float) -> int:
        """What it ends with, soon."""
        return self.process.wait(seconds)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    def lines(self) -> list[dict[str, Any]]:
        """The journal's whole lines so far, without the header."""
        if not self.journal.exists():
            return []
        return [json.loads(line) for line in self.journal.read_text().split("\n")[1:-1]]

    def told(self, command: str) -> list[float]:
        """The session times at which a command went out."""
        return [line["t"] for line in self.lines() for word, _ in line.get("out", ()) if word == command]

    def until(self, what: Callable[[], object], seconds: float) -> float:
        """Wait for something, and say how long it took."""
        begun = monotonic()
        while not what():
            if monotonic() - begun > seconds:
                raise AssertionError(f"not within {seconds} s; it wrote {self.output[-2000:]!r}")
            sleep(0.02)
        return monotonic() - begun

    def until_running(self) -> None:
        """Wait until the belt moves in a step."""
        self.until(lambda: any(line["phase"] == "RUNNING" for line in self.lines()), 30)

    def _read(self) -> None:
        while self._open:
            if not self.reading.wait(0.1):
                continue
            try:
                if select.select([self._master], [], [], 0.1)[0]:
                    self.output += os.read(self._master, 65536)
            except OSError:
                return
