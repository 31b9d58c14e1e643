"""One mock treadmill behind a radio, whichever radio that is: who is connected, what is asked and answered, and its time.

`over_the_air.py` serves it on Bumble, `over_bluez.py` on the computer's own BlueZ; what bytes mean is the treadmill's business.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.ftms import assigned
from treadctl.mock.treadmill import FIRMWARE_REVISION, MANUFACTURER_NAME, MODEL_NUMBER, AttError, MockTreadmill, Packet

DEVICE_INFORMATION: Final = 0x180A
INFORMATION: Final = (MODEL_NUMBER, FIRMWARE_REVISION, MANUFACTURER_NAME)
"""The characteristics of the Device Information Service; all others belong to the Fitness Machine Service."""
MACHINE_IS_A_TREADMILL: Final = bytes((0x01, 0x01, 0x00))
"""Service data: flags bit 0, available; machine type bit 0, treadmill (FTMS v1.0 §3.1)."""
NAME_OCTETS: Final = 15
"""What remains of a 31-octet advert beside flags, service UUID and service data; a longer one is dropped by real radios."""

PROPERTIES: Final[dict[int, frozenset[str]]] = {
    assigned.FITNESS_MACHINE_FEATURE: frozenset({"read"}),
    assigned.TREADMILL_DATA: frozenset({"notify"}),
    assigned.TRAINING_STATUS: frozenset({"read", "notify"}),
    assigned.SUPPORTED_SPEED_RANGE: frozenset({"read"}),
    assigned.SUPPORTED_INCLINATION_RANGE: frozenset({"read"}),
    assigned.FITNESS_MACHINE_CONTROL_POINT: frozenset({"write", "indicate"}),
    assigned.FITNESS_MACHINE_STATUS: frozenset({"notify"}),
    **dict.fromkeys(INFORMATION, frozenset({"read"})),
}
"""Properties by characteristic (FTMS v1.0 table 4.1), in the words that BlueZ has for them."""


class NotOnTheAir(Exception):
    """A radio that can't carry a treadmill; the message says why, and what to do."""


def fitting(name: str) -> str:
    """The name, if an advert has room for it."""
    if not 0 < len(name.encode()) <= NAME_OCTETS:
        raise ValueError(f"{name!r} does not fit into an advert: at most {NAME_OCTETS} octets")
    return name


class Watcher:
    """Hears what happens to a treadmill on the air. This one does nothing with it; `treadctl mock` shows it."""

    def connected(self, who: str) -> None:
        """A central was let in."""

    def disconnected(self, who: str) -> None:
        """It is gone again."""

    def turned_away(self, who: str, why: str) -> None:
        """A central was not let in."""

    def off_the_air(self, why: str) -> None:
        """Nobody can find the treadmill any more; whoever is connected stays so."""

    def asked(self, octets: bytes, refused: AttError | None) -> None:
        """The Control Point was written; `refused` where ATT said no and nothing was done."""

    def answered(self, octets: bytes) -> None:
        """The Control Point indicates what came of it."""


class Served:
    """The treadmill and its one central. `send` carries a packet to it, `hang_up` ends its link: a fault breaks it from here."""

    def __init__(
        self,
        treadmill: MockTreadmill,
        clock: Clock,
        send: Callable[[Packet], Awaitable[None]],
        hang_up: Callable[[], Awaitable[None]],
        watcher: Watcher,
    ) -> None:
        self._treadmill = treadmill
        self._clock = clock
        self._send = send
        self._hang_up = hang_up
        self._watcher = watcher
        self._woken = asyncio.Event()
        self._pump: asyncio.Task[None] | None = None
        self.central: str | None = None

    def connect(self, who: str) -> None:
        """Let a central in; a second one, or any while a fault keeps the machine out of reach, is a ConnectionError."""
        try:
            self._treadmill.connect(self._clock.now())
        except ConnectionError as error:
            self._watcher.turned_away(who, str(error))
            raise
        self.central = who
        self._watcher.connected(who)
        self._pump = asyncio.create_task(self._run())

    def disconnect(self) -> None:
        """The central is gone, by whatever end. The belt goes on as it was."""
        who, self.central = self.central, None
        if self._pump is not None:
            self._pump.cancel()
            self._pump = None
        if self._treadmill.link_up:
            self._treadmill.disconnect(self._clock.now())
        if who is not None:
            self._watcher.disconnected(who)

    def read(self, number: int) -> bytes:
        """As a central reads; an `AttError` is for the central, a `ConnectionError` means that there is no link any more."""
        return self._treadmill.read(number)

    def write(self, number: int, octets: bytes) -> None:
        """As a central writes with response; errors as `read`."""
        control_point = number == assigned.FITNESS_MACHINE_CONTROL_POINT
        try:
            self._treadmill.write(number, octets, self._clock.now())
        except AttError as error:
            if control_point:
                self._watcher.asked(octets, error)
            raise
        finally:
            self._woken.set()
        if control_point:
            self._watcher.asked(octets, None)

    def subscribe(self, number: int, on: bool) -> None:
        """As a central that writes a Client Characteristic Configuration; of a link that is gone it means nothing."""
        with suppress(ConnectionError):
            self._treadmill.subscribe(number, on)
        self._woken.set()

    def look(self) -> tuple[float, float]:
        """What the belt does, in km/h, and where the deck is by the machine's own count, in %."""
        if not self._treadmill.link_up:  # With a link the pump moves its time; what falls due is the central's.
            self._treadmill.advance(self._clock.now())
        return self._treadmill.belt_speed, self._treadmill.deck_grade

    async def _run(self) -> None:
        """Hand on what the treadmill has to say, until one of the two ends the link."""
        while True:
            for packet in self._treadmill.advance(self._clock.now()):
                if packet.uuid == assigned.FITNESS_MACHINE_CONTROL_POINT:
                    self._watcher.answered(packet.payload)
                await self._send(packet)
            if not self._treadmill.link_up:
                await self._hang_up()
                return
            await wait(self._clock, self._woken, self._treadmill.next_event() - self._clock.now())
