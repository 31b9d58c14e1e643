"""What staff are told of each lane and of the room, with values: plain words, the most urgent first."""

from __future__ import annotations

from typing import Any

import pytest

from treadctl.engine.phases import Phase
from treadctl.studio.lane_tile import URGENT, LaneTile, Mood, Room, tile
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import Event, Reason, State
from treadctl.studio.room_view import late_words, named, place_in, workout_of
from treadctl.studio.roster import LaneView, Late

T = 1_800_000_000.0
HILLS = "title: Hills\nsteps:\n  - warm-up: 4 min\n  - decline: 2 min\n    grade: -4\n    speed: easy\n  - cool-down: 4 min\n"


def seen(phase: str, belt: str = "still", *, ago: float = 0.5, moved: bool = False, **more: Any) -> LaneView:
    head: dict[str, Any] = {"studio": "gym", "lane": 1, "boot": "b", "seq": 1, "class_id": "monday"}
    state = State(**head, phase=phase, belt=belt, **more)  # type: ignore[arg-type] # a word of Belt
    event = Event(**head, what="moving", command_late_ms=1, belt_after_ms=900) if moved else None
    return LaneView(1, "b", True, T - ago, state, T - ago, moved=event)


def shown(view: LaneView, **room: Any) -> LaneTile:
    return tile(view, Room(T, **room))


RUNNING: dict[str, Any] = {"expected": frozenset({1}), "t0": T - 60}


@pytest.mark.parametrize(
    ("view", "room", "mood", "word"),
    [
        (seen(LanePhase.WAITING.value), {}, Mood.FREE, "free"),
        (seen(LanePhase.OFFERED.value), {}, Mood.NOT_READY, "not ready"),
        (seen(LanePhase.READY.value), {}, Mood.READY, "READY"),
        (seen(LanePhase.COUNTING.value), {"expected": frozenset({1}), "t0": T + 5}, Mood.COUNTING, "counting"),
        (seen(Phase.STARTING.value), {"expected": frozenset({1}), "t0": T - 2}, Mood.COUNTING, "starting"),
        (seen(Phase.STARTING.value), RUNNING, Mood.NOT_MOVING, "NOT MOVING"),
        (seen(Phase.COUNTDOWN.value, moved=True), RUNNING, Mood.COUNTING, "3, 2, 1"),
        (seen(Phase.RUNNING.value, "moving"), RUNNING, Mood.MOVING, "moving"),
        (seen(Phase.RUNNING.value, moved=True), RUNNING, Mood.NOT_MOVING, "NOT MOVING"),
        (seen(Phase.PAUSED.value), RUNNING, Mood.PAUSED, "paused"),
        (seen(Phase.HANDS_OFF.value, "moving"), RUNNING, Mood.HANDS_OFF, "CONSOLE HAS IT"),
        (seen(Phase.UNLINKED.value, "unknown"), RUNNING, Mood.NO_TREADMILL, "NO TREADMILL"),
        (seen(Phase.RUNNING.value, "moving", ago=27), RUNNING, Mood.GONE, "GONE 0:27"),
        (seen(LanePhase.WAITING.value, ago=27), {}, Mood.OFF, "off"),
        (LaneView(1), {}, Mood.OFF, "off"),
        (LaneView(1), RUNNING, Mood.GONE, "GONE"),
        (seen(Phase.RUNNING.value, "moving", hears_coach=False), {"deaf_counts": True}, Mood.DEAF, "DOESN'T HEAR"),
        (seen(Phase.RUNNING.value, "moving", hears_coach=False), {}, Mood.MOVING, "moving"),
        (seen(Phase.STOPPING.value, "moving"), {"stopped_at": T - 3}, Mood.NOT_STILL, "STILL MOVING"),
        (seen(Phase.OVER.value, "unknown"), {"stopped_at": T - 3}, Mood.NOT_STILL, "BELT UNKNOWN"),
        (seen(Phase.OVER.value, "still", ago=4), {"stopped_at": T - 3}, Mood.NOT_STILL, "BELT UNKNOWN"),
        (seen(Phase.OVER.value), {"stopped_at": T - 3}, Mood.DONE, "done"),
        (seen(LanePhase.WAITING.value), {"stopped_at": T - 3}, Mood.STILL, "still"),
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


def test_numbers_of_a_lane_that_is_gone_are_not_shown_as_if_they_were_fresh() -> None:
    found = shown(seen(Phase.RUNNING.value, "moving", ago=27), **RUNNING)
    assert (found.speed, found.grade, found.asked_grade) == (None, None, None)


def test_who_is_late_is_said_by_commands_and_by_belts_apart() -> None:
    late = (Late(1, 3, 900, None), Late(2, -4, 1400, None), Late(3, 250, 1000, None), Late(4, None, None, 7.4))
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
