"""What is believed of telemetry: stillness, live and frozen frames, glitches, how fast a machine moves."""

from __future__ import annotations

import pytest
from engine_bench import deck

from treadctl.engine.belt import Belt
from treadctl.engine.sight import Readings, Sight
from treadctl.engine.words import Telemetry
from treadctl.units import Grade, Speed


def frame(speed: int | None = None, grade: int | None = None, elapsed_s: int | None = None) -> Telemetry:
    return Telemetry(None if speed is None else Speed(speed), None if grade is None else Grade(grade), elapsed_s=elapsed_s)


def belt_at_zero(frames: int, since: float = 10.0) -> Belt:
    belt = Belt()
    belt.see(frame(900), since - 1.0)
    for n in range(frames):
        belt.see(frame(0), since + n)
    return belt


# --- stillness --------------------------------------------------------------------------------------------------------


def test_a_belt_is_still_after_three_seconds_of_zero_frames() -> None:
    assert not belt_at_zero(3).still(12.9)
    assert belt_at_zero(4).still(13.0)


def test_one_zero_frame_is_not_stillness_however_long_ago() -> None:
    belt = belt_at_zero(1)
    assert not any(belt.still(10.0 + quarter / 4) for quarter in range(400))


def test_stillness_is_forgotten_with_the_last_fresh_frame_and_with_a_gap() -> None:
    belt = belt_at_zero(4)
    assert not belt.still(16.1), "3 s old"
    belt.see(frame(0), 30.0)
    assert not belt.still(30.0), "what it did meanwhile nobody saw"
    for n in range(31, 34):
        belt.see(frame(0), float(n))
    assert belt.still(33.0)


def test_a_missing_speed_is_never_zero() -> None:
    belt = Belt()
    for n in range(10):
        belt.see(frame(None, -40), float(n))
    assert belt.speed is None
    assert not belt.still(9.0)
    assert belt.age(9.0) == float("inf")


def test_after_a_start_zero_means_nothing_for_half_a_minute_or_until_it_has_moved() -> None:
    belt = belt_at_zero(4)
    belt.may_start(13.0)
    for n in range(14, 60):
        belt.see(frame(0), float(n))
        assert belt.still(float(n)) == (n > 43)
    belt.may_start(60.0)
    belt.see(frame(80), 61.0)
    for n in range(62, 66):
        belt.see(frame(0), float(n))
    assert belt.still(65.0)


def test_a_stop_that_was_accepted_calls_a_start_off() -> None:
    belt = belt_at_zero(4)
    belt.may_start(13.0)
    belt.start_called_off()
    assert belt.still(13.0)


# --- live and frozen --------------------------------------------------------------------------------------------------


def running_belt(seconds: int) -> Belt:
    belt = Belt()
    for n in range(seconds):
        belt.see(frame(900, -40, elapsed_s=n), float(n))
    return belt


def test_repeated_frames_of_a_machine_whose_seconds_run_do_not_count_as_news() -> None:
    belt = running_belt(10)
    for n in range(10, 20):
        belt.see(frame(900, -40, elapsed_s=9), float(n))
        assert belt.age(float(n)) == n - 9.0


def test_frozen_frames_count_again_once_anything_changes() -> None:
    belt = running_belt(10)
    belt.see(frame(900, -40, elapsed_s=9), 15.0)
    belt.see(frame(880, -40, elapsed_s=9), 16.0)
    assert belt.age(16.0) == 0.0


@pytest.mark.parametrize("elapsed_s", [None, 0, 5999])
def test_seconds_that_were_never_seen_to_run_say_nothing(elapsed_s: int | None) -> None:
    belt = Belt()
    for n in range(60):
        belt.see(frame(900, 0, elapsed_s=elapsed_s), float(n))
    assert belt.age(59.0) == 0.0


