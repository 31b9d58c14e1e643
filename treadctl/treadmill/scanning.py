"""What is on the air, and what is still connected: listening only. Nothing here connects to anything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from typing import Final

from bleak import BleakAdapter, BleakScanner
from bleak.args.bluez import BlueZAdapterArgs
from bleak.backends.device import BLEDevice
from bleak.backends.scanner import AdvertisementData

from treadctl.ftms import advertising, assigned
from treadctl.ftms.errors import ProtocolError
from treadctl.treadmill.adapters import adapters, preferred
from treadctl.treadmill.bleak_errors import bounded
from treadctl.treadmill.gatt import Heard, LinkError, Trouble
from treadctl.treadmill.locks import LOOK_AGAIN_S, turn

FIND_S: Final = 10.0
"""Listening for one advert; ten times the slowest interval in use (about 1 s)."""
ASK_S: Final = 5.0
"""Asking the operating system about its adapters and connections, and ending a scan: local, so a hang is a fault."""
TURN_S: Final = 100.0
"""Waiting for others to find and connect theirs: two of them that take nearly all their time."""
AT_A_TIME_S: Final = 5.0
"""A long scan lets others have the adapter this often: somebody may have to find a belt again that is moving."""


_NO_SIGNAL_TOLD: Final = -127
"""What bleak says where the system tells no signal strength."""


async def scan(
    hear: Callable[[Heard], None], seconds: float, services: Collection[int] = (assigned.FITNESS_MACHINE_SERVICE,)
) -> None:
    """Listen so long; `hear` is called for every advert, and for devices with these services that are still connected.

    It must not block. Raises LinkError.
    """
    left = seconds
    while left > 0:
        span = min(left, AT_A_TIME_S)
        async with turn(TURN_S):
            ours = await _ours()
            for service in services:
                for device in await _connected(service, ours):
                    hear(_still_connected(device, service))
            async with _listening(lambda device, advert: hear(_heard(device, advert)), ours):
                await asyncio.sleep(span)
        left -= span
        if left > 0:
            await asyncio.sleep(2 * LOOK_AGAIN_S)


async def find(address: str, service: int) -> BLEDevice:
    """One device by its address: one that an earlier process left connected, which does not advertise, or one on the air."""
    ours = await _ours()
    for device in await _connected(service, ours):
        if device.address.lower() == address.lower():
            return device
    found: asyncio.Future[BLEDevice] = asyncio.get_running_loop().create_future()

    def look(device: BLEDevice, _advert: AdvertisementData) -> None:
        if device.address.lower() == address.lower() and not found.done():
            found.set_result(device)

    async with _listening(look, ours):
        await asyncio.wait({found}, timeout=FIND_S)
    if not found.done():
        raise LinkError(Trouble.NOT_FOUND, address)
    return found.result()


@asynccontextmanager
async def _listening(hear: Callable[[BLEDevice, AdvertisementData], None], ours: BlueZAdapterArgs) -> AsyncIterator[None]:
    """A scan. Its start is never cancelled half-way: bleak would forget it, and BlueZ go on and refuse this program the next."""
    scanner = BleakScanner(hear, bluez={"adapter": ours["adapter"]} if ours else {})
    starting = asyncio.ensure_future(scanner.start())
    try:
        async with bounded(ASK_S, Trouble.NOT_READY):
            await asyncio.shield(starting)
        yield
    finally:
        await asyncio.wait({starting}, timeout=ASK_S)
        if not starting.done():
            starting.cancel()
        elif starting.exception() is None:
            with suppress(LinkError):  # one that will not end by itself ends with this program
                async with bounded(ASK_S, Trouble.NOT_READY):
                    await scanner.stop()


async def _ours() -> BlueZAdapterArgs:
    """The adapter that every process of ours takes; nothing where only bleak can say what is wrong, or there is but one."""
    name = preferred(await adapters() or ())
    return {} if name is None else {"adapter": name}


async def _connected(service: int, ours: BlueZAdapterArgs) -> list[BLEDevice]:
    async with bounded(ASK_S, Trouble.NOT_READY):
        try:
            return await (await BleakAdapter.get(bluez=ours)).get_connected_devices([assigned.uuid(service)])
        except NotImplementedError:  # bleak cannot ask every system
            return []


def _still_connected(device: BLEDevice, service: int) -> Heard:
    return Heard(device.address, device.name, None, frozenset({service}), None, None, connected=True)


def _heard(device: BLEDevice, advert: AdvertisementData) -> Heard:
    numbers = frozenset(number for uuid in advert.service_uuids if (number := assigned.number(uuid)) is not None)
    signal = None if advert.rssi == _NO_SIGNAL_TOLD else advert.rssi
    said = _service_data(advert)
    return Heard(
        device.address,
        advert.local_name or device.name,
        signal,
        numbers,
        None if said is None else said.is_treadmill,
        None if said is None else said.available,
        connected=False,
    )


def _service_data(advert: AdvertisementData) -> advertising.ServiceData | None:
    octets = advert.service_data.get(assigned.uuid(assigned.FITNESS_MACHINE_SERVICE))
    if octets is None:
        return None
    try:
        return advertising.decode(octets)
    except ProtocolError:
        return None  # Too short to say anything; a stranger's advert ends no scan.
