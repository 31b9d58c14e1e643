"""What is known of a model of treadmill, as data: how to tell it, and what it does otherwise than the standard.

A profile takes away or warns; it can't widen what a machine reports. Each quirk keeps its source.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from enum import Enum
from fnmatch import fnmatchcase
from typing import Final

from treadctl.safety import SpeedUnit, Unlock
from treadctl.units import LEVEL, Grade, Speed


class Answers(Enum):
    """Which requests a Control Point answers; the value is the word in a profile file."""

    NORMAL = "normal"
    FIRST_ONLY = "first only"
    NEVER = "never"


class UnlockWhen(Enum):
    """How often an unlock is wanted."""

    ONCE = "once"
    EACH = "before each command"


@dataclass(frozen=True, slots=True)
class Manner:
    """How the link talks to a machine. The defaults are the standard's."""

    answers: Answers = Answers.NORMAL
    unit: SpeedUnit = SpeedUnit.KMH
    """What speed targets are counted in; telemetry is in km/h all the same."""
    readback: bool = True
    """Whether the inclination that it tells is one."""
    readback_offset: Grade = LEVEL
    """What it tells at true level."""
    start_says_stopped: bool = False
    """A Start is followed by the status "stopped by user"."""
    unlock: Unlock | None = None
    unlock_when: UnlockWhen = UnlockWhen.ONCE


STANDARD: Final = Manner()


@dataclass(frozen=True, slots=True)
class Match:
    """By what a model is told: patterns with * and ?, in any case. Empty: not asked. All that are given must fit."""

    name: tuple[str, ...] = ()
    """The name it goes by over the air; one of them must fit."""
    model: str = ""
    firmware: str = ""
    manufacturer: str = ""

    def weight(self, name: str, model: str, firmware: str, manufacturer: str) -> tuple[int, int]:
        """How closely it fits: patterns that do, then characters that are no wildcards; (0, 0) is no match."""
        weights = []
        for patterns, text in (
            (self.name, name),
            (self.model, model),
            (self.firmware, firmware),
            (self.manufacturer, manufacturer),
        ):
            wanted = [patterns] if isinstance(patterns, str) else patterns
            fitting = [p for p in wanted if p and fnmatchcase(text.strip().lower(), p.lower())]
            if not fitting and any(wanted):
                return (0, 0)
            weights += [max(len(p) - p.count("*") - p.count("?") for p in fitting)] if fitting else []
        return len(weights), sum(weights)


@dataclass(frozen=True, slots=True)
class MachineProfile:
    """One model of treadmill. Grades are its own count; None: as it reports."""

    title: str
    match: Match = Match()
    shipped: bool = True
    """Comes with treadctl; else somebody wrote it for this computer, and it goes first."""

    manner: Manner = STANDARD
    slowest: Speed | None = None
    fastest: Speed | None = None
    speed_step: int | None = None
    """0.01 km/h."""
    lowest: Grade | None = None
    highest: Grade | None = None
    grade_step: int | None = None
    """0.1 %; counted from level, and never finer than the machine says."""
    proven: bool = False
    """A negative target was seen to go down on this model."""
    commanded: bool | None = None
    """Whether its deck can be commanded, whatever its feature bits say."""
    deck_rate: int | None = None
    """0.1 % per s."""
    unsupported: str = ""
    """Why it is not driven at all."""
    warnings: tuple[str, ...] = ()
    sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Each quirk as it was written, with its source."""


UNKNOWN: Final = MachineProfile("unknown")
"""A machine that no profile fits is taken at its word, inside all limits."""


def find_profile(
    name: str, model: str, firmware: str, manufacturer: str, profiles: Iterable[MachineProfile]
) -> MachineProfile | None:
    """The profile that fits: a person's own before a shipped one, then the closest fit, then the first."""
    best: tuple[bool, tuple[int, int]] = (False, (0, 0))
    found = None
    for profile in profiles:
        weight = profile.match.weight(name, model, firmware, manufacturer)
        if weight != (0, 0) and (found is None or (not profile.shipped, weight) > best):
            found, best = profile, (not profile.shipped, weight)
    return found


def quirks_of(profile: MachineProfile) -> tuple[str, ...]:
    """The names of the fields in which this profile is not the standard's machine."""
    plain = MachineProfile(profile.title, profile.match, profile.shipped, sources=profile.sources)
    return tuple(f.name for f in fields(profile) if getattr(profile, f.name) != getattr(plain, f.name))
