"""The third net, the deck: what may be made steeper when, and that shallower clears wherever it is known to be that."""

from __future__ import annotations

import pytest
from gates import CONTROL, DECK, FINE, PROPPED, SILENT, START, STOP, Bench, incline, speed

from treadctl.safety import FLAT, Deck, Limits, Reason
from treadctl.units import Grade, Speed

SIDES = [-1, 1]


# --- steeper ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_a_steepening_is_at_most_four_percent_from_the_milder_of_shown_and_cleared(side: int) -> None:
    assert Bench(kmh=800, deck=FINE).refusal(incline(side * 41)) is Reason.TOO_BIG
    bench = Bench(kmh=800, deck=FINE)
    assert bench.lets(incline(side * 40))
    bench.show(800, side * 20, seconds=2)
    assert bench.refusal(incline(side * 61)) is Reason.TOO_BIG
    assert bench.lets(incline(side * 60))


@pytest.mark.parametrize("side", SIDES)
def test_a_change_of_side_is_measured_from_level(side: int) -> None:
    bench = Bench(kmh=800, grade=side * 100, deck=FINE)
    assert bench.refusal(incline(side * -41)) is Reason.TOO_BIG
    assert bench.lets(incline(side * -40))


def test_a_levelling_under_way_is_not_undone_by_a_big_step() -> None:
    bench = Bench(kmh=800, grade=-90)
    assert bench.lets(incline(-10))
    bench.show(800, -85, seconds=2)
    assert bench.refusal(incline(-55)) is Reason.TOO_BIG
    assert bench.lets(incline(-50))


def test_one_second_lies_between_two_steepenings_whatever_the_belt_did() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(incline(-10), incline(0))
    bench.now += 0.999
    assert bench.refusal(incline(-10)) is Reason.TOO_SOON
    bench.now += 0.001
    assert bench.lets(speed(850), incline(-10))


def test_a_steepening_needs_sight_of_belt_and_deck() -> None:
    assert Bench(kmh=800).blind(3.0).lets(incline(-10))
    assert Bench(kmh=800).blind(3.001).refusal(incline(-10)) is Reason.BLIND
    assert Bench(kmh=800).show(800, None, seconds=4).refusal(incline(-10)) is Reason.BLIND
    assert Bench(kmh=800).show(None, 0, seconds=4).refusal(incline(-10)) is Reason.BLIND
    assert Bench(kmh=800, grade=None).refusal(incline(-10)) is Reason.BLIND


def test_a_still_deck_under_a_still_belt_may_be_tipped_but_not_latched() -> None:
    assert Bench(kmh=0).lets(incline(-10))
    assert Bench(kmh=0).latch().refusal(incline(-10)) is Reason.LATCHED


def test_one_glitch_of_the_deck_is_no_reference() -> None:
    bench = Bench(kmh=800).show(800, -90, seconds=1)
    assert bench.refusal(incline(-90)) is Reason.TOO_BIG
    assert bench.refusal(incline(-45)) is Reason.TOO_BIG
    bench.latch()
    assert bench.refusal(incline(-40)) is Reason.LATCHED


@pytest.mark.parametrize("side", SIDES)
def test_steeper_than_the_limits_is_illegal_and_shallower_than_the_deck_is_not(side: int) -> None:
    limits = Limits(Grade(-30), Grade(30), Speed(2500))
    assert Bench(kmh=800, limits=limits).lets(incline(side * 30))
    assert Bench(kmh=800, limits=limits).refusal(incline(side * 35)) is Reason.OUT_OF_LIMITS
    assert Bench(kmh=800, grade=side * 80, limits=limits).lets(incline(side * 70))


