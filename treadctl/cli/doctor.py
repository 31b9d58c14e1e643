"""`treadctl doctor`: could a session run on a real treadmill, here and now? What keeps it is told last, with what to do."""

from __future__ import annotations

import asyncio
import json as jsonlib
import os
import platform
import sys
from collections.abc import Iterator
from typing import Annotated, Final

from cyclopts import Parameter
from platformdirs import user_config_path

from treadctl.audio.speech import find_speech, how_to_get_speech
from treadctl.cli import checks
from treadctl.cli.awake import ASLEEP, LID, has_lid, kept_awake
from treadctl.cli.checks import PATIENCE_S, Check, State
from treadctl.cli.columns import show
from treadctl.cli.errors import Exit, at_a_terminal
from treadctl.training.history import History, HistoryError, history_path
from treadctl.treadmill.adapters import adapters
from treadctl.treadmill.known import known_here
from treadctl.treadmill.own import all_own, own_folder
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.tui.past import journals
from treadctl.workout.profile_file import ProfileError, load_profile

LISTEN_S: Final = 1.0
"""Long enough to begin and to end a scan, which is all that is asked."""
_SOUND: Final = """
import miniaudio
devices = miniaudio.Devices()
print(devices.backend)
print(*(device["name"] for device in devices.get_playbacks()), sep="\\n")
"""
"""In a process of its own: a sound system can hang, crash or write over the terminal."""


def doctor(*, json: Annotated[bool, Parameter(negative=())] = False) -> int:
    """Look at everything that a session on a real treadmill needs, and say what to do where it is wanting.

    Ends with 0 when a session could run, and with 3 when something keeps it.

    Parameters
    ----------
    json
        One JSON object a line for each check.
    """
    return report(list(examine()), json=json)


def report(found: list[Check], *, json: bool) -> int:
    """Print the checks, those that keep a session last, and give the exit code."""
    order = list(State)
    ranked = sorted(found, key=lambda check: (check.state is State.FAILED, order.index(check.state)))
    if json:
        for check in ranked:
            print(jsonlib.dumps({"check": check.name, "state": check.state.value, "is": check.words, "do": check.todo}))
        return Exit.TREADMILL_FAILED if checks.worst(found) else Exit.DONE
    show((check.line() for check in ranked), hang=checks.INDENT)
    if checks.worst(found):
        print("\nno session on a real treadmill until what is marked NO is mended; on the mock:")
        print("  treadctl run first-descent --mock")
        return Exit.TREADMILL_FAILED
    print("\na session on a real treadmill could run: treadctl scan finds it")
    return Exit.DONE


def examine() -> Iterator[Check]:
    """Every check, on this computer."""
    yield checks.python(sys.version_info[:3], f"{platform.system()} {platform.release()}")
    yield checks.bluetooth(_listen)
    yield from _there(checks.adapter(asyncio.run(adapters())), checks.bluez())
    yield checks.keyboard(at_a_terminal())
    out = sys.stdout
    encoding = (out.encoding if out is not None else "") or ""
    is_terminal = out is not None and out.isatty()
    term = os.environ.get("TERM", "" if sys.platform != "win32" else "windows")
    yield checks.screen(is_terminal, checks.terminal_size(), encoding, term, checks.no_color())
    speech = find_speech()
    yield checks.voice(speech.name if speech is not None else None, how_to_get_speech())
    yield checks.sound(checks.ask((sys.executable, "-c", _SOUND)))
    yield from _there(*kept_awake_here())
    yield checks.folder("settings", user_config_path("treadctl"))
    yield checks.folder("sessions", journals())
    yield from _files()


def _files() -> Iterator[Check]:
    """What we keep of the runner."""
    yield checks.readable("history", _history, (HistoryError,), needed=False)
    yield checks.readable("treadmills", _treadmills, (MachineFileError,), needed=True)
    try:
        runner = load_profile()
        yield checks.runner(runner.chosen, f"{runner.name}, easy pace {runner.easy.text(runner.unit)}")
    except ProfileError as error:
        yield Check("runner", State.FAILED, "the profile cannot be used", str(error))


def _there(*found: Check | None) -> Iterator[Check]:
    yield from (check for check in found if check is not None)


def _listen() -> None:
    from treadctl.treadmill.scanning import scan  # bleak is slow to import

    async def a_moment() -> None:
        async with asyncio.timeout(PATIENCE_S):
            await scan(lambda _: None, LISTEN_S)

    asyncio.run(a_moment())


def _history() -> str:
    if not history_path().exists():
        return f"none yet; it will be {history_path()}"
    History(history_path()).close()
    return str(history_path())


def _treadmills() -> str:
    known_here()
    owned = all_own(own_folder())
    names = ", ".join(f"{own.name or own.address}{'' if own.proven else ' (declines not proven)'}" for own in owned)
    return names or "none of your own yet; treadctl scan finds them"


def kept_awake_here() -> tuple[Check, Check | None]:
    """Sleep and the lid: tried by a session's own way, and let go at once."""
    try:
        with kept_awake() as warned:
            pass
    except Exception:  # noqa: BLE001 - whatever a desktop answers, a session would warn likewise
        warned = (ASLEEP, LID)
    handles = checks.lid_setting() if sys.platform == "linux" else "suspend"
    return checks.awake(warned), checks.lid(checks.has_a_lid(), handles, held=has_lid() and LID not in warned)
