"""What staff are told of each lane and of the room, with values: plain words, the most urgent first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from studio_room import KEY

from treadctl.engine.phases import Phase
from treadctl.engine.walking import WALKING
from treadctl.studio.coach import Coach
from treadctl.studio.lane_belt import Belt, Moved
from treadctl.studio.lane_tile import REFUSALS, URGENT, LaneTile, Mood, Room, tile
from treadctl.studio.lane_words import LanePhase, Seen
from treadctl.studio.messages import Ack, Event, Offer, Ready, Reason, State, canonical
from treadctl.studio.program import cap_words, fewer_minutes, more_minutes
from treadctl.studio.room_view import late_words, named, place_in, room_view, workout_of
from treadctl.studio.roster import LaneView, Late
from treadctl.studio.topics import topic_of
from treadctl.units import Grade, Speed

T = 1_800_000_000.0
HILLS = "title: Hills\nsteps:\n  - warm-up: 4 min\n  - decline: 2 min\n    grade: -4\n    speed: easy\n  - cool-down: 4 min\n"


def seen(phase: str, belt: str = "still", *, ago: float = 0.5, moved: bool = False, **more: Any) -> LaneView:
    head: dict[str, Any] = {"studio": "gym", "lane": 1, "boot": "b", "seq": 1, "class_id": "monday"}
    state = State(**head, phase=phase, belt=belt, **more)  # type: ignore[arg-type] # a word of Belt
    event = Event(**head, what="moving", command_late_ms=1, belt_after_ms=900) if moved else None
    return LaneView(1, "b", True, T - ago, state, T - ago, moved=event)


def shown(view: LaneView, **room: Any) -> LaneTile:
    return tile(view, Room(T, **room))


RUNNING: dict[str, Any] = {"expected": {1: T - 60}}


@pytest.mark.parametrize(
    ("view", "room", "mood", "word"),
    [
        (seen(LanePhase.WAITING.value), {}, Mood.FREE, "free"),
        (seen(LanePhase.OFFERED.value), {}, Mood.NOT_READY, "not ready"),
        (seen(LanePhase.READY.value), {}, Mood.READY, "READY"),
        (seen(LanePhase.COUNTING.value), {"expected": {1: T + 5}}, Mood.COUNTING, "counting"),
        (seen(Phase.STARTING.value), {"expected": {1: T - 2}}, Mood.COUNTING, "starting"),
        (seen(Phase.STARTING.value), RUNNING, Mood.NOT_MOVING, "NOT MOVING"),
        (seen(Phase.COUNTDOWN.value, moved=True), RUNNING, Mood.COUNTING, "3, 2, 1"),
        (seen(Phase.RUNNING.value, "moving"), RUNNING, Mood.MOVING, "moving"),
        (seen(Phase.RUNNING.value, moved=True), RUNNING, Mood.NOT_MOVING, "NOT MOVING"),
        (seen(Phase.PAUSED.value), RUNNING, Mood.PAUSED, "paused"),
        (seen(Phase.HANDS_OFF.value, "moving"), RUNNING, Mood.HANDS_OFF, "CONSOLE HAS IT"),
        (seen(Phase.UNLINKED.value, "unknown"), RUNNING, Mood.NO_TREADMILL, "NO TREADMILL"),
        (seen(Phase.RUNNING.value, "moving", ago=27), RUNNING, Mood.GONE, "GONE 0:27"),
        (seen(Phase.RUNNING.value, "moving", ago=7), RUNNING, Mood.GONE, "NOT HEARD 0:07"),
        (seen(Phase.RUNNING.value, "moving", ago=4.9), RUNNING, Mood.MOVING, "moving"),
        (seen(LanePhase.WAITING.value, ago=27), {}, Mood.OFF, "off"),
        (LaneView(1), {}, Mood.OFF, "off"),
        (LaneView(1), RUNNING, Mood.GONE, "GONE"),
        (seen(Phase.RUNNING.value, "moving", hears_coach=False), {"deaf_counts": True}, Mood.DEAF, "DOESN'T HEAR"),
        (seen(Phase.RUNNING.value, "moving", hears_coach=False), {}, Mood.MOVING, "moving"),
        (seen(Phase.STOPPING.value, "moving"), {"stopped_at": T - 3}, Mood.NOT_STILL, "STILL MOVING"),
        (seen(Phase.OVER.value, "unknown"), {"stopped_at": T - 3}, Mood.NOT_STILL, "BELT UNKNOWN"),
        (seen(Phase.OVER.value, "still", ago=4), {"stopped_at": T - 3}, Mood.NOT_STILL, "BELT UNKNOWN"),
        (seen(Phase.STOPPING.value, "moving", real_speed=300), {"stopped_at": T - 15}, Mood.BRAKING, "braking"),
        (seen(Phase.STOPPING.value, "moving", real_speed=300), {"stopped_at": T - 15.1}, Mood.NOT_STILL, "STILL MOVING"),
        (seen(Phase.STOPPING.value, "unknown", real_speed=0), {"stopped_at": T - 3}, Mood.BRAKING, "almost still"),
        (seen(Phase.STOPPING.value, "unknown", real_speed=0, ago=2), {"stopped_at": T - 1}, Mood.BRAKING, "braking"),
        (seen(Phase.STOPPING.value, "unknown", real_speed=0, ago=3.1), {"stopped_at": T - 1}, Mood.NOT_STILL, "BELT UNKNOWN"),
        (seen(Phase.STOPPING.value, "unknown", real_speed=0), {"stopped_at": T - 16}, Mood.NOT_STILL, "ALMOST STILL"),
        (seen(Phase.OVER.value), {"stopped_at": T - 3}, Mood.DONE, "done"),
        (seen(Phase.RUNNING.value, "moving", limited=f"0.0 % (asked -4.0 %): {WALKING}"), RUNNING, Mood.MOVING, "walking"),
        (seen(LanePhase.COUNTING.value), {"expected": {1: T + 8}}, Mood.COUNTING, "counting"),
        (seen(LanePhase.WAITING.value), {"stopped_at": T - 3}, Mood.STILL, "still"),
        (seen(Phase.STOPPING.value), {"stopped_at": T - 3}, Mood.STILL, "still"),
    ],
)
def test_each_state_of_a_lane_has_its_word(view: LaneView, room: dict[str, Any], mood: Mood, word: str) -> None:
    found = shown(view, **room)
    assert (found.mood, found.word) == (mood, word)
    assert found.is_urgent is (mood in URGENT)
    assert bool(found.more) is (mood in URGENT or mood is Mood.PAUSED), "what is urgent says what to do"


@pytest.mark.parametrize("phase", [*Phase, *LanePhase])
def test_every_phase_there_is_has_a_word_of_its_own(phase: Phase | LanePhase) -> None:
    word = shown(seen(phase.value, "moving")).word
    assert (word == "moving") is (phase in (Phase.RUNNING, LanePhase.STARTED))


def test_a_refusal_that_staff_can_do_something_about_is_shown_and_one_that_passes_is_not() -> None:
    view = seen(LanePhase.OFFERED.value)
    view.reason, view.refused = Reason.UNSUITABLE, "this program cannot be run here: no decline"
    assert (shown(view).mood, shown(view).news) == (Mood.REFUSED, "this program cannot be run here: no decline")
    view.reason = Reason.NOT_READY
    assert shown(view).mood is Mood.NOT_READY


@pytest.mark.parametrize("reason", Reason)
def test_every_refusal_there_is_can_be_read_in_plain_words(reason: Reason) -> None:
    """On the tile where staff can do something about it, in the lane's window always."""
    assert set(REFUSALS) == set(Reason), "a new one needs its word too, or none where it is plain to see or passes by itself"
    coach = Coach("gym", "c1", KEY.public, T)
    head: dict[str, Any] = {"studio": "gym", "lane": 1, "boot": "b", "class_id": "monday"}
    told = []
    for seq, why in enumerate((reason, None)):
        state = State(**head, seq=seq, phase=LanePhase.OFFERED.value, belt="still")
        ack = Ack(**head, seq=seq, id="x", result="refused" if why else "done", reason=why, text="and why" if why else "")
        for report in (state, ack):
            coach.hear(topic_of(report), canonical(report), False, T)
        (found,) = room_view(coach, T, linked=True).lanes
        told.append((found.mood, found.word, found.news.removeprefix("refused: ")))
    expected = (Mood.REFUSED, REFUSALS[reason]) if REFUSALS[reason] else (Mood.NOT_READY, "not ready")
    assert told == [(*expected, f"{reason.value} and why"), (Mood.NOT_READY, "not ready", "")]


