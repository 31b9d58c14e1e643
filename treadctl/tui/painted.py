"""A widget that draws something it was shown, and draws it again only when that has changed."""

from __future__ import annotations

import re
from typing import Final, Generic, TypeVar

from textual.content import Content
from textual.widget import Widget

Shown = TypeVar("Shown")

Pieces = tuple[tuple[str, str], ...]
"""Text and its style, one after the other; equal pieces draw the same."""


_RUN: Final = re.compile("█+|[^█]+")


def solid(row: str, colour: str) -> Content:
    """A row of block characters. Full cells get their colour as their ground too: many fonts leave seams between rows."""
    styles = {True: f"{colour} on {colour}", False: colour}
    return Content.assemble(*((run, styles[run[0] == "█"]) for run in _RUN.findall(row)))


class Painted(Widget, Generic[Shown]):
    """Its size comes from the style sheet alone, so that a new picture never moves anything else."""

    ALLOW_SELECT = False
    can_focus = False

    shown: Shown | None = None
    """What is drawn."""

    def show(self, what: Shown) -> None:
        """Draw `what`, unless it is drawn already."""
        if what != self.shown:
            self.shown = what
            self.refresh()

    def render(self) -> Content:
        """Draw it into the room there is."""
        width, height = self.content_size
        if self.shown is None or not width or not height:
            return Content("")
        return self.draw(self.shown, width, height)

    def draw(self, what: Shown, width: int, height: int) -> Content:
        """The picture of `what`, at most `width` columns and `height` rows."""
        raise NotImplementedError


class Words(Painted[Pieces]):
    """Running text, wrapped."""

    def draw(self, what: Pieces, width: int, height: int) -> Content:
        """The text as it is."""
        return Content.assemble(*what)
