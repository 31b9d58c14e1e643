"""T0 at a lane: armed in time, started in the moment that the coach's clock says, as well as that is known by then."""

from __future__ import annotations

import pytest
from studio_room import OneLane

from treadctl.studio.lane_words import LanePhase


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