def test_a_start_or_an_offer_of_a_class_that_was_stopped_says_so_on_the_tile() -> None:
    view = seen(LanePhase.OVER.value)
    view.reason, view.refused = Reason.NO_CLASS, "no class here this class was stopped; a new program begins the next"
    found = shown(view)
    assert (found.mood, found.word) == (Mood.REFUSED, "NO CLASS HERE")
    assert "this class was stopped; a new program begins the next" in found.news


def test_a_lane_whose_program_starts_anew_has_refused_nothing_yet() -> None:
    coach = Coach("gym", "c1", KEY.public, T)
    head: dict[str, Any] = {"studio": "gym", "lane": 1}
    refusal = Ack(**head, boot="b1", seq=1, id=None, result="refused", reason=Reason.FORGED)
    for report in (refusal, State(**head, boot="b2", seq=1, phase=LanePhase.WAITING.value, belt="still")):
        coach.hear(topic_of(report), canonical(report), False, T)
    (found,) = room_view(coach, T, linked=True).lanes
    assert (found.mood, found.news) == (Mood.FREE, "")


def test_a_lane_that_cannot_run_the_next_program_is_not_shown_as_done() -> None:
    view = seen(LanePhase.OVER.value)
    view.reason, view.refused = Reason.UNSUITABLE, "this program cannot be run here"
    assert shown(view).mood is Mood.REFUSED


