"""The D-Bus object tree is the package's own, which also serves a treadmill on BlueZ; BlueZ lets others set a property too."""

from __future__ import annotations

from dbus_fast import Message

from treadctl.mock import dbus_objects
from treadctl.mock.dbus_objects import NOTHING as NOTHING
from treadctl.mock.dbus_objects import PROPERTIES, Method
from treadctl.mock.dbus_objects import Answer as Answer
from treadctl.mock.dbus_objects import failed as failed


class ObjectTree(dbus_objects.ObjectTree):
    """As a client switches the adapter on, or trusts a device."""

    def _method(self, message: Message) -> Method | None:
        if message.interface == PROPERTIES and message.member == "Set":
            return self._set
        return super()._method(message)

    async def _set(self, message: Message) -> Answer:
        _interface, name, value = message.body
        self.change(message.path or "", {name: value})
        return NOTHING