def test_limits_and_the_hard_stop_are_true_grades() -> None:
    limits = Limits(steepest=Grade(-60))
    propped = Deck(Grade(-60), Grade(150), 5, Grade(-50), proven=True)
    assert Bench(kmh=800, grade=20, deck=propped, limits=limits).lets(incline(-10))
    assert Bench(kmh=800, grade=20, deck=propped, limits=limits).refusal(incline(-15)) is Reason.OUT_OF_LIMITS
    assert Bench(kmh=800, grade=-20, deck=propped).lets(incline(-50))
    assert Bench(kmh=800, grade=-20, deck=propped).refusal(incline(-51)) is Reason.PAST_THE_HARD_STOP


# --- shallower -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_shallower_than_shown_clears_latched_too_soon_and_stopped(side: int) -> None:
    assert Bench(kmh=800, grade=side * 80).latch().lets(incline(side * 80), incline(side * 75), incline(side * 5))
    soon = Bench(kmh=800, grade=side * 80)
    assert soon.lets(incline(side * 85), incline(side * 80))


@pytest.mark.parametrize("side", SIDES)
def test_a_tenth_of_a_percent_is_no_steeper_than_itself(side: int) -> None:
    bench = Bench(kmh=800, grade=side, deck=FINE).latch()
    assert bench.refusal(incline(2 * side)) is Reason.LATCHED
    assert bench.lets(incline(side))


@pytest.mark.parametrize("side", SIDES)
def test_shallower_than_cleared_clears_blind(side: int) -> None:
    bench = Bench(kmh=800, grade=side * 60)
    assert bench.lets(incline(side * 80))
    bench.show(800, side * 80).blind()
    assert bench.refusal(incline(side * 85)) is Reason.BLIND
    assert bench.refusal(incline(side * -5)) is Reason.BLIND
    assert bench.lets(incline(side * 80), incline(side * 75), incline(side * 10))


def test_blind_nothing_but_level_is_shallower_when_nothing_was_cleared() -> None:
    for bench in (Bench(), Bench(kmh=800, grade=-80).blind()):
        assert bench.refusal(incline(-5)) is Reason.BLIND
        assert bench.lets(incline(0))


def test_blind_a_deck_that_was_seen_flattened_is_not_tipped_again() -> None:
    bench = Bench(kmh=800, grade=-60)
    assert bench.lets(incline(-80))
    bench.show(800, -80).show(800, 0).blind()
    assert bench.refusal(incline(-60)) is Reason.BLIND


def test_a_tipping_under_way_can_be_taken_back_even_latched() -> None:
    bench = Bench(kmh=800, grade=-40)
    assert bench.lets(incline(-80))
    bench.show(800, -45, seconds=1).latch()
    assert bench.refusal(incline(-85)) is Reason.LATCHED
    assert bench.lets(incline(-75))


def test_a_deck_that_somebody_tipped_further_can_be_flattened_from_where_it_is() -> None:
    bench = Bench(kmh=800, grade=-30)
    assert bench.lets(incline(-30))
    bench.show(800, -30).show(800, -90)
    assert bench.lets(incline(-100))
    bench.show(800, -90).latch()
    assert bench.lets(incline(-85))


def test_a_deck_that_somebody_flattened_is_not_tipped_to_what_was_once_cleared() -> None:
    bench = Bench(kmh=800, grade=-80)
    assert bench.lets(incline(-80))
    bench.show(800, -80).show(800, -20).latch()
    assert bench.refusal(incline(-30)) is Reason.LATCHED
    assert bench.lets(incline(-25), incline(-20))


@pytest.mark.parametrize("deck", [DECK, PROPPED, Deck(Grade(0), Grade(20), 5, Grade(-50)), FLAT, SILENT])
def test_level_clears_in_every_state_of_every_deck(deck: Deck) -> None:
    level = incline(deck.level)
    assert Bench(deck=deck).lets(level)
    assert Bench(kmh=800, grade=5, deck=deck).latch().blind().lets(level, level)


