"""What can go wrong with a treadmill, as words: kinds, when, for how long, and how to read them from a command line.

Each kind is something that a real machine did (hw_notes.md §2), or a real runner on its console. A fault only says when; what
it does lives where it bites: frames.py, control_point.py and machine.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final


class FaultKind(Enum):
    """The value is the word of the command line."""

    LOST_ACK = "lost-ack"
    LATE_ACK = "late-ack"
    WRONG_ACK = "wrong-ack"
    DROP_LINK = "drop-link"
    STALE_TELEMETRY = "stale-telemetry"
    SILENT_TELEMETRY = "silent-telemetry"
    DECK_STUCK = "deck-stuck"
    DECK_OVERSHOOT = "deck-overshoot"
    SETPOINT_AS_SPEED = "setpoint-as-speed"
    ZERO_GLITCH = "zero-glitch"
    GRADE_GLITCH = "grade-glitch"
    CONTROL_STOLEN = "control-stolen"
    SLOW_BELT = "slow-belt"
    ACK_BUT_IGNORE = "ack-but-ignore"
    UNSIGNED_INCLINE = "unsigned-incline"
    STOP_RESTARTS = "stop-restarts"
    MPH_SLIP = "mph-slip"
    TRUNCATED_FRAMES = "truncated-frames"
    SPLIT_FRAMES = "split-frames"
    SAFETY_KEY = "safety-key"
    CONSOLE_STOP = "console-stop"
    CONSOLE_PAUSE = "console-pause"
    CONSOLE_FASTER = "console-faster"
    CONSOLE_SLOWER = "console-slower"
    CONSOLE_FLATTER = "console-flatter"
    CONSOLE_STEEPER = "console-steeper"


MEANING: Final = {
    FaultKind.LOST_ACK: "a command is done but its answer never comes; one answer, or all of them with +SECONDS",
    FaultKind.LATE_ACK: "an answer comes late (=5 seconds); one answer, or all of them with +SECONDS",
    FaultKind.WRONG_ACK: "the answer to a command names another op code, or with =RESULT the right one and that result",
    FaultKind.DROP_LINK: "the link breaks, the belt goes on; with +SECONDS nobody can connect for so long",
    FaultKind.STALE_TELEMETRY: "the last frame is sent again and again",
    FaultKind.SILENT_TELEMETRY: "no frames at all",
    FaultKind.DECK_STUCK: "the deck stays where it is",
    FaultKind.DECK_OVERSHOOT: "the deck runs 1.0 to 1.5 % (or =PERCENT) past where it should stop, also past its own end",
    FaultKind.SETPOINT_AS_SPEED: "the speed shown is the target, not the belt",
    FaultKind.ZERO_GLITCH: "1 to 3 frames (or +SECONDS of them) show 0 km/h on a moving belt; without @ now and then",
    FaultKind.GRADE_GLITCH: "one frame (or +SECONDS of them) shows -15 % (or =PERCENT); without @ now and then",
    FaultKind.CONTROL_STOLEN: "control permission is lost, and every command after it is refused",
    FaultKind.SLOW_BELT: "the belt changes speed at a tenth of its rates, stopping included; the safety key still works",
    FaultKind.ACK_BUT_IGNORE: "speed and incline targets are answered with success and nothing happens",
    FaultKind.UNSIGNED_INCLINE: "a negative incline is read as a huge one: the deck goes to its maximum",
    FaultKind.STOP_RESTARTS: "a Stop written to a still belt starts it",
    FaultKind.MPH_SLIP: "speed targets are read as miles per hour",
    FaultKind.TRUNCATED_FRAMES: "frames are cut short anywhere (or to =OCTETS) while their flags promise more",
    FaultKind.SPLIT_FRAMES: "each record comes in two frames, the speed first and the More Data part after it",
    FaultKind.SAFETY_KEY: "the runner's safety key comes off",
    FaultKind.CONSOLE_STOP: "somebody presses stop on the console",
    FaultKind.CONSOLE_PAUSE: "somebody presses pause on the console",
    FaultKind.CONSOLE_FASTER: "somebody asks 0.5 (or =KM/H) more on the console",
    FaultKind.CONSOLE_SLOWER: "somebody asks 0.5 (or =KM/H) less on the console",
    FaultKind.CONSOLE_FLATTER: "somebody takes 1.0 (or =PERCENT) of slope away on the console",
    FaultKind.CONSOLE_STEEPER: "somebody adds 1.0 (or =PERCENT) of slope on the console, downhill from level if the deck can",
}
"""One line of help for each kind."""

MOMENTS: Final = frozenset(
    {
        FaultKind.DROP_LINK,
        FaultKind.SAFETY_KEY,
        FaultKind.CONSOLE_STOP,
        FaultKind.CONSOLE_PAUSE,
        FaultKind.CONSOLE_FASTER,
        FaultKind.CONSOLE_SLOWER,
        FaultKind.CONSOLE_FLATTER,
        FaultKind.CONSOLE_STEEPER,
    }
)
"""Kinds that happen at a moment and so need one."""

ANSWERS: Final = frozenset({FaultKind.LOST_ACK, FaultKind.LATE_ACK, FaultKind.WRONG_ACK})
"""Kinds that, with no duration, spoil one answer and are over."""

_SPEC = re.compile(
    r"(?P<kind>[a-z-]+)(?:@(?P<at>[0-9]+(?:\.[0-9]+)?))?(?:\+(?P<for>[0-9]+(?:\.[0-9]+)?))?(?:=(?P<value>-?[0-9]+(?:\.[0-9]+)?))?",
    re.ASCII,
)


class FaultError(ValueError):
    """Text that is not a fault; the message says what would be one."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that goes wrong.

    `at_s` counts from when the belt first moved, so that a scenario is in step with the workout however long arming took;
    None is from the very beginning. `for_s` None is as long as the kind lasts by itself: a moment, one answer, a few frames,
    or for ever. `value` is what the kind makes of it, in km/h, percent, seconds, octets or a result code.
    """

    kind: FaultKind
    at_s: float | None = None
    for_s: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        if self.kind in MOMENTS and self.at_s is None:
            raise FaultError(f"{self.kind.value} needs a time, like {self.kind.value}@120 (seconds since the belt first moved)")
        if (self.at_s is not None and self.at_s < 0) or (self.for_s is not None and self.for_s <= 0):
            raise FaultError(f"{self}: a fault begins at 0 or later and lasts longer than 0 seconds")
        least = -255 if self.kind is FaultKind.GRADE_GLITCH else 0
        if self.value is not None and not least <= self.value <= 255:
            raise FaultError(f"{self}: a value is 0 to 255; only the percent of a grade-glitch may be negative")

    def __str__(self) -> str:
        at = "" if self.at_s is None else f"@{self.at_s:g}"
        lasts = "" if self.for_s is None else f"+{self.for_s:g}"
        value = "" if self.value is None else f"={self.value:g}"
        return f"{self.kind.value}{at}{lasts}{value}"


def parse_fault(text: str) -> Fault:
    """Read `KIND[@SECOND][+SECONDS][=VALUE]`, like `drop-link@400`, `stale-telemetry@300+20` or `late-ack@60=8`."""
    match = _SPEC.fullmatch(text.strip())
    if not match:
        raise FaultError(
            f"{text!r} is not a fault; write KIND[@SECOND][+SECONDS][=VALUE], like stale-telemetry@300+20\n{kinds()}"
        )
    try:
        kind = FaultKind(match["kind"])
    except ValueError:
        raise FaultError(f"{match['kind']!r} is no kind of fault; there are:\n{kinds()}") from None
    return Fault(kind, _number(match["at"]), _number(match["for"]), _number(match["value"]))


def kinds() -> str:
    """All kinds with their meaning, one to a line."""
    return "\n".join(f"  {kind.value:<18} {MEANING[kind]}" for kind in FaultKind)


def _number(text: str | None) -> float | None:
    return None if text is None else float(text)


class Active:
    """The faults in force at one moment. `find` looks, `use` also ends one that was for a single answer."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def begin(self, fault: Fault) -> None:
        """The fault comes into force."""
        self._faults.append(fault)

    def end(self, fault: Fault) -> None:
        """The fault is over; one that ended earlier stays ended."""
        if fault in self._faults:
            self._faults.remove(fault)

    def find(self, kind: FaultKind) -> Fault | None:
        """A fault of this kind in force, if there is one."""
        return next((fault for fault in self._faults if fault.kind is kind), None) if self._faults else None

    def use(self, kind: FaultKind) -> Fault | None:
        """As `find`; a fault that spoils one answer has then spoilt it."""
        fault = self.find(kind)
        if fault and kind in ANSWERS and fault.for_s is None:
            self._faults.remove(fault)
        return fault

    def __bool__(self) -> bool:
        return bool(self._faults)
