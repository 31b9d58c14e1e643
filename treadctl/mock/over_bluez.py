"""The mock on this computer's own Bluetooth: a GATT application and an advert, registered with BlueZ over D-Bus. Linux only.

BlueZ holds the radio and ATT; we answer ReadValue and WriteValue, and a changed `Value` is what it notifies or indicates
(org.bluez.GattCharacteristic, org.bluez.LEAdvertisement). What a treadmill on a dongle of its own does better:

- BlueZ does not say which central subscribes, only which one reads or writes. Until one has, it goes by "a central".
- Other centrals stay connected to the computer; they are refused by ATT error 0x08, not by silence.
- The address is the computer's. ATT error 0xFD needs BlueZ 5.77; before, the central is told 0x0E.
- bluetoothd has a Device Information Service of its own, and apps that look one up by its number fail on two (pyftms does, seen
  with bluetoothd 5.66). So where it has one, ours stays away, and nobody is told maker, model and firmware.
- A fault that breaks the link ends the whole connection to that device, its music included.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Final

from dbus_fast import BusType, DBusError, Message, MessageType, Variant
from dbus_fast.aio import MessageBus

from treadctl.clock import Clock
from treadctl.ftms import assigned
from treadctl.mock.dbus_objects import NOTHING, OBJECT_MANAGER, PROPERTIES, Answer, Method, ObjectTree, failed
from treadctl.mock.served import (
    DEVICE_INFORMATION,
    INFORMATION,
    MACHINE_IS_A_TREADMILL,
    NotOnTheAir,
    Served,
    Watcher,
    fitting,
)
from treadctl.mock.served import PROPERTIES as FLAGS
from treadctl.mock.treadmill import AttCode, AttError, MockTreadmill, Packet

BLUEZ: Final = "org.bluez"
APPLICATION: Final = "/treadctl/mock"
ADVERT: Final = "/treadctl/advert"
"""Beside the application, whose tree may hold nothing but services."""
ANSWER_S: Final = 10.0
"""For bluetoothd to answer: registering reads our whole tree first, which takes it some 50 ms."""

_ADAPTER: Final = "org.bluez.Adapter1"
_DEVICE: Final = "org.bluez.Device1"
_GATT: Final = "org.bluez.GattManager1"
_ADVERTISING: Final = "org.bluez.LEAdvertisingManager1"
_SOMEBODY: Final = "a central"
_WORDED: Final[dict[int, str]] = {
    AttCode.READ_NOT_PERMITTED: "NotPermitted",
    AttCode.WRITE_NOT_PERMITTED: "NotPermitted",
    AttCode.INVALID_LENGTH: "InvalidValueLength",
    AttCode.CCCD_IMPROPERLY_CONFIGURED: "ImproperlyConfigured",
    AttCode.PROCEDURE_IN_PROGRESS: "InProgress",
}
"""The errors that bluetoothd turns into ATT's numbers; it makes 0x80 of any other."""


@asynccontextmanager
async def on_bluez(
    treadmill: MockTreadmill, clock: Clock, name: str, *, adapter: str = "", watcher: Watcher | None = None
) -> AsyncIterator[Served]:
    """Serve the treadmill on an adapter by BlueZ's name for it, like `hci1`; without one, on the first that can."""
    fitting(name)
    try:
        bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    except (OSError, DBusError) as error:
        raise NotOnTheAir(f"there is no system message bus to reach BlueZ by ({error})") from error
    try:
        path, services = await _find_adapter(bus, adapter)
        application = OverBlueZ(bus, path, services, treadmill, clock, name, watcher)
        try:
            await application.start()
            yield application.served
        finally:
            await application.stop()
    finally:
        bus.disconnect()
        with suppress(EOFError, OSError):
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves this one untyped


