"""The last Stop or Pause that was written, and whether telemetry says that it must be written again. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from treadctl.engine.belt import Belt
from treadctl.engine.constants import START_TAKES_S
from treadctl.engine.words import CommandKind
from treadctl.safety import FASTEST, SIGHT_S, Command, Pause, Stop
from treadctl.units import Speed

STOP_AGAIN_S: Final = 2.0
"""A belt that telemetry shows moving and not slowing this long after Stop gets another. Omega Z takes 1.8–4 s to react."""
PAUSE_AGAIN_S: Final = 4.0
"""Likewise for a Pause, which has less of a hurry, and which a machine that pauses already refuses. Omega Z needs as long."""
SLOWING: Final = Speed(10)
"""At least this much slower since the last look counts as slowing."""
RESTARTS_WITHIN_S: Final = 10.0
"""So long after a Stop a belt at zero is watched for having been restarted by it (QZ#470): 3-2-1, and 6 s to move. Ours. A still
one that got no Stop is watched as long, and a Start that is told as "stopped" is told within the same time."""
_READINGS: Final = 2
"""One frame may have been on its way when a Pause was written, or be a stray one."""

AGAIN: Mapping[CommandKind, Command] = {CommandKind.STOP: Stop(), CommandKind.PAUSE: Pause()}
"""What halts a belt: it goes before everything else, and may be written twice."""


class Halting:
    """Watches one belt. A Stop is watched until the belt was still for long enough, a Pause until the belt was at zero: what
    moves after that somebody set moving."""

    def __init__(self, belt: Belt) -> None:
        self._belt = belt
        self._kind = CommandKind.STOP
        self._speed_then = Speed(0)
        self._frames_then = 0
        self._is_spared = self._never_left = self._is_known = False
        self._moving = 0
        self.at = float("-inf")
        self.look_at: float | None = None
        """When to look whether the belt heeds it; None when nothing is watched."""

    def written(self, kind: CommandKind, now: float) -> None:
        """A Stop or a Pause leaves."""
        belt, pauses = self._belt, kind is CommandKind.PAUSE
        self._is_spared = self._never_left = self._is_known = False
        self._kind, self.at, self.look_at = kind, now, now + (PAUSE_AGAIN_S if pauses else STOP_AGAIN_S)
        self._frames_then = belt.frames
        unseen = belt.speed is None or (pauses and not belt.speed)  # nobody pauses a still belt: that zero is a stray one
        self._speed_then = belt.speed if belt.speed is not None and not unseen else FASTEST  # it may be slowing already

    def spared(self, now: float) -> None:
        """A Stop did not leave, for the belt is still: one that moves soon after was about to, and somebody wants it stopped."""
        if self.look_at is None or self._is_spared or self._kind is CommandKind.PAUSE:
            self._kind, self.at, self.look_at, self._speed_then = CommandKind.STOP, now, now + STOP_AGAIN_S, Speed(0)
            self._never_left = self._is_known = True
        self._is_spared = True

    def accepted(self) -> None:
        """The treadmill knows of it."""
        self._is_known = True

    def shown(self, speed: Speed, now: float) -> None:
        """One frame. After a Stop that did not leave there is nothing to wait for once two of them show the belt moving: one may
        be a foot on the rollers, and a Stop to a still belt might start it."""
        self._moving = self._moving + 1 if speed else 0
        if self._is_spared and self._moving >= _READINGS and self.look_at is not None and now - self.at <= RESTARTS_WITHIN_S:
            self.look_at = now

    def told_started(self, now: float) -> None:
        """The treadmill tells a start. Soon after a Stop that may be its doing. What nobody saw coming when Stop was pressed is
        stopped, for nobody knows who pressed first."""
        if not self._is_spared and now - self.at > STOP_AGAIN_S:
            self.look_at = None

    def end(self) -> None:
        """A Start of ours leaves: what halted the belt is history."""
        self.look_at = None

    def end_pause(self) -> None:
        """Somebody armed, or has taken the treadmill over: a Pause is history, a Stop is not."""
        if self._kind is CommandKind.PAUSE:
            self.look_at = None

    def again(self, now: float) -> CommandKind | None:
        """What to write again, if the time to look has come and fresh telemetry shows the belt moving and not slowing."""
        if self.look_at is None or now < self.look_at:
            return None
        belt, before, pauses = self._belt, self._speed_then, self._kind is CommandKind.PAUSE
        self.look_at = now + STOP_AGAIN_S
        is_over = now - self.at > RESTARTS_WITHIN_S
        if is_over and self._never_left:
            self.look_at = None
            return None
        if belt.speed is None or belt.at <= self.at or belt.age(now) > SIGHT_S:
            knows = self._is_known and not belt.may_yet_start(now)
            if is_over and belt.speed == 0 and (knows or now - self.at > RESTARTS_WITHIN_S + START_TAKES_S):
                self.look_at = None  # some send nothing while they stand
            return None
        if self._never_left and belt.speed and self._moving < _READINGS:
            return None
        if pauses and belt.frames < self._frames_then + _READINGS:
            return None
        self._speed_then = belt.speed
        if belt.speed:
            return self._kind if belt.speed > before - SLOWING else None
        if pauses or (belt.still(now) and is_over):
            self.look_at = None
        return None
