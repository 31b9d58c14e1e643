"""The command line: wires parts together and turns every error into one line. The only main; no logic lives here."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from cyclopts import App, CycloptsError, UnusedCliTokensError

from treadctl import __version__
from treadctl.cli.errors import SIGNALS, BadInput, Exit, in_one_line, on_a_screen, tell

HELP: Final = """Downhill running on a treadmill, done right.

Software is no emergency stop: the safety key and the console's stop come first, always.

In a terminal, treadctl alone opens home: today's workout, the library, the treadmill, the last sessions."""
RUN_HELP: Final = (
    "Run a workout in real time, on your treadmill or the mock.\n\n"
    "Use this to live through a session: on the screen in a terminal, as lines elsewhere. `treadctl simulate` shows the same "
    "session at once, without waiting. Wear a foot pod (--foot-pod): only with one does a belt on which nobody runs slow down "
    "and stop by itself.\n\n"
    "Ends with 0 when the workout is done or the runner stopped it, 2 when the input was wrong, 3 when the treadmill or the link "
    "failed, and 4 when it was stopped for safety. Ctrl+C stops the belt and waits until it is still; a second one leaves at "
    "once, with a last Stop."
)
SIMULATE_HELP: Final = (
    "Run a workout on the mock at full speed: what would happen, at once.\n\n"
    "Use this to see what a workout, a machine or a fault does: nothing waits, and the same seed gives the same session. Use "
    "`treadctl run WORKOUT --mock` to live through it in real time, with keys to press.\n\n"
    "Ends with 0 when the workout was done, 2 when the input or the deck does not suit, 3 when the treadmill or the link failed, "
    "and 4 when it was stopped for safety."
)
MOCK_HELP: Final = (
    "Put the mock treadmill on a radio: any FTMS app finds it, connects and drives it.\n\n"
    "Use this to try an app, treadctl itself included, against a treadmill with a decline and with faults, without a belt. Shows "
    "who connects, every command in words, and belt and deck once a second. Ctrl+C ends it."
)

app = App(
    name="treadctl",
    help=HELP,
    version=f"treadctl {__version__}",
    help_format="plaintext",
    suppress_keyboard_interrupt=False,
)
# By name, so that --help imports none of them; with their help here, for the same reason.
app.command("treadctl.cli.run:run", name="run", help=RUN_HELP)
app.command("treadctl.cli.home:setup", name="setup", help="Set up your own numbers, one question at a time.")
app.command("treadctl.cli.simulate:simulate", name="simulate", help=SIMULATE_HELP)
app.command("treadctl.cli.mock:mock", name="mock", help=MOCK_HELP)
app.command("treadctl.cli.workouts:app", name="workouts", help="List, show and check workouts.")
app.command("treadctl.cli.workouts:schema", name="schema", help="Print the JSON Schema of a workout file, for editors.")
app.command("treadctl.cli.replay:replay", name="replay", help="Step a new engine through a recorded session, or show frames.")
app.command("treadctl.cli.scan:scan", name="scan", help="Listen for treadmills, or for sensors, and say what to type next.")
app.command("treadctl.cli.probe:probe", name="probe", help="Read all that one treadmill tells; when asked to, walk its deck.")
app.command("treadctl.cli.record:record", name="record", help="Keep the raw frames of a treadmill or a sensor, with times.")
app.command(
    "treadctl.cli.doctor:doctor", name="doctor", help="Could a session run on a real treadmill here, and what is missing?"
)
app.command("treadctl.cli.profile:profile", name="profile", help="Show or change the runner's own numbers.")
app.command(
    "treadctl.cli.next_up:next_up", name="next", help="What to run next, and why: from what was run and how the legs took it."
)
app.command("treadctl.cli.soreness:soreness", name="soreness", help="Say how the legs are, 24, 48 and 72 hours after a decline.")
app.command("treadctl.cli.plan:plan", name="plan", help="The weeks ahead, or the way to a race; also as a calendar file.")
app.command("treadctl.cli.strength:app", name="strength", help="Strength and plyometrics, guided: list, show, run.")
app.command("treadctl.cli.log:app", name="log", help="Every session so far: list, show, plot, weeks, export, delete.")
app.command(
    "treadctl.cli.studio:app",
    name="studio",
    help="Classes: a program started together on many treadmills (try: treadctl studio demo).",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; a person's mistake is one line on stderr and code 2, never a traceback."""
    code = run_command(sys.argv[1:] if arguments is None else arguments)
    _leave_nothing_unwritten()
    for number in SIGNALS:  # one that comes now is too late to mean anything but what is being done already
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(code)


def run_command(arguments: Sequence[str]) -> int:
    """The exit code of one command line. Nothing is raised, and what was printed has left."""
    code = _run(arguments)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        unwritten = _unwritten(error)
        return code or unwritten
    return code


def _run(arguments: Sequence[str]) -> int:
    try:
        if not arguments and on_a_screen():
            from treadctl.cli.home import home  # Textual takes half a second to import

            return home()
        code = app(_with_preset(arguments), exit_on_error=False, print_error=False, result_action="return_value")
    except BadInput as error:
        tell(str(error))
        return Exit.BAD_INPUT
    except CycloptsError as error:
        tell(f"{_words(error)} ({_help_for(arguments)} lists what there is)")
        return Exit.BAD_INPUT
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except SystemExit:  # how the help's printer leaves when nobody reads any more
        return Exit.DONE
    except OSError as error:
        return _unwritten(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, a person gets one line
        tell(f"{in_one_line(error)}; please report it with the command that you gave")
        return Exit.FAULT
    return code if isinstance(code, int) else Exit.DONE


def _leave_nothing_unwritten() -> None:
    """Python tries once more at exit to write what found no taker, and puts an exit code of its own in the place of ours."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):
            _to_nowhere(stream)


def _to_nowhere(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError), Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())


def _unwritten(error: OSError) -> int:
    """What we print finds no taker. A reader that went away, as `head` does, is no fault; anything else is told."""
    _to_nowhere(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return Exit.DONE
    tell(f"{error.filename or 'the output'}: {error.strerror or error}")
    return Exit.FAULT


def _words(error: CycloptsError) -> str:
    if isinstance(error, UnusedCliTokensError):
        return f"not understood: {' '.join(error.unused_tokens or ())}"
    return " ".join(str(error).split()).rstrip(".")


def _help_for(arguments: Sequence[str]) -> str:
    known = [name for name in app if not name.startswith("-")]
    return f"treadctl {arguments[0]} --help" if arguments and arguments[0] in known else "treadctl --help"


def _with_preset(arguments: Sequence[str]) -> list[str]:
    """`--mock` may stand alone: what follows it is a preset only when it is the name of one, or nearly so."""
    if "--mock" not in arguments:
        return list(arguments)
    from difflib import get_close_matches

    from treadctl.mock.presets import DEFAULT, PRESETS

    completed: list[str] = []
    for index, word in enumerate(arguments):
        completed.append(word)
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        if word == "--mock" and not get_close_matches(following, PRESETS, n=1, cutoff=0.8):
            completed[-1] = f"--mock={DEFAULT.name}"
    return completed
