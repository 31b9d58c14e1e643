"""Listening, finding and connecting over the virtual air: what is heard, what another process left, who else holds it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bleak import BleakClient
from bumble.core import AdvertisingData
from bumble.hci import Address, AddressType
from virtual_radio.notes import SOON_S, Notebook
from virtual_radio.scripted import Properties, Scripted
from virtual_radio.world import World

from treadctl.treadmill import locks, radio, scanning
from treadctl.treadmill.gatt import Heard, LinkError, Trouble
from treadctl.treadmill.radio import BleakRadio
from treadctl.treadmill.scanning import scan

ADDRESS = "F0:0D:F1:7E:55:03"
OTHER = "F0:0D:F1:7E:55:04"
LISTEN_S = 0.15
"""Four adverts of the scripted machine: Bumble takes units of 0.625 ms for milliseconds."""
RUNNING_SPEED_AND_CADENCE = 0x1814

LEAVES_IT_CONNECTED = """
import asyncio, sys
from treadctl.treadmill.radio import BleakRadio
async def main():
    await BleakRadio(sys.argv[1]).connect(print)
    print("connected", flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
"""

asyncio_test = pytest.mark.asyncio


@pytest_asyncio.fixture
async def machine(world: World) -> AsyncIterator[Scripted]:
    machine = Scripted(world.peripheral("scripted", ADDRESS))
    await machine.start()
    yield machine
    await machine.stop()


async def advertising(world: World, address: str, *fields: tuple[AdvertisingData.Type, bytes]) -> None:
    """Somebody on the air who says this and nothing more."""
    device = world.peripheral("anybody", address)
    await device.power_on()
    await device.start_advertising(
        advertising_data=bytes(AdvertisingData(list(fields))),
        scan_response_data=b"",
        advertising_interval_min=20.0,
        advertising_interval_max=20.0,
    )


async def heard(seconds: float = LISTEN_S) -> dict[str, Heard]:
    by_address: dict[str, Heard] = {}
    await scan(lambda one: by_address.update({one.address: one}), seconds)
    return by_address


# --- scanning -----------------------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_scan_tells_what_the_advert_tells_and_connects_to_nothing(machine: Scripted) -> None:
    told = (await heard())[ADDRESS]
    assert (told.name, told.services, told.treadmill, told.available) == ("scripted", frozenset({0x1826}), True, True)
    assert told.signal_dbm is not None
    assert -127 < told.signal_dbm < 20
    assert not told.connected
    assert not machine.device.connections


@asyncio_test
async def test_every_advert_is_heard_and_not_only_the_first(machine: Scripted) -> None:
    times: list[str] = []
    await scan(lambda one: times.append(one.address), LISTEN_S)
    assert times.count(ADDRESS) >= 2


@asyncio_test
async def test_what_an_advert_does_not_say_is_not_told(world: World) -> None:
    rower = (AdvertisingData.SERVICE_DATA_16_BIT_UUID, bytes.fromhex("2618 00 1000"))
    cut_short = (AdvertisingData.SERVICE_DATA_16_BIT_UUID, bytes.fromhex("2618 01"))
    await advertising(world, "F0:0D:F1:7E:55:11")
    await advertising(world, "F0:0D:F1:7E:55:12", rower)
    await advertising(world, "F0:0D:F1:7E:55:13", cut_short)
    everybody = await heard()
    told = {address[-2:]: (one.name, one.treadmill, one.available) for address, one in everybody.items()}
    assert told == {"11": (None, None, None), "12": (None, False, False), "13": (None, None, None)}


@asyncio_test
async def test_a_treadmill_that_is_still_connected_is_told_though_it_does_not_advertise(
    machine: Scripted, notes: Notebook
) -> None:
    link = BleakRadio(ADDRESS)
    await link.connect(notes.on_lost)
    told = (await heard())[ADDRESS]
    assert told == Heard(ADDRESS, "scripted", None, frozenset({0x1826}), None, None, connected=True)
    await link.disconnect()


@asyncio_test
async def test_a_long_scan_lets_somebody_connect_in_between(
    machine: Scripted, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "AT_A_TIME_S", 0.05)
    monkeypatch.setattr(locks, "LOOK_AGAIN_S", 0.01)
    scanning_on = asyncio.create_task(heard(0.3))
    await asyncio.sleep(0.02)
    link = BleakRadio(ADDRESS)
    await link.connect(notes.on_lost)
    assert not scanning_on.done()
    assert (await scanning_on)[ADDRESS].connected
    await link.disconnect()


@asyncio_test
async def test_a_scan_without_a_radio_says_what_to_do(world: World) -> None:
    world.bluez.switch_off()
    with pytest.raises(LinkError) as error:
        await heard()
    assert error.value.trouble is Trouble.RADIO_OFF


@asyncio_test
async def test_a_search_that_is_cancelled_while_it_starts_leaves_the_next_one_free(
    world: World, machine: Scripted, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    """BlueZ refuses a second scan to a program whose first one nobody ended."""
    asked, start = asyncio.Event(), world.bluez.start_listening

    async def slow_start() -> None:
        asked.set()
        await asyncio.sleep(0.02)
        await start()

    monkeypatch.setattr(world.bluez, "start_listening", slow_start)
    search = asyncio.create_task(heard())
    await asked.wait()
    search.cancel()
    await asyncio.wait({search})
    assert search.cancelled()
    link = BleakRadio(ADDRESS)
    await link.connect(notes.on_lost)
    await link.disconnect()


# --- finding and connecting ---------------------------------------------------------------------------------------------


@pytest_asyncio.fixture
async def notes() -> Notebook:
    return Notebook()


@asyncio_test
async def test_a_treadmill_in_use_is_said_at_once_and_taken_over_once_its_holder_was_killed(
    machine: Scripted, notes: Notebook
) -> None:
    """A connected treadmill does not advertise, so no scan would find it; and BlueZ would let two programs have it."""
    command = [sys.executable, "-c", LEAVES_IT_CONNECTED, ADDRESS]
    holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert await holder.stdout.readline() == b"connected\n"
        with pytest.raises(LinkError) as busy:
            async with asyncio.timeout(0.1):
                await BleakRadio(ADDRESS).connect(notes.on_lost)
        assert busy.value.trouble is Trouble.IN_USE
    finally:
        holder.kill()
        await holder.wait()
    assert machine.device.connections, "nobody told the treadmill that its holder is gone"
    successor = BleakRadio(ADDRESS)
    async with asyncio.timeout(SOON_S):
        await successor.connect(notes.on_lost)
    assert await successor.read(0x2A29) == b"treadctl"
    await successor.disconnect()


@asyncio_test
async def test_a_radio_that_was_closed_lets_the_next_one_in_and_is_not_used_again(machine: Scripted, notes: Notebook) -> None:
    first, second = BleakRadio(ADDRESS), BleakRadio(ADDRESS)
    await first.connect(notes.on_lost)
    await first.disconnect()
    await second.connect(notes.on_lost)
    with pytest.raises(RuntimeError, match="once"):
        await first.connect(notes.on_lost)
    assert await second.read(0x2A29) == b"treadctl"
    await second.disconnect()


@asyncio_test
async def test_a_treadmill_that_somebodys_phone_holds_is_not_found(
    world: World, machine: Scripted, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "FIND_S", 0.1)
    phone = world.peripheral("phone", OTHER)
    await phone.power_on()
    await phone.connect(Address(ADDRESS, AddressType.RANDOM_DEVICE))
    with pytest.raises(LinkError) as error:
        await BleakRadio(ADDRESS).connect(notes.on_lost)
    assert error.value.trouble is Trouble.NOT_FOUND
    await phone.power_off()


@asyncio_test
async def test_a_treadmill_that_hangs_up_twice_is_reached_the_third_time(
    machine: Scripted, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "BACK_OFF_S", (0.01, 0.01))
    left = [1, 2]
    machine.device.on("connection", lambda link: asyncio.ensure_future(link.disconnect()) if left and left.pop() else None)
    link = BleakRadio(ADDRESS)
    assert await link.connect(notes.on_lost) == "scripted"
    assert not left
    assert await link.read(0x2A29) == b"treadctl"
    await link.disconnect()
    assert not notes.lost


@asyncio_test
async def test_a_treadmill_that_always_hangs_up_is_given_up_after_three_tries(
    machine: Scripted, notes: Notebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(radio, "BACK_OFF_S", (0.01, 0.01))
    tries: list[object] = []
    machine.device.on("connection", lambda link: tries.append(asyncio.ensure_future(link.disconnect())))
    link = BleakRadio(ADDRESS)
    with pytest.raises(LinkError) as error:
        await link.connect(notes.on_lost)
    assert error.value.trouble is Trouble.TIMED_OUT
    assert len(tries) == 3
    locks.hold(ADDRESS).release()


@asyncio_test
async def test_a_radio_that_is_off_is_not_tried_again(world: World, notes: Notebook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(radio, "BACK_OFF_S", (60.0, 60.0))
    world.bluez.switch_off()
    async with asyncio.timeout(SOON_S):
        with pytest.raises(LinkError) as error:
            await BleakRadio(ADDRESS).connect(notes.on_lost)
    assert error.value.trouble is Trouble.RADIO_OFF


@asyncio_test
async def test_a_foot_pod_is_used_by_the_same_radio_and_its_own_service(world: World, notes: Notebook) -> None:
    pod = Scripted(world.peripheral("pod", OTHER), {"2a53": Properties.NOTIFY}, service="1814")
    await pod.start()
    forgotten = BleakClient(OTHER)
    await forgotten.connect()
    link = BleakRadio(OTHER, RUNNING_SPEED_AND_CADENCE)
    await link.connect(notes.on_lost)
    await link.subscribe(0x2A53, notes.receive)
    pod.say("2a53", "00 0003 5a")
    await notes.until(lambda: notes.packets == [(0x2A53, bytes.fromhex("0000035a"))])
    await link.disconnect()
    await forgotten.disconnect()
    await pod.stop()
