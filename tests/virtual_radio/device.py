"""org.bluez.Device1: one device that the virtual adapter has heard, and the link to it."""

from __future__ import annotations

from typing import Final

from bumble import core, hci
from bumble.core import AdvertisingData
from bumble.device import Advertisement, Connection, Device, Peer
from dbus_fast import DBusError, Message, Variant

from .gatt_objects import RemoteServices, long_uuid, over_the_link
from .objects import NOTHING, Answer, ObjectTree, failed

CONNECT_S: Final = 5.0
"""How long the adapter listens for the device it is to connect to; bluetoothd takes 20 to 40 s, and no test has those."""
MTU: Final = 517
"""What bluetoothd asks for."""


class RemoteDevice:
    """A device by its address: adverts become properties, Connect and Disconnect work over the virtual air."""

    def __init__(self, tree: ObjectTree, central: Device, adapter_path: str, advertisement: Advertisement) -> None:
        self._tree = tree
        self._central = central
        self._address = advertisement.address
        self._connection: Connection | None = None
        self._services: RemoteServices | None = None
        shown = self._address.to_string(with_type_qualifier=False)
        self.path = f"{adapter_path}/dev_{shown.replace(':', '_')}"
        properties = {
            "Address": Variant("s", shown),
            "AddressType": Variant("s", "public" if self._address.is_public else "random"),
            "Alias": Variant("s", shown.replace(":", "-")),
            "Adapter": Variant("o", adapter_path),
            **{name: Variant("b", False) for name in ("Paired", "Bonded", "Trusted", "Blocked", "LegacyPairing")},
            "Connected": Variant("b", False),
            "ServicesResolved": Variant("b", False),
            **_heard(advertisement),
        }
        methods = {"Connect": self._connect, "Disconnect": self._disconnect, "Pair": self._pair}
        tree.publish(self.path, "org.bluez.Device1", properties, methods)

    def heard(self, advertisement: Advertisement) -> None:
        """Every advert changes RSSI, by which clients notice that the device is there."""
        self._tree.change(self.path, _heard(advertisement))

    def scan_over(self) -> None:
        """RSSI goes when the adapter no longer listens."""
        self._tree.forget(self.path, "RSSI")

    async def _connect(self, _message: Message) -> Answer:
        if self._connection is not None:
            raise failed("Already Connected", "AlreadyConnected")
        if self._central.is_le_connecting:
            raise failed("Operation already in progress", "InProgress")
        connection = await self._open()
        if self._central.connections.get(connection.handle) is not connection:
            raise failed("Software caused connection abort")  # The device hung up before we had heard of the link.
        self._connection = connection
        connection.on(connection.EVENT_DISCONNECTION, self._on_disconnection)
        self._tree.change(self.path, {"Connected": Variant("b", True)})
        await over_the_link(connection, self._discover(Peer(connection)))
        return NOTHING

    async def _open(self) -> Connection:
        try:
            return await self._central.connect(
                self._address, core.PhysicalTransport.LE, own_address_type=hci.OwnAddressType.PUBLIC, timeout=CONNECT_S
            )
        except (core.BaseBumbleError, TimeoutError) as error:
            raise failed("Software caused connection abort") from error

    async def _discover(self, peer: Peer) -> None:
        mtu = await peer.request_mtu(MTU)
        await peer.discover_services()
        await peer.discover_characteristics()
        for service in peer.services:
            for characteristic in service.characteristics:
                await peer.discover_descriptors(characteristic)
        self._services = RemoteServices(self._tree, self.path, mtu)
        self._services.publish(peer.services)
        resolved = {
            "UUIDs": Variant("as", [long_uuid(service.uuid) for service in peer.services]),
            "ServicesResolved": Variant("b", True),
        }
        self._tree.change(self.path, resolved)

    async def _disconnect(self, _message: Message) -> Answer:
        if self._connection is not None:
            await self._connection.disconnect()
        elif self._central.is_le_connecting:
            await self._central.cancel_connection()  # type: ignore[no-untyped-call]  # Bumble leaves this one untyped
        else:
            raise failed("Not Connected", "NotConnected")
        return NOTHING

    async def _pair(self, _message: Message) -> Answer:
        if self._connection is None:
            raise failed("Not Connected", "NotConnected")
        try:
            await over_the_link(self._connection, self._connection.pair())
        except DBusError as error:
            raise failed("Authentication Failed", "AuthenticationFailed") from error
        self._tree.change(self.path, {"Paired": Variant("b", True), "Bonded": Variant("b", True)})
        return NOTHING

    def _on_disconnection(self, _reason: int) -> None:
        self._connection = None
        if self._services is not None:
            self._services.withdraw()
            self._services = None
        self._tree.change(self.path, {"ServicesResolved": Variant("b", False), "Connected": Variant("b", False)})


def _heard(advertisement: Advertisement) -> dict[str, Variant]:
    """The properties that come from an advert; what it does not carry, such as TxPower, is absent."""
    data = advertisement.data
    properties = {"RSSI": Variant("n", advertisement.rssi)}
    if names := data.get_all(AdvertisingData.Type.COMPLETE_LOCAL_NAME):
        properties |= {"Name": Variant("s", names[0]), "Alias": Variant("s", names[0])}
    if lists := data.get_all(AdvertisingData.Type.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS):
        properties["UUIDs"] = Variant("as", [long_uuid(uuid) for uuids in lists for uuid in uuids])
    if services := data.get_all(AdvertisingData.Type.SERVICE_DATA_16_BIT_UUID):
        properties["ServiceData"] = Variant("a{sv}", {long_uuid(uuid): Variant("ay", octets) for uuid, octets in services})
    return properties
