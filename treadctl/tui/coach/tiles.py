"""One lane's tile in the room there is for it: from block letters read across the room down to one row of sixteen columns."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from treadctl.studio.lane_tile import LaneTile, Mood
from treadctl.tui.block import NUMBERS, WORDS, fit
from treadctl.tui.words import tenths
from treadctl.units import Grade

MARKS: Final = {
    Mood.BRAKING: "▼",
    Mood.PAUSED: "‖",
    Mood.COUNTING: "…",
    Mood.MOVING: "►",
    Mood.READY: "✓",
    Mood.NOT_READY: "○",
    Mood.STILL: "■",
    Mood.DONE: "■",
    Mood.FREE: "·",
    Mood.OFF: "·",
}
"""A sign beside the word; the urgent ones have theirs. Colour is never the only one."""
URGENT_MARK: Final = "‼"
_STYLES: Final = {
    Mood.BRAKING: "$cue",
    Mood.PAUSED: "$cue",
    Mood.COUNTING: "$cue",
    Mood.MOVING: "$success",
    Mood.READY: "$success",
    Mood.NOT_READY: "$foreground",
}
_LARGE: Final = frozenset({Mood.READY, Mood.COUNTING, Mood.PAUSED, Mood.BRAKING})
"""Words that are worth block letters; numbers of a moving belt are, and what needs somebody."""
BIG_ROWS: Final = 6
"""From so many rows on a tile has block letters."""


def mark(lane: LaneTile) -> str:
    """The sign of how a lane is."""
    return URGENT_MARK if lane.is_urgent else MARKS[lane.mood]


def style(lane: LaneTile) -> str:
    """Reverse video for what needs somebody; a colour for the rest."""
    return "$background on $foreground bold" if lane.is_urgent else f"{_STYLES.get(lane.mood, '$quiet')} on $surface"


def rows(lane: LaneTile, width: int, height: int) -> list[Content]:
    """Exactly `height` rows of exactly `width` columns."""
    return [Content.styled(f"{text[:width]:<{width}}", style(lane)) for text in _texts(lane, width, height)]


def real(lane: LaneTile) -> str:
    """`−3.0 (asked −6.0)`; only what is really so where both are the same. `0.0 (level)` of a runner who goes without decline."""
    asked = _asked(lane)
    level = " (level)" if lane.level else ""
    return f"{tenths(lane.grade)} (asked {tenths(asked)})" if asked is not None else f"{tenths(lane.grade)}{level}"


def kmh(lane: LaneTile) -> str:
    """`8.2`; `--` when not told."""
    return "--" if lane.speed is None else f"{lane.speed / 100:.1f}"


def _texts(lane: LaneTile, width: int, height: int) -> list[str]:
    if height == 1:
        return [_one(lane, width)]
    if height == 2:
        return [_head(lane, width, worded=False), f" {_short(lane) if lane.mood is Mood.MOVING else _brief(lane, width - 1)}"]
    if height < BIG_ROWS or width < 18:
        lines = [_head(lane, width, worded=False), f" {_worded(lane, width - 1)}"]
        lines += _numbers(lane, width, height - 2) if lane.mood is Mood.MOVING or lane.is_urgent or _brakes(lane) else []
        return _filled(lines, height)
    return _large(lane, width, height)


def _numbers(lane: LaneTile, width: int, height: int) -> list[str]:
    speed = f"{kmh(lane)} km/h"
    if height > 1 and len(real(lane)) < width:
        return [f" {real(lane)}", f" {speed}"]
    return [
        next(
            (f" {text}" for text in (f"{real(lane)}  {speed}", f"{real(lane)}  {kmh(lane)}") if len(text) < width),
            f" {_short(lane)}",
        )
    ]


def _large(lane: LaneTile, width: int, height: int) -> list[str]:
    running = lane.mood is Mood.MOVING
    block: tuple[str, ...] = (lane.word,)
    if running:
        block = fit(tenths(lane.grade), width - 2, height - 3, NUMBERS)
    elif lane.mood in _LARGE or lane.is_urgent:
        block = fit(lane.word, width - 2, height - 3, WORDS)
    asked = _asked(lane)
    shown = running or _brakes(lane) or (lane.is_urgent and lane.speed)
    beneath = f"{f'asked {tenths(asked)}   ' if running and asked is not None else ''}{kmh(lane)} km/h" if shown else ""
    head = _head(lane, width, worded=running)
    return [*_filled([head, *(f" {row}" for row in block)], height - 2), f" {beneath}", f" {_cap(lane)}"]


def _head(lane: LaneTile, width: int, *, worded: bool) -> str:
    """`12 Ana      ► moving`, or the mark alone."""
    left = f"{lane.lane:>2} {lane.name}"
    for right in (f"{mark(lane)} {lane.word} " if worded else "", f"{mark(lane)} "):
        if right and len(left) + 1 + len(right) <= width:
            return f"{left:<{width - len(right)}}{right}"
    return f"{left[: width - 3]:<{width - 3}} {mark(lane)} "


def _one(lane: LaneTile, width: int) -> str:
    number = f"{lane.lane:>2}{mark(lane)}"
    if lane.mood is not Mood.MOVING:
        return f"{number} {_brief(lane, width - len(number) - 1)}"
    short = _short(lane)
    return next(
        (text for text in (f"{number} {short}", f"{number}{short}") if len(text) <= width), f"{number}{short}".replace(" ", "")
    )


def _short(lane: LaneTile) -> str:
    """`−3.0(−6) 8.2`; `level 8.2`."""
    asked = _asked(lane)
    both = "level" if lane.level and lane.grade == 0 else tenths(lane.grade)
    if asked is not None:
        both = f"{tenths(lane.grade)}({tenths(asked).removesuffix('.0')})"
    return f"{both} {kmh(lane)}"


def _worded(lane: LaneTile, width: int) -> str:
    """`READY ≤6 min down`; the word alone where there is no room for more."""
    both = f"{lane.word} {_cap(lane)}".rstrip()
    return lane.word if lane.is_urgent or len(both) > width else both


def _brakes(lane: LaneTile) -> bool:
    """Whether it stops, and its belt moves still."""
    return lane.mood in (Mood.PAUSED, Mood.BRAKING) and bool(lane.speed)


def _brief(lane: LaneTile, width: int) -> str:
    """`pausing 3.1`; the word alone where there is no room for more."""
    both = f"{lane.word} {kmh(lane)}"
    return both if _brakes(lane) and len(both) <= width else _worded(lane, width)


def _cap(lane: LaneTile) -> str:
    if lane.level or lane.cap_s == 0:
        return "level"
    return "" if lane.cap_s is None else f"≤{lane.cap_s // 60} min down"


def _asked(lane: LaneTile) -> Grade | None:
    """What was asked, where that is something else."""
    return lane.asked_grade if lane.asked_grade is not None and lane.asked_grade != lane.grade else None


def _filled(lines: list[str], height: int) -> list[str]:
    return [*lines[:height], *[""] * (height - len(lines))]
