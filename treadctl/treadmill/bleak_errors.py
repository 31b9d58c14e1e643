"""What bleak and the system's Bluetooth raise, in our words; and the bound on every wait for them."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from treadctl.treadmill.gatt import LinkError, Trouble

FAULTS: Final = (BleakError, OSError, EOFError, AssertionError, KeyError)
"""What bleak's backends raise: their own, sockets, a bus that ended, and what a disconnect crossed: asserts, and looking for what
BlueZ took away."""

NOT_AVAILABLE: Final = {
    BleakBluetoothNotAvailableReason.NO_BLUETOOTH: Trouble.NO_RADIO,
    BleakBluetoothNotAvailableReason.NO_BLE_CENTRAL_ROLE: Trouble.NO_LOW_ENERGY,
    BleakBluetoothNotAvailableReason.POWERED_OFF: Trouble.RADIO_OFF,
    BleakBluetoothNotAvailableReason.DENIED_BY_USER: Trouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.DENIED_BY_SYSTEM: Trouble.FORBIDDEN,
    BleakBluetoothNotAvailableReason.DENIED_BY_UNKNOWN: Trouble.NOT_ALLOWED,
    BleakBluetoothNotAvailableReason.UNKNOWN: Trouble.NOT_READY,
}
_BUS_SAYS: Final = {
    "org.bluez.Error.NotReady": Trouble.RADIO_OFF,
    "org.freedesktop.DBus.Error.AccessDenied": Trouble.FORBIDDEN,
    "org.freedesktop.DBus.Error.ServiceUnknown": Trouble.NO_RADIO,
    "org.freedesktop.DBus.Error.UnknownObject": Trouble.NOT_FOUND,
    "org.bluez.Error.AuthenticationFailed": Trouble.NOT_PAIRED,
    "org.bluez.Error.AuthenticationCanceled": Trouble.NOT_PAIRED,
    "org.bluez.Error.AuthenticationRejected": Trouble.NOT_PAIRED,
    "org.bluez.Error.AuthenticationTimeout": Trouble.NOT_PAIRED,
}
_UNAUTHENTICATED: Final = 0x05
_WANT_PAIRING: Final = frozenset({_UNAUTHENTICATED, 0x0C, 0x0F})
"""ATT: insufficient authentication, encryption key size, encryption (Core v5.4 Vol 3, Part F, table 3.4). BlueZ calls all three
NotPermitted, as it does reads and writes that are never permitted; those bleak has told apart before."""


def link_error(error: Exception) -> LinkError:
    """One of `FAULTS` in our words; one that says nothing of its cause is a link that does not answer."""
    detail = " ".join(part for part in error.args if isinstance(part, str))
    match error:
        case BleakBluetoothNotAvailableError():
            trouble = NOT_AVAILABLE.get(error.reason, Trouble.NOT_READY)
            return LinkError(trouble, detail.rstrip(".") if trouble is Trouble.NOT_READY else "")  # ours says it, and what to do
        case BleakDeviceNotFoundError():
            return LinkError(Trouble.NOT_FOUND, detail)
        case BleakGATTProtocolError():
            trouble = Trouble.NOT_PAIRED if error.code in _WANT_PAIRING else Trouble.REJECTED
            return LinkError(trouble, detail, att_error=int(error.code))
        case BleakDBusError(dbus_error="org.bluez.Error.NotPermitted"):
            return LinkError(Trouble.NOT_PAIRED, detail, att_error=_UNAUTHENTICATED)
        case BleakDBusError():
            return LinkError(_BUS_SAYS.get(error.dbus_error, Trouble.TIMED_OUT), detail)
        case FileNotFoundError() | ConnectionRefusedError():
            return LinkError(Trouble.NO_RADIO, "no system message bus answers")
        case OSError():
            return LinkError(Trouble.NO_RADIO, detail)  # No Bluetooth behind the bus.
        case _:
            return LinkError(Trouble.TIMED_OUT, detail or type(error).__name__)


class bounded:
    """At most so long; whatever goes wrong leaves as a `LinkError`. A class, for it stands before each write: a generator round
    another takes a processor that has just woken half as long again."""

    def __init__(self, seconds: float, late: Trouble) -> None:
        self._wait = asyncio.timeout(seconds)
        self._late = late

    async def __aenter__(self) -> asyncio.Timeout:
        return await self._wait.__aenter__()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            await self._wait.__aexit__(kind, error, trace)
            if isinstance(error, TimeoutError):
                raise error
        except TimeoutError as late:
            raise LinkError(self._late) from late
        if isinstance(error, FAULTS):
            raise link_error(error) from error
