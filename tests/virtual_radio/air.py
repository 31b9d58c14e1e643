"""The air is the package's own (treadctl.mock.air); here is a controller on it that another process can plug into."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bumble import hci
from bumble.controller import Controller
from bumble.core import PhysicalTransport
from bumble.transport.common import StreamPacketSink, StreamPacketSource

from treadctl.mock.air import LATENCY_S as LATENCY_S
from treadctl.mock.air import Air as Air
from treadctl.mock.air import VirtualController
from treadctl.mock.air import station as station


@asynccontextmanager
async def dongle(air: Air, socket: Path) -> AsyncIterator[None]:
    """A virtual controller that speaks HCI over a socket, as one in a USB port does over the port."""
    server = await asyncio.get_running_loop().create_unix_server(lambda: _Plug(air), socket)
    try:
        yield
    finally:
        server.close()
        await server.wait_closed()


class _Plug(asyncio.Protocol):
    def __init__(self, air: Air) -> None:
        self._air = air
        self._from_host = StreamPacketSource()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        VirtualController("dongle", self._from_host, StreamPacketSink(transport), link=self._air)

    def data_received(self, data: bytes) -> None:
        self._from_host.data_received(data)


class Scissors(Air):
    """Air in which every connection is cut after so many packets of data, counted from when `cut_at` was set."""

    def __init__(self, latency_s: float = LATENCY_S) -> None:
        super().__init__(latency_s)
        self.carried = 0
        self.cut_at: int | None = None

    def send_acl_data(
        self, sender_controller: Controller, destination_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Carry it, and cut when its time has come."""
        super().send_acl_data(sender_controller, destination_address, transport, data)
        self.carried += 1
        if self.carried == self.cut_at:
            # Not at once: of the first packet, its receiver has yet to hear that there is a connection.
            asyncio.get_running_loop().call_later(2 * self.latency_s, self.lose_connections)
