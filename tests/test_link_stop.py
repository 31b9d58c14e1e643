"""What becomes of a Stop that another app's control, or a link made a moment ago, stands in the way of."""

from __future__ import annotations

import pytest
from test_link import CONTROL, PAUSE, START, STOP, TRAINING, Wire

from treadctl.engine.words import Answered, CommandKind, Outcome
from treadctl.ftms import training_status
from treadctl.ftms.control_point import Result
from treadctl.ftms.machine_status import Status
from treadctl.ftms.training_status import Training, TrainingStatus
from treadctl.safety import Command, Pause, Start, Stop, TakeControl


def test_every_stop_that_was_not_permitted_makes_the_next_one_ask_for_control_again() -> None:
    """Another app holds the treadmill for a while, and then lets go without a word."""
    wire = Wire().shows(800, 3)
    others = 3  # Stops during which it is the other app's
    written: list[bytes] = []
    for press in range(5):
        wire.later(1).offer(Stop())
        while (octets := wire.take()) is not None:
            written.append(octets)
            refused = press < others
            wire.answers(octets, Result.CONTROL_NOT_PERMITTED if refused else Result.SUCCESS)
    assert written[:4] == [CONTROL, STOP, CONTROL, STOP], "once by itself"
    assert written[4:8] == [CONTROL, STOP, CONTROL, STOP], "and once for each press"
    assert written[8:] == [CONTROL, STOP, STOP], "permitted, and control is ours from there on"


def test_a_belt_that_nobody_had_seen_when_stop_was_written_gets_no_second_one_while_it_slows() -> None:
    """Over a link made a moment ago there is no frame yet, and a belt that was seen at no speed is not one that does not slow."""
    wire = Wire().in_control()
    wire.later(0.5).offer(Stop())
    wire.answers(wire.take())
    for speed in (900, 750, 600, 450, 300, 150, 0, 0):
        wire.shows(speed)
        assert wire.take() is None, f"at {speed}"


@pytest.mark.parametrize("speed", [900, 100])
def test_a_belt_that_nobody_had_seen_when_stop_was_written_and_that_does_not_slow_gets_another(speed: int) -> None:
    wire = Wire().in_control()
    wire.later(0.5).offer(Stop())
    wire.answers(wire.take())
    wire.shows(speed, 4).later(0.1)
    taken = wire.take() or wire.shows(speed, 2).later(0.1).take()
    assert taken == STOP


NOT_NEEDED = [(CommandKind.STOP, Outcome.NOT_WRITTEN)]


def counts(wire: Wire, text: str) -> Wire:
    status = TrainingStatus(Training.PRE_WORKOUT, text=text)
    wire.link.received(TRAINING, training_status.encode(status), wire.now)
    return wire


def test_a_stop_while_the_machine_counts_down_is_written_though_the_belt_still_stands() -> None:
    """Somebody pressed START at its console, and Stop before it moved."""
    wire = counts(Wire().in_control().shows(0, 6), "3").later(0.5).offer(Stop())
    assert wire.take() == STOP
    stopped = Wire().running().offer(Stop())
    stopped.answers(stopped.take())
    stopped.shows(300).shows(0, 2)
    assert counts(stopped, "3").later(0.5).offer(Stop()).take() == STOP, "also a second time"


@pytest.mark.parametrize("seconds", [1, 2, 5, 7])
def test_a_belt_that_moves_within_ten_seconds_of_a_stop_that_was_not_needed_is_stopped_at_its_second_frame(seconds: int) -> None:
    wire = Wire().in_control().shows(0, 6).offer(Stop())
    assert wire.take() is None
    assert wire.outcomes() == NOT_NEEDED
    for _ in range(seconds):
        assert wire.shows(0).later(0.01).take() is None
    assert wire.shows(80).take() is None, "that may be a foot on the rollers"
    wire.shows(80)
    assert wire.link.wake() <= wire.now
    assert wire.take() == STOP


def test_a_stray_frame_after_a_stop_that_was_not_needed_brings_no_stop_that_might_start_the_belt() -> None:
    wire = Wire().in_control().shows(0, 6).offer(Stop())
    assert wire.take() is None
    for speed in (0, 80, 0, 0, 0, 80, *[0] * 10):
        assert wire.shows(speed).take() is None


def test_nor_does_it_help_that_the_treadmill_says_that_it_was_started() -> None:
    """Nobody knows who pressed first, and some tell it as late as the belt moves."""
    wire = Wire().in_control().shows(0, 6).offer(Stop())
    assert wire.take() is None
    wire.shows(0, 4)
    wire.tells(Status.STARTED_OR_RESUMED_BY_USER)
    assert wire.shows(80, 2).take() == STOP


def test_whoever_starts_it_later_or_with_our_own_key_is_not_stopped() -> None:
    later = Wire().in_control().shows(0, 6).offer(Stop())
    assert later.take() is None
    for speed in (*[0] * 14, *[80] * 5):
        assert later.shows(speed).take() is None
    ours = Wire().in_control().shows(0, 6).offer(Stop())
    assert ours.take() is None
    ours.shows(0, 1).offer(TakeControl())
    ours.answers(ours.take())
    ours.shows(0, 1).offer(Start())
    assert ours.take() == START
    ours.answers(START)
    assert ours.shows(0, 2).shows(80, 5).take() is None


