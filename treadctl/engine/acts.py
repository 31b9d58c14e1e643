"""What each phase does with a moment: one function for each, in the order in which a session comes through them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from treadctl.coaching import wording
from treadctl.engine.constants import (
    ABANDONED_S,
    COUNT,
    ENDING_AT_MOST_S,
    LEVELLING_AT_MOST_S,
    NOT_MOVING_S,
    PAUSE_AT_MOST_S,
    PAUSE_HEEDED_S,
    STALE_S,
    START_TAKES_S,
    STOPPED_WITHIN_S,
    STOPPING_AT_LEAST_S,
)
from treadctl.engine.control import Control
from treadctl.engine.drive import Room
from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase, Signal
from treadctl.engine.snapshot import Ending
from treadctl.safety import Start, Stop


def levelling(control: Control, now: float) -> None:
    """Armed on a still belt: the deck first."""
    if control.moves_unasked(now):
        return
    run = control.run
    if run.drive.deck_is_level(now) and run.sight.age(now) <= STALE_S:
        control.signal(Signal.IS_LEVEL, now)
        countdown(control, now)
    elif now - control.since > LEVELLING_AT_MOST_S:
        control.give_up(wording.deck_not_level(str(run.sight.raw_grade)), now)
    else:
        control.level_deck(now)


def countdown(control: Control, now: float) -> None:
    """Three, two, one, and Start, if everything is still as it was."""
    if control.moves_unasked(now):
        return
    passed = now - (control.start_due - COUNT)
    while control.counted < COUNT and control.counted <= passed:
        left = COUNT - control.counted
        control.say(wording.resumed(left) if control.resuming and left == COUNT else wording.count(left))
        control.counted += 1
    run = control.run
    if now >= control.start_due and run.sight.still(now) and run.drive.deck_is_level(now) and run.drive.sees_and_hears(now):
        control.commands.append(Start())
        control.started_at, control.start_comes_until, control.moving_frames = now, now + START_TAKES_S, 0
        control.start_told, control.start_is_history_from = False, float("inf")
        run.sight.belt.may_start(now)
        control.signal(Signal.COUNTED, now)
    elif now - control.counting_since > NOT_MOVING_S:
        control.give_up(wording.not_moving(), now)
    elif passed > COUNT + 1:
        control.count_again(now)


def starting(control: Control, now: float) -> None:
    """Two frames of a moving belt, and the step begins."""
    if control.moving_frames >= 2:
        control.run.begin(now, control.cues)
        control.say(wording.started())
        control.signal(Signal.MOVES, now)
    elif now - control.since > NOT_MOVING_S:
        control.give_up(wording.not_moving(), now)


def running(control: Control, now: float) -> None:
    """The plan, as far as the ladder lets it."""
    if control.run.course.done:
        control.cues += control.run.going_home()
        control.signal(Signal.LAST_STEP_DONE, now)
        commands, _ = control.run.go_home(now)
        control.commands += commands
        return
    room = Room.ALL if control.ladder.level is Level.FINE else Room.MILDER_ONLY
    control.commands += control.run.move(now, room, control.cues)


def pausing(control: Control, now: float) -> None:
    """Until the belt is still, or does not obey."""
    if control.is_still(now):
        control.signal(Signal.IS_STILL, now)
    elif now - control.since > STOPPED_WITHIN_S or (now - control.since > PAUSE_HEEDED_S and control.is_as_fast(now)):
        control.pause_failed(now)


def paused(control: Control, now: float) -> None:
    """Until a key, or for so long that the session is over; a belt that starts now was not asked to."""
    if control.moving_frames >= 2 and now - control.started_at <= START_TAKES_S:
        control.pause_failed(now)  # our own Start, which the pause was too late for
    elif control.moves_unasked(now):
        return
    elif now - control.since > PAUSE_AT_MOST_S:
        control.stop(Ending.STOPPED, now)
    else:
        control.level_deck(now)


def ending(control: Control, now: float) -> None:
    """Level and a walk, then Stop; after a minute Stop all the same."""
    commands, home = control.run.go_home(now)
    control.commands += commands
    if not home and now - control.since <= ENDING_AT_MOST_S:
        return
    if not home:
        control.say(wording.stopping_anyway(str(control.run.sight.grade)))
    held = any(condition.level is Level.HOLD for condition in control.ladder.seen)
    control.cause = Ending.TREADMILL_FAILED if held or not home else Ending.FINISHED
    control.commands = [Stop()]
    control.signal(Signal.COOLED if home else Signal.GIVE_UP, now)


def stopping(control: Control, now: float) -> None:
    """Success is a belt that is seen still, not an answer; a Stop that waited for its link looks first."""
    if control.owed is not None:
        control.look_first(control.owed, now)
        return
    control.stop_what_moves_now()
    if now - control.since < STOPPING_AT_LEAST_S:
        return
    if control.is_still(now):
        control.say(wording.stopped_confirmed())
        control.signal(Signal.IS_STILL, now)
    elif not control.warned and now - control.since > STALE_S and control.run.sight.age(now) > STALE_S:
        control.warned = True
        control.say(wording.stop_unseen())
    elif now - control.since > STOPPED_WITHIN_S:
        control.say(wording.stopped_unconfirmed())
        if control.cause in (Ending.FINISHED, Ending.STOPPED):
            control.cause = Ending.TREADMILL_FAILED
        control.signal(Signal.GIVE_UP, now)


def hands_off(control: Control, now: float) -> None:
    """A belt that was taken for stopped, and moves, is told of, and stopped if our own Start did it; and whoever does not come
    back has ended the session."""
    if control.starts_after_all(now):
        return
    control.ours = control.ours and now <= control.start_comes_until
    if control.moving_frames >= 2 and control.ladder.clear(Condition.STILL_UNASKED):
        control.ladder.set(Condition.MOVES_UNASKED)
        control.say(wording.moves_unasked())
    disarmed(control, now)


def disarmed(control: Control, now: float) -> None:
    """Whoever was armed, or pressed Stop, and does not come back has ended the session."""
    if control.ours and control.phase is Phase.READY and control.run.sight.still(now):
        control.ours = False
    owed, idle_s = control.owed, now - control.since
    if (control.was_armed and idle_s > ABANDONED_S) if owed is None else owed.is_too_old(now):
        control.signal(Signal.GIVE_UP, now)


def over(_control: Control, _now: float) -> None:
    """Nothing more."""


ACTS: Final[dict[Phase, Callable[[Control, float], None]]] = {
    Phase.LEVELLING: levelling,
    Phase.COUNTDOWN: countdown,
    Phase.STARTING: starting,
    Phase.RUNNING: running,
    Phase.PAUSING: pausing,
    Phase.PAUSED: paused,
    Phase.ENDING: ending,
    Phase.STOPPING: stopping,
    Phase.READY: disarmed,
    Phase.HANDS_OFF: hands_off,
    Phase.UNLINKED: disarmed,
    Phase.OVER: over,
}
