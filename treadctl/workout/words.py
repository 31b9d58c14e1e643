"""The words of a workout file -> exact values. Each error is a ValueError that begins with the value and ends with a remedy.

The reader (`workout.file`) puts the key in front: `grade` + `-12 is below the hard stop …`. Numbers go through Decimal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from treadctl.safety import HARD_STOP, HIGHEST
from treadctl.units import Grade, Speed, UnitError
from treadctl.workout.errors import shown
from treadctl.workout.model import Base, Pace, Relative

SHORTEST_S: Final = 5
"""Less than this, a belt and a deck have not even begun to answer. Ours."""
LONGEST_S: Final = 6 * 3600
"""For a step and for a whole workout: longer than anyone's marathon rehearsal. Ours."""
SHORTEST_M: Final = 50
"""No step is shorter; so `8 m` for eight minutes is found out. Ours."""
LONGEST_M: Final = 50_000
MOST_REPEATS: Final = 100
MOST_CUE_WORDS: Final = 4
"""What can be heard and done while running. Ours."""
FOCUSES: Final = (
    "look-up",
    "run-tall",
    "hips-over-feet",
    "lean-from-ankles",
    "brake-mid-foot",
    "shorter-steps",
    "quick-light",
    "arms-low",
    "hands-off",
    "no-slamming",
    "stay-low",
    "dont-fight",
    "shorten-first",
    "let-it-roll",
    "find-rhythm",
)
"""What a session can be about: the cues of `coaching.catalogue`, which this room lies below, without those to opt into."""
_LONGEST_WORD: Final = 60

_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_TIME = re.compile(
    rf"(?:(?P<h>{_NUMBER})\s*h(?:ours?)?)?\s*(?:(?P<min>{_NUMBER})\s*min(?:s|utes?)?)?\s*(?:(?P<s>{_NUMBER})\s*s(?:ecs?|econds?)?)?",
    re.ASCII,
)
_CLOCK = re.compile(r"(?:(?P<h>[0-9]{1,2}):)?(?P<min>[0-9]{1,3}):(?P<s>[0-5][0-9])", re.ASCII)
_DISTANCE = re.compile(rf"(?P<n>{_NUMBER})\s*(?P<unit>m|metres?|meters?|km|mi|miles?)", re.ASCII)
_METRES: Final = {"m": Decimal(1), "k": Decimal(1000), "mi": Decimal("1609.344")}
_SIGNED = re.compile(rf"[+-]?{_NUMBER}\s*%?", re.ASCII)
_BARE = re.compile(r"[0-9.:]+", re.ASCII)
_SHARE = re.compile(r"(?:(?P<percent>[0-9]+)\s*%\s*(?:of\s+)?)?(?P<base>easy|walk)(?:\s+pace)?", re.ASCII)
_WITH_UNIT = re.compile(r"[0-9.:]+\s*(?P<unit>[^0-9.:\s].*)", re.ASCII)
_TO = re.compile(r"\s+to\s+")
_CADENCE_SHARE = re.compile(r"\+?(?P<n>[0-9]{1,3})\s*%", re.ASCII)
_CADENCE_SPM = re.compile(r"(?P<n>[0-9]{1,4})\s*spm", re.ASCII)


class Seconds(int):
    """A length in time."""

    __slots__ = ()


class Metres(int):
    """A length in belt distance."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Cadence:
    """Steps a minute of both feet, or percent over the runner's own on the level; exactly one of them."""

    percent: int | None = None
    spm: int | None = None


def length(text: str) -> Seconds | Metres:
    """Read `8 min`, `90 s`, `1:30`, `1 min 30 s`, `400 m` or `1.5 km`."""
    plain = _plain(text)
    if match := _DISTANCE.fullmatch(plain):
        unit = match["unit"]
        metres = Decimal(match["n"]) * _METRES["mi" if unit.startswith("mi") else unit[0]]
        if not SHORTEST_M <= metres <= LONGEST_M:
            raise ValueError(f"{shown(text)} is not between {SHORTEST_M} m and {LONGEST_M // 1000} km; minutes are written `min`")
        return Metres(int(metres))
    return time(text)


