"""What can happen to a session: `Input`s, small, frozen, and fit for a journal or a pipe between processes.

Every field is an int, a float of seconds or metres, a str, a bool, None, an Enum, or one of these again, so that
`treadctl.journal` can write any word down and read it back. `None` means "not told", never zero.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.safety import FASTEST, FLAT, Command, Deck, Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.units import Grade, Speed


class Key(Enum):
    """What a person at this treadmill can ask for. The value is the word in journals and messages."""

    ARM = "arm"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    SKIP = "skip"
    BACK = "back"
    EXTEND = "extend"
    FASTER = "faster"
    SLOWER = "slower"
    FLATTER = "flatter"
    STEEPER = "steeper"
    WALK = "walk"


class CommandKind(Enum):
    """The commands of `safety`, as words for answers and records."""

    TAKE_CONTROL = "take-control"
    START = "start"
    PAUSE = "pause"
    STOP = "stop"
    SPEED = "speed"
    INCLINE = "incline"

    __hash__ = object.__hash__
    """Each is itself. Enum's own hash is a function of Python's, and is asked ten times on the way of one Stop."""


KINDS: Final[dict[type[Command], CommandKind]] = {
    TakeControl: CommandKind.TAKE_CONTROL,
    Start: CommandKind.START,
    Pause: CommandKind.PAUSE,
    Stop: CommandKind.STOP,
    SetSpeed: CommandKind.SPEED,
    SetIncline: CommandKind.INCLINE,
}


class Outcome(Enum):
    """What became of one command, as far as the link knows; only telemetry shows that it was done."""

    ACCEPTED = "accepted"
    NOT_SUPPORTED = "not supported"
    INVALID = "invalid parameter"
    FAILED = "operation failed"
    NOT_PERMITTED = "control not permitted"
    UNKNOWN = "no answer"
    NOT_WRITTEN = "not written"
    REFUSED = "refused by the gate"


class Event(Enum):
    """Fitness Machine Status (0x2ADA) events that matter to a session."""

    STOPPED = "stopped at the console"
    PAUSED = "paused at the console"
    SAFETY_KEY = "safety key pulled"
    STARTED = "started or resumed"
    SPEED = "target speed changed"
    INCLINE = "target inclination changed"
    RESET = "reset"
    CONTROL_LOST = "control permission lost"


@dataclass(frozen=True, slots=True)
class Machine:
    """A connected treadmill: who it is and what its belt and deck can do (0x2ACC, 0x2AD4, 0x2AD5, profile).

    `warnings` are what a person should know before arming; `deck_rate` (0.1 % per s) is what the profile knows of the deck.
    `unit_in_doubt` is for one of which nobody has said whether it counts speed in kilometres or in miles.
    """

    name: str
    slowest: Speed
    fastest: Speed
    speed_step: int = 10
    deck: Deck = FLAT
    address: str = ""
    warnings: tuple[str, ...] = ()
    deck_rate: int | None = None
    unit_in_doubt: bool = False

    def __post_init__(self) -> None:
        if not 0 < self.slowest <= self.fastest <= FASTEST:
            raise ValueError(f"a belt from {self.slowest} to {self.fastest} does not exist")
        if self.speed_step < 1:
            raise ValueError("a belt changes in steps of at least 0.01 km/h")
        if self.deck_rate is not None and self.deck_rate < 1:
            raise ValueError("a deck that moves does at least 0.1 % per s")


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed; sent at 4 Hz."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A person pressed a key, on the spot. Who arms together with others has a moment, by the session's clock, before which
    their belt does not start."""

    key: Key
    starts_at: float | None = None


@dataclass(frozen=True, slots=True)
class EasyPace:
    """A runner has found their easy pace, on the spot; it counts in the warm-up only."""

    speed: Speed


@dataclass(frozen=True, slots=True)
class Telemetry:
    """Treadmill Data (0x2ACD), merged by field. `grade` is what the machine reports, before the deck offset."""

    speed: Speed | None = None
    grade: Grade | None = None
    heart_rate_bpm: int | None = None
    distance_m: int | None = None
    elapsed_s: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A Fitness Machine Status arrived; `value` is the speed or grade of a changed target, in wire units."""

    event: Event
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Countdown:
    """The machine's own start countdown, from the Training Status string."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The link's word on one command; `detail` says what the gate or the radio said."""

    command: CommandKind
    outcome: Outcome
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Hanging:
    """A write hangs, and what must not wait waits behind it: Stop leaves the moment the link is free."""


@dataclass(frozen=True, slots=True)
class Connected:
    """A link is up, ranges are read, notifications are on; nobody is armed."""

    machine: Machine


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The link is gone; the belt may still be moving."""

    why: str


@dataclass(frozen=True, slots=True)
class Latched:
    """The gate refused an illegal command: a bug above it. The session must end in Stop."""

    why: str


@dataclass(frozen=True, slots=True)
class Odd:
    """Something arrived that could not be read or matched. It is kept in the journal and changes nothing."""

    what: str


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """Wall clock and running clock went apart: this computer slept, and every watchdog with it."""

    seconds: float


class Worn(Enum):
    """What a runner wears, or has in a shoe, and what talks to us beside the treadmill."""

    FOOT_POD = "foot pod"
    HEART_RATE = "heart-rate strap"


@dataclass(frozen=True, slots=True)
class StepRate:
    """A foot pod's step rate, both feet, a minute; None when it can't be believed, with `why` in a few words."""

    steps_per_min: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class HeartRate:
    """A heart-rate strap's beats a minute; None when they can't be believed, with `why` in a few words."""

    bpm: int | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class SensorNews:
    """A sensor was found, lost, or says that its battery is low; `what` is for a person to read."""

    worn: Worn
    what: str


Input = (
    Tick
    | Pressed
    | EasyPace
    | Telemetry
    | Told
    | Countdown
    | Answered
    | Hanging
    | Connected
    | Disconnected
    | Latched
    | Odd
    | ClockJumped
    | StepRate
    | HeartRate
    | SensorNews
)
