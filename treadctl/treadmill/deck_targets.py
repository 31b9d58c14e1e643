"""Where a walk of the deck goes, as the machine counts: down in steps, and on an unproven deck the first small one before all."""

from __future__ import annotations

from typing import Final

from treadctl.safety import Deck
from treadctl.units import Grade

FIRST: Final = 10
"""0.1 %: the first step down, as small as the coarsest grid met (hw_notes.md §2.4): −1 % seen going up is soon level again."""
STRIDE: Final = 20
"""0.1 %: each later step; half of what the gate lets through at once. Ours."""


def targets(deck: Deck) -> tuple[list[Grade], Grade | None]:
    """Where to, in the machine's own grades: a little down, one step of its grid, on to its lowest, and a little up.

    Also which of them is the one step, where that is finer than the first: a deck that does not do it has a coarser grid.
    """
    level = deck.true(deck.level)
    down = [deck.nearest(Grade(level - max(FIRST, deck.step)))]
    down.append(deck.nearest(Grade(deck.true(down[-1]) - deck.step)))
    while down[-1] > deck.floor:
        further = deck.nearest(Grade(max(deck.true(down[-1]) - max(STRIDE, deck.step), deck.true(deck.floor))))
        down.append(max(further, deck.first) if down[-1] > deck.first else further)
    walked = [grade for grade in dict.fromkeys(down) if grade < deck.level]
    up = Grade(min(deck.level + max(FIRST, deck.step), deck.ceiling))
    finest = walked[1] if deck.step < FIRST and len(walked) > 1 else None
    return walked + ([Grade(up - (up - deck.level) % deck.step)] if up > deck.level else []), finest


def first_tried(goals: list[Grade], deck: Deck, is_down: bool) -> list[Grade]:
    """The same, with nothing below the first decline before that one; for a deck that is down already it is to be one down, too.

    The gate wants it so. Only where the front feet are raised, and level is itself below it, it is not among them anyway.
    """
    further = [goal < deck.first for goal in goals]
    if not any(further) or deck.first in goals[: further.index(True)]:
        return goals
    at = further.index(True)
    from_above = [not_down(deck)] if at == 0 and is_down else []
    return [*from_above, *goals[:at], deck.first, *goals[at:]]


def not_down(deck: Deck) -> Grade:
    """The lowest target that is no decline by the machine's own count."""
    return Grade(min(deck.floor + max(0, -(deck.floor // deck.step)) * deck.step, deck.ceiling))
