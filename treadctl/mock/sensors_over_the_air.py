"""A mock foot pod or strap as a real Bluetooth peripheral: any app that reads such sensors can find it. Bumble is the radio."""

from __future__ import annotations

from contextlib import suppress

from treadctl.clock import Clock
from treadctl.ftms import battery, running_speed_cadence
from treadctl.mock.aerial import Aerial, advert, read
from treadctl.mock.bumble_missing import asking_for_bumble
from treadctl.mock.feet import MockSensor
from treadctl.mock.served import DEVICE_INFORMATION, INFORMATION

with asking_for_bumble():
    from bumble import att
    from bumble.core import UUID
    from bumble.device import Connection, Device
    from bumble.gatt import Characteristic, Service


class SensorOverTheAir:
    """Serves one mock sensor to one central on one Bumble device."""

    def __init__(self, device: Device, sensor: MockSensor, clock: Clock, name: str) -> None:
        self._device = device
        self._sensor = sensor
        self._clock = clock
        self._aerial = Aerial(device, advert(name, sensor.service))
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
        await self._aerial.up(self._on_connection)

    async def stop(self) -> None:
        """Leave the air; whoever was connected sees the link end."""
        await self._aerial.down(self._end_link)

    def _characteristic(self, number: int) -> Characteristic[bytes]:
        pushed = number == self._sensor.measurement
        return Characteristic[bytes](
            UUID.from_16_bits(number),
            Characteristic.Properties.NOTIFY if pushed else Characteristic.Properties.READ,
            Characteristic.Permissions.READABLE,
            att.AttributeValue(lambda _central: read(self._sensor.read, number)),
        )

    def _subscribe(self, on: bool) -> None:
        with suppress(ConnectionError):
            self._sensor.subscribe(self._sensor.measurement, on)

    def _on_connection(self, connection: Connection) -> None:
        try:
            self._sensor.connect(self._clock.now())
        except ConnectionError:
            self._aerial.spawn(self._aerial.hang_up(connection))
            return
        connection.on(connection.EVENT_DISCONNECTION, lambda _reason: self._end_link())
        self._aerial.spawn(self._serve(connection))

    def _end_link(self) -> None:
        self._aerial.link_ended()
        if self._sensor.link_up:
            self._sensor.disconnect(self._clock.now())

    async def _serve(self, connection: Connection) -> None:
        """Hand on what the sensor has to say, until one of the two ends the link."""
        while True:
            for packet in self._sensor.advance(self._clock.now()):
                await self._device.notify_subscriber(connection, self._measurement, packet.payload)
            if not self._sensor.link_up:
                await self._aerial.hang_up(connection)
                return
            await self._clock.sleep(self._sensor.next_event() - self._clock.now())