# --- faster while steeper --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_never_faster_while_getting_steeper(side: int) -> None:
    bench = Bench(kmh=800)
    assert bench.lets(incline(side * 40))
    assert bench.refusal(speed(810)) is Reason.DECK_MOVING
    bench.show(800, side * 30, seconds=2)
    assert bench.refusal(speed(810)) is Reason.DECK_MOVING
    bench.show(800, side * 40, seconds=1)
    assert bench.lets(speed(810))


@pytest.mark.parametrize(
    ("step", "shown", "moving"),
    [
        (1, -35, False),
        (1, -34, True),
        (5, -35, False),
        (5, -34, True),
        (10, -30, False),
        (10, -29, True),
        (20, -30, False),
        (20, -29, True),
    ],
)
def test_a_deck_has_arrived_within_half_a_percent_or_its_step_of_at_most_one(step: int, shown: int, moving: bool) -> None:
    bench = Bench(kmh=800, deck=Deck(Grade(-100), Grade(150), step, proven=True))
    assert bench.lets(incline(-40))
    bench.show(800, shown, seconds=1)
    assert bench.refusal(speed(810)) is (Reason.DECK_MOVING if moving else None)


def test_of_many_readings_the_newest_says_whether_the_deck_is_there() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(incline(-40))
    for grade in (-10, -20, -30, -38):
        bench.now += 0.125
        bench.frame(800, grade)
    assert bench.lets(speed(810))


def test_a_deck_that_gets_shallower_does_not_hold_the_belt_back() -> None:
    bench = Bench(kmh=800, grade=-80)
    assert bench.lets(incline(-20), speed(810))


def test_a_deck_that_the_console_took_elsewhere_holds_the_belt_back_for_twenty_seconds_only() -> None:
    bench = Bench(kmh=800, grade=-20)
    assert bench.lets(incline(-60))
    bench.show(800, -20, seconds=20)
    assert bench.refusal(speed(810)) is Reason.DECK_MOVING
    assert bench.show(800, -20, seconds=1).lets(speed(810))


def test_a_deck_that_was_there_and_then_flattened_at_the_console_does_not_hold_the_belt_back() -> None:
    bench = Bench(kmh=800, grade=-40)
    assert bench.lets(incline(-60))
    bench.show(800, -60, seconds=2).show(800, -20, seconds=2)
    assert bench.lets(speed(810))


# --- steeper while the belt gets faster ------------------------------------------------------------------------------


@pytest.mark.parametrize("side", SIDES)
def test_never_steeper_while_the_belt_gets_faster(side: int) -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(1000))
    assert bench.refusal(incline(side * 20)) is Reason.BELT_RISING
    assert bench.show(930, seconds=1).refusal(incline(side * 20)) is Reason.BELT_RISING
    assert bench.show(940, seconds=1).lets(incline(side * 20))


def test_a_belt_that_gets_faster_holds_no_level_and_nothing_shallower_back() -> None:
    bench = Bench(kmh=800, grade=-40)
    assert bench.lets(speed(1000), incline(-20), incline(0))


def test_a_belt_that_was_told_to_slow_down_holds_no_deck_back() -> None:
    bench = Bench(kmh=1000)
    assert bench.lets(speed(800), incline(-20))


def test_a_belt_that_never_gets_where_it_was_told_holds_the_deck_back_for_twenty_seconds_only() -> None:
    bench = Bench(kmh=800)
    assert bench.lets(speed(1000))
    assert bench.show(800, seconds=20).refusal(incline(-20)) is Reason.BELT_RISING
    assert bench.show(800, seconds=1).lets(incline(-20))


def test_what_was_cleared_before_a_stop_or_an_arming_holds_no_deck_back() -> None:
    for forgets in ([CONTROL], [STOP, CONTROL]):
        assert Bench(kmh=800).lets(speed(1000), *forgets, incline(-20))


# --- decks that report nothing ---------------------------------------------------------------------------------------


