"""What STOP ALL owes outlives the console on which it was pressed, and stops no class that was offered later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from studio_class import LaneBeside, Room, a_room
from studio_room import KEY, PROGRAM
from test_studio_coach import Desk
from test_studio_takeover import T, Two

from treadctl.engine.words import Key
from treadctl.studio.coach import Coach
from treadctl.studio.lane_words import PainToday
from treadctl.studio.messages import Ack, Class, Command, Lease, Offer, Report, State, Stop, Walk, canonical
from treadctl.studio.room_view import room_view
from treadctl.studio.roster import Roster
from treadctl.studio.saying import Saying
from treadctl.studio.topics import topic_of


def stops(words: list[Command] | tuple[Command, ...]) -> list[Stop]:
    return [word for word in words if isinstance(word, Stop)]


def state(two: Two, lane: int, class_id: str | None, belt: str, now: float, phase: str = "running") -> None:
    head = two.head(class_id) | {"lane": lane}
    two.lane(State(**head, phase=phase, belt=belt), now)  # type: ignore[arg-type] # a shown


def ack(two: Two, stop: Stop, lane: int, now: float) -> None:
    two.lane(Ack(**two.head("monday") | {"lane": lane}, id=stop.id, result="done"), now)


def step_for(two: Two, since: float, seconds: float) -> list[Command]:
    return [word for half in range(int(2 * seconds)) for word in two.step(since + half / 2)]


def tells(coach: Coach, report: Report, now: float) -> None:
    coach.hear(topic_of(report), canonical(report), False, now)


# --- repeats -------------------------------------------------------------------------------------------------------------


def test_after_three_seconds_repeats_go_to_the_lanes_that_owe_an_answer() -> None:
    desk = Desk(1, 2, 3)
    for lane in (1, 2, 3):
        desk.state(lane, "moving", T)
    desk.coach.stop_all(T)
    (stop,) = stops(desk.coach.step(T))
    desk.ack(1, stop.id, T + 0.1)
    said = [one for half in range(1, 10) for one in stops(desk.coach.step(T + half / 2))]
    assert [one.lanes for one in said] == ["all"] * 5 + [(2, 3)] * 4
    desk.ack(3, stop.id, T + 4.6)
    assert [one.lanes for one in stops(desk.coach.step(T + 5))] == [(2,)]


def test_a_word_that_is_not_owed_is_never_said_more_seldom() -> None:
    desk = Desk(1)
    offer = desk.offer()
    roster = Roster("gym")
    saying = Saying(roster, lambda command, now: command)
    saying.say(offer, T, T + 100)
    for second in range(60):
        report = State(**desk.head(1), phase="program offered", belt="still")
        roster.hear(topic_of(report), canonical(report), False, T + second)
        assert len(saying.due(T + second)) == 1, second


def test_a_console_that_is_cut_off_says_its_stop_anew_and_not_from_a_queue() -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 1)
    desk.coach.linked(False, T + 2)
    desk.coach.stop_all(T + 3)
    assert [kind for half in range(100) for kind in desk.kinds(T + 3 + half / 2)] == []
    desk.coach.linked(True, T + 60)
    desk.state(1, "moving", T + 60.2)
    (stop,) = stops(desk.coach.step(T + 60.2))
    assert (stop.lanes, stop.issued_ms) == ((1,), 1_800_000_060_200)


def test_what_a_console_remembers_of_stops_is_bounded() -> None:
    two = Two().started()
    for number in range(300):
        now = T + 100 + number * 5
        two.second.stop_all(now)
        two.step(now)
        two.first.stop_all(now + 2)
        two.step(now + 2)
    for coach in (two.first, two.second):
        assert len(coach._saying._outstanding) <= 2
        assert len(coach._consoles._known) <= 64


# --- a Stop from before any class was known ------------------------------------------------------------------------------


def test_a_stop_from_before_any_class_is_not_said_to_the_next_one() -> None:
    two = Two()
    state(two, 1, None, "moving", T - 5, "waiting for a class")
    two.second.stop_all(T)
    step_for(two, T, 5)
    assert two.second.class_id is None
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 600)
    two.step(T + 600)
    state(two, 1, "tuesday", "moving", T + 601)
    said = step_for(two, T + 601, 60)
    assert stops(said) == []
    assert [(coach.class_id, coach.stopped_at) for coach in (two.first, two.second)] == [("tuesday", None)] * 2


def test_a_stop_from_before_any_class_was_known_ends_the_one_that_ran_then() -> None:
    two = Two()
    two.first.offer("monday", "Hills", PROGRAM, T)
    two.first.step(T)
    word = two.first.class_word(T)
    assert word is not None
    two.second.stop_all(T + 3)
    two.second.step(T + 3)  # the first one does not hear it
    two.second.hear(topic_of(word), KEY.seal(word), True, T + 4)
    assert (two.second.class_id, two.second.stopped_at) == ("monday", T + 3)
    step_for(two, T + 10, 3)
    assert two.first.stopped_at is not None
    assert two.kept is not None
    assert two.kept.over
    assert two.second.class_word(T + 80) is None, "it is known now, and nobody has to be told"


@pytest.mark.parametrize("word", [Stop, Walk])
def test_what_reached_nobody_is_not_said_to_a_class_that_was_offered_later(word: type[Command]) -> None:
    two = Two().started()
    state(two, 1, "monday", "moving", T + 50)
    two.second.linked(False, T + 55)
    (two.second.stop_all if word is Stop else two.second.walk_all)(T + 60)
    for half in range(60):
        two.second.step(T + 60 + half / 2)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 90)
    two.first.step(T + 90)
    kept = two.first.class_word(T + 90)
    assert kept is not None
    two.second.linked(True, T + 400)
    two.second.hear(topic_of(kept), KEY.seal(kept), True, T + 400)
    for half in range(60):
        state(two, 1, "tuesday", "moving", T + 400 + half / 2)
        assert not [one for one in two.step(T + 400 + half / 2) if isinstance(one, word)]
    assert (two.second.class_id, two.second.stopped_at, two.first.stopped_at) == ("tuesday", None, None)


def test_over_a_new_link_lanes_are_heard_before_a_word_of_before_is_said() -> None:
    """Nobody has told this console of the later class yet, and nobody may: the lanes themselves do."""
    two = Two().started()
    state(two, 1, "monday", "moving", T + 50)
    two.second.linked(False, T + 55)
    two.second.stop_all(T + 60)
    two.second.linked(True, T + 400)
    assert stops(two.second.step(T + 400)) == []
    state(two, 1, "tuesday", "moving", T + 400.8)
    assert stops([word for half in range(60) for word in two.second.step(T + 401 + half / 2)]) == []


def test_a_stop_ends_also_a_class_of_which_this_console_had_not_heard_when_it_was_pressed() -> None:
    two = Two().started()
    state(two, 1, "monday", "moving", T + 20)
    two.second.linked(False, T + 30)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 60)
    two.first.step(T + 60)
    kept = two.first.class_word(T + 60)
    assert kept is not None
    two.second.stop_all(T + 200)
    two.second.linked(True, T + 260)
    two.second.hear(topic_of(kept), KEY.seal(kept), True, T + 260)
    state(two, 1, "tuesday", "moving", T + 260.5)
    (stop,) = stops(two.second.step(T + 260.5))
    assert stop.lanes == (1,)


# --- a later class -------------------------------------------------------------------------------------------------------


def stopped_with_lane_4_out_of_reach(two: Two) -> Stop:
    """Lane 4 ran, and was not heard when the second console said STOP ALL at T + 60; lane 1 has answered."""
    state(two, 4, "monday", "moving", T + 40)
    state(two, 1, "monday", "moving", T + 59)
    two.second.stop_all(T + 60)
    (stop,) = stops(two.step(T + 60))
    ack(two, stop, 1, T + 60.2)
    state(two, 1, "monday", "still", T + 66, "over")
    step_for(two, T + 60.5, 10)
    return stop


def test_a_lane_that_still_runs_the_class_that_was_stopped_is_told_also_after_the_next_was_offered() -> None:
    two = Two().started()
    first = stopped_with_lane_4_out_of_reach(two)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 300)
    said = step_for(two, T + 300, 5)
    assert stops(said) == [], "it is not heard, and staff have begun another class"
    state(two, 1, "tuesday", "moving", T + 320)
    state(two, 4, "monday", "moving", T + 320)
    told = two.step(T + 320)
    assert {(one.id, one.lanes) for one in stops(told)} == {(first.id, (4,))}
    assert not [one for one in told if isinstance(one, Offer) and one.lanes == (4,)], "it answers the Stop first"
    assert two.first.stopped_at is None
    ack(two, first, 4, T + 320.2)
    state(two, 4, "monday", "still", T + 325, "over")
    said = two.step(T + 325)
    assert stops(said) == []
    assert [one.lanes for one in said if isinstance(one, Offer)] == [(4,)]


@pytest.mark.parametrize("class_id", ["tuesday", None])
def test_a_lane_that_has_another_program_or_starts_anew_after_the_next_was_offered_is_not_told(class_id: str | None) -> None:
    two = Two().started()
    stopped_with_lane_4_out_of_reach(two)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 300)
    two.step(T + 300)
    for half in range(40):
        state(two, 4, class_id, "moving", T + 320 + half / 2)
        assert stops(two.step(T + 320 + half / 2)) == []


def test_a_console_that_comes_back_with_a_class_of_long_ago_ends_nobodys_class() -> None:
    """The second one leads since; the first was cut off all the while, and thinks that it leads a class that was stopped."""
    two = Two().started()
    two.first.stop_all(T + 60)
    two.first.step(T + 60)
    over = two.first.class_word(T + 60)
    assert over is not None
    two.second.step(T + 30)
    two.second.step(T + 46)
    assert two.second.leads
    assert not two.second.offer("tuesday", "Hills", PROGRAM, T + 100)
    two.second.step(T + 100)
    running = two.second.class_word(T + 100)
    assert running is not None
    two.second.hear(topic_of(over), KEY.seal(over), False, T + 200)
    again = two.second.class_word(T + 202)
    assert again is not None
    assert (again.class_id, again.over, two.second.stopped_at) == ("tuesday", False, None)
    for words in ((over, running), (running, over)):
        third = Coach("gym", "c3", KEY.public, T + 203)
        for word in words:
            third.hear(topic_of(word), KEY.seal(word), True, T + 203)
        third.hear(topic_of(again), KEY.seal(again), True, T + 203)
        assert (third.class_id, third.stopped_at) == ("tuesday", None)
        assert third.class_word(T + 204) is None


# --- whose console is gone -----------------------------------------------------------------------------------------------


def test_while_one_console_says_it_the_other_is_silent_and_three_seconds_after_its_last_word_says_it_on() -> None:
    two = Two().started()
    first = stopped_with_lane_4_out_of_reach(two)
    alone = stops(step_for(two, T + 71, 60))
    assert {one.coach for one in alone} == {"c2"}
    assert {one.lanes for one in alone} == {(4,)}
    said = [(T + 131 + at / 10, one) for at in range(200) for one in stops(two.first.step(T + 131 + at / 10))]  # c2 is gone
    assert said[0][0] - alone[-1].issued_ms / 1000 == pytest.approx(3.0, abs=0.2)
    assert {(one.coach, one.id, one.lanes) for _, one in said} == {("c1", first.id, (4,))}
    tells(two.first, State(**two.head("monday") | {"lane": 4}, phase="running", belt="moving"), T + 160)
    (stop,) = stops(two.first.step(T + 160))
    tells(two.first, Ack(**two.head("monday") | {"lane": 4}, id=stop.id, result="done"), T + 160.2)
    assert stops([word for half in range(60) for word in two.first.step(T + 161 + half / 2)]) == []


def kept_after_a_stop() -> Class:
    two = Two().started()
    stopped_with_lane_4_out_of_reach(two)
    two.step(T + 80)
    assert two.kept is not None
    return two.kept


def newcomer(kept: Class, now: float) -> Coach:
    console = Coach("gym", "c3", KEY.public, now)
    console.hear(topic_of(kept), KEY.seal(kept), True, now)
    return console


def test_what_is_kept_of_a_class_that_is_over_names_the_stop_and_the_lanes_that_have_not_confirmed_it() -> None:
    kept = kept_after_a_stop()
    assert (kept.class_id, kept.over_ms, kept.stop) == ("monday", 1_800_000_060_000, "c2-3")
    assert kept.owed == ((4, "monday"),)


def report(lane: int, class_id: str | None, belt: str) -> State:
    head: dict[str, Any] = {"studio": "gym", "lane": lane, "boot": "b1", "seq": 900, "class_id": class_id}
    return State(**head, phase="running", belt=belt)  # type: ignore[arg-type] # a shown


@pytest.mark.parametrize(
    ("after_s", "lane", "class_id", "told"),
    [
        (100, 4, "monday", True),
        (100, 4, None, True),
        (100, 4, "tuesday", False),
        (100, 1, "monday", True),
        (1200, 4, "monday", True),
        (1200, 4, None, False),
    ],
)
def test_a_console_that_comes_when_all_are_gone_owes_what_was_kept_to_those_lanes_and_no_later_class(
    after_s: int, lane: int, class_id: str | None, told: bool
) -> None:
    console = newcomer(kept_after_a_stop(), T + after_s)
    tells(console, report(lane, class_id, "moving"), T + after_s + 1)
    said = stops([word for half in range(2, 20) for word in console.step(T + after_s + half / 2)])
    to_it = [word for word in said if lane in word.lanes]
    assert bool(to_it) is told
    assert all((word.id, word.coach) == ("c2-3", "c3") for word in said)


def test_a_console_that_has_never_heard_a_lane_of_what_was_kept_sends_staff_to_look_there() -> None:
    console = newcomer(kept_after_a_stop(), T + 100)
    tells(console, report(1, "monday", "still"), T + 101)
    view = room_view(console, T + 101, linked=True)
    assert view.headline == "GO AND LOOK"
    assert view.line == "Not known to be still: lane 4. STOP ALL is still owed to lane 4."


def test_a_class_that_begins_later_ends_what_was_kept_for_all_that_take_part_in_it() -> None:
    two = Two().started()
    stopped_with_lane_4_out_of_reach(two)
    two.step(T + 80)
    assert two.kept is not None
    console = newcomer(two.kept, T + 100)
    two.first.offer("tuesday", "Hills", PROGRAM, T + 101)
    two.step(T + 101)
    console.hear(topic_of(two.kept), KEY.seal(two.kept), False, T + 101)
    tells(console, report(4, "tuesday", "moving"), T + 102)
    assert stops([word for half in range(60) for word in console.step(T + 102 + half / 2)]) == []
    assert console.stopped_at is None


# --- the whole of it, over a bus -------------------------------------------------------------------------------------------


def hangs(lane: LaneBeside) -> Callable[[], None]:
    """Its net: nothing gets through either way, and nobody is told. Returns what ends that."""
    bus: Any = lane.bus
    bus.publish, bus.deliver = (lambda *word, **how: None), (lambda message: None)

    def again() -> None:
        del bus.publish, bus.deliver

    return again


async def class_of(room: Room, *lanes: int) -> None:
    console = room.console("front")
    for lane in lanes:
        room.lane(lane)
    await room.wait(12)
    console.press(lambda now: console.coach.offer("monday", "Hills", PROGRAM, now))
    await room.wait(2)
    await room.everybody_is_ready()
    console.press(console.coach.start)
    await room.wait(20)
    assert [lane.treadmill.speed for lane in room.lanes.values()] == [450] * len(lanes)


def pressed(room: Room) -> list[list[Key]]:
    return [[key for _, key in lane.treadmill.pressed] for lane in room.lanes.values()]


@pytest.mark.asyncio
@pytest.mark.parametrize("other", ["a second console", "one that is opened later"])
async def test_a_lane_whose_net_hung_is_stopped_although_the_console_on_which_it_was_pressed_is_dead(other: str) -> None:
    async with a_room() as room:
        await class_of(room, 1, 2, 3)
        if other == "a second console":
            room.console("back")
            await room.wait(3)
        front = room.consoles[0]
        back_again = hangs(room.lanes[3])
        await room.wait(2)
        front.press(front.coach.stop_all)
        await room.wait(20)
        await front.dies()
        if other != "a second console":
            room.console("front-again")
        await room.wait(30)
        assert pressed(room) == [[Key.ARM, Key.STOP], [Key.ARM, Key.STOP], [Key.ARM]]
        console = room.consoles[-1]
        assert console.coach.summary(console.now()) == "STOPPED: not known to be still: lanes 3" or other != "a second console"
        back_again()
        await room.wait(8)
        assert pressed(room) == [[Key.ARM, Key.STOP]] * 3
        assert console.coach.unanswered(console.now()) == {}
        assert console.coach.summary(console.now()) == "STOPPED: every belt is still"
        said = len(stops(console.sent))
        await room.wait(30)
        assert len(stops(console.sent)) == said
        assert not [word for word in stops(console.sent) if word.lanes != (3,)], "nobody else is told again"


@pytest.mark.asyncio
async def test_a_stop_that_is_owed_stops_nobody_of_the_class_that_came_after_it() -> None:
    """Lane 3 comes back in the middle of the next class; its runner goes on running in the one that was stopped till then."""
    async with a_room() as room:
        await class_of(room, 1, 2, 3)
        back = room.console("back")
        await room.wait(3)
        front = room.consoles[0]
        lane_3_is_back = hangs(room.lanes[3])
        await room.wait(2)
        back.press(back.coach.stop_all)
        await room.wait(20)
        await back.dies()
        front.press(lambda now: front.coach.offer("tuesday", "Hills", PROGRAM, now))
        await room.wait(2)
        for lane in (1, 2):
            room.lanes[lane].press(PainToday(0))
        await room.wait(1)
        await room.everybody_is_ready()
        front.press(front.coach.start)
        await room.wait(20)
        assert front.coach.summary(front.now()) == "2 of 2 moving"
        lane_3_is_back()
        await room.wait(15)
        assert [lane.treadmill.speed for lane in room.lanes.values()] == [450, 450, 0]
        assert pressed(room) == [[Key.ARM, Key.STOP, Key.ARM]] * 2 + [[Key.ARM, Key.STOP]]
        assert room.lanes[3].lane.class_id == "tuesday", "it is offered the class that runs now"
        assert front.coach.summary(front.now()) == "2 of 2 moving"


def test_leases_are_no_news() -> None:
    assert {type(word) for word in step_for(Two(), T, 20)} == {Lease}
