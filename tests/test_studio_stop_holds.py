"""STOP ALL holds against what a review tried: words that come late, clocks that disagree, nets that are gone, long lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from studio_class import Console, Room, a_room
from studio_room import KEY, PROGRAM, OneLane, last
from test_studio_coach import Desk
from test_studio_takeover import T, Two

from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.studio.accept import Refusal
from treadctl.studio.coach import Coach
from treadctl.studio.coach_agent import class_id_of
from treadctl.studio.lane_tile import Mood
from treadctl.studio.lane_words import LaneKey, LanePhase, PainToday, Said
from treadctl.studio.messages import (
    MOST_BYTES,
    MOST_CLASS_BYTES,
    Ack,
    Class,
    Command,
    Lease,
    Offer,
    Online,
    Reason,
    Start,
    State,
    Stop,
    canonical,
    read_class,
)
from treadctl.studio.room_view import room_view
from treadctl.studio.topics import topic_of
from treadctl.units import Speed


def state(coach: Coach, lane: int, belt: str, now: float, class_id: str | None, phase: str, boot: str = "b1") -> None:
    head: dict[str, Any] = {"studio": "gym", "lane": lane, "boot": boot, "seq": round((now - T + 1e6) * 10), "class_id": class_id}
    word = State(**head, phase=phase, belt=belt)  # type: ignore[arg-type] # a shown
    coach.hear(topic_of(word), canonical(word), False, now)


def stops(words: tuple[Command, ...]) -> list[Stop]:
    return [word for word in words if isinstance(word, Stop)]


# --- what comes late -------------------------------------------------------------------------------------------------------


def stop_of_another_console(room: OneLane) -> None:
    room.wait(1)
    assert isinstance(room.hear(Stop(**room.head(coach="c2", id="c2-1", seq=5))), Stop)
    room.wait(1)


@pytest.mark.parametrize("is_ready", [False, True])
@pytest.mark.parametrize("is_said_anew", [False, True])
def test_a_start_that_comes_after_the_stop_of_another_console_starts_nobody_then_or_later(
    is_ready: bool, is_said_anew: bool
) -> None:
    room = OneLane().join().offer()
    room.ready()
    held = Start(**room.head(), t0_ms=round((room.coach_s + 12) * 1000))  # it hangs in the net of console c1
    stop_of_another_console(room)
    if is_ready:
        room.step(Said(LaneKey.READY))
    assert isinstance(room.hear(replace(held, **room.head(id=held.id)) if is_said_anew else held), Start)
    answer = last(room.all(Ack))
    assert (answer.id, answer.result, answer.reason) == (held.id, "refused", Reason.NO_CLASS)
    for _ in range(4):
        room.wait(100)
        room.step(Said(LaneKey.READY))
    room.wait(30)
    assert (room.treadmill.speed, room.keys()) == (0, [])


def test_an_offer_of_the_class_that_was_stopped_brings_it_back_no_more_and_another_class_begins() -> None:
    room = OneLane().join().offer().ready()
    stop_of_another_console(room)
    room.hear(Offer(**room.head(), title="Hills", program=PROGRAM))  # as of a console that has not heard of the Stop
    assert last(room.all(Ack)).reason is Reason.NO_CLASS
    room.offer(class_id="tuesday").ready().start(class_id="tuesday")
    room.wait(20)
    assert room.phase() is LanePhase.STARTED
    assert room.treadmill.speed == 450


@pytest.mark.asyncio
async def test_a_console_whose_net_hung_at_start_class_moves_no_belt_after_stop_all_on_the_other() -> None:
    async with a_room() as room:
        first, lanes = room.console("c1"), [room.lane(1), room.lane(2)]
        await room.wait(8)
        second = room.console("c2")
        await room.wait(8)
        first.press(lambda now: first.coach.offer("monday", "Hills", PROGRAM, now))
        await room.wait(2)
        for lane in lanes:
            lane.press(PainToday(0))
        await room.wait(1)
        lanes[0].press(Said(LaneKey.READY))
        await room.wait(2)
        queue: list[Any] = []
        inbox: list[Any] = []
        bus: Any = first.bus
        bus.publish, bus.deliver = (lambda *word, **how: queue.append((word, how))), inbox.append
        first.press(first.coach.start)
        await room.wait(2)
        second.press(second.coach.stop_all)
        await room.wait(3)
        del bus.publish, bus.deliver
        for word, how in queue:
            bus.publish(*word, **how)
        for message in inbox:
            bus.deliver(message)
        for _ in range(3):
            await room.wait(70)
            for lane in lanes:
                lane.press(Said(LaneKey.READY))
        await room.wait(20)
        assert [lane.treadmill.pressed for lane in lanes] == [[], []]
        assert [coach.stopped_at is not None for coach in (first.coach, second.coach)] == [True, True]


# --- clocks that disagree --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("ahead_s", [0.0, 2.5, 3600.0])
def test_a_stop_of_a_console_whose_clock_is_ahead_stops_the_belt(ahead_s: float) -> None:
    room = OneLane().running()
    issued = round((room.coach_s + ahead_s) * 1000)
    taken = room.hear(Stop(**room.head(coach="c2", id="c2-1", seq=5, issued_ms=issued, expires_ms=issued + 10_000)))
    assert not isinstance(taken, Refusal)
    assert room.treadmill.speed == 0


class Fast(Console):
    """A console whose clock is five seconds ahead."""

    def now(self) -> float:
        return super().now() + 5


@pytest.mark.asyncio
async def test_stop_all_on_a_console_that_is_ahead_of_the_one_that_leads_stops_the_room() -> None:
    async with a_room() as room:
        lane = await a_class(room)
        second = Fast(room, "c2")
        room.consoles.append(second)
        await room.wait(8)
        warned = room_view(second.coach, second.now(), linked=True).warning
        assert warned == "console c1's clock is 5 s behind this one's: set both by the net"
        second.press(second.coach.stop_all)
        await room.wait(3)
        assert lane.treadmill.speed == 0


async def a_class(room: Room) -> Any:
    first, lane = room.console("c1"), room.lane(1)
    await room.wait(8)
    first.press(lambda now: first.coach.offer("monday", "Hills", PROGRAM, now))
    await room.wait(2)
    await room.everybody_is_ready()
    first.press(first.coach.start)
    await room.wait(20)
    assert lane.treadmill.speed == 450
    return lane


@pytest.mark.parametrize(("ahead_s", "notice"), [(2.0, ""), (-2.0, ""), (-3.0, "behind"), (4.0, "ahead of")])
def test_a_console_says_that_anothers_clock_is_apart_from_its_own(ahead_s: float, notice: str) -> None:
    two = Two()
    issued = round((T + 20 + ahead_s) * 1000)
    two.second.hear(*said(lease(issued)), False, T + 20)
    told = room_view(two.second, T + 21, linked=True).warning
    expected = f"console c1's clock is {abs(ahead_s):.0f} s {notice} this one's: set both by the net"
    assert told == (expected if notice else "")
    assert room_view(two.second, T + 40, linked=True).warning == ""


def lease(issued_ms: int) -> Lease:
    head: dict[str, Any] = {"studio": "gym", "coach": "c1", "class_id": "none", "lanes": "all", "id": "c1-99"}
    return Lease(**head, seq=2**50, issued_ms=issued_ms, expires_ms=issued_ms + 10_000, held=True)


def said(word: Command | Class) -> tuple[str, bytes]:
    return topic_of(word), KEY.seal(word)


@pytest.mark.parametrize(("is_there", "after_s"), [(True, 9.0), (False, None)])
def test_another_consoles_stop_is_said_from_here_too_where_a_lane_that_is_heard_does_not_answer_it(
    is_there: bool, after_s: float | None
) -> None:
    two = Two().started()
    state(two.first, 1, "moving", T + 40, "monday", "running")
    two.second.stop_all(T + 60)
    first_at = None
    for tenth in range(300):
        now = T + 60 + tenth / 10
        if is_there:
            state(two.first, 1, "moving", now, "monday", "running")
        for word in stops(two.second.step(now)):
            two.first.hear(*said(word), False, now)
        if stops(two.first.step(now)) and first_at is None:
            first_at = now - T - 60
    assert (first_at is None) is (after_s is None)
    assert after_s is None or first_at is None or after_s <= first_at <= after_s + 3.5


@pytest.mark.parametrize("ahead_s", [0.0, 5.0, 3600.0])
def test_a_class_that_is_kept_as_over_is_over_although_the_dead_consoles_clock_was_ahead(ahead_s: float) -> None:
    two = Two().started()
    two.step(T + 20)
    assert two.kept is not None
    z = Coach("gym", "z", KEY.public, T + 20)
    ms = round(ahead_s * 1000)
    fast = replace(two.kept, issued_ms=two.kept.issued_ms + ms, expires_ms=two.kept.expires_ms + ms)
    z.hear(*said(fast), False, T + 30)
    assert (z.class_id, z.stopped_at) == ("monday", None)
    two.second.stop_all(T + 31)
    two.second.step(T + 31)
    over = two.second.class_word(T + 31)
    assert over is not None
    z.hear(*said(over), True, T + 40)
    assert z.stopped_at == T + 31
    assert room_view(z, T + 41, linked=True).headline == "GO AND LOOK"


# --- nets that are gone ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("away_s", [60, 125, 3600])
def test_a_stop_pressed_on_a_console_opened_without_a_broker_is_said_when_the_broker_is_there_however_late(away_s: int) -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    coach.linked(False, T)
    coach.stop_all(T + 1)
    coach.step(T + 1)
    coach.linked(True, T + away_s)
    heard = []
    for half in range(1, 20):
        state(coach, 1, "moving", T + away_s + half / 2, "monday", "running")
        heard += stops(coach.step(T + away_s + half / 2))
    assert heard
    assert coach.unanswered(T + away_s + 10) == {"stop": (1,)}


@pytest.mark.parametrize("linked", [False, True])
def test_a_console_that_has_heard_no_lane_never_says_all_still(linked: bool) -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    coach.linked(linked, T)
    coach.stop_all(T + 10)
    view = room_view(coach, T + 70, linked=linked)
    assert (view.headline, view.line) == ("GO AND LOOK", "No lane is heard here.")
    assert coach.summary(T + 70) == "STOPPED: no lane is heard here"


def test_a_lane_that_the_broker_has_as_there_and_nobody_hears_is_not_known_to_be_still() -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    word = Online(studio="gym", lane=4, boot="b1", seq=1, online=True)
    coach.hear(topic_of(word), canonical(word), True, T)
    coach.stop_all(T + 10)
    state(coach, 1, "still", T + 19, "monday", "over")
    view = room_view(coach, T + 20, linked=True)
    assert (view.headline, view.line) == ("GO AND LOOK", "Not known to be still: lane 4. STOP ALL is still owed to lane 4.")


# --- who is told, and who no more ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_next_offered", [False, True])
@pytest.mark.parametrize(("class_id", "is_told"), [("monday", True), ("tuesday", False), (None, False)])
def test_a_lane_first_heard_long_after_is_told_as_long_as_it_is_in_the_class_that_was_stopped(
    is_next_offered: bool, class_id: str | None, is_told: bool
) -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 30)
    desk.coach.stop_all(T + 40)
    desk.coach.step(T + 40)
    if is_next_offered:
        assert not desk.coach.offer("tuesday", "Hills", PROGRAM, T + 80)
    desk.state(9, "moving", T + 400, class_id)
    told = [word for half in range(20) for word in stops(desk.coach.step(T + 400 + half / 2)) if word.is_for(9)]
    assert bool(told) is is_told


def test_a_walk_is_not_owed_to_those_who_join_the_class_later() -> None:
    desk = Desk(1)
    desk.offer()
    desk.coach.walk_all(T + 40)
    desk.coach.step(T + 40)
    desk.state(9, "moving", T + 400)
    assert desk.kinds(T + 401) == ["walk"]
    assert desk.coach.unanswered(T + 401) == {"walk": (1,)}


@pytest.mark.parametrize(
    ("belts", "phase", "headline"),
    [
        (("unknown",), "waiting for a class", "ALL STILL"),
        (("still", "unknown"), "waiting for a class", "ALL STILL"),
        (("moving", "unknown"), "waiting for a class", "GO AND LOOK"),
        (("moving", "still", "unknown"), "waiting for a class", "ALL STILL"),
        (("still", "unknown"), "paused", "GO AND LOOK"),
    ],
)
def test_a_treadmill_that_was_switched_off_before_its_lane_holds_up_nobody_for_days_unless_it_moved_last(
    belts: tuple[str, ...], phase: str, headline: str
) -> None:
    coach = Coach("gym", "c1", KEY.public, T - 20)
    for number, belt in enumerate(belts):
        state(coach, 9, belt, T - 10 + number, None, phase)
    day = T + 86_400
    coach.stop_all(day)
    state(coach, 1, "still", day + 5, "monday", "program offered")
    view = room_view(coach, day + 6, linked=True)
    assert view.headline == headline
    if headline == "ALL STILL":
        assert 9 not in coach.unanswered(day + 6)["stop"]
        assert next(lane.mood for lane in view.lanes if lane.lane == 9) is Mood.OFF


@pytest.mark.parametrize(("after_s", "phase", "is_told"), [(500, "waiting for a class", False), (500, "running", True)])
@pytest.mark.parametrize("boot", ["b1", "b2"])
def test_a_lane_that_waits_for_a_class_minutes_later_is_not_told_what_was_kept(
    after_s: int, phase: str, is_told: bool, boot: str
) -> None:
    two = Two().started()
    state(two.second, 1, "moving", T + 30, "monday", "running")
    two.second.stop_all(T + 60)
    two.second.step(T + 60)
    kept = two.second.class_word(T + 60)
    assert kept is not None
    assert kept.owed == ((1, "monday"),)
    late = Coach("gym", "c3", KEY.public, T + after_s)
    late.hear(*said(kept), True, T + after_s)
    told = []
    for second in range(1, 20):
        state(late, 1, "moving", T + after_s + second, None, phase, boot)
        told += stops(late.step(T + after_s + second))
    assert bool(told) is is_told


# --- names and sizes -------------------------------------------------------------------------------------------------------


def test_each_class_of_a_console_has_a_name_of_its_own_to_the_millisecond() -> None:
    at = datetime(2026, 11, 23, 3, 30, 0, 7000, UTC).timestamp()
    assert class_id_of("c1", at) == "261123-033000-007-c1"
    assert len({class_id_of("front-desk-of-the-gym-1a2b-and-more-yet", at + ms / 1000) for ms in range(50)}) == 50
    assert len(class_id_of("front-desk-of-the-gym-1a2b-and-more-yet", at)) <= 40


def test_a_stop_that_is_owed_to_a_thousand_lanes_is_said_in_words_that_can_be_read_and_to_nobody_else() -> None:
    coach = Coach("gym", "front-desk-of-the-gym-1a2b", KEY.public, T)
    for lane in range(1, 999):
        state(coach, lane, "moving", T + 1, "261123-031500-front-desk-of-the-gym-1a2b", "running")
    coach.stop_all(T + 2)
    coach.step(T + 2)
    words = stops(coach.step(T + 6))
    assert sorted(lane for word in words for lane in word.lanes) == list(range(1, 999))
    assert len({word.id for word in words}) == 1
    assert all(len(KEY.seal(word)) <= MOST_BYTES for word in words)


def test_what_is_kept_for_other_consoles_can_be_read_with_the_longest_program_and_every_lane_owed() -> None:
    program = "x" * (48 * 1024)
    head: dict[str, Any] = {"studio": "gym", "coach": "front", "class_id": "monday", "lanes": "all", "id": "front-1", "seq": 1}
    owed = tuple((lane, "261123-031500-front-desk-of-the-gym-1a2b") for lane in range(1, 1000))
    caps = tuple((lane, 86_400) for lane in range(1, 1000))
    kept = Class(**head, issued_ms=1, expires_ms=2, title="H", program=program, offered_ms=1, owed=owed, decline_of=caps)
    assert len(KEY.seal(kept)) <= MOST_CLASS_BYTES
    assert read_class(KEY.seal(kept)).owed == owed


# --- what comes late ----------------------------------------------------------------------------------------------------


def stopped_in(room: OneLane, class_id: str) -> None:
    """Another console's Stop."""
    room.wait(1)
    room.hear(Stop(**room.head(coach="c2", id=f"c2-{class_id}", class_id=class_id)))
    assert last(room.all(Ack)).result == "done"
    room.wait(1)


