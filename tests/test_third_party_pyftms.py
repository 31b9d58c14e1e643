"""pyftms, a published FTMS client that we had no hand in, drives the mock: unmodified, over bleak's own backend and real ATT."""

from __future__ import annotations

import importlib
import sys
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from eventually import eventually
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.ftms.control_point import encode
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.served import Watcher
from treadctl.mock.treadmill import MockTreadmill
from treadctl.safety import SetIncline, SetSpeed
from treadctl.units import Grade, Speed

SCALE = 50.0

pytestmark = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="pyftms runs on Python 3.12 and newer; .ci/run drives it on the newest there is"
)
asyncio_test = pytest.mark.asyncio


class Requests(Watcher):
    """The octets that the Control Point was written."""

    def __init__(self) -> None:
        self.octets: list[bytes] = []

    def asked(self, octets: bytes, refused: object) -> None:
        assert refused is None
        self.octets.append(octets)


class Runner:
    """A pyftms client, connected, and what it reported."""

    def __init__(self, client: Any, treadmill: MockTreadmill, requests: Requests) -> None:
        self.client = client
        self.treadmill = treadmill
        self.requests = requests


@pytest_asyncio.fixture
async def runner(world: World) -> AsyncIterator[Runner]:
    pyftms: Any = importlib.import_module("pyftms")
    treadmill, requests = MockTreadmill(DEFAULT), Requests()
    peripheral = OverTheAir(world.peripheral("mill", "F0:0D:F1:7E:55:0A"), treadmill, PacedClock(SCALE), "mill", requests)
    await peripheral.start()
    found = [(device, kind) async for device, kind in pyftms.discover_ftms_devices(0.4)]
    assert [(device.name, kind) for device, kind in found] == [("mill", pyftms.MachineType.TREADMILL)]
    async with pyftms.get_client(*found[0]) as client:
        yield Runner(client, treadmill, requests)
    await peripheral.stop()


@asyncio_test
async def test_pyftms_reads_features_ranges_and_device_information(runner: Runner) -> None:
    client = runner.client
    assert client.device_info == {"manufacturer": "treadctl", "model": "Virtual Decline 10"}
    assert set(client.supported_settings) >= {"target_speed", "target_inclination"}
    belt, deck = client.supported_ranges["target_speed"], client.supported_ranges["target_inclination"]
    assert (belt.min_value, belt.max_value, belt.step) == (0.8, 20.0, 0.1)
    assert (deck.min_value, deck.max_value, deck.step) == (-10.0, 15.0, 0.5)
    assert {"speed_instant", "inclination", "distance_total", "time_elapsed"} <= set(client.supported_properties)


@asyncio_test
async def test_pyftms_starts_speeds_up_tips_and_stops_the_mock_and_its_octets_are_ours(runner: Runner) -> None:
    client, treadmill = runner.client, runner.treadmill
    assert (await client.start_resume()).name == "SUCCESS"
    await eventually(lambda: treadmill.belt_speed > 0)
    assert (await client.set_target_speed(4.0)).name == "SUCCESS"
    assert (await client.set_target_inclination(-4.5)).name == "SUCCESS"
    await eventually(lambda: client.get_property("inclination") == -4.5)
    assert treadmill.deck_grade == -4.5
    await eventually(lambda: client.get_property("speed_instant") == 4.0)
    assert (await client.stop()).name == "SUCCESS"
    await eventually(lambda: client.get_property("speed_instant") == 0)
    written = runner.requests.octets
    assert written == [bytes.fromhex(octets) for octets in ("00", "07", "02 9001", "03 d3ff", "08 01")]
    # The oracle: a program that knows nothing of us writes these two as we do.
    assert written[2] == encode(SetSpeed(Speed(400)))
    assert written[3] == encode(SetIncline(Grade(-45)))


@asyncio_test
async def test_pyftms_is_told_what_the_mock_refuses(runner: Runner) -> None:
    assert (await runner.client.set_target_inclination(-12.0)).name == "INVALID_PARAMETER"
    assert runner.treadmill.deck_grade == 0
