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
from treadctl.safety import Cleared, Command, Stop
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.known import Known
from treadctl.treadmill.link import STOP_WAITS_S, Link
from treadctl.treadmill.machine import TO_READ, machine, manner
from treadctl.treadmill.profile import MachineProfile
from treadctl.treadmill.profile_file import shipped
from treadctl.treadmill.writing import Writing

MODEL: Final = 0x2A24
FIRMWARE: Final = 0x2A26
SOFTWARE: Final = 0x2A28
"""Some machines tell their version here and none as firmware."""
MANUFACTURER: Final = 0x2A29
SUBSCRIBED: Final = (FITNESS_MACHINE_STATUS, TREADMILL_DATA, FITNESS_MACHINE_CONTROL_POINT)
"""What a link needs before anything is written. Status first: a console stop must not be missed between the subscriptions. Then
the belt: a Stop that waited looks at it. What the training status tells is asked for later, and nothing waits for it."""
LONGEST_SLEEP_S: Final = 1.0
HANGS_S: Final = 1.0
"""A Stop whose write takes this much longer than STOP_WAITS_S hangs; a link that answers sooner is a slow one. Ours."""
GOES_S: Final = 1.0
"""So long whoever ends the writing waits for a backend that is slow to let go of a request."""
MENDED_WITHIN_S: Final = 1.0
"""A write that had to wait for indications or for pairing goes out again if that took no longer; what makes nothing faster or
steeper goes out anyway. Half of what a target may wait for its turn."""

