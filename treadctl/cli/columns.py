"""Lines for people: in a terminal none is broken inside a word; elsewhere each stays whole, for whoever searches it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TextIO

WIDEST: Final = 120
"""Longer lines are hard to read. Ours."""
_NARROWEST: Final = 40
_BEFORE_THE_WORDS: Final = re.compile(r" *(?:\S.{0,25} {2,}(?=[^ (])|- )?")
"""What stands before a line's words: the columns of a table, as far as a gap of two blanks tells them, or a dash. Small print
begins after such a gap too."""


def show(lines: Iterable[str], hang: int = 0) -> None:
    """Print lines; what does not fit goes on below, `hang` columns in."""
    for line in fitted(lines, hang):
        print(line)


def fitting(write: Callable[[str], object]) -> Callable[[str], None]:
    """Writes text with `write` as stdout has room for it; what does not fit in a line goes on below, under its words."""

    def put(text: str) -> None:
        write("\n".join(fitted(text.split("\n"), None)))

    return put


def fitted(lines: Iterable[str], hang: int | None = 0, stream: TextIO | None = None) -> Iterator[str]:
    """The lines as they are shown on a stream, stdout unless told. With `hang` None what goes on below begins under the words."""
    width = terminal_width(stream)
    for line in lines:
        yield line if width is None or len(line) <= width else broken(line, width, hang)


def terminal_width(stream: TextIO | None = None) -> int | None:
    """How wide the terminal is that a stream goes to, stdout unless told; None where it goes anywhere else."""
    out = sys.stdout if stream is None else stream
    if out is None or not out.isatty():
        return None
    try:
        columns = os.get_terminal_size(out.fileno()).columns
    except (OSError, ValueError):
        return None
    return max(_NARROWEST, min(WIDEST, columns)) if columns > 0 else None


def broken(line: str, width: int, hang: int | None) -> str:
    """The line on several, broken between words."""
    from textwrap import wrap

    if hang is None:
        before = _BEFORE_THE_WORDS.match(line)
        hang = before.end() if before is not None else 0
    return "\n".join(wrap(line, width, subsequent_indent=" " * hang, break_long_words=False, break_on_hyphens=False))
