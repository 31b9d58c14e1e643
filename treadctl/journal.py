"""The journal: every input with its time, and what each step came to. Replaying the inputs gives the same steps.

One JSON object a line. The first names the session: workout, runner, lead. A thread of its own writes the rest, so that a
slow disk never holds a command back for longer than the session is willing to wait; a full disk is told, never fatal.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final, NoReturn, get_args

from treadctl.engine.engine import Engine
from treadctl.engine.records import RecordError, from_plain, to_plain
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.lines import Lines
from treadctl.workout.errors import printable
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

FORMAT: Final = 1
LONGEST_LINE: Final = 4_000_000
"""A line longer than this is not ours: the header of a thousand-segment workout stays under a tenth of it."""
LATEST_S: Final = 1e6
"""No session lasts eleven days."""
CLOSE_S: Final = 5.0
"""A disk that takes no line for this long after the last one is left alone."""


class JournalError(Exception):
    """A journal that cannot be read: file, line and why, on one line. Line 0 means the file as a whole."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        where = printable(str(path))
        super().__init__(f"{where}:{line}: {why}" if line else f"{where}: {why}")


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


def failure(now: float, inputs: list[Input], error: Exception) -> dict[str, Any]:
    """The line of a step that the engine did not survive, so that a replay can show it again."""
    return {"t": now, "in": [to_plain(word) for word in inputs], "failed": repr(error)}


def _checksum(step: Step) -> int:
    s = step.snapshot
    numbers = (
        *(s.segment_index, s.target_grade, s.target_speed, s.asked_grade, s.asked_speed, s.shown_grade, s.shown_speed, s.level),
        *(round(x, 3) for x in (s.segment_s, s.left_s, s.running_s, s.distance_m, s.decline_s, s.descent_m)),
    )
    return zlib.crc32(repr([None if n is None else float(n) for n in numbers]).encode())


class Journal:
    """Appends lines on a thread of its own; nothing that goes wrong here is raised, `trouble` says what it was."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._lines = Lines("journal", self._write)
        self._trouble = ""

    @property
    def trouble(self) -> str:
        """Why nothing more is recorded; empty while all is well."""
        return self._trouble or self._lines.trouble

    def append(self, make: Callable[[], dict[str, Any]], then: Callable[[], object] | None = None) -> None:
        """Queue the line that `make` gives; `then` is called, on another thread, when it is with the system or never will be."""
        try:
            line = json.dumps(make(), separators=(",", ":"), allow_nan=False)
        except Exception as error:  # noqa: BLE001 - what cannot be written down must not keep anybody from stopping
            self._trouble = self._trouble or f"a fault in this program: {error!r}"
        if not self._trouble:
            self._lines.put(line, then)
        elif then is not None:
            then()

    def close(self) -> None:
        """Write what is queued and close the file; a disk that does not answer is given up after CLOSE_S."""
        if not self._lines.close(CLOSE_S):
            self._trouble = self._trouble or "the disk does not answer"
            return
        try:
            self._file.close()
        except (OSError, ValueError) as error:
            self._trouble = self.trouble or str(error)

    def _write(self, line: str) -> None:
        self._file.write(line)
        self._file.flush()


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
    """What replaying a journal came to. `torn` is whether the last line was cut off, as by a power cut; `failed` what the
    engine failed with, as the recording ended or in the replay."""

    steps: int
    differences: tuple[Difference, ...]
    torn: bool
    last: Step | None
    failed: str = ""


def replay(path: Path) -> Replay:
    """Step a new engine through a recorded session; raises JournalError for what is no journal."""
    lines = _lines(path)
    first = next(lines, None)
    if first is None:
        raise JournalError(path, 0, "the file is empty")
    engine = _engine(path, first[1])
    steps, differences, torn, failed, last = 0, list[Difference](), False, "", None
    for number, plain in lines:
        if plain is None:
            torn = True
            break
        recorded = _recorded(path, number, plain)
        steps += 1
        try:
            last = engine.step(recorded.now, recorded.inputs)
            again = entry(recorded.now, recorded.inputs, last)
        except Exception as error:  # noqa: BLE001 - an engine that fails here is what a replay is there to show
            again = failure(recorded.now, recorded.inputs, error)
        differences += _compare(recorded, again)
        if "failed" in recorded.plain or "failed" in again:
            failed = str(again.get("failed", ""))
            break
    return Replay(steps, tuple(differences), torn, last, failed)


def _compare(recorded: Recorded, again: dict[str, Any]) -> Iterator[Difference]:
    for what in ("failed", "out", "say", "phase", "sum"):
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
                    yield number, json.loads(line, parse_constant=_no_number)
                except (ValueError, RecursionError) as error:
                    if number > 1 and not line.endswith("\n") and len(line) < LONGEST_LINE:
                        yield number, None
                        return
                    raise JournalError(path, number, "not a line of a journal; run it on a file that a session wrote") from error
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        raise JournalError(path, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _engine(path: Path, plain: Any) -> Engine:
    if not isinstance(plain, dict) or plain.get("journal") != FORMAT:
        raise JournalError(path, 1, f"not a journal of format {FORMAT}; run it on a file that a session wrote")
    try:
        workout, runner = from_plain(plain.get("workout")), from_plain(plain.get("runner"))
        lead = Lead[str(plain.get("lead"))]
    except (RecordError, KeyError) as error:
        raise JournalError(path, 1, f"the session's header does not fit: {error}") from error
    if not isinstance(workout, Workout) or not isinstance(runner, Profile):
        raise JournalError(path, 1, "the session's header names no workout and runner")
    return Engine(workout, runner, lead)


def _recorded(path: Path, number: int, plain: Any) -> Recorded:
    try:
        inputs, now = [from_plain(word) for word in plain["in"]], plain["t"]
    except (RecordError, KeyError, TypeError) as error:
        raise JournalError(path, number, f"not a step of a session: {error!s:.120}") from error
    if not isinstance(now, int | float) or isinstance(now, bool) or not 0 <= now <= LATEST_S:
        raise JournalError(path, number, "not a step of a session: it has no time")
    if not all(isinstance(word, get_args(Input)) for word in inputs):
        raise JournalError(path, number, "not a step of a session: it takes in what can never come in")
    return Recorded(number, float(now), inputs, plain)
