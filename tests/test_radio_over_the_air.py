"""The real radio and the over-the-air mock, joined by bleak's own unmodified Linux backend over real ATT."""

from __future__ import annotations

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from together import together
from virtual_radio.air import dongle
from virtual_radio.bus import private_bus
from virtual_radio.notes import SOON_S, Notebook, Runner
from virtual_radio.world import World, virtual_radio

from treadctl.clock import PacedClock
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_the_air import OverTheAir, on_the_air, treadmill_advert
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill
from treadctl.treadmill import radio, scanning
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import Grade, Speed

ADDRESS = "F0:0D:F1:7E:55:01"
SCALE = 50.0
"""Seconds of the treadmill in one of the wall: its countdown takes 60 ms."""

asyncio_test = pytest.mark.asyncio


@pytest_asyncio.fixture
async def peripheral(world: World) -> AsyncIterator[OverTheAir]:
    peripheral = virtual_treadmill(world, ADDRESS)
    await peripheral.start()
    yield peripheral
    await peripheral.stop()


def virtual_treadmill(world: World, address: str) -> OverTheAir:
    clock = PacedClock(SCALE)
    return OverTheAir(world.peripheral("mill", address), MockTreadmill(DEFAULT), clock, "treadctl mock")


@pytest_asyncio.fixture
async def notes() -> Notebook:
    return Notebook()


@pytest_asyncio.fixture
async def connected(peripheral: OverTheAir, notes: Notebook) -> AsyncIterator[BleakRadio]:
    radio = BleakRadio(ADDRESS)
    await radio.connect(notes.on_lost)
    yield radio
    await radio.disconnect()


# --- connecting and reading --------------------------------------------------------------------------------------------


@asyncio_test
async def test_connecting_returns_the_name_and_shows_what_the_treadmill_offers(peripheral: OverTheAir, notes: Notebook) -> None:
    radio = BleakRadio(ADDRESS.lower())
    assert await radio.connect(notes.on_lost) == "treadctl mock"
    assert await radio.characteristics() == {
        0x2ACC, 0x2ACD, 0x2AD3, 0x2AD4, 0x2AD5, 0x2AD9, 0x2ADA,
        0x2A24, 0x2A26, 0x2A29,
    }  # fmt: skip
    await radio.disconnect()


@asyncio_test
async def test_feature_ranges_and_device_information_arrive_octet_for_octet(connected: BleakRadio) -> None:
    read = {number: await connected.read(number) for number in (0x2ACC, 0x2AD4, 0x2AD5, 0x2AD3, 0x2A24, 0x2A29)}
    assert read[0x2ACC] == bytes.fromhex("0c100000 03000000")
    assert read[0x2AD4] == bytes.fromhex("5000 d007 0a00")
    assert read[0x2AD5] == bytes.fromhex("9cff 9600 0500")
    assert read[0x2AD3][1] == 0x01
    assert read[0x2A24] == b"Virtual Decline 10"
    assert read[0x2A29] == b"treadctl"


@asyncio_test
async def test_reading_what_only_notifies_is_rejected_with_the_att_error(connected: BleakRadio) -> None:
    with pytest.raises(LinkError) as rejected:
        await connected.read(0x2ACD)
    assert (rejected.value.trouble, rejected.value.att_error) == (Trouble.REJECTED, 0x02)


@asyncio_test
async def test_reading_what_is_not_there_is_rejected_without_asking(connected: BleakRadio) -> None:
    with pytest.raises(LinkError, match="0x2A53") as rejected:
        await connected.read(0x2A53)
    assert (rejected.value.trouble, rejected.value.att_error) == (Trouble.REJECTED, None)


# --- commanding ---------------------------------------------------------------------------------------------------------


