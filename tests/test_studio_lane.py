"""One lane of a class: from an offer over "I'm ready" to a belt that starts at T0, and what it does when things are lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio_room import PROGRAM, OneLane, last

from treadctl.coaching.cues import CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.lane_words import EasyPace, LaneKey, LanePhase, Link, PainToday, Prepare, Press, Said, Seen
from treadctl.studio.messages import (
    Ack,
    Adjust,
    Event,
    Lease,
    Online,
    Pause,
    Ready,
    Reason,
    Say,
    Start,
    State,
    Stop,
    Time,
    Walk,
    canonical,
)
from treadctl.studio.program import ClassPlace, capped, guest, joined_late, level_version
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.file import parse
from treadctl.workout.model import SegmentKind, Workout
from treadctl.workout.profile import Profile

RUNNER = Profile(chosen=True)


def hills() -> Workout:
    return parse(PROGRAM.encode(), "hills.yaml")


# --- the coach's clock ------------------------------------------------------------------------------------------------


def ask_often(
    clock: ClockSync, ways: list[tuple[float, float]], offset_s: float = 100.0, start: float = 0.0, gap: float = 0.1
) -> float:
    """Ask once for each (seconds there, seconds back); returns the lane's time after the last."""
    now = start
    for there, back in ways:
        asked = clock.ask(now)
        assert asked is not None
        came_us = round((now + there + offset_s) * 1e6)
        answer = a_time(nonce=asked[0], asked_us=asked[1], came_us=came_us, left_us=came_us)
        assert clock.heard(answer, now + there + back)
        now = max(now + there + back, now + gap, clock.next_at)
    return now


def a_time(coach: str = "c1", *, nonce: int, asked_us: int, came_us: int, left_us: int) -> Time:
    head: dict[str, Any] = {"studio": "gym", "coach": coach, "class_id": "none", "lanes": (7,), "id": "t", "seq": 1}
    said = {"nonce": nonce, "asked_us": asked_us, "came_us": came_us, "left_us": left_us}
    return Time(**head | said, issued_ms=0, expires_ms=1)


def test_a_clock_is_measured_by_sixteen_answers_and_not_before() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.01, 0.01)] * 15)
    assert (clock.measured, clock.coach_s(now), clock.bound_s(now)) == (False, None, None)
    now = ask_often(clock, [(0.01, 0.01)], start=now)
    assert clock.measured
    assert clock.coach_s(now) == pytest.approx(now + 100.0, abs=1e-5)


def test_the_answer_that_took_least_counts_and_its_error_is_never_above_the_bound() -> None:
    clock = ClockSync()
    ask_often(clock, [(0.200, 0.020)] * 8 + [(0.030, 0.400)] * 7 + [(0.004, 0.002)])
    now = 10.0
    bound, coach = clock.bound_s(now), clock.coach_s(now)
    assert bound is not None
    assert coach is not None
    assert bound == pytest.approx(0.0035, abs=0.0005)
    assert abs(coach - now - 100.0) <= bound


@given(st.lists(st.tuples(st.floats(0.0005, 0.5), st.floats(0.0005, 0.5)), min_size=16, max_size=40), st.floats(-5, 5))
@settings(max_examples=60)
def test_however_uneven_the_ways_are_the_bound_holds(ways: list[tuple[float, float]], offset_s: float) -> None:
    clock = ClockSync()
    now = ask_often(clock, ways, offset_s)
    coach, bound = clock.coach_s(now), clock.bound_s(now)
    assert coach is not None
    assert bound is not None
    assert abs(coach - now - offset_s) <= bound + 2e-6


def test_an_old_measurement_is_known_less_well_and_asked_anew_every_thirty_seconds() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.001, 0.001)] * 16)
    assert clock.ask(now) is not None
    assert clock.ask(now + 29.9) is None
    assert clock.ask(now + 30.0) is not None
    fresh, old = clock.bound_s(now), clock.bound_s(now + 60)
    assert fresh is not None
    assert old == pytest.approx(fresh + 0.006)


