"""The second net: which inclinations may be commanded of which deck, in true grade, on the machine's own grid."""

from __future__ import annotations

import pytest
from gates import DECK, PROPPED, Bench, incline
from hypothesis import assume, given
from hypothesis import strategies as st

from treadctl.safety import Deck, Reason
from treadctl.units import Grade, steeper_by


@st.composite
def decks(draw: st.DrawFn) -> Deck:
    """Any deck that can exist: odd grids, propped either way, silent ones."""
    lowest = draw(st.integers(-300, 200))
    highest = draw(st.integers(lowest, 400))
    step = draw(st.sampled_from([1, 2, 3, 5, 7, 10, 25, 40, 50, 333]))
    offset = draw(st.sampled_from([0, 0, -50, 50, -3, 7, -100, 100, -249, 300]))
    try:
        return Deck(Grade(lowest), Grade(highest), step, Grade(offset), draw(st.booleans()), draw(st.booleans()))
    except ValueError:
        assume(False)
        raise


@given(decks(), st.integers(-400, 400).map(Grade))
def test_whatever_the_deck_no_command_for_it_passes_a_limit(deck: Deck, asked: Grade) -> None:
    for command in (deck.floor, deck.ceiling, deck.level, deck.nearest(asked)):
        assert -100 <= command <= 150
        assert -100 <= command + deck.offset <= 150
        assert deck.lowest <= command <= deck.highest
        assert (command - deck.lowest) % deck.step == 0
        assert command >= 0 or (deck.lowest < 0 and (deck.reports or deck.proven))


@given(decks(), st.integers(-150, 200).map(Grade))
def test_the_nearest_command_is_never_steeper_than_asked_unless_level_itself_is(deck: Deck, asked: Grade) -> None:
    command = deck.nearest(asked)
    steeper = steeper_by(deck.true(command), asked)
    assert steeper == 0 or command == deck.level


@given(decks(), st.integers(-150, 200).map(Grade))
def test_no_command_on_the_grid_comes_nearer_without_being_steeper(deck: Deck, asked: Grade) -> None:
    reach = range(deck.lowest, deck.highest + 1, deck.step)
    good = [c for c in reach if deck.floor <= c <= deck.ceiling and steeper_by(Grade(c + deck.offset), asked) == 0]
    assert not good or abs(deck.true(deck.nearest(asked))) == max(abs(c + deck.offset) for c in good)


@given(decks())
def test_level_is_the_shallowest_that_can_be_reached(deck: Deck) -> None:
    reach = [c for c in range(deck.lowest, deck.highest + 1, deck.step) if deck.floor <= c <= deck.ceiling]
    assert deck.level in reach
    assert abs(deck.true(deck.level)) == min(abs(c + deck.offset) for c in reach)
    assert deck.is_level(deck.level)


# --- rule 2: the byte floor ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lowest", "highest", "step", "offset", "floor", "ceiling"),
    [
        (-100, 150, 5, 0, -100, 150),
        (-60, 150, 5, 0, -60, 150),
        (-200, 400, 5, 0, -100, 150),
        (-200, 400, 5, -50, -50, 150),  # true −10.0 … +10.0
        (-200, 400, 5, 50, -100, 100),  # true −5.0 … +15.0: the commanded grade does not pass −10 either
        (0, 150, 5, -50, 0, 150),
        (0, 150, 5, -120, 20, 150),  # standing at 0 it would already be at −12
        (-150, 150, 20, 0, -90, 150),  # −100 is not on this grid, and could be rounded to −110
        (-105, 205, 10, 0, -95, 145),
        (-100, 150, 7, 0, -100, 145),
        (-30, 120, 500, 0, -30, -30),  # a step past the range
        (-32768, 32767, 1, 0, -100, 150),
        (-32768, 32767, 1, -250, 150, 150),
    ],
)
def test_rule_2_limits_only_narrow_and_the_byte_floor_holds_commanded_and_true_grade(
    lowest: int, highest: int, step: int, offset: int, floor: int, ceiling: int
) -> None:
    deck = Deck(Grade(lowest), Grade(highest), step, Grade(offset))
    assert (deck.floor, deck.ceiling) == (floor, ceiling)
    assert deck.steepest == floor + offset
    bench = Bench(kmh=800, grade=floor, deck=deck)
    assert bench.refusal(incline(floor)) is None
    assert bench.refusal(incline(floor - 1)) in (Reason.PAST_THE_HARD_STOP, Reason.OUT_OF_LIMITS, Reason.NOT_A_DECLINE_DECK)
    assert Bench(deck=deck).refusal(incline(ceiling + 1)) in (Reason.OUT_OF_LIMITS, Reason.PAST_THE_HARD_STOP)


