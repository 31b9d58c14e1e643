"""`treadctl setup`: a runner's own numbers, one question at a time. No belt moves here, so text fields are welcome.

Every answer goes through the one door that profile files go through, so what is accepted here can be read back later.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from treadctl.mock.presets import DEFAULT, PRESETS, Preset
from treadctl.tui.quiet import QuietApp
from treadctl.tui.themes import DARK, LIGHT
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.profile_file import ProfileError, parse_profile

TRIED: Final = "first-descent"
TRY_SCALE: Final = 20.0


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. With `choices` (value, words) it is picked from a list, else typed."""

    key: str
    title: str
    why: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """What came of it: where the profile was written, and on which mock to try it out at once, if wanted."""

    saved: Path
    try_on: str = ""


def _reach(preset: Preset) -> str:
    return f"{preset.lowest} to {preset.highest}" + (
        f", and {preset.offset} more for its raised rear feet" if preset.offset else ""
    )


QUESTIONS: Final = (
    Question("name", "What are you called?", "It is shown on the screen and in your records. Nothing leaves this computer."),
    Question(
        "units",
        "Which unit do you think in?",
        "Speeds are shown in it. Paces may be typed in any unit.",
        (("km/h", "kilometres an hour"), ("mph", "miles an hour")),
    ),
    Question(
        "easy_pace",
        "What is your easy pace on the level?",
        "A pace at which you can talk in whole sentences; rather too slow than too fast. Declines are never run faster than "
        "this. Write it like 9 km/h, 5.6 mph or 6:40 /km.",
    ),
    Question(
        "walk_pace",
        "What is your walking pace?",
        "Warm-ups begin and sessions end at it, and after a pause you walk first. Write it like 4.5 km/h.",
    ),
    Question(
        "level_cadence",
        "How many steps a minute do you take at easy pace?",
        "Both feet: count one foot for 30 seconds, times four. Short, quick steps spare your legs on a decline, and they are "
        "measured from this. Leave it empty if you do not know.",
    ),
    Question(
        "grade_ceiling",
        "How steep may it get?",
        "The steepest grade that you want to be given, in percent; downhill is negative. Training starts to work at -5, and "
        "nothing passes -10. It can be changed later.",
    ),
    Question(
        "machine",
        "Which treadmill do you want to try it on?",
        "All of these are simulated: real treadmills are not searched for yet, as none has been proven with treadctl. A deck "
        "with raised rear feet falls away even at its 0; that offset belongs to the treadmill and is not kept with your numbers.",
        tuple((preset.name, _reach(preset)) for preset in PRESETS.values()),
    ),
)
SAVE, SAVE_AND_TRY, LEAVE = "save", "try", "leave"


