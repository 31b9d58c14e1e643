"""The runner's profile as a small TOML file. A deck that is propped up belongs to its machine, never here.

Speeds and grades are read from text or exact decimals, never from a float. Nothing but `ProfileError` leaves here.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable
from decimal import ROUND_UP, Decimal
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

from platformdirs import user_config_path
from pydantic import BaseModel, ConfigDict, PlainValidator, ValidationError

from treadctl.safety import FASTEST, HARD_STOP
from treadctl.units import LEVEL, Grade, Speed, UnitError
from treadctl.workout.errors import printable, shown
from treadctl.workout.profile import CAUTIOUS, Profile

OVERRIDE: Final = "TREADCTL_PROFILE"
"""The environment variable that names another profile file."""
MOST_BYTES: Final = 64 * 1024
_SLOWEST: Final = Speed(100)
_MPH: Final = Decimal("1.609344")


class ProfileError(Exception):
    """A profile that cannot be read or written; one line: the file, the line where known, and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        where = printable(str(path))
        super().__init__(f"{where}:{line}: {message}" if line else f"{where}: {message}")


def profile_path() -> Path:
    """Where the profile is: what TREADCTL_PROFILE names, else `profile.toml` among this platform's settings."""
    named = os.environ.get(OVERRIDE)
    return Path(named) if named else user_config_path("treadctl") / "profile.toml"


def load_profile(path: Path | None = None) -> Profile:
    """The runner's profile. Only the default file may be missing: then it is `CAUTIOUS`, and no real belt moves for it."""
    asked_for = path is not None or bool(os.environ.get(OVERRIDE))
    file = path if path is not None else profile_path()
    try:
        if not asked_for and not file.exists():
            return CAUTIOUS
        data = _read(file)
    except (OSError, ValueError) as error:
        raise ProfileError(file, 0, f"the profile cannot be read: {_why(error)}") from error
    return parse_profile(data, file)


def parse_profile(data: bytes, path: Path) -> Profile:
    """The profile in these bytes; `path` names them in messages."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ProfileError(path, line, "this is not UTF-8; save the file again as UTF-8") from error
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        found = re.search(r"at line (\d+)", str(error))
        why = " ".join(str(error).split("(at")[0].split())[:100]
        raise ProfileError(path, int(found[1]) if found else 0, f'this is not TOML: {why}; write key = "value"') from error
    try:
        said = _ProfileFile.model_validate(table)
        return said.profile()
    except ValidationError as error:
        details = error.errors(include_url=False)[0]
        key = str(details["loc"][0]) if details["loc"] else ""
        raise ProfileError(path, _line_of(text, key), _sentence(key, details)) from error
    except _Misfit as error:
        raise ProfileError(path, _line_of(text, error.key), str(error)) from error


def save_profile(profile: Profile, path: Path | None = None) -> Path:
    """Write the profile, whole or not at all, and say where. An easy pace that nobody chose is not written."""
    file = path if path is not None else profile_path()
    text = _text(profile)
    parse_profile(text.encode(), file)  # what is written can be read
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside = file.with_name(file.name + ".new")
        beside.write_text(text, encoding="utf-8")
        beside.replace(file)
    except (OSError, ValueError) as error:
        raise ProfileError(file, 0, f"the profile cannot be written: {_why(error)}") from error
    return file


# --- the door --------------------------------------------------------------------------------------------------------


class _Misfit(ValueError):
    """Two values that do not fit together; `key` is the one to look at."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _pace(value: object) -> Speed:
    if not isinstance(value, str):
        raise ValueError(f'{_echo(value)} has no unit; write it like "9 km/h", "5.6 mph" or "6:40 /km"')
    try:
        speed = Speed.parse(value)
    except UnitError as error:
        raise ValueError(f'{shown(value)} is not a pace; write it like "9 km/h", "5.6 mph" or "6:40 /km"') from error
    if not _SLOWEST <= speed <= FASTEST:
        raise ValueError(f"{shown(value)} is not between 1 and 25 km/h")
    return speed


def _ceiling(value: object) -> Grade:
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise ValueError(f"{_echo(value)} is not a grade; write it like -5 or -4.5")
    text = str(value)
    try:
        grade = Grade.parse(text)
    except UnitError as error:
        raise ValueError(f"{shown(text)} is not a grade in tenths of a percent; write it like -5 or -4.5") from error
    if not HARD_STOP <= grade <= LEVEL:
        raise ValueError(f"{shown(text)} is not between -10, the hard stop, and 0; downhill is negative")
    return grade


def _whole(low: int, high: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"{_echo(value)} is not a whole number from {low} to {high}")
        return value

    return check


def _mass(value: object) -> float:
    number = isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite()
    if not isinstance(value, int | Decimal) or not number or not 20 <= value <= 300:
        raise ValueError(f"{_echo(value)} is not a body mass between 20 and 300 kg")
    return float(value)


