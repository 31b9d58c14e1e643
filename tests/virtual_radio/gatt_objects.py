"""What a connected device offers, as org.bluez GATT objects; errors are worded as bluetoothd words them."""

from __future__ import annotations

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar
from uuid import UUID

from bumble import att, core
from bumble.device import Connection
from bumble.gatt import Characteristic
from bumble.gatt_client import CharacteristicProxy, DescriptorProxy, ServiceProxy
from dbus_fast import DBusError, Message, Variant

from treadctl.mock.air import while_connected

from .objects import NOTHING, Answer, ObjectTree, failed

HIDDEN: Final = (core.UUID.from_16_bits(0x1800), core.UUID.from_16_bits(0x1801))
"""Generic Access and Generic Attribute: bluetoothd keeps them to itself."""

_FLAGS: Final = {
    Characteristic.Properties.READ: "read",
    Characteristic.Properties.WRITE_WITHOUT_RESPONSE: "write-without-response",
    Characteristic.Properties.WRITE: "write",
    Characteristic.Properties.NOTIFY: "notify",
    Characteristic.Properties.INDICATE: "indicate",
}

_WORDED: Final = {
    att.ErrorCode.READ_NOT_PERMITTED: ("NotPermitted", "Read not permitted"),
    att.ErrorCode.WRITE_NOT_PERMITTED: ("NotPermitted", "Write not permitted"),
    att.ErrorCode.INSUFFICIENT_AUTHENTICATION: ("NotPermitted", "Not paired"),
    att.ErrorCode.INSUFFICIENT_ENCRYPTION: ("NotPermitted", "Not paired"),
    att.ErrorCode.REQUEST_NOT_SUPPORTED: ("NotSupported", "Operation is not supported"),
    att.ErrorCode.INSUFFICIENT_AUTHORIZATION: ("NotAuthorized", "Operation Not Authorized"),
    att.ErrorCode.INVALID_OFFSET: ("InvalidArguments", "Invalid offset"),
    att.ErrorCode.INVALID_ATTRIBUTE_LENGTH: ("InvalidArguments", "Invalid Length"),
}
"""ATT errors that BlueZ has words of its own for; the others it hands on by number."""

_T = TypeVar("_T")


def long_uuid(short: core.UUID) -> str:
    """A UUID as D-Bus writes it."""
    return str(UUID(bytes=bytes(reversed(short.uuid_128_bytes))))


async def over_the_link(connection: Connection, request: Coroutine[None, None, _T]) -> _T:
    """Await what is asked of a peer; what goes wrong becomes the D-Bus error that bluetoothd answers with."""
    try:
        return await while_connected(connection, request)
    except att.ATT_Error as error:
        name, text = _WORDED.get(
            att.ErrorCode(error.error_code), ("Failed", f"Operation failed with ATT error: 0x{error.error_code:02x}")
        )
        raise failed(text, name) from error
    except core.BaseBumbleError as error:
        raise failed(str(error)) from error
    except ConnectionError as error:
        raise failed("Not connected") from error


class RemoteServices:
    """The GATT objects of one device while it is connected."""

    def __init__(self, tree: ObjectTree, device_path: str, mtu: int) -> None:
        self._tree = tree
        self._device_path = device_path
        self._mtu = mtu
        self._paths: list[str] = []

    def publish(self, services: list[ServiceProxy]) -> None:
        """Show what was discovered, a parent before its children."""
        for service in services:
            if service.uuid not in HIDDEN:
                self._publish_service(service)

    def withdraw(self) -> None:
        """Hide it all again, a child before its parent."""
        while self._paths:
            self._tree.withdraw(self._paths.pop())

    def _publish_service(self, service: ServiceProxy) -> None:
        path = f"{self._device_path}/service{service.handle:04x}"
        properties = {
            "UUID": Variant("s", long_uuid(service.uuid)),
            "Primary": Variant("b", True),
            "Device": Variant("o", self._device_path),
            "Includes": Variant("ao", []),
        }
        self._tree.publish(path, "org.bluez.GattService1", properties, {})
        self._paths.append(path)
        for characteristic in service.characteristics:
            # The declaration lies one before the value, and BlueZ names the object after the declaration.
            inner = f"{path}/char{characteristic.handle - 1:04x}"
            RemoteCharacteristic(self._tree, inner, path, characteristic, self._mtu)
            self._paths.append(inner)
            for descriptor in characteristic.descriptors:
                innermost = f"{inner}/desc{descriptor.handle:04x}"
                _publish_descriptor(self._tree, innermost, inner, descriptor)
                self._paths.append(innermost)


