"""What the training commands share: the history, whose it is, and on which deck."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from treadctl.cli.exits import BadInput
from treadctl.engine.words import Machine
from treadctl.safety import Deck
from treadctl.training.history import History, HistoryError, history_path
from treadctl.training.model import Done


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

    preset = choose_preset(name)
    deck = Deck(preset.lowest, preset.highest, preset.grade_step, preset.offset)
    return Machine(preset.name, preset.slowest, preset.fastest, preset.speed_step, deck)


def one_session(history: History, number: int) -> Done:
    """A session by its number."""
    done = history.session(number)
    if done is None:
        raise BadInput(f"there is no session {number}; treadctl log list has the numbers")
    return done


def right_now() -> datetime:
    """Now, here, with the offset of here."""
    return datetime.now().astimezone()
