"""Where a runner is in a workout: by time, by distance with a cap, on ramps, and after skip, back and extend."""

from __future__ import annotations

import pytest
from engine_bench import runner, segment, workout
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.course import Course
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind


def course(*segments: Segment, easy: int = 900) -> Course:
    return Course(workout(*segments), runner(easy=easy))


def test_a_segment_by_time_ends_by_time_and_what_is_over_counts_for_the_next() -> None:
    c = course(segment(60), segment(30))
    assert not c.advance(59.75, 100.0)
    assert c.left_s(Speed(900)) == 0.25
    assert c.advance(0.5, 1.0)
    assert (c.index, c.elapsed_s, c.distance_m) == (1, 0.25, 0.0)
    assert c.advance(29.75, 50.0)
    assert c.done


def test_a_segment_by_distance_ends_by_distance() -> None:
    c = course(segment(600, metres=400), segment(30))
    assert not c.advance(100.0, 399.0)
    assert c.left_m() == 1.0
    assert c.left_s(Speed(360)) == pytest.approx(1.0), "1 m at 1 m/s"
    assert c.advance(1.0, 1.0)
    assert c.index == 1


def test_a_segment_by_distance_has_a_time_cap() -> None:
    c = course(segment(60, metres=400), segment(30))
    assert c.left_s(None) == c.left_s(Speed(0)) == 60.0, "a belt that is not seen moving has only the cap left"
    assert not c.advance(59.0, 0.0)
    assert c.advance(1.0, 0.0)


def test_a_ramp_goes_linearly_and_is_rounded_toward_where_it_began() -> None:
    c = course(segment(100, 0, grade_to=-100))
    asked = []
    for _ in range(100):
        asked.append(int(c.asked_grade()))
        c.advance(1.0, 0.0)
    assert asked[:3] == [0, -1, -2]
    assert asked == sorted(asked, reverse=True)
    assert min(asked) == -99


def test_a_ramp_by_distance_goes_by_distance() -> None:
    c = course(segment(600, 0, grade_to=-100, metres=100))
    c.advance(300.0, 25.0)
    assert c.asked_grade() == -25


def test_a_ramp_of_pace_is_in_terms_of_the_runner() -> None:
    easy, slow = Relative(Base.EASY), Relative(Base.WALK)
    c = course(Segment(SegmentKind.WARM_UP, 100, pace_from=slow, pace_to=easy))
    assert c.asked_speed() == 450
    c.advance(50.0, 0.0)
    assert c.asked_speed() == 675


def test_skip_back_and_extend() -> None:
    c = course(segment(60), segment(60), segment(60))
    c.skip()
    assert (c.index, c.elapsed_s) == (1, 0.0)
    c.advance(4.75, 10.0)
    c.back()
    assert c.index == 0, "within five seconds, the one before"
    c.skip()
    c.advance(5.0, 10.0)
    c.back()
    assert (c.index, c.elapsed_s, c.distance_m) == (1, 0.0, 0.0)
    assert c.extend() == "60 s more"
    assert c.left_s(None) == 120.0
    c.skip()
    c.back()
    assert (c.index, c.left_s(None)) == (1, 60.0), "an extension belongs to the time it was pressed"
    c.skip()
    c.skip()
    c.skip()
    assert c.done
    c.back()
    assert c.index == 2


def test_extending_a_segment_by_distance_gives_metres_and_a_minute_for_them() -> None:
    c = course(segment(60, metres=400))
    assert c.extend() == "200 m more"
    assert (c.left_m(), c.left_s(None)) == (600.0, 120.0)


def test_back_at_the_very_start_stays() -> None:
    c = course(segment(60))
    c.back()
    assert c.index == 0


def test_what_follows_is_known_until_there_is_nothing() -> None:
    c = course(segment(60, 0, 900), segment(30, -40, 800))
    following = c.following
    assert following is not None
    assert (following.grade_from, c.following_speed) == (-40, 800)
    c.skip()
    assert [c.following] == [None]
    c.skip()
    assert c.segment.grade_from == -40, "the last one once the course is done"


@given(st.lists(st.sampled_from(["skip", "back", "extend", "second"]), max_size=60))
def test_a_course_never_asks_for_what_the_file_does_not(deeds: list[str]) -> None:
    c = course(segment(20, -30, 800, grade_to=-90), segment(10, 40, 700), segment(600, 0, 900, metres=50))
    for deed in deeds:
        match deed:
            case "skip":
                c.skip()
            case "back":
                c.back()
            case "extend":
                c.extend()
            case _:
                c.advance(1.0, 2.5)
        assert Grade(-90) <= c.asked_grade() <= Grade(40)
        assert Speed(700) <= c.asked_speed() <= Speed(900)
        assert c.left_s(Speed(900)) >= 0.0
        assert 0 <= c.index <= 3
