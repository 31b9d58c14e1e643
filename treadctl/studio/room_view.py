"""The whole room at a moment, as a console shows it: one headline, the problems first, and every lane. Pure.

It says things as staff say them: "14 of 20 ready", "18 of 20 moving". The console only lays it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import accumulate
from typing import Final

from treadctl.studio.class_place import read
from treadctl.studio.coach import Coach
from treadctl.studio.lane_tile import NOT_MOVING_S, LaneTile, Mood, Room, tile
from treadctl.studio.roster import Late
from treadctl.units import clock
from treadctl.workout.model import Segment, Workout
from treadctl.workout.profile import CAUTIOUS

DEAF_AFTER_S: Final = 10.0
"""A console that has led for so long has been heard by every lane that can hear it: two leases. Ours."""
LATE_MS: Final = 100
"""A command that left later than this after T0 is named; below, nobody sees a difference. Ours."""
NAMED: Final = 12
"""Lanes that a line names before it only counts them."""

_BUSY: Final = frozenset(
    {
        Mood.NOT_STILL,
        Mood.GONE,
        Mood.HANDS_OFF,
        Mood.NO_TREADMILL,
        Mood.BRAKING,
        Mood.PAUSED,
        Mood.COUNTING,
        Mood.MOVING,
    }
)
_BEGINS: Final = frozenset({Mood.NOT_MOVING, Mood.COUNTING, Mood.MOVING})
"""A lane whose belt does not move, and is to."""
_STANDS: Final = {
    Mood.PAUSED: "paused",
    Mood.COUNTING: "starting",
    Mood.DONE: "done",
    Mood.READY: "ready",
    Mood.NOT_READY: "not ready",
    Mood.FREE: "free",
}
"""What lanes of a class that runs do instead of moving; the urgent ones have the bar beneath."""


class Stage(Enum):
    """Where the class is, as far as this console knows."""

    LISTENING = "looking for other consoles"
    IDLE = "no program yet"
    OFFERED = "program sent"
    COUNTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    OVER = "over"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the class is in its program: step (from 0), what is left of it, and seconds since its start."""

    at_s: float
    step: int
    left_s: float
    segment: Segment
    following: Segment | None


@dataclass(frozen=True, slots=True)
class RoomView:
    """The room. `linked` is whether the broker is reached, `other` a console that leads instead of this one, `decline_s` how
    much decline the program has, as written, and `cap_s` how much of it the room gets. `notice` is for a moment; `warning`
    stands for as long as another console's clock is `apart_s` ahead of this one's."""

    now: float
    studio: str
    console: str
    linked: bool
    why: str
    leads: bool
    other: str
    stage: Stage
    headline: str
    line: str
    title: str = ""
    program: Workout | None = None
    place: Place | None = None
    lanes: tuple[LaneTile, ...] = ()
    ready: int = 0
    there: int = 0
    unanswered: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    notice: str = ""
    warning: str = ""
    apart_s: float = 0.0
    decline_s: float = 0.0
    cap_s: int | None = None

    @property
    def problems(self) -> tuple[LaneTile, ...]:
        """The lanes that somebody should go to, the most urgent first; of two alike first the one whose belt is not seen."""
        urgent = (lane for lane in self.lanes if lane.is_urgent)
        return tuple(sorted(urgent, key=lambda lane: (lane.mood, lane.speed is not None, lane.speed == 0, lane.lane)))

    @property
    def is_quiet(self) -> bool:
        """Whether nothing moves or is about to, so that leaving takes nothing away from anybody."""
        return self.stage is not Stage.COUNTING and not any(lane.mood in _BUSY for lane in self.lanes)


def room_view(
    coach: Coach, now: float, *, linked: bool, why: str = "", leads_since: float | None = None, notice: str = ""
) -> RoomView:
    """What a coach's console shows now."""
    deaf_counts = linked and leads_since is not None and now - leads_since > DEAF_AFTER_S
    program = None if coach.offered is None else workout_of(coach.offered.program)
    decline_s = 0.0 if program is None else program.decline_s(CAUTIOUS)
    room = Room(now, coach.class_id, coach.expected, coach.stopped_at, deaf_counts, coach.offered, decline_s)
    lanes = tuple(tile(view, room) for view in coach.roster)
    place = None if program is None or coach.place is None else place_in(program, coach.place.at(now))
    there = sum(not view.is_lost(now) for view in coach.roster)
    counts = coach.roster.ready_count(now), there
    stage = _stage(coach, now, linked=linked, over=place is None and coach.place is not None and coach.place.at(now) > 0)
    headline, line = _words(coach, stage, lanes, counts, now)
    return RoomView(
        now=now,
        studio=coach.studio,
        console=coach.coach,
        linked=linked,
        why=why,
        leads=coach.leads,
        other=coach.other(now) or "",
        stage=stage,
        headline=headline,
        line=line,
        title="" if coach.offered is None else coach.offered.title,
        program=program,
        place=place,
        lanes=lanes,
        ready=counts[0],
        there=there,
        unanswered=coach.unanswered(now),
        notice=notice,
        warning=coach.apart(now),
        apart_s=coach.apart_s(now),
        decline_s=decline_s,
        cap_s=None if coach.offered is None else coach.offered.decline_s,
    )


