"""A workout file -> a `Workout` that is legal because it exists. Nothing but `WorkoutError` leaves here, whatever the bytes.

What a value may be is in `words`, what a file may say in `schema`; lines come from `yaml_lines`. Examples: `workouts/`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from treadctl.units import clock
from treadctl.workout.errors import Problem, WorkoutError, shown
from treadctl.workout.model import Segment, SegmentKind, Workout
from treadctl.workout.schema import KINDS, MODELS, KeyProblem, Repeat, Stretch, Strict, WorkoutFile, json_schema, keys_of
from treadctl.workout.words import LONGEST_S, Metres
from treadctl.workout.yaml_lines import MOST_BYTES, Node, Unreadable, read_tree

__all__ = ["MOST_SEGMENTS", "WorkoutError", "json_schema", "load", "parse"]

MOST_SEGMENTS: Final = 1000
"""After repeats are written out; six hours hold 360 one-minute steps. Ours."""
_MOST_PROBLEMS: Final = 20


def load(path: Path) -> Workout:
    """Read a workout file; its name is the file's, without the ending."""
    return parse(read_bytes(path), str(path))


def parse(data: bytes, path: str) -> Workout:
    """Read the bytes of a workout file; `path` names it in messages, and its stem names the workout."""
    try:
        root = read_tree(data)
    except Unreadable as error:
        raise WorkoutError(path, error.problem.line, error.problem.message) from error
    if not isinstance(root.value, dict):
        raise WorkoutError(path, root.line, "this is not a workout: it begins with `title:`, and its `steps:` follow")
    try:
        said = WorkoutFile.model_validate(root.plain())
    except ValidationError as error:
        raise _error(path, [_problem(root, details) for details in error.errors(include_url=False)]) from error
    steps = root.child("steps") or root
    _bounded(path, said, steps)
    segments = tuple(_segments(said.steps, steps, ""))
    _consistent(path, said, root, segments)
    return Workout(
        name=Path(path).stem,
        title=said.title,
        for_whom=said.for_whom,
        segments=segments,
        notes=said.notes,
        focus=said.focus,
        source=path,
    )


def read_bytes(path: Path) -> bytes:
    """The bytes of a file that a person named, or `WorkoutError`; at most one more than is taken."""
    try:
        if path.is_dir():
            raise WorkoutError(str(path), 0, "this is a directory; name a workout file inside it")
        if not path.exists():
            raise WorkoutError(str(path), 0, "there is no such file")
        if not path.is_file():
            raise WorkoutError(str(path), 0, "this is not a regular file")
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise WorkoutError(str(path), 0, f"the file cannot be read: {why}") from error


# --- what the models accepted, written out ---------------------------------------------------------------------------


def _bounded(path: str, said: WorkoutFile, steps: Node) -> None:
    """Refuse before writing out: a billion repeats must cost nothing."""
    count = _count(said.steps)
    if count > MOST_SEGMENTS:
        raise WorkoutError(path, steps.key_line, f"the steps add up to {count}, and at most {MOST_SEGMENTS} fit; repeat less")


def _count(steps: Sequence[Stretch | Repeat]) -> int:
    return sum(step.times * _count(step.steps) if isinstance(step, Repeat) else 1 for step in steps)


def _segments(steps: Sequence[Stretch | Repeat], node: Node, place: str) -> Iterator[Segment]:
    for index, step in enumerate(steps):
        at = node.child(index) or node
        if isinstance(step, Repeat):
            inner = at.child("steps") or at
            for turn in range(1, step.times + 1):
                here = " ".join(filter(None, (step.label, f"{turn} of {step.times}")))
                yield from _segments(step.steps, inner, ", ".join(filter(None, (place, here))))
        else:
            yield _segment(step, at.line, place)


