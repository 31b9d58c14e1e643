"""One lane of a class while it runs: what the coach may still do there, what a lost one changes, and what the room is told."""

from __future__ import annotations

from typing import Any

import pytest
from studio_room import OneLane, declines, last

from treadctl.coaching.cues import CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.studio.lane_words import EasyPace, LaneKey, LanePhase, Link, PainToday, Said, Seen
from treadctl.studio.messages import (
    Ack,
    Adjust,
    Event,
    Online,
    Pause,
    Reason,
    Say,
    State,
    Stop,
    Walk,
    canonical,
)
from treadctl.studio.program import guest
from treadctl.units import Grade, Speed

# --- while it runs ----------------------------------------------------------------------------------------------------


def test_stop_is_pressed_at_once_and_acknowledged_once_more_when_it_is_said_again() -> None:
    room = OneLane().running()
    stop = Stop(**room.head())
    room.hear(stop)
    assert room.keys()[-1] is Key.STOP
    room.hear(Stop(**room.head(id=stop.id)))
    assert room.keys().count(Key.STOP) == 1
    assert [ack.result for ack in room.all(Ack) if ack.id == stop.id] == ["done", "done"]
    room.wait(5)
    assert last(room.all(State)).belt == "still"
    assert last(room.all(Event)).what in ("still", "ended")


def test_stop_reaches_a_belt_that_was_started_at_its_console() -> None:
    room = OneLane().join().offer()
    room.step(PainToday(0))
    room.treadmill.speed = Speed(100)
    room.wait(0.3)
    room.hear(Stop(**room.head()))
    assert room.keys() == [Key.STOP]


def test_pause_is_pressed_and_resume_is_only_an_offer() -> None:
    room = OneLane().running()
    room.hear(Pause(**room.head()))
    assert room.keys()[-1] is Key.PAUSE
    room.wait(1)
    room.hear(Pause(**room.head(), what="resume"))
    assert last(room.all(Ack)).result == "offered"
    room.wait(5)
    assert Key.RESUME not in set(room.keys())
    room.step(Said(LaneKey.GO_ON))
    assert room.keys()[-1] is Key.RESUME


def test_an_offer_to_go_on_lapses() -> None:
    room = OneLane().running()
    room.hear(Pause(**room.head()))
    room.wait(1)
    room.hear(Pause(**room.head(), what="resume"))
    room.wait(91)
    room.step(Said(LaneKey.GO_ON))
    assert Key.RESUME not in set(room.keys())


@pytest.mark.parametrize(
    ("what", "key"), [("next", Key.SKIP), ("extend", Key.EXTEND), ("flatter", Key.FLATTER), ("slower", Key.SLOWER)]
)
def test_what_the_coach_adjusts_is_a_key_of_the_session(what: Any, key: Key) -> None:
    room = OneLane().running()
    room.hear(Adjust(**room.head(lanes=(7,)), what=what))
    assert room.keys()[-1] is key


def test_walk_is_asked_of_the_session() -> None:
    room = OneLane().running()
    room.hear(Walk(**room.head()))
    assert room.treadmill.walks == 1


def test_an_offer_or_a_start_leaves_a_runner_on_their_way_alone() -> None:
    room = OneLane().running()
    before = room.keys()
    room.offer(class_id="tuesday")
    assert last(room.all(Ack)).reason is Reason.BUSY
    room.start()
    assert last(room.all(Ack)).reason is Reason.BUSY
    assert room.keys() == before
    assert room.lane.class_id == "monday"


def test_the_coachs_lines_come_no_faster_than_they_can_be_heard() -> None:
    room = OneLane().running()
    for text in ("one", "two"):
        room.hear(Say(**room.head(), text=text))
    assert room.said[-1] == "one"
    refused = last(room.all(Ack))
    assert (refused.reason, refused.text) == (Reason.TOO_OFTEN, "one in 10 s; wait 10 s")
    room.wait(9.5)
    room.hear(Say(**room.head(), text="too early"))
    assert last(room.all(Ack)).reason is Reason.TOO_OFTEN
    room.wait(0.6)
    room.hear(Say(**room.head(), text="three"))
    assert room.said[-1] == "three"


def test_a_coachs_line_is_a_cue_and_what_was_said_goes_back_to_the_console() -> None:
    room = OneLane().running()
    step = room.lane.step(room.now, [Say(**room.head(), text="  Short,   quick steps. ")])
    (cue,) = step.said
    assert (cue.kind, cue.words, cue.detail) == (CueKind.COACH, "Short, quick steps.", "from your coach")
    (answer,) = [report for report in step.reports if isinstance(report, Ack)]
    assert (answer.result, answer.text) == ("done", "Short, quick steps.")


