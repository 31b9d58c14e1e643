"""A class's program within what the training advice leaves one runner today. Pure; it only ever gets milder.

In a class nobody is sent away: where `treadctl run` would refuse, the declines become flatter, shorter or level, and the runner
is told why. To the console goes what is given, and no reason.
"""

from __future__ import annotations

from dataclasses import replace

from treadctl.coaching.cues import Cue, CueKind
from treadctl.studio.lane_words import Prepare
from treadctl.studio.program import capped, level_version
from treadctl.training.ladder import Rung
from treadctl.training.progression import Advice, Call, against
from treadctl.units import LEVEL, Grade


def advised(wanted: Prepare, advice: Advice) -> tuple[Prepare, tuple[Cue, ...]]:
    """The same within the advice, and what the runner is told of that."""
    workout, runner = wanted.workout, wanted.runner
    asked_s = workout.decline_s(runner)
    if workout.steepest >= LEVEL or asked_s <= 0 or advice.call is Call.NO_DECLINE:
        return wanted, ()
    if not advice.is_open:
        told = Cue(CueKind.LIMIT, "no decline today: your program is run level", "; ".join(map(str, advice.reasons[:2])))
        return replace(wanted, workout=level_version(workout)), (told,)
    steepest = max(workout.steepest, advice.floor)
    rung = _nearest(advice.most, steepest)
    most_s = int(rung.decline_s if runner.most_decline_s is None else min(rung.decline_s, runner.most_decline_s))
    if against(advice, workout, runner) is None:  # what it has is open; what a key or a coach adds is held to the same
        own = replace(runner, ceiling=max(runner.ceiling, advice.ceiling), most_decline_s=most_s)
        return replace(wanted, runner=own), ()
    milder = replace(runner, ceiling=max(runner.ceiling, rung.grade), most_decline_s=most_s)
    given = replace(wanted, workout=capped(workout, milder, rung.decline_s), runner=milder)
    why = f"; {advice.reasons[-1]}" if advice.reasons else ""
    asked = f"asked {steepest} for {asked_s / 60:.0f} min; open is {rung.grade} for {rung.decline_s / 60:g} min{why}"
    return given, (Cue(CueKind.LIMIT, "your declines are limited today", asked),)


def _nearest(most: tuple[Rung, ...], steepest: Grade) -> Rung:
    """The rung that leaves most of a program: one that is steep enough, with the most minutes; else the steepest."""
    steep_enough = [rung for rung in most if steepest >= rung.grade]
    if steep_enough:
        return max(steep_enough, key=lambda rung: rung.decline_s)
    return min(most, key=lambda rung: (rung.grade, -rung.decline_s))
