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
from treadctl.tui.found import Finder, Own
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
_OWN_NAME: Final = 12
"""Columns of its name."""
_NAMED: Final = 3
_OWN: Final = "own"
"""The runner's own treadmill in the list of them; the others go by the names of their presets."""
_LOOKS_PER_S: Final = 2


@dataclass(frozen=True, slots=True)
class Choice:
    """Run this workout on this mock treadmill, both by name, so many times as fast as real time; with an address in
    `treadmill`, on that real one."""

    workout: str
    mock: str
    scale: float = 1.0
    treadmill: str = ""


@dataclass(frozen=True, slots=True)
class SetUp:
    """Go through the set-up first."""


@dataclass(frozen=True, slots=True)
class Strength:
    """Choose a session without a belt."""


@dataclass(frozen=True, slots=True)
class Soreness:
    """Say how the legs are."""


Wish = Choice | SetUp | Strength | Soreness


def today(library: tuple[Workout, ...], past: tuple[Past, ...]) -> tuple[str, str]:
    """The workout that home offers first, and why."""
    names = {workout.name for workout in library}
    for session in past:
        if session.name in names:
            return session.name, f"you ran it last, on {session.begun:%d %b}"
    return FIRST, "the first one for everybody: short and gentle"


def limits(workout: Workout, runner: Profile, name: str, lowest: Grade | None) -> tuple[str, ...]:
    """What of a workout this treadmill or this runner will not get, told before anybody steps onto the belt. `lowest` is the
    treadmill's steepest; None where that is not known."""
    told = []
    if lowest is not None and workout.steepest < LEVEL <= lowest:
        return (f"▲ {name} has no decline: this workout would be refused on it.",)
    if lowest is not None and workout.steepest < lowest:
        told.append(f"▲ {name} goes to {_grade(lowest)} %: what is steeper is run at that.")
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


