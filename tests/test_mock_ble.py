"""`treadctl mock --ble` in a process of its own, driven from here; and the mock on the air where centrals misbehave."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from bleak import BleakClient, BleakScanner
from bumble import att, gatt_server
from bumble.device import Connection, Device, Peer
from bumble.gatt_client import CharacteristicProxy
from bumble.hci import Address, AddressType
from eventually import eventually
from virtual_radio.air import Air, dongle, station
from virtual_radio.gatt_manager import Refused, gatt_manager
from virtual_radio.world import World

from treadctl.cli import run_command
from treadctl.cli.mock import asked_in_words
from treadctl.clock import PacedClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill

CONTROL_POINT = "00002ad9-0000-1000-8000-00805f9b34fb"
asyncio_test = pytest.mark.asyncio


# --- the command ---------------------------------------------------------------------------------------------------------


class Command:
    """`treadctl mock` running, and its lines, each without its time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.lines: list[str] = []

    async def until(self, start: str) -> str:
        """Read on to a line that starts so."""
        assert self._process.stdout is not None
        async with asyncio.timeout(20):
            while line := (await self._process.stdout.readline()).decode().rstrip():
                self.lines.append(line[8:])
                if line[8:].startswith(start):
                    return line[8:]
        raise AssertionError(f"no line {start!r} in {self.lines}")

    async def interrupt(self) -> int:
        self._process.send_signal(signal.SIGINT)
        await self.until("off the air")
        async with asyncio.timeout(20):
            return await self._process.wait()


@asynccontextmanager
async def command(*arguments: str) -> AsyncIterator[Command]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "treadctl", "mock", *arguments, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield Command(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@asyncio_test
async def test_the_command_serves_an_app_over_the_air_and_says_what_the_app_does(world: World, tmp_path: Path) -> None:
    socket = tmp_path / "hci"
    async with dongle(world.air, socket), command("--ble", f"unix-client:{socket}", "--name", "mill") as mock:
        await mock.until("'mill', Virtual Decline 10, is on the air")
        device = await BleakScanner.find_device_by_name("mill", timeout=5.0)
        assert device is not None
        answers: list[bytes] = []
        async with BleakClient(device) as client:
            await mock.until("02:00:00:00:00:01 connected")
            await client.start_notify(CONTROL_POINT, lambda _sender, octets: answers.append(bytes(octets)))
            await client.write_gatt_char(CONTROL_POINT, bytes.fromhex("00"), response=True)
            await mock.until("asked: request control (00)")
            await mock.until("answered: request control: ")
            await client.write_gatt_char(CONTROL_POINT, bytes.fromhex("03 d3ff"), response=True)
            await mock.until("asked: set target inclination -4.5 % (03 d3 ff)")
            await mock.until("  belt 0.0 km/h, deck -")
        await mock.until("02:00:00:00:00:01 disconnected")
        assert answers == [bytes.fromhex("800001"), bytes.fromhex("800301")]
        assert await mock.interrupt() == 0


@asyncio_test
async def test_the_command_serves_bluez(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    async with gatt_manager(bus_address) as bluez, command("--ble", "bluez", "--preset", "decline-6") as mock:
        await mock.until("'treadctl mock', Virtual Decline 6, is on the air")
        assert await bluez.read(0x2AD5) == bytes.fromhex("c4ff 9600 0500")  # −6.0 to 15.0 in steps of 0.5 %
        with pytest.raises(Refused, match="0xFD"):
            await bluez.write(0x2AD9, "00")
        await mock.until("asked: request control (00); refused: ATT error 0xFD")
        assert await mock.interrupt() == 0
        assert bluez.advert == {}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        ([], 2, "say on which radio"),
        (["--ble", "bluez", "--preset", "decline-11"], 2, "'decline-11' is no mock treadmill"),
        (["--ble", "bluez", "--name", "sixteen letters!"], 2, "at most 15 octets"),
        (["--ble", "bluez", "--fault", "tornado"], 2, "tornado"),
        (["--ble", "carrier-pigeon:0"], 3, "the radio 'carrier-pigeon:0' can't be opened"),
        (["--ble", "usb:99"], 3, "is the dongle plugged in"),
        (["--ble", "bluez"], 3, "no system message bus"),
    ],
)
def test_what_cannot_be_put_on_the_air_is_told_in_one_line(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    assert run_command(["mock", *arguments]) == code
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


def test_without_bumble_the_command_says_what_to_install(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "bumble", None)
    monkeypatch.delitem(sys.modules, "treadctl.mock.over_the_air")
    assert run_command(["mock", "--ble", "usb:0"]) == 2
    assert "pip install 'treadctl[mock]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        ("07", "start or resume (07)"),
        ("08 01", "stop (08 01)"),
        ("08 02", "pause (08 02)"),
        ("08 03", "stop or pause 3 (08 03)"),
        ("02 2003", "set target speed 8.0 km/h (02 20 03)"),
        ("03 9cff", "set target inclination -10.0 % (03 9c ff)"),
        ("03", "set target inclination (03)"),
        ("55 01", "op code 0x55 (55 01)"),
        ("", "nothing (no octets)"),
    ],
)
def test_every_command_is_said_in_words(octets: str, words: str) -> None:
    assert asked_in_words(bytes.fromhex(octets)) == words


