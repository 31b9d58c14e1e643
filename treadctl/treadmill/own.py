"""What is known of one treadmill and no other: how it stands on the floor, and what a walk of its deck has shown.

One YAML file a treadmill, kept by its address. It overrides the profile of its model; the deck's offset is nowhere else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from pydantic import PlainValidator

from treadctl.safety import SpeedUnit
from treadctl.treadmill.own_files import own_folder as own_folder
from treadctl.treadmill.own_files import own_path as own_path
from treadctl.treadmill.profile_file import (
    UNITS,
    MachineFileError,
    Strict,
    checked,
    one_of,
    percent,
    read_folder,
    step_of,
    text_of,
    yes,
)
from treadctl.units import LEVEL, Grade
from treadctl.workout.errors import shown
from treadctl.workout.whole_file import write_whole

FARTHEST_PROPPED: Final = 250
"""0.1 %: no block under a deck tilts it further; past this every command would be out of the limits anyway. Ours."""

_ADDRESS: Final = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
"""A Bluetooth address, or the UUID that macOS gives in its place: whatever else becomes a file name may become another's."""
_UNIT_WORDS: Final = {unit: word for word, unit in UNITS.items()}


@dataclass(frozen=True, slots=True)
class OwnTreadmill:
    """One treadmill. `offset` is what its stand adds to its own count of grade (negative: rear feet raised)."""

    address: str
    name: str = ""
    offset: Grade = LEVEL
    proven: bool | None = None
    """Whether somebody saw it go down on a negative target (True) or do something else (False); None: as its profile says."""
    speed_unit: SpeedUnit | None = None
    """What it counts speed targets in; None: as its profile says."""
    deck_rate: int | None = None
    """0.1 % per s, measured on it; None: as its profile says."""
    note: str = ""
    speed_told: SpeedUnit | None = None
    """What it tells its speed in; None: km/h, and nobody has compared it with the console."""

    def __post_init__(self) -> None:
        if not self.address.strip():
            raise ValueError("a treadmill is known by its address")
        if abs(self.offset) > FARTHEST_PROPPED:
            raise ValueError(f"{self.offset} is more than any block under a deck adds")


def load_own(folder: Path, address: str) -> OwnTreadmill | None:
    """What is known of the treadmill at this address; None where nothing is."""
    return by_address(all_own(folder), address)


def all_own(folder: Path) -> tuple[OwnTreadmill, ...]:
    """All treadmills that something is known of, each from the one file that is called after it."""
    return tuple(_only_one(parse_own(data, path), path) for path, data in read_folder(folder))


def by_address(owned: Iterable[OwnTreadmill], address: str) -> OwnTreadmill | None:
    """The one at this address, however it is written; None where there is none."""
    wanted = own_path(Path(), address)
    return next((own for own in owned if own_path(Path(), own.address) == wanted), None)


def _only_one(own: OwnTreadmill, path: Path) -> OwnTreadmill:
    """A second file of the same treadmill, an old copy say, would speak against the first."""
    named = own_path(path.parent, own.address)
    if named.name == path.name:
        return own
    is_second = named.exists() and not named.samefile(path)
    mend = f"there is also {named.name}: delete one of them" if is_second else f"rename it to {named.name}"
    raise MachineFileError(path, 0, f"it is of the treadmill at {own.address}, and not called after it; {mend}")


def save_own(folder: Path, own: OwnTreadmill) -> Path:
    """Write it down, whole or not at all, and say where."""
    path = own_path(folder, own.address)
    text = _text(own)
    parse_own(text.encode(), path)  # what is written can be read
    try:
        write_whole(path, text)
    except (OSError, ValueError) as error:
        raise MachineFileError(path, 0, f"it cannot be written: {getattr(error, 'strerror', None) or error}") from error
    return path


def parse_own(data: bytes, path: Path) -> OwnTreadmill:
    """What these bytes say; `path` names them in messages."""
    said = checked(_OwnFile, data, path)
    unit, told = said.speed_unit, said.speed_told
    return OwnTreadmill(said.address, said.name, said.offset, said.proven, unit, said.deck_rate, said.note, told)


def _propped(value: object) -> Grade:
    offset = percent(value)
    if abs(offset) > FARTHEST_PROPPED:
        raise ValueError(f"{offset} is more than any block under a deck adds")
    return offset


def _address(value: object) -> str:
    text = text_of(value)
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{shown(text)} is no address of a treadmill, like D4:3B:1A:00:99:07; treadctl scan lists them")
    return text


class _OwnFile(Strict):
    address: Annotated[str, PlainValidator(_address)]
    name: Annotated[str, PlainValidator(text_of)] = ""
    offset: Annotated[Grade, PlainValidator(_propped)] = LEVEL
    proven: Annotated[bool | None, PlainValidator(yes)] = None
    speed_unit: Annotated[SpeedUnit | None, one_of(UNITS)] = None
    speed_told: Annotated[SpeedUnit | None, one_of(UNITS)] = None
    deck_rate: Annotated[int | None, PlainValidator(step_of)] = None
    note: Annotated[str, PlainValidator(text_of)] = ""


def _text(own: OwnTreadmill) -> str:
    lines = [
        "# One treadmill. treadctl writes this file; edit it as you like.",
        f"address: {_quoted(own.address)}",
        f"offset: {str(own.offset).removesuffix(' %')}  # what its stand adds, in %: negative where the rear feet are raised",
    ]
    if own.proven is not None:
        lines.append(f"proven: {'yes' if own.proven else 'no'}  # whether its deck was seen to go down when told to")
    if own.name:
        lines.insert(2, f"name: {_quoted(own.name)}")
    if own.speed_unit is not None:
        lines.append(f"speed unit: {_UNIT_WORDS[own.speed_unit]}  # what it counts speed targets in")
    if own.speed_told is not None:
        lines.append(f"speed told: {_UNIT_WORDS[own.speed_told]}  # what it tells its speed in, as compared with its console")
    if own.deck_rate is not None:
        lines.append(f"deck rate: {own.deck_rate / 10:g}  # % per second, measured")
    if own.note:
        lines.append(f"note: {_quoted(own.note)}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(text: str) -> str:
    """In double quotes: JSON's are YAML's."""
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
