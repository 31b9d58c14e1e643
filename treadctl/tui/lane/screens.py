"""What a class adds to the screens of a session: waiting, "pain today?", "I'm ready", the count, and going on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widget import Widget

from treadctl.coaching.cues import CueKind
from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.walking import WALKING
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_start import COUNT_S, whole_seconds
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.part import NO_DECLINE_ABOVE
from treadctl.tui.dock import KeyHint
from treadctl.tui.message import Message, message
from treadctl.tui.painted import Painted, Words
from treadctl.tui.screens.arm import ArmScreen
from treadctl.tui.screens.base import SessionScreen, paragraphs
from treadctl.tui.screens.paused import PausedScreen
from treadctl.tui.screens.runner import RunnerScreen
from treadctl.tui.status import StatusLine
from treadctl.tui.tiles import CuePanel, Headline, Hero
from treadctl.tui.view import View
from treadctl.tui.words import limits, speed_number
from treadctl.units import clock

if TYPE_CHECKING:
    from treadctl.tui.lane.app import LaneApp

READY: Final[KeyHint] = ("A", "● I'm ready", "press('arm')")
NOT_READY: Final[KeyHint] = ("X", "not ready", "type('x')")
WALK: Final[KeyHint] = ("W", "walk", "press('walk')")
GO_ON: Final[KeyHint] = ("G", "go on", "press('resume')")
PACE: Final[tuple[KeyHint, ...]] = (("+", "easy pace up", "press('faster')"), ("-", "down", "press('slower')"))
_WALKS: Final[tuple[tuple[str, str], ...]] = (("W", "walk: level, at walking pace, until G"), ("G", "go on"))
MOST_PAIN: Final = 10


class ClassScreen(SessionScreen):
    """A screen of the class, before there is anything of a session to show."""

    @property
    def lane_app(self) -> LaneApp:
        """The app, as what it is."""
        from treadctl.tui.lane.app import LaneApp

        assert isinstance(self.app, LaneApp)
        return self.app

    def show_class(self, look: Look, view: View | None) -> None:
        """Draw a moment; there may be no treadmill yet."""
        self.query_one(StatusLine).show(self.lane_app.class_status(look, view))
        self.draw_class(look, view)

    def draw_class(self, look: Look, view: View | None) -> None:
        """Draw the body."""
        raise NotImplementedError


class WaitScreen(ClassScreen):
    """Nobody has sent a program yet, or the class is over."""

    KEYS: ClassVar[tuple[KeyHint, ...]] = (("N", "your name", "ask_name"), ("CTRL+C", "leave", "stop_or_leave"))
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("N", "a first name, if you like to be shown by one on the console"),
        ("CTRL+C", "end this lane's program, while its belt stands"),
    )

    def body(self) -> Iterable[Widget]:
        """The words, and what is there."""
        yield Hero(id="hero")
        yield Words(id="words")

    def draw_class(self, look: Look, view: View | None) -> None:
        """Who is there."""
        wanted = "waiting for a class" if look.phase in (LanePhase.WAITING, LanePhase.OVER) else "looking for it"
        self.query_one(Hero).show(Headline(wanted, "$cue"))
        called = f"You are called {look.name} on the console." if look.name else "Nobody's name is shown on the console."
        self.query_one("#words", Words).show(
            paragraphs(f"{treadmill(view)} {coach(look)}", "Nothing moves before you say that you are ready.", called)
        )


class PainScreen(ClassScreen):
    """The one question before every class."""

    KEYS: ClassVar[tuple[KeyHint, ...]] = (
        ("0…9", "your answer", "help"),
        ("1 0", "ten", "type('10')"),
        ("N", "your name", "ask_name"),
    )
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("0 … 9", "your answer; 1 and then 0 is ten"),
        ("N", "a first name, if you like to be shown by one on the console"),
    )

    def body(self) -> Iterable[Widget]:
        """The question, the numbers, what will be run."""
        yield CuePanel(id="cue")
        yield PainRow(id="pain")
        yield Words(id="words")

    def draw_class(self, look: Look, view: View | None) -> None:
        """All of it."""
        self.query_one(CuePanel).show(Message("pain today?", "0 is none, 10 is the worst; the answer stays on this lane"))
        self.query_one(PainRow).show(MOST_PAIN)
        self.query_one("#words", Words).show(
            paragraphs(
                f"{look.title}. {treadmill(view)} {coach(look)}",
                f"Above {NO_DECLINE_ABOVE} your declines are run level today. Whatever hurts more than legs do: do not run.",
            )
        )


class PainRow(Painted[int]):
    """The numbers from 0 on, each to be tapped."""

    def draw(self, what: int, width: int, height: int) -> Content:
        """One cell for each, in two shades, its number in the middle."""
        cell = width // (what + 1)
        middle = [
            Content.styled(str(n).center(cell), "bold $tap-text on $tap" if n % 2 else "bold $foreground on $panel")
            for n in range(what + 1)
        ]
        blank = [Content.styled(" " * cell, "on $tap" if n % 2 else "on $panel") for n in range(what + 1)]
        rows = [Content("").join(middle if row == height // 2 else blank) for row in range(height)]
        return Content("\n").join(rows)

    async def on_click(self, event: events.Click) -> None:
        """A tap is an answer."""
        if self.shown is not None:
            level = event.x // max(1, self.content_size.width // (self.shown + 1))
            if 0 <= level <= self.shown:
                await self.run_action(f"app.type('{level}')")


class ReadyScreen(ArmScreen):
    """Before anything moves: who runs, on what, what will be limited; and the runner's own "I'm ready"."""

    SECOND: ClassVar[KeyHint | None] = READY
    KEYS: ClassVar[tuple[KeyHint, ...]] = (("A", "I'm ready", "press('arm')"), NOT_READY)
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("A", "I'm ready: your belt starts with the class; it lapses after 90 s"),
        ("X", "not ready after all"),
        ("S", "STOP: no start, and a belt that moves stands still"),
    )

    def draw(self, view: View) -> None:
        """All of it; on the last line, what this runner's own advice changed."""
        super().draw(view)
        limited = [cue for _, cue in self.session_app.host.cues() if cue.kind is CueKind.LIMIT]
        if limited:
            told = ": ".join(text for text in (limited[0].words, limited[0].detail) if text)
            self.query_one("#bill", Words).show(((f"▲ {told}", "bold $warning"),))

    def prompt(self, view: View) -> Message:
        """What "I'm ready" would do, or what it did."""
        look = self._look
        said = view.said.cue if view.said is not None else None
        if said is not None and (said.kind is CueKind.SAFETY or said.words == "cannot arm yet"):
            return super().prompt(view)
        if look is None:
            return Message("")
        if look.ready_for_s is not None:
            how = "the coach starts the class, and your belt with it" if look.coach else "COACH OFFLINE"
            return Message(f"ready, {clock(look.ready_for_s)}", f"{how}. X takes it back")
        if said is not None and said.kind is CueKind.COACH and said.detail:
            return Message(said.words, said.detail, f"said {clock(view.said.age_s)} ago" if view.said is not None else "")
        if look.why_not:
            return Message("not yet", look.why_not)
        return Message("press A when ready", _before_ready(look))

    @property
    def _look(self) -> Look | None:
        from treadctl.tui.lane.app import LaneApp

        assert isinstance(self.app, LaneApp)
        return self.app.lane_host.class_look


