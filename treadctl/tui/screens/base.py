"""What every screen of a session has: the status on top, keys at the bottom, and a Stop that always works."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widget import Widget

from treadctl.tui.dock import Dock, KeyHint
from treadctl.tui.message import Message, message
from treadctl.tui.painted import Pieces, Words
from treadctl.tui.status import StatusLine
from treadctl.tui.tiles import CuePanel, NumberTile
from treadctl.tui.view import View
from treadctl.tui.words import tiles

if TYPE_CHECKING:
    from treadctl.tui.app import SessionApp

STOP_BINDINGS: Final[list[BindingType]] = [
    Binding("s,S", "app.press('stop')", "STOP", priority=True, show=False),
    Binding("ctrl+c,ctrl+q", "app.stop_or_leave", "STOP", priority=True, show=False),
]
"""In the app and in every screen, before anything else can take the key."""
STOP: Final[KeyHint] = ("S", "■ stop", "press('stop')")
HELP: Final[KeyHint] = ("?", "help", "help")
MUTE: Final[KeyHint] = ("M", "mute", "mute")
THEME: Final[KeyHint] = ("T", "light/dark", "toggle_light")


class SessionScreen(Screen[None]):
    """A screen of a running session: one status line, a body, the dock. No text field, nothing that takes the focus."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *STOP_BINDINGS,
        Binding("question_mark", "app.help", show=False),
        Binding("t,T", "app.toggle_light", show=False),
        Binding("m,M", "app.mute", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (112, "-wide")]  # noqa: RUF012 - Textual declares them without ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012

    FIRST: ClassVar[KeyHint | None] = STOP
    """The red tap: STOP, except where there is nothing to stop or nothing that could be reached."""
    SECOND: ClassVar[KeyHint | None] = None
    """The tap beside STOP."""
    KEYS: ClassVar[tuple[KeyHint, ...]] = ()
    """All other keys, for the bottom line."""
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = ()
    """What the help says of this screen's keys: the key, and what it does."""

    @property
    def session_app(self) -> SessionApp:
        """The app, as what it is."""
        from treadctl.tui.app import SessionApp

        assert isinstance(self.app, SessionApp)
        return self.app

    def compose(self) -> ComposeResult:
        """Status, body, dock."""
        yield StatusLine(id="status")
        yield from self.body()
        sound = (MUTE, HELP, THEME) if self.session_app.mute is not None else (THEME, HELP)
        yield Dock(self.FIRST, self.SECOND, (*self.KEYS, *sound))

    def body(self) -> Iterable[Widget]:
        """What stands between them."""
        raise NotImplementedError

    def show(self, view: View) -> None:
        """Draw a view. Cheap when nothing changed."""
        self.query_one(StatusLine).show(self.session_app.status(view))
        self.draw(view)

    def draw(self, view: View) -> None:
        """Draw the body."""
        raise NotImplementedError


class BeltScreen(SessionScreen):
    """A screen with a belt in view: the three numbers and the cue, in their places, and something beneath."""

    def body(self) -> Iterable[Widget]:
        """Numbers, cue, and the rest."""
        yield Horizontal(
            NumberTile("−88.8", "grade"),
            NumberTile("88.8", "speed"),
            NumberTile("88:88", "left"),
            id="numbers",
        )
        yield CuePanel(id="cue")
        yield from self.lower()

    def lower(self) -> Iterable[Widget]:
        """What stands beneath the cue: some lines, unless a screen has more."""
        yield Words(id="words")

    def draw(self, view: View) -> None:
        """Numbers, cue, and the rest."""
        runner = self.session_app.runner
        for tile, what in zip(self.query(NumberTile), tiles(view, runner), strict=True):
            tile.show(what)
        self.query_one(CuePanel).show(self.message(view))
        self.draw_lower(view)

    def message(self, view: View) -> Message:
        """What stands in the cue's place."""
        return message(view)

    def draw_lower(self, view: View) -> None:
        """Draw what stands beneath."""
        self.query_one("#words", Words).show(self.words(view))

    def words(self, view: View) -> Pieces:
        """The lines beneath the cue."""
        raise NotImplementedError


def paragraphs(*texts: str) -> Pieces:
    """Lines of running text, one below the other."""
    return tuple((text + "\n", "$foreground") for text in texts if text)
