"""A Start of ours that comes true after all, when nobody is armed any more: the belt is stopped, and it is told."""

from __future__ import annotations

import pytest
from engine_bench import Bench

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Answered, CommandKind, Event, Input, Key, Outcome, Pressed, Telemetry, Told
from treadctl.safety import Start, Stop
from treadctl.units import Grade, Speed

FAILED = Answered(CommandKind.START, Outcome.FAILED)
MOVES_AFTER_ALL = "the belt starts after all: stopping"


def taken_away(by: Input) -> Bench:
    """Start is out, its belt not moving yet, when something takes the treadmill away."""
    bench = Bench().armed()
    bench.answers = False
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.give(by)
    assert bench.is_in(Phase.HANDS_OFF)
    return bench


@pytest.mark.parametrize(
    "by",
    [FAILED, Answered(CommandKind.START, Outcome.NOT_PERMITTED)]
    + [Told(event) for event in (Event.STOPPED, Event.PAUSED, Event.SAFETY_KEY, Event.RESET, Event.CONTROL_LOST)],
    ids=str,
)
@pytest.mark.parametrize("after_s", [1, 15, 25])
def test_a_belt_that_starts_after_all_is_stopped_and_it_is_told(by: Input, after_s: float) -> None:
    bench = taken_away(by)
    bench.wait(after_s)
    assert not bench.sent(Stop), "as long as it stands still there is nothing to stop"
    bench.belt_goal = 80.0
    bench.to(Phase.STOPPING, within_s=4)
    assert bench.sent(Stop)
    assert MOVES_AFTER_ALL in bench.said()
    assert bench.engine.belt_is_ours
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.TREADMILL_FAILED


@pytest.mark.parametrize("by", [FAILED, Told(Event.CONTROL_LOST)], ids=str)
def test_until_then_the_belt_may_move_because_of_us(by: Input) -> None:
    """A session that dies now leaves a belt that its guardian stops."""
    bench = taken_away(by)
    ours = []
    for seconds in (20, 15):
        bench.wait(seconds)
        ours.append(bench.engine.belt_is_ours)
    assert ours == [True, False], "half a minute later nothing of it can come true any more"
    assert bench.is_in(Phase.HANDS_OFF)


def test_a_belt_that_moves_when_the_start_is_history_is_the_consoles() -> None:
    bench = taken_away(FAILED)
    bench.wait(31)
    bench.belt_goal = 80.0
    bench.wait(10)
    assert bench.is_in(Phase.HANDS_OFF)
    assert not bench.sent(Stop)


@pytest.mark.parametrize("outcome", [Outcome.NOT_WRITTEN, Outcome.REFUSED, Outcome.NOT_SUPPORTED, Outcome.INVALID])
def test_a_start_that_never_left_sets_nothing_moving(outcome: Outcome) -> None:
    bench = taken_away(Answered(CommandKind.START, outcome))
    assert not bench.engine.belt_is_ours
    bench.belt_goal = 80.0
    bench.wait(10)
    assert not bench.sent(Stop), "somebody started it at the console"


def test_a_belt_that_ran_and_was_stopped_at_the_console_is_the_consoles_from_there_on() -> None:
    bench = Bench().armed()
    bench.to(Phase.RUNNING)
    bench.give(Told(Event.STOPPED))
    bench.belt = bench.belt_goal = 0.0
    bench.wait(6)
    bench.belt_goal = 80.0
    bench.wait(10)
    assert bench.is_in(Phase.HANDS_OFF)
    assert not bench.sent(Stop)


def test_whoever_armed_again_has_the_late_start_stopped_all_the_same() -> None:
    bench = taken_away(FAILED)
    bench.answers = True
    bench.wait(5)
    bench.press(Key.ARM)
    bench.belt_goal = 80.0
    bench.until(lambda: bool(bench.sent(Stop)), within_s=8)


@pytest.mark.parametrize("outcome", [Outcome.NOT_SUPPORTED, Outcome.INVALID])
def test_a_treadmill_that_starts_only_at_its_console_may_be_started_there(outcome: Outcome) -> None:
    bench = taken_away(Answered(CommandKind.START, outcome))
    bench.wait(6)
    bench.give(Told(Event.STARTED))
    bench.belt_goal = 300.0
    bench.wait(20)
    assert bench.is_in(Phase.HANDS_OFF)
    assert not bench.sent(Stop)


