"""What a runner has: which treadmill is theirs, which sensors they wear, and how a session may sound. One small YAML file.

How a treadmill stands on the floor is not here but in that treadmill's own file (`treadctl.treadmill.own`).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final

from platformdirs import user_config_path
from pydantic import PlainValidator

from treadctl.audio.speech import FASTEST_WPM, SLOWEST_WPM, WORDS_PER_MIN
from treadctl.cli.errors import BadInput
from treadctl.cli.sound import LOUDNESS, VOICES
from treadctl.treadmill.profile_file import MachineFileError, Strict, Text, checked, one_of, read_bytes, text_of, yes
from treadctl.workout.errors import shown
from treadctl.workout.whole_file import write_whole

LOUDEST: Final = 100
"""Percent."""
_HEAD: Final = "# Your treadmill and what you wear. treadctl setup writes this file; edit it as you like, or delete it.\n"


@dataclass(frozen=True, slots=True)
class Gear:
    """Addresses are those of `treadctl scan`; empty, or None: nobody said, so what needs it uses its own default."""

    treadmill: str = ""
    name: str = ""
    """What that treadmill calls itself."""
    seen: datetime | None = None
    """When it was last heard or run on."""
    foot_pod: str = ""
    heart: str = ""
    voice: str = ""
    volume: int | None = None
    rate: int | None = None
    """Words a minute."""
    metronome: bool | None = None


def gear_path() -> Path:
    """Where it is kept, on this platform."""
    return user_config_path("treadctl") / "gear.yaml"


def load_gear(path: Path | None = None) -> Gear:
    """What was written down; a file that is not there says nothing. Raises MachineFileError, with file and line."""
    file = path if path is not None else gear_path()
    return parse_gear(read_bytes(file), file) if file.exists() else Gear()


def parse_gear(data: bytes, path: Path) -> Gear:
    """What these bytes say; `path` names them in messages."""
    if all(not line.strip() or line.lstrip().startswith(b"#") for line in data.splitlines()):
        return Gear()
    said = checked(_GearFile, data, path)
    sound = said.voice or "", said.volume, said.rate, said.metronome
    return Gear(said.treadmill, said.name, said.seen, said.foot_pod, said.heart, *sound)


def my_gear() -> Gear:
    """What was written down on this computer; BadInput where it can't be read."""
    try:
        return load_gear()
    except MachineFileError as error:
        raise BadInput(str(error)) from error


def kept_sound(volume: int | None, rate: int | None) -> tuple[int, int]:
    """Volume (percent) and rate (words a minute): as asked for now, else as they are kept, else as they come."""
    gear = my_gear()
    loud = volume if volume is not None else gear.volume if gear.volume is not None else LOUDNESS
    return loud, rate if rate is not None else gear.rate if gear.rate is not None else WORDS_PER_MIN


def save_gear(gear: Gear, path: Path | None = None) -> Path:
    """Write it down, whole or not at all, and say where."""
    file = path if path is not None else gear_path()
    text = _text(gear)
    parse_gear(text.encode(), file)  # what is written can be read
    try:
        write_whole(file, text)
    except (OSError, ValueError) as error:
        raise MachineFileError(file, 0, f"it cannot be written: {getattr(error, 'strerror', None) or error}") from error
    return file


def _whole(least: int, most: int) -> PlainValidator:
    def number(value: object) -> int:
        text = text_of(value)
        if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
            raise ValueError(f"{shown(text)} is not a whole number from {least} to {most}")
        return int(text)

    return PlainValidator(number)


def _moment(value: object) -> datetime:
    text = text_of(value)
    try:
        return datetime.fromisoformat(text).astimezone()
    except ValueError as error:
        raise ValueError(f"{shown(text)} is no date; write it like 2026-11-22 18:30") from error


class _GearFile(Strict):
    treadmill: Text = ""
    name: Text = ""
    seen: Annotated[datetime | None, PlainValidator(_moment)] = None
    foot_pod: Text = ""
    heart: Text = ""
    voice: Annotated[str | None, one_of({voice: voice for voice in VOICES})] = None
    volume: Annotated[int | None, _whole(0, LOUDEST)] = None
    rate: Annotated[int | None, _whole(SLOWEST_WPM, FASTEST_WPM)] = None
    metronome: Annotated[bool | None, PlainValidator(yes)] = None


def _text(gear: Gear) -> str:
    """Every key that says something, with what it means."""
    lines = [
        ("treadmill", _quoted(gear.treadmill), "the Bluetooth address of your own"),
        ("name", _quoted(gear.name), "what it calls itself"),
        ("seen", f"{gear.seen:%Y-%m-%d %H:%M%z}" if gear.seen else "", "when it was last heard or run on"),
        ("foot pod", _quoted(gear.foot_pod), "its Bluetooth address"),
        ("heart", _quoted(gear.heart), "the heart-rate strap's"),
        ("voice", gear.voice, f"one of {', '.join(VOICES)}"),
        ("volume", "" if gear.volume is None else str(gear.volume), "0 to 100, of voice and metronome"),
        ("rate", "" if gear.rate is None else str(gear.rate), f"words a minute, {SLOWEST_WPM} to {FASTEST_WPM}"),
        ("metronome", {None: "", True: "yes", False: "no"}[gear.metronome], "a beat for the feet on declines"),
    ]
    return _HEAD + "".join(f"{key}: {value}  # {meaning}\n" for key, value, meaning in lines if value)


def _quoted(text: str) -> str:
    """In double quotes: JSON's are YAML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False) if text.strip() else ""