def test_a_line_that_is_too_long_is_answered_with_what_is_wrong() -> None:
    room = OneLane().running()
    before = list(room.said)
    payload = canonical(Say(**room.head(), text="x" * 80)).replace(b"x" * 80, b"x" * 81)
    room.step(room.door.accept("treadctl/v1/gym/coach/say", payload, False, room.now, room.coach_s))
    answer = last(room.all(Ack))
    assert (answer.reason, "at most 80" in answer.text) == (Reason.MALFORMED, True)
    assert room.said == before


def test_a_line_of_nothing_is_not_said() -> None:
    room = OneLane().running()
    room.hear(Say(**room.head(), text="   "))
    assert (last(room.all(Ack)).reason, last(room.all(Ack)).text) == (Reason.MALFORMED, "nothing to say")


def test_what_was_said_stands_in_the_state_for_twelve_seconds() -> None:
    room = OneLane().running()
    room.wait(20)
    room.hear(Say(**room.head(), text="Look up."))
    room.wait(2)
    assert last(room.all(State)).said == "Look up."
    room.wait(12)
    assert last(room.all(State)).said == ""


def test_a_guest_finds_their_pace_in_the_warm_up_only() -> None:
    room = OneLane(runner=guest(), guest=True)
    room.running()
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert declines(prepared.workout) == 360
    assert prepared.runner.ceiling == Grade(-30)
    room.step(Said(LaneKey.QUICKER))
    assert room.wishes[-1] == EasyPace(Speed(850))
    for _ in range(20):
        room.step(Said(LaneKey.QUICKER))
    assert room.wishes[-1] == EasyPace(Speed(1200))
    count = len(room.wishes)
    seen = Seen(Phase.RUNNING, speed=Speed(800), warmed_up=True)
    room.lane.step(room.now, [seen, Said(LaneKey.GENTLER)])
    assert len(room.wishes) == count


# --- what is lost, and what is told -----------------------------------------------------------------------------------


def test_without_its_coach_a_lane_goes_on_and_says_so() -> None:
    room = OneLane().running()
    before = room.keys()
    room.answers = False
    room.wait(20)
    assert "coach offline: your program goes on, and your keys are yours" in room.said
    assert room.keys() == before
    assert room.phase() is LanePhase.STARTED
    assert last(room.all(State)).hears_coach is False
    room.answers = True
    room.wait(5)
    assert room.said[-1] == "the coach is back"
    assert room.keys() == before


def test_without_its_broker_a_lane_goes_on_and_says_so_at_once() -> None:
    room = OneLane().running()
    before = room.keys()
    room.step(Link(False))
    assert room.said[-1].startswith("coach offline")
    room.wait(60)
    room.step(Link(True))
    assert room.keys() == before
    assert last(room.all(Online)).online is True


def test_a_countdown_that_was_heard_goes_on_without_the_coach() -> None:
    room = OneLane().join().offer().ready()
    t0 = room.start()
    room.wait(2)
    room.answers = False
    room.step(Link(False))
    room.wait(12)
    assert room.armed_at() == pytest.approx([t0 - 3.5], abs=0.011)


def test_a_lane_says_how_it_is_once_a_second() -> None:
    room = OneLane(name="Ann").join()
    before = len(room.all(State))
    room.wait(10)
    assert 9 <= len(room.all(State)) - before <= 11
    state = last(room.all(State))
    assert (state.name, state.phase, state.limited) == ("Ann", "waiting for a class", "-3.0 % (asked -6.0 %): the ceiling")
    assert state.clock_bound_us is not None
    assert state.clock_bound_us < 10_000


def test_a_name_is_shown_with_consent_only() -> None:
    room = OneLane().join()
    assert {state.name for state in room.all(State)} == {None}


def test_moving_since_is_told_by_the_coachs_clock() -> None:
    room = OneLane().running()
    since = last(room.all(State)).moving_since_ms
    assert since is not None
    assert room.treadmill.started_at is not None
    assert since / 1000 - room.apart_s == pytest.approx(room.treadmill.started_at + 1, abs=0.3)


def test_a_lanes_words_are_numbered() -> None:
    room = OneLane().running()
    numbers = [report.seq for report in room.reports]
    assert numbers == sorted(set(numbers))


def test_junk_is_answered_once_a_second_at_most() -> None:
    room = OneLane().join()
    before = len(room.all(Ack))
    for _ in range(50):
        room.step(room.door.accept("treadctl/v1/gym/coach/stop", b"junk", False, room.now, room.coach_s))
    assert len(room.all(Ack)) - before == 1
    answer = last(room.all(Ack))
    assert (answer.id, answer.reason) == (None, Reason.MALFORMED)
