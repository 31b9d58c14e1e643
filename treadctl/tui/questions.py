"""What `treadctl setup` asks, and how typed answers become a profile, through the one door that profile files go through."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Final

from treadctl.mock.presets import DEFAULT
from treadctl.safety import FLAT
from treadctl.units import LEVEL, Grade, UnitError
from treadctl.workout.profile import CAUTIOUS, Profile
from treadctl.workout.profile_file import parse_profile

TREADMILL, OFFSET, FOOT_POD, HEART = "treadmill", "offset", "foot_pod", "heart"
NONE: Final = "none"
_OF_THE_PROFILE: Final = ("name", "units", "easy_pace", "walk_pace", "level_cadence", "grade_ceiling")


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask. With `choices` (value, words) it is picked from a list, when `heard` from what is on the air, else
    typed."""

    key: str
    title: str
    why: str
    choices: tuple[tuple[str, str], ...] = ()
    heard: bool = False


_ASKED: Final = (
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
        TREADMILL,
        "Which treadmill is yours?",
        "Switch it on and close other apps that hold it. Choose your own, not a neighbour's: treadctl connects to this one and "
        "to no other. Or try it all on a simulated one first.",
        heard=True,
    ),
)
_OF_A_TREADMILL: Final = (
    Question(
        OFFSET,
        "Are its rear feet propped up?",
        "Such a deck falls away even at its own 0. If it stands as it was delivered, 0. Else measure how much higher the rear "
        "feet stand and how far they are from the front feet, and write rise / run, such as 5 / 110 for 5 cm over 110 cm; or the "
        "percent itself, such as -4.5. It is added to all that the deck says, so measure well. It belongs to this treadmill.",
    ),
    Question(
        FOOT_POD,
        "Do you wear a foot pod?",
        "It measures your steps, so that you hear when they get long. And only with one does a belt slow down and stop by itself "
        "when nobody runs on it any more, as after a fall. Wake it: put on the shoe and take some steps.",
        heard=True,
    ),
    Question(
        HEART,
        "Do you wear a heart-rate strap?",
        "Your heart rate is shown and kept; nothing ever gets faster because of it. Wake it: moisten it and put it on.",
        heard=True,
    ),
)


def questions(answers: Mapping[str, str]) -> tuple[Question, ...]:
    """What is asked, as far as the answers so far tell: only a treadmill of one's own has feet, and sensors beside it."""
    return _ASKED + (_OF_A_TREADMILL if answers[TREADMILL] not in ("", NONE) else ())


def first_answers(runner: Profile) -> dict[str, str]:
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


def with_unit(key: str, said: str, unit: str) -> str:
    """A bare number for a pace is in the unit that was just chosen."""
    return f"{said} {unit}" if key.endswith("_pace") and said.replace(".", "", 1).isdecimal() else said


def profile_of(answers: Mapping[str, str], before: Profile) -> Profile:
    """The profile that the answers so far make; raises ProfileError with what is wrong, in plain words."""
    said = {key: answers[key] for key in _OF_THE_PROFILE if answers[key]}
    lines = [f"{key} = {_toml(key, text)}" for key, text in said.items()]
    read = parse_profile("\n".join(lines).encode(), Path("your answers"))
    return replace(read, body_mass_kg=before.body_mass_kg, declines_done=before.declines_done)


def without_key(message: str) -> str:
    """A file's message without the file's key."""
    for key in _OF_THE_PROFILE:
        message = message.removeprefix(f"{key} ")
    return message


def offset_of(text: str) -> Grade:
    """What a stand adds to its deck's grade: 0, a percent, or rise / run; ValueError says what is wrong, in plain words.

    Rise over run is for raised rear feet, and rounded to the steeper tenth: what is taken for steeper is asked for less.
    """
    said = text.replace(",", ".").replace("−", "-").strip()
    over = re.fullmatch(r"(\d{1,4}(?:\.\d{1,3})?) ?(?:cm|mm|in)? ?/ ?(\d{1,4}(?:\.\d{1,3})?) ?(?:cm|mm|in)?", said)
    if over is not None:
        offset = _over(Fraction(over[1]), Fraction(over[2]))
    else:
        try:
            offset = Grade.parse(said or "0")
        except UnitError as error:
            raise ValueError(f"'{text[:30]}' is neither a percent, such as -4.5, nor rise / run, such as 5 / 110.") from error
        if offset > LEVEL and not said.startswith("+"):
            raise ValueError(f"Raised rear feet make a deck fall: write -{said}; +{said} is for raised front feet.")
    try:
        replace(FLAT, offset=offset)
    except ValueError as error:
        raise ValueError(f"{offset} is past what safety allows: level the treadmill first. A slip in measuring?") from error
    return offset


def _over(rise: Fraction, run: Fraction) -> Grade:
    if run == 0:
        raise ValueError("The run, from the front feet to the rear feet, is not 0.")
    return Grade(-ceil(rise / run * 1000))


def _toml(key: str, text: str) -> str:
    whole = key == "level_cadence" and text.isascii() and text.isdecimal()
    return str(int(text)) if whole else json.dumps(text, ensure_ascii=False)
