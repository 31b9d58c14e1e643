"""The mock as a real Bluetooth peripheral: any FTMS app that can reach it can drive it. Bumble is the radio stack.

Nothing else imports this file, so treadctl runs without Bumble. One central at a time, as with real treadmills.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.ftms import assigned
from treadctl.mock.treadmill import AttError, MockTreadmill, Packet

try:
    from bumble import att, data_types
    from bumble.core import UUID, AdvertisingData
    from bumble.device import Connection, Device
    from bumble.gatt import Characteristic, Service
    from bumble.hci import Address, AddressType, HCI_Error
    from bumble.transport import open_transport
except ImportError as error:
    raise ImportError("a treadmill on the air needs the package bumble: pip install 'bumble>=0.0.236,<0.1'") from error

ADVERT_MS: Final = 50.0
"""Between adverts: within GAP's 30 to 60 ms for a device that somebody is waiting for."""
NAME_OCTETS: Final = 15
"""What remains of a 31-octet advert beside flags, service UUID and service data; a longer one is dropped by real radios."""
MACHINE_IS_A_TREADMILL: Final = bytes((0x01, 0x01, 0x00))
"""Service data: flags bit 0, available; machine type bit 0, treadmill (FTMS v1.0 §3.1)."""
ADDRESS: Final = "F0:0D:F1:7E:55:01"
"""A static random address (the two highest bits set), so that a profile keyed by address finds the mock again. Ours."""

_DEVICE_INFORMATION: Final = 0x180A
_INFORMATION: Final = (0x2A24, 0x2A26, 0x2A29)
"""Model number, firmware revision, manufacturer name."""

_PROPERTIES: Final = {
    assigned.FITNESS_MACHINE_FEATURE: Characteristic.Properties.READ,
    assigned.TREADMILL_DATA: Characteristic.Properties.NOTIFY,
    assigned.TRAINING_STATUS: Characteristic.Properties.READ | Characteristic.Properties.NOTIFY,
    assigned.SUPPORTED_SPEED_RANGE: Characteristic.Properties.READ,
    assigned.SUPPORTED_INCLINATION_RANGE: Characteristic.Properties.READ,
    assigned.FITNESS_MACHINE_CONTROL_POINT: Characteristic.Properties.WRITE | Characteristic.Properties.INDICATE,
    assigned.FITNESS_MACHINE_STATUS: Characteristic.Properties.NOTIFY,
    **dict.fromkeys(_INFORMATION, Characteristic.Properties.READ),
}
"""Properties by characteristic (FTMS v1.0 table 4.1)."""


def advert(name: str) -> bytes:
    """What the treadmill says of itself while nobody is connected; at most 31 octets."""
    if len(name.encode()) > NAME_OCTETS:
        raise ValueError(f"{name!r} does not fit into an advert: at most {NAME_OCTETS} octets")
    service = UUID.from_16_bits(assigned.FITNESS_MACHINE_SERVICE)
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    parts = [
        data_types.Flags(flags),
        data_types.CompleteListOf16BitServiceUUIDs([service]),
        data_types.ServiceData16BitUUID(service, MACHINE_IS_A_TREADMILL),
        data_types.CompleteLocalName(name),
    ]
    return bytes(AdvertisingData(parts))


@asynccontextmanager
async def on_the_air(
    transport: str, treadmill: MockTreadmill, clock: Clock, name: str, address: str = ADDRESS
) -> AsyncIterator[None]:
    """Serve the treadmill on a radio by Bumble's name for it: `usb:0`, `hci-socket:0`, `serial:/dev/…`."""
    async with await open_transport(transport) as (source, sink):
        device = Device.with_hci(name, Address(address, AddressType.RANDOM_DEVICE), source, sink)
        peripheral = OverTheAir(device, treadmill, clock, name)
        await peripheral.start()
        try:
            yield
        finally:
            await peripheral.stop()


class OverTheAir:
    """Serves one mock treadmill on one Bumble device. Bumble speaks ATT; what the bytes mean is the treadmill's business."""

    def __init__(self, device: Device, treadmill: MockTreadmill, clock: Clock, name: str) -> None:
        self._device = device
        self._treadmill = treadmill
        self._clock = clock
        self._advert = advert(name)
        self._woken = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._characteristics = {
            number: self._characteristic(number) for number in _PROPERTIES if number in treadmill.characteristics
        }

    async def start(self) -> None:
        """Switch the radio on and advertise; after each connection, again."""
        information = [c for number, c in self._characteristics.items() if number in _INFORMATION]
        fitness = [c for number, c in self._characteristics.items() if number not in _INFORMATION]
        self._device.add_service(Service(UUID.from_16_bits(_DEVICE_INFORMATION), information))
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
        self._cancel_all()
        await self._device.power_off()

    def _characteristic(self, number: int) -> Characteristic[bytes]:
        characteristic = Characteristic[bytes](
            UUID.from_16_bits(number),
            _PROPERTIES[number],
            Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
            att.AttributeValue(lambda _central: self._read(number), lambda central, value: self._write(central, number, value)),
        )
        characteristic.on(
            characteristic.EVENT_SUBSCRIPTION, lambda _central, notify, indicate: self._subscribe(number, notify or indicate)
        )
        return characteristic

    def _read(self, number: int) -> bytes:
        try:
            return self._treadmill.read(number)
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError as error:
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    async def _write(self, central: Connection, number: int, value: bytes) -> None:
        try:
            self._treadmill.write(number, bytes(value), self._clock.now())
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError:
            await self._hang_up(central)  # A fault dropped the link under this write, and its response goes with it.
        finally:
            self._woken.set()

    def _subscribe(self, number: int, on: bool) -> None:
        with suppress(ConnectionError):
            self._treadmill.subscribe(number, on)
        self._woken.set()

    def _on_connection(self, connection: Connection) -> None:
        try:
            self._treadmill.connect(self._clock.now())
        except ConnectionError:
            self._spawn(self._hang_up(connection))
            return
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._on_disconnection())
        self._spawn(self._serve(connection))

    def _on_disconnection(self) -> None:
        self._cancel_all()
        if self._treadmill.link_up:
            self._treadmill.disconnect(self._clock.now())

    async def _serve(self, connection: Connection) -> None:
        """Hand on what the treadmill has to say, until one of the two ends the link."""
        while True:
            for packet in self._treadmill.advance(self._clock.now()):
                await self._send(connection, packet)
            if not self._treadmill.link_up:
                await self._hang_up(connection)
                return
            await wait(self._clock, self._woken, self._treadmill.next_event() - self._clock.now())

    async def _send(self, connection: Connection, packet: Packet) -> None:
        characteristic = self._characteristics[packet.uuid]
        if characteristic.properties & Characteristic.Properties.INDICATE:
            # Not awaited: it ends with the central's confirmation, which telemetry must not wait for.
            self._spawn(self._device.indicate_subscriber(connection, characteristic, packet.payload))
        else:
            await self._device.notify_subscriber(connection, characteristic, packet.payload)

    async def _hang_up(self, connection: Connection) -> None:
        if connection.handle in self._device.connections:
            with suppress(HCI_Error):
                await connection.disconnect()

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _cancel_all(self) -> None:
        for task in self._tasks:
            task.cancel()
