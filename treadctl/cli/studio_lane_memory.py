"""A runner's own history at a lane of a class: what they may run today, how their legs are, and what they ran.

It stays on this computer. On a mock it is taken along only when asked for, and never counts for real advice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from treadctl.cli.past import right_now
from treadctl.cli.ready import check_of
from treadctl.coaching.cues import Cue
from treadctl.engine.words import Machine
from treadctl.studio.advised import advised
from treadctl.studio.lane_words import Prepare
from treadctl.training.history import History, HistoryError, history_path
from treadctl.training.model import Past
from treadctl.training.progression import advise
from treadctl.training.recorder import Occasion, Recorder


class Remembered:
    """One runner's history. Opened and used in the lane's own loop, before anybody is armed; writing is a thread's."""

    def __init__(self, runner: str, tell: Callable[[str], object], *, simulated: bool) -> None:
        self._runner, self._tell, self._simulated = runner, tell, simulated
        self._history: History | None = None
        self._trouble = ""

    def narrowed(self, wanted: Prepare, machine: Machine) -> tuple[Prepare, tuple[Cue, ...]]:
        """Within the advice of today; without a history as for somebody's first decline."""
        past = self._past()
        runner = replace(wanted.runner, declines_done=max(wanted.runner.declines_done, len(past.declines)))
        return advised(replace(wanted, runner=runner), advise(past, runner, machine, right_now().date()))

    def felt(self, level: int) -> None:
        """The answer to "pain today?" is a check-in like any other; nobody's legs are on a mock."""
        history, now = self._opened(), right_now()
        if history is not None and not self._simulated:
            history.check_in(self._runner, now, check_of(self._past(), now, level))

    def begun(self, wanted: Prepare, machine: Machine) -> Recorder | None:
        """The session's own row, a second at a time."""
        history = self._opened()
        if history is None:
            return None
        return Recorder(history, wanted.workout, wanted.runner, Occasion(right_now(), self._simulated))

    def close(self) -> None:
        """Write what is queued, and let go of the file."""
        if self._history is not None:
            self._history.close()
            self._history = None

    def _past(self) -> Past:
        history = self._opened()
        try:
            return Past() if history is None else history.past(self._runner, simulated=self._simulated)
        except sqlite3.Error as error:
            self._fail(str(error))
            return Past()

    def _opened(self) -> History | None:
        if self._history is None and not self._trouble:
            try:
                self._history = History(history_path())
            except HistoryError as error:  # what is only for afterwards keeps nobody from running
                self._fail(str(error))
        return self._history

    def _fail(self, why: str) -> None:
        if why != self._trouble:
            self._trouble = why
            self._tell(f"your history is not there: {why}; you run what a first session allows")