def test_a_stop_that_is_not_needed_ends_no_watch_over_one_that_was() -> None:
    """The belt does not heed the first; a stray zero, and nobody's watch is over."""
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    wire.shows(0).offer(Stop())
    assert wire.take() is None
    assert wire.shows(800, 2).later(0.1).take() == STOP


def test_the_belt_of_a_later_hour_is_stopped_though_a_frame_shows_it_at_zero() -> None:
    """A Stop was accepted an hour ago; since then somebody set the belt moving at its console, which told nobody."""
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    wire.shows(300).shows(0, 20)
    assert wire.take() is None
    wire.shows(400, 30).shows(0).offer(Stop())
    assert wire.take() == STOP


def test_a_machine_that_says_nothing_while_it_stands_is_not_stopped_when_it_is_started_later() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    wire.shows(300).shows(0, 5)
    assert wire.take() is None
    for _ in range(300):
        assert wire.later(2).take() is None
    assert wire.shows(80, 5).take() is None


@pytest.mark.parametrize("halts", [Stop(), Pause()])
def test_a_start_that_a_stop_clears_from_the_queue_is_told_as_never_written(halts: Command) -> None:
    wire = Wire().in_control().shows(0, 6)
    wire.offer(Start(), halts)
    assert (CommandKind.START, Outcome.NOT_WRITTEN) in wire.outcomes()
    assert START not in (wire.take(), wire.later(1).take())


@pytest.mark.parametrize("text", ["0", "00"])
def test_zero_is_no_countdown(text: str) -> None:
    wire = counts(Wire().in_control().shows(0, 6), text).offer(Stop())
    assert wire.take() is None
    assert wire.outcomes() == NOT_NEEDED


def test_a_countdown_is_history_ten_seconds_after_it() -> None:
    wire = counts(Wire().in_control().shows(0, 6), "3").shows(0, 11).offer(Stop())
    assert wire.take() is None


def test_a_stop_of_which_nobody_knows_is_watched_through_a_silence_in_which_a_start_may_come_true() -> None:
    """The machine sends nothing while it stands, and takes fifteen seconds to move."""
    wire = Wire().shows(0, 5).in_control()
    wire.later(1).offer(Start())
    assert wire.take() == START
    wire.answers(START)
    wire.shows(0).offer(Stop())
    assert wire.take() == STOP
    for _ in range(7):
        assert wire.later(2).take() is None, "its answer is lost, and nothing is heard"
    wire.shows(80, 2)
    assert wire.take() or wire.later(2).shows(80).take() == STOP


def test_a_stop_that_was_written_twice_may_be_answered_twice() -> None:
    wire = Wire().running().offer(Stop())
    stop = wire.take()
    assert wire.link.may_go_twice(wire.now)
    wire.link.went_twice(wire.now)
    assert Answered(CommandKind.STOP, Outcome.ACCEPTED) in wire.answers(stop)
    wire.later(1).shows(400).offer(Pause())
    assert wire.take() == PAUSE
    assert not [word for word in wire.answers(STOP, Result.OPERATION_FAILED) if isinstance(word, Answered)]
    assert wire.answers(PAUSE) == [Answered(CommandKind.PAUSE, Outcome.ACCEPTED)]


@pytest.mark.parametrize("halts", [Stop(), Pause()])
def test_none_is_written_twice_to_a_belt_at_zero_nor_a_pause_to_any(halts: Command) -> None:
    counting = counts(Wire().in_control().shows(0, 6), "3").offer(halts)
    assert counting.take()
    assert not counting.link.may_go_twice(counting.now)
    if isinstance(halts, Pause):
        moving = Wire().running().offer(halts)
        assert moving.take() == PAUSE
        assert not moving.link.may_go_twice(moving.now)


@pytest.mark.parametrize("shown", [None, 0])
def test_a_stop_may_go_twice_to_a_belt_that_nobody_has_seen_and_through_a_stray_zero(shown: int | None) -> None:
    wire = Wire().in_control() if shown is None else Wire().running().shows(shown)
    assert wire.offer(Stop()).take() == STOP
    assert wire.link.may_go_twice(wire.now)


def test_a_copy_that_left_after_its_stop_was_answered_owes_an_answer_too_and_one_that_never_left_owes_none() -> None:
    left = Wire().running().offer(Stop())
    left.answers(left.take())
    left.link.went_twice(left.now)
    assert not [word for word in left.answers(STOP, Result.OPERATION_FAILED) if isinstance(word, Answered)]
    never = Wire().running().offer(Stop())
    stop = never.take()
    assert never.link.may_go_twice(never.now)
    never.answers(stop)
    again = never.later(1).shows(500).offer(Stop()).take()
    assert Answered(CommandKind.STOP, Outcome.FAILED) in never.answers(again, Result.OPERATION_FAILED)


def test_a_watch_over_a_silent_machine_that_stood_ends_some_day() -> None:
    wire = Wire().running().offer(Stop())
    wire.take()
    wire.later(2.1)
    wire.shows(0, 2)
    for _ in range(40):
        wire.later(2).take()
    assert wire.shows(80, 5).take() is None
