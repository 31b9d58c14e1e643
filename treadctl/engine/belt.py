"""A belt as telemetry shows it: how fast, how long ago, and whether it may be believed to be still.

One zero frame is not stillness (machines send stray ones), silence is not stillness, and neither is a belt that a Start may
yet set moving. The engine and the link ask the same questions, so they ask them here.
"""

from __future__ import annotations

from typing import Final

from treadctl.engine.constants import STALE_S, START_TAKES_S, STILL_S
from treadctl.engine.words import Telemetry
from treadctl.units import Speed

_TICKS: Final = 3
"""A machine's own seconds are believed to run after so many ticks in a row."""
_TICK_WITHIN_S: Final = 2.0
"""A counter that takes longer than this for a second counts something else."""
_AFTER_COUNT_S: Final = 7.0
"""So long after the last of its own countdown a belt may yet begin to move: the one second more, and 6 s (QZ#470)."""


class Pulse:
    """Tells live frames from repeated ones, on machines whose elapsed time is seen to run while the belt moves."""

    def __init__(self) -> None:
        self._last: tuple[int | None, ...] = (None,) * 4
        self._ticks = 0
        self._ticked_at = float("-inf")

    def beats(self, told: Telemetry, now: float) -> bool:
        """Whether this frame is news. A moving belt that says the same again, seconds included, is an old frame sent again."""
        old = self._last
        new = (
            old[0] if told.elapsed_s is None else told.elapsed_s,
            old[1] if told.speed is None else told.speed,
            old[2] if told.distance_m is None else told.distance_m,
            old[3] if told.grade is None else told.grade,
        )
        self._last = new
        if new[0] != old[0]:
            self._ticks = self._ticks + 1 if now - self._ticked_at <= _TICK_WITHIN_S else 0
            self._ticked_at = now
            return True
        return new != old or not new[1] or self._ticks < _TICKS


class Belt:
    """What was seen of one belt. `speed` is what the last frame showed, `at` when the last live frame with a speed came.

    `frames` is how many of those there were.
    """

    def __init__(self) -> None:
        self.speed: Speed | None = None
        self.at = float("-inf")
        self.frames = 0
        self._pulse = Pulse()
        self._shown_at = float("-inf")
        self._zero_since: float | None = None
        self._may_start_until = float("-inf")

    def see(self, told: Telemetry, now: float) -> None:
        """Take in one frame; one without a speed says nothing."""
        live = self._pulse.beats(told, now)
        if told.speed is None:
            return
        if told.speed:
            self._zero_since = None
            self._may_start_until = float("-inf")
        elif self._zero_since is None or now - self._shown_at > STALE_S:  # what it did meanwhile nobody saw
            self._zero_since = now
        self.speed, self._shown_at = told.speed, now
        if live:
            self.at, self.frames = now, self.frames + 1

    def age(self, now: float) -> float:
        """Seconds since the last live frame with a speed."""
        return now - self.at

    @property
    def moving(self) -> bool:
        """Whether the last frame showed a moving belt; one zero frame is not stillness, so see `still`."""
        return bool(self.speed)

    def still(self, now: float) -> bool:
        """Whether frames have shown zero for long enough, the newest of them fresh, and no Start may still have an effect."""
        if self._zero_since is None or self._shown_at - self._zero_since < STILL_S:
            return False
        return now - self.at <= STALE_S and not self.may_yet_start(now)

    def may_start(self, now: float) -> None:
        """A Start was written, or pressed at the console: zero speed means nothing for a while, or until the belt has moved."""
        self._may_start_until = max(self._may_start_until, now + START_TAKES_S)  # one that was told later counts for longer

    def counts(self, text: str, now: float) -> None:
        """The machine counts down to a start, and says how long: a belt that stands is about to move. Zero is no countdown."""
        seconds = int(text) if text.isascii() and text.isdecimal() else 0
        if seconds and not self.moving:
            self._may_start_until = max(self._may_start_until, now + seconds + _AFTER_COUNT_S)

    def may_yet_start(self, now: float) -> bool:
        """Whether a Start may still have an effect."""
        return now <= self._may_start_until

    def is_the_same_as(self, before: Belt) -> None:
        """It was seen over another link: a Start that was told there may still have an effect."""
        self._may_start_until = before._may_start_until

    def start_called_off(self) -> None:
        """A Stop was accepted, or the Start before it never left: it has no effect any more."""
        self._may_start_until = float("-inf")
