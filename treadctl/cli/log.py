"""`treadctl log`: every session so far. What only some of it needs is imported there: a list is to be there at once."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

from cyclopts import App, Parameter

from treadctl.cli.columns import WIDEST, show, terminal_width
from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.past import grade_word, known_machine, mean_word, one_session, right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.training.model import Done, Kind, Past
from treadctl.units import clock

if TYPE_CHECKING:
    from treadctl.training.dose import Week
    from treadctl.training.samples import Event

app: Final = App(name="log", help="Every session so far: list, show, plot, weeks, export, delete.", help_format="plaintext")
app.command("treadctl.cli.export:export", name="export", help="Write a session as CSV, or as a FIT activity for training logs.")
_ELSEWHERE: Final = 100
"""How wide a picture is where there is no terminal. Ours."""
_SHOWN: Final = 20
_TITLE_AT: Final = 62
"""The column in which a list's titles begin."""


@app.command(name="list")
def list_sessions(
    *,
    all: Annotated[bool, Parameter(negative=())] = False,
    mock: str | None = None,
    profile: Path | None = None,
) -> int:
    """List the newest sessions: when, what, how it ended, and its decline.

    Parameters
    ----------
    all
        Every session, not only the newest twenty.
    mock
        Those on the mock too; they count for nothing.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    runner = choose_runner(profile)
    with the_history() as history:
        found = history.sessions(runner.name, simulated=mock is not None, newest=None if all else _SHOWN)
    if not found:
        print(f"no session of {runner.name} yet" + ("" if mock else "; --mock lists those on the mock too"))
        return Exit.DONE
    lines = ["  no  when              decl.   grade    down      speed  workout"]
    show(lines + [_row(done, runner.unit) for done in found], _TITLE_AT)
    return Exit.DONE


@app.command(name="show")
def show_session(session: int, *, events: Annotated[bool, Parameter(negative=())] = False, profile: Path | None = None) -> int:
    """Show one session: planned against done, its curves, its dose, and then and now for a workout done before.

    Parameters
    ----------
    session
        Its number in `treadctl log list`.
    events
        All that happened, too.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    from treadctl.cli.said import is_kept, said_lines
    from treadctl.cli.session_lines import effort, overridden, planned_against_done, then_and_now, without_a_belt
    from treadctl.training.plot import plot as draw

    runner = choose_runner(profile)
    with the_history() as history:
        done = one_session(history, session)
        whose = history.runner_of(session) or runner.name
        past = Past(history.sessions(whose, simulated=done.simulated), history.checks(whose))
        samples, happened = history.samples(session), history.events(session)
        overrides = [override for override in history.overrides(whose) if override.session == session]
    if done.kind is not Kind.RUN:
        show(without_a_belt(done, happened), 11)
        return Exit.DONE
    show([*planned_against_done(done, runner.unit), *(line for one in overrides for line in overridden(one))], 12)
    print("", *draw(samples, _width(), runner.unit), "", sep="\n")
    show([*effort(done, runner.unit), *then_and_now(done, past, runner.unit)], 10)
    show(["", *said_lines((event.second, event.words) for event in happened if is_kept(event.kind))], 12)
    if events:
        show((_event(event) for event in happened), 18)
    return Exit.DONE


@app.command
def plot(session: int, *, profile: Path | None = None) -> int:
    """Draw one session: grade below a zero line, then speed, step rate and heart rate where they were measured.

    Parameters
    ----------
    session
        Its number in `treadctl log list`.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    from treadctl.training.plot import plot as draw

    runner = choose_runner(profile)
    with the_history() as history:
        one_session(history, session)
        samples = history.samples(session)
    print("\n".join(draw(samples, _width(), runner.unit)))
    return Exit.DONE


@app.command(name="weeks")
def show_weeks(count: int = 8, *, mock: str | None = None, profile: Path | None = None) -> int:
    """Show the dose week by week, planned and done: decline minutes by grade, descent, and speed beside them.

    Parameters
    ----------
    count
        How many weeks back, with four ahead from the plan.
    mock
        Count sessions on the mock too, and take its deck.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    if not 1 <= count <= 520:
        raise BadInput(f"{count} weeks is not from 1 to 520")
    from treadctl.training.dose import BAND_NAMES, weeks
    from treadctl.training.plan import plan_weeks

    runner, today = choose_runner(profile), right_now().date()
    with the_history() as history:
        past, done = (
            history.past(runner.name, simulated=mock is not None),
            history.sessions(runner.name, simulated=mock is not None),
        )
        machine = known_machine(history, runner.name, mock)
    ahead = [(p.day, p.rung.decline_s) for p in plan_weeks(past, runner, machine, today, 4).sessions]
    bands = "".join(f"{name.replace(' to ', '…'):>7}" for name in BAND_NAMES)
    print(f"week of     plan  done{bands}  down  J/kg     speed")
    for week in weeks(done, ahead, today - timedelta(weeks=count - 1), count + 4):
        print(_week(week, runner.unit))
    show(
        [
            "plan, done and bands are minutes of decline, by true grade in percent; J/kg is the work of gravity alone, at least",
            "speed is the fastest session's mean on declines: it loads the legs as much as grade (science.md §5.4)",
        ]
    )
    return Exit.DONE


@app.command
def delete(session: int, *, yes: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Delete one session for good. What the legs said stays: a red flag is not undone by it.

    Parameters
    ----------
    session
        Its number in `treadctl log list`.
    yes
        Don't ask.
    """
    with the_history() as history:
        done = one_session(history, session)
        what = f"session {done.id}, {done.title}, {done.begun:%Y-%m-%d %H:%M}"
        if not yes:
            if not sys.stdin.isatty():
                raise BadInput(f"nothing is deleted: add --yes to delete {what}")
            if input(f"delete {what}? y/n ").strip().lower() != "y":
                print("nothing is deleted")
                return Exit.DONE
        history.settle(history.delete(session))
    print(f"deleted {what}")
    return Exit.DONE


def _row(done: Done, unit: str) -> str:
    decline = clock(done.decline_s) if done.decline_s else "-"
    speed = mean_word(done.decline_speed, unit)
    descent = f"{done.descent_m:.0f} m" if done.descent_m >= 0.5 else "-"
    ending = "" if done.ending == "finished" else f"  ({(done.ending or 'open').replace('-', ' ')})"
    mock = "  [mock]" if done.simulated else ""
    when = f"{done.begun:%Y-%m-%d %H:%M}"
    return (
        f"{done.id:>4}  {when}  {decline:>5}  {grade_word(done.grade):>6}  {descent:>6}  {speed:>9}  {done.title}{ending}{mock}"
    )


def _event(event: Event) -> str:
    return f"{clock(event.second):>8}  {event.kind:<7} {event.words}" + (f"  ({event.detail})" if event.detail else "")


def _week(week: Week, unit: str) -> str:
    d = week.done
    bands = "".join(f"{clock(s) if s else '-':>7}" for s in d.band_s)
    planned, done = (clock(s) if s else "-" for s in (week.planned_decline_s, d.decline_s))
    fall, work = (f"{d.descent_m:.0f} m", f"{d.gravity_j_per_kg:.0f}") if d.descent_m else ("-", "-")
    return f"{week.monday}{planned:>6}{done:>6}{bands}{fall:>6}{work:>6}{mean_word(d.fastest, unit):>10}"


def _width() -> int:
    return min(WIDEST, terminal_width() or _ELSEWHERE)