def test_a_silent_deck_is_measured_from_what_was_cleared_or_from_level() -> None:
    bench = Bench(kmh=800, grade=None, deck=SILENT)
    assert bench.refusal(incline(-45)) is Reason.TOO_BIG
    assert bench.lets(incline(-40))
    bench.show(800, None, seconds=40)
    assert bench.refusal(incline(-85)) is Reason.TOO_BIG
    assert bench.lets(incline(-80))
    assert bench.blind().refusal(incline(-85)) is Reason.BLIND
    assert bench.lets(incline(-80), incline(-75))


@pytest.mark.parametrize("side", SIDES)
def test_the_first_step_of_a_silent_deck_is_four_percent_and_not_a_tenth_more(side: int) -> None:
    fine = Deck(Grade(-100), Grade(150), 1, reports=False, proven=True)
    assert Bench(kmh=800, grade=None, deck=fine).refusal(incline(side * 41)) is Reason.TOO_BIG
    assert Bench(kmh=800, grade=None, deck=fine).lets(incline(side * 40))


def test_what_a_silent_deck_reports_all_the_same_is_not_believed() -> None:
    bench = Bench(kmh=800, grade=820, deck=SILENT)
    assert bench.lets(incline(-40))
    assert bench.lets(speed(900))


# --- glitches --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("offset", [-50, 50])
@pytest.mark.parametrize("glitch", [-32768, 32767])
def test_a_glitch_at_the_end_of_the_scale_raises_nothing_and_starts_nothing(offset: int, glitch: int) -> None:
    deck = Deck(Grade(-100), Grade(150), 5, Grade(offset), proven=True)
    bench = Bench(kmh=0, grade=-offset, deck=deck)
    bench.show(0, glitch, seconds=2)
    assert bench.refusal(START) is Reason.DECK_NOT_LEVEL
    assert bench.lets(incline(-offset), CONTROL)


# --- decks not proven to go down -------------------------------------------------------------------------------------


def unproven(lowest: int = -100, step: int = 5, offset: int = 0) -> Deck:
    return Deck(Grade(lowest), Grade(150), step, Grade(offset))


@pytest.mark.parametrize(
    ("lowest", "step", "first"),
    [
        (-100, 1, -10),
        (-100, 5, -10),
        (-100, 10, -10),
        (-100, 20, -20),
        (-60, 12, -12),
        (-33, 7, -5),
        (-33, 8, -9),
        (-5, 5, -5),
        (-1, 1, -1),
    ],
)
def test_the_first_decline_of_an_unproven_deck_is_one_percent_or_its_first_step(lowest: int, step: int, first: int) -> None:
    deck = unproven(lowest, step)
    assert deck.first == first
    bench = Bench(kmh=800, deck=deck)
    assert bench.refusal(incline(first - 1)) in (Reason.UNPROVEN, Reason.OUT_OF_LIMITS)
    assert bench.gate.latched is None or first == lowest
    assert Bench(kmh=800, deck=deck).lets(incline(first))


def test_a_proven_deck_and_one_without_declines_have_no_first() -> None:
    assert DECK.first == Deck(Grade(0), Grade(150), 5).first == FLAT.first == SILENT.first == -100
    assert Bench(kmh=800).lets(incline(-40))


def test_two_readings_half_of_the_way_down_prove_a_deck_for_this_gate() -> None:
    def after(*grades: int, apart: float = 0.5) -> Bench:
        bench = Bench(kmh=800, deck=unproven())
        assert bench.lets(incline(-10))
        for grade in grades:
            bench.now += apart
            bench.frame(800, grade)
        bench.now += 1.0
        bench.frame(800, -10)
        return bench

    assert after(-5, -5).lets(incline(-30))
    assert after(-10, -8).lets(incline(-30))
    assert after(-4, -4).refusal(incline(-30)) is Reason.UNPROVEN
    assert after(-10, -4).refusal(incline(-30)) is Reason.UNPROVEN
    assert after(10, 10).refusal(incline(-30)) is Reason.UNPROVEN
    assert after(0, 0).refusal(incline(-30)) is Reason.UNPROVEN


