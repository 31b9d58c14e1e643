"""What the screens say in small print, made from a view. Pure; the widgets only lay it out."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Final

from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.snapshot import Ending, Snapshot
from treadctl.engine.words import Machine
from treadctl.tui.view import View
from treadctl.units import Grade, clock
from treadctl.workout.model import Segment, speed_of
from treadctl.workout.profile import Profile

_KM_PER_MILE: Final = 1.609344
NOT_TOLD: Final = "--"

ENDINGS: Final = {
    Ending.FINISHED: "finished, well run",
    Ending.STOPPED: "stopped",
    Ending.SAFETY: "stopped for safety",
    Ending.TREADMILL_FAILED: "the treadmill did not follow",
    Ending.LINK_FAILED: "the link was lost",
    Ending.UNSUITABLE: "wrong deck for this workout",
}
"""The large words for how a session ended."""


def grade_number(grade: float | None) -> str:
    """`−4.5`, `+2.0`, `0.0`; `--` when not told."""
    if grade is None:
        return NOT_TOLD
    return "0.0" if abs(grade) < 0.05 else f"{grade:+.1f}".replace("-", "−")


def speed_number(kmh: float | None, unit: str) -> str:
    """`9.5` in the runner's unit; `--` when not told."""
    return NOT_TOLD if kmh is None else f"{kmh / _KM_PER_MILE if unit == 'mph' else kmh:.1f}"


def tenths(grade: Grade | None) -> str:
    """A grade of the wire as a number on the screen."""
    return grade_number(None if grade is None else grade / 10)


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the three numbers: what it is (`short` where there is little room), the number, and a note. `old` is not fresh."""

    label: str
    number: str
    note: str = ""
    old: bool = False
    short: str = ""


def tiles(view: View, runner: Profile) -> tuple[Tile, Tile, Tile]:
    """Grade, speed and what is left of the step."""
    s = view.snapshot
    old = "" if view.fresh else _seen(view)
    grade = Tile("GRADE %", grade_number(view.grade), old or _grade_note(s), not view.fresh)
    number = speed_number(view.speed, runner.unit)
    speed = Tile(f"SPEED {runner.unit}", number, old or _speed_note(s, runner), not view.fresh, runner.unit)
    if s.left_m is not None:
        return grade, speed, Tile("METRES LEFT IN STEP", f"{s.left_m:.0f}", f"about {clock(s.left_s)}", short="METRES LEFT")
    return grade, speed, Tile("LEFT IN STEP", clock(s.left_s), named(s.segment), short="LEFT")


def _grade_note(s: Snapshot) -> str:
    if s.shown_grade is None:
        return "this deck does not tell" if s.phase is Phase.RUNNING else "not told yet"
    if abs(s.shown_grade - s.target_grade) > 2 and s.phase in ARMED:
        return f"going to {tenths(s.target_grade)}"
    return f"asked {tenths(s.asked_grade)}" if s.phase is Phase.RUNNING and _limited(s, "grade") else ""


def _speed_note(s: Snapshot, runner: Profile) -> str:
    if s.shown_speed is None:
        return "not told yet"
    if s.phase is Phase.RUNNING and abs(s.shown_speed - s.target_speed) > 30:
        return f"going to {speed_number(s.target_speed / 100, runner.unit)}"
    if not s.shown_speed:
        return "the belt is still"
    if s.phase is not Phase.RUNNING:
        return ""
    easy = f"easy {round(100 * s.shown_speed / runner.easy)} %"
    return f"asked {speed_number(s.asked_speed / 100, runner.unit)}, {easy}" if _limited(s, "speed") else easy


def _limited(s: Snapshot, what: str) -> bool:
    return any(limit.what == what for limit in s.limits)


def _seen(view: View) -> str:
    return f"▲ LAST SEEN {age_s(view):.0f} s AGO" if isfinite(age_s(view)) else "▲ NOT SEEN YET"


def age_s(view: View) -> float:
    """Seconds since anything was heard of belt and deck."""
    return view.snapshot.age_s + max(0.0, view.now - view.snapshot.now)


def step_of(s: Snapshot) -> str:
    """`step 4 of 12`."""
    return f"step {s.segment_index + 1} of {s.segment_count}"


def named(segment: Segment) -> str:
    """`decline 2 of 5`."""
    return f"{segment.kind.value} {segment.label}".strip()


def length(segment: Segment) -> str:
    """`2:00` or `400 m`."""
    return clock(segment.duration_s) if segment.distance_m is None else f"{segment.distance_m} m"


def belt(segment: Segment, runner: Profile) -> str:
    """The speeds a segment asks for: `8.0 km/h`, or `4.5 → 8.0 km/h`."""
    start, end = (speed_of(pace, runner) for pace in (segment.pace_from, segment.pace_to))
    return end.text(runner.unit) if start == end else f"{speed_number(start / 100, runner.unit)} → {end.text(runner.unit)}"


def slope(segment: Segment) -> str:
    """The grades a segment asks for: `−2.0 %`, or `−2.0 → −4.0 %`."""
    start, end = tenths(segment.grade_from), tenths(segment.grade_to)
    return f"{start} %" if start == end else f"{start} → {end} %"


def link(view: View) -> str:
    """The state of the link, in a symbol and a word."""
    if view.phase is Phase.UNLINKED:
        return "✕ NO LINK"
    if view.fresh:
        return "● LINK"
    return f"▲ NO NEWS {age_s(view):.0f} s" if isfinite(age_s(view)) else "▲ NO NEWS YET"


def control(view: View) -> str:
    """Who has the belt, likewise."""
    match view.phase:
        case Phase.HANDS_OFF:
            return "✕ CONSOLE HAS IT"
        case Phase.STOPPING:
            return "■ STOPPING"
        case Phase.OVER:
            return "○ ENDED"
        case phase if phase in ARMED:
            return "● CONTROL"
        case _:
            return "○ NOT ARMED"


def limits(s: Snapshot) -> tuple[str, ...]:
    """Why anything is limited, each reason once."""
    return tuple(dict.fromkeys(limit.why for limit in s.limits))


def reach(machine: Machine, unit: str) -> tuple[str, str]:
    """What belt and deck can do: `belt 0.8 to 20.0 km/h`, `deck −10.0 to +15.0 %`."""
    deck = machine.deck
    speeds = f"belt {speed_number(machine.slowest / 100, unit)} to {machine.fastest.text(unit)}"
    if not deck.commanded:
        return speeds, "the deck does not move"
    return speeds, f"deck {tenths(deck.steepest)} to {tenths(deck.true(deck.ceiling))} %"


def last_seen(view: View, unit: str) -> str:
    """Belt and deck as they were seen last."""
    s = view.snapshot
    speed = "speed not told" if s.shown_speed is None else s.shown_speed.text(unit)
    grade = "grade not told" if s.shown_grade is None else f"{tenths(s.shown_grade)} %"
    return f"{speed} at {grade}"
