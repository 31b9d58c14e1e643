"""org.bluez as an application meets it that offers services: GattManager1 and LEAdvertisingManager1, without a radio.

After BlueZ's documents (org.bluez.GattManager, GattCharacteristic, LEAdvertisement) and its way of turning an application's
D-Bus errors into ATT's. What it does not show is bluetoothd itself: its timing, its versions, and everything on the air.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID

from dbus_fast import ErrorType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from .bus import leave

HCI: Final = "/org/bluez/hci0"
PHONE: Final = f"{HCI}/dev_11_22_33_44_55_66"
FLAGS: Final = {"read", "write", "write-without-response", "notify", "indicate"}
ADVERT: Final = {"Type": "s", "ServiceUUIDs": "as", "ServiceData": "a{sv}", "LocalName": "s", "Discoverable": "b"}
ATT: Final = {
    "NotSupported": 0x06,
    "InvalidOffset": 0x07,
    "NotAuthorized": 0x08,
    "InvalidValueLength": 0x0D,
    "Failed": 0x80,
    "ImproperlyConfigured": 0xFD,
    "InProgress": 0xFE,
}
"""bluetoothd's reading of an application's errors; NotPermitted is 0x02 of a read and 0x03 of a write, any other 0x0E."""


class Refused(Exception):
    """An ATT error that a central would see."""

    def __init__(self, code: int) -> None:
        super().__init__(f"0x{code:02X}")
        self.code = code


class GattManager:
    """One adapter; `read`, `write` and `notify` are what it asks of the application for a central."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self.powered = True
        self.services: list[str] = []
        """What bluetoothd itself has on this adapter."""
        self.application = ""
        self.sender = ""
        self.objects: dict[str, dict[str, dict[str, Variant]]] = {}
        self.advert: dict[str, Variant] = {}
        self.values: list[tuple[int, bytes]] = []
        self.disconnected: list[str] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def characteristic(self, number: int) -> str:
        """The object path of a characteristic."""
        long = str(UUID(f"0000{number:04x}-0000-1000-8000-00805f9b34fb"))
        (path,) = (
            path
            for path, interfaces in self.objects.items()
            if "org.bluez.GattCharacteristic1" in interfaces and interfaces["org.bluez.GattCharacteristic1"]["UUID"].value == long
        )
        return path

    async def read(self, number: int, device: str = PHONE, offset: int = 0) -> bytes:
        """ReadValue, with the options that bluetoothd gives."""
        (value,) = await self._call(number, "ReadValue", 0x02, "a{sv}", _options(device, offset))
        return bytes(value)

    async def write(self, number: int, octets: str, device: str = PHONE) -> None:
        """WriteValue; bluetoothd takes an answer with anything in it for an error."""
        options = _options(device) | {"type": Variant("s", "request")}
        assert await self._call(number, "WriteValue", 0x03, "aya{sv}", bytes.fromhex(octets), options) == []

    async def notify(self, number: int, on: bool = True) -> None:
        """StartNotify or StopNotify: they do not say for whom."""
        await self._call(number, "StartNotify" if on else "StopNotify", 0x03)

    def connected(self, on: bool, device: str = PHONE) -> None:
        """The signal by which everybody hears of it."""
        changed = ["org.bluez.Device1", {"Connected": Variant("b", on)}, []]
        self._bus.send(
            Message(
                message_type=MessageType.SIGNAL,
                path=device,
                interface="org.freedesktop.DBus.Properties",
                member="PropertiesChanged",
                signature="sa{sv}as",
                body=changed,
            )
        )

    async def release(self) -> None:
        """As when the adapter is switched off."""
        await self._ask("/treadctl/advert", "org.bluez.LEAdvertisement1", "Release")

    async def _call(self, number: int, member: str, not_permitted: int, signature: str = "", *body: object) -> list[Any]:
        path = self.characteristic(number)
        reply = await self._ask(path, "org.bluez.GattCharacteristic1", member, signature, *body)
        if reply.message_type is MessageType.ERROR:
            name = (reply.error_name or "").removeprefix("org.bluez.Error.")
            raise Refused({**ATT, "NotPermitted": not_permitted}.get(name, 0x0E))
        return reply.body

    async def _ask(self, path: str, interface: str, member: str, signature: str = "", *body: object) -> Message:
        message = Message(
            destination=self.sender, path=path, interface=interface, member=member, signature=signature, body=list(body)
        )
        reply = await self._bus.call(message)
        assert reply is not None
        return reply

    # --- as the application calls it --------------------------------------------------------------------------------------

    def receive(self, message: Message) -> bool | None:
        """A handler of the bus."""
        if message.message_type is MessageType.SIGNAL:
            self._hear(message)
            return None
        if message.message_type is not MessageType.METHOD_CALL or message.path not in ("/", HCI, PHONE):
            return None
        task = asyncio.create_task(self._answer(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    def _hear(self, message: Message) -> None:
        if message.member == "PropertiesChanged" and message.sender == self.sender and "Value" in message.body[1]:
            shown = self.objects[message.path or ""]["org.bluez.GattCharacteristic1"]
            self.values.append((int(shown["UUID"].value[4:8], 16), bytes(message.body[1]["Value"].value)))

    async def _answer(self, message: Message) -> None:
        try:
            signature, body = await self._do(message)
        except AssertionError as error:
            reply = Message.new_error(message, "org.bluez.Error.InvalidArguments", str(error))
        except KeyError as error:
            reply = Message.new_error(message, ErrorType.UNKNOWN_METHOD, str(error))
        else:
            reply = Message.new_method_return(message, signature, body)
        await self._bus.send(reply)

    async def _do(self, message: Message) -> tuple[str, list[Any]]:
        match message.member:
            case "GetManagedObjects":
                shown = {"Powered": Variant("b", self.powered), "UUIDs": Variant("as", self.services)}
                interfaces = {"org.bluez.Adapter1": shown}
                managers: dict[str, dict[str, Variant]] = {"org.bluez.GattManager1": {}, "org.bluez.LEAdvertisingManager1": {}}
                return "a{oa{sa{sv}}}", [{HCI: interfaces | managers}]
            case "RegisterApplication":
                await self._register(message)
            case "RegisterAdvertisement":
                await self._advertise(message)
            case "UnregisterApplication" if message.body == [self.application]:
                self.objects = {}
            case "UnregisterAdvertisement":
                self.advert = {}
            case "Disconnect":
                self.disconnected.append(message.path or "")
                self.connected(False, message.path or "")
            case _:
                raise KeyError(message.member)
        return "", []

    async def _register(self, message: Message) -> None:
        self.application, options = message.body
        self.sender = message.sender or ""
        reply = await self._ask(self.application, "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
        objects = reply.body[0]
        assert options == {}
        assert all(path.startswith(f"{self.application}/") for path in objects)
        for interfaces in objects.values():
            for name, properties in interfaces.items():
                UUID(properties["UUID"].value)
                if name == "org.bluez.GattService1":
                    assert properties["Primary"] == Variant("b", True)
                elif name == "org.bluez.GattCharacteristic1":
                    assert set(properties["Flags"].value) <= FLAGS
                    assert properties["Service"].signature == "o"
                    assert "org.bluez.GattService1" in objects[properties["Service"].value]
        self.objects = objects

    async def _advertise(self, message: Message) -> None:
        path, _options = message.body
        reply = await self._ask(path, "org.freedesktop.DBus.Properties", "GetAll", "s", "org.bluez.LEAdvertisement1")
        shown = reply.body[0]
        assert {name: value.signature for name, value in shown.items()}.items() <= ADVERT.items()
        self.advert = shown


def _options(device: str, offset: int = 0) -> dict[str, Variant]:
    options = {"device": Variant("o", device), "link": Variant("s", "LE"), "mtu": Variant("q", 517)}
    return options | ({"offset": Variant("q", offset)} if offset else {})


@asynccontextmanager
async def gatt_manager(bus_address: str) -> AsyncIterator[GattManager]:
    """Take the name org.bluez on that bus."""
    bus = await MessageBus(bus_address=bus_address).connect()
    manager = GattManager(bus)
    bus.add_message_handler(manager.receive)
    rule = "type='signal',interface='org.freedesktop.DBus.Properties'"
    name, path = "org.freedesktop.DBus", "/org/freedesktop/DBus"
    await bus.call(Message(destination=name, path=path, interface=name, member="AddMatch", signature="s", body=[rule]))
    await bus.request_name("org.bluez")
    try:
        yield manager
    finally:
        await leave(bus)
