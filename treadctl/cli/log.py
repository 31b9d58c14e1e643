"""`treadctl log`: every session so far."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from treadctl.cli.exits import BadInput, Exit
from treadctl.cli.export import export
from treadctl.cli.next_up import grade_word
from treadctl.cli.past import mock_machine, one_session, right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.cli.session_lines import effort, planned_against_done, then_and_now, without_a_belt
from treadctl.training.dose import BAND_NAMES, Week, weeks
from treadctl.training.model import Done, Kind, Past
from treadctl.training.plan import plan_weeks
from treadctl.training.plot import plot as draw
from treadctl.units import clock

app: Final = App(name="log", help="Every session so far: list, show, plot, weeks, export, delete.", help_format="plaintext")
app.command(export)
_WIDEST: Final = 120
_SHOWN: Final = 20


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
    print("  no  when              decline  steepest    descent     speed  workout")
    print("\n".join(_row(done, runner.unit) for done in found))
    return Exit.DONE


@app.command
def show(session: int, *, events: Annotated[bool, Parameter(negative=())] = False, profile: Path | None = None) -> int:
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
    runner = choose_runner(profile)
    with the_history() as history:
        done = one_session(history, session)
        whose = history.runner_of(session) or runner.name
        past = Past(history.sessions(whose, simulated=done.simulated), history.checks(whose))
        samples, happened = history.samples(session), history.events(session)
    if done.kind is not Kind.RUN:
        print("\n".join(without_a_belt(done, happened)))
        return Exit.DONE
    print("\n".join(planned_against_done(done, runner.unit)))
    print()
    print("\n".join(draw(samples, _width(), runner.unit)))
    print()
    print("\n".join([*effort(done, runner.unit), *then_and_now(done, past, runner.unit)]))
    if events:
        print(
            "\n".join(f"{clock(e.second):>8}  {e.kind:<7} {e.words}" + (f"  ({e.detail})" if e.detail else "") for e in happened)
        )
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
    runner, today = choose_runner(profile), right_now().date()
    with the_history() as history:
        past, done = (
            history.past(runner.name, simulated=mock is not None),
            history.sessions(runner.name, simulated=mock is not None),
        )
        machine = mock_machine(mock) if mock is not None else history.last_machine(runner.name)
    ahead = [(p.day, p.rung.decline_s) for p in plan_weeks(past, runner, machine, today, 4).sessions]
    print(
        "week of     planned    done  " + "  ".join(f"{name:>8}" for name in BAND_NAMES) + "   descent  gravity at least   speed"
    )
    for week in weeks(done, ahead, today - timedelta(weeks=count - 1), count + 4):
        print(_week(week, runner.unit))
    print(
        "minutes of decline by true grade in percent; speed is the fastest session's mean on declines, and loads as much as grade"
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
    speed = done.decline_speed.text(unit) if done.decline_speed else "-"
    descent = f"{done.descent_m:.0f} m" if done.descent_m >= 0.5 else "-"
    ending = "" if done.ending == "finished" else f"  ({(done.ending or 'open').replace('-', ' ')})"
    mock = "  [mock]" if done.simulated else ""
    when = f"{done.begun:%Y-%m-%d %H:%M}"
    return (
        f"{done.id:>4}  {when}  {decline:>7}  {grade_word(done.grade):>8}  {descent:>9}  {speed:>8}  {done.title}{ending}{mock}"
    )


def _week(week: Week, unit: str) -> str:
    d = week.done
    bands = "  ".join(f"{clock(s) if s else '-':>8}" for s in d.band_s)
    speed = d.fastest.text(unit) if d.fastest else "-"
    planned, done = (clock(s) if s else "-" for s in (week.planned_decline_s, d.decline_s))
    work = f"{d.descent_m:>6.0f} m  {d.gravity_j_per_kg:>10.0f} J/kg"
    return f"{week.monday}  {planned:>7}  {done:>6}  {bands}  {work}  {speed:>8}"


def _width() -> int:
    return min(_WIDEST, shutil.get_terminal_size((100, 24)).columns)
