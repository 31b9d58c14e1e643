"""The thin asynchronous skin round `link.Link`: one radio, one link, one life. Reconnecting is another connection's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.engine.words import Connected, Disconnected, Input, Machine
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_STATUS,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.safety import Cleared, Command
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.link import STOP_WAITS_S, Link
from treadctl.treadmill.machine import TO_READ, machine
from treadctl.units import LEVEL, Grade

MANUFACTURER: Final = 0x2A29
OURS: Final = b"treadctl"
"""The manufacturer string of our own virtual treadmill. Until real belts are proven, nothing else is driven."""
SUBSCRIBED: Final = (FITNESS_MACHINE_STATUS, FITNESS_MACHINE_CONTROL_POINT, TRAINING_STATUS, TREADMILL_DATA)
"""Status first: a console stop must not be missed between the subscriptions."""
LONGEST_SLEEP_S: Final = 1.0


class Connection:
    """Connect, read, subscribe; then write what the link lets out and deliver what it hears. Used once and thrown away."""

    def __init__(self, radio: Radio, clock: Clock, deliver: Callable[[Input], None], offset: Grade = LEVEL) -> None:
        self._radio = radio
        self._clock = clock
        self._deliver = deliver
        self._offset = offset
        self._link: Link | None = None
        self._wake = asyncio.Event()
        self._lost = False

    async def open(self, address: str) -> Machine:
        """Make the link; raises LinkError. The machine is also delivered, as the input that begins a session."""
        name = await self._radio.connect(self._on_lost)
        offered = await self._radio.characteristics()
        if TREADMILL_DATA not in offered:
            raise LinkError(Trouble.NOT_A_TREADMILL, name)
        if MANUFACTURER not in offered or await self._radio.read(MANUFACTURER) != OURS:
            raise LinkError(Trouble.NOT_OURS, name)
        values: dict[int, bytes] = {uuid: await self._radio.read(uuid) for uuid in TO_READ if uuid in offered}
        try:
            found = machine(name, address, values, self._offset)
        except ValueError as error:
            raise LinkError(Trouble.REJECTED, f"{name}: {error}") from error
        self._link = Link(found)
        self._deliver(Connected(found))
        for uuid in SUBSCRIBED:
            if uuid in offered:
                await self._radio.subscribe(uuid, self._receive)
        return found

    def offer(self, command: Command) -> None:
        """Hand a command to the link; without one it is dropped, for nothing can be sent."""
        if self._link is not None and not self._lost:
            self._link.offer(command, self._clock.now())
            self._wake.set()

    async def run(self) -> None:
        """Write what the link lets out, until the link is lost or this is cancelled."""
        link = self._link
        if link is None:
            raise RuntimeError("open a connection before running it")
        while not self._lost:
            now = self._clock.now()
            cleared = link.take(now)
            if cleared is not None:
                await self._write(link, cleared)
            self._hand_on(link)
            if cleared is None:
                await wait(self._clock, self._wake, min(max(link.wake() - now, 0.01), LONGEST_SLEEP_S))

    async def close(self) -> None:
        """Let go of the treadmill; never raises, may be called twice."""
        self._lost = True
        self._wake.set()
        await self._radio.disconnect()

    async def _write(self, link: Link, cleared: Cleared) -> None:
        """Write, but do not let a write that hangs keep a Stop: after STOP_WAITS_S it is left, and Stop goes to the radio."""
        writing = asyncio.ensure_future(self._radio.write(cleared))
        writing.add_done_callback(lambda _: self._wake.set())
        try:
            while not writing.done() and not (link.stop_waits and await self._waited_for(writing)):
                await wait(self._clock, self._wake, LONGEST_SLEEP_S)
            if writing.done():
                await writing
            else:
                link.failed("the write hangs; left for a Stop", None, self._clock.now())
        except LinkError as error:
            link.failed(str(error), error.att_error, self._clock.now())
        except Exception as error:  # a fault of ours goes on up, but leaves nothing in flight for a last Stop to wait for
            link.failed(repr(error), None, self._clock.now())
            raise
        finally:
            if not writing.done():
                writing.cancel()

    async def _waited_for(self, writing: asyncio.Future[None]) -> bool:
        """Give a write its last moment; true when it has not used it."""
        until = self._clock.now() + STOP_WAITS_S
        while not writing.done() and (left := until - self._clock.now()) > 0:
            await wait(self._clock, self._wake, left)
        return not writing.done()

    def _receive(self, characteristic: int, octets: bytes) -> None:
        if self._link is not None:
            self._link.received(characteristic, octets, self._clock.now())
            self._hand_on(self._link)
            self._wake.set()

    def _hand_on(self, link: Link) -> None:
        for happened in link.happened():
            self._deliver(happened)

    def _on_lost(self, why: str) -> None:
        self._lost = True
        self._wake.set()
        self._deliver(Disconnected(why))
