"""The form cues: what they may say, what they must cover, and what is never said."""

from __future__ import annotations

import pytest

from treadctl.coaching.catalogue import BY_SLUG, CATALOGUE, FormCue, When, named
from treadctl.coaching.cues import CueKind
from treadctl.units import Grade

COACHED = {"A2.1", "A2.2", "A2.3", "A2.4", "A6.1", "A6.2", "A6.3", "A6.4"}
DOWNHILL = {When.EARLY_DECLINE, When.LATE_DECLINE, When.STEEP, When.ANY_DECLINE}
SOMEWHERE = frozenset({When.ANY_DECLINE})


def test_no_form_cue_has_more_than_four_words() -> None:
    assert all(1 <= len(cue.words.split()) <= 4 for cue in CATALOGUE)


def test_a_cue_of_five_words_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="one to four words"):
        FormCue("long", "look up at the mark", "", ("A2.1",), SOMEWHERE)


def test_a_cue_without_a_fact_or_a_place_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="a fact behind it"):
        FormCue("why", "look up", "", (), SOMEWHERE)
    with pytest.raises(ValueError, match="a place"):
        FormCue("where", "look up", "", ("A2.1",), frozenset())


def test_a_cue_for_a_climb_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="not a decline"):
        FormCue("up", "drive the knees", "", ("A2.1",), SOMEWHERE, mildest=Grade(20))


def test_every_fact_of_A2_and_A6_has_a_cue() -> None:
    assert {fact for cue in CATALOGUE if not cue.opt_in for fact in cue.facts} == COACHED


@pytest.mark.parametrize(
    ("words", "fact"),
    [
        ("look up", "A2.1"),
        ("hips over feet", "A2.2"),
        ("shorter, quicker steps", "A2.3"),
        ("quick, light steps", "A2.3"),
        ("keep arms low", "A2.4"),
        ("hands off the rail", "A2.4"),
        ("don't slam the heel", "A6.1"),
        ("stay low, light", "A6.2"),
        ("let it roll", "A6.3"),
        ("don't fight the hill", "A6.4"),
    ],
)
def test_the_catalogue_says_these_words_for_this_fact(words: str, fact: str) -> None:
    cue = named(words)
    assert cue is not None
    assert cue.words == words
    assert fact in cue.facts


def test_looking_up_means_a_mark_at_eye_height() -> None:
    assert "mark at eye height" in BY_SLUG["look-up"].detail


def test_only_feet_diagonal_is_opt_in_and_only_on_the_steep() -> None:
    (advanced,) = (cue for cue in CATALOGUE if cue.opt_in)
    assert advanced.facts == ("A2.5",)
    assert advanced.places == {When.STEEP}
    assert all("A2.5" not in cue.facts for cue in CATALOGUE if not cue.opt_in)


@pytest.mark.parametrize("wrong", ["look down", "lean back", "hold your arms back", "hold back", "as fast as"])
def test_the_quote_that_contradicts_A2_is_never_used(wrong: str) -> None:
    assert all(wrong not in f"{cue.words} {cue.detail}" for cue in CATALOGUE)


def test_the_run_out_belongs_to_momentum_and_to_nothing_else() -> None:
    run_out = [cue for cue in CATALOGUE if When.RUN_OUT in cue.places]
    assert len(run_out) >= 2
    assert all(cue.facts == ("A6.3",) and cue.places.isdisjoint(DOWNHILL) for cue in run_out)


def test_lean_is_not_asked_for_on_the_steep_nor_diagonal_feet_off_it() -> None:
    lean, diagonal = BY_SLUG["lean-from-ankles"], BY_SLUG["feet-diagonal"]
    here = frozenset({When.ANY_DECLINE, When.STEEP})
    assert lean.belongs(here, Grade(-69), 30)
    assert not lean.belongs(here, Grade(-70), 30)
    assert diagonal.belongs(here, Grade(-70), 30)
    assert not diagonal.belongs(here, Grade(-69), 30)


def test_braking_is_not_talked_of_in_the_first_seconds() -> None:
    assert not BY_SLUG["dont-fight"].belongs(SOMEWHERE, Grade(-40), 9)
    assert BY_SLUG["dont-fight"].belongs(SOMEWHERE, Grade(-40), 10)


def test_slugs_and_words_are_unique_and_both_name_a_cue() -> None:
    assert len(BY_SLUG) == len(CATALOGUE) == len({cue.words for cue in CATALOGUE})
    assert all(named(cue.slug) is cue and named(f"  {cue.words.upper()} ") is cue for cue in CATALOGUE)
    assert named("arms low") is BY_SLUG["arms-low"]
    assert named("run faster") is None
    assert named("") is None


def test_what_is_said_is_a_form_cue_with_its_facts() -> None:
    cue = BY_SLUG["quick-light"].said()
    assert (cue.kind, cue.words, cue.fact) == (CueKind.FORM, "quick, light steps", "A2.3, A6.2")
    assert cue.detail


def test_details_are_one_short_line() -> None:
    assert all(10 <= len(cue.detail) <= 60 for cue in CATALOGUE)
