"""Choosing a session without a belt: what there is, whom it is for, and what is done in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.training.strength import Player, StrengthSession
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT
from treadctl.units import clock

_KEYS: Final = "[@click=app.take]ENTER begin[/]  ↑↓ choose  [@click=app.leave]ESC back[/]"


class PickStrengthApp(QuietApp[str]):
    """Ends with the name of a session, or with nothing."""

    CSS = """
    #head { height: 1; padding: 0 1; background: $panel; text-style: bold; }
    #sessions { width: 36; border: heavy $accent; padding: 0 1; background: $background; }
    #shown { border: round $secondary; padding: 0 1; }
    #keys { height: 1; padding: 0 1; background: $panel; link-style: bold; link-color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", show=False, priority=True),
        Binding("escape,q,ctrl+c,ctrl+q", "leave", show=False, priority=True),
    ]

    def __init__(self, sessions: tuple[StrengthSession, ...], why_not: Mapping[str, str], light: bool = False) -> None:
        """`why_not` says of each session, by its name, what is against it today; empty: nothing."""
        super().__init__()
        self._sessions = sessions
        self._why_not = why_not
        self._light = light

    def compose(self) -> ComposeResult:
        """The sessions beside what the one pointed at is made of."""
        yield Static("treadctl   Strength and plyometrics, without a belt", id="head", markup=False)
        with Horizontal():
            yield OptionList(*(Option(Content(_row(session)), id=session.name) for session in self._sessions), id="sessions")
            with VerticalScroll(id="shown", can_focus=False):
                yield Static(id="about", markup=False)
        yield Static(_KEYS, id="keys")

    def on_mount(self) -> None:
        """Begin at the first."""
        self.wear(LIGHT if self._light else DARK)
        self.query_one(OptionList).focus()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Explain what is pointed at."""
        session = self._sessions[event.option_index]
        self.query_one("#shown").border_title = session.title
        self.query_one("#about", Static).update(about(session, self._why_not.get(session.name, "")))

    def action_take(self) -> None:
        """This one."""
        at = self.query_one(OptionList).highlighted
        self.exit(None if at is None else self._sessions[at].name)

    def action_leave(self) -> None:
        """None of them."""
        self.exit(None)


def about(session: StrengthSession, why_not: str) -> str:
    """A session in a few lines: whom it is for, and each exercise with what is to be felt."""
    efforts = "\n\n".join(f"{effort}\n{effort.variant.text}" for effort in session.efforts)
    notes = f"{session.notes.strip()}\n\n" if session.notes.strip() else ""
    against = f"▲ Not today: {why_not}.\n\n" if why_not else ""
    return f"{against}{session.kind.value}, for {session.for_whom}.\n\n{notes}{efforts}"


def _row(session: StrengthSession) -> str:
    return f"{session.title[:23]:<23} {clock(Player(session, 0.0).total_s):>6}"
