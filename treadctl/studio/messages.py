"""Every word that crosses the broker, as frozen dataclasses that pydantic checks: at the door, and when we make one.

The coach's words are signed and say whom they are for, until when, and in which order (docs/studio.md). A lane's words say how
its belt is; they hold no heart rate, no soreness, no weight and no family name. Numbers are whole, in the units of the wire.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic.dataclasses import dataclass

from treadctl.coaching.cues import COACH_LONGEST
from treadctl.studio.fields import ALL as ALL
from treadctl.studio.fields import MOST_LANE as MOST_LANE
from treadctl.studio.fields import NO_CLASS as NO_CLASS
from treadctl.studio.fields import (
    Count,
    DeclineOf,
    FirstName,
    LaneNumber,
    Line,
    Microseconds,
    Milliseconds,
    Program,
    Seconds,
    Signature,
    Slug,
    WireGrade,
    WireSpeed,
)
from treadctl.studio.fields import Lanes as Lanes
from treadctl.studio.fields import OwedTo as OwedTo
from treadctl.studio.reason import Reason as Reason

MOST_OFFER_BYTES: Final = 64 * 1024
"""An offer holds a whole workout file; the longest of our own is 4 kB. Ours."""
MOST_CLASS_BYTES: Final = 128 * 1024
"""Consoles also tell each other who is owed a Stop: an offer, and 999 lanes with their classes (50 kB). Ours."""
MOST_BYTES: Final = 4 * 1024
"""Any other word is a few hundred bytes. Ours."""

_CONFIG: Final = ConfigDict(extra="forbid", strict=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class CoachWord:
    """What all of the coach's words carry. All of it is signed, so neither time nor target can be changed on the way.

    `id` names the intention and stays in its repeats; `seq` grows with every word of one `coach` console, repeats too.
    """

    studio: Slug
    coach: Slug
    class_id: Slug
    lanes: Lanes
    id: Slug
    seq: Count
    issued_ms: Milliseconds
    expires_ms: Milliseconds
    sig: Signature = ""

    def is_for(self, lane: int) -> bool:
        """Whether a lane is among those it is meant for."""
        return self.lanes == ALL or lane in self.lanes


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Offer(CoachWord):
    """A program for these lanes; nothing moves. `decline_s` caps their decline, beyond which they run level; `decline_of` says it
    of lanes whose cap is another one, or none."""

    kind: Literal["offer"] = "offer"
    title: Line
    program: Program
    decline_s: Seconds | None = None
    decline_of: DeclineOf = ()

    def decline_for(self, lane: int) -> int | None:
        """The cap of one lane, in seconds of decline."""
        return dict(self.decline_of).get(lane, self.decline_s)


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Start(CoachWord):
    """Begin at `t0_ms`, if your runner has said "I'm ready". With `place_s` the class is that far already, at `t0_ms`."""

    kind: Literal["start"] = "start"
    t0_ms: Milliseconds
    place_s: Seconds = 0


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Adjust(CoachWord):
    """The next step, a longer step, or easier for one lane: there is no word for faster or steeper."""

    kind: Literal["adjust"] = "adjust"
    what: Literal["next", "extend", "flatter", "slower"]

    @model_validator(mode="after")
    def _easing_is_for_one(self) -> Adjust:
        if self.what in ("flatter", "slower") and (self.lanes == ALL or len(self.lanes) != 1):
            raise ValueError(f"{self.what} is for one lane")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Pause(CoachWord):
    """Pause; or offer to go on, which each runner accepts with a key."""

    kind: Literal["pause"] = "pause"
    what: Literal["pause", "resume"] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Stop(CoachWord):
    """Stop the belt, and no start from anything said before."""

    kind: Literal["stop"] = "stop"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Walk(CoachWord):
    """Level, at walking pace."""

    kind: Literal["walk"] = "walk"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Say(CoachWord):
    """A line for the runner to read and hear."""

    kind: Literal["say"] = "say"
    text: Annotated[str, Field(min_length=1, max_length=COACH_LONGEST, pattern=r"^[^\p{C}]*$")]


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Lease(CoachWord):
    """Which console leads; said every few seconds. Not `held` gives it away at once; `asks` asks whoever leads for it."""

    kind: Literal["lease"] = "lease"
    held: bool
    asks: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Time(CoachWord):
    """The answer to one lane's `Ping`: its own nonce and time, and when it came and left by the coach's clock."""

    kind: Literal["time"] = "time"
    nonce: Count
    asked_us: Microseconds
    came_us: Microseconds
    left_us: Microseconds

    @model_validator(mode="after")
    def _answers_one(self) -> Time:
        if self.lanes == ALL or len(self.lanes) != 1:
            raise ValueError("the time is told to the lane that asked")
        return self


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Class(CoachWord):
    """What the class runs and where it is, from the console that leads to one that may take over. No lane acts on it.

    The place is `place_ms` into the program at `issued_ms`, negative before T0 and None before START CLASS. `over_ms` is when it
    was stopped, `stop` the Stop that did, and `owed` has the lanes it is owed to, each with the class that it showed then; while
    the class runs, the lanes that one would be owed to, for they began and are not known to be over, in this class or in one
    before; with the `stop` of that one, where it still is owed. `walk` is the last Walk, if it is owed to `walk_owed`.
    """

    kind: Literal["class"] = "class"
    title: Line
    program: Program
    decline_s: Seconds | None = None
    decline_of: DeclineOf = ()
    offered_ms: Milliseconds
    t0_ms: Milliseconds | None = None
    place_ms: Annotated[int, Field(ge=-86_400_000, le=86_400_000)] | None = None
    held: bool = False
    over_ms: Milliseconds | None = None
    stop: Slug | None = None
    owed: OwedTo = ()
    walk: Slug | None = None
    walk_owed: Annotated[tuple[LaneNumber, ...], Field(max_length=MOST_LANE)] = ()

    @property
    def over(self) -> bool:
        """Whether it was stopped."""
        return self.over_ms is not None

    @model_validator(mode="after")
    def _started_or_not(self) -> Class:
        if (self.t0_ms is None) != (self.place_ms is None):
            raise ValueError("a class that has begun has a place and a T0, and another one neither")
        return self


Command = Offer | Start | Adjust | Pause | Stop | Walk | Say | Lease | Time
"""All that a coach can say. `Stop` and `Walk` make things milder in every state; no word starts a belt that is not armed."""


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class LaneWord:
    """What all of a lane's words carry. `boot` is new with each start of the lane's program; `seq` grows within it."""

    studio: Slug
    lane: LaneNumber
    class_id: Slug | None = None
    boot: Slug
    seq: Count
    issued_ms: Milliseconds | None = Field(default=None, description="by the coach's clock, once it is measured")


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Online(LaneWord):
    """Whether this lane's program runs; the broker says `false` for it when it dies (last will)."""

    kind: Literal["online"] = "online"
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class State(LaneWord):
    """How a lane is, once a second. `limited` says why less is given than asked, `level` what its last `Ready` said of it, `said`
    what its runner was told just now (belt, deck and form; no more), `clock_bound_us` how well T0 is known."""

    kind: Literal["state"] = "state"
    name: FirstName | None = None
    phase: Line
    step: Line = ""
    asked_speed: WireSpeed | None = None
    asked_grade: WireGrade | None = None
    real_speed: WireSpeed | None = None
    real_grade: WireGrade | None = None
    limited: Line = ""
    level: bool = False
    belt: Literal["still", "moving", "unknown"]
    moving_since_ms: Milliseconds | None = None
    clock_bound_us: Count | None = None
    hears_coach: bool = True
    said: Line = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Event(LaneWord):
    """Something that happened. With `moving`: how late the command left after T0, and the belt after the command, in ms."""

    kind: Literal["event"] = "event"
    what: Literal["counting", "moving", "still", "paused", "called off", "ready lapsed", "hands off", "ended", "coach back"]
    text: Line = ""
    command_late_ms: Annotated[int, Field(ge=-86_400_000, le=86_400_000)] | None = None
    belt_after_ms: Annotated[int, Field(ge=0, le=86_400_000)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Ready(LaneWord):
    """The runner said "I'm ready" to an offer, or took it back. `level` is the version without declines."""

    kind: Literal["ready"] = "ready"
    offer: Slug
    ready: bool
    level: bool = False
    how: Literal["key", "console", "keypad"] = "key"


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Ack(LaneWord):
    """What became of a command. `id` is None for bytes that no coach signed."""

    kind: Literal["ack"] = "ack"
    id: Slug | None
    result: Literal["done", "offered", "refused"]
    reason: Reason | None = None
    text: Line = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=_CONFIG)
