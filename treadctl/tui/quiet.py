"""An app whose failure is kept for whoever ran it, instead of being printed as pages of traceback over a runner's terminal."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from textual.app import App
from textual.theme import Theme

Result = TypeVar("Result")


class QuietApp(App[Result]):
    """What every app here is: no command palette, for a palette takes keys away, and no traceback."""

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False

    crash: Exception | None = None
    """What ended the app against its will."""

    @property
    def stands(self) -> bool:
        """Whether there is a screen to show anything on: on the way out it goes before a timer does."""
        return self.is_running and not self._exit

    def wear(self, theme: Theme) -> None:
        """Put on one of our themes."""
        self.register_theme(theme)
        self.theme = theme.name

    def _handle_exception(self, error: Exception) -> None:
        self.crash = self.crash or error
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """Textual's own renders the traceback with all locals first, which takes its time."""
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        self._exit_renderables.clear()