@asyncio_test
async def test_control_start_speed_and_a_decline_are_indicated_and_the_belt_and_deck_follow(
    connected: BleakRadio, notes: Notebook
) -> None:
    gate = Runner()
    for characteristic in (0x2ACD, 0x2ADA, 0x2AD9):
        await connected.subscribe(characteristic, notes.receive)
    await connected.write(gate.clear("00"))
    await notes.until(lambda: notes.answers() == [bytes.fromhex("800001")])
    await connected.write(gate.clear("07"))
    await notes.until(lambda: any(speed > 0 for speed, _ in notes.frames()))
    await connected.write(gate.clear("02 c800", speed=Speed(80)))  # 2.00 km/h
    await notes.until(lambda: any(speed == 200 for speed, _ in notes.frames()))
    await connected.write(gate.clear("03 ecff", speed=Speed(200)))  # −2.0 %
    await notes.until(lambda: len(notes.answers()) == 4)
    await connected.write(gate.clear("03 d3ff", speed=Speed(200), grade=Grade(-20)))  # −4.5 %
    await notes.until(lambda: any(grade == -45 for _, grade in notes.frames()))
    assert notes.answers() == [bytes.fromhex(f"80{op}01") for op in ("00", "07", "02", "03", "03")]
    assert (0x2ADA, bytes.fromhex("06 d3ff")) in notes.packets
    assert not notes.lost


@asyncio_test
async def test_a_write_with_indications_off_is_rejected_with_fd(connected: BleakRadio) -> None:
    with pytest.raises(LinkError) as rejected:
        await connected.write(Runner().clear("00"))
    assert (rejected.value.trouble, rejected.value.att_error) == (Trouble.REJECTED, 0xFD)


@asyncio_test
async def test_indications_that_the_treadmill_has_forgotten_can_be_switched_on_again(
    connected: BleakRadio, peripheral: OverTheAir, notes: Notebook
) -> None:
    await connected.subscribe(0x2AD9, notes.receive)
    peripheral.served.subscribe(0x2AD9, False)
    with pytest.raises(LinkError):
        await connected.write(Runner().clear("00"))
    await connected.subscribe(0x2AD9, notes.receive)
    await connected.write(Runner().clear("00"))
    await notes.until(lambda: notes.answers() == [bytes.fromhex("800001")])


@asyncio_test
async def test_a_write_into_a_running_procedure_is_rejected_with_fe(world: World, notes: Notebook) -> None:
    slow = OverTheAir(world.peripheral("slow", ADDRESS), MockTreadmill(DEFAULT), PacedClock(0.01), "slow")
    await slow.start()
    radio = BleakRadio(ADDRESS)
    await radio.connect(notes.on_lost)
    await radio.subscribe(0x2AD9, notes.receive)
    gate = Runner()
    await radio.write(gate.clear("00"))
    with pytest.raises(LinkError) as rejected:
        await radio.write(gate.clear("08 01"))
    assert (rejected.value.trouble, rejected.value.att_error) == (Trouble.REJECTED, 0xFE)
    await radio.disconnect()
    await slow.stop()


@asyncio_test
async def test_a_stop_does_not_wait_for_the_pace_of_subscriptions(
    connected: BleakRadio, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connected.subscribe(0x2AD9, notes.receive)
    monkeypatch.setattr(radio, "PACE_S", 30.0)
    subscribing = asyncio.create_task(connected.subscribe(0x2ACD, notes.receive))
    async with asyncio.timeout(SOON_S):
        await connected.write(Runner().clear("08 01"))
    await notes.until(lambda: len(notes.answers()) == 1)
    assert not subscribing.done()
    subscribing.cancel()
    await asyncio.wait({subscribing})


@asyncio_test
async def test_subscriptions_keep_their_distance(connected: BleakRadio, notes: Notebook) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await together(connected.subscribe(number, notes.receive) for number in (0x2ACD, 0x2ADA, 0x2AD9))
    assert loop.time() - began >= 0.2


# --- losing the link ----------------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_remote_disconnect_is_reported_once_and_ends_the_connection(
    peripheral: OverTheAir, connected: BleakRadio, notes: Notebook
) -> None:
    await peripheral.stop()
    await notes.until(lambda: bool(notes.lost))
    for use in (connected.read(0x2ACC), connected.subscribe(0x2ACD, notes.receive), connected.write(Runner().clear("08 01"))):
        with pytest.raises(LinkError) as lost:
            await use
        assert lost.value.trouble is Trouble.LOST
    await connected.disconnect()
    assert len(notes.lost) == 1


