"""The runner's profile as a small TOML file. A deck that is propped up belongs to its machine, never here.

Speeds and grades are read from text or exact decimals, never from a float. Nothing but `ProfileError` leaves here.
Checked by hand: nearly every command reads a profile, and pydantic alone would take half of `treadctl next`'s time.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from decimal import ROUND_UP, Decimal
from pathlib import Path
from typing import Any, Final

from platformdirs import user_config_path

from treadctl.safety import FASTEST, HARD_STOP
from treadctl.units import LEVEL, Grade, Speed, UnitError
from treadctl.workout.errors import printable, shown
from treadctl.workout.profile import CAUTIOUS, LEAST_STEPS, MOST_STEPS, LevelSteps, Profile
from treadctl.workout.whole_file import write_whole

OVERRIDE: Final = "TREADCTL_PROFILE"
"""The environment variable that names another profile file."""
MOST_BYTES: Final = 64 * 1024
_SLOWEST: Final = Speed(100)
_MPH: Final = Decimal("1.609344")
_MOST_BANDS: Final = 50
_LONGEST_S: Final = 24 * 3600


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
        return _profile(_checked(table))
    except _Misfit as error:
        raise ProfileError(path, _line_of(text, error.key), str(error)) from error


def save_profile(profile: Profile, path: Path | None = None) -> Path:
    """Write the profile, whole or not at all, and say where. An easy pace that nobody chose is not written."""
    file = path if path is not None else profile_path()
    text = _text(profile)
    parse_profile(text.encode(), file)  # what is written can be read
    try:
        write_whole(file, text)
    except (OSError, ValueError) as error:
        raise ProfileError(file, 0, f"the profile cannot be written: {_why(error)}") from error
    return file


# --- the door --------------------------------------------------------------------------------------------------------


class _Misfit(ValueError):
    """A value that is none, or does not fit to another; `key` is the one to look at."""

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


def _focus(value: object) -> str:
    from treadctl.workout import words  # only whoever works on something needs it

    if not isinstance(value, str):
        raise ValueError(f'{_echo(value)} is not a form cue; write it like "arms-low"')
    return words.focus(value)


def _yes(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{_echo(value)} is not true or false")
    return value


def _level_steps(value: object) -> tuple[LevelSteps, ...]:
    if not isinstance(value, list) or len(value) > _MOST_BANDS:
        raise ValueError(f"{_echo(value)} is not a list of at most {_MOST_BANDS} measured step rates")
    bands = tuple(_band(one) for one in value)
    speeds = [band.speed for band in bands]
    if speeds != sorted(set(speeds)):
        raise ValueError("names each speed once, the slowest first")
    return bands


def _band(value: object) -> LevelSteps:
    if not isinstance(value, dict) or set(value) != {"speed", "steps", "seconds"}:
        raise ValueError('has entries like { speed = "9 km/h", steps = 163.5, seconds = 600 }')
    speed, seconds, steps = _pace(value["speed"]), _whole(1, _LONGEST_S)(value["seconds"]), value["steps"]
    is_number = isinstance(steps, int | Decimal) and not isinstance(steps, bool)
    if not is_number or not Decimal(steps).is_finite() or not LEAST_STEPS <= steps <= MOST_STEPS:
        raise ValueError(f"{_echo(steps)} is not a step rate between {LEAST_STEPS} and {MOST_STEPS}")
    return LevelSteps(speed, round(float(steps), 1), seconds)


def _echo(value: object) -> str:
    if isinstance(value, str | Decimal):
        return shown(str(value))
    if isinstance(value, bool) or not isinstance(value, int):
        return f"a {type(value).__name__}"
    return shown(str(value)) if abs(value) < 10**40 else "a huge number"


_KEYS: Final[Mapping[str, Callable[[object], Any]]] = {
    "name": _name,
    "easy_pace": _pace,
    "walk_pace": _pace,
    "level_cadence": _whole(120, 220),
    "grade_ceiling": _ceiling,
    "units": _units,
    "body_mass_kg": _mass,
    "declines_done": _whole(0, 100_000),
    "focus": _focus,
    "diagonal_feet": _yes,
    "level_steps": _level_steps,
}
"""What a file may say; a key that is not here is an error."""


def _checked(table: Mapping[str, object]) -> dict[str, Any]:
    said = {}
    for key, check in _KEYS.items():
        if key in table:
            try:
                said[key] = check(table[key])
            except ValueError as error:
                raise _Misfit(key, f"{key} {error}") from error
    for key in table:
        if key not in _KEYS:
            from difflib import get_close_matches  # only a slip of the pen needs it

            close = get_close_matches(key[:60].lower(), _KEYS, n=1)
            advice = f"did you mean {close[0]}?" if close else f"what is: {', '.join(_KEYS)}"
            raise _Misfit(key, f"{shown(key)} is not known here; {advice}")
    return said


def _profile(said: Mapping[str, Any]) -> Profile:
    """The same as the engine uses it."""
    easy = said.get("easy_pace", CAUTIOUS.easy)
    walk = said.get("walk_pace", min(CAUTIOUS.walk, easy))
    if walk > easy:
        raise _Misfit("walk_pace", f"walk_pace {walk} is faster than the easy pace of {easy}; mend one of them")
    return Profile(
        name=said.get("name", CAUTIOUS.name),
        easy=easy,
        walk=walk,
        ceiling=said.get("grade_ceiling", CAUTIOUS.ceiling),
        level_cadence_spm=said.get("level_cadence"),
        declines_done=said.get("declines_done", 0),
        imperial=said.get("units") == "mph",
        body_mass_kg=said.get("body_mass_kg"),
        chosen="easy_pace" in said,
        level_steps=said.get("level_steps", ()),
        focus=said.get("focus", ""),
        diagonal_feet=said.get("diagonal_feet", False),
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
        f'focus = "{profile.focus}"  # the form cue you work on, before any workout\'s own',
        "diagonal_feet = true  # the advanced cue for the steep; on a narrow belt it can trip you",
        _bands(profile.level_steps),
    ]
    unsaid = {
        "easy_pace": not profile.chosen,
        "level_cadence": profile.level_cadence_spm is None,
        "body_mass_kg": profile.body_mass_kg is None,
        "focus": not profile.focus,
        "diagonal_feet": not profile.diagonal_feet,
        "level_steps": not profile.level_steps,
    }
    return "".join(f"{line}\n" for line in lines if not unsaid.get(line.split(" ")[0], False))


def _bands(measured: tuple[LevelSteps, ...]) -> str:
    """Always in km/h, which say a speed exactly: people read this, and the foot pod writes it."""
    rows = (f'  {{ speed = "{band.speed.text()}", steps = {band.steps}, seconds = {band.seconds} }},' for band in measured)
    return "\n".join(("level_steps = [  # steps a minute on the level, by your foot pod", *rows, "]"))


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
