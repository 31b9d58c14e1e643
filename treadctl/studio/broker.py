"""The embedded broker: amqtt, in a process of its own, so that no password check and no flood can hold up a belt's loop.

On loopback unless users are named; with users by password and by the table of `topics`; TLS by file. What it has kept is gone
when it ends: lanes and coach say how things are when it is back. Any MQTT 3.1.1 broker can stand in its place (docs/studio.md).
"""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Final

START_S: Final = 20.0
"""A broker that has not said where it listens by then does not start. One second is usual, some on a small computer. Ours."""
STOP_S: Final = 3.0
LISTENS: Final = "listening on port "
"""What the process says first when all is well; anything else it says first is why not."""
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


class BrokerProblem(RuntimeError):
    """The broker cannot run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BrokerOptions:
    """How the broker runs. Port 0 takes a free one. `users` is a password file;
    `studio` is whose topics they may use."""

    host: str = "127.0.0.1"
    port: int = 1883
    studio: str = "studio"
    users: str | None = None
    certificate: str | None = None
    key: str | None = None

    def __post_init__(self) -> None:
        if self.host not in LOOPBACK and self.users is None:
            raise BrokerProblem(f"a broker on {self.host} would let everybody in; name its users, or keep it on 127.0.0.1")
        if (self.certificate is None) != (self.key is None):
            raise BrokerProblem("TLS needs both a certificate and its key")
        for path in (self.users, self.certificate, self.key):
            if path is not None and not Path(path).is_file():
                raise BrokerProblem(f"there is no file {path}")


class BrokerProcess:
    """A running broker. It ends with `stop`, and by itself when the process that started it is gone."""

    def __init__(self, options: BrokerOptions) -> None:
        self.options = options
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int | None:
        """Its process, while it runs."""
        return None if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self) -> None:
        """Start it and wait until it listens; raises BrokerProblem. It blocks: from a loop, in a thread."""
        command = [sys.executable, "-m", "treadctl.studio.broker_server", json.dumps(asdict(self.options))]
        pipe, none = subprocess.PIPE, subprocess.DEVNULL
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=none, text=True, start_new_session=True)
        said = _first_line(self._process, START_S)
        if not said.startswith(LISTENS):
            self.stop()
            raise BrokerProblem(said or f"the broker did not start within {START_S:.0f} s")
        self.port = int(said.removeprefix(LISTENS))

    def stop(self) -> None:
        """End it, in bounded time."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                stream.close()


def _first_line(process: subprocess.Popen[str], within_s: float) -> str:
    """What it says first; a broker that fails says why in its last line."""
    lines: queue.Queue[str] = queue.Queue()

    def read(stream: IO[str] | None) -> None:
        lines.put(stream.readline().strip() if stream is not None else "")

    threading.Thread(target=read, args=(process.stdout,), daemon=True, name="broker-says").start()
    try:
        return lines.get(timeout=within_s)
    except queue.Empty:
        return ""