@asyncio_test
async def test_a_link_that_dies_under_a_write_fails_it_at_once(
    world: World, connected: BleakRadio, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "WRITE_S", 60.0)
    await connected.subscribe(0x2AD9, notes.receive)
    world.air.silent = True
    writing = asyncio.create_task(connected.write(Runner().clear("00")))
    await asyncio.sleep(0.02)
    assert not writing.done()
    world.air.lose_connections()
    with pytest.raises(LinkError) as lost:
        async with asyncio.timeout(SOON_S):
            await writing
    assert (lost.value.trouble, lost.value.att_error) == (Trouble.LOST, None)
    await notes.until(lambda: len(notes.lost) == 1)


@asyncio_test
async def test_a_treadmill_that_drops_the_link_is_reported_and_lets_nobody_in_while_out_of_reach(
    world: World, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    treadmill = MockTreadmill(DEFAULT, faults=[parse_fault("drop-link@1+1000")])
    peripheral = OverTheAir(world.peripheral("mill", ADDRESS), treadmill, PacedClock(SCALE), "mill")
    await peripheral.start()
    link = BleakRadio(ADDRESS)
    await link.connect(notes.on_lost)
    await link.subscribe(0x2AD9, notes.receive)
    gate = Runner()
    await link.write(gate.clear("00"))
    await notes.until(lambda: len(notes.answers()) == 1)
    await link.write(gate.clear("07"))
    await notes.until(lambda: len(notes.lost) == 1)
    assert treadmill.belt_speed > 0
    await link.disconnect()
    monkeypatch.setattr(radio, "BACK_OFF_S", (0.0, 0.0))
    assert await trouble_connecting(notes) is Trouble.TIMED_OUT
    await peripheral.stop()


@asyncio_test
async def test_a_message_bus_that_dies_is_a_lost_link(notes: Notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ExitStack() as bus:
        address = bus.enter_context(private_bus(tmp_path))
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
        async with virtual_radio(address) as world:
            peripheral = virtual_treadmill(world, ADDRESS)
            await peripheral.start()
            link = BleakRadio(ADDRESS)
            await link.connect(notes.on_lost)
            bus.close()
            await notes.until(lambda: len(notes.lost) == 1)
            with pytest.raises(LinkError) as lost:
                await link.write(Runner().clear("08 01"))
            assert lost.value.trouble is Trouble.LOST
            await link.disconnect()
            await peripheral.stop()


@asyncio_test
async def test_a_write_that_nobody_answers_times_out(
    world: World, connected: BleakRadio, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    await connected.subscribe(0x2AD9, notes.receive)
    monkeypatch.setattr(radio, "WRITE_S", 0.05)
    world.air.silent = True
    with pytest.raises(LinkError) as late:
        await connected.write(Runner().clear("00"))
    assert late.value.trouble is Trouble.TIMED_OUT
    world.air.silent = False


@asyncio_test
async def test_disconnecting_is_quiet_and_can_be_done_twice_and_the_treadmill_can_be_found_again(
    connected: BleakRadio, notes: Notebook
) -> None:
    await connected.disconnect()
    await connected.disconnect()
    assert not notes.lost
    again = BleakRadio(ADDRESS)
    await again.connect(notes.on_lost)
    assert await again.read(0x2A29) == b"treadctl"
    await again.disconnect()
    assert not notes.lost


@asyncio_test
async def test_a_disconnect_that_hangs_is_given_up_quietly(
    connected: BleakRadio, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "DISCONNECT_S", 0.0)
    await connected.disconnect()
    assert not notes.lost


@asyncio_test
@pytest.mark.parametrize("after_s", [0.01, 0.12, 0.2])
async def test_a_connect_that_is_cancelled_leaves_nothing_behind(peripheral: OverTheAir, notes: Notebook, after_s: float) -> None:
    connecting = asyncio.create_task(BleakRadio(ADDRESS).connect(notes.on_lost))
    await asyncio.wait({connecting}, timeout=after_s)
    connecting.cancel()
    await asyncio.gather(connecting, return_exceptions=True)
    again = BleakRadio(ADDRESS)
    await again.connect(notes.on_lost)
    await again.disconnect()
    assert not notes.lost


@asyncio_test
async def test_two_treadmills_in_one_room_are_connected_at_the_same_time(
    world: World, peripheral: OverTheAir, notes: Notebook
) -> None:
    neighbour = virtual_treadmill(world, "F0:0D:F1:7E:55:02")
    await neighbour.start()
    radios = [BleakRadio(ADDRESS), BleakRadio("F0:0D:F1:7E:55:02")]
    await together(radio.connect(notes.on_lost) for radio in radios)
    assert [await radio.read(0x2A29) for radio in radios] == [b"treadctl", b"treadctl"]
    await together(radio.disconnect() for radio in radios)
    await neighbour.stop()


# --- what a person can do something about ---------------------------------------------------------------------------------


async def trouble_connecting(notes: Notebook) -> Trouble:
    with pytest.raises(LinkError) as error:
        await BleakRadio(ADDRESS).connect(notes.on_lost)
    return error.value.trouble


@asyncio_test
async def test_an_unknown_address_is_not_found(world: World, notes: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "FIND_S", 0.05)
    assert await trouble_connecting(notes) is Trouble.NOT_FOUND


@asyncio_test
async def test_a_radio_that_is_switched_off_is_named(world: World, notes: Notebook) -> None:
    world.bluez.switch_off()
    assert await trouble_connecting(notes) is Trouble.RADIO_OFF


@asyncio_test
async def test_a_computer_without_an_adapter_is_named(world: World, notes: Notebook) -> None:
    world.bluez.unplug()
    assert await trouble_connecting(notes) is Trouble.NO_RADIO


@asyncio_test
async def test_a_computer_without_bluetooth_service_is_named(
    world: World, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere/at/all")
    assert await trouble_connecting(notes) is Trouble.NO_RADIO


# --- the treadmill on the air -------------------------------------------------------------------------------------------


@asyncio_test
async def test_the_treadmill_goes_on_the_air_by_the_name_of_a_radio(world: World, notes: Notebook, tmp_path: Path) -> None:
    treadmill, clock = MockTreadmill(DEFAULT), PacedClock(SCALE)
    radio_name = f"unix-client:{tmp_path}/hci"
    async with dongle(world.air, tmp_path / "hci"), on_the_air(radio_name, treadmill, clock, "dongle"):
        link = BleakRadio("F0:0D:F1:7E:55:01")
        assert await link.connect(notes.on_lost) == "dongle"
        await link.disconnect()


def test_the_advert_names_an_ftms_treadmill_in_31_octets() -> None:
    octets = treadmill_advert("fifteen letters")
    assert octets[:14] == bytes.fromhex("020106 03032618 0616261801 0100".replace(" ", ""))
    assert octets[14:] == b"\x10\x09fifteen letters"
    assert len(octets) == 31


def test_a_name_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="15 octets"):
        treadmill_advert("sixteen letters!")


def test_without_bumble_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bumble", None)
    monkeypatch.delitem(sys.modules, "treadctl.mock.over_the_air")
    with pytest.raises(ImportError, match=r"pip install 'treadctl\[mock\]'"):
        importlib.import_module("treadctl.mock.over_the_air")