def test_numbers_of_a_lane_that_is_gone_are_not_shown_as_if_they_were_fresh() -> None:
    found = shown(seen(Phase.RUNNING.value, "moving", ago=27), **RUNNING)
    assert (found.speed, found.grade, found.asked_grade) == (None, None, None)


def test_who_is_late_is_said_by_commands_and_by_belts_apart() -> None:
    late = (Late(1, 3, 900, None), Late(2, -4, 1400, None), Late(3, 250, 1000, None), Late(4, None, None, 7.4))
    assert late_words((Late(4, None, None, 1.0),)) == "On their way, as treadmills count down themselves: lane 4."
    words = "Not moving yet: lane 4 for 7 s. Late: lane 3 by 0.2 s. Commands within 254 ms, belts 0.9 to 1.4 s after them."
    assert late_words(late) == words
    assert late_words(()) == ""


def test_a_line_names_a_dozen_lanes_and_counts_the_rest() -> None:
    assert named([4]) == "lane 4"
    assert named([4, 7]) == "lanes 4, 7"
    assert named(list(range(1, 20))) == "lanes 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 7 more"


@pytest.mark.parametrize(("at_s", "step", "left_s"), [(0, 0, 240), (239.5, 0, 0.5), (240, 1, 120), (599, 2, 1)])
def test_the_place_in_the_program_is_its_step_and_what_is_left_of_it(at_s: float, step: int, left_s: float) -> None:
    place = place_in(workout_of(HILLS), at_s)
    assert place is not None
    assert (place.step, place.left_s) == (step, left_s)


def test_before_its_start_and_after_its_end_a_class_has_no_place() -> None:
    assert place_in(workout_of(HILLS), -0.1) is None
    assert place_in(workout_of(HILLS), 600) is None


# --- after STOP ALL ----------------------------------------------------------------------------------------------------


class Stopped:
    """A room of three moving belts, stopped at T."""

    def __init__(self) -> None:
        self.coach = Coach("gym", "c1", KEY.public, T - 60)
        self._seq = 0
        for lane in (1, 2, 3):
            self.hear(lane, T - 0.5, "moving", 800)
        self.coach.stop_all(T)

    def hear(self, lane: int, now: float, belt: str, speed: int | None) -> None:
        self._seq += 1
        head: dict[str, Any] = {"studio": "gym", "lane": lane, "boot": "b", "seq": self._seq, "class_id": "monday"}
        report = State(**head, phase=Phase.STOPPING.value, belt=belt, real_speed=speed)  # type: ignore[arg-type] # a word of Belt
        self.coach.hear(topic_of(report), canonical(report), False, now)

    def headline(self, now: float) -> tuple[str, str]:
        view = room_view(self.coach, now, linked=True)
        return view.headline, view.line


