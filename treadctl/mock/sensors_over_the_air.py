"""A mock foot pod or strap as a real Bluetooth peripheral: any app that reads such sensors can find it. Bumble is the radio."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from typing import Final

from treadctl.clock import Clock
from treadctl.ftms import battery, running_speed_cadence
from treadctl.mock.bumble_missing import asking_for_bumble
from treadctl.mock.feet import MockSensor
from treadctl.mock.served import DEVICE_INFORMATION, INFORMATION, fitting
from treadctl.mock.treadmill import AttError

with asking_for_bumble():
    from bumble import att, data_types
    from bumble.core import UUID, AdvertisingData
    from bumble.device import Connection, Device
    from bumble.gatt import Characteristic, Service
    from bumble.hci import HCI_Error

ADVERT_MS: Final = 50.0
"""Between adverts: within GAP's 30 to 60 ms for a device that somebody is waiting for."""


def advert(name: str, service: int) -> bytes:
    """What a sensor says of itself while nobody is connected; at most 31 octets."""
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    parts = [
        data_types.Flags(flags),
        data_types.CompleteListOf16BitServiceUUIDs([UUID.from_16_bits(service)]),
        data_types.CompleteLocalName(fitting(name)),
    ]
    return bytes(AdvertisingData(parts))


class SensorOverTheAir:
    """Serves one mock sensor to one central on one Bumble device."""

    def __init__(self, device: Device, sensor: MockSensor, clock: Clock, name: str) -> None:
        self._device = device
        self._sensor = sensor
        self._clock = clock
        self._advert = advert(name, sensor.service)
        self._tasks: set[asyncio.Task[None]] = set()
        self._measurement = self._characteristic(sensor.measurement)
        self._measurement.on(self._measurement.EVENT_SUBSCRIPTION, lambda _central, notify, _indicate: self._subscribe(notify))

    async def start(self) -> None:
        """Switch the radio on and advertise; after each connection, again."""
        offered = self._sensor.characteristics
        for service, numbers in (
            (DEVICE_INFORMATION, [number for number in INFORMATION if number in offered]),
            (battery.SERVICE, [battery.LEVEL]),
        ):
            self._device.add_service(Service(UUID.from_16_bits(service), [self._characteristic(number) for number in numbers]))
        feature = [self._characteristic(number) for number in (running_speed_cadence.FEATURE,) if number in offered]
        self._device.add_service(Service(UUID.from_16_bits(self._sensor.service), [self._measurement, *feature]))
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
        """Leave the air; whoever was connected sees the link end."""
        await self._device.stop_advertising()
        for connection in list(self._device.connections.values()):
            await self._hang_up(connection)
        self._end_link()
        await self._device.power_off()

    def _characteristic(self, number: int) -> Characteristic[bytes]:
        pushed = number == self._sensor.measurement
        return Characteristic[bytes](
            UUID.from_16_bits(number),
            Characteristic.Properties.NOTIFY if pushed else Characteristic.Properties.READ,
            Characteristic.Permissions.READABLE,
            att.AttributeValue(lambda _central: self._read(number)),
        )

    def _read(self, number: int) -> bytes:
        try:
            return self._sensor.read(number)
        except AttError as error:
            raise att.ATT_Error(error.code) from error
        except ConnectionError as error:
            raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error

    def _subscribe(self, on: bool) -> None:
        with suppress(ConnectionError):
            self._sensor.subscribe(self._sensor.measurement, on)

    def _on_connection(self, connection: Connection) -> None:
        try:
            self._sensor.connect(self._clock.now())
        except ConnectionError:
            self._spawn(self._hang_up(connection))
            return
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._end_link())
        self._spawn(self._serve(connection))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _end_link(self) -> None:
        for task in self._tasks:
            task.cancel()
        if self._sensor.link_up:
            self._sensor.disconnect(self._clock.now())

    async def _serve(self, connection: Connection) -> None:
        """Hand on what the sensor has to say, until one of the two ends the link."""
        while True:
            for packet in self._sensor.advance(self._clock.now()):
                await self._device.notify_subscriber(connection, self._measurement, packet.payload)
            if not self._sensor.link_up:
                await self._hang_up(connection)
                return
            await self._clock.sleep(self._sensor.next_event() - self._clock.now())

    async def _hang_up(self, connection: Connection) -> None:
        if connection.handle in self._device.connections:
            with suppress(HCI_Error):
                await connection.disconnect()
