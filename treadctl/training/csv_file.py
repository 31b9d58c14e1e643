"""A session as CSV, one line a second, units in the column names; what was not told is empty, never zero. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Final

from treadctl.training.samples import Sample
from treadctl.units import Grade, Speed

COLUMNS: Final = (
    "second",
    "phase",
    "step",
    "grade_percent",
    "speed_kmh",
    "target_grade_percent",
    "target_speed_kmh",
    "heart_rate_bpm",
    "step_rate_spm",
    "running_s",
    "distance_m",
    "decline_s",
    "descent_m",
)


def to_csv(samples: Sequence[Sample]) -> str:
    """The whole file (RFC 4180)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for s in samples:
        measured = (_grade(s.grade), _speed(s.speed), _grade(s.target_grade), _speed(s.target_speed))
        writer.writerow((s.second, s.phase, s.segment + 1, *measured, *s[7:]))
    return text.getvalue()


def _grade(tenths: int | None) -> str:
    return "" if tenths is None else str(Grade(tenths)).removesuffix(" %").removeprefix("+")


def _speed(hundredths: int | None) -> str:
    return "" if hundredths is None else f"{Speed(hundredths) // 100}.{hundredths % 100:02}"