def _segment(step: Stretch, line: int, place: str) -> Segment:
    distance = int(step.length) if isinstance(step.length, Metres) else None
    cap = step.at_most if step.at_most is not None else step.length
    return Segment(
        kind=step.kind,
        duration_s=int(cap),
        grade_from=step.grade[0],
        grade_to=step.grade[1],
        pace_from=step.speed[0],
        pace_to=step.speed[1],
        distance_m=distance,
        cadence_percent=step.cadence.percent if step.cadence else None,
        cadence_spm=step.cadence.spm if step.cadence else None,
        cues=step.cues,
        note=step.note,
        label=place,
        line=line,
    )


def _consistent(path: str, said: WorkoutFile, root: Node, segments: Sequence[Segment]) -> None:
    total = sum(s.duration_s for s in segments)
    if total > LONGEST_S:
        line = (root.child("steps") or root).key_line
        raise WorkoutError(path, line, f"the steps last {clock(total)}, and at most {LONGEST_S // 3600} h fit; shorten them")
    declines = sum(s.duration_s for s in segments if s.kind is SegmentKind.DECLINE)
    if said.decline_minutes is not None and said.decline_minutes != declines:
        line = (root.child("decline minutes") or root).line
        stated = clock(said.decline_minutes)
        raise WorkoutError(path, line, f"decline minutes says {stated}, the decline steps add up to {clock(declines)}; mend one")


# --- what the models refused, in words -------------------------------------------------------------------------------


def _error(path: str, problems: list[Problem]) -> WorkoutError:
    problems.sort(key=lambda problem: problem.line)
    first, *more = problems
    if len(more) >= _MOST_PROBLEMS:
        left = len(more) - _MOST_PROBLEMS + 1
        more = [*more[: _MOST_PROBLEMS - 1], Problem(0, f"and {left} more problems; mend these first")]
    return WorkoutError(path, first.line, first.message, more)


def _problem(root: Node, details: Any) -> Problem:
    """One of pydantic's errors as a line of the file and a sentence of ours."""
    node, key = root, ""
    model: type[Strict] = WorkoutFile
    for part in details["loc"]:
        if part in MODELS:
            model = MODELS[part]
        elif (child := node.child(part)) is not None:
            node, key = child, part if isinstance(part, str) else key
    match details["type"]:
        case "extra_forbidden":
            return Problem(node.key_line, _unknown_key(key, keys_of(model)))
        case "missing":
            return _missing(node, str(details["loc"][-1]), root)
        case "union_tag_not_found":
            return Problem(node.line, _no_kind(node))
        case "tuple_type":
            return Problem(node.key_line, f"{key} is not a list of steps; each step is a line like `- decline: 1 min`")
    reason = details.get("ctx", {}).get("error")
    if isinstance(reason, KeyProblem):
        at = node.child(reason.key) or node
        return Problem(at.line, str(reason))
    return Problem(node.line, f"{key} {reason or details['msg']}")


def _unknown_key(key: str, known: Sequence[str]) -> str:
    if key in KINDS:
        return f"`{key}` begins a step of its own; put `- ` in front of it"
    close = get_close_matches(key[:60].lower(), known, n=1)
    if close:
        return f"{shown(key)} is not known here; did you mean `{close[0]}`?"
    return f"{shown(key)} is not known here; what is: {', '.join(known)}"


def _missing(node: Node, key: str, root: Node) -> Problem:
    if node is root:
        return Problem(root.line, f"a workout says its `{key}`; add `{key}:`")
    kind = next((kind for kind in KINDS if node.child(kind) is not None), "step")
    return Problem(node.line, f"a {kind} says its `{key}`; add `{key}:` to this step")


def _no_kind(node: Node) -> str:
    keys = list(node.value) if isinstance(node.value, dict) else []
    for key in keys:
        if close := get_close_matches(key[:60].lower(), KINDS, n=1):
            return f"{shown(key)} is no kind of step; did you mean `{close[0]}`?"
    return f"this step does not say what it is; begin it with one of {', '.join(KINDS)}, like `- decline: 1 min`"
