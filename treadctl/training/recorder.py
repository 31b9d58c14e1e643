"""From a session's steps to the history: a listener that hands over one row a second and what happened in between.

It hands over and returns: nothing here waits for a disk, and nothing here can hold a belt back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import Answered, ClockJumped, Connected, Disconnected, Input, Latched, Odd, Outcome, Pressed, Told
from treadctl.training.history import History, Opening, Ticket
from treadctl.training.model import INTERRUPTED
from treadctl.training.samples import Event, Sample
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the recorder is told of a session beforehand: when it begins, whether on a mock, and any override."""

    begun: datetime
    simulated: bool
    journal: str = ""
    override: str = ""
    against: tuple[str, ...] = ()


class Recorder:
    """Call it with each step; `close` when the session is over, however it ended. No step, no session."""

    def __init__(self, history: History, workout: Workout, runner: Profile, occasion: Occasion) -> None:
        self._history, self._workout, self._runner, self._occasion = history, workout, runner, occasion
        self._ticket: Ticket | None = None
        self._begun_at = 0.0
        self._second = -1
        self._phase: Phase | None = None
        self._events: list[Event] = []
        self._ended = False

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """Take one step."""
        if self._ended:
            return
        ticket = self._ticket or self._begin(now)
        self._ticket = ticket
        at = now - self._begun_at
        for happened in inputs:
            if isinstance(happened, Connected):
                self._history.machine(ticket, happened.machine)
        self._events += self._happened(round(at, 2), inputs, step)
        ending = step.snapshot.ending
        if int(at) > self._second or ending is not None:
            self._second = int(at)
            self._history.append(ticket, self._sample(step.snapshot), self._events)
            self._events = []
        if ending is not None:
            self._end(ticket, ending.name.lower().replace("_", "-"))

    def close(self) -> None:
        """The session is over; one that had not ended was interrupted."""
        if self._ticket is not None and not self._ended:
            if self._events:
                self._history.append(self._ticket, None, self._events)
            self._end(self._ticket, INTERRUPTED)

    @property
    def session(self) -> int | None:
        """The session's number in the history, once it is known there."""
        return self._ticket.id or None if self._ticket is not None else None

    def _begin(self, now: float) -> Ticket:
        self._begun_at = now
        workout, runner, occasion = self._workout, self._runner, self._occasion
        opening = Opening(
            runner=runner.name,
            begun=occasion.begun,
            workout=workout.name,
            title=workout.title,
            simulated=occasion.simulated,
            plan=workout,
            planned_s=round(workout.expected_s(runner)),
            planned_decline_s=round(workout.decline_s(runner)),
            planned_grade=workout.steepest,
            body_mass_kg=runner.body_mass_kg,
            journal=occasion.journal,
        )
        ticket, _ = self._history.begin(opening)
        if occasion.override:
            self._history.override(runner.name, occasion.begun, occasion.override, occasion.against, ticket)
        return ticket

    def _end(self, ticket: Ticket, ending: str) -> None:
        self._ended = True
        self._history.end(ticket, ending)

    def _sample(self, s: Snapshot) -> Sample:
        return Sample(
            second=self._second,
            phase=s.phase.name.lower(),
            segment=s.segment_index,
            grade=None if s.shown_grade is None else int(s.shown_grade),
            speed=None if s.shown_speed is None else int(s.shown_speed),
            target_grade=int(s.target_grade),
            target_speed=int(s.target_speed),
            heart_rate_bpm=s.heart_rate,
            step_rate_spm=s.step_rate,
            running_s=round(s.running_s, 2),
            distance_m=round(s.distance_m, 2),
            decline_s=round(s.decline_s, 2),
            descent_m=round(s.descent_m, 3),
        )

    def _happened(self, at: float, inputs: list[Input], step: Step) -> Iterator[Event]:
        for happened in inputs:
            yield from _told(at, happened)
        if step.snapshot.phase is not self._phase:
            self._phase = step.snapshot.phase
            yield Event(at, "phase", self._phase.name.lower(), "; ".join(step.snapshot.troubles))
        for cue in step.cues:
            yield Event(at, cue.kind.name.lower(), cue.words, "; ".join(text for text in (cue.detail, cue.fact) if text))


def _told(at: float, happened: Input) -> Iterator[Event]:
    match happened:
        case Pressed(key=key):
            yield Event(at, "key", key.value)
        case Told(event=event):  # most say "stopped by the user" after a Stop of ours too: who stopped it is left open
            yield Event(at, "machine", event.value.removesuffix(" at the console"))
        case Answered(command=command, outcome=outcome, detail=detail) if outcome is not Outcome.ACCEPTED:
            yield Event(at, "link", f"{command.value}: {outcome.value}", detail)
        case Disconnected(why=why) | Latched(why=why):
            yield Event(at, "link", why)
        case Odd(what=what):
            yield Event(at, "odd", what)
        case ClockJumped(seconds=seconds):
            yield Event(at, "odd", f"the clock jumped by {seconds:.0f} s")