def test_of_belts_that_are_not_known_to_be_still_those_that_nobody_sees_come_first() -> None:
    room = Stopped()
    for lane, belt, speed in ((1, "unknown", 0), (2, "moving", 300), (3, "unknown", None)):
        room.hear(lane, T + 16, belt, speed)
    assert [(one.lane, one.word) for one in room_view(room.coach, T + 16, linked=True).problems] == [
        (3, "BELT UNKNOWN"),
        (2, "STILL MOVING"),
        (1, "ALMOST STILL"),
    ]


def test_while_every_belt_is_seen_to_brake_the_headline_counts_those_that_are_still() -> None:
    room = Stopped()
    assert room.headline(T + 0.2) == ("0 OF 3 STILL", "Braking: lanes 1, 2, 3.")
    for lane, belt, speed in ((1, "moving", 300), (2, "unknown", 0), (3, "still", 0)):
        room.hear(lane, T + 5, belt, speed)
    assert room.headline(T + 5) == ("1 OF 3 STILL", "Braking: lanes 1, 2.")
    for lane in (1, 2, 3):
        room.hear(lane, T + 9, "still", 0)
    assert room.headline(T + 9) == ("ALL STILL", "STOP ALL: every belt is still.")


@pytest.mark.parametrize(
    ("now", "speed", "why"),
    [(T + 5, None, "no telemetry"), (T + 16, 300, "it takes too long"), (T + 9, 300, "what was heard is old")],
)
def test_whatever_is_not_seen_to_brake_or_takes_too_long_is_to_be_looked_at(now: float, speed: int | None, why: str) -> None:
    room = Stopped()
    at = T + 5 if "old" in why else now
    for lane in (2, 3):
        room.hear(lane, now, "still", 0)
    room.hear(1, at, "unknown" if speed is None else "moving", speed)
    assert room.headline(now) == ("GO AND LOOK", "Not known to be still: lane 1."), why


def test_a_lane_that_is_not_heard_is_named_as_one_that_stop_all_is_still_owed_to() -> None:
    room = Stopped()
    for lane in (1, 2):
        room.hear(lane, T + 20, "still", 0)
    line = "Not known to be still: lane 3. STOP ALL is still owed to lane 3."
    assert room.headline(T + 20) == ("GO AND LOOK", line)


@pytest.mark.parametrize(("phase", "mood"), [(LanePhase.OVER.value, Mood.OFF), (Phase.PAUSED.value, Mood.NOT_STILL)])
def test_a_lane_that_was_off_long_before_is_asked_about_only_where_something_was_under_way(phase: str, mood: Mood) -> None:
    assert shown(seen(phase, "still", ago=700), stopped_at=T - 3).mood is mood


def test_while_belts_are_seen_to_brake_nobody_is_sent_anywhere() -> None:
    room = Stopped()
    for after in (0.2, 5, 14):
        for lane, belt, speed in ((1, "moving", 500), (2, "unknown", 0), (3, "moving", 300)):
            room.hear(lane, T + after, belt, speed)
        found = room_view(room.coach, T + after, linked=True)
        assert found.problems == ()
        assert found.headline == "0 OF 3 STILL"
        assert [(lane.mood, lane.word) for lane in found.lanes] == [
            (Mood.BRAKING, "braking"),
            (Mood.BRAKING, "almost still"),
            (Mood.BRAKING, "braking"),
        ]
        assert not found.is_quiet
    room.hear(1, T + 16, "moving", 300)
    assert (1, "STILL MOVING") in [(one.lane, one.word) for one in room_view(room.coach, T + 16, linked=True).problems]


def test_a_belt_out_of_sight_is_named_at_once_and_those_that_brake_apart() -> None:
    room = Stopped()
    for lane, belt, speed in ((1, "moving", 500), (2, "unknown", None), (3, "moving", 300)):
        room.hear(lane, T + 2, belt, speed)
    assert room.headline(T + 2) == ("GO AND LOOK", "Not known to be still: lane 2. Braking: lanes 1, 3.")


def test_a_belt_that_was_paused_before_it_moved_tells_no_arrival_that_has_the_pause_in_it() -> None:
    belt, happened = Belt(), []
    belt.new_start(10.0)
    belt.armed()
    shows = [(7.0, Phase.COUNTDOWN, 0), (10.0, Phase.STARTING, 0), (12.0, Phase.PAUSED, 0), (65.0, Phase.STARTING, 0)]
    for now, phase, speed in [*shows, (67.0, Phase.RUNNING, 300)]:
        happened += belt.see(Seen(phase, None, Speed(speed), Grade(0)), now)
    assert [one for one in happened if isinstance(one, Moved)] == []


