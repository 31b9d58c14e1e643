"""Staff who have looked at a belt that nobody hears of say so with one key; what a lane shows afterwards counts for more."""

from __future__ import annotations

from typing import Any

import pytest
from studio_room import KEY
from test_studio_never_heard import Desk, T, words_of

from treadctl.clock import PacedClock
from treadctl.studio.coach import Coach
from treadctl.studio.coach_agent import Button, CoachAgent, Pressed
from treadctl.studio.lane_tile import Mood
from treadctl.studio.memory_bus import MemoryBroker, MemoryBus
from treadctl.studio.messages import ALL, Ack, Online, State, Stop, canonical
from treadctl.studio.room_view import room_view
from treadctl.studio.topics import topic_of

STILL = ("ALL STILL", "STOP ALL: every belt is still. Seen still by staff: lane 3. Never heard here: lane 3.")


def headline(coach: Coach, now: float) -> tuple[str, str]:
    view = room_view(coach, now, linked=True)
    return view.headline, view.line


def stopped_without_lane_3(desk: Desk) -> Coach:
    """A console that took over, and never heard lane 3, after STOP ALL at T + 70; lanes 1 and 2 stand and have answered."""
    console = desk.newcomer(T + 60)
    desk.stopped(console, T + 70)
    (stop,) = {word.id for word in console.step(T + 73) if isinstance(word, Stop)}
    for lane in (1, 2):
        desk.tell(console, Ack(**desk.head(lane), id=stop, result="done"), T + 73)
    return console


def test_a_belt_that_staff_have_seen_still_holds_up_nobody_any_longer() -> None:
    desk = Desk()
    console = stopped_without_lane_3(desk)
    assert headline(console, T + 73)[0] == "GO AND LOOK"
    assert console.looked(3, T + 73) == ""
    assert headline(console, T + 73.1) == STILL
    assert words_of(room_view(console, T + 73.1, linked=True), 3) == (Mood.STILL, "seen still")
    assert console.unanswered(T + 74) == {}, "as for a lane that said so itself and is gone"
    assert console.summary(T + 73.1) == "STOPPED: every belt is still"


def test_a_lane_that_was_looked_at_still_gets_its_stop_when_it_is_heard() -> None:
    desk = Desk()
    console = stopped_without_lane_3(desk)
    console.looked(3, T + 73)
    desk.tell(console, desk.state(3, "running", "moving"), T + 100)
    assert [word.lanes for word in console.step(T + 100) if isinstance(word, Stop)] == [(3,)]
    assert headline(console, T + 100)[0] != "ALL STILL"
    assert headline(console, T + 140)[0] == "GO AND LOOK", "it moved since, whatever was seen before"


def test_a_belt_that_is_shown_moving_cannot_be_said_to_stand() -> None:
    desk = Desk()
    console = desk.newcomer(T + 60)
    console.stop_all(T + 60.5)
    desk.tell(console, desk.state(1, "running", "moving"), T + 61)
    assert console.looked(1, T + 62) == "lane 1 shows a belt that moves"
    assert console.looked(8, T + 62) == "there is no such lane in this room"
    assert words_of(room_view(console, T + 62, linked=True), 1)[0] is Mood.BRAKING


def test_a_later_stop_all_asks_anew() -> None:
    desk = Desk()
    console = stopped_without_lane_3(desk)
    console.looked(3, T + 73)
    console.stop_all(T + 200)
    for lane in (1, 2):
        desk.tell(console, desk.state(lane, "over", "still"), T + 203)
    assert headline(console, T + 203)[0] == "GO AND LOOK"


@pytest.mark.parametrize("belt", [None, "unknown"])
def test_a_lane_that_shows_nothing_of_its_belt_is_looked_at_once(belt: str | None) -> None:
    """One that the broker has as there for days, and one whose treadmill is switched off in the middle of a class."""
    coach = Coach("gym", "c1", KEY.public, T)
    head: dict[str, Any] = {"studio": "gym", "lane": 4, "boot": "b1"}
    word = Online(**head, seq=1, online=True)
    coach.hear(topic_of(word), canonical(word), True, T)
    coach.stop_all(T + 10)
    for second in range(11, 40):
        if second == 20:
            assert headline(coach, T + 20)[0] == "GO AND LOOK"
            assert not coach.looked(4, T + 20)
        if belt is not None:
            state = State(**head, seq=second, phase="no link", belt=belt)  # type: ignore[arg-type] # a word of Belt
            coach.hear(topic_of(state), canonical(state), False, T + second)
    found, _ = headline(coach, T + 40)
    assert found == "ALL STILL"


def test_in_a_class_that_runs_it_answers_nothing_for_that_may_move_the_belt_again() -> None:
    """Its program may live, and its runner go on, though nobody hears it: STOP ALL is owed to it, by the next console too."""
    desk = Desk()
    console = desk.newcomer(T + 60)
    console.step(T + 61)
    console.step(T + 80)
    assert words_of(room_view(console, T + 80, linked=True), 3) == (Mood.GONE, "GONE")
    assert "STOP ALL comes first" in console.looked(3, T + 80)
    assert words_of(room_view(console, T + 81, linked=True), 3) == (Mood.GONE, "GONE")
    kept = console.class_word(T + 82)
    assert kept is not None
    assert kept.owed == ((1, "monday"), (2, "monday"), (3, "monday"))


def test_a_lane_that_comes_back_in_a_class_with_a_belt_that_nobody_knows_is_looked_at_anew() -> None:
    desk = Desk()
    console = stopped_without_lane_3(desk)
    console.looked(3, T + 73)
    desk.tell(console, desk.state(3, "running", "unknown"), T + 100)
    assert headline(console, T + 100)[0] != "ALL STILL"


@pytest.mark.asyncio
async def test_the_button_is_for_one_lane_and_says_why_not() -> None:
    broker = MemoryBroker(PacedClock(1000))
    agent = CoachAgent("c1", "gym", KEY, lambda topics, heard, linked: MemoryBus(broker, topics, heard, linked), broker.clock, T)
    told = []
    for lanes in (ALL, (4,)):
        agent.press(Pressed(Button.LOOKED, lanes))
        told.append(agent.latest.notice)
    word = Online(studio="gym", lane=4, boot="b1", seq=1, online=True)
    agent.coach.hear(topic_of(word), canonical(word), True, T)
    agent.press(Pressed(Button.LOOKED, (4,)))
    assert [*told, agent.latest.notice] == [
        "not done: that is for one lane",
        "not done: there is no such lane in this room",
        "noted: its belt was seen still",
    ]
