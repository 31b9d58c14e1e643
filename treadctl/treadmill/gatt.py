"""What a connection needs of a GATT client, and what can go wrong with one. Implemented by the radio and by the mock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from treadctl.safety import Cleared


class Trouble(Enum):
    """Why a link failed; the value is one sentence of advice for the person at the keyboard."""

    NO_RADIO = "this computer has no Bluetooth adapter that can be used; plug one in or start the Bluetooth service"
    NO_LOW_ENERGY = "this computer's Bluetooth adapter has no Low Energy; plug in another one, of Bluetooth 4.0 or later"
    RADIO_OFF = "Bluetooth is switched off; switch it on and run the command again"
    NOT_ALLOWED = "this program may not use Bluetooth; allow it in the system's privacy settings"
    FORBIDDEN = "the system forbids this program the use of Bluetooth; whoever administers this computer can allow it"
    NOT_READY = "Bluetooth is not ready, and the system does not say why; switch it off and on, and run the command again"
    IN_USE = "another treadctl on this computer has it, or is still stopping its belt; wait for that, or end it where it runs"
    NO_LOCK = "no lock file can be kept, so nothing would hold a second program off the treadmill; make that folder writable"
    NOT_FOUND = "no treadmill answers at that address; switch it on, come closer, and close other apps that hold it"
    NOT_A_TREADMILL = "that device offers no Treadmill Data (0x2ACD), so it is not an FTMS treadmill"
    UNSUPPORTED = "treadctl does not drive this machine; use its console"
    NOT_PAIRED = "the device wants to be paired; put it into pairing mode, forget it in this computer's settings, and try again"
    REJECTED = "the treadmill rejected a request"
    TIMED_OUT = "the treadmill did not answer in time; switch it off and on and try again"
    NO_GUARDIAN = "the process that would hold the treadmill did not start; nothing was sent to it"
    LOST = "the link is gone; the belt may still be moving: use the console or the safety key"


class LinkError(Exception):
    """A link failed. `trouble` says what to do, `att_error` carries the ATT error code where the peer sent one."""

    def __init__(self, trouble: Trouble, detail: str = "", att_error: int | None = None) -> None:
        super().__init__(f"{detail}: {trouble.value}" if detail else trouble.value)
        self.trouble = trouble
        self.detail = detail
        self.att_error = att_error


@dataclass(frozen=True, slots=True)
class Heard:
    """One advert, or a device that is still connected to this computer and so does not advertise. None: not told."""

    address: str
    name: str | None
    signal_dbm: int | None
    services: frozenset[int]
    """The services that it names by 16 bits (0x1826 …)."""
    treadmill: bool | None
    """Whether its fitness machine service data say treadmill (FTMS v1.0 §3.1.2)."""
    available: bool | None
    """Whether they say that the machine can be used (FTMS v1.0 §3.1.1)."""
    connected: bool


class Radio(Protocol):
    """One GATT connection: connect, use, close, throw away. Characteristics go by their 16-bit numbers (0x2ACD …), a vendor's
    own by their 128 bits as a number.

    Every method is bounded in time and raises only `LinkError`. `on_lost` is called once, with a reason, when the peer or
    the air ends the connection; after `disconnect` of our own it is not called.
    """

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        """Open the link and discover services; returns the device's name or its address."""

    async def characteristics(self) -> frozenset[int]:
        """The characteristics that the device offers."""

    async def read(self, characteristic: int) -> bytes:
        """The value of one characteristic."""

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        """Switch on notifications or indications, whichever exist; `receive(characteristic, octets)` must not block."""

    async def write(self, cleared: Cleared) -> None:
        """Write with response. Returns when the peer accepted the write, which does not mean that it did anything."""

    async def write_unanswered(self, cleared: Cleared) -> None:
        """Write without response, past a write that hangs; REJECTED where the characteristic does not offer that."""

    async def pair(self) -> None:
        """Pair with the device, which asked for it; may put a question to the person at the keyboard."""

    async def disconnect(self) -> None:
        """Close; may be called twice, and never raises."""
