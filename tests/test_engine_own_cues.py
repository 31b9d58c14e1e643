"""What a workout's author wants said in a step is said there, as rarely and as calmly as our own."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from engine_bench import Bench, segment, workout

from treadctl.coaching.cues import CueKind

WORDS = ("hold back", "look up", "soft knees")


def said(bench: Bench) -> list[tuple[float, str, str]]:
    return [(at, cue.words, cue.fact) for at, cue in bench.cues if cue.kind is CueKind.FORM]


def test_a_steps_own_cues_are_said_in_it_in_order_and_45_seconds_apart() -> None:
    hill = replace(segment(240, -30), cues=WORDS)
    bench = Bench(workout(segment(60), hill, segment(60))).running()
    begun = bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.until(lambda: bench.snapshot.segment_index == 2)
    in_it = [entry for entry in said(bench) if entry[0] >= begun]
    assert [words for _, words, _ in in_it][:3] == list(WORDS)
    assert all(later - earlier >= 45 for (earlier, *_), (later, *_) in pairwise(in_it))
    assert ("look up", "A2.1") in [(words, fact) for _, words, fact in in_it], "one that we know keeps its fact"


def test_none_is_said_while_the_deck_moves() -> None:
    hill = replace(segment(120, -80), cues=WORDS)
    bench = Bench(workout(segment(60), hill, segment(60))).running()
    bench.until(lambda: bool([words for _, words, _ in said(bench) if words == "hold back"]))
    assert bench.tilt == -80


def test_a_steps_note_is_told_when_it_begins() -> None:
    bench = Bench(workout(segment(60), replace(segment(60), note="Let the legs settle."))).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    assert any(cue.detail == "Let the legs settle." for _, cue in bench.cues)
