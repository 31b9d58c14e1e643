"""The belt stands still because it was asked to; only R starts it again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget

from treadctl.coaching.cues import CueKind
from treadctl.engine.constants import PAUSE_AT_MOST_S
from treadctl.tui.course_plot import CoursePlot, progress
from treadctl.tui.dock import KeyHint
from treadctl.tui.message import Message, message
from treadctl.tui.painted import Pieces
from treadctl.tui.screens.base import BeltScreen, paragraphs
from treadctl.tui.view import View
from treadctl.tui.words import named
from treadctl.units import clock

_LEFT_ALONE: Final = f"Left alone, the session ends by itself after {PAUSE_AT_MOST_S / 60:.0f} minutes."


class PausedScreen(BeltScreen):
    """Why it is paused, and how it goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("r", "app.press('resume')", show=False)]
    SECOND: ClassVar[KeyHint | None] = ("R", "▶ resume", "press('resume')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (
        ("R", "resume here", "press('resume')"),
        ("S", "stop, end the session", "press('stop')"),
    )
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("R", "resume: level, three, two, one, a walk, then this step"),
        ("SPACE", "nothing: the key that pauses never starts a belt"),
    )

    def lower(self) -> Iterable[Widget]:
        """The lines, and the place in the workout."""
        yield from super().lower()
        app = self.session_app
        yield CoursePlot(app.workout, app.runner)

    def message(self, view: View) -> Message:
        """`paused`, and by whom; a safety message goes first."""
        if view.said is not None and view.said.cue.kind is CueKind.SAFETY:
            return message(view)
        details = [cue.detail for _, cue in self.session_app.host.cues() if cue.words == "paused"]
        return Message("paused", (details[-1] if details else "") and details[-1].split(";")[0])

    def draw_lower(self, view: View) -> None:
        """Lines and profile."""
        super().draw_lower(view)
        self.query_one(CoursePlot).show(progress(view.snapshot, self.session_app.planned_decline_s))

    def words(self, view: View) -> Pieces:
        """How it goes on."""
        s = view.snapshot
        return paragraphs(
            f"R resumes here: level, 3-2-1, a walk, then {named(s.segment)} with {clock(s.left_s)} left.",
            "SPACE does nothing now. S stops and ends the session.",
            _LEFT_ALONE,
        )
