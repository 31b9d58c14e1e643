"""Long runs of a room: eight lanes in as many processes, and kill -9 of whatever, at moments drawn by lot, fifty times."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from studio_brokers import MOSQUITTO
from studio_processes import LanesProcess, Staff, lanes_process
from test_studio_agent_processes import a_broker, phase, ready, starts_of

from treadctl.studio.coach_agent import Button
from treadctl.studio.messages import Ack, Event, Ready, State
from treadctl.studio.mqtt_bus import BrokerAddress

pytestmark = [pytest.mark.asyncio, pytest.mark.long]
SEEDS = range(50)
AT_ONCE = 5
KNOWN = {"waiting for a class", "program offered", "ready", "counting down", "over", "no link", "hands off", "paused"}
MOVING = {"levelling", "countdown", "starting", "running", "pausing", "ending", "stopping", "started"}


@pytest.fixture(autouse=True)
def _only_when_asked(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> None:
    if pytestconfig.getoption("markexpr") != "long":
        pytest.skip("minutes; run it with -m long")
    monkeypatch.setattr("treadctl.studio.leading.LISTEN_S", 0.5)
    monkeypatch.setattr("treadctl.studio.leading.LEASE_EVERY_S", 1.0)
    monkeypatch.setattr("treadctl.studio.coach.START_AHEAD_S", 6.0)


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


@pytest.mark.parametrize("first", SEEDS[::AT_ONCE])
async def test_whatever_is_killed_at_any_moment_no_belt_starts_unasked_and_every_lane_is_known_of(
    first: int, tmp_path: Path
) -> None:
    seeds = range(first, first + AT_ONCE)
    for seed in seeds:
        (tmp_path / str(seed) / "again").mkdir(parents=True)
    await asyncio.gather(*(a_class_of_deaths(seed, tmp_path / str(seed)) for seed in seeds))


async def a_class_of_deaths(seed: int, folder: Path) -> None:
    drawn = random.Random(seed)
    kind = "mosquitto" if MOSQUITTO is not None and seed % 2 else "embedded"
    with contextlib.ExitStack() as stack:
        address, restart = stack.enter_context(a_broker(kind, folder))
        lanes = {number: stack.enter_context(lanes_process(number, address, folder, "--guarded")) for number in ("1", "2", "3")}
        staff = Staff(address)
        try:
            await staff.offered(3)
            await ready(staff, *lanes.values())
            victims = asyncio.create_task(kill(drawn, restart, lanes, stack, address, folder))
            staff.press(Button.START)
            await victims
            await asyncio.sleep(12)
            no_lane_did_anything_twice(staff)
            staff.stop_all()
            await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 60)
            await staff.until(lambda: all(phase(staff, number) in KNOWN for number in (1, 2, 3)), 40)
            never_moved_before_it_was_asked(staff)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {error}; { ({n: phase(staff, n) for n in (1, 2, 3)}) }") from error
        finally:
            await staff.leave()


async def kill(
    drawn: random.Random,
    restart: Callable[[], None],
    lanes: dict[str, LanesProcess],
    stack: contextlib.ExitStack,
    address: BrokerAddress,
    folder: Path,
) -> None:
    """One to three deaths within the twelve seconds around the start; whoever dies is started again a moment later."""
    for _ in range(drawn.randint(1, 3)):
        await asyncio.sleep(drawn.uniform(0.0, 6.0))
        victim = drawn.choice(["broker", "1", "2", "3"])
        if victim == "broker":
            await asyncio.to_thread(restart)
            continue
        lanes[victim].kill()
        await asyncio.sleep(drawn.uniform(0.0, 2.0))
        lanes[victim] = stack.enter_context(lanes_process(victim, address, folder / "again", "--guarded"))


def no_lane_did_anything_twice(staff: Staff) -> None:
    """One answer that it was done, for each word and each life of a lane; a start counted in once."""
    done = [(word.lane, word.boot, word.id, word.seq) for word in staff.heard if isinstance(word, Ack) and word.result == "done"]
    assert len(set(done)) == len(done)
    for lane in starts_of(staff):
        boots = [word.boot for word in staff.heard if isinstance(word, Event) and word.what == "counting" and word.lane == lane]
        assert len(boots) == len(set(boots))


def never_moved_before_it_was_asked(staff: Staff) -> None:
    """In each life of a lane, its belt moves only after its runner has said that they are ready; a guardian's Stop may linger."""
    ready_said: set[tuple[int, str]] = set()
    for word in staff.heard:
        if isinstance(word, Ready) and word.ready:
            ready_said.add((word.lane, word.boot))
        if isinstance(word, State) and word.phase in MOVING:
            assert (word.lane, word.boot) in ready_said
