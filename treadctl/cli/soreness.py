"""`treadctl soreness`: how the legs are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, TypeVar

from cyclopts import Parameter

from treadctl.cli.columns import show
from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.next_up import HANG, advice_lines
from treadctl.cli.past import known_machine, one_session, right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.training.history import History
from treadctl.training.model import CheckIn, Done, Flag, Past, Site
from treadctl.training.progression import advise
from treadctl.training.soreness import check_for, owed, response
from treadctl.workout.profile import Profile

_Word = TypeVar("_Word", Site, Flag)
_SITES: Final = ", ".join(site.value for site in Site)
_FLAGS: Final = ", ".join(flag.value for flag in Flag)


def soreness(
    level: int | None = None,
    *,
    sites: str = "",
    flags: str = "",
    session: int | None = None,
    after: int | None = None,
    worst_day: int | None = None,
    worst: int | None = None,
    doctor_cleared: Annotated[bool, Parameter(negative=())] = False,
    profile: Path | None = None,
) -> int:
    """Say how the legs are: 0 is nothing, 10 the worst there is. In a terminal, without a number, it asks.

    Some soreness is normal and no injury; it peaks at 24 to 72 hours. Still growing past 48 hours means it was too much.

    Parameters
    ----------
    level
        0 to 10, now.
    sites
        Where, with commas: quads, knee, it-band, shin, calf, ankle, feet, glutes, back, arms.
    flags
        What belongs to a doctor: dark-urine, swelling, sharp-joint-pain.
    session
        Which session it is about (treadctl log list), instead of the last decline.
    after
        Which check it answers: 24, 48 or 72 (hours), instead of the one due now.
    worst_day
        After a missed check: which day was the worst, 1 to 7.
    worst
        How bad it was on that day, 0 to 10.
    doctor_cleared
        A doctor has looked at what was flagged, and running downhill is allowed again.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    runner, now = choose_runner(profile), right_now()
    with the_history() as history:
        past = history.past(runner.name)
        done = one_session(history, session) if session is not None else (past.declines or (None,))[-1]
        if level is None:
            if not sys.stdin.isatty():
                raise BadInput("say how the legs are: treadctl soreness 3 (0 is nothing, 10 the worst there is)")
            check = form(done, past, now, input)
        else:
            given = (_words(sites, Site, _SITES), _words(flags, Flag, _FLAGS))
            check = _check(done, now, level, given, after, (worst_day, worst), doctor_cleared)
        history.settle(history.check_in(runner.name, now, check))
        _say(history, runner, done, check, now)
    return Exit.DONE


def form(done: Done | None, past: Past, now: datetime, ask: Callable[[str], str]) -> CheckIn:
    """The questions, one by one; Enter leaves one out where that is possible."""
    level = number(ask, "legs now, 0 (nothing) to 10 (the worst)? ", 10)
    sites = _asked_words(ask, f"where ({_SITES}; Enter for nowhere special)? ", Site, _SITES) if level else ()
    flags = _asked_words(ask, f"any of these ({_FLAGS}; Enter for none)? ", Flag, _FLAGS)
    due = check_for(_hours(done, now)) if done is not None else None
    missed = done is not None and bool(set(owed(past, now.date())) - {due})
    day = number(ask, "a check was missed; which day after the session was the worst, 1 to 7? ", 7, least=1) if missed else None
    worst = number(ask, "and how bad was it then, 0 to 10? ", 10) if day is not None else None
    return _check(done, now, level, (sites, flags), None, (day, worst), False)


def number(ask: Callable[[str], str], question: str, most: int, least: int = 0) -> int:
    """A whole number from a person; a wrong one is asked for again, twice."""
    for _ in range(3):
        said = ask(question).strip()
        if said.isascii() and said.isdigit() and least <= int(said) <= most:
            return int(said)
        question = f"a whole number from {least} to {most}, please: "
    raise BadInput(f"that was no whole number from {least} to {most}; nothing is written down")


def _check(
    done: Done | None,
    now: datetime,
    level: int,
    words: tuple[tuple[Site, ...], tuple[Flag, ...]],
    after: int | None,
    worst: tuple[int | None, int | None],
    cleared: bool,
) -> CheckIn:
    if after is not None and done is None:
        raise BadInput("--after needs a decline session to be after, and there is none yet")
    if done is not None and after is not None and _hours(done, now) < after - 12:
        raise BadInput(f"it is only {_hours(done, now):.0f} h after that session; the {after} h check is not due yet")
    due = check_for(_hours(done, now)) if done is not None else None
    number_of = done.id if done is not None else None
    try:
        return CheckIn(now.date(), level, number_of, after or due, *words, *worst, cleared)
    except ValueError as error:
        raise BadInput(str(error)) from error


def _hours(done: Done, now: datetime) -> float:
    return (now - done.begun).total_seconds() / 3600


def _asked_words(ask: Callable[[str], str], question: str, kind: type[_Word], known: str) -> tuple[_Word, ...]:
    """Words from a person; a wrong one is asked for again, twice."""
    for _ in range(2):
        try:
            return _words(ask(question), kind, known)
        except BadInput as error:
            question = f"{error}: "
    return _words(ask(question), kind, known)


def _words(text: str, kind: type[_Word], known: str) -> tuple[_Word, ...]:
    found = {word.value: word for word in kind}
    said = [word.strip() for word in text.lower().split(",") if word.strip()]
    for word in said:
        if word not in found:
            raise BadInput(f"{word!r} is none of {known}")
    return tuple(found[word] for word in said)


def _say(history: History, runner: Profile, done: Done | None, check: CheckIn, now: datetime) -> None:
    which = f" as the {check.after_h} h check after session {check.session}" if check.after_h and check.session else ""
    print(f"written down: {check.level}/10{which}")
    past = history.past(runner.name)
    if done is not None:
        own = [c for c in past.checks if c.session == done.id]
        show([f"  {response(done, own, now.date()).reason}"], 2)
    machine = known_machine(history, runner.name)
    show(advice_lines(advise(past, runner, machine, now.date()), machine, len(past.declines)), HANG)
