"""`treadctl plan`: the weeks ahead."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from treadctl.cli.columns import show
from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.past import known_machine, right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.training.ical import icalendar
from treadctl.training.plan import LAST_BEFORE_RACE, MOST_WEEKS, Ahead, plan_race, plan_weeks, with_strength
from treadctl.training.tips import tip
from treadctl.units import clock

_TIPS_SHOWN: Final = 2
"""A plan of eight weeks with eight tips under it would not be read. Ours."""


def plan(
    *,
    weeks: int | None = None,
    race: str | None = None,
    ics: Path | None = None,
    mock: str | None = None,
    profile: Path | None = None,
) -> int:
    """Plan one decline session a week, as it would go if every one went well; on the day `treadctl next` knows better.

    Parameters
    ----------
    weeks
        How many weeks; 8 when nothing is said.
    race
        The day of a race, like 2027-04-19: the last hard descent is 14 to 10 days before it.
    ics
        Write a calendar file too, with the check-ins at 24, 48 and 72 hours in it.
    mock
        Count sessions on the mock too, and take its deck.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    if weeks is not None and race is not None:
        raise BadInput("say --weeks or --race, not both: a race says how many weeks there are")
    if weeks is not None and not 1 <= weeks <= MOST_WEEKS:
        raise BadInput(f"--weeks {weeks} is not from 1 to {MOST_WEEKS}")
    runner, now = choose_runner(profile), right_now()
    day = _race_day(race, now.date()) if race is not None else None
    with the_history() as history:
        past = history.past(runner.name, simulated=mock is not None)
        machine = known_machine(history, runner.name, mock)
    if day is not None:
        ahead = plan_race(past, runner, machine, now.date(), day)
    else:
        ahead = plan_weeks(past, runner, machine, now.date(), weeks or 8)
    show(_lines(ahead, day, len(past.declines)), 5)
    if ics is not None:
        _write(ics, icalendar(ahead.sessions, now))
        print(f"written to {ics}: {len(ahead.sessions)} sessions and {3 * len(ahead.sessions)} check-ins")
    return Exit.DONE


def _race_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"--race {text!r} is no day; write it like 2027-04-19") from error
    if not 0 < (day - today).days <= MOST_WEEKS * 7:
        raise BadInput(f"--race {text}: a race lies ahead, and within {MOST_WEEKS} weeks")
    return day


def _lines(ahead: Ahead, race: date | None, declines_done: int) -> list[str]:
    lines = ["     day               grade  decline  easy pace  check-ins    strength"] if ahead.sessions else []
    for index, (session, strength) in enumerate(with_strength(ahead.sessions), 1):
        checks = " ".join(f"{day:%a}" for day, _ in session.checks)
        lifts = " ".join(f"{day:%a}" for day in strength)
        size = f"{session.grade!s:>7}  {clock(session.rung.decline_s):>7}  {session.rung.percent_of_easy:>7} %"
        lines.append(f"{index:>3}  {session.day:%a} {session.day}  {size}  {checks}  {lifts or '-'}")
    if race is not None:
        longest, shortest = LAST_BEFORE_RACE
        lines.append(f"     {race:%a} {race}  race; the last hard descent is {longest} to {shortest} days before it (ours)")
        if not ahead.sessions:
            lines.append("no hard descent fits in before: it would not heal, or not have opened, in time")
    if ahead.stops is not None:
        lines += [f"no further: {reason}" for reason in ahead.stops.reasons]
    if ahead.sessions:
        lines.append("as if every session went well (peak 3/10 at most, gone by 72 h); one that does not holds all that follows")
    return [*lines, *(f"know: {tip(declines_done + index)}" for index in range(min(_TIPS_SHOWN, len(ahead.sessions))))]


def _write(path: Path, text: str) -> None:
    try:
        path.write_bytes(text.encode())
    except OSError as error:
        raise BadInput(f"{path}: the calendar cannot be written: {error.strerror or error}") from error
