"""Nobody on the belt: a foot pod that feels no steps on a belt that runs. First slower, to a walk; then Stop."""

from __future__ import annotations

from treadctl.engine.constants import NO_STEPS_ABOVE, NO_STEPS_S, NOBODY_S
from treadctl.engine.failsafe import Condition
from treadctl.units import Speed


class Footing:
    """`slowed` is whether the belt is held to a walk; only a key ends that."""

    def __init__(self) -> None:
        self.slowed = False
        self._since: float | None = None

    def start_over(self) -> None:
        """A person pressed a key, or has no belt any more."""
        self.slowed, self._since = False, None

    def judge(self, nobody_steps: bool, speed: Speed | None, now: float) -> Condition | None:
        """What is wrong now, in a step that is being run; each is told once."""
        if not nobody_steps or not (self.slowed or (speed or 0) > NO_STEPS_ABOVE):
            self._since = None
            return None
        if self._since is None:
            self._since = now
        if now - self._since < (NOBODY_S if self.slowed else NO_STEPS_S):
            return None
        if self.slowed:
            return Condition.NOBODY
        self.slowed, self._since = True, now
        return Condition.NO_STEPS
