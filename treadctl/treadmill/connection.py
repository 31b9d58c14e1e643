"""The thin asynchronous skin round `link.Link`: one radio, one link, one life. Reconnecting is another connection's work."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.engine.words import Connected, Disconnected, Hanging, Input, Machine, Odd
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_STATUS,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.control_point import OpCode
from treadctl.safety import Cleared, Command
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.known import Known
from treadctl.treadmill.link import STOP_WAITS_S, Link
from treadctl.treadmill.machine import TO_READ, machine, manner
from treadctl.treadmill.profile import MachineProfile
from treadctl.treadmill.profile_file import shipped

MODEL: Final = 0x2A24
FIRMWARE: Final = 0x2A26
SOFTWARE: Final = 0x2A28
"""Some machines tell their version here and none as firmware."""
MANUFACTURER: Final = 0x2A29
SUBSCRIBED: Final = (FITNESS_MACHINE_STATUS, TREADMILL_DATA, FITNESS_MACHINE_CONTROL_POINT)
"""What a link needs before anything is written. Status first: a console stop must not be missed between the subscriptions. Then
the belt: a Stop that waited looks at it. What the training status tells is asked for later, and nothing waits for it."""
LONGEST_SLEEP_S: Final = 1.0
MENDED_WITHIN_S: Final = 1.0
"""A write that had to wait for indications or for pairing goes out again if that took no longer; what makes nothing faster or
steeper goes out anyway. Half of what a target may wait for its turn."""

_UNCONFIGURED: Final = frozenset({0xFD, 0x81})
"""ATT: client characteristic configuration improperly configured, in the common code and in the older services' own."""
_UNPAIRED: Final = frozenset({0x05, 0x0F})
"""ATT: insufficient authentication, insufficient encryption."""
_MAY_WAIT: Final = frozenset({OpCode.REQUEST_CONTROL, OpCode.STOP_OR_PAUSE})
_OUT_OF_SIGHT: Final = frozenset({Trouble.TIMED_OUT, Trouble.LOST})
"""After these nobody knows whether a write was executed."""


