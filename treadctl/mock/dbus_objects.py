"""A tree of D-Bus objects, one interface each, with the ObjectManager and Properties that others read it by. Linux only."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from dbus_fast import DBusError, Message, MessageFlag, MessageType, Variant
from dbus_fast.aio import MessageBus

OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"

NOTHING: Final = ("", ())
"""The answer of a method that returns nothing."""

Answer = tuple[str, tuple[object, ...]]
Method = Callable[[Message], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class _Object:
    interface: str
    methods: Mapping[str, Method]
    properties: dict[str, Variant] = field(default_factory=dict)


class ObjectTree:
    """Objects under `/`, by path. Low-level messages, because properties come and go and errors must be worded exactly."""

    def __init__(self, bus: MessageBus) -> None:
        self._bus = bus
        self._objects: dict[str, _Object] = {}
        self._answering: set[asyncio.Task[None]] = set()
        bus.add_message_handler(self._receive)

    def publish(self, path: str, interface: str, properties: Mapping[str, Variant], methods: Mapping[str, Method]) -> None:
        """Add an object, and say so."""
        self._objects[path] = _Object(interface, methods, dict(properties))
        self._signal("/", OBJECT_MANAGER, "InterfacesAdded", "oa{sa{sv}}", (path, {interface: dict(properties)}))

    def withdraw(self, path: str) -> None:
        """Remove an object, and say so."""
        gone = self._objects.pop(path)
        self._signal("/", OBJECT_MANAGER, "InterfacesRemoved", "oas", (path, [gone.interface]))

    def change(self, path: str, properties: Mapping[str, Variant]) -> None:
        """Set properties and say so, even of one that keeps its value: a second equal notification is news too."""
        target = self._objects[path]
        target.properties.update(properties)
        self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", (target.interface, dict(properties), []))

    def forget(self, path: str, name: str) -> None:
        """Take a property away, and say so."""
        target = self._objects[path]
        if target.properties.pop(name, None) is not None:
            self._signal(path, PROPERTIES, "PropertiesChanged", "sa{sv}as", (target.interface, {}, [name]))

    async def close(self) -> None:
        """Answer nothing more."""
        self._bus.remove_message_handler(self._receive)
        for task in self._answering:
            task.cancel()
        await asyncio.gather(*self._answering, return_exceptions=True)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: tuple[object, ...]) -> None:
        message = Message(
            message_type=MessageType.SIGNAL, path=path, interface=interface, member=member, signature=signature, body=list(body)
        )
        if self._bus.connected:
            self._bus.send(message)

    def _receive(self, message: Message) -> bool | None:
        if message.message_type is not MessageType.METHOD_CALL or not (method := self._method(message)):
            return None
        task = asyncio.create_task(self._answer(message, method))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        return True

    def _method(self, message: Message) -> Method | None:
        if message.interface == OBJECT_MANAGER and message.member == "GetManagedObjects":
            return self._managed_objects
        target = self._objects.get(message.path or "")
        if target is None:
            return None
        if message.interface == PROPERTIES:
            return {"Get": self._get, "GetAll": self._get_all}.get(message.member or "")
        if target.interface != message.interface:
            return None
        return target.methods.get(message.member or "")

    async def _answer(self, message: Message, method: Method) -> None:
        try:
            signature, body = await method(message)
        except DBusError as error:
            reply = Message.new_error(message, error.type, error.text)
        else:
            reply = Message.new_method_return(message, signature, list(body))
        if self._bus.connected and not message.flags & MessageFlag.NO_REPLY_EXPECTED:
            await self._bus.send(reply)

    async def _managed_objects(self, message: Message) -> Answer:
        root = f"{message.path}/".replace("//", "/")
        below = {path: {o.interface: o.properties} for path, o in self._objects.items() if path.startswith(root)}
        return "a{oa{sa{sv}}}", (below,)

    async def _get_all(self, message: Message) -> Answer:
        (interface,) = message.body
        target = self._objects[message.path or ""]
        return "a{sv}", (target.properties if interface == target.interface else {},)

    async def _get(self, message: Message) -> Answer:
        interface, name = message.body
        target = self._objects[message.path or ""]
        if interface != target.interface or name not in target.properties:
            raise DBusError("org.freedesktop.DBus.Error.UnknownProperty", f"no {interface}.{name}")
        return "v", (target.properties[name],)


def failed(text: str, name: str = "Failed") -> DBusError:
    """An error as bluetoothd names them."""
    return DBusError(f"org.bluez.Error.{name}", text)