def time(text: str) -> Seconds:
    """Read `8 min`, `90 s`, `1:30` or `1 min 30 s`."""
    plain = _plain(text)
    match = _CLOCK.fullmatch(plain) or _TIME.fullmatch(plain)
    if match is None or not any(match.groups()):
        raise ValueError(f"{shown(text)} {_why_no_length(plain)}")
    seconds = Decimal(match["h"] or 0) * 3600 + Decimal(match["min"] or 0) * 60 + Decimal(match["s"] or 0)
    if seconds != int(seconds):
        raise ValueError(f"{shown(text)} is not a whole number of seconds; write it like 1:30 or 90 s")
    if not SHORTEST_S <= seconds <= LONGEST_S:
        raise ValueError(f"{shown(text)} is not between {SHORTEST_S} s and {LONGEST_S // 3600} h")
    return Seconds(int(seconds))


def grades(text: str) -> tuple[Grade, Grade]:
    """Read `-4.5`, or a ramp `-2 to -5`."""
    start, end = _ramp(text)
    return _grade(start), _grade(end)


def paces(text: str) -> tuple[Pace, Pace]:
    """Read `9 km/h`, `5.6 mph`, `6:40 /km`, `easy`, `95% easy` or `walk`, or a ramp `walk to easy`."""
    start, end = _ramp(text)
    return _pace(start), _pace(end)


def cadence(text: str) -> Cadence:
    """Read `+5%` (over the runner's own on the level) or `176 spm`."""
    plain = _plain(text)
    if match := _CADENCE_SHARE.fullmatch(plain):
        if int(match["n"]) > 10:
            raise ValueError(f"{shown(text)} is more than the +10 % that studies support; write +5% to +10%")
        return Cadence(percent=int(match["n"]))
    if match := _CADENCE_SPM.fullmatch(plain):
        if not 120 <= int(match["n"]) <= 220:
            raise ValueError(f"{shown(text)} is not between 120 and 220 spm, counting both feet")
        return Cadence(spm=int(match["n"]))
    raise ValueError(f"{shown(text)} is not a cadence; write +5% (over your own on the level) or 176 spm")


def repeats(text: str) -> int:
    """Read how often to repeat."""
    plain = _plain(text)
    if not re.fullmatch(r"[0-9]{1,3}", plain, re.ASCII) or not 1 <= int(plain) <= MOST_REPEATS:
        raise ValueError(f"{shown(text)} is not a whole number from 1 to {MOST_REPEATS}")
    return int(plain)


def minutes(text: str) -> Seconds:
    """Read a plain number of minutes, like 7.5."""
    plain = _plain(text)
    seconds = Decimal(plain) * 60 if re.fullmatch(_NUMBER, plain, re.ASCII) else None
    if seconds is None or seconds > LONGEST_S or seconds != int(seconds):
        raise ValueError(f"{shown(text)} is not a number of minutes; write it like 5 or 7.5")
    return Seconds(int(seconds))


def cue(text: str) -> str:
    """One thing to say, at most four words."""
    if not text.isprintable() or len(text) > 40:
        raise ValueError(f"{shown(text)} is not a plain text of at most 40 characters")
    if not 1 <= len(text.split()) <= MOST_CUE_WORDS:
        raise ValueError(f"{shown(text)} is not one to {MOST_CUE_WORDS} words; a runner hears no more than that")
    return " ".join(text.split())


