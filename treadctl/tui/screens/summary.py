"""After the end: planned against done, what it looked like, what was said, and what to expect."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from treadctl.coaching.cues import Cue
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
_WHEN: Final = 9
"""Columns of a cue's time in the history."""
_WELL: Final = (Ending.FINISHED, Ending.STOPPED)


class SummaryScreen(SessionScreen):
    """The last screen; Enter leaves it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,q", "app.leave", show=False),
        Binding("c,C", "screen.history", show=False),
        Binding("up", "screen.earlier", show=False),
        Binding("down", "screen.later", show=False),
        Binding("pageup", "screen.earlier(10)", show=False),
        Binding("pagedown,space", "screen.later(10)", show=False),
    ]
    FIRST: ClassVar[KeyHint | None] = None
    SECOND: ClassVar[KeyHint | None] = ("ENTER", "✓ leave", "leave")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (
        ("C", "cues and curves", "screen.history"),
        ("↑", "earlier", "screen.earlier"),
        ("↓", "later", "screen.later"),
    )
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("ENTER, Q", "leave"),
        ("C", "what was said, and when; C again: numbers and curves"),
        ("↑ ↓", "earlier and later cues"),
    )

    _first = 0
    """The cue on the first line of the history."""

    def body(self) -> Iterable[Widget]:
        """How it ended, the numbers, the plot; in their place, what was said."""
        yield CuePanel(id="cue")
        yield Horizontal(Words(id="done"), Words(id="expect"), id="columns")
        yield RunPlot(id="plot")
        yield Words(id="history")

    def draw(self, view: View) -> None:
        """All of it; nothing changes any more."""
        app, s = self.session_app, view.snapshot
        self.query_one(CuePanel).show(_headline(s))
        self.query_one("#done", Words).show(done(s, app.workout, app.runner, app.record))
        self.query_one("#expect", Words).show(expect(s, app.record))
        self.query_one(RunPlot).show(Ran(app.record, app.runner))
        self._show_history()

    def action_history(self) -> None:
        """What was said, or back to the curves."""
        self.toggle_class("-history")
        self.call_after_refresh(self._show_history)

    def action_earlier(self, lines: int = 1) -> None:
        """Earlier cues."""
        self.action_later(-lines)

    def action_later(self, lines: int = 1) -> None:
        """Later cues."""
        if self.has_class("-history"):
            self._first += lines
            self._show_history()

    def _show_history(self) -> None:
        panel = self.query_one("#history", Words)
        cues, room = worth_keeping(self.session_app.host.cues()), max(1, panel.content_size.height - 1)
        self._first = max(0, min(self._first, len(cues) - room))
        panel.show(history(cues, self._first, room, panel.content_size.width))


def _headline(s: Snapshot) -> Message:
    ending = s.ending or Ending.STOPPED
    if ending in _WELL:
        return Message(ENDINGS[ending], "the belt is still" if s.shown_speed == 0 else "")
    why = "; ".join(s.troubles) or ending.value
    large = in_short(s) if ending is Ending.SAFETY and s.troubles else ENDINGS[ending]
    return Message(large, f"{ENDINGS[ending]}: {why}", alarm="▲ SAFETY STOP" if ending is Ending.SAFETY else "▲")


def done(s: Snapshot, workout: Workout, runner: Profile, record: Record) -> Pieces:
    """Planned against done; what was worn, where anything was."""
    steps, heart = record.mean_downhill(lambda r: r.step_rate), record.mean_downhill(lambda r: r.heart_rate)
    rows = [
        ("", "done", "planned"),
        ("time", clock(s.running_s), clock(workout.expected_s(runner))),
        ("decline minutes", clock(s.decline_s), clock(workout.decline_s(runner))),
        ("steepest", f"{tenths(record.steepest)} %", f"{tenths(workout.steepest)} %"),
        ("distance", f"{s.distance_m / 1000:.2f} km", ""),
        ("descent", f"{s.descent_m:.0f} m", ""),
    ]
    rows += [("steps downhill", f"{steps} spm", "mean")] if steps is not None else []
    rows += [("heart downhill", f"{heart} bpm", "mean")] if heart is not None else []
    pieces: list[tuple[str, str]] = []
    for name, ran, planned in rows:
        pieces += [
            (f"{name:<16}", "$quiet"),
            (f"{ran:>9}", "bold $foreground" if name else "$quiet"),
            (f"{planned:>10}\n", "$quiet"),
        ]
    return tuple(pieces)


def worth_keeping(cues: tuple[tuple[float, Cue], ...]) -> tuple[tuple[float, Cue], ...]:
    """What was said but for the numbers of countdowns."""
    return tuple(said for said in cues if not said[1].words.isdigit())


def history(cues: tuple[tuple[float, Cue], ...], first: int, room: int, width: int) -> Pieces:
    """So many cues from one on, each in a line with the minute of the session at which it was said."""
    shown = cues[first : first + room]
    count = f"{len(cues)}{'+' if len(cues) >= CUES_KEPT else ''}"
    head = f"WHAT WAS SAID   {first + 1} to {first + len(shown)} of {count}" if cues else "NOTHING WAS SAID"
    pieces = [(head, "$quiet")]
    for at, cue in shown:
        when, words = f"\n{clock(at):>7}  ", cue.words[: width - _WHEN]
        pieces += [(when, "$quiet"), (words, "bold $foreground")]
        left = width - _WHEN - len(words) - 2
        if cue.detail and left > 1:
            pieces.append(("  " + (cue.detail if len(cue.detail) <= left else f"{cue.detail[: left - 1]}…"), "$quiet"))
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
