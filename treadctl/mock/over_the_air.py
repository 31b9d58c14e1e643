"""The mock as a real Bluetooth peripheral: any FTMS app that can reach it can drive it. Bumble is the radio stack.

Only what puts a treadmill on the air imports this file, so treadctl runs without Bumble. One central at a time, as with real
treadmills: none is advertised to while one is connected, and a second that gets in all the same is hung up on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from treadctl.clock import Clock
from treadctl.ftms import assigned
from treadctl.mock.aerial import Aerial, advert, read
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
    from bumble import att
    from bumble.core import UUID
    from bumble.device import Connection, Device
    from bumble.gatt import GATT_CLIENT_CHARACTERISTIC_CONFIGURATION_DESCRIPTOR, Characteristic, Descriptor, Service
    from bumble.hci import Address, AddressType
    from bumble.transport import open_transport
    from bumble.transport.common import Transport

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


def treadmill_advert(name: str) -> bytes:
    """What a treadmill says of itself while nobody is connected (FTMS v1.0 §3.1)."""
    return advert(name, assigned.FITNESS_MACHINE_SERVICE, MACHINE_IS_A_TREADMILL)


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


_USB = "; is the dongle plugged in, free of other programs, and may you open it? This computer's own adapter: --ble bluez"


async def _open(transport: str) -> Transport:
    try:
        return await open_transport(transport)
    except Exception as error:  # each transport raises what the library below it raises
        lacks = "AF_BLUETOOTH" in str(error)
        why = "this Python has no Bluetooth sockets; use the system's own" if lacks else str(error) or type(error).__name__
        todo = _USB if transport.startswith("usb") else ""
        raise NotOnTheAir(f"the radio {transport!r} can't be opened: {why}{todo}") from error


class OverTheAir:
    """Serves one mock treadmill on one Bumble device. Bumble speaks ATT; what the bytes mean is the treadmill's business."""

    def __init__(self, device: Device, treadmill: MockTreadmill, clock: Clock, name: str, watcher: Watcher | None = None) -> None:
        self._device = device
        self._aerial = Aerial(device, treadmill_advert(name))
        self._connection: Connection | None = None
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
        await self._aerial.up(self._on_connection)

    async def stop(self) -> None:
        """Leave the air; whoever was connected sees the link end. The belt goes on as it was."""
        await self._aerial.down(self._end_link)

    def _characteristic(self, number: int) -> Characteristic[bytes]:
        properties = Characteristic.Properties(0)
        for name in PROPERTIES[number]:
            properties |= _PROPERTY[name]
        return Characteristic[bytes](
            UUID.from_16_bits(number),
            properties,
            Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
            att.AttributeValue(
                lambda _central: read(self.served.read, number), lambda central, value: self._write(central, number, value)
            ),
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

    async def _write(self, central: Connection, number: int, value: bytes) -> None:
        try:
            self.served.write(number, bytes(value))
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError:
            await self._aerial.hang_up(central)  # A fault dropped the link under this write, and its response goes with it.

    def _on_connection(self, connection: Connection) -> None:
        try:
            self.served.connect(connection.peer_address.to_string(with_type_qualifier=False))
        except ConnectionError:
            self._aerial.spawn(self._aerial.hang_up(connection))
            return
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._end_link())

    def _end_link(self) -> None:
        self._connection = None
        self._aerial.link_ended()
        self.served.disconnect()

    async def _send(self, packet: Packet) -> None:
        connection, characteristic = self._connection, self._characteristics[packet.uuid]
        if connection is None:
            return
        if "indicate" in PROPERTIES[packet.uuid]:
            # Not awaited: it ends with the central's confirmation, which telemetry must not wait for.
            self._aerial.spawn(self._indicate(connection, characteristic, packet.payload))
        else:
            await self._device.notify_subscriber(connection, characteristic, packet.payload)

    async def _indicate(self, connection: Connection, characteristic: Characteristic[bytes], payload: bytes) -> None:
        """A central that does not confirm within 30 s may be sent nothing more: only a new link is (Vol 3, Part F, 3.3.3)."""
        try:
            await self._device.indicate_subscriber(connection, characteristic, payload)
        except TimeoutError:
            await self._aerial.hang_up(connection)

    async def _drop(self) -> None:
        if self._connection is not None:
            await self._aerial.hang_up(self._connection)