def test_one_question_waits_for_its_answer_so_that_a_room_that_measures_at_once_is_not_jammed() -> None:
    clock = ClockSync()
    first = clock.ask(0.0)
    assert first is not None
    assert clock.ask(0.1) is not None
    assert clock.ask(0.2) is not None  # some may be lost
    assert clock.ask(0.9) is None
    nonce, asked_us = first
    assert clock.heard(a_time(nonce=nonce, asked_us=asked_us, came_us=0, left_us=0), 0.95)
    assert clock.ask(0.95) is not None


def test_a_clock_that_is_known_badly_is_asked_for_again_every_two_seconds_until_it_is_known_well() -> None:
    clock = ClockSync()
    now = ask_often(clock, [(0.1, 0.1)] * 16)
    assert clock.ask(now) is not None
    assert clock.ask(now + 1.9) is None
    again = ask_often(clock, [(0.002, 0.002)], start=now + 2.0)
    assert clock.ask(again + 2.0) is not None
    assert clock.ask(again + 31.9) is None


def test_drift_is_told_once_samples_are_a_minute_apart() -> None:
    clock, now, gained = ClockSync(), 0.0, 0.0
    for _ in range(40):
        now = ask_often(clock, [(0.001, 0.001)], offset_s=100 + now * 50e-6, start=now)
        gained = clock.drift_ppm(now) or gained
    assert gained == pytest.approx(50, abs=10)


@pytest.mark.parametrize("wrong", [{"nonce": 99}, {"asked_us": 5}, {"left_us": 1}, {"came_us": 0, "left_us": 10**9}])
def test_an_answer_that_cannot_be_is_left_out(wrong: dict[str, int]) -> None:
    clock = ClockSync()
    asked = clock.ask(1.0)
    assert asked is not None
    answer = a_time(nonce=asked[0], asked_us=asked[1], came_us=10, left_us=10)
    assert not clock.heard(replace(answer, **wrong), 1.01)  # type: ignore[arg-type] # numbers all of them


def test_an_answer_counts_once_and_another_consoles_clock_is_another_clock() -> None:
    clock = ClockSync()
    ask_often(clock, [(0.001, 0.001)] * 15)
    asked = clock.ask(50.0)
    assert asked is not None
    answer = a_time("c2", nonce=asked[0], asked_us=asked[1], came_us=10, left_us=10)
    assert clock.heard(answer, 50.001)
    assert not clock.heard(answer, 50.001)
    assert not clock.measured


# --- one program, made each runner's own ------------------------------------------------------------------------------


def declines(workout: Workout) -> float:
    return workout.decline_s(RUNNER)


def test_the_level_version_has_no_decline_and_takes_as_long() -> None:
    level = level_version(hills())
    assert all(segment.steepest == LEVEL for segment in level)
    assert level.expected_s(RUNNER) == hills().expected_s(RUNNER) == 24 * 60
    assert declines(level) == 0


@pytest.mark.parametrize(("cap_s", "left_s"), [(0, 0), (20, 0), (60, 60), (120, 120), (200, 200), (480, 480), (9999, 480)])
def test_decline_minutes_are_capped_and_the_rest_is_level(cap_s: int, left_s: int) -> None:
    own = capped(hills(), RUNNER, cap_s)
    assert declines(own) == left_s
    assert own.expected_s(RUNNER) == 24 * 60


@given(st.integers(0, 600))
def test_a_cap_never_makes_anything_steeper(cap_s: int) -> None:
    assert capped(hills(), RUNNER, cap_s).steepest >= hills().steepest
    assert declines(capped(hills(), RUNNER, cap_s)) <= cap_s


