"""One thing to tell a runner. The same words go to screen, voice and message; only the priority decides who waits."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class CueKind(IntEnum):
    """What a cue is about, most urgent first."""

    SAFETY = 0  # the runner must know now: link lost, stopped, too steep
    CHANGE = 1  # the belt or the deck is about to change, or just did
    LIMIT = 2  # what was asked, what was given, why
    NEWS = 3  # what happened: a step began, a key was understood
    FORM = 4  # how to run: at most four words
    PRAISE = 5


@dataclass(frozen=True, slots=True)
class Cue:
    """`words` is what is shown large and spoken; `detail` stands small beside it; `fact` is the article's number (A2.1)."""

    kind: CueKind
    words: str
    detail: str = ""
    fact: str = ""
