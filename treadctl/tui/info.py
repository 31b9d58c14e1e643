"""The middle row: the step rate to aim at with its beat, what comes next, and why anything is limited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from textual.content import Content
from textual.timer import Timer

from treadctl.coaching.cadence import step_length_m
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot
from treadctl.tui.block import MEDIUM, SMALL, lines
from treadctl.tui.painted import Painted, solid
from treadctl.tui.words import belt, length, limits, named, slope, tenths
from treadctl.units import clock
from treadctl.workout.profile import Profile

_AFTER_S: Final = 0.03
"""The beat is drawn this long after it falls, so that a timer which fires a little early does not miss it."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A number in solid cells and up to three or four lines beside it."""

    number: str
    lines: tuple[str, ...]


def step_rate(s: Snapshot, runner: Profile) -> Beside:
    """The step rate to aim at here."""
    target = s.cadence
    if target is None:
        why = "no target at this pace" if runner.level_cadence_spm else "no target: your own is not known"
        return Beside("", ("STEP RATE", "short, quick steps" if s.target_grade < 0 else why))
    longest = step_length_m(s.target_speed, target.low_spm)
    steps = () if longest is None else (f"step ≤ {longest:.2f} m",)
    return Beside(str(target.aim_spm), ("STEP RATE", f"{target.low_spm} to {target.high_spm} spm", *steps))


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
    """Why anything is limited; empty when nothing is. By how much stands beneath the numbers."""
    return f"limited: {'; '.join(limits(s))}" if s.limits else ""


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


class Beat(Painted[int]):
    """The target step rate as a beat: a block that changes sides with each step. The only thing that ever blinks.

    Each side lights less than twice a second at any step rate, well under the three flashes a second that can harm.
    """

    def __init__(self) -> None:
        super().__init__(id="beat")
        self._spm = 0
        self._now: Callable[[], float] = float
        self._timer: Timer | None = None

    def keep(self, spm: int, now: Callable[[], float]) -> None:
        """Beat so many steps a minute, counted from time 0 of the session's clock; 0 is no beat."""
        if spm == self._spm:
            return
        self._spm, self._now = spm, now
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if not spm:
            self.show(-1)
            return
        self.step()
        self._timer = self.set_timer((1 - now() * spm / 60 % 1) * 60 / spm + _AFTER_S, self._begin)

    def _begin(self) -> None:
        self.step()
        self._timer = self.set_interval(60 / self._spm, self.step)

    def step(self) -> None:
        """Stand on the side that this moment is on."""
        self.show(int(self._now() * self._spm / 60) % 2)

    def draw(self, what: int, width: int, height: int) -> Content:
        """Left or right, over the whole height."""
        if what < 0:
            return Content("")
        half = width // 2
        sides = ("█" * (half - 1), "·" * (half - 1)) if what == 0 else ("·" * (half - 1), "█" * (half - 1))
        row = solid(f"{sides[0]}  {sides[1]}", "$cue")
        return Content("\n").join([row] * height)
