"""Whether a belt was set moving anew while nobody saw it, by the machine's own clock. The engine and the guardian ask."""

from __future__ import annotations

from typing import Final

from treadctl.engine.constants import RESTART_TAKES_S

_FRAMES: Final = 2
"""One frame can be a glitch."""


class Ride:
    """The machine's elapsed time (FTMS v1.0 §4.9.1), which runs while the belt does: one that is behind was stopped meanwhile."""

    def __init__(self) -> None:
        self._last: tuple[int, float] | None = None
        self._before: tuple[int, float] | None = None
        self._behind = 0

    def see(self, elapsed_s: int | None, now: float) -> None:
        """One frame of telemetry; a machine that tells no time is never found to have begun anew."""
        if elapsed_s is None:
            return
        self._last = elapsed_s, now
        if self._before is not None:
            ran_s, passed_s = elapsed_s - self._before[0], now - self._before[1]
            self._behind = self._behind + 1 if passed_s - ran_s > RESTART_TAKES_S else 0

    def out_of_sight(self) -> None:
        """From here on nobody sees the belt; called again before it was seen again, it changes nothing."""
        if self._last is not None:
            self._before, self._last, self._behind = self._last, None, 0

    @property
    def is_another(self) -> bool:
        """Whether the belt was stopped while it was out of sight, and set moving again."""
        return self._behind >= _FRAMES