def test_whoever_comes_late_is_no_problem_while_their_own_countdown_runs() -> None:
    coach = Coach("gym", "c1", KEY.public, T - 60)
    coach.step(T - 50)
    head: dict[str, Any] = {"studio": "gym", "boot": "b", "class_id": "monday"}
    coach.offer("monday", "Hills", HILLS, T - 40)
    for lane, at in ((1, T - 13), (2, T + 30)):
        ready = Ready(**head, lane=lane, seq=1, offer="x", ready=True)
        coach.hear(topic_of(ready), canonical(ready), False, at)
        assert lane == 2 or not coach.start(T - 12)
    state = State(**head, lane=2, seq=2, phase=LanePhase.COUNTING.value, belt="still")
    for after, mood in ((5, Mood.COUNTING), (15, Mood.COUNTING), (17, Mood.NOT_MOVING)):
        coach.hear(topic_of(state), canonical(replace(state, seq=2 + after)), False, T + 30 + after)
        (tile_of_2,) = [one for one in room_view(coach, T + 30 + after, linked=True).lanes if one.lane == 2]
        assert tile_of_2.mood is mood, after


def test_a_room_that_hears_no_lane_says_where_to_look() -> None:
    coach = Coach("gym", "c1", KEY.public, T - 60)
    coach.step(T)
    view = room_view(coach, T, linked=True)
    assert (view.headline, view.line) == ("0 LANES HERE", "No lane is heard yet: are their computers on?")


# --- minutes of decline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cap_s", "fewer", "more", "words"),
    [
        (None, 300, None, "6 min downhill, as written"),
        (300, 240, None, "at most 5 of 6 min downhill, then level"),
        (60, 0, 120, "at most 1 of 6 min downhill, then level"),
        (0, 0, 60, "level all the way, no minute downhill"),
        (900, 840, None, "6 min downhill, as written"),
    ],
)
def test_minutes_down_go_one_by_one_between_none_and_what_is_written(
    cap_s: int | None, fewer: int, more: int | None, words: str
) -> None:
    assert (fewer_minutes(cap_s, 340.0), more_minutes(cap_s, 340.0), cap_words(cap_s, 340.0)) == (fewer, more, words)


def test_a_tile_has_its_cap_only_where_that_takes_something_away() -> None:
    head: dict[str, Any] = {"studio": "gym", "coach": "c1", "class_id": "monday", "lanes": "all", "id": "x", "seq": 1}
    offer = Offer(**head, issued_ms=0, expires_ms=0, title="Hills", program=HILLS, decline_s=60, decline_of=((1, 300),))
    view = seen(LanePhase.READY.value)
    assert shown(view, offer=offer, decline_s=120.0).cap_s is None
    assert shown(replace(view, lane=2), offer=offer, decline_s=120.0).cap_s == 60
    assert shown(replace(view, lane=2), offer=offer, decline_s=120.0, stopped_at=T - 9).cap_s is None


# --- who goes level ---------------------------------------------------------------------------------------------------


def offered(program: str = HILLS) -> dict[str, Any]:
    head: dict[str, Any] = {"studio": "gym", "coach": "c1", "class_id": "monday", "lanes": "all", "id": "x", "seq": 1}
    return {"offer": Offer(**head, issued_ms=0, expires_ms=0, title="Hills", program=program), "class_id": "monday"}


@pytest.mark.parametrize(
    ("phase", "belt", "level"),
    [
        (LanePhase.READY.value, "still", True),
        (Phase.RUNNING.value, "moving", True),
        (Phase.PAUSED.value, "still", True),
        (LanePhase.OFFERED.value, "still", False),
        (LanePhase.OVER.value, "still", False),
    ],
)
def test_a_runner_who_goes_level_is_shown_so_from_ready_on_and_not_why(phase: str, belt: str, level: bool) -> None:
    lane = seen(phase, belt)
    assert not shown(lane, **offered(), decline_s=120.0, **RUNNING).level
    lane.level = True
    found = shown(lane, **offered(), decline_s=120.0, **RUNNING)
    assert found.level is level
    assert found.limited == ""
    assert not shown(lane, **offered(), decline_s=0.0, **RUNNING).level, "so is the program"