# --- centrals as they are ------------------------------------------------------------------------------------------------


class Room:
    """A treadmill on the air, and Bumble centrals of our own, which can do what no operating system lets an app do."""

    def __init__(self) -> None:
        self.air = Air()
        self.treadmill = MockTreadmill(DEFAULT)
        device = station(self.air, "mill", Address("F0:0D:F1:7E:55:0C", AddressType.RANDOM_DEVICE))
        self.peripheral = OverTheAir(device, self.treadmill, PacedClock(50), "mill")

    async def central(self, number: int) -> Device:
        central = station(self.air, f"central {number}", Address(f"C0:00:00:00:00:{number:02X}", AddressType.RANDOM_DEVICE))
        await central.power_on()
        return central

    async def connect(self, central: Device) -> Connection:
        return await central.connect(Address("F0:0D:F1:7E:55:0C", AddressType.RANDOM_DEVICE), timeout=1.0)


@asynccontextmanager
async def a_room() -> AsyncIterator[Room]:
    room = Room()
    await room.peripheral.start()
    yield room
    room.air.silent = False
    await room.peripheral.stop()


async def found(connection: Connection, number: int) -> CharacteristicProxy[bytes]:
    peer = Peer(connection)
    await peer.discover_services()
    await peer.discover_characteristics()
    (proxy,) = (c for s in peer.services for c in s.characteristics if c.uuid.to_hex_str().upper() == f"{number:04X}")
    await peer.discover_descriptors(proxy)
    return proxy


@asyncio_test
async def test_notifications_of_the_control_point_cannot_be_had_and_so_it_is_not_commanded_by_who_could_not_hear_it() -> None:
    async with a_room() as room:
        proxy = await found(await room.connect(await room.central(1)), 0x2AD9)
        (configuration,) = proxy.descriptors
        for octets, code in (("0100", 0xFD), ("0300", 0xFD), ("02", 0x0D)):
            with pytest.raises(att.ATT_Error) as refused:
                await configuration.write_value(bytes.fromhex(octets), with_response=True)
            assert refused.value.error_code == code
        with pytest.raises(att.ATT_Error) as refused:
            await proxy.write_value(b"\x00", with_response=True)
        assert refused.value.error_code == 0xFD
        await configuration.write_value(bytes.fromhex("0200"), with_response=True)
        assert await configuration.read_value() == bytes.fromhex("0200")
        await proxy.write_value(b"\x00", with_response=True)


@asyncio_test
async def test_a_new_connection_finds_its_descriptors_cleared_and_an_advert_that_has_come_back() -> None:
    async with a_room() as room:
        central = await room.central(1)
        connection = await room.connect(central)
        (configuration,) = (await found(connection, 0x2AD9)).descriptors
        await configuration.write_value(bytes.fromhex("0200"), with_response=True)
        await connection.disconnect()
        (configuration,) = (await found(await room.connect(central), 0x2AD9)).descriptors
        assert await configuration.read_value() == bytes.fromhex("0000")


@asyncio_test
async def test_while_one_central_is_connected_another_finds_nobody_to_connect_to() -> None:
    async with a_room() as room:
        first, second = await room.central(1), await room.central(2)
        connection = await room.connect(first)
        connecting = asyncio.create_task(room.connect(second))
        await asyncio.sleep(0.2)  # four adverts' time
        assert not connecting.done()
        await connection.disconnect()
        assert (await connecting).peer_address == Address("F0:0D:F1:7E:55:0C", AddressType.RANDOM_DEVICE)


@asyncio_test
async def test_a_central_with_the_smallest_mtu_gets_whole_frames() -> None:
    async with a_room() as room:
        connection = await room.connect(await room.central(1))
        assert connection.att_mtu == 23
        frames: list[bytes] = []
        await (await found(connection, 0x2ACD)).subscribe(lambda octets: frames.append(bytes(octets)))
        await eventually(lambda: bool(frames))
        assert len(frames[0]) == 13  # flags 2, speed 2, distance 3, inclination and ramp angle 4, elapsed time 2


@asyncio_test
async def test_a_central_that_does_not_confirm_an_indication_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gatt_server, "GATT_REQUEST_TIMEOUT", 0.05)
    async with a_room() as room:
        central = await room.central(1)
        connection = await room.connect(central)
        proxy = await found(connection, 0x2AD9)
        await proxy.subscribe(lambda _octets: None, prefer_notify=False)
        monkeypatch.setattr(proxy.client, "send_confirmation", lambda _confirmation: None)
        await proxy.write_value(b"\x00", with_response=True)
        await eventually(lambda: connection.handle not in central.connections)
        assert not room.treadmill.link_up
