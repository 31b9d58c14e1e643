"""A fitness machine that does what a test tells it: it notes what was written and when, and says nothing of its own accord."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bumble import att
from bumble.core import UUID
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, Service

from treadctl.mock.over_the_air import treadmill_advert

Properties = Characteristic.Properties
FITNESS_MACHINE: Final = "1826"

VALUES: Final = {
    "2acc": bytes.fromhex("0c100000 03000000"),
    "2ad4": bytes.fromhex("5000 d007 0a00"),
    "2ad5": bytes.fromhex("9cff 9600 0500"),
    "2a29": b"treadctl",
}
"""What is read: a treadmill of 0.8 to 20 km/h and −10 to 15 %."""
NOTIFYING: Final = ("2acd", "2ad3", "2ada")
WRITTEN: Final = {"2ad9": Properties.WRITE | Properties.INDICATE}


class Scripted:
    """`on_write` is awaited before a write is answered; `say` notifies, or indicates where nothing else is offered."""

    def __init__(
        self,
        device: Device,
        written: Mapping[str, Properties] = WRITTEN,
        service: str = FITNESS_MACHINE,
        permissions: Characteristic.Permissions = Characteristic.Permissions.READABLE | Characteristic.Permissions.WRITEABLE,
    ) -> None:
        self.device = device
        self.writes: list[tuple[float, bytes]] = []
        self.written = asyncio.Event()
        self.on_write: Callable[[bytes], Awaitable[None]] = _nothing
        self._talking: set[asyncio.Task[None]] = set()
        self._characteristics = {
            **{uuid: self._characteristic(uuid, Properties.READ, permissions) for uuid in VALUES},
            **{uuid: self._characteristic(uuid, Properties.NOTIFY, permissions) for uuid in NOTIFYING},
            **{uuid: self._characteristic(uuid, properties, permissions) for uuid, properties in written.items()},
        }
        device.add_service(Service(UUID(service), list(self._characteristics.values())))

    async def start(self) -> None:
        """Switch the radio on and advertise."""
        await self.device.power_on()
        await self.device.start_advertising(
            auto_restart=True,
            advertising_data=treadmill_advert("scripted"),
            scan_response_data=b"",
            advertising_interval_min=20.0,
            advertising_interval_max=20.0,
        )

    async def stop(self) -> None:
        """Leave the air; what was still to be said stays unsaid."""
        for task in self._talking:
            task.cancel()
        await self.device.stop_advertising()
        for connection in list(self.device.connections.values()):
            await connection.disconnect()
        await self.device.power_off()

    def say(self, uuid: str, octets: str) -> None:
        """To whoever subscribed; of an indication nobody waits for the confirmation."""
        characteristic, value = self._characteristics[uuid], bytes.fromhex(octets)
        if characteristic.properties & Properties.NOTIFY:
            saying = self.device.notify_subscribers(characteristic, value)
        else:
            saying = self.device.indicate_subscribers(characteristic, value)
        task = asyncio.create_task(saying)
        self._talking.add(task)
        task.add_done_callback(self._talking.discard)

    def _characteristic(
        self, uuid: str, properties: Properties, permissions: Characteristic.Permissions
    ) -> Characteristic[bytes]:
        return Characteristic[bytes](
            UUID(uuid), properties, permissions, att.AttributeValue(lambda _central: VALUES.get(uuid, b""), self._written)
        )

    async def _written(self, _central: Connection, value: bytes) -> None:
        self.writes.append((asyncio.get_running_loop().time(), bytes(value)))
        self.written.set()
        await self.on_write(bytes(value))


async def _nothing(_octets: bytes) -> None:
    pass
