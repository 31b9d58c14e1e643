"""`treadctl mock`: the mock treadmill on a real radio, for any FTMS app, with lines that show what the app does to it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.choose import choose_faults, choose_seed
from treadctl.cli.errors import BadInput, Exit, heeding, tell
from treadctl.clock import RunningClock
from treadctl.ftms.assigned import FITNESS_MACHINE_CONTROL_POINT
from treadctl.ftms.control_point import OpCode, Request, decode_request
from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.parameter import StopOrPause
from treadctl.mock.faults import kinds
from treadctl.mock.presets import DEFAULT, PRESETS, Preset
from treadctl.mock.served import NAME_OCTETS, NotOnTheAir, Served, Watcher, fitting
from treadctl.mock.treadmill import AttError, MockTreadmill
from treadctl.treadmill.plain_words import in_words
from treadctl.units import Grade, Speed, clock

EVERY_S: Final = 1.0
"""Between two looks at belt and deck."""
_LOOK_S: Final = 0.05
"""Between two looks for lines to show and for Ctrl+C."""


def mock(
    *,
    ble: str | None = None,
    preset: str = DEFAULT.name,
    name: str = "treadctl mock",
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    seed: int = 0,
    faults: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Put the mock treadmill on a radio: any FTMS app finds it, connects and drives it.

    Parameters
    ----------
    ble
        `bluez`: this computer's own (Linux; bluez:hci1 for another). Or a dongle only for it: usb:0, serial:/dev/ttyUSB0.
    preset
        Which treadmill: decline-10, decline-6, incline-only or propped.
    name
        What it is called on the air; 15 octets at most.
    fault
        What goes wrong, as KIND[@SECOND][+SECONDS][=VALUE]; may be given more than once. --faults explains the kinds.
    seed
        Decides what is left to chance, such as how late an answer comes.
    faults
        List the kinds of fault and stop.
    """
    if faults:
        print(kinds())
        return Exit.DONE
    if not ble:
        raise BadInput("say on which radio: --ble bluez for this computer's own (Linux), or a dongle like --ble usb:0")
    treadmill = MockTreadmill(_preset(preset), seed=choose_seed(seed), faults=choose_faults(fault))
    try:
        fitting(name)
    except ValueError:
        raise BadInput(f"--name: {name!r} does not fit into an advert; at most {NAME_OCTETS} octets") from None
    try:
        return asyncio.run(_serve(ble, treadmill, name))
    except NotOnTheAir as error:
        tell(str(error))
        return Exit.TREADMILL_FAILED


def _preset(name: str) -> Preset:
    preset = PRESETS.get(name)
    if preset is None:
        raise BadInput(f"--preset: {name!r} is no mock treadmill; there are {', '.join(PRESETS)}")
    return preset


async def _serve(ble: str, treadmill: MockTreadmill, name: str) -> int:
    ending: list[object] = []
    with heeding(lambda *_: ending.append(None)):
        log = _Log()
        async with _radio(ble, treadmill, name, log) as served:
            log.note(f"{name!r}, {treadmill.preset.model}, is on the air ({ble}); Ctrl+C ends it")
            await _show(log, served, ending)
        log.note("off the air")
        log.print()
    return Exit.DONE


def _radio(ble: str, treadmill: MockTreadmill, name: str, log: _Log) -> AbstractAsyncContextManager[Served]:
    kind, _, adapter = ble.partition(":")
    try:
        if kind == "bluez":
            from treadctl.mock.over_bluez import on_bluez

            return on_bluez(treadmill, RunningClock(), name, adapter=adapter, watcher=log)
        from treadctl.mock.over_the_air import on_the_air

        return on_the_air(ble, treadmill, RunningClock(), name, watcher=log)
    except ImportError as error:
        what = "needs Linux" if kind == "bluez" else str(error)
        raise BadInput(f"--ble {ble}: {what}") from error


async def _show(log: _Log, served: Served, ending: list[object]) -> None:
    """Every second what belt and deck do, while there is somebody to care or anything moves; until a signal."""
    due, shown = time.monotonic(), ""
    while not ending:
        if time.monotonic() >= due:
            due += EVERY_S
            belt, deck = served.look()
            state = f"belt {Speed(round(belt * 100))}, deck {Grade(round(deck * 10))}"
            if state != shown or served.central is not None:
                log.note(f"  {state}")
            shown = state
        log.print()
        await asyncio.sleep(_LOOK_S)


class _Log(Watcher):
    """What happens, as lines. They are printed by one hand: a terminal that goes away ends the command, and not the radio."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._lines: deque[str] = deque()

    def note(self, line: str) -> None:
        """One line, with the time since the command began."""
        self._lines.append(f"{clock(time.monotonic() - self._began):>6}  {line}")

    def print(self) -> None:
        """Show what has come together."""
        while self._lines:
            print(self._lines.popleft(), flush=True)

    def connected(self, who: str) -> None:
        self.note(f"{who} connected")

    def disconnected(self, who: str) -> None:
        self.note(f"{who} disconnected; the belt goes on as it was")

    def turned_away(self, who: str, why: str) -> None:
        self.note(f"{who} was not let in: {why}")

    def off_the_air(self, why: str) -> None:
        self.note(f"nobody can find the treadmill any more: {why}")

    def asked(self, octets: bytes, refused: AttError | None) -> None:
        self.note(f"asked: {asked_in_words(octets)}" + (f"; refused: {refused}" if refused else ""))

    def answered(self, octets: bytes) -> None:
        self.note(f"answered: {in_words(FITNESS_MACHINE_CONTROL_POINT, octets)}")


def asked_in_words(octets: bytes) -> str:
    """A write to the Control Point in words, like `set target inclination -4.5 % (03 d3 ff)`."""
    try:
        request = decode_request(octets)
    except ProtocolError:
        return "nothing (no octets)"
    match request:
        case Request(OpCode.STOP_OR_PAUSE, StopOrPause() as which):
            words = which.name.lower()
        case Request(OpCode() as op, value):
            words = op.name.lower().replace("_", " ") + (f" {value}" if value is not None else "")
        case Request(op):
            words = f"op code {op:#04x}"
    return f"{words} ({octets.hex(' ')})"
