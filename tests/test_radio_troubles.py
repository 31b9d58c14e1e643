"""Whatever bleak raises becomes one sentence of advice, and every wait for it has an end."""

from __future__ import annotations

import asyncio

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakCharacteristicNotFoundError,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)

from treadctl.treadmill.bleak_errors import bounded, link_error
from treadctl.treadmill.gatt import LinkError, Trouble

ADVICE = {
    "NO_BLUETOOTH": "plug one in or start the Bluetooth service",
    "NO_BLE_CENTRAL_ROLE": "plug in another one, of Bluetooth 4.0 or later",
    "POWERED_OFF": "switch it on and run the command again",
    "DENIED_BY_USER": "allow it in the system's privacy settings",
    "DENIED_BY_SYSTEM": "whoever administers this computer can allow it",
    "DENIED_BY_UNKNOWN": "allow it in the system's privacy settings",
    "UNKNOWN": "switch it off and on, and run the command again",
}


@pytest.mark.parametrize("reason", BleakBluetoothNotAvailableReason, ids=lambda reason: reason.name)
def test_every_reason_why_bluetooth_is_not_available_is_one_sentence_of_advice(reason: BleakBluetoothNotAvailableReason) -> None:
    said = str(link_error(BleakBluetoothNotAvailableError("In bleak's words. And advice.", reason)))
    assert said.endswith(ADVICE[reason.name])
    assert ("bleak" in said) is (reason.name == "UNKNOWN"), "whoever knows no reason is quoted; nobody else needs to be"


def test_a_computer_without_a_message_bus_is_told_so_and_not_that_some_file_is_missing() -> None:
    said = str(link_error(FileNotFoundError(2, "No such file or directory")))
    assert said.startswith("no system message bus answers: this computer has no Bluetooth adapter")


@pytest.mark.parametrize("trouble", Trouble)
def test_each_trouble_is_one_sentence(trouble: Trouble) -> None:
    assert trouble.value[0].islower() or trouble.value.startswith("Bluetooth")
    assert "." not in trouble.value.replace("4.0", "")


@pytest.mark.parametrize(
    ("error", "trouble", "att_error"),
    [
        (BleakGATTProtocolError(0xFE), Trouble.REJECTED, 0xFE),
        (BleakGATTProtocolError(0x80), Trouble.REJECTED, 0x80),
        (BleakGATTProtocolError(0x05), Trouble.NOT_PAIRED, 0x05),
        (BleakGATTProtocolError(0x0C), Trouble.NOT_PAIRED, 0x0C),
        (BleakGATTProtocolError(0x0F), Trouble.NOT_PAIRED, 0x0F),
        (BleakDBusError("org.bluez.Error.NotPermitted", ["Not paired"]), Trouble.NOT_PAIRED, 0x05),
        (BleakDBusError("org.bluez.Error.AuthenticationFailed", ["Authentication Failed"]), Trouble.NOT_PAIRED, None),
        (BleakDBusError("org.bluez.Error.NotReady", []), Trouble.RADIO_OFF, None),
        (BleakDBusError("org.bluez.Error.Failed", ["le-connection-abort-by-local"]), Trouble.TIMED_OUT, None),
        (BleakDBusError("org.freedesktop.DBus.Error.AccessDenied", []), Trouble.FORBIDDEN, None),
        (BleakDBusError("org.freedesktop.DBus.Error.ServiceUnknown", []), Trouble.NO_RADIO, None),
        (BleakDeviceNotFoundError("AA:BB"), Trouble.NOT_FOUND, None),
        (BleakCharacteristicNotFoundError(7), Trouble.TIMED_OUT, None),
        (BleakError("anything else"), Trouble.TIMED_OUT, None),
        (FileNotFoundError(2, "no bus"), Trouble.NO_RADIO, None),
        (EOFError(), Trouble.TIMED_OUT, None),
        (AssertionError(), Trouble.TIMED_OUT, None),
        (KeyError("/org/bluez/hci0/dev_F0/service0015/char0025"), Trouble.TIMED_OUT, None),
    ],
)
def test_what_bleak_raises_in_our_words(error: Exception, trouble: Trouble, att_error: int | None) -> None:
    told = link_error(error)
    assert (told.trouble, told.att_error) == (trouble, att_error)


def test_an_error_without_words_is_told_by_its_name() -> None:
    assert link_error(EOFError()).detail == "EOFError"


@pytest.mark.asyncio
async def test_a_wait_ends_with_the_trouble_that_it_was_given() -> None:
    with pytest.raises(LinkError) as late:
        async with bounded(0.0, Trouble.NOT_READY):
            await asyncio.Event().wait()
    assert late.value.trouble is Trouble.NOT_READY


@pytest.mark.asyncio
async def test_a_device_that_leaves_while_bleak_looks_through_its_services_is_a_link_that_failed() -> None:
    """And no fault of this program, which would end with it."""
    with pytest.raises(LinkError) as failed:
        async with bounded(1.0, Trouble.NOT_READY):
            raise KeyError("/org/bluez/hci0/dev_F0/service0015/char0025/desc0027")
    assert failed.value.trouble is Trouble.TIMED_OUT


@pytest.mark.asyncio
async def test_what_is_no_fault_of_the_radio_is_not_swallowed() -> None:
    with pytest.raises(ZeroDivisionError):
        async with bounded(1.0, Trouble.NOT_READY):
            raise ZeroDivisionError