@lru_cache(maxsize=4)
def workout_of(program: str) -> Workout:
    """The program of a class, read once."""
    return read(program)


def place_in(program: Workout, at_s: float) -> Place | None:
    """The step that a class is in; None before its start and after its end. By the cautious runner's times, as lanes reckon."""
    if at_s < 0:
        return None
    ends = accumulate(segment.expected_s(CAUTIOUS) for segment in program)
    for step, end_s in enumerate(ends):
        if at_s < end_s:
            following = program.segments[step + 1] if step + 1 < len(program.segments) else None
            return Place(at_s, step, end_s - at_s, program.segments[step], following)
    return None


def late_words(late: tuple[Late, ...]) -> str:
    """Who is late and by how much: commands by our own clocks, belts by how long their treadmills took after that."""
    told = []
    counting = [one.lane for one in late if one.waiting_s is not None and one.waiting_s <= NOT_MOVING_S]
    waiting = [f"lane {one.lane} for {one.waiting_s:.0f} s" for one in late if one.waiting_s and one.waiting_s > NOT_MOVING_S]
    if waiting:
        told.append(f"Not moving yet: {', '.join(waiting[:NAMED])}.")
    if counting:
        told.append(f"On their way, as treadmills count down themselves: {named(counting)}.")
    late_ms = {one.lane: one.command_ms for one in late if one.command_ms is not None and abs(one.command_ms) > LATE_MS}
    if late_ms:
        told.append(f"Late: {', '.join(f'lane {lane} by {ms / 1000:.1f} s' for lane, ms in list(late_ms.items())[:NAMED])}.")
    commands = [one.command_ms for one in late if one.command_ms is not None]
    belts = [one.belt_ms for one in late if one.belt_ms is not None]
    if commands and belts:
        spread = f"Commands within {max(commands) - min(commands)} ms"
        told.append(f"{spread}, belts {min(belts) / 1000:.1f} to {max(belts) / 1000:.1f} s after them.")
    return " ".join(told)


def named(lanes: list[int]) -> str:
    """`lane 4`, `lanes 4, 7`; beyond a dozen the rest is counted."""
    return f"lane{'s' if len(lanes) > 1 else ''} {_numbers(lanes)}"


def _numbers(lanes: list[int]) -> str:
    shown = ", ".join(str(lane) for lane in lanes[:NAMED])
    return f"{shown} and {len(lanes) - NAMED} more" if len(lanes) > NAMED else shown


def _stage(coach: Coach, now: float, *, linked: bool, over: bool) -> Stage:
    if coach.stopped_at is not None:
        return Stage.STOPPED
    if coach.t0 is not None and now < coach.t0:
        return Stage.COUNTING
    if coach.t0 is not None:
        held = coach.place is not None and coach.place.is_held
        return Stage.PAUSED if held else Stage.OVER if over else Stage.RUNNING
    if coach.offered is not None:
        return Stage.OFFERED
    listening = linked and not coach.leads and coach.other(now) is None
    return Stage.LISTENING if listening else Stage.IDLE


