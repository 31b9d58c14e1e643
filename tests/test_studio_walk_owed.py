"""WALK ALL outlives the console on which it was pressed: whoever takes over says it to the lanes that have not answered."""

from __future__ import annotations

import pytest
from studio_class import a_room
from studio_room import KEY, PROGRAM
from test_studio_stop_owed import class_of, hangs
from test_studio_takeover import T, Two

from treadctl.studio.coach import Coach
from treadctl.studio.messages import Ack, Class, Command, State, Stop, Walk, canonical
from treadctl.studio.room_view import room_view
from treadctl.studio.topics import topic_of
from treadctl.tui.coach.parts import notice as line_above_the_keys


def walks(words: list[Command] | tuple[Command, ...]) -> list[Walk]:
    return [word for word in words if isinstance(word, Walk)]


def state(two: Two, lane: int, now: float, class_id: str | None = "monday", phase: str = "running") -> None:
    two.lane(State(**two.head(class_id) | {"lane": lane}, phase=phase, belt="moving"), now)


def tells(coach: Coach, report: State | Ack, now: float) -> None:
    coach.hear(topic_of(report), canonical(report), False, now)


def walked_with_lane_4_out_of_reach(two: Two, *, leads: bool = True) -> Walk:
    """Lane 4 ran, and was not heard when WALK ALL was pressed at T + 60; lane 1 has answered."""
    state(two, 4, T + 40)
    state(two, 1, T + 59)
    (two.first if leads else two.second).walk_all(T + 60)
    (walk,) = walks(two.step(T + 60))
    two.lane(Ack(**two.head("monday"), id=walk.id, result="done"), T + 60.2)
    for half in range(1, 20):
        state(two, 1, T + 60 + half / 2)
        two.step(T + 60 + half / 2)
    return walk


@pytest.mark.parametrize("leads", [True, False])
def test_a_console_that_heard_the_walk_says_it_on_when_the_one_that_said_it_is_gone(leads: bool) -> None:
    two = Two().started()
    walk = walked_with_lane_4_out_of_reach(two, leads=leads)
    other = two.second if leads else two.first
    said = [word for tenth in range(100) for word in walks(other.step(T + 70 + tenth / 10))]
    assert {(word.id, word.lanes, word.class_id) for word in said} == {(walk.id, (4,), "monday")}
    assert said[0].issued_ms / 1000 - T - 70 <= 3.5
    tells(other, State(**two.head("monday") | {"lane": 4}, phase="running", belt="moving"), T + 90)
    tells(other, Ack(**two.head("monday") | {"lane": 4}, id=walk.id, result="done"), T + 90.1)
    assert walks([word for half in range(20) for word in other.step(T + 91 + half / 2)]) == []


def test_while_one_console_says_the_walk_the_other_is_silent() -> None:
    two = Two().started()
    walked_with_lane_4_out_of_reach(two)
    said = walks([word for half in range(60) for word in two.step(T + 70 + half / 2)])
    assert {word.coach for word in said} == {"c1"}


def kept(two: Two) -> Class:
    assert two.kept is not None
    return two.kept


def newcomer(word: Class, now: float) -> Coach:
    console = Coach("gym", "c3", KEY.public, now)
    console.hear(topic_of(word), KEY.seal(word), True, now)
    return console


def test_a_console_that_comes_when_all_are_gone_says_the_walk_that_was_kept_to_those_who_owe_an_answer() -> None:
    two = Two().started()
    walk = walked_with_lane_4_out_of_reach(two)
    two.step(T + 80)
    assert (kept(two).walk, kept(two).walk_owed) == (walk.id, (4,))
    console = newcomer(kept(two), T + 100)
    assert console.t0 == T + 12, "the class goes on"
    for lane in (1, 4):
        tells(console, State(**two.head("monday") | {"lane": lane}, phase="running", belt="moving"), T + 101)
    said = walks([word for half in range(2, 20) for word in console.step(T + 101 + half / 2)])
    assert {(word.id, word.lanes) for word in said} == {(walk.id, (4,))}
    assert "WALK: not answered yet by lane 4" in line_above_the_keys(room_view(console, T + 101, linked=True), "")


