"""What `treadctl doctor` looks at: one function a thing. What a computer tells is handed in, so that each can be told otherwise.

Nothing is changed by looking, but for a file that is made and taken away again where a folder's rights say too little.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

from treadctl.cli.awake import ASLEEP, BLANKS
from treadctl.treadmill.adapters import Adapter, preferred
from treadctl.treadmill.gatt import LinkError

PATIENCE_S: Final = 5.0
"""No check of another program takes longer; one that does is told as not answering."""
COLUMNS: Final = 80
ROWS: Final = 24
"""What the screens are made for."""
OLDEST_PYTHON: Final = (3, 11)
CROWDED: Final = 5
"""Links on one adapter from which on a treadmill, a pod and a strap may no longer fit beside them: a classic piconet has seven
active peripherals (Core Specification Vol 2, Part B), for Low Energy nobody says a number, and controllers hold about as many."""
OLDEST_BLUEZ: Final = (5, 55)
"""What bleak asks for on Linux."""

INDENT: Final = 16
"""Columns before the words of a line."""

_NOWHERE: Final = "Discard all samples"
"""What ALSA calls the device that is none."""

Ask = Callable[[Sequence[str]], str | None]
"""Run a program and give what it printed; None where it is missing, fails or takes too long."""


class State(Enum):
    """What a check came to. A session on a real treadmill needs all that can fail."""

    OK = "ok"
    ADVICE = "could be better"
    FAILED = "not ready"


@dataclass(frozen=True, slots=True)
class Check:
    """One line: what was looked at, how it is, and what to do about it where there is something."""

    name: str
    state: State
    words: str
    todo: str = ""

    def line(self) -> str:
        """As it is printed."""
        mark = {State.OK: "ok", State.ADVICE: "--", State.FAILED: "NO"}[self.state]
        return f"{mark}  {self.name:<{INDENT - 4}}{self.words}{f': {self.todo}' if self.todo else ''}"


def ask(command: Sequence[str]) -> str | None:
    """`Ask` on this computer."""
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=PATIENCE_S, stdin=subprocess.DEVNULL, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def python(version: tuple[int, int, int], system: str) -> Check:
    """The interpreter and the system."""
    words = f"{'.'.join(map(str, version))} on {system}"
    if version[:2] < OLDEST_PYTHON:
        return Check("python", State.FAILED, words, f"install Python {'.'.join(map(str, OLDEST_PYTHON))} or newer")
    return Check("python", State.OK, words)


def bluetooth(listen: Callable[[], None]) -> Check:
    """Present, switched on and permitted: `listen` does what a session does first, and raises LinkError where it cannot."""
    try:
        listen()
    except LinkError as error:
        return Check(
            "bluetooth", State.FAILED, f"cannot be used{f' ({error.detail})' if error.detail else ''}", error.trouble.value
        )
    except TimeoutError:
        return Check(
            "bluetooth", State.FAILED, f"no answer in {PATIENCE_S:.0f} s", "end other programs that use it, or restart Bluetooth"
        )
    return Check("bluetooth", State.OK, "present, switched on, and this program may use it")


def adapter(found: Sequence[Adapter] | None, platform: str = sys.platform) -> Check | None:
    """Which adapters there are, which is used, and what each holds and cannot do; None where no system tells.

    `found` None: the message bus does not answer. BlueZ does not tell how many links a controller takes, but how many it has.
    """
    if platform != "linux":
        return None
    if not found:
        words = "no message bus to ask" if found is None else "none that BlueZ knows"
        return Check("adapter", State.ADVICE, words, "see bluetooth")
    used = preferred(found)
    words = "; ".join(_about(one, used=len(found) > 1 and one.name == used) for one in found)
    busy = sum(one.links for one in found if one.name == used)
    if busy >= CROWDED:
        return Check("adapter", State.ADVICE, words, "disconnect what you do not need: a controller holds a few links, not many")
    return Check("adapter", State.OK, words)


def _about(one: Adapter, *, used: bool) -> str:
    lacks = [
        *([] if one.powered else ["switched off"]),
        *([] if one.central else ["cannot connect to a treadmill"]),
        *([] if one.peripheral else ["cannot be a mock"]),
    ]
    links = f"{one.links} connected" if one.links else "nothing connected"
    told = ", ".join([one.alias, one.address, links, *lacks])
    return f"{one.name} ({told}){', which is used' if used else ''}"


def bluez(ask: Ask = ask, platform: str = sys.platform) -> Check | None:
    """The version of Linux's Bluetooth stack; nothing to look at elsewhere."""
    if platform != "linux":
        return None
    said = ask(("bluetoothctl", "--version"))
    number = (said or "").split()[-1:] or [""]
    parts = number[0].split(".")
    if not all(part.isdecimal() for part in parts):
        return Check("bluez", State.ADVICE, "version not told (bluetoothctl is missing)", "5.55 or newer is needed")
    if tuple(map(int, parts)) < OLDEST_BLUEZ:
        return Check("bluez", State.FAILED, number[0], f"update BlueZ to {'.'.join(map(str, OLDEST_BLUEZ))} or newer")
    return Check("bluez", State.OK, number[0])


def keyboard(at_a_terminal: bool) -> Check:
    """A real belt is armed by a person, with a key."""
    if at_a_terminal:
        return Check("keyboard", State.OK, "somebody can press keys here")
    return Check("keyboard", State.FAILED, "nobody can press keys here", "run it in a terminal: a belt is armed by a person")


