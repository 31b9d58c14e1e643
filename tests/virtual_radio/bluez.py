"""org.bluez with one adapter, hci0, whose radio is a Bumble central."""

from __future__ import annotations

from typing import Final

from bumble import hci
from bumble.device import Advertisement, Device
from dbus_fast import Message, Variant
from dbus_fast.aio import MessageBus

from treadctl.mock.dbus_objects import Method

from .bus import leave
from .device import RemoteDevice
from .objects import NOTHING, Answer, ObjectTree, failed

ADAPTER: Final = "/org/bluez/hci0"


class BlueZ:
    """The adapter. `powered` and `present` are what the tests of a missing or switched-off radio turn."""

    def __init__(self, bus: MessageBus, central: Device) -> None:
        self._bus = bus
        self._central = central
        self._tree = ObjectTree(bus)
        self._devices: dict[hci.Address, RemoteDevice] = {}
        self._scanning: set[str] = set()

    @classmethod
    async def open(cls, bus_address: str, central: Device) -> BlueZ:
        """Take the name org.bluez on that bus and show one adapter that is switched on."""
        await central.power_on()
        bus = await MessageBus(bus_address=bus_address).connect()
        bluez = cls(bus, central)
        bluez._publish_adapter()
        central.on(central.EVENT_ADVERTISEMENT, bluez._heard)
        await bus.request_name("org.bluez")
        return bluez

    async def close(self) -> None:
        """Leave the bus."""
        await self._central.power_off()
        await self._tree.close()
        await leave(self._bus)

    async def start_listening(self) -> None:
        """The radio begins to scan."""
        await self._central.start_scanning()

    def switch_off(self) -> None:
        """As a person does in the settings."""
        self._tree.change(ADAPTER, {"Powered": Variant("b", False)})

    def unplug(self) -> None:
        """As a dongle that is pulled out."""
        self._tree.withdraw(ADAPTER)

    def add_a_deaf_adapter(self) -> str:
        """A second one, switched on, that hears nothing; its name."""
        self._publish("/org/bluez/hci1", {"SetDiscoveryFilter": _fine, "StartDiscovery": _fine, "StopDiscovery": _fine})
        return "hci1"

    def _publish_adapter(self) -> None:
        methods: dict[str, Method] = {
            "SetDiscoveryFilter": _fine,
            "StartDiscovery": self._start_discovery,
            "StopDiscovery": self._stop_discovery,
            "RemoveDevice": self._remove_device,
        }
        self._publish(ADAPTER, methods)

    def _publish(self, path: str, methods: dict[str, Method]) -> None:
        properties = {
            "Address": Variant("s", self._central.public_address.to_string(with_type_qualifier=False)),
            "Name": Variant("s", "virtual"),
            "Alias": Variant("s", "virtual"),
            "Powered": Variant("b", True),
            "Discovering": Variant("b", False),
            "Roles": Variant("as", ["central"]),
            "UUIDs": Variant("as", []),
        }
        self._tree.publish(path, "org.bluez.Adapter1", properties, methods)

    def _heard(self, advertisement: Advertisement) -> None:
        if device := self._devices.get(advertisement.address):
            device.heard(advertisement)
        else:
            self._devices[advertisement.address] = RemoteDevice(self._tree, self._central, ADAPTER, advertisement)

    async def _start_discovery(self, message: Message) -> Answer:
        client = message.sender or ""
        if client in self._scanning:
            raise failed("Operation already in progress", "InProgress")
        if not self._scanning:
            await self.start_listening()
            self._tree.change(ADAPTER, {"Discovering": Variant("b", True)})
        self._scanning.add(client)
        return NOTHING

    async def _stop_discovery(self, message: Message) -> Answer:
        client = message.sender or ""
        if client not in self._scanning:
            raise failed("No discovery started")
        self._scanning.remove(client)
        if not self._scanning:
            await self._central.stop_scanning()
            self._tree.change(ADAPTER, {"Discovering": Variant("b", False)})
            for device in self._devices.values():
                device.scan_over()
        return NOTHING

    async def _remove_device(self, message: Message) -> Answer:
        (path,) = message.body
        for address, device in self._devices.items():
            if device.path == path:
                del self._devices[address]
                self._tree.withdraw(path)
                return NOTHING
        raise failed("Does Not Exist", "DoesNotExist")


async def _fine(_message: Message) -> Answer:
    return NOTHING
