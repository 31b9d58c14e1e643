"""No belt starts unless its own runner said so, at that treadmill, at most 90 s ago by any clock, and did nothing since that
means otherwise: one lane, with values."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from studio_room import OneLane, last

from treadctl.engine.phases import Phase
from treadctl.engine.words import ClockJumped, Event, Key
from treadctl.studio import messages
from treadctl.studio.lane_words import Broken, Called, LaneKey, LanePhase, PainToday, Press, Said, _plainly
from treadctl.studio.messages import Ack, Offer, Pause, Ready, Reason, Start, State, Stop
from treadctl.units import Grade, Speed

TAKEN_BACK = (Event.STOPPED, Event.PAUSED, Event.SAFETY_KEY, Event.RESET, Event.CONTROL_LOST)


def ready(*, counting: bool = False) -> OneLane:
    room = OneLane().join().offer().ready()
    if counting:
        room.start()
        room.wait(2)
    assert room.phase() is (LanePhase.COUNTING if counting else LanePhase.READY)
    return room


def ready_by_console() -> OneLane:
    """On a belt that its runner started at the treadmill's own console."""
    room = OneLane().join().offer()
    room.step(PainToday(0))
    room.wait(4)
    room.treadmill.speed = Speed(100)
    room.wait(2)
    assert room.phase() is LanePhase.READY
    return room


def nobody_starts(room: OneLane, within_s: float = 60.0) -> None:
    """Whatever the coach does now."""
    assert room.phase() is LanePhase.OFFERED
    assert last(room.all(messages.Ready)).ready is False
    room.start()
    room.wait(within_s)
    assert not {Key.ARM, Key.RESUME} & set(room.keys())


# --- what a runner does at the treadmill ------------------------------------------------------------------------------


@pytest.mark.parametrize("event", TAKEN_BACK)
@pytest.mark.parametrize("counting", [False, True])
def test_stop_pause_and_safety_key_at_the_treadmill_take_ready_back(event: Event, counting: bool) -> None:
    room = ready(counting=counting)
    room.treadmill.console.append(event)
    room.wait(0.3)
    nobody_starts(room)


def test_the_consoles_own_start_and_its_other_keys_take_nothing_back() -> None:
    room = ready()
    room.treadmill.console += [Event.STARTED, Event.SPEED, Event.INCLINE]
    room.wait(2)
    assert room.phase() is LanePhase.READY


def test_a_belt_that_its_runner_brings_to_a_stand_is_not_started_again() -> None:
    room = ready_by_console()
    room.start(in_s=12)
    room.wait(5)
    room.treadmill.speed = Speed(0)  # a treadmill that says nothing of its own stop button
    room.wait(3.5)
    nobody_starts(room)


def test_a_belt_that_shows_zero_at_t0_is_not_armed_before_it_is_known_whether_it_stands() -> None:
    room = ready_by_console()
    room.start(in_s=12)
    room.wait(11)
    room.treadmill.speed = Speed(0)
    room.wait(3.5)
    nobody_starts(room)


def test_a_stray_zero_of_a_moving_belt_calls_nothing_off() -> None:
    room = ready_by_console()
    t0 = room.start(in_s=12)
    room.wait(5)
    room.treadmill.speed = Speed(0)
    room.wait(0.5)
    room.treadmill.speed = Speed(100)
    room.wait(10)
    assert room.armed_at() == pytest.approx([t0], abs=0.011)


@pytest.mark.parametrize("counting", [False, True])
def test_a_lost_link_takes_ready_back_at_once_and_it_stays_so_when_the_link_is_back(counting: bool) -> None:
    room = ready(counting=counting)
    room.treadmill.phase = Phase.UNLINKED
    room.wait(0.3)
    assert room.phase() is LanePhase.OFFERED
    room.treadmill.phase = Phase.READY
    nobody_starts(room)


