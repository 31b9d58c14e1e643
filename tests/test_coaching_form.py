"""When form cues are said: over simulated sessions at 4 Hz, and over arbitrary streams of contexts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.coaching.catalogue import CATALOGUE
from treadctl.coaching.cues import CueKind
from treadctl.coaching.form import FormCoach, FormContext, default_focus
from treadctl.units import Grade

A2_AND_A6 = {"A2.1", "A2.2", "A2.3", "A2.4", "A6.1", "A6.2", "A6.3", "A6.4"}
RUN_OUT_WORDS = {"let it roll", "find your rhythm"}
LEVEL_BEFORE_WORDS = {"look up", "shorten before it tips"}
FOCUSES = [cue.slug for cue in CATALOGUE if not cue.opt_in]
TIPPING_S = 8.0  # how long the simulated deck moves


def session(declines: int, decline_s: float, level_s: float, grade: int = -50) -> Iterator[FormContext]:
    """Level, then declines with level stretches after each, in quarters of a second."""
    now, since = 0.0, None
    for i in range(2 * declines + 1):
        down, length = bool(i % 2), decline_s if i % 2 else level_s
        for tick in range(int(length * 4)):
            t = tick / 4
            yield FormContext(
                now=now,
                decline_s=t + 0.25 if down else 0.0,
                decline_planned_s=decline_s if down else 0.0,
                true_grade=Grade(grade if down else 0),
                seconds_to_decline=None if down or i == 2 * declines else length - t,
                since_decline_s=None if down or since is None else now - since,
                deck_moving=i > 0 and t < TIPPING_S,
                quiet=i > 0 and t < TIPPING_S + 3,
            )
            now += 0.25
        since = now if down else since


def run(coach: FormCoach, contexts: Iterator[FormContext]) -> list[tuple[FormContext, str, set[str]]]:
    """Every form cue with where it was said: (context, words, facts). Beside them only praise, and news of the foot pod."""
    heard = [(context, cue) for context in contexts if (cue := coach.next(context))]
    assert {cue.kind for _, cue in heard} <= {CueKind.FORM, CueKind.PRAISE, CueKind.NEWS}
    return [(context, cue.words, set(cue.fact.split(", "))) for context, cue in heard if cue.kind is CueKind.FORM]


DECLINE_SESSIONS = [(1, 1200.0, 300.0), (2, 600.0, 180.0), (5, 240.0, 120.0), (10, 120.0, 90.0)]


@pytest.mark.parametrize("focus", [None, *FOCUSES])
@pytest.mark.parametrize(("declines", "decline_s", "level_s"), DECLINE_SESSIONS)
def test_every_fact_of_A2_and_A6_occurs_in_a_twenty_minute_decline_session(
    declines: int, decline_s: float, level_s: float, focus: str | None
) -> None:
    heard = run(FormCoach(focus), session(declines, decline_s, level_s))
    assert set.union(*(facts for _, _, facts in heard)) == A2_AND_A6


@pytest.mark.parametrize("grade", [-20, -50, -100])
@pytest.mark.parametrize(("declines", "decline_s", "level_s"), DECLINE_SESSIONS)
def test_each_cue_is_said_where_it_belongs(declines: int, decline_s: float, level_s: float, grade: int) -> None:
    for context, words, _ in run(FormCoach(), session(declines, decline_s, level_s, grade)):
        if context.decline_s > 0:
            assert words not in RUN_OUT_WORDS | {"shorten before it tips"}
        elif context.since_decline_s is not None and context.since_decline_s <= 25:
            assert words in RUN_OUT_WORDS
        else:
            assert words in LEVEL_BEFORE_WORDS
            assert context.seconds_to_decline is not None
            assert 34 <= context.seconds_to_decline <= 38
        if words == "lean from the ankles":
            assert context.true_grade > -70


@pytest.mark.parametrize("focus", FOCUSES)
def test_the_run_out_of_a_long_decline_is_always_coached(focus: str) -> None:
    heard = run(FormCoach(focus), session(4, 300.0, 120.0))
    assert sum(words in RUN_OUT_WORDS for _, words, _ in heard) == 4


@pytest.mark.parametrize("focus", [slug for slug in FOCUSES if slug not in ("let-it-roll", "find-rhythm", "shorten-first")])
@pytest.mark.parametrize(("declines", "decline_s", "level_s"), DECLINE_SESSIONS)
def test_the_focus_is_said_more_often_than_any_other_cue(declines: int, decline_s: float, level_s: float, focus: str) -> None:
    coach = FormCoach(focus)
    words = {cue.slug: cue.words for cue in CATALOGUE}[focus]
    times = Counter(said for _, said, _ in run(coach, session(declines, decline_s, level_s)))
    assert coach.focus == focus
    assert times[words] > max(n for said, n in times.items() if said != words)
    assert len(times) >= 6


def test_more_is_said_in_the_second_half_of_a_long_decline() -> None:
    times = [context.decline_s for context, _, _ in run(FormCoach(), session(1, 1200.0, 60.0)) if context.decline_s]
    assert sum(t > 600 for t in times) > sum(t <= 600 for t in times)


def test_a_session_names_its_focus_and_otherwise_the_first_two_are_look_up() -> None:
    assert FormCoach("arms-low").focus == "arms-low"
    assert FormCoach("keep arms low", declines_done=9).focus == "arms-low"
    assert FormCoach(None).focus == FormCoach(None, declines_done=1).focus == "look-up"
    assert [FormCoach("", declines_done=n).focus for n in (2, 3)] == ["shorter-steps", "arms-low"]


@given(st.integers(0, 10_000))
def test_every_session_has_a_default_focus(declines_done: int) -> None:
    assert FormCoach(None, declines_done=declines_done).focus == default_focus(declines_done)


def test_a_focus_nobody_knows_is_refused_with_the_ones_there_are() -> None:
    with pytest.raises(ValueError, match="'sprint' is no focus for this session; one of look-up, "):
        FormCoach("sprint")


def test_the_advanced_cue_needs_opt_in() -> None:
    advanced = "feet slightly diagonal"
    stream = list(session(2, 600.0, 180.0, grade=-100))
    assert advanced not in {words for _, words, _ in run(FormCoach(), iter(stream))}
    assert advanced in {words for _, words, _ in run(FormCoach(opt_in=True), iter(stream))}
    with pytest.raises(ValueError, match="no focus for this session"):
        FormCoach("feet-diagonal")
    assert FormCoach("feet-diagonal", opt_in=True).focus == "feet-diagonal"


SECONDS = st.floats(0, 1500)
CONTEXTS = st.lists(
    st.builds(
        FormContext,
        now=st.floats(0.25, 70),
        decline_s=st.just(0.0) | SECONDS,
        decline_planned_s=st.just(0.0) | SECONDS,
        true_grade=st.integers(-100, 150).map(Grade),
        seconds_to_decline=st.none() | SECONDS | st.floats(0, 40),
        since_decline_s=st.none() | SECONDS | st.floats(0, 40),
        deck_moving=st.booleans(),
        quiet=st.booleans(),
    ),
    max_size=60,
)


@settings(max_examples=60, deadline=None)
@given(CONTEXTS, st.sampled_from(FOCUSES), st.booleans())
def test_whatever_happens_cues_are_short_rare_calm_varied_and_repeatable(
    steps: list[FormContext], focus: str, opt_in: bool
) -> None:
    now, contexts = 0.0, []
    for step in steps:  # the drawn `now` is the time since the step before
        now += step.now
        contexts.append(step._replace(now=now))
    heard = run(FormCoach(focus, opt_in), iter(contexts))
    assert heard == run(FormCoach(focus, opt_in), iter(contexts))
    focus_words = next(cue.words for cue in CATALOGUE if cue.slug == focus)
    assert all(len(words.split()) <= 4 for _, words, _ in heard)
    assert not any(context.deck_moving or context.quiet for context, _, _ in heard)
    for (before, said, _), (after, then, _) in pairwise(heard):
        assert after.now - before.now >= 45 - 1e-9
        assert then != said or then == focus_words


def on_decline(now: float) -> FormContext:
    return FormContext(now, 60.0 + now, 180.0, Grade(-40), None, None, False, False)


def test_no_form_cue_while_the_deck_moves() -> None:
    assert FormCoach().next(on_decline(0)._replace(deck_moving=True)) is None
    assert FormCoach().next(on_decline(0)) is not None


def test_no_form_cue_right_after_something_more_urgent() -> None:
    assert FormCoach().next(on_decline(0)._replace(quiet=True)) is None


def test_the_second_cue_waits_for_forty_five_seconds() -> None:
    coach = FormCoach()
    assert coach.next(on_decline(0)) is not None
    assert coach.next(on_decline(44.75)) is None
    assert coach.next(on_decline(45)) is not None


def test_nothing_is_said_about_form_on_a_plain_level_stretch() -> None:
    coach = FormCoach()
    assert coach.next(FormContext(900, 0.0, 0.0, Grade(0), None, None, False, False)) is None
    assert coach.next(FormContext(901, 0.0, 0.0, Grade(0), 31.0, 26.0, False, False)) is None


def test_an_hour_of_having_nothing_to_say_costs_next_to_nothing() -> None:
    coach, warm_up = FormCoach(), FormContext(0.0, 0.0, 0.0, Grade(0), 600.0, None, False, False)
    begin = process_time()
    for _ in range(3600 * 4):
        coach.next(warm_up)
    assert process_time() - begin < 0.2  # some 5 ms where this was written


def test_nobody_who_walks_is_asked_to_shorten_a_stride_or_to_let_it_roll() -> None:
    ahead = FormContext(900, 0.0, 0.0, Grade(0), 36.0, None, False, False, walks=True)
    behind = FormContext(900, 0.0, 0.0, Grade(0), None, 10.0, False, False, walks=True)
    for context in (ahead, behind):
        for author in ((), ("shorten before it tips", "let it roll")):
            coach = FormCoach("arms-low")
            coach.enter(author, author)
            said = coach.next(context)
            assert said is None or said.words not in {"shorten before it tips", "let it roll"}
            coach.enter(author, author)
            running = FormCoach("shorten-first" if context is ahead else "let-it-roll")
            running.enter(author, author)
            said = running.next(context._replace(walks=False))
            assert said is not None
            assert said.words in {"shorten before it tips", "let it roll"}


def test_what_the_author_said_twice_lets_facts_go_first_that_nobody_heard() -> None:
    coach, words = FormCoach("arms-low"), []
    for step in range(4):
        coach.enter(("look up",), declines=True)
        for turn in range(2):
            cue = coach.next(on_decline(200.0 * step + 60 * turn)._replace(decline_s=60.0 + 60 * turn))
            words.append("" if cue is None else cue.words)
    assert words[0::2][:2] == ["look up", "look up"]
    assert "look up" not in words[4:6]


def test_a_focus_of_ones_own_goes_before_what_the_author_wants_and_alternates_with_it() -> None:
    def said(own: bool) -> list[str]:
        coach = FormCoach("arms-low", own=own)
        coach.enter(("look up", "hold back", "run tall"), declines=True)
        cues = [coach.next(on_decline(60.0 * n)._replace(decline_s=60.0 * n + 60, decline_planned_s=900)) for n in range(4)]
        return [cue.words for cue in cues if cue is not None]

    assert said(own=True) == ["keep arms low", "look up", "keep arms low", "hold back"]
    assert said(own=False)[:3] == ["look up", "hold back", "run tall"]


def test_the_focus_is_announced_with_its_reason() -> None:
    cue = FormCoach("arms-low").announced()
    assert (cue.kind, cue.words, cue.fact) == (CueKind.NEWS, "today: keep arms low", "A2.4")
