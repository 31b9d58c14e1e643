"""One second of a session, and what all its seconds come to. Pure."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from treadctl.units import LEVEL, Grade

GRID: Final = 5
"""Seconds are counted at grades rounded to half a percent, the finest step decks move by. Ours."""
HELD_S: Final = 60
"""A grade counts as run when it, or steeper, was held for a minute in all: a deck's swing past its target does not. Ours."""
DECLINES_FROM: Final = Grade(-5)


class Sample(NamedTuple):
    """One second; grades are true grades, None is not told. The last four are totals so far."""

    second: int
    phase: str
    segment: int
    grade: int | None
    speed: int | None
    target_grade: int
    target_speed: int
    heart_rate_bpm: int | None
    step_rate_spm: int | None
    running_s: float
    distance_m: float
    decline_s: float
    descent_m: float


class Event(NamedTuple):
    """Something that happened: a phase, a cue, a key, an answer that was no yes."""

    second: float
    kind: str
    words: str
    detail: str = ""


class Totals(NamedTuple):
    """What a session's samples come to, as the history's columns of the same names."""

    running_s: int = 0
    distance_m: float = 0.0
    decline_s: int = 0
    descent_m: float = 0.0
    grade: int = 0
    seconds_at: str = "{}"
    decline_speed: int | None = None
    heart_rate_bpm: int | None = None
    step_rate_spm: int | None = None


def total(samples: Sequence[Sample]) -> Totals:
    """The totals of a session that may have ended anywhere, even with a killed program."""
    if not samples:
        return Totals()
    last = samples[-1]
    moving = [s for s in samples if s.grade is not None and s.speed]
    at = Counter(_rounded(s.grade) for s in moving if s.grade is not None)
    declines = [s for s in moving if s.grade is not None and s.grade <= DECLINES_FROM]
    return Totals(
        running_s=round(last.running_s),
        distance_m=round(last.distance_m, 1),
        decline_s=round(last.decline_s),
        descent_m=round(last.descent_m, 2),
        grade=held(at),
        seconds_at=json.dumps({str(grade): at[grade] for grade in sorted(at)}, separators=(",", ":")),
        decline_speed=_mean(s.speed for s in declines),
        heart_rate_bpm=_mean(s.heart_rate_bpm for s in declines),
        step_rate_spm=_mean(s.step_rate_spm or None for s in declines),  # who stands on the rails has no step rate
    )


def held(at: Counter[int]) -> int:
    """The steepest grade of which, with all that was steeper, a minute was run; level when there is none."""
    seconds = 0
    for grade in sorted(grade for grade in at if grade < LEVEL):
        seconds += at[grade]
        if seconds >= HELD_S:
            return grade
    return int(LEVEL)


def _rounded(grade: int) -> int:
    """To the nearest half percent."""
    sign = -1 if grade < 0 else 1
    return sign * ((abs(grade) * 2 + GRID - 1) // (2 * GRID)) * GRID


def _mean(values: Iterable[int | None]) -> int | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known)) if known else None
