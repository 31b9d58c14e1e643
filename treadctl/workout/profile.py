"""The runner's own numbers, as the engine uses them. `workout.profile_file` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass

from treadctl.safety import FASTEST, HARD_STOP
from treadctl.units import LEVEL, Grade, Speed


@dataclass(frozen=True, slots=True)
class Profile:
    """Who runs. `chosen` is whether the easy pace came from the runner; a real belt moves for nobody else.

    `ceiling` is the steepest true grade this runner is to be given, `level_cadence_spm` the step rate at easy pace on the
    level (both feet), `declines_done` how many decline sessions are behind them (the first two get a gentler cadence cue).
    """

    name: str = "guest"
    easy: Speed = Speed(800)
    walk: Speed = Speed(450)
    ceiling: Grade = Grade(-50)
    level_cadence_spm: int | None = None
    declines_done: int = 0
    imperial: bool = False
    body_mass_kg: float | None = None
    chosen: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.walk <= self.easy <= FASTEST:
            raise ValueError("paces: 0 < walk <= easy")
        if not HARD_STOP <= self.ceiling <= LEVEL:
            raise ValueError(f"a grade ceiling is within {HARD_STOP} … {LEVEL}")

    @property
    def unit(self) -> str:
        """The unit speeds are shown in."""
        return "mph" if self.imperial else "km/h"


CAUTIOUS = Profile()
"""Who runs when nobody said: a beginner's easy pace (8 km/h), a brisk walk, and no steeper than the −5 % where training
starts (A3.1). Ours; it is stated at the start of every session that uses it."""
