"""A belt that a lane left moving, on mock treadmills: it counts as moving, and Stop is the next link's first word."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio_lanes import PROGRAM, STOP, Button, LaneInRoom, RealRoom, a_real_room
from test_studio_agent import SHORT

from treadctl.cli import studio_lanes_run
from treadctl.cli.errors import Exit
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.studio import lane_agent
from treadctl.studio.lane_words import LanePhase, PainToday, Seen
from treadctl.studio.left_belt import STOPS_LATE_S, LeftBelt
from treadctl.units import Speed


async def out_of_reach(room: RealRoom, link_lost_for_s: int = 50) -> LaneInRoom:
    """One lane that runs, and whose link is lost."""
    lane = room.lane(1, f"drop-link@60+{link_lost_for_s}")
    await room.started(SHORT)
    await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.UNLINKED, 100)
    return lane


def stops(lane: LaneInRoom) -> int:
    return [payload for _, payload in lane.written].count(STOP)


def shown(room: RealRoom) -> str:
    state = room.view(1).state
    assert state is not None
    return state.belt


@pytest.mark.asyncio
async def test_a_stop_said_twice_without_a_link_is_the_first_word_of_the_next_session() -> None:
    async with a_real_room() as room:
        lane = await out_of_reach(room)
        room.stop_all()
        await room.wait(20)
        room.stop_all()
        await room.until(lambda: lane.agent.lane.phase is LanePhase.OVER, 10)
        while lane.belt > 0:
            await room.wait(1)
            assert lane.agent.out_of_reach or lane.belt == 0.0
            assert shown(room) != "still"
            assert room.summary != "STOPPED: every belt is still"
            assert room.clock.now() < 200
        assert stops(lane) == 1
        await room.still()
        assert not lane.agent.out_of_reach
        await room.started(PROGRAM)
        assert len(lane.starts()) == 2


@pytest.mark.asyncio
async def test_nobody_is_ready_beside_a_belt_that_was_left_moving() -> None:
    async with a_real_room() as room:
        lane = await out_of_reach(room)
        lane.agent.press(Key.STOP)
        await room.wait(20)
        lane.agent.press(Key.STOP)
        await room.until(lambda: lane.agent.lane.phase is LanePhase.OVER, 10)
        room.press(Button.SEND, text=PROGRAM, title="The next")
        await room.until(lambda: lane.agent.lane.phase is LanePhase.OFFERED, 10)
        while lane.belt > 0:
            lane.agent.take(PainToday(0))
            lane.agent.typed("a")
            await room.wait(1)
            assert lane.agent.lane.phase is LanePhase.OFFERED
            assert room.clock.now() < 200
        assert lane.starts() == lane.starts()[:1]


@pytest.mark.asyncio
async def test_a_lane_waits_for_the_guardian_that_still_stops_its_belt() -> None:
    async with a_real_room() as room:
        lane = await out_of_reach(room, 20)
        held = True
        sessions = lane.agent._sessions
        sessions._at = replace(sessions._at, held=lambda: held)
        lane.agent.press(Key.STOP)
        await room.wait(16)
        lane.agent.press(Key.STOP)
        await room.until(lambda: lane.agent.lane.phase is LanePhase.OVER, 10)
        links = lane.links
        await room.wait(60)
        assert (lane.links, lane.agent.out_of_reach, shown(room)) == (links, True, "unknown")
        held = False
        await room.until(lambda: lane.belt == 0.0, 30)
        assert lane.links == links + 1


# --- what is written down -----------------------------------------------------------------------------------------------


class Breaks:
    """A memory whose recording fails in the middle."""

    def narrowed(self, wanted: Any, machine: Any) -> tuple[Any, tuple[Any, ...]]:
        return wanted, ()

    def felt(self, level: int) -> None:
        raise ZeroDivisionError("a third")

    def begun(self, wanted: Any, machine: Any) -> Any:
        self.steps = 0
        return self

    def __call__(self, now: float, inputs: Any, step: Any) -> None:
        self.steps += 1
        if self.steps > 20:
            raise ZeroDivisionError("a fault")

    def close(self) -> None:
        raise ZeroDivisionError("another")


@pytest.mark.asyncio
async def test_a_record_that_fails_hides_no_belt(caplog: pytest.LogCaptureFixture) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, memory=Breaks())
        await room.started(SHORT)
        await room.wait(20)
        assert "the record of this session" in caplog.text
        assert (shown(room), lane.belt > 0) == ("moving", True)
        room.stop_all()
        await room.still()
        assert lane.belt == 0.0
        await lane.agent.leave()
        await lane.task


# --- the way out --------------------------------------------------------------------------------------------------------


@pytest.mark.asyncio
async def test_lanes_that_are_left_out_of_reach_say_so_and_end_with_the_treadmills_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(lane_agent, "LEAVES_S", 0.1)
    async with a_real_room() as room:
        lane = await out_of_reach(room, 3000)
        await lane.agent.leave()
        await lane.task
        assert lane.agent.belt_is_left
        code = studio_lanes_run.code_of([lane.agent])
    assert code is Exit.TREADMILL_FAILED
    assert "no Stop has reached it" in capsys.readouterr().err


# --- with values ----------------------------------------------------------------------------------------------------------


def seen(speed: int | None, *, phase: Phase = Phase.READY, fresh: bool = True) -> Seen:
    return Seen(phase, speed=None if speed is None else Speed(speed), fresh=fresh)


def test_stop_is_said_to_a_belt_that_is_seen_moving_and_never_to_one_that_shows_zero() -> None:
    left = LeftBelt()
    left.leave(100.0)
    assert not left.see(seen(None, phase=Phase.UNLINKED, fresh=False), 110.0)
    assert not left.see(seen(None, fresh=False), 111.0)
    assert left.see(seen(900), 112.0)
    for second in range(113, 116):
        assert not left.see(seen(0), float(second))
        assert left.left_at is not None
    assert not left.see(seen(0), 116.0)
    assert left.left_at is None


def test_a_belt_that_no_telemetry_shows_is_told_to_stop_after_three_seconds() -> None:
    left = LeftBelt()
    left.leave(0.0)

    def said(since: int) -> list[int]:
        return [second for second in range(since, since + 10) if left.see(seen(None, fresh=False), float(second))]

    assert said(10) == [14], "once: some take each Stop at standstill for a start"
    left.leave(120.0)
    assert said(130) == [134], "but for whoever presses it anew"
    assert left.left_at is not None


def test_a_belt_that_nobody_of_ours_set_moving_is_told_to_stop_only_when_it_is_seen_moving() -> None:
    left = LeftBelt()
    left.leave(0.0, ours=False)
    assert not any(left.see(seen(None, fresh=False), float(second)) for second in range(10, 20))
    assert left.see(seen(900), 20.0)


def test_whoever_moves_a_belt_three_minutes_later_does_so_for_something_else() -> None:
    left = LeftBelt()
    left.leave(0.0)
    assert STOPS_LATE_S == 180
    assert left.see(seen(900), 180.0)
    assert not left.see(seen(900), 180.5)
    assert left.left_at is not None, "but nobody is ready beside it"


@given(st.lists(st.tuples(st.sampled_from((0, 0, 0, 900, None)), st.floats(0.1, 8.0)), max_size=40))
def test_only_three_seconds_of_zeros_over_one_link_make_a_left_belt_still(frames: list[tuple[int | None, float]]) -> None:
    left, now, zeros_since = LeftBelt(), 0.0, None
    left.leave(now)
    for speed, after_s in frames:
        now += after_s
        if speed != 0 or after_s > 3.0:
            zeros_since = None
        if speed == 0 and zeros_since is None:
            zeros_since = now
        left.see(seen(speed, phase=Phase.UNLINKED if speed is None else Phase.READY, fresh=speed is not None), now)
        if left.left_at is None:
            assert zeros_since is not None
            assert now - zeros_since >= 3.0
            return


@pytest.mark.asyncio
async def test_a_stop_for_a_belt_that_nobody_sees_yet_is_the_first_word_when_it_is_seen_moving() -> None:
    """The room's STOP ALL reaches a lane that has just started again before its treadmill does."""
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@10+30")
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.READY, 20)
        lane.press(Console.START)
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.UNLINKED, 30)
        room.stop_all()
        await room.until(lambda: stops(lane) == 1, 60)
        await room.until(lambda: lane.belt == 0, 30)
        await room.until(lambda: shown(room) == "still", 30)


class _Ended:
    """A lane that has ended: with a fault, or with a belt that may still be moving."""

    def __init__(self, number: int, *, fault: bool, left: bool) -> None:
        self.look = SimpleNamespace(lane=number)
        self.belt_is_left, self._fault = left, fault

    async def run(self) -> None:
        if self._fault:
            raise ZeroDivisionError("a fault of ours")


@pytest.mark.asyncio
@pytest.mark.parametrize(("left", "code"), [(True, Exit.TREADMILL_FAILED), (False, Exit.FAULT)])
async def test_a_belt_that_is_left_is_told_of_also_when_another_lane_had_a_fault(
    left: bool, code: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    lanes: list[Any] = [_Ended(1, fault=True, left=False), _Ended(2, fault=False, left=left)]
    assert await studio_lanes_run._all(lanes) == code
    said = capsys.readouterr().err
    assert "lane 1: " in said
    assert ("the link of lane 2 is lost" in said) is left
