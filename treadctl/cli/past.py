"""What the training commands share: the history, whose it is, and on which deck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from treadctl.cli.errors import BadInput
from treadctl.training.history import History, HistoryError, history_path
from treadctl.training.model import Done
from treadctl.treadmill.own_files import own_folder, own_path
from treadctl.units import Grade, Speed

if TYPE_CHECKING:
    from treadctl.engine.words import Machine


@contextmanager
def the_history() -> Iterator[History]:
    """The history, for one command; a file that can't be used is one line."""
    try:
        history = History(history_path())
    except HistoryError as error:
        raise BadInput(str(error)) from error
    try:
        yield history
    except HistoryError as error:
        raise BadInput(str(error)) from error
    finally:
        history.close()


def mock_machine(name: str) -> Machine:
    """A mock treadmill as a machine, as it would tell of itself."""
    from treadctl.cli.choose import choose_preset  # the mock is not needed by the other commands
    from treadctl.engine.words import Machine
    from treadctl.safety import Deck

    preset = choose_preset(name)
    deck = Deck(preset.lowest, preset.highest, preset.grade_step, preset.offset)
    return Machine(preset.name, preset.slowest, preset.fastest, preset.speed_step, deck)


def known_machine(history: History, runner: str, mock: str | None = None) -> Machine | None:
    """The treadmill that advice is for: a mock, else the one this runner was last on, standing as it stands today."""
    if mock is not None:
        return mock_machine(mock)
    machine, when = history.last_machine(runner), history.last_on_it(runner)
    if machine is None or when is None or not machine.address:
        return machine
    path = own_path(own_folder(), machine.address)
    try:
        written = path.stat().st_mtime
    except OSError:
        return machine
    if written <= when.timestamp():
        return machine  # that session has taken it into account, and reading it takes longer than all the rest
    from treadctl.cli.own_deck import standing_now

    return standing_now(machine)


def one_session(history: History, number: int) -> Done:
    """A session by its number."""
    done = history.session(number)
    if done is None:
        raise BadInput(f"there is no session {number}; treadctl log list has the numbers")
    return done


def right_now() -> datetime:
    """Now, here, with the offset of here."""
    return datetime.now().astimezone()


def grade_word(grade: Grade) -> str:
    """A session's steepest grade, or a dash for none."""
    return str(grade) if grade < 0 else "-"


def mean_word(speed: Speed | None, unit: str) -> str:
    """A mean speed, to a tenth: finer was not run; a dash for none."""
    return "-" if speed is None else Speed(round(speed, -1)).text(unit)
