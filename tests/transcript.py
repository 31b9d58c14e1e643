"""A session's cues as text, one a line, for reading aloud: when, what kind, what is said, and what the feet did then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.words import Input
from treadctl.mock.feet import SensorFault
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade, Speed, clock
from treadctl.workout.library import load_named
from treadctl.workout.profile import LevelSteps, Profile

OWN_SPM = 163
KNOWN = (LevelSteps(Speed(800), 160.5, 900), LevelSteps(Speed(900), 163.0, 900))
RUNNER = Profile(name="Ana", easy=Speed(900), ceiling=Grade(-100), declines_done=5, chosen=True, level_steps=KNOWN)


@dataclass
class Heard:
    """Everything that was said in one session."""

    cues: list[tuple[float, Cue, Snapshot]] = field(default_factory=list)

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        self.cues += [(now, cue, step.snapshot) for cue in step.cues]

    def of(self, *kinds: CueKind) -> list[tuple[float, Cue, Snapshot]]:
        return [entry for entry in self.cues if entry[1].kind in kinds]

    def words(self, *kinds: CueKind) -> list[str]:
        return [cue.words for _, cue, _ in self.of(*kinds)]

    def text(self) -> str:
        return "".join(f"{_line(*entry)}\n" for entry in self.cues)


def heard(
    name: str, who: Profile = RUNNER, *, own_spm: int | None = OWN_SPM, faults: Sequence[SensorFault] = (), **how: Any
) -> Heard:
    """The cues of a workout of the library, run on the mock from its beginning to its end."""
    listener = Heard()
    plan = Plan(load_named(name), who, DEFAULT, own_spm=own_spm, pod_faults=faults, **how)
    Simulation(plan, listener).run()
    return listener


def _line(now: float, cue: Cue, s: Snapshot) -> str:
    feet = ""
    if cue.kind in (CueKind.FORM, CueKind.PRAISE) and s.shown_grade is not None and s.step_rate:
        asked = f", asked for {s.cadence.low_spm} to {s.cadence.high_spm}" if s.cadence else ""
        feet = f"   [{s.shown_grade}, {s.step_rate} steps a minute{asked}]"
    return f"{clock(now):>6}  {cue.kind.name.lower():<7} {cue.words}{feet}"
