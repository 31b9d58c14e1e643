"""The runner's own step rate on level ground, learned from a foot pod for each belt speed.

Level running is disturbed for some 24 s after a descent (Townshend 2010), so nothing is taken for a minute after one. Pure:
`now` and what is measured come in, `learned` says what the profile knows afterwards.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from treadctl.units import Grade, Speed
from treadctl.workout.profile import LEAST_STEPS, MOST_STEPS, LevelSteps, Profile

BAND: Final = Speed(50)
"""Step rates are kept for every 0.5 km/h: legs change by 1 or 2 steps a minute over that. Ours."""
LEVEL_TO: Final = Grade(5)
"""Level is flatter than 0.5 %: the finest step decks move by. Ours."""
AFTER_DECLINE_S: Final = 60.0
"""No baseline so soon after a decline: twice the 24 s for which level running is disturbed, and some more (Townshend 2010)."""
STEADY_S: Final = 12.0
"""The belt has kept its speed on the level for so long: legs and the pod's averaging have followed it. Ours."""
SAME_BELT: Final = Speed(30)
"""A belt within 0.3 km/h has kept its speed; belts wobble by 0.1 to 0.2 km/h under a foot. Ours."""
LEAST_SHARE: Final = 80
"""Percent of the easy pace: on a slower belt people walk one minute and run the next. No shipped decline is run slower. Ours."""
LONGEST_GAP_S: Final = 3.0
"""What was not measured for longer than this does not count as steady. Three of a pod's one-second words. Ours."""
LEAST_S: Final = 60
"""A step rate is used once a minute of it was measured. Ours."""
NEAR: Final = Speed(100)
"""And for speeds up to 1 km/h away from it: 2 or 3 steps a minute at most. Ours."""
REMEMBERED_S: Final = 600
"""All that was measured before today counts as ten minutes at most, so that it follows legs that change. Ours."""


def band_of(speed: Speed) -> Speed:
    """The middle of the band that a speed belongs to."""
    return Speed((speed + BAND // 2) // BAND * BAND)


def own_spm(runner: Profile, speed: Speed) -> int | None:
    """Steps a minute on the level at about this speed: as measured, else as the runner says for the easy pace, else None."""
    near = [band for band in runner.level_steps if abs(band.speed - speed) <= NEAR]
    alone = [band for band in near if band.seconds >= LEAST_S]
    if alone:
        return round(min(alone, key=lambda band: (abs(band.speed - speed), -band.seconds)).steps)
    seconds = sum(band.seconds for band in near)
    if seconds < LEAST_S:
        return runner.level_cadence_spm
    return round(sum(band.steps * band.seconds for band in near) / seconds)


class Baseline:
    """What one session shows of it. `version` changes whenever `learned` may say something new."""

    def __init__(self) -> None:
        self._sums: dict[Speed, tuple[float, float]] = {}  # band: steps x seconds / minute, seconds
        self._belt: Speed | None = None
        self._steady_from = self._at = 0.0
        self._declined_at = float("-inf")
        self.version = 0

    def see(self, now: float, steps: int | None, speed: Speed | None, grade: Grade | None, easy: Speed) -> None:
        """One measurement, about once a second: steps a minute (None: not to be believed), and fresh telemetry beside it.

        `easy` is the runner's easy pace.
        """
        if grade is not None and grade <= -LEVEL_TO:
            self._declined_at = now
        gap, self._at = now - self._at, now
        is_level = grade is not None and abs(grade) < LEVEL_TO
        is_told = steps is not None and LEAST_STEPS <= steps <= MOST_STEPS and gap <= LONGEST_GAP_S
        if speed is None or not is_level or not is_told or speed * 100 < easy * LEAST_SHARE:
            self._belt = None
            return
        if self._belt is None or abs(speed - self._belt) > SAME_BELT:
            self._belt, self._steady_from = speed, now
        elif now - self._steady_from >= STEADY_S and now - self._declined_at >= AFTER_DECLINE_S:
            self._count(band_of(speed), steps or 0, gap)

    def _count(self, band: Speed, steps: int, seconds: float) -> None:
        total, before = self._sums.get(band, (0.0, 0.0))
        self._sums[band] = total + steps * seconds, before + seconds
        self.version += 1

    def learned(self, runner: Profile) -> Profile:
        """The runner with what was measured today, beside what was known before."""
        known = {band.speed: band for band in runner.level_steps}
        for speed, (total, seconds) in self._sums.items():
            if seconds >= 1:
                known[speed] = _joined(speed, known.get(speed), total, seconds)
        return replace(runner, level_steps=tuple(known[speed] for speed in sorted(known)))


def _joined(speed: Speed, before: LevelSteps | None, total: float, seconds: float) -> LevelSteps:
    """The mean by time; `seconds` goes on counting all that was ever measured."""
    if before is None:
        return LevelSteps(speed, round(total / seconds, 1), int(seconds))
    weight = min(before.seconds, REMEMBERED_S)
    steps = (before.steps * weight + total) / (weight + seconds)
    return LevelSteps(speed, round(steps, 1), min(before.seconds + int(seconds), 24 * 3600))
