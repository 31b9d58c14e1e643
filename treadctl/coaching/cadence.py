"""Short-stride targets: how many steps a minute on a decline, always relative to this runner's own level cadence.

Bodies do not shorten their step downhill by themselves (studies disagree: Vernillo 2017, Marszalek 2024), so A2.3 is an
instruction: a share above the runner's own baseline, never a flat "180". Shares and cap follow Heiderscheit 2011 and Willson
2014: the knee takes less load from +5 % on, and +10 % is the most they asked. A cadence is whole steps a minute, both feet
counted: the aim is rounded to the nearest (half up), the band inward, so that it never leaves the shares it stands for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.coaching.baseline import LEAST_SHARE, own_spm
from treadctl.safety import LEVEL_WITHIN
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

CAP_PERCENT: Final = 10
"""Never ask for more than this above the runner's own cadence, whoever asks."""
GENTLE_SESSIONS: Final = 2
"""In so many first decline sessions the target is gentler. Ours."""
QUICK_SPM: Final = 180
"""Who steps this fast on the level has little to gain and gets a smaller share. Ours."""

_Band = tuple[int, int, int]
"""Lowest accepted, aimed at, highest accepted: percent above the baseline."""

_LEVEL_BAND: Final[_Band] = (-3, 0, 3)
"""On the level a runner's own cadence wanders about this much. Ours."""
_GENTLE: Final[_Band] = (3, 5, 10)
"""A beginner anywhere in the usual band is not told off, and +3 % is on the way. Ours."""
_USUAL: Final[_Band] = (5, 7, 10)
_QUICK: Final[_Band] = (3, 4, 5)


@dataclass(frozen=True, slots=True)
class CadenceTarget:
    """Steps a minute (both feet): accepted from `low_spm` to `high_spm`, `aim_spm` for a metronome; `why` is for people."""

    low_spm: int
    aim_spm: int
    high_spm: int
    why: str


def target(
    runner: Profile, speed: Speed, true_grade: Grade, asked_percent: int | None = None, asked_spm: int | None = None
) -> CadenceTarget | None:
    """The cadence for this runner here, or None without a baseline (then words alone: "shorter, quicker steps").

    The baseline is the runner's own on the level at this speed, as a foot pod measured it, else as they say it is.

    None too at walking pace, on a climb and on a slow belt on the level, where a baseline says nothing. `asked_percent` (7
    is +7 % over the baseline) and `asked_spm` are a workout's wishes for a decline, held to 0 … +10 %, and to +5 % in the first
    two sessions and for who is quick already; steps a minute win.
    """
    own = own_spm(runner, speed)
    if own is None or own <= 0 or speed <= runner.walk or true_grade > LEVEL_WITHIN:
        return None
    if true_grade > -LEVEL_WITHIN:
        if speed * 100 < runner.easy * LEAST_SHARE:
            return None
        return _over(own, _LEVEL_BAND, "your own level cadence")
    if asked_spm is not None:
        return _asked(runner, own, asked_spm, f"{asked_spm} steps a minute")
    if asked_percent is not None:
        wish = own * (100 + asked_percent)
        spm = _nearest(wish, 100) if asked_percent != CAP_PERCENT else wish // 100
        return _asked(runner, own, spm, f"{asked_percent:+} %")
    if own >= QUICK_SPM:
        return _over(own, _QUICK, f"+4 % over your {own}, already quick")
    if runner.declines_done < GENTLE_SESSIONS:
        return _over(own, _GENTLE, f"+5 % over your {own}, gently at first")
    return _over(own, _USUAL, f"+7 % over your {own}")


def step_lengths_m(runner: Profile, speed: Speed | None, spm: int | None) -> tuple[float | None, float | None]:
    """Metres per step now, and of this runner on the level at the same speed; None where that is not known."""
    if not speed or speed <= runner.walk:
        return None, None
    own = own_spm(runner, speed)
    return None if spm is None else step_length_m(speed, spm), None if own is None else step_length_m(speed, own)


def step_length_m(speed: Speed, spm: int) -> float | None:
    """Metres per step (speed x 60 / steps a minute), for people; None while nobody steps."""
    return speed.mps * 60 / spm if spm > 0 else None


def _asked(runner: Profile, own: int, spm: int, what: str) -> CadenceTarget:
    """A workout's own wish with the usual width around it, held to what is known to help this runner; a limit is said aloud."""
    percent, because = _most(runner, own)
    most, highest = _nearest(own * (100 + percent), 100), own * (100 + CAP_PERCENT) // 100
    if percent == CAP_PERCENT:
        most = highest
    aim = max(own, min(spm, most))
    if spm > aim:
        why = f"asked {what}; +{percent} % over your {own} is the most{because}"
    elif spm < aim:
        why = f"asked {what}; never slower than your {own}"
    else:
        why = f"{what}, as the workout asks"
    below, _, above = (percent - _USUAL[1] for percent in _USUAL)
    return CadenceTarget(max(own, aim + _up(own * below, 100)), aim, min(highest, aim + own * above // 100), why)


def _most(runner: Profile, own: int) -> tuple[int, str]:
    """How many percent over their own a workout may ask of this runner, and why no more."""
    if own >= QUICK_SPM:
        return _QUICK[2], ", already quick"
    if runner.declines_done < GENTLE_SESSIONS:
        return _GENTLE[1], ", gently at first"
    return CAP_PERCENT, ""


def _over(own: int, band: _Band, why: str) -> CadenceTarget:
    low, aim, high = (own * (100 + percent) for percent in band)
    return CadenceTarget(_up(low, 100), _nearest(aim, 100), high // 100, why)


def _nearest(a: int, b: int) -> int:
    return (2 * a + b) // (2 * b)


def _up(a: int, b: int) -> int:
    return -(-a // b)
