"""Virtual treadmills for bleak: a `BleakScanner` and a `BleakClient` backend over a virtual radio, for other people's tests.

Nothing is faked above the radio: an advert is an advert, and reads, writes, notifications and errors are ATT, spoken by Bumble
at both ends of a virtual link. What is bypassed is the operating system's Bluetooth: BlueZ, CoreBluetooth and WinRT each have
habits of their own, and no test without them shows those. Works wherever Python does.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal, TypeVar
from unittest.mock import patch
from uuid import UUID

from bleak.args import SizedBuffer
from bleak.assigned_numbers import CharacteristicPropertyName
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.client import BaseBleakClient, NotifyCallback
from bleak.backends.descriptor import BleakGATTDescriptor
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData, AdvertisementDataCallback, BaseBleakScanner
from bleak.backends.service import BleakGATTService, BleakGATTServiceCollection
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError

from treadctl.clock import PacedClock
from treadctl.mock.air import Air, station, while_connected
from treadctl.mock.bumble_missing import asking_for_bumble
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.served import Watcher
from treadctl.mock.treadmill import MockTreadmill

with asking_for_bumble():
    from bumble import att, core, hci
    from bumble.core import AdvertisingData
    from bumble.device import Advertisement, Connection, Device, Peer
    from bumble.gatt import Characteristic
    from bumble.gatt_client import CharacteristicProxy, ServiceProxy

MTU: Final = 517
"""What the central asks for, as BlueZ does; 512 octets of value and the longest header."""
_OURS: Final = hci.Address("02:00:00:00:00:01", hci.AddressType.PUBLIC_DEVICE)
_PROPERTIES: Final[dict[Characteristic.Properties, CharacteristicPropertyName]] = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}
_HIDDEN: Final = (core.UUID.from_16_bits(0x1800), core.UUID.from_16_bits(0x1801))
"""Generic Access and Generic Attribute: operating systems keep them to themselves."""

_T = TypeVar("_T")


@dataclass(eq=False)
class VirtualAir:
    """The treadmills in reach, and the two classes that bleak takes as `backend=`."""

    clock: PacedClock
    """The treadmills' time: `await air.clock.sleep(60)` waits for a minute of theirs."""
    central: Device
    air: Air
    treadmills: dict[str, MockTreadmill] = field(default_factory=dict)
    """By address."""
    connecting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """An adapter opens one connection at a time."""
    scanners: set[VirtualScanner] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.scanner: type[BaseBleakScanner] = type("VirtualScanner", (VirtualScanner,), {"air": self})
        self.client: type[BaseBleakClient] = type("VirtualClient", (VirtualClient,), {"air": self})

    @property
    def address(self) -> str:
        """The first treadmill's."""
        return next(iter(self.treadmills))

    @contextmanager
    def as_default(self) -> Iterator[None]:
        """In here `BleakScanner()` and `BleakClient(…)` find these treadmills by themselves, for apps that pass no backend."""
        with (
            patch("bleak.get_platform_scanner_backend_type", lambda: (self.scanner, self.scanner.__name__)),
            patch("bleak.get_platform_client_backend_type", lambda: (self.client, self.client.__name__)),
        ):
            yield

    async def break_links(self) -> None:
        """Every link is lost, as by distance; on return the app has been told."""
        self.air.lose_connections()
        while self.central.connections:  # noqa: ASYNC110 - a few turns of the loop, for the controller's events
            await asyncio.sleep(0)

    def silence(self, on: bool = True) -> None:
        """Nothing arrives any more, and nobody is told: what waits for an answer waits. Or it all arrives again."""
        self.air.silent = on

    async def scanned(self, scanner: VirtualScanner, on: bool) -> None:
        """The adapter listens while any scanner does."""
        before = bool(self.scanners)
        (self.scanners.add if on else self.scanners.discard)(scanner)
        if before != bool(self.scanners):
            await (self.central.start_scanning() if on else self.central.stop_scanning())

    def heard(self, advertisement: Advertisement) -> None:
        """An advert, for whoever listens."""
        for scanner in list(self.scanners):
            scanner.heard(advertisement)


@asynccontextmanager
async def open_air(
    treadmills: tuple[MockTreadmill, ...], scale: float, latency_s: float, watcher: Watcher | None
) -> AsyncIterator[VirtualAir]:
    """What `treadctl.testing.virtual_air` is."""
    air = Air(latency_s)
    opened = VirtualAir(PacedClock(scale), station(air, "central", _OURS), air)
    peripherals = []
    for number, treadmill in enumerate(treadmills, start=1):
        address = f"F0:0D:F1:7E:55:{number:02X}"
        name = "treadctl mock" if number == 1 else f"treadctl mock {number}"[:15]
        device = station(air, name, hci.Address(address, hci.AddressType.RANDOM_DEVICE))
        peripherals.append(OverTheAir(device, treadmill, opened.clock, name, watcher))
        opened.treadmills[address] = treadmill
    await opened.central.power_on()
    opened.central.on(opened.central.EVENT_ADVERTISEMENT, opened.heard)
    for peripheral in peripherals:
        await peripheral.start()
    try:
        yield opened
    finally:
        air.silent = False
        for peripheral in peripherals:
            await peripheral.stop()
        await opened.central.power_off()


