"""One thing to tell a runner. The same words go to screen, voice and message; only the priority decides who waits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

COACH_GAP_S: Final = 10.0
"""Shortest time between two lines from a coach: what is said more often is not heard. Ours."""
COACH_LONGEST: Final = 80
"""Characters of a coach's line: five seconds of speech, less than any countdown can wait for. Ours."""


class CueKind(IntEnum):
    """What a cue is about, most urgent first."""

    SAFETY = 0  # the runner must know now: link lost, stopped, too steep
    CHANGE = 1  # the belt or the deck is about to change, or just did
    LIMIT = 2  # what was asked, what was given, why
    COACH = 3  # a line from the coach of a class, in a person's own words
    NEWS = 4  # what happened: a step began, a key was understood
    FORM = 5  # how to run: at most four words
    PRAISE = 6


@dataclass(frozen=True, slots=True)
class Cue:
    """`words` is what is shown large and spoken; `detail` stands small beside it; `fact` is the article's number (A2.1)."""

    kind: CueKind
    words: str
    detail: str = ""
    fact: str = ""


def from_coach(text: str, now: float, last: float | None) -> Cue | None:
    """A coach's line as a cue, or None: nothing to say, or too soon after the `last` one (a time, None for never).

    Cut at a word to what can be heard; nothing in it drives a terminal. Its kind lets safety, belt and deck go first.
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text[: 10 * COACH_LONGEST]).split())
    if not plain or (last is not None and now - last < COACH_GAP_S):
        return None
    if len(plain) > COACH_LONGEST:
        plain = plain[: COACH_LONGEST + 1].rpartition(" ")[0] or plain[:COACH_LONGEST]
    return Cue(CueKind.COACH, plain, "from your coach")
