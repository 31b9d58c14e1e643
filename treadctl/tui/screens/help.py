"""Help over whatever screen there is; the numbers stay in view, Stop works, and nothing here can be typed into."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import ModalScreen

from treadctl.tui.dock import Dock, KeyHint
from treadctl.tui.painted import Words
from treadctl.tui.screens.base import STOP_BINDINGS, THEME, SessionScreen

_EVERYWHERE: Final = (
    ("S", "STOP, anywhere; so do Ctrl+C, Ctrl+Q, closing the terminal"),
    ("T ?", "light or dark; this help"),
)
_SOUND: Final = (("M", "mute voice and metronome, or hear them again"),)
CLOSE: Final[KeyHint] = ("?", "close help", "close_help")


class HelpScreen(ModalScreen[None]):
    """The keys of one screen. SPACE still pauses where it pauses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *STOP_BINDINGS,
        Binding("space,p", "app.press('pause')", show=False),
        Binding("question_mark,escape,enter,q", "app.close_help", show=False),
        Binding("t,T", "app.toggle_light", show=False),
        Binding("m,M", "app.mute", show=False),
    ]

    HORIZONTAL_BREAKPOINTS = SessionScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = SessionScreen.VERTICAL_BREAKPOINTS

    def __init__(
        self, lines: tuple[tuple[str, str], ...], first: KeyHint | None, second: KeyHint | None, *, sound: bool = False
    ) -> None:
        super().__init__()
        self._lines, self._first, self._second = (*lines, *(_SOUND if sound else ()), *_EVERYWHERE), first, second

    def compose(self) -> ComposeResult:
        """The lines above, the dock in its place."""
        yield Words(id="help")
        yield Dock(self._first, self._second, (CLOSE, THEME))

    def on_mount(self) -> None:
        """What it says never changes."""
        pieces = [("KEYS\n", "bold $cue")]
        for key, what in self._lines:
            pieces += [(f"{key:>8}  ", "bold $foreground"), (f"{what}\n", "$foreground")]
        pieces.append(("Software is no emergency stop: safety key and console come first.", "bold $foreground"))
        self.query_one(Words).show(tuple(pieces))
