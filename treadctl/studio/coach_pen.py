"""How one console writes its words: who says it, numbered, and good for ten seconds. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from treadctl.studio.class_place import Head, Times
from treadctl.studio.messages import ALL, NO_CLASS, Command, Lanes, Lease, Ping, Time

LIFE_MS: Final = 10_000
"""A command is good for so long; a repeat is issued anew."""


class CoachPen:
    """The pen of one console. `now` is the coach's clock in seconds since 1970."""

    def __init__(self, studio: str, coach: str, now: float) -> None:
        self.studio = studio
        self.coach = coach
        self._seq = int(now * 1000)
        self._ids = 0

    def head(self, now: float, lanes: Lanes = ALL, class_id: str | None = None, id: str | None = None) -> Head:
        """What a word begins with; a new one, or with the `id` of one that it says again."""
        self._ids += id is None
        return {
            "studio": self.studio,
            "coach": self.coach,
            "class_id": class_id or NO_CLASS,
            "lanes": lanes,
            "id": id or f"{self.coach}-{self._ids}",
            **self._times(now),
        }

    def anew(self, command: Command, now: float) -> Command:
        """The same word, issued now."""
        return replace(command, **self._times(now))

    def lease(self, now: float, *, held: bool, asks: bool = False) -> Lease:
        """Who leads."""
        return Lease(**self.head(now), held=held, asks=asks)

    def time(self, ping: Ping, came: float, now: float) -> Time:
        """The answer to a lane's question, for that lane alone."""
        head = self.head(now, (ping.lane,))
        came_us, left_us = round(came * 1e6), round(now * 1e6)
        return Time(**head, nonce=ping.nonce, asked_us=ping.asked_us, came_us=came_us, left_us=left_us)

    def _times(self, now: float) -> Times:
        self._seq += 1
        issued_ms = round(now * 1000)
        return {"seq": self._seq, "issued_ms": issued_ms, "expires_ms": issued_ms + LIFE_MS}