def test_a_walk_that_was_kept_is_said_to_nobody_in_another_class() -> None:
    two = Two().started()
    walked_with_lane_4_out_of_reach(two)
    two.step(T + 80)
    console = newcomer(kept(two), T + 300)
    for half in range(20):
        tells(console, State(**two.head("tuesday") | {"lane": 4}, phase="running", belt="moving"), T + 301 + half / 2)
        assert walks(console.step(T + 301 + half / 2)) == []


def test_a_start_is_called_off_by_a_walk_once_and_not_by_its_repeats() -> None:
    two = Two().started()
    state(two, 4, T + 2)
    two.second.walk_all(T + 5)
    two.step(T + 5)
    assert two.first.t0 is None
    two.lane(State(**two.head("monday"), phase="ready", belt="still"), T + 20)
    assert not two.first.start(T + 20)
    assert walks([word for half in range(6) for word in two.step(T + 20 + half / 2)]), "lane 4 has not answered"
    assert two.first.t0 == T + 32


def test_once_all_have_answered_nothing_of_a_walk_is_kept() -> None:
    two = Two().started()
    walk = walked_with_lane_4_out_of_reach(two)
    state(two, 4, T + 80)
    two.lane(Ack(**two.head("monday") | {"lane": 4}, id=walk.id, result="done"), T + 80.1)
    two.step(T + 82)
    assert (kept(two).walk, kept(two).walk_owed) == (None, ())
    assert walks([word for half in range(20) for word in newcomer(kept(two), T + 90).step(T + 90 + half / 2)]) == []


def test_a_stop_ends_a_walk_of_another_console_and_the_next_class_does_too() -> None:
    for ends in ("stop", "class"):
        two = Two().started()
        walked_with_lane_4_out_of_reach(two)
        if ends == "stop":
            two.second.stop_all(T + 71)
        else:
            assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 71)
        two.step(T + 71)
        state(two, 4, T + 72, "monday" if ends == "stop" else "tuesday")
        said = [word for half in range(40) for word in two.step(T + 72 + half / 2)]
        assert walks(said) == [], ends
        assert bool([word for word in said if isinstance(word, Stop)]) is (ends == "stop")


def test_a_second_walk_takes_the_place_of_the_first() -> None:
    two = Two().started()
    first = walked_with_lane_4_out_of_reach(two)
    two.second.walk_all(T + 80)
    said = walks([word for half in range(20) for word in two.step(T + 80 + half / 2)])
    assert first.id not in {word.id for word in said if word.coach == "c2"}
    for coach in (two.first, two.second):
        assert len(coach._saying._outstanding) <= 2


@pytest.mark.asyncio
@pytest.mark.parametrize("other", ["a second console", "one that is opened later"])
async def test_a_lane_whose_net_hung_walks_although_the_console_on_which_it_was_pressed_is_dead(other: str) -> None:
    async with a_room() as room:
        await class_of(room, 1, 2, 3)
        if other == "a second console":
            room.console("back")
            await room.wait(3)
        front = room.consoles[0]
        back_again = hangs(room.lanes[3])
        await room.wait(2)
        front.press(front.coach.walk_all)
        await room.wait(20)
        await front.dies()
        if other != "a second console":
            room.console("front-again")
        await room.wait(30)
        assert [lane.treadmill.walks for lane in room.lanes.values()] == [1, 1, 0]
        back_again()
        await room.wait(8)
        assert [lane.treadmill.walks for lane in room.lanes.values()] == [1, 1, 1], "each once"
        console = room.consoles[-1]
        assert console.coach.unanswered(console.now()) == {}
        assert console.coach.stopped_at is None
