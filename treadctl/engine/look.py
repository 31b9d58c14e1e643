"""A look at the whole session: the snapshot that is taken after each step."""

from __future__ import annotations

from treadctl.engine.failsafe import Ladder
from treadctl.engine.phases import Phase
from treadctl.engine.run import Run
from treadctl.engine.snapshot import Ending, Snapshot


def look(run: Run, now: float, phase: Phase, ending: Ending | None, ladder: Ladder, may_arm: bool) -> Snapshot:
    """Everything a screen, a voice or a coach may want to know, at this moment. By place, for it is done at 4 Hz."""
    course, sight, target, tally, sensors = run.course, run.sight, run.target, run.tally, run.sensors
    count = len(course.segments)
    steps, why = sensors.steps(now)
    return Snapshot(
        now,
        phase,
        ending,
        ladder.level,
        ladder.words,
        min(course.index, count - 1),
        count,
        course.segment,
        course.following,
        course.elapsed_s,
        course.left_s(sight.speed),
        course.left_m(),
        course.asked_grade(),
        course.asked_speed(),
        target.grade,
        target.speed,
        sight.grade,
        sight.speed,
        sight.age(now),
        sensors.heart_rate(sight, now),
        run.coach.cadence(target),
        run.telling.limits,
        tally.running_s,
        tally.distance_m,
        tally.decline_s,
        tally.descent_m,
        steps,
        why,
        *run.coach.step_lengths_m(sight.speed, steps),
        may_arm,
    )