class Connection:
    """Connect, read, look up, subscribe; then write what the link lets out and deliver what it hears. Used once and thrown away.

    Without `known` a treadmill is looked up in the profiles that come along, and nothing is known of how it stands.
    """

    def __init__(self, radio: Radio, clock: Clock, deliver: Callable[[Input], None], known: Known | None = None) -> None:
        self._radio = radio
        self._clock = clock
        self._deliver = deliver
        self._known = known if known is not None else Known(shipped())
        self._link: Link | None = None
        self._paired = self._tells_training = False
        self._wake = asyncio.Event()
        self._lost = False

    async def stand_by(self, address: str) -> None:
        """In the session's own process nobody is left to watch when that is gone."""

    async def open(self, address: str) -> Machine:
        """Make the link; raises LinkError. The machine is also delivered, as the input that begins a session."""
        name = await self._radio.connect(self._on_lost)
        offered = await self._radio.characteristics()
        if TREADMILL_DATA not in offered:
            raise LinkError(Trouble.NOT_A_TREADMILL, name)
        profile, own = await self._profile(name, offered), self._known.own(address)
        if profile.unsupported:
            raise LinkError(Trouble.UNSUPPORTED, f"{name}: {profile.unsupported}")
        values = {uuid: octets for uuid in TO_READ if (octets := await self._told(uuid, offered))}
        try:
            found = machine(name, address, values, profile, own)
        except ValueError as error:
            raise LinkError(Trouble.REJECTED, f"{name}: {error}") from error
        self._link = Link(found, manner=manner(profile, own))
        self._deliver(Connected(found))
        for uuid in SUBSCRIBED:
            if uuid in offered:
                await self._radio.subscribe(uuid, self._receive)
        self._tells_training = TRAINING_STATUS in offered
        return found

    async def _profile(self, name: str, offered: frozenset[int]) -> MachineProfile:
        """What is known of such machines, by what this one says of itself."""
        model, firmware, software, manufacturer = [
            (await self._told(uuid, offered)).decode("utf-8", "replace").rstrip("\0 ")
            for uuid in (MODEL, FIRMWARE, SOFTWARE, MANUFACTURER)
        ]
        return self._known.profile(name, model, firmware or software, manufacturer)

    async def _told(self, uuid: int, offered: frozenset[int]) -> bytes:
        """A value, or nothing where the machine has none or does not let it be read."""
        if uuid not in offered:
            return b""
        try:
            return await self._radio.read(uuid)
        except LinkError as error:
            if error.trouble is Trouble.NOT_PAIRED and await self._mended(error):
                return await self._radio.read(uuid)
            if error.trouble is not Trouble.REJECTED:
                raise
            return b""

    def offer(self, command: Command) -> None:
        """Hand a command to the link; without one it is dropped, for nothing can be sent."""
        if self._link is not None and not self._lost:
            self._link.offer(command, self._clock.now())
            self._wake.set()

    def alive(self, belt_may_move: bool) -> None:
        """In the session's own process there is nobody to tell that it lives."""

    async def run(self) -> None:
        """Write what the link lets out, until the link is lost or this is cancelled."""
        link = self._link
        if link is None:
            raise RuntimeError("open a connection before running it")
        beside = asyncio.ensure_future(self._subscribe_beside())
        try:
            await self._write_all(link)
        finally:
            beside.cancel()
            await asyncio.wait({beside})

    async def _subscribe_beside(self) -> None:
        """A subscription that takes long, or is refused, keeps no Stop and loses no link."""
        if not self._tells_training:
            return
        try:
            await self._radio.subscribe(TRAINING_STATUS, self._receive)
        except LinkError as error:
            self._deliver(Odd(f"no training status: {error}"))

    async def _write_all(self, link: Link) -> None:
        while not self._lost:
            now = self._clock.now()
            if link.is_dead(now):
                self._on_lost("nothing was heard of the treadmill for half a minute after a command")
                return
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
        """Write, but do not let a write that hangs keep a Stop: after STOP_WAITS_S Stop goes past it."""
        writing = asyncio.ensure_future(self._written(cleared))
        writing.add_done_callback(self._ended)
        try:
            while not writing.done():
                if not link.stop_waits:
                    await wait(self._clock, self._wake, LONGEST_SLEEP_S)
                elif await self._waited_for(writing):
                    break
            if writing.done():
                await writing
            else:
                link.failed("the write hangs; left for a Stop", None, self._clock.now(), unknown=True)
                await self._pass(link, writing)
        except LinkError as error:
            link.failed(str(error), error.att_error, self._clock.now(), unknown=error.trouble in _OUT_OF_SIGHT)
        except Exception as error:  # a fault of ours goes on up, but leaves nothing in flight for a last Stop to wait for
            link.failed(repr(error), None, self._clock.now())
            raise
        finally:
            if not writing.done():
                writing.cancel()

    def _ended(self, writing: asyncio.Future[None]) -> None:
        """Seen here, too: of a write that fails just as this connection is given up, nobody else would ask how it ended."""
        _ = writing.cancelled() or writing.exception()
        self._wake.set()

    async def _written(self, cleared: Cleared) -> None:
        """Write. Where the machine first wants its indications switched on again, or pairing, see to that and write once more."""
        began = self._clock.now()
        try:
            await self._radio.write(cleared)
        except LinkError as error:
            if not await self._mended(error):
                raise
            vendors = cleared.characteristic != FITNESS_MACHINE_CONTROL_POINT
            if not (vendors or cleared.payload[0] in _MAY_WAIT or self._clock.now() - began <= MENDED_WITHIN_S):
                raise
            await self._radio.write(cleared)

    async def _mended(self, error: LinkError) -> bool:
        """Do what an ATT error asks for; false where it asks for nothing, or was given it before."""
        if error.att_error in _UNCONFIGURED:
            await self._radio.subscribe(FITNESS_MACHINE_CONTROL_POINT, self._receive)
            return True
        if error.att_error in _UNPAIRED and not self._paired:
            self._paired = True
            await self._radio.pair()
            return True
        return False

    async def _pass(self, link: Link, hanging: asyncio.Future[None]) -> None:
        """Write what must not wait past a write that hangs: without response, or where that is not offered the moment it ends."""
        while link.stop_waits and (cleared := link.take(self._clock.now())) is not None:
            try:
                await self._radio.write_unanswered(cleared)
            except LinkError as error:
                if error.trouble is not Trouble.REJECTED:
                    raise
                if not hanging.done():
                    self._deliver(Hanging())
                    await asyncio.wait({hanging})
                await self._radio.write(cleared)

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
