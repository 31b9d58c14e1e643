"""`treadctl workouts list|show|check` and `treadctl schema`."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from treadctl.cli.choose import choose_runner, choose_workout
from treadctl.cli.errors import BadInput, Exit
from treadctl.units import clock
from treadctl.workout import library
from treadctl.workout.advice import warnings_of
from treadctl.workout.errors import WorkoutError, printable
from treadctl.workout.file import json_schema
from treadctl.workout.picture import describe, draw

app: Final = App(name="workouts", help="List, show and check workouts.", help_format="plaintext")
_WIDEST: Final = 120


@app.command(name="list")
def list_all(*, profile: Path | None = None) -> int:
    """List the library: what each workout asks, for how long, and whom it is for.

    Parameters
    ----------
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    runner = choose_runner(profile)
    names = library.names()
    wide = max(len(name) for name in names)
    for name in names:
        w = choose_workout(name)
        minutes = f"{clock(w.expected_s(runner)):>7} with {clock(w.decline_s(runner)):>5} of decline"
        print(f"{name:<{wide}}  {minutes}, to {w.steepest!s:>7}   {w.for_whom}")
    print("\ntreadctl workouts show NAME draws one; treadctl run NAME --mock --arm --time-scale 60 lives through one")
    return Exit.DONE


@app.command
def show(workout: str, /, *, profile: Path | None = None) -> int:
    """Draw a workout: grade below a zero line, time across, speed under it; then its steps.

    Parameters
    ----------
    workout
        A name in the library, or a path.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    w, runner = choose_workout(workout), choose_runner(profile)
    width = min(_WIDEST, shutil.get_terminal_size((100, 24)).columns)
    print(f"{w.title}: for {w.for_whom}\n")
    print("\n".join(draw(w, runner, width)))
    print()
    print("\n".join(describe(w, runner)))
    if w.notes:
        print(f"\n{w.notes.strip()}")
    for warning in warnings_of(w, runner):
        print(f"\nnote: {warning.at(w.source)}")
    return Exit.DONE


@app.command
def check(*workouts: str, profile: Path | None = None) -> int:
    """Check workout files: every problem with its file, line and what to do. Ends with 2 when there was one.

    Parameters
    ----------
    workouts
        Names in the library, or paths.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    if not workouts:
        raise BadInput("say which workouts to check: names in the library, or paths")
    runner = choose_runner(profile)
    bad = 0
    for name in workouts:
        try:
            w = choose_workout(name)
        except BadInput as error:
            print(error.__cause__ if isinstance(error.__cause__, WorkoutError) else error, file=sys.stderr)  # all its problems
            bad += 1
            continue
        print(f"{printable(name)}: good; {clock(w.expected_s(runner))}, {clock(w.decline_s(runner))} of decline, to {w.steepest}")
        for warning in warnings_of(w, runner):
            print(f"  note: {warning.at(w.source)}")
    return Exit.BAD_INPUT if bad else Exit.DONE


def schema(*, strength: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Print the JSON Schema of a workout file, for editors that check while you type.

    Parameters
    ----------
    strength
        That of a strength or plyometrics file instead.
    """
    if strength:
        from treadctl.training.strength_schema import strength_schema  # only this needs the exercises

        found = strength_schema()
    else:
        found = json_schema()
    print(json.dumps(found, indent=2))
    return Exit.DONE