@pytest.mark.parametrize(
    ("place_s", "kinds", "first_left_s"),
    [
        (0, "warm-up decline recover decline recover decline recover decline recover cool-down", 120),
        (60, "warm-up decline recover decline recover decline recover decline recover cool-down", 60),
        (100, "warm-up recover decline recover decline recover decline recover cool-down", 120),
        (240, "warm-up decline recover decline recover decline recover cool-down", 120),
        (600, "warm-up recover decline recover cool-down", 120),
    ],
)
def test_who_comes_late_warms_up_and_then_is_where_the_class_is(place_s: int, kinds: str, first_left_s: int) -> None:
    late = joined_late(hills(), RUNNER, place_s)
    assert late is not None
    assert [segment.kind.value for segment in late] == kinds.split()
    assert late.segments[0] == hills().segments[0]
    assert late.segments[1].duration_s == first_left_s
    assert declines(late) <= declines(hills())


def test_a_class_that_is_nearly_over_is_not_joined() -> None:
    assert joined_late(hills(), RUNNER, 14 * 60) is not None
    assert joined_late(hills(), RUNNER, 17 * 60) is None


@given(st.floats(0, 900))
def test_joining_late_never_asks_for_more_than_the_program(place_s: float) -> None:
    late = joined_late(hills(), RUNNER, place_s)
    assert late is not None
    assert late.steepest >= hills().steepest
    assert late.expected_s(RUNNER) <= hills().expected_s(RUNNER)
    assert late.segments[0].kind is SegmentKind.WARM_UP


def test_the_place_of_a_class_follows_next_extend_and_pause() -> None:
    place = ClassPlace(hills(), RUNNER, t0=100.0)
    assert place.at(90.0) == -10.0
    assert place.at(160.0) == 60.0
    place.next(160.0)
    assert place.at(160.0) == 240.0
    place.extend()
    assert place.at(160.0) == 180.0
    place.hold(160.0)
    assert place.at(300.0) == 180.0
    place.go_on(300.0)
    assert place.at(310.0) == 190.0


def test_a_guest_gets_a_beginners_ceiling() -> None:
    assert (guest().ceiling, guest().chosen) == (Grade(-30), True)


# --- offer and ready --------------------------------------------------------------------------------------------------


def test_an_offer_moves_nothing_and_asks_about_pain() -> None:
    room = OneLane()
    room.join()
    room.offer()
    assert room.phase() is LanePhase.OFFERED
    assert room.lane.asks_about_pain
    assert room.said[-1] == "Hills. Pain today, 0 to 10?"
    assert room.wishes == []
    assert last(room.all(Ack)).result == "done"


@pytest.mark.parametrize(("pain", "declines_s"), [(0, 480), (2, 480), (3, 0), (10, 0)])
def test_pain_above_two_gets_the_level_version_and_is_not_told_to_anybody(pain: int, declines_s: int) -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready(pain)
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert declines(prepared.workout) == declines_s
    assert last(room.all(Ready)).level is (pain > 2)
    assert b'"pain' not in b"".join(repr(report).encode() for report in room.reports)


def test_nobody_is_ready_before_the_question_is_answered() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.step(Said(LaneKey.READY))
    assert room.phase() is LanePhase.OFFERED
    assert room.said[-1] == "first: pain today, 0 to 10?"


def test_nobody_is_ready_on_a_tilted_deck() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.treadmill.grade = Grade(-30)
    room.ready()
    assert room.phase() is LanePhase.OFFERED
    assert "the deck stands at -3.0 %" in room.said[-1]


def test_ready_lapses_after_ninety_seconds() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.wait(89.9)
    assert room.phase() is LanePhase.READY
    room.wait(0.3)
    assert room.phase() is LanePhase.OFFERED
    assert last(room.all(Ready)).ready is False
    assert last(room.all(Event)).what == "ready lapsed"
    room.start()
    room.wait(20)
    assert room.keys() == []


def test_ready_can_be_taken_back() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.step(Said(LaneKey.NOT_READY))
    assert room.phase() is LanePhase.OFFERED
    room.start()
    room.wait(20)
    assert room.keys() == []


def test_the_consoles_own_start_says_ready_where_telemetry_proves_it() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.step(PainToday(0))
    room.wait(4)  # seen still
    room.treadmill.speed = Speed(100)
    room.wait(1.0)
    assert room.phase() is LanePhase.OFFERED
    room.wait(1.0)
    assert room.phase() is LanePhase.READY
    assert last(room.all(Ready)).how == "console"
    t0 = room.start()
    room.wait(13)
    assert room.armed_at() == pytest.approx([t0], abs=0.011)  # a belt that moves is adopted, at T0


