"""The runner's own numbers, as the engine uses them. `workout.profile_file` reads and writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.safety import FASTEST, HARD_STOP
from treadctl.units import LEVEL, Grade, Speed

LEAST_STEPS: Final = 40
MOST_STEPS: Final = 300
"""Steps a minute, both feet, beyond which nothing is believed: sprinters reach about 270. Ours."""


@dataclass(frozen=True, slots=True)
class LevelSteps:
    """A step rate that was measured on level ground: at about this belt speed, both feet, a minute, over so many seconds."""

    speed: Speed
    steps: float
    seconds: int

    def __post_init__(self) -> None:
        if not 0 < self.speed <= FASTEST or not LEAST_STEPS <= self.steps <= MOST_STEPS or self.seconds < 1:
            raise ValueError(f"{self.steps} steps a minute at {self.speed} over {self.seconds} s were never measured")


@dataclass(frozen=True, slots=True)
class Profile:
    """Who runs. `chosen` is whether the easy pace came from the runner; a real belt moves for nobody else.

    `ceiling` is the steepest true grade this runner is to be given, `level_cadence_spm` the step rate at easy pace on the
    level (both feet), `declines_done` how many decline sessions are behind them (the first two get a gentler cadence cue).
    `level_steps` is what a foot pod measured at each belt speed; `coaching.baseline` learns it, and it goes before the former.
    `most_decline_s` is the most decline of one session, in seconds, where that is less than the engine's own cap.
    `focus` is the form cue that this runner works on, and `diagonal_feet` whether they asked for the advanced one (A2.5).
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
    level_steps: tuple[LevelSteps, ...] = ()
    focus: str = ""
    diagonal_feet: bool = False
    most_decline_s: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.walk <= self.easy <= FASTEST:
            raise ValueError("paces: 0 < walk <= easy")
        if not HARD_STOP <= self.ceiling <= LEVEL:
            raise ValueError(f"a grade ceiling is within {HARD_STOP} … {LEVEL}")
        if self.most_decline_s is not None and self.most_decline_s < 0:
            raise ValueError("decline minutes are not below zero")

    @property
    def unit(self) -> str:
        """The unit speeds are shown in."""
        return "mph" if self.imperial else "km/h"


CAUTIOUS = Profile()
"""Who runs when nobody said: a beginner's easy pace (8 km/h), a brisk walk, and no steeper than the −5 % where training
starts (A3.1). Ours; it is stated at the start of every session that uses it."""
