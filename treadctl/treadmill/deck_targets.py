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


def first_tried(goals: list[Grade], deck: Deck, shown: Grade, within: int) -> list[Grade]:
    """The same, for a deck that shows this: nothing below the first decline before that one, and that one is a step down.

    The gate wants it so. Where the front feet are raised level may itself be further down.
    """
    further = [goal < deck.first for goal in goals]
    if not any(further):
        return goals
    head, rest = goals[: further.index(True)], goals[further.index(True) :]
    if deck.first not in head:
        head.append(deck.first)
    at = head.index(deck.first)
    if (head[at - 1] if at else shown) <= deck.first + within:
        head.insert(at, not_down(deck))
    return head + rest


def not_down(deck: Deck) -> Grade:
    """The lowest target that is no decline by the machine's own count."""
    return Grade(min(deck.floor + max(0, -(deck.floor // deck.step)) * deck.step, deck.ceiling))
