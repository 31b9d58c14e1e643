"""Listening to one device: read what it lets us read, then take down what it notifies. Nothing is ever written to it.

Switching notifications on is the one thing that a device notices, and the control point is left alone: it answers only who asks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.ftms import battery, heart_rate
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_FEATURE,
    FITNESS_MACHINE_STATUS,
    SUPPORTED_INCLINATION_RANGE,
    SUPPORTED_SPEED_RANGE,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.plain_words import STRINGS
from treadctl.treadmill.recording import Frame, Recording

READ: Final = (
    *STRINGS,
    FITNESS_MACHINE_FEATURE,
    SUPPORTED_SPEED_RANGE,
    SUPPORTED_INCLINATION_RANGE,
    TRAINING_STATUS,
    rsc.FEATURE,
    battery.LEVEL,
)
"""What is read, where it is offered."""
HEARD: Final = (FITNESS_MACHINE_STATUS, TRAINING_STATUS, TREADMILL_DATA, rsc.MEASUREMENT, heart_rate.MEASUREMENT, battery.LEVEL)
"""What is subscribed to, where it is offered."""
_OVER: Final = frozenset({Trouble.LOST, Trouble.TIMED_OUT})
"""After these there is nobody left to ask; any other refusal concerns one characteristic only."""
LOOK_S: Final = 1.0


class Ear:
    """One time of listening to one device, over a radio that is used for nothing else."""

    def __init__(self, radio: Radio, clock: Clock, hear: Callable[[Frame], None]) -> None:
        self._radio = radio
        self._clock = clock
        self._hear = hear
        self._woken = asyncio.Event()
        self._begun = 0.0
        self._ended = False
        self.lost = ""
        """Why the device or the air ended it; empty while that did not happen."""
        self.refused: dict[int, str] = {}
        """What is offered and was not given, and why."""

    async def open(self, begun: datetime, leave_out: Collection[int] = ()) -> Recording:
        """Connect and read; raises LinkError. The recording has no frames yet."""
        name = await self._radio.connect(self._on_lost)
        offered = await self._radio.characteristics()
        values: dict[int, bytes] = {}
        for number in READ:
            if number in offered and number not in leave_out:
                octets = await self._try_to_read(number)
                if octets is not None:
                    values[number] = octets
        return Recording(name, begun.isoformat(timespec="seconds"), offered, values)

    async def listen(self, offered: Collection[int], seconds: float | None) -> None:
        """Take down frames for so long (None: until `end`), or until the link is lost."""
        self._begun = self._clock.now()
        for number in HEARD:
            if number in offered and not self.lost:
                await self._try_to_subscribe(number)
        until = float("inf") if seconds is None else self._clock.now() + seconds
        while not (self.lost or self._ended) and (left := until - self._clock.now()) > 0:
            await wait(self._clock, self._woken, min(left, LOOK_S))

    def end(self) -> None:
        """No more."""
        self._ended = True
        self._woken.set()

    async def _try_to_read(self, number: int) -> bytes | None:
        try:
            return await self._radio.read(number)
        except LinkError as error:
            if error.trouble in _OVER:
                raise
            self.refused[number] = error.detail or error.trouble.value
            return None

    async def _try_to_subscribe(self, number: int) -> None:
        try:
            await self._radio.subscribe(number, self._received)
        except LinkError as error:
            if error.trouble in _OVER:
                raise
            self.refused[number] = error.detail or error.trouble.value

    def _received(self, characteristic: int, octets: bytes) -> None:
        if not self._ended:
            self._hear(Frame(self._clock.now() - self._begun, characteristic, octets))

    def _on_lost(self, why: str) -> None:
        self.lost = why or "the link is gone"
        self._woken.set()
