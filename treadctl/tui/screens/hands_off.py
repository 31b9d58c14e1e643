"""Console, safety key or another app has the belt: nothing is written but a Stop that a person presses."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from treadctl.engine.constants import ABANDONED_S
from treadctl.tui.dock import KeyHint
from treadctl.tui.message import Message, in_short
from treadctl.tui.painted import Pieces
from treadctl.tui.screens.base import BeltScreen, paragraphs
from treadctl.tui.view import View

_LEFT_ALONE: Final = f"Left alone, the session ends by itself after {ABANDONED_S / 60:.0f} minutes."


class HandsOffScreen(BeltScreen):
    """Why, and how to get back."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("a", "app.press('arm')", show=False)]
    SECOND: ClassVar[KeyHint | None] = ("A", "● arm", "press('arm')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (
        ("A", "arm again", "press('arm')"),
        ("S", "send stop, end the session", "press('stop')"),
    )
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("A", "arm again: from what belt and deck do then"),
        ("S", "send Stop and end the session"),
    )

    def message(self, view: View) -> Message:
        """What took the belt away, for as long as it has it."""
        said = view.said.cue if view.said is not None else None
        if said is not None and said.words == "cannot arm yet":
            return Message(said.words, said.detail, alarm="▲ SAFETY")
        s = view.snapshot
        why = s.troubles[0] if s.troubles else "the console has the belt"
        return Message(in_short(s) or "console has it", f"{why}; nothing restarts by itself", alarm="▲ SAFETY")

    def words(self, view: View) -> Pieces:
        """How to get back."""
        moving = view.snapshot.shown_speed
        return paragraphs(
            "The belt is moving: the console and the safety key have it." if moving else "The belt was last seen still.",
            "Nothing is sent from here but a Stop that you press.",
            "A arms again, from what belt and deck do then.",
            _LEFT_ALONE,
        )