def test_readings_in_one_burst_prove_nothing() -> None:
    bench = Bench(kmh=800, deck=unproven())
    assert bench.lets(incline(-10))
    for _ in range(3):
        bench.now += 0.1
        bench.frame(800, -10)
    bench.now += 1.0
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN
    bench.frame(800, -10)
    assert bench.lets(incline(-15))


def tried(deck: Deck, shown: int = -10) -> Bench:
    """A gate that let the first decline of this deck out; five seconds later the deck shows this."""
    bench = Bench(kmh=800, deck=deck)
    assert bench.lets(incline(deck.first))
    return bench.show(800, shown)


def test_what_was_proven_stays_so_on_this_connection_only() -> None:
    bench = tried(unproven()).show(800, 0)
    assert bench.lets(incline(-40))
    assert Bench(kmh=800, deck=unproven()).refusal(incline(-40)) is Reason.UNPROVEN


def test_a_deck_that_somebody_took_down_at_the_console_before_our_first_decline_is_not_proven_by_that() -> None:
    bench = Bench(kmh=800, grade=-10, deck=unproven())
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN
    assert bench.lets(incline(0), incline(20))
    bench.show(800, -10)
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN, "neither level nor a climb tries anything"
    assert bench.lets(incline(-10))
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN, "what it showed before does not count"
    bench.show(800, -10)
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN, "nor does a deck that never moved"
    assert bench.lets(incline(0))
    bench.show(800, 0)
    assert bench.lets(incline(-10))
    bench.show(800, -10, seconds=1)
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN, "one reading can be a glitch"
    bench.show(800, -10, seconds=1)
    assert bench.lets(incline(-15))


@pytest.mark.parametrize("stuck", [-5, -10, -15])
def test_a_deck_that_never_moved_is_not_proven_by_standing_where_it_was_sent(stuck: int) -> None:
    bench = Bench(kmh=800, grade=stuck, deck=unproven())
    assert bench.lets(incline(-10))
    for _ in range(4):
        bench.show(800, stuck, seconds=2)
        assert bench.refusal(incline(-45)) is Reason.UNPROVEN
        assert bench.lets(incline(-10)), "told again it is where it is"


def test_a_deck_must_go_half_of_the_first_step_from_wherever_it_was_shown() -> None:
    def goes(*stood: int, to: int) -> Bench:
        bench = Bench(kmh=800, grade=stood[0], deck=unproven(step=1))
        for grade in stood[1:]:
            bench.now += 0.4
            bench.frame(800, grade)
        assert bench.lets(incline(-10))
        return bench.show(800, to)

    assert goes(-5, to=-10).lets(incline(-30))
    assert goes(-6, to=-10).refusal(incline(-30)) is Reason.UNPROVEN
    assert goes(0, -6, to=-10).refusal(incline(-30)) is Reason.UNPROVEN, "whichever reading was the nearest"
    assert goes(-6, 0, to=-10).refusal(incline(-30)) is Reason.UNPROVEN
    assert goes(-40, to=-10).lets(incline(-30)), "up to its -1, which one that reads no sign would not do"
    assert goes(-15, to=-10).lets(incline(-15))
    assert goes(-14, to=-10).refusal(incline(-18)) is Reason.UNPROVEN
    assert goes(-10, to=-15).refusal(incline(-18)) is Reason.UNPROVEN, "away from where it was sent"
    assert goes(-10, to=-5).refusal(incline(-18)) is Reason.UNPROVEN


