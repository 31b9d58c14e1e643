"""Machine profiles as files: one YAML file a model, shipped or a person's own, checked line by line.

Every quirk is an item of its own with its `source`. Nothing but `MachineFileError` leaves here, whatever the bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

from platformdirs import user_config_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainValidator, ValidationError, model_validator

from treadctl.safety import FASTEST, HARD_STOP, HIGHEST, SpeedUnit, Unlock
from treadctl.treadmill.profile import Answers, MachineProfile, Manner, Match, UnlockWhen
from treadctl.units import LEVEL, Grade, Speed, UnitError
from treadctl.workout.errors import printable, shown
from treadctl.workout.yaml_lines import MOST_BYTES, Node, Unreadable, read_tree

MOST_FILES: Final = 500
"""Files of a folder that are read; somebody's whole disk is no folder of profiles."""
PROVING: Final = 4
"""Characters that a name begins with, before any wildcard, in a profile which says that such decks go down. Ours."""
READBACK_OFF_BY: Final = Grade(60)
"""A readback is put right by at most this, up or down: the furthest that one was met off (QZ#5113)."""

UNLOCKS: Final = {"kingsmith mc21": Unlock.KINGSMITH_MC21, "ypoo mini pro": Unlock.YPOO_MINI_PRO}
UNITS: Final = {"km/h": SpeedUnit.KMH, "mph": SpeedUnit.MPH}


class MachineFileError(Exception):
    """A file about machines that cannot be read or written; one line: the file, the line where known, and what to do."""

    def __init__(self, path: Path, line: int, message: str) -> None:
        self.path = path
        self.line = line
        self.message = message
        where = printable(str(path))
        super().__init__(f"{where}:{line}: {message}" if line else f"{where}: {message}")


class Strict(BaseModel):
    """What every model here inherits: a key that is not known is an error, and a key is written with spaces."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, arbitrary_types_allowed=True, alias_generator=lambda n: n.replace("_", " ")
    )


M = TypeVar("M", bound=Strict)


def own_profiles_folder() -> Path:
    """Where a person's own profiles are, on this platform."""
    return user_config_path("treadctl") / "machines"


@cache
def shipped() -> tuple[MachineProfile, ...]:
    """The profiles that come along."""
    return load_profiles(_shipped_folder(), shipped=True)


@cache
def shipped_one(name: str) -> MachineProfile:
    """One of them, by the name of its file."""
    path = _shipped_folder() / f"{name}.yaml"
    return parse_machine(path.read_bytes(), path, shipped=True)


def load_profiles(folder: Path, *, shipped: bool = False) -> tuple[MachineProfile, ...]:
    """All profiles of a folder, by file name; one that is not there has none."""
    return tuple(parse_machine(data, path, shipped=shipped) for path, data in read_folder(folder))


def parse_machine(data: bytes, path: Path, *, shipped: bool = False) -> MachineProfile:
    """The profile in these bytes; `path` names them in messages."""
    return _profile(checked(_MachineFile if shipped else _OwnMachineFile, data, path), shipped)


# --- how files are read ----------------------------------------------------------------------------------------------


