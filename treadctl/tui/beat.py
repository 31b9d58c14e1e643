"""The step rate to aim at as a beat: a block that changes sides with each step. The only thing that ever blinks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual.content import Content
from textual.timer import Timer

from treadctl.tui.painted import Painted, solid

_AFTER_S: Final = 0.03
"""The beat is drawn this long after it falls, so that a timer which fires a little early does not miss it."""


class Beat(Painted[int]):
    """Beats in real seconds, whatever the time scale of a mock: by the metronome where one sounds, else from the wall clock's 0.

    Each side lights less than twice a second at any step rate, well under the three flashes a second that can harm.
    """

    def __init__(self, wall: Callable[[], float], heard: Callable[[float], float | None] | None = None) -> None:
        super().__init__(id="beat")
        self._wall = wall
        self._heard = heard
        self._spm = 0
        self._side = 0
        self._turned_at = float("-inf")
        self._timer: Timer | None = None

    def keep(self, spm: int) -> None:
        """Beat so many steps a minute; 0 is no beat."""
        if spm == self._spm:
            return
        self._spm = spm
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if spm:
            self._go_on()
        else:
            self.show(-1)

    def step(self) -> float:
        """Stand on the side that this moment is on; returns the seconds to the next beat."""
        now, every_s = self._wall(), 60 / self._spm
        phase = None if self._heard is None else self._heard(now)
        if phase is None:
            phase = now / every_s % 1
            self._side = int(now / every_s) % 2
        elif phase < 0.5 <= (now - self._turned_at) / every_s:
            self._side, self._turned_at = 1 - self._side, now
        self.show(self._side)
        return (1 - phase) * every_s

    def _go_on(self) -> None:
        self._timer = self.set_timer(self.step() + _AFTER_S, self._go_on)

    def draw(self, what: int, width: int, height: int) -> Content:
        """Left or right, over the whole height."""
        if what < 0:
            return Content("")
        half = width // 2
        sides = ("█" * (half - 1), "·" * (half - 1)) if what == 0 else ("·" * (half - 1), "█" * (half - 1))
        row = solid(f"{sides[0]}  {sides[1]}", "$cue")
        return Content("\n").join([row] * height)