def test_a_belt_that_was_never_seen_still_proves_nothing() -> None:
    room = OneLane()
    room.treadmill.speed = Speed(100)
    room.join()
    room.offer()
    room.step(PainToday(0))
    room.wait(10)
    assert room.phase() is LanePhase.OFFERED


def test_a_program_that_cannot_be_read_is_refused_with_its_line() -> None:
    room = OneLane()
    room.join()
    room.offer(PROGRAM.replace("-4", "-11"))
    refused = last(room.all(Ack))
    assert (refused.result, refused.reason) == ("refused", Reason.UNSUITABLE)
    assert "-10" in refused.text
    assert room.phase() is LanePhase.WAITING


def test_another_offer_takes_ready_back() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.offer(class_id="tuesday")
    assert room.phase() is LanePhase.OFFERED
    assert room.lane.asks_about_pain
    assert last(room.all(Ready)).ready is False


# --- the start --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("apart_s", [1_800_000_000.0, 1_800_000_005.0, 1_799_999_995.0])
def test_the_session_is_armed_three_seconds_before_t0_by_the_coachs_clock(apart_s: float) -> None:
    room = OneLane(apart_s=apart_s)
    room.join()
    room.offer()
    room.ready()
    t0 = room.start()
    room.wait(20)
    assert room.armed_at() == pytest.approx([t0 - 3], abs=0.011)
    assert room.treadmill.started_at == pytest.approx(t0, abs=0.02)


def test_the_last_ten_seconds_are_counted_aloud() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.start()
    room.said.clear()
    room.wait(12)
    assert room.said == ["starting in 10", "9", "8", "7", "6", "5", "4"]  # the session itself says three, two, one


def test_how_late_the_command_and_the_belt_were_is_told_apart() -> None:
    room = OneLane()
    room.treadmill.lag_s = 2.5
    room.join()
    room.offer()
    room.ready()
    room.start()
    room.wait(20)
    moving = last(event for event in room.all(Event) if event.what == "moving")
    assert moving.command_late_ms is not None
    assert 0 <= moving.command_late_ms <= 20
    assert moving.belt_after_ms == pytest.approx(2500, abs=251)


def test_nobody_who_did_not_say_ready_is_started() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.step(PainToday(0))
    room.start()
    assert last(room.all(Ack)).reason is Reason.NOT_READY
    room.wait(30)
    assert room.keys() == []


def test_a_start_without_a_measured_clock_is_refused_and_says_so() -> None:
    room = OneLane(way_s=0.5)
    room.step(Link(True))
    room.wait(20)
    room.offer()
    room.ready()
    room.start()
    refused = last(room.all(Ack))
    assert refused.reason is Reason.CLOCK_TOO_COARSE
    assert "100 needed" in refused.text
    room.wait(20)
    assert room.keys() == []


def test_a_start_after_ready_would_have_lapsed_is_refused() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.wait(60)
    room.start(in_s=31)
    assert last(room.all(Ack)).reason is Reason.NOT_READY


def test_who_is_ready_between_the_start_and_t0_starts_with_the_others() -> None:
    room = OneLane()
    room.join()
    room.offer()
    t0 = room.start()
    room.wait(5)
    room.ready()
    room.wait(10)
    assert room.armed_at() == pytest.approx([t0 - 3], abs=0.011)


def test_who_comes_late_gets_a_countdown_of_their_own_and_their_warm_up() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.start()
    room.wait(12 + 240)  # the class is at 4:00
    said_at = room.now
    room.ready()
    room.wait(15)
    assert room.armed_at() == pytest.approx([said_at + 7], abs=0.05)
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert [segment.kind.value for segment in prepared.workout][:2] == ["warm-up", "decline"]
    assert declines(prepared.workout) == pytest.approx(360, abs=31)


