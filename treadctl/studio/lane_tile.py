"""One lane in plain words for whoever looks after a room: what it does, what was asked, and whether somebody must go. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from treadctl.engine.phases import Phase
from treadctl.engine.walking import WALKING
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import Offer, Reason
from treadctl.studio.roster import LaneView
from treadctl.units import Grade, Speed, clock

NOT_MOVING_S: Final = 6.0
"""A lane that was to start and whose belt is not shown moving this long after T0 is a problem. Belts take 1 to 4 s. Ours."""

STOPS_S: Final = 15.0
"""A belt from 15 km/h stands after some ten seconds, and three more prove it; whatever takes longer is looked at. Ours."""


class Mood(IntEnum):
    """How a lane is, the most urgent first."""

    NOT_STILL = 0
    GONE = 1
    DEAF = 2
    HANDS_OFF = 3
    NO_TREADMILL = 4
    NOT_MOVING = 5
    REFUSED = 6
    BRAKING = 7
    PAUSED = 8
    COUNTING = 9
    MOVING = 10
    READY = 11
    NOT_READY = 12
    STILL = 13
    DONE = 14
    FREE = 15
    OFF = 16


URGENT: Final = frozenset(mood for mood in Mood if mood <= Mood.REFUSED)
"""Somebody should go and look."""


@dataclass(frozen=True, slots=True)
class LaneTile:
    """What the console shows of one lane. `word` is what it does, in plain words; `more` says what to do about it.

    `cap_s` is the cap of its decline in this class, where that is less than the program has, and `level` whether its runner goes
    without any; nobody hears why.
    """

    lane: int
    name: str
    mood: Mood
    word: str
    more: str = ""
    speed: Speed | None = None
    grade: Grade | None = None
    asked_speed: Speed | None = None
    asked_grade: Grade | None = None
    step: str = ""
    limited: str = ""
    news: str = ""
    cap_s: int | None = None
    level: bool = False

    @property
    def is_urgent(self) -> bool:
        """Whether somebody should go and look."""
        return self.mood in URGENT


@dataclass(frozen=True, slots=True)
class Room:
    """What a lane's tile depends on beside the lane. `expected` is when lanes are to start; `deaf_counts` once a console has
    led for long enough that every lane must have heard it. `offer` has `decline_s` of decline, as written."""

    now: float
    class_id: str | None = None
    expected: Mapping[int, float] = field(default_factory=dict)
    stopped_at: float | None = None
    deaf_counts: bool = False
    offer: Offer | None = None
    decline_s: float = 0.0


REFUSALS: Final[dict[Reason, str]] = {
    Reason.UNSUITABLE: "CAN'T RUN IT",
    Reason.NO_CLASS: "NO CLASS HERE",
    Reason.CLOCK_TOO_COARSE: "NET TOO SLOW",
    Reason.FORGED: "WRONG KEY",
    Reason.SKEWED: "CLOCKS APART",
    Reason.TOO_LARGE: "CAN'T READ IT",
    Reason.MALFORMED: "CAN'T READ IT",
    Reason.TOO_LATE: "",
    Reason.RETAINED: "",
    Reason.FOREIGN: "",
    Reason.UNMEASURED: "",
    Reason.STALE: "",
    Reason.DUPLICATE: "",
    Reason.REPLAYED: "",
    Reason.NOT_IN_CHARGE: "",
    Reason.NOT_READY: "",
    Reason.NOT_RUNNING: "",
    Reason.TOO_OFTEN: "",
    Reason.BUSY: "",
}
"""The word of each refusal that staff can do something about. The others pass by themselves or say what is plain to see; those
are read in the lane's window."""
_REFUSES: Final = frozenset(phase.value for phase in LanePhase if phase not in (LanePhase.COUNTING, LanePhase.STARTED))
"""Where a refusal matters: nobody is on their way here."""
_PHASES: Final[dict[str, tuple[Mood, str]]] = {
    LanePhase.WAITING.value: (Mood.FREE, "free"),
    LanePhase.OFFERED.value: (Mood.NOT_READY, "not ready"),
    LanePhase.READY.value: (Mood.READY, "READY"),
    LanePhase.COUNTING.value: (Mood.COUNTING, "counting"),
    LanePhase.OVER.value: (Mood.DONE, "done"),
    Phase.UNLINKED.value: (Mood.NO_TREADMILL, "NO TREADMILL"),
    Phase.LEVELLING.value: (Mood.COUNTING, "levelling"),
    Phase.COUNTDOWN.value: (Mood.COUNTING, "3, 2, 1"),
    Phase.STARTING.value: (Mood.COUNTING, "starting"),
    Phase.PAUSING.value: (Mood.PAUSED, "pausing"),
    Phase.PAUSED.value: (Mood.PAUSED, "paused"),
    Phase.ENDING.value: (Mood.MOVING, "slowing"),
    Phase.STOPPING.value: (Mood.MOVING, "stopping"),
    Phase.HANDS_OFF.value: (Mood.HANDS_OFF, "CONSOLE HAS IT"),
}
_MORE: Final = {
    Mood.NOT_STILL: "Go there now: the treadmill's own STOP or safety key. Is it still? Press I.",
    Mood.GONE: "Go and look: its belt may move. Its own console works. Is it still, after STOP ALL? Press I.",
    Mood.DEAF: "It does not hear this console: STOP ALL would not reach it. Stop it at its own console if need be.",
    Mood.HANDS_OFF: "Its own console or safety key has the belt. Ask the runner; they say ready again when they are.",
    Mood.NO_TREADMILL: "Its program runs and has no link to the treadmill. The belt may be moving: go and look.",
    Mood.NOT_MOVING: "It was to start with the others. Ask the runner; they can come later by saying ready again.",
    Mood.REFUSED: "It did not take what was sent. What it said stands below.",
    Mood.PAUSED: "The runner goes on with a key of their own. R offers it to them.",
}
_SHOWS_ASKED: Final = frozenset({Mood.MOVING, Mood.NOT_STILL, Mood.BRAKING, Mood.PAUSED, Mood.HANDS_OFF, Mood.DEAF})
_SHOWS_LEVEL: Final = frozenset({Mood.MOVING, Mood.PAUSED, Mood.COUNTING, Mood.READY, Mood.NOT_MOVING})


