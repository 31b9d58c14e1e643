"""`treadctl scan`: which treadmills, or sensors, are on the air. It only listens, and connects to nothing."""

from __future__ import annotations

import asyncio
import json as jsonlib
import sys
from collections.abc import Callable, Coroutine, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from typing import Annotated, Any, Final

from cyclopts import Parameter

from treadctl.cli.errors import BadInput, Exit, tell
from treadctl.ftms import heart_rate
from treadctl.ftms import running_speed_cadence as rsc
from treadctl.ftms.assigned import FITNESS_MACHINE_SERVICE
from treadctl.treadmill.gatt import Heard, LinkError
from treadctl.treadmill.known import Known, known_here
from treadctl.treadmill.profile import UNKNOWN
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.workout.errors import printable

LONGEST_S: Final = 600.0
EVERY_S: Final = 0.25
"""Between two drawings of the table, each of which takes some hundredths of a second. Ours."""
MAYBE: Final = "maybe"
"""A device whose name alone is a treadmill's: lamps and fans have such names too."""
FIRST_WORKOUT: Final = "first-descent"
_SIGNALS: Final = ((-60, "strong"), (-75, "good"), (-88, "weak"))
"""From this many dBm on; below the last, faint. Ours: a metre away is some −50, and links break below some −90."""
_SENSORS: Final = {rsc.SERVICE: "foot pod", heart_rate.SERVICE: "heart-rate strap"}
_COLUMNS: Final = ("name", "address", "signal", "type", "free", "profile")
_NAME: Final = 14
"""So much of a name is shown in a narrow terminal; of what profile fits, what is left."""
_ROOMY: Final = 100
"""Columns from which on signals are told in numbers too while it listens."""
NOTHING: Final = """no treadmill was heard. What to do:
  - switch it on; some advertise only while their display is awake, so press a key on its console
  - close other apps that hold it, on phones and watches too: a treadmill that is connected does not advertise
  - come closer, and listen longer: treadctl scan --seconds 30
  - some tell no services until they are connected to: treadctl scan --all shows every device by its name"""
NO_SENSOR: Final = """no sensor was heard. What to do:
  - wake it: put the strap on and moisten it, shake the foot pod or take some steps
  - close other apps and watches that hold it; a sensor that is connected does not advertise
  - sensors that speak ANT+ only cannot be heard by Bluetooth"""

Listen = Callable[[Callable[[Heard], None], float, bool], Coroutine[Any, Any, None]]
"""`listen(hear, seconds, sensors)`: hear who is on the air for so long; raises LinkError."""


@dataclass(frozen=True, slots=True)
class Row:
    """One device, as it is shown."""

    heard: Heard
    kind: str
    profile: str

    @property
    def is_treadmill(self) -> bool:
        """Whether it is one, as far as its adverts tell."""
        return self.kind == "treadmill"

    @property
    def may_be_treadmill(self) -> bool:
        """Whether it is one, or at least goes by the name of one."""
        return self.is_treadmill or self.kind == MAYBE

    def cells(self) -> tuple[str, ...]:
        """One text for each column."""
        name = printable(self.heard.name or "") or "(no name)"
        if self.heard.connected:
            return name, self.heard.address, "connected", self.kind, "in use here", self.profile
        free = {True: "yes", False: "no", None: "not told"}[self.heard.available] if self.is_treadmill else ""
        return name, self.heard.address, signal(self.heard.signal_dbm), self.kind, free, self.profile

    def plain(self) -> dict[str, Any]:
        """The same for programs."""
        h = self.heard
        return {
            "address": h.address,
            "name": h.name,
            "signal_dbm": h.signal_dbm,
            "type": self.kind,
            "available": h.available,
            "connected": h.connected,
            "profile": self.profile or None,
            "services": [f"{number:04X}" for number in sorted(h.services)],
        }


