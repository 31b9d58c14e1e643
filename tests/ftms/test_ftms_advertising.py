"""Advertised service data, and the numbers the Bluetooth SIG assigned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl import safety
from treadctl.ftms import assigned
from treadctl.ftms.advertising import MachineType, ServiceData, decode, encode
from treadctl.ftms.errors import ProtocolError


@pytest.mark.parametrize(
    ("octets", "available", "is_treadmill"),
    [("010100", True, True), ("000100", False, True), ("012000", True, False), ("010180", True, True), ("01010099", True, True)],
)
def test_available_and_of_which_kind(octets: str, available: bool, is_treadmill: bool) -> None:
    data = decode(bytes.fromhex(octets))
    assert (data.available, data.is_treadmill) == (available, is_treadmill)
    assert data.machine <= 0xFFFF


@given(st.booleans(), st.integers(0, 0xFFFF))
def test_service_data_goes_both_ways(available: bool, machine: int) -> None:
    data = ServiceData(available, MachineType(machine))
    assert decode(encode(data)) == data


@pytest.mark.parametrize("length", range(3))
def test_too_short_is_a_protocol_error(length: int) -> None:
    with pytest.raises(ProtocolError):
        decode(bytes(length))


@pytest.mark.parametrize("number", [0x1826, 0x2ACC, 0x2ACD, 0x2AD3, 0x2AD4, 0x2AD5, 0x2AD9, 0x2ADA])
def test_assigned_numbers_have_a_long_form(number: int) -> None:
    assert assigned.number(assigned.uuid(number)) == number
    assert assigned.number(assigned.uuid(number).upper()) == number


def test_the_long_form_is_the_one_radios_write() -> None:
    assert assigned.uuid(assigned.TREADMILL_DATA) == "00002acd-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize("uuid", ["d18d2c10-c44c-11e8-a355-529269fb1459", "12342acd-0000-1000-8000-00805f9b34fb", "2acd", ""])
def test_a_vendors_uuid_has_no_assigned_number(uuid: str) -> None:
    assert assigned.number(uuid) is None


def test_the_gate_guards_the_control_point() -> None:
    assert assigned.FITNESS_MACHINE_CONTROL_POINT == safety.CONTROL_POINT == 0x2AD9
