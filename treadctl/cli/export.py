"""`treadctl log export`: sessions as files for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.past import one_session, the_history
from treadctl.cli.runner import choose_runner
from treadctl.training.csv_file import to_csv
from treadctl.training.fit_file import NothingToExport, to_fit
from treadctl.training.history import History
from treadctl.training.model import Done


def export(
    session: int | None = None,
    *,
    fit: Annotated[bool, Parameter(negative=())] = False,
    csv: Annotated[bool, Parameter(negative=())] = False,
    to: Path | None = None,
    all: Annotated[bool, Parameter(negative=())] = False,
    profile: Path | None = None,
) -> int:
    """Write a session as CSV, one line a second, or as a FIT activity for training logs, with its descent in it.

    Parameters
    ----------
    session
        Its number in `treadctl log list`.
    fit
        A FIT file: true grade, an altitude that falls, laps, pauses. Without --to it is named after the session.
    csv
        CSV, also when nothing is said; without --to it goes to the terminal.
    to
        A file; with --all a directory.
    all
        Every session, also those on the mock.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    if all == (session is not None):
        raise BadInput("say which session to export, or --all")
    if fit and csv:
        raise BadInput("say --fit or --csv, one at a time")
    runner = choose_runner(profile)
    with the_history() as history:
        if session is None:
            _every(history, runner.name, to or Path(), "fit" if fit else "csv")
        elif fit:
            _one_fit(history, one_session(history, session), to)
        else:
            _one_csv(history, one_session(history, session), to)
    return Exit.DONE


def _one_fit(history: History, done: Done, to: Path | None) -> None:
    try:
        octets = _octets(history, done, "fit")
    except NothingToExport as error:
        raise BadInput(str(error)) from error
    path = to or Path(_name(done, "fit"))
    _write(path, octets)
    print(f"written to {path}: {done.descent_m:.0f} m of descent")


def _one_csv(history: History, done: Done, to: Path | None) -> None:
    if to is None:
        print(to_csv(history.samples(done.id)), end="")
    else:
        _write(to, _octets(history, done, "csv"))


def _every(history: History, runner: str, folder: Path, ending: str) -> None:
    written = 0
    found = history.sessions(runner, simulated=True)
    for done in found:
        try:
            octets = _octets(history, done, ending)
        except NothingToExport:
            continue
        _write(folder / _name(done, ending), octets)
        written += 1
    left = len(found) - written
    print(f"{written} sessions written to {folder}" + (f"; {left} without a moving belt left out" if left else ""))


def _octets(history: History, done: Done, ending: str) -> bytes:
    samples = history.samples(done.id)
    if ending == "fit":
        return to_fit(done, samples, history.workout(done.id))
    return to_csv(samples).encode()


def _name(done: Done, ending: str) -> str:
    return f"{done.begun:%Y-%m-%dT%H-%M-%S}_{done.workout}_{done.id}.{ending}"


def _write(to: Path, octets: bytes) -> None:
    try:
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(octets)
    except OSError as error:
        raise BadInput(f"{to}: cannot be written: {error.strerror or error}") from error
