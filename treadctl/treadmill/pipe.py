"""What a session and its guardian say to each other: one JSON list a line, its first item the word's name.

Down go `connect`, `offer` with a command, `alive` with whether the belt may be moving because of us, and `close`. Up come
`ready` when the guardian watches over the belt, `in` with an input of the session, `machine` when the link is made, `failed`
when it can't be, `stops` when the guardian stops the belt by itself and heeds nothing more, and `broke` for a fault of our own.
"""

from __future__ import annotations

import json
from typing import Any, Final

from treadctl.engine.records import RecordError, from_plain, to_plain
from treadctl.safety import Command, Pause, Start, Stop, TakeControl
from treadctl.treadmill.gatt import LinkError, Trouble

CONNECT: Final = "connect"
OFFER: Final = "offer"
ALIVE: Final = "alive"
CLOSE: Final = "close"
READY: Final = "ready"
IN: Final = "in"
MACHINE: Final = "machine"
FAILED: Final = "failed"
STOPS: Final = "stops"
BROKE: Final = "broke"

_as_json: Final = json.JSONEncoder(separators=(",", ":")).encode


def said(name: str, *what: object) -> str:
    """One line, without its end."""
    return _as_json([name, *map(to_plain, what)])


_AT_HAND: Final[dict[str, Command]] = {said(OFFER, command): command for command in (Stop(), Pause(), Start(), TakeControl())}
"""The lines of commands that carry no number, made before anybody presses a key: what is new to a processor takes it ten times as
long, at both ends."""
_LINES: Final[dict[type, str]] = {type(command): line for line, command in _AT_HAND.items()}


def offer(command: Command) -> str:
    """The line that hands a command down."""
    return _LINES.get(type(command)) or said(OFFER, command)


def at_hand(line: str) -> Command | None:
    """The command that a line hands down, where it is one of those at hand; every other line is `heard`."""
    return _AT_HAND.get(line)


def heard(line: str) -> tuple[str, list[Any]]:
    """A line's word and what came with it, still plain; raises RecordError for what is no line of ours."""
    try:
        plain = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{line[:40]!r} is not JSON") from error
    if not (isinstance(plain, list) and plain and isinstance(plain[0], str)):
        raise RecordError(f"{line[:40]!r} is not a list with a name")
    return plain[0], plain[1:]


def word(what: list[Any]) -> Any:
    """The one word that came along; raises RecordError where it is not there or not ours."""
    if len(what) != 1:
        raise RecordError(f"one word expected, not {len(what)}")
    return from_plain(what[0])


def link_error(what: list[Any]) -> LinkError:
    """The LinkError that `failed` brought."""
    match what:
        case [str(trouble), str(detail), None | int() as att_error] if trouble in Trouble.__members__:
            return LinkError(Trouble[trouble], detail, att_error)
    raise RecordError(f"{str(what)[:80]} says nothing about a link")
