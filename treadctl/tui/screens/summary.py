"""After the end: planned against done, what it looked like, and what to expect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from treadctl.engine.snapshot import Ending, Snapshot
from treadctl.tui.dock import KeyHint
from treadctl.tui.host import CUES_KEPT
from treadctl.tui.message import Message, in_short
from treadctl.tui.painted import Pieces, Words
from treadctl.tui.record import Record
from treadctl.tui.run_plot import Ran, RunPlot
from treadctl.tui.screens.base import SessionScreen
from treadctl.tui.tiles import CuePanel
from treadctl.tui.view import View
from treadctl.tui.words import ENDINGS, tenths
from treadctl.units import clock
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

EXPECT_FROM_S: Final = 60.0
"""A session with less decline than this has no bill to speak of. Ours."""
_WELL: Final = (Ending.FINISHED, Ending.STOPPED)


class SummaryScreen(SessionScreen):
    """The last screen; Enter leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "app.leave", show=False)]
    FIRST: ClassVar[KeyHint | None] = None
    SECOND: ClassVar[KeyHint | None] = ("ENTER", "✓ leave", "leave")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (("ENTER", "leave", "leave"), ("Q", "leave", "leave"))
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (("ENTER, Q", "leave"),)

    def body(self) -> Iterable[Widget]:
        """How it ended, the numbers, the plot."""
        yield CuePanel(id="cue")
        yield Horizontal(Words(id="done"), Words(id="expect"), id="columns")
        yield RunPlot(id="plot")

    def draw(self, view: View) -> None:
        """All of it; nothing changes any more."""
        app, s = self.session_app, view.snapshot
        self.query_one(CuePanel).show(_headline(s))
        self.query_one("#done", Words).show(done(s, app.workout, app.runner, app.record, len(app.host.cues())))
        self.query_one("#expect", Words).show(expect(s, app.record))
        self.query_one(RunPlot).show(Ran(app.record, app.runner))


def _headline(s: Snapshot) -> Message:
    ending = s.ending or Ending.STOPPED
    if ending in _WELL:
        return Message(ENDINGS[ending], "the belt is still" if s.shown_speed == 0 else "")
    why = "; ".join(s.troubles) or ending.value
    large = in_short(s) if ending is Ending.SAFETY and s.troubles else ENDINGS[ending]
    return Message(large, f"{ENDINGS[ending]}: {why}", alarm="▲ SAFETY STOP" if ending is Ending.SAFETY else "▲")


def done(s: Snapshot, workout: Workout, runner: Profile, record: Record, said: int) -> Pieces:
    """Planned against done."""
    rows = (
        ("", "done", "planned"),
        ("time", clock(s.running_s), clock(workout.expected_s(runner))),
        ("decline minutes", clock(s.decline_s), clock(workout.decline_s(runner))),
        ("steepest", f"{tenths(record.steepest)} %", f"{tenths(workout.steepest)} %"),
        ("distance", f"{s.distance_m / 1000:.2f} km", ""),
        ("descent", f"{s.descent_m:.0f} m", ""),
        ("cues", f"{said}{'+' if said >= CUES_KEPT else ''}", ""),
    )
    pieces: list[tuple[str, str]] = []
    for name, ran, planned in rows:
        pieces += [
            (f"{name:<16}", "$quiet"),
            (f"{ran:>9}", "bold $foreground" if name else "$quiet"),
            (f"{planned:>10}\n", "$quiet"),
        ]
    return tuple(pieces)


def expect(s: Snapshot, record: Record) -> Pieces:
    """What to expect (A3.5), and what was limited or went wrong."""
    pieces: list[tuple[str, str]] = []
    if s.decline_s >= EXPECT_FROM_S:
        pieces += [
            ("WHAT TO EXPECT\n", "$quiet"),
            ("Sore thighs and shins are normal, most after one to two days: look at 24, 48 and 72 h. ", "$foreground"),
            ("Still growing past 48 h was too much: rest 10 to 14 days, then milder (A3.5).\n", "$foreground"),
        ]
    pieces += [(f"▲ limited: {line}\n", "bold $warning") for line in record.limits]
    pieces += [(f"▲ {line}\n", "bold $warning") for line in record.troubles]
    return tuple(pieces)
