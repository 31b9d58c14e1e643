"""Weeks ahead, as far as anybody can tell: the advice, followed as if every session went well. The check-ins decide. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from treadctl.training.ladder import Rung, slope_of
from treadctl.training.model import CheckIn, Done, Past
from treadctl.training.progression import Advice, Call, advise
from treadctl.training.soreness import CHECKS_H
from treadctl.training.strength_rules import strength_days
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

if TYPE_CHECKING:
    from treadctl.engine.words import Machine

WEEK: Final = timedelta(days=7)
LAST_BEFORE_RACE: Final = (14, 10)
"""The last hard descent lies 14 to 10 days before a race: legs are whole again, and protection holds for weeks
(science.md §5.5: recovered within a week, protected for three to six). Days ours."""
MOST_WEEKS: Final = 52
_HYPOTHETICAL: Final = -1


@dataclass(frozen=True, slots=True)
class Planned:
    """One decline session of a plan, and the days on which the legs are asked about it."""

    day: date
    rung: Rung
    grade: Grade

    @property
    def checks(self) -> tuple[tuple[date, int], ...]:
        """Day and hours of each check-in."""
        return tuple((self.day + timedelta(hours=hours), hours) for hours in CHECKS_H)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A plan. `stops` is why it ends early or is empty, in the advice's own words."""

    sessions: tuple[Planned, ...]
    stops: Advice | None = None


def plan_weeks(past: Past, runner: Profile, machine: Machine | None, today: date, weeks: int) -> Ahead:
    """One decline session a week for so many weeks, from the first day that is open."""
    end = today + WEEK * min(weeks, MOST_WEEKS)
    first = _first_open(past, runner, machine, today, end)
    if first is None:
        return Ahead((), advise(past, runner, machine, today))
    return _follow(past, runner, machine, first, end)


def plan_race(past: Past, runner: Profile, machine: Machine | None, today: date, race: date) -> Ahead:
    """Weekly sessions of which the last is a fortnight to ten days before the race; empty when that is past already."""
    earliest, latest = (race - timedelta(days=days) for days in LAST_BEFORE_RACE)
    first = _first_open(past, runner, machine, today, latest + timedelta(days=1))
    if first is None:
        return Ahead((), advise(past, runner, machine, today))
    late = (earliest - first).days % 7  # start later by so much, and a weekly session falls into the window
    if first <= earliest and late:
        first += timedelta(days=late)
    return _follow(past, runner, machine, first, latest + timedelta(days=1))


def with_strength(planned: Sequence[Planned]) -> Iterator[tuple[Planned, tuple[date, ...]]]:
    """Each decline session with the days for strength behind it."""
    for index, session in enumerate(planned):
        following = planned[index + 1].day if index + 1 < len(planned) else None
        yield session, strength_days(session.day, following)


def _first_open(past: Past, runner: Profile, machine: Machine | None, today: date, end: date) -> date | None:
    day = today
    while day < end:
        advice = advise(past, runner, machine, day)
        if advice.is_open:
            return day
        if advice.opens is None:
            return None
        day = max(advice.opens, day + timedelta(days=1))
    return None


def _follow(past: Past, runner: Profile, machine: Machine | None, first: date, end: date) -> Ahead:
    """Run what is advised, feel nothing, a week later again: the plan is the advice's own future."""
    slope = slope_of(machine, runner)
    planned: list[Planned] = []
    day = first
    while day < end:
        advice = advise(past, runner, machine, day)
        if advice.call is not Call.GO or advice.offer is None:
            return Ahead(tuple(planned), advice)
        session = Planned(day, advice.offer, slope.on_deck(advice.offer.grade))
        planned.append(session)
        past = _as_if_done(past, session, runner)
        day += WEEK
    return Ahead(tuple(planned))


def _as_if_done(past: Past, session: Planned, runner: Profile) -> Past:
    number = min([0, *(done.id for done in past.sessions)]) + _HYPOTHETICAL
    rung = session.rung
    done = Done(
        id=number,
        begun=datetime(session.day.year, session.day.month, session.day.day),  # noqa: DTZ001 - a day that has not come has no hour
        planned_decline_s=rung.decline_s,
        planned_grade=session.grade,
        decline_s=rung.decline_s,
        grade=session.grade,
        decline_speed=Speed(runner.easy * rung.percent_of_easy // 100),
    )
    checks = tuple(CheckIn(day, 0, number, hours) for day, hours in session.checks)
    return replace(past, sessions=(*past.sessions, done), checks=(*past.checks, *checks))
