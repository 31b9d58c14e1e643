"""A virtual Bluetooth air on Bumble: every packet takes a moment, and it can fall silent. It mends what a virtual link needs.

`treadctl.testing` puts treadmills on it for anybody's tests; our own put bleak's Linux backend on it. Nothing else imports it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Final, TypeVar

from treadctl.mock.bumble_missing import asking_for_bumble

with asking_for_bumble():
    from bumble import hci, ll
    from bumble.controller import Controller
    from bumble.core import PhysicalTransport
    from bumble.device import Connection, Device
    from bumble.host import Host
    from bumble.link import LocalLink
    from bumble.transport.common import AsyncPipeSink

LATENCY_S: Final = 0.002
"""A hop. Real ones wait for the connection interval (7.5 ms and up); enough here that no answer comes in the same breath."""

_T = TypeVar("_T")


class Air(LocalLink):
    """Carries what virtual controllers send. `silent` swallows every packet, as walls and distance do."""

    def __init__(self, latency_s: float = LATENCY_S) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Bumble leaves this one untyped
        self.latency_s = latency_s
        self.silent = False

    def send_acl_data(
        self, sender_controller: Controller, destination_address: hci.Address, transport: PhysicalTransport, data: bytes
    ) -> None:
        """Name the sender as the connection does; Bumble names its random address, which a public central does not have."""
        connection = sender_controller.le_connections.get(destination_address)
        receiver = self.find_le_controller(destination_address)
        if connection is None or receiver is None:
            return
        sender = connection.self_address

        def arrive() -> None:
            if sender in receiver.le_connections:  # else the link was lost while this was in flight, and so is this
                receiver.on_link_acl_data(sender, transport, data)

        self._carry(arrive)

    def send_advertising_pdu(self, sender_controller: Controller, packet: ll.AdvertisingPdu) -> None:
        """To everybody else."""
        for controller in self.controllers - {sender_controller}:
            self._carry(partial(controller.on_ll_advertising_pdu, packet))

    def send_ll_control_pdu(self, sender_address: hci.Address, receiver_address: hci.Address, packet: ll.ControlPdu) -> None:
        """To the other end of a connection."""
        if receiver := self.find_le_controller(receiver_address):
            self._carry(partial(receiver.on_ll_control_pdu, sender_address, packet))

    def lose_connections(self) -> None:
        """What both ends see when the supervision timeout has run out."""
        for controller in self.controllers:
            for connection in list(controller.le_connections.values()):
                controller.on_le_disconnected(connection, hci.HCI_CONNECTION_TIMEOUT_ERROR)

    def _carry(self, deliver: Callable[[], None]) -> None:
        if not self.silent:
            asyncio.get_running_loop().call_later(self.latency_s, deliver)


class VirtualController(Controller):
    """Bumble's controller without LE extended advertising and LL privacy, which its virtual link only half has."""

    le_features = Controller.le_features & ~(hci.LeFeatureMask.LE_EXTENDED_ADVERTISING | hci.LeFeatureMask.LL_PRIVACY)

    def on_hci_le_create_connection_cancel_command(
        self, _command: hci.HCI_LE_Create_Connection_Cancel_Command
    ) -> hci.HCI_StatusReturnParameters:
        """Really cancel (Core Specification Vol 4, Part E, 7.8.13); Bumble's says so and leaves its host waiting for ever."""
        if pending := self.pending_le_connection:
            self.pending_le_connection = None
            self.send_hci_packet(_connection_failed(pending.peer_address))
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


def station(air: Air, name: str, address: hci.Address) -> Device:
    """A Bumble host with a virtual controller of its own."""
    controller = VirtualController(name, link=air, public_address=address if address.is_public else None)
    host = Host(controller, AsyncPipeSink(controller))
    return Device(name=name, address=address, host=host)


async def while_connected(connection: Connection, asking: Coroutine[None, None, _T]) -> _T:
    """Await what is asked of a peer. Of a link that goes it is a `ConnectionError` at once; Bumble itself waits 30 s."""
    request = asyncio.create_task(asking)
    gone = asyncio.get_running_loop().create_future()
    connection.on(connection.EVENT_DISCONNECTION, gone.set_result)
    try:
        await asyncio.wait({request, gone}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        connection.remove_listener(connection.EVENT_DISCONNECTION, gone.set_result)
        gave_up = not request.done()
        while not request.done():
            request.cancel()  # Again and again: until Python 3.12 a wait_for that just got its answer swallows one.
            await asyncio.sleep(0)
    if gave_up or request.cancelled():
        raise ConnectionError("the link is gone")
    return request.result()


def _connection_failed(peer: hci.Address) -> hci.HCI_LE_Connection_Complete_Event:
    return hci.HCI_LE_Connection_Complete_Event(
        status=hci.HCI_UNKNOWN_CONNECTION_IDENTIFIER_ERROR,
        connection_handle=0,
        role=hci.Role.CENTRAL,
        peer_address_type=peer.address_type,
        peer_address=peer,
        connection_interval=0,
        peripheral_latency=0,
        supervision_timeout=0,
        central_clock_accuracy=0,
    )
