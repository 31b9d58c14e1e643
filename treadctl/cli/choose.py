"""From what a person typed to a workout, a runner, a preset and faults; every mistake becomes `BadInput`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from treadctl.cli.errors import BadInput
from treadctl.cli.runner import choose_runner as choose_runner
from treadctl.cli.runner import with_focus as with_focus
from treadctl.coaching.catalogue import CATALOGUE, named
from treadctl.mock.faults import Fault, FaultError, parse_fault
from treadctl.mock.presets import PRESETS, Preset
from treadctl.units import LEVEL
from treadctl.workout.errors import WorkoutError, printable
from treadctl.workout.library import load_named
from treadctl.workout.model import Workout


def choose_workout(name: str, *, level: bool = False) -> Workout:
    """A workout by its name in the library or by its path; `level` runs its declines flat, on purpose."""
    try:
        workout = load_named(name)
    except WorkoutError as error:
        more = len(error.problems) - 1
        also = f" (and {more} more; treadctl workouts check {printable(name)} shows all)" if more else ""
        raise BadInput(str(error).split("\n", 1)[0] + also) from error
    focus = named(workout.focus) if workout.focus else None
    if workout.focus and (focus is None or focus.opt_in):
        usable = ", ".join(cue.slug for cue in CATALOGUE if not cue.opt_in)
        raise BadInput(f"{workout.source}: focus {workout.focus!r} is not a form cue; use one of {usable}")
    return levelled(workout) if level else workout


def levelled(workout: Workout) -> Workout:
    """The same workout with its declines run level."""
    flat = tuple(replace(s, grade_from=max(s.grade_from, LEVEL), grade_to=max(s.grade_to, LEVEL)) for s in workout)
    return replace(workout, title=f"{workout.title} (run level)", segments=flat)


def choose_preset(name: str) -> Preset:
    """One of the mock treadmills."""
    preset = PRESETS.get(name)
    if preset is None:
        raise BadInput(f"--mock: {name!r} is no mock treadmill; there are {', '.join(PRESETS)}")
    return preset


def choose_faults(texts: Sequence[str]) -> list[Fault]:
    """Faults as typed, like `drop-link@300`."""
    try:
        return [parse_fault(text) for text in texts]
    except FaultError as error:
        first = str(error).split("\n", 1)[0].removesuffix("; there are:")
        raise BadInput(f"--fault: {first} (treadctl simulate --faults explains all)") from error


def choose_seed(seed: int) -> int:
    """What decides chance on the mock."""
    if seed < 0:
        raise BadInput("--seed is a whole number from 0")
    return seed
