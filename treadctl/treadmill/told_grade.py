"""What a frame says of the deck, put right for machines that tell it wrongly, or by its ramp angle alone. Pure."""

from __future__ import annotations

from treadctl.engine.constants import TOLERANCE_AT_MOST
from treadctl.ftms.treadmill_data import TreadmillData, grade_from_ramp
from treadctl.safety import HARD_STOP
from treadctl.treadmill.profile import Manner
from treadctl.units import Grade


class ToldGrade:
    """Reads the frames of one link."""

    def __init__(self, manner: Manner) -> None:
        self._manner = manner
        self._ramp_counts = True

    def of(self, data: TreadmillData) -> Grade | None:
        """Put right, but nothing past the hard stop made milder; from the ramp angle where never told (FTMS v1.0 §4.4.1.5)."""
        grade = data.grade
        if grade is not None:
            self._ramp_counts = False
        elif self._ramp_counts and data.ramp_angle_tenths_deg is not None:
            grade = grade_from_ramp(data.ramp_angle_tenths_deg)
        if grade is None or not self._manner.readback:
            return None
        right = min(max(grade - self._manner.readback_offset, -0x8000), 0x7FFF)
        return Grade(min(right, grade) if grade < HARD_STOP - TOLERANCE_AT_MOST else right)
