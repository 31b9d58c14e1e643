"""Eight lanes in as many processes; what is killed on the way is in test_studio_deaths.py."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from studio_processes import Staff, lanes_process, quick_console
from test_studio_agent_processes import a_broker, ready

from treadctl.studio.coach_agent import Button

pytestmark = [pytest.mark.asyncio, pytest.mark.long]


@pytest.fixture(autouse=True)
def _quick_console(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_console(monkeypatch, start_ahead_s=6.0)


@pytest.mark.parametrize("kind", ["embedded", "mosquitto"])
async def test_eight_lanes_in_eight_processes_start_within_their_bounds(kind: str, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        address, _ = stack.enter_context(a_broker(kind, tmp_path))
        lanes = [stack.enter_context(lanes_process(str(number), address, tmp_path)) for number in range(1, 9)]
        staff = Staff(address)
        try:
            await staff.offered(8)
            await ready(staff, *lanes)
            staff.press(Button.START)
            await staff.until(lambda: staff.summary == "8 of 8 moving", 30)
            late = staff.agent.coach.late(staff.agent.now())
            for one in late:
                state = staff.agent.coach.roster[one.lane].state
                assert state is not None
                assert one.command_ms is not None
                assert -(state.clock_bound_us or 0) / 1000 <= one.command_ms <= (state.clock_bound_us or 0) / 1000 + 100
            staff.stop_all()
            await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 30)
            print(kind, sorted(one.command_ms or 0 for one in late), sorted(one.belt_ms or 0 for one in late))
        finally:
            await staff.leave()
