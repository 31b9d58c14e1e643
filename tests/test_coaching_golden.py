"""What is said in every workout of the library, by a runner with a foot pod who does as they are told: read it aloud.

With TREADCTL_UPDATE_GOLDENS=1 the transcripts are written anew; then read what changed, and ask whether a good coach would say
this, now, this often.
"""

from __future__ import annotations

import os
import re
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from ear import Ear
from transcript import RUNNER, Heard, heard

from treadctl.audio.words import Chattiness
from treadctl.coaching.catalogue import CATALOGUE
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.snapshot import Snapshot
from treadctl.mock.feet import SensorFault
from treadctl.workout import library

GOLDENS = Path(__file__).parent / "golden_cues"
FACTS = {"A2.1", "A2.2", "A2.3", "A2.4", "A6.1", "A6.2", "A6.3", "A6.4"}
STEPS = {"shorter, quicker steps", "quick, light steps"}
QUICKER = "shorter, quicker steps"

every_workout = pytest.mark.parametrize("name", library.names())
said_in = cache(heard)


@every_workout
def test_what_is_said_is_what_was_read_aloud_and_found_good(name: str) -> None:
    path, text = GOLDENS / f"{name}.txt", said_in(name).text()
    if os.environ.get("TREADCTL_UPDATE_GOLDENS"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name} differs; read it, then run with TREADCTL_UPDATE_GOLDENS=1"


def test_no_transcript_is_of_a_workout_that_is_gone() -> None:
    assert {path.stem for path in GOLDENS.iterdir()} == set(library.names())


@every_workout
def test_form_cues_are_rare_short_and_said_on_a_deck_that_rests(name: str) -> None:
    form = said_in(name).of(CueKind.FORM)
    assert all(later - earlier >= 45 for (earlier, *_), (later, *_) in pairwise(form))
    assert all(len(cue.words.split()) <= 4 for _, cue, _ in form)
    assert all(abs(s.target_grade - (s.shown_grade or 0)) <= 3 for _, _, s in form if s.target_grade == s.asked_grade)


@every_workout
def test_nothing_is_said_over_a_countdown(name: str) -> None:
    counts = [at for at, cue, _ in said_in(name).of(CueKind.CHANGE) if cue.words.startswith(("tipping", "rising"))]
    calm = [at for at, _, _ in said_in(name).of(CueKind.FORM, CueKind.PRAISE)]
    assert not [(at, count) for at in calm for count in counts if -2 < at - count < 3]


@every_workout
def test_each_word_is_heard_in_time_and_nothing_is_cut_off(name: str) -> None:
    ear = Ear([(at, cue) for at, cue, _ in said_in(name).cues], Chattiness.COACH)
    assert ear.cut_off == []
    assert ear.missed() == []
    assert max(late for _, late, cue in ear.heard if cue.words.isdigit()) <= 0.25


@every_workout
def test_what_is_announced_in_so_many_seconds_comes_in_as_many(name: str) -> None:
    changes = [(at, cue.words) for at, cue, _ in said_in(name).of(CueKind.CHANGE)]
    for at, words in changes:
        if announced := re.match(r"in (\d+) seconds", words):
            moves = [other - at for other, what in changes if other > at and what.startswith(("now ", "flattening"))]
            ramp = not moves or moves[0] > 60  # one that creeps there has no moment to name
            assert ramp or moves[0] == pytest.approx(int(announced[1]), abs=3)


@every_workout
def test_a_session_that_goes_downhill_names_its_focus_once_in_the_warm_up(name: str) -> None:
    named = [(at, cue.words) for at, cue, _ in said_in(name).of(CueKind.NEWS) if cue.words.startswith("today: ")]
    assert len(named) == 1
    assert named[0][0] < min(at for at, *_ in said_in(name).of(CueKind.FORM))


@every_workout
def test_quicker_is_only_said_to_feet_that_are_slower_than_asked(name: str) -> None:
    for _, cue, s in said_in(name).of(CueKind.FORM):
        if cue.words == QUICKER and s.cadence is not None:
            assert s.step_rate is not None
            assert s.step_rate < s.cadence.low_spm


@every_workout
def test_who_regains_the_target_is_praised_once_on_a_decline(name: str) -> None:
    order = [cue.words for _, cue, _ in said_in(name).cues if cue.words in (QUICKER, "that's it, quick feet")]
    assert all(before == QUICKER for before, after in pairwise(order) if after == "that's it, quick feet")
    segments = [s.segment_index for _, _, s in said_in(name).of(CueKind.PRAISE) if s.cadence is not None]
    assert len(segments) == len(set(segments))


def belongs(cue: Cue, s: Snapshot) -> bool:
    """Whether a catalogue's cue was said where it has its place."""
    known = next(known for known in CATALOGUE if known.words == cue.words)
    on_decline = (s.shown_grade or 0) <= -5
    return on_decline if all("decline" in place.value and "level" not in place.value for place in known.places) else True


