"""What training knows of the past: sessions done and legs felt, as plain values. Dates come from outside, never from a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Final

from treadctl.units import LEVEL, Grade, Speed

COUNTS_FROM_S: Final = 60
"""A session with less decline than this is no decline session: nobody gets sore from it. Ours."""
COMPLETE_PERCENT: Final = 90
"""Completed means finished, with this share of the planned decline really run (steps can be skipped). Ours."""
FINISHED: Final = "finished"
STOPPED: Final = "stopped"
INTERRUPTED: Final = "interrupted"
"""How a session ended that was still open when the program died; other endings are those of the engine, in lower case."""


class Kind(Enum):
    """What was done. All of it is told of by the legs; only a run has decline in it."""

    RUN = "run"
    STRENGTH = "strength"
    PLYOMETRICS = "plyometrics"


class Site(Enum):
    """Where it can be felt after running downhill (A1.2, A1.3)."""

    QUADS = "quads"
    KNEE = "knee"
    IT_BAND = "it-band"
    SHIN = "shin"
    CALF = "calf"
    ANKLE = "ankle"
    FEET = "feet"
    GLUTES = "glutes"
    BACK = "back"
    ARMS = "arms"


class Flag(Enum):
    """Signs that are no soreness and belong to a doctor (science.md §5.5)."""

    DARK_URINE = "dark-urine"
    SWELLING = "swelling"
    SHARP_JOINT_PAIN = "sharp-joint-pain"


@dataclass(frozen=True, slots=True)
class Done:
    """One session as it was run. `grade` is the steepest true grade held for a minute in all; `seconds_at` has all of them.

    `planned_*` is what the workout asked, `decline_speed`, `heart_rate` and `step_rate` are means over its decline; None is
    not known. Grades are true grades, rounded to half a percent in `seconds_at`.
    """

    id: int
    begun: datetime
    workout: str = ""
    title: str = ""
    kind: Kind = Kind.RUN
    ending: str | None = FINISHED
    simulated: bool = False
    machine: str = ""
    planned_s: int = 0
    planned_decline_s: int = 0
    planned_grade: Grade = LEVEL
    running_s: int = 0
    distance_m: float = 0.0
    decline_s: int = 0
    descent_m: float = 0.0
    grade: Grade = LEVEL
    seconds_at: tuple[tuple[Grade, int], ...] = ()
    decline_speed: Speed | None = None
    heart_rate_bpm: int | None = None
    step_rate_spm: int | None = None
    body_mass_kg: float | None = None

    @property
    def day(self) -> date:
        """The day on which it began."""
        return self.begun.date()

    @property
    def is_decline(self) -> bool:
        """Whether it counts as a downhill session."""
        return self.kind is Kind.RUN and self.decline_s >= COUNTS_FROM_S and self.grade < LEVEL

    @property
    def completed(self) -> bool:
        """Whether it was run to its end."""
        return self.ending == FINISHED and self.decline_s * 100 >= self.planned_decline_s * COMPLETE_PERCENT


@dataclass(frozen=True, slots=True)
class CheckIn:
    """How the legs were on a day, 0 to 10. `after_h` is 24, 48 or 72 when it answers for that time after `session`.

    `worst_day` and `worst` are remembered afterwards ("which day was worst?"); `cleared` is a doctor's word on earlier flags.
    """

    day: date
    level: int
    session: int | None = None
    after_h: int | None = None
    sites: tuple[Site, ...] = ()
    flags: tuple[Flag, ...] = ()
    worst_day: int | None = None
    worst: int | None = None
    cleared: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.level <= 10 or (self.worst is not None and not 0 <= self.worst <= 10):
            raise ValueError("soreness is a whole number from 0 (none) to 10 (the worst)")
        if self.after_h not in (None, 24, 48, 72):
            raise ValueError("check-ins are for 24, 48 and 72 hours after a session")
        if (self.worst_day is None) != (self.worst is None):
            raise ValueError("the worst day and how bad it was are told together")
        if self.worst_day is not None and not 1 <= self.worst_day <= 7:
            raise ValueError("the worst day is the 1st to the 7th after the session")


@dataclass(frozen=True, slots=True)
class Past:
    """All that advice is made from, oldest first."""

    sessions: tuple[Done, ...] = ()
    checks: tuple[CheckIn, ...] = ()

    @property
    def declines(self) -> tuple[Done, ...]:
        """The downhill sessions."""
        return tuple(done for done in self.sessions if done.is_decline)


@dataclass(frozen=True, slots=True)
class Reason:
    """One why, with its numbers; `source` is a fact of the article (A3.5), a study, or `ours`."""

    text: str
    source: str

    def __str__(self) -> str:
        return f"{self.text} ({self.source})"