@pytest.mark.parametrize(("outcome", "when"), [(Outcome.FAILED, " in half a minute"), (Outcome.NOT_SUPPORTED, "")])
def test_whoever_is_to_wait_before_they_start_it_at_the_console_is_told(outcome: Outcome, when: str) -> None:
    bench = taken_away(Answered(CommandKind.START, outcome))
    (detail,) = [cue.detail for _, cue in bench.cues if cue.words == "the treadmill rejected the start"]
    assert detail.endswith(f"start at the console{when}")


def told_of_lost_control(bench: Bench) -> list[str]:
    return [cue.detail for _, cue in bench.cues if cue.words == "the treadmill took back control: use the console"]


@pytest.mark.parametrize(
    "by", [Answered(CommandKind.START, Outcome.NOT_PERMITTED), Told(Event.CONTROL_LOST), Told(Event.RESET)], ids=str
)
def test_whoever_has_the_treadmill_back_while_our_start_may_come_true_is_told_to_wait_too(by: Input) -> None:
    bench = taken_away(by)
    assert told_of_lost_control(bench) == ["start it there in half a minute; or arm again to go on"]
    bench = Bench().running()
    bench.give(Told(Event.CONTROL_LOST))
    assert told_of_lost_control(bench) == ["arm again to go on"]


def test_a_start_that_is_told_after_the_key_was_pulled_is_the_consoles() -> None:
    bench = taken_away(Told(Event.SAFETY_KEY))
    bench.wait(8)
    bench.give(Told(Event.STARTED))
    bench.belt_goal = 300.0
    bench.wait(20)
    assert bench.is_in(Phase.HANDS_OFF)
    assert not bench.sent(Stop)


def paused_while_starting(*told: Input, after_s: float = 16.0) -> Bench:
    """Pause is pressed before the belt moves, and so much later this is told of it."""
    bench = Bench().armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.give(Told(Event.STARTED))
    bench.press(Key.PAUSE)
    bench.wait(after_s)
    bench.give(*told)
    bench.belt_goal = 80.0
    bench.wait(10)
    return bench


def test_one_start_that_is_told_twice_is_still_ours() -> None:
    """Some tell it when they accept it, and again when the belt begins to move; nobody stopped anything in between."""
    bench = Bench().armed()
    bench.answers = False
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.give(Told(Event.STARTED), Told(Event.CONTROL_LOST))
    bench.wait(3)
    bench.give(Told(Event.STARTED))
    bench.belt_goal = 80.0
    bench.to(Phase.STOPPING, within_s=4)
    assert MOVES_AFTER_ALL in bench.said()


@pytest.mark.parametrize("after_s", [0.25, 1.5, 9.0, 14.5, 16.0, 26.0])
def test_a_start_told_again_while_paused_is_ours_for_as_long_as_ours_may_come_true(after_s: float) -> None:
    """The Pause was accepted, and the machine counted on: it tells of the belt's first movement, too."""
    assert paused_while_starting(Told(Event.STARTED), after_s=after_s).sent(Stop)


def test_half_a_minute_later_it_is_the_consoles() -> None:
    theirs = paused_while_starting(Told(Event.STARTED), after_s=30.0)
    assert theirs.is_in(Phase.HANDS_OFF)
    assert not theirs.sent(Stop)


@pytest.mark.parametrize(("after_s", "is_ours"), [(9.0, True), (16.0, False)])
def test_a_second_start_that_is_told_after_a_stop_at_the_console_is_the_consoles(after_s: float, is_ours: bool) -> None:
    """But for one told so soon that it may be ours told twice."""
    bench = Bench().armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.give(Told(Event.STARTED), Told(Event.STOPPED))
    bench.wait(after_s)
    bench.give(Told(Event.STARTED))
    bench.belt_goal = 80.0
    bench.wait(10)
    assert bool(bench.sent(Stop)) is is_ours


def test_a_second_start_that_is_told_after_a_pause_of_a_belt_that_moved_is_the_consoles() -> None:
    bench = Bench().armed()
    bench.until(lambda: bool(bench.sent(Start)))
    started_at = bench.now
    bench.give(Told(Event.STARTED))
    bench.to(Phase.RUNNING)
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.wait(started_at + 16 - bench.now)
    bench.give(Told(Event.STARTED))
    bench.belt_goal = 80.0
    bench.wait(10)
    assert bench.is_in(Phase.HANDS_OFF)
    assert not bench.sent(Stop)


# --- a Start that set nothing moving -----------------------------------------------------------------------------------


