"""Before the first link: what is being waited for, or why it failed."""

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


class ConnectingScreen(SessionScreen):
    """There is no view yet, so the app tells it what it knows."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "app.leave", show=False)]
    FIRST: ClassVar[KeyHint | None] = ("S", "✕ end", "press('stop')")

    def body(self) -> Iterable[Widget]:
        """The word, and what to do."""
        yield Hero(id="hero")
        yield Words(id="words")

    def on_mount(self) -> None:
        """Never an empty screen, not even for a moment."""
        self.wait("")

    def draw(self, view: View) -> None:
        """A session without a link and without a fault: it waits."""
        self.wait(view.failure)

    def wait(self, failure: str) -> None:
        """Still waiting, or given up because of `failure`."""
        title = self.session_app.workout.title
        if failure:
            self.query_one(Hero).show(Headline("no treadmill", "$cue"))
            lines = paragraphs(
                failure[:1].upper() + failure[1:] + ".", "Is it switched on, near, and free of other apps?", "Enter leaves."
            )
        else:
            self.query_one(Hero).show(Headline("connecting", "$cue"))
            lines = paragraphs(f"{title}: looking for the treadmill.", "Nothing moves before you arm it. S ends the session.")
        self.query_one("#words", Words).show(lines)
