"""What downhill running cost, counted plainly: minutes of decline by grade, metres fallen, gravity's work. Pure.

There is no single index here. Muscles are loaded by lengthening (A1.1), so what counts is time on a decline and how steep it
was, not kilometres; speed stands beside grade everywhere because it loads the legs as much (Rice/Willwacher 2024).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from treadctl.training.model import Done
from treadctl.units import LEVEL, Grade, Speed

GRAVITY: Final = 9.80665
"""m/s², standard gravity."""
BANDS: Final = (Grade(-5), Grade(-20), Grade(-40), Grade(-60), Grade(-80))
"""Each band begins at this grade and ends where the next begins; −0.5 is where time counts as decline. Ours."""
BAND_NAMES: Final = ("to -2", "-2 to -4", "-4 to -6", "-6 to -8", "-8 to -10")
LOWER_BOUND: Final = "at least: gravity alone (m·g·h); braking and bouncing come on top, and nobody measures those here"


@dataclass(frozen=True, slots=True)
class Dose:
    """What one session, or several, came to. `fastest` is the highest mean speed over any session's declines."""

    sessions: int
    decline_s: int
    band_s: tuple[int, ...]
    descent_m: float
    steepest: Grade
    fastest: Speed | None

    @property
    def gravity_j_per_kg(self) -> float:
        """g·h in J per kg of body mass: a lower bound of the work that muscles took up (ours)."""
        return self.descent_m * GRAVITY

    def gravity_kj(self, body_mass_kg: float | None) -> float | None:
        """m·g·h in kJ; None as long as nobody told a body mass."""
        return None if body_mass_kg is None else self.gravity_j_per_kg * body_mass_kg / 1000


@dataclass(frozen=True, slots=True)
class Week:
    """One week from Monday on: what was done, and what workouts (past) or the plan (ahead) asked for."""

    monday: date
    done: Dose
    planned_decline_s: int


def band_of(grade: Grade) -> int | None:
    """Which band a true grade lies in; None for level and uphill."""
    return next((index for index in reversed(range(len(BANDS))) if grade <= BANDS[index]), None)


def dose_of(sessions: Iterable[Done]) -> Dose:
    """The dose of these sessions together."""
    counted = list(sessions)
    band_s = [0] * len(BANDS)
    for done in counted:
        for grade, seconds in done.seconds_at:
            if (band := band_of(grade)) is not None:
                band_s[band] += seconds
    return Dose(
        sessions=sum(done.is_decline for done in counted),
        decline_s=sum(done.decline_s for done in counted),
        band_s=tuple(band_s),
        descent_m=sum(done.descent_m for done in counted),
        steepest=min((done.grade for done in counted), default=LEVEL),
        fastest=max((done.decline_speed for done in counted if done.decline_speed is not None), default=None),
    )


def weeks(sessions: Sequence[Done], ahead: Sequence[tuple[date, int]], first: date, count: int) -> tuple[Week, ...]:
    """`count` weeks from the one with `first` in it; `ahead` is the plan: days, and seconds of decline on each."""
    monday = first - timedelta(days=first.weekday())
    found = []
    for index in range(count):
        start, end = monday + timedelta(days=7 * index), monday + timedelta(days=7 * index + 7)
        within = [done for done in sessions if start <= done.day < end]
        planned = sum(done.planned_decline_s for done in within) + sum(s for day, s in ahead if start <= day < end)
        found.append(Week(start, dose_of(within), planned))
    return tuple(found)
