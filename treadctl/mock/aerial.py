"""What every mock on Bumble does with its radio, whatever it mocks: advertise, have one central, hang up, leave the air."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Final

from treadctl.mock.bumble_missing import asking_for_bumble
from treadctl.mock.served import fitting
from treadctl.mock.treadmill import AttError

with asking_for_bumble():
    from bumble import att, data_types
    from bumble.core import UUID, AdvertisingData
    from bumble.device import Connection, Device
    from bumble.hci import HCI_Error

ADVERT_MS: Final = 50.0
"""Between adverts: within GAP's 30 to 60 ms for a device that somebody is waiting for."""


def advert(name: str, service: int, machine: bytes = b"") -> bytes:
    """What a device says of itself while nobody is connected; at most 31 octets. `machine` is its service data, if any."""
    uuid = UUID.from_16_bits(service)
    flags = AdvertisingData.Flags.LE_GENERAL_DISCOVERABLE_MODE | AdvertisingData.Flags.BR_EDR_NOT_SUPPORTED
    parts = [
        data_types.Flags(flags),
        data_types.CompleteListOf16BitServiceUUIDs([uuid]),
        *([data_types.ServiceData16BitUUID(uuid, machine)] if machine else []),
        data_types.CompleteLocalName(fitting(name)),
    ]
    return bytes(AdvertisingData(parts))


def read(ask: Callable[[int], bytes], number: int) -> bytes:
    """What a mock lets be read, or the ATT error that it answers with."""
    try:
        return ask(number)
    except AttError as error:
        raise att.ATT_Error(error.code) from error
    except ConnectionError as error:
        raise att.ATT_Error(att.ErrorCode.UNLIKELY_ERROR) from error


class Aerial:
    """One Bumble device, and the tasks that live no longer than its link."""

    def __init__(self, device: Device, data: bytes) -> None:
        self._device = device
        self._data = data
        self._tasks: set[asyncio.Task[None]] = set()

    async def up(self, on_connection: Callable[[Connection], None]) -> None:
        """Switch the radio on and advertise; after each connection, again."""
        self._device.on(self._device.EVENT_CONNECTION, on_connection)
        await self._device.power_on()
        await self._device.start_advertising(
            auto_restart=True,
            advertising_data=self._data,
            scan_response_data=b"",
            advertising_interval_min=ADVERT_MS,
            advertising_interval_max=ADVERT_MS,
        )

    async def down(self, end_link: Callable[[], None]) -> None:
        """Leave the air; whoever was connected sees the link end, and `end_link` is called even if the radio does not say so."""
        await self._device.stop_advertising()
        for connection in list(self._device.connections.values()):
            await self.hang_up(connection)
        end_link()
        await self._device.power_off()

    async def hang_up(self, connection: Connection) -> None:
        """End one link, if it has not ended by itself."""
        if connection.handle in self._device.connections:
            with suppress(HCI_Error):
                await connection.disconnect()

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Do this beside, until the link ends."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def link_ended(self) -> None:
        """What was done for it ends too."""
        for task in self._tasks:
            task.cancel()
