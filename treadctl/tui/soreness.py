"""The soreness form: how the legs are, where, and what belongs to a doctor; one question at a time, by keys alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from treadctl.training.model import Flag, Site
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT

MOST: Final = 10
_WORDS: Final = {
    0: "nothing at all",
    1: "barely there",
    2: "a little; no decline above this",
    4: "stairs are felt",
    6: "stairs hurt",
    8: "sitting down hurts",
    10: "the worst there is",
}
_FLAGS: Final = {
    Flag.DARK_URINE: "dark urine, like cola",
    Flag.SWELLING: "a swelling",
    Flag.SHARP_JOINT_PAIN: "a sharp pain in a joint",
}
_KEYS: Final = {
    False: "ENTER next   ↑↓ 0 to 9 choose   ESC back   Ctrl+C leave, nothing is kept",
    True: "ENTER next   ↑↓ SPACE mark   ESC back   Ctrl+C leave, nothing is kept",
}


@dataclass(frozen=True, slots=True)
class Felt:
    """The answers. `worst_day` (1 to 7) and `worst` are only asked for where a check was missed."""

    level: int
    sites: tuple[Site, ...] = ()
    flags: tuple[Flag, ...] = ()
    worst_day: int | None = None
    worst: int | None = None


_LEVEL, _SITES, _SIGNS, _DAY, _WORST = range(5)
_TITLES: Final = (
    (
        "How are your legs now?",
        "0 is nothing, 10 the worst there is. Some soreness is normal and no injury; it peaks after one to two days.",
    ),
    ("Where?", "SPACE marks a place; none is fine."),
    ("Any of these?", "These are no soreness and belong to a doctor. None is what to hope for."),
    ("A check was missed: which day after the session was the worst?", "It decides whether it was too much, or as it should be."),
    ("And how bad was it then?", "0 is nothing, 10 the worst there is."),
)


class SorenessApp(QuietApp[Felt]):
    """Asks; nothing is written here. `after` names the session that it is about, `missed` whether a check-in was."""

    CSS = """
    #head, #keys { height: 1; padding: 0 1; background: $panel; color: $foreground; text-style: bold; }
    #title { text-style: bold; margin: 1 3 0 3; }
    #why { margin: 1 3; max-width: 90; }
    #one { margin: 0 3; max-width: 60; height: auto; max-height: 15; }
    #fill { height: 1fr; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "next", show=False, priority=True),
        Binding("escape", "back", show=False, priority=True),
        Binding("ctrl+c,ctrl+q", "leave", show=False, priority=True),
        Binding("space", "mark", show=False, priority=True),
        *(Binding(str(number), f"jump({number})", show=False, priority=True) for number in range(MOST)),
    ]

    def __init__(self, after: str = "", *, missed: bool = False, light: bool = False) -> None:
        super().__init__()
        self._after = after
        self._missed = missed
        self._light = light
        self._page = _LEVEL
        self._numbers = {_LEVEL: 0, _DAY: 1, _WORST: 0}
        self._marked: dict[int, set[int]] = {_SITES: set(), _SIGNS: set()}

    def compose(self) -> ComposeResult:
        """One page that changes."""
        yield Static(id="head", markup=False)
        yield Static(id="title", markup=False)
        yield Static(id="why", markup=False)
        yield OptionList(id="one")
        yield Static(id="fill")
        yield Static(id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask the first question."""
        self.wear(LIGHT if self._light else DARK)
        self._ask()

    def action_next(self) -> None:
        """This answer, and the next question."""
        self._keep()
        pages = self._pages()
        at = pages.index(self._page) + 1
        if at == len(pages):
            self.exit(self._felt())
            return
        self._page = pages[at]
        self._ask()

    async def action_back(self) -> None:
        """One question back; before the first there is nothing, so leave."""
        pages = self._pages()
        at = pages.index(self._page)
        if at == 0:
            self.exit(None)
            return
        self._keep()
        self._page = pages[at - 1]
        self._ask()

    def action_leave(self) -> None:
        """Leave; nothing is kept."""
        self.exit(None)

    def action_jump(self, number: int) -> None:
        """Point at a number."""
        if self._page in self._numbers:
            one = self.query_one("#one", OptionList)
            one.highlighted = max(0, min(one.option_count - 1, number - (self._page == _DAY)))

    def action_mark(self) -> None:
        """Mark what is pointed at, or no more."""
        one = self.query_one("#one", OptionList)
        if self._page in self._marked and one.highlighted is not None:
            self._marked[self._page] ^= {one.highlighted}
            one.replace_option_prompt_at_index(one.highlighted, self._rows()[one.highlighted])

    def _pages(self) -> list[int]:
        """What is asked: nobody is asked where it hurts when nothing does."""
        where = [_SITES] if self._numbers[_LEVEL] else []
        return [_LEVEL, *where, _SIGNS, *([_DAY, _WORST] if self._missed else [])]

    def _keep(self) -> None:
        if self._page in self._numbers:
            self._numbers[self._page] = (self.query_one("#one", OptionList).highlighted or 0) + (self._page == _DAY)

    def _ask(self) -> None:
        title, why = _TITLES[self._page]
        about = f"   after {self._after}" if self._after else ""
        self.query_one("#head", Static).update(f"treadctl soreness   {self._pages().index(self._page) + 1}{about}")
        self.query_one("#title", Static).update(title)
        self.query_one("#why", Static).update(why)
        self.query_one("#keys", Static).update(_KEYS[self._page in self._marked])
        one = self.query_one("#one", OptionList)
        one.clear_options()
        one.add_options(Option(row) for row in self._rows())
        one.highlighted = self._numbers[self._page] - (self._page == _DAY) if self._page in self._numbers else 0
        one.focus()

    def _rows(self) -> list[Content]:
        if self._page == _DAY:
            return [Content(f"day {day}") for day in range(1, 8)]
        if self._page in self._numbers:
            return [Content(f"{n:>2}  {_WORDS.get(n, '')}") for n in range(MOST + 1)]
        words = [site.value for site in Site] if self._page == _SITES else [_FLAGS[flag] for flag in Flag]
        return [Content(f"[{'x' if at in self._marked[self._page] else ' '}] {word}") for at, word in enumerate(words)]

    def _felt(self) -> Felt:
        level = self._numbers[_LEVEL]
        return Felt(
            level,
            tuple(site for at, site in enumerate(Site) if level and at in self._marked[_SITES]),
            tuple(flag for at, flag in enumerate(Flag) if at in self._marked[_SIGNS]),
            self._numbers[_DAY] if self._missed else None,
            self._numbers[_WORST] if self._missed else None,
        )
