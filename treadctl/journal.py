"""The journal: every input with its time, and what each step came to. Replaying the inputs gives the same steps.

One JSON object a line. The first names the session: workout, runner, lead. A thread of its own writes the rest, so that a
slow disk never holds a command back for longer than the session is willing to wait; a full disk is told, never fatal.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, Final

from treadctl.engine.engine import Engine
from treadctl.engine.records import RecordError, from_plain, to_plain
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

FORMAT: Final = 1
LONGEST_LINE: Final = 4_000_000
"""A line longer than this is not ours: the header of a thousand-segment workout stays under a tenth of it."""


class JournalError(Exception):
    """A journal that cannot be read: file, line and why."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        super().__init__(f"{path}:{line}: {why}")


def header(workout: Workout, runner: Profile, lead: Lead, begun: datetime, version: str) -> dict[str, Any]:
    """The first line of a journal."""
    return {
        "journal": FORMAT,
        "treadctl": version,
        "begun": begun.isoformat(timespec="seconds"),
        "workout": to_plain(workout),
        "runner": to_plain(runner),
        "lead": lead.name,
    }


def entry(now: float, inputs: list[Input], step: Step) -> dict[str, Any]:
    """One step's line: time, inputs, commands and cues in full, the rest of the snapshot as a checksum."""
    line: dict[str, Any] = {"t": now, "in": [to_plain(word) for word in inputs]}
    if step.commands:
        line["out"] = [to_plain(command) for command in step.commands]
    if step.cues:
        line["say"] = [[cue.kind.name, cue.words, cue.detail] for cue in step.cues]
    line["phase"] = step.snapshot.phase.name
    line["sum"] = _checksum(step)
    return line


def _checksum(step: Step) -> int:
    s = step.snapshot
    numbers = (
        *(s.segment_index, s.target_grade, s.target_speed, s.asked_grade, s.asked_speed, s.shown_grade, s.shown_speed, s.level),
        *(round(x, 3) for x in (s.segment_s, s.left_s, s.running_s, s.distance_m, s.decline_s, s.descent_m)),
    )
    return zlib.crc32(repr([None if n is None else float(n) for n in numbers]).encode())


class Journal:
    """Appends lines on a thread of its own. `append` never blocks; the event it returns is set when the line is with the OS."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lines: SimpleQueue[tuple[str, threading.Event] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="journal", daemon=True)
        self.trouble = ""
        self._thread.start()

    def append(self, line: dict[str, Any]) -> threading.Event:
        """Queue one line."""
        written = threading.Event()
        self._lines.put((json.dumps(line, separators=(",", ":"), allow_nan=False), written))
        return written

    def close(self) -> None:
        """Write what is queued and close the file."""
        self._lines.put(None)
        self._thread.join(timeout=5)
        try:
            self._file.close()
        except OSError as error:
            self.trouble = self.trouble or str(error)

    def _write(self) -> None:
        while (item := self._lines.get()) is not None:
            line, written = item
            try:
                self._file.write(line + "\n")
                self._file.flush()
            except (OSError, ValueError) as error:
                self.trouble = str(error)
            written.set()


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded step, as plain data."""

    line: int
    now: float
    inputs: list[Input]
    plain: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a replay differs from the recording."""

    line: int
    now: float
    what: str
    recorded: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Replay:
    """What replaying a journal came to. `torn` is whether the last line was cut off, as by a power cut."""

    steps: int
    differences: tuple[Difference, ...]
    torn: bool
    last: Step | None


def replay(path: Path) -> Replay:
    """Step a new engine through a recorded session; raises JournalError for what is no journal."""
    lines = _lines(path)
    first = next(lines, None)
    if first is None:
        raise JournalError(path, 1, "the file is empty")
    engine = _engine(path, first[1])
    steps, differences, torn, last = 0, list[Difference](), False, None
    for number, plain in lines:
        if plain is None:
            torn = True
            break
        recorded = _recorded(path, number, plain)
        last = engine.step(recorded.now, recorded.inputs)
        steps += 1
        differences += _compare(recorded, last)
    return Replay(steps, tuple(differences), torn, last)


def _compare(recorded: Recorded, step: Step) -> Iterator[Difference]:
    again = entry(recorded.now, recorded.inputs, step)
    for what in ("out", "say", "phase", "sum"):
        was, now_is = recorded.plain.get(what), again.get(what)
        if was != now_is:
            yield Difference(recorded.line, recorded.now, what, json.dumps(was), json.dumps(now_is))


def _lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Numbered lines as plain data; None for a last line that was cut off."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            number = 0
            while line := file.readline(LONGEST_LINE):
                number += 1
                try:
                    yield number, json.loads(line)
                except (ValueError, RecursionError) as error:
                    if number > 1 and not line.endswith("\n"):
                        yield number, None
                        return
                    raise JournalError(path, number, "not a line of a journal; run it on a file that a session wrote") from error
    except OSError as error:
        raise JournalError(path, 0, f"cannot be read: {error.strerror or error}") from error


def _engine(path: Path, plain: Any) -> Engine:
    if not isinstance(plain, dict) or plain.get("journal") != FORMAT:
        raise JournalError(path, 1, f"not a journal of format {FORMAT}")
    try:
        workout, runner = from_plain(plain.get("workout")), from_plain(plain.get("runner"))
        lead = Lead[plain.get("lead", "")]
    except (RecordError, KeyError) as error:
        raise JournalError(path, 1, f"the session's header does not fit: {error}") from error
    if not isinstance(workout, Workout) or not isinstance(runner, Profile):
        raise JournalError(path, 1, "the session's header names no workout and runner")
    return Engine(workout, runner, lead)


def _recorded(path: Path, number: int, plain: Any) -> Recorded:
    try:
        inputs = [from_plain(word) for word in plain["in"]]
        now = float(plain["t"])
    except (RecordError, KeyError, TypeError, ValueError) as error:
        raise JournalError(path, number, f"not a step of a session: {error}") from error
    return Recorded(number, now, inputs, plain)
