"""The mock as an application of BlueZ, against an org.bluez of ours on a private bus that keeps to BlueZ's documents.

That shows what goes over D-Bus. That a real bluetoothd carries it, and what a phone then sees, this does not show.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from dbus_fast import Variant
from eventually import eventually
from virtual_radio.gatt_manager import HCI, PHONE, GattManager, Refused, gatt_manager

from treadctl.clock import PacedClock
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_bluez import on_bluez
from treadctl.mock.presets import DEFAULT
from treadctl.mock.served import NotOnTheAir, Watcher
from treadctl.mock.treadmill import AttError, MockTreadmill

TABLET = f"{HCI}/dev_AA_BB_CC_DD_EE_FF"
FTMS = "00001826-0000-1000-8000-00805f9b34fb"
asyncio_test = pytest.mark.asyncio


@dataclass(slots=True)
class Told(Watcher):
    """What the person at `treadctl mock` is shown."""

    lines: list[str] = field(default_factory=list)

    def connected(self, who: str) -> None:
        self.lines.append(f"{who} connected")

    def disconnected(self, who: str) -> None:
        self.lines.append(f"{who} disconnected")

    def turned_away(self, who: str, why: str) -> None:
        self.lines.append(f"{who} turned away")

    def off_the_air(self, why: str) -> None:
        self.lines.append("off the air")

    def asked(self, octets: bytes, refused: AttError | None) -> None:
        self.lines.append(f"asked {octets.hex()}{' refused' if refused else ''}")

    def answered(self, octets: bytes) -> None:
        self.lines.append(f"answered {octets.hex()}")


@dataclass(slots=True)
class Scene:
    """BlueZ, the treadmill on it, and what was told."""

    bluez: GattManager
    treadmill: MockTreadmill
    told: Told

    async def subscribed(self, *numbers: int) -> None:
        await self.bluez.read(0x2ACC)
        for number in numbers:
            await self.bluez.notify(number)

    async def ask(self, octets: str) -> bytes:
        before = [octets for number, octets in self.bluez.values if number == 0x2AD9]
        await self.bluez.write(0x2AD9, octets)
        await eventually(lambda: len(self.answers()) > len(before))
        return self.answers()[-1]

    def answers(self) -> list[bytes]:
        return [octets for number, octets in self.bluez.values if number == 0x2AD9]


@pytest_asyncio.fixture
async def bluez(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GattManager]:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    async with gatt_manager(bus_address) as manager:
        yield manager


@pytest_asyncio.fixture
async def scene(bluez: GattManager) -> AsyncIterator[Scene]:
    treadmill, told = MockTreadmill(DEFAULT), Told()
    async with on_bluez(treadmill, PacedClock(50), "mill", watcher=told):
        yield Scene(bluez, treadmill, told)


@asyncio_test
async def test_it_registers_both_services_and_an_advert_that_pyftms_would_take_for_a_treadmill(scene: Scene) -> None:
    objects = scene.bluez.objects
    services = [o["org.bluez.GattService1"]["UUID"].value for o in objects.values() if "org.bluez.GattService1" in o]
    assert services == ["0000180a-0000-1000-8000-00805f9b34fb", FTMS]
    control_point = objects[scene.bluez.characteristic(0x2AD9)]["org.bluez.GattCharacteristic1"]
    assert sorted(control_point["Flags"].value) == ["indicate", "write"]
    assert scene.bluez.advert == {
        "Type": Variant("s", "peripheral"),
        "ServiceUUIDs": Variant("as", [FTMS]),
        "ServiceData": Variant("a{sv}", {FTMS: Variant("ay", bytes.fromhex("010100"))}),
        "LocalName": Variant("s", "mill"),
        "Discoverable": Variant("b", True),
    }


@asyncio_test
async def test_where_bluez_has_a_device_information_service_of_its_own_there_is_no_second_one(bluez: GattManager) -> None:
    """bluetoothd 5.66 has one; bleak then finds two under one number, which pyftms does not survive."""
    bluez.services = ["0000180a-0000-1000-8000-00805f9b34fb"]
    async with on_bluez(MockTreadmill(DEFAULT), PacedClock(50), "mill"):
        services = [o["org.bluez.GattService1"]["UUID"].value for o in bluez.objects.values() if "org.bluez.GattService1" in o]
        assert services == [FTMS]
        assert await bluez.read(0x2AD5) == bytes.fromhex("9cff 9600 0500")


@asyncio_test
async def test_a_central_reads_subscribes_commands_and_is_indicated_the_answers(scene: Scene) -> None:
    assert await scene.bluez.read(0x2AD5) == bytes.fromhex("9cff 9600 0500")
    assert await scene.bluez.read(0x2A24) == b"Virtual Decline 10"
    assert await scene.bluez.read(0x2A24, offset=8) == b"Decline 10"
    await scene.subscribed(0x2ACD, 0x2ADA, 0x2AD9)
    assert await scene.ask("00") == bytes.fromhex("800001")
    assert await scene.ask("07") == bytes.fromhex("800701")
    await eventually(lambda: scene.treadmill.belt_speed > 0)
    assert await scene.ask("03 d3ff") == bytes.fromhex("800301")  # −4.5 %
    await eventually(lambda: scene.treadmill.deck_grade == -4.5)
    await eventually(lambda: (0x2ADA, bytes.fromhex("06 d3ff")) in scene.bluez.values)
    frame = next(octets for number, octets in reversed(scene.bluez.values) if number == 0x2ACD)
    assert int.from_bytes(frame[2:4], "little") == 80  # 0.80 km/h
    assert scene.told.lines[:3] == ["11:22:33:44:55:66 connected", "asked 00", "answered 800001"]


@asyncio_test
async def test_what_att_refuses_bluez_is_told_by_the_names_that_it_knows(scene: Scene) -> None:
    async def code(asking: object) -> int:
        with pytest.raises(Refused) as refused:
            await asking  # type: ignore[misc]  # a coroutine of either kind
        return refused.value.code

    bluez = scene.bluez
    assert await code(bluez.read(0x2ACD)) == 0x02
    assert await code(bluez.read(0x2A24, offset=99)) == 0x07
    assert await code(bluez.write(0x2AD5, "00")) == 0x03
    assert await code(bluez.write(0x2AD9, "00")) == 0xFD
    assert await code(bluez.notify(0x2AD5)) == 0x06
    await bluez.notify(0x2AD9)
    assert await code(bluez.write(0x2AD9, "")) == 0x0D


@asyncio_test
async def test_a_write_into_a_running_procedure_is_refused_with_fe(bluez: GattManager) -> None:
    async with on_bluez(MockTreadmill(DEFAULT), PacedClock(0.01), "slow"):
        await bluez.notify(0x2AD9)
        await bluez.write(0x2AD9, "00")
        with pytest.raises(Refused, match="0xFE"):
            await bluez.write(0x2AD9, "08 01")


@asyncio_test
async def test_a_second_central_is_refused_until_the_first_is_gone_and_hears_nothing_of_its_control(scene: Scene) -> None:
    await scene.subscribed(0x2AD9)
    await scene.ask("00")
    with pytest.raises(Refused, match="0x08"):
        await scene.bluez.read(0x2ACC, TABLET)
    with pytest.raises(Refused, match="0x08"):
        await scene.bluez.write(0x2AD9, "07", TABLET)
    scene.bluez.connected(False)
    await eventually(lambda: not scene.treadmill.link_up)
    await scene.bluez.read(0x2ACC, TABLET)
    await scene.bluez.notify(0x2AD9)
    await scene.bluez.write(0x2AD9, "07", TABLET)
    await eventually(lambda: scene.answers()[-1] == bytes.fromhex("800705"))  # not permitted: control died with the link
    assert scene.told.lines[3:6] == [
        "AA:BB:CC:DD:EE:FF turned away",
        "11:22:33:44:55:66 disconnected",
        "AA:BB:CC:DD:EE:FF connected",
    ]


@asyncio_test
async def test_a_central_that_only_listens_is_gone_when_bluez_stops_its_last_notification(scene: Scene) -> None:
    await scene.bluez.notify(0x2ACD)
    await eventually(lambda: any(number == 0x2ACD for number, _ in scene.bluez.values))
    assert scene.told.lines == ["a central connected"]
    await scene.bluez.notify(0x2ACD, on=False)
    assert not scene.treadmill.link_up
    assert scene.told.lines == ["a central connected", "a central disconnected"]


@asyncio_test
async def test_who_subscribed_before_it_read_has_the_treadmill(scene: Scene) -> None:
    await scene.bluez.notify(0x2AD9)
    await scene.bluez.write(0x2AD9, "00")
    with pytest.raises(Refused, match="0x08"):
        await scene.bluez.read(0x2ACC, TABLET)


@asyncio_test
async def test_a_fault_that_breaks_the_link_disconnects_the_device(bluez: GattManager) -> None:
    treadmill, told = MockTreadmill(DEFAULT, faults=[parse_fault("drop-link@1+1000")]), Told()
    async with on_bluez(treadmill, PacedClock(50), "mill", watcher=told):
        scene = Scene(bluez, treadmill, told)
        await scene.subscribed(0x2AD9)
        await scene.ask("00")
        await scene.ask("07")
        await eventually(lambda: bluez.disconnected == [PHONE])
        await eventually(lambda: told.lines[-1] == "11:22:33:44:55:66 disconnected")
        assert treadmill.belt_speed > 0
        with pytest.raises(Refused, match="0x08"):
            await bluez.read(0x2ACC)
        assert told.lines[-1] == "11:22:33:44:55:66 turned away"


@asyncio_test
async def test_at_the_end_nothing_stays_registered(bluez: GattManager) -> None:
    async with on_bluez(MockTreadmill(DEFAULT), PacedClock(50), "mill"):
        assert bluez.advert
        assert bluez.objects
    assert (bluez.advert, bluez.objects) == ({}, {})


@asyncio_test
async def test_an_advert_that_bluez_takes_back_is_told(scene: Scene) -> None:
    await scene.bluez.release()
    assert scene.told.lines == ["off the air"]


@asyncio_test
async def test_what_a_person_can_do_about_a_computer_that_cannot_is_said(
    bluez: GattManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def why(adapter: str = "") -> str:
        with pytest.raises(NotOnTheAir) as error:
            async with on_bluez(MockTreadmill(DEFAULT), PacedClock(50), "mill", adapter=adapter):
                pass
        return str(error.value)

    assert await why("hci7") == "BlueZ has no Bluetooth adapter hci7; there is hci0"
    bluez.powered = False
    assert await why() == "Bluetooth is switched off; switch it on (bluetoothctl power on)"
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    assert (await why()).startswith("there is no system message bus")


@asyncio_test
async def test_a_computer_without_bluetooth_service_is_told_so(bus_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    with pytest.raises(NotOnTheAir, match="systemctl start bluetooth"):
        async with on_bluez(MockTreadmill(DEFAULT), PacedClock(50), "mill"):
            pass