def _words(coach: Coach, stage: Stage, lanes: tuple[LaneTile, ...], counts: tuple[int, int], now: float) -> tuple[str, str]:
    """The headline that is read across the room, and the line beneath it."""
    ready, there = counts
    moving = sum(view.is_moving(now) for view in coach.roster if view.lane in coach.expected)
    match stage:
        case Stage.STOPPED:
            return _stopping(coach, lanes, now)
        case Stage.COUNTING:
            assert coach.t0 is not None
            return f"STARTING IN {max(0, -int(-(coach.t0 - now) // 1))}", f"{len(coach.expected)} ready. P calls it off."
        case Stage.RUNNING:
            return f"{moving} OF {len(coach.expected)} MOVING", _running(coach, lanes, now)
        case Stage.PAUSED:
            return (
                "CLASS PAUSES",
                f"{moving} of {len(coach.expected)} moving. R offers to go on; each runner says when.",
            )
        case Stage.OVER:
            return "CLASS IS OVER", f"{moving} of {len(coach.expected)} moving. C chooses the next program."
        case Stage.OFFERED:
            waiting = [lane.lane for lane in lanes if lane.mood in (Mood.NOT_READY, Mood.REFUSED)]
            return f"{ready} OF {there} READY", f"Not yet: {named(waiting)}." if waiting else _all_ready(ready)
        case Stage.LISTENING:
            return "ONE MOMENT", "Looking for other consoles."
        case Stage.IDLE:
            heard = "No program yet: C chooses one." if there else "No lane is heard yet: are their computers on?"
            return f"{there} LANES HERE" if there != 1 else "1 LANE HERE", heard


def _running(coach: Coach, lanes: tuple[LaneTile, ...], now: float) -> str:
    """Who of those that were to start does not move, and why; then who is late."""
    begins = {lane.lane for lane in lanes if lane.mood in _BEGINS}
    late = tuple(one for one in coach.late(now) if one.waiting_s is None or one.lane in begins)
    waiting = {one.lane for one in late if one.waiting_s is not None}
    standing: dict[str, list[int]] = {}
    for lane in lanes:
        does = _STANDS.get(lane.mood, "")
        if does and lane.lane in coach.expected and lane.lane not in waiting and not coach.roster[lane.lane].is_moving(now):
            standing.setdefault(does, []).append(lane.lane)
    told = "; ".join(f"{_numbers(standing[does])} {does}" for does in _STANDS.values() if does in standing)
    goes_on = " R offers to go on." if "paused" in standing else ""
    return f"{f'Not moving: {told}.{goes_on} ' if told else ''}{late_words(late)}".strip()


def _stopping(coach: Coach, lanes: tuple[LaneTile, ...], now: float) -> tuple[str, str]:
    """Nobody is sent to look while each belt that is not still yet is seen to brake."""
    look = [lane.lane for lane in lanes if lane.mood is Mood.NOT_STILL]
    braking = [lane.lane for lane in lanes if lane.mood is Mood.BRAKING]
    if look:
        brakes = f" Braking: {named(braking)}." if braking else ""
        return "GO AND LOOK", f"Not known to be still: {named(look)}.{_owed(coach, now)}{brakes}"
    if not braking and not any(lane.mood is not Mood.OFF for lane in lanes):
        return "GO AND LOOK", "No lane is heard here."
    if not braking:
        return "ALL STILL", f"STOP ALL: every belt is still.{_but(coach)}"
    there = sum(lane.mood is not Mood.OFF for lane in lanes)
    return f"{there - len(braking)} OF {there} STILL", f"Braking: {named(braking)}."


def _but(coach: Coach) -> str:
    """Of which belts nothing but people's eyes says so."""
    seen = [view.lane for view in coach.roster if view.was_seen_still]
    never = [view.lane for view in coach.roster if not view.was_heard]
    return f"{f' Seen still by staff: {named(seen)}.' if seen else ''}{f' Never heard here: {named(never)}.' if never else ''}"


def _owed(coach: Coach, now: float) -> str:
    """Which lanes a Stop waits for that are not heard."""
    owed = coach.unanswered(now).get("stop", ())
    gone = [lane for lane in owed if lane not in coach.roster or coach.roster[lane].is_lost(now)]
    return f" STOP ALL is still owed to {named(gone)}." if gone else ""


def _all_ready(ready: int) -> str:
    return "Everybody here is ready: G starts the class." if ready else "Nobody is here yet: are the lanes' computers on?"


def step_words(view: RoomView) -> str:
    """`step 4 of 12: decline -5.0 %, 1:12 left; then level`; empty while there is no place."""
    if view.place is None or view.program is None:
        return ""
    place = view.place
    then = f"; then {_segment(place.following)}" if place.following is not None else "; then the end"
    step = f"step {place.step + 1} of {len(view.program.segments)}: {_segment(place.segment)}"
    return f"{step}, {clock(place.left_s)} left{then}"


def _segment(segment: Segment) -> str:
    grade = f" {segment.grade_to}".replace("-", "−") if segment.grade_to or segment.grade_from else ""
    return f"{segment.kind.value}{grade}"
