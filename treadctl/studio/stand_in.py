"""Somebody who is not there: answers, says "I'm ready" and goes on, a while after being asked. For lanes on a mock only. Pure."""

from __future__ import annotations

from random import Random
from typing import Final

from treadctl.studio.lane_keys import At
from treadctl.studio.lane_words import LaneInput, LaneKey, LanePhase, PainToday, Said

TAKES_S: Final = (1.0, 6.0)
"""People take so long for an answer, from the quickest to the slowest. Ours."""
_SORE: Final = 0.1
_SORE_LEVEL: Final = 4


class StandIn:
    """One mock runner; `seed` decides how quick they are, and whether their legs are sore today."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._asked: object = None
        self._answers_at = 0.0

    def look(self, at: At, now: float) -> LaneInput | None:
        """What they say at this moment, if anything."""
        question = self._question(at)
        if question != self._asked:
            self._asked, self._answers_at = question, now + self._random.uniform(*TAKES_S)
        if question is None or now < self._answers_at:
            return None
        self._answers_at = now + TAKES_S[1]  # asked again, if that was too early
        if isinstance(question, LaneKey):
            return Said(question)
        return PainToday(_SORE_LEVEL if self._random.random() < _SORE else 0)

    @staticmethod
    def _question(at: At) -> LaneKey | str | None:
        if at.asks_about_pain:
            return "pain today?"
        if at.phase is LanePhase.OFFERED and at.belt_is_still:
            return LaneKey.READY
        return LaneKey.GO_ON if at.may_go_on else None
