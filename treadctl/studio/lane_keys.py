"""What a key at a lane means: letters of a keyboard, and the digits of a cheap number pad. Pure.

While "pain today?" is open, and the belt is not seen to move, a number answers it. Stop means stop at any time.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.engine.words import Key
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_words import LaneInput, LaneKey, LanePhase, PainToday, Said


class Want(Enum):
    """Keys whose meaning depends on the moment."""

    READY = "I'm ready"
    NOT_READY = "not ready"
    GO_ON = "go on"
    STOP = "STOP"
    FASTER = "faster"
    SLOWER = "slower"


LETTERS: Final[dict[str, Want | Key]] = {
    "a": Want.READY,
    "x": Want.NOT_READY,
    "g": Want.GO_ON,
    "s": Want.STOP,
    "p": Key.PAUSE,
    "r": Key.RESUME,
    "w": Key.WALK,
    "+": Want.FASTER,
    "-": Want.SLOWER,
    "f": Key.FLATTER,
    "d": Key.STEEPER,
    "n": Key.SKIP,
    "b": Key.BACK,
    "e": Key.EXTEND,
}
PAD: Final[dict[str, Want | Key]] = {
    "5": Want.READY,
    "0": Want.STOP,
    "8": Key.FLATTER,
    "2": Key.STEEPER,
    "6": Want.FASTER,
    "4": Want.SLOWER,
    "7": Key.PAUSE,
    "9": Want.GO_ON,
    "1": Key.WALK,
    ".": Want.NOT_READY,
    "+": Want.FASTER,
    "-": Want.SLOWER,
}
MOST_PAIN: Final = 10


@dataclass(frozen=True, slots=True)
class At:
    """What a key's meaning depends on. A belt that nobody sees is neither still nor does it move."""

    phase: LanePhase
    asks_about_pain: bool = False
    belt_is_still: bool = True
    belt_moves: bool = False
    may_go_on: bool = False
    finds_pace: bool = False


Meaning = LaneInput | Key
"""For the class, or for the runner's own session."""


def meaning(typed: str, at: At, how: How = "key") -> tuple[Meaning, ...]:
    """What was typed means: a letter, a digit, or the answer to a question. Nothing, if it means nothing here."""
    if at.asks_about_pain and not at.belt_moves and typed.isascii() and typed.isdigit():
        return (PainToday(int(typed)),) if len(typed) <= 2 and int(typed) <= MOST_PAIN else ()
    want = PAD.get(typed) if how == "keypad" else LETTERS.get(typed, PAD.get(typed))
    match want:
        case None:
            return ()
        case Key():
            return (want,)
        case Want.READY:
            return (Key.ARM,) if at.phase is LanePhase.STARTED else (Said(LaneKey.READY, how),)
        case Want.NOT_READY:
            return (Said(LaneKey.NOT_READY, how),)
        case Want.GO_ON:
            return (Said(LaneKey.GO_ON, how),) if at.may_go_on else (Key.RESUME,)
        case Want.FASTER:
            return (Said(LaneKey.QUICKER, how),) if at.finds_pace else (Key.FASTER,)
        case Want.SLOWER:
            return (Said(LaneKey.GENTLER, how),) if at.finds_pace else (Key.SLOWER,)
        case Want.STOP:
            return _stop(at)


def _stop(at: At) -> tuple[Meaning, ...]:
    """The start is off; a session that runs is stopped, and so is a belt that may be moving for any other reason."""
    if at.phase is LanePhase.STARTED:
        return (Key.STOP,)
    off = Said(LaneKey.NOT_READY)
    return (off,) if at.belt_is_still else (off, Key.STOP)


KEYS_HELP: Final = "keys, each with Enter: " + ", ".join(f"{letter} {want.value}" for letter, want in LETTERS.items())