class SetupApp(QuietApp[Done | None]):
    """Asks, checks each answer at once, shows what it understood, and writes it when told to."""

    CSS = """
    #head, #keys { height: 1; padding: 0 1; background: $panel; color: $foreground; text-style: bold; }
    #page { padding: 1 3; height: 1fr; overflow-y: auto; }
    #title { text-style: bold; height: auto; }
    #why { margin: 1 0; height: auto; max-width: 90; }
    #typed { max-width: 60; }
    #picked { max-width: 90; height: auto; }
    #wrong { margin-top: 1; height: auto; max-width: 90; text-style: bold reverse; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "back", priority=True),
        Binding("ctrl+c,ctrl+q", "leave", "leave", priority=True),
    ]

    def __init__(self, before: Profile, where: Path, save: Callable[[Profile], Path], light: bool = False) -> None:
        super().__init__()
        self._before = before
        self._where = where
        self._save = save
        self._light = light
        self._at = 0
        self._answers = _answers(before)

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
        self._ask()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """A typed answer."""
        question = QUESTIONS[self._at]
        said = _with_unit(question.key, event.value.strip(), self._answers["units"])
        if question.key == "easy_pace" and not said:
            self._complain("This one is needed: no real belt moves for a runner whose easy pace is not known.")
            return
        answers = self._answers | {question.key: said}
        try:
            _profile(answers, self._before)
        except ProfileError as error:
            self._complain(_plain(error.message))
            return
        self._answers = answers
        self._next()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """A picked answer, or on the last page what to do with them all."""
        picked = event.option_id or ""
        if self._at < len(QUESTIONS):
            self._answers[QUESTIONS[self._at].key] = picked
            self._next()
        elif picked == LEAVE:
            self.exit(None)
        else:
            self._write(picked == SAVE_AND_TRY)

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
        if self._at == len(QUESTIONS):
            self._finish()
            return
        question = QUESTIONS[self._at]
        self._page(f"{self._at + 1} of {len(QUESTIONS)}", question.title, question.why)
        if question.choices:
            self._offer(question.choices, self._answers[question.key])
            return
        field = self.query_one("#typed", Input)
        field.value = self._answers[question.key]
        field.display = True
        field.focus()
        field.action_select_all()  # typing replaces what is offered
        self.query_one("#picked").display = False

    def _finish(self) -> None:
        understood = _profile(self._answers, self._before)
        unit = understood.unit
        lines = [
            f"name          {understood.name}",
            f"easy pace     {understood.easy.text(unit)}",
            f"walking pace  {understood.walk.text(unit)}",
            f"step rate     {f'{understood.level_cadence_spm} a minute' if understood.level_cadence_spm else 'not known'}",
            f"steepest      {understood.ceiling}",
            f"written to    {self._where}",
        ]
        self._page("all answered", "Is this right?", "\n".join(lines))
        machine = self._answers["machine"]
        self._offer(
            (
                (SAVE_AND_TRY, f"keep it, and run {TRIED} on {machine}, {TRY_SCALE:g} times as fast"),
                (SAVE, "keep it"),
                (LEAVE, "keep nothing"),
            ),
            SAVE_AND_TRY,
        )

    def _write(self, and_try: bool) -> None:
        try:
            saved = self._save(_profile(self._answers, self._before))
        except ProfileError as error:
            self._complain(str(error))
            return
        self.exit(Done(saved, self._answers["machine"] if and_try else ""))

    def _page(self, progress: str, title: str, why: str) -> None:
        self.query_one("#head", Static).update(f"treadctl setup   {progress}")
        self.query_one("#title", Static).update(title)
        self.query_one("#why", Static).update(why)

    def _offer(self, choices: tuple[tuple[str, str], ...], chosen: str) -> None:
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


def _answers(runner: Profile) -> dict[str, str]:
    """The answers to begin with: what is known. An easy pace that nobody chose is not offered as if somebody had."""
    return {
        "name": "" if runner == CAUTIOUS else runner.name,
        "units": runner.unit,
        "easy_pace": runner.easy.text(runner.unit) if runner.chosen else "",
        "walk_pace": runner.walk.text(runner.unit),
        "level_cadence": str(runner.level_cadence_spm or ""),
        "grade_ceiling": str(runner.ceiling).removesuffix(" %"),
        "machine": DEFAULT.name,
    }


def _with_unit(key: str, said: str, unit: str) -> str:
    """A bare number for a pace is in the unit that was just chosen."""
    return f"{said} {unit}" if key.endswith("_pace") and said.replace(".", "", 1).isdecimal() else said


def _profile(answers: dict[str, str], before: Profile) -> Profile:
    """The profile that the answers so far make; raises ProfileError with what is wrong, in plain words."""
    said = {key: text for key, text in answers.items() if key != "machine" and text}
    lines = [f"{key} = {_toml(key, text)}" for key, text in said.items()]
    read = parse_profile("\n".join(lines).encode(), Path("your answers"))
    return replace(read, body_mass_kg=before.body_mass_kg, declines_done=before.declines_done)


def _toml(key: str, text: str) -> str:
    whole = key == "level_cadence" and text.isascii() and text.isdecimal()
    return str(int(text)) if whole else json.dumps(text, ensure_ascii=False)


def _plain(message: str) -> str:
    """A file's message without the file's key."""
    for key in (question.key for question in QUESTIONS):
        message = message.removeprefix(f"{key} ")
    return message
