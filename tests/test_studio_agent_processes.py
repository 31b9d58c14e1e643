"""A class with every part a process of its own, over amqtt and over Mosquitto, in real time; and what is killed on the way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from studio_brokers import MOSQUITTO, Mosquitto, free_port
from studio_processes import LanesProcess, Staff, lanes_process, quick_console

from treadctl.studio.broker import BrokerOptions, BrokerProcess
from treadctl.studio.coach_agent import Button
from treadctl.studio.messages import Event
from treadctl.studio.mqtt_bus import BrokerAddress

pytestmark = pytest.mark.asyncio
WITHIN_S = 0.1
"""A start is late by no more than this on a build machine that does other things too, beside the clock's own bound."""


@pytest.fixture(autouse=True)
def _quick_console(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_console(monkeypatch, start_ahead_s=5.0)


@contextmanager
def a_broker(kind: str, folder: Path) -> Iterator[tuple[BrokerAddress, Callable[[], None]]]:
    """Its address, and what kills and starts it again on the same port."""
    if kind == "mosquitto":
        if MOSQUITTO is None:
            pytest.skip("mosquitto is missing; apt install mosquitto")
        mosquitto = Mosquitto(folder)
        mosquitto.start()

        def restart() -> None:
            mosquitto.stop()
            mosquitto.start()

        try:
            yield BrokerAddress(port=mosquitto.port), restart
        finally:
            mosquitto.stop()
        return
    port = free_port()
    brokers = [BrokerProcess(BrokerOptions(port=port))]
    brokers[0].start()

    def again() -> None:
        process = brokers[-1]._process
        assert process is not None
        process.kill()
        process.wait()
        brokers.append(BrokerProcess(BrokerOptions(port=port)))
        brokers[-1].start()

    try:
        yield BrokerAddress(port=port), again
    finally:
        for broker in brokers:
            broker.stop()


async def ready(staff: Staff, *processes: LanesProcess) -> None:
    """Every runner answers, and says that they are ready until they are heard: a treadmill may not be there yet."""
    roster = staff.agent.coach.roster
    for process in processes:
        process.keys("all 0")
    for _ in range(20):
        await asyncio.sleep(0.5)
        for process in processes:
            process.keys("all a")
        with contextlib.suppress(AssertionError):
            await staff.until(lambda: roster.ready_count(staff.agent.now()) == len(list(roster)), 1)
            return
    raise AssertionError(staff.summary)


def starts_of(staff: Staff) -> dict[int, int]:
    """How often each lane's belt was counted in."""
    counting = [report.lane for report in staff.heard if isinstance(report, Event) and report.what == "counting"]
    return {lane: counting.count(lane) for lane in sorted(set(counting))}


async def a_class(kind: str, folder: Path) -> str:
    """Started together; a lane killed, and started again; the broker likewise; stopped. Returns what it came to, in a line."""
    with contextlib.ExitStack() as stack:
        address, restart = stack.enter_context(a_broker(kind, folder))
        two = stack.enter_context(lanes_process("1-2", address, folder))
        third = stack.enter_context(lanes_process("3", address, folder, "--guarded"))
        staff = Staff(address)
        try:
            await staff.offered(3)
            await ready(staff, two, third)
            staff.press(Button.START)
            await staff.until(lambda: staff.summary == "3 of 3 moving", 25)
            late = staff.agent.coach.late(staff.agent.now())
            bounds = {view.lane: (view.state.clock_bound_us or 0) / 1e6 for view in staff.agent.coach.roster if view.state}
            for one in late:
                assert one.command_ms is not None
                assert one.belt_ms is not None
                assert -bounds[one.lane] <= one.command_ms / 1000 <= bounds[one.lane] + WITHIN_S
                assert 1000 < one.belt_ms < 15_000

            third.kill()
            gone_s = await staff.until(lambda: 3 in staff.lost(), 10)
            again = stack.enter_context(lanes_process("3", address, folder / "again"))
            await asyncio.to_thread(restart)
            since = staff.agent.now()
            back_s = await staff.until(lambda: all(heard(staff, lane, since) for lane in (1, 2)), 20)
            await staff.until(lambda: heard(staff, 3, since) and phase(staff, 3) == "program offered", 20)
            await staff.until(lambda: staff.summary == "2 of 3 moving", 6)

            staff.stop_all()
            still_s = await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 20)
            assert starts_of(staff) == {1: 1, 2: 1, 3: 1}
            assert "the belt is still" in guardians_record(third)
            for process in (two, again):
                assert await asyncio.to_thread(process.end) == 0
            await staff.until(lambda: staff.lost() == (1, 2, 3), 5)
            assert "coach offline: your program goes on" in two.said
        finally:
            await staff.leave()
    commands = [one.command_ms or 0 for one in late]
    belts = [one.belt_ms or 0 for one in late]
    bound_ms = max(bounds.values()) * 1000
    return (
        f"{kind}: commands {min(commands)} to {max(commands)} ms after T0, on clocks known to {bound_ms:.1f} ms; "
        f"belts {min(belts)} to {max(belts)} ms after them; a killed lane shown after {gone_s:.1f} s, "
        f"a killed broker's lanes back after {back_s:.1f} s, still {still_s:.1f} s after STOP ALL"
    )


def guardians_record(lanes: LanesProcess) -> str:
    return next(lanes.state.rglob("guardian.log")).read_text(encoding="utf-8")


def phase(staff: Staff, lane: int) -> str:
    state = staff.agent.coach.roster[lane].state
    return "" if state is None else state.phase


def heard(staff: Staff, lane: int, since: float) -> bool:
    view = staff.agent.coach.roster[lane]
    return view.state is not None and view.state_at > since and view.state.hears_coach


async def test_a_class_of_processes_starts_together_survives_what_is_killed_and_stops(tmp_path: Path) -> None:
    """Over both brokers at once, for real time cannot be hurried."""
    kinds = ["embedded", *(["mosquitto"] if MOSQUITTO is not None else [])]
    for kind in kinds:
        (tmp_path / kind / "again").mkdir(parents=True)
    for line in await asyncio.gather(*(a_class(kind, tmp_path / kind) for kind in kinds)):
        print(line)
