"""Somebody who hears a session: each cue takes as long as espeak-ng takes for it, and what had to be missed is noted. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from treadctl.audio.speaker import Speaker, urgency
from treadctl.audio.words import Chattiness, spoken
from treadctl.coaching.cues import Cue

STARTS_S = 0.1
PER_SYLLABLE_S = 0.23
"""espeak-ng at 175 words a minute: 0.34 s for `two`, 0.82 for `tipping in three`, 1.77 for `now minus four, two minutes`."""
LOOKS_S = 0.25


def lasts_s(words: str) -> float:
    """About how long these take to be said."""
    return STARTS_S + PER_SYLLABLE_S * len(re.findall(r"[aeiouy]+", words))


class Ear:
    """Hears what came up, oldest first, and goes on listening until nothing is left to be said."""

    def __init__(self, came_up: Iterable[tuple[float, Cue]], chattiness: Chattiness) -> None:
        self.speaker = Speaker(chattiness)
        self.chattiness = chattiness
        self.heard: list[tuple[float, float, Cue]] = []
        """When it began, how late that was, and what."""
        self.came_up: list[tuple[float, Cue]] = []
        self.cut_off: list[Cue] = []
        self._now: Cue | None = None
        self._looked = self._until = 0.0
        by_moment: dict[float, list[Cue]] = {}
        for at, cue in came_up:
            by_moment.setdefault(at, []).append(cue)
        for at, cues in by_moment.items():
            self._listen(at)
            for cue in sorted(cues, key=urgency):
                self.came_up.append((at, cue))
                self.speaker.offer(cue, at)
                self._go_on(at)
        self._listen(self._looked + 20)

    def _listen(self, until: float) -> None:
        while self._looked < until:
            self._looked = min(until, self._looked + LOOKS_S)
            self._go_on(self._looked)

    def _go_on(self, now: float) -> None:
        """What the voice does after each offer, and all the time."""
        if now >= self._until:
            self.speaker.finished()
            self._now = None
        begun = self.speaker.next(now)
        if begun is None:
            return
        if self._now is not None:
            self.cut_off.append(self._now)
        self._now = begun
        came_up = max(at for at, other in self.came_up if other == begun)
        self.heard.append((now, now - came_up, begun))
        self._until = now + lasts_s(spoken(begun, self.chattiness))

    def missed(self) -> list[str]:
        """What came up and was never begun."""
        return sorted((Counter(cue.words for _, cue in self.came_up) - Counter(cue.words for _, _, cue in self.heard)).elements())
