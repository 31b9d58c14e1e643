"""One lane of a class: from an offer over "I'm ready" to a belt that starts at T0, and nothing that starts unarmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio_room import PROGRAM, OneLane, declines, last

from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.studio.lane_words import LaneKey, LanePhase, Link, PainToday, Prepare, Press, Said, Seen
from treadctl.studio.messages import (
    Ack,
    Adjust,
    Event,
    Lease,
    Pause,
    Ready,
    Reason,
    Say,
    Start,
    State,
    Stop,
    Walk,
)
from treadctl.units import Grade, Speed

# --- offer and ready --------------------------------------------------------------------------------------------------


def test_an_offer_moves_nothing_and_asks_about_pain() -> None:
    room = OneLane().join().offer()
    assert room.phase() is LanePhase.OFFERED
    assert room.lane.asks_about_pain
    assert room.said[-1] == "Hills. Pain today, 0 to 10?"
    assert room.wishes == []
    assert last(room.all(Ack)).result == "done"


@pytest.mark.parametrize(("pain", "declines_s"), [(0, 480), (2, 480), (3, 0), (10, 0)])
def test_pain_above_two_gets_the_level_version_and_is_not_told_to_anybody(pain: int, declines_s: int) -> None:
    room = OneLane().join().offer().ready(pain)
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert declines(prepared.workout) == declines_s
    assert last(room.all(Ready)).level is (pain > 2)
    assert b'"pain' not in b"".join(repr(report).encode() for report in room.reports)


def test_nobody_is_ready_before_the_question_is_answered() -> None:
    room = OneLane().join().offer()
    room.step(Said(LaneKey.READY))
    assert room.phase() is LanePhase.OFFERED
    assert room.said[-1] == "first: pain today, 0 to 10?"


def test_nobody_is_ready_on_a_tilted_deck() -> None:
    room = OneLane().join().offer()
    room.treadmill.grade = Grade(-30)
    room.ready()
    assert room.phase() is LanePhase.OFFERED
    assert "the deck stands at -3.0 %" in room.said[-1]


def test_ready_lapses_after_ninety_seconds() -> None:
    room = OneLane().join().offer().ready()
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
    room = OneLane().join().offer().ready()
    room.step(Said(LaneKey.NOT_READY))
    assert room.phase() is LanePhase.OFFERED
    room.start()
    room.wait(20)
    assert room.keys() == []


def test_the_consoles_own_start_says_ready_where_telemetry_proves_it() -> None:
    room = OneLane().join().offer()
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
    room = OneLane().join().offer(PROGRAM.replace("-4", "-11"))
    refused = last(room.all(Ack))
    assert (refused.result, refused.reason) == ("refused", Reason.UNSUITABLE)
    assert "-10" in refused.text
    assert room.phase() is LanePhase.WAITING


def test_another_offer_takes_ready_back() -> None:
    room = OneLane().join().offer().ready()
    room.offer(class_id="tuesday")
    assert room.phase() is LanePhase.OFFERED
    assert room.lane.asks_about_pain
    assert last(room.all(Ready)).ready is False


# --- the start --------------------------------------------------------------------------------------------------------


def test_the_last_ten_seconds_are_counted_aloud() -> None:
    room = OneLane().join().offer().ready()
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
    room = OneLane().join().offer()
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
    room = OneLane().join().offer().ready()
    room.wait(60)
    room.start(in_s=31)
    assert last(room.all(Ack)).reason is Reason.NOT_READY


def test_who_is_ready_between_the_start_and_t0_starts_with_the_others() -> None:
    room = OneLane().join().offer()
    t0 = room.start()
    room.wait(5)
    room.ready()
    room.wait(10)
    assert room.armed_at() == pytest.approx([t0 - 3.5], abs=0.011)


def test_who_comes_late_gets_a_countdown_of_their_own_and_their_warm_up() -> None:
    room = OneLane().join().offer()
    room.start()
    room.wait(12 + 240)  # the class is at 4:00
    said_at = room.now
    room.ready()
    room.wait(15)
    assert room.armed_at() == pytest.approx([said_at + 6.5], abs=0.05)
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert [segment.kind.value for segment in prepared.workout][:2] == ["warm-up", "decline"]
    assert declines(prepared.workout) == pytest.approx(360, abs=31)


def test_a_start_that_comes_after_t0_is_a_late_start() -> None:
    room = OneLane().join().offer().ready()
    said_at = room.now
    room.start(in_s=-60.0)
    assert last(room.all(Ack)).text == "late: through the runner's own warm-up"
    room.wait(15)
    assert room.armed_at() == pytest.approx([said_at + 6.5], abs=0.05)


def test_a_treadmill_that_is_not_ready_at_its_moment_is_not_started_by_surprise() -> None:
    room = OneLane().join().offer().ready()
    room.start()
    room.treadmill.phase = Phase.UNLINKED
    room.wait(20)
    assert room.phase() is LanePhase.OFFERED
    assert last(event for event in room.all(Event)).what == "called off"
    room.treadmill.phase = Phase.READY
    room.wait(60)
    assert room.keys() == []


def test_a_start_far_ahead_does_not_stretch_ready() -> None:
    room = OneLane().join().offer()
    room.start(in_s=600)
    room.ready()
    assert room.phase() is LanePhase.READY
    room.wait(595)
    assert room.phase() is LanePhase.OFFERED
    room.wait(30)
    assert room.keys() == []


def test_who_is_ready_after_a_start_was_called_off_waits_for_the_next() -> None:
    room = OneLane().join().offer()
    room.start()
    room.hear(Pause(**room.head()))
    room.ready()
    assert room.phase() is LanePhase.READY
    room.wait(30)
    assert room.keys() == []
    t0 = room.start()
    room.wait(15)
    assert room.armed_at() == pytest.approx([t0 - 3.5], abs=0.011)


def test_nobody_joins_a_class_that_pauses() -> None:
    room = OneLane().join().offer()
    room.start()
    room.wait(60)
    room.hear(Pause(**room.head()))
    room.ready()
    assert room.said[-1] == "the class pauses; press ready when it goes on"
    room.hear(Pause(**room.head(), what="resume"))
    room.step(Said(LaneKey.READY))
    assert room.phase() is LanePhase.COUNTING


def test_pain_that_is_told_after_ready_takes_ready_back() -> None:
    room = OneLane().join().offer().ready()
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
    room = OneLane().join().offer().ready()
    room.start()
    room.wait(5)
    room.hear(word(**room.head()))
    assert room.phase() is LanePhase.OFFERED
    assert last(room.all(Ack)).result == "done"
    room.wait(60)
    assert Key.ARM not in set(room.keys())


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
    room = OneLane().join()
    for word in words:
        PLAY[word](room)
    room.wait(15)
    assert not {Key.ARM, Key.RESUME} & set(room.keys())


@given(st.lists(st.sampled_from([*sorted(PLAY), "ready", "ready", "start", "offer", "pain"]), max_size=40))
@settings(max_examples=80, deadline=None)
def test_nobody_is_armed_but_within_ninety_seconds_of_their_own_ready(words: list[str]) -> None:
    room = OneLane().join()
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
    room = OneLane().join().offer()
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
    assert keys[0][0] == pytest.approx(t0 - 3.5, abs=0.26)
    assert simulation.engine.phase is Phase.RUNNING
    moving = last(event for event in room.all(Event) if event.what == "moving")
    assert moving.command_late_ms is not None
    assert moving.command_late_ms <= 750  # the simulation steps four times a second
    state = last(room.all(State))
    assert (state.phase, state.belt, state.step) == ("running", "moving", "warm-up")
