"""What author and runner want said: in its place, as rarely and as calmly as our own. And what is not said twice."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from engine_bench import Bench, runner, segment, workout

from treadctl.coaching.cues import CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.words import Countdown, StepRate
from treadctl.units import Speed
from treadctl.workout.model import SegmentKind
from treadctl.workout.profile import LevelSteps

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


def test_a_cue_for_before_the_hill_is_said_before_it() -> None:
    hill = replace(segment(120, -30), cues=("shorten before it tips",))
    bench = Bench(workout(segment(90), hill, segment(60))).running()
    bench.until(lambda: bench.snapshot.segment_index == 2)
    (at,) = [at for at, words, _ in said(bench) if words == "shorten before it tips"]
    assert 30 < bench.when_said("tipping in 3") - at + 8 < 60


def test_a_step_that_declines_says_its_cues_only_while_it_does() -> None:
    hill = replace(segment(200, -30), cues=("soft knees",))
    bench = Bench(workout(segment(60), hill, segment(60)), runner(ceiling=0)).running()
    bench.until(lambda: bench.snapshot.segment_index == 2)
    assert said(bench) == []


def test_the_runners_own_focus_is_this_sessions() -> None:
    plan = replace(workout(segment(60), segment(400, -30), segment(60)), focus="look-up")
    bench = Bench(plan, replace(runner(), focus="hands-off")).running()
    bench.until(lambda: bench.snapshot.segment_index == 2, 600)
    heard = [words for at, words, _ in said(bench) if bench.when_said("tipping in 3") < at]
    assert heard.count("hands off the rail") >= 2 > heard.count("look up")


def test_feet_set_diagonally_are_for_who_asked_for_it() -> None:
    plan = workout(segment(60), segment(600, -80), segment(60))
    for who, asked in ((runner(), False), (replace(runner(), diagonal_feet=True), True)):
        bench = Bench(plan, who).running()
        bench.until(lambda: bench.snapshot.segment_index == 2, 800)  # noqa: B023 - called at once
        assert ("feet slightly diagonal" in [words for _, words, _ in said(bench)]) is asked


# --- steps ------------------------------------------------------------------------------------------------------------


MEASURED = replace(runner(), declines_done=5, level_steps=(LevelSteps(Speed(900), 165.0, 600),))  # 174 to 181 on a decline


def on_a_hill(bench: Bench, steps: int | None, seconds: float, why: str = "") -> None:
    """A foot pod says this once a second."""
    end = bench.now + seconds
    while bench.now < end:
        bench.tick(*([StepRate(steps, why)] if bench.now == int(bench.now) else []))


def hill() -> Bench:
    bench = Bench(workout(segment(60), segment(300, -30), segment(60)), MEASURED).running()
    while bench.tilt != -30:
        bench.tick(*([StepRate(165)] if bench.now == int(bench.now) else []))
    return bench


def test_slow_steps_are_told_of_and_regained_ones_praised_once() -> None:
    bench = hill()
    settled = bench.now
    on_a_hill(bench, 165, 30)
    told = bench.when_said("shorter, quicker steps")
    assert 12 <= told - settled <= 20
    on_a_hill(bench, 176, 30)
    assert bench.said().count("that's it, quick feet") == 1
    on_a_hill(bench, 165, 60)
    on_a_hill(bench, 176, 30)
    assert bench.said().count("that's it, quick feet") == 1


def test_quick_steps_are_left_alone() -> None:
    bench = hill()
    on_a_hill(bench, 176, 120)
    assert "shorter, quicker steps" not in bench.said()
    assert "that's it, quick feet" not in bench.said()


@pytest.mark.parametrize("why", ["halved", "no data for 5 s"])
def test_a_pod_in_doubt_is_told_of_once_and_leaves_the_steps_alone(why: str) -> None:
    bench = hill()
    on_a_hill(bench, None, 120, why)
    assert bench.said().count(f"foot pod: {why}; no stride cues") == 1
    assert not {"shorter, quicker steps", "quick, light steps"} & set(bench.said())


def test_the_length_of_a_step_is_told_beside_the_one_on_the_level() -> None:
    bench = hill()
    on_a_hill(bench, 176, 2)
    s = bench.snapshot
    assert s.shown_speed == 900
    assert s.step_length_m == pytest.approx(0.8523, abs=0.0001)  # 2.5 m/s x 60 / 176
    assert s.level_step_length_m == pytest.approx(0.9091, abs=0.0001)  # and / 165
    bench.wait(10)
    assert (bench.snapshot.step_length_m, bench.snapshot.level_step_length_m) == (None, None)


def test_what_the_level_teaches_counts_on_the_next_hill() -> None:
    bench = Bench(workout(segment(200), segment(120, -30), segment(60)), replace(runner(), declines_done=5)).running()
    on_a_hill(bench, 160, 260)
    assert bench.snapshot.segment_index == 1
    assert bench.snapshot.cadence is not None
    assert bench.snapshot.cadence.why == "+7 % over your 160"


# --- said once --------------------------------------------------------------------------------------------------------


def test_after_our_own_countdown_the_machines_is_not_counted_aloud() -> None:
    bench = Bench().armed()
    bench.to(Phase.STARTING)
    said_of_it = [[cue.words for cue in bench.give(Countdown(number)).cues] for number in ("3", "2", "1")]
    assert said_of_it == [["now the treadmill counts"], [], []]


def test_a_countdown_that_somebody_else_began_is_counted_aloud() -> None:
    bench = Bench()
    bench.wait(2)
    assert bench.give(Countdown("2")).cues[0].words == "2"


def test_a_cool_down_is_not_announced_again_at_its_end() -> None:
    for kind, times in ((SegmentKind.COOL_DOWN, 0), (SegmentKind.RECOVER, 1)):
        bench = Bench(workout(segment(30), replace(segment(30, speed=450), kind=kind))).running()
        bench.to(Phase.OVER)
        assert bench.said().count("cool down") == times


def test_a_ramp_is_not_told_to_be_limited_at_each_step_of_the_deck() -> None:
    bench = Bench(workout(segment(60), segment(120, -20, grade_to=-40), segment(60))).running()
    bench.until(lambda: bench.snapshot.segment_index == 2)
    assert not [words for words in bench.said() if words.startswith("grade limited")]


def test_a_climb_is_counted_as_one() -> None:
    bench = Bench(workout(segment(60), segment(60, 20), segment(60))).running()
    bench.until(lambda: bench.snapshot.segment_index == 2)
    assert "rising in 3" in bench.said()
    assert "tipping in 3" not in bench.said()


def test_a_long_way_down_is_announced_earlier() -> None:
    for grade, words in ((-40, "in 15 seconds minus 4, 1 minute"), (-100, "in 15 seconds minus 10, 1 minute")):
        bench = Bench(workout(segment(90, speed=700), segment(60, grade, speed=700), segment(60))).running()
        bench.until(lambda: bench.snapshot.segment_index == 1)  # noqa: B023 - called at once
        assert bench.when_said("tipping in 3") - bench.when_said(words) >= 8
