"""Which of several consoles leads a class, as one of them sees it: by leases that are said, given away and asked for. Pure."""

from __future__ import annotations

from typing import Final

from treadctl.studio.accept import LEASE_S, SKEW_MS
from treadctl.studio.messages import Class, Command, Lease, Unreadable, read_class, read_command

LEASE_EVERY_S: Final = 5.0
LISTEN_S: Final = 6.0
"""A console that has just come listens for so long whether another one leads. One lease interval and a second."""


def word_of_console(kind: str, payload: bytes, retained: bool) -> Command | Class | None:
    """What one console hears of another, unverified: lease, class, stop and walk. Only a class is kept by the broker."""
    if kind not in ("lease", "class", "stop", "walk") or (retained and kind != "class"):
        return None
    try:
        return read_class(payload) if kind == "class" else read_command(kind, payload)
    except Unreadable:
        return None


class Leading:
    """One console's view of the lease. `now` is the coach's clock in seconds."""

    def __init__(self, coach: str, now: float) -> None:
        self.coach = coach
        self.leads = False
        self._other: tuple[str, float] | None = None
        self._next = now + LISTEN_S
        self._cut_at = float("inf")
        self._to_say: list[tuple[bool, bool]] = []
        self._apart: tuple[str, float, float] | None = None

    def other(self, now: float) -> str | None:
        """Another console that leads."""
        return self._other[0] if self._other is not None and now - self._other[1] <= LEASE_S else None

    def apart_s(self, now: float) -> float:
        """How far the clock of another console that is there is ahead of this one's; 0 while they agree."""
        if self._apart is None or now - self._apart[2] > LEASE_S or abs(self._apart[1]) * 1000 <= SKEW_MS:
            return 0.0
        return self._apart[1]

    def apart(self, now: float) -> str:
        """What is wrong with the clocks of two consoles that are there, in plain words; empty while they agree."""
        ahead_s = self.apart_s(now)
        if self._apart is None or not ahead_s:
            return ""
        how = f"{abs(ahead_s):.0f} s {'ahead of' if ahead_s > 0 else 'behind'}"
        return f"console {self._apart[0]}'s clock is {how} this one's: set both by the net"

    def linked(self, up: bool, now: float) -> None:
        """The broker is reached, or lost. Whom nobody hears does not begin to lead, and leads no longer after a lease's time; who
        is back then listens first."""
        if not up:
            self._cut_at = min(self._cut_at, now)
            return
        if not self.leads or now - self._cut_at > LEASE_S:
            self.leads, self._next = False, now + LISTEN_S
        self._cut_at = float("inf")

    def due(self, now: float) -> list[tuple[bool, bool]]:
        """The leases to say now, each as `held` and `asks`; saying one that is held is what makes a console lead."""
        said, self._to_say = self._to_say, []
        may_begin = self._cut_at > now and self.other(now) is None
        if now >= self._next and (self.leads or may_begin):
            self.leads, self._next = True, now + LEASE_EVERY_S
            said.append((True, False))
        return said

    def ask(self) -> None:
        """Ask whoever leads to give the lease to this console."""
        self._to_say.append((False, True))

    def give_away(self, now: float) -> bool:
        """Lead no longer; false where it did not."""
        was, self.leads, self._next = self.leads, False, now + LISTEN_S
        return was

    def hear(self, lease: Lease, now: float) -> bool:
        """Another console's lease, verified and fresh. True when this console has just stopped leading by it."""
        self._compare(lease, now)
        if lease.asks:
            gives = self.leads
            if gives:
                self._to_say.append((False, False))
            self.leads, self._other = False, (lease.coach, now)
            return gives
        if not lease.held:
            if self._other is None or self._other[0] == lease.coach:
                self._other, self._next = None, min(self._next, now)
            return False
        if self.leads and lease.coach > self.coach:  # of two that began at once, one gives way
            return False
        was, self.leads, self._other = self.leads, False, (lease.coach, now)
        return was

    def hear_late(self, lease: Lease, now: float) -> None:
        """One that has expired, verified: a console whose clock is behind, or a net that held it up. Nobody gives the lead away
        for it, and who does not lead does not begin to beside it."""
        if self.leads:
            self._compare(lease, now)
        else:
            self.hear(lease, now)

    def _compare(self, lease: Lease, now: float) -> None:
        """How far its clock is ahead: of the last leases the least that was held up tells."""
        ahead_s = lease.issued_ms / 1000 - now
        if self._apart is None or lease.coach != self._apart[0] or now - self._apart[2] > LEASE_S or ahead_s >= self._apart[1]:
            self._apart = lease.coach, ahead_s, now
