"""The link is lost: the whole screen says so, in reverse video, for nothing here can stop the belt any more."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from treadctl.tui.dock import KeyHint
from treadctl.tui.painted import Words
from treadctl.tui.screens.base import SessionScreen, paragraphs
from treadctl.tui.tiles import Headline, Hero
from treadctl.tui.view import View
from treadctl.tui.words import age_s, last_seen
from treadctl.units import clock


class LostScreen(SessionScreen):
    """What was seen last and how long ago; also when the session broke off by a fault of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "app.leave", show=False)]
    FIRST: ClassVar[KeyHint | None] = ("S", "✕ end", "press('stop')")
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (("S", "end the session; it cannot reach the belt from here"),)

    def body(self) -> Iterable[Widget]:
        """The words, what to do, and what was seen."""
        yield Hero(id="hero")
        yield Hero(id="advice")
        yield Words(id="words")

    def draw(self, view: View) -> None:
        """All of it, in one style."""
        broken = bool(view.failure)
        self.query_one("#hero", Hero).show(Headline("session broken off" if broken else "link lost", "$background"))
        self.query_one("#advice", Hero).show(Headline("use the console or the key", "$background"))
        unit = self.session_app.runner.unit
        self.query_one("#words", Words).show(
            tuple(
                (text, "bold $background")
                for text, _ in paragraphs(
                    "The belt may still be moving. Use the console or the key.",
                    f"Last seen: {last_seen(view, unit)}, {clock(age_s(view))} ago.",
                    view.failure,
                    "Enter leaves."
                    if broken
                    else "Nothing can be sent from here. When the link is back, you arm again; S ends the session.",
                )
            )
        )
