"""The coach's side, with values: what is said how often, what answers mean, and what the console counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from studio_room import KEY, PROGRAM
from test_studio_door import JUNK, TOPICS

from treadctl.studio.coach import Coach
from treadctl.studio.messages import (
    Ack,
    Adjust,
    Event,
    Lease,
    Offer,
    Online,
    Ping,
    Ready,
    Reason,
    Report,
    Start,
    State,
    Stop,
    Time,
    Walk,
    canonical,
)
from treadctl.studio.roster import Roster
from treadctl.studio.topics import topic_of
from treadctl.workout.errors import WorkoutError

T = 1_800_000_000.0


class Desk:
    """A console, and lanes that say what a test wants them to."""

    def __init__(self, *lanes: int) -> None:
        self.coach = Coach("gym", "c1", KEY.public, T - 10)
        self._seq = 0
        for lane in lanes:
            self.hear(Online(**self.head(lane), online=True))
        assert [type(command) for command in self.coach.step(T)] == [Lease]

    def head(self, lane: int, boot: str = "b1", class_id: str | None = "monday") -> dict[str, Any]:
        self._seq += 1
        return {"studio": "gym", "lane": lane, "boot": boot, "seq": self._seq, "class_id": class_id}

    def hear(self, report: Report, now: float = T, *, retained: bool = False) -> Report | None:
        return self.coach.hear(topic_of(report), canonical(report), retained, now)

    def state(self, lane: int, belt: str, now: float, class_id: str | None = "monday") -> None:
        self.hear(State(**self.head(lane, class_id=class_id), phase="running", belt=belt), now)  # type: ignore[arg-type] # a shown

    def ack(self, lane: int, command: str, now: float, reason: Reason | None = None) -> None:
        self.hear(Ack(**self.head(lane), id=command, result="refused" if reason else "done", reason=reason), now)

    def offer(self, now: float = T) -> Offer:
        assert not self.coach.offer("monday", "Hills", PROGRAM, now)
        (offer,) = self.coach.step(now)
        assert isinstance(offer, Offer)
        return offer

    def ready(self, *lanes: int, now: float = T) -> None:
        for lane in lanes:
            self.hear(Ready(**self.head(lane), offer="c1-2", ready=True), now)

    def kinds(self, now: float) -> list[str]:
        return [command.kind for command in self.coach.step(now) if not isinstance(command, Lease)]


def test_a_word_is_said_again_with_its_id_and_a_new_number_until_all_have_answered() -> None:
    desk = Desk(1, 2)
    first = desk.offer()
    assert desk.kinds(T + 0.9) == []
    (second,) = desk.coach.step(T + 1.0)
    assert (second.id, second.seq > first.seq) == (first.id, True)
    assert (second.issued_ms, second.expires_ms) == (1_800_000_001_000, 1_800_000_011_000)
    desk.ack(1, first.id, T + 1.1)
    assert desk.coach.unanswered(T + 1.1) == {"offer": (2,)}
    assert desk.kinds(T + 2.0) == ["offer"]
    desk.ack(2, first.id, T + 2.1)
    assert desk.kinds(T + 3.0) == []


def test_a_word_is_given_up_after_twenty_seconds_and_a_stop_never() -> None:
    desk = Desk(1)
    desk.offer()
    said = []
    for second in range(1, 60):
        desk.state(1, "still", T + second)
        said += [second] if "offer" in desk.kinds(T + second) else []
    assert said == list(range(1, 20))
    desk.coach.stop_all(T + 60)
    desk.state(1, "moving", T + 60)
    stops = 0
    for half in range(600):
        desk.state(1, "moving", T + 60 + half / 2)
        stops += "stop" in desk.kinds(T + 60 + half / 2)
    assert stops == 60 + 135  # twice a second for half a minute, then every two seconds


def test_a_stop_is_said_for_three_seconds_even_to_a_room_of_which_nothing_is_known() -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    coach.stop_all(T)
    assert sum(isinstance(command, Stop) for half in range(100) for command in coach.step(T + half / 2)) == 6


def said_to_a_lane_that_comes_back(desk: Desk, word: type[Stop | Walk], boot: str, belt: str, phase: str) -> list[Stop | Walk]:
    """Lane 1 of a class was not heard since T, the word was pressed at T + 12; it is heard again at T + 400."""
    desk.coach.step(T + 300)
    (desk.coach.stop_all if word is Stop else desk.coach.walk_all)(T + 312)
    for half in range(24, 800):
        desk.coach.step(T + 300 + half / 2)
    desk.hear(State(**desk.head(1, boot), phase=phase, belt=belt), T + 700)  # type: ignore[arg-type] # a shown
    return [said for said in desk.coach.step(T + 700.5) if isinstance(said, word)]


@pytest.mark.parametrize("word", [Stop, Walk])
def test_a_lane_that_is_not_heard_is_owed_a_stop_or_walk_and_told_by_a_fresh_word_when_it_is_back(
    word: type[Stop | Walk],
) -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 300)
    (told,) = said_to_a_lane_that_comes_back(desk, word, "b1", "moving", "running")
    assert (told.issued_ms, told.expires_ms) == (1_800_000_700_500, 1_800_000_710_500)
    assert desk.coach.unanswered(T + 700.5) == {told.kind: (1,)}
    desk.ack(1, told.id, T + 700.6)
    assert desk.coach.unanswered(T + 700.6) == {}
    assert told.kind not in [kind for half in range(60) for kind in desk.kinds(T + 701 + half / 2)]


def test_a_lane_that_stands_when_it_is_back_is_told_until_it_answers_for_its_start_may_be_to_come() -> None:
    """It is to join the class late: only its own answer says that it no longer will."""
    desk = Desk(1)
    desk.offer()
    desk.state(1, "still", T + 300)
    (stop,) = said_to_a_lane_that_comes_back(desk, Stop, "b1", "still", "program offered")
    desk.ack(1, stop.id, T + 701)
    desk.state(1, "moving", T + 900)  # at its own console: nothing of the class
    assert desk.kinds(T + 900) == []


@pytest.mark.parametrize("phase", ["counting down", "paused", "ready"])
def test_a_belt_that_stands_with_something_under_way_is_told_to_stop_all_the_same(phase: str) -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 300)
    assert len(said_to_a_lane_that_comes_back(desk, Stop, "b1", "still", phase)) == 1


@pytest.mark.parametrize(("stood", "again"), [(False, 1), (True, 0)])
def test_a_lane_that_answered_and_starts_anew_is_told_again_unless_its_belt_was_known_still(stood: bool, again: int) -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 1)
    desk.coach.stop_all(T + 2)
    (stop,) = (word for word in desk.coach.step(T + 2) if isinstance(word, Stop))
    desk.ack(1, stop.id, T + 2.1)
    desk.hear(State(**desk.head(1), phase="over", belt="still" if stood else "unknown"), T + 6)
    assert "stop" not in [kind for half in range(10) for kind in desk.kinds(T + 6 + half / 2)][6:]
    desk.hear(State(**desk.head(1, "b2"), phase="waiting for a class", belt="moving"), T + 60)
    assert desk.kinds(T + 60).count("stop") == again


@pytest.mark.parametrize(("after_s", "told"), [(119, True), (121, False)])
def test_who_is_heard_for_the_first_time_is_owed_a_stop_of_the_last_two_minutes(after_s: float, told: bool) -> None:
    desk = Desk()
    desk.coach.stop_all(T)
    for half in range(20):
        desk.coach.step(T + half / 2)
    desk.state(1, "moving", T + after_s)
    assert (desk.kinds(T + after_s) == ["stop"]) is told


def test_the_next_class_ends_what_is_owed_from_the_one_before() -> None:
    desk = Desk(1)
    desk.offer()
    desk.state(1, "moving", T + 1)
    desk.coach.stop_all(T + 20)
    desk.coach.step(T + 20)
    assert not desk.coach.offer("tuesday", "Hills", PROGRAM, T + 60)
    desk.state(1, "moving", T + 61, class_id="tuesday")
    assert "stop" not in desk.kinds(T + 61)
    assert desk.coach.unanswered(T + 61) == {"offer": (1,)}


@pytest.mark.parametrize("reason", [Reason.UNMEASURED, Reason.STALE, Reason.SKEWED, Reason.NOT_IN_CHARGE, Reason.REPLAYED])
def test_a_lane_whose_door_was_not_ready_is_told_again(reason: Reason) -> None:
    desk = Desk(1)
    offer = desk.offer()
    desk.ack(1, offer.id, T, reason)
    assert desk.kinds(T + 1) == ["offer"]


def test_a_lane_that_did_not_know_the_time_is_asked_to_start_again_by_a_new_word() -> None:
    desk = Desk(1, 2)
    desk.offer()
    desk.ready(1, 2)
    assert not desk.coach.start(T)
    start = next(command for command in desk.coach.step(T) if isinstance(command, Start))
    assert start.t0_ms == 1_800_000_012_000
    desk.ack(1, start.id, T + 0.1, Reason.CLOCK_TOO_COARSE)
    desk.ack(2, start.id, T + 0.1)
    again = [command for command in desk.coach.step(T + 3.2) if isinstance(command, Start)]
    assert [(one.lanes, one.t0_ms, one.place_s, one.id == start.id) for one in again] == [((1,), 1_800_000_012_000, 0, False)]
    desk.ack(1, again[0].id, T + 3.3, Reason.CLOCK_TOO_COARSE)
    late = [command for command in desk.coach.step(T + 72.0) if isinstance(command, Start)]
    assert [(one.lanes, one.t0_ms, one.place_s) for one in late] == [((1,), 1_800_000_072_000, 60)]


def test_stop_all_takes_back_all_that_was_said() -> None:
    desk = Desk(1)
    desk.offer()
    desk.ready(1)
    assert not desk.coach.start(T)
    desk.coach.stop_all(T)
    assert desk.kinds(T) == ["stop"]
    assert desk.coach.t0 is None
    assert desk.coach.start(T) == "first send a program to the lanes"
    desk.ready(1, now=T + 1)
    assert desk.kinds(T + 1) == ["stop"]


def test_a_new_program_ends_the_stop() -> None:
    desk = Desk(1)
    desk.offer()
    desk.coach.stop_all(T)
    desk.coach.step(T)
    assert not desk.coach.offer("evening", "Hills", PROGRAM, T + 5)
    assert desk.kinds(T + 5) == ["offer"]


def test_the_belts_not_known_to_be_still_are_listed_until_a_state_after_the_stop_shows_them() -> None:
    desk = Desk(1, 2, 3)
    for lane in (1, 2, 3):
        desk.state(lane, "still", T)
    desk.coach.stop_all(T + 1)
    assert desk.coach.roster.not_known_still(T + 1, T + 1.1) == (1, 2, 3)
    desk.state(1, "still", T + 2)
    desk.state(2, "moving", T + 2)
    desk.state(3, "unknown", T + 2)
    assert desk.coach.summary(T + 2) == "STOPPED: not known to be still: lanes 2, 3"
    desk.state(2, "still", T + 4)
    desk.state(3, "still", T + 4)
    assert desk.coach.summary(T + 4) == "STOPPED: every belt is still"
    assert desk.coach.summary(T + 8) == "STOPPED: not known to be still: lanes 1, 2, 3"  # nobody says so any more


def test_the_one_line_says_ready_starting_and_moving() -> None:
    desk = Desk(1, 2, 3)
    desk.offer()
    desk.ready(1, 2)
    assert desk.coach.summary(T) == "2 ready"
    assert not desk.coach.start(T)
    assert desk.coach.summary(T + 2) == "starting in 10: 2 ready"
    desk.state(1, "moving", T + 13)
    assert desk.coach.summary(T + 13) == "1 of 2 moving"
    assert [(late.lane, late.waiting_s) for late in desk.coach.late(T + 13)] == [(1, None), (2, 1.0)]
    desk.hear(Event(**desk.head(2), what="moving", command_late_ms=4, belt_after_ms=2600), T + 15)
    assert [(late.command_ms, late.belt_ms) for late in desk.coach.late(T + 15)][1] == (4, 2600)


def test_who_stops_being_ready_is_not_counted() -> None:
    desk = Desk(1, 2)
    desk.offer()
    desk.ready(1, 2)
    desk.hear(Ready(**desk.head(1), offer="c1-2", ready=False))
    assert desk.coach.roster.ready_count(T) == 1
    assert desk.coach.roster.ready_count(T + 10.1) == 0  # nobody was heard for ten seconds


@pytest.mark.parametrize("button", ["pause", "walk_all"])
def test_a_start_that_was_called_off_can_be_given_again(button: str) -> None:
    desk = Desk(1)
    desk.offer()
    desk.ready(1)
    assert not desk.coach.start(T)
    desk.coach.step(T)
    getattr(desk.coach, button)(T + 5)
    assert "start" not in desk.kinds(T + 5)
    assert desk.coach.summary(T + 5) == "1 ready"
    assert not desk.coach.start(T + 6)


def test_a_class_is_started_once() -> None:
    desk = Desk(1)
    assert desk.coach.start(T) == "first send a program to the lanes"
    desk.offer()
    assert desk.coach.start(T) == "nobody is ready yet"
    desk.ready(1)
    assert not desk.coach.start(T)
    assert desk.coach.start(T) == "the class has been started already"


def test_a_program_that_cannot_be_read_is_offered_to_nobody() -> None:
    desk = Desk(1)
    with pytest.raises(WorkoutError, match="-11"):
        desk.coach.offer("monday", "Hills", PROGRAM.replace("-4", "-11"), T)
    assert desk.kinds(T) == []


def test_before_it_leads_a_console_may_stop_and_let_walk_and_nothing_else() -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    why = "looking for other consoles; try again in some seconds"
    assert coach.offer("monday", "Hills", PROGRAM, T) == why
    assert [coach.pause(T), coach.adjust("next", T), coach.say("hello", T), coach.start(T)] == [why] * 4
    coach.walk_all(T)
    coach.stop_all(T)
    assert [type(command) for command in coach.step(T)] == [Stop]
    coach.walk_all(T + 0.1)
    assert [type(command) for command in coach.step(T + 0.1)] == [Walk]
    assert not coach.leads


def test_easing_goes_to_one_lane() -> None:
    desk = Desk(1, 2)
    desk.offer()
    assert not desk.coach.adjust("slower", T, (2,))
    (word,) = [command for command in desk.coach.step(T) if isinstance(command, Adjust)]
    assert word.lanes == (2,)
    with pytest.raises(ValueError, match="for one lane"):
        desk.coach.adjust("slower", T)


def test_a_ping_is_answered_with_when_it_came_and_when_the_answer_left() -> None:
    desk = Desk(1)
    desk.hear(Ping(**desk.head(1), nonce=5, asked_us=77), T + 1)
    (answer,) = desk.coach.step(T + 1.002)
    assert isinstance(answer, Time)
    assert (answer.lanes, answer.nonce, answer.asked_us) == ((1,), 5, 77)
    assert (answer.came_us, answer.left_us) == (1_800_000_001_000_000, 1_800_000_001_002_000)
    assert desk.kinds(T + 1.1) == []


def test_a_lane_that_does_not_know_the_class_is_offered_it_and_one_that_does_is_left_alone() -> None:
    desk = Desk(1, 2)
    offer = desk.offer()
    for lane in (1, 2):
        desk.ack(lane, offer.id, T)
    desk.state(1, "still", T + 5)
    desk.state(2, "still", T + 5, class_id=None)
    (again,) = [command for command in desk.coach.step(T + 5) if isinstance(command, Offer)]
    assert (again.lanes, again.program) == ((2,), offer.program)


# --- the roster --------------------------------------------------------------------------------------------------------


def test_a_last_will_speaks_for_the_program_that_left_it_only() -> None:
    desk = Desk(1)
    desk.hear(State(**desk.head(1, "b2"), phase="waiting", belt="still"))
    desk.hear(Online(**desk.head(1, "b1"), online=False))
    assert desk.coach.roster[1].online
    desk.hear(Online(**desk.head(1, "b2"), online=False))
    assert desk.coach.roster.lost(T) == (1,)


def test_what_was_kept_tells_who_was_there_and_not_that_they_are() -> None:
    roster = Roster("gym")
    online = Online(studio="gym", lane=4, boot="b1", seq=1, online=True)
    assert roster.hear(topic_of(online), canonical(online), True, T)
    assert roster.lost(T) == (4,)
    state = State(studio="gym", lane=4, boot="b1", seq=2, phase="running", belt="moving")
    assert roster.hear(topic_of(state), canonical(state), True, T) is None


def test_a_state_that_was_overtaken_does_not_count() -> None:
    desk = Desk(1)
    old, new = (State(**desk.head(1), phase="x", belt=belt) for belt in ("still", "moving"))
    assert desk.hear(new)
    assert desk.hear(old) is None
    assert desk.coach.roster[1].is_moving(T)


@pytest.mark.parametrize("change", [{"lane": 2}, {"studio": "spa"}, {"belt": "flying"}, {"extra": 1}, {"name": "\x1b[2J"}])
def test_what_a_lane_says_on_anothers_topic_or_unreadably_is_left_out(change: dict[str, Any]) -> None:
    roster = Roster("gym")
    state = State(studio="gym", lane=1, boot="b1", seq=1, phase="running", belt="moving")
    payload = json.dumps(json.loads(canonical(state)) | change).encode()
    assert roster.hear(topic_of(state), payload, False, T) is None
    assert 1 not in roster


@given(TOPICS, JUNK, st.booleans())
def test_whatever_bytes_come_the_console_goes_on(topic: str, payload: bytes, retained: bool) -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    assert coach.hear(topic, payload, retained, T) is None
    assert list(coach.roster) == []


def test_a_lease_that_nobody_signed_takes_nothing_over() -> None:
    desk = Desk(1)
    head: dict[str, Any] = {"studio": "gym", "coach": "a0", "class_id": "none", "lanes": "all", "id": "x", "seq": 1}
    lease = Lease(**head, issued_ms=round(T * 1000), expires_ms=round(T * 1000) + 9000, held=True)
    desk.coach.hear(topic_of(lease), canonical(lease), False, T)
    assert desk.coach.leads
    desk.coach.hear(topic_of(lease), KEY.seal(lease), True, T)
    assert desk.coach.leads
    desk.coach.hear(topic_of(lease), KEY.seal(lease), False, T)
    assert not desk.coach.leads  # of two that lead, one gives way


# --- minutes of decline ------------------------------------------------------------------------------------------------


def test_one_lane_gets_a_cap_of_its_own_and_the_others_keep_theirs() -> None:
    desk = Desk(1, 2, 3)
    assert not desk.coach.offer("monday", "Hills", PROGRAM, T, decline_s=360)
    (first,) = desk.coach.step(T)
    for lane in (1, 2, 3):
        desk.ack(lane, first.id, T)
    assert not desk.coach.cap(2, 120, T + 1)
    (own,) = desk.coach.step(T + 1)
    assert isinstance(own, Offer)
    assert (own.lanes, own.class_id, own.id != first.id) == ((2,), "monday", True)
    assert [own.decline_for(lane) for lane in (1, 2, 3)] == [360, 120, 360]


def test_a_cap_that_is_taken_back_is_the_rooms_again_and_none_is_the_program_as_written() -> None:
    desk = Desk(1, 2)
    assert not desk.coach.offer("monday", "Hills", PROGRAM, T, decline_s=360)
    for cap_s, all_told in ((None, ((2, None),)), (0, ((2, 0),)), (360, ())):
        assert not desk.coach.cap(2, cap_s, T + 1)
        assert desk.coach.offered is not None
        assert (desk.coach.offered.decline_of, desk.coach.offered.decline_for(2)) == (all_told, cap_s)


def test_an_offer_that_is_still_being_said_takes_nobodys_cap_back() -> None:
    desk = Desk(1, 2)
    desk.offer()
    desk.coach.cap(2, 120, T + 0.5)
    desk.state(1, "still", T + 1, class_id=None)
    said = [word for at in (0.5, 1.0, 1.5, 2.0, 5.0) for word in desk.coach.step(T + at) if isinstance(word, Offer)]
    assert {word.lanes for word in said} >= {"all", (2,)}
    assert {word.decline_for(2) for word in said} == {120}


def test_a_lane_that_comes_back_gets_its_own_cap_again_and_so_does_a_console_that_takes_over() -> None:
    desk = Desk(1, 2)
    desk.offer()
    desk.coach.cap(2, 120, T + 1)
    desk.kinds(T + 1)
    desk.hear(State(**desk.head(2, "b2", class_id=None), phase="waiting for a class", belt="still"), T + 30)
    (again,) = [word for word in desk.coach.step(T + 30) if isinstance(word, Offer)]
    assert (again.lanes, again.decline_for(2)) == ((2,), 120)
    kept = desk.coach.class_word(T + 30)
    assert kept is not None
    other = Coach("gym", "c2", KEY.public, T + 31)
    other.hear(topic_of(kept), KEY.seal(kept), True, T + 31)
    assert other.offered is not None
    assert [other.offered.decline_for(lane) for lane in (1, 2)] == [None, 120]


def test_who_is_on_their_way_is_eased_and_not_offered_anything() -> None:
    desk = Desk(1, 2)
    assert desk.coach.cap(1, 60, T) == "first send a program to the lanes"
    desk.offer()
    desk.ready(1)
    desk.coach.start(T)
    assert desk.coach.cap(1, 60, T + 1) == "lane 1 is on its way; F and L make it easier"
    assert desk.coach.cap(2, 60, T + 1) == ""


def test_another_program_is_not_undone_by_repeats_of_the_one_before() -> None:
    desk = Desk(1)
    desk.offer()
    assert not desk.coach.offer("tuesday", "Hills", PROGRAM, T + 1)
    said = [word for at in range(1, 10) for word in desk.coach.step(T + at) if isinstance(word, Offer)]
    assert {word.class_id for word in said} == {"tuesday"}
