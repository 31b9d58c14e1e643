"""A cue as it is spoken: the catalogue's own words, with numbers, signs and units written out the way people say them.

Speech programs read `-4.0 %` or `7.2 km/h` each in their own way, and some by the rules of another language. Words they all
read alike. Nothing is added to what the cue says, and what a program could take for a command of its own is left out.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue, CueKind

LONGEST: Final = 160
"""Characters spoken at most: about ten seconds at 175 words a minute. Ours."""


class Chattiness(Enum):
    """How much is spoken; what is not spoken is on the screen all the same."""

    QUIET = "quiet"  # safety, and what belt and deck are about to do
    COACH = "coach"  # and limits, news, form and praise
    CHATTY = "chatty"  # and the small print that says how and why


# fmt: off
_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
# fmt: on
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

_UNITS: Final = (
    (r"(?<=\d) ?km/h", " kilometres an hour"),
    (r"(?<=\d) ?mph", " miles an hour"),
    (r"(?<=\d) ?(?:min ?)?/ ?km\b", " a kilometre"),
    (r"(?<=\d) ?(?:min ?)?/ ?mi(?:le)?\b", " a mile"),
    (r"(?<=\d) ?spm\b", " steps a minute"),
    (r"(?<=\d) ?bpm\b", " beats a minute"),
    (r"(?<=\d) ?km\b", " kilometres"),
    (r"(?<=\d) m\b", " metres"),
    (r"(?<=\d) s\b", " seconds"),
    (r"(?<=\d) min\b", " minutes"),
    (r"(?<![\d.])0(?:\.0)? ?%", "level"),
    (r"(?<=\d) ?%", " percent"),
)
_SIGN: Final = re.compile(r"(?<![\w.])([+-])(?=\d)")
_UNBROKEN: Final = re.compile(r"((?:seconds?|minutes?|kilometres?|metres?)(?: \d+)?) (?=minus|plus|level)")
_CLOCK: Final = re.compile(r"(?<![\w.])(\d{1,3}):(\d\d)\b")
_NUMBER: Final = re.compile(r"(?<![\w.])(\d+)(?:\.(\d+))?(?![\w.]*\d)")
_ONE: Final = re.compile(r"\bone (kilometre|mile|metre|second|minute|step)s\b")
_UNSPOKEN: Final = re.compile(r"[^\w ,.'’!?-]|_")
_DETAIL_SAYS_IT: Final = wording.step_note("").words
_DETAIL_BELONGS: Final = wording.cannot_arm("").words
_WITH_DETAIL: Final = frozenset({CueKind.LIMIT, CueKind.NEWS, CueKind.FORM})
"""Where a chatty voice reads the small print too. What is urgent stays short, and praise needs no reasons."""


def wanted(cue: Cue, chattiness: Chattiness) -> bool:
    """Whether a voice this chatty says it."""
    return chattiness is not Chattiness.QUIET or cue.kind <= CueKind.CHANGE


def spoken(cue: Cue, chattiness: Chattiness = Chattiness.COACH) -> str:
    """What is said aloud. `in 20 seconds minus 4.5, 1 minute` is `in twenty seconds, minus four point five, one minute`."""
    if cue.words == _DETAIL_SAYS_IT:
        text = cue.detail
    elif cue.detail and (cue.words == _DETAIL_BELONGS or (chattiness is Chattiness.CHATTY and cue.kind in _WITH_DETAIL)):
        text = f"{cue.words}: {cue.detail}"
    else:
        text = cue.words
    return _short(_plain(text))


def _plain(text: str) -> str:
    text = text.replace("−", "-")
    for pattern, words in _UNITS:
        text = re.sub(pattern, words, text)
    text = _SIGN.sub(lambda sign: "minus " if sign[1] == "-" else "plus ", text)
    text = _UNBROKEN.sub(r"\1, ", text)  # else "twenty seconds minus four" is a sum
    text = _CLOCK.sub(lambda clock: f"{_whole(int(clock[1]))} {_after_the_minute(int(clock[2]))}", text)
    text = _NUMBER.sub(lambda number: _number(number[1], number[2] or ""), text)
    text = _ONE.sub(r"one \1", text)
    text = re.sub(r"[:;…()]+", ",", text)
    text = _UNSPOKEN.sub(" ", text)
    return re.sub(r"[ ,]*,[ ,]*", ", ", re.sub(r"\s+", " ", text)).strip(" ,")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[:LONGEST].rpartition(" ")[0].rstrip(" ,")


def _number(whole: str, decimals: str) -> str:
    decimals = decimals.rstrip("0")
    said = _whole(int(whole))
    return f"{said} point {' '.join(_SMALL[int(digit)] for digit in decimals)}" if decimals else said


def _whole(n: int) -> str:
    """Up to 999 in words; more is left in digits, for nothing that is coached is so large."""
    if n < 20:
        return _SMALL[n]
    if n < 100:
        return _TENS[n // 10] + (f"-{_SMALL[n % 10]}" if n % 10 else "")
    if n < 1000:
        return f"{_SMALL[n // 100]} hundred" + (f" {_whole(n % 100)}" if n % 100 else "")
    return str(n)


def _after_the_minute(seconds: int) -> str:
    if seconds == 0:
        return "flat"
    return f"oh {_SMALL[seconds]}" if seconds < 10 else _whole(seconds)
