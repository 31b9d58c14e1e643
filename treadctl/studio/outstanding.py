"""One word that some lanes have not answered yet; a Stop or Walk is owed, and to whom is said here. Pure.

Owed is it to every lane that was heard, gone or not, until that has answered, its belt is known to be still, or it takes part in
another class than when the word was pressed: nobody's later class is stopped by it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from treadctl.studio.messages import ALL, NO_CLASS, Command, Lanes, Stop
from treadctl.studio.roster import LaneView, Roster

REPEAT_S: Final = 1.0
STOP_REPEAT_S: Final = 0.5
OFTEN_S: Final = 30.0
"""What is owed to somebody for so long is said every SELDOM_S: a lane that was switched off for good must not fill the net."""
SELDOM_S: Final = 2.0
ALL_FOR_S: Final = 3.0
"""For so long it is said to all, for lanes that this console has never heard of; after that to those that owe an answer. Ours."""
NEWCOMERS_S: Final = 120.0
"""A lane that is heard for the first time so long after a Stop is owed it too; one that comes later is none of its. Ours."""
HEIR_S: Final = 3.0
"""Another console's Stop is said on from here once it was not heard for so long: one seldom repeat, and a second. Ours."""
ALONE_S: Final = 9.0
"""For so long lanes that are heard have time to answer another console's Stop; then it is said from here too. Ours."""
HEAR_FIRST_S: Final = 3.0
"""Over a new link lanes are heard for so long before those that are not heard are told: a later class may run there. Ours."""


@dataclass(slots=True)
class Outstanding:
    """A word that some may not have answered yet; `answered` has with each lane the start of its program that did."""

    command: Command
    since: float
    until: float
    next_at: float
    said: int = 0
    answered: dict[int, str] = field(default_factory=dict)

    def waits_for(self, roster: Roster, now: float) -> tuple[int, ...]:
        """The lanes that are there and have not answered; one that comes in the meantime is told too."""
        return tuple(lane for lane in roster.there(self.command.lanes, now) if lane not in self.answered)

    def is_done(self, roster: Roster, now: float) -> bool:
        """Whether it has been answered, or is given up."""
        return self.said > 0 and (now >= self.until or not self.waits_for(roster, now))

    def addressed(self, roster: Roster, now: float, linked_at: float) -> Lanes | None:
        """Whom to say it to now; None for nobody."""
        return self.command.lanes if not self.said or self.waits_for(roster, now) else None

    def pause_s(self, now: float) -> float:
        """From one saying to the next."""
        return REPEAT_S


@dataclass(slots=True)
class Owed(Outstanding):
    """A Stop or Walk: never done by itself.

    `owed_to` has with each lane the class it showed when the word was pressed, None while that is not known, and `covers` the
    classes that were offered before. `still` are the lanes that have shown since that there is nothing to do for it. `is_heir`
    is for another console's. With `is_past` another class was offered since: then only a lane that is heard, and still shows one
    of the old, owes an answer.
    """

    owed_to: dict[int, str | None] = field(default_factory=dict)
    covers: set[str] = field(default_factory=set)
    still: set[int] = field(default_factory=set)
    is_heir: bool = False
    is_past: bool = False

    def look(self, roster: Roster, now: float) -> None:
        """Take in what the lanes show."""
        self.still |= {view.lane for view in roster if view.is_at_rest(self.since)}
        is_late = now >= self.until or self.is_past
        for view in roster:
            if self._still_shows(view) if is_late else not view.is_away(self.since):
                shown = view.in_class or (NO_CLASS if view.state is not None else None)
                self.owed_to[view.lane] = self.owed_to.get(view.lane) or shown

    def _still_shows(self, view: LaneView) -> bool:
        """Whether a lane, however late it is heard for the first time, is in a class that was stopped. Who is at rest was told by
        the console that is gone, where this is another one's word."""
        is_in_it = isinstance(self.command, Stop) and view.in_class is not None and view.in_class in self.covers
        return is_in_it and not (self.is_heir and view.lane in self.still)

    def linked(self, up: bool, now: float) -> None:
        """The broker is reached: what could never be said is owed to lanes heard from now on."""
        if up and not self.said and not self.is_heir:
            self.until = max(self.until, now + NEWCOMERS_S)

    def waits_for(self, roster: Roster, now: float) -> tuple[int, ...]:
        """All that it is owed to, there or not. A lane that is there must answer: its belt may be still, and its start still to
        come. Who answered and starts anew, with a belt not known still, is told again."""
        self.look(roster, now)
        return tuple(lane for lane in sorted(self.owed_to) if not self._is_settled(lane, roster, now))

    def _is_settled(self, lane: int, roster: Roster, now: float) -> bool:
        view = roster[lane]
        shown = view.in_class
        if shown is not None and shown != self.owed_to[lane] and shown not in self.covers:
            return True  # it has another class's program: what was under way then is over
        if self.is_past and (shown is None or view.is_lost(now)):
            return True
        if self.is_heir and shown is None and view.waits and now - self.since > NEWCOMERS_S:
            return True  # its program was started anew long after: its belt is its runner's
        if lane in self.still:
            return lane in self.answered or view.is_lost(now)
        return self.answered.get(lane) == view.boot

    def is_open(self, view: LaneView) -> bool:
        """Whether a lane that is not heard would owe an answer, should it be as it was."""
        return self.answered.get(view.lane) != view.boot and view.in_class in (None, self.owed_to.get(view.lane))

    def is_done(self, roster: Roster, now: float) -> bool:
        """Never: a lane may yet come back."""
        return False

    def addressed(self, roster: Roster, now: float, linked_at: float) -> Lanes | None:
        """Whom to say it to now. Over a link that is newer than the word, who was heard over it; the others a moment later."""
        if linked_at > now:
            return None
        if now < self.since + ALL_FOR_S and not self.is_heir and not self.is_past:
            return self.command.lanes
        lanes = self.waits_for(roster, now)
        if self.since < linked_at and now < linked_at + HEAR_FIRST_S:
            lanes = tuple(lane for lane in lanes if _was_heard(roster[lane], linked_at))
        return lanes or None

    def pause_s(self, now: float) -> float:
        """From one saying to the next."""
        return STOP_REPEAT_S if now - self.since < OFTEN_S else SELDOM_S

    def meets(self, class_id: str, offered_at: float) -> None:
        """A class is heard of: offered before the word was pressed, it is meant too, and otherwise never."""
        if class_id in self.covers or self.is_past:
            return
        if offered_at <= self.since:
            self.covers.add(class_id)
        else:
            self.is_past = True

    def heard_again(self, lanes: Lanes, roster: Roster, now: float) -> None:
        """Another console says it as well: this one waits, and learns whom it is owed to. It waits no longer where lanes that are
        there do not answer that one."""
        if not self.is_heir:
            return
        is_heard = now < self.since + ALONE_S or not set(self.waits_for(roster, now)) & set(roster.there(ALL, now))
        self.next_at = max(self.next_at, now + HEIR_S) if is_heard else self.next_at
        if lanes != ALL:
            self.owed_to = dict.fromkeys(lanes) | self.owed_to


def _was_heard(view: LaneView, since: float) -> bool:
    return view.state is not None and view.state_at >= since