def test_a_counter_of_minutes_is_not_taken_for_one_of_seconds() -> None:
    belt = Belt()
    for n in range(600):
        belt.see(frame(900, 0, elapsed_s=n // 60 * 60), float(n))
        assert belt.age(float(n)) == 0.0


def test_a_still_belt_may_say_the_same_for_ever() -> None:
    belt = running_belt(10)
    for n in range(10, 100):
        belt.see(frame(0, 0, elapsed_s=10), float(n))
    assert belt.still(99.0)


def test_a_record_split_over_two_frames_freezes_as_a_whole() -> None:
    belt = Belt()
    for n in range(10):
        belt.see(frame(900, None, elapsed_s=n), float(n))
        belt.see(frame(None, -40), n + 0.004)
    for n in range(10, 16):
        belt.see(frame(900, None, elapsed_s=9), float(n))
        belt.see(frame(None, -40), n + 0.004)
    assert belt.age(15.0) == 6.0


# --- readings and glitches --------------------------------------------------------------------------------------------


def test_seen_is_what_two_readings_half_a_second_apart_show() -> None:
    readings = Readings()
    assert (readings.confirmed(), readings.lately(), readings.age(0.0)) == (False, [], float("inf"))
    readings.add(900, 10.0)
    assert not readings.confirmed()
    readings.add(901, 10.4)
    assert not readings.confirmed()
    readings.add(902, 10.5)
    assert readings.confirmed()
    assert readings.age(11.0) == 0.5


def test_a_gap_makes_the_next_reading_a_single_one_again() -> None:
    readings = Readings()
    readings.add(900, 10.0)
    readings.add(900, 11.0)
    readings.add(900, 14.5)
    assert not readings.confirmed()


def test_lately_is_the_last_half_second_and_one_before() -> None:
    readings = Readings()
    for n in range(8):
        readings.add(n, n / 4)
    assert readings.lately() == [5, 6, 7]


def sight_at(grade: int) -> Sight:
    sight = Sight(deck())
    for n in range(3):
        sight.see(frame(900, grade), float(n))
    return sight


def test_a_leap_that_no_deck_can_make_waits_for_a_second_reading() -> None:
    sight = sight_at(-40)
    sight.see(frame(900, -150), 3.0)
    assert (sight.grade, sight.raw_grade) == (-40, -150)
    sight.see(frame(900, -40), 4.0)
    assert sight.grade == -40
    sight.see(frame(900, -150), 5.0)
    sight.see(frame(900, -150), 6.0)
    assert sight.grade == -150, "a deck that shows its target is believed a frame later"


def test_an_ordinary_move_is_believed_at_once() -> None:
    sight = sight_at(-40)
    sight.see(frame(900, -55), 3.0)
    assert sight.grade == -55


def test_belt_and_deck_are_seen_or_not_each_by_itself() -> None:
    sight = sight_at(-40)
    assert sight.sees(3.0, 2.0)
    for n in range(3, 8):
        sight.see(frame(900, None), float(n))
    assert sight.sees_belt(7.0, 2.0)
    assert not sight.sees_deck(7.0, 2.0)
    assert not sight.sees(7.0, 2.0)


def test_how_fast_a_deck_moves_is_learned_within_a_factor_of_five() -> None:
    sight = Sight(deck())
    for n in range(30):
        sight.see(frame(900, -3 * n), float(n))
    assert sight.deck_down.per_s == pytest.approx(3.0, abs=0.1)
    assert sight.deck_travel_s(Grade(-100)) == pytest.approx(13 / 3, abs=0.2)
    assert sight.deck_up.per_s == 5.0, "the other way is another matter"
    for n in range(300):
        sight.see(frame(900, -n % 2), 100.0 + n / 100)
    assert 1.0 <= sight.deck_up.per_s <= 25.0


def test_true_grade_is_what_the_machine_reports_and_what_it_is_propped_up_by() -> None:
    sight = Sight(deck(lowest=0, offset=-50))
    sight.see(frame(900, 10), 0.0)
    assert sight.grade == -40


def test_a_heart_rate_stays_as_it_was_when_it_is_not_told() -> None:
    sight = Sight(deck())
    sight.see(Telemetry(heart_rate_bpm=140), 0.0)
    sight.see(frame(900), 1.0)
    assert sight.heart_rate_bpm == 140