class VirtualScanner(BaseBleakScanner):
    """Hears the adverts on one virtual air."""

    air: ClassVar[VirtualAir]

    def __init__(
        self,
        detection_callback: AdvertisementDataCallback | None,
        service_uuids: list[str] | None,
        scanning_mode: Literal["active", "passive"] = "active",
        **_options: Any,
    ) -> None:
        super().__init__(detection_callback, service_uuids)

    async def start(self) -> None:
        """Listen."""
        self.seen_devices = {}
        await self.air.scanned(self, True)

    async def stop(self) -> None:
        """Listen no more; what was heard stays."""
        await self.air.scanned(self, False)

    def heard(self, advertisement: Advertisement) -> None:
        """As an operating system tells bleak of an advert."""
        data = advertisement_data(advertisement)
        if not self.is_allowed_uuid(data.service_uuids):
            return
        address = advertisement.address.to_string(with_type_qualifier=False)
        device = self.create_or_update_device(address, address, data.local_name, advertisement.address, data)
        self.call_detection_callbacks(device, data)


class VirtualClient(BaseBleakClient):
    """One connection to a treadmill on one virtual air."""

    air: ClassVar[VirtualAir]

    def __init__(self, address_or_ble_device: BLEDevice | str, **options: Any) -> None:
        super().__init__(
            address_or_ble_device,
            disconnected_callback=options.pop("disconnected_callback", None),
            timeout=options.pop("timeout", 30.0),
        )
        self._wanted: set[str] | None = options.pop("services", None)
        self._name = address_or_ble_device.name if isinstance(address_or_ble_device, BLEDevice) else None
        self._connection: Connection | None = None
        self._receivers: dict[int, Callable[[bytes], None]] = {}

    @property
    def name(self) -> str:
        """What it calls itself, or its address."""
        return self._name or self.address.replace(":", "-")

    @property
    def mtu_size(self) -> int:
        """What both ends agreed on."""
        return self._open().att_mtu

    @property
    def is_connected(self) -> bool:
        """Whether there is a link, as far as this end knows."""
        return self._connection is not None

    async def connect(self, pair: bool, **_options: Any) -> None:
        """Wait for an advert, connect, agree on an MTU, discover. A treadmill that somebody else holds does not advertise."""
        if self._connection is not None:
            raise BleakError("Already connected")
        if pair:
            raise NotImplementedError("the virtual treadmills do not pair")
        if self.address.upper() not in self.air.treadmills:
            raise BleakDeviceNotFoundError(self.address, f"no treadmill at {self.address}")
        peer = hci.Address(self.address, hci.AddressType.RANDOM_DEVICE)
        async with self.air.connecting:
            connection = await self._dial(peer)
        if connection.handle not in self.air.central.connections:
            raise BleakError("the treadmill hung up at once")
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._on_disconnection())
        try:
            async with asyncio.timeout(self._timeout):
                self.services = await self._over(_discover(Peer(connection), self._wanted))
        except BaseException:
            await self.disconnect()
            raise

    async def _dial(self, peer: hci.Address) -> Connection:
        own = hci.OwnAddressType.PUBLIC
        dialling = asyncio.create_task(
            self.air.central.connect(peer, core.PhysicalTransport.LE, own_address_type=own, timeout=self._timeout)
        )
        try:
            return await asyncio.shield(dialling)
        except core.TimeoutError as error:
            raise TimeoutError(f"{self.address} does not advertise") from error
        except core.BaseBumbleError as error:
            raise BleakError(f"failed to connect: {error}") from error
        except asyncio.CancelledError:
            await self._give_up(dialling)
            raise

    async def _give_up(self, dialling: asyncio.Task[Connection]) -> None:
        """Only the controller can end what it has begun: a task that is cancelled would leave it connecting for ever."""
        while not dialling.done():
            with suppress(core.BaseBumbleError):
                await self.air.central.cancel_connection()  # type: ignore[no-untyped-call]  # Bumble leaves this one untyped
            await asyncio.sleep(self.air.air.latency_s)
        if dialling.exception() is None:
            await dialling.result().disconnect()

    async def disconnect(self) -> None:
        """Close. Nothing happens to a link that is closed already."""
        connection = self._connection
        if connection is not None and connection.handle in self.air.central.connections:
            await connection.disconnect()

    async def pair(self, *_args: Any, **_options: Any) -> None:
        """Not on this air."""
        raise NotImplementedError("the virtual treadmills do not pair")

    async def unpair(self) -> None:
        """Not on this air."""
        raise NotImplementedError("the virtual treadmills do not pair")

    async def read_gatt_char(
        self, characteristic: BleakGATTCharacteristic, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        """Over the link, always: there is no cache."""
        return bytearray(await self._over(_proxy(characteristic).read_value()))

    async def write_gatt_char(self, characteristic: BleakGATTCharacteristic, data: SizedBuffer, response: bool) -> None:
        """A Write Request and its answer, or a Write Command."""
        await self._over(_proxy(characteristic).write_value(bytes(data), with_response=response))

    async def start_notify(self, characteristic: BleakGATTCharacteristic, callback: NotifyCallback, **_options: Any) -> None:
        """Write the descriptor: notifications, or where there are none indications."""
        proxy = _proxy(characteristic)
        if characteristic.handle in self._receivers:
            raise BleakError("Characteristic notifications already started")
        if not proxy.properties & (Characteristic.Properties.NOTIFY | Characteristic.Properties.INDICATE):
            raise BleakError("characteristic does not support notifications or indications")

        def receive(value: bytes) -> None:
            callback(bytearray(value))

        self._receivers[characteristic.handle] = receive
        try:
            await self._over(proxy.subscribe(receive))
        except BaseException:
            self._receivers.pop(characteristic.handle, None)
            raise

    async def stop_notify(self, characteristic: BleakGATTCharacteristic) -> None:
        """Clear the descriptor."""
        receive = self._receivers.pop(characteristic.handle, None)
        if receive is not None:
            await self._over(_proxy(characteristic).unsubscribe(receive))

    async def read_gatt_descriptor(
        self, descriptor: BleakGATTDescriptor, *, use_cached: bool = False, **_options: Any
    ) -> bytearray:
        """Over the link."""
        return bytearray(await self._over(descriptor.obj.read_value()))

    async def write_gatt_descriptor(self, descriptor: BleakGATTDescriptor, data: SizedBuffer) -> None:
        """Over the link."""
        await self._over(descriptor.obj.write_value(bytes(data), with_response=True))

    def _open(self) -> Connection:
        if self._connection is None:
            raise BleakError("Not connected")
        return self._connection

    async def _over(self, asking: Coroutine[None, None, _T]) -> _T:
        """Await what is asked of the treadmill; what goes wrong is one of bleak's errors."""
        connection = self._connection
        if connection is None:
            asking.close()
            raise BleakError("Not connected")
        try:
            return await while_connected(connection, asking)
        except att.ATT_Error as error:
            raise BleakGATTProtocolError(int(error.error_code)) from error
        except core.BaseBumbleError as error:
            raise BleakError(str(error)) from error
        except ConnectionError as error:
            raise BleakError("disconnected") from error

    def _on_disconnection(self) -> None:
        self._connection = None
        self.services = None
        self._receivers.clear()
        if self._disconnected_callback is not None:
            self._disconnected_callback()


def advertisement_data(advertisement: Advertisement) -> AdvertisementData:
    """A Bumble advert in bleak's words; what it does not carry is absent."""
    data = advertisement.data
    names = data.get_all(AdvertisingData.Type.COMPLETE_LOCAL_NAME)
    lists = data.get_all(AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS)
    services = data.get_all(AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID)
    return AdvertisementData(
        local_name=names[0] if names else None,
        manufacturer_data={},
        service_data={_long(uuid): bytes(octets) for uuid, octets in services},
        service_uuids=list(dict.fromkeys(_long(uuid) for uuids in lists for uuid in uuids)),  # a scan response repeats them
        tx_power=None,
        rssi=advertisement.rssi,
        platform_data=(),
    )


async def _discover(peer: Peer, wanted: set[str] | None) -> BleakGATTServiceCollection:
    await peer.request_mtu(MTU)
    await peer.discover_services()
    await peer.discover_characteristics()
    found = BleakGATTServiceCollection()
    for service in peer.services:
        if service.uuid not in _HIDDEN and (wanted is None or _long(service.uuid) in wanted):
            await _add(found, peer, service)
    return found


async def _add(found: BleakGATTServiceCollection, peer: Peer, service: ServiceProxy) -> None:
    shown = BleakGATTService(service, service.handle, _long(service.uuid))
    found.add_service(shown)
    for proxy in service.characteristics:
        properties = [name for bit, name in _PROPERTIES.items() if bit in proxy.properties]
        characteristic = BleakGATTCharacteristic(
            proxy, proxy.handle, _long(proxy.uuid), properties, lambda: peer.connection.att_mtu - 3, shown
        )
        found.add_characteristic(characteristic)
        for descriptor in await peer.discover_descriptors(proxy):
            found.add_descriptor(BleakGATTDescriptor(descriptor, descriptor.handle, _long(descriptor.type), characteristic))


def _proxy(characteristic: BleakGATTCharacteristic) -> CharacteristicProxy[bytes]:
    proxy: CharacteristicProxy[bytes] = characteristic.obj
    return proxy


def _long(short: core.UUID) -> str:
    return str(UUID(bytes=bytes(reversed(short.uuid_128_bytes))))