def test_a_start_that_comes_after_t0_is_a_late_start() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    said_at = room.now
    room.start(in_s=-60.0)
    assert last(room.all(Ack)).text == "late: through the runner's own warm-up"
    room.wait(15)
    assert room.armed_at() == pytest.approx([said_at + 7], abs=0.05)


def test_a_treadmill_that_is_not_ready_at_its_moment_is_not_started_by_surprise() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.start()
    room.treadmill.phase = Phase.UNLINKED
    room.wait(20)
    assert room.phase() is LanePhase.OFFERED
    assert last(event for event in room.all(Event)).what == "called off"
    room.treadmill.phase = Phase.READY
    room.wait(60)
    assert room.keys() == []


def test_a_start_far_ahead_does_not_stretch_ready() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.start(in_s=600)
    room.ready()
    assert room.phase() is LanePhase.READY
    room.wait(595)
    assert room.phase() is LanePhase.OFFERED
    room.wait(30)
    assert room.keys() == []


def test_who_is_ready_after_a_start_was_called_off_waits_for_the_next() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.start()
    room.hear(Pause(**room.head()))
    room.ready()
    assert room.phase() is LanePhase.READY
    room.wait(30)
    assert room.keys() == []
    t0 = room.start()
    room.wait(15)
    assert room.armed_at() == pytest.approx([t0 - 3], abs=0.011)


def test_nobody_joins_a_class_that_pauses() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.start()
    room.wait(60)
    room.hear(Pause(**room.head()))
    room.ready()
    assert room.said[-1] == "the class pauses; press ready when it goes on"
    room.hear(Pause(**room.head(), what="resume"))
    room.step(Said(LaneKey.READY))
    assert room.phase() is LanePhase.COUNTING


def test_pain_that_is_told_after_ready_takes_ready_back() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.start()
    room.wait(2)
    room.step(PainToday(6))
    assert room.phase() is LanePhase.OFFERED
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert declines(prepared.workout) == 0
    room.wait(30)
    assert room.keys() == []


@pytest.mark.parametrize("word", [Stop, Walk, Pause])
def test_a_countdown_is_called_off_by_stop_walk_and_pause(word: Any) -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    room.start()
    room.wait(5)
    room.hear(word(**room.head()))
    assert room.phase() is LanePhase.OFFERED
    assert last(room.all(Ack)).result == "done"
    room.wait(60)
    assert Key.ARM not in set(room.keys())


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
    room = OneLane()
    room.join()
    room.offer()
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
    room = OneLane()
    room.join()
    room.offer()
    room.ready()
    t0 = room.start()
    room.wait(2)
    room.answers = False
    room.step(Link(False))
    room.wait(12)
    assert room.armed_at() == pytest.approx([t0 - 3], abs=0.011)


def test_a_lane_says_how_it_is_once_a_second() -> None:
    room = OneLane(name="Ann")
    room.join()
    before = len(room.all(State))
    room.wait(10)
    assert 9 <= len(room.all(State)) - before <= 11
    state = last(room.all(State))
    assert (state.name, state.phase, state.limited) == ("Ann", "waiting for a class", "-3.0 % (asked -6.0 %): the ceiling")
    assert state.clock_bound_us is not None
    assert state.clock_bound_us < 10_000


def test_a_name_is_shown_with_consent_only() -> None:
    room = OneLane()
    room.join()
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
    room = OneLane()
    room.join()
    before = len(room.all(Ack))
    for _ in range(50):
        room.step(room.door.accept("treadctl/v1/gym/coach/stop", b"junk", False, room.now, room.coach_s))
    assert len(room.all(Ack)) - before == 1
    answer = last(room.all(Ack))
    assert (answer.id, answer.reason) == (None, Reason.MALFORMED)


# --- nothing starts unarmed -------------------------------------------------------------------------------------------

