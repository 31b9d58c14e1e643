"""A first name, letter by letter, with arrows or taps: no text field, so that no letter is ever taken away from STOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen

from treadctl.tui.dock import Dock, KeyHint
from treadctl.tui.painted import Painted, Words
from treadctl.tui.screens.base import STOP, STOP_BINDINGS, SessionScreen

_ROWS: Final = ("ABCDEFGHIJ", "KLMNOPQRST", "UVWXYZ-'⌫✓")
_ACROSS: Final = 10
_ERASE: Final = "⌫"
_DONE: Final = "✓"
LONGEST: Final = 20


@dataclass(frozen=True, slots=True)
class Picking:
    """The name so far, and the letter that is pointed at."""

    name: str
    at: int


class Letters(Painted[Picking]):
    """The letters, the one that is pointed at in reverse."""

    def draw(self, what: Picking, width: int, height: int) -> Content:
        """Three rows of cells, as high as there is room for."""
        cell, high = width // _ACROSS, max(1, height // len(_ROWS))
        rows: list[Content] = []
        for y, letters in enumerate(_ROWS):
            for line in range(high):
                text = [letter if line == high // 2 else " " for letter in letters]
                pieces = [_cell(text[x].center(cell), y * _ACROSS + x == what.at) for x in range(_ACROSS)]
                rows.append(Content("").join(pieces))
        return Content("\n").join(rows)

    async def on_click(self, event: events.Click) -> None:
        """A tap picks."""
        width, height = self.content_size
        x, y = event.x // max(1, width // _ACROSS), event.y // max(1, height // len(_ROWS))
        if 0 <= x < _ACROSS and 0 <= y < len(_ROWS):
            await self.run_action(f"screen.pick({y * _ACROSS + x})")


class NameScreen(ModalScreen[str | None]):
    """What to be called on the console. Ends with the name, empty for none; None leaves it as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *STOP_BINDINGS,
        Binding("left", "move(-1)", show=False),
        Binding("right", "move(1)", show=False),
        Binding("up", f"move(-{_ACROSS})", show=False),
        Binding("down", f"move({_ACROSS})", show=False),
        Binding("enter,space", "pick_here", show=False),
        Binding("backspace", "erase", show=False),
        Binding("escape", "leave_it", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = SessionScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = SessionScreen.VERTICAL_BREAKPOINTS

    def __init__(self, name: str) -> None:
        super().__init__()
        self._picking = Picking(name, 0)

    def compose(self) -> ComposeResult:
        """The name, the letters, the keys."""
        second: KeyHint = ("ENTER", "pick", "screen.pick_here")
        keys: tuple[KeyHint, ...] = (
            ("ARROWS", "move", "screen.move(1)"),
            ("BACKSPACE", "erase", "screen.erase"),
            ("ESC", "leave it as it was", "screen.leave_it"),
        )
        yield Words(id="name")
        yield Letters(id="letters")
        yield Dock(STOP, second, keys)

    def on_mount(self) -> None:
        """Never an empty screen."""
        self._redraw()

    def _redraw(self) -> None:
        self.query_one(Letters).show(self._picking)
        asked = ("A first name for the console, if you like; it goes to no other place. ✓ is done.\n", "$foreground")
        self.query_one("#name", Words).show((asked, (f"{self._picking.name}▁", "bold $cue")))

    def action_move(self, by: int) -> None:
        """Point at another letter."""
        most = _ACROSS * len(_ROWS)
        self._picking = Picking(self._picking.name, (self._picking.at + by) % most)
        self._redraw()

    def action_pick_here(self) -> None:
        """The letter that is pointed at."""
        self.action_pick(self._picking.at)

    def action_pick(self, at: int) -> None:
        """One letter more; or one less, or done."""
        letter = "".join(_ROWS)[at]
        if letter == _DONE:
            self.dismiss(self._picking.name.strip("-'"))
        elif letter == _ERASE:
            self.action_erase()
        else:
            name = (self._picking.name + letter).title()[:LONGEST].lstrip("-'")
            self._picking = Picking(name, at)
            self._redraw()

    def action_erase(self) -> None:
        """One letter less."""
        self._picking = Picking(self._picking.name[:-1], self._picking.at)
        self._redraw()

    def action_leave_it(self) -> None:
        """As it was."""
        self.dismiss(None)


def _cell(text: str, pointed: bool) -> Content:
    return Content.styled(text, "bold $background on $cue" if pointed else "bold $foreground")
