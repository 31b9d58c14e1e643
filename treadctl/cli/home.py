"""A bare `treadctl`, and `treadctl setup`: the screens on which no belt moves, and what follows from them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from treadctl.cli.choose import choose_runner
from treadctl.cli.errors import BadInput, Exit, on_a_screen, tell
from treadctl.cli.gear import Gear, my_gear, save_gear
from treadctl.cli.past import right_now, the_history
from treadctl.cli.run import RunOptions, run
from treadctl.cli.search import Search
from treadctl.cli.soreness import soreness
from treadctl.cli.strength import run as run_strength
from treadctl.mock.presets import DEFAULT
from treadctl.training import strength_file
from treadctl.training.history import History, HistoryError, history_path
from treadctl.training.soreness import check_for, owed
from treadctl.training.strength_rules import not_today
from treadctl.treadmill.known import Known, known_here
from treadctl.treadmill.own import OwnTreadmill, load_own, own_folder, save_own
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.tui.found import Outfit, Own
from treadctl.tui.home import Choice, HomeApp, SetUp, Soreness, Strength
from treadctl.tui.past import last_sessions
from treadctl.tui.pick_strength import PickStrengthApp
from treadctl.tui.quiet import QuietApp, Result
from treadctl.tui.setup import TRIED, TRY_SCALE, Done, NotKept, SetupApp
from treadctl.tui.soreness import SorenessApp
from treadctl.units import LEVEL, Grade
from treadctl.workout.library import load_named, names
from treadctl.workout.profile import Profile
from treadctl.workout.profile_file import ProfileError, profile_path, save_profile


def home() -> int:
    """Open home, do what is chosen there, and come back to it, until somebody leaves."""
    mock, real, code = DEFAULT.name, True, Exit.DONE
    library = tuple(load_named(name) for name in names())
    while True:
        gear, runner = my_gear(), choose_runner(None)
        own = _own(gear, runner)
        match _ask(HomeApp(library, runner, last_sessions(), mock, own, Search(_known()), real=real)):
            case Choice(mock=mock, treadmill=treadmill) as choice:
                real = bool(treadmill)
                code = _told(partial(_run, choice, gear))
            case SetUp():
                code = _told(setup)
            case Strength():
                code = _told(_strength, waits=True)
            case Soreness():
                code = _told(_soreness, waits=True)
            case None:
                return code


def setup(*, profile: Path | None = None) -> int:
    """Set up your own numbers and your treadmill, one question at a time, and try them out on a simulated one.

    Parameters
    ----------
    profile
        Another file than this platform's own.
    """
    if not on_a_screen():
        raise BadInput("setup asks questions: run it in a terminal, or set your numbers with treadctl profile --easy '9 km/h'")
    where = profile or profile_path()
    before, gear, search = choose_runner(profile if profile is None or profile.exists() else None), my_gear(), Search(_known())

    def keep(runner: Profile, outfit: Outfit | None) -> Path:
        heard = outfit is not None and outfit.treadmill in (found.address for found in search.found())
        return _keep(runner, where, gear, outfit, right_now() if heard else None)

    had = Outfit(gear.treadmill, gear.name, foot_pod=gear.foot_pod, heart=gear.heart)
    done: Done | None = _ask(SetupApp(before, where, keep, search, had, _offset_at))
    if done is None:
        print("nothing was changed")
        return Exit.DONE
    print(f"written to {done.saved}")
    if address := my_gear().treadmill:
        print(f"to look at your treadmill before you run on it: treadctl probe {address}")
    if not done.try_on:
        return Exit.DONE
    return run(TRIED, asked=RunOptions(mock=done.try_on, time_scale=TRY_SCALE, profile=profile))


def _run(choice: Choice, gear: Gear) -> int:
    if not choice.treadmill:
        return run(choice.workout, asked=RunOptions(mock=choice.mock, time_scale=choice.scale))
    worn = RunOptions(treadmill=choice.treadmill, foot_pod=gear.foot_pod or None, heart=gear.heart or None)
    code = run(choice.workout, asked=worn)
    if code != Exit.TREADMILL_FAILED:
        with contextlib.suppress(MachineFileError):  # only a reminder
            save_gear(replace(gear, seen=right_now()))
    return code


def _strength() -> int:
    sessions = tuple(strength_file.load_named(name) for name in strength_file.names())
    now = right_now()
    with the_history() as history:
        past = history.past(choose_runner(None).name)
    why_not = {s.name: "; ".join(str(reason) for reason in not_today(s.kind, past, now)) for s in sessions}
    name = _ask(PickStrengthApp(sessions, why_not))
    return Exit.DONE if name is None else run_strength(name)


def _soreness() -> int:
    now = right_now()
    with the_history() as history:
        past = history.past(choose_runner(None).name)
    last = past.declines[-1] if past.declines else None
    due = check_for((now - last.begun).total_seconds() / 3600) if last is not None else None
    missed = bool(set(owed(past, now.date())) - {due})
    after = f"{last.title or last.workout}, {last.begun.astimezone():%d %b %H:%M}" if last is not None else ""
    felt = _ask(SorenessApp(after, missed=missed))
    if felt is None:
        return Exit.DONE
    sites, flags = (",".join(word.value for word in words) for words in (felt.sites, felt.flags))
    return soreness(felt.level, sites=sites, flags=flags, worst_day=felt.worst_day, worst=felt.worst)


def _keep(runner: Profile, where: Path, gear: Gear, outfit: Outfit | None, seen: datetime | None) -> Path:
    """Write down what was answered, each where it belongs: the deck's offset in its own treadmill's file."""
    try:
        if outfit is not None:
            if outfit.treadmill:
                own = load_own(own_folder(), outfit.treadmill) or OwnTreadmill(outfit.treadmill)
                save_own(own_folder(), replace(own, name=outfit.name or own.name, offset=outfit.offset))
            before = gear.seen if outfit.treadmill == gear.treadmill else None
            kept = replace(gear, treadmill=outfit.treadmill, name=outfit.name, seen=seen or before)
            save_gear(replace(kept, foot_pod=outfit.foot_pod, heart=outfit.heart))
        return save_profile(runner, where)
    except (ProfileError, MachineFileError) as error:
        raise NotKept(str(error)) from error


def _offset_at(address: str) -> Grade:
    own = load_own(own_folder(), address)
    return LEVEL if own is None else own.offset


def _known() -> Known:
    try:
        return known_here()
    except MachineFileError as error:
        raise BadInput(str(error)) from error


def _own(gear: Gear, runner: Profile) -> Own | None:
    """The treadmill that was chosen, with how far down it went when it was last run on."""
    if not gear.treadmill:
        return None
    seen = f"seen {gear.seen.astimezone():%d %b %H:%M}" if gear.seen is not None else "not seen yet"
    return Own(gear.treadmill, gear.name or gear.treadmill, seen, _lowest(gear.treadmill, runner))


def _lowest(address: str, runner: Profile) -> Grade | None:
    try:
        with contextlib.closing(History(history_path())) as history:
            machine = history.last_machine(runner.name)
    except HistoryError:
        return None
    return machine.deck.steepest if machine is not None and machine.address.lower() == address.lower() else None


def _told(act: Callable[[], int], *, waits: bool = False) -> Exit:
    """Do something between two looks at home; a mistake is told, and home comes when it, or what was said, was read."""
    try:
        code = Exit(act())
    except BadInput as error:
        tell(str(error))
        code, waits = Exit.BAD_INPUT, True
    if waits:
        with contextlib.suppress(EOFError, KeyboardInterrupt):
            input("\nEnter goes back home ")
    return code


def _ask(app: QuietApp[Result]) -> Result | None:
    """Show an app in which no belt moves; its failure is told like any other."""
    answer = app.run()
    if app.crash is not None:
        raise app.crash
    return answer