def tile(view: LaneView, room: Room) -> LaneTile:
    """One lane at a moment."""
    mood, word = _mood(view, room)
    state = view.state
    fresh = state is not None and mood is not Mood.GONE and not view.is_lost(room.now)
    in_class = fresh and state is not None and mood in _SHOWS_ASKED
    return LaneTile(
        lane=view.lane,
        name=(state.name or "") if state is not None else "",
        mood=mood,
        word=word,
        more=_MORE.get(mood, ""),
        speed=state.real_speed if fresh and state is not None else None,
        grade=state.real_grade if fresh and state is not None else None,
        asked_speed=state.asked_speed if in_class and state is not None else None,
        asked_grade=state.asked_grade if in_class and state is not None else None,
        step=state.step if in_class and state is not None else "",
        limited=state.limited if fresh and state is not None else "",
        news=view.refused if mood is Mood.REFUSED else view.news,
        cap_s=_cap(view.lane, room),
        level=view.level and room.decline_s > 0 and mood in _SHOWS_LEVEL,
    )


def _cap(lane: int, room: Room) -> int | None:
    cap_s = None if room.offer is None or room.stopped_at is not None else room.offer.decline_for(lane)
    return cap_s if cap_s is not None and cap_s < room.decline_s else None


def _mood(view: LaneView, room: Room) -> tuple[Mood, str]:
    if room.stopped_at is not None and not view.is_still(room.now, room.stopped_at) and _counts(view, room):
        return _not_still(view, room.now, room.stopped_at)
    if view.was_seen_still and view.looked_at > room.expected.get(view.lane, float("-inf")):
        return Mood.STILL, "seen still"
    if view.is_lost(room.now) or view.state is None:
        return _away(view, room)
    state = view.state
    if state.belt == "moving" and not view.is_moving(room.now):  # it was, and what it does now nobody hears
        return Mood.GONE, f"NOT HEARD {clock(room.now - view.state_at)}"
    if room.deaf_counts and not state.hears_coach:
        return Mood.DEAF, "DOESN'T HEAR"
    if view.reason is not None and REFUSALS[view.reason] and state.phase in _REFUSES:
        return Mood.REFUSED, REFUSALS[view.reason]
    mood, word = _PHASES.get(state.phase, (Mood.MOVING, "moving"))
    begins = state.phase == Phase.RUNNING.value or (mood is Mood.COUNTING and view.moved is None)
    if begins and not view.is_moving(room.now) and _is_late(view, room):
        return Mood.NOT_MOVING, "NOT MOVING"
    if state.phase == Phase.RUNNING.value and WALKING in state.limited:
        return Mood.MOVING, "walking"
    if mood in (Mood.FREE, Mood.MOVING) and room.stopped_at is not None:
        return Mood.STILL, "still"  # whatever its session does to end
    return mood, word


def _not_still(view: LaneView, now: float, since: float) -> tuple[Mood, str]:
    """After a Stop. A belt takes seconds to stop: nobody is sent to one that is seen, and has had no time for it yet."""
    shows_zero = view.is_seen(now, since) and view.state is not None and view.state.real_speed == 0
    if view.is_seen(now) and now - since <= STOPS_S:
        return Mood.BRAKING, "almost still" if shows_zero else "braking"
    if view.is_moving(now):
        return Mood.NOT_STILL, "STILL MOVING"
    return Mood.NOT_STILL, "ALMOST STILL" if shows_zero else "BELT UNKNOWN"


def _away(view: LaneView, room: Room) -> tuple[Mood, str]:
    """A lane that is not heard: it matters where its belt moved when it was heard last, or where it takes part."""
    if not view.was_heard:
        return (Mood.GONE, "GONE") if view.lane in room.expected or view.awaited else (Mood.OFF, "off")
    if not view.is_lost(room.now):
        return Mood.FREE, "here"
    moved = view.state is not None and view.state.belt != "still" and not view.is_away(room.now)
    if not moved and view.lane not in room.expected:
        return Mood.OFF, "off"
    return Mood.GONE, f"GONE {clock(room.now - view.heard_at)}"


def _counts(view: LaneView, room: Room) -> bool:
    """Whether a belt is asked about after a Stop: not that of a lane which was off all along."""
    return not (view.is_lost(room.now) and view.is_away(room.stopped_at or 0.0))


def _is_late(view: LaneView, room: Room) -> bool:
    return view.lane in room.expected and room.now > room.expected[view.lane] + NOT_MOVING_S