PLAY: dict[str, Callable[[OneLane], object]] = {
    "offer": lambda room: room.offer(),
    "start": lambda room: room.start(),
    "late start": lambda room: room.start(in_s=-30),
    "pause": lambda room: room.hear(Pause(**room.head())),
    "resume": lambda room: room.hear(Pause(**room.head(), what="resume")),
    "stop": lambda room: room.hear(Stop(**room.head())),
    "walk": lambda room: room.hear(Walk(**room.head())),
    "next": lambda room: room.hear(Adjust(**room.head(), what="next")),
    "extend": lambda room: room.hear(Adjust(**room.head(), what="extend")),
    "slower": lambda room: room.hear(Adjust(**room.head(lanes=(7,)), what="slower")),
    "say": lambda room: room.hear(Say(**room.head(), text="hello")),
    "lease": lambda room: room.hear(Lease(**room.head(), held=True)),
    "pain": lambda room: room.step(PainToday(1)),
    "not ready": lambda room: room.step(Said(LaneKey.NOT_READY)),
    "go on": lambda room: room.step(Said(LaneKey.GO_ON)),
    "unlink": lambda room: room.step(Link(False)),
    "link": lambda room: room.step(Link(True)),
    "wait": lambda room: room.wait(2),
}
"""All that can happen but a runner who says "I'm ready"."""


@given(st.lists(st.sampled_from(sorted(PLAY)), max_size=25))
@settings(max_examples=60, deadline=None)
def test_whatever_the_coach_says_a_lane_whose_runner_is_not_ready_is_never_armed(words: list[str]) -> None:
    room = OneLane()
    room.join()
    for word in words:
        PLAY[word](room)
    room.wait(15)
    assert not {Key.ARM, Key.RESUME} & set(room.keys())


@given(st.lists(st.sampled_from([*sorted(PLAY), "ready", "ready", "start", "offer", "pain"]), max_size=40))
@settings(max_examples=80, deadline=None)
def test_nobody_is_armed_but_within_ninety_seconds_of_their_own_ready(words: list[str]) -> None:
    room = OneLane()
    room.join()
    said_ready: list[float] = []
    for word in words:
        if word == "ready":
            said_ready.append(room.now)
            room.step(Said(LaneKey.READY))
        else:
            PLAY[word](room)
    room.wait(100)
    for at, key in room.treadmill.pressed:
        if key is Key.ARM:
            assert any(0 <= at - said <= 90 for said in said_ready)
    assert room.keys().count(Key.ARM) <= len(said_ready)


# --- over the real engine ---------------------------------------------------------------------------------------------


def test_a_lane_starts_a_real_session_on_the_mock() -> None:
    room = OneLane()
    room.join()
    room.offer()
    room.step(PainToday(0))
    (prepared,) = [wish for wish in room.wishes if isinstance(wish, Prepare)]
    simulation = Simulation(Plan(prepared.workout, prepared.runner, DEFAULT, keys=()))
    lane, origin, keys = room.lane, room.now, []
    t0: float | None = None
    for tick in range(4 * 60):
        seen = Seen.of(simulation.tick().snapshot)
        now = origin + simulation.now
        happened = [Said(LaneKey.READY)] if tick == 20 else []
        if tick == 24:
            t0_ms = round((now + room.apart_s + 12) * 1000)
            t0 = now + 12
            happened.append(Start(**room.head(), t0_ms=t0_ms))  # type: ignore[arg-type] # a command is an input too
        step = lane.step(now, [seen, *happened])
        room.reports += step.reports
        for wish in step.wishes:
            if isinstance(wish, Press):
                keys.append((now, wish.key))
                simulation._keys.append((simulation.now, wish.key))
    assert t0 is not None
    assert [key for _, key in keys] == [Key.ARM]
    assert keys[0][0] == pytest.approx(t0 - 3, abs=0.26)
    assert simulation.engine.phase is Phase.RUNNING
    moving = last(event for event in room.all(Event) if event.what == "moving")
    assert moving.command_late_ms is not None
    assert moving.command_late_ms <= 750  # the simulation steps four times a second
    state = last(room.all(State))
    assert (state.phase, state.belt, state.step) == ("running", "moving", "warm-up")
