"""What a foot pod and a heart-rate strap said last: it is shown, and no steps slow a belt. Neither makes anything harder."""

from __future__ import annotations

from treadctl.engine.constants import POD_FRESH_S, WORN_S
from treadctl.engine.sight import Sight
from treadctl.engine.words import HeartRate, StepRate

_LONG_AGO = float("-inf")


class Sensors:
    """What one runner wears, for as long as the session lasts: it has links of its own."""

    def __init__(self) -> None:
        self.has_pod = False
        self._steps = StepRate(None)
        self._steps_at = _LONG_AGO
        self._heart: int | None = None
        self._heart_at = _LONG_AGO

    def stepped(self, told: StepRate, now: float) -> None:
        """The foot pod's word."""
        self.has_pod = True
        self._steps, self._steps_at = told, now

    def beat(self, told: HeartRate, now: float) -> None:
        """The strap's word."""
        self._heart, self._heart_at = told.bpm, now

    def steps(self, now: float) -> tuple[int | None, str]:
        """Steps a minute, or None and why there is no fresh word that can be believed; no pod needs no reason."""
        if not self.has_pod:
            return None, ""
        if now - self._steps_at > WORN_S:
            return None, "nothing heard"
        return self._steps.steps_per_min, self._steps.why

    def heart_rate(self, sight: Sight, now: float) -> int | None:
        """Beats a minute by the strap, else by the treadmill."""
        if self._heart is not None and now - self._heart_at <= WORN_S:
            return self._heart
        return sight.heart_rate_bpm if now - sight.heart_rate_at <= WORN_S else None

    def feels_no_steps(self, now: float) -> bool:
        """Whether a fresh word of the pod says that nobody steps; silence and doubt say nothing."""
        return self._steps.steps_per_min == 0 and now - self._steps_at < POD_FRESH_S
