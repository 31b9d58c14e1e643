"""The mock as a real Bluetooth peripheral: any FTMS app that can reach it can drive it. Bumble is the radio stack.

Only what puts a treadmill on the air imports this file, so treadctl runs without Bumble. One central at a time, as with real
treadmills: none is advertised to while one is connected, and a second that gets in all the same is hung up on.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Final

from treadctl.clock import Clock
from treadctl.ftms import assigned
from treadctl.mock.bumble_missing import asking_for_bumble
from treadctl.mock.served import (
    DEVICE_INFORMATION,
    INFORMATION,
    MACHINE_IS_A_TREADMILL,
    PROPERTIES,
    NotOnTheAir,
    Served,
    Watcher,
    fitting,
)
from treadctl.mock.treadmill import AttError, MockTreadmill, Packet

with asking_for_bumble():
    from bumble import att, data_types
    from bumble.core import UUID, AdvertisingData
    from bumble.device import Connection, Device
    from bumble.gatt import GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR, Characteristic, Descriptor, Service
    from bumble.hci import Address, AddressType, HCI_Error
    from bumble.transport import open_transport
    from bumble.transport.common import Transport

ADVERT_MS: Final = 50.0
"""Between adverts: within GAP's 30 to 60 ms for a device that somebody is waiting for."""
ADDRESS: Final = "F0:0D:F1:7E:55:01"
"""A static random address (the two highest bits set), so that a profile keyed by address finds the mock again. Ours."""

_PROPERTY: Final = {
    "read": Characteristic.Properties.READ,
    "write": Characteristic.Properties.WRITE,
    "notify": Characteristic.Properties.NOTIFY,
    "indicate": Characteristic.Properties.INDICATE,
}
_CONFIGURED: Final = {"notify": 0x0001, "indicate": 0x0002}
"""The bits of a Client Characteristic Configuration (Core Specification Vol 3, Part G, table 3.11)."""


def advert(name: str) -> bytes:
    """What the treadmill says of itself while nobody is connected; at most 31 octets."""
    service = UUID.from_16_bits(assigned.FITNESS_MACHINE_SERVICE)
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    parts = [
        data_types.Flags(flags),
        data_types.CompleteListOf16BitServiceUUIDs([service]),
        data_types.ServiceData16BitUUID(service, MACHINE_IS_A_TREADMILL),
        data_types.CompleteLocalName(fitting(name)),
    ]
    return bytes(AdvertisingData(parts))


@asynccontextmanager
async def on_the_air(
    transport: str,
    treadmill: MockTreadmill,
    clock: Clock,
    name: str,
    *,
    address: str = ADDRESS,
    watcher: Watcher | None = None,
) -> AsyncIterator[Served]:
    """Serve the treadmill on a radio by Bumble's name for it: `usb:0`, `hci-socket:0`, `serial:/dev/…`."""
    fitting(name)
    async with await _open(transport) as (source, sink):
        device = Device.with_hci(name, Address(address, AddressType.RANDOM_DEVICE), source, sink)
        peripheral = OverTheAir(device, treadmill, clock, name, watcher)
        await peripheral.start()
        try:
            yield peripheral.served
        finally:
            await peripheral.stop()


async def _open(transport: str) -> Transport:
    try:
        return await open_transport(transport)
    except Exception as error:  # each transport raises what the library below it raises
        lacks = "AF_BLUETOOTH" in str(error)
        why = "this Python has no Bluetooth sockets; use the system's own" if lacks else str(error) or type(error).__name__
        raise NotOnTheAir(f"the radio {transport!r} can't be opened: {why}") from error


