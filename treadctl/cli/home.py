"""A bare `treadctl`, and `treadctl setup`: the two screens on which no belt moves, and what follows from them."""

from __future__ import annotations

from pathlib import Path

from treadctl.cli.choose import choose_runner
from treadctl.cli.errors import BadInput, Exit, on_a_screen
from treadctl.cli.run import run
from treadctl.mock.presets import DEFAULT
from treadctl.tui.home import Choice, HomeApp, SetUp
from treadctl.tui.past import last_sessions
from treadctl.tui.quiet import QuietApp, Result
from treadctl.tui.setup import TRIED, TRY_SCALE, Done, SetupApp
from treadctl.workout.library import load_named, names
from treadctl.workout.profile_file import profile_path, save_profile


def home() -> int:
    """Open home, run what is chosen there, and come back to it, until somebody leaves."""
    mock, code = DEFAULT.name, Exit.DONE
    library = tuple(load_named(name) for name in names())
    while True:
        match _ask(HomeApp(library, choose_runner(None), last_sessions(), mock)):
            case Choice(workout=workout, mock=mock, scale=scale):
                code = Exit(run(workout, mock=mock, time_scale=scale))
            case SetUp():
                code = Exit(setup())
            case None:
                return code


def setup(*, profile: Path | None = None) -> int:
    """Set up your own numbers, one question at a time, and try them out on a simulated treadmill.

    Parameters
    ----------
    profile
        Another file than this platform's own.
    """
    if not on_a_screen():
        raise BadInput("setup asks questions: run it in a terminal, or set your numbers with treadctl profile --easy '9 km/h'")
    where = profile or profile_path()
    before = choose_runner(profile if profile is None or profile.exists() else None)
    done: Done | None = _ask(SetupApp(before, where, lambda runner: save_profile(runner, where)))
    if done is None:
        print("nothing was changed")
        return Exit.DONE
    print(f"written to {done.saved}")
    if not done.try_on:
        return Exit.DONE
    return run(TRIED, mock=done.try_on, time_scale=TRY_SCALE, profile=profile)


def _ask(app: QuietApp[Result]) -> Result | None:
    """Show an app in which no belt moves; its failure is told like any other."""
    answer = app.run()
    if app.crash is not None:
        raise app.crash
    return answer
