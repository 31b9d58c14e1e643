"""Two consoles: who leads, how the lease changes hands, and what the one that takes over knows of the class."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from studio_class import a_room
from studio_room import KEY, PROGRAM, OneLane, last

from treadctl.engine.words import Key
from treadctl.studio.accept import Door, Refusal
from treadctl.studio.class_place import kept_place
from treadctl.studio.coach import Coach
from treadctl.studio.consoles import CLASS_LIFE_MS
from treadctl.studio.lane_words import LaneKey, PainToday, Said
from treadctl.studio.messages import Ack, Class, Command, Lease, Offer, Online, Ready, Report, Start, State, Stop, Walk, canonical
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import topic_of

T = 1_800_000_000.0
THIEF = CoachKey.read("22" * 32)


class Two:
    """Console c1 leads; c2 came later. What one says the other hears at once, and lane 1 is there for both."""

    def __init__(self) -> None:
        self.first, self.second = Coach("gym", "c1", KEY.public, T - 20), Coach("gym", "c2", KEY.public, T - 10)
        self.kept: Class | None = None
        self._seq = 0
        self.lane(Online(**self.head(), online=True))
        self.step(T - 10)
        assert self.first.leads

    def head(self, class_id: str | None = None) -> dict[str, Any]:
        self._seq += 1
        return {"studio": "gym", "lane": 1, "boot": "b1", "seq": self._seq, "class_id": class_id}

    def lane(self, report: Report, now: float = T) -> None:
        for coach in (self.first, self.second):
            coach.hear(topic_of(report), canonical(report), False, now)

    def step(self, now: float) -> list[Command]:
        """One step of both; returns what they said."""
        said = []
        for coach, other in ((self.first, self.second), (self.second, self.first)):
            for command in coach.step(now):
                other.hear(topic_of(command), KEY.seal(command), False, now)
                said.append(command)
            kept = coach.class_word(now)
            if kept is not None:
                self.kept = KEY.sign(kept)
                other.hear(topic_of(kept), canonical(self.kept), False, now)
        return said

    def started(self) -> Two:
        """A class that began at T + 12."""
        assert not self.first.offer("monday", "Hills", PROGRAM, T)
        self.lane(Ready(**self.head("monday"), offer="c1-2", ready=True))
        self.step(T)
        assert not self.first.start(T)
        self.step(T)
        return self


def test_a_console_that_asks_leads_at_once_and_the_other_one_no_longer() -> None:
    two = Two()
    assert two.second.other(T) == "c1"
    assert not two.second.take_over()
    assert two.first.take_over() == "this console leads already"
    for _ in range(3):
        two.step(T)
    assert (two.first.leads, two.second.leads) == (False, True)
    assert two.first.other(T) == "c2"
    assert two.first.pause(T) == "console c2 leads the class"


def test_a_third_console_does_not_take_what_another_one_asked_for() -> None:
    two, third = Two(), Coach("gym", "a0", KEY.public, T - 10)
    two.second.take_over()
    said = two.step(T) + two.step(T) + two.step(T)
    for lease in said:
        third.hear(topic_of(lease), KEY.seal(lease), False, T)
        assert [type(word) for word in third.step(T)] == []
    assert (third.leads, third.other(T), two.second.leads) == (False, "c2", True)


def test_asking_a_console_that_is_gone_takes_as_long_as_its_lease() -> None:
    two = Two()
    two.second.take_over()
    assert [type(word) for word in two.second.step(T + 4)] == [Lease]
    assert not two.second.leads
    two.second.step(T + 5.1)
    assert two.second.leads


def test_a_lane_follows_the_console_that_was_asked_for_the_lease() -> None:
    two, door = Two(), Door("gym", 1, KEY.public)
    two.second.take_over()
    first = Lease(studio="gym", coach="c1", class_id="none", lanes="all", id="c1-1", seq=1, issued_ms=1, expires_ms=9, held=True)
    for lease in (first, *two.step(T), *two.step(T), *two.step(T)):
        door.accept(topic_of(lease), KEY.seal(lease), False, 5.0, None)
    assert door.leader(5.0) == "c2"


def test_the_console_that_takes_over_knows_program_and_place_and_brings_late_runners_in() -> None:
    two = Two().started()
    two.second.take_over()
    for _ in range(3):
        two.step(T + 112)
    late = Ready(**two.head("monday"), offer="c1-2", ready=True)
    two.second.hear(topic_of(late), canonical(late), False, T + 112)
    (start,) = [word for word in two.step(T + 112) if isinstance(word, Start)]
    assert (start.coach, start.class_id, start.lanes, start.place_s) == ("c2", "monday", (1,), 100)
    newcomer = State(**two.head(None) | {"lane": 9}, phase="waiting for a class", belt="still")
    two.second.hear(topic_of(newcomer), canonical(newcomer), False, T + 113)
    (offer,) = [word for word in two.second.step(T + 113) if isinstance(word, Offer)]
    assert (offer.lanes, offer.program, offer.title) == ((9,), PROGRAM, "Hills")


@pytest.mark.parametrize("held", [False, True])
def test_a_class_that_pauses_stands_for_the_next_console_too(held: bool) -> None:
    two = Two().started()
    two.step(T + 12)
    if held:
        two.first.pause(T + 42)
        two.step(T + 42)
    assert two.second.place is not None
    assert two.second.place.at(T + 100) == (30 if held else 88)
    assert two.second.place.is_held is held


def test_a_stop_of_another_console_ends_the_class_for_the_one_that_leads_too() -> None:
    two = Two().started()
    two.second.stop_all(T + 60)
    said = two.step(T + 60) + two.step(T + 60.5)
    assert {word.coach for word in said if isinstance(word, Stop)} == {"c2"}
    assert (two.first.stopped_at, two.first.t0, two.first.leads) == (T + 60, None, True)
    two.lane(Ready(**two.head("monday"), offer="c1-2", ready=True), T + 62)
    assert not [word for word in two.step(T + 62) if isinstance(word, Start)]
    assert two.kept is not None
    assert two.kept.over


def test_a_stop_that_is_still_being_said_does_not_end_the_next_class() -> None:
    two = Two().started()
    two.second.stop_all(T + 60)
    two.step(T + 60)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 61)
    two.step(T + 61)
    assert two.first.stopped_at is None


def cut_off(two: Two, now: float) -> None:
    """The second console's STOP ALL, answered by lane 1, while the first one's net hangs."""
    two.second.stop_all(now)
    stop = next(word for word in two.second.step(now) if isinstance(word, Stop))
    ack = Ack(**two.head("monday"), id=stop.id, result="done")
    two.second.hear(topic_of(ack), canonical(ack), False, now)
    for half in range(12):
        two.second.step(now + half / 2)
        two.first.step(now + half / 2)


def test_a_console_that_was_cut_off_does_not_undo_the_stop_of_another_and_is_told_of_it() -> None:
    two = Two().started()
    cut_off(two, T + 60)
    two.first.linked(True, T + 66)
    for half in range(4):
        two.step(T + 66 + half / 2)
    assert two.second.stopped_at == T + 60
    assert (two.first.stopped_at, two.first.t0) == (T + 66, None)
    assert two.kept is not None
    assert two.kept.over
    two.lane(Ready(**two.head("monday"), offer="c1-2", ready=True), T + 70)
    assert [type(word) for half in range(10) for word in two.step(T + 70 + half / 2) if not isinstance(word, Lease)] == []


def test_the_next_class_of_the_console_that_leads_ends_the_stop_of_another() -> None:
    two = Two().started()
    two.second.stop_all(T + 60)
    two.step(T + 60)
    two.lane(Ack(**two.head("monday"), id=last_stop(two, T + 60.5).id, result="done"), T + 60.6)
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 90)
    two.step(T + 90)
    assert (two.second.class_id, two.second.stopped_at, two.first.stopped_at) == ("tuesday", None, None)
    assert not [word for half in range(20) for word in two.step(T + 91 + half / 2) if isinstance(word, Stop)]


def test_a_walk_that_somebody_is_still_owed_ends_with_the_next_class_of_another_console() -> None:
    two = Two().started()
    two.second.walk_all(T + 60)
    (walk,) = (word for word in two.step(T + 60) if isinstance(word, Walk))
    two.lane(Ack(**two.head("monday"), id=walk.id, result="done"), T + 60.1)
    two.lane(State(**two.head("monday") | {"lane": 4}, phase="running", belt="moving"), T + 61)
    assert two.second.unanswered(T + 80) == {"walk": (4,)}
    assert not two.first.offer("tuesday", "Hills", PROGRAM, T + 90)
    two.step(T + 90)
    assert two.second.unanswered(T + 91) == {}


def last_stop(two: Two, now: float) -> Stop:
    return next(word for word in two.step(now) if isinstance(word, Stop))


def test_a_console_that_is_not_linked_does_not_begin_to_lead_and_listens_first_when_it_is() -> None:
    kept = Two().started().kept
    assert kept is not None
    console = Coach("gym", "c3", KEY.public, T + 100)
    console.linked(False, T + 100)
    assert [word for second in range(60) for word in console.step(T + 100 + second)] == []
    console.linked(True, T + 160)
    console.hear(topic_of(kept), KEY.seal(kept), True, T + 160)
    assert [len(console.step(T + 160 + second)) for second in range(8)] == [0] * 6 + [1, 0]
    assert console.class_id == "monday"


@pytest.mark.parametrize(("cut_s", "leads"), [(14, True), (16, False)])
def test_a_console_that_was_cut_off_for_longer_than_a_lease_leads_no_longer_and_takes_up_what_runs(
    cut_s: int, leads: bool
) -> None:
    two = Two().started()
    two.first.linked(False, T + 30)
    two.first.linked(True, T + 30 + cut_s)
    assert two.first.leads is leads
    two.second.step(T + 25.1)
    two.second.offer("tuesday", "Hills", PROGRAM, T + 44)
    two.step(T + 30 + cut_s)
    assert (two.first.class_id == "monday") is leads


def test_a_stop_that_reached_nobody_yet_is_not_undone_by_a_class_this_console_had_not_heard_of() -> None:
    two = Two().started()
    two.first.offer("tuesday", "Hills", PROGRAM, T + 59)
    two.first.step(T + 59)
    two.second.stop_all(T + 60)  # its net hangs: it has not heard of the new class, nor anybody of its stop
    word = two.first.class_word(T + 59)
    assert word is not None
    two.second.hear(topic_of(word), KEY.seal(word), True, T + 70)
    assert two.second.stopped_at == T + 60
    two.step(T + 70)
    assert two.first.stopped_at == T + 70


def test_stop_all_on_a_console_that_has_just_come_outlives_the_class_it_then_hears_of() -> None:
    kept = Two().started().kept
    assert kept is not None
    console = Coach("gym", "c3", KEY.public, T + 100)
    console.stop_all(T + 100)
    console.hear(topic_of(kept), KEY.seal(kept), True, T + 100.2)
    assert (console.stopped_at, console.class_id) == (T + 100, "monday")
    said = console.class_word(T + 100.3)
    assert said is not None
    assert (said.class_id, said.over_ms) == ("monday", 1_800_000_100_000), "it says so to the others, leading or not"
    assert not console.leads


def test_a_console_that_led_while_it_was_cut_off_hears_from_the_broker_that_its_class_was_stopped() -> None:
    two = Two().started()
    assert two.kept is not None
    over = replace(two.kept, coach="c2", id="c2-9", t0_ms=None, place_ms=None, over_ms=1_800_000_070_000, seq=9)
    stopped = []
    for word in (replace(over, class_id="sunday"), over):
        two.first.hear(topic_of(word), KEY.seal(word), True, T + 80)
        stopped.append(two.first.stopped_at)
    assert stopped == [None, T + 80]
    assert (two.first.leads, two.first.t0) == (True, None)


def test_a_walk_of_another_console_calls_the_start_off() -> None:
    two = Two().started()
    two.second.walk_all(T + 5)
    two.step(T + 5)
    assert two.first.t0 is None
    assert two.first.summary(T + 5) == "1 ready"


def late_console(word: Class, now: float, *, sealed: bytes | None = None) -> Coach:
    """A console that came when all others were gone, and hears what the broker kept."""
    coach = Coach("gym", "c3", KEY.public, now)
    coach.hear(topic_of(word), sealed or KEY.seal(word), True, now)
    return coach


def test_what_the_broker_kept_is_good_for_four_hours_and_only_when_signed() -> None:
    kept = Two().started().kept
    assert kept is not None
    assert kept.expires_ms - kept.issued_ms == CLASS_LIFE_MS == 4 * 3600 * 1000
    assert late_console(kept, T + 600).class_id == "monday"
    assert late_console(kept, T + 4 * 3600 + 1).class_id is None
    assert late_console(kept, T + 600, sealed=THIEF.seal(kept)).class_id is None
    assert late_console(kept, T + 600, sealed=b"{}").class_id is None


def test_a_class_that_was_stopped_is_shown_as_stopped_for_ten_minutes() -> None:
    two = Two().started()
    two.first.stop_all(T + 60)
    two.step(T + 60)
    assert two.kept is not None
    assert late_console(two.kept, T + 100).stopped_at == T + 60
    assert late_console(two.kept, T + 1000).stopped_at is None


def test_an_older_word_about_the_class_changes_nothing() -> None:
    two = Two().started()
    old = two.kept
    two.first.offer("tuesday", "Hills", PROGRAM, T + 30)
    two.step(T + 30)
    assert old is not None
    two.second.hear(topic_of(old), canonical(old), False, T + 31)
    assert two.second.class_id == "tuesday"


def test_the_word_for_consoles_gets_through_no_lanes_door_and_is_not_answered() -> None:
    kept = Two().started().kept
    assert kept is not None
    for retained in (False, True):
        refusal = Door("gym", 1, KEY.public).accept(topic_of(kept), canonical(kept), retained, 5.0, T)
        assert isinstance(refusal, Refusal)
        assert not refusal.answer


def test_a_class_has_a_place_only_once_it_has_a_t0() -> None:
    head: dict[str, Any] = {"studio": "gym", "coach": "c1", "class_id": "monday", "lanes": "all", "id": "x", "seq": 1}
    head |= {"issued_ms": 1, "expires_ms": 2, "title": "Hills", "program": PROGRAM, "offered_ms": 0}
    assert kept_place(Class(**head)) is None
    with pytest.raises(ValueError, match="begun"):
        Class(**head, t0_ms=5)


def test_a_console_that_came_later_learns_from_states_who_is_ready() -> None:
    two = Two()
    for phase, ready in (("ready", True), ("program offered", False), ("counting down", True), ("running", True)):
        two.lane(State(**two.head("monday"), phase=phase, belt="still"))
        assert two.second.roster[1].ready is ready
    two.lane(Ready(**two.head("monday"), offer="x", ready=False))
    overtaken = State(**two.head("monday") | {"seq": 6}, phase="ready", belt="still")
    two.lane(overtaken)
    assert not two.second.roster[1].ready


@pytest.mark.asyncio
async def test_when_all_consoles_died_the_next_one_still_brings_a_late_runner_in() -> None:
    async with a_room() as room:
        console = room.console()
        for lane in (1, 2):
            room.lane(lane)
        await room.wait(12)
        console.coach.offer("monday", "Hills", PROGRAM, console.now())
        await room.wait(2)
        await room.everybody_is_ready()
        room.lanes[2].press(Said(LaneKey.NOT_READY))
        await room.wait(1)
        console.press(console.coach.start)
        await room.wait(20)
        await console.dies()
        await room.wait(30)
        later = room.console("c9")
        await room.wait(10)
        room.lanes[2].press(PainToday(0), Said(LaneKey.READY))
        await room.wait(20)
        assert later.coach.summary(later.now()) == "2 of 2 moving"
        assert [[key for _, key in lane.treadmill.pressed] for lane in room.lanes.values()] == [[Key.ARM], [Key.ARM]]


# --- who goes level ----------------------------------------------------------------------------------------------------


def test_a_console_that_takes_over_learns_from_states_who_goes_level() -> None:
    two = Two().started()
    for phase, level in (("ready", True), ("running", True), ("program offered", False)):
        two.lane(State(**two.head("monday"), phase=phase, belt="still", level=level))
        assert two.second.roster[1].level is level
    two.lane(Ready(**two.head("monday"), offer="x", ready=True, level=True))
    overtaken = State(**two.head("monday") | {"seq": 6}, phase="ready", belt="still")
    two.lane(overtaken)
    assert two.second.roster[1].level


@pytest.mark.parametrize("pain", [0, 8])
def test_a_lane_says_that_its_runner_goes_level_from_ready_on_until_the_class_is_over(pain: int) -> None:
    lane = OneLane().join().offer()
    lane.step(PainToday(pain))
    lane.wait(2)
    assert not last(lane.all(State)).level, "an answer about pain is nobody's before ready is said"
    lane.step(Said(LaneKey.READY))
    lane.start()
    for phase, after_s in (("counting down", 2), ("running", 14)):
        lane.wait(after_s)
        assert (last(lane.all(State)).phase, last(lane.all(State)).level) == (phase, pain == 8)
    lane.hear(Stop(**lane.head()))
    lane.wait(3)
    assert (last(lane.all(State)).phase, last(lane.all(State)).level) == ("over", False)
