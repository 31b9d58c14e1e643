"""What a command ends with: exit codes, and the one exception for what a person got wrong."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from treadctl.engine.snapshot import Ending


class Exit(IntEnum):
    """Exit codes of every command."""

    DONE = 0
    BAD_INPUT = 2
    TREADMILL_FAILED = 3
    SAFETY = 4


EXITS: Final = {
    Ending.FINISHED: Exit.DONE,
    Ending.STOPPED: Exit.DONE,
    Ending.SAFETY: Exit.SAFETY,
    Ending.TREADMILL_FAILED: Exit.TREADMILL_FAILED,
    Ending.LINK_FAILED: Exit.TREADMILL_FAILED,
    Ending.UNSUITABLE: Exit.BAD_INPUT,
}
"""What a session's ending comes to."""


class BadInput(Exception):
    """The person's input was wrong; the message says what, where, and what to do. Exit code 2."""