@pytest.mark.parametrize(
    ("lowest", "highest", "step", "offset", "why"),
    [
        (-100, 150, 0, 0, "steps of at least"),
        (-100, 150, -5, 0, "steps of at least"),
        (10, 5, 5, 0, "does not exist"),
        (-200, -110, 5, 0, "no grade this deck can reach"),
        (160, 400, 5, 0, "no grade this deck can reach"),
        (-100, 150, 5, -251, "no grade this deck can reach"),
        (-100, 150, 5, 251, "no grade this deck can reach"),
        (-100, 150, 5, -32768, "no grade this deck can reach"),
        (-100, 150, 5, 32767, "no grade this deck can reach"),
        (-130, -60, 90, 0, "no grade this deck can reach"),  # −13.0 and then −4.0
    ],
)
def test_a_deck_with_nowhere_legal_to_be_cannot_be_made(lowest: int, highest: int, step: int, offset: int, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Deck(Grade(lowest), Grade(highest), step, Grade(offset))


def test_the_smallest_decks_that_exist_can_be_made() -> None:
    assert Deck(Grade(-100), Grade(-100), 1).level == -100
    assert Deck(Grade(150), Grade(150), 1).level == 150
    assert Deck(Grade(-100), Grade(150), 5, Grade(-250)).floor == 150


def test_a_deck_reports_and_is_unproven_and_unpropped_unless_told() -> None:
    deck = Deck(Grade(-100), Grade(150), 5)
    assert (deck.offset, deck.reports, deck.proven) == (0, True, False)


# --- rule 5: rounding ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "step", "offset", "command"),
    [
        (-45, 10, 0, -40),
        (-49, 10, 0, -40),
        (-50, 10, 0, -50),
        (45, 10, 0, 40),
        (-4, 10, 0, 0),
        (4, 10, 0, 0),
        (-45, 5, 0, -45),
        (-100, 25, 0, -100),
        (-99, 25, 0, -75),
        (-45, 10, -50, 10),  # commanded +1.0 is true −4.0: toward level, which for this deck is up
        (-45, 10, 3, -40),  # true −3.7 and not −4.7, though −4.7 is nearer
        (-300, 10, 0, -100),
        (300, 10, 0, 150),
    ],
)
def test_rule_5_declines_round_upward_and_climbs_downward_on_the_machines_grid(
    asked: int, step: int, offset: int, command: int
) -> None:
    assert Deck(Grade(-100), Grade(150), step, Grade(offset)).nearest(Grade(asked)) == command


@pytest.mark.parametrize(
    ("lowest", "highest", "step", "offset", "level"),
    [
        (-100, 150, 5, 0, 0),
        (-100, 150, 5, -50, 50),
        (-100, 150, 5, 50, -50),
        (-60, 150, 40, 0, 20),  # −2.0 and +2.0 are equally near: not the one that falls
        (-10, 150, 40, -50, 70),  # the same for true grades
        (-99, 150, 2, 0, 1),
        (-33, 150, 5, 0, 2),
        (-32, 150, 5, 0, -2),
        (0, 20, 5, -50, 20),  # cannot reach level: true −3.0 is the shallowest
        (30, 150, 5, 0, 30),
        (-100, -20, 5, 0, -20),
    ],
)
def test_level_is_true_zero_or_the_nearest_that_the_deck_can_reach(
    lowest: int, highest: int, step: int, offset: int, level: int
) -> None:
    deck = Deck(Grade(lowest), Grade(highest), step, Grade(offset))
    assert deck.level == level
    assert deck.nearest(Grade(0)) == level