_UNCONFIGURED: Final = frozenset({0xFD, 0x81})
"""ATT: client characteristic configuration improperly configured, in the common code and in the older services' own."""
_UNPAIRED: Final = frozenset({0x05, 0x0F})
"""ATT: insufficient authentication, insufficient encryption."""
_MAY_WAIT: Final = frozenset({OpCode.REQUEST_CONTROL, OpCode.STOP_OR_PAUSE})


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
        self._writing: Writing | None = None

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
        """Hand a command to the link; without one it is dropped, for nothing can be sent. A Stop leaves from here, for to wake
        `run` would only come between; everything else lets those who speak now say Stop first."""
        if self._link is not None and not self._lost:
            self._link.offer(command, self._clock.now())
            if self._writing is not None and isinstance(command, Stop):
                self._begin(self._link, self._writing)
            self._wake.set()

    def alive(self, belt_may_move: bool) -> None:
        """In the session's own process there is nobody to tell that it lives."""

    async def run(self) -> None:
        """Write what the link lets out, until the link is lost or this is cancelled."""
        link = self._link
        if link is None:
            raise RuntimeError("open a connection before running it")
        beside = asyncio.ensure_future(self._subscribe_beside(link))
        writing = self._stand_by()
        try:
            while not self._lost or writing.begun:
                now = self._clock.now()
                if link.is_dead(now):
                    self._on_lost("nothing was heard of the treadmill for half a minute after a command")
                    break
                if self._begin(link, writing):
                    await self._see_through(link, writing)
                    writing = self._stand_by()
                    self._hand_on(link)
                else:
                    self._hand_on(link)
                    await wait(self._clock, self._wake, min(max(link.wake() - now, 0.01), LONGEST_SLEEP_S))
        finally:
            writing.task.cancel()
            beside.cancel()
            await asyncio.wait({beside, writing.task}, timeout=GOES_S)

    def _stand_by(self) -> Writing:
        self._writing = Writing(self._written, self._ended)
        return self._writing

    def _begin(self, link: Link, writing: Writing) -> bool:
        """Whether a write is under way; it begins here if there is something to write."""
        if not writing.begun and (cleared := link.take(self._clock.now())) is not None:
            writing.begin(cleared)
        return writing.begun

    async def _subscribe_beside(self, link: Link) -> None:
        """Once nothing moves and nobody waits for anything, for ATT knows one request at a time and a machine may take long over
        this one. One that refuses it loses no link."""
        if not self._tells_training:
            return
        while not link.is_at_rest(self._clock.now()):
            await self._clock.sleep(LONGEST_SLEEP_S)
        try:
            await self._radio.subscribe(TRAINING_STATUS, self._receive)
        except Exception as error:  # noqa: BLE001 - not even a fault of ours here ends what can carry a Stop
            self._deliver(Odd(f"no training status: {error}"))

    async def close(self) -> None:
        """Let go of the treadmill; never raises, may be called twice."""
        self._lost = True
        self._wake.set()
        await self._radio.disconnect()

    async def _see_through(self, link: Link, writing: Writing) -> None:
        """Wait for a write, but do not let one that hangs keep a Stop: after STOP_WAITS_S Stop goes past it."""
        began, is_minded = self._clock.now(), False
        try:
            while not writing.task.done():
                if link.stop_waits:
                    if await self._waited_for(writing.task, self._clock.now() if not link.is_stopping else began):
                        break
                elif link.is_stopping and not is_minded:
                    if await self._waited_for(writing.task, began, lambda: link.stop_waits):
                        is_minded = True
                        await self._mind_the_stop(link, writing)
                else:
                    await wait(self._clock, self._wake, LONGEST_SLEEP_S)
            if writing.task.done():
                await writing.task
            else:
                link.failed("the write hangs; left for a Stop", None, self._clock.now(), unknown=True)
                await self._pass(link, writing.task)
        except LinkError as error:
            # only its own word, or nothing to write to, is certain: anything else may have come to pass
            unknown = error.att_error is None and error.trouble is not Trouble.REJECTED
            link.failed(str(error), error.att_error, self._clock.now(), unknown=unknown)
        except Exception as error:  # a fault of ours goes on up, but leaves nothing in flight for a last Stop to wait for
            link.failed(repr(error), None, self._clock.now(), unknown=True)
            raise
        finally:
            writing.task.cancel()  # nothing, where it is done

    async def _mind_the_stop(self, link: Link, writing: Writing) -> None:
        """A Stop whose own write hangs: to a belt that does not stand it goes once more past itself, where that is offered, for
        nobody knows whether it left. Where that is no way out, the runner is told; but not of a link that is only slow."""
        past: asyncio.Task[None] | None = None
        hangs_since = self._clock.now()
        try:
            while not writing.task.done() and link.is_stopping and not link.stop_waits:
                now = self._clock.now()
                if past is None and link.may_go_twice(now):
                    past = asyncio.create_task(self._radio.write_unanswered(writing.what))
                    past.add_done_callback(self._ended)
                elif past is not None and _went_well(past):
                    return
                elif now - hangs_since >= HANGS_S:
                    self._deliver(Hanging())
                    return
                await wait(self._clock, self._wake, STOP_WAITS_S)
        finally:
            if past is not None and (not past.done() or _went_well(past)):
                link.went_twice(self._clock.now())
                past.cancel()

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

    async def _pass(self, link: Link, hanging: asyncio.Task[None]) -> None:
        """Write what must not wait past a write that hangs: without response, or where that is not offered the moment it ends."""
        while link.stop_waits and (cleared := link.take(self._clock.now())) is not None:
            if not await self._go_past(cleared, hanging):
                await asyncio.wait({hanging})
                await self._radio.write(cleared)

    async def _go_past(self, cleared: Cleared, hanging: asyncio.Task[None]) -> bool:
        """Write without response, past one that waits for its response. Whether that is offered; where it is not, or the system
        keeps even that behind the other, the runner is told."""

        def tell() -> None:
            if not hanging.done():
                self._deliver(Hanging())

        past = asyncio.create_task(self._radio.write_unanswered(cleared))
        past.add_done_callback(self._ended)
        try:
            if await self._waited_for(past, self._clock.now()):
                tell()
            await past
        except LinkError as error:
            if error.trouble is not Trouble.REJECTED:
                raise
            tell()
            return False
        finally:
            past.cancel()
        return True

    async def _waited_for(
        self, writing: asyncio.Future[None], since: float, or_until: Callable[[], bool] = lambda: False
    ) -> bool:
        """Give a write STOP_WAITS_S since then; true when it has not used them."""
        until = since + STOP_WAITS_S
        while not writing.done() and not or_until() and (left := until - self._clock.now()) > 0:
            await wait(self._clock, self._wake, left)
        return not writing.done() and not or_until()

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


def _went_well(write: asyncio.Task[None]) -> bool:
    return write.done() and not write.cancelled() and write.exception() is None