class Ping(LaneWord):
    """A lane asks for the time."""

    kind: Literal["ping"] = "ping"
    nonce: Count
    asked_us: Microseconds


Report = Online | State | Event | Ready | Ack | Ping
"""All that a lane can say."""
Word = Command | Report | Class

COMMANDS: Final[dict[str, type[Command]]] = {
    "offer": Offer,
    "start": Start,
    "adjust": Adjust,
    "pause": Pause,
    "stop": Stop,
    "walk": Walk,
    "say": Say,
    "lease": Lease,
    "time": Time,
}
REPORTS: Final[dict[str, type[Report]]] = {
    "online": Online,
    "state": State,
    "event": Event,
    "ready": Ready,
    "ack": Ack,
    "ping": Ping,
}
_ADAPTERS: Final[dict[type[Word], TypeAdapter[Any]]] = {
    word: TypeAdapter(word) for word in (*COMMANDS.values(), *REPORTS.values(), Class)
}


class Unreadable(ValueError):
    """Bytes that are no word of ours; `reason` says how."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason


def read_command(kind: str, payload: bytes) -> Command:
    """The coach's word of this kind; raises Unreadable. It is not verified: `accept` does that."""
    word = COMMANDS.get(kind)
    if word is None:
        raise Unreadable(Reason.MALFORMED, "no such topic")
    command: Command = _read(word, payload, MOST_OFFER_BYTES if word is Offer else MOST_BYTES)
    return command