def test_what_cannot_be_reached_without_being_steeper_becomes_level() -> None:
    high = Deck(Grade(30), Grade(150), 10)
    assert high.nearest(Grade(20)) == 30
    assert high.nearest(Grade(-50)) == 30


@pytest.mark.parametrize(
    ("deck", "reported", "level"),
    [
        (DECK, 10, True),
        (DECK, 11, False),
        (DECK, -10, True),
        (DECK, -11, False),
        (PROPPED, 50, True),
        (PROPPED, 40, True),
        (PROPPED, 39, False),
        (PROPPED, 61, False),
        (PROPPED, 0, False),
        (Deck(Grade(0), Grade(20), 5, Grade(-50)), 20, True),  # the shallowest it can be is −3.0
        (Deck(Grade(0), Grade(20), 5, Grade(-50)), 10, True),
        (Deck(Grade(0), Grade(20), 5, Grade(-50)), 9, False),
        (Deck(Grade(0), Grade(20), 5, Grade(-50)), 65, False),  # on the other side of level
    ],
)
def test_a_deck_counts_as_level_within_one_percent_of_the_shallowest(deck: Deck, reported: int, level: bool) -> None:
    assert deck.is_level(Grade(reported)) is level


@pytest.mark.parametrize(
    ("reported", "offset", "true"), [(-32768, -50, -32768), (32767, 50, 32767), (-32768, 50, -32718), (-60, -50, -110)]
)
def test_the_true_grade_of_a_glitch_stays_on_the_scale(reported: int, offset: int, true: int) -> None:
    assert Deck(Grade(-100), Grade(150), 5, Grade(offset)).true(Grade(reported)) == true


# --- rule 7 ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lowest", "reports", "proven", "declines"),
    [
        (-100, True, False, True),
        (-100, True, True, True),
        (-100, False, True, True),
        (-100, False, False, False),
        (-1, True, False, True),
        (0, True, False, False),
        (0, True, True, False),
        (10, True, True, False),
    ],
)
def test_rule_7_no_negative_grade_to_a_machine_that_does_not_decline(
    lowest: int, reports: bool, proven: bool, declines: bool
) -> None:
    deck = Deck(Grade(lowest), Grade(150), 1, reports=reports, proven=proven)
    bench = Bench(kmh=800, deck=deck)
    refusal = bench.refusal(incline(-1))
    assert (refusal is None) is declines
    assert (deck.floor < 0) is declines
    if not declines:
        assert refusal is Reason.NOT_A_DECLINE_DECK
        assert bench.gate.latched is Reason.NOT_A_DECLINE_DECK


def test_a_decline_past_what_a_machine_reports_is_out_of_its_limits_and_past_ten_is_the_hard_stop() -> None:
    six = Deck(Grade(-60), Grade(150), 5)
    assert Bench(kmh=800, grade=-60, deck=six).refusal(incline(-61)) is Reason.OUT_OF_LIMITS
    assert Bench(kmh=800, grade=-60, deck=six).refusal(incline(-101)) is Reason.PAST_THE_HARD_STOP
    assert Bench(kmh=800, deck=six).refusal(incline(151)) is Reason.OUT_OF_LIMITS
    assert Bench(kmh=800, grade=0, deck=PROPPED).refusal(incline(-51)) is Reason.PAST_THE_HARD_STOP
    assert Bench(kmh=800, grade=0, deck=PROPPED).refusal(incline(-50)) is Reason.NOT_A_DECLINE_DECK


def test_a_deck_is_commanded_when_it_has_more_than_one_place_to_be() -> None:
    assert Deck(Grade(0), Grade(1), 1).commanded
    assert not Deck(Grade(5), Grade(5), 1).commanded
