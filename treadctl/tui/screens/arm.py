"""Before anything moves: who runs, on what, what will be limited, what to check; and one key to arm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from treadctl.coaching.cues import CueKind
from treadctl.engine.targets import Aims
from treadctl.engine.words import Machine, Worn
from treadctl.tui.dock import KeyHint
from treadctl.tui.message import Message, message
from treadctl.tui.painted import Pieces, Words
from treadctl.tui.screens.base import SessionScreen
from treadctl.tui.tiles import CuePanel
from treadctl.tui.view import View
from treadctl.tui.words import named, reach, speed_number, tenths
from treadctl.units import LEVEL, Grade, Speed, clock
from treadctl.workout.model import Segment, Workout, speed_of
from treadctl.workout.profile import Profile

MOST_SHOWN: Final = 3
"""Kinds of decline that are listed; more are counted."""
_ROOMY: Final = 32
"""From so many rows on, a line is left empty between two matters."""
_NEWS: Final = 60
"""Characters of a sensor's news; a name on the air can be longer than a line."""
_THERE: Final = "connected: "
"""How the news of a sensor that is there begins."""
NO_POD: Final = "no foot pod: an empty belt runs on\n"
"""Only steps that are felt, and then are not, tell that a runner fell (docs/safety.md, "Nobody on the belt")."""
_CHECKS: Final = (
    "safety key clipped to your clothes",
    "deck and the floor behind it clear",
    "feet on the rails, not on the belt",
    "screen and mark at eye height",
)


