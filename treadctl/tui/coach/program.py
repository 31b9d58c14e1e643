"""Choosing a program for the class: the library with its profiles; Enter sends it to the lanes, and nothing moves by that."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.studio.coach_agent import Button, Pressed
from treadctl.studio.program import cap_words, capped, fewer_minutes, more_minutes
from treadctl.tui.coach.host import Program
from treadctl.tui.coach.screens import MILDER, RoomDock, RoomScreen
from treadctl.tui.dock import KeyHint
from treadctl.tui.home import Pick
from treadctl.tui.painted import Words
from treadctl.tui.words import tenths
from treadctl.workout.picture import NARROWEST, draw
from treadctl.workout.profile import CAUTIOUS

_SEND: Final[KeyHint] = ("ENTER", "send to lanes", "screen.send")
_KEYS: Final[tuple[KeyHint, ...]] = (
    ("↑↓", "choose", "screen.send"),
    ("←", "fewer min down", "screen.fewer"),
    ("→", "more", "screen.more"),
    ("ESC", "back", "back"),
)
_TITLE: Final = 17


class ProgramScreen(Screen[None]):
    """The library beside the profile of what is pointed at, and the cap of the decline that all lanes get with it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *MILDER,
        Binding("enter", "screen.send", show=False, priority=True),
        Binding("left,minus", "screen.fewer", show=False, priority=True),
        Binding("right,plus", "screen.more", show=False, priority=True),
        Binding("escape,q", "app.back", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = RoomScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = RoomScreen.VERTICAL_BREAKPOINTS

    def __init__(self, library: tuple[Program, ...]) -> None:
        super().__init__()
        self._library = library
        self._cap_s: int | None = None

    def compose(self) -> ComposeResult:
        """List, profile, dock."""
        yield Static("PROGRAM   minutes   of them down   steepest %", id="head", markup=False)
        with Horizontal(id="middle"):
            yield Pick(*(Option(Content(_row(program))) for program in self._library), id="library")
            with VerticalScroll(id="shown", can_focus=False):
                yield Static(id="picture", markup=False)
                yield Static(id="about", markup=False)
        yield Words(id="cap")
        yield RoomDock(id="dock")

    def on_mount(self) -> None:
        """Begin at the first."""
        self.query_one(RoomDock).show(_SEND, _KEYS)
        self.query_one(Pick).focus()

    def on_resize(self) -> None:
        """The profile fits its place."""
        self._draw()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Show what is pointed at."""
        self._draw()

    async def action_send(self) -> None:
        """Offer it to all lanes."""
        from treadctl.tui.coach.app import CoachApp

        at = self.query_one(Pick).highlighted
        if at is not None and isinstance(self.app, CoachApp):
            program = self._library[at]
            title = program.workout.title
            self.app.host.press(Pressed(Button.SEND, text=program.text, title=title, decline_s=self._cap_s))
            await self.run_action("app.back")

    def action_fewer(self) -> None:
        """One minute less of decline, for all lanes."""
        self._cap(fewer_minutes)

    def action_more(self) -> None:
        """One minute more, up to what the program has."""
        self._cap(more_minutes)

    def _cap(self, change: Callable[[int | None, float], int | None]) -> None:
        at = self.query_one(Pick).highlighted
        whole_s = 0.0 if at is None else self._library[at].workout.decline_s(CAUTIOUS)
        if whole_s:
            self._cap_s = change(self._cap_s if self._cap_s is None or self._cap_s < whole_s else None, whole_s)
            self._draw()

    def _draw(self) -> None:
        at = self.query_one(Pick).highlighted
        if at is None:
            return
        workout, pane = self._library[at].workout, self.query_one("#shown")
        pane.border_title = workout.title
        width = max(NARROWEST, pane.scrollable_content_region.width)
        given = workout if self._cap_s is None else capped(workout, CAUTIOUS, self._cap_s)
        self.query_one("#picture", Static).update(Content("\n".join(draw(given, CAUTIOUS, width))))
        caps = f"FOR ALL LANES: {cap_words(self._cap_s, workout.decline_s(CAUTIOUS))}."
        self.query_one("#cap", Words).show(((caps, "bold $cue" if self._cap_s is not None else "bold $foreground"),))
        for_whom = f" For {workout.for_whom}." if workout.for_whom else ""
        about = f"Each runner gets it at their own pace, down to their own limit.{for_whom}"
        self.query_one("#about", Static).update(f"\n{about}\n\n{workout.notes.strip()}".rstrip())


def _row(program: Program) -> str:
    workout = program.workout
    whole, down = round(workout.expected_s(CAUTIOUS) / 60), round(workout.decline_s(CAUTIOUS) / 60)
    title = workout.title if len(workout.title) <= _TITLE else workout.title[: _TITLE - 1] + "…"
    return f"{title:<{_TITLE}} {whole:>3} {down:>3} {tenths(workout.steepest):>5}"
