"""What is known of a machine before anybody arms: warnings are said, and a deck's known rate is believed until one is seen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import HILL, Bench, deck, segment, workout

from treadctl.coaching.cues import CueKind
from treadctl.engine.engine import Engine
from treadctl.engine.words import Connected, Disconnected, Machine, Telemetry
from treadctl.safety import SetIncline
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

BENCH = Machine("bench", Speed(80), Speed(2000), 10, deck())
WARNED = replace(BENCH, warnings=("its deck moves by itself after Stop", "its speed is not what it shows"))


def test_the_warnings_of_a_machine_are_said_before_arming_as_limits() -> None:
    cues = Engine(HILL, Profile(chosen=True)).step(0.0, [Connected(WARNED)]).cues
    assert [(cue.kind, cue.words) for cue in cues if cue.words in WARNED.warnings] == [
        (CueKind.LIMIT, "its deck moves by itself after Stop"),
        (CueKind.LIMIT, "its speed is not what it shows"),
    ]


def test_they_are_not_said_again_in_the_middle_of_a_session() -> None:
    bench = Bench()
    bench.machine = WARNED
    bench.give(Disconnected("gone"), Connected(WARNED))
    bench.running()
    at = bench.now
    bench.give(Disconnected("gone"), Connected(WARNED))
    assert not set(WARNED.warnings) & set(bench.said(at))


def test_the_known_rate_of_a_deck_is_assumed_until_another_is_seen() -> None:
    engine = Engine(HILL, Profile(chosen=True))
    engine.step(0.0, [Connected(replace(BENCH, deck_rate=2))])
    engine.step(1.0, [Telemetry(Speed(0), Grade(0))])
    assert engine.run.sight.deck_travel_s(Grade(-40)) == 20.0, "4 % at 0.2 % per s"
    engine.step(2.0, [Telemetry(Speed(0), Grade(-4))])
    assert engine.run.sight.deck_down.per_s == 2.5, "a quarter of what was seen is believed"
    engine.step(3.0, [Connected(BENCH)])
    engine.step(4.0, [Telemetry(Speed(0), Grade(0))])
    assert engine.run.sight.deck_travel_s(Grade(-40)) == 8.0, "4 % at 0.5 % per s where nothing is known"


def test_a_slow_deck_starts_sooner() -> None:
    def tips_at(rate: int | None) -> float:
        bench = Bench(workout(segment(90), segment(60, -40)))
        bench.give(Disconnected("gone"), Connected(replace(BENCH, deck_rate=rate)))
        bench.running()
        return bench.until(lambda: any(command.grade < 0 for _, command in bench.sent(SetIncline)))

    assert tips_at(2) < tips_at(None) - 4.0


@pytest.mark.parametrize("rate", [0, -3])
def test_a_deck_that_moves_has_a_rate(rate: int) -> None:
    with pytest.raises(ValueError, match="deck"):
        replace(BENCH, deck_rate=rate)