def begins(room: OneLane, class_id: str) -> bool:
    """Whether a lane that is offered this class, is ready and told to start, starts."""
    room.offer(class_id=class_id).ready().start(class_id=class_id)
    room.wait(20)
    return room.treadmill.speed > 0


def test_a_class_whose_stop_came_before_its_offer_begins_no_more() -> None:
    room = OneLane().join()
    stopped_in(room, "monday")
    assert not begins(room, "monday")
    assert begins(room, "tuesday")


def test_a_class_that_was_stopped_stays_stopped_after_the_next_one_and_takes_not_its_place() -> None:
    room = OneLane().join().offer()
    stopped_in(room, "monday")
    room.offer(class_id="tuesday")
    room.offer()
    assert (last(room.all(Ack)).reason, room.lane.class_id) == (Reason.NO_CLASS, "tuesday")
    stopped_in(room, "tuesday")
    assert not begins(room, "monday")
    assert begins(room, "wednesday")


def test_nobody_is_ready_for_a_class_that_was_stopped() -> None:
    room = OneLane().join().offer().ready()
    stopped_in(room, "monday")
    room.ready()
    assert room.phase() is LanePhase.OFFERED
    assert room.said[-1] == "this class was stopped; a new program begins the next"


# --- a belt that is about to move ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after_s", [0.5, 3.3, 9.5])
def test_a_belt_that_moves_just_after_stop_all_is_stopped_though_it_stood(after_s: float) -> None:
    """START at its console was "I'm ready", and it counts."""
    room = OneLane().join().offer()
    room.wait(5)
    room.hear(Stop(**room.head()))
    assert room.keys() == [], "a lane at rest is left alone"
    room.wait(after_s)
    room.treadmill.speed = Speed(80)
    room.wait(0.5)
    assert room.keys() == [Key.STOP]


def test_whoever_starts_it_later_is_left_alone() -> None:
    room = OneLane().join().offer()
    room.wait(5)
    room.hear(Stop(**room.head()))
    room.wait(11)
    room.treadmill.speed = Speed(80)
    room.wait(20)
    assert room.keys() == []


def test_so_is_one_that_had_only_just_come_to_a_stand() -> None:
    room = OneLane().join().offer()
    room.treadmill.speed = Speed(80)
    room.wait(5)
    room.treadmill.speed = Speed(0)
    room.wait(1)
    room.hear(Stop(**room.head()))
    pressed = len(room.keys())
    room.treadmill.phase = Phase.READY
    room.wait(4)
    room.treadmill.speed = Speed(80)
    room.wait(0.5)
    assert room.keys()[pressed:] == [Key.STOP]


def test_whoever_starts_it_for_the_next_class_is_left_alone() -> None:
    room = OneLane().join().offer()
    room.wait(5)
    room.hear(Stop(**room.head()))
    room.wait(2)
    room.offer(class_id="tuesday")
    room.treadmill.speed = Speed(80)
    room.wait(5)
    assert room.keys() == []
