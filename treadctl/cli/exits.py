"""What a session's ending comes to: an exit code, and advice."""

from __future__ import annotations

from typing import Final

from treadctl.cli.errors import BadInput, Exit
from treadctl.engine.snapshot import Ending

__all__ = ["ADVICE", "EXITS", "BadInput", "Exit"]

EXITS: Final = {
    Ending.FINISHED: Exit.DONE,
    Ending.STOPPED: Exit.DONE,
    Ending.SAFETY: Exit.SAFETY,
    Ending.TREADMILL_FAILED: Exit.TREADMILL_FAILED,
    Ending.LINK_FAILED: Exit.TREADMILL_FAILED,
    Ending.UNSUITABLE: Exit.BAD_INPUT,
}
"""What a session's ending comes to."""

ADVICE: Final = {Ending.UNSUITABLE: "this deck reaches none of the workout's declines; add --flat to run them level, on purpose"}
"""What a person can do about an ending, where the ending's own words do not say it."""
