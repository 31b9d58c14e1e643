"""Home, what a bare `treadctl` opens: today's workout, the library drawn, the treadmill, the last sessions.

No belt moves here. It ends with what to do next; running it is somebody else's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.mock.presets import DEFAULT, PRESETS, Preset
from treadctl.tui.past import Past
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT
from treadctl.units import LEVEL, Grade
from treadctl.workout.model import Workout
from treadctl.workout.picture import NARROWEST, draw
from treadctl.workout.profile import Profile

FIRST: Final = "first-descent"
"""What to run when nothing was run before."""
QUICK: Final = 20.0
"""How much faster than real time a mock can be tried: a half-hour session in a minute and a half."""
_TITLE: Final = 17


@dataclass(frozen=True, slots=True)
class Choice:
    """Run this workout on this mock treadmill, both by name, so many times as fast as real time."""

    workout: str
    mock: str
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class SetUp:
    """Go through the set-up first."""


def today(library: tuple[Workout, ...], past: tuple[Past, ...]) -> tuple[str, str]:
    """The workout that home offers first, and why."""
    names = {workout.name for workout in library}
    for session in past:
        if session.name in names:
            return session.name, f"you ran it last, on {session.begun:%d %b}"
    return FIRST, "the first one for everybody: short and gentle"


def limits(workout: Workout, runner: Profile, preset: Preset) -> tuple[str, ...]:
    """What of a workout this treadmill or this runner will not get, told before anybody steps onto the belt."""
    lowest = Grade(preset.lowest + preset.offset)
    if workout.steepest < LEVEL <= lowest:
        return (f"▲ {preset.name} has no decline: this workout would be refused on it.",)
    told = [f"▲ {preset.name} goes to {_grade(lowest)} %: what is steeper is run at that."] if workout.steepest < lowest else []
    if workout.steepest < runner.ceiling:
        told.append(f"▲ Your own limit is {_grade(runner.ceiling)} %: what is steeper is run at that.")
    return tuple(told)


class Pick(OptionList):
    """A list in which a click points, as an arrow key does; only Enter acts, so that no tap starts anything by mistake."""

    async def _on_click(self, event: events.Click) -> None:
        event.prevent_default()
        index = event.style.meta.get("option")
        if isinstance(index, int):
            self.highlighted = index


class HomeApp(QuietApp[Choice | SetUp | None]):
    """Choose a workout and a treadmill."""

    CSS = """
    #who, #today { height: 1; padding: 0 1; }
    #who { background: $panel; color: $foreground; text-style: bold; }
    #middle { height: 1fr; }
    #below { height: 7; }
    #library { width: 36; }
    #machines { width: 36; height: 7; }
    #past { width: 1fr; height: 7; }
    #library, #machines, #shown, #past { border: round $secondary; padding: 0 1; background: $background; }
    #shown { padding: 0; scrollbar-size-vertical: 1; }
    #library:focus, #machines:focus { border: heavy $accent; }
    #picture { width: auto; }
    #about { margin-top: 1; }
    #library { scrollbar-size-vertical: 1; }
    #keys { height: 1; padding: 0 1; background: $panel; link-style: bold; link-color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run_it", "run", priority=True),
        Binding("m", "machines", "treadmill"),
        Binding("l", "library", "library"),
        Binding("t", "today", "today"),
        Binding("x", "quick", "faster"),
        Binding("u", "set_up", "your numbers"),
        Binding("q,ctrl+c,ctrl+q", "leave", "quit", priority=True),
    ]

    def __init__(
        self, library: tuple[Workout, ...], runner: Profile, past: tuple[Past, ...], mock: str = DEFAULT.name, light: bool = False
    ) -> None:
        super().__init__()
        self._library = tuple(sorted(library, key=lambda w: (-w.steepest, w.decline_s(runner))))
        self._runner = runner
        self._scale = 1.0
        self._past = past
        self._today, self._why = today(library, past)
        self._mock = mock
        self._light = light
        self._drawn: dict[tuple[str, int], Content] = {}

    def compose(self) -> ComposeResult:
        """Who, what today, the library beside its drawing, the treadmills beside the last sessions, the keys."""
        yield Static(_who(self._runner), id="who", markup=False)
        yield Static(id="today", markup=False)
        with Horizontal(id="middle"):
            yield Pick(*(Option(_row(w, self._runner), id=w.name) for w in self._library), id="library")
            with VerticalScroll(id="shown", can_focus=False):
                yield Static(id="picture", markup=False)
                yield Static(id="about", markup=False)
        with Horizontal(id="below"):
            yield Pick(*(Option(self._machine(name), id=name) for name in PRESETS), id="machines")
            with Vertical(id="past"):
                yield Static(_past(self._past), markup=False)
        yield Static(_KEYS, id="keys")

    def on_mount(self) -> None:
        """Begin at today's workout."""
        self.wear(LIGHT if self._light else DARK)
        self.query_one("#library").border_title = "Library: min, min down, %"
        self.query_one("#machines").border_title = "Treadmill (all simulated)"
        self._show_scale()
        self.query_one("#past").border_title = "Last sessions"
        by_name = {w.name: w for w in self._library}
        title = by_name[self._today].title if self._today in by_name else "nothing"
        self.query_one("#today", Static).update(f"Today: {title} ({self._why})")
        self.action_today()
        self.query_one("#machines", Pick).highlighted = list(PRESETS).index(self._mock)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Draw what is pointed at; a treadmill that is pointed at is the one to use."""
        if event.option_list.id == "library":
            self._show()
        elif event.option_id is not None:
            self._mock = event.option_id
            for name in PRESETS:
                event.option_list.replace_option_prompt(name, self._machine(name))
            self._show()

    def on_resize(self) -> None:
        """Draw anew in the new width."""
        self.call_after_refresh(self._show)

    def action_run_it(self) -> None:
        """Go."""
        workout = self._pointed()
        if workout is not None:
            self.exit(Choice(workout.name, self._mock, self._scale))

    def action_today(self) -> None:
        """Back to today's workout."""
        names = [w.name for w in self._library]
        library = self.query_one("#library", Pick)
        library.highlighted = names.index(self._today) if self._today in names else 0
        library.focus()

    def action_machines(self) -> None:
        """Choose among the treadmills."""
        self.query_one("#machines").focus()

    def action_library(self) -> None:
        """Choose among the workouts."""
        self.query_one("#library").focus()

    def action_quick(self) -> None:
        """Real time, or quick; only a mock can be either."""
        self._scale = QUICK if self._scale == 1 else 1.0
        self._show_scale()

    def action_set_up(self) -> None:
        """Change one's own numbers."""
        self.exit(SetUp())

    def action_leave(self) -> None:
        """Leave."""
        self.exit(None)

    def _show_scale(self) -> None:
        self.query_one("#machines").border_subtitle = "X: real time" if self._scale == 1 else f"X: {self._scale:g} times as fast"

    def _pointed(self) -> Workout | None:
        at = self.query_one("#library", Pick).highlighted
        return None if at is None else self._library[at]

    def _show(self) -> None:
        workout = self._pointed()
        if workout is None:
            return
        pane = self.query_one("#shown")
        width = max(NARROWEST, pane.scrollable_content_region.width)
        key = workout.name, width
        if key not in self._drawn:
            self._drawn[key] = Content("\n".join(draw(workout, self._runner, width)))
        pane.border_title = workout.title
        self.query_one("#picture", Static).update(self._drawn[key])
        told = (*limits(workout, self._runner, PRESETS[self._mock]), f"For {workout.for_whom}.", workout.notes.strip())
        self.query_one("#about", Static).update("\n\n".join(text for text in told if text))
        pane.scroll_home(animate=False)

    def _machine(self, name: str) -> Content:
        mark = "●" if name == self._mock else "○"
        return Content(f"{mark} {name:<13}{_reach(PRESETS[name])}")


