"""Walking because somebody asked for it: level and a walk, until a key on the spot says go on.

Belt and deck only get slower and shallower for it. What is done at the treadmill's own console meanwhile stays: the console
comes first.
"""

from __future__ import annotations

from typing import Final

from treadctl.engine.targets import Adjustments, Aims, Limit, Target
from treadctl.units import LEVEL, Grade, Speed

WALKING: Final = "walking until resume"


def at_a_walk(aims: Aims, adjust: Adjustments, asked_grade: Grade, asked_speed: Speed) -> Target:
    """Level and no faster than a walk, with what is not given for it."""
    deck, unit = aims.machine.deck, aims.runner.unit
    grade, speed = deck.true(deck.level), aims.on_grid(min(asked_speed, aims.runner.walk))
    if adjust.console_grade and adjust.grade is not None:
        grade = adjust.grade
    if adjust.console_speed and adjust.speed is not None:
        speed = adjust.speed
    limits = []
    if asked_grade != LEVEL:
        limits.append(Limit("grade", str(asked_grade), str(grade), WALKING))
    if speed < asked_speed:
        limits.append(Limit("speed", asked_speed.text(unit), speed.text(unit), WALKING))
    return Target(grade, Grade(grade - deck.offset), speed, tuple(limits))


def no_faster(target: Target, walk: Speed) -> Target:
    """Nobody is felt on the belt: no faster than a walk, whoever asked for it."""
    return Target(target.grade, target.command, min(target.speed, walk), target.limits)
