"""pycycling, a published client that we had no hand in, drives the mock: unmodified, over bleak's own backend and real ATT.

Its Training Status is left off: pycycling 0.4.1 fails on one with a text, which is how a countdown is told (FTMS v1.0 §4.10).
Treadmill Data and the ranges of speed and inclination it does not know; pyftms reads those.
"""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from bleak import BleakClient, BleakScanner
from eventually import eventually
from virtual_radio.world import World

from treadctl.clock import PacedClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.mock.treadmill import MockTreadmill

SCALE = 50.0
asyncio_test = pytest.mark.asyncio


class Runner:
    """pycycling on a connected client, and what its handlers got."""

    def __init__(self, client: BleakClient, treadmill: MockTreadmill) -> None:
        published: Any = importlib.import_module("pycycling.fitness_machine_service")  # it has no types
        self.service: Any = published.FitnessMachineService(client)
        self.treadmill = treadmill
        self.answers: list[Any] = []
        self.statuses: list[Any] = []

    async def listen(self) -> None:
        self.service.set_control_point_response_handler(self.answers.append)
        self.service.set_fitness_machine_status_handler(self.statuses.append)
        await self.service.enable_control_point_indicate()
        await self.service.enable_fitness_machine_status_notify()

    async def ask(self, command: Any) -> Any:
        before = len(self.answers)
        await command
        await eventually(lambda: len(self.answers) > before)
        return self.answers[-1]


@pytest_asyncio.fixture
async def runner(world: World) -> AsyncIterator[Runner]:
    treadmill = MockTreadmill(DEFAULT)
    peripheral = OverTheAir(world.peripheral("mill", "F0:0D:F1:7E:55:0B"), treadmill, PacedClock(SCALE), "mill")
    await peripheral.start()
    device = await BleakScanner.find_device_by_name("mill", timeout=5.0)
    assert device is not None
    async with BleakClient(device) as client:
        runner = Runner(client, treadmill)
        await runner.listen()
        yield runner
    await peripheral.stop()


@asyncio_test
async def test_pycycling_reads_the_features(runner: Runner) -> None:
    machine, targets = await runner.service.get_all_features()
    assert (machine.inclination_supported, machine.total_distance_supported, machine.cadence_supported) == (True, True, False)
    assert (targets.speed_target_setting_supported, targets.inclination_target_setting_supported) == (True, True)
    assert not targets.power_target_setting_supported


@asyncio_test
async def test_pycycling_takes_control_and_moves_belt_and_deck(runner: Runner) -> None:
    service = runner.service
    assert (await runner.ask(service.request_control())).result_code_enum.name == "SUCCESS"
    assert (await runner.ask(service.start_or_resume())).result_code_enum.name == "SUCCESS"
    await eventually(lambda: runner.treadmill.belt_speed > 0)
    assert (await runner.ask(service.set_target_speed(350))).result_code_enum.name == "SUCCESS"  # 3.50 km/h, in raw units
    assert (await runner.ask(service.set_target_incline(-45))).result_code_enum.name == "SUCCESS"  # −4.5 %
    await eventually(lambda: runner.treadmill.deck_grade == -4.5 and runner.treadmill.belt_speed == 3.5)
    assert (await runner.ask(service.stop_or_pause(pause=False))).result_code_enum.name == "SUCCESS"
    await eventually(lambda: len(runner.statuses) == 4)
    assert [(status[0].name, status[1]) for status in runner.statuses] == [
        ("STARTED_BY_USER", None),
        ("NEW_SPEED", 3.5),
        ("NEW_INCLINATION", -4.5),
        ("STOPPED_BY_USER", None),
    ]


@asyncio_test
async def test_pycycling_without_control_is_refused(runner: Runner) -> None:
    assert (await runner.ask(runner.service.start_or_resume())).result_code_enum.name == "CONTROL_NOT_PERMITTED"
    assert runner.treadmill.belt_speed == 0
