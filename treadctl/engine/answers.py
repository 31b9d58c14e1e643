"""What the link says became of each command, and what follows from it."""

from __future__ import annotations

from typing import Final

from treadctl.coaching import wording
from treadctl.engine.constants import REJECTED_AGAIN_S, TRIES, TRY_AGAIN_S
from treadctl.engine.control import Control
from treadctl.engine.failsafe import Condition
from treadctl.engine.phases import Phase
from treadctl.engine.words import Answered, CommandKind, Outcome

_REJECTED: Final = frozenset({Outcome.NOT_SUPPORTED, Outcome.INVALID, Outcome.FAILED})
_NEVER_LEFT: Final = frozenset({Outcome.NOT_WRITTEN, Outcome.REFUSED})
_UNKNOWN_TO_IT: Final = frozenset({Outcome.NOT_SUPPORTED, Outcome.INVALID})
"""No machine says these of what it does already."""
_STARTS_NOTHING: Final = _NEVER_LEFT | _UNKNOWN_TO_IT
"""After these a belt that moves was started at the console; "failed" is said by machines that start all the same."""


def answered(control: Control, answer: Answered, now: float) -> None:
    """The link's word on one command: accepted is not done, which only telemetry shows."""
    run = control.run
    ledger = run.drive.ledger
    command, outcome = answer.command, answer.outcome
    ledger.answered(command, now)
    if command is CommandKind.START and outcome in _STARTS_NOTHING:
        control.start_is_off()
    elif command is CommandKind.STOP:
        control.stop_was_spared = outcome is Outcome.NOT_WRITTEN and not run.sight.moving
    if outcome is Outcome.ACCEPTED:
        ledger.failures = 0
        if command in (CommandKind.STOP, CommandKind.PAUSE):
            run.sight.belt.start_called_off()
            control.told_ended(is_ours=True)
        if command is CommandKind.PAUSE:
            control.pause_told = outcome
    elif command is CommandKind.PAUSE and outcome is Outcome.UNKNOWN:
        control.pause_told = control.pause_told or outcome
    elif command is CommandKind.STOP:
        if outcome is Outcome.NOT_PERMITTED or (outcome in _REJECTED and run.sight.moving):
            control.stop_rejected()
    elif not control.armed:
        return
    elif outcome is Outcome.NOT_PERMITTED:
        control.control_lost(now)
    elif outcome in _REJECTED or outcome in _NEVER_LEFT:
        _not_done(control, command, outcome, now)


def _not_done(control: Control, command: CommandKind, outcome: Outcome, now: float) -> None:
    match command:
        case CommandKind.START if control.phase is Phase.STARTING:
            may_come = now <= control.start_comes_until
            control.taken_away(Condition.START_REJECTED, wording.start_rejected(outcome.value, may_come), now)
        case CommandKind.PAUSE if control.phase in (Phase.PAUSING, Phase.PAUSED) and _is_no_pause(control.pause_told, outcome):
            control.pause_failed(now)
        case CommandKind.SPEED | CommandKind.INCLINE:
            _target_not_done(control, command, outcome, now)
        case _:
            pass


def _is_no_pause(told: Outcome | None, outcome: Outcome) -> bool:
    """Once one may have been heard another is refused because of it, and the belt tells; but not as something unknown."""
    return told is None or (told is Outcome.UNKNOWN and outcome in _UNKNOWN_TO_IT)


def _target_not_done(control: Control, command: CommandKind, outcome: Outcome, now: float) -> None:
    drive = control.run.drive
    rejected = outcome in _REJECTED
    drive.not_done(command, REJECTED_AGAIN_S if rejected else TRY_AGAIN_S, now)
    if control.phase is Phase.RUNNING and (rejected or drive.ledger.failures >= TRIES):
        control.trouble(Condition.COMMAND_REJECTED, wording.rejected(command.value, outcome.value), now)
    elif control.phase is Phase.LEVELLING and rejected and drive.ledger.failures == 1:
        control.say(wording.level_by_hand(outcome.value))
