"""The lane's door: which of the words that reach a lane are the coach's, meant for it, fresh and new. Pure.

What does not pass changes nothing and comes back as a `Refusal` with its reason. Stop and Walk need less than the others (no
lease, no class, no measured clock, no order, no clock that agrees with the leader's), for they can only make things milder; but
they too are signed, fresh and not kept. A Stop of the very class that a lane takes part in is never too old: who ended a class
ended it for good, and a console whose clock is behind must be able to.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from treadctl.studio.messages import Command, Lease, Offer, Pause, Reason, Say, Stop, Time, Unreadable, Walk, read_command
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import address_of

LEASE_S: Final = 15.0
"""A console that was not heard for so long leads no longer: three of its five-second leases missed. Ours."""
MOST_LIFE_MS: Final = 60_000
"""No command is good for longer than this, whatever it says of itself: ids are remembered for longer. Ours."""
SKEW_MS: Final = 2_000
"""A command issued this far in the future shows that a clock is wrong. A measured clock is wrong by milliseconds. Ours."""
MOST_IDS: Final = 1024
"""Ids remembered; a coach that presses a key ten times a second needs 600 in MOST_LIFE_MS. Ours."""
_MOST_COACHES: Final = 16


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a word was not acted on. `answer` is whether the sender should hear it: words for other lanes are no mistake."""

    reason: Reason
    id: str | None = None
    detail: str = ""
    answer: bool = True


class Door:
    """One lane's door. `class_id` is the class the lane has taken part in last; its lane sets it."""

    def __init__(self, studio: str, lane: int, coach: PublicKey) -> None:
        self.studio = studio
        self.lane = lane
        self.class_id: str | None = None
        self._key = coach
        self._leader: str | None = None
        self._leader_heard = 0.0
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._newest: OrderedDict[tuple[str, bool], int] = OrderedDict()

    def leader(self, now: float) -> str | None:
        """The console that leads, by its id; None when none was heard for LEASE_S. `now` is the lane's own time."""
        if self._leader is not None and now - self._leader_heard > LEASE_S:
            self._leader = None
        return self._leader

    def accept(self, topic: str, payload: bytes, retained: bool, now: float, coach_s: float | None) -> Command | Refusal:
        """A command to act on, or why not. `coach_s` is the coach's clock in seconds since 1970, None until it is measured."""
        address = address_of(topic)
        if address is not None and address.kind == "class":
            return Refusal(Reason.FOREIGN, detail="for consoles", answer=False)
        if retained:
            return Refusal(Reason.RETAINED)
        if address is None or address.studio != self.studio or address.lane is not None:
            return Refusal(Reason.FOREIGN, detail="topic", answer=False)
        try:
            command = read_command(address.kind, payload)
        except Unreadable as error:
            return Refusal(error.reason, detail=str(error))
        return self._refused(command, now, coach_s) or self._taken(command, now)

    def _refused(self, command: Command, now: float, coach_s: float | None) -> Refusal | None:
        if not command.is_for(self.lane):
            return Refusal(Reason.FOREIGN, command.id, "lane", answer=False)
        if command.studio != self.studio:
            return Refusal(Reason.FOREIGN, detail="studio")
        if not self._key.verifies(command):
            return Refusal(Reason.FORGED)
        reason = self._by_time(command, coach_s) or self._by_leader(command, now) or self._by_class(command)
        reason = reason or self._by_order(command)
        return None if reason is None else Refusal(reason, command.id, answer=not isinstance(command, Lease | Time))

    def _by_time(self, command: Command, coach_s: float | None) -> Reason | None:
        if not 0 <= command.expires_ms - command.issued_ms <= MOST_LIFE_MS:
            return Reason.MALFORMED
        if coach_s is None:
            return None if isinstance(command, Stop | Walk | Lease | Time | Offer | Say) else Reason.UNMEASURED
        coach_ms = coach_s * 1000
        if command.issued_ms > coach_ms + SKEW_MS and not isinstance(command, Stop | Walk):
            return Reason.SKEWED
        ends_this = isinstance(command, Stop) and command.class_id == self.class_id
        return Reason.STALE if command.expires_ms < coach_ms and not ends_this else None

    def _by_leader(self, command: Command, now: float) -> Reason | None:
        leader = self.leader(now)
        if isinstance(command, Stop | Walk) or leader == command.coach or (leader is None and isinstance(command, Lease)):
            return None
        return Reason.NOT_IN_CHARGE

    def _by_class(self, command: Command) -> Reason | None:
        if isinstance(command, Stop | Walk | Lease | Time | Offer | Say) or command.class_id == self.class_id:
            return None
        return Reason.FOREIGN

    def _by_order(self, command: Command) -> Reason | None:
        if isinstance(command, Time):
            return None  # its nonce is good once
        if command.id in self._seen:
            return Reason.DUPLICATE
        milder = isinstance(command, Stop | Walk) or (isinstance(command, Pause) and command.what == "pause")
        older = command.seq <= self._newest.get((command.coach, isinstance(command, Lease)), -1)
        return Reason.REPLAYED if older and not milder else None

    def _taken(self, command: Command, now: float) -> Command:
        if isinstance(command, Time):
            return command
        if isinstance(command, Lease):
            self._leader, self._leader_heard = (command.coach if command.held else None), now
        else:
            self._seen[command.id] = None
            if len(self._seen) > MOST_IDS:
                self._seen.popitem(last=False)
        order = (command.coach, isinstance(command, Lease))
        self._newest[order] = max(command.seq, self._newest.pop(order, -1))
        if len(self._newest) > 2 * _MOST_COACHES:
            self._newest.popitem(last=False)
        return command
