"""The third net, belt and state: what may be made faster when, and that slower, pause and stop clear in every state."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan
from typing import Any

import pytest
from gates import CONTROL, DECK, NONSENSE, PAUSE, PROPPED, SILENT, START, STOP, Bench, incline, speed
from hypothesis import given
from hypothesis import strategies as st

from treadctl.safety import FLAT, Gate, Limits, Reason, SpeedUnit
from treadctl.units import Grade, Speed

STATES: dict[str, Callable[[], Bench]] = {
    "new": Bench,
    "running": lambda: Bench(kmh=800),
    "blind": lambda: Bench(kmh=800).blind(),
    "latched": lambda: Bench(kmh=800).latch(),
    "latched and blind": lambda: Bench(kmh=800).latch().blind(),
    "still": lambda: Bench(kmh=0),
    "still on a tipped deck": lambda: Bench(kmh=0, grade=-90),
    "of a machine without incline": lambda: Bench(kmh=800, deck=FLAT),
    "of a silent deck": lambda: Bench(kmh=800, grade=None, deck=SILENT),
    "of a propped deck": lambda: Bench(kmh=800, grade=0, deck=PROPPED),
    "with shut limits": lambda: Bench(kmh=800, limits=Limits(Grade(0), Grade(0), Speed(0))),
}


@pytest.mark.parametrize("state", STATES.values(), ids=list(STATES))
@pytest.mark.parametrize("time", [None, nan, inf, -inf, -1e9])
def test_stop_pause_and_level_clear_in_every_state_at_any_time(state: Callable[[], Bench], time: float | None) -> None:
    bench = state()
    if time is not None:
        bench.now = time
    level = incline(50 if bench.gate._deck is PROPPED else 0)
    assert bench.lets(STOP, PAUSE, STOP, level, level, PAUSE)


def test_rule_3_the_gate_rereads_the_final_bytes_and_only_it_makes_what_is_written() -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(bytes.fromhex("03 9b ff")) is Reason.PAST_THE_HARD_STOP  # −10.1
    assert str(Reason.PAST_THE_HARD_STOP.value) == "steeper than the hard stop of -10 %"
    assert bench.refusal(speed(801)) is Reason.LATCHED
    assert bench.lets(STOP)


# --- latching --------------------------------------------------------------------------------------------------------


def test_what_is_illegal_latches_for_good_and_the_first_reason_stays() -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(incline(-101)) is Reason.PAST_THE_HARD_STOP
    assert bench.refusal(NONSENSE) is Reason.NOT_A_COMMAND
    assert bench.gate.latched is Reason.PAST_THE_HARD_STOP
    gate: Any = bench.gate
    with pytest.raises(AttributeError):
        gate.latched = None
    bench.show(800, 0, seconds=60)
    for held in (CONTROL, START, speed(801), incline(-5), incline(5)):
        assert bench.refusal(held) is Reason.LATCHED
    assert bench.lets(speed(799), incline(0), PAUSE, STOP)


@pytest.mark.parametrize("payload", [speed(0), speed(2501), speed(65535), incline(151), incline(-32768), b"", b"\x07\x01"])
def test_illegal_bytes_latch_the_gate(payload: bytes) -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(payload) is bench.gate.latched is not None


def test_what_is_only_too_much_does_not_latch() -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(speed(1001)) is Reason.TOO_BIG
    assert bench.refusal(incline(-41)) is Reason.TOO_BIG
    assert bench.refusal(START) is Reason.BELT_NOT_STILL
    assert bench.gate.latched is None
    assert bench.lets(CONTROL, incline(-40))
    assert Bench(kmh=800).lets(speed(1000))


# --- limits ----------------------------------------------------------------------------------------------------------


def test_faster_than_the_limits_is_illegal_and_slower_than_the_belt_is_not() -> None:
    limits = Limits(fastest=Speed(900))
    assert Bench(kmh=800, limits=limits).lets(speed(900))
    assert Bench(kmh=800, limits=limits).refusal(speed(901)) is Reason.OUT_OF_LIMITS
    assert Bench(kmh=1200, limits=limits).lets(speed(1100))


def test_the_fastest_and_the_slowest_words_can_leave() -> None:
    assert Bench(kmh=2400).lets(speed(2500), speed(1))


# --- slower ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hundredths", [1, 400, 799, 800])
def test_slower_than_shown_clears_latched_too_soon_and_while_the_deck_gets_steeper(hundredths: int) -> None:
    assert Bench(kmh=800).latch().lets(speed(hundredths))
    soon = Bench(kmh=800)
    assert soon.lets(speed(850), speed(hundredths))
    tipping = Bench(kmh=800)
    assert tipping.lets(incline(-40), speed(hundredths))


def test_slower_than_cleared_clears_blind() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(900))
    bench.show(900).blind()
    assert bench.refusal(speed(901)) is Reason.BLIND
    assert bench.lets(speed(900), speed(899), speed(300))


def test_blind_nothing_is_slower_when_nothing_was_cleared() -> None:
    for bench in (Bench(), Bench(kmh=800).blind(3.01)):
        assert bench.refusal(speed(100)) is Reason.BLIND


def test_blind_a_belt_that_was_seen_slowed_or_still_is_not_made_faster() -> None:
    for shown in (0, 400):
        bench = Bench(kmh=1000)
        assert bench.lets(speed(1000))
        bench.show(1000).show(shown).blind()
        assert bench.refusal(speed(900)) is Reason.BLIND


def test_a_stray_zero_does_not_hold_a_slow_down_back() -> None:
    bench = Bench(kmh=1000)
    assert bench.lets(speed(1000))
    bench.show(1000).show(0, seconds=2)
    assert bench.lets(speed(900))


def test_a_raise_that_is_under_way_can_be_taken_back_even_latched() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(1000))
    bench.show(810, seconds=1).latch()
    assert bench.refusal(speed(1001)) is Reason.LATCHED
    assert bench.lets(speed(990))


def test_a_belt_that_somebody_slowed_is_not_made_faster_below_what_was_once_cleared() -> None:
    bench = Bench(kmh=1000)
    assert bench.lets(speed(1000))
    bench.show(1000).show(400).latch()
    assert bench.refusal(speed(461)) is Reason.LATCHED
    assert bench.lets(speed(460))  # within a belt's wobble


def test_one_glitch_does_not_make_what_was_once_cleared_slower_again() -> None:
    bench = Bench(kmh=1000)
    assert bench.lets(speed(1000))
    bench.show(1000).show(400).show(1000, seconds=1).show(400, seconds=1).latch()
    assert bench.refusal(speed(900)) is Reason.LATCHED


def test_after_a_gap_the_first_reading_is_enough_to_slow_down() -> None:
    bench = Bench(kmh=1000)
    assert bench.lets(speed(1000))
    bench.show(1000).blind().show(1000, seconds=1).latch()
    assert bench.lets(speed(900))


def test_slowed_before_it_arrived_it_is_given_twenty_seconds_and_two_kilometres_an_hour() -> None:
    def after(seconds: int) -> Bench:
        bench = Bench(kmh=800)
        assert bench.lets(speed(1000))
        return bench.show(400, seconds=seconds).latch()

    assert after(20).refusal(speed(601)) is Reason.LATCHED
    assert after(20).lets(speed(600))
    assert after(21).refusal(speed(600)) is Reason.LATCHED
    assert after(21).lets(speed(460))


def test_a_belt_that_somebody_made_faster_can_be_slowed_from_where_it_is() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(800))
    bench.show(800).show(1200)
    assert bench.lets(speed(1300))
    bench.show(1300).latch()
    assert bench.refusal(speed(1301)) is Reason.LATCHED
    assert bench.lets(speed(1290))


def test_a_slow_down_under_way_is_not_undone_as_something_slower_than_the_belt() -> None:
    bench = Bench(kmh=1200)
    assert bench.lets(speed(400))
    bench.show(1100, seconds=2)
    assert bench.refusal(speed(1000)) is Reason.TOO_BIG
    assert bench.lets(speed(600))


@pytest.mark.parametrize(("arrives", "reason"), [(460, None), (340, None), (461, Reason.TOO_BIG), (339, Reason.TOO_BIG)])
def test_a_belt_has_arrived_within_six_tenths_of_what_was_cleared(arrives: int, reason: Reason | None) -> None:
    bench = Bench(kmh=1200)
    assert bench.lets(speed(400))
    bench.show(arrives, seconds=2).show(1000, seconds=2)
    assert bench.refusal(speed(1010)) is reason


def test_a_single_reading_is_no_arrival() -> None:
    bench = Bench(kmh=1200)
    assert bench.lets(speed(400))
    bench.show(1100, seconds=1).show(400, seconds=1).show(1000, seconds=2)
    assert bench.refusal(speed(1010)) is Reason.TOO_BIG


# --- faster ----------------------------------------------------------------------------------------------------------


def test_a_raise_is_at_most_two_kilometres_an_hour_above_the_slower_of_shown_and_cleared() -> None:
    assert Bench(kmh=800).refusal(speed(1001)) is Reason.TOO_BIG
    bench = Bench(kmh=800)
    assert bench.lets(speed(1000))
    bench.show(850, seconds=1)
    assert bench.refusal(speed(1051)) is Reason.TOO_BIG  # 850 and 800 are shown, 1000 is cleared
    bench.show(850, seconds=1)
    assert bench.refusal(speed(1051)) is Reason.TOO_BIG
    assert bench.lets(speed(1050))


def test_one_second_lies_between_two_raises() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(850))
    bench.now += 0.999
    assert bench.refusal(speed(900)) is Reason.TOO_SOON
    bench.now += 0.001
    assert bench.lets(speed(900))


def test_a_raise_needs_a_reading_of_the_last_three_seconds() -> None:
    assert Bench(kmh=800).blind(3.0).lets(speed(900))
    assert Bench(kmh=800).blind(3.001).refusal(speed(900)) is Reason.BLIND


def test_a_reading_from_the_future_is_no_sight() -> None:
    assert Bench(kmh=800).blind(-0.001).refusal(speed(900)) is Reason.BLIND


def test_a_raise_needs_two_readings_half_a_second_apart() -> None:
    for gap, reason in ((0.0, Reason.BLIND), (0.499, Reason.BLIND), (0.5, None)):
        bench = Bench()
        bench.frame(800, 0)
        bench.now += gap
        if gap:
            bench.frame(800, 0)
        assert bench.refusal(speed(900)) is reason


def test_readings_more_than_three_seconds_apart_do_not_bear_each_other_out() -> None:
    for gap, reason in ((3.0, None), (3.001, Reason.BLIND)):
        bench = Bench()
        bench.frame(800, 0)
        bench.now += gap
        bench.frame(800, 0)
        assert bench.refusal(speed(900)) is reason


@pytest.mark.parametrize("frames", [1, 4])
def test_no_glitch_shorter_than_half_a_second_is_a_reference(frames: int) -> None:
    bench = Bench(kmh=500)
    for _ in range(frames):
        bench.now += 0.125
        bench.frame(2000, 0)
    assert bench.refusal(speed(701)) is Reason.TOO_BIG
    assert bench.refusal(speed(1999)) is Reason.TOO_BIG
    assert bench.lets(speed(700))


def test_half_a_second_is_long_enough_to_be_believed() -> None:
    bench = Bench(kmh=500)
    for _ in range(2):
        bench.now += 0.5
        bench.frame(2000, 0)
    assert bench.lets(speed(2200))


@pytest.mark.parametrize("zeros", [1, 2])
def test_a_belt_that_is_not_seen_moving_is_given_no_speed(zeros: int) -> None:
    bench = Bench(kmh=100).show(0, seconds=zeros)
    assert bench.refusal(speed(150)) is Reason.BELT_STILL
    bench.show(100, seconds=1)
    assert bench.refusal(speed(150)) is Reason.BELT_STILL
    bench.show(100, seconds=1)
    assert bench.lets(speed(150))


def test_a_belt_that_stands_still_is_given_no_speed_whatever_was_cleared_before() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(800))
    bench.show(0, seconds=4)
    assert bench.refusal(speed(1)) is Reason.BELT_STILL
    bench.show(300, seconds=2).latch()
    assert bench.refusal(speed(310)) is Reason.LATCHED


@pytest.mark.parametrize("stop", [STOP, PAUSE])
def test_after_a_stop_nothing_gets_faster_or_steeper_until_a_start_or_an_arming(stop: bytes) -> None:
    bench = Bench(kmh=800)
    assert bench.lets(stop)
    assert bench.refusal(speed(810)) is Reason.STOPPED
    assert bench.refusal(incline(-10)) is Reason.STOPPED
    assert bench.lets(speed(700), incline(0))
    bench.show(800, seconds=2)
    assert bench.refusal(speed(810)) is Reason.STOPPED
    assert bench.lets(CONTROL, speed(810), incline(-10))
    bench = Bench(kmh=800)
    assert bench.lets(stop)
    bench.show(0)
    assert bench.lets(START)
    bench.show(80, seconds=2)
    assert bench.lets(speed(140), incline(-10))


def test_after_a_stop_only_telemetry_says_what_is_slower() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(1000), STOP)
    bench.show(600, seconds=2)
    assert bench.refusal(speed(601)) is Reason.STOPPED
    assert bench.lets(speed(600))
    bench = Bench(kmh=800)
    assert bench.lets(speed(800), STOP)
    assert bench.blind().refusal(speed(700)) is Reason.STOPPED


def test_after_an_arming_only_telemetry_counts() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(300), incline(-40), CONTROL)
    bench.now += 1.0
    assert bench.lets(incline(-40), CONTROL, speed(1000))
    assert bench.blind().lets(speed(900))
    bench = Bench(kmh=800)
    assert bench.lets(speed(800), CONTROL)
    assert bench.blind().refusal(speed(700)) is Reason.BLIND


# --- clocks and floods -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("time", [nan, inf, -inf, 1e18, -1e18])
def test_a_clock_gone_wrong_holds_raises_back_and_does_not_poison_what_follows(time: float) -> None:
    bench = Bench(kmh=800)
    good, bench.now = bench.now, time
    bench.frame(800, 0)
    bench.frame(800, 0)
    for payload in (speed(900), incline(-10), START):
        assert bench.refusal(payload) in (Reason.BLIND, Reason.BELT_NOT_STILL)
    bench.now = good
    bench.frame(800, 0)
    assert bench.refusal(speed(900)) is Reason.BLIND
    assert bench.show(800, 0, seconds=1).lets(speed(850), incline(-10))


def test_a_clock_that_goes_back_takes_its_later_readings_with_it() -> None:
    bench = Bench(kmh=800).show(100, seconds=1)
    bench.now -= 0.5
    bench.frame(800, 0)
    assert bench.lets(speed(900))


@pytest.mark.parametrize("time", [5.0, nan, inf])
def test_a_clock_that_stands_still_does_not_fill_memory(time: float) -> None:
    gate = Gate(DECK)
    for _ in range(500):
        gate.seen(Speed(800), Grade(0), time)
    assert len(gate._belt._readings) == len(gate._tilt._readings) == (64 if time == 5.0 else 1)


def test_readings_older_than_three_seconds_are_dropped() -> None:
    bench = Bench(kmh=800).show(800, 0, seconds=100)
    assert len(bench.gate._belt._readings) == 4


def test_a_field_that_was_not_told_is_never_zero() -> None:
    bench = Bench(kmh=800)
    bench.show(None, 0, seconds=2)
    assert bench.lets(speed(900))
    bench.show(800, None, seconds=4)
    assert bench.refusal(incline(-10)) is Reason.BLIND


# --- machines that count in miles ------------------------------------------------------------------------------------


def mph_bench(kmh: int, limits: Limits | None = None) -> Bench:
    bench = Bench()
    bench.gate = Gate(DECK, limits or Limits(), SpeedUnit.MPH)
    return bench.show(kmh)


@pytest.mark.parametrize(
    ("kmh", "word"),
    [(0, 0), (1, 0), (2, 1), (100, 62), (161, 100), (800, 497), (1000, 621), (1609, 999), (1610, 1000), (2500, 1553)],
)
def test_a_speed_in_hundredths_of_a_mile_is_rounded_down(kmh: int, word: int) -> None:
    assert SpeedUnit.MPH.word(Speed(kmh)) == word
    assert SpeedUnit.KMH.word(Speed(kmh)) == kmh


@pytest.mark.parametrize(
    ("word", "kmh"), [(0, 0), (1, 2), (62, 100), (100, 161), (621, 1000), (622, 1002), (1000, 1610), (65535, 105469)]
)
def test_what_a_word_in_miles_does_to_the_belt_is_rounded_up(word: int, kmh: int) -> None:
    assert SpeedUnit.MPH.means(word) == kmh
    assert SpeedUnit.KMH.means(word) == word


@given(st.integers(0, 2500))
def test_no_word_is_faster_than_what_was_asked_nor_slower_than_a_step(kmh: int) -> None:
    for unit in SpeedUnit:
        assert kmh - 2 <= unit.means(unit.word(Speed(kmh))) <= kmh


def test_the_gate_judges_the_belt_and_not_the_word() -> None:
    assert mph_bench(800).refusal(speed(622)) is Reason.TOO_BIG  # 10.02 km/h, which in words of km/h would be slower
    assert mph_bench(800).lets(speed(621))
    assert mph_bench(800, Limits(fastest=Speed(900))).refusal(speed(560)) is Reason.OUT_OF_LIMITS  # 9.02 km/h
    assert mph_bench(800, Limits(fastest=Speed(900))).lets(speed(559))
    assert mph_bench(2450).refusal(speed(1554)) is Reason.OUT_OF_LIMITS  # 25.01 km/h
    assert mph_bench(2450).lets(speed(1553))
    assert mph_bench(800).refusal(speed(0)) is Reason.OUT_OF_LIMITS
    slower = mph_bench(800).latch()
    assert slower.refusal(speed(498)) is Reason.LATCHED  # 8.02 km/h
    assert slower.lets(speed(497))
