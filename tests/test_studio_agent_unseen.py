"""STOP at a lane whose treadmill nobody sees: it is never lost, and never a reason to move a belt, to wait, or to ask nothing."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from studio_lanes import PROGRAM, STOP, LaneInRoom, Radio, a_real_room

from treadctl.cli import studio_lanes_run
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.mock.memory import MemoryRadio
from treadctl.studio.lane_words import LanePhase
from treadctl.treadmill.gatt import LinkError, Trouble

TREADMILL_DATA = 0x2ACD


def stops(lane: LaneInRoom) -> int:
    return [payload for _, payload in lane.written].count(STOP)


def is_in(lane: LaneInRoom, phase: Phase) -> bool:
    return lane.latest is not None and lane.latest.phase is phase


def off_until(monkeypatch: pytest.MonkeyPatch, at: float) -> None:
    """The treadmills are switched on at this second of the room's clock."""
    connect = Radio.connect

    async def late(self: Radio, lost: object) -> str:
        if self._its_clock.now() < at:
            raise LinkError(Trouble.NOT_FOUND, "it is off")
        return await connect(self, lost)  # type: ignore[arg-type]

    monkeypatch.setattr(Radio, "connect", late)


@pytest.mark.asyncio
@pytest.mark.parametrize("how", ["pause", "console"])
async def test_after_stop_all_a_lane_that_rested_out_of_reach_starts_nobody(how: str) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@40+20")
        await room.started(PROGRAM)
        await room.wait(8)
        if how == "pause":
            lane.agent.press(Key.PAUSE)
        else:
            lane.press(Console.STOP)
        await room.until(lambda: is_in(lane, Phase.PAUSED if how == "pause" else Phase.HANDS_OFF), 30)
        await room.until(lambda: is_in(lane, Phase.UNLINKED), 60)
        starts = len(lane.starts())
        room.stop_all()
        await room.until(lambda: not is_in(lane, Phase.UNLINKED), 60)
        await room.wait(8)
        lane.agent.typed("a")
        await room.wait(20)
        assert (len(lane.starts()), lane.belt) == (starts, 0.0)
        assert lane.agent.lane.phase is LanePhase.OVER


@pytest.mark.asyncio
@pytest.mark.parametrize("after_s", [0.3, 2.0])
async def test_a_stop_between_two_sessions_is_the_next_ones(after_s: float) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@40+140")
        await room.started(PROGRAM)
        await room.wait(8)
        lane.press(Console.STOP)
        await room.until(lambda: is_in(lane, Phase.HANDS_OFF), 30)
        await room.until(lambda: is_in(lane, Phase.UNLINKED), 60)
        lane.press(Console.START)
        await room.until(lambda: is_in(lane, Phase.OVER), 200)
        await room.wait(after_s)
        room.stop_all()
        await room.wait(60)
        assert lane.belt == 0.0


@pytest.mark.asyncio
async def test_whoever_leaves_a_lane_whose_treadmill_is_off_waits_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    off_until(monkeypatch, 1e9)
    async with a_real_room() as room:
        lane = room.lane(1)
        await room.wait(60)
        before = time.monotonic()
        lane.agent.typed("s")
        await lane.agent.leave()
        await lane.task
        assert time.monotonic() - before < 5, "it was forty seconds"
        assert studio_lanes_run.code_of([lane.agent]) == 0


@pytest.mark.asyncio
async def test_a_lane_whose_treadmill_is_off_asks_about_pain_after_stop_all_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    off_until(monkeypatch, 1e9)
    async with a_real_room() as room:
        lane = room.lane(1)
        await room.until(lambda: room.console.coach.leads, 30)
        room.stop_all()
        await room.wait(20)
        await room.offered(PROGRAM)
        assert lane.agent.lane.asks_about_pain
        lane.agent.typed("0")
        await room.wait(1)
        assert not lane.agent.lane.asks_about_pain


@pytest.mark.asyncio
@pytest.mark.parametrize(("on_at", "most_starts"), [(40, 0), (0, 7)])
async def test_a_treadmill_that_tells_nothing_while_it_stands_is_not_set_moving_again_and_again(
    monkeypatch: pytest.MonkeyPatch, on_at: int, most_starts: int
) -> None:
    """It takes a Stop at standstill for a start; each Stop for the belt it so set moving was a reason for the next."""
    off_until(monkeypatch, on_at)
    subscribe = MemoryRadio.subscribe

    async def while_moving(self: Radio, uuid: int, receive: Callable[[int, bytes], object]) -> None:
        def told(at: int, octets: bytes) -> None:
            if at != TREADMILL_DATA or self._lane.treadmill.belt_speed > 0:
                receive(at, octets)

        await subscribe(self, uuid, told)

    monkeypatch.setattr(Radio, "subscribe", while_moving)
    async with a_real_room() as room:
        lane = room.lane(1, "stop-restarts")
        await room.until(lambda: room.console.coach.leads, 30)
        await room.wait(20)
        room.stop_all()
        starts, was, first = 0, 0.0, 0
        for second in range(400):
            await room.wait(1)
            starts += lane.belt > 0 and was == 0
            was = lane.belt
            if second == 280:
                first = starts
        assert first <= most_starts
        assert starts == first, "not after the three minutes"
        assert stops(lane) <= 3 * most_starts
