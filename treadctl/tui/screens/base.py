"""What every screen of a session has: a view to draw, keys on its bottom line, and Stop that always works."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.screen import Screen

from treadctl.engine.words import Key
from treadctl.tui.view import View

if TYPE_CHECKING:
    from treadctl.tui.app import SessionApp

STOP_BINDINGS: list[BindingType] = [
    Binding("s,S,ctrl+c,ctrl+q", "press('stop')", "STOP", priority=True, show=False),
]


class SessionScreen(Screen[None]):
    """A screen of a running session."""

    BINDINGS: ClassVar[list[BindingType]] = STOP_BINDINGS
    KEYS: ClassVar[tuple[tuple[str, str, str], ...]] = ()
    """The bottom line: what to press, what it does, and the key it sends: ("SPACE", "pause", "pause")."""

    @property
    def session_app(self) -> SessionApp:
        """The app, as what it is."""
        from treadctl.tui.app import SessionApp

        assert isinstance(self.app, SessionApp)
        return self.app

    def show(self, view: View) -> None:
        """Draw a view. Cheap when nothing changed."""
        raise NotImplementedError

    def action_press(self, key: str) -> None:
        """A key for the session."""
        self.session_app.host.press(Key(key))
