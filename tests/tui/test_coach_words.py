"""What the console's line says while a class runs: who does not move and why, and nobody late who paused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_room import PROGRAM, FakeRoom, moment

from treadctl.engine.phases import Phase
from treadctl.studio.lane_tile import LaneTile, Mood
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import Ready
from treadctl.studio.room_view import RoomView, room_view
from treadctl.tui.coach.parts import line
from treadctl.tui.coach.tiles import rows
from treadctl.units import Grade, Speed


def running(lanes: int = 5) -> FakeRoom:
    """A class whose T0 was five minutes ago, all of whose belts move."""
    room = FakeRoom(lanes)
    room.states(LanePhase.WAITING.value)
    room.lead()
    room.coach.offer("monday", "Hills", PROGRAM, room.now)
    room.states(LanePhase.READY.value)
    room.coach.start(room.now)
    room.now += 312
    room.states(Phase.RUNNING.value, "moving", real_speed=Speed(800))
    return room


def view(room: FakeRoom) -> RoomView:
    return room_view(room.coach, room.now, linked=True)


def test_the_line_beneath_names_the_lanes_that_do_not_move_and_what_they_do_instead() -> None:
    room = running()
    room.state(4, Phase.PAUSED.value)
    room.state(5, LanePhase.OVER.value)
    assert (view(room).headline, view(room).line) == ("3 OF 5 MOVING", "Not moving: 4 paused; 5 done. R offers to go on.")


def test_who_counts_down_again_after_a_pause_is_named_too() -> None:
    room = running(8)
    room.states(Phase.PAUSED.value)
    assert view(room).line == "Not moving: 1, 2, 3, 4, 5, 6, 7, 8 paused. R offers to go on."
    for lane in range(1, 5):
        room.state(lane, Phase.COUNTDOWN.value)
    words = "On their way, as treadmills count down themselves: lanes 1, 2, 3, 4."
    assert view(room).line == f"Not moving: 5, 6, 7, 8 paused. R offers to go on. {words}"


def test_beyond_a_dozen_the_lanes_that_do_not_move_are_counted() -> None:
    room = running(20)
    room.states(LanePhase.OVER.value)
    assert view(room).line == "Not moving: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and 8 more done."


def test_whoever_goes_on_after_a_pause_before_the_belt_moved_is_not_late_from_the_first_start_on() -> None:
    room = running(3)
    assert room.coach.t0 is not None
    room.now = room.coach.t0 + 2
    room.coach.expected.update(dict.fromkeys((1, 2, 3), room.coach.t0))
    for _ in range(50):
        room.states(Phase.PAUSED.value)
        room.now += 1
    assert view(room).line == "Not moving: 1, 2, 3 paused. R offers to go on."
    room.states(Phase.COUNTDOWN.value)
    assert view(room).problems == ()
    room.now += 7
    room.states(Phase.STARTING.value)
    assert view(room).problems == ()
    assert view(room).line == "On their way, as treadmills count down themselves: lanes 1, 2, 3."
    room.now += 4
    room.states(Phase.STARTING.value)
    assert [lane.mood for lane in view(room).problems] == [Mood.NOT_MOVING] * 3


def test_a_lane_whose_program_starts_anew_goes_level_only_when_it_says_so_again() -> None:
    room = running(1)
    room.hear(Ready(**room.head(1, "monday"), offer="x", ready=True, level=True))
    assert room.coach.roster[1].level
    room.hear(Ready(**(room.head(1, "monday") | {"boot": "b2"}), offer="x", ready=True))
    assert not room.coach.roster[1].level


# --- how it is laid out ------------------------------------------------------------------------------------------------


def test_a_console_that_does_not_lead_names_the_belts_nobody_knows_to_be_still_too() -> None:
    stopped = moment("stopping", 8)
    other = replace(stopped, leads=False, other="front-desk")
    assert "lane 4" in line(other, 118)
    assert line(other, 118) == line(stopped, 118)
    led = replace(moment("running", 8), leads=False, other="front-desk")
    assert line(led, 118) == "front-desk leads: from here only STOP ALL and WALK ALL. O takes over."


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (120, "On their way: lane 2. Late: lane 3 by 0.2 s. Commands within 254 ms, belts 0.9 to 1.4 s after them."),
        (78, "On their way: lane 2. Late: lane 3 by 0.2 s."),
        (30, "On their way: lane 2."),
        (10, "On their way: lane 2."),
    ],
)
def test_the_line_ends_with_a_whole_sentence(width: int, text: str) -> None:
    whole = "On their way: lane 2. Late: lane 3 by 0.2 s. Commands within 254 ms, belts 0.9 to 1.4 s after them."
    assert line(replace(moment("running", 8), line=whole), width) == text


def drawn(lane: LaneTile, width: int, height: int) -> str:
    return "\n".join(row.plain.rstrip() for row in rows(lane, width, height))


@pytest.mark.parametrize(("mood", "word"), [(Mood.PAUSED, "pausing"), (Mood.BRAKING, "braking")])
@pytest.mark.parametrize(("width", "height"), [(15, 1), (19, 2), (19, 4), (29, 8)])
def test_a_belt_that_brakes_shows_its_speed_in_every_size_of_a_tile(mood: Mood, word: str, width: int, height: int) -> None:
    lane = LaneTile(7, "Ana", mood, word, speed=Speed(310), grade=Grade(0))
    assert "3.1" in drawn(lane, width, height)
    assert "3.1" not in drawn(replace(lane, speed=Speed(0)), width, height)


@pytest.mark.parametrize("mood", [Mood.MOVING, Mood.READY])
@pytest.mark.parametrize(("width", "height"), [(15, 1), (19, 2), (19, 4), (29, 8)])
def test_a_runner_who_goes_level_is_shown_so_in_every_size_of_a_tile(mood: Mood, width: int, height: int) -> None:
    lane = LaneTile(17, "Ana", mood, "moving" if mood is Mood.MOVING else "READY", speed=Speed(820), grade=Grade(0), level=True)
    assert "level" in drawn(lane, width, height)
    assert "level" not in drawn(replace(lane, level=False), width, height)