class ArmScreen(SessionScreen):
    """Nothing is commanded here."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "app.press('arm')", show=False)]
    SECOND: ClassVar[KeyHint | None] = ("A", "● arm", "press('arm')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (("A", "arm", "press('arm')"), ("S", "stop the belt, leave", "press('stop')"))
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("A", "arm: take control, bring the deck level, count down, start"),
        ("S", "end the session; a belt that moves is stopped"),
    )

    def body(self) -> Iterable[Widget]:
        """What to do, then two columns of what to know."""
        yield CuePanel(id="cue")
        yield Horizontal(Words(id="who"), Words(id="checks"), id="columns")
        yield Words(id="warnings")
        yield Words(id="bill")

    def draw(self, view: View) -> None:
        """All of it."""
        app = self.session_app
        self.query_one(CuePanel).show(self.prompt(view))
        gap = "\n" if self.size.height >= _ROOMY else ""
        if view.machine is not None:
            self.set_class(bool(view.machine.warnings), "-warned")
            self.query_one("#warnings", Words).show(warnings(view.machine))
            sensors = worn(app.host.worn, reasons=bool(gap))
            self.query_one("#who", Words).show(who(app.workout, app.runner, view.machine, gap, sensors))
            self.query_one("#checks", Words).show(checks(view, view.machine, app.runner.unit, gap))
        self.query_one("#bill", Words).show((("It will feel easy; the bill comes in two days.", "bold $cue"),))

    def prompt(self, view: View) -> Message:
        """What to press, and what it does."""
        said = view.said.cue if view.said is not None else None
        if said is not None and said.kind is CueKind.SAFETY:
            return message(view)
        if said is not None and said.words == "cannot arm yet":
            return Message(said.words, said.detail)
        s = view.snapshot
        if s.shown_speed:
            return Message("press A to arm", f"the belt moves: it goes on from there, with {named(s.segment)}; S stops it")
        return Message("press A to arm", "then the deck goes level, three, two, one, and the belt starts at a walk")


def who(workout: Workout, runner: Profile, machine: Machine, gap: str, sensors: Pieces) -> Pieces:
    """Who runs on what, and what the declines come to."""
    unit = runner.unit
    chosen = "" if runner.chosen else "careful defaults: nobody gave an easy pace\n"
    planned, decline = clock(workout.expected_s(runner)), clock(workout.decline_s(runner))
    paces = f"easy {speed_number(runner.easy / 100, unit)}, walk {runner.walk.text(unit)}, down to {tenths(runner.ceiling)} %"
    return (
        ("WHO RUNS  ", "$quiet"),
        (f"{runner.name}\n", "bold $foreground"),
        (f"{paces}\n{chosen}{gap}", "$foreground"),
        ("ON WHAT  ", "$quiet"),
        (f"{machine.name}\n", "bold $foreground"),
        ("\n".join(reach(machine, unit)) if gap else ", ".join(reach(machine, unit)).removeprefix("belt "), "$foreground"),
        ("\n", ""),
        *_unproven(machine),
        *sensors,
        (gap, ""),
        ("THE WORKOUT  ", "$quiet"),
        (f"{planned}, {decline} of it downhill\n", "bold $foreground"),
        *_declines(workout, runner, machine),
    )


def _unproven(machine: Machine) -> Pieces:
    """A deck that nobody saw go down is asked for little first."""
    deck = machine.deck
    if deck.proven or not deck.commanded or deck.steepest >= LEVEL:
        return ()
    return ((f"▲ not seen to go down yet: {tenths(deck.true(deck.first))} % first\n", "bold $warning"),)


def worn(news: Mapping[Worn, str], *, reasons: bool) -> Pieces:
    """The sensors that there was any news of: whether each is there, and with `reasons` why not; and what no foot pod means."""
    found = (
        f"● {worn.value}"
        if what.startswith(_THERE)
        else f"✕ {worn.value}" + (f": {' '.join(what.split())[:_NEWS]}" if reasons else "")
        for worn, what in news.items()
    )
    sensors = (("SENSORS  ", "$quiet"), ("  ".join(found) + "\n", "$foreground")) if news else ()
    felt = news.get(Worn.FOOT_POD, "").startswith(_THERE)
    return sensors if felt else (*sensors, (NO_POD, "$foreground"))


def warnings(machine: Machine) -> Pieces:
    """What a person should know of this machine."""
    return tuple((f"▲ {warning[:1].upper()}{warning[1:]}.\n", "bold $warning") for warning in machine.warnings)


def _declines(workout: Workout, runner: Profile, machine: Machine) -> Pieces:
    """Each kind of decline with its resulting speed, what was asked instead, and why."""
    times = Counter(_asked(segment, runner) for segment in workout if segment.steepest < LEVEL)
    aims, unit = Aims(machine, runner), runner.unit
    pieces: list[tuple[str, str]] = []
    reasons: dict[str, None] = {}
    for (grade, speed), count in list(times.items())[:MOST_SHOWN]:
        target = aims.target(grade, speed, None)
        pieces.append((f"{count} × {tenths(target.grade)} % at {target.speed.text(unit)}", "$foreground"))
        changed = [tenths(grade)] * (target.grade != grade) + [f"{speed_number(speed / 100, unit)}"] * (target.speed != speed)
        pieces.append((f"  ▲ asked {' at '.join(changed)}\n" if changed else "\n", "bold $warning"))
        reasons.update(dict.fromkeys(limit.why for limit in target.limits))
    if len(times) > MOST_SHOWN:
        pieces.append((f"and {len(times) - MOST_SHOWN} more kinds of decline\n", "$quiet"))
    if not reasons:
        return (*pieces, ("nothing of it will be limited\n", "$quiet"))
    return (*pieces, (f"▲ limited: {'; '.join(reasons)}\n", "bold $warning"))


def _asked(segment: Segment, runner: Profile) -> tuple[Grade, Speed]:
    """What a segment asks for where it is steepest."""
    pace = segment.pace_from if segment.grade_from <= segment.grade_to else segment.pace_to
    return segment.steepest, speed_of(pace, runner)


def checks(view: View, machine: Machine, unit: str, gap: str) -> Pieces:
    """What to look at before arming."""
    s = view.snapshot
    offset = machine.deck.offset
    if offset:
        propped = f"rear feet propped: {tenths(offset)} % is added to what the deck says. Are they?"
    else:
        propped = "rear feet not propped: this deck is taken to stand level on the floor"
    if s.shown_speed is None:
        belt = "not told yet: you can arm once it is"
    else:
        belt = f"moves at {s.shown_speed.text(unit)}" if s.shown_speed else "still"
    return (
        ("CHECK\n", "$quiet"),
        *((f"□ {check}\n", "$foreground") for check in _CHECKS),
        (f"□ {propped}\n{gap}", "$foreground"),
        ("THE BELT  ", "$quiet"),
        (f"{belt}\n{gap}", "bold $foreground"),
        ("Software is no emergency stop: key and console first.\n", "$foreground"),
    )
