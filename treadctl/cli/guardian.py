"""The guardian's process, `python -m treadctl.cli.guardian`; a session starts it, never a person. stdin and stdout are its pipe.

What a terminal sends (its closing, Ctrl+C) is ignored; SIGTERM means Stop. What went wrong goes to stderr, which is a file.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Final

from platformdirs import user_log_path

from treadctl.clock import Clock, RunningClock, passing
from treadctl.engine.words import Input
from treadctl.lines import Lines
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import Radio
from treadctl.treadmill.guardian import Guardian
from treadctl.treadmill.known import Known, known_here, known_mock
from treadctl.treadmill.pipe_ends import ear, mouth

LAST_LINES_S: Final = 1.0
"""For the last lines to leave; a session that no longer reads does not keep the process."""
LAST_RECORD_S: Final = 5.0
"""For the last sentences to be written down, on a slow disk or a busy computer: the treadmill has been let go of by then."""


def record() -> Path:
    """Where guardians write down what they had to do."""
    return user_log_path("treadctl") / "guardian.log"


def command(*, mock: str | None = None, seed: int = 0, faults: Sequence[str] = ()) -> list[str]:
    """What starts a guardian, but for the address, which comes last: for a real treadmill, or for a mock living in it."""
    started = [sys.executable, "-m", "treadctl.cli.guardian"]
    if mock is not None:
        started += ["--mock", mock, "--seed", str(seed), *(f"--fault={fault}" for fault in faults)]
    return started


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve the session at the other end of stdin and stdout."""
    parser = argparse.ArgumentParser(prog="treadctl-guardian", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("--mock")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--fault", action="append", default=[])
    options = parser.parse_args(arguments)
    clock = RunningClock()
    make_radio = _mock(options.mock, options.seed, options.fault) if options.mock else partial(_bluetooth, options.address)
    know = partial(_known_mock, options.mock) if options.mock else known_here
    asyncio.run(_serve(options.address, make_radio, clock, know))


async def _serve(address: str, make_radio: Callable[[Clock], Radio], clock: Clock, know: Callable[[], Known]) -> None:
    loop = asyncio.get_running_loop()
    up, kept = mouth(_kept_for_the_session()), Lines("record", _write_down)

    def connect(deliver: Callable[[Input], None]) -> Connection:
        return Connection(make_radio(clock), clock, deliver, know())

    def connect_to_stop(deliver: Callable[[Input], None]) -> Connection:
        return Connection(make_radio(clock), clock, deliver)

    guardian = Guardian(connect, clock, up.put, lambda what: kept.put(_dated(what)), connect_to_stop, passing)
    _heed_signals(lambda why: loop.call_soon_threadsafe(guardian.ended, why))
    ear(FileIO(0, closefd=False), guardian.hear, lambda: guardian.ended("the session has ended without a word"))
    await guardian.run(address)
    up.close(LAST_LINES_S)
    kept.close(LAST_RECORD_S)


def _heed_signals(ended: Callable[[str], object]) -> None:
    signal.signal(signal.SIGTERM, lambda *_: ended("SIGTERM"))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _kept_for_the_session() -> FileIO:
    """A way up of its own: what a library prints goes to the record, and never into the session's ear."""
    number = os.dup(1)
    os.dup2(2, 1)
    return FileIO(number, "w")


def _write_down(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()


def _dated(what: str) -> str:
    return f"{datetime.now().astimezone().isoformat(timespec='milliseconds')} {what}"


def _bluetooth(address: str, _clock: Clock) -> Radio:
    from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import, and a mock needs none

    return BleakRadio(address)


def _mock(preset: str, seed: int, faults: Sequence[str]) -> Callable[[Clock], Radio]:
    from treadctl.mock.faults import parse_fault
    from treadctl.mock.memory import MemoryRadio
    from treadctl.mock.presets import PRESETS
    from treadctl.mock.treadmill import MockTreadmill

    treadmill = MockTreadmill(PRESETS[preset], seed=seed, faults=[parse_fault(fault) for fault in faults])
    return lambda clock: MemoryRadio(treadmill, clock)


def _known_mock(preset: str) -> Known:
    from treadctl.mock.presets import PRESETS

    return known_mock(PRESETS[preset].offset)


if __name__ == "__main__":
    main()
