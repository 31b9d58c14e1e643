"""A steepening is counted down, three, two, one, before the deck tips; what was counted once is not counted again on the way."""

from __future__ import annotations

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import ANNOUNCED_FROM, COUNT
from treadctl.units import LEVEL, Grade, steeper_by
from treadctl.workout.model import Segment


class TippingCount:
    """The countdown of one link. `announced` is the true grade that the runner knows of; None: of none yet."""

    def __init__(self) -> None:
        self.announced: Grade | None = None
        self._from: float | None = None
        self._counted = 0

    @property
    def is_on(self) -> bool:
        """Whether it counts."""
        return self._from is not None

    def know(self, grade: Grade | None) -> None:
        """The runner knows of this grade, or is to be told anew; whatever was counted was not for it."""
        self.announced, self._from = grade, None

    def call_off(self) -> None:
        """What was counted comes to nothing."""
        self._from = None

    def is_done(self, grade: Grade, reference: Grade, now: float, entering: Segment, cues: list[Cue]) -> bool:
        """Whether the deck may go: counted down, or too small a step for that. `reference` is where it comes from."""
        announced = reference if self.announced is None else self.announced
        if steeper_by(grade, announced) <= ANNOUNCED_FROM:
            self.know(grade if steeper_by(grade, announced) else announced)
            return True
        if self._from is None:
            self._from, self._counted = now, 0
        passed = now - self._from
        if passed >= COUNT:
            self.know(grade)
            cues.append(wording.tipped(grade, wording.length_of(entering)))
            return True
        while self._counted <= passed:
            cues.append(wording.tipping_count(COUNT - self._counted, up=grade > LEVEL))
            self._counted += 1
        return False
