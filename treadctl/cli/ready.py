"""Before a session: may this runner run this decline today? And after: where it is written down.

`make_ready` is the one door for `treadctl run`. It asks how the legs are before a decline on a real treadmill, compares the
workout with the advice, and takes an override in the runner's own words. Two things take none: the −10 % stop, which lies
elsewhere (safety.py), and red flags.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from treadctl.cli.choose import choose_workout
from treadctl.cli.columns import show
from treadctl.cli.errors import BadInput
from treadctl.cli.past import known_machine, mock_machine
from treadctl.cli.soreness import number
from treadctl.engine.words import Machine
from treadctl.training.compose import compose
from treadctl.training.history import History, HistoryError, history_path
from treadctl.training.ladder import slope_of
from treadctl.training.model import CheckIn, Past, Reason
from treadctl.training.progression import Advice, Against, advise, against
from treadctl.training.recorder import Occasion, Recorder
from treadctl.training.soreness import check_for, not_ready, standing_flags
from treadctl.units import LEVEL
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

NEXT: Final = "next"
"""The name under which `run` takes what `treadctl next` offers."""
SECOND_AFTER: Final = timedelta(hours=72)
Ask = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A session that may begin: its workout, its runner (with the ceiling that is open), and where it will be written down."""

    workout: Workout
    runner: Profile
    history: History | None
    occasion: Occasion

    def recorder(self, journal: str = "") -> Recorder | None:
        """The listener that writes the session down; None where the history can't be used."""
        if self.history is None:
            return None
        return Recorder(self.history, self.workout, self.runner, replace(self.occasion, journal=journal))

    def close(self) -> None:
        """Write what is queued, and let go of the history; after the recorder's own close."""
        if self.history is not None:
            self.history.close()


def make_ready(
    name: str,
    runner: Profile,
    now: datetime,
    *,
    level: bool = False,
    mock: str | None = None,
    override: str | None = None,
    ask: Ask | None = None,
) -> Ready:
    """The workout called `name` for this runner, or BadInput with what the advice says against it.

    `mock` is the preset of a simulated treadmill: nobody's legs are on it, so nothing is asked and nothing refused, and its
    sessions never count for real advice. `ask` puts a question to a person; None where there is no terminal.
    """
    history = _history()
    try:
        return _decide(name, runner, now, history, level, mock, override, ask)
    except BaseException:
        if history is not None:
            history.close()
        raise


def _decide(
    name: str,
    runner: Profile,
    now: datetime,
    history: History | None,
    level: bool,
    mock: str | None,
    override: str | None,
    ask: Ask | None,
) -> Ready:
    machine, past = _what_is_known(history, runner, mock)
    runner = replace(runner, declines_done=max(runner.declines_done, len(past.declines)))
    workout = choose_workout(name, level=level) if name != NEXT else None
    real = mock is None and (workout is None or workout.steepest < LEVEL)
    asked: Reason | None = None
    if real and history is not None and ask is not None and not standing_flags(past):
        asked = _legs(history, runner, past, now, ask)
        past = history.past(runner.name)
    advice = advise(past, runner, machine, now.date())
    if workout is None:
        workout = _next_workout(advice, machine, runner, history)
    counter = against(advice, workout, runner) if real or name == NEXT else None
    why_not = _all_against(counter, asked, past if real else Past(), now)
    words = _overridden(why_not, override, ask) if why_not is not None else ""
    if real and not words and advice.is_open:
        runner = replace(runner, ceiling=max(runner.ceiling, advice.ceiling))
    reasons = tuple(str(reason) for reason in why_not.reasons) if why_not is not None else ()
    return Ready(workout, runner, history, Occasion(now, mock is not None, "", words, reasons))


def _history() -> History | None:
    try:
        return History(history_path())
    except HistoryError as error:  # what is only for afterwards keeps nobody from running
        print(f"treadctl: this session is not written down: {error}", file=sys.stderr)
        return None


def _what_is_known(history: History | None, runner: Profile, mock: str | None) -> tuple[Machine | None, Past]:
    if history is None:
        return (mock_machine(mock) if mock is not None else None), Past()
    return known_machine(history, runner.name, mock), history.past(runner.name, simulated=mock is not None)


def _legs(history: History, runner: Profile, past: Past, now: datetime, ask: Ask) -> Reason | None:
    """The question before every decline, and what speaks against it; the answer is a check-in like any other."""
    legs = number(ask, "legs today, 0 (nothing) to 10 (the worst)? ", 10)
    stairs = number(ask, "and walking down stairs, 0 to 10? ", 10)
    history.settle(history.check_in(runner.name, now, check_of(past, now, max(legs, stairs))))
    return not_ready(legs, stairs)


def check_of(past: Past, now: datetime, level: int) -> CheckIn:
    """How the legs are now, as a check-in: the one that is due after the last decline, unless that was told already."""
    last = past.declines[-1] if past.declines else None
    due = check_for((now - last.begun).total_seconds() / 3600) if last is not None else None
    told = last is not None and any(c.session == last.id and c.after_h == due for c in past.checks)
    session = last.id if last is not None and due is not None and not told else None
    return CheckIn(now.date(), level, session, due if session is not None else None)


def _next_workout(advice: Advice, machine: Machine | None, runner: Profile, history: History | None) -> Workout:
    if history is None:
        raise BadInput("without the history nobody knows what is next; run a workout by its name")
    if advice.offer is None:
        raise BadInput("; ".join(str(reason) for reason in advice.reasons))
    return compose(advice.offer, slope_of(machine, runner), runner.declines_done)


def _all_against(counter: Against | None, asked: Reason | None, past: Past, now: datetime) -> Against | None:
    """The advice's reasons, the legs' own, and the hours that whole days can't tell."""
    if counter is not None and counter.final:
        return counter
    found = [asked] if asked is not None else []
    if counter is not None:
        found += [reason for reason in counter.reasons if asked is None or not reason.text.startswith("legs were")]
    elif past.declines and now - past.declines[-1].begun < SECOND_AFTER:
        until = (past.declines[-1].begun + SECOND_AFTER).astimezone(now.tzinfo)
        found.append(Reason(f"72 h since the last decline are over at {until:%H:%M} on {until:%A}", "science.md §5.6, ours"))
    return Against(tuple(found)) if found else None


def _overridden(why_not: Against, override: str | None, ask: Ask | None) -> str:
    """The runner's words for going against the advice; without any there is no session."""
    reasons = "; ".join(str(reason) for reason in why_not.reasons)
    if why_not.final:
        raise BadInput(reasons)
    said = (override or "").strip()
    if not said and ask is not None:
        show(["the advice is against it:", *(f"  {reason}" for reason in why_not.reasons)], 2)
        said = ask("to run it all the same, write why (it is kept); Enter leaves it: ").strip()
        if not said:
            raise BadInput("left for today; treadctl next says what is open")
    if not said:
        raise BadInput(f"{reasons}; treadctl next says what is open, --override 'WHY' runs it all the same and is kept")
    return said