def test_small_steps_of_one_way_down_are_proof_together_and_with_a_long_wait_between_they_are_not() -> None:
    bench = Bench(kmh=800, deck=unproven(step=1))
    for grade in range(-1, -11, -1):
        assert bench.lets(incline(grade))
        bench.show(800, grade, seconds=2)
    assert bench.lets(incline(-30))
    bench = Bench(kmh=800, deck=unproven(step=1))
    assert bench.lets(incline(-4))
    assert bench.show(800, -4, seconds=1).show(800, -4, seconds=21).lets(incline(-8))
    assert bench.show(800, -8).refusal(incline(-30)) is Reason.UNPROVEN, "four tenths each time"
    bench = Bench(kmh=800, deck=unproven(step=1))
    assert bench.lets(incline(-4))
    assert bench.show(800, -4, seconds=1).show(800, -4, seconds=20).lets(incline(-8))
    assert bench.show(800, -8).lets(incline(-30))


def test_half_a_percent_that_was_asked_for_and_is_seen_is_proof_and_one_that_was_not_is_none() -> None:
    bench = Bench(kmh=800, deck=unproven(step=1))
    assert bench.lets(incline(-5))
    assert bench.show(800, -5).lets(incline(-15))
    bench = Bench(kmh=800, deck=unproven(step=1))
    assert bench.lets(incline(-1))
    assert bench.show(800, -10).refusal(incline(-15)) is Reason.UNPROVEN, "nine tenths past where it was sent"


def test_what_the_console_does_after_a_decline_that_was_ignored_proves_nothing() -> None:
    bench = tried(unproven(), shown=0)
    assert bench.show(800, -30).refusal(incline(-35)) is Reason.UNPROVEN, "nobody sent it there"
    assert tried(unproven(), shown=0).show(800, 0, seconds=14).show(800, -10).lets(incline(-15)), "twenty seconds are its own"
    late = tried(unproven(), shown=0).show(800, 0, seconds=15)
    assert late.show(800, -10).refusal(incline(-15)) is Reason.UNPROVEN, "where we sent it, and long after"
    assert late.lets(incline(0))
    assert late.show(800, 0).lets(incline(-10))
    assert late.show(800, -10).lets(incline(-15)), "told again, it follows"


def after(bench: Bench, *readings: tuple[float, int]) -> Bench:
    """So many seconds after now the deck shows this; in between it shows the same every second."""
    told_at, grade = bench.now, readings[0][1]
    for seconds, shown in readings:
        while bench.now + 1 < told_at + seconds:
            bench.now += 1
            bench.frame(800, grade)
        bench.now, grade = told_at + seconds, shown
        bench.frame(800, grade)
    return bench


def test_twenty_seconds_begin_when_it_is_told_or_comes_nearer_than_it_ever_was() -> None:
    def told(*stood: int) -> Bench:
        bench = Bench(kmh=800, grade=stood[0], deck=unproven(step=1))
        for grade in stood[1:]:
            bench.now += 0.25
            bench.frame(800, grade)
        assert bench.lets(incline(-10))
        return bench

    assert after(told(0, -4), (1, -4), (19.25, -10), (20, -10)).lets(incline(-30))
    assert after(told(0, -4), (1, -4), (20.25, -10), (20.75, -10)).refusal(incline(-30)) is Reason.UNPROVEN
    assert after(told(0), (1, -10), (2, 0), (20, -10), (21, -10)).lets(incline(-30)), "to the very second"
    assert after(told(0), (1, -10), (2, 0), (20, 0), (21, -10), (22, -10)).refusal(incline(-30)) is Reason.UNPROVEN


def test_a_slow_deck_that_keeps_coming_nearer_is_given_its_time() -> None:
    bench = Bench(kmh=800, grade=60, deck=unproven(step=1))
    assert bench.lets(incline(-10))
    for grade in range(59, -11, -1):
        bench.show(800, grade, seconds=2)
    assert bench.lets(incline(-30))


def test_a_tenth_of_a_percent_down_is_a_decline_and_level_is_none() -> None:
    bench = Bench(kmh=800, deck=unproven(step=1))
    assert bench.lets(incline(-1))
    assert bench.show(800, -6).lets(incline(-15))
    bench = Bench(kmh=800, deck=unproven(step=10))
    assert bench.lets(incline(0))
    assert bench.show(800, -5).refusal(incline(-20)) is Reason.UNPROVEN


