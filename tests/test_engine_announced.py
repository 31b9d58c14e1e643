"""A step is announced with the grade and the pace that are run, not with those that were asked for."""

from __future__ import annotations

from engine_bench import Bench, deck, segment, workout


def announced(bench: Bench) -> list[tuple[str, str]]:
    return [(cue.words, cue.detail) for _, cue in bench.cues if cue.words.startswith("decline")]


def test_a_decline_past_the_decks_reach_is_announced_as_steep_as_it_is_run() -> None:
    bench = Bench(workout(segment(60), segment(60, -80, 450)), on=deck(lowest=-60)).running()
    bench.until(lambda: len(announced(bench)) == 1)
    assert announced(bench) == [("decline", "-6.0 % at 4.5 km/h")]


def test_a_decline_is_announced_at_the_pace_that_its_cap_leaves() -> None:
    """Easy is 9.0 km/h; at -10 % a runner is taken at 90 % of that."""
    bench = Bench(workout(segment(60), segment(60, -100, 900))).running()
    bench.until(lambda: len(announced(bench)) == 1)
    assert announced(bench)[0][1] == "-10.0 % at 8.1 km/h"


def test_a_decline_that_is_not_run_today_is_announced_as_level() -> None:
    bench = Bench(workout(segment(60), segment(60, -40, 450))).running()
    bench.engine.run.aims.close_declines("no declines today")
    bench.until(lambda: len(announced(bench)) == 1)
    assert announced(bench) == [("decline", "0.0 % at 4.5 km/h")]