class HomeApp(QuietApp[Wish | None]):
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
    #keys { height: 2; padding: 0 1; background: $panel; link-style: bold; link-color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "run_it", "run", priority=True),
        Binding("m", "machines", "treadmill"),
        Binding("f", "find", "find it"),
        Binding("g", "strength", "strength"),
        Binding("o", "soreness", "soreness"),
        Binding("l", "library", "library"),
        Binding("t", "today", "today"),
        Binding("x", "quick", "faster"),
        Binding("u", "set_up", "your numbers"),
        Binding("q,ctrl+c,ctrl+q", "leave", "quit", priority=True),
    ]

    def __init__(
        self,
        library: tuple[Workout, ...],
        runner: Profile,
        past: tuple[Past, ...],
        mock: str = DEFAULT.name,
        own: Own | None = None,
        finder: Finder | None = None,
        *,
        real: bool = True,
        light: bool = False,
    ) -> None:
        """`own` is the treadmill that the runner chose, and `real` whether that one is pointed at, where there is one."""
        super().__init__()
        self._own = own
        self._finder = finder
        self._machines = (*((_OWN,) if own is not None else ()), *PRESETS)
        self._real = real and own is not None
        self._told: tuple[str, ...] = ()
        self._why_not: tuple[str, ...] = ()
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
            yield Pick(*(Option(self._machine(name), id=name) for name in self._machines), id="machines")
            with Vertical(id="past"):
                yield Static(_past(self._past), markup=False)
        yield Static(_KEYS, id="keys")

    def on_mount(self) -> None:
        """Begin at today's workout."""
        self.wear(LIGHT if self._light else DARK)
        self.query_one("#library").border_title = "Library: min, min down, %"
        self.query_one("#machines").border_title = "Treadmill" if self._own else "Treadmill (all simulated)"
        self._show_scale()
        self.set_interval(1 / _LOOKS_PER_S, self.look)
        self.query_one("#past").border_title = "Last sessions"
        by_name = {w.name: w for w in self._library}
        title = by_name[self._today].title if self._today in by_name else "nothing"
        self.query_one("#today", Static).update(f"Today: {title} ({self._why})")
        self.action_today()
        self._point(self._pointed_machine)

    def on_unmount(self) -> None:
        """Nobody listens any more."""
        if self._finder is not None:
            self._finder.stop()

    @property
    def _pointed_machine(self) -> str:
        return _OWN if self._real else self._mock

    def _point(self, machine: str) -> None:
        self.query_one("#machines", Pick).highlighted = self._machines.index(machine)

    def look(self) -> None:
        """Show what was heard since."""
        told = self._heard() if self.stands else self._told
        if told != self._told:
            self._told = told
            self._redraw_machines()
            self._show()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Draw what is pointed at; a treadmill that is pointed at is the one to use."""
        self._why_not = ()
        if event.option_list.id == "library":
            self._show()
        elif event.option_id is not None:
            self._real = event.option_id == _OWN
            self._mock = self._mock if self._real else event.option_id
            self._redraw_machines()
            self._show_scale()
            self._show()

    def on_resize(self) -> None:
        """Draw anew in the new width."""
        self.call_after_refresh(self._show)

    def action_run_it(self) -> None:
        """Go."""
        workout = self._pointed()
        if workout is None:
            return
        if not self._real or self._own is None:
            self.exit(Choice(workout.name, self._mock, self._scale))
        elif self._runner.chosen:
            self.exit(Choice(workout.name, self._mock, treadmill=self._own.address))
        else:
            self._why_not = ("▲ A real belt needs your own easy pace first: U sets it. M takes a simulated one.",)
            self._show()

    def action_today(self) -> None:
        """Back to today's workout."""
        names = [w.name for w in self._library]
        library = self.query_one("#library", Pick)
        library.highlighted = names.index(self._today) if self._today in names else 0
        library.focus()

    def action_machines(self) -> None:
        """Choose among the treadmills; from the own one to the simulated ones and back."""
        if self._own is not None:
            self._point(self._mock if self._real else _OWN)
        self.query_one("#machines").focus()

    def action_find(self) -> None:
        """Listen for treadmills."""
        if self._finder is not None:
            self._finder.start()
            self.look()

    def action_strength(self) -> None:
        """Strength and plyometrics."""
        self.exit(Strength())

    def action_soreness(self) -> None:
        """How the legs are."""
        self.exit(Soreness())

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
        faster = "X: real time" if self._scale == 1 else f"X: {self._scale:g} times as fast"
        self.query_one("#machines").border_subtitle = "a real belt, in real time" if self._real else faster

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
        if self._real and self._own is not None:
            limited = limits(workout, self._runner, self._own.name, self._own.lowest)
        else:
            preset = PRESETS[self._mock]
            limited = limits(workout, self._runner, preset.name, Grade(preset.lowest + preset.offset))
        told = (*self._why_not, *self._told, *limited, f"For {workout.for_whom}.", workout.notes.strip())
        self.query_one("#about", Static).update("\n\n".join(text for text in told if text))
        pane.scroll_home(animate=False)

    def _machine(self, name: str) -> Content:
        mark = "●" if name == self._pointed_machine else "○"
        if name == _OWN and self._own is not None:
            return Content(f"{mark} {self._own.name[:_OWN_NAME]:<{_OWN_NAME}} {self._seen(self._own)}")
        return Content(f"{mark} {name:<13}{_reach(PRESETS[name])}")

    def _redraw_machines(self) -> None:
        pick = self.query_one("#machines", Pick)
        for name in self._machines:
            pick.replace_option_prompt(name, self._machine(name))

    def _seen(self, own: Own) -> str:
        heard = next((f for f in self._finder.found() if f.address == own.address), None) if self._finder is not None else None
        if heard is not None:
            return f"here, {heard.signal.split(' (')[0]}"
        return "listening …" if self._finder is not None and self._finder.listening else own.seen

    def _heard(self) -> tuple[str, ...]:
        """What a search has come to, in words: its trouble, and treadmills that are not the runner's."""
        if self._finder is None:
            return ()
        if self._finder.trouble:
            return (f"▲ {self._finder.trouble[:1].upper()}{self._finder.trouble[1:]}.",)
        found = [f for f in self._finder.found() if f.treadmill]
        own = self._own.address if self._own is not None else ""
        others = [f"{f.name} ({f.signal})" for f in found if f.address != own]
        told = [f"Heard: {', '.join(others[:_NAMED])}. U chooses which one is yours."] if others else []
        if self._finder.listening:
            told.insert(0, "Listening for treadmills …")
        elif not found and self._told:
            told.insert(0, "No treadmill is heard. Switch it on, wake its console, and close other apps that hold it. F again.")
        return tuple(told)


_KEYS: Final = (
    "[@click=app.run_it]ENTER run[/]  ↑↓ choose  [@click=app.today]T today[/]  [@click=app.library]L library[/]  "
    "[@click=app.machines]M treadmill[/]  [@click=app.find]F find it[/]  [@click=app.quick]X faster[/]\n"
    "[@click=app.soreness]O how the legs are[/]  [@click=app.strength]G strength[/]  "
    "[@click=app.set_up]U your numbers and treadmill[/]  [@click=app.leave]Q quit[/]"
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