class GuestReadyScreen(ReadyScreen):
    """The same for a guest, who looks for an easy pace."""

    KEYS: ClassVar[tuple[KeyHint, ...]] = (*ReadyScreen.KEYS, *PACE)


class CountScreen(ClassScreen):
    """The class counts down to T0; the last three are the session's own."""

    SECOND: ClassVar[KeyHint | None] = ("X", "✕ not ready", "type('x')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (NOT_READY, ("S", "stop", "press('stop')"))

    def body(self) -> Iterable[Widget]:
        """One number."""
        yield CuePanel(id="cue")

    def draw_class(self, look: Look, view: View | None) -> None:
        """The number that the countdown stands at."""
        left_s = look.starts_in_s
        if left_s is None:
            number = Message("get ready", "feet on the rails; the belt starts after three, two, one", counting=True)
        elif whole_seconds(left_s) > COUNT_S:
            number = Message(f"start in {clock(left_s)}", "feet on the rails; X: not ready after all", counting=True)
        else:
            number = Message(str(whole_seconds(left_s)), "the belt will move: feet on the rails, then walk", counting=True)
        self.query_one(CuePanel).show(number)


class LaneRunnerScreen(RunnerScreen):
    """The runner's screen, with walking and going on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,W", "app.press('walk')", show=False),
        Binding("g,G", "app.press('resume')", show=False),
    ]
    KEYS: ClassVar[tuple[KeyHint, ...]] = (*RunnerScreen.KEYS, WALK, GO_ON)
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (*RunnerScreen.HELP_LINES[:-1], *_WALKS)

    def message(self, view: View) -> Message:
        """Who walks is told how to go on, unless something more urgent is said."""
        quiet = view.said is None and not view.snapshot.troubles and view.snapshot.level is Level.FINE
        if view.phase is Phase.RUNNING and quiet and WALKING in limits(view.snapshot):
            return Message("walking", "level, at walking pace; G goes on")
        return message(view)


class LanePausedScreen(PausedScreen):
    """Paused; the coach may offer to go on, and only the runner's own key does."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("g,G", "app.press('resume')", show=False)]
    SECOND: ClassVar[KeyHint | None] = ("G", "▶ go on", "press('resume')")
    KEYS: ClassVar[tuple[KeyHint, ...]] = (("G", "go on here", "press('resume')"), *PausedScreen.KEYS[1:])
    HELP_LINES: ClassVar[tuple[tuple[str, str], ...]] = (
        ("G R", "go on: level, three, two, one, a walk, then this step"),
        *PausedScreen.HELP_LINES[1:],
    )

    def message(self, view: View) -> Message:
        """The coach's offer, while it stands."""
        from treadctl.tui.lane.app import LaneApp

        assert isinstance(self.app, LaneApp)
        look, said = self.app.lane_host.class_look, view.said
        if look is not None and look.may_go_on and (said is None or said.cue.kind is not CueKind.SAFETY):
            return Message("go on? press G", "the coach goes on; your belt moves only when you say so")
        return super().message(view)


def treadmill(view: View | None) -> str:
    """Whether it is there, in one sentence."""
    if view is None or view.phase is Phase.UNLINKED or view.machine is None:
        return "Looking for the treadmill: is it switched on, near, and free of other apps?"
    speed = view.snapshot.shown_speed
    moves = "its belt has not told yet" if speed is None else f"its belt moves at {speed}" if speed else "its belt is still"
    return f"{view.machine.name} is there, {moves}."


def coach(look: Look) -> str:
    """Whether the room is there, likewise."""
    if not look.broker:
        return "No broker: trying again by itself."
    return "The coach's console is there." if look.coach else "No coach's console yet."


def _before_ready(look: Look) -> str:
    """What happens then, and what is special today."""
    if look.class_s is not None and look.class_s > 0:
        what = f"the class is {clock(look.class_s)} on its way; you warm up first, then join it"
    else:
        what = "the coach starts the class, and your belt with it"
    level = "level today, no declines; " if look.level else ""
    pace = f"+ and - set your easy pace, {speed_number(look.runner.easy / 100, look.runner.unit)}; " if look.finds_pace else ""
    return f"{pace}{level}{what}"


CLASS_SCREENS: Final[dict[LanePhase, type[SessionScreen]]] = {
    LanePhase.WAITING: WaitScreen,
    LanePhase.OFFERED: ReadyScreen,
    LanePhase.READY: ReadyScreen,
    LanePhase.COUNTING: CountScreen,
    LanePhase.STARTED: CountScreen,
    LanePhase.OVER: WaitScreen,
}
"""Where the session's own screens do not say more."""
RUN_SCREENS: Final[dict[type[SessionScreen], type[SessionScreen]]] = {
    RunnerScreen: LaneRunnerScreen,
    PausedScreen: LanePausedScreen,
}
