"""What a session shows after each step: one `Snapshot` for whoever looks, and the `Step` that carries it."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cues import Cue
from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.targets import Limit
from treadctl.safety import Command
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment


class Ending(Enum):
    """How a session ended."""

    FINISHED = "finished"
    STOPPED = "stopped by the runner"
    SAFETY = "stopped for safety"
    TREADMILL_FAILED = "the treadmill did not do what it was asked"
    LINK_FAILED = "the link to the treadmill was lost"
    UNSUITABLE = "this deck reaches none of the workout's declines"


class Snapshot(NamedTuple):
    """The session at one moment. Grades are true grades; times are seconds; None is not told. A tuple: one is made at 4 Hz.

    `asked_*` is what the file asks here, `target_*` what is being gone for after keys, caps and limits, `shown_*` what
    telemetry showed last, `age_s` seconds ago. `left_s` holds while the belt keeps its speed.
    `heart_rate` is the strap's, else the treadmill's, in beats a minute; `step_rate` the foot pod's, both feet, a minute, and
    `step_rate_why` why there is none. `step_length_m` is how long a step is at that rate and the shown speed, and
    `level_step_length_m` how long this runner's own is on the level at that speed. `may_arm` is whether ARM would be heeded now.
    """

    now: float
    phase: Phase
    ending: Ending | None
    level: Level
    troubles: tuple[str, ...]
    segment_index: int
    segment_count: int
    segment: Segment
    following: Segment | None
    segment_s: float
    left_s: float
    left_m: float | None
    asked_grade: Grade
    asked_speed: Speed
    target_grade: Grade
    target_speed: Speed
    shown_grade: Grade | None
    shown_speed: Speed | None
    age_s: float
    heart_rate: int | None
    cadence: CadenceTarget | None
    limits: tuple[Limit, ...]
    running_s: float
    distance_m: float
    decline_s: float
    descent_m: float
    step_rate: int | None = None
    step_rate_why: str = ""
    step_length_m: float | None = None
    level_step_length_m: float | None = None
    may_arm: bool = False


class Step(NamedTuple):
    """What one step of the engine came to: what is, what to send, what to say."""

    snapshot: Snapshot
    commands: tuple[Command, ...] = ()
    cues: tuple[Cue, ...] = ()