def screen(is_terminal: bool, size: tuple[int, int], encoding: str, term: str, no_color: bool) -> Check:
    """What the session's screen needs of a terminal; without it, lines do."""
    if not is_terminal:
        return Check("screen", State.ADVICE, "the output is no terminal", "sessions are shown as lines here")
    columns, rows = size
    wanting = []
    if columns < COLUMNS or rows < ROWS:
        wanting.append(f"make the window at least {COLUMNS} x {ROWS}")
    if encoding.lower().replace("-", "") not in ("utf8", "utf8sig"):
        wanting.append(f"set it to UTF-8 (it is {encoding or 'not told'})")
    if term in ("", "dumb"):
        wanting.append("use a terminal that knows where its cursor is")
    if no_color:
        wanting.append("NO_COLOR is set, so warnings come without colour")
    words = f"{columns} x {rows}, {encoding}"
    return Check("screen", State.ADVICE if wanting else State.OK, words, "; ".join(wanting))


def voice(program: str | None, how: str) -> Check:
    """Whether announcements can be spoken."""
    if program is None:
        return Check("voice", State.ADVICE, "no speech program; a bell and the screen instead", how)
    return Check("voice", State.OK, program)


def sound(said: str | None) -> Check:
    """Where sound comes out. `said`: the sound system, then each device, on lines of their own."""
    todo = "plug in headphones or a loudspeaker; the beat stays visible without"
    if said is None:
        return Check("sound", State.ADVICE, "the sound system does not answer", todo)
    system, *devices = [line for line in said.splitlines() if not line.startswith(_NOWHERE)] or [""]
    if system.lower() == "null" or not devices:
        return Check("sound", State.ADVICE, "no sound device", todo)
    return Check("sound", State.OK, f"{devices[0]} ({system})")


def awake(warned: Collection[str]) -> Check:
    """Whether this computer can be kept awake, by what a session would warn of."""
    if ASLEEP in warned:
        todo = "switch sleep and screen blanking off in the settings while you run: a computer that sleeps controls nothing"
        return Check("awake", State.ADVICE, "sleep cannot be held off here", todo)
    if BLANKS in warned:
        words = "sleep is held off while you run, but the screen may go dark"
        return Check("awake", State.ADVICE, words, "switch its blanking off in the settings")
    return Check("awake", State.OK, "sleep is held off, and the screen lit, while you run")


def lid(has_lid: bool, handles: str, held: bool = False) -> Check | None:
    """Whether closing the lid puts the computer to sleep. `handles`: what the system does then, but where a session has it `held`
    off; what holds sleep off alone does not."""
    if not has_lid:
        return None
    if held or handles in ("ignore", "lock"):
        return Check("lid", State.OK, f"closing it does not suspend ({'held off while you run' if held else handles})")
    return Check("lid", State.ADVICE, "closing the lid suspends this computer", "keep it open while you run")


def folder(name: str, path: Path) -> Check:
    """Whether files can be made there; one that is not there yet, in the nearest that is."""
    standing = path
    while not standing.exists() and standing.parent != standing:
        standing = standing.parent
    todo = f"make it writable, or name another place (XDG_DATA_HOME, XDG_CONFIG_HOME): {standing}"
    if not standing.is_dir():
        return Check(name, State.FAILED, f"{path} cannot be made", f"{standing} is no folder; move it away")
    try:
        with tempfile.TemporaryFile(dir=standing):
            pass
    except OSError as error:
        return Check(name, State.FAILED, f"{path} is not writable ({error.strerror})", todo)
    return Check(name, State.OK, str(path))


def readable(name: str, load: Callable[[], str], errors: tuple[type[Exception], ...], *, needed: bool) -> Check:
    """A file of ours, by loading it: `load` tells what is in it, and raises one of `errors`, which say what to do."""
    try:
        return Check(name, State.OK, load())
    except errors as error:
        return Check(name, State.FAILED if needed else State.ADVICE, "cannot be used", " ".join(str(error).split()))


def runner(chosen: bool, words: str) -> Check:
    """The runner's own numbers: nobody is run by a default on a real belt."""
    if chosen:
        return Check("runner", State.OK, words)
    return Check(
        "runner", State.FAILED, "nobody said yet who runs, and how fast", "treadctl profile --easy '9 km/h', or treadctl setup"
    )


def worst(checks: Iterable[Check]) -> bool:
    """Whether anything keeps a session from a real treadmill."""
    return any(check.state is State.FAILED for check in checks)


def has_a_lid(system: str = sys.platform, acpi: Path = Path("/proc/acpi/button/lid"), ask: Ask = ask) -> bool:
    """Whether this is a laptop, as far as the system tells."""
    if system == "linux":
        return acpi.is_dir() and any(acpi.iterdir())
    if system == "darwin":
        return "AppleClamshellState" in (ask(("ioreg", "-r", "-k", "AppleClamshellState", "-d", "1")) or "")
    return False


def lid_setting(ask: Ask = ask) -> str:
    """What systemd does when the lid closes; `suspend`, its default, where nobody tells."""
    bus = ("busctl", "get-property", "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")
    said = ask((*bus, "HandleLidSwitch"))
    return said.removeprefix("s ").strip('"') if said else "suspend"


def terminal_size() -> tuple[int, int]:
    """Columns and rows of this terminal."""
    size = shutil.get_terminal_size()
    return size.columns, size.lines


def no_color() -> bool:
    """Whether somebody asked for no colours (no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))
