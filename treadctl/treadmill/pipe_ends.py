"""The two ends of a pipe between a session and its guardian, on the loop itself: no thread lies between a decision and its bytes.

Neither end ever waits for the other; lines stay whole and in order. Where a loop can't wait for pipes (Windows) threads do, here
and nowhere else. Everything is called from the loop's thread, and calls back on it.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import threading
from collections.abc import Callable
from io import BufferedReader, FileIO
from queue import SimpleQueue
from typing import Final, Protocol

AT_ONCE: Final = 65536
"""Octets of one read: what a pipe holds on Linux."""

_loop_waits_for_pipes = sys.platform != "win32"


class Mouth(Protocol):
    """Puts lines into a pipe. When nobody reads any more they are dropped: whoever listens at the pipe back hears of that."""

    def put(self, line: str) -> None:
        """One line, behind those before it; never waits."""

    def close(self, within_s: float = 0.0) -> None:
        """End the pipe. What does not fit by now is dropped; a thread that still writes is waited for so long."""


class Ear(Protocol):
    """Hears the lines of a pipe, and its end."""

    def close(self) -> None:
        """Hear nothing more."""


def mouth(pipe: FileIO) -> Mouth:
    """A mouth at a pipe, which is its own from here on."""
    return _Mouth(pipe) if _loop_waits_for_pipes else _MouthThread(pipe)


def ear(pipe: FileIO, hear: Callable[[str], object], ended: Callable[[], object]) -> Ear:
    """An ear at a pipe, which is its own from here on."""
    return _Ear(pipe, hear, ended) if _loop_waits_for_pipes else _EarThread(pipe, hear, ended)


class _Mouth:
    def __init__(self, pipe: FileIO) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._pipe = pipe
        self._loop = asyncio.get_running_loop()
        self._waiting = bytearray()

    def put(self, line: str) -> None:
        if self._pipe.closed:
            return
        waited = bool(self._waiting)
        self._waiting += line.encode() + b"\n"
        if not waited:
            self._write()
            if self._waiting:
                self._loop.add_writer(self._pipe.fileno(), self._go_on)

    def close(self, within_s: float = 0.0) -> None:
        if not self._pipe.closed:
            self._loop.remove_writer(self._pipe.fileno())
            self._pipe.close()

    def _go_on(self) -> None:
        self._write()
        if not self._waiting:
            self._loop.remove_writer(self._pipe.fileno())

    def _write(self) -> None:
        try:
            del self._waiting[: os.write(self._pipe.fileno(), self._waiting)]
        except BlockingIOError:
            pass  # it is full; the loop tells when there is room
        except OSError:
            self._waiting.clear()


class _Ear:
    def __init__(self, pipe: FileIO, hear: Callable[[str], object], ended: Callable[[], object]) -> None:
        os.set_blocking(pipe.fileno(), False)
        self._pipe, self._hear, self._ended = pipe, hear, ended
        self._begun = b""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(pipe.fileno(), self._read)

    def close(self) -> None:
        if not self._pipe.closed:
            self._loop.remove_reader(self._pipe.fileno())
            self._pipe.close()

    def _read(self) -> None:
        try:
            octets = os.read(self._pipe.fileno(), AT_ONCE)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        *lines, self._begun = (self._begun + octets).split(b"\n")
        for line in lines:
            self._take(line)
        if not octets:
            self.close()
            self._ended()

    def _take(self, line: bytes) -> None:
        try:
            self._hear(line.decode("utf-8", "replace"))
        except Exception as error:  # noqa: BLE001 - a line that meets a fault of ours does not take along those behind it
            self._loop.call_exception_handler({"message": "a line from the pipe was not taken", "exception": error})


class _MouthThread:
    def __init__(self, pipe: FileIO) -> None:
        self._pipe = pipe
        self._waiting: SimpleQueue[bytes | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="into the pipe", daemon=True)
        self._thread.start()

    def put(self, line: str) -> None:
        self._waiting.put(line.encode() + b"\n")

    def close(self, within_s: float = 0.0) -> None:
        self._waiting.put(None)
        self._thread.join(within_s)

    def _run(self) -> None:
        with contextlib.suppress(OSError), self._pipe:
            while (octets := self._waiting.get()) is not None:
                while octets:
                    octets = octets[os.write(self._pipe.fileno(), octets) :]


class _EarThread:
    def __init__(self, pipe: FileIO, hear: Callable[[str], object], ended: Callable[[], object]) -> None:
        self._hear, self._ended = hear, ended
        self._listens = True
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, args=(pipe,), name="out of the pipe", daemon=True).start()

    def close(self) -> None:
        """Nothing ends a read on Windows but the pipe's end; until then its lines are nobody's."""
        self._listens = False

    def _run(self, pipe: FileIO) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended, and so has whoever wanted to hear this
            with contextlib.suppress(OSError, ValueError), BufferedReader(pipe) as lines:
                for line in lines:
                    self._loop.call_soon_threadsafe(self._take, line)
            self._loop.call_soon_threadsafe(self._end)

    def _take(self, line: bytes) -> None:
        if self._listens and line.endswith(b"\n"):
            self._hear(line[:-1].decode("utf-8", "replace"))

    def _end(self) -> None:
        if self._listens:
            self._ended()
