"""Made-up runner-years: whatever a runner does or feels, the advice breaks no rule of A3."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from training_stories import MONDAY, RUNNER, deck, felt, ran
from training_years import DECKS, PROPPED, Year, weekly_grades

from treadctl.engine.words import Machine
from treadctl.training.model import CheckIn, Done, Past
from treadctl.training.progression import Advice, Call, advise
from treadctl.training.soreness import Verdict, of_each
from treadctl.units import Grade
from treadctl.workout.blocks import hanging

DOC = Path(__file__).parent.parent / "docs" / "training.md"


@cache
def thirty_years() -> tuple[Year, ...]:
    return tuple(Year(seed).live() for seed in range(30))


def test_thirty_runner_years_break_no_rule() -> None:
    years = thirty_years()
    assert [broken for year in years for broken in year.broken] == []
    assert sum(len(year.advised) for year in years) > 200


def test_twelve_years_on_propped_decks_break_no_rule() -> None:
    years = [Year(seed, decks=PROPPED).live() for seed in range(100, 112)]
    assert [broken for year in years for broken in year.broken] == []
    assert sum(len(year.advised) for year in years) > 50


@pytest.mark.long
def test_a_thousand_runner_years_break_no_rule() -> None:
    for seed in range(1000, 2000):
        assert Year(seed, decks=PROPPED if seed % 4 == 0 else DECKS).live().broken == []


def test_in_thirty_years_everything_happens() -> None:
    """The years are a test only as long as every verdict comes up in them."""
    seen: Counter[Verdict] = Counter()
    for year in thirty_years():
        seen.update(how.verdict for how in of_each(year.past, MONDAY + timedelta(days=400)).values())
    assert set(seen) == set(Verdict) - {Verdict.WAITING}


def test_the_documented_year_is_what_the_advice_gives() -> None:
    """docs/training.md shows one made-up year, week by week; this is where it comes from."""
    year = Year(273).live()
    assert year.broken == []
    grades = [None if grade is None else Grade(round(grade * 10)) for grade in weekly_grades(year)]
    assert "\n".join(line.rstrip() for line in hanging(grades)) in DOC.read_text(encoding="utf-8")


# --- properties --------------------------------------------------------------------------------------------------------

_LEVELS = st.one_of(st.none(), st.integers(0, 4), st.integers(0, 10))
_SESSION = st.tuples(
    st.integers(3, 80),  # days after the one before
    st.sampled_from([-2, -3, -4, -5, -6, -7, -7.5, -8, -10]),
    st.integers(2, 20),
    st.booleans(),
    st.tuples(_LEVELS, _LEVELS, _LEVELS),
)
_DECKS = st.sampled_from([None, deck(-10), deck(-10, step=1), deck(-6), deck(-2), deck(-1), deck(0), *PROPPED])
_CEILINGS = st.integers(-100, 0).map(Grade)


def story(told: list[tuple[int, float, int, bool, tuple[int | None, int | None, int | None]]]) -> Past:
    on, sessions, checks = 0, list[Done](), list[CheckIn]()
    for number, (gap, grade, minutes, whole, levels) in enumerate(told, 1):
        on += gap
        done = ran(number, grade, minutes, on=on, ending="finished" if whole else "stopped")
        sessions.append(done)
        checks += felt(done, *levels)
    return Past(tuple(sessions), tuple(sorted(checks, key=lambda check: check.day)))


_STORY = st.lists(_SESSION, max_size=14).map(story)


def after(past: Past, days: int) -> Advice:
    last = past.sessions[-1].day if past.sessions else MONDAY
    return advise(past, RUNNER, None, last + timedelta(days=days))


@settings(deadline=None)
@given(_STORY, _DECKS, _CEILINGS, st.integers(0, 120))
@example(Past((), ()), deck(-3, step=1, offset=-0.4), Grade(-2), 0)
def test_no_advice_is_past_deck_ceiling_or_twenty_minutes(past: Past, machine: object, ceiling: Grade, days: int) -> None:
    on = machine if isinstance(machine, Machine) else None
    last = past.sessions[-1].day if past.sessions else MONDAY
    advice = advise(past, replace(RUNNER, ceiling=ceiling), on, last + timedelta(days=days))
    if advice.offer is not None:
        assert advice.ceiling >= max(on.deck.steepest if on is not None else Grade(-100), Grade(-100))
        assert advice.ceiling >= ceiling - 2  # tenths: a deck that stands 0.4 % down on a ceiling of 0.2 % has nothing milder
        assert advice.ceiling >= min(rung.grade for rung in advice.most) - 2  # tenths: a deck is never steeper than what is open
        assert all(rung.decline_s <= 20 * 60 for rung in advice.most)


@settings(deadline=None)
@given(_STORY, st.integers(0, 40))
def test_never_steeper_after_a_bad_response(past: Past, days: int) -> None:
    bad = ran(99, -4, 8, on=(past.sessions[-1].day - MONDAY).days + 7 if past.sessions else 0)
    with_bad = Past((*past.sessions, bad), (*past.checks, *felt(bad, 2, 3, 5)))
    advice = after(with_bad, 3 + days)
    assert advice.ceiling >= -30
    assert max(rung.decline_s for rung in advice.most) <= 8 * 60 * 0.8
    assert not advice.is_open or days >= 10


@settings(deadline=None)
@given(_STORY, st.lists(st.integers(3, 150), min_size=2, max_size=6))
def test_more_rest_opens_and_never_makes_harder(past: Past, rests: list[int]) -> None:
    calls = [after(past, days) for days in sorted(rests)]
    for sooner, later in pairwise(calls):
        assert later.is_open or not sooner.is_open
        assert later.ceiling >= sooner.ceiling
        assert max(rung.decline_s for rung in later.most) <= max(rung.decline_s for rung in sooner.most)


@settings(deadline=None)
@given(_STORY, st.integers(0, 100))
def test_the_same_history_gives_the_same_advice(past: Past, days: int) -> None:
    assert after(past, days) == after(past, days)


@settings(deadline=None)
@given(_STORY, st.integers(0, 100))
def test_every_advice_says_why_with_a_source(past: Past, days: int) -> None:
    advice = after(past, days)
    assert advice.reasons
    assert all(reason.source and reason.text for reason in (*advice.reasons, *advice.closed))
    assert advice.call in (Call.GO, Call.WAIT, Call.REST)