class OverBlueZ:
    """One mock treadmill as objects on the bus. The central that reads or writes first has it until it disconnects."""

    def __init__(
        self,
        bus: MessageBus,
        adapter: str,
        services: Collection[str],
        treadmill: MockTreadmill,
        clock: Clock,
        name: str,
        watcher: Watcher | None = None,
    ) -> None:
        """`services` are those that BlueZ itself has on this adapter."""
        self._bus = bus
        self._adapter = adapter
        self._informs = assigned.uuid(DEVICE_INFORMATION) not in services
        self._name = name
        self._watcher = watcher or Watcher()
        self._tree = ObjectTree(bus)
        self._device: str | None = None
        self._subscribed: set[int] = set()
        self._turned_away: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._paths: dict[int, str] = {}
        self._offered = treadmill.characteristics
        self.served = Served(treadmill, clock, self._send, self._drop, self._watcher)

    async def start(self) -> None:
        """Publish the services, have them registered, and go on the air."""
        if self._informs:
            self._publish(0, DEVICE_INFORMATION, [number for number in INFORMATION if number in self._offered])
        fitness = [number for number in FLAGS if number in self._offered and number not in INFORMATION]
        self._publish(1, assigned.FITNESS_MACHINE_SERVICE, fitness)
        self._tree.publish(ADVERT, "org.bluez.LEAdvertisement1", _advert(self._name), {"Release": self._released})
        self._bus.add_message_handler(self._signal)
        rule = f"type='signal',sender='{BLUEZ}',interface='{PROPERTIES}',member='PropertiesChanged'"
        await _ask(self._bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s", rule)
        await self._manage(_GATT, "RegisterApplication", APPLICATION, {})
        await self._manage(_ADVERTISING, "RegisterAdvertisement", ADVERT, {})

    async def stop(self) -> None:
        """Off the air. BlueZ forgets what it registered; whoever was connected stays so, to a computer without a treadmill."""
        self._bus.remove_message_handler(self._signal)
        self.served.disconnect()
        with suppress(NotOnTheAir):
            await self._manage(_ADVERTISING, "UnregisterAdvertisement", ADVERT)
        with suppress(NotOnTheAir):
            await self._manage(_GATT, "UnregisterApplication", APPLICATION)
        for task in self._tasks:
            task.cancel()
        await self._tree.close()

    async def _manage(self, interface: str, member: str, path: str, *options: object) -> None:
        signature = "oa{sv}" if options else "o"
        await _ask(self._bus, BLUEZ, self._adapter, interface, member, signature, path, *options)

    def _publish(self, index: int, service: int, numbers: list[int]) -> None:
        path = f"{APPLICATION}/service{index}"
        properties = {"UUID": Variant("s", assigned.uuid(service)), "Primary": Variant("b", True)}
        self._tree.publish(path, "org.bluez.GattService1", properties, {})
        for number in numbers:
            self._paths[number] = inner = f"{path}/char{number:04x}"
            shown = {
                "UUID": Variant("s", assigned.uuid(number)),
                "Service": Variant("o", path),
                "Flags": Variant("as", sorted(FLAGS[number])),
            }
            methods: dict[str, Method] = {
                "ReadValue": partial(self._read, number),
                "WriteValue": partial(self._write, number),
                "StartNotify": partial(self._start_notify, number),
                "StopNotify": partial(self._stop_notify, number),
                "Confirm": self._confirm,
            }
            self._tree.publish(inner, "org.bluez.GattCharacteristic1", shown, methods)

    # --- what BlueZ asks for its centrals --------------------------------------------------------------------------------

    async def _read(self, number: int, message: Message) -> Answer:
        (options,) = message.body
        self._let_in(options)
        try:
            value = self.served.read(number)
        except (AttError, ConnectionError) as error:
            raise _failed(error) from error
        offset = _offset(options)
        if offset > len(value):
            raise failed("Invalid offset", "InvalidOffset")
        return "ay", (value[offset:],)

    async def _write(self, number: int, message: Message) -> Answer:
        value, options = message.body
        self._let_in(options)
        if _offset(options):  # No characteristic of a treadmill takes more than fits into one write.
            raise failed("Invalid offset", "InvalidOffset")
        try:
            self.served.write(number, bytes(value))
        except (AttError, ConnectionError) as error:
            raise _failed(error) from error
        return NOTHING

    async def _start_notify(self, number: int, _message: Message) -> Answer:
        if not FLAGS[number] & {"notify", "indicate"}:
            raise failed("Operation is not supported", "NotSupported")
        if self.served.central is None:
            self._connect(None)
        self._subscribed.add(number)
        self.served.subscribe(number, on=True)
        return NOTHING

    async def _stop_notify(self, number: int, _message: Message) -> Answer:
        """Also how BlueZ says, of a central that never read or wrote anything, that it is gone."""
        self._subscribed.discard(number)
        self.served.subscribe(number, on=False)
        if not self._subscribed and self._device is None:
            self.served.disconnect()
        return NOTHING

    async def _confirm(self, _message: Message) -> Answer:
        """An indication has arrived; nothing of ours waits for it."""
        return NOTHING

    async def _released(self, _message: Message) -> Answer:
        self._watcher.off_the_air("BlueZ took the advert back")
        return NOTHING

    # --- who it is -------------------------------------------------------------------------------------------------------

    def _let_in(self, options: Mapping[str, Variant]) -> None:
        device = _device(options)
        if self.served.central is None:
            self._connect(device)
        elif self._device is None:  # It subscribed before it read anything.
            self._device = device
        elif device != self._device:
            if device not in self._turned_away:
                self._turned_away.add(device)
                self._watcher.turned_away(_address(device), "another app holds the link")
            raise failed("Another app holds the treadmill", "NotAuthorized")

    def _connect(self, device: str | None) -> None:
        try:
            self.served.connect(_address(device) if device else _SOMEBODY)
        except ConnectionError as error:
            if device:
                self._spawn(self._disconnect(device))
            raise failed(str(error), "NotAuthorized") from error
        self._device = device

    def _signal(self, message: Message) -> None:
        if message.message_type is not MessageType.SIGNAL or message.member != "PropertiesChanged":
            return
        interface, changed, _ = message.body
        connected = changed.get("Connected")
        if interface != _DEVICE or connected is None or connected.value or message.path is None:
            return
        self._turned_away.discard(message.path)
        if message.path == self._device:
            self._device = None
            self._subscribed.clear()
            self.served.disconnect()

    # --- what goes to the central ----------------------------------------------------------------------------------------

    async def _send(self, packet: Packet) -> None:
        self._tree.change(self._paths[packet.uuid], {"Value": Variant("ay", packet.payload)})

    async def _drop(self) -> None:
        if self._device is not None:
            await self._disconnect(self._device)
        else:
            self.served.disconnect()

    async def _disconnect(self, device: str) -> None:
        with suppress(NotOnTheAir):
            await _ask(self._bus, BLUEZ, device, _DEVICE, "Disconnect")

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _advert(name: str) -> dict[str, Variant]:
    service = assigned.uuid(assigned.FITNESS_MACHINE_SERVICE)
    return {
        "Type": Variant("s", "peripheral"),
        "ServiceUUIDs": Variant("as", [service]),
        "ServiceData": Variant("a{sv}", {service: Variant("ay", MACHINE_IS_A_TREADMILL)}),
        "LocalName": Variant("s", name),
        "Discoverable": Variant("b", True),
    }


async def _find_adapter(bus: MessageBus, wanted: str) -> tuple[str, Collection[str]]:
    """The adapter's path, and what services BlueZ has on it."""
    objects: dict[str, dict[str, dict[str, Variant]]]
    (objects,) = await _ask(bus, BLUEZ, "/", OBJECT_MANAGER, "GetManagedObjects")
    adapters = {path: interfaces for path, interfaces in objects.items() if _ADAPTER in interfaces}
    chosen = [path for path in sorted(adapters) if not wanted or path.rsplit("/", 1)[-1] == wanted]
    if not chosen:
        there = ", ".join(path.rsplit("/", 1)[-1] for path in adapters) or "none"
        raise NotOnTheAir(f"BlueZ has no Bluetooth adapter {wanted}".rstrip() + f"; there is {there}")
    able = [path for path in chosen if {_GATT, _ADVERTISING} <= set(adapters[path])]
    if not able:
        raise NotOnTheAir("this Bluetooth adapter can't be a peripheral; try another, or a dongle with --ble usb:0")
    on = [path for path in able if _told(adapters[path], "Powered", True)]
    if not on:
        raise NotOnTheAir("Bluetooth is switched off; switch it on (bluetoothctl power on)")
    return on[0], _told(adapters[on[0]], "UUIDs", ())


def _told(interfaces: dict[str, dict[str, Variant]], name: str, otherwise: Any) -> Any:
    told = interfaces[_ADAPTER].get(name)
    return otherwise if told is None else told.value


async def _ask(bus: MessageBus, to: str, path: str, interface: str, member: str, signature: str = "", *body: object) -> list[Any]:
    call = Message(destination=to, path=path, interface=interface, member=member, signature=signature, body=list(body))
    try:
        async with asyncio.timeout(ANSWER_S):
            reply = await bus.call(call)
    except (OSError, EOFError, TimeoutError) as error:
        raise NotOnTheAir(f"BlueZ does not answer to {member}") from error
    if reply.message_type is MessageType.ERROR:
        raise NotOnTheAir(_why(member, reply))
    return reply.body


def _why(member: str, reply: Message) -> str:
    name = reply.error_name
    if name in ("org.freedesktop.DBus.Error.ServiceUnknown", "org.freedesktop.DBus.Error.NameHasNoOwner"):
        return "the Bluetooth service does not run (systemctl start bluetooth)"
    if name == "org.freedesktop.DBus.Error.AccessDenied":
        return "this program may not use Bluetooth; join the group bluetooth, or run it as root"
    said = f": {reply.body[0]}" if reply.body and isinstance(reply.body[0], str) else ""
    return f"BlueZ refused {member} ({name}{said})"


def _failed(error: AttError | ConnectionError) -> DBusError:
    if isinstance(error, AttError):
        return failed(str(error), _WORDED.get(error.code, "Failed"))
    return failed(str(error))


def _offset(options: Mapping[str, Variant]) -> int:
    return int(options["offset"].value) if "offset" in options else 0


def _device(options: Mapping[str, Variant]) -> str:
    return str(options["device"].value) if "device" in options else ""


def _address(device: str) -> str:
    """`/org/bluez/hci0/dev_AA_BB_…` as people write it."""
    return device.rsplit("/dev_", 1)[-1].replace("_", ":")
