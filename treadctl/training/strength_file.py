"""A strength file -> a `StrengthSession`. The same family as workout files: YAML, pydantic, and errors that name the line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BeforeValidator, Field, JsonValue, PlainValidator, ValidationError, WithJsonSchema

from treadctl.training.exercises import EXERCISES, Exercise
from treadctl.training.model import Kind
from treadctl.training.strength import FASTEST_LOWER_S, SLOWEST_LOWER_S, Effort, StrengthSession
from treadctl.workout import library
from treadctl.workout.errors import Problem, WorkoutError, shown
from treadctl.workout.file import read_bytes
from treadctl.workout.schema import KeyProblem, Line, Paragraph, Strict, keys_of
from treadctl.workout.yaml_lines import Node, Unreadable, read_tree

MOST_SETS: Final = 6
MOST_REPS: Final = 30
MOST_WORK_S: Final = 120
MOST_REST_S: Final = 300
MOST_EXERCISES: Final = 12
"""More than these in one session is a slip of the pen. Ours."""


def _whole(most: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "integer", "minimum": 1, "maximum": most})


def _time(least: int, most: int, example: str) -> WithJsonSchema:
    about = f"{least} to {most} s" + (", as 90 s or 1 min 30 s" if most > 60 else "")
    return WithJsonSchema({"type": "string", "pattern": _TIME_PATTERN, "description": about, "examples": [example]})


def _among(known: Mapping[str, object]) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(known)})


def _number(most: int) -> PlainValidator:
    def check(value: object) -> int:
        text = value if isinstance(value, str) else ""
        if not (text.isascii() and text.isdigit() and 1 <= int(text) <= most):
            raise ValueError(f"is not a whole number from 1 to {most}")
        return int(text)

    return PlainValidator(check)


def _one_of(known: Mapping[str, object], what: str) -> PlainValidator:
    def check(value: object) -> object:
        text = value if isinstance(value, str) else ""
        if text not in known:
            close = get_close_matches(text[:60].lower(), known, n=1)
            advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
            raise ValueError(f"{shown(text)} is no {what}; {advice}")
        return known[text]

    return PlainValidator(check)


def _seconds(least: int, most: int) -> PlainValidator:
    """A short time: workout files begin at five seconds, a lowering does not."""

    def check(value: object) -> int:
        match = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
        if match is None or not any(match.groups()):
            raise ValueError(f"{shown(str(value))} is no time; write it like 3 s or 1 min 30 s")
        seconds = int(match["min"] or 0) * 60 + int(match["s"] or 0)
        if not least <= seconds <= most:
            raise ValueError(f"{shown(str(value))} is not from {least} to {most} s")
        return seconds

    return PlainValidator(check)


def _some(value: object) -> object:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_EXERCISES:
        raise ValueError(f"is a list of 1 to {MOST_EXERCISES}, each like `- exercise: squat`")
    return value


_TIME_PATTERN: Final = "^([0-9]{1,2} ?min)? ?([0-9]{1,3} ?s)?$"
_TIME: Final = re.compile(r"(?:(?P<min>[0-9]{1,2}) ?min)? ?(?:(?P<s>[0-9]{1,3}) ?s)?", re.ASCII)
KINDS: Final = {kind.value: kind for kind in (Kind.STRENGTH, Kind.PLYOMETRICS)}


class EffortFile(Strict):
    """One exercise, as a file says it."""

    exercise: Annotated[Exercise, _one_of(EXERCISES, "exercise"), _among(EXERCISES)]
    variant: Line = ""
    sets: Annotated[int, _number(MOST_SETS), _whole(MOST_SETS)]
    reps: Annotated[int, _number(MOST_REPS), _whole(MOST_REPS)] | None = None
    time: Annotated[int, _seconds(1, MOST_WORK_S), _time(1, MOST_WORK_S, "20 s")] | None = None
    down: Annotated[int, _seconds(FASTEST_LOWER_S, SLOWEST_LOWER_S), _time(FASTEST_LOWER_S, SLOWEST_LOWER_S, "3 s")] | None = None
    rest: Annotated[int, _seconds(1, MOST_REST_S), _time(1, MOST_REST_S, "75 s")] = 60

    def effort(self) -> Effort:
        """As the player takes it; what does not fit together is a `KeyProblem`."""
        exercise = self.exercise
        names = [variant.name for variant in exercise.variants]
        if self.variant and self.variant not in names:
            raise KeyProblem("variant", f"variant {shown(self.variant)} is none of {exercise.name}'s: {', '.join(names)}")
        if (self.reps is None) == (self.time is None):
            raise KeyProblem("exercise", f"{exercise.name} needs `reps:` or `time:`, one of the two")
        self._lowered_slowly()
        variant = exercise.variant(self.variant)
        return Effort(exercise, variant, self.sets, self.reps, work_s=self.time, lower_s=self.down, rest_s=self.rest)

    def _lowered_slowly(self) -> None:
        name = self.exercise.name
        if self.exercise.kind is Kind.STRENGTH and (self.down is None or self.reps is None):
            raise KeyProblem("exercise", f"{name} is lowered slowly, by repetitions (A4.1); add `down: 3 s` and `reps:`")
        if self.exercise.kind is Kind.PLYOMETRICS and self.down is not None:
            raise KeyProblem("down", f"{name} is not lowered slowly; remove `down:`")


_A_FEW: Final[dict[str, JsonValue]] = {"minItems": 1, "maxItems": MOST_EXERCISES}


class StrengthFile(Strict):
    """A whole file."""

    title: Line
    for_whom: Line = Field(default="", alias="for")
    kind: Annotated[Kind, _one_of(KINDS, "kind of session without a belt"), _among(KINDS)]
    notes: Paragraph = ""
    exercises: Annotated[tuple[EffortFile, ...], BeforeValidator(_some), Field(json_schema_extra=_A_FEW)]


def load_strength(path: Path) -> StrengthSession:
    """Read a file; its name is the session's."""
    return parse_strength(read_bytes(path), str(path))