class OverTheAir:
    """Serves one mock treadmill on one Bumble device. Bumble speaks ATT; what the bytes mean is the treadmill's business."""

    def __init__(self, device: Device, treadmill: MockTreadmill, clock: Clock, name: str, watcher: Watcher | None = None) -> None:
        self._device = device
        self._advert = advert(name)
        self._connection: Connection | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.served = Served(treadmill, clock, self._send, self._drop, watcher or Watcher())
        self._characteristics = {
            number: self._characteristic(number) for number in PROPERTIES if number in treadmill.characteristics
        }

    async def start(self) -> None:
        """Switch the radio on and advertise; after each connection, again."""
        information = [c for number, c in self._characteristics.items() if number in INFORMATION]
        fitness = [c for number, c in self._characteristics.items() if number not in INFORMATION]
        self._device.add_service(Service(UUID.from_16_bits(DEVICE_INFORMATION), information))
        self._device.add_service(Service(UUID.from_16_bits(assigned.FITNESS_MACHINE_SERVICE), fitness))
        self._device.on(self._device.EVENT_CONNECTION, self._on_connection)
        await self._device.power_on()
        await self._device.start_advertising(
            auto_restart=True,
            advertising_data=self._advert,
            scan_response_data=b"",
            advertising_interval_min=ADVERT_MS,
            advertising_interval_max=ADVERT_MS,
        )

    async def stop(self) -> None:
        """Leave the air; whoever was connected sees the link end. The belt goes on as it was."""
        await self._device.stop_advertising()
        for connection in list(self._device.connections.values()):
            await self._hang_up(connection)
        self._end_link()
        await self._device.power_off()

    def _characteristic(self, number: int) -> Characteristic[bytes]:
        properties = Characteristic.Properties(0)
        for name in PROPERTIES[number]:
            properties |= _PROPERTY[name]
        return Characteristic[bytes](
            UUID.from_16_bits(number),
            properties,
            Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
            att.AttributeValue(lambda _central: self._read(number), lambda central, value: self._write(central, number, value)),
            self._configuration(number),
        )

    def _configuration(self, number: int) -> list[Descriptor]:
        """A descriptor of our own, for Bumble's takes any two octets: it would let a central that asked for notifications of
        the Control Point command it, and never answer."""
        allowed = sum(bit for name, bit in _CONFIGURED.items() if name in PROPERTIES[number])
        if not allowed:
            return []

        def write(bearer: att.Bearer, value: bytes) -> None:
            if len(value) != 2:
                raise att.ATT_Error(att.ErrorCode.INVALID_ATTRIBUTE_LENGTH)
            bits = int.from_bytes(value, "little")
            if bits & ~allowed:
                raise att.ATT_Error(att.ErrorCode.CCCD_IMPROPERLY_CONFIGURED)
            self._device.gatt_server.write_cccd(bearer, self._characteristics[number], value)
            if bearer is self._connection:
                self.served.subscribe(number, bits != 0)

        def read(bearer: att.Bearer) -> bytes:
            return self._device.gatt_server.read_cccd(bearer, self._characteristics[number])

        permissions = Descriptor.Permissions.READABLE | Descriptor.Permissions.WRITEABLE
        kind = GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR
        return [Descriptor(kind, permissions, att.AttributeValueV2(read, write))]

    def _read(self, number: int) -> bytes:
        try:
            return self.served.read(number)
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError as error:
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    async def _write(self, central: Connection, number: int, value: bytes) -> None:
        try:
            self.served.write(number, bytes(value))
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError:
            await self._hang_up(central)  # A fault dropped the link under this write, and its response goes with it.

    def _on_connection(self, connection: Connection) -> None:
        try:
            self.served.connect(connection.peer_address.to_string(with_type_qualifier=False))
        except ConnectionError:
            self._spawn(self._hang_up(connection))
            return
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._end_link())

    def _end_link(self) -> None:
        self._connection = None
        for task in self._tasks:
            task.cancel()
        self.served.disconnect()

    async def _send(self, packet: Packet) -> None:
        connection, characteristic = self._connection, self._characteristics[packet.uuid]
        if connection is None:
            return
        if "indicate" in PROPERTIES[packet.uuid]:
            # Not awaited: it ends with the central's confirmation, which telemetry must not wait for.
            self._spawn(self._indicate(connection, characteristic, packet.payload))
        else:
            await self._device.notify_subscriber(connection, characteristic, packet.payload)

    async def _indicate(self, connection: Connection, characteristic: Characteristic[bytes], payload: bytes) -> None:
        """A central that does not confirm within 30 s may be sent nothing more: only a new link is (Vol 3, Part F, 3.3.3)."""
        try:
            await self._device.indicate_subscriber(connection, characteristic, payload)
        except TimeoutError:
            await self._hang_up(connection)

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._hang_up(self._connection)

    async def _hang_up(self, connection: Connection) -> None:
        if connection.handle in self._device.connections:
            with suppress(HCI_Error):
                await connection.disconnect()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
