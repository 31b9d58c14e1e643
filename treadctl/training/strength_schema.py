"""The JSON Schema of a strength file, for editors: from the models that read one, and what belongs together said as well."""

from __future__ import annotations

from typing import Any

from treadctl.training.exercises import EXERCISES, Exercise
from treadctl.training.model import Kind
from treadctl.training.strength_file import KINDS, EffortFile, StrengthFile
from treadctl.workout.schema import schema_of


def strength_schema() -> dict[str, Any]:
    """Which exercises a kind has, which variants an exercise has, and how each is counted."""
    schema = schema_of(StrengthFile, "treadctl strength session")
    schema["allOf"] = [_of_a_kind(kind) for kind in KINDS.values()]
    effort = schema["$defs"][EffortFile.__name__]
    effort["oneOf"] = [{"required": ["reps"]}, {"required": ["time"]}]
    effort["allOf"] = [_of_an_exercise(exercise) for exercise in EXERCISES.values()]
    return schema


def _of_a_kind(kind: Kind) -> dict[str, Any]:
    known = [exercise.name for exercise in EXERCISES.values() if exercise.kind is kind]
    exercises = {"items": {"properties": {"exercise": {"enum": known}}}}
    return {"if": {"properties": {"kind": {"const": kind.value}}}, "then": {"properties": {"exercises": exercises}}}


def _of_an_exercise(exercise: Exercise) -> dict[str, Any]:
    then: dict[str, Any] = {"properties": {"variant": {"enum": [variant.name for variant in exercise.variants]}}}
    if exercise.kind is Kind.STRENGTH:
        then["required"] = ["reps", "down"]
    else:
        then["properties"]["down"] = False
    return {"if": {"properties": {"exercise": {"const": exercise.name}}}, "then": then}
