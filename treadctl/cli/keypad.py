"""A cheap number pad on USB, read as Linux reports it: each press acts at once, with no Enter and no terminal.

A thread of its own waits for keys. A pad that is pulled out is looked for again; what it types goes nowhere else.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from treadctl.cli.errors import BadInput

_EVENT: Final = struct.Struct("llHHi")
"""struct input_event (linux/input.h): seconds, microseconds, type, code, value."""
_KEY: Final = 1
_PRESSED: Final = 1
_GRAB: Final = 0x40044590
"""EVIOCGRAB: nobody else gets its keys."""
_ROW: Final = dict(zip(range(2, 12), "1234567890", strict=True))
_PAD: Final = dict(zip(range(71, 84), "789-456+1230.", strict=True))
KEYS: Final = _ROW | _PAD
"""What a key's code types (linux/input-event-codes.h), whether the pad's number lock is on or not."""
AGAIN_S: Final = 2.0


def check_keypad(device: Path) -> None:
    """Raise BadInput where there is none, or it may not be read."""
    if sys.platform == "win32":
        raise BadInput("--keypad needs Linux; in a terminal the digits with Enter do the same")
    try:
        os.close(os.open(device, os.O_RDONLY | os.O_NONBLOCK))
    except OSError as error:
        raise BadInput(f"--keypad {device}: {error.strerror}; ls /dev/input/by-id shows what there is (group input)") from error


def listen(device: Path, typed: Callable[[str], bool], tell: Callable[[str], object]) -> None:
    """Call `typed` with each key, from a thread of its own, until that returns false."""
    threading.Thread(target=_read_on, args=(device, typed, tell), name="keypad", daemon=True).start()


def _read_on(device: Path, typed: Callable[[str], bool], tell: Callable[[str], object]) -> None:
    there = True
    while True:
        with contextlib.suppress(OSError):
            for key in _keys(device):
                if not there:
                    there = True
                    tell("the keypad is back")
                if not typed(key):
                    return
        if there:
            there = False
            tell("the keypad is gone; the console's stop and the safety key are there")
        time.sleep(AGAIN_S)


def _keys(device: Path) -> Iterator[str]:
    """The keys that are pressed, until the device is gone."""
    number = os.open(device, os.O_RDONLY)
    try:
        _grab(number)
        octets = b""
        while more := os.read(number, 64 * _EVENT.size):
            octets += more
            whole = len(octets) - len(octets) % _EVENT.size
            yield from pressed(octets[:whole])
            octets = octets[whole:]
    finally:
        os.close(number)


def _grab(number: int) -> None:
    if sys.platform != "win32":
        from fcntl import ioctl

        with contextlib.suppress(OSError):  # a pad that types elsewhere too still works here
            ioctl(number, _GRAB, 1)


def pressed(octets: bytes) -> Iterator[str]:
    """The keys in a row of events; a key that is held down counts once."""
    for _, _, kind, code, value in _EVENT.iter_unpack(octets):
        if kind == _KEY and value == _PRESSED and code in KEYS:
            yield KEYS[code]
