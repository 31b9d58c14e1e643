"""What a screen beside a lane shows of the class, at one moment. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from treadctl.studio.lane_words import LanePhase
from treadctl.workout.profile import Profile


@dataclass(frozen=True, slots=True)
class Look:
    """One moment of a lane's part in a class; the belt itself is told of by its session's own snapshot.

    `level` is whether this runner goes without declines today, `why_not` why "I'm ready" would not count yet. `ready_for_s` is
    how long it still counts, `starts_in_s` what is left to this lane's start, `class_s` how far the class is: negative before
    T0, None while there is no start. `runner` is the one of the next session, `name` only what they agreed to be called.
    """

    lane: int
    phase: LanePhase
    name: str
    runner: Profile
    title: str = ""
    asks_about_pain: bool = False
    level: bool = False
    why_not: str = ""
    ready_for_s: float | None = None
    starts_in_s: float | None = None
    class_s: float | None = None
    class_pauses: bool = False
    may_go_on: bool = False
    finds_pace: bool = False
    broker: bool = False
    coach: bool = False
