"""A session drawn in the terminal: grade hangs below a zero line, speed, step rate and heart rate stand beneath it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from treadctl.training.samples import Sample
from treadctl.units import Grade, Speed
from treadctl.workout.blocks import MARGIN, bars, hanging, minutes

NARROWEST: Final = 40
_ROOM_BELOW: Final = 5
"""Bars of step rate and heart rate begin this far below the lowest value, so that it still shows. Ours."""


def plot(samples: Sequence[Sample], width: int, unit: str = "km/h") -> list[str]:
    """Lines of at most `width` columns; a row that nothing measured is left out, a second that nothing told stays open."""
    if not samples:
        return ["no second of it was recorded"]
    room = max(width, NARROWEST) - MARGIN
    total_s = samples[-1].second + 1
    slots: list[list[Sample]] = [[] for _ in range(room)]
    for sample in samples:
        slots[sample.second * room // total_s].append(sample)
    _stretch(slots)
    grades = [_steepest(slot) for slot in slots]
    speeds = [_mean(slot, lambda sample: sample.speed) for slot in slots]
    number, of_what = Speed(max([1, *(speed for speed in speeds if speed is not None)])).text(unit).split(" ")
    lines = [*hanging(grades), *bars(speeds, max([1, *(s for s in speeds if s is not None)]), (number, of_what))]
    lines += _beside(slots, lambda sample: sample.step_rate_spm, "spm")
    lines += _beside(slots, lambda sample: sample.heart_rate_bpm, "bpm")
    return [*lines, *minutes(total_s, room)]


def _stretch(slots: list[list[Sample]]) -> None:
    """In a session shorter than the picture is wide, a column between two seconds repeats the one before."""
    if sum(1 for slot in slots if slot) * 2 > len(slots):
        before: list[Sample] = []
        for index, slot in enumerate(slots):
            if not slot and index and before:
                slots[index] = before
            before = slot or []


def _beside(slots: Sequence[Sequence[Sample]], value: Callable[[Sample], int | None], unit: str) -> list[str]:
    values = [_mean(slot, value) for slot in slots]
    known = [v for v in values if v is not None]
    if not known:
        return []
    return bars(values, max(known), (str(max(known)), unit), bottom=max(0, min(known) - _ROOM_BELOW))


def _mean(slot: Sequence[Sample], value: Callable[[Sample], int | None]) -> int | None:
    known = [v for sample in slot if (v := value(sample)) is not None]
    return round(sum(known) / len(known)) if known else None


def _steepest(slot: Sequence[Sample]) -> Grade | None:
    """The grade of a column is its steepest, so that no decline hides; where there is none, its highest."""
    known = [sample.grade for sample in slot if sample.grade is not None]
    if not known:
        return None
    return Grade(min(known) if min(known) < 0 else max(known))
