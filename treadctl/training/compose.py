"""A rung of the ladder as a workout: warm-up, short declines with level between them, cool-down. Pure."""

from __future__ import annotations

from typing import Final

from treadctl.training.ladder import Rung, Slope
from treadctl.units import LEVEL, Grade, clock
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout

WARM_UP_S: Final = 8 * 60
COOL_DOWN_S: Final = 5 * 60
BOUTS: Final = ((6 * 60, 60), (12 * 60, 120), (20 * 60, 240))
"""Up to so much decline in all, so long is one descent: bouts stay short, for shock grows as steps tire
(science.md §5.4). Ours."""
RECOVER_S: Final = ((Grade(-70), 150), (Grade(-50), 120), (LEVEL, 90))
"""Level between two descents, longer where it was steeper. Ours."""
OPENER_FROM: Final = Grade(-60)
"""From here on the first descent is run at half the grade: legs learn the step before the slope. Ours."""
GENTLE_SESSIONS: Final = 2
_EASY: Final = Relative(Base.EASY)
_WALK: Final = Relative(Base.WALK)


def compose(rung: Rung, slope: Slope, declines_done: int) -> Workout:
    """The workout that fills this rung on this deck; in the first two sessions the step-rate cue is gentler."""
    grade = slope.on_deck(rung.grade)
    title = f"Next: {grade} for {clock(rung.decline_s)}"
    middle = []
    lengths = bouts(rung.decline_s)
    for index, seconds in enumerate(lengths):
        opener = index == 0 and grade <= OPENER_FROM and len(lengths) > 1
        at = slope.on_deck(Grade(grade // 2)) if opener else grade
        middle.append(
            _decline(seconds, at, rung.percent_of_easy, 5 if declines_done < GENTLE_SESSIONS else 7, index, len(lengths))
        )
        if index + 1 < len(lengths):
            middle.append(_recover(grade))
    return Workout(
        name=f"next_{-grade / 10:.1f}_{rung.decline_s / 60:g}min",
        title=title,
        for_whom="this runner, next",
        segments=(_warm_up(), *middle, _cool_down()),
        notes="Made by treadctl next. Soreness in two days is normal and no injury; the check-ins decide what comes after.",
        focus="look-up" if declines_done < GENTLE_SESSIONS else "shorter-steps",
    )


def bouts(decline_s: int) -> tuple[int, ...]:
    """The descents, as equal as whole seconds let them be, in all exactly `decline_s`."""
    longest = next(bout for most, bout in BOUTS if decline_s <= most)
    count = -(-decline_s // longest)
    each, left = divmod(decline_s, count)
    return (*([each + 1] * left), *([each] * (count - left)))


def _decline(seconds: int, grade: Grade, percent: int, cadence: int, index: int, count: int) -> Segment:
    return Segment(
        kind=SegmentKind.DECLINE,
        duration_s=seconds,
        grade_from=grade,
        grade_to=grade,
        pace_from=Relative(Base.EASY, percent),
        pace_to=Relative(Base.EASY, percent),
        cadence_percent=cadence,
        label=f"descent {index + 1} of {count}",
    )


def _recover(grade: Grade) -> Segment:
    seconds = next(s for at_least, s in RECOVER_S if grade <= at_least)
    pace = Relative(Base.EASY, 85)
    return Segment(SegmentKind.RECOVER, seconds, pace_from=pace, pace_to=pace)


def _warm_up() -> Segment:
    return Segment(SegmentKind.WARM_UP, WARM_UP_S, pace_from=_WALK, pace_to=_EASY)


def _cool_down() -> Segment:
    return Segment(SegmentKind.COOL_DOWN, COOL_DOWN_S, pace_from=_EASY, pace_to=_WALK)
