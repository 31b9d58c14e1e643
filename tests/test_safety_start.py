"""The third net, Start: a belt is started only when it is seen still, on a deck that is seen level and stays so."""

from __future__ import annotations

import pytest
from gates import CONTROL, PROPPED, SILENT, START, Bench, incline

from treadctl.safety import FLAT, Deck, Reason
from treadctl.units import Grade


def test_a_still_belt_on_a_level_deck_may_start() -> None:
    assert Bench(kmh=0).lets(START)


def test_start_needs_sight_of_belt_and_deck() -> None:
    assert Bench().refusal(START) is Reason.BLIND
    assert Bench(kmh=0, grade=None).refusal(START) is Reason.BLIND
    assert Bench(kmh=None, grade=0).show(None, 0).refusal(START) is Reason.BLIND
    assert Bench(kmh=0).blind(3.0).lets(START)
    assert Bench(kmh=0).blind(3.001).refusal(START) is Reason.BLIND


def test_a_moving_belt_is_never_started() -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(START) is Reason.BELT_NOT_STILL
    bench.show(0, seconds=3)
    assert bench.refusal(START) is Reason.BELT_NOT_STILL
    bench.show(0, seconds=1)
    assert bench.lets(START)
    assert bench.show(80, seconds=1).refusal(START) is Reason.BELT_NOT_STILL


def test_stillness_is_read_and_not_waited_for() -> None:
    bench = Bench(kmh=800).show(0, seconds=3).blind(2.0)
    assert bench.refusal(START) is Reason.BELT_NOT_STILL


def test_a_gap_in_telemetry_ends_stillness() -> None:
    for gap, reason in ((2.0, None), (2.001, Reason.BELT_NOT_STILL)):
        bench = Bench(kmh=0).blind(gap).show(0, seconds=2)
        assert bench.refusal(START) is reason


def test_a_single_moving_frame_ends_stillness() -> None:
    bench = Bench(kmh=0).show(10, seconds=1).show(0, seconds=3)
    assert bench.refusal(START) is Reason.BELT_NOT_STILL
    assert bench.show(0, seconds=1).lets(START)


@pytest.mark.parametrize(
    ("grade", "reason"), [(10, None), (-10, None), (11, Reason.DECK_NOT_LEVEL), (-11, Reason.DECK_NOT_LEVEL)]
)
def test_a_belt_starts_on_a_level_deck_only(grade: int, reason: Reason | None) -> None:
    assert Bench(kmh=0, grade=grade).refusal(START) is reason


def test_level_is_true_level_or_the_shallowest_of_a_deck() -> None:
    assert Bench(kmh=0, grade=0, deck=PROPPED).refusal(START) is Reason.DECK_NOT_LEVEL
    assert Bench(kmh=0, grade=50, deck=PROPPED).lets(START)
    assert Bench(kmh=0, grade=20, deck=Deck(Grade(0), Grade(20), 5, Grade(-50))).lets(START)


def test_one_reading_of_a_level_deck_is_not_enough_to_start() -> None:
    bench = Bench(kmh=0, grade=-80).show(0, 0, seconds=1)
    assert bench.refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.show(0, 0, seconds=1).lets(START)


def test_a_deck_that_was_just_told_to_tip_is_not_level() -> None:
    bench = Bench(kmh=0)
    assert bench.lets(incline(-40))
    assert bench.refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.lets(incline(0), START)


def test_a_deck_that_levelled_by_itself_is_level_once_its_order_is_old_or_somebody_armed() -> None:
    bench = Bench(kmh=0)
    assert bench.lets(incline(-40))
    assert bench.show(0, 0, seconds=20).refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.show(0, 0, seconds=1).lets(START)
    bench = Bench(kmh=0)
    assert bench.lets(incline(-40), CONTROL, START)


def test_a_silent_deck_must_have_been_told_to_be_level() -> None:
    bench = Bench(kmh=0, deck=SILENT)
    assert bench.refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.lets(incline(5))
    assert bench.refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.lets(incline(0), START)
    assert Bench(kmh=0, grade=82, deck=FLAT).lets(START)  # nobody can level it, and its readings are not believed


def test_start_counts_as_a_raise() -> None:
    bench = Bench(kmh=0)
    assert bench.lets(START)
    bench.now += 0.999
    assert bench.refusal(START) is Reason.TOO_SOON
    bench.now += 0.001
    assert bench.lets(START)
