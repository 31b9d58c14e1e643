"""One session of the history as lines for people: planned and done, its dose, and the same workout then and now."""

from __future__ import annotations

from collections.abc import Sequence

from treadctl.cli.past import grade_word, mean_word
from treadctl.coaching.cadence import step_length_m
from treadctl.training.dose import BAND_NAMES, LOWER_BOUND, dose_of
from treadctl.training.history import Override
from treadctl.training.model import Done, Past
from treadctl.training.samples import Event
from treadctl.training.tips import AFTERWARDS
from treadctl.units import clock


def planned_against_done(done: Done, unit: str) -> list[str]:
    """When, what, where, how it ended; asked and run side by side."""
    mock = " [mock: counts for nothing]" if done.simulated else ""
    on_declines = [
        *([f"  speed     {mean_word(done.decline_speed, unit):>7} on the declines"] if done.decline_speed else []),
        *([f"  steps     {done.step_rate_spm:>7} a minute on the declines{_long(done)}"] if done.step_rate_spm else []),
        *([f"  heart     {done.heart_rate_bpm:>7} beats a minute on the declines"] if done.heart_rate_bpm else []),
    ]
    return [
        f"{done.title}: {(done.ending or 'still open').replace('-', ' ')}{mock}",
        f"  {done.begun:%A %Y-%m-%d %H:%M}{f', on {done.machine}' if done.machine else ''}",
        f"  time      {clock(done.running_s):>7} of {clock(done.planned_s)}",
        f"  decline   {clock(done.decline_s):>7} of {clock(done.planned_decline_s)}",
        f"  steepest  {grade_word(done.grade):>7} of {grade_word(done.planned_grade)} (held for a minute in all)",
        *on_declines,
    ]


def _long(done: Done) -> str:
    """How long those steps were, at the mean of the speed."""
    length = step_length_m(done.decline_speed, done.step_rate_spm) if done.decline_speed and done.step_rate_spm else None
    return "" if length is None else f", {length:.2f} m long"


def overridden(override: Override) -> list[str]:
    """That it was run against the advice, in the runner's own words."""
    return [f"  override  {override.reason!r}, against: {override.against}"]


def without_a_belt(done: Done, events: Sequence[Event]) -> list[str]:
    """A strength or plyometrics session: what was done, set by set."""
    mock = " [tried out: counts for nothing]" if done.simulated else ""
    return [
        f"{done.title}: {done.kind.value}, {(done.ending or 'still open').replace('-', ' ')}{mock}",
        f"  {done.begun:%A %Y-%m-%d %H:%M}",
        f"  time      {clock(done.running_s):>7} of {clock(done.planned_s)}",
        *(f"  {clock(event.second):>7}  {event.words}" for event in events),
    ]


def effort(done: Done, unit: str) -> list[str]:
    """What it cost."""
    dose = dose_of([done])
    bands = ", ".join(f"{name} %: {clock(s)}" for name, s in zip(BAND_NAMES, dose.band_s, strict=True) if s)
    kilojoule = dose.gravity_kj(done.body_mass_kg)
    work = f"{dose.gravity_j_per_kg:.0f} J/kg" + (f", {kilojoule:.1f} kJ" if kilojoule is not None else "")
    speed = f" at {mean_word(done.decline_speed, unit)}" if done.decline_speed else ""
    return [
        f"decline   {bands or 'none'}{speed} (speed loads the legs as much as grade: science.md §5.4)",
        f"descent   {dose.descent_m:.1f} m",
        f"gravity   {work} ({LOWER_BOUND})",
        *([f"know      {AFTERWARDS}"] if done.is_decline else []),
    ]


def then_and_now(done: Done, past: Past, unit: str) -> list[str]:
    """The first time this workout was completed beside this one (A3.6); nothing when there is no earlier time."""
    earlier = [d for d in past.sessions if d.workout == done.workout and d.completed and d.begun < done.begun]
    if not earlier:
        return []
    then = earlier[0]
    pairs = [
        ("speed", *((mean_word(d.decline_speed, unit) if d.decline_speed else None) for d in (then, done))),
        ("steps", *((f"{d.step_rate_spm} a minute" if d.step_rate_spm else None) for d in (then, done))),
        ("heart", *((f"{d.heart_rate_bpm} bpm" if d.heart_rate_bpm else None) for d in (then, done))),
        ("soreness", *(_peak(d, past) for d in (then, done))),
    ]
    lines = ["", f"then and now: {then.begun:%Y-%m-%d}, and this one, on the declines (A3.6)"]
    return lines + [f"  {name:<9} {a or 'not known'} -> {b or 'not known'}" for name, a, b in pairs if a or b]


def _peak(done: Done, past: Past) -> str | None:
    levels = [check.level for check in past.checks if check.session == done.id]
    return f"{max(levels)}/10" if levels else None
