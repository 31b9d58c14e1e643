"""What a test notes of a radio, and a gate that clears what it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from treadctl.safety import Cleared, Deck, Gate, Unlock
from treadctl.units import Grade, Speed

SOON_S: Final = 15.0
"""An answer takes some 10 ms, and seconds on a computer with ten other things to do; past this, something hangs."""


@dataclass(slots=True)
class Notebook:
    """What a radio reported."""

    packets: list[tuple[int, bytes]] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def receive(self, characteristic: int, octets: bytes) -> None:
        self.packets.append((characteristic, octets))
        self.news.set()

    def on_lost(self, why: str) -> None:
        self.lost.append(why)
        self.news.set()

    def answers(self) -> list[bytes]:
        return [octets for characteristic, octets in self.packets if characteristic == 0x2AD9]

    def frames(self) -> list[tuple[int, int]]:
        """Speed (0.01 km/h) and inclination (0.1 %), read by hand: flags u16, speed u16, distance u24, inclination s16."""
        rows = [octets for characteristic, octets in self.packets if characteristic == 0x2ACD]
        return [(int.from_bytes(row[2:4], "little"), int.from_bytes(row[7:9], "little", signed=True)) for row in rows]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S):
            while not true():
                self.news.clear()
                await self.news.wait()


class Runner:
    """A gate told of a treadmill at rest and obliging, so that it clears one command after another."""

    def __init__(self, unlock: Unlock | None = None) -> None:
        self._gate = Gate(Deck(lowest=Grade(-100), highest=Grade(150), step=5, proven=True), unlock=unlock)
        self._now = 0.0
        self._show(Speed(0), Grade(0))

    def clear(self, octets: str, speed: Speed = Speed(0), grade: Grade = Grade(0)) -> Cleared:
        """The bytes, cleared five seconds later, with telemetry of that speed and grade in all of them."""
        self._show(speed, grade)
        return self._gate.clear(0x2AD9, bytes.fromhex(octets), self._now)

    def unlock(self, unlock: Unlock) -> Cleared:
        """A vendor's bytes for a vendor's characteristic."""
        return self._gate.clear(*unlock.value, self._now)

    def _show(self, speed: Speed, grade: Grade) -> None:
        for _ in range(5):
            self._now += 1.0
            self._gate.seen(speed, grade, self._now)
