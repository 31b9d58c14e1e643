"""The large things: a number in solid cells, words in solid cells, and the cue."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from textual.content import Content

from treadctl.tui.block import WORDS, fit, largest, lines
from treadctl.tui.message import Message, shorter
from treadctl.tui.painted import Painted, solid
from treadctl.tui.words import Tile


class NumberTile(Painted[Tile]):
    """One of the three numbers. `template` is the widest it gets: the size depends on that alone, so that it never jumps."""

    def __init__(self, template: str, widget_id: str) -> None:
        super().__init__(id=widget_id, classes="tile")
        self._template = template

    def draw(self, what: Tile, width: int, height: int) -> Content:
        """Label, number, note; label and note in one line where there is little room."""
        if height < _ROOMY:
            return self._low(what, width, height)
        size = largest(self._template, width, height - 2)
        rows = lines(what.number, size)
        if len(rows[0]) > width:
            rows = fit(what.number, width, height - 2)
        spare = max(0, height - 2 - len(rows))
        body = [*[""] * (spare - spare // 2), *rows, *[""] * (spare // 2)]
        left = " " * max(0, (width - len(rows[0])) // 2)
        style = "$quiet" if what.old else "$number"
        return Content("\n").join(
            [
                Content.styled(f" {what.label}"[:width], "$quiet"),
                *(solid(left + row, style) for row in body),
                Content.styled(f" {what.note}"[:width], "bold $warning" if what.old else "$quiet"),
            ]
        )

    def _low(self, what: Tile, width: int, height: int) -> Content:
        size = largest(self._template, width, height - 1)
        rows = lines(what.number, size)
        left = " " * max(0, (width - len(rows[0])) // 2)
        note = what.note.split(",")[0]
        foot = note if what.old else "  ".join(text for text in (what.short or what.label, note) if text)
        return Content("\n").join(
            [
                *(solid(left + row, "$quiet" if what.old else "$number") for row in rows),
                Content.styled(f" {foot}"[:width], "bold $warning" if what.old else "$quiet"),
            ]
        )


_ROOMY: Final = 7
"""From so many rows on, label and note have lines of their own."""


@dataclass(frozen=True, slots=True)
class Headline:
    """Words in solid cells, and how they are meant."""

    words: str
    style: str = "$cue"


class Hero(Painted[Headline]):
    """The state of the session in the largest words that fit."""

    def draw(self, what: Headline, width: int, height: int) -> Content:
        """The words, in the middle of the height."""
        rows = fit(what.words, width, height)
        return Content("\n").join([*[Content("")] * ((height - len(rows)) // 2), *(solid(r, what.style) for r in rows)])


class CuePanel(Painted[Message]):
    """One cue in large words, its small print and its age. What is about safety is in reverse video, with a word."""

    def show(self, what: Message) -> None:
        """Draw it; reverse video is the whole panel's."""
        if what != self.shown:
            self.set_class(bool(what.alarm), "-alarm")
        super().show(what)

    def draw(self, what: Message, width: int, height: int) -> Content:
        """Large words above, small print on the last row."""
        room = height - 1
        rows, what = _large(what, width, room)
        style = "$background" if what.alarm else "$quiet" if what.quiet else "$cue"
        spare = max(0, room - len(rows))
        above = spare // 2
        left = [""] * above + [row if not what.counting else row.center(width).rstrip() for row in rows] + [""] * (spare - above)
        return Content("\n").join([*(solid(row, style) for row in left), _foot(what, width)])


def _large(what: Message, width: int, rows: int) -> tuple[tuple[str, ...], Message]:
    """As large as it gets: first as spoken, then as written, then its first clause, with the others in the small print."""
    found = fit(what.large, width, rows, WORDS[:-1])
    if _solid(found):
        return found, what
    for large in (what.large, shorter(what.large)):
        if _solid(found := fit(large, width, rows)):
            return found, what
    first, _, rest = what.large.replace(":", ",").partition(", ")
    small = "; ".join(text for text in (rest, what.small) if text)
    return fit(shorter(first), width, rows), replace(what, small=small)


def _solid(rows: tuple[str, ...]) -> bool:
    return not rows or any(cell in "█▀▄" for cell in rows[0])


def _foot(what: Message, width: int) -> Content:
    head = f"{what.alarm}  " if what.alarm else ""
    room = width - len(head) - (len(what.age) + 2 if what.age else 0)
    small = what.small if len(what.small) <= room else what.small[: max(0, room - 1)] + "…"
    gap = " " * max(2, width - len(head) - len(small) - len(what.age)) if what.age else ""
    style = "bold $background" if what.alarm else "bold $foreground"
    return Content.assemble((head + small, style), (gap + what.age, "$background" if what.alarm else "$quiet"))