def test_a_treadmill_that_falls_silent_takes_ready_back() -> None:
    room = ready()
    room.treadmill.fresh = False
    room.wait(0.3)
    room.treadmill.fresh = True
    nobody_starts(room)


def test_a_session_that_is_not_heard_of_takes_ready_back() -> None:
    room = ready()
    room.now += 3.5
    room.lane.step(room.now)
    assert room.phase() is LanePhase.OFFERED


def test_a_console_stop_in_the_very_step_in_which_the_session_is_armed_pauses_it() -> None:
    room = ready()
    t0 = room.start()
    room.wait(t0 - 3.55 - room.now)
    room.now = t0 - 3.49
    room.step()
    assert room.keys() == [Key.ARM]
    seen = room.treadmill.seen(room.now)
    assert seen.phase is Phase.COUNTDOWN
    step = room.lane.step(room.now, [seen._replace(console=Event.STOPPED)])
    assert [getattr(wish, "key", None) for wish in step.wishes] == [Key.PAUSE]


# --- the runner's own word ----------------------------------------------------------------------------------------------


def test_not_ready_after_the_session_was_armed_pauses_it() -> None:
    room = ready()
    t0 = room.start()
    room.wait(t0 - 1 - room.now)
    assert room.keys() == [Key.ARM]
    room.step(Said(LaneKey.NOT_READY))
    assert room.keys() == [Key.ARM, Key.PAUSE]


def test_ready_said_by_a_console_start_lapses_although_the_belt_goes_on() -> None:
    room = ready_by_console()
    room.wait(90)
    nobody_starts(room)


@pytest.mark.parametrize("act", ["key", "console"])
def test_ready_that_was_taken_back_is_not_said_again_by_a_belt_that_still_moves(act: str) -> None:
    room = ready_by_console()
    if act == "key":
        room.step(Said(LaneKey.NOT_READY))
    else:
        room.treadmill.console.append(Event.STOPPED)
        room.wait(0.3)
    room.wait(5)
    nobody_starts(room)


def test_a_belt_that_was_started_for_one_program_says_ready_to_no_other() -> None:
    room = ready_by_console()
    room.offer()
    room.wait(5)
    nobody_starts(room)


def test_a_belt_that_was_started_before_the_question_was_answered_says_nothing() -> None:
    room = OneLane().join().offer()
    room.wait(4)
    room.treadmill.speed = Speed(100)
    room.wait(5)
    room.step(PainToday(0))
    room.wait(5)
    assert room.phase() is LanePhase.OFFERED


def test_a_belt_that_was_started_while_the_class_paused_is_not_ready_when_it_goes_on() -> None:
    room = OneLane().join().offer()
    room.start()
    room.wait(60)
    room.hear(Pause(**room.head()))
    room.step(PainToday(0))
    room.wait(4)
    room.treadmill.speed = Speed(100)
    room.wait(5)
    assert "the class pauses; press ready when it goes on" in room.said
    room.hear(Pause(**room.head(), what="resume"))
    room.wait(5)
    assert room.phase() is LanePhase.OFFERED


# --- ninety seconds, by any clock -----------------------------------------------------------------------------------------


def test_a_late_start_does_not_renew_ready() -> None:
    room = ready()
    room.wait(85)
    room.hear(Start(**room.head(), t0_ms=round((room.coach_s - 30) * 1000)))
    assert (last(room.all(Ack)).result, last(room.all(Ack)).reason) == ("refused", Reason.NOT_READY)
    room.wait(20)
    assert room.keys() == []


def test_a_late_start_of_who_is_still_ready_moves_the_belt_within_the_ninety_seconds() -> None:
    room = ready()
    said_at = room.now
    room.wait(75)
    room.start(in_s=-30)
    room.wait(15)
    (armed,) = room.armed_at()
    assert armed + 3 - said_at <= 90


