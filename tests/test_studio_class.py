"""A whole class on the in-memory bus, over a bad network: all start together, and nothing that is lost starts anything twice."""

from __future__ import annotations

import pytest
from studio_class import EPOCH, Room, a_room
from studio_room import KEY, PROGRAM

from treadctl.engine.words import Key
from treadctl.studio.lane_words import LaneKey, LanePhase, PainToday, Said
from treadctl.studio.memory_bus import Faults
from treadctl.studio.messages import Stop, Time

pytestmark = pytest.mark.asyncio

BAD = Faults(delay_s=0.05, lost=0.15, doubled=0.2)
APART = (-5.0, 5.0, -3.2, 0.0, 4.4, -0.7, 1.9, -4.9)


async def ready_room(room: Room, lanes: int = 8) -> None:
    console = room.console()
    for number in range(1, lanes + 1):
        room.lane(number, APART[number - 1], lag_s=0.8 + number / 10)
    await room.wait(16)
    console.coach.offer("monday", "Hills", PROGRAM, console.now())
    await room.wait(2)
    await room.everybody_is_ready()


async def started_room(room: Room, lanes: int = 8) -> None:
    await ready_room(room, lanes)
    console = room.consoles[0]
    console.press(console.coach.start)
    await room.wait(18)


def presses(room: Room, key: Key) -> dict[int, int]:
    return {number: [pressed for _, pressed in lane.treadmill.pressed].count(key) for number, lane in room.lanes.items()}


@pytest.mark.parametrize("seed", range(3))
async def test_eight_lanes_start_together_within_the_error_bound_they_tell(seed: int) -> None:
    async with a_room(BAD, seed) as room:
        await ready_room(room)
        console = room.consoles[0]
        assert console.coach.summary(console.now()) == "8 ready"
        console.press(console.coach.start)
        bounds = {view.lane: view.state.clock_bound_us for view in console.coach.roster if view.state is not None}
        await room.wait(18)
        t0 = console.coach.t0
        assert t0 is not None
        for lane in room.lanes.values():
            started, bound_us = lane.treadmill.started_at, bounds[lane.number]
            assert started is not None
            assert bound_us is not None
            bound_s = bound_us / 1e6 + 0.0015  # 0.01 % of the time since it was told
            assert bound_s < 0.05
            off_s = started - lane.apart_s + EPOCH - t0
            assert -bound_s <= off_s <= bound_s + 0.02  # within the bound, and two of the lane's own steps
        assert console.coach.summary(console.now()) == "8 of 8 moving"
        assert set(presses(room, Key.ARM).values()) == {1}


async def test_how_late_commands_and_belts_were_is_shown_apart() -> None:
    async with a_room(BAD) as room:
        await started_room(room)
        console = room.consoles[0]
        late = console.coach.late(console.now())
        assert [one.lane for one in late] == [1, 2, 3, 4, 5, 6, 7, 8]
        for one in late:
            assert one.command_ms is not None
            assert one.belt_ms is not None
            assert abs(one.command_ms) <= 30
            assert one.belt_ms == pytest.approx(800 + 100 * one.lane, abs=260)


async def test_who_is_not_ready_stays_where_they_are_and_comes_late() -> None:
    async with a_room(BAD) as room:
        await ready_room(room, 3)
        room.lanes[2].press(Said(LaneKey.NOT_READY))
        await room.wait(1)
        console = room.consoles[0]
        console.press(console.coach.start)
        await room.wait(30)
        assert console.coach.summary(console.now()) == "2 of 2 moving"
        assert presses(room, Key.ARM) == {1: 1, 2: 0, 3: 1}
        room.lanes[2].press(Said(LaneKey.READY))
        await room.wait(16)
        assert presses(room, Key.ARM) == {1: 1, 2: 1, 3: 1}
        assert console.coach.summary(console.now()) == "3 of 3 moving"


async def test_stop_all_is_said_until_every_lane_has_answered_and_names_the_belts_nobody_knows_of() -> None:
    async with a_room(BAD) as room:
        await started_room(room)
        await room.lanes[5].dies()  # its guardian is another test's
        console = room.consoles[0]
        console.press(console.coach.stop_all)
        await room.wait(0.5)
        assert presses(room, Key.STOP) == {1: 1, 2: 1, 3: 1, 4: 1, 5: 0, 6: 1, 7: 1, 8: 1}
        await room.wait(4)
        seen = []
        for _ in range(10):  # this net loses states, and a belt that is not heard of for three seconds is not known still
            await room.wait(0.5)
            seen.append(console.coach.summary(console.now()))
        assert "STOPPED: not known to be still: lanes 5" in seen
        assert "STOPPED: every belt is still" not in seen
        stops = [command for command in console.sent if isinstance(command, Stop)]
        assert len({stop.id for stop in stops}) == 1
        assert len({stop.seq for stop in stops}) == len(stops)
        await room.wait(60)
        assert set(presses(room, Key.STOP).values()) == {0, 1}
        assert set(presses(room, Key.ARM).values()) == {1}


async def test_walk_all_reaches_every_lane_once() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 4)
        console = room.consoles[0]
        console.press(console.coach.walk_all)
        await room.wait(5)
        assert [lane.treadmill.walks for lane in room.lanes.values()] == [1, 1, 1, 1]
        assert console.coach.unanswered(console.now()) == {}


