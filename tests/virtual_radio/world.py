"""One world: the air, an adapter on a private bus, and any number of virtual treadmills."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Final
from unittest.mock import patch

from bleak.backends.bluezdbus import manager as bleak_manager
from bumble.device import Device
from bumble.hci import Address, AddressType
from dbus_fast.aio import MessageBus

from .air import Scissors, station
from .bluez import BlueZ
from .bus import leave

ADAPTER_ADDRESS: Final = Address("02:00:00:00:00:01", AddressType.PUBLIC_DEVICE)


@dataclass(frozen=True, slots=True)
class World:
    """What a test can reach."""

    air: Scissors
    bluez: BlueZ

    def peripheral(self, name: str, address: str) -> Device:
        """A Bumble device with a static random address, not yet switched on: a treadmill, or somebody's phone."""
        return station(self.air, name, Address(address, AddressType.RANDOM_DEVICE))

    def unplug(self, device: Device) -> None:
        """Take a device away for good, so that another can have its address."""
        for controller in [c for c in self.air.controllers if c.random_address == device.random_address]:
            self.air.remove_controller(controller)


@asynccontextmanager
async def virtual_radio(bus_address: str, latency_s: float = 0.001) -> AsyncIterator[World]:
    """Open a world on a private bus. DBUS_SYSTEM_BUS_ADDRESS must name the same bus for as long as bleak is in use."""
    air = Scissors(latency_s)
    bluez = await BlueZ.open(bus_address, station(air, "adapter", ADAPTER_ADDRESS))
    with _noted() as buses:
        try:
            yield World(air, bluez)
        finally:
            await _forget_bleak()
            for bus in buses:
                if bus.connected:
                    await leave(bus)  # of a radio that a test which failed has not closed; else another test would be blamed
            await bluez.close()


@contextmanager
def _noted() -> Iterator[list[MessageBus]]:
    """The buses that somebody has connected to in here."""
    buses: list[MessageBus] = []
    connect = MessageBus.connect

    async def noting(bus: MessageBus) -> MessageBus:
        await connect(bus)
        buses.append(bus)
        return bus

    with patch.object(MessageBus, "connect", noting):
        yield buses


async def _forget_bleak() -> None:
    """bleak keeps one bus per event loop for ever; a world that ends takes it along."""
    instances = bleak_manager._global_instances
    manager = instances.pop(asyncio.get_running_loop(), None)
    if manager is not None and manager._bus is not None:
        await leave(manager._bus)
        if manager._bus_watcher_task is not None:
            await manager._bus_watcher_task
