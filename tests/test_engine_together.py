"""Armed together with others: the belt starts at the moment that was agreed on, never before it, and never without the count."""

from __future__ import annotations

import pytest
from engine_bench import Bench, segment, workout

from treadctl.coaching import wording
from treadctl.engine.phases import Phase
from treadctl.engine.words import Event, Input, Key, Pressed, Telemetry, Tick, Told
from treadctl.safety import Pause, Start, Stop
from treadctl.units import Speed

LEVEL_RUN = workout(segment(900))


def agreed(in_s: float) -> Bench:
    """Five seconds of a still belt, and armed for a moment that far ahead: at 5 s + in_s."""
    bench = Bench(LEVEL_RUN)
    bench.wait(5)
    bench.give(Pressed(Key.ARM, 5 + in_s))
    return bench


def starts(bench: Bench) -> list[float]:
    return [at for at, command in bench.commands if command == Start()]


def test_start_leaves_in_the_first_step_at_or_after_the_agreed_moment() -> None:
    bench = agreed(3.6)
    bench.wait(3.5)
    assert bench.phase is Phase.COUNTDOWN
    assert bench.engine.wakes_at == 8.6
    assert starts(bench) == []
    bench.now = 8.6 - 1e-9
    assert bench.give(Tick()).commands == ()
    bench.now = 8.6
    assert bench.give(Tick()).commands == (Start(),)
    assert bench.engine.wakes_at == float("inf")


def test_the_three_numbers_are_the_last_three_seconds_before_it() -> None:
    bench = agreed(4.0)
    bench.wait(5)
    counted = [wording.count(left).words for left in (3, 2, 1)]
    assert [(at, cue.words) for at, cue in bench.cues if cue.words in counted] == list(zip((6.0, 7.0, 8.0), counted, strict=True))
    assert starts(bench) == [9.0]


def test_a_session_says_beforehand_whether_it_would_heed_arm() -> None:
    bench = Bench(LEVEL_RUN)
    for second in range(1, 6):
        bench.wait(1)
        said = bench.give(Tick()).snapshot.may_arm
        assert said is (second > 3), "its belt has been seen still for three seconds"
    bench.give(Pressed(Key.ARM))
    assert bench.phase is Phase.COUNTDOWN
    assert not bench.give(Tick()).snapshot.may_arm


@pytest.mark.parametrize("in_s", [-60.0, 0.0, 1.0, 3.0])
def test_a_moment_that_is_too_near_shortens_no_countdown(in_s: float) -> None:
    bench = agreed(in_s)
    bench.wait(5)
    assert starts(bench) == [8.0]


@pytest.mark.parametrize(
    ("happened", "command"),
    [
        (Pressed(Key.STOP), Stop()),
        (Pressed(Key.PAUSE), None),
        (Pressed(Key.WALK), None),
        (Told(Event.SAFETY_KEY), None),
        (Told(Event.STOPPED), None),
        (Told(Event.CONTROL_LOST), None),
    ],
)
def test_whatever_calls_a_start_off_does_so_in_the_very_step_in_which_it_is_due(happened: Input, command: Stop | None) -> None:
    bench = agreed(3.6)
    bench.wait(3.5)
    bench.now = 8.6
    step = bench.give(happened, Tick())
    assert Start() not in step.commands
    assert command is None or command in step.commands
    bench.wait(5)
    assert starts(bench) == []


def test_a_belt_that_moves_at_the_agreed_moment_is_not_started() -> None:
    bench = agreed(3.6)
    bench.wait(3.5)
    bench.now = 8.6
    assert Start() not in bench.give(Telemetry(Speed(100)), Tick()).commands


def test_a_resume_after_the_moment_counts_its_own_three_seconds() -> None:
    bench = agreed(3.6)
    bench.press(Key.PAUSE)
    bench.wait(10)
    bench.press(Key.RESUME)
    bench.wait(4)
    assert starts(bench) == [18.0]
    assert Pause() not in [command for _, command in bench.commands]


def test_who_arms_again_has_no_moment_left() -> None:
    bench = agreed(60.0)
    bench.give(Told(Event.STOPPED))
    bench.wait(5)
    bench.press(Key.ARM)
    bench.wait(4)
    assert starts(bench) == [13.0]


def test_a_moment_far_ahead_keeps_nobody_waiting_for_ever() -> None:
    bench = agreed(3600.0)
    bench.wait(60)
    assert starts(bench) == []
    assert bench.phase in (Phase.STOPPING, Phase.OVER)
