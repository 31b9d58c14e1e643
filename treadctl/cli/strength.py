"""`treadctl strength`: guided sessions without a belt, on the screen or as lines."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from treadctl.cli import columns
from treadctl.cli.errors import BadInput, Exit, at_a_terminal, on_a_screen, tell
from treadctl.cli.gear import kept_sound
from treadctl.cli.past import right_now, the_history
from treadctl.cli.runner import choose_runner
from treadctl.cli.soreness import number
from treadctl.cli.sound import check_sound
from treadctl.cli.strength_lines import EXPLAINED_AT, Caller, explained
from treadctl.cli.strength_voice import OFF, Aloud
from treadctl.clock import Clock, PacedClock, RunningClock, wait
from treadctl.training.history import History, Opening
from treadctl.training.model import FINISHED, INTERRUPTED, STOPPED, CheckIn, Kind
from treadctl.training.strength import Player, StrengthSession
from treadctl.training.strength_file import load_named, names
from treadctl.training.strength_log import StrengthLog
from treadctl.training.strength_rules import not_today
from treadctl.units import clock as minutes
from treadctl.workout.errors import WorkoutError
from treadctl.workout.profile import Profile

app: Final = App(name="strength", help="Strength and plyometrics, guided: list, show, run.", help_format="plaintext")
KEYS_HELP: Final = "keys, each with Enter: p pause and go on, n next set, m mute, s stop"
_FOREVER_S: Final = 3600.0


@app.command(name="list")
def list_all() -> int:
    """List the sessions that come along: what each is, how long, and whom it is for."""
    for name in names():
        s = _session(name)
        columns.show([f"{name:<14}  {minutes(Player(s, 0.0).total_s):>6}  {s.kind.value:<11}  {s.for_whom}"], 37)
    columns.show(["", "treadctl strength show NAME explains one; treadctl strength run NAME --time-scale 60 tries one out"])
    return Exit.DONE


@app.command
def show(session: str, /) -> int:
    """Explain a session: each exercise with its set-up, what to feel, common mistakes, easier and harder ways.

    Parameters
    ----------
    session
        A name in `treadctl strength list`, or a path.
    """
    s = _session(session)
    columns.show([f"{s.title}: {s.kind.value}, {minutes(Player(s, 0.0).total_s)}, for {s.for_whom}"])
    columns.show(s.notes.strip().splitlines())
    for effort in s.efforts:
        columns.show(["", *explained(effort)], EXPLAINED_AT)
    return Exit.DONE


@app.command
def run(
    session: str,
    /,
    *,
    time_scale: float = 1.0,
    lines: Annotated[bool, Parameter(negative=())] = False,
    voice: str | None = None,
    volume: int | None = None,
    rate: int | None = None,
    profile: Path | None = None,
) -> int:
    """Run a session: it counts every lowering and every rest aloud, and writes down what was done.

    Never within 48 hours after a decline; plyometrics only on legs at 1/10 or less. There is no override.

    Parameters
    ----------
    session
        A name in `treadctl strength list`, or a path.
    time_scale
        So many times as fast, to try it out; such a session counts for nothing, and nothing is asked.
    lines
        Lines instead of the screen, with keys that each need Enter.
    voice
        How much is spoken: quiet (what to do now), coach (and what comes), chatty (and how to set up), or off: the bell counts.
        coach in a terminal, when nothing is said.
    volume
        Of the voice, 0 to 100; 60 when nobody says.
    rate
        Of the voice, in words a minute, 100 to 300; 175 when nobody says.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps.
    """
    if not 0 < time_scale <= 1000:
        raise BadInput(f"--time-scale {time_scale:g} is not over 0 and up to 1000")
    s, runner, trying = _session(session), choose_runner(profile), time_scale != 1.0
    spoken = voice or (OFF if trying or not at_a_terminal() else "coach")
    loud, fast = kept_sound(volume, rate)
    check_sound(spoken, loud, fast)
    screen, told = on_a_screen() and not lines, list[str]()
    with the_history() as history:
        if not trying:
            _allowed(history, runner, s.kind)
        player = Player(s, 0.0)
        aloud = Aloud(spoken, loud, told.append if screen else tell, fast)
        log = StrengthLog(history, _opening(player, runner, trying), aloud.hear)
        ending = ""
        try:
            ending = (_on_screen if screen else _as_lines)(player, time_scale, log, aloud)
        finally:
            aloud.close(finished=ending == FINISHED)
        history.settle(log.end(ending))
    for sentence in told:
        tell(sentence)
    sets = "1 set" if log.sets == 1 else f"{log.sets} sets"
    print(f"\n\n{ending}: {sets} in {minutes(log.worked_s)}" + (" (tried out: counts for nothing)" if trying else ""))
    return Exit.DONE


def _session(name: str) -> StrengthSession:
    try:
        return load_named(name)
    except WorkoutError as error:
        raise BadInput(str(error)) from error


def _opening(player: Player, runner: Profile, trying: bool) -> Opening:
    s = player.session
    return Opening(
        runner.name,
        right_now(),
        s.name,
        s.title,
        kind=s.kind,
        simulated=trying,
        planned_s=round(player.total_s),
        body_mass_kg=runner.body_mass_kg,
    )


def _allowed(history: History, runner: Profile, kind: Kind) -> None:
    """Nothing happens on a day that is not for it; who can be asked how the legs are is asked."""
    now, past = right_now(), history.past(runner.name)
    told = any(check.day == now.date() for check in past.checks)
    if kind is Kind.PLYOMETRICS and not told and at_a_terminal():
        level = number(input, "legs today, 0 (nothing) to 10 (the worst)? ", 10)
        history.settle(history.check_in(runner.name, now, CheckIn(now.date(), level)))
        past = history.past(runner.name)
    against = not_today(kind, past, now)
    if against:
        raise BadInput("not today: " + "; ".join(str(reason) for reason in against))


def _on_screen(player: Player, time_scale: float, log: StrengthLog, aloud: Aloud) -> str:
    """The session on the screen; says how it ended."""
    from treadctl.tui.strength import StrengthApp  # Textual takes half a second to import

    class Heard(StrengthApp):
        """The bell counts where no voice does."""

        def bell(self) -> None:
            if aloud.rings:
                super().bell()

    clock = RunningClock()
    app = Heard(player, log, lambda: clock.now() * time_scale)
    ending = app.run()
    if app.crash is not None:
        log.end(INTERRUPTED)
        raise app.crash
    return ending or STOPPED


def _as_lines(player: Player, time_scale: float, log: StrengthLog, aloud: Aloud) -> str:
    """The session as lines; says how it ended."""
    print(f"{player.session.title}: {minutes(player.total_s)}\n{KEYS_HELP if at_a_terminal() else ''}")
    try:
        return asyncio.run(_play(player, RunningClock() if time_scale == 1.0 else PacedClock(time_scale), log, aloud))
    except KeyboardInterrupt:
        return STOPPED


async def _play(player: Player, clock: Clock, log: StrengthLog, aloud: Aloud) -> str:
    """Show and count until it is over or stopped; says which."""
    keys: list[str] = []
    pressed = asyncio.Event()
    caller = Caller(lambda: aloud.rings and sys.stdout.isatty())
    if at_a_terminal():
        _listen(asyncio.get_running_loop(), keys, pressed)
    while (showing := player.at(clock.now())) is not None:
        log.see(showing, player.elapsed(clock.now()))
        print(caller.said(showing), end="", flush=True)
        await wait(clock, pressed, _FOREVER_S if player.paused else player.until_change(clock.now()))
        while keys:
            if _act(keys.pop(0), player, clock.now(), log, aloud):
                return STOPPED
    log.over(player.elapsed(clock.now()))
    return FINISHED


def _act(key: str, player: Player, now: float, log: StrengthLog, aloud: Aloud) -> bool:
    """One key; true when it means to stop."""
    if key == "p" and player.paused:
        player.resume(now)
    elif key == "p":
        player.pause(now)
        print("\n  paused; p goes on", flush=True)
    elif key == "n":
        log.skipped()
        player.skip(now)
    elif key == "m":
        aloud.toggle()
    return key == "s"


def _listen(loop: asyncio.AbstractEventLoop, keys: list[str], pressed: asyncio.Event) -> None:
    """Letters from the terminal, by a thread: a terminal that stalls holds nothing up."""

    def heard(letters: str) -> None:
        keys.extend(letters)
        pressed.set()

    def read(readline: Callable[[], str]) -> None:
        while line := readline():
            try:
                loop.call_soon_threadsafe(heard, "".join(line.lower().split()))
            except RuntimeError:  # the session is over
                return

    threading.Thread(target=read, args=(sys.stdin.readline,), name="keys", daemon=True).start()
