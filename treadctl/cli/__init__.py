"""The command line: wires parts together and turns every error into one line. The only main; no logic lives here."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from cyclopts import App, CycloptsError

from treadctl import __version__
from treadctl.cli.exits import BadInput, Exit

HELP: Final = """Downhill running on a treadmill, done right.

Software is no emergency stop: the safety key and the console's stop come first, always."""

app = App(name="treadctl", help=HELP, version=f"treadctl {__version__}", help_format="plaintext")
app.command(
    "treadctl.cli.run:run",
    name="run",
    help="Run a workout on a treadmill, in real time: the mock, or a virtual one over the air.",
)
app.command(
    "treadctl.cli.simulate:simulate", name="simulate", help="Run a workout on the mock at full speed: what would happen, at once."
)
app.command("treadctl.cli.workouts:app", name="workouts", help="List, show and check workouts.")
app.command("treadctl.cli.workouts:schema", name="schema", help="Print the JSON Schema of a workout file, for editors.")
app.command("treadctl.cli.replay:replay", name="replay", help="Step a new engine through a recorded session and compare.")
app.command("treadctl.cli.profile:profile", name="profile", help="Show or change the runner's own numbers.")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run one command and exit with its code; a person's mistake is one line on stderr and code 2, never a traceback."""
    raise SystemExit(run_command(sys.argv[1:] if arguments is None else arguments))


def run_command(arguments: Sequence[str]) -> int:
    """The exit code of one command line."""
    try:
        code = app(_with_preset(arguments), exit_on_error=False, print_error=False, result_action="return_value")
    except BadInput as error:
        print(f"treadctl: {error}", file=sys.stderr)
        return Exit.BAD_INPUT
    except CycloptsError as error:
        print(f"treadctl: {' '.join(str(error).split())} (treadctl --help lists what there is)", file=sys.stderr)
        return Exit.BAD_INPUT
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output went away; there is nobody to tell
        return Exit.DONE
    return code if isinstance(code, int) else Exit.DONE


def _with_preset(arguments: Sequence[str]) -> list[str]:
    """`--mock` may stand alone: what follows it is a preset only when it is the name of one."""
    from treadctl.mock.presets import DEFAULT, PRESETS

    completed: list[str] = []
    for index, word in enumerate(arguments):
        completed.append(word)
        following = arguments[index + 1] if index + 1 < len(arguments) else ""
        if word == "--mock" and following not in PRESETS:
            completed[-1] = f"--mock={DEFAULT.name}"
    return completed
