"""A lane beside a treadmill on the air: over real GATT, through its guardian, in a class over a real broker."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time
from pathlib import Path

import pytest
from studio_brokers import embedded
from studio_processes import Staff, lanes_process, quick_console
from test_kill_over_the_air import GONE_WITHIN_S, Noting
from test_studio_agent_processes import ready
from virtual_radio.world import World

from treadctl.clock import RunningClock
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import DEFAULT
from treadctl.studio.coach_agent import Button
from treadctl.studio.mqtt_bus import BrokerAddress

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.long,
    pytest.mark.skipif(sys.platform != "linux", reason="the virtual radio is for Linux"),
]
ADDRESS = "F0:0D:F1:7E:00:07"


@pytest.fixture(autouse=True)
def _quick_console(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_console(monkeypatch, start_ahead_s=12.0)


async def test_a_lane_on_the_air_starts_at_t0_and_when_it_is_killed_its_guardian_stops_the_belt(
    world: World, bus_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", bus_address)
    treadmill = Noting(DEFAULT, seed=7)
    peripheral = OverTheAir(world.peripheral("mill 7", ADDRESS), treadmill, RunningClock(), "mill 7")
    await peripheral.start()
    with contextlib.ExitStack() as stack:
        address = BrokerAddress(port=stack.enter_context(embedded()).port)
        lane = stack.enter_context(lanes_process("7", address, tmp_path, "--guest", treadmill=ADDRESS))
        staff = Staff(address)
        try:
            await staff.offered(1)
            await ready(staff, lane)
            assert not treadmill.started
            staff.press(Button.START)
            await staff.until(lambda: staff.summary == "1 of 1 moving", 40)
            (late,) = staff.agent.coach.late(staff.agent.now())
            assert late.command_ms is not None
            assert late.command_ms < 150
            assert treadmill.belt_speed > 0

            lane.kill()
            killed_at = time.monotonic()
            await staff.until(lambda: staff.lost() == (7,), 10)
            async with asyncio.timeout(15):
                while treadmill.belt_speed > 0 or treadmill.stopped_at is None:  # noqa: ASYNC110 - a belt has no events
                    await asyncio.sleep(0.02)
            assert treadmill.stopped_at - killed_at < GONE_WITHIN_S
            print(
                f"command {late.command_ms} ms after T0; Stop {treadmill.stopped_at - killed_at:.3f} s after the lane was killed"
            )
        finally:
            await staff.leave()
            await peripheral.stop()
