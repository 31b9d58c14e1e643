"""Words said again until all they are for have answered; the id stays, so each acts once. Pure.

Stop and Walk are owed: to every lane that was heard, gone or not, until it has answered or its belt is known to be still, or
these words are dropped for the next class. A lane that comes back is told at once; each time the word is issued anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from treadctl.studio.messages import Ack, Command, Reason, Stop, Walk
from treadctl.studio.roster import LaneView, Roster

REPEAT_S: Final = 1.0
STOP_REPEAT_S: Final = 0.5
REPEAT_FOR_S: Final = 20.0
STOP_AT_LEAST: Final = 6
"""Said for three seconds at least, for lanes this console has never heard of. Ours."""
OFTEN_S: Final = 30.0
"""What nobody has answered for so long is said every SELDOM_S: a lane that was switched off for good must not fill the net."""
SELDOM_S: Final = 2.0
NEWCOMERS_S: Final = 120.0
"""A lane that is heard for the first time so long after a Stop is owed it too; one that comes later is none of its. Ours."""

_NOT_YET: Final = frozenset({Reason.UNMEASURED, Reason.STALE, Reason.SKEWED, Reason.NOT_IN_CHARGE, Reason.REPLAYED})
"""Refusals by a lane's door that a later repeat may pass."""


@dataclass(slots=True)
class _Outstanding:
    """A word that some may not have answered yet; `answered` has with each lane the start of its program that did."""

    command: Command
    since: float
    until: float
    every_s: float
    next_at: float
    said: int = 0
    answered: dict[int, str] = field(default_factory=dict)

    def waits_for(self, roster: Roster, now: float) -> tuple[int, ...]:
        """The lanes that are there and have not answered; one that comes in the meantime is told too."""
        return tuple(lane for lane in roster.there(self.command.lanes, now) if lane not in self.answered)

    def is_done(self, roster: Roster, now: float) -> bool:
        """Whether it has been answered, or is given up."""
        return self.said > 0 and (now >= self.until or not self.waits_for(roster, now))


@dataclass(slots=True)
class _Owed(_Outstanding):
    """A Stop or Walk: never done by itself. `still` are the lanes that have shown since that there is nothing to do for it.

    `told` is whether it must be said for another console that has not heard it.
    """

    owed_to: set[int] = field(default_factory=set)
    still: set[int] = field(default_factory=set)
    told: bool = False

    def waits_for(self, roster: Roster, now: float) -> tuple[int, ...]:
        """All that it is owed to, there or not. A lane that is there must answer: its belt may be still, and its start still to
        come. Who answered and starts anew, with a belt not known still, is told again."""
        self.still |= {view.lane for view in roster if view.is_at_rest(self.since)}
        if now < self.until:
            self.owed_to |= {view.lane for view in roster if not view.is_away(self.since)}
        return tuple(lane for lane in sorted(self.owed_to) if not self._is_settled(roster[lane], now))

    def _is_settled(self, view: LaneView, now: float) -> bool:
        if view.lane in self.still:
            return view.lane in self.answered or view.is_lost(now)
        return self.answered.get(view.lane) == view.boot

    def is_done(self, roster: Roster, now: float) -> bool:
        """Never: a lane may yet come back."""
        return False


class Saying:
    """All that some lanes have not answered yet. `anew` makes a repeat a fresh word."""

    def __init__(self, roster: Roster, anew: Callable[[Command, float], Command]) -> None:
        self._roster = roster
        self._anew = anew
        self._outstanding: list[_Outstanding] = []

    def say(self, command: Command, now: float, until: float | None = None) -> None:
        """Say it from now on, Stop and Walk more often and for as long as they are owed."""
        if isinstance(command, Stop | Walk):
            self._outstanding.append(_Owed(command, now, now + NEWCOMERS_S, STOP_REPEAT_S, now))
        else:
            self._outstanding.append(_Outstanding(command, now, now + REPEAT_FOR_S if until is None else until, REPEAT_S, now))

    def drop(self, *words: type[Command]) -> None:
        """Say these no more."""
        self._outstanding = [one for one in self._outstanding if not isinstance(one.command, words)]

    def keep(self, *words: type[Command]) -> None:
        """Say nothing but these any more."""
        self._outstanding = [one for one in self._outstanding if isinstance(one.command, words)]

    def amend(self, change: Callable[[Command], Command]) -> None:
        """Change what is still being said; whoever has heard it already acts on it no second time."""
        for one in self._outstanding:
            one.command = change(one.command)

    def tell_console(self, *, until_it_knows: bool) -> None:
        """Say a Stop on for a console that has not heard it, or no more for that."""
        for one in self._outstanding:
            if isinstance(one, _Owed) and isinstance(one.command, Stop):
                one.told = until_it_knows

    def has_reached(self, word: type[Command]) -> bool:
        """Whether any lane has answered each of these words that is being said."""
        return all(one.answered for one in self._outstanding if isinstance(one.command, word))

    def answered(self, ack: Ack) -> Command | None:
        """A lane has answered; returns what. None too where a later repeat may pass its door."""
        if ack.reason in _NOT_YET:
            return None
        for one in self._outstanding:
            if one.command.id == ack.id:
                one.answered[ack.lane] = ack.boot
                return one.command
        return None

    def due(self, now: float) -> list[Command]:
        """What is to be said now."""
        self._outstanding = [one for one in self._outstanding if not one.is_done(self._roster, now)]
        out: list[Command] = []
        for one in self._outstanding:
            if one.next_at <= now and self._is_wanted(one, now):
                one.command = self._anew(one.command, now) if one.said else one.command
                one.said, one.next_at = one.said + 1, now + (one.every_s if now - one.since < OFTEN_S else SELDOM_S)
                out.append(one.command)
        return out

    def unanswered(self, now: float) -> dict[str, tuple[int, ...]]:
        """Which kinds of words some lanes have not answered yet, and which lanes."""
        return {one.command.kind: waiting for one in self._outstanding if (waiting := one.waits_for(self._roster, now))}

    def _is_wanted(self, one: _Outstanding, now: float) -> bool:
        waits = bool(one.waits_for(self._roster, now))
        return waits or not one.said or (isinstance(one, _Owed) and (one.told or one.said < STOP_AT_LEAST))