def read_folder(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """Each YAML file of a folder, by name; none is passed over without a word, for it may hold a limit."""
    try:
        paths = sorted(p for p in folder.iterdir() if p.suffix.lower() in (".yaml", ".yml") and not p.is_dir())
    except FileNotFoundError:
        return
    except OSError as error:
        raise MachineFileError(folder, 0, f"this folder cannot be read: {error.strerror or error}") from error
    if len(paths) > MOST_FILES:
        raise MachineFileError(folder, 0, f"there are {len(paths)} files in it, and no more than {MOST_FILES} are read")
    for path in paths:
        if path.suffix != ".yaml":
            raise MachineFileError(path, 0, f"only files that end in .yaml are read; rename it to {printable(path.stem)}.yaml")
        yield path, read_bytes(path)


def read_bytes(path: Path) -> bytes:
    """A file's bytes, as many as are looked at."""
    try:
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise MachineFileError(path, 0, f"it cannot be read: {why}") from error


def checked(model: type[M], data: bytes, path: Path) -> M:
    """What a file says, as its model; `MachineFileError` names the first line that is wrong, and why."""
    if not data.strip():
        raise MachineFileError(path, 0, "the file is empty")
    try:
        root = read_tree(data)
    except Unreadable as error:
        raise MachineFileError(path, error.problem.line, error.problem.message) from error
    if not isinstance(root.value, dict):
        raise MachineFileError(path, root.line, "this is a list or a text; write `key: value` lines")
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        # A key that is misspelt is missing as well: what is there goes before what is not.
        errors = sorted(error.errors(include_url=False), key=lambda details: details["type"] == "missing")
        line, message = min((_problem(root, details, model) for details in errors), key=lambda problem: problem[0])
        raise MachineFileError(path, line, message) from error


def _problem(root: Node, details: Any, model: type[Strict]) -> tuple[int, str]:
    node, found = root, root
    for step in details["loc"]:
        below = node.child(step)
        if below is None:
            break
        node = found = below
    key = next((step for step in reversed(details["loc"]) if isinstance(step, str)), "")
    line = found.key_line if isinstance(found.value, dict | list) or details["type"] == "extra_forbidden" else found.line
    if details["type"] == "extra_forbidden":
        known = sorted(
            name.replace("_", " ") for name in ({*model.model_fields} | {*_Quirk.model_fields} | {*_Match.model_fields})
        )
        close = get_close_matches(key[:60].lower(), known, n=1)
        return line, f"{shown(key)} is not known here" + (f"; did you mean {shown(close[0])}?" if close else "")
    if details["type"] == "missing":
        return line, f"`{key}:` is missing"
    why = str(details.get("ctx", {}).get("error") or details["msg"])
    return line, f"{key} {why}" if key and not why.startswith("a quirk") else why


# --- values ----------------------------------------------------------------------------------------------------------


def text_of(value: object) -> str:
    """One line of text."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("has no value" if value is None or value == "" else "is a list or a group, where one value is expected")
    plain = " ".join(value.split())
    if not plain.isprintable() or len(plain) > 400:
        raise ValueError("is not a plain text of at most 400 characters")
    return plain


def percent(value: object) -> Grade:
    """A grade in tenths of a percent."""
    text = text_of(value)
    try:
        return Grade.parse(text)
    except UnitError as error:
        raise ValueError(f"{shown(text)} is not a grade; write it like -4.5 (percent, downhill is negative)") from error


def off_by(value: object) -> Grade:
    """How far a readback is off."""
    grade = percent(value)
    if abs(grade) > READBACK_OFF_BY:
        raise ValueError(f"{grade} is not between {Grade(-READBACK_OFF_BY)} and {READBACK_OFF_BY}")
    return grade


def reachable(value: object) -> Grade:
    """A grade inside the hard limits."""
    grade = percent(value)
    if not HARD_STOP <= grade <= HIGHEST:
        raise ValueError(f"{grade} is not between {HARD_STOP} and {HIGHEST}")
    return grade


def step_of(value: object) -> int:
    """A step or a rate in tenths of a percent, above zero."""
    grade = percent(value)
    if not 0 < grade <= 100:
        raise ValueError(f"{grade} is not over 0 and up to 10 %")
    return int(grade)


def speed_of(value: object) -> Speed:
    """A speed a belt can have."""
    text = text_of(value)
    try:
        speed = Speed.parse(text)
    except UnitError as error:
        raise ValueError(f'{shown(text)} is not a speed; write it like "9 km/h" or "5.6 mph"') from error
    if not 0 < speed <= FASTEST:
        raise ValueError(f"{shown(text)} is not over 0 and up to {FASTEST}")
    return speed


def yes(value: object) -> bool:
    """yes or no."""
    word = text_of(value).lower()
    if word not in ("yes", "no", "true", "false"):
        raise ValueError(f"{shown(word)} is neither yes nor no")
    return word in ("yes", "true")


def one_of(words: Any) -> PlainValidator:
    """One of these words, as what it stands for."""

    def check(value: object) -> Any:
        word = text_of(value).lower()
        if word not in words:
            raise ValueError(f"{shown(word)} is none of: {', '.join(words)}")
        return words[word]

    return PlainValidator(check)


Text = Annotated[str, PlainValidator(text_of)]


def _patterns(value: object) -> tuple[str, ...]:
    patterns = tuple(text_of(item) for item in (value if isinstance(value, list) else [value]))
    for pattern in patterns:
        _pattern(pattern)
    return patterns


def _pattern(value: object) -> str:
    pattern = text_of(value)
    if not pattern.strip("*? ") or "[" in pattern:
        raise ValueError(f"{shown(pattern)} is no pattern; write it like TRX3500* (with * and ?, and something else beside)")
    return pattern


class _Match(Strict):
    name: Annotated[tuple[str, ...], PlainValidator(_patterns)] = ()
    model: Annotated[str, PlainValidator(_pattern)] = ""
    firmware: Annotated[str, PlainValidator(_pattern)] = ""
    manufacturer: Annotated[str, PlainValidator(_pattern)] = ""

    @model_validator(mode="after")
    def _says_something(self) -> _Match:
        if not (self.name or self.model or self.firmware or self.manufacturer):
            raise ValueError("needs a name, a model, a firmware or a manufacturer")
        return self

    @property
    def is_narrow(self) -> bool:
        """Whether it fits no machines of other kinds by chance."""
        groups = (self.name, (self.model,), (self.manufacturer,))
        return any(group and all(len(re.split(r"[*?]", p)[0].strip()) >= PROVING for p in group) for group in groups)


class _Quirk(Strict):
    """One thing that a machine does otherwise, and who says so."""

    source: Text
    answers: Annotated[Answers | None, one_of({a.value: a for a in Answers})] = None
    speed_unit: Annotated[SpeedUnit | None, one_of(UNITS)] = None
    speed_step: Annotated[Speed | None, PlainValidator(speed_of)] = None
    slowest: Annotated[Speed | None, PlainValidator(speed_of)] = None
    fastest: Annotated[Speed | None, PlainValidator(speed_of)] = None
    incline: Annotated[bool | None, one_of({"commanded": True, "not commanded": False})] = None
    incline_step: Annotated[int | None, PlainValidator(step_of)] = None
    lowest: Annotated[Grade | None, PlainValidator(reachable)] = None
    highest: Annotated[Grade | None, PlainValidator(reachable)] = None
    readback: Annotated[bool | None, one_of({"normal": True, "absent": False})] = None
    readback_offset: Annotated[Grade | None, PlainValidator(off_by)] = None
    decline: Annotated[bool | None, one_of({"proven": True, "none": False})] = None
    deck_rate: Annotated[int | None, PlainValidator(step_of)] = None
    start_says_stopped: Annotated[bool | None, PlainValidator(yes)] = None
    unlock: Annotated[Unlock | None, one_of(UNLOCKS)] = None
    when: Annotated[UnlockWhen | None, one_of({w.value: w for w in UnlockWhen})] = None
    unsupported: Annotated[str | None, PlainValidator(text_of)] = None
    warning: Annotated[str | None, PlainValidator(text_of)] = None

    @model_validator(mode="after")
    def _is_one(self) -> _Quirk:
        said = self.said()
        if len(said) != 1:
            raise ValueError(f"a quirk is one key and its source; this one has {', '.join(said) or 'none'}")
        if (self.when is not None) != (self.unlock is not None):
            raise ValueError("a quirk `unlock` comes with `when: once` or `when: before each command`, and nothing else does")
        return self

    def said(self) -> list[str]:
        """Which quirk it is."""
        return [name for name in self.model_fields_set if name not in ("source", "when")]


def _as_list(value: object) -> object:
    if not isinstance(value, list) or not value:
        raise ValueError("is not a list; write `- answers: never` and `source: …` below it")
    return value


class _MachineFile(Strict):
    machine: Text
    match: _Match
    quirks: Annotated[list[_Quirk], BeforeValidator(_as_list)]
    notes: Annotated[str | None, PlainValidator(text_of)] = None

    @model_validator(mode="after")
    def _fits_together(self) -> _MachineFile:
        once = [name for quirk in self.quirks for name in quirk.said() if name != "warning"]
        twice = sorted({name.replace("_", " ") for name in once if once.count(name) > 1})
        if twice:
            raise ValueError(f"has {', '.join(twice)} twice among its quirks; keep one")
        if any(quirk.decline for quirk in self.quirks):
            self._must_be_narrow("decline: proven")
        return self

    def _must_be_narrow(self, what: str) -> None:
        if not self.match.is_narrow:
            raise ValueError(
                f"has `{what}`, and its match is too wide for that: begin every name, or the model or the "
                f"manufacturer, with {PROVING} characters that are no wildcards"
            )


class _OwnMachineFile(_MachineFile):
    """What somebody wrote for this computer, and nobody else has looked through."""

    @model_validator(mode="after")
    def _puts_right_what_it_means(self) -> _OwnMachineFile:
        if any(quirk.readback_offset for quirk in self.quirks):
            self._must_be_narrow("readback offset")
        return self


def _profile(said: _MachineFile, shipped: bool) -> MachineProfile:
    def quirk(name: str, default: Any = None) -> Any:
        return next((value for q in said.quirks if (value := getattr(q, name)) is not None), default)

    lowest = quirk("lowest")
    if quirk("decline") is False:
        lowest = LEVEL if lowest is None else max(LEVEL, lowest)
    return MachineProfile(
        title=said.machine,
        match=Match(said.match.name, said.match.model, said.match.firmware, said.match.manufacturer),
        shipped=shipped,
        manner=Manner(
            answers=quirk("answers", Answers.NORMAL),
            unit=quirk("speed_unit", SpeedUnit.KMH),
            readback=quirk("readback", True),
            readback_offset=quirk("readback_offset", LEVEL),
            start_says_stopped=quirk("start_says_stopped", False),
            unlock=quirk("unlock"),
            unlock_when=quirk("when", UnlockWhen.ONCE),
        ),
        slowest=quirk("slowest"),
        fastest=quirk("fastest"),
        speed_step=quirk("speed_step"),
        lowest=lowest,
        highest=quirk("highest"),
        grade_step=quirk("incline_step"),
        proven=quirk("decline", False),
        commanded=quirk("incline"),
        deck_rate=quirk("deck_rate"),
        unsupported=quirk("unsupported", ""),
        warnings=tuple(q.warning for q in said.quirks if q.warning is not None),
        sources=tuple((name.replace("_", " "), q.source) for q in said.quirks for name in q.said()),
    )


def _shipped_folder() -> Path:
    return Path(str(files("treadctl.treadmill"))) / "machines"
