"""Which Bluetooth adapters Linux has, by asking BlueZ, and which of them is ours: the same one in every process.

bleak takes whichever comes first in a set, so of two adapters each process may get another: a guardian would then not find the
link that its predecessor left on the first. Other systems have one adapter, and nobody to ask.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

ANSWER_S: Final = 5.0
"""A local bus that takes longer does not answer."""

_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Adapter:
    """One adapter, as BlueZ tells of it."""

    name: str
    """`hci0`."""
    alias: str
    address: str
    powered: bool
    central: bool
    """Whether it can look for treadmills and connect to them."""
    peripheral: bool
    """Whether it can be one: the mock."""
    links: int
    """Devices connected to it now, of whatever kind: each takes one of the few that a controller holds."""


def preferred(adapters: Iterable[Adapter]) -> str | None:
    """Of those that are switched on and can connect to treadmills, the first by number; None where there is none."""
    able = [adapter.name for adapter in adapters if adapter.powered and adapter.central]
    return min(able, key=lambda name: [int(number) for number in _NUMBER.findall(name)], default=None)


async def adapters() -> list[Adapter] | None:
    """Those that BlueZ knows, by name; None where nobody answers, or this is not Linux."""
    if sys.platform != "linux":
        return None
    try:
        async with asyncio.timeout(ANSWER_S):
            return _told(await _objects())
    except Exception:  # noqa: BLE001 - a bus that is missing, closed or odd is one that does not answer; bleak says which
        return None


async def _objects() -> Mapping[str, Mapping[str, Mapping[str, Any]]]:
    from dbus_fast import BusType, Message  # what bleak itself speaks to BlueZ through
    from dbus_fast.aio import MessageBus

    bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
    try:
        answer = await bus.call(Message("org.bluez", "/", "org.freedesktop.DBus.ObjectManager", member="GetManagedObjects"))
    finally:
        bus.disconnect()
        with suppress(EOFError, OSError):
            await bus.wait_for_disconnect()  # type: ignore[no-untyped-call]  # dbus-fast leaves this one untyped
    found: Mapping[str, Mapping[str, Mapping[str, Any]]] = answer.body[0] if answer.body else {}
    return found


def _told(objects: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> list[Adapter]:
    linked = [
        _value(interfaces["org.bluez.Device1"], "Adapter", "")
        for interfaces in objects.values()
        if _value(interfaces.get("org.bluez.Device1", {}), "Connected", False)
    ]
    found = []
    for path, interfaces in sorted(objects.items()):
        if (about := interfaces.get("org.bluez.Adapter1")) is not None:
            roles = _value(about, "Roles", ["central"])  # told since BlueZ 5.55; bleak needs it anyway
            found.append(
                Adapter(
                    path.rsplit("/", 1)[-1],
                    _value(about, "Alias", ""),
                    _value(about, "Address", ""),
                    _value(about, "Powered", False),
                    "central" in roles,
                    "peripheral" in roles,
                    linked.count(path),
                )
            )
    return found


def _value(properties: Mapping[str, Any], name: str, otherwise: Any) -> Any:
    return getattr(properties.get(name), "value", otherwise)