def parse_strength(data: bytes, path: str) -> StrengthSession:
    """Read the bytes of a file; nothing but `WorkoutError` leaves here."""
    if not data.strip():
        raise WorkoutError(path, 0, "the file is empty; it needs `title:`, `kind:` and `exercises:`")
    try:
        root = read_tree(data)
    except Unreadable as error:
        raise WorkoutError(path, error.problem.line, error.problem.message) from error
    if not isinstance(root.value, dict):
        raise WorkoutError(path, root.line, "this is no strength session: it begins with `title:`, and its `exercises:` follow")
    try:
        said = StrengthFile.model_validate(root.plain())
    except ValidationError as error:
        first, *more = sorted((_problem(root, details) for details in error.errors(include_url=False)), key=lambda p: p.line)
        raise WorkoutError(path, first.line, first.message, more) from error
    efforts = tuple(_effort(path, root, index, each, said.kind) for index, each in enumerate(said.exercises))
    return StrengthSession(Path(path).stem, said.title, said.for_whom, said.kind, efforts, said.notes)


def _effort(path: str, root: Node, index: int, said: EffortFile, kind: Kind) -> Effort:
    node = _at(root, ("exercises", index))
    try:
        if said.exercise.kind is not kind:
            raise KeyProblem("exercise", f"{said.exercise.name} is {said.exercise.kind.value}, and this session is {kind.value}")
        return said.effort()
    except KeyProblem as error:
        raise WorkoutError(path, (node.child(error.key) or node).line, str(error)) from error


def _at(root: Node, place: tuple[str | int, ...]) -> Node:
    node = root
    for part in place:
        node = node.child(part) or node
    return node


def _problem(root: Node, details: Any) -> Problem:
    """One of pydantic's errors as a line of the file and a sentence of ours."""
    place = tuple(details["loc"])
    node, key = _at(root, place), str(place[-1])
    model: type[Strict] = EffortFile if len(place) > 1 else StrengthFile
    match details["type"]:
        case "extra_forbidden":
            close = get_close_matches(key[:60].lower(), keys_of(model), n=1)
            advice = f"did you mean `{close[0]}`?" if close else f"what is: {', '.join(keys_of(model))}"
            return Problem(node.key_line, f"{shown(key)} is not known here; {advice}")
        case "missing":
            return Problem(node.line, f"`{key}` is missing; add `{key}:`")
        case "model_type":
            return Problem(node.line, "this is no exercise; write it like `- exercise: squat`")
    return Problem(node.line, f"{key} {details.get('ctx', {}).get('error') or details['msg']}")


# --- the library -----------------------------------------------------------------------------------------------------


def names() -> list[str]:
    """The names of all shipped sessions, sorted."""
    return sorted(path.stem for path in _folder().glob("*.yaml"))


def load_named(name_or_path: str) -> StrengthSession:
    """Read a session by its shipped name or its path."""
    if name_or_path in names():
        return load_strength(_folder() / f"{name_or_path}.yaml")
    path = Path(name_or_path)
    if path.name != name_or_path or path.suffix in (".yaml", ".yml"):
        return load_strength(path)
    close = get_close_matches(name_or_path[:60].lower(), names(), n=1)
    advice = f"did you mean {close[0]}?" if close else f"the names are {', '.join(names())}"
    raise WorkoutError(name_or_path, 0, f"no strength session has this name; {advice} (a file of your own ends in .yaml)")


def _folder() -> Path:
    return library.folder() / "strength"
