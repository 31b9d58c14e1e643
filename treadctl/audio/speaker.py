"""What to say next: one voice, the most urgent first, nothing stacked and nothing stale. Pure: `now` is an argument.

`offer` what came up, ask `next` what to begin, tell it when that is `finished`. When `next` has an answer while something is
being spoken, the answer is more urgent: whoever asked ends the other one first.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Final, NamedTuple

from treadctl.audio.words import Chattiness, wanted
from treadctl.coaching.cues import Cue, CueKind

STALE_S: Final = 2.0
"""What could not be said for so long is no longer true. Ours."""
COUNT_STALE_S: Final = 0.5
"""A counted number is one of a second; later than this it is the wrong number. Ours."""
SAFETY_STALE_S: Final = 6.0
"""A safety message stays true for longer, and three of them take this long to be said. Ours."""
SAFETY_WAITING: Final = 3
"""So many safety messages wait for each other; of every other urgency one waits, the newest."""

_COUNT: Final = re.compile(r"(?:tipping in |rising in |going on in )?\d{1,2}")
_AHEAD: Final = re.compile(r"in \d+ ")


class _Waiting(NamedTuple):
    cue: Cue
    at: float
    until: float


def urgency(cue: Cue) -> int:
    """Smaller is more urgent. What happens now goes before what is still some seconds ahead."""
    return 2 * cue.kind + (cue.kind is CueKind.CHANGE and _AHEAD.match(cue.words) is not None)


def lasts_s(cue: Cue) -> float:
    """How long after it came up a cue may still begin."""
    if cue.kind is CueKind.SAFETY:
        return SAFETY_STALE_S
    return COUNT_STALE_S if _COUNT.fullmatch(cue.words) else STALE_S


class Speaker:
    """What waits to be said, and what is being said."""

    def __init__(self, chattiness: Chattiness = Chattiness.COACH) -> None:
        self._chattiness = chattiness
        self._waiting: dict[int, deque[_Waiting]] = {}
        self.speaking: Cue | None = None

    def offer(self, cue: Cue, now: float) -> None:
        """Something came up. It takes the place of what waits, is as urgent and older; safety messages wait in a short row."""
        if not wanted(cue, self._chattiness):
            return
        is_safety = cue.kind is CueKind.SAFETY
        row = self._waiting.setdefault(urgency(cue), deque(maxlen=SAFETY_WAITING if is_safety else 1))
        if is_safety and (cue == self.speaking or any(cue == waiting.cue for waiting in row)):
            return
        if not is_safety and row and row[0].at == now:
            return  # of two in one step, the engine says first what matters more
        row.append(_Waiting(cue, now, now + lasts_s(cue)))

    def next(self, now: float) -> Cue | None:
        """What to begin now, or None. It counts as being spoken until it is finished or something else begins."""
        for rank in sorted(self._waiting):
            if self.speaking is not None and rank >= urgency(self.speaking):
                return None
            row = self._waiting[rank]
            while row:
                waiting = row.popleft()
                if now <= waiting.until:
                    self.speaking = waiting.cue
                    return waiting.cue
        return None

    def finished(self) -> None:
        """What was being spoken has ended, in whatever way."""
        self.speaking = None

    def hush(self) -> None:
        """Forget all that waits, and what is being spoken."""
        self._waiting.clear()
        self.speaking = None
