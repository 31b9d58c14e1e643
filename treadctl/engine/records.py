"""Words as plain data and back: what a journal line holds, and what a pipe between two processes will.

A dataclass becomes `["Name", {field: value, …}]` with its defaults left out, an Enum its value, a tuple a list, a speed or a
grade its integer. Reading checks every type, so a word that was read is as legal as one that was made.
"""

from __future__ import annotations

import math
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from treadctl.engine import words
from treadctl.safety import Command, Deck
from treadctl.workout.model import Relative, Segment, Workout
from treadctl.workout.profile import LevelSteps, Profile

Plain = None | bool | int | float | str | list[Any] | dict[str, Any]


class RecordError(ValueError):
    """Plain data that is no word of ours."""


_WORDS: dict[str, type] = {
    word.__name__: word
    for word in (
        *get_args(words.Input),
        *get_args(Command),
        *(words.Machine, Deck, Workout, Segment, Relative, LevelSteps, Profile),
    )
}


def to_plain(value: object) -> Plain:
    """A word as plain data, ready for JSON."""
    if value is None or isinstance(value, bool | float | str):
        return value
    if isinstance(value, Enum):
        plain: Plain = value.value
        return plain
    if isinstance(value, int):
        return int(value)
    if isinstance(value, tuple):
        return [to_plain(item) for item in value]
    word: type = type(value)
    if _WORDS.get(word.__name__) is word:
        told = ((name, getattr(value, name), default) for name, default in _defaults(word))
        return [word.__name__, {name: to_plain(field) for name, field, default in told if field != default}]
    raise TypeError(f"{value!r} is not a word")


def from_plain(plain: object) -> Any:
    """The word that `to_plain` wrote down; raises RecordError for anything else."""
    if not (isinstance(plain, list) and len(plain) == 2 and isinstance(plain[0], str) and isinstance(plain[1], Mapping)):
        raise RecordError(f"{_shown(plain)} is not a word")
    name, said = plain
    word = _WORDS.get(name)
    if word is None:
        raise RecordError(f"{_shown(name)} is not a word")
    hints = _hints(word)
    if not said.keys() <= hints.keys():
        raise RecordError(f"{name} has no {_shown(min(set(said) - set(hints), key=str))}")
    try:
        return word(**{field: _read(hints[field], value) for field, value in said.items()})
    except (TypeError, ValueError, ArithmeticError) as error:
        raise RecordError(f"{name}: {error}") from error


@cache
def _defaults(word: type) -> tuple[tuple[str, object], ...]:
    return tuple((f.name, f.default) for f in fields(word))


@cache
def _hints(word: type) -> dict[str, Any]:
    hints = get_type_hints(word)
    return {f.name: hints[f.name] for f in fields(word)}


def _shown(value: object) -> str:
    """A value as a message repeats it: short, and never a walk through something deep or huge."""
    return f"{value!r:.40}" if value is None or isinstance(value, bool | float | str) else f"a {type(value).__name__}"


def _read(hint: Any, value: object) -> object:
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _read_union(get_args(hint), value)
    if origin is tuple:
        if not isinstance(value, list):
            raise RecordError(f"{_shown(value)} is not a list")
        return tuple(_read(get_args(hint)[0], item) for item in value)
    if is_dataclass(hint):
        word = from_plain(value)
        if type(word) is not hint:
            raise RecordError(f"a {type(word).__name__} has no place here")
        return word
    if isinstance(hint, type) and issubclass(hint, Enum) and isinstance(value, str):
        return hint(value)
    return _read_scalar(hint, value)


def _read_union(options: tuple[Any, ...], value: object) -> object:
    if value is None and type(None) in options:
        return None
    for option in options:
        if option is not type(None) and isinstance(value, list) == is_dataclass(option):
            return _read(option, value)
    raise RecordError(f"{_shown(value)} does not fit")


def _read_scalar(hint: type, value: object) -> object:
    if isinstance(value, bool) != (hint is bool):
        raise RecordError(f"{_shown(value)} is not a {hint.__name__}")
    if hint is float:
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise RecordError(f"{_shown(value)} is not a number")
        return float(value)
    if issubclass(hint, int) and not isinstance(value, int):
        raise RecordError(f"{_shown(value)} is not a whole number")
    if not issubclass(hint, int) and not isinstance(value, str):
        raise RecordError(f"{_shown(value)} is not text")
    return value if hint in (int, bool, str) else hint(value)