def read_report(kind: str, payload: bytes) -> Report:
    """The lane's word of this kind; raises Unreadable."""
    word = REPORTS.get(kind)
    if word is None:
        raise Unreadable(Reason.MALFORMED, "no such topic")
    report: Report = _read(word, payload, MOST_BYTES)
    return report


def read_class(payload: bytes) -> Class:
    """The leading console's word for other consoles; raises Unreadable. It is not verified."""
    found: Class = _read(Class, payload, MOST_CLASS_BYTES)
    return found


def _read(word: type[Word], payload: bytes, most: int) -> Any:
    if len(payload) > most:
        raise Unreadable(Reason.TOO_LARGE, f"{len(payload)} bytes, at most {most}")
    try:
        return _ADAPTERS[word].validate_json(payload)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"][:3])
        raise Unreadable(Reason.MALFORMED, f"{where} {first['msg']}".strip()[:120]) from None


def canonical(word: Word) -> bytes:
    """The one way to write a word: JSON in UTF-8, keys sorted, no spaces, whole numbers only."""
    plain = _ADAPTERS[type(word)].dump_python(word, mode="json")
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def schemas() -> dict[str, Any]:
    """The JSON Schema of every word by its kind, for other people's tools: docs/studio.schema.json."""
    words: dict[str, type[Word]] = {**COMMANDS, **REPORTS, "class": Class}
    return {kind: _ADAPTERS[word].json_schema() for kind, word in words.items()}