@pytest.mark.parametrize("counting", [False, True])
def test_ready_does_not_outlast_the_computers_sleep(counting: bool) -> None:
    room = ready(counting=counting)
    room.answers = False
    room.step(ClockJumped(1800.0))
    assert not room.lane.clock.measured
    assert room.phase() is LanePhase.OFFERED
    room.wait(30)
    assert room.keys() == []


def test_a_deck_that_takes_long_to_level_starts_nobody_after_ready_has_lapsed() -> None:
    room = ready()
    said_at = room.now
    room.wait(60)
    room.start()
    while room.keys() != [Key.ARM]:
        room.wait(0.1)
    room.treadmill.phase = Phase.LEVELLING  # somebody tipped it at the console
    room.wait(said_at + 91 - room.now)
    assert room.keys() == [Key.ARM, Key.PAUSE]
    room.treadmill.phase = Phase.LEVELLING  # by the runner's own key
    room.wait(30)
    assert room.keys() == [Key.ARM, Key.PAUSE]


def test_a_program_that_was_frozen_over_t0_starts_nobody_by_surprise() -> None:
    room = ready()
    t0 = room.start()
    room.wait(5)
    room.now = t0 + 2.5
    room.step()
    assert room.phase() is LanePhase.OFFERED
    room.wait(20)
    assert room.keys() == []


# --- all of it at once ----------------------------------------------------------------------------------------------------


def _at_the_console(event: Event) -> Callable[[OneLane], object]:
    def act(room: OneLane) -> None:
        room.treadmill.console.append(event)
        room.step()

    return act


def _link_lost(room: OneLane) -> None:
    if room.treadmill.phase is Phase.READY:
        room.treadmill.phase = Phase.UNLINKED
        room.step()
        room.treadmill.phase = Phase.READY


BACK: dict[str, Callable[[OneLane], object]] = {
    **{event.name: _at_the_console(event) for event in TAKEN_BACK},
    "not ready": lambda room: room.step(Said(LaneKey.NOT_READY)),
    "slept": lambda room: room.step(ClockJumped(600.0)),
    "link lost": _link_lost,
    "stop": lambda room: room.hear(Stop(**room.head())),
    "offer": lambda room: room.hear(Offer(**room.head(), title="Others", program="title: Others\nsteps:\n  - warm-up: 9 min\n")),
}
ON: dict[str, Callable[[OneLane], object]] = {
    "ready": lambda room: room.step(Said(LaneKey.READY)),
    "start": lambda room: room.start(),
    "late start": lambda room: room.start(in_s=-30),
    "pause": lambda room: room.hear(Pause(**room.head())),
    "resume": lambda room: room.hear(Pause(**room.head(), what="resume")),
    "wait": lambda room: room.wait(4),
    "long wait": lambda room: room.wait(40),
    "tilt": lambda room: setattr(room.treadmill, "grade", Grade(-5)),
}


@given(st.lists(st.sampled_from([*sorted(BACK), *sorted(ON), "ready", "start", "wait"]), max_size=30))
@settings(max_examples=50, deadline=None)
def test_every_arming_follows_a_ready_of_the_last_ninety_seconds_that_nothing_took_back(words: list[str]) -> None:
    room = OneLane().join().offer()
    room.step(PainToday(0))
    said_at: float | None = None
    for word in words:
        before, was = room.keys().count(Key.ARM), room.phase()
        (BACK | ON)[word](room)
        if word == "ready" and was is LanePhase.OFFERED:
            said_at = room.now
        busy = word == "offer" and was is LanePhase.COUNTING
        armed = room.keys().count(Key.ARM) > before
        if armed:
            at = [at for at, key in room.treadmill.pressed if key is Key.ARM][-1]
            assert said_at is not None
            assert at + 3 - said_at <= 90.1
        if (word in BACK and not busy) or armed:
            said_at = None
    assert Key.RESUME not in set(room.keys())


# --- by the wall, and in another class --------------------------------------------------------------------------------------


