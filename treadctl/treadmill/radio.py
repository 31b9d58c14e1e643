"""The real radio: a `Radio` on bleak, and the only file that imports it. It writes nothing but what the gate cleared.

Every wait has an end, named below with its reason. When the link dies, whatever waits on it ends at once: an operating
system may otherwise leave a request unanswered for as long as ATT allows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final
from weakref import WeakKeyDictionary

from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from treadctl.ftms import assigned
from treadctl.safety import Cleared
from treadctl.treadmill.gatt import LinkError, Trouble

FIND_S: Final = 10.0
"""Listening for the treadmill's advert; ten times the slowest interval in use (about 1 s)."""
ASK_S: Final = 5.0
"""Asking the operating system about its adapters and connections, and ending a scan: local, so a hang is a fault."""
TURN_S: Final = 100.0
"""Waiting for others to find and connect theirs: two of them that take all their time."""
CONNECT_S: Final = 30.0
"""Connecting and discovering services; what bleak allows since 2.1.1, after 10 s proved short on Linux."""
READ_S: Final = 6.0
"""One read, or one switch of a subscription: past the 5 s supervision timeout of KingSmith (hw_notes.md §2.3), so that a dead
link shows itself as lost and not as slow."""
WRITE_S: Final = 6.0
"""One write, for the same reason."""
DISCONNECT_S: Final = 5.0
"""Closing: bluetoothd takes 2.4 s over it, and CoreBluetooth has hung for hours (hw_notes.md §2.3)."""
PACE_S: Final = 0.1
"""Between two subscriptions: some machines lose descriptor writes closer than about 30 ms (hw_notes.md §2.3)."""

_FAULTS: Final = (BleakError, OSError, EOFError, AssertionError)
"""What bleak's backends raise: their own, sockets, a bus that ended, and asserts that a disconnect crossed."""

_NO_RADIO: Final = {
    BleakBluetoothNotAvailableReason.POWERED_OFF: Trouble.RADIO_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Trouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Trouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Trouble.NOT_ALLOWED,
}
_BUS_SAYS: Final = {
    "org.bluez.Error.NotReady": Trouble.RADIO_OFF,
    "org.freedesktop.DBus.Error.AccessDenied": Trouble.NOT_ALLOWED,
    "org.freedesktop.DBus.Error.ServiceUnknown": Trouble.NO_RADIO,
    "org.freedesktop.DBus.Error.UnknownObject": Trouble.NOT_FOUND,
}

_connecting: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()
"""One scan or connect at a time: BlueZ refuses a second scan to the same program, and most adapters a second connect
(bleak issue 1036). All radios of a process share one adapter."""


