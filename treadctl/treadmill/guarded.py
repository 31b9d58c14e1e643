"""The session's end of a guardian: a `Wire` whose link, gate and radio live in another process.

Not asyncio's own subprocess, whose transport kills the child when the loop goes away: this child is there for just that case.
What a guardian that is frozen does not read waits in `pipe_ends`, and holds nobody up.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import IO, Any, Final

from treadctl.clock import Clock
from treadctl.engine.records import RecordError
from treadctl.engine.words import Disconnected, Input, Machine, Odd
from treadctl.safety import Command
from treadctl.treadmill import pipe
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.pipe_ends import Ear, Mouth, ear, mouth

BEAT_S: Final = 0.2
"""At most this often the guardian is told that we live; six of these could be lost before it worries."""
READY_WITHIN_S: Final = 60.0
"""A guardian that does not say by then that it watches never will: to start one takes half a second, on a small computer with
several lanes a hundred times as long. Whoever watched before goes on meanwhile."""
GOES_S: Final = 8.0
"""So long a guardian that was told to let go may take: closing a link takes up to 5 s. After that it is ended."""
LONGEST_RECORD: Final = 1_000_000
"""Octets of the guardians' file; a longer one is put aside, in place of the one before it."""
DIED: Final = "the guardian process has ended: nothing holds the treadmill any more"


