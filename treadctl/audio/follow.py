"""When the beat is heard: it leads to the target step rate, fades while the runner holds it, and comes back when they lose it.

A beat that never stops becomes a crutch, so it fades with success (as coaching studies fade their feedback). Pure.
"""

from __future__ import annotations

from typing import Final

from treadctl.audio.beat import Wish
from treadctl.coaching.cadence import CadenceTarget
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot
from treadctl.safety import LEVEL_WITHIN

HELD_AFTER_S: Final = 10.0
"""Within the accepted band for so long, the target is held. Ours."""
LOST_AFTER_S: Final = 4.0
"""Outside it for so long, it is lost: a few steps are none. Ours."""
FADE_OUT_MS: Final = 8000
FADE_IN_MS: Final = 2000
FRESH_S: Final = 5.0
"""A step rate older than this is no longer known. Ours."""
SILENT: Final = Wish(loud_percent=0)


def beaten(snapshot: Snapshot) -> CadenceTarget | None:
    """The target that a beat leads to: on declines only, while running; on the level a runner's own feet need none."""
    declines = snapshot.target_grade <= -LEVEL_WITHIN
    return snapshot.cadence if declines and snapshot.phase is Phase.RUNNING else None


class Follow:
    """Listens to a runner's step rate and says what is wanted of the beat."""

    def __init__(self) -> None:
        self._measured: int | None = None
        self._seen_at = float("-inf")
        self._aim: int | None = None
        self._begun_from: int | None = None
        self._is_heard = True
        self._turned_since: float | None = None  # since when the feet say the opposite of what the beat does

    def feet(self, spm: int | None, now: float) -> None:
        """A step rate was measured; None is one that can't be believed."""
        self._measured, self._seen_at = spm, now

    def wish(self, target: CadenceTarget | None, now: float) -> Wish:
        """What is wanted of the beat now. Without a fresh step rate it stays as it is: nobody knows whether it is held."""
        measured = self._measured if now - self._seen_at <= FRESH_S else None
        if target is None:
            self._aim, self._turned_since = None, None
            return SILENT
        if self._aim != target.aim_spm:
            if self._aim is None:
                self._begun_from = measured
            self._aim, self._is_heard, self._turned_since = target.aim_spm, True, None
        if measured is not None:
            self._judge(target.low_spm <= measured <= target.high_spm, now)
        if self._is_heard:
            return Wish(self._aim, self._begun_from, 100, FADE_IN_MS)
        return Wish(self._aim, self._begun_from, 0, FADE_OUT_MS)

    def _judge(self, holds: bool, now: float) -> None:
        if holds is not self._is_heard:  # heard and not held, or held and not heard: as it should be
            self._turned_since = None
            return
        if self._turned_since is None:
            self._turned_since = now
        if now - self._turned_since >= (HELD_AFTER_S if holds else LOST_AFTER_S):
            self._is_heard, self._turned_since = not holds, None
