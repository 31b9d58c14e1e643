"""`treadctl record`: keep what one device notifies, raw and with times. It only listens."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from platformdirs import user_data_path

from treadctl import __version__
from treadctl.cli.errors import BadInput, Exit, heeding, tell
from treadctl.clock import Clock, RunningClock
from treadctl.treadmill import plain_words
from treadctl.treadmill.gatt import LinkError, Radio
from treadctl.treadmill.listening import Ear
from treadctl.treadmill.recording import Frame, Recording, header, line
from treadctl.workout.errors import printable

LONGEST_S: Final = 86_400.0
_THERE: Final = "{}: there is such a file already, and nothing is written over; name another with --to"
PRIVATE: Final = frozenset({plain_words.SERIAL_NUMBER})
"""Not kept: a recording is made to be shared."""


def record(address: str, /, *, seconds: float | None = None, to: Path | None = None) -> int:
    """Keep the raw frames of a treadmill or a sensor, with times, as a file that tests can replay. It only listens.

    The file holds neither the address nor a serial number. `treadctl replay FILE` shows it.

    Ends with 0 when the time is over or Ctrl+C was pressed, 2 when the input was wrong, and 3 when the device cannot be reached
    or the link was lost; what came until then is kept.

    Parameters
    ----------
    address
        The Bluetooth address of the device; treadctl scan lists those in reach.
    seconds
        How long; without it, until Ctrl+C.
    to
        The file to make, instead of one among this platform's user data. What a file holds is never written over.
    """
    if seconds is not None and not 0 < seconds <= LONGEST_S:
        raise BadInput(f"--seconds {seconds:g} is not over 0 and up to {LONGEST_S:g}")
    if to is not None and to.exists():
        raise BadInput(_THERE.format(printable(str(to))))

    def radio() -> Radio:
        from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import

        return BleakRadio(address)

    return asyncio.run(recorded(radio(), address, RunningClock(), seconds, to, datetime.now().astimezone()))


def recordings() -> Path:
    """The folder that recordings are kept in when nobody names another."""
    return user_data_path("treadctl") / "recordings"


@dataclass(slots=True)
class _Keeper:
    """Writes line by line, so that a power cut costs one line; a disk that takes no more ends it, and is told."""

    file: IO[str]
    full: Callable[[], object]
    counts: dict[int, int] = field(default_factory=dict)
    trouble: str = ""

    def keep(self, frame: Frame) -> None:
        """Write one frame down."""
        if self.write(line(frame)):
            self.counts[frame.characteristic] = self.counts.get(frame.characteristic, 0) + 1

    def write(self, text: str) -> bool:
        """Write one line; false once the disk takes no more."""
        if self.trouble:
            return False
        try:
            self.file.write(text + "\n")
            self.file.flush()
        except OSError as error:
            self.trouble = error.strerror or str(error)
            self.full()
        return not self.trouble


async def recorded(radio: Radio, address: str, clock: Clock, seconds: float | None, to: Path | None, begun: datetime) -> int:
    """The command, on any radio."""
    loop = asyncio.get_running_loop()
    keepers: list[_Keeper] = []

    def hear(frame: Frame) -> None:
        keepers[0].keep(frame)

    ear = Ear(radio, clock, hear)
    try:
        with heeding(lambda *_: loop.call_soon_threadsafe(ear.end)):
            seen = await ear.open(begun, leave_out=PRIVATE)
            path, file = _file(to, begun, seen)
            with closing(file):
                keepers.append(_Keeper(file, ear.end))
                keepers[0].write(header(seen, __version__))
                until = "until Ctrl+C" if seconds is None else f"for {seconds:g} s"
                print(f"keeping what {printable(seen.name)} says, {until}, in {path}", flush=True)
                await ear.listen(seen.offered, seconds)
    except LinkError as error:
        tell(f"{error}; what came until then is kept" if keepers else str(error))
        return Exit.TREADMILL_FAILED
    finally:
        await radio.disconnect()
    return _told(keepers[0], ear)


def _told(keeper: _Keeper, ear: Ear) -> int:
    for number, why in ear.refused.items():
        print(f"{plain_words.name(number)} was not given: {why}")
    total = ", ".join(f"{count} of {plain_words.name(number)}" for number, count in keeper.counts.items())
    print(f"{sum(keeper.counts.values())} frames{f': {total}' if total else ''}")
    if keeper.trouble:
        tell(f"{keeper.file.name}: the recording breaks off: {keeper.trouble}")
        return Exit.FAULT
    if ear.lost:
        tell(f"{ear.lost}; what came until then is kept")
        return Exit.TREADMILL_FAILED
    if not keeper.counts:
        print("nothing came: is it awake, and does no other app hold it?")
    return Exit.DONE


def _file(to: Path | None, begun: datetime, seen: Recording) -> tuple[Path, IO[str]]:
    name = re.sub(r"[^A-Za-z0-9]+", "-", seen.name).strip("-") or "device"
    path = to if to is not None else recordings() / f"{begun:%Y-%m-%dT%H-%M-%S}_{name}.jsonl"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path, path.open("x", encoding="utf-8")
    except (OSError, ValueError) as error:
        if path.is_file():
            raise BadInput(_THERE.format(printable(str(path)))) from error
        why = getattr(error, "strerror", None) or error
        raise BadInput(f"{printable(str(path))}: no recording can be made there: {why}; name another file with --to") from error
