"""The step-rate gauge: what the feet do now, where they should be, which way they go; and the step's length beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from textual.content import Content

from treadctl.coaching.cadence import CadenceTarget, step_length_m
from treadctl.safety import LEVEL_WITHIN
from treadctl.tui.block import MEDIUM, SMALL, lines
from treadctl.tui.painted import Painted, solid
from treadctl.tui.view import View
from treadctl.workout.profile import Profile

BESIDE_SPM: Final = 12
"""The scale reaches this far beyond the accepted band on both sides."""
_NO_ROOM: Final = 12
"""A scale of fewer columns would say nothing."""


@dataclass(frozen=True, slots=True)
class Gauge:
    """What is measured (None: nothing that can be believed), what is accepted, and words: full ones, and short ones."""

    measured: int | None
    target: CadenceTarget | None
    trend: str
    full: tuple[str, str]
    short: tuple[str, str]
    """Two lines each: how it stands, and the step's length, or why a foot pod is not believed. An empty one leaves its room to
    the scale."""

    @property
    def number(self) -> str:
        """What is large: what the feet do; where that is not known, what to aim at."""
        if self.measured is not None:
            return str(self.measured)
        return "" if self.target is None else str(self.target.aim_spm)


def gauge(view: View, runner: Profile) -> Gauge:
    """The gauge of a view."""
    s = view.snapshot
    target, measured = s.cadence, s.step_rate
    length = None if measured is None or s.shown_speed is None else step_length_m(s.shown_speed, measured)
    longest = None if target is None or _is_own(view) else step_length_m(s.target_speed, target.low_spm)
    if measured is None and s.step_rate_why:
        doubt = f"pod: {s.step_rate_why.rsplit(': ', 1)[-1]}"
        lengths = doubt, doubt
    else:
        lengths = (
            _length(length, longest, "step {} m", ", at most {}", "step ≤ {} m"),
            _length(length, longest, "{} m", ", ≤ {}", "step ≤ {} m"),
        )
    full, short = (_stands(view, runner), lengths[0]), (_stands(view, runner, short=True), lengths[1])
    return Gauge(measured, target, view.trend, full, short)


def _stands(view: View, runner: Profile, short: bool = False) -> str:
    """How the feet stand to the target, or why nobody knows."""
    s = view.snapshot
    target, measured = s.cadence, s.step_rate
    if target is None:
        if measured is None and s.target_grade < 0:
            return "short, quick steps"
        if short:
            return "no target"
        return "no target at this pace" if runner.level_cadence_spm else "no target: your own is not known"
    band = f"{target.low_spm} to {target.high_spm}"
    if _is_own(view):
        return f"own: {target.aim_spm}" if short else f"your own: {band}"
    if measured is None:
        return f"{band} spm"
    if measured < target.low_spm:
        return f"▲ quicker: {target.low_spm}" if short else f"▲ quicker: {band}"
    if measured > target.high_spm:
        return f"▼ calmer: {target.high_spm}" if short else f"▼ calmer: {band}"
    return f"✓ {band}"


def _is_own(view: View) -> bool:
    """Whether the target is only what these feet do by themselves: on the level nobody is told to be quicker."""
    return view.snapshot.target_grade > -LEVEL_WITHIN


def _length(now: float | None, longest: float | None, is_now: str, at_most: str, only: str) -> str:
    if now is None:
        return "" if longest is None else only.format(f"{longest:.2f}")
    return is_now.format(f"{now:.2f}") + ("" if longest is None else at_most.format(f"{longest:.2f}"))


def scale(measured: int, target: CadenceTarget, width: int) -> str:
    """`──[═══●══]───`: the accepted band on a scale and a mark for now; an arrow where now is beyond the scale."""
    low, high = target.low_spm - BESIDE_SPM, target.high_spm + BESIDE_SPM

    def at(spm: int) -> int:
        return round((spm - low) / (high - low) * (width - 1))

    begin, end = at(target.low_spm) - 1, at(target.high_spm) + 1
    cells = ["[" if x == begin else "]" if x == end else "═" if begin < x < end else "─" for x in range(width)]
    if measured < low:
        return "◀" + "".join(cells[1:])
    if measured > high:
        return "".join(cells[:-1]) + "▶"
    cells[at(measured)] = "●"
    return "".join(cells)


class GaugePanel(Painted[Gauge]):
    """The number as tall as the panel, with lines beside it."""

    def draw(self, what: Gauge, width: int, height: int) -> Content:
        """Label, scale, how it stands, the step's length: three lines where there are three rows."""
        size = MEDIUM if height >= MEDIUM.rows and width >= 40 else SMALL
        number = lines(what.number, size) if what.number else ()
        colour = "$number" if what.measured is not None else "$quiet"  # what to aim at is no measurement
        margin = len(number[0]) + 2 if number else 0
        texts = self._texts(what, width - margin, height)
        rows = []
        for row in range(height):
            left = number[row] if row < len(number) else ""
            text, style = texts[row] if row < len(texts) else ("", "")
            rows.append(Content.assemble(solid(left.ljust(margin), colour), (text[: max(0, width - margin)], style)))
        return Content("\n").join(rows)

    def _texts(self, what: Gauge, width: int, height: int) -> list[tuple[str, str]]:
        stands, length = what.full if max(map(len, what.full)) <= width else what.short
        drawn = []
        if what.measured is not None and what.target is not None and width >= _NO_ROOM:
            drawn = [(f"{scale(what.measured, what.target, width - 2)} {what.trend}", "bold $cue")]
        body = [*drawn, (stands, "bold $foreground"), (length, "bold $foreground")]
        label = _label(what, width, "" if drawn else what.trend)
        return [(label, "$quiet"), *body] if 1 + len(body) <= height else body


def _label(what: Gauge, width: int, trend: str) -> str:
    if what.measured is None:
        return "STEP RATE" if what.target is None else "STEP RATE TO AIM AT" if width >= 20 else "AIM AT"
    aim = "" if what.target is None else f"   aim {what.target.aim_spm}"
    return f"STEP RATE{aim} {trend}"