def scan(
    *,
    sensors: Annotated[bool, Parameter(negative=())] = False,
    everything: Annotated[bool, Parameter(name="--all", negative=())] = False,
    seconds: float = 10.0,
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Listen for treadmills and say which there are, and what to type next. It connects to nothing.

    Ends with 0 when something was found, 2 when the input was wrong, and 3 when nothing was found or Bluetooth cannot be used.

    Parameters
    ----------
    sensors
        Foot pods and heart-rate straps instead of treadmills.
    everything
        Every device that is heard.
    seconds
        How long to listen.
    json
        One JSON object a line for each device, at the end.
    """
    if not 1 <= seconds <= LONGEST_S:
        raise BadInput(f"--seconds {seconds:g} is not 1 to {LONGEST_S:g}")
    try:
        known = known_here()
    except MachineFileError as error:
        raise BadInput(str(error)) from error
    return scanned(_listen, known, seconds, sensors=sensors, everything=everything, json=json)


async def _listen(hear: Callable[[Heard], None], seconds: float, sensors: bool) -> None:
    from treadctl.treadmill.scanning import scan as listen  # bleak is slow to import

    await listen(hear, seconds, tuple(_SENSORS) if sensors else (FITNESS_MACHINE_SERVICE,))


async def _drawn(table: _Live | _Quiet, listening: Coroutine[Any, Any, None]) -> None:
    """Draw while it listens. Not at every advert: where many are on the air, nothing else would ever get its turn."""

    async def draw() -> None:
        while True:
            table.show()
            await asyncio.sleep(EVERY_S)

    drawing = asyncio.ensure_future(draw())
    try:
        await listening
    finally:
        drawing.cancel()


def scanned(listen: Listen, known: Known, seconds: float, *, sensors: bool, everything: bool, json: bool) -> int:
    """The command, on any radio."""
    heard: dict[str, Heard] = {}

    def rows() -> list[Row]:
        return in_order(wanted(heard.values(), known, sensors=sensors, everything=everything))

    def hear(one: Heard) -> None:
        heard[one.address] = merged(heard.get(one.address), one)

    live = sys.stdout is not None and sys.stdout.isatty() and not json
    if not json and not live:
        print(f"listening for {seconds:g} s …", flush=True)
    table = _Live(rows, seconds) if live else _Quiet()
    try:
        with table.shown():
            with suppress(KeyboardInterrupt):  # what was heard until then is told all the same
                asyncio.run(_drawn(table, listen(hear, seconds, sensors)))
            table.show()
    except LinkError as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED
    found = rows()
    if json:
        print(*(jsonlib.dumps(row.plain(), ensure_ascii=False) for row in found), sep="\n", end="\n" if found else "")
    else:
        print(*end_lines(found, sensors=sensors, live=live), sep="\n")
    return Exit.DONE if found else Exit.TREADMILL_FAILED


# --- what was heard --------------------------------------------------------------------------------------------------


def merged(before: Heard | None, now: Heard) -> Heard:
    """One device by all that it said so far: adverts come in parts, and the newest signal counts."""
    if before is None:
        return now
    return Heard(
        now.address,
        now.name or before.name,
        now.signal_dbm if now.signal_dbm is not None else before.signal_dbm,
        before.services | now.services,
        before.treadmill if now.treadmill is None else now.treadmill,
        before.available if now.available is None else now.available,
        before.connected or now.connected,
    )


def wanted(heard: Iterable[Heard], known: Known, *, sensors: bool, everything: bool) -> Iterable[Row]:
    """The devices that were asked for, each with its kind and the profile that fits its name."""
    for one in heard:
        profile = known.profile(one.name or "")
        named = "" if profile is UNKNOWN else profile.title
        owned = known.own(one.address) is not None
        worn = [word for service, word in _SENSORS.items() if service in one.services]
        fitness = FITNESS_MACHINE_SERVICE in one.services and one.treadmill is not False
        if one.treadmill or fitness or owned:
            kind = "treadmill"
        elif named and one.treadmill is None:
            kind = MAYBE
        else:
            kind = " and ".join(worn) or ("other machine" if one.treadmill is False else "")
        row = Row(one, " and ".join(worn) if sensors and worn else kind, f"{named}{' (yours)' if owned else ''}".strip())
        if everything or (bool(worn) if sensors else row.may_be_treadmill):
            yield row


def in_order(rows: Iterable[Row]) -> list[Row]:
    """Treadmills first, then what may be one, then the strongest; what is connected here before all, for nothing is nearer."""

    def rank(row: Row) -> tuple[bool, bool, bool, bool, int]:
        heard = row.heard
        return not row.is_treadmill, not row.may_be_treadmill, not row.kind, not heard.connected, -(heard.signal_dbm or -999)

    return sorted(rows, key=rank)


def signal(dbm: int | None) -> str:
    """`good (-67 dBm)`."""
    if dbm is None:
        return "not told"
    return f"{next((word for least, word in _SIGNALS if dbm >= least), 'faint')} ({dbm} dBm)"


def end_lines(rows: list[Row], *, sensors: bool, live: bool) -> Iterable[str]:
    """What is said when listening is over: the table where none was shown, and what to type next."""
    if not rows:
        yield NO_SENSOR if sensors else NOTHING
        return
    if not live:
        yield from table_lines(rows)
    first = next((row for row in rows if row.is_treadmill), None)
    if sensors:
        yield "\nsensors are found again by their address; `treadctl run --help` says how to wear one"
    elif first is not None and first.heard.available is False and not first.heard.connected:
        yield f"\n{first.cells()[0]} says that it is in use: end what holds it, then scan again"
    elif first is not None:
        yield f"\nto look at it first:  treadctl probe {first.heard.address}"
        yield f"to run:               treadctl run {FIRST_WORKOUT} --treadmill {first.heard.address}"
    else:
        yield "\na device that is a treadmill tells so once it is asked:  treadctl probe ADDRESS"


def table_lines(rows: list[Row]) -> Iterable[str]:
    """The rows as aligned lines."""
    cells = [_COLUMNS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS))]
    for line in cells:
        yield "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip()


class _Quiet:
    """Nothing is shown until the end."""

    def show(self) -> None:
        """Nothing."""

    def shown(self) -> AbstractContextManager[object]:
        """Nothing."""
        return nullcontext()


class _Live:
    """The table in a terminal, as it grows."""

    def __init__(self, rows: Callable[[], list[Row]], seconds: float) -> None:
        from rich.console import Console  # only a terminal needs it
        from rich.live import Live

        self._rows = rows
        self._title = f"listening for {seconds:g} s; Ctrl+C ends it"
        self._console = Console()
        self._live = Live(self._table(), console=self._console, auto_refresh=False)

    def show(self) -> None:
        """Draw it anew."""
        self._live.update(self._table(), refresh=True)

    def shown(self) -> AbstractContextManager[object]:
        """The table is on the screen in here."""
        return self._live

    def _table(self) -> Any:
        from rich.constrain import Constrain
        from rich.table import Table
        from rich.text import Text

        rows, narrow = self._rows(), self._console.width < _ROOMY
        table = Table(title=self._title, title_justify="left", box=None, pad_edge=False, header_style="bold")
        for column in _COLUMNS:
            table.add_column(column, no_wrap=column != "profile", max_width=_NAME if narrow and column == "name" else None)
        for row in rows:
            name, address, signal, *others = row.cells()
            cells = name, address, signal.partition(" (")[0] if narrow else signal, *others
            style = "" if row.is_treadmill else "dim"
            table.add_row(*(Text(cell, style, no_wrap=True, overflow="ellipsis") for cell in cells))
        return Constrain(table, self._console.width - len("^C") - 1)  # a terminal shows that key after the last line
