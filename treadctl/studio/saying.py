"""Words said again until all they are for have answered; the id stays, so each acts once. Pure.

The coach hands in who is there, and what makes a repeat new.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from treadctl.studio.messages import Ack, Command, Lanes, Reason, Stop, Walk

REPEAT_S: Final = 1.0
STOP_REPEAT_S: Final = 0.5
REPEAT_FOR_S: Final = 20.0
STOP_AT_LEAST: Final = 6
"""Said for three seconds at least, for lanes this console has never heard of. Ours."""
STOP_FOR_S: Final = 120.0
"""Unanswered, a Stop is said for two minutes; the list of belts not known to be still stays until they are."""

_NOT_YET: Final = frozenset({Reason.UNMEASURED, Reason.STALE, Reason.SKEWED, Reason.NOT_IN_CHARGE, Reason.REPLAYED})
"""Refusals by a lane's door that a later repeat may pass."""


@dataclass(slots=True)
class _Outstanding:
    """A word that some may not have answered yet. `until` is when it is given up."""

    command: Command
    answered: set[int]
    every_s: float
    until: float
    next_at: float
    said: int = 0


class Saying:
    """All that some lanes have not answered yet. `there` gives the lanes that could answer a word for some lanes."""

    def __init__(self, there: Callable[[Lanes, float], list[int]], anew: Callable[[Command, float], Command]) -> None:
        self._there = there
        self._anew = anew
        self._outstanding: list[_Outstanding] = []

    def say(self, command: Command, now: float, until: float | None = None) -> None:
        """Say it from now on, Stop and Walk more often and for longer."""
        milder = isinstance(command, Stop | Walk)
        every_s, for_s = (STOP_REPEAT_S, STOP_FOR_S) if milder else (REPEAT_S, REPEAT_FOR_S)
        self._outstanding.append(_Outstanding(command, set(), every_s, now + for_s if until is None else until, now))

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

    def answered(self, ack: Ack) -> Command | None:
        """A lane has answered; returns what. None too where a later repeat may pass its door."""
        if ack.reason in _NOT_YET:
            return None
        for one in self._outstanding:
            if one.command.id == ack.id:
                one.answered.add(ack.lane)
                return one.command
        return None

    def due(self, now: float) -> list[Command]:
        """What is to be said now."""
        self._outstanding = [one for one in self._outstanding if not self._is_done(one, now)]
        out: list[Command] = []
        for one in self._outstanding:
            if one.next_at <= now:
                one.command = self._anew(one.command, now) if one.said else one.command
                one.said, one.next_at = one.said + 1, now + one.every_s
                out.append(one.command)
        return out

    def unanswered(self, now: float) -> dict[str, tuple[int, ...]]:
        """Which kinds of words some lanes have not answered yet, and which lanes."""
        return {one.command.kind: waiting for one in self._outstanding if (waiting := self._waiting(one, now))}

    def _is_done(self, one: _Outstanding, now: float) -> bool:
        least = STOP_AT_LEAST if isinstance(one.command, Stop | Walk) else 1
        return one.said >= least and (now >= one.until or not self._waiting(one, now))

    def _waiting(self, one: _Outstanding, now: float) -> tuple[int, ...]:
        """The lanes that are there and have not answered; one that comes in the meantime is told too."""
        return tuple(lane for lane in self._there(one.command.lanes, now) if lane not in one.answered)