def stopped_while_starting(*told: Input) -> Bench:
    """Stop is pressed before the belt moves, this is told of the Start, and the link does not need the Stop."""
    bench = Bench().armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.answers, bench.belt_goal = False, 0.0
    bench.give(Pressed(Key.STOP), *told, Answered(CommandKind.STOP, Outcome.NOT_WRITTEN))
    return bench


@pytest.mark.parametrize("outcome", [Outcome.NOT_WRITTEN, Outcome.REFUSED, Outcome.NOT_SUPPORTED, Outcome.INVALID])
def test_a_belt_that_no_start_has_reached_is_seen_still_at_once(outcome: Outcome) -> None:
    bench = stopped_while_starting(Answered(CommandKind.START, outcome))
    stopped_at = bench.now
    assert bench.to(Phase.OVER) <= stopped_at + 1.5
    assert bench.engine.ending is Ending.STOPPED
    assert not bench.engine.belt_is_ours


@pytest.mark.parametrize(
    "told",
    [
        (Answered(CommandKind.START, outcome),)
        for outcome in (Outcome.UNKNOWN, Outcome.FAILED, Outcome.NOT_PERMITTED, Outcome.ACCEPTED)
    ]
    + [(), (Told(Event.STARTED), Answered(CommandKind.START, Outcome.NOT_WRITTEN))],
    ids=str,
)
@pytest.mark.parametrize("after_s", [1, 15, 25])
def test_one_that_may_move_yet_is_not_and_is_stopped_when_it_does(told: tuple[Input, ...], after_s: float) -> None:
    """Its Start may have been heard, or somebody pressed START at the console."""
    bench = stopped_while_starting(*told)
    bench.wait(after_s)
    assert bench.is_in(Phase.STOPPING)
    assert bench.engine.belt_is_ours
    since = bench.now
    bench.belt_goal = 80.0
    bench.until(lambda: bool(bench.sent(Stop, since=since)), within_s=4)
    assert bench.to(Phase.OVER) - since <= 12
    assert bench.said().count(MOVES_AFTER_ALL) == 1


def test_whoever_armed_again_after_a_start_that_never_left_is_started_at_once() -> None:
    bench = taken_away(Answered(CommandKind.START, Outcome.NOT_WRITTEN))
    bench.answers = True
    bench.wait(2)
    assert bench.snapshot.may_arm
    at = bench.now
    bench.press(Key.ARM)
    bench.until(lambda: bool(bench.sent(Start, since=at)), within_s=5)


def test_an_answer_to_an_earlier_start_can_only_come_before_the_next_start() -> None:
    """Words of a link come in order: what calls off a Start is about the last one."""
    bench = Bench().armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.answers, bench.belt_goal = False, 0.0
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    at = bench.now
    bench.press(Key.RESUME)
    bench.wait(20)
    assert not bench.sent(Start, since=at), "the Pause is still on its way"
    bench.give(Answered(CommandKind.START, Outcome.NOT_WRITTEN), Answered(CommandKind.PAUSE, Outcome.UNKNOWN))
    bench.give(Answered(CommandKind.INCLINE, Outcome.ACCEPTED))
    bench.until(lambda: bool(bench.sent(Start, since=at)), within_s=5)
    assert not bench.engine.run.sight.still(bench.now)


def test_what_was_decided_and_taken_back_in_one_step_is_waited_for_by_nobody() -> None:
    """PAUSE in the count, and the second frame of a belt that moves at its console's word: nothing of that step leaves."""
    bench = Bench().armed()
    bench.to(Phase.COUNTDOWN)
    bench.wait(0.5)
    bench.tells = False
    bench.give(Telemetry(Speed(100), Grade(0)))
    bench.now += 1
    bench.give(Pressed(Key.PAUSE), Telemetry(Speed(200), Grade(0)))
    assert not bench.step.commands
    assert bench.engine.run.drive.ledger.all_answered(bench.now + 10)


def test_a_stop_that_the_link_could_not_write_is_not_taken_for_one_that_was_not_needed() -> None:
    """Its error says that it was not executed: the link tries, and the belt that moves has started long ago."""
    bench = Bench().armed()
    bench.to(Phase.RUNNING)
    bench.wait(20)
    bench.answers = False
    at = bench.now
    bench.belt_goal = bench.belt
    bench.press(Key.STOP)
    for _ in range(20):
        bench.give(Answered(CommandKind.STOP, Outcome.NOT_WRITTEN))
        bench.wait(1)
    assert MOVES_AFTER_ALL not in bench.said()
    assert len(bench.sent(Stop, since=at)) < 5
