"""The summary's plot: what was planned, then grade and speed as they were run, over one axis of minutes."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from treadctl.tui.course_plot import hung
from treadctl.tui.painted import Painted, solid
from treadctl.tui.record import Record
from treadctl.units import Speed
from treadctl.workout.blocks import MARGIN, bars, hanging, minutes
from treadctl.workout.profile import Profile


@dataclass(frozen=True, slots=True)
class Ran:
    """A record that has ended, and whose it is; the same record draws the same."""

    record: Record
    runner: Profile


class RunPlot(Painted[Ran]):
    """Grade and speed over time. Step rate joins them once it is measured."""

    def draw(self, what: Ran, width: int, height: int) -> Content:
        """Grades to scale where there is room for it, squeezed into what there is where not."""
        readings = what.record.readings
        if len(readings) < 2:
            return Content.styled("Nothing was run, so there is nothing to plot.", "$quiet")
        shown = what.record.columns(width - MARGIN)
        speeds = [speed for _, speed in shown]
        fastest = max((speed for speed in speeds if speed), default=Speed(1))
        number, unit = fastest.text(what.runner.unit).split(" ")
        axis = minutes(readings[-1].at_s, width - MARGIN)
        belt = bars(speeds, fastest, (number, unit))
        grades, room = [grade for grade, _ in shown], height - len(axis) - len(belt)
        deck = hanging(grades)
        if len(deck) > room:
            deck = [f"{label}│{row}" for label, row in hung(grades, max(2, room), lambda _: "█", MARGIN - 2)]
        return Content("\n").join(
            [
                *(solid(row, "$done") for row in deck),
                *(solid(row, "$cue") for row in belt),
                *(Content.styled(row, "$quiet") for row in axis),
            ][:height]
        )
