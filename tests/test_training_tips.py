"""What has no belt is said too: each with its fact, one at a time."""

from __future__ import annotations

from training_stories import RUNNER, day, deck, ran

from treadctl.cli.next_up import advice_lines
from treadctl.cli.session_lines import effort
from treadctl.training.model import Past
from treadctl.training.progression import advise
from treadctl.training.tips import TIPS, tip


def test_surface_shoes_lacing_outdoor_feet_and_no_injury_are_all_there_with_their_facts() -> None:
    said = {word: [str(each) for each in TIPS if word in each.text] for word in ("grass", "shoes", "lace", "across the slope")}
    assert "(A3.3)" in said["grass"][0]
    assert "(A3.3; ours)" in said["shoes"][0]
    assert "(A1.3)" in said["lace"][0]
    assert "never on a belt (A2.5)" in said["across the slope"][0]
    assert "that soreness is normal and no injury (A1.4, A3.5)" in str(TIPS[0])


def test_every_tip_gets_its_turn() -> None:
    assert {tip(number) for number in range(len(TIPS))} == set(TIPS)
    assert tip(len(TIPS)) == tip(0)


def test_next_says_one_and_another_after_the_next_session() -> None:
    advice = advise(Past(), RUNNER, deck(-10), day(0))
    first, second = ("\n".join(advice_lines(advice, None, done)) for done in (0, 1))
    assert "the bill comes in two days" in first
    assert "begin on grass or dirt" in second


def test_a_deck_without_decline_is_told_of_strength() -> None:
    advice = advise(Past(), RUNNER, deck(0), day(0))
    assert "treadctl strength list: slow lowering and jumps" in "\n".join(advice_lines(advice, deck(0), 0))


def test_a_decline_session_ends_with_what_to_expect_and_others_do_not() -> None:
    assert any("soreness is normal and no injury" in line for line in effort(ran(1, -4, 10, on=0), "km/h"))
    assert not any("soreness" in line for line in effort(ran(1, 0, 0, on=0), "km/h"))
