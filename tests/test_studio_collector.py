"""The garbage collector about T0: off while any lane of this process is near its own, and on again after the last one's."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from studio_lanes import Button, a_real_room
from studio_room import OneLane

from treadctl.studio.collector import Collector


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    gc.enable()


def test_it_is_off_until_the_last_holder_lets_go() -> None:
    collector = Collector()
    for by in ("lane 1", "lane 2", "lane 1"):
        collector.held(by, True)
        assert not gc.isenabled()
    collector.held("lane 1", False)
    assert not gc.isenabled()
    collector.held("lane 2", False)
    assert gc.isenabled()


def test_who_never_held_it_switches_nothing() -> None:
    collector = Collector()
    collector.held("lane 1", False)
    assert gc.isenabled()
    gc.disable()
    collector.held("lane 1", True)
    collector.held("lane 1", False)
    assert not gc.isenabled(), "it was off before, and that was not ours"


def test_a_lane_is_near_its_t0_from_five_seconds_before_it_until_two_after_it() -> None:
    room = OneLane().join().offer().ready()
    assert not room.lane.is_near_t0(room.now)
    t0 = room.start()
    assert [room.lane.is_near_t0(t0 + s) for s in (-5.1, -4.9)] == [False, True]
    room.wait(t0 - room.now + 1)
    assert [room.lane.is_near_t0(t0 + s) for s in (1.9, 2.1)] == [True, False]


def test_a_start_that_is_called_off_is_not_near() -> None:
    room = OneLane().join().offer().ready()
    t0 = room.start()
    room.wait(t0 - room.now - 4)
    assert room.lane.is_near_t0(room.now)
    room.lane.call_off(room.now)
    assert not room.lane.is_near_t0(room.now)


@pytest.mark.asyncio
async def test_a_lanes_program_that_is_cancelled_near_t0_lets_the_collector_run_again() -> None:
    async with a_real_room(2) as room:
        await room.offered()
        await room.ready()
        room.press(Button.START)
        lanes = room.lanes.values()
        await room.until(lambda: all(lane.agent.lane.is_near_t0(lane.agent.now()) for lane in lanes))
        await room.wait(0.5)
        assert not gc.isenabled()
        await room.lanes[1].dies()
        assert not gc.isenabled()
        await room.lanes[2].dies()
        assert gc.isenabled()


@pytest.mark.asyncio
async def test_the_collector_runs_again_once_the_belts_move() -> None:
    async with a_real_room(2) as room:
        await room.started()
        await room.wait(3)
        assert gc.isenabled()
