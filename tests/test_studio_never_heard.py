"""A lane that this console never heard: its belt may move, where another knows it on its way; else it was off all along."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from studio_room import KEY, PROGRAM

from treadctl.studio.coach import Coach
from treadctl.studio.lane_tile import Mood
from treadctl.studio.messages import Class, Command, Online, Ready, Report, State, Stop, canonical
from treadctl.studio.room_view import RoomView, room_view
from treadctl.studio.topics import topic_of

T = 1_800_000_000.0


class Desk:
    """Console c1 leads a class of lanes 1, 2 and 3, whose belts move since T; what it keeps at the broker is `kept`."""

    def __init__(self) -> None:
        self.coach = Coach("gym", "c1", KEY.public, T - 60)
        self.kept: Class | None = None
        self._seq = 0
        for lane in (1, 2, 3):
            self.tell(self.coach, Online(**self.head(lane), online=True), T - 59)
        self.step(T - 50)
        assert not self.coach.offer("monday", "Hills", PROGRAM, T - 40)
        for lane in (1, 2, 3):
            self.tell(self.coach, Ready(**self.head(lane), offer="c1-2", ready=True), T - 20)
        assert not self.coach.start(T - 12)
        self.step(T - 12)
        for lane in (1, 2, 3):
            self.tell(self.coach, self.state(lane, "running", "moving"), T + 30)
        self.step(T + 30)

    def head(self, lane: int) -> dict[str, Any]:
        self._seq += 1
        return {"studio": "gym", "lane": lane, "boot": "b1", "seq": self._seq, "class_id": "monday"}

    def state(self, lane: int, phase: str, belt: str) -> State:
        return State(**self.head(lane), phase=phase, belt=belt, real_speed=None if belt == "unknown" else 0)  # type: ignore[arg-type] # a word of Belt

    def tell(self, coach: Coach, report: Report, now: float, *, retained: bool = False) -> None:
        coach.hear(topic_of(report), canonical(report), retained, now)

    def step(self, now: float) -> tuple[Command, ...]:
        said = self.coach.step(now)
        kept = self.coach.class_word(now)
        self.kept = KEY.sign(kept) if kept is not None else self.kept
        return said

    def newcomer(self, now: float) -> Coach:
        """A console that is opened now: it hears what the broker kept, that lane 3 is gone, and lanes 1 and 2."""
        console = Coach("gym", "c2", KEY.public, now)
        console.linked(True, now)
        self.tell(console, Online(**(self.head(3) | {"seq": 0}), online=False), now, retained=True)
        assert self.kept is not None
        console.hear(topic_of(self.kept), canonical(self.kept), True, now)
        return console

    def stopped(self, console: Coach, now: float) -> RoomView:
        """Lanes 1 and 2 are still three seconds after STOP ALL."""
        console.stop_all(now)
        for lane in (1, 2):
            self.tell(console, self.state(lane, "over", "still"), now + 3)
        return room_view(console, now + 3, linked=True)


def words_of(view: RoomView, lane: int) -> tuple[Mood, str]:
    return next((one.mood, one.word) for one in view.lanes if one.lane == lane)


def test_a_console_that_takes_over_never_says_all_still_of_a_belt_that_began_and_was_never_heard_here() -> None:
    desk = Desk()
    console = desk.newcomer(T + 60)
    assert words_of(room_view(console, T + 61, linked=True), 3) == (Mood.GONE, "GONE")
    view = desk.stopped(console, T + 70)
    assert (view.headline, view.line) == ("GO AND LOOK", "Not known to be still: lane 3. STOP ALL is still owed to lane 3.")
    assert words_of(view, 3) == (Mood.NOT_STILL, "BELT UNKNOWN")


def test_the_stop_is_owed_to_a_lane_never_heard_here_for_as_long_as_it_takes_to_come_back() -> None:
    desk = Desk()
    console = desk.newcomer(T + 60)
    desk.stopped(console, T + 70)
    desk.tell(console, desk.state(3, "running", "moving"), T + 1000)
    stops = [word for half in range(2000, 2010) for word in console.step(T + half / 2) if isinstance(word, Stop)]
    assert stops
    assert all(3 in word.lanes for word in stops)


def test_a_lane_that_the_broker_has_as_gone_and_nobody_as_on_its_way_holds_up_no_stop_and_is_named() -> None:
    desk = Desk()
    console = desk.newcomer(T + 60)
    desk.tell(console, replace(desk.state(3, "running", "moving"), boot="b0"), T + 60, retained=True)
    desk.tell(console, Online(**(desk.head(9) | {"boot": "b0"}), online=False), T + 60, retained=True)  # off since yesterday
    desk.tell(console, desk.state(3, "over", "still"), T + 61)
    console.stop_all(T + 70)
    for lane in (1, 2, 3):
        desk.tell(console, desk.state(lane, "over", "still"), T + 73)
    view = room_view(console, T + 73, linked=True)
    assert (view.headline, view.line) == ("ALL STILL", "STOP ALL: every belt is still. Never heard here: lane 9.")
    assert words_of(view, 9) == (Mood.OFF, "off")


def test_a_lane_that_said_it_was_done_before_it_was_switched_off_is_on_its_way_no_more() -> None:
    desk = Desk()
    desk.tell(desk.coach, desk.state(3, "over", "still"), T + 40)
    desk.step(T + 41)
    assert desk.kept is not None
    assert desk.kept.owed == ((1, "monday"), (2, "monday"))
    assert desk.stopped(desk.newcomer(T + 60), T + 70).headline == "ALL STILL"


def test_who_is_on_their_way_survives_two_consoles_that_die_one_after_the_other() -> None:
    desk = Desk()
    second = desk.newcomer(T + 60)
    second.step(T + 61)
    second.step(T + 80)
    assert second.leads
    kept = second.class_word(T + 80)
    assert kept is not None
    assert (3, "monday") in kept.owed
    desk.kept = KEY.sign(kept)
    third = Coach("gym", "c3", KEY.public, T + 100)
    third.hear(topic_of(kept), canonical(desk.kept), True, T + 100)  # and the broker has forgotten lane 3
    assert desk.stopped(third, T + 110).headline == "GO AND LOOK"


def test_a_stop_before_the_class_is_heard_of_counts_who_is_on_their_way_too() -> None:
    desk = Desk()
    console = Coach("gym", "c2", KEY.public, T + 60)
    console.stop_all(T + 61)
    assert desk.kept is not None
    console.hear(topic_of(desk.kept), canonical(desk.kept), True, T + 62)
    for lane in (1, 2):
        desk.tell(console, desk.state(lane, "over", "still"), T + 63)
    assert room_view(console, T + 63, linked=True).headline == "GO AND LOOK"


def test_a_console_that_comes_after_the_stop_knows_whose_belt_nobody_has_seen_still() -> None:
    desk = Desk()
    desk.coach.stop_all(T + 50)
    for lane in (1, 2):
        desk.tell(desk.coach, desk.state(lane, "over", "still"), T + 55)
    desk.step(T + 55)
    desk.step(T + 57)
    console = desk.newcomer(T + 60)
    for lane in (1, 2):
        desk.tell(console, desk.state(lane, "over", "still"), T + 61)
    view = room_view(console, T + 61, linked=True)
    assert (view.headline, words_of(view, 3)) == ("GO AND LOOK", (Mood.NOT_STILL, "BELT UNKNOWN"))


def test_another_class_does_not_make_a_belt_forgotten_that_began_and_was_never_heard_here() -> None:
    desk = Desk()
    console = desk.newcomer(T + 60)
    console.step(T + 61)
    console.step(T + 80)
    assert not console.offer("tuesday", "Hills", PROGRAM, T + 81)
    assert words_of(room_view(console, T + 82, linked=True), 3) == (Mood.GONE, "GONE")
    view = desk.stopped(console, T + 90)
    assert (view.headline, view.line) == ("GO AND LOOK", "Not known to be still: lane 3. STOP ALL is still owed to lane 3.")
    desk.tell(console, desk.state(3, "over", "still"), T + 92)
    assert room_view(console, T + 93, linked=True).headline == "ALL STILL"


def test_a_last_will_that_is_heard_live_is_of_a_belt_that_may_move() -> None:
    console = Coach("gym", "c2", KEY.public, T)
    will = Online(studio="gym", lane=4, boot="b1", seq=0, online=False)
    console.hear(topic_of(will), canonical(will), False, T + 1)
    console.stop_all(T + 2)
    assert room_view(console, T + 3, linked=True).headline == "GO AND LOOK"
