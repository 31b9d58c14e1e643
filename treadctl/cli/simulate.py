"""`treadctl simulate`: the whole session at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from treadctl.cli.choose import choose_faults, choose_preset, choose_runner, choose_seed, choose_workout
from treadctl.cli.columns import fitting
from treadctl.cli.errors import BadInput, Exit, tell
from treadctl.cli.exits import ADVICE, EXITS
from treadctl.cli.place import sensor_faults
from treadctl.cli.report import JsonReport, Summary, TextReport
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Worn
from treadctl.mock.faults import kinds
from treadctl.mock.feet import OWN_SPM
from treadctl.simulate import Plan, Simulation
from treadctl.workout.picture import draw


def simulate(
    workout: str | None = None,
    /,
    *,
    mock: str = "decline-10",
    seed: int = 0,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    flat: Annotated[bool, Parameter(negative=())] = False,
    profile: Path | None = None,
    foot_pod: str | None = None,
    json: Annotated[bool, Parameter(negative=())] = False,
    faults: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Run a workout on the mock at full speed: what would happen, at once.

    Parameters
    ----------
    workout
        A name in the library (`treadctl workouts list`) or a path.
    mock
        Which treadmill: decline-10, decline-6, incline-only or propped.
    seed
        Decides what is left to chance, such as how late an answer comes.
    fault
        What goes wrong, as KIND[@SECOND][+SECONDS][=VALUE]; may be given more than once. --faults explains the kinds.
    flat
        Run the declines level, on purpose.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    foot_pod
        The runner wears one and heeds what is said of their steps: mock, or mock:halved@60+15.
    json
        JSON lines instead of text.
    faults
        List the kinds of fault and stop.
    """
    if faults:
        print(kinds())
        return Exit.DONE
    if workout is None:
        raise BadInput("say which workout to simulate: a name (treadctl workouts list) or a path")
    chosen, runner = choose_workout(workout, level=flat), choose_runner(profile)
    plan = Plan(chosen, runner, choose_preset(mock), choose_seed(seed), choose_faults(fault))
    if foot_pod is not None:
        plan = replace(plan, own_spm=OWN_SPM, pod_faults=sensor_faults(Worn.FOOT_POD, foot_pod))
    report: JsonReport | TextReport = JsonReport() if json else TextReport(fitting(print))
    summary = Summary(chosen, runner)

    def on_step(now: float, inputs: list[Input], step: Step) -> None:
        report(now, inputs, step)
        summary(now, inputs, step)

    if not json:
        print("\n".join(draw(chosen, runner, 100)))
    ending = Simulation(plan, on_step).run()
    summary.exit = Exit.TREADMILL_FAILED if ending is None else EXITS[ending]
    report.end(summary)
    if ending in ADVICE:
        tell(ADVICE[ending])
    return summary.exit
