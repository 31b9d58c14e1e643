"""Machines and workouts as the history keeps them: JSON text, and back. Apart from it, since a list of sessions needs neither."""

from __future__ import annotations

import json

from treadctl.engine.records import RecordError, from_plain, to_plain
from treadctl.engine.words import Machine
from treadctl.workout.model import Workout


def text_of(word: Machine | Workout) -> str:
    """The word as it is written down."""
    return json.dumps(to_plain(word), separators=(",", ":"))


def machine_of(text: str) -> Machine | None:
    """A machine as it was written down; None when today's words have changed too far to read it."""
    word = _word(text)
    return word if isinstance(word, Machine) else None


def workout_of(text: str) -> Workout | None:
    """A workout, likewise."""
    word = _word(text)
    return word if isinstance(word, Workout) else None


def _word(text: str) -> object:
    try:
        return from_plain(json.loads(text))
    except (ValueError, RecordError):
        return None
