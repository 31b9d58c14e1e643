"""What a coach said in a session, and when: a few lines for its summary and for `treadctl log show`."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Final

from treadctl.cli import columns
from treadctl.coaching.cues import CueKind
from treadctl.units import clock

KEPT: Final = frozenset({CueKind.SAFETY, CueKind.LIMIT, CueKind.COACH, CueKind.FORM, CueKind.PRAISE})
"""Not what belt and deck did, nor which step began: the curve shows that."""
_NAMES: Final = frozenset(kind.name.lower() for kind in KEPT)
_HEAD: Final = "  said      "
_WIDTH: Final = 110
_BLANK: Final = "\N{NO-BREAK SPACE}"
"""Keeps a cue's words and its time on one line."""


def is_kept(kind: str) -> bool:
    """Whether a cue of this kind belongs into the history."""
    return kind in _NAMES


def said_lines(said: Iterable[tuple[float, str]]) -> list[str]:
    """`10:44 shorter, quicker steps   11:02 that's it, quick feet   …`, in as many lines as it takes."""
    told = "   ".join(f"{clock(at)} {words}".replace(" ", _BLANK) for at, words in said)
    width, below = min(_WIDTH, columns.terminal_width() or _WIDTH), " " * len(_HEAD)
    lines = wrap(told, width, initial_indent=_HEAD, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)
    return [line.replace(_BLANK, " ") for line in lines]
