"""Python's garbage collector keeps still about T0: a full collection takes a lane's loop 14 to 160 ms, and comes when it likes.

There is one collector in a process, so the last lane to pass its T0 lets it run again. What it finds is garbage in circles; of
that some seconds' worth is little.
"""

from __future__ import annotations

import gc
from typing import Final

HELD_BEFORE_S: Final = 5.0
HELD_AFTER_S: Final = 2.0
"""From so long before T0 until so long after it: armed, counted, started, and the belts seen to move. Ours."""
CLEAR_OF_T0_S: Final = 0.1
"""So long before T0, and after it, a lane that has armed its session takes no step of its own accord, and a console makes no
picture: what they look at, say and measure can wait, and would come between one Start and the next on the same computer. Ours."""


def settle() -> None:
    """All that a program has made to work with stays: collect once, and never look through it again."""
    gc.collect()
    gc.freeze()


class Collector:
    """Held by whoever starts soon; it runs while nobody holds it."""

    def __init__(self) -> None:
        self._holders: set[object] = set()

    def held(self, by: object, holds: bool) -> None:
        """One holder's word, as often as they like."""
        if holds is (by in self._holders):
            return
        if not holds:
            self._holders.remove(by)
            if not self._holders:
                gc.enable()
        elif self._holders or gc.isenabled():  # who switched it off for good wants it so
            self._holders.add(by)
            gc.disable()


COLLECTOR: Final = Collector()
"""This process's."""
