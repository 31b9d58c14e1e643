"""Motion at a constant rate towards a target, in closed form: where it is, and how far it went, at any time.

Belt and deck are both ramps: home treadmills follow a target at a fixed rate (about 0.49 km/h per s on one that was
measured, hw_notes.md §2.3). Nothing is integrated step by step, so an hour costs no more than a second and has no drift.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Ramp:
    """From `start` at time `since` (seconds) to `target`, at `rate` per second (over 0), then staying there."""

    since: float
    start: float
    target: float
    rate: float
    arrives: float = field(init=False)
    slope: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "arrives", self.since + abs(self.target - self.start) / self.rate)
        object.__setattr__(self, "slope", self.rate if self.target > self.start else -self.rate)

    @classmethod
    def resting(cls, since: float, value: float) -> Ramp:
        """Staying at one value."""
        return cls(since, value, value, 1.0)

    def at(self, t: float) -> float:
        """The value at time `t`."""
        if t >= self.arrives:
            return self.target
        if t <= self.since:
            return self.start
        return self.start + (t - self.since) * self.slope

    def area(self, t: float) -> float:
        """The integral of the value from `since` to `t`."""
        if t <= self.since:
            return 0.0
        bend = min(t, self.arrives)
        return (bend - self.since) * (self.start + self.at(bend)) / 2 + (t - bend) * self.target

    def moving_for(self, t: float) -> float:
        """Seconds from `since` to `t` in which the value was above zero; for a belt, running time."""
        if self.target > 0:
            return max(0.0, t - self.since)
        return max(0.0, min(t, self.arrives) - self.since) if self.start > 0 else 0.0

    def turned(self, t: float, target: float, rate: float) -> Ramp:
        """The ramp that leaves this one at time `t` for another target."""
        return Ramp(t, self.at(t), target, rate)
