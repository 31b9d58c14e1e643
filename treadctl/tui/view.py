"""What the screens draw: the newest step, and the numbers as they should read at this moment.

Treadmills report once a second; between two reports a number moves toward the newest one, so that it reads smoothly at 4 Hz,
and a number that is no longer fresh says so. Pure: the time is an argument.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import Machine

SHOWN_FOR_S: Final = 12.0
"""A form cue stays large for this long; what is more urgent stays until it is replaced or over."""
STALE_S: Final = 3.0
TREND_OVER_S: Final = 8.0
"""Which way the step rate goes is told from so many seconds, by their halves. Ours."""
TREND_FROM_SPM: Final = 2.0
"""From this much on it goes anywhere: feet waver by more than one step a minute. Ours."""


@dataclass(frozen=True, slots=True)
class Said:
    """The cue to show large, and how long ago it was said."""

    cue: Cue
    age_s: float


@dataclass(frozen=True, slots=True)
class View:
    """One moment of a session, ready to draw. `grade` (%) and `speed` (km/h) are smoothed; None is not told."""

    now: float
    snapshot: Snapshot
    machine: Machine | None
    grade: float | None
    speed: float | None
    fresh: bool
    said: Said | None
    failure: str
    last: Said | None = None
    """What was last said of how to run, however long ago."""
    trend: str = ""
    """Which way the step rate goes: an arrow; empty when it is not known."""

    @property
    def phase(self) -> Phase:
        """Where the session is."""
        return self.snapshot.phase


class Eye:
    """Makes views from steps; remembers only what smoothing needs."""

    def __init__(self) -> None:
        self._grade: float | None = None
        self._speed: float | None = None
        self._rates: deque[tuple[float, int]] = deque()

    def look(
        self, step: Step, now: float, machine: Machine | None, cues: tuple[tuple[float, Cue], ...], failure: str = ""
    ) -> View:
        """The view of a step at `now` (session seconds); `cues` oldest first."""
        s = step.snapshot
        self._grade = _toward(self._grade, None if s.shown_grade is None else s.shown_grade / 10)
        self._speed = _toward(self._speed, None if s.shown_speed is None else s.shown_speed / 100)
        age = s.age_s + max(0.0, now - s.now)
        trend = self._trend(s.step_rate, now)
        fresh, last = age <= STALE_S, coached(cues, now)
        return View(now, s, machine, self._grade, self._speed, fresh, large(cues, now), failure, last, trend)

    def _trend(self, step_rate: int | None, now: float) -> str:
        if step_rate is None:
            self._rates.clear()
            return ""
        if not self._rates or now > self._rates[-1][0]:
            self._rates.append((now, step_rate))
        while now - self._rates[0][0] > TREND_OVER_S:
            self._rates.popleft()
        half = now - TREND_OVER_S / 2
        before, after = ([rate for at, rate in self._rates if (at > half) is late] for late in (False, True))
        if not before or not after:
            return ""
        change = sum(after) / len(after) - sum(before) / len(before)
        return "→" if abs(change) < TREND_FROM_SPM else "↗" if change > 0 else "↘"


def large(cues: tuple[tuple[float, Cue], ...], now: float) -> Said | None:
    """The cue to show large: the most urgent of the last few seconds, the newest among equals."""
    recent = [(at, cue) for at, cue in cues if now - at <= (SHOWN_FOR_S if cue.kind >= CueKind.NEWS else SHOWN_FOR_S / 2)]
    if not recent:
        return None
    at, cue = min(recent, key=lambda said: (said[1].kind, -said[0]))
    return Said(cue, max(0.0, now - at))


def coached(cues: tuple[tuple[float, Cue], ...], now: float) -> Said | None:
    """What was last said of how to run."""
    return next((Said(cue, max(0.0, now - at)) for at, cue in reversed(cues) if cue.kind >= CueKind.FORM), None)


def _toward(was: float | None, shown: float | None) -> float | None:
    """Half of the way at each look: three quarters of a change within half a second."""
    if shown is None or was is None or abs(shown - was) < 0.05:
        return shown
    return was + (shown - was) / 2
