"""The room's screen: headline, what needs somebody, the lanes, the program; STOP ALL, WALK ALL and the next thing to do below."""

from __future__ import annotations

from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from treadctl.studio.coach_agent import NOTICE_S
from treadctl.studio.room_view import RoomView, Stage
from treadctl.tui.coach.grid import LaneGrid
from treadctl.tui.coach.parts import ClassPlot, Headline, TopLine, big, line, look_here, notice, top, where
from treadctl.tui.dock import KeyHint, KeyLines, Tap
from treadctl.tui.painted import Words

MILDER: Final[list[BindingType]] = [
    Binding("s,S", "app.stop_all", show=False, priority=True),
    Binding("ctrl+c,ctrl+q", "app.stop_or_leave", show=False, priority=True),
    Binding("w,W", "app.walk_all", show=False, priority=True),
    Binding("t,T", "app.toggle_light", show=False, priority=True),
]
"""In the app and in every screen, before anything else can take the key."""
STOP: Final[KeyHint] = ("S", "■ stop all", "stop_all")
WALK: Final[KeyHint] = ("W", "walk all", "walk_all")
_CHOOSE: Final[KeyHint] = ("C", "choose program", "choose")
_START: Final[KeyHint] = ("G", "start class", "start")
_PAUSE: Final[KeyHint] = ("P", "pause all", "pause")
_CALL_OFF: Final[KeyHint] = ("P", "call start off", "pause")
_GO_ON: Final[KeyHint] = ("R", "offer to go on", "resume")
_TAKE_OVER: Final[KeyHint] = ("O", "take over", "take_over")
_EVER: Final[tuple[KeyHint, ...]] = (
    ("M", "say", "message"),
    ("1-9", "lane", "help"),
    ("?", "help", "help"),
    ("Q", "leave", "leave"),
    ("T", "light/dark", "toggle_light"),
)
_RUNNING: Final[tuple[KeyHint, ...]] = (("N", "next", "next"), ("E", "longer", "extend"), ("R", "go on", "resume"))
_WIDE: Final = 112


def main_key(view: RoomView) -> KeyHint | None:
    """The one thing that is most likely wanted now, as a large tap beside STOP ALL and WALK ALL."""
    if not view.leads:
        return _TAKE_OVER if view.other else None
    match view.stage:
        case Stage.OFFERED:
            return _START if view.ready else _CHOOSE
        case Stage.COUNTING:
            return _CALL_OFF
        case Stage.RUNNING:
            return _PAUSE
        case Stage.PAUSED:
            return _GO_ON
        case _:
            return _CHOOSE


def other_keys(view: RoomView) -> tuple[KeyHint, ...]:
    """All other keys that do something now."""
    first = main_key(view)
    if not view.leads:
        return _EVER[1:]
    match view.stage:
        case Stage.RUNNING:
            keys = (*_RUNNING, *_EVER)
        case Stage.PAUSED:
            keys = (_PAUSE, *_EVER)
        case Stage.OFFERED:
            keys = (_CHOOSE, *_EVER)
        case _:
            keys = _EVER
    return tuple(key for key in keys if key != first)


class RoomDock(Horizontal):
    """STOP ALL, WALK ALL, the next thing to do, and the other keys."""

    def compose(self) -> ComposeResult:
        """Always in the same places."""
        yield Tap(id="tap-stop")
        yield Tap(id="tap-walk")
        yield Tap(id="tap-main")
        yield KeyLines(id="keys")

    def show(self, first: KeyHint | None, keys: tuple[KeyHint, ...]) -> None:
        """What can be pressed now."""
        self.query_one("#tap-stop", Tap).show(STOP)
        self.query_one("#tap-walk", Tap).show(WALK)
        tap = self.query_one("#tap-main", Tap)
        tap.set_class(first is None, "-none")
        if first is not None:
            tap.show(first)
        self.query_one(KeyLines).show(keys)


class RoomScreen(Screen[None]):
    """The room. Nothing in it takes the focus, and nothing can be typed into it but the number of a lane."""

    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (_WIDE, "-wide")]  # noqa: RUF012 - Textual declares them without ClassVar
    VERTICAL_BREAKPOINTS = [(0, "-short"), (32, "-tall")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *MILDER,
        Binding("c,C", "app.choose", show=False),
        Binding("g,G", "app.start", show=False),
        Binding("p,P", "app.pause", show=False),
        Binding("r,R", "app.resume", show=False),
        Binding("n,N", "app.next", show=False),
        Binding("e,E", "app.extend", show=False),
        Binding("m,M", "app.message", show=False),
        Binding("o,O", "app.take_over", show=False),
        Binding("q,Q", "app.leave", show=False),
        Binding("question_mark", "app.help", show=False),
    ]
    typed = ""
    """The number of a lane, as far as it was typed."""
    _told = ""

    def compose(self) -> ComposeResult:
        """From the top: who leads, the headline, the problems, the lanes, the program, the keys."""
        yield TopLine(id="top")
        yield Headline(id="headline")
        yield Words(id="line")
        yield Words(id="look")
        yield LaneGrid(id="lanes")
        yield ClassPlot(id="profile")
        yield Words(id="notice")
        yield RoomDock(id="dock")

    def show(self, view: RoomView, failure: str) -> None:
        """Draw a view. Cheap when nothing changed."""
        self.query_one(TopLine).show(top(view))
        headline = big(view, failure)
        alarm = self.query_one(Headline)
        alarm.set_class(headline.alarm, "-alarm")
        alarm.show(headline)
        self._say("#line", line(view, self.size.width - 2, failure))
        look = look_here(view, self.size.width - 2)
        self.query_one("#look").set_class(bool(look), "-alarm")
        self._say("#look", look, "bold $background" if look else "$quiet", "no lane needs anybody")
        self.query_one(LaneGrid).show(view.lanes)
        self.query_one(ClassPlot).show(where(view))
        self._say("#notice", notice(view, self.typed) if self.typed or not self._told else self._told)
        self.query_one(RoomDock).show(main_key(view), other_keys(view))

    def tell(self, text: str) -> None:
        """Say why a key of this screen did nothing, for a while."""
        self._told = text
        self.set_timer(NOTICE_S, self._forget)

    def _forget(self) -> None:
        self._told = ""

    def _say(self, place: str, text: str, style: str = "bold $foreground", otherwise: str = "") -> None:
        self.query_one(place, Words).show(((text or otherwise, style),))

    async def on_key(self, event: events.Key) -> None:
        """Digits are the number of a lane."""
        if event.key.isdigit() and (self.typed or event.key != "0"):
            self.typed = (self.typed + event.key)[-3:]
        elif event.key == "backspace":
            self.typed = self.typed[:-1]
        elif event.key == "escape":
            self.typed = ""
        elif event.key == "enter" and self.typed:
            lane, self.typed = int(self.typed), ""
            await self.run_action(f"app.lane({lane})")
        else:
            return
        event.stop()
        await self.run_action("app.look")
