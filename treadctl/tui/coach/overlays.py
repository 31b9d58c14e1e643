"""What lies over the room for a moment: one lane, the lines to say, help, leaving. STOP ALL and WALK ALL work in all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets.option_list import Option

from treadctl.studio.coach_agent import Button, Pressed
from treadctl.studio.lane_tile import LaneTile
from treadctl.studio.messages import ALL, Lanes
from treadctl.studio.program import cap_words, fewer_minutes, more_minutes
from treadctl.studio.room_view import RoomView
from treadctl.tui.coach.host import CoachHost
from treadctl.tui.coach.screens import MILDER, RoomDock, RoomScreen
from treadctl.tui.coach.tiles import kmh, mark, real
from treadctl.tui.dock import KeyHint
from treadctl.tui.home import Pick
from treadctl.tui.painted import Pieces, Words

_BACK: Final[KeyHint] = ("ESC", "back", "back")
HELP: Final = (
    ("S", "STOP ALL, on every screen; said until every lane has answered."),
    ("W", "WALK ALL: everybody level and walking; each goes on by a key."),
    ("C  G", "send a program (← → its minutes down); start the class."),
    ("P  R", "pause all; offer to go on, which each runner accepts."),
    ("N  E", "next step for all; a longer step for all."),
    ("M", "say a line to all; in a lane's window, to that lane."),
    ("7 ENTER", "one lane, or click it: pause, ease, talk, its minutes down."),
    ("I", "in a lane's window: I looked there, its belt is still."),
    ("O", "take over from another console. Q leaves; the class goes on."),
)
_FIRST_OF_ALL: Final = "No emergency stop: each treadmill's safety key and console come first."


class Overlay(ModalScreen[None]):
    """Over the lower part of the room, which stays in view."""

    BINDINGS: ClassVar[list[BindingType]] = [*MILDER, Binding("escape", "app.back", show=False)]
    HORIZONTAL_BREAKPOINTS = RoomScreen.HORIZONTAL_BREAKPOINTS
    VERTICAL_BREAKPOINTS = RoomScreen.VERTICAL_BREAKPOINTS
    FIRST: ClassVar[KeyHint | None] = None
    KEYS: ClassVar[tuple[KeyHint, ...]] = (_BACK,)

    def compose(self) -> ComposeResult:
        """A panel, and the dock in its place."""
        yield from self.body()
        yield RoomDock(id="dock")

    def body(self) -> Iterable[Widget]:
        """What the panel holds: words, unless a screen has more."""
        yield Words(id="panel")

    def on_mount(self) -> None:
        """The keys never change while it stands."""
        self.query_one(RoomDock).show(self.FIRST, self.KEYS)

    def show(self, view: RoomView) -> None:
        """Draw a view, where the panel depends on one."""

    @property
    def host(self) -> CoachHost:
        """Whom a press is handed to."""
        from treadctl.tui.coach.app import CoachApp

        assert isinstance(self.app, CoachApp)
        return self.app.host

    def press(self, button: Button, lanes: Lanes = ALL, text: str = "") -> None:
        """Hand a press over."""
        self.host.press(Pressed(button, lanes, text))


class LaneScreen(Overlay):
    """One lane: what it does, what was asked and why it is limited, and its own keys."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p,P", "screen.pressed('pause')", show=False),
        Binding("r,R", "screen.pressed('resume')", show=False),
        Binding("f,F", "screen.pressed('flatter')", show=False),
        Binding("l,L", "screen.pressed('slower')", show=False),
        Binding("left,minus", "screen.fewer", show=False),
        Binding("right,plus", "screen.more", show=False),
        Binding("enter", "screen.cap", show=False),
        Binding("i,I", "screen.pressed('looked')", show=False),
        Binding("m,M", "app.message", show=False),
    ]
    FIRST = ("P", "pause this lane", "screen.pressed('pause')")
    KEYS = (
        ("R", "go on", "screen.pressed('resume')"),
        ("F", "flatter", "screen.pressed('flatter')"),
        ("L", "slower", "screen.pressed('slower')"),
        ("M", "say", "message"),
        ("I", "seen still", "screen.pressed('looked')"),
        _BACK,
    )

    def __init__(self, lane: int) -> None:
        super().__init__()
        self.lane = lane
        self._cap_s: int | None = None
        self._chosen = False

    def action_pressed(self, button: str) -> None:
        """A key for this lane alone."""
        self.press(Button(button), (self.lane,))

    async def action_fewer(self) -> None:
        """Choose one minute less of decline; nothing is sent by that."""
        await self._choose(fewer_minutes)

    async def action_more(self) -> None:
        """Choose one minute more, up to what the program has."""
        await self._choose(more_minutes)

    async def action_cap(self) -> None:
        """Send what was chosen."""
        if self._chosen:
            self._chosen = False
            self.host.press(Pressed(Button.CAP, (self.lane,), decline_s=self._cap_s))
            await self.run_action("app.look")

    async def _choose(self, change: Callable[[int | None, float], int | None]) -> None:
        view = self.host.latest
        lane = None if view is None else self._lane(view)
        if view is None or lane is None or not view.decline_s:
            return
        self._cap_s = change(self._cap_s if self._chosen else lane.cap_s, view.decline_s)
        self._chosen = True
        await self.run_action("app.look")

    def _lane(self, view: RoomView) -> LaneTile | None:
        return next((lane for lane in view.lanes if lane.lane == self.lane), None)

    def show(self, view: RoomView) -> None:
        """The lane as it is now."""
        found = self._lane(view)
        if found is None:
            self.query_one("#panel", Words).show(_gone(self.lane))
            return
        cap = cap_words(self._cap_s if self._chosen else found.cap_s, view.decline_s)
        cap = f"‹ {cap} ›  ENTER sends it" if self._chosen else f"{cap[:1].upper()}{cap[1:]}.  ← → changes it"
        if found.level and not self._chosen:
            cap = "Level: there is no decline in this runner's own program."
        self.query_one("#panel", Words).show(_lane(found, view.notice, cap if view.decline_s else ""))