def test_a_decline_that_was_taken_back_proves_nothing() -> None:
    bench = Bench(kmh=800, deck=unproven())
    assert bench.lets(incline(-10), incline(0))
    assert bench.show(800, -10).refusal(incline(-30)) is Reason.UNPROVEN


def test_a_first_decline_that_was_refused_tries_nothing() -> None:
    bench = Bench(kmh=800, deck=unproven()).blind()
    assert bench.refusal(incline(-10)) is Reason.BLIND
    bench.show(800, -10)
    assert bench.refusal(incline(-15)) is Reason.UNPROVEN


def test_level_that_is_a_decline_by_the_machines_own_count_waits_for_a_first_small_one() -> None:
    """Front feet raised by 3 %: level is its own -3, which one that knows no sign would make a climb of."""
    bench = Bench(kmh=800, deck=unproven(offset=30))
    assert bench.refusal(incline(-30)) is Reason.UNPROVEN
    assert bench.gate.latched is None
    assert bench.refusal(incline(-25)) is Reason.UNPROVEN, "milder than where it stands, and no better known"
    assert bench.lets(incline(-10))
    assert bench.refusal(incline(-30)) is Reason.UNPROVEN
    assert bench.show(800, -10).latch().blind().lets(incline(-30))


def test_what_is_no_further_down_than_a_deck_is_shown_needs_no_proof() -> None:
    def shown(*grades: int) -> Bench:
        bench = Bench(kmh=800, grade=grades[0], deck=unproven(offset=30))
        for grade in grades[1:]:
            bench.show(800, grade, seconds=1)
        return bench

    assert shown(-60).lets(incline(-60), incline(-55), incline(-30))
    assert shown(-30).lets(incline(-30))
    assert shown(-60).refusal(incline(-65)) is Reason.UNPROVEN
    assert shown(-60, -25).refusal(incline(-30)) is Reason.UNPROVEN
    assert shown(0, -60).refusal(incline(-30)) is Reason.UNPROVEN, "one reading can be a glitch"
    assert shown(-60).blind().refusal(incline(-30)) is Reason.UNPROVEN
    assert Bench(deck=unproven(offset=30)).refusal(incline(-30)) is Reason.UNPROVEN


def test_an_unproven_deck_may_climb_and_come_back_and_be_levelled() -> None:
    bench = Bench(kmh=800, deck=unproven())
    assert bench.lets(incline(40), incline(20), incline(0))
    deep = Bench(deck=unproven())
    deep.show(800, -60, seconds=1)
    assert deep.lets(incline(0))


def test_it_is_the_machines_own_count_that_must_go_down() -> None:
    """Propped by 5 %, it reads 5 when level and stands on a decline at 0: that says nothing of its sign."""
    assert tried(unproven(offset=-50), shown=0).refusal(incline(-15)) is Reason.UNPROVEN
    assert tried(unproven(offset=-50), shown=-10).lets(incline(-15))


def test_a_coarse_deck_must_be_seen_half_of_its_own_first_step_down() -> None:
    for shown, reason in ((-9, Reason.UNPROVEN), (-10, None)):
        assert tried(unproven(step=20), shown).refusal(incline(-40)) is reason
    assert tried(unproven(step=10), shown=-4).refusal(incline(-20)) is Reason.UNPROVEN


@pytest.mark.parametrize(("stood", "is_proven"), [(0, True), (-8, False)])
def test_where_a_deck_stood_is_its_own_count_however_it_stands_on_the_floor(stood: int, is_proven: bool) -> None:
    """With raised front feet -1 % of its own is 1 % up, and one that was there already has shown nothing."""
    bench = Bench(kmh=800, grade=stood, deck=Deck(Grade(-60), Grade(150), 5, Grade(20)))
    assert bench.lets(incline(-10))
    bench.show(800, -10, seconds=4)
    assert bench.lets(incline(-20)) is is_proven