@pytest.mark.parametrize("own_spm", [163, None], ids=["with a foot pod", "without"])
def test_every_fact_of_A2_and_A6_is_heard_in_twenty_minutes_and_where_it_belongs(own_spm: int | None) -> None:
    said = heard("twenty-minutes", own_spm=own_spm)
    form = said.of(CueKind.FORM)
    assert set().union(*(cue.fact.split(", ") for _, cue, _ in form)) == FACTS
    assert all(belongs(cue, s) for _, cue, s in form)
    for at, cue, s in form:
        if cue.words in ("let it roll", "find your rhythm"):
            assert any(0 < at - before <= 30 for before, other, _ in said.cues if other.words == "flattening to level")
        if cue.words == "shorten before it tips":
            assert any(0 < after - at <= 40 for after, other, _ in said.cues if other.words == "tipping in 3")
            assert (s.shown_grade, s.target_grade) == (0, 0)


@pytest.mark.parametrize("own_spm", [163, None], ids=["with a foot pod", "without"])
def test_no_fact_waits_for_the_last_of_five_declines_and_none_is_said_where_it_is_too_late_to_try_it(own_spm: int | None) -> None:
    said = heard("twenty-minutes", own_spm=own_spm)
    tips = [at for at, cue, _ in said.of(CueKind.CHANGE) if cue.words.startswith("now minus 4")]
    flattens = [at for at, cue, _ in said.of(CueKind.CHANGE) if cue.words == "flattening to level"]
    assert len(tips) == len(flattens) == 5
    assert set().union(*(cue.fact.split(", ") for at, cue, _ in said.of(CueKind.FORM) if at < tips[-1])) == FACTS
    downhill = [at for at, _, s in said.of(CueKind.FORM) if (s.shown_grade or 0) < -5]
    for tipped, flattened in zip(tips, flattens, strict=True):
        here = [at for at in downhill if tipped < at < flattened]
        assert 3 <= len(here) <= 5
        assert here[0] - tipped >= 10, "the deck has come to rest, and the feet have followed"
        assert flattened - here[-1] >= 15


def gaps(said: Heard, late: bool) -> list[float]:
    """Between the form cues of 4-minute declines, in their first halves or their second."""
    by_decline: dict[int, list[tuple[float, float]]] = {}
    for at, _, s in said.of(CueKind.FORM):
        if s.target_grade == -40:
            by_decline.setdefault(s.segment_index, []).append((at, s.segment_s))
    steps = [pair for times in by_decline.values() for pair in pairwise(times)]
    return [later[0] - earlier[0] for earlier, later in steps if (earlier[1] > 120) is late]


def test_more_is_said_in_the_second_half_of_a_long_decline() -> None:
    said = said_in("twenty-minutes")
    assert max(gaps(said, late=True)) < min(gaps(said, late=False))


def test_who_never_heeds_is_told_again_but_of_other_things_in_between() -> None:
    words = heard("twenty-minutes", heeds=False).words(CueKind.FORM)
    assert words.count(QUICKER) >= 10
    assert all(set(pair) != {QUICKER} for pair in pairwise(words))


@pytest.mark.parametrize("kind", ["halved", "doubled", "stale", "lost"])
def test_a_pod_that_cannot_be_believed_is_told_of_once_and_then_nobody_is_told_off(kind: str) -> None:
    said = heard("five-percent", faults=[SensorFault.parse(f"{kind}@640+330")])
    doubted = [(at, cue.words) for at, cue, _ in said.cues if cue.words.endswith("; no stride cues")]
    assert len({words for _, words in doubted}) == len(doubted) >= 1
    at, words = doubted[0]
    assert words.startswith("foot pod: ")
    during = {cue.words for time, cue, _ in said.of(CueKind.FORM, CueKind.PRAISE) if at <= time <= at + 15}
    assert not during & (STEPS | {"that's it, quick feet"})


def test_the_runners_own_focus_goes_before_the_workouts() -> None:
    def times(focus: str) -> int:
        return heard("hill-400s", replace(RUNNER, focus=focus), own_spm=None).words(CueKind.FORM).count("hips over feet")

    assert times("hips-over-feet") > times("")


@pytest.mark.parametrize("focus", ["keep arms low", "hips over feet"])
def test_the_runners_own_focus_is_the_first_word_on_the_first_decline_and_every_other_one_after_it(focus: str) -> None:
    said = heard("first-descent", replace(RUNNER, focus=focus), own_spm=None)
    assert f"today: {focus}" in said.words(CueKind.NEWS)
    downhill = [cue.words for _, cue, s in said.of(CueKind.FORM) if (s.shown_grade or 0) <= -5]
    assert len(downhill) == 5
    assert [words == focus for words in downhill][:3] == [True, False, True]


def test_a_focus_of_ones_own_keeps_no_fact_out_of_twenty_minutes() -> None:
    said = heard("twenty-minutes", replace(RUNNER, focus="keep arms low"))
    form = [cue for _, cue, _ in said.of(CueKind.FORM)]
    assert set().union(*(cue.fact.split(", ") for cue in form)) == FACTS
    assert sum(cue.words == "keep arms low" for cue in form) >= 3
