"""`treadctl setup`: a runner's own numbers and treadmill, one question at a time. No belt moves here, so text fields are welcome.

Every answer goes through the one door that profile files go through, so what is accepted here can be read back later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from treadctl.mock.presets import PRESETS, Preset
from treadctl.tui.found import Finder, Found, Outfit
from treadctl.tui.questions import (
    FOOT_POD,
    HEART,
    NONE,
    OFFSET,
    TREADMILL,
    Question,
    first_answers,
    offset_of,
    profile_of,
    questions,
    with_unit,
    without_key,
)
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT
from treadctl.units import LEVEL, Grade
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import ProfileError

TRIED: Final = "first-descent"
TRY_SCALE: Final = 20.0
SAVE, SAVE_AND_TRY, LEAVE = "save", "try", "leave"
AGAIN, ALL = "again", "all"
_LOOKS_PER_S: Final = 2


class NotKept(Exception):
    """What was answered could not be written; the message says what and why."""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: where the profile was written, and on which mock to try it out at once, if wanted."""

    saved: Path
    try_on: str = ""


class SetupApp(QuietApp[Done | None]):
    """Asks, checks each answer at once, shows what it understood, and writes it when told to."""

    CSS = """
    #head, #keys { height: 1; padding: 0 1; background: $panel; color: $foreground; text-style: bold; }
    #page { padding: 1 3; height: 1fr; overflow-y: auto; }
    #title { text-style: bold; height: auto; }
    #why { margin: 1 0; height: auto; max-width: 90; }
    #typed { max-width: 60; }
    #picked { max-width: 100; height: auto; max-height: 12; }
    #wrong { margin-top: 1; height: auto; max-width: 90; text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", priority=True),
        Binding("ctrl+c,ctrl+q", "leave", "leave", priority=True),
    ]

    def __init__(
        self,
        before: Profile,
        where: Path,
        save: Callable[[Profile, Outfit | None], Path],
        finder: Finder,
        had: Outfit | None = None,
        offset_at: Callable[[str], Grade] = lambda _: LEVEL,
        light: bool = False,
    ) -> None:
        """`save` gets no outfit where it stays as it was, and raises NotKept. `offset_at` is what is known of a treadmill's
        stand, by its address."""
        super().__init__()
        self._before = before
        self._where = where
        self._save = save
        self._finder = finder
        self._had = had or Outfit()
        self._offset_at = offset_at
        self._light = light
        self._at = 0
        self._everything = False
        self._offered: tuple[tuple[str, str], ...] = ()
        self._answers = {
            **first_answers(before),
            TREADMILL: self._had.treadmill,
            OFFSET: "",
            FOOT_POD: self._had.foot_pod,
            HEART: self._had.heart,
        }

    def compose(self) -> ComposeResult:
        """One page that changes: a title, why it is asked, a field or a list, and what was wrong."""
        yield Static(id="head", markup=False)
        with Vertical(id="page"):
            yield Static(id="title", markup=False)
            yield Static(id="why", markup=False)
            yield Input(id="typed")
            yield OptionList(id="picked")
            yield Static(id="wrong", markup=False)
        yield Static("ENTER next   ESC back   Ctrl+C leave, nothing is kept", id="keys", markup=False)

    def on_mount(self) -> None:
        """Ask the first question."""
        self.wear(LIGHT if self._light else DARK)
        self.set_interval(1 / _LOOKS_PER_S, self.look)
        self._ask()

    def on_unmount(self) -> None:
        """Nobody listens any more."""
        self._finder.stop()

    @property
    def _question(self) -> Question | None:
        asked = questions(self._answers)
        return asked[self._at] if self._at < len(asked) else None

    def look(self) -> None:
        """Show what was heard since; what is pointed at stays pointed at."""
        question = self._question
        if self.stands and question is not None and question.heard:
            self._head()
            self._complain(self._finder.trouble)
            offered = self._heard(question)
            if offered != self._offered:
                at = self.query_one("#picked", OptionList).highlighted
                pointed = self._offered[at][0] if at is not None else ""
                self._offer(offered, pointed if pointed in (value for value, _ in offered) else self._usual(question))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A typed answer."""
        question = self._question
        if question is None:
            return
        said = with_unit(question.key, event.value.strip(), self._answers["units"])
        if question.key == "easy_pace" and not said:
            self._complain("This one is needed: no real belt moves for a runner whose easy pace is not known.")
            return
        answers = self._answers | {question.key: said}
        try:
            if question.key == OFFSET:
                offset_of(said)
            profile_of(answers, self._before)
        except ProfileError as error:
            self._complain(without_key(error.message))
            return
        except ValueError as error:
            self._complain(str(error))
            return
        self._answers = answers
        self._next()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A picked answer, or on the last page what to do with them all."""
        picked, question = event.option_id or "", self._question
        if question is None:
            self._finish_with(picked)
        elif picked == AGAIN:
            self._finder.start()
            self.look()
        elif picked == ALL:
            self._everything = True
            self.look()
        else:
            self._take(question, picked)
            self._next()

    def _take(self, question: Question, picked: str) -> None:
        if question.key == TREADMILL and picked in PRESETS:
            self._answers |= {TREADMILL: "", "machine": picked}
            return
        if question.key == TREADMILL and picked != self._answers[TREADMILL]:
            self._answers[OFFSET] = ""
        self._answers[question.key] = picked

    async def action_back(self) -> None:
        """One question back; before the first there is nothing, so leave."""
        if self._at == 0:
            self.exit(None)
            return
        self._at -= 1
        self._ask()

    def action_leave(self) -> None:
        """Leave; nothing is kept."""
        self.exit(None)

    def _next(self) -> None:
        self._at += 1
        self._ask()

    def _ask(self) -> None:
        self._complain("")
        question = self._question
        if question is not None and question.heard:
            self._finder.start()
        self._head()
        if question is None:
            self._finish()
            return
        self._page(question.title, question.why)
        if question.heard:
            self._offer(self._heard(question), self._usual(question))
        elif question.choices:
            self._offer(question.choices, self._answers[question.key])
        else:
            self._type(question)

    def _usual(self, question: Question) -> str:
        """What is pointed at where nobody points: never a treadmill that was only just heard, it may be a neighbour's."""
        return self._answers[question.key] or (self._answers["machine"] if question.key == TREADMILL else NONE)

    def _type(self, question: Question) -> None:
        field = self.query_one("#typed", Input)
        field.value = self._answers[question.key] or (self._known_offset() if question.key == OFFSET else "")
        field.display = True
        field.focus()
        field.action_select_all()  # typing replaces what is offered
        self.query_one("#picked").display = False

    def _known_offset(self) -> str:
        return str(self._offset_at(self._answers[TREADMILL])).removesuffix(" %")

    def _heard(self, question: Question) -> tuple[tuple[str, str], ...]:
        """What can be chosen: what was heard, what was chosen before, and none of it."""
        found = self._finder.found()
        fitting = [f for f in found if _fits(f, question.key) or (self._everything and question.key == TREADMILL)]
        offered = [(f.address, _row(f)) for f in fitting]
        before = getattr(self._had, question.key)
        if before and before not in (f.address for f in fitting):
            offered.append((before, f"{self._had.name if question.key == TREADMILL else ''} (yours; not heard now)".strip()))
        if question.key == TREADMILL:
            offered += [(preset.name, _reach(preset)) for preset in PRESETS.values()]
        if before or question.key != TREADMILL:
            offered.append((NONE, "none" if not before else "none any more"))
        if question.key == TREADMILL and not self._everything and len(found) > len(fitting):
            others = len(found) - len(fitting)
            offered.append((ALL, f"show {others} more: some do not tell what they are"))
        return (*offered, *(() if self._finder.listening else ((AGAIN, "listen again"),)))

    def _outfit(self) -> Outfit | None:
        """What the runner has now; None where nothing of that was chosen."""
        address = self._answers[TREADMILL]
        if not address:
            return None
        if address == NONE:
            return Outfit()
        names = {f.address: f.name for f in self._finder.found()} | {"": ""}
        name = names.get(address, self._had.name if address == self._had.treadmill else "")
        pod, heart = (self._answers[key] for key in (FOOT_POD, HEART))
        return Outfit(
            address,
            name,
            offset_of(self._answers[OFFSET] or self._known_offset()),
            "" if pod == NONE else pod,
            "" if heart == NONE else heart,
        )

    def _finish(self) -> None:
        understood, outfit = profile_of(self._answers, self._before), self._outfit()
        unit = understood.unit
        lines = [
            f"name          {understood.name}",
            f"easy pace     {understood.easy.text(unit)}",
            f"walking pace  {understood.walk.text(unit)}",
            f"step rate     {f'{understood.level_cadence_spm} a minute' if understood.level_cadence_spm else 'not known'}",
            f"steepest      {understood.ceiling}",
            *_outfit_lines(outfit),
            f"written to    {self._where}",
        ]
        self._page("Is this right?", "\n".join(lines))
        machine = self._answers["machine"]
        self._offer(
            (
                (SAVE_AND_TRY, f"keep it, and run {TRIED} on the simulated {machine}, {TRY_SCALE:g} times as fast"),
                (SAVE, "keep it"),
                (LEAVE, "keep nothing"),
            ),
            SAVE_AND_TRY,
        )

    def _finish_with(self, picked: str) -> None:
        if picked == LEAVE:
            self.exit(None)
            return
        try:
            saved = self._save(profile_of(self._answers, self._before), self._outfit())
        except NotKept as error:
            self._complain(str(error))
            return
        self.exit(Done(saved, self._answers["machine"] if picked == SAVE_AND_TRY else ""))

    def _head(self) -> None:
        asked, question = questions(self._answers), self._question
        where = "all answered" if question is None else f"{self._at + 1} of {len(asked)}"
        listening = question is not None and question.heard and self._finder.listening
        self.query_one("#head", Static).update(f"treadctl setup   {where}{'   listening …' if listening else ''}")

    def _page(self, title: str, why: str) -> None:
        self.query_one("#title", Static).update(title)
        self.query_one("#why", Static).update(why)

    def _offer(self, choices: tuple[tuple[str, str], ...], chosen: str) -> None:
        self._offered = choices
        self.query_one("#typed").display = False
        offered = self.query_one("#picked", OptionList)
        offered.clear_options()
        wide = max(len(value) for value, _ in choices)
        offered.add_options(Option(Content(f"{value:<{wide}}  {words}"), id=value) for value, words in choices)
        offered.highlighted = next((i for i, (value, _) in enumerate(choices) if value == chosen), 0)
        offered.display = True
        offered.focus()

    def _complain(self, words: str) -> None:
        wrong = self.query_one("#wrong", Static)
        wrong.update(f" {words} ")
        wrong.display = bool(words)


def _reach(preset: Preset) -> str:
    propped = f", {preset.offset} more by its stand" if preset.offset else ""
    return f"simulated, {preset.lowest} to {preset.highest}{propped}"


def _fits(found: Found, key: str) -> bool:
    return {TREADMILL: found.treadmill, FOOT_POD: found.foot_pod, HEART: found.heart}[key]


def _row(found: Found) -> str:
    return "  ".join(text for text in (found.name, found.signal, found.profile) if text)


def _outfit_lines(outfit: Outfit | None) -> list[str]:
    if outfit is None:
        return []
    if not outfit.treadmill:
        return ["treadmill     none"]
    stand = "level on the floor" if outfit.offset == LEVEL else f"propped: {outfit.offset} is added"
    return [
        f"treadmill     {outfit.name or outfit.treadmill}, {stand}",
        f"sensors       {', '.join(text for text in (outfit.foot_pod, outfit.heart) if text) or 'none'}",
    ]