class BleakRadio:
    """One connection to the treadmill at `address`, over the computer's own Bluetooth."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._client: BleakClient | None = None
        self._offered: dict[int, BleakGATTCharacteristic] = {}
        self._on_lost: Callable[[str], None] | None = None
        self._connected = False
        self._waits: set[asyncio.Timeout] = set()
        self._pace = asyncio.Lock()
        self._subscribed_at = float("-inf")

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        """Find the treadmill, connect, discover services; returns its name or address."""
        async with self._turn():
            device = await self._find()
            client = BleakClient(device, disconnected_callback=lambda _client: self._lost(), timeout=CONNECT_S)
            self._client = client
            async with self._bounded(CONNECT_S + ASK_S):
                await client.connect()
        if not client.is_connected:
            raise LinkError(Trouble.LOST, "the treadmill hung up while connecting")
        self._offered = _by_number(client)
        self._on_lost = on_lost
        self._connected = True
        return device.name or self._address

    async def characteristics(self) -> frozenset[int]:
        """The assigned numbers that the device offers."""
        return frozenset(self._offered)

    async def read(self, characteristic: int) -> bytes:
        """The value of one characteristic, from the device and not from a cache."""
        async with self._bounded(READ_S):
            return bytes(await self._open().read_gatt_char(self._offer(characteristic)))

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        """Switch on notifications or indications, never two within `PACE_S`. Writes do not wait for this."""
        async with self._pace:
            await asyncio.sleep(self._subscribed_at + PACE_S - asyncio.get_running_loop().time())
            async with self._bounded(READ_S):
                await self._open().start_notify(
                    self._offer(characteristic), lambda _sender, octets: receive(characteristic, bytes(octets))
                )
            self._subscribed_at = asyncio.get_running_loop().time()

    async def write(self, cleared: Cleared) -> None:
        """Write with response. An ATT error 0x0E may be BlueZ's own word for a link that died: then nothing is known."""
        async with self._bounded(WRITE_S):
            await self._open().write_gatt_char(self._offer(cleared.characteristic), cleared.payload, response=True)

    async def disconnect(self) -> None:
        """Close. Also needed after a loss: the operating system's side is still open then."""
        self._on_lost = None
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(DISCONNECT_S):
                await client.disconnect()
        except (TimeoutError, *_FAULTS):
            return  # There is nothing to be done about a link that will not close; a new one is a new object.

    async def _find(self) -> BLEDevice:
        async with self._bounded(ASK_S):
            device = await _still_connected(self._address)
        if device is None:
            async with self._bounded(FIND_S + ASK_S):
                device = await BleakScanner.find_device_by_address(self._address, timeout=FIND_S)
        if device is None:
            raise LinkError(Trouble.NOT_FOUND, self._address)
        return device

    def _open(self) -> BleakClient:
        if self._client is None or not self._client.is_connected:
            raise LinkError(Trouble.LOST)
        return self._client

    def _offer(self, characteristic: int) -> BleakGATTCharacteristic:
        if characteristic not in self._offered:
            raise LinkError(Trouble.REJECTED, f"there is no characteristic 0x{characteristic:04X}")
        return self._offered[characteristic]

    def _lost(self) -> None:
        if not self._connected:
            return  # Still connecting: bleak itself says what went wrong, or tries again.
        for wait in self._waits:
            if not wait.expired():
                wait.reschedule(asyncio.get_running_loop().time())
        on_lost, self._on_lost = self._on_lost, None
        if on_lost is not None:
            on_lost("the treadmill or the air ended the connection")

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        lock = _connecting.setdefault(asyncio.get_running_loop(), asyncio.Lock())
        async with self._bounded(TURN_S):
            await lock.acquire()
        try:
            yield
        finally:
            lock.release()

    @asynccontextmanager
    async def _bounded(self, seconds: float) -> AsyncIterator[None]:
        """At most so long, and no longer than the link lives; whatever goes wrong leaves as a `LinkError`."""
        try:
            async with asyncio.timeout(seconds) as wait:
                self._waits.add(wait)
                try:
                    yield
                finally:
                    self._waits.discard(wait)
        except LinkError:
            raise
        except TimeoutError as error:
            raise self._lost_or(LinkError(Trouble.TIMED_OUT)) from error
        except _FAULTS as error:
            raise self._lost_or(_link_error(error)) from error

    def _lost_or(self, error: LinkError) -> LinkError:
        """Of a link that was up and is not, nothing else is worth saying."""
        gone = self._connected and (self._client is None or not self._client.is_connected)
        return LinkError(Trouble.LOST, error.detail) if gone else error


async def _still_connected(address: str) -> BLEDevice | None:
    """A treadmill that an earlier process left connected: it does not advertise, so no scan finds it."""
    try:
        adapter = await BleakAdapter.get()
        devices = await adapter.get_connected_devices([assigned.uuid(assigned.FITNESS_MACHINE_SERVICE)])
    except NotImplementedError:
        return None
    return next((device for device in devices if device.address.lower() == address.lower()), None)


def _by_number(client: BleakClient) -> dict[int, BleakGATTCharacteristic]:
    """Characteristics by assigned number; of two with the same, the one in the Fitness Machine Service."""
    fitness = assigned.uuid(assigned.FITNESS_MACHINE_SERVICE)
    found: dict[int, BleakGATTCharacteristic] = {}
    for characteristic in sorted(client.services.characteristics.values(), key=lambda c: c.service_uuid == fitness):
        number = assigned.number(characteristic.uuid)
        if number is not None:
            found[number] = characteristic
    return found


def _link_error(error: Exception) -> LinkError:
    """bleak's exceptions in our words; one that says nothing of its cause is a link that does not answer."""
    detail = " ".join(part for part in error.args if isinstance(part, str))
    match error:
        case BleakBluetoothNotAvailableError():
            return LinkError(_NO_RADIO.get(error.reason, Trouble.NO_RADIO), detail)
        case BleakDeviceNotFoundError():
            return LinkError(Trouble.NOT_FOUND, detail)
        case BleakGATTProtocolError():
            return LinkError(Trouble.REJECTED, detail, att_error=int(error.code))
        case BleakDBusError():
            return LinkError(_BUS_SAYS.get(error.dbus_error, Trouble.TIMED_OUT), detail)
        case OSError():
            return LinkError(Trouble.NO_RADIO, detail)  # No message bus to ask, or no Bluetooth behind it.
        case _:
            return LinkError(Trouble.TIMED_OUT, detail or type(error).__name__)
