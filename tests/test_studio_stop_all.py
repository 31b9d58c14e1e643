"""After STOP ALL: "every belt is still" comes as soon as telemetry proves it, never before, and stays."""

from __future__ import annotations

import pytest
from studio_lanes import STOP, Button, RealRoom, a_real_room
from studio_room import OneLane, last

from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.studio.bus import Arrived, Bus, Heard, Linked, Will
from treadctl.studio.lane_belt import Belt
from treadctl.studio.lane_words import Press, Seen
from treadctl.studio.memory_bus import MemoryBus
from treadctl.studio.messages import State
from treadctl.units import Speed

PROOF_S = 3.0
"""A belt is still after three seconds of zeros, and not before."""
NEWS_S = 1.6
"""For the telemetry of a one-second treadmill, and the way to the console."""
RUN = """\
title: Short hill
steps:
  - warm-up: 1 min
    speed: easy
  - decline: 8 min
    grade: -4
    speed: easy
  - cool-down: 4 min
"""


def all_still(room: RealRoom) -> bool:
    return room.summary == "STOPPED: every belt is still"


@pytest.mark.asyncio
async def test_all_still_comes_when_the_last_belt_has_stood_for_three_seconds_and_stays() -> None:
    async with a_real_room(3) as room:
        await room.started()
        await room.wait(30)
        room.lanes[2].press(Console.FASTER)
        room.stop_all()
        stood = None
        while not all_still(room):
            await room.wait(0.1)
            if stood is None and not any(lane.belt for lane in room.lanes.values()):
                stood = room.clock.now()
            assert stood is None or room.clock.now() - stood < PROOF_S + NEWS_S, room.summary
        assert stood is not None
        assert room.clock.now() - stood >= PROOF_S - 0.2
        for _ in range(150):
            await room.wait(0.1)
            assert all_still(room), room.summary


@pytest.mark.asyncio
async def test_the_next_class_runs_over_the_same_link() -> None:
    async with a_real_room(1) as room:
        for _ in range(2):
            await room.started()
            room.stop_all()
            await room.still()
        assert room.lanes[1].links == 1
        assert len(room.lanes[1].starts()) == 2


# --- whoever did not hear it ------------------------------------------------------------------------------------------


@pytest.mark.asyncio
@pytest.mark.parametrize(("pressed_s", "back_s"), [(1, 40), (11, 18)])
async def test_a_stop_all_pressed_while_the_broker_is_gone_stops_every_belt_when_it_is_back(
    pressed_s: float, back_s: float
) -> None:
    async with a_real_room(2) as room:
        await room.started()
        room.broker.go_down()
        await room.wait(pressed_s)
        room.stop_all()
        await room.wait(back_s - pressed_s)
        assert all(lane.belt for lane in room.lanes.values())
        assert room.console.coach.unanswered(room.console.now()) == {"stop": (1, 2)}
        room.broker.come_back()
        await room.still()
        assert [[written for _, written in lane.written].count(STOP) for lane in room.lanes.values()] == [1, 1]
        assert room.console.coach.unanswered(room.console.now()) == {}


class Net(MemoryBus):
    """A lane's connection whose net can hang: nothing gets through, and nobody is told."""

    hangs = False

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        if not self.hangs:
            super().publish(topic, payload, qos=qos, retain=retain)

    def deliver(self, message: Arrived) -> None:
        if not self.hangs:
            super().deliver(message)


class RoomWithNets(RealRoom):
    def __init__(self) -> None:
        super().__init__()
        self.nets: list[Net] = []

    def lane_bus(self, subscriptions: tuple[str, ...], heard: Heard, linked: Linked, will: Will) -> Bus:
        self.nets.append(Net(self.broker, subscriptions, heard, linked, will))
        return self.nets[-1]


@pytest.mark.asyncio
@pytest.mark.parametrize(("button", "kmh"), [(Button.STOP_ALL, 0.0), (Button.WALK_ALL, 4.5)])
async def test_a_lane_whose_net_hung_when_it_was_pressed_is_told_as_soon_as_it_is_heard_again(button: Button, kmh: float) -> None:
    room = RoomWithNets()
    try:
        for number in (1, 2):
            room.lane(number)
        await room.started(RUN)
        await room.until(lambda: [lane.belt for lane in room.lanes.values()] == [9.0, 9.0])
        room.nets[1].hangs = True
        await room.wait(12)
        room.press(button)
        await room.wait(150)
        assert [lane.belt for lane in room.lanes.values()] == [kmh, 9.0]
        room.nets[1].hangs = False
        await room.until(lambda: room.lanes[2].belt == kmh, 25)
    finally:
        await room.close()


# --- the proof, with values -------------------------------------------------------------------------------------------


def told(belt: Belt, at: float, kmh: float, *ages: float) -> list[str]:
    """A reading of that speed comes in, and is looked at again so long after it; what is said of the belt each time."""
    shown: list[str] = []
    for age_s in ages:
        belt.see(Seen(Phase.READY, speed=Speed(int(kmh * 100)), fresh=age_s <= 3.0, age_s=age_s), at + age_s)
        shown.append(belt.shown(at + age_s))
    return shown


def test_one_reading_of_zero_and_then_silence_is_never_a_still_belt() -> None:
    belt = Belt()
    told(belt, 10, 8.0, 0)
    assert told(belt, 11, 0, 0, 1, 2, 2.9, 3.0, 3.1) == ["unknown"] * 6


def test_a_belt_is_still_when_readings_of_zero_span_three_seconds() -> None:
    belt = Belt()
    assert [told(belt, at, 0, 0)[0] for at in (10, 11, 12, 12.9, 13)] == ["unknown"] * 4 + ["still"]


def test_what_a_belt_did_while_nobody_saw_it_is_not_taken_for_standing() -> None:
    belt = Belt()
    for at in range(10, 20):
        told(belt, at, 0, 0)
    assert told(belt, 30, 0, 0) == ["unknown"]
    assert [told(belt, at, 0, 0)[0] for at in (31, 32, 33)] == ["unknown", "unknown", "still"]


def test_the_room_is_told_in_the_moment_in_which_a_belt_is_known_to_stand() -> None:
    room = OneLane().running()
    room.treadmill.do(Press(Key.STOP), room.now)
    room.wait(2.99)
    assert last(room.all(State)).belt == "unknown"
    room.wait(0.3)
    assert last(room.all(State)).belt == "still"