def test_ready_lapses_by_the_wall_clock_too_however_short_the_sleep() -> None:
    room = ready()
    room.lane.by_the_wall(4.9)  # too little to be called a sleep
    room.wait(84.8)
    assert room.phase() is LanePhase.READY
    room.wait(0.5)
    assert room.phase() is LanePhase.OFFERED


def test_a_wall_clock_that_was_set_back_makes_no_ready_last_longer() -> None:
    room = ready()
    room.lane.by_the_wall(-3.0)
    room.wait(90.2)
    assert room.phase() is LanePhase.OFFERED


def named(room: OneLane) -> str | None:
    room.wait(1.5)
    return last(room.all(State)).name


def test_a_first_name_stays_in_its_class_when_that_is_stopped_before_t0() -> None:
    room = OneLane().join().offer(class_id="monday")
    room.step(Called("Ada"))
    room.ready()
    room.hear(Stop(**room.head(class_id="monday")))
    room.offer(class_id="monday")
    assert named(room) == "Ada"
    room.offer(class_id="tuesday")
    assert named(room) is None


def test_a_first_name_given_between_two_classes_is_the_next_ones() -> None:
    room = OneLane().running()
    room.step(Called("Ada"))
    room.treadmill.do(Press(Key.STOP), room.now)
    room.wait(2)
    assert named(room) == "Ada"
    room.step(Called("Ben"))
    room.offer(class_id="tuesday")
    assert named(room) == "Ben"
    room.offer(class_id="wednesday")
    assert named(room) is None


# --- what a room may know of a level program --------------------------------------------------------------------------------


def test_another_answer_about_pain_takes_ready_back_in_the_words_of_any_other_reason() -> None:
    texts = []
    for taken_back in (Said(LaneKey.NOT_READY), PainToday(7)):
        room = ready()
        room.step(taken_back)
        texts.append(last(room.all(messages.Event)).text)
    assert texts == ["not ready any more"] * 2
    assert room.said[-1] == "your program has changed; press ready again"


@pytest.mark.parametrize("cause", ["pain", "no minutes", "what is prepared"])
def test_level_is_told_whatever_the_cause(cause: str) -> None:
    room = OneLane(decline_s=0 if cause == "no minutes" else None).join().offer()
    if cause == "what is prepared":  # by the runner's own advice, or because the deck stays level
        room.step(PainToday(0))
        room.treadmill.level = True
        room.step()
        room.step(Said(LaneKey.READY))
    else:
        room.ready(pain=5 if cause == "pain" else 0)
    assert last(room.all(Ready)).level


@pytest.mark.parametrize("why", ["8 minutes of decline are done", "no more decline today"])
def test_a_room_does_not_read_how_many_minutes_somebody_is_left(why: str) -> None:
    assert _plainly(why) == "their own limit"


# --- minutes, once per class ---------------------------------------------------------------------------------------------------


def test_the_same_class_offered_again_brings_no_fresh_minutes() -> None:
    room = OneLane(decline_s=60).running()
    room.treadmill.decline_s = 45.0
    room.step()
    room.treadmill.do(Press(Key.STOP), room.now)
    room.wait(2)
    assert room.phase() is LanePhase.OVER
    room.offer()
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert prepared.runner.most_decline_s == 15
    room.offer(class_id="tuesday")
    room.step(PainToday(0))
    assert room.treadmill.prepared is not None
    assert room.treadmill.prepared.runner.most_decline_s == 60


def test_a_session_that_broke_brings_no_fresh_minutes() -> None:
    room = OneLane(decline_s=60).running()
    room.treadmill.decline_s = 45.0
    room.step()
    room.treadmill.phase, room.treadmill.speed, room.treadmill.decline_s = Phase.UNLINKED, Speed(0), 0.0
    room.step()  # what is shown of a session that is gone comes before the word that it broke
    room.step(Broken())
    assert room.phase() is LanePhase.OVER
    room.offer()
    prepared = room.treadmill.prepared
    assert prepared is not None
    assert prepared.runner.most_decline_s == 15