async def test_pause_is_heard_by_all_and_going_on_is_each_runners_own() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 3)
        console = room.consoles[0]
        console.press(console.coach.pause)
        await room.wait(3)
        console.press(console.coach.offer_to_resume)
        await room.wait(3)
        assert set(presses(room, Key.PAUSE).values()) == {1}
        assert set(presses(room, Key.RESUME).values()) == {0}
        room.lanes[2].press(Said(LaneKey.GO_ON))
        await room.wait(1)
        assert presses(room, Key.RESUME) == {1: 0, 2: 1, 3: 0}


async def test_when_the_broker_dies_lanes_go_on_and_when_it_is_back_nothing_restarts() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 4)
        before = {number: list(lane.treadmill.pressed) for number, lane in room.lanes.items()}
        room.broker.go_down()
        await room.wait(20)
        console = room.consoles[0]
        assert console.coach.roster.lost(console.now()) == (1, 2, 3, 4)
        for lane in room.lanes.values():
            assert lane.treadmill.speed
            assert lane.said[-1].startswith("coach offline")
        room.broker.come_back()
        await room.wait(12)
        assert console.coach.roster.lost(console.now()) == ()
        assert console.coach.summary(console.now()) == "4 of 4 moving"
        assert {number: lane.treadmill.pressed for number, lane in room.lanes.items()} == before
        assert room.lanes[1].said[-1] == "the coach is back"


async def test_when_a_console_dies_another_leads_and_can_stop_the_room_even_before() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 3)
        second = room.console("c2")
        await room.wait(10)
        assert second.coach.pause(second.now()) == "console c1 leads the class"
        await room.consoles[0].dies()
        await room.wait(25)
        assert second.coach.leads
        assert second.coach.class_id == "monday"
        second.press(second.coach.pause)
        await room.wait(5)
        assert set(presses(room, Key.PAUSE).values()) == {1}
        second.press(second.coach.stop_all)
        await room.wait(5)
        assert set(presses(room, Key.STOP).values()) == {1}
        assert second.coach.summary(second.now()) == "STOPPED: every belt is still"


async def test_a_second_console_stops_the_room_without_leading() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 3)
        second = room.console("c2")
        await room.wait(1)
        second.press(second.coach.stop_all)
        await room.wait(3)
        assert set(presses(room, Key.STOP).values()) == {1}


async def test_a_console_that_leaves_politely_is_followed_at_once() -> None:
    async with a_room() as room:
        first, second = room.console("c1"), room.console("c2")
        lane = room.lane(1)
        await room.wait(10)
        assert (first.coach.leads, second.coach.leads) == (True, False)
        released = first.coach.hand_over(first.now())
        assert released is not None
        first.bus.publish("treadctl/v1/gym/coach/lease", KEY.seal(released), qos=1)
        await room.wait(1)
        assert second.coach.leads
        assert lane.door.leader(lane.now()) == "c2"


async def test_of_two_consoles_that_begin_at_once_one_leads() -> None:
    async with a_room(BAD) as room:
        consoles = [room.console(name) for name in ("c2", "c1", "c3")]
        await room.wait(20)
        assert [console.coach.leads for console in consoles] == [False, True, False]


async def test_a_lane_that_starts_again_gets_the_program_again_and_is_not_started_by_that() -> None:
    async with a_room(BAD) as room:
        await started_room(room, 3)
        await room.lanes[2].dies()
        await room.wait(2)
        console = room.consoles[0]
        assert console.coach.roster.lost(console.now()) == (2,)
        lane = room.lane(2, apart_s=3.0, boot="b2")
        await room.wait(20)
        assert lane.lane.phase is LanePhase.OFFERED
        assert lane.treadmill.pressed == []
        lane.press(PainToday(0))
        await room.wait(0.5)
        lane.press(Said(LaneKey.READY))
        await room.wait(20)
        assert [key for _, key in lane.treadmill.pressed] == [Key.ARM]
        assert console.coach.summary(console.now()) == "3 of 3 moving"
        prepared = lane.treadmill.prepared
        assert prepared is not None
        assert prepared.workout.expected_s(prepared.runner) < 24 * 60  # where the class is by now


async def test_a_lane_that_dies_is_shown_at_once_and_one_that_falls_silent_within_ten_seconds() -> None:
    async with a_room() as room:
        await ready_room(room, 2)
        console = room.consoles[0]
        await room.lanes[1].dies()
        await room.wait(0.1)
        assert console.coach.roster.lost(console.now()) == (1,)
        room.lanes[2].tasks[1].cancel()
        await room.wait(9)
        assert console.coach.roster.lost(console.now()) == (1,)
        await room.wait(1.5)
        assert console.coach.roster.lost(console.now()) == (1, 2)


async def test_the_time_is_answered_by_the_console_that_leads() -> None:
    async with a_room() as room:
        first, second = room.console("c1"), room.console("c2")
        lane = room.lane(1)
        await room.wait(20)
        assert lane.lane.clock.measured
        assert [isinstance(command, Time) for command in first.sent].count(True) >= 16
        assert not second.sent
