"""A Stop that no link could take. It is owed until it leaves, or until a link shows the belt still.

Some treadmills take a Stop at standstill for a start (hw_notes.md §2.1), so the first link that comes looks at the belt before
it sends: a moment only, for a belt that moves, and nobody sees, is worse. The look belongs to the Stop and not to the link: one
that a lost link cuts short is not taken again, or a link that comes and goes would keep it for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from treadctl.engine.constants import ABANDONED_S, SECOND_STOP_S, STOP_LOOKS_S
from treadctl.engine.sight import Sight
from treadctl.engine.snapshot import Ending


@dataclass(frozen=True, slots=True)
class OwedStop:
    """What it makes of the session, when somebody first asked for it, when last, and since when somebody looks at the belt."""

    cause: Ending
    first_at: float
    pressed_at: float
    looks_since: float | None = None

    def pressed_again(self, now: float) -> OwedStop:
        """Each press makes it new."""
        return replace(self, pressed_at=now)

    def grown_older(self, seconds: float) -> OwedStop:
        """The computer slept."""
        looks_since = None if self.looks_since is None else self.looks_since - seconds
        return OwedStop(self.cause, self.first_at - seconds, self.pressed_at - seconds, looks_since)

    def looking(self, now: float) -> OwedStop:
        """A link has come; the first one begins the look."""
        return self if self.looks_since is not None else replace(self, looks_since=now)

    def is_given_up_by_a_press(self, now: float) -> bool:
        """Whether another press without a link means that nobody waits here any longer."""
        return now - self.first_at > SECOND_STOP_S

    def is_too_old(self, now: float) -> bool:
        """Whether whoever pressed it is long gone."""
        return now - self.pressed_at > ABANDONED_S

    def must_leave(self, sight: Sight, now: float) -> bool:
        """Whether one look is enough: the belt was shown moving, may be started yet, or nothing is told of it any more."""
        if self.looks_since is None or sight.speeds.most() or sight.belt.may_yet_start(now):
            return True
        return now - max(self.looks_since, sight.belt.at) >= STOP_LOOKS_S
