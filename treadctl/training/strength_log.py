"""A strength session in the history: opened at its beginning, a row and an event for every set done, closed however it ends."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

from treadctl.training.history import History, Opening
from treadctl.training.samples import Event, Sample
from treadctl.training.strength import Act, Beat, Showing

_WORKING = (Act.LOWER, Act.UP, Act.TOP, Act.JUMP, Act.WORK)


class StrengthLog:
    """Told of each moment, it writes down each set that was worked through. `elapsed` is the player's, without pauses.

    `hears` is told of each moment too: what counts aloud, whoever shows the session.
    """

    def __init__(self, history: History, opening: Opening, hears: Callable[[Showing], None] = lambda showing: None) -> None:
        self.sets = 0
        self._hears = hears
        self.worked_s = 0.0
        self._history = history
        self._ticket, _ = history.begin(opening)
        self._beat: Beat | None = None
        self._elapsed = 0.0
        self._skipping = False

    def see(self, showing: Showing, elapsed: float) -> None:
        """One moment of the session; a set that has ended since the last one is written down."""
        self._pass(elapsed)
        before, self._beat = self._beat, showing.beat
        if before is not None and before.act in _WORKING and _set_of(before) != _set_of(showing.beat):
            self._done(before)
        self._skipping = False
        self._hears(showing)

    def skipped(self) -> None:
        """The next moment comes by a key and not by work."""
        self._skipping = True

    def over(self, elapsed: float) -> None:
        """The session has come to its end."""
        self._pass(elapsed)
        if self._beat is not None and self._beat.act in _WORKING:
            self._done(self._beat)

    def end(self, ending: str) -> Future[None]:
        """Close the session; done once that is on disk."""
        return self._history.end(self._ticket, ending)

    def _pass(self, elapsed: float) -> None:
        if not self._skipping:
            self.worked_s += max(0.0, elapsed - self._elapsed)
        self._elapsed = elapsed

    def _done(self, beat: Beat) -> None:
        if self._skipping:
            return
        self.sets += 1
        effort = beat.effort
        count = f"{effort.reps} repetitions" if effort.reps is not None else f"{effort.work_s} s"
        side = f", {beat.side}" if beat.side else ""
        text = f"{effort.exercise.name} ({effort.variant.name}), set {beat.set_number} of {effort.sets}{side}: {count}"
        second = round(self.worked_s)
        row = Sample(second, beat.act.name.lower(), beat.place, None, None, 0, 0, None, None, self.worked_s, 0.0, 0.0, 0.0)
        self._history.append(self._ticket, row, [Event(second, "set", text)])


def _set_of(beat: Beat) -> tuple[object, ...]:
    return (beat.place, beat.set_number, beat.side, beat.act in _WORKING)