def focus(text: str) -> str:
    """The name of a form cue, like `look-up`."""
    plain = _plain(text)
    if plain not in FOCUSES:
        close = get_close_matches(plain, FOCUSES, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"write one of {', '.join(FOCUSES)}"
        raise ValueError(f"{shown(text)} is no focus; {remedy}")
    return plain


def line(text: str) -> str:
    """One line of free text."""
    if not text.strip().isprintable() or not 0 < len(text.strip()) <= 200:
        raise ValueError(f"{shown(text)} is not one line of 1 to 200 plain characters")
    return text.strip()


def paragraph(text: str) -> str:
    """Some lines of free text, without control characters, which could drive a terminal."""
    if len(text) > 4000 or not text.replace("\n", "").isprintable():
        raise ValueError(f"{shown(text)} is not plain text of at most 4000 characters")
    return text.strip()


def _plain(text: str) -> str:
    """What people mean: no space around, a typeset minus is a minus."""
    if len(text) > _LONGEST_WORD:
        raise ValueError(f"{shown(text)} is too long for a value")
    return text.strip().lower().replace("−", "-")


def _ramp(text: str) -> tuple[str, str]:
    parts = _TO.split(_plain(text))
    if len(parts) > 2:
        raise ValueError(f"{shown(text)} has more than one `to`; a ramp has one start and one end")
    start, end = parts[0], parts[-1]
    unit = _WITH_UNIT.fullmatch(end)
    if unit and _BARE.fullmatch(start):  # `9 to 10 km/h`
        start = f"{start} {unit['unit']}"
    return start, end


def _grade(text: str) -> Grade:
    if "," in text:
        raise ValueError(f"{shown(text)} is not a grade: decimals take a point, like {shown(text.replace(',', '.'))}")
    if not _SIGNED.fullmatch(text):
        raise ValueError(f"{shown(text)} is not a grade; write a percentage like -4.5 (downhill is negative)")
    percent = Decimal(text.rstrip("% "))  # compared as it stands: arithmetic would round the digits past the 28th away
    if percent < Decimal(int(HARD_STOP)) / 10:
        raise ValueError(f"{shown(text)} is below the hard stop of -10 %, where control is lost (A3.2); write -10 or flatter")
    if percent > Decimal(int(HIGHEST)) / 10:
        raise ValueError(f"{shown(text)} is above the highest climb of +15 %; write 15 or less (downhill is negative)")
    tenths = percent.quantize(Decimal("0.1"))
    if tenths != percent:
        raise ValueError(f"{shown(text)} is finer than a treadmill can be told; use tenths of a percent, like -4.5")
    return Grade(int(tenths * 10))


def _pace(text: str) -> Pace:
    if match := _SHARE.fullmatch(text):
        percent = int(match["percent"] or 100)
        if not 20 <= percent <= 150:
            raise ValueError(f"{shown(text)} is not between 20 % and 150 % of your own pace")
        return Relative(Base(match["base"]), percent)
    if _BARE.fullmatch(text):
        raise ValueError(f"{shown(text)} has no unit; write {_guess(text)}")
    if "," in text:
        raise ValueError(f"{shown(text)} is not a speed: decimals take a point, like {shown(text.replace(',', '.'))}")
    try:
        speed = Speed.parse(text)
    except UnitError:
        raise ValueError(f"{shown(text)} is not a speed; write easy, 95% easy, walk, 9 km/h, 5.6 mph or 6:40 /km") from None
    if not 100 <= speed <= 2500:
        raise ValueError(f"{shown(text)} is not between 1 and 25 km/h")
    return speed


def _guess(text: str) -> str:
    short = text[:8]
    return f"{short} /km or {short} /mi" if ":" in text else f"{short} km/h or {short} mph"


def _why_no_length(plain: str) -> str:
    if plain.startswith("-"):
        return "is not above zero; a step lasts some time, like 8 min"
    if "," in plain:
        return "is not a length: decimals take a point, like 1.5 min"
    if _BARE.fullmatch(plain):
        return f"has no unit; write {plain[:8]} min or {plain[:8]} s" if ":" not in plain else "is not a time; write it like 1:30"
    return "is not a length; write it like 8 min, 90 s, 1:30, 400 m or 1 km"
