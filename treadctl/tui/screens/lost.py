"""The link is lost: the whole screen says so, in reverse video, for nothing here can stop the belt any more."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.widget import Widget

from treadctl.tui.dock import KeyHint
from treadctl.tui.host import Outage
from treadctl.tui.painted import Words
from treadctl.tui.screens.base import SessionScreen, paragraphs
from treadctl.tui.tiles import Headline, Hero
from treadctl.tui.view import View
from treadctl.tui.words import age_s, last_seen
from treadctl.units import clock

_LONGEST: Final = 100
"""Characters of a reason: two lines of a narrow screen."""


class LostScreen(SessionScreen):
    """What was seen last and how long ago; also when the session broke off by a fault of its own."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "app.leave", show=False)]
    FIRST: ClassVar[KeyHint | None] = ("S", "■ stop later", "press('stop')")
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("S", "Stop goes out first when the link is back; S again, after 15 s, ends the session and leaves that to its guardian"),
    )

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
        app = self.session_app
        ago = f"{clock(age_s(view))} ago" if isfinite(age_s(view)) else "for nothing was told of it yet"
        seen = f"Last seen: {last_seen(view, app.runner.unit)}, {ago}."
        lines = ("", view.failure, "Enter leaves.") if broken else reconnecting(app.host.outage)
        self.query_one("#words", Words).show(
            tuple((text, "bold $background") for text, _ in paragraphs(f"The belt may still be moving. {seen}", *lines))
        )


def reconnecting(outage: Outage) -> tuple[str, ...]:
    """What is done about a lost link, and what Stop does meanwhile."""
    tries = {0: "the first try is under way", 1: "one try has failed"}.get(outage.tries, f"{outage.tries} tries have failed")
    why = f"; the last: {outage.why[:_LONGEST]}" if outage.why else ""
    if outage.stop_waits:
        stop = "STOP WAITS for the link and goes out first: until then only the console or the safety key stop the belt."
        return f"Connecting again: {tries}{why}.", stop, "S again, after 15 seconds, leaves that to the guardian."
    return f"Connecting again: {tries}{why}.", "When the link is back, you arm again. S: a Stop to be sent then."
