"""What is known of a model of treadmill, as data: how to tell it, and what it does otherwise than the standard.

A profile takes away or warns; it can't widen what a machine reports. Each quirk keeps its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from fnmatch import fnmatchcase
from typing import Any, Final

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
    """What speed targets are counted in."""
    readback: bool = True
    """Whether the inclination that it tells is one."""
    readback_offset: Grade = LEVEL
    """What it tells at true level."""
    start_says_stopped: bool = False
    """A Start is followed by the status "stopped by user"."""
    unlock: Unlock | None = None
    unlock_when: UnlockWhen = UnlockWhen.ONCE
    told: SpeedUnit = SpeedUnit.KMH
    """What it tells its speed in: km/h by the standard."""


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
    """The profile that fits most closely, the first of several; a person's own stands on the shipped one that fits."""
    best: dict[bool, tuple[tuple[int, int], MachineProfile]] = {}
    for profile in profiles:
        weight = profile.match.weight(name, model, firmware, manufacturer)
        if weight > best.get(profile.shipped, ((0, 0), UNKNOWN))[0]:
            best[profile.shipped] = (weight, profile)
    if len(best) < 2:
        return next((profile for _, profile in best.values()), None)
    (own_weight, own), (shipped_weight, shipped) = best[False], best[True]
    return _together(own, shipped, own_weight >= shipped_weight)


def _together(own: MachineProfile, shipped: MachineProfile, own_is_as_close: bool) -> MachineProfile:
    """What somebody wrote, on top of what comes along: whatever takes something away stays, and the closer fit says the rest.

    Only a profile of one's own that fits as closely may drive what the shipped one does not, or command its deck.
    """
    first, second = (own, shipped) if own_is_as_close else (shipped, own)

    def said(name: str) -> Any:
        """By the closer fit; where that says nothing else than the standard, by the other."""
        value = getattr(first, name)
        return getattr(second, name) if value == getattr(UNKNOWN, name) else value

    def narrowest(choose: Callable[[Iterable[Any]], Any], name: str) -> Any:
        return choose([v for v in (getattr(own, name), getattr(shipped, name)) if v is not None] or [None])

    return replace(
        own,
        manner=_manner(first.manner, second.manner),
        slowest=narrowest(max, "slowest"),
        fastest=narrowest(min, "fastest"),
        speed_step=narrowest(max, "speed_step"),
        lowest=narrowest(max, "lowest"),
        highest=narrowest(min, "highest"),
        grade_step=narrowest(max, "grade_step"),
        proven=own.proven or shipped.proven,
        commanded=False if own.commanded is False else said("commanded"),
        deck_rate=said("deck_rate"),
        unsupported=own.unsupported if own_is_as_close else said("unsupported"),
        warnings=tuple(dict.fromkeys((*own.warnings, *shipped.warnings))),
        sources=(*own.sources, *shipped.sources),
    )


def _manner(first: Manner, second: Manner) -> Manner:
    """Likewise for how to talk to it; an unlock keeps its when."""
    unlocked = first if first.unlock is not None else second
    others = {f.name: getattr(second, f.name) for f in fields(Manner) if getattr(first, f.name) == getattr(STANDARD, f.name)}
    return replace(first, **{**others, "unlock": unlocked.unlock, "unlock_when": unlocked.unlock_when})


def quirks_of(profile: MachineProfile) -> tuple[str, ...]:
    """The names of the fields in which this profile is not the standard's machine."""
    plain = MachineProfile(profile.title, profile.match, profile.shipped, sources=profile.sources)
    return tuple(f.name for f in fields(profile) if getattr(profile, f.name) != getattr(plain, f.name))
