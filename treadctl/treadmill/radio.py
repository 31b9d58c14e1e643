"""The real radio: a `Radio` on bleak, which this, `scanning.py` and `bleak_errors.py` alone import.

It writes nothing but what the gate cleared. Every wait has an end, named below with its reason. When the link dies, whatever
waits on it ends at once: an operating system may otherwise leave a request unanswered for as long as ATT allows.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Final
from uuid import UUID

from bleak import BleakClient
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from filelock import BaseFileLock

from treadctl.ftms import assigned
from treadctl.safety import Cleared
from treadctl.treadmill.bleak_errors import FAULTS, bounded
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.locks import hold, turn
from treadctl.treadmill.scanning import ASK_S, FIND_S, TURN_S, find

CONNECT_S: Final = 30.0
"""Connecting and discovering services; what bleak allows since 2.1.1, after 10 s proved short on Linux."""
REACH_S: Final = FIND_S + CONNECT_S + 3 * ASK_S
"""All tries to find and connect together."""
BACK_OFF_S: Final = (0.3, 0.6)
"""Before the second and the third try: a connect that met interference mostly succeeds when tried again (bleak says so of BlueZ
6.62 and tries on by itself in one such case). Ours."""
READ_S: Final = 6.0
"""One read, or one switch of a subscription: past the 5 s supervision timeout of KingSmith (hw_notes.md §2.3), so that a dead
link shows itself as lost and not as slow."""
WRITE_S: Final = 6.0
"""One write, for the same reason."""
PAIR_S: Final = 35.0
"""Pairing: past the 30 s after which the Security Manager gives up by itself (Core v5.4 Vol 3, Part H, §3.4)."""
DISCONNECT_S: Final = 5.0
"""Closing: bluetoothd takes 2.4 s over it, and CoreBluetooth has hung for hours (hw_notes.md §2.3)."""
RELEASE_S: Final = 1.0
"""Closing the system's side of a link that is gone, or never came about: local. bleak 3.1 waits without end for a bus to close
that it was still connecting to when the connect was cancelled, and a Stop over a new link may be waiting for this one."""
PACE_S: Final = 0.1
"""Between two subscriptions: some machines lose descriptor writes closer than about 30 ms (hw_notes.md §2.3)."""

_MENDED_BY_A_TRY: Final = frozenset({Trouble.TIMED_OUT, Trouble.LOST, Trouble.NOT_FOUND})
"""What may go well the next time. Not found: BlueZ forgets a device now and then when the scan that found it ends."""


class BleakRadio:
    """One connection to the device at `address`, over the computer's own Bluetooth; by `service` it is known when connected."""

    def __init__(self, address: str, service: int = assigned.FITNESS_MACHINE_SERVICE) -> None:
        self._address = address
        self._service = service
        self._used = False
        self._hold: BaseFileLock | None = None
        self._client: BleakClient | None = None
        self._offered: dict[int, BleakGATTCharacteristic] = {}
        self._on_lost: Callable[[str], None] | None = None
        self._connected = False
        self._waits: set[asyncio.Timeout] = set()
        self._pace = asyncio.Lock()
        self._subscribed: set[int] = set()
        self._subscribed_at = float("-inf")

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        """Find the device, connect, discover services; returns its name or address. In use by another process: at once so."""
        if self._used:
            raise RuntimeError("a radio is used once")
        self._used = True
        self._hold = hold(self._address)
        try:
            async with turn(TURN_S), bounded(REACH_S, Trouble.TIMED_OUT):
                device = await self._reach()
        except BaseException:
            await self.disconnect()
            raise
        self._on_lost = on_lost
        return device.name or self._address

    async def characteristics(self) -> frozenset[int]:
        """What the device offers: assigned numbers, and a vendor's own by their 128 bits as a number."""
        return frozenset(self._offered)

    async def pair(self) -> None:
        """Pair, where the system does not do that by itself; nothing happens if that was done before."""
        async with self._bounded(PAIR_S):
            try:
                await self._open().pair()
            except NotImplementedError:
                return  # macOS asks the person when the device first refuses something.

    async def read(self, characteristic: int) -> bytes:
        """The value of one characteristic, from the device and not from a cache."""
        async with self._bounded(READ_S):
            return bytes(await self._open().read_gatt_char(self._offer(characteristic)))

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        """Switch on notifications or indications, never two within `PACE_S`. Writes do not wait for this. For a device that has
        forgotten them they are switched off first: systems take a second switching on for none, or for a fault of ours."""
        async with self._pace:
            await asyncio.sleep(self._subscribed_at + PACE_S - asyncio.get_running_loop().time())
            async with self._bounded(READ_S):
                client, offered = self._open(), self._offer(characteristic)
                if characteristic in self._subscribed:
                    with contextlib.suppress(*FAULTS):
                        await client.stop_notify(offered)
                await client.start_notify(offered, lambda _sender, octets: receive(characteristic, bytes(octets)))
            self._subscribed.add(characteristic)
            self._subscribed_at = asyncio.get_running_loop().time()

    async def write(self, cleared: Cleared) -> None:
        """Write with response, or without one where a machine offers nothing else (hw_notes.md §2.2): only telemetry tells then.

        An ATT error 0x0E may be BlueZ's own word for a link that died: then nothing is known.
        """
        async with self._bounded(WRITE_S):
            characteristic = self._offer(cleared.characteristic)
            answered = "write" in characteristic.properties or "write-without-response" not in characteristic.properties
            await self._open().write_gatt_char(characteristic, cleared.payload, response=answered)

    async def write_unanswered(self, cleared: Cleared) -> None:
        """Write without response, where that is offered: returns when the system took it, which says nothing of the device.

        BlueZ holds it back while a write with response to the same characteristic waits for its answer.
        """
        async with self._bounded(WRITE_S):
            characteristic = self._offer(cleared.characteristic)
            if "write-without-response" not in characteristic.properties:
                raise LinkError(Trouble.REJECTED, f"0x{cleared.characteristic:04X} takes no writes without response")
            await self._open().write_gatt_char(characteristic, cleared.payload, response=False)

    async def disconnect(self) -> None:
        """Close. Also needed after a loss: the operating system's side is still open then."""
        self._on_lost = None
        try:
            await self._let_go()
        finally:
            if self._hold is not None:
                self._hold.release()
                self._hold = None

    async def _reach(self) -> BLEDevice:
        """Try, and where another try may mend what went wrong, try again."""
        for back_off in BACK_OFF_S:
            device = await find(self._address, self._service)
            try:
                await self._link_up(device)
            except LinkError as error:
                await self._let_go()
                if error.trouble not in _MENDED_BY_A_TRY:
                    raise
            else:
                return device
            await asyncio.sleep(back_off)
        device = await find(self._address, self._service)
        await self._link_up(device)
        return device

    async def _link_up(self, device: BLEDevice) -> None:
        client = BleakClient(device, disconnected_callback=lambda _client: self._lost(), timeout=CONNECT_S)
        self._client = client
        async with self._bounded(CONNECT_S + ASK_S):
            await client.connect()
        if not client.is_connected:
            raise LinkError(Trouble.LOST, "it hung up while connecting")
        self._offered = _by_number(client, self._service)
        self._connected = True

    async def _let_go(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            async with asyncio.timeout(DISCONNECT_S if client.is_connected else RELEASE_S):
                await client.disconnect()
        except (TimeoutError, *FAULTS):
            return  # There is nothing to be done about a link that will not close; a new one is a new object.

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
            on_lost("the device or the air ended the connection")

    def _bounded(self, seconds: float) -> _Bounded:
        return _Bounded(seconds, self._waits, self._is_lost)

    def _is_lost(self) -> bool:
        """Whether the link was up and is not."""
        return self._connected and (self._client is None or not self._client.is_connected)


class _Bounded(bounded):
    """At most so long, and no longer than the link lives. Of a link that was up and is not, nothing else is worth saying."""

    def __init__(self, seconds: float, waits: set[asyncio.Timeout], is_lost: Callable[[], bool]) -> None:
        super().__init__(seconds, Trouble.TIMED_OUT)
        self._waits, self._is_lost = waits, is_lost

    async def __aenter__(self) -> asyncio.Timeout:
        self._waits.add(self._wait)
        return await super().__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._waits.discard(self._wait)
        try:
            await super().__aexit__(kind, error, trace)
            if isinstance(error, LinkError):
                raise error
        except LinkError as trouble:
            if self._is_lost():
                raise LinkError(Trouble.LOST, trouble.detail) from trouble
            raise


def _by_number(client: BleakClient, service: int) -> dict[int, BleakGATTCharacteristic]:
    """Characteristics by number; of two with the same, the one in the service that this radio is for."""
    ours = assigned.uuid(service)
    found: dict[int, BleakGATTCharacteristic] = {}
    for characteristic in sorted(client.services.characteristics.values(), key=lambda c: c.service_uuid == ours):
        number = assigned.number(characteristic.uuid)
        found[UUID(characteristic.uuid).int if number is None else number] = characteristic
    return found
