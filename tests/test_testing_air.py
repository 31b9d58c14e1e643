"""The public bleak backend: what an app on bleak meets on the virtual air is what it would meet on a real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from bleak import BleakClient, BleakScanner
from bleak.exc import BleakDeviceNotFoundError, BleakError, BleakGATTProtocolError
from eventually import eventually

from treadctl.testing import Watcher, make_treadmill, virtual_air
from treadctl.testing.air import VirtualAir

FTMS = "00001826-0000-1000-8000-00805f9b34fb"
asyncio_test = pytest.mark.asyncio


@pytest_asyncio.fixture
async def air() -> AsyncIterator[VirtualAir]:
    async with virtual_air(make_treadmill("decline-6"), scale=50, latency_s=0.001) as air:
        yield air


@asyncio_test
async def test_a_scan_hears_every_treadmill_by_name_service_and_service_data() -> None:
    async with virtual_air(make_treadmill(), make_treadmill("propped"), latency_s=0.001) as air:
        async with BleakScanner(backend=air.scanner, service_uuids=[FTMS]) as scanner:
            await eventually(lambda: len(scanner.discovered_devices) == 2)
        heard = scanner.discovered_devices_and_advertisement_data.values()
        assert sorted(data.local_name or "" for _, data in heard) == ["treadctl mock", "treadctl mock 2"]
        for _, data in heard:
            assert data.service_data == {FTMS: bytes.fromhex("010100")}
            assert data.service_uuids == [FTMS]
        assert sorted(device.address for device, _ in heard) == list(air.treadmills)


@asyncio_test
async def test_a_scan_for_another_service_hears_nothing(air: VirtualAir) -> None:
    other = "0000180d-0000-1000-8000-00805f9b34fb"
    assert await BleakScanner.discover(0.15, backend=air.scanner, service_uuids=[other]) == []


@asyncio_test
async def test_what_is_in_flight_when_a_link_breaks_is_lost_without_a_word(
    air: VirtualAir, caplog: pytest.LogCaptureFixture
) -> None:
    async with BleakClient(air.address, backend=air.client) as client:
        await client.start_notify("2ad9", lambda *_: None)
        asking = asyncio.ensure_future(client.write_gatt_char("2ad9", b"\x00", response=True))
        for _ in range(20):
            await asyncio.sleep(0)
        await air.break_links()
        await asyncio.wait({asking})
        assert isinstance(asking.exception(), BleakError)
        await asyncio.sleep(0.01)
    assert caplog.records == []


@asyncio_test
async def test_an_app_connects_reads_commands_and_is_notified(air: VirtualAir) -> None:
    device = await BleakScanner.find_device_by_name("treadctl mock", backend=air.scanner)
    assert device is not None
    got: list[tuple[str, bytes]] = []
    async with BleakClient(device, backend=air.client) as client:
        assert (client.mtu_size, client.name, client.is_connected) == (517, "treadctl mock", True)
        assert {service.uuid[4:8] for service in client.services} == {"180a", "1826"}
        assert client.services.get_characteristic("2ad9").properties == ["write", "indicate"]  # type: ignore[union-attr]
        assert await client.read_gatt_char("2ad5") == bytes.fromhex("c4ff 9600 0500")
        for number in ("2ad9", "2acd"):
            await client.start_notify(number, lambda sender, octets: got.append((sender.uuid[4:8], bytes(octets))))
        for octets in ("00", "07"):
            await client.write_gatt_char("2ad9", bytes.fromhex(octets), response=True)
            await air.clock.sleep(1)
        await eventually(lambda: air.treadmills[air.address].belt_speed > 0)
        await client.stop_notify("2acd")
    assert ("2ad9", bytes.fromhex("800701")) in got
    assert any(number == "2acd" for number, _ in got)
    assert not client.is_connected
    assert air.treadmills[air.address].belt_speed > 0  # a belt goes on when an app leaves


@asyncio_test
async def test_what_the_treadmill_refuses_is_the_att_error_that_it_sent(air: VirtualAir) -> None:
    async with BleakClient(air.address, backend=air.client) as client:
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char("2ad9", b"\x00", response=True)
        assert refused.value.code == 0xFD
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.read_gatt_char("2acd")
        assert refused.value.code == 0x02
        with pytest.raises(BleakError, match="does not support notifications"):
            await client.start_notify("2ad5", lambda _sender, _octets: None)


@asyncio_test
async def test_a_link_that_breaks_is_told_once_and_ends_what_waits_for_it(air: VirtualAir) -> None:
    lost: list[BleakClient] = []
    client = BleakClient(air.address, lost.append, backend=air.client)
    await client.connect()
    air.silence()
    reading = asyncio.create_task(client.read_gatt_char("2ad5"))
    await asyncio.sleep(0.02)
    assert not reading.done()
    await air.break_links()
    with pytest.raises(BleakError, match="disconnected"):
        await reading
    assert (lost, client.is_connected) == ([client], False)
    with pytest.raises(BleakError, match="Service Discovery has not been performed"):
        await client.read_gatt_char("2ad5")
    air.silence(False)
    async with BleakClient(air.address, backend=air.client) as again:
        assert again.is_connected


@asyncio_test
async def test_a_treadmill_that_another_app_holds_cannot_be_had_and_one_that_is_not_there_is_not_found(air: VirtualAir) -> None:
    async with BleakClient(air.address, backend=air.client):
        with pytest.raises(TimeoutError):
            await BleakClient(air.address, timeout=0.2, backend=air.client).connect()
    with pytest.raises(BleakDeviceNotFoundError):
        await BleakClient("AA:BB:CC:DD:EE:FF", backend=air.client).connect()


@asyncio_test
async def test_faults_break_the_link_on_this_air_too() -> None:
    lost: list[BleakClient] = []
    async with virtual_air(make_treadmill("decline-10", "drop-link@1"), scale=50, latency_s=0.001) as air:
        client = BleakClient(air.address, lost.append, backend=air.client)
        await client.connect()
        await client.start_notify("2ad9", lambda _sender, _octets: None)
        for octets in (b"\x00", b"\x07"):
            await client.write_gatt_char("2ad9", octets, response=True)
            await air.clock.sleep(1)
        await eventually(lambda: lost == [client])


@asyncio_test
async def test_a_watcher_hears_what_the_app_asked() -> None:
    class Asked(Watcher):
        def __init__(self) -> None:
            self.octets: list[bytes] = []

        def asked(self, octets: bytes, refused: object) -> None:
            self.octets.append(octets)

    watcher = Asked()
    async with virtual_air(latency_s=0.001, watcher=watcher) as air, BleakClient(air.address, backend=air.client) as client:
        with pytest.raises(BleakGATTProtocolError):
            await client.write_gatt_char("2ad9", b"\x07", response=True)
    assert watcher.octets == [b"\x07"]


@asyncio_test
async def test_an_app_that_names_no_backend_finds_the_treadmills_too(air: VirtualAir) -> None:
    with air.as_default():
        device = await BleakScanner.find_device_by_address(air.address)
        assert device is not None
        async with BleakClient(device) as client:
            assert client.backend_id == "VirtualClient"
            assert await client.read_gatt_char("2a29") == b"treadctl"


@asyncio_test
@pytest.mark.parametrize("after_s", [0.0, 0.001, 0.01, 0.05, 0.08])
async def test_a_connect_that_is_cancelled_leaves_the_adapter_free(air: VirtualAir, after_s: float) -> None:
    first = BleakClient(air.address, backend=air.client)
    connecting = asyncio.create_task(first.connect())
    await asyncio.sleep(after_s)
    connecting.cancel()
    await asyncio.wait({connecting})
    assert first.is_connected is not connecting.cancelled()  # it may have been quicker
    await first.disconnect()
    async with BleakClient(air.address, backend=air.client, timeout=3.0) as client:
        assert client.is_connected
