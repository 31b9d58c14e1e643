"""One runner's part in a class: the program as offered, and what it becomes for these legs, today, from this place. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from treadctl.studio import program
from treadctl.studio.messages import ALL, Adjust, Offer, Pause
from treadctl.units import LEVEL, Speed
from treadctl.workout.file import parse
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

NO_DECLINE_ABOVE: Final = 2
"""Pain above this of 10 gets the version without declines: the same limit as soreness has in training (A3.5; size ours)."""
PACE_STEP: Final = Speed(50)
"""One press of a guest who looks for their easy pace; the same as a key of the session."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a lane is told once: where it stands, who runs. `name` is None unless the runner agreed to be shown by first name."""

    studio: str
    lane: int
    boot: str
    runner: Profile
    name: str | None = None
    guest: bool = False
    decline_s: int | None = None


class Part:
    """What one runner does of a class. `place` is where the class is, once it has begun."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.runner: Profile = setting.runner
        self.offer: Offer | None = None
        self.pain: int | None = None
        self.place: program.ClassPlace | None = None
        self.joined_late = False
        """Whether this runner started by a countdown of their own, through their own warm-up."""
        self.done_s = 0.0
        """Seconds of decline that were run here in this class, in sessions that have ended."""
        self._asked: Workout | None = None

    def take(self, offer: Offer) -> None:
        """Another program, or the same again; raises WorkoutError, and then nothing has changed."""
        asked = parse(offer.program.encode(), "class.yaml")
        if self.offer is None or offer.class_id != self.offer.class_id:
            self.pain, self.place, self.runner, self.done_s = None, None, self.setting.runner, 0.0
        self.offer, self._asked = offer, asked

    @property
    def is_level(self) -> bool:
        """Whether legs that are sore go without declines today."""
        return self.pain is not None and self.pain > NO_DECLINE_ABOVE

    def goes_level(self) -> bool:
        """Whether the program has no decline for this runner, as far as it is known here, from whatever cause."""
        own = self.own()
        return own is not None and own.steepest >= LEVEL

    def own(self) -> Workout | None:
        """The class's program as this runner gets it; None while there is none, or "pain today?" is not answered."""
        if self._asked is None or self.offer is None or self.pain is None:
            return None
        if self.is_level:
            return program.level_version(self._asked)
        cap_s = self.decline_s
        return self._asked if cap_s is None else program.capped(self._asked, self.runner, cap_s)

    @property
    def decline_s(self) -> int | None:
        """The most seconds of decline that are left for this runner in this class; None for the engine's own."""
        offered_s = None if self.offer is None else self.offer.decline_for(self.setting.lane)
        guests_s = program.GUEST_DECLINE_S if self.setting.guest else None
        most_s = min((cap for cap in (self.setting.decline_s, offered_s, guests_s) if cap is not None), default=None)
        return None if most_s is None else max(0, most_s - round(self.done_s))

    @property
    def own_runner(self) -> Profile:
        """Who runs, with the cap that holds for whatever makes a decline longer than the program has it: a coach, or a key."""
        cap_s = self.decline_s
        return self.runner if cap_s is None else replace(self.runner, most_decline_s=cap_s)

    def begins(self, t0: float, place_s: float) -> None:
        """The class begins, or has begun, at `t0` by the lane's own clock."""
        if self._asked is not None:
            self.place = program.ClassPlace(self._asked, self.runner, t0, place_s)

    def from_here(self, starts_at: float) -> Workout | None:
        """What is left of it for a runner who begins late; None when that is too little."""
        own = self.own()
        if own is None or self.place is None:
            return None
        return program.joined_late(own, self.runner, max(0.0, self.place.at(starts_at)))

    def called_off(self, now: float) -> None:
        """Nobody starts at a T0 that is still to come."""
        if self.place is not None and self.place.at(now) < 0:
            self.place = None

    def moves_on(self, command: Adjust | Pause, now: float) -> None:
        """The class went on, stayed or paused, whether this lane runs or not."""
        if command.lanes != ALL:
            return
        if command.what == "pause":
            self.called_off(now)
        if self.place is None:
            return
        match command.what:
            case "next":
                self.place.next(now)
            case "extend":
                self.place.extend()
            case "pause":
                self.place.hold(now)
            case "resume":
                self.place.go_on(now)
            case _:
                pass

    def change_pace(self, by: int) -> bool:
        """A guest's easy pace, one step up or down; false when it stays."""
        slowest, fastest = program.GUEST_EASY
        easy = Speed(min(max(self.runner.easy + by, slowest), fastest))
        if easy == self.runner.easy:
            return False
        self.runner = replace(self.runner, easy=easy)
        return True
