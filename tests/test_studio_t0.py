"""T0 at a lane: armed in time, started in the moment that the coach's clock says, as well as that is known by then."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from studio_lanes import START, Radio, a_real_room
from studio_room import OneLane

from treadctl.safety import Cleared
from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.coach_agent import CoachAgent
from treadctl.studio.lane import Lane
from treadctl.studio.lane_words import LaneInput, LanePhase, LaneStep
from treadctl.studio.room_view import RoomView


@pytest.mark.parametrize("apart_s", [1_800_000_000.0, 1_800_000_005.0, 1_799_999_995.0])
def test_the_session_is_armed_before_t0_by_the_coachs_clock_and_starts_at_t0(apart_s: float) -> None:
    room = OneLane(apart_s=apart_s).join().offer().ready()
    t0 = room.start()
    room.wait(20)
    assert room.armed_at() == pytest.approx([t0 - 3.5], abs=0.011)
    assert room.treadmill.started_at == pytest.approx(t0, abs=0.02)


def test_t0_is_placed_anew_while_the_lane_measures_the_coachs_clock_better() -> None:
    room = OneLane(way_s=0.15).join().offer().ready()
    room.apart_s += 0.06  # what the coarse measurement was wrong by
    t0 = room.start()
    room.way_s = 0.002
    room.wait(20)
    assert room.treadmill.started_at == pytest.approx(t0, abs=0.02)
    assert room.lane.clock.bound_s(room.now) == pytest.approx(0.001, abs=0.003)


def test_t0_is_not_placed_by_the_clock_of_a_console_that_did_not_say_it() -> None:
    room = OneLane().join().offer().ready()
    t0 = room.start()
    room.coach, room.apart_s = "c2", room.apart_s + 1.0
    room.wait(20)
    assert room.treadmill.started_at == pytest.approx(t0, abs=0.02)


def test_a_session_that_would_not_be_armed_yet_starts_late_and_is_not_asked_in_vain() -> None:
    """It must have seen its belt still for three seconds; asked once, and refused, nobody would run."""
    room = OneLane().join().offer().ready()
    t0 = room.start(in_s=5.0)
    room.treadmill.arms_from = t0 - 2.0
    room.wait(20)
    assert room.armed_at() == pytest.approx([t0 - 2.0], abs=0.3)
    assert room.treadmill.started_at == pytest.approx(t0 + 1.0, abs=0.3)


def test_a_session_that_would_not_be_armed_two_seconds_after_t0_is_not_started_by_surprise() -> None:
    room = OneLane().join().offer().ready()
    room.treadmill.arms_from = room.start(in_s=5.0) + 2.3
    room.wait(20)
    assert room.armed_at() == []
    assert room.phase() is LanePhase.OFFERED


def test_a_lane_that_has_armed_its_session_takes_no_step_of_its_own_accord_about_t0() -> None:
    room = OneLane().join().offer().ready()
    t0 = room.start()
    room.wait(t0 - room.now - 0.6)
    assert room.armed_at() == pytest.approx([t0 - 3.5], abs=0.011)
    for ms in range(-600, 100):
        now = t0 + ms / 1000
        wakes_at = room.lane.wakes_at(now)
        assert now < wakes_at <= now + 0.25 + 0.2
        assert abs(wakes_at - t0) >= 0.0999, f"asked at T0 {ms:+} ms"


@pytest.mark.asyncio
async def test_all_lanes_of_a_computer_have_written_start_before_one_of_them_looks_at_it_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each knows the coach's clock a little less well than the one before it: their Starts are a millisecond apart."""
    order: list[str] = []
    wrong_s: dict[ClockSync, float] = {}
    step, write, own_s = Lane.step, Radio.write, ClockSync.own_s

    def somewhat_wrong(clock: ClockSync, coach_s: float, now: float) -> float:
        return own_s(clock, coach_s, now) + wrong_s.setdefault(clock, len(wrong_s) / 1000)

    def stepped(lane: Lane, now: float, happened: Iterable[LaneInput] = ()) -> LaneStep:
        order.append("the lane looks")
        return step(lane, now, happened)

    async def written(radio: Radio, cleared: Cleared) -> None:
        order.append("start" if cleared.payload == START else "another word")
        await write(radio, cleared)

    monkeypatch.setattr(ClockSync, "own_s", somewhat_wrong)
    monkeypatch.setattr(Lane, "step", stepped)
    monkeypatch.setattr(Radio, "write", written)
    async with a_real_room(8) as room:
        await room.started()
        assert all(len(lane.starts()) == 1 for lane in room.lanes.values())
        assert [late.command_ms for late in room.console.coach.late(room.console.now())] == pytest.approx([0] * 8, abs=10)
    first = order.index("start")
    assert order[first : first + 8] == ["start"] * 8


@pytest.mark.asyncio
async def test_a_console_makes_no_picture_while_lanes_start_but_of_what_staff_press(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some lanes run on its own computer."""
    looked: list[float] = []
    look = CoachAgent._look

    def noted(console: CoachAgent) -> RoomView:
        looked.append(console.now())
        return look(console)

    monkeypatch.setattr(CoachAgent, "_look", noted)
    monkeypatch.setattr("treadctl.studio.coach_agent.LOOK_S", 0.0)
    monkeypatch.setattr("treadctl.studio.coach_agent.WAKE_S", 0.05)
    async with a_real_room(1) as room:
        await room.started()
        t0 = room.console.coach.t0
        assert t0 is not None
        apart = [at - t0 for at in looked]
        assert not [s for s in apart if abs(s) < 0.1]
        assert any(-0.5 < s <= -0.1 for s in apart)
        assert any(0.1 <= s < 0.5 for s in apart)
        before = len(looked)
        monkeypatch.setattr(room.console.coach._class, "t0", room.console.now())
        room.stop_all()
        assert len(looked) == before + 1
