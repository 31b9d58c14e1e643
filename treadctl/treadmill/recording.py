"""Recordings of raw frames: what a device notified, with times, for people to look at and for tests to replay.

One JSON object a line. The first says what the device let us read; each other is one frame. No serial number and no address
stand in it, so that it can be shared.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from treadctl.workout.errors import printable

FORMAT: Final = 1
LONGEST_LINE: Final = 10_000
"""A value has at most 512 octets (Core Specification, Vol 3, Part F, §3.2.9) and a device offers a few dozen."""
MOST_OCTETS: Final = 512
_NUMBER: Final = re.compile("[0-9A-Fa-f]{4}|[0-9A-Fa-f]{32}", re.ASCII)
LATEST_S: Final = 1e6
"""No recording lasts eleven days."""


class RecordingError(Exception):
    """A file that cannot be read as a recording: file, line, why and what to do, on one line. Line 0 is the file as a whole."""

    def __init__(self, path: Path, line: int, why: str) -> None:
        where = printable(str(path))
        super().__init__(f"{where}:{line}: {why}" if line else f"{where}: {why}")
        self.line = line


@dataclass(frozen=True, slots=True)
class Frame:
    """One notification as it came: `at` in seconds since the recording began, the characteristic's assigned number, octets."""

    at: float
    characteristic: int
    octets: bytes


@dataclass(frozen=True, slots=True)
class Recording:
    """What one device let us read and then notified. `torn`: the file ends within a line, as after a power cut."""

    name: str
    begun: str
    offered: frozenset[int]
    values: Mapping[int, bytes]
    frames: tuple[Frame, ...] = ()
    torn: bool = False


def header(recording: Recording, version: str) -> str:
    """The first line, for a recording that has no frames yet."""
    return json.dumps(
        {
            "recording": FORMAT,
            "treadctl": version,
            "begun": recording.begun,
            "name": recording.name,
            "offered": [_hex(number) for number in sorted(recording.offered)],
            "values": {_hex(number): octets.hex(" ") for number, octets in sorted(recording.values.items())},
        },
        ensure_ascii=False,
    )


def line(frame: Frame) -> str:
    """One frame's line."""
    return json.dumps({"t": round(frame.at, 3), "from": _hex(frame.characteristic), "octets": frame.octets.hex(" ")})


def _hex(number: int) -> str:
    return f"{number:04X}" if number <= 0xFFFF else f"{number:032X}"


def is_recording(first_line: str) -> bool:
    """Whether a file that begins like this means to be a recording of raw frames."""
    try:
        plain = json.loads(first_line)
    except (ValueError, RecursionError):
        return False
    return isinstance(plain, dict) and "recording" in plain


def load(path: Path) -> Recording:
    """Read a recording; raises `RecordingError` with file and line for whatever is none."""
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except (OSError, ValueError) as error:  # a path with a NUL in it is a ValueError
        raise RecordingError(path, 0, f"cannot be read: {getattr(error, 'strerror', None) or error}") from error
    return parse(text, path)


def parse(text: str, path: Path) -> Recording:
    """The recording in this text; `path` names it in messages."""
    lines = text.split("\n")
    if not text.strip():
        raise RecordingError(path, 0, "the file is empty; treadctl record ADDRESS makes one")
    begun = _header(path, lines[0])
    frames: list[Frame] = []
    for number, words in enumerate(lines[1:], start=2):
        if not words:
            continue
        try:
            frame = _frame(words)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            if number == len(lines):
                return Recording(begun.name, begun.begun, begun.offered, begun.values, tuple(frames), torn=True)
            raise RecordingError(path, number, f"not a frame ({_why(error)}); a line is as treadctl record writes it") from error
        if frames and frame.at < frames[-1].at:
            raise RecordingError(path, number, f"{frame.at} s comes before the line above it; frames stand in order of time")
        frames.append(frame)
    return Recording(begun.name, begun.begun, begun.offered, begun.values, tuple(frames))


def _header(path: Path, words: str) -> Recording:
    try:
        plain = _json(words)
        if plain["recording"] != FORMAT:
            raise RecordingError(path, 1, f"a recording of format {plain['recording']!r:.20}; this treadctl reads {FORMAT}")
        values = {_number(number): _octets(octets) for number, octets in plain["values"].items()}
        offered = frozenset(map(_number, plain["offered"]))
        return Recording(_text(plain["name"]), _text(plain["begun"]), offered, values)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        why = f"not the first line of a recording ({_why(error)}); treadctl record ADDRESS makes one"
        raise RecordingError(path, 1, why) from error


def _frame(words: str) -> Frame:
    plain = _json(words)
    at = plain["t"]
    if isinstance(at, bool) or not isinstance(at, int | float) or not 0 <= at <= LATEST_S:
        raise ValueError("t is no time in seconds")
    return Frame(float(at), _number(plain["from"]), _octets(plain["octets"]))


def _json(words: str) -> Any:
    if len(words) > LONGEST_LINE:
        raise ValueError("the line is too long")
    return json.loads(words, parse_constant=_no_number)


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _number(text: Any) -> int:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise ValueError("a characteristic is 4 hex digits, or a vendor's own 32")
    return int(text, 16)


def _octets(text: Any) -> bytes:
    octets = bytes.fromhex(_text(text))
    if len(octets) > MOST_OCTETS:
        raise ValueError("more octets than a characteristic has")
    return octets


def _text(text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError(f"{text!r:.20} is no text")
    return text


def _why(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return "not JSON"
    return f"{error} is missing" if isinstance(error, KeyError) else f"{error!s:.60}"