_KEYS: Final = (
    "[@click=app.run_it]ENTER run[/]  ↑↓ choose  [@click=app.machines]M treadmill[/]  [@click=app.library]L library[/]  "
    "[@click=app.today]T today[/]  [@click=app.set_up]U your numbers[/]  [@click=app.leave]Q quit[/]"
)


def _who(runner: Profile) -> str:
    if not runner.chosen:
        return f"treadctl   No easy pace of your own yet ({runner.easy.text(runner.unit)} is used). U sets it."
    return f"treadctl   {runner.name}   easy {runner.easy.text(runner.unit)}   never steeper than {_grade(runner.ceiling)}"


def _row(workout: Workout, runner: Profile) -> Content:
    whole, down = round(workout.expected_s(runner) / 60), round(workout.decline_s(runner) / 60)
    title = workout.title if len(workout.title) <= _TITLE else workout.title[: _TITLE - 1] + "…"
    return Content(f"{title:<{_TITLE}} {whole:>3} {down:>3} {_grade(workout.steepest):>5}")


def _past(past: tuple[Past, ...]) -> str:
    if not past:
        return "none yet"
    return "\n".join(f"{session.begun:%d %b %H:%M}  {session.title}" for session in past)


def _reach(preset: Preset) -> str:
    lowest, highest = Grade(preset.lowest + preset.offset), Grade(preset.highest + preset.offset)
    return f"{_grade(lowest)} to {_grade(highest)} %"


def _grade(grade: Grade) -> str:
    return str(grade).replace("-", "−").removesuffix(" %")
