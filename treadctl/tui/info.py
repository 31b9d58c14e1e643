"""What comes next, and why anything is limited."""

from __future__ import annotations

from dataclasses import dataclass

from textual.content import Content

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot
from treadctl.tui.block import MEDIUM, SMALL, lines
from treadctl.tui.painted import Painted, solid
from treadctl.tui.words import belt, length, limits, named, slope, tenths
from treadctl.units import clock
from treadctl.workout.profile import Profile


@dataclass(frozen=True, slots=True)
class Beside:
    """A number in solid cells and up to three or four lines beside it."""

    number: str
    lines: tuple[str, ...]


def coming(s: Snapshot, runner: Profile) -> Beside:
    """What comes next and when."""
    following = s.following
    if s.phase is not Phase.RUNNING:
        return Beside(
            tenths(s.segment.grade_from), ("THIS STEP", named(s.segment), f"{belt(s.segment, runner)} for {length(s.segment)}")
        )
    if following is None:
        return Beside("", (f"NEXT in {clock(s.left_s)}", "the end: level, walk, stop"))
    return Beside(
        tenths(following.grade_from),
        (
            f"NEXT in {clock(s.left_s)}",
            f"{named(following)}  {slope(following)}",
            f"{belt(following, runner)} for {length(following)}",
        ),
    )


def why(s: Snapshot) -> str:
    """Why anything is limited, or not known; empty when nothing is. By how much stands beneath the numbers."""
    told = [f"limited: {'; '.join(limits(s))}"] if s.limits else []
    return ".  ".join([*told, *([f"no step rate: {s.step_rate_why}"] if s.step_rate_why else [])])


class BesidePanel(Painted[Beside]):
    """A number with lines beside it."""

    def draw(self, what: Beside, width: int, height: int) -> Content:
        """The number on the left, as tall as the panel."""
        size = MEDIUM if height >= MEDIUM.rows and width >= 40 else SMALL
        rows = lines(what.number, size) if what.number else ()
        margin = len(rows[0]) + 2 if rows else 0
        drawn = []
        for at in range(min(height, max(len(rows), len(what.lines)))):
            number = rows[at] if at < len(rows) else ""
            text = what.lines[at] if at < len(what.lines) else ""
            style = "$quiet" if at == 0 else "bold $foreground"
            drawn.append(Content.assemble(solid(number.ljust(margin), "$number"), (text[: max(0, width - margin)], style)))
        return Content("\n").join(drawn)


class WhyPanel(Painted[str]):
    """Why anything is limited, in one or two lines."""

    def draw(self, what: str, width: int, height: int) -> Content:
        """The reasons, with a sign in front."""
        return Content.assemble(("▲ ", "bold $warning"), (what, "bold $foreground")) if what else Content("")