class RemoteCharacteristic:
    """org.bluez.GattCharacteristic1, over ATT."""

    def __init__(self, tree: ObjectTree, path: str, service: str, proxy: CharacteristicProxy[bytes], mtu: int) -> None:
        self._tree = tree
        self._path = path
        self._proxy = proxy
        self._connection = proxy.client.connection
        self._writing = self._notifying = False
        properties = {
            "UUID": Variant("s", long_uuid(proxy.uuid)),
            "Service": Variant("o", service),
            "Flags": Variant("as", [name for flag, name in _FLAGS.items() if flag in proxy.properties]),
            "Notifying": Variant("b", False),
            "Value": Variant("ay", b""),
            "MTU": Variant("q", mtu),
        }
        methods = {
            "ReadValue": self._read,
            "WriteValue": self._write,
            "StartNotify": self._start_notify,
            "StopNotify": self._stop_notify,
        }
        tree.publish(path, "org.bluez.GattCharacteristic1", properties, methods)

    async def _read(self, _message: Message) -> Answer:
        value = await over_the_link(self._connection, self._proxy.read_value())
        self._changed(value)
        return "ay", (value,)

    async def _write(self, message: Message) -> Answer:
        value, options = message.body
        with self._one_write_at_a_time():
            await over_the_link(self._connection, self._proxy.write_value(value, with_response=_write_type(options) == "request"))
        return NOTHING

    async def _start_notify(self, _message: Message) -> Answer:
        if not self._proxy.properties & (Characteristic.Properties.NOTIFY | Characteristic.Properties.INDICATE):
            raise failed("Operation is not supported", "NotSupported")
        if not self._notifying:  # BlueZ says yes to a second one, and writes nothing
            await over_the_link(self._connection, self._proxy.subscribe(self._changed))
            self._tell_notifying(True)
        return NOTHING

    async def _stop_notify(self, _message: Message) -> Answer:
        await over_the_link(self._connection, self._proxy.unsubscribe(self._changed))
        self._tell_notifying(False)
        return NOTHING

    def _tell_notifying(self, on: bool) -> None:
        self._notifying = on
        self._tree.change(self._path, {"Notifying": Variant("b", on)})

    def _changed(self, value: bytes) -> None:
        self._tree.change(self._path, {"Value": Variant("ay", value)})

    @contextmanager
    def _one_write_at_a_time(self) -> Iterator[None]:
        if self._writing:
            raise failed("In Progress", "InProgress")
        self._writing = True
        try:
            yield
        finally:
            self._writing = False


def _write_type(options: dict[str, Variant]) -> str:
    kind = options.get("type", Variant("s", "request")).value
    if not isinstance(kind, str):
        raise DBusError("org.bluez.Error.InvalidArguments", "Invalid arguments in method call")
    return kind


def _publish_descriptor(tree: ObjectTree, path: str, characteristic: str, proxy: DescriptorProxy) -> None:
    async def read(_message: Message) -> Answer:
        return "ay", (await over_the_link(proxy.client.connection, proxy.read_value()),)

    properties = {
        "UUID": Variant("s", long_uuid(proxy.type)),
        "Characteristic": Variant("o", characteristic),
        "Value": Variant("ay", b""),
    }
    tree.publish(path, "org.bluez.GattDescriptor1", properties, {"ReadValue": read})