class MessageScreen(Overlay):
    """Lines to choose from, for all or for one lane."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "screen.take", show=False, priority=True)]
    FIRST = ("ENTER", "say it", "screen.take")
    KEYS = (("↑↓", "choose", "screen.take"), _BACK)

    def __init__(self, lines: tuple[str, ...], lane: int | None) -> None:
        super().__init__()
        self._lines, self._lane = lines, lane

    def body(self) -> Iterable[Widget]:
        """The lines."""
        yield Words(id="whom")
        yield Pick(*(Option(Content(line)) for line in self._lines), id="choice")

    def on_mount(self) -> None:
        """Begin at the first."""
        super().on_mount()
        whom = "TO ALL LANES" if self._lane is None else f"TO LANE {self._lane}"
        self.query_one("#whom", Words).show(((f"SAY {whom}", "bold $cue"),))
        self.query_one(Pick).focus()

    async def action_take(self) -> None:
        """Say the line that is pointed at."""
        at = self.query_one(Pick).highlighted
        if at is not None:
            self.press(Button.SAY, ALL if self._lane is None else (self._lane,), self._lines[at])
            await self.run_action("app.back")


class HelpScreen(Overlay):
    """The keys."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark,enter,q", "app.back", show=False)]
    KEYS = (("?", "close help", "back"),)

    def on_mount(self) -> None:
        """It says always the same."""
        super().on_mount()
        pieces: list[tuple[str, str]] = [("KEYS\n", "bold $cue")]
        for key, what in HELP:
            pieces += [(f"{key:>8}  ", "bold $foreground"), (f"{what}\n", "$foreground")]
        pieces.append((_FIRST_OF_ALL, "bold $foreground"))
        self.query_one("#panel", Words).show(tuple(pieces))


class LeaveScreen(Overlay):
    """Leaving a room in which belts may move."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("y,Y", "app.leave_now", show=False)]
    FIRST = ("Y", "leave", "leave_now")

    def on_mount(self) -> None:
        """What that means."""
        super().on_mount()
        text = (
            "The class goes on without this console: every lane runs its own program, and every runner keeps their keys.\n"
            "STOP ALL then needs another console, or this one opened again. S stops everybody first."
        )
        self.query_one("#panel", Words).show((("LEAVE?\n", "bold $cue"), (text, "$foreground")))


def _gone(lane: int) -> Pieces:
    return ((f"LANE {lane}\n", "bold $cue"), ("There is no such lane in this room, or it was never heard.", "$foreground"))


def _lane(lane: LaneTile, notice: str, cap: str) -> Pieces:
    asked_speed = f" (asked {lane.asked_speed / 100:.1f})" if lane.asked_speed not in (None, lane.speed) else ""
    lines = [
        f"{real(lane)} %   {kmh(lane)}{asked_speed} km/h   {lane.step}",
        lane.more,
        f"Limited: {lane.limited}" if lane.limited else "",
        f"Last: {lane.news}" if lane.news else "",
        cap,
        f"{notice[:1].upper()}{notice[1:]}." if notice else "",
    ]
    head = (f"LANE {lane.lane}  {lane.name}  {mark(lane)} {lane.word}\n", "bold $cue")
    return (head, *((f"{text}\n", "$foreground") for text in lines if text))
