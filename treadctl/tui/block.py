"""Letters and digits in solid cells, large enough to be read from a moving belt: drawn here, in a handful of sizes.

A glyph is five rows of pixels; a size says how many columns and half rows of the terminal each pixel takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True, slots=True)
class Size:
    """Columns of a pixel (`hole` for the middle one of three, so that letters stay open), half rows of the five, and the gap."""

    stroke: int
    hole: int
    halves: tuple[int, int, int, int, int]
    gap: int

    @property
    def rows(self) -> int:
        """Terminal rows of one line of text."""
        return -(-sum(self.halves) // 2)

    @property
    def line_gap(self) -> int:
        """Empty rows between two lines; a size with an odd half row brings its own."""
        return 1 - sum(self.halves) % 2

    def widths(self, pixels: int) -> tuple[int, ...]:
        """Columns of each pixel of a glyph that is `pixels` wide."""
        return (self.stroke, self.hole, self.stroke) if pixels == 3 else (self.stroke,) * pixels


GIANT: Final = Size(4, 4, (4, 4, 4, 4, 4), 4)
HUGE: Final = Size(3, 4, (3, 5, 3, 5, 3), 3)
BIG: Final = Size(2, 3, (2, 4, 2, 4, 2), 2)
LARGE: Final = Size(2, 2, (2, 2, 2, 2, 2), 2)
TIGHT: Final = Size(2, 1, (2, 2, 2, 2, 2), 1)
MEDIUM: Final = Size(1, 2, (1, 2, 1, 2, 1), 1)
SMALL: Final = Size(1, 1, (1, 1, 1, 1, 1), 1)

NUMBERS: Final = (GIANT, HUGE, BIG, LARGE, TIGHT, SMALL)
"""For a number of four or five places, largest first."""
WORDS: Final = (GIANT, HUGE, BIG, LARGE, MEDIUM, SMALL)
"""For words, largest first."""

_PIXELS: Final = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".### #... #.## #..# .###",
    "H": "#.# #.# ### #.# #.#",
    "I": "# # # # #",
    "J": "..# ..# ..# #.# .#.",
    "K": "#..# #.#. ##.. #.#. #..#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".##. #..# #..# #.#. .#.#",
    "R": "##. #.# ##. #.# #.#",
    "S": ".### #... .##. ...# ###.",
    "T": "### .#. .#. .#. .#.",
    "U": "#..# #..# #..# #..# .##.",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "0": "### #.# #.# #.# ###",
    "1": "## .# .# .# .#",
    "2": "### ..# ### #.. ###",
    "3": "### ..# ### ..# ###",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ### ..# ###",
    "6": "### #.. ### #.# ###",
    "7": "### ..# ..# ..# ..#",
    "8": "### #.# ### #.# ###",
    "9": "### #.# ### ..# ###",
    ".": ". . . . #",
    ",": ".. .. .. .# #.",
    ":": ". # . # .",
    "−": ".. .. ## .. ..",
    "+": "... .#. ### .#. ...",
    "%": "#.# ..# .#. #.. #.#",
    "'": "# # . . .",
    "!": "# # # . #",
    "?": "##. ..# .#. ... .#.",
    "/": "..# ..# .#. #.. #..",
}
_ALIKE: Final = str.maketrans({"-": "−", "–": "−", ";": ",", "’": "'"})


@lru_cache(maxsize=256)
def lines(text: str, size: Size) -> tuple[str, ...]:
    """One line of text in solid cells, as rows of equal length. A character without a glyph becomes a gap."""
    glyphs = [_glyph(character, size) for character in text.upper().translate(_ALIKE)]
    apart = " " * size.gap
    return tuple(apart.join(glyph[row] for glyph in glyphs) for row in range(size.rows))


@lru_cache(maxsize=256)
def fit(text: str, width: int, rows: int, sizes: Sequence[Size] = WORDS) -> tuple[str, ...]:
    """The text as large as it gets within a width and a number of rows, over several lines where that is larger.

    What fits in no size comes back as plain capitals.
    """
    for size in sizes:
        wrapped = _wrap(text, size, width)
        if wrapped and len(wrapped) * (size.rows + size.line_gap) - size.line_gap <= rows:
            return _stacked(wrapped, size)
    return tuple(_plain(text.upper(), width)[:rows])


@lru_cache(maxsize=64)
def largest(template: str, width: int, rows: int, sizes: Sequence[Size] = NUMBERS) -> Size:
    """The largest size in which a template such as `−88.8` fits; the smallest where none does."""
    return next((s for s in sizes if s.rows <= rows and len(lines(template, s)[0]) <= width), sizes[-1])


@lru_cache(maxsize=512)
def _glyph(character: str, size: Size) -> tuple[str, ...]:
    pixels = _PIXELS.get(character, ". . . . .").split()
    widths = size.widths(len(pixels[0]))
    halves = [
        "".join(dot * columns for dot, columns in zip(row, widths, strict=True))
        for row, times in zip(pixels, size.halves, strict=True)
        for _ in range(times)
    ]
    if len(halves) % 2:
        halves.append("." * sum(widths))
    cells = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}
    rows = ["".join(cells[pair] for pair in zip(*halves[at : at + 2], strict=True)) for at in range(0, len(halves), 2)]
    digit = sum(size.widths(3)) if character.isdigit() else 0  # all digits alike wide, so that a number stands still
    return tuple(row.rjust(digit) for row in rows)


def _wrap(text: str, size: Size, width: int) -> list[str]:
    """Greedy lines no wider than `width`; none where a single word is."""
    wrapped: list[str] = []
    for word in text.split():
        longer = f"{wrapped[-1]} {word}" if wrapped else word
        if wrapped and len(lines(longer, size)[0]) <= width:
            wrapped[-1] = longer
        elif len(lines(word, size)[0]) <= width:
            wrapped.append(word)
        else:
            return []
    return wrapped


def _stacked(wrapped: list[str], size: Size) -> tuple[str, ...]:
    rows: list[str] = []
    for line in wrapped:
        rows += [""] * (size.line_gap if rows else 0)
        rows += lines(line, size)
    return tuple(rows)


def _plain(text: str, width: int) -> list[str]:
    wrapped: list[str] = []
    for word in text.split():
        if wrapped and len(wrapped[-1]) + 1 + len(word) <= width:
            wrapped[-1] += f" {word}"
        else:
            wrapped.append(word[:width])
    return wrapped