def _name(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or not value.isprintable() or len(value) > 60:
        raise ValueError(f"{_echo(value)} is not a name of 1 to 60 plain characters")
    return value.strip()


def _units(value: object) -> str:
    if value not in ("km/h", "mph"):
        raise ValueError(f'{_echo(value)} is not a unit; write "km/h" or "mph"')
    return str(value)


def _echo(value: object) -> str:
    if isinstance(value, str | Decimal):
        return shown(str(value))
    if isinstance(value, bool) or not isinstance(value, int):
        return f"a {type(value).__name__}"
    return shown(str(value)) if abs(value) < 10**40 else "a huge number"


class _Strict(BaseModel):
    """What every model here inherits: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class _ProfileFile(_Strict):
    name: Annotated[str, PlainValidator(_name)] = CAUTIOUS.name
    easy_pace: Annotated[Speed | None, PlainValidator(_pace)] = None
    walk_pace: Annotated[Speed | None, PlainValidator(_pace)] = None
    level_cadence: Annotated[int | None, PlainValidator(_whole(120, 220))] = None
    grade_ceiling: Annotated[Grade, PlainValidator(_ceiling)] = CAUTIOUS.ceiling
    units: Annotated[str, PlainValidator(_units)] = "km/h"
    body_mass_kg: Annotated[float | None, PlainValidator(_mass)] = None
    declines_done: Annotated[int, PlainValidator(_whole(0, 100_000))] = 0

    def profile(self) -> Profile:
        """The same as the engine uses it."""
        easy = self.easy_pace if self.easy_pace is not None else CAUTIOUS.easy
        walk = self.walk_pace if self.walk_pace is not None else min(CAUTIOUS.walk, easy)
        if walk > easy:
            raise _Misfit("walk_pace", f"walk_pace {walk} is faster than the easy pace of {easy}; mend one of them")
        return Profile(
            name=self.name,
            easy=easy,
            walk=walk,
            ceiling=self.grade_ceiling,
            level_cadence_spm=self.level_cadence,
            declines_done=self.declines_done,
            imperial=self.units == "mph",
            body_mass_kg=self.body_mass_kg,
            chosen=self.easy_pace is not None,
        )


# --- texts -----------------------------------------------------------------------------------------------------------


def _text(profile: Profile) -> str:
    unit = profile.unit
    lines = [
        "# Your own numbers. treadctl writes this file; edit it as you like.",
        f"name = {json.dumps(profile.name, ensure_ascii=False)}",
        f'easy_pace = "{_exact(profile.easy, unit)}"  # a pace at which you can talk; declines are never run faster',
        f'walk_pace = "{_exact(profile.walk, unit)}"',
        f"grade_ceiling = {str(profile.ceiling).removesuffix(' %')}  # the steepest you want to be given; never below -10",
        f'units = "{unit}"',
        f"level_cadence = {profile.level_cadence_spm}  # steps a minute, both feet, at easy pace on the level",
        f"body_mass_kg = {profile.body_mass_kg}",
        f"declines_done = {profile.declines_done}  # decline sessions so far; the first two are cued more gently",
    ]
    unsaid = {
        "easy_pace": not profile.chosen,
        "level_cadence": profile.level_cadence_spm is None,
        "body_mass_kg": profile.body_mass_kg is None,
    }
    return "".join(f"{line}\n" for line in lines if not unsaid.get(line.split(" ")[0], False))


def _exact(speed: Speed, unit: str) -> str:
    """The shortest text in the runner's unit that reads back as this very speed."""
    if unit != "mph":
        return speed.text()
    mph = Decimal(int(speed)) / 100 / _MPH
    tried = (f"{mph.quantize(Decimal(1).scaleb(-digits), ROUND_UP)} mph" for digits in range(1, 5))
    return next(text for text in tried if Speed.parse(text) == speed)


def _read(file: Path) -> bytes:
    if file.is_dir():
        raise ValueError("it is a directory")
    if file.exists() and not file.is_file():
        raise ValueError("it is not a regular file")
    with file.open("rb") as opened:
        data = opened.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"it is larger than {MOST_BYTES // 1024} KiB")
    return data


def _why(error: Exception) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _line_of(text: str, key: str) -> int:
    """The line that sets a key (tomllib keeps no lines); 0 when it is nowhere at a line's beginning."""
    sets_it = re.compile(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[=.\]]""")
    return next((number for number, line in enumerate(text.split("\n"), 1) if sets_it.match(line)), 0) if key else 0


def _sentence(key: str, details: Any) -> str:
    if details["type"] == "extra_forbidden":
        known = list(_ProfileFile.model_fields)
        close = get_close_matches(key[:60].lower(), known, n=1)
        return f"{shown(key)} is not known here; " + (f"did you mean {close[0]}?" if close else f"what is: {', '.join(known)}")
    return f"{key} {details.get('ctx', {}).get('error') or details['msg']}"
