"""The summary's plot: grade and speed as they were run, step rate and heart rate where they were measured, over one axis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual.content import Content

from treadctl.tui.course_plot import hung
from treadctl.tui.painted import Painted, solid
from treadctl.tui.record import Reading, Record
from treadctl.units import Speed
from treadctl.workout.blocks import MARGIN, bars, hanging, minutes
from treadctl.workout.profile import Profile

_DECK_ROWS: Final = 4
"""The deck gets at least so many rows before any other curve gets its second one."""
_SIGNS: Final = {"steps": "s", "heart": "♥"}
_EIGHTHS: Final = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True, slots=True)
class Ran:
    """A record that has ended, and whose it is; the same record draws the same."""

    record: Record
    runner: Profile


class RunPlot(Painted[Ran]):
    """Curves over time."""

    def draw(self, what: Ran, width: int, height: int) -> Content:
        """Grades to scale where there is room for it, squeezed into what there is where not."""
        readings = what.record.readings
        if len(readings) < 2:
            return Content.styled("Nothing was run, so there is nothing to plot.", "$quiet")
        shown = what.record.columns(width - MARGIN)
        axis = minutes(readings[-1].at_s, width - MARGIN)
        worn = [
            (label, values)
            for label, values in (("steps", _curve(shown, _steps)), ("heart", _curve(shown, _heart)))
            if any(values)
        ]
        two_rows = height - len(axis) - 2 * (1 + len(worn)) >= _DECK_ROWS
        belt = _belt(_curve(shown, _speed), what.runner.unit, two_rows)
        curves = [*belt, *(row for label, values in worn for row in _worn(label, values, two_rows))]
        grades, room = [None if r is None else r.grade for r in shown], height - len(axis) - len(curves)
        deck = hanging(grades)
        if len(deck) > room:
            deck = [f"{label}│{row}" for label, row in hung(grades, max(2, room), lambda _: "█", MARGIN - 2)]
        return Content("\n").join(
            [
                *(solid(row, "$done") for row in deck),
                *(solid(row, "$cue") for row in curves),
                *(Content.styled(row, "$quiet") for row in axis),
            ][:height]
        )


def _curve(shown: Sequence[Reading | None], of: Callable[[Reading], int | None]) -> list[int | None]:
    return [None if reading is None else of(reading) for reading in shown]


def _speed(reading: Reading) -> int | None:
    return reading.speed


def _steps(reading: Reading) -> int | None:
    return reading.step_rate


def _heart(reading: Reading) -> int | None:
    return reading.heart_rate


def _belt(speeds: list[int | None], unit: str, two_rows: bool) -> list[str]:
    fastest = Speed(max((speed for speed in speeds if speed), default=1))
    number, unit = fastest.text(unit).split(" ")
    return bars(speeds, fastest, (number, unit)) if two_rows else [_one_row(number, speeds, 0, fastest)]


def _worn(label: str, values: list[int | None], two_rows: bool) -> list[str]:
    """What was worn, from its lowest: only its ups and downs say anything."""
    known = [value for value in values if value]
    low, high = min(known), max(known)
    rising = [value or None for value in values]
    if two_rows:
        return bars(rising, high, (str(high), label), low - max(1, (high - low) // 8))
    return [_one_row(f"{_SIGNS[label]} {high}", rising, low, high)]


def _one_row(label: str, values: list[int | None], low: int, high: int) -> str:
    """The same in a single row; None leaves its column open."""
    span = max(1, high - low)
    cells = (" " if v is None else _EIGHTHS[max(0, min(7, (v - low) * 8 // span))] for v in values)
    return f"{label:>5}│" + "".join(cells)
