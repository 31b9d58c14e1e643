"""The workout's profile with the runner's place in it: declines hang below the zero line, climbs stand on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final

from textual.content import Content

from treadctl.engine.snapshot import Snapshot
from treadctl.tui.painted import Painted
from treadctl.units import Grade, clock
from treadctl.workout.model import Workout
from treadctl.workout.picture import columns
from treadctl.workout.profile import Profile

_MARGIN: Final = 4
DONE: Final = "▓"
TO_COME: Final = "░"
_KEY: Final = f"done {DONE}  to come {TO_COME}"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the runner is: segment, share of it in thousandths, and what has been run on declines."""

    segment: int
    permille: int
    decline: str
    descent: str


def progress(s: Snapshot, planned_decline_s: float) -> Progress:
    """The progress that a snapshot shows."""
    whole = s.segment_s + s.left_s
    permille = int(1000 * s.segment_s / whole) if whole > 0 else 0
    planned = f" of {clock(planned_decline_s)}" if planned_decline_s else ""
    return Progress(
        s.segment_index, min(permille, 1000), f"decline {clock(s.decline_s)}{planned} min", f"descent {s.descent_m:.0f} m"
    )


class CoursePlot(Painted[Progress]):
    """The profile of one workout for one runner."""

    def __init__(self, workout: Workout, runner: Profile) -> None:
        super().__init__(id="course")
        self._workout, self._runner = workout, runner
        self._starts = (0.0, *accumulate(segment.expected_s(runner) for segment in workout))

    def draw(self, what: Progress, width: int, height: int) -> Content:
        """Profile above, numbers beneath."""
        room = max(10, width - _MARGIN)
        start, end = self._starts[what.segment : what.segment + 2]
        at_s = start + (end - start) * what.permille / 1000
        cursor = min(room - 1, int(at_s / self._starts[-1] * room))
        rows = [
            Content.assemble((label, "$quiet"), *_pieces(row, cursor))
            for label, row in _profile(self._workout, self._runner, room, max(2, height - 1), cursor)
        ]
        return Content("\n").join([*rows, _caption(what, width)])


@lru_cache(maxsize=8)
def _profile(workout: Workout, runner: Profile, room: int, rows: int, cursor: int) -> tuple[tuple[str, str], ...]:
    """Rows of the profile with the part before the cursor as done, each with its label."""
    grades = [column.grade for column in columns(workout, runner, room)]
    return hung(grades, rows, lambda x: DONE if x < cursor else TO_COME, _MARGIN - 1)


def hung(grades: Sequence[Grade | None], rows: int, fill: Callable[[int], str], label_width: int) -> tuple[tuple[str, str], ...]:
    """Grades in exactly `rows` rows round a zero line, each row with its label; `fill` gives the character of a column."""
    known = [grade for grade in grades if grade is not None]
    deepest, highest = max([0, *(-g for g in known)]), max([0, *known])
    above = 0 if not highest else max(1, min(rows - 1, round(rows * highest / (highest + deepest))))
    below = rows - above
    drawn: list[tuple[str, str]] = []
    for at in reversed(range(above)):
        label = f"{highest / 10:+.0f}" if at == above - 1 else ""
        drawn.append((label, "".join(_cell(g, at, above, highest, " ", fill(x)) for x, g in enumerate(grades))))
    for at in range(below):
        bare = "▔" if at == 0 else " "
        label = "0 %" if at == 0 else f"−{deepest / 10:.0f}" if at == below - 1 and deepest else ""
        down = (None if g is None else -g for g in grades)
        drawn.append((label, "".join(_cell(g, at, below, deepest, bare, fill(x)) for x, g in enumerate(down))))
    return tuple((f"{label:>{label_width}} ", row) for label, row in drawn)


def _cell(height: int | None, at: int, rows: int, tallest: int, bare: str, full: str) -> str:
    """One cell: filled where the grade reaches into this row; anything but level fills the first."""
    if height is None:
        return " "
    filled = height > 0 and max(1, round(height * rows / tallest)) > at
    return full if filled else bare


def _pieces(row: str, cursor: int) -> tuple[tuple[str, str], ...]:
    return (row[:cursor], "$done"), ("█", "$foreground on $foreground"), (row[cursor + 1 :], "$to-come")


def _caption(what: Progress, width: int) -> Content:
    text = f"{what.decline}   {what.descent}"
    gap = width - _MARGIN - len(text) - len(_KEY)
    head = (" " * _MARGIN + text, "bold $foreground")
    return Content.assemble(head, (" " * gap + _KEY, "$quiet")) if gap > 2 else Content.assemble(head)
