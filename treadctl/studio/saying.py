"""Words said again until all they are for have answered; the id stays, so each acts once. Pure.

Stop and Walk are owed (`Owed`), and each repeat goes to the lanes that owe an answer. Those of another console are owed here too,
and said on when that console is heard no more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Final

from treadctl.studio.messages import ALL, Ack, Command, Lanes, Reason, Stop, Walk
from treadctl.studio.outstanding import HEIR_S, NEWCOMERS_S, Outstanding, Owed
from treadctl.studio.roster import Roster

REPEAT_FOR_S: Final = 20.0
MOST_NAMED: Final = 500
"""Lanes that one word names: 2 kB of its 4. What is owed to more is said in several words. Ours."""

_NOT_YET: Final = frozenset({Reason.UNMEASURED, Reason.STALE, Reason.SKEWED, Reason.NOT_IN_CHARGE, Reason.REPLAYED})
"""Refusals by a lane's door that a later repeat may pass."""


class Saying:
    """All that some lanes have not answered yet. `anew` makes a repeat a fresh word.

    Of Stops and of Walks there are two at most: the last one pressed here, and the last one heard of another console.
    """

    def __init__(self, roster: Roster, anew: Callable[[Command, float], Command]) -> None:
        self._roster = roster
        self._anew = anew
        self._outstanding: list[Outstanding] = []
        self._linked_at = float("-inf")

    def linked(self, up: bool, now: float) -> None:
        """The broker is reached, or lost: what is owed does not wait in a queue, it is said anew when somebody hears it."""
        self._linked_at = now if up else float("inf")
        for one in self._owed(Stop, Walk):
            one.linked(up, now)

    def say(self, command: Command, now: float, until: float | None = None) -> None:
        """Say it from now on, Stop and Walk more often and for as long as they are owed. Stop takes all back that was said."""
        if isinstance(command, Stop | Walk):
            owed = Owed(command, now, now + NEWCOMERS_S, now, covers={command.class_id})
            if isinstance(command, Stop):
                self._carry_over(owed, list(self._owed(Stop)), now)
                self._outstanding.clear()
            self._owe(owed, now)
        else:
            self._outstanding.append(Outstanding(command, now, now + REPEAT_FOR_S if until is None else until, now))

    def inherit(
        self, word: Stop | Walk, lanes: Mapping[int, str | None] | None, since: float, now: float, *, is_past: bool
    ) -> None:
        """Another console's, pressed at `since`: to all lanes that are heard, or to these, with the class each showed then.

        One that is owed here already is owed to these lanes too.
        """
        self._roster.mention(lanes or ())
        known = next((one for one in self._owed(type(word)) if one.command.id == word.id), None)
        if known is not None:
            known.owed_to = dict(lanes or {}) | known.owed_to
            known.is_past = known.is_past and is_past
            known.covers.add(word.class_id)
            return
        owed = Owed(word, since, since if lanes is not None else since + NEWCOMERS_S, now + HEIR_S)
        owed.is_heir, owed.is_past, owed.covers, owed.owed_to = True, is_past, {word.class_id}, dict(lanes or {})
        older = [one for one in self._owed(type(word)) if one.is_heir]
        owed.is_past = is_past and all(one.is_past for one in older)
        self._carry_over(owed, older, now)
        self._outstanding = [one for one in self._outstanding if not any(one is gone for gone in older)]
        self._owe(owed, now)

    def heard_again(self, word_id: str, lanes: Lanes, now: float) -> None:
        """Another console says this one as well."""
        self._roster.mention(() if lanes == ALL else lanes)
        for one in self._owed(Stop, Walk):
            if one.command.id == word_id:
                one.heard_again(lanes, self._roster, now)

    def meets(self, class_id: str, offered_at: float) -> None:
        """A class is heard of, or begun here."""
        for one in self._owed(Stop, Walk):
            one.meets(class_id, offered_at)

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
                one.answered[ack.lane] = ack.boot
                return one.command
        return None

    def due(self, now: float) -> list[Command]:
        """What is to be said now."""
        self._outstanding = [one for one in self._outstanding if not one.is_done(self._roster, now)]
        out: list[Command] = []
        for one in self._outstanding:
            lanes = one.addressed(self._roster, now, self._linked_at) if one.next_at <= now else None
            if lanes is not None:
                one.command = self._anew(one.command, now) if now > one.since else one.command
                one.said, one.next_at = one.said + 1, now + one.pause_s(now)
                out += [one.command] if lanes == one.command.lanes else _to(one.command, lanes)
        return out

    def unanswered(self, now: float) -> dict[str, tuple[int, ...]]:
        """Which kinds of words some lanes have not answered yet, and which lanes."""
        found: dict[str, set[int]] = {}
        for one in self._outstanding:
            found.setdefault(one.command.kind, set()).update(one.waits_for(self._roster, now))
        return {kind: tuple(sorted(lanes)) for kind, lanes in found.items() if lanes}

    def owed_stop(self, now: float) -> tuple[str | None, tuple[tuple[int, str | None], ...]]:
        """The Stop of the class that is over, and to whom it is owed, with the class each showed: for the next console."""
        stops = [one for one in self._owed(Stop) if not one.is_past]
        lanes = {lane: one.owed_to[lane] for one in stops for lane in one.waits_for(self._roster, now)}
        return (stops[-1].command.id if stops else None), tuple(sorted(lanes.items()))

    def owed_walk(self, now: float) -> tuple[str | None, tuple[int, ...]]:
        """The Walk that lanes of its class have not answered, and those lanes: for the next console."""
        walks = [one for one in self._owed(Walk) if not one.is_past]
        lanes = {lane for one in walks for lane in one.waits_for(self._roster, now) if one.owed_to[lane] in (None, *one.covers)}
        return (walks[-1].command.id if lanes else None), tuple(sorted(lanes))

    def owed_before(self, left: Collection[int], now: float) -> tuple[str | None, dict[int, str]]:
        """The Stop of a class before this one, and the lanes that still show that class, or did when they were heard last: of
        those that are left so, and of those that are heard."""
        stop: str | None = None
        owed: dict[int, str] = {}
        for one in [one for one in self._owed(Stop) if one.is_past]:
            lanes = {lane for lane in left if one.is_open(self._roster[lane])} | set(one.waits_for(self._roster, now))
            shown = {lane: one.owed_to.get(lane) for lane in lanes}
            owed |= {lane: class_id for lane, class_id in shown.items() if class_id is not None and class_id in one.covers}
            stop = one.command.id if owed else None
        return stop, owed

    def _owed(self, *words: type[Command]) -> Iterator[Owed]:
        return (one for one in self._outstanding if isinstance(one, Owed) and isinstance(one.command, words))

    def _carry_over(self, owed: Owed, older: list[Owed], now: float) -> None:
        """What older Stops are owed to is owed this one."""
        for one in older:
            owed.owed_to |= {lane: one.owed_to[lane] for lane in one.waits_for(self._roster, now)}
            owed.covers |= one.covers

    def _owe(self, owed: Owed, now: float) -> None:
        owed.look(self._roster, now)  # which class each lane is in is of this moment
        self._outstanding.append(owed)


def _to(command: Command, lanes: Lanes) -> list[Command]:
    """It for these lanes, in words that are short enough to be read."""
    if lanes == ALL:
        return [replace(command, lanes=ALL)]
    return [replace(command, lanes=lanes[first : first + MOST_NAMED]) for first in range(0, len(lanes), MOST_NAMED)]