class Guarded:
    """One connection through a guardian of its own. `command` starts it; what it records goes to `record`."""

    def __init__(
        self, command: Sequence[str], clock: Clock, deliver: Callable[[Input], None], record: Path | None = None
    ) -> None:
        self._command = command
        self._clock = clock
        self._deliver = deliver
        self._record = record
        self._process: subprocess.Popen[bytes] | None = None
        self._down: Mouth | None = None
        self._up: Ear | None = None
        self._opened: asyncio.Future[Machine] | None = None
        self._over = asyncio.Event()
        self._ready = asyncio.Event()
        self._belt_may_move = False
        self._told_at = float("-inf")
        self._linked = False
        self._left_to_it = False

    async def stand_by(self, address: str) -> None:
        """Start the guardian. From its "ready" on it watches over the belt: what is in its pipe it will read, even if we are
        gone. Raises LinkError where it does not come to that, or has ended since."""
        process = self._process or self._start(address)
        try:
            async with asyncio.timeout(READY_WITHIN_S):
                await self._ready.wait()
        except TimeoutError:
            process.kill()  # before it watches over anything, or takes our going for the session's end
            raise LinkError(Trouble.NO_GUARDIAN, f"it did not get ready within {READY_WITHIN_S:g} s") from None
        if self._over.is_set():
            raise LinkError(Trouble.NO_GUARDIAN, self._see_record())

    def _start(self, address: str) -> subprocess.Popen[bytes]:
        self._opened = asyncio.get_running_loop().create_future()
        try:
            with _appended(self._record) as errors:
                self._process = process = start_apart([*self._command, address], errors)
        except OSError as error:
            raise LinkError(Trouble.NO_GUARDIAN, str(error)) from error
        if not isinstance(process.stdin, FileIO) or not isinstance(process.stdout, FileIO):
            raise RuntimeError("a guardian without pipes")
        self._down = mouth(process.stdin)
        self._tell(pipe.said(pipe.ALIVE, self._belt_may_move))  # there before it looks: an empty pipe has room for that
        self._up = ear(process.stdout, self._hear, self._end)
        return process

    async def open(self, address: str) -> Machine:
        """Have the guardian connect; raises LinkError. Its command names the treadmill."""
        await self.stand_by(address)
        self._tell(pipe.said(pipe.CONNECT))
        if self._opened is None:
            raise RuntimeError("a guardian that nobody started")
        return await self._opened

    def offer(self, command: Command) -> None:
        """Hand a command to the guardian's link."""
        self._tell(pipe.offer(command))

    def alive(self, belt_may_move: bool) -> None:
        """Say that the session lives, and whether the belt may be moving because of it: at once when that changes."""
        now = self._clock.now()
        if belt_may_move != self._belt_may_move or now - self._told_at >= BEAT_S:
            self._belt_may_move, self._told_at = belt_may_move, now
            self._tell(pipe.said(pipe.ALIVE, belt_may_move))

    async def run(self) -> None:
        """Until the guardian has ended; what it hears is delivered meanwhile."""
        await self._over.wait()

    async def close(self) -> None:
        """Let go of the treadmill; or, where its belt may still be moving, leave that to the guardian. Never raises.

        A guardian is ended by force only when it was told to let go, and never while it stops a belt.
        """
        process, self._process, self._linked = self._process, None, False
        if self._opened is not None:
            self._opened.cancel()
        if process is None or self._down is None or self._up is None:
            return
        if not self._belt_may_move:
            self._tell(pipe.said(pipe.CLOSE))
        self._down.close()
        await asyncio.to_thread(self._part_from, process)
        self._up.close()

    def _part_from(self, process: subprocess.Popen[bytes]) -> None:
        """In a thread: wait for a guardian that has nothing left to do."""
        if (self._belt_may_move or self._left_to_it) and process.poll() is None:
            threading.Thread(target=process.wait, name="the guardian's end", daemon=True).start()  # it stays for a Stop
            return
        try:
            process.wait(GOES_S)
        except subprocess.TimeoutExpired:
            if not self._left_to_it:
                process.kill()
                process.wait()

    def _tell(self, line: str) -> None:
        if self._down is not None:
            self._down.put(line)

    def _hear(self, line: str) -> None:
        try:
            self._take(*pipe.heard(line))
        except RecordError as error:
            self._deliver(Odd(f"the guardian is not understood: {error}"))

    def _take(self, name: str, what: list[Any]) -> None:
        if name == pipe.READY:
            self._ready.set()
        elif name == pipe.IN:
            happened: Input = pipe.word(what)
            if isinstance(happened, Disconnected):
                self._lose(happened.why)
            else:
                self._deliver(happened)
        elif name == pipe.MACHINE:
            self._linked = True
            self._settle(pipe.word(what))
        elif name == pipe.FAILED:
            self._settle(pipe.link_error(what))
        elif name == pipe.STOPS:
            self._left_to_it = True
            self._lose(f"the guardian stops the belt: {' '.join(map(str, what))}")
        elif name == pipe.BROKE:
            self._settle(RuntimeError(" ".join(map(str, what))))

    def _settle(self, result: Machine | Exception) -> None:
        if self._opened is None or self._opened.done():
            return
        if isinstance(result, Exception):
            self._opened.set_exception(result)
        else:
            self._opened.set_result(result)

    def _end(self) -> None:
        self._lose(DIED)
        self._settle(LinkError(Trouble.NO_GUARDIAN, self._see_record()))
        self._over.set()
        self._ready.set()  # nobody has to wait for that any more

    def _see_record(self) -> str:
        return f"see {self._record}" if self._record is not None else ""

    def _lose(self, why: str) -> None:
        """Told once: what comes after it comes from a treadmill that we no longer steer."""
        if self._linked:
            self._linked = False
            self._deliver(Disconnected(why))


def start_apart(command: Sequence[str], errors: IO[str] | int) -> subprocess.Popen[bytes]:
    """A process in a session of its own: what a terminal sends to ours (Ctrl+C, its closing) does not reach it."""
    apart: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        apart = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, bufsize=0, **apart)


@contextlib.contextmanager
def _appended(path: Path | None) -> Iterator[IO[str] | int]:
    """The file that guardians record in, or nowhere."""
    try:
        if path is None:
            raise OSError
        path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(OSError):  # there is none yet; or another guardian's writing in it forbids that, on Windows
            if path.stat().st_size > LONGEST_RECORD:
                path.replace(path.with_suffix(".before.log"))
        file = path.open("a", encoding="utf-8")
    except OSError:
        yield subprocess.DEVNULL  # a record that can't be kept keeps nobody from running
        return
    with file:
        yield file
