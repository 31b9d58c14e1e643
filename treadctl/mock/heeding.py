"""A runner with a foot pod who hears what is said: told to step quicker they do, for a while, and then their mind wanders."""

from __future__ import annotations

from typing import Final

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cues import Cue
from treadctl.mock.feet import MockFeet

QUICKER: Final = "shorter, quicker steps"
HEEDS_FOR_S: Final = 60.0
"""A cue is kept in mind for so long. Ours: of the size after which coaches repeat one."""


class Heeding:
    """Moves a mock's feet by what is said to them."""

    def __init__(self, feet: MockFeet) -> None:
        self._feet = feet
        self._until = float("-inf")

    def hear(self, cues: tuple[Cue, ...], target: CadenceTarget | None, now: float) -> None:
        """What was said in one step of a session, with the step rate that was aimed at."""
        if target is not None and any(cue.words == QUICKER for cue in cues):
            self._until = now + HEEDS_FOR_S
            self._feet.heed(target.aim_spm)
        elif now > self._until or target is None:
            self._feet.heed(None)
