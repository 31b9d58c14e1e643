"""What a lane can be told, and what it can want: the words between the pure lane and whoever runs its session and its bus."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, NamedTuple

from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Snapshot
from treadctl.engine.words import ClockJumped, Event, Input, Key, Told
from treadctl.studio.accept import Refusal
from treadctl.studio.messages import Command, Report
from treadctl.units import Grade, Speed
from treadctl.workout.model import SegmentKind, Workout
from treadctl.workout.profile import Profile

TAKES_BACK: Final = frozenset({Event.STOPPED, Event.PAUSED, Event.SAFETY_KEY, Event.RESET, Event.CONTROL_LOST})
"""What is done at a treadmill by which nobody there is ready any more: the same that takes a belt away from a session."""
STALE_S: Final = 3.0
"""Telemetry older than this says nothing about the belt: the engine's own STALE_S."""


class LaneKey(Enum):
    """What a runner can say to the class, on the spot. Their session's own keys go to the session and not through here."""

    READY = "ready"
    NOT_READY = "not ready"
    GO_ON = "go on"
    QUICKER = "quicker"
    GENTLER = "gentler"


@dataclass(frozen=True, slots=True)
class Said:
    """A runner's key. `how` is where it was pressed: a cheap keypad is as good as the keyboard."""

    key: LaneKey
    how: Literal["key", "console", "keypad"] = "key"


@dataclass(frozen=True, slots=True)
class Called:
    """The first name that a runner agrees to be shown by, in this class; None takes it back."""

    name: str | None


@dataclass(frozen=True, slots=True)
class PainToday:
    """The answer to "pain today?", 0 … 10. It never leaves the lane."""

    level: int

    def __post_init__(self) -> None:
        if not 0 <= self.level <= 10:
            raise ValueError("pain is a number from 0 to 10")


class Seen(NamedTuple):
    """The session at a moment, as far as a class is concerned. `console` is what was done at the treadmill since the last.
    A tuple: one is made at 4 Hz.

    `level` is whether the program that is prepared has no decline, `decline_s` how long a decline was run in this session,
    `arms` whether the session would heed ARM, `at` when what the session had to send had been handed on (the lane's clock).
    """

    phase: Phase
    ending: Ending | None = None
    speed: Speed | None = None
    grade: Grade | None = None
    asked_speed: Speed | None = None
    asked_grade: Grade | None = None
    target_speed: Speed | None = None
    step: str = ""
    limited: str = ""
    warmed_up: bool = False
    fresh: bool = True
    age_s: float = 0.0
    said: str = ""
    console: Event | None = None
    level: bool = False
    decline_s: float = 0.0
    arms: bool = True
    at: float | None = None

    @classmethod
    def of(cls, snapshot: Snapshot, cues: tuple[Cue, ...] = (), inputs: Iterable[Input] = ()) -> Seen:
        """What a step of the engine says, as far as the room may know it: no name, nothing of anybody's health."""
        told = [happened.event for happened in inputs if isinstance(happened, Told)]
        segment = snapshot.segment
        return cls(
            phase=snapshot.phase,
            ending=snapshot.ending,
            speed=snapshot.shown_speed,
            grade=snapshot.shown_grade,
            asked_speed=snapshot.asked_speed,
            asked_grade=snapshot.asked_grade,
            target_speed=snapshot.target_speed,
            step=f"{segment.kind.value} {segment.label}".strip(),
            limited="; ".join(f"{limit.given} (asked {limit.asked}): {_plainly(limit.why)}" for limit in snapshot.limits)[:160],
            warmed_up=segment.kind is not SegmentKind.WARM_UP,
            fresh=snapshot.age_s <= STALE_S,
            age_s=snapshot.age_s,
            said=next((cue.words for cue in reversed(cues) if cue.kind in _SHARED), ""),
            decline_s=snapshot.decline_s,
            arms=snapshot.may_arm,
            console=next((event for event in told if event in TAKES_BACK), told[-1] if told else None),
        )

    @property
    def takes_back(self) -> bool:
        """Whether somebody did at the treadmill what whoever is ready does not do."""
        return self.console in TAKES_BACK


_SHARED: Final = (CueKind.SAFETY, CueKind.CHANGE, CueKind.FORM, CueKind.PRAISE)
"""What a runner is told that the room may know: limits and news can tell of a person."""
_MINUTES: Final = ("of decline are done", "no more decline today")
"""How the engine's reasons end where minutes of decline are used up."""


def _plainly(why: str) -> str:
    """A limit's reason, without the name that a profile goes by, or the minutes that legs or history leave."""
    if why.startswith("the ceiling of "):
        return "their own ceiling"
    return "their own limit" if why.endswith(_MINUTES) else why


@dataclass(frozen=True, slots=True)
class Link:
    """The broker is reached, or lost."""

    up: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """The session failed, and is no more: its belt was told to stop, if it could be."""


LaneInput = Command | Refusal | Said | PainToday | Called | Seen | Broken | ClockJumped | Link


@dataclass(frozen=True, slots=True)
class Prepare:
    """Have a session for this workout and runner, linked and unarmed, in place of any before it."""

    workout: Workout
    runner: Profile


@dataclass(frozen=True, slots=True)
class Press:
    """Press this key of the session. ARM only ever follows this runner's own READY, RESUME only their own GO_ON.

    ARM has the moment at which the belt is to start.
    """

    key: Key
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class WalkNow:
    """Level and walking pace from here on, until the runner or the coach says otherwise."""


@dataclass(frozen=True, slots=True)
class EasyPace:
    """A guest has found their easy pace, in the warm-up."""

    speed: Speed


LaneWish = Prepare | Press | WalkNow | EasyPace


@dataclass(frozen=True, slots=True)
class LaneStep:
    """What one step of a lane came to: what its session should do, what goes to the broker, what the runner hears."""

    wishes: tuple[LaneWish, ...] = ()
    reports: tuple[Report, ...] = ()
    said: tuple[Cue, ...] = ()


class LanePhase(Enum):
    """Where a lane is in a class. The value is what the console shows, until the session runs and shows its own."""

    WAITING = "waiting for a class"
    OFFERED = "program offered"
    READY = "ready"
    COUNTING = "counting down"
    STARTED = "started"
    OVER = "over"


class Turn(Enum):
    """What leads from one phase of a lane to another."""

    OFFERED = "offered"
    READY = "runner ready"
    UNREADY = "lapsed, taken back or called off"
    COUNT = "start accepted"
    ARMED = "armed"
    ENDED = "session over"


_P, _T = LanePhase, Turn
TABLE: Final[dict[LanePhase, dict[Turn, LanePhase]]] = {
    _P.WAITING: {_T.OFFERED: _P.OFFERED},
    _P.OFFERED: {_T.OFFERED: _P.OFFERED, _T.READY: _P.READY},
    _P.READY: {_T.OFFERED: _P.OFFERED, _T.UNREADY: _P.OFFERED, _T.COUNT: _P.COUNTING},
    _P.COUNTING: {_T.UNREADY: _P.OFFERED, _T.ARMED: _P.STARTED},
    _P.STARTED: {_T.UNREADY: _P.OFFERED, _T.ENDED: _P.OVER},
    _P.OVER: {_T.OFFERED: _P.OFFERED},
}
"""What a phase has no arrow for changes nothing. COUNTING is reached from READY alone, and STARTED from COUNTING alone."""
