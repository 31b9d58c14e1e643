"""A strength or plyometrics session, and the pure player that says what to do at any moment of it.

A4.1: lower slowly, up to 5 s, and come up with power. The player counts each lowering, second by second; it reads no clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from math import ceil
from typing import Final

from treadctl.training.exercises import Exercise, Variant
from treadctl.training.model import Kind

FASTEST_LOWER_S: Final = 3
SLOWEST_LOWER_S: Final = 5
"""A lowering lasts up to 5 s (A4.1), and not under 3 (ours): faster is no eccentric work that one could count."""
UP_S: Final = 1
TOP_S: Final = 1
"""Up with power takes about a second, and a second at the top keeps repetitions apart. Ours."""
READ_S: Final = 20
"""To read and set up an exercise before its first set. Ours."""
SWITCH_S: Final = 8
"""To change sides. Ours."""


@dataclass(frozen=True, slots=True)
class Effort:
    """One exercise of a session: so many sets of `reps`, each lowered for `lower_s`, or of `work_s` seconds; then rest."""

    exercise: Exercise
    variant: Variant
    sets: int
    reps: int | None = None
    work_s: int | None = None
    lower_s: int | None = None
    rest_s: int = 60

    def __post_init__(self) -> None:
        if (self.reps is None) == (self.work_s is None):
            raise ValueError("an exercise is counted in repetitions or in seconds, one of the two")
        if (self.lower_s is None) == (self.exercise.kind is Kind.STRENGTH):
            raise ValueError("strength is lowered slowly, and plyometrics are not")
        if self.lower_s is not None and not FASTEST_LOWER_S <= self.lower_s <= SLOWEST_LOWER_S:
            raise ValueError(f"a lowering lasts {FASTEST_LOWER_S} to {SLOWEST_LOWER_S} s")

    def __str__(self) -> str:
        count = f"{self.reps}" if self.reps is not None else f"{self.work_s} s"
        side = " each side" if self.exercise.each_side else ""
        lower = f", {self.lower_s} s down" if self.lower_s is not None else ""
        return f"{self.exercise.name} ({self.variant.name}): {self.sets} × {count}{side}{lower}, {self.rest_s} s rest"


@dataclass(frozen=True, slots=True)
class StrengthSession:
    """A session without a belt."""

    name: str
    title: str
    for_whom: str
    kind: Kind
    efforts: tuple[Effort, ...]
    notes: str = ""


class Act(Enum):
    """What the body does just now; the value is what is said."""

    READ = "get ready"
    LOWER = "down"
    UP = "up, with power"
    TOP = "hold"
    JUMP = "go, and land softly"
    WORK = "go"
    SWITCH = "change sides"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class Beat:
    """A stretch of the session in which one thing is done, from `begin_s` on. `side` is empty where there are none."""

    act: Act
    begin_s: float
    seconds: float
    effort: Effort
    place: int
    set_number: int
    rep: int = 0
    side: str = ""


@dataclass(frozen=True, slots=True)
class Showing:
    """What to show and say at one moment.

    A lowering is counted as coaches count it, 1-2-3-4-5, and up: `count` is the second it is in. Of every other beat it is the
    whole seconds left.
    """

    beat: Beat
    count: int
    following: Effort | None


def beats_of(session: StrengthSession) -> tuple[Beat, ...]:
    """The whole session, beat after beat; nothing is left to chance or to whoever plays it."""
    beats: list[Beat] = []
    at = 0.0
    for act, seconds, effort, place, set_number, rep, side in _steps(session):
        beats.append(Beat(act, at, seconds, effort, place, set_number, rep, side))
        at += seconds
    return tuple(beats)


_Step = tuple[Act, float, Effort, int, int, int, str]


def _steps(session: StrengthSession) -> Iterator[_Step]:
    last = len(session.efforts) - 1
    for place, effort in enumerate(session.efforts):
        yield Act.READ, READ_S, effort, place, 1, 0, ""
        for number in range(1, effort.sets + 1):
            yield from _one_set(effort, place, number)
            if number < effort.sets or place < last:
                yield Act.REST, effort.rest_s, effort, place, number, 0, ""


def _one_set(effort: Effort, place: int, number: int) -> Iterator[_Step]:
    for side in ("left", "right") if effort.exercise.each_side else ("",):
        if side == "right":
            yield Act.SWITCH, SWITCH_S, effort, place, number, 0, side
        if effort.work_s is not None:
            yield Act.WORK, effort.work_s, effort, place, number, 0, side
        for rep in range(1, (effort.reps or 0) + 1):
            if effort.lower_s is None:
                yield Act.JUMP, effort.exercise.beat_s, effort, place, number, rep, side
                continue
            yield Act.LOWER, effort.lower_s, effort, place, number, rep, side
            yield Act.UP, UP_S, effort, place, number, rep, side
            yield Act.TOP, TOP_S, effort, place, number, rep, side


class Player:
    """Plays a session against any clock: every method takes `now`. Paused time counts for nothing."""

    def __init__(self, session: StrengthSession, now: float) -> None:
        self.session = session
        self.beats = beats_of(session)
        self._starts = [beat.begin_s for beat in self.beats]
        self._offset = -now
        self._paused_at: float | None = None

    @property
    def total_s(self) -> float:
        """How long all of it takes without pauses."""
        last = self.beats[-1]
        return last.begin_s + last.seconds

    @property
    def paused(self) -> bool:
        """Whether it stands."""
        return self._paused_at is not None

    def elapsed(self, now: float) -> float:
        """Seconds into the session."""
        return max(0.0, (now if self._paused_at is None else self._paused_at) + self._offset)

    def at(self, now: float) -> Showing | None:
        """What to do at this moment; None once it is over."""
        elapsed = self.elapsed(now)
        if elapsed >= self.total_s:
            return None
        index = bisect_right(self._starts, elapsed) - 1
        beat = self.beats[index]
        following = next((b.effort for b in self.beats[index + 1 :] if b.place > beat.place), None)
        left = ceil(beat.begin_s + beat.seconds - elapsed)
        return Showing(beat, ceil(beat.seconds) - left + 1 if beat.act is Act.LOWER else left, following)

    def until_change(self, now: float) -> float:
        """Seconds until the next count, beat or the end."""
        elapsed = self.elapsed(now)
        showing = self.at(now)
        if showing is None:
            return 0.0
        left_s = showing.beat.begin_s + showing.beat.seconds - elapsed
        return max(0.001, left_s - (ceil(left_s) - 1))

    def pause(self, now: float) -> None:
        """Stand still; once is enough."""
        if self._paused_at is None:
            self._paused_at = now

    def resume(self, now: float) -> None:
        """Go on from where it stood."""
        if self._paused_at is not None:
            self._offset -= now - self._paused_at
            self._paused_at = None

    def skip(self, now: float) -> None:
        """On to the next set: the rest of this one, or of this rest, is left out."""
        elapsed = self.elapsed(now)
        index = bisect_right(self._starts, elapsed) - 1
        here = self._chunk(self.beats[index])
        to = next((beat.begin_s for beat in self.beats[index + 1 :] if self._chunk(beat) != here), self.total_s)
        self._offset += to - elapsed

    @staticmethod
    def _chunk(beat: Beat) -> tuple[object, ...]:
        quiet = beat.act in (Act.READ, Act.REST, Act.SWITCH)
        return (beat.place, beat.set_number, beat.side, beat.act if quiet else None)
