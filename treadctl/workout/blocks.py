"""Curves over time in block characters: grades hang from a zero line or stand on it, other numbers stand as bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from treadctl.units import Grade

MARGIN: Final = 6
"""Columns to the left of every curve, for its labels."""
_TICKS_S: Final = tuple(minutes * 60 for minutes in (1, 2, 5, 10, 15, 30, 60))
_TICK_APART: Final = 5
_BAR_ROWS: Final = 2
_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"


def hanging(grades: Sequence[Grade | None]) -> list[str]:
    """One column for each grade, a row for each percent (two where that would be tall); None leaves its column open."""
    known = [grade for grade in grades if grade is not None]
    deepest, highest = max([0, *(-grade for grade in known)]), max([0, *known])
    row = 10 if deepest + highest <= 120 else 20  # tenths of a percent to a row, the same for both directions
    above, below = -(-highest // row), max(1, -(-deepest // row))
    lines = [
        f"{f'+{(at + 1) * row // 10}':>4} │" + "".join((" ", "▄", "█")[_half_rows(grade, at, row)] for grade in grades)
        for at in reversed(range(above))
    ]
    for at in range(below):
        label = "0 %" if at == 0 else f"-{(at + 1) * row // 10}"
        bare = "▔" if at == 0 else " "
        fallen = (None if grade is None else Grade(-grade) for grade in grades)
        lines.append(
            f"{label:>4} │" + "".join(" " if depth is None else (bare, "▀", "█")[_half_rows(depth, at, row)] for depth in fallen)
        )
    return lines


def bars(values: Sequence[int | None], top: int, labels: tuple[str, str], bottom: int = 0) -> list[str]:
    """Two rows of bars from `bottom` to `top`, with a label for each row; None leaves its column open."""
    lines = []
    for at in reversed(range(_BAR_ROWS)):
        label = labels[0] if at == _BAR_ROWS - 1 else labels[1]
        cells = (0 if v is None else (v - bottom) * 8 * _BAR_ROWS // max(top - bottom, 1) - 8 * at for v in values)
        lines.append(f"{label:>5}│" + "".join(_EIGHTHS[max(0, min(8, cell))] for cell in cells))
    return lines


def minutes(total_s: float, room: int) -> list[str]:
    """The axis beneath: `room` columns for `total_s` seconds, with the minutes under it."""
    apart = next((tick for tick in _TICKS_S if tick / total_s * room >= _TICK_APART), _TICKS_S[-1])
    ticks, labels = ["─"] * room, [" "] * room
    for second in range(0, int(total_s) + 1, apart):
        at = min(int(second / total_s * room), room - 1)
        ticks[at] = "┴"
        if at + len(label := str(second // 60)) <= room:
            labels[at : at + len(label)] = label
    return [f"{'min':>5}└" + "".join(ticks), (" " * MARGIN + "".join(labels)).rstrip()]


def _half_rows(height: Grade | None, at: int, row: int) -> int:
    """How many halves (0, 1, 2) of row `at` a height fills; anything but level fills at least one half of the first."""
    halves = max(1, (height * 2 + row // 2) // row) if height is not None and height > 0 else 0
    return max(0, min(2, halves - 2 * at))
