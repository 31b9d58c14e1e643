"""The book of what was sent: what is still unanswered, what a status may only be an echo of, and what failed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from treadctl.engine.constants import ANSWER_SPACING_S, ECHO_S, LINK_SPACING_S, OWN_STATUS_S
from treadctl.engine.words import CommandKind

_LONG_AGO = float("-inf")


class Whose(Enum):
    """Who made the change that a status tells of."""

    OURS = "a target of ours, told back"
    OURS_MISREAD = "a target of ours, but another number came of it"
    CONSOLE = "somebody at the console"


@dataclass(slots=True)
class _Target:
    """One target that was sent."""

    kind: CommandKind
    value: int
    at: float
    is_echoed: bool = False


class Ledger:
    """Kept for one link. `failures` counts targets in a row that never left or were rejected."""

    def __init__(self) -> None:
        self.failures = 0
        self._not_before: dict[CommandKind, float] = {}
        self._unanswered: set[CommandKind] = set()
        self._answered_at: dict[CommandKind, float] = {}
        self._targets: list[_Target] = []

    def sending(self, kinds: frozenset[CommandKind]) -> None:
        """These commands go to the link now. Stop and Pause clear its queue."""
        if not kinds.isdisjoint((CommandKind.STOP, CommandKind.PAUSE)):
            self._unanswered.clear()
        self._unanswered |= kinds

    def not_sent(self, kinds: set[CommandKind]) -> None:
        """They were about to go, and did not: nobody will say a word of them."""
        self._unanswered -= kinds

    def answered(self, kind: CommandKind, now: float) -> None:
        """The link's word on one of them came."""
        self._unanswered.discard(kind)
        self._answered_at[kind] = now

    def spaced(self, kind: CommandKind, now: float) -> bool:
        """Whether the last of its kind was answered long enough ago: however late it was written, the gate counts from then."""
        return now - self._answered_at.get(kind, _LONG_AGO) >= ANSWER_SPACING_S

    def all_answered(self, now: float) -> bool:
        """Whether nothing is on its way any more, and the link would write at once. Until there is a word for each it may be
        unable to write, and what is added to that leaves as a surprise."""
        return not self._unanswered and now - max(self._answered_at.values(), default=_LONG_AGO) >= LINK_SPACING_S

    def failed(self, kind: CommandKind, again_s: float, now: float) -> None:
        """A target never left or was rejected; none of its kind is to be sent for a moment."""
        self.failures += 1
        self._not_before[kind] = now + again_s

    def may_send(self, kind: CommandKind, now: float) -> bool:
        """Whether the last failure of this kind is long enough ago."""
        return now >= self._not_before.get(kind, _LONG_AGO)

    def target(self, kind: CommandKind, value: int, now: float) -> None:
        """A target was sent, as the number in its command."""
        self._targets = [sent for sent in self._targets if now - sent.at <= ECHO_S]
        self._targets.append(_Target(kind, value, now))

    def whose(self, kind: CommandKind, value: int, now: float) -> Whose:
        """Who made the change that a status tells of. Each target has one echo, but for the newest, which may have many."""
        ours = [sent for sent in self._targets if sent.kind is kind and now - sent.at <= ECHO_S]
        if not ours:
            return Whose.CONSOLE
        newest = ours[-1]
        if value == newest.value:
            newest.is_echoed = True
            return Whose.OURS
        for sent in ours:
            if sent.value == value and not sent.is_echoed:
                sent.is_echoed = True
                return Whose.OURS
        if not newest.is_echoed and now - newest.at <= OWN_STATUS_S:
            newest.is_echoed = True
            return Whose.OURS_MISREAD
        return Whose.CONSOLE
