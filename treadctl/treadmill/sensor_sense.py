"""Whether to believe a foot pod or a heart-rate strap. Pure: frames, times and the belt's speed in, words out.

What cannot be believed becomes None with a reason in a few words, never a guess: a cue on a wrong step rate is worse than no
cue. No steps is a reading, and an important one: nobody is on the belt. What an object has learned outlives a lost connection.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum
from typing import Final

from treadctl.engine.words import HeartRate, StepRate
from treadctl.ftms import heart_rate, running_speed_cadence
from treadctl.ftms.heart_rate import HeartRateMeasurement
from treadctl.ftms.running_speed_cadence import RscMeasurement
from treadctl.units import Speed

STALE_S: Final = 5.0
"""Without a frame for so long there is no value: sensors send about once a second, so this is five frames lost. Ours."""
SAME_S: Final = 60.0
"""A value that does not move for so long is frozen: a Polar H10 taken off repeated its last rate for 26 minutes
(treadmill-bluetooth-macos, task 033, which found 60 s to tell)."""
BUFFERED_S: Final = 10.0
"""After connecting, beat intervals are no sign of life for so long: a Polar H10 on a table first sent those it had kept
(same source). Ours, generous for a buffer of some ten intervals."""
SLOWEST_HEART_BPM: Final = 30
FASTEST_HEART_BPM: Final = 230
"""Outside these nobody runs: trained hearts rest at 30 to 40, and 220 is the usual bound at age 0. Ours."""
MOST_STEPS_PER_MIN: Final = 260
"""Sprinters reach about 270; nobody on a treadmill at a speed that is driven here comes near. Ours."""

JUMP_S: Final = 10.0
"""A steady rate that doubled or halved within so long did not: pods average over several seconds, legs follow the belt. Ours."""
JUMP_LASTS_S: Final = 20.0
"""What has lasted so long is no glitch: a runner may have come to walk, or a pod have changed its way of counting. Ours."""
STEADY_S: Final = 4.0
"""A rate within a tenth of itself for so long is steady enough to tell a jump from. Ours."""
SAME_BELT: Final = Speed(50)
"""A belt within 0.5 km/h has not changed: legs change by 1 or 2 steps a minute over that. Ours."""
SETTLED_S: Final = 5.0
"""After the belt has changed, legs and the pod's averaging take so long to follow. Ours."""
FROZEN_BELT: Final = Speed(100)
"""Over a change of 1.0 km/h a step rate moves by about 3 a minute: an unmoved one is frozen. Ours."""
DECIDE_S: Final = 8.0
"""So much evidence, without a break, decides how a pod counts the first time: past the start of any averaging. Ours."""

ONE_FOOT_BELOW: Final = ((Speed(650), 110), (Speed(500), 90), (Speed(400), 75), (Speed(300), 65), (Speed(200), 55))
"""From such a belt speed on, fewer than so many a minute are one foot's.

Between both feet's lowest rate and one foot's highest: running takes some 140 to 200 steps a minute, 70 to 100 of one foot;
walking at 3 km/h about 90, or 45. A Technogym MyRun says 51 at 2.6 km/h, which is one foot. Ours.
"""


_FULL: Final = 0xFF
"""The cadence is one octet: what is more, as a doubled running step rate, is cut off at its end."""
_STALE: Final = f"no data for {STALE_S:.0f} s"
_FROZEN: Final = f"frozen for {SAME_S:.0f} s"


class Strides(Enum):
    """How a pod counts: the value is the word of the setting."""

    AUTO = "auto"
    YES = "yes"
    """One foot's strides: doubled."""
    NO = "no"
    """Both feet's steps: taken as they come."""


class FootPod:
    """Judges the step rate of one runner's pod."""

    service: Final = running_speed_cadence.SERVICE
    characteristic: Final = running_speed_cadence.MEASUREMENT

    def __init__(self, strides: Strides = Strides.AUTO) -> None:
        self._feet = _Feet(strides)
        self._belt = _Belt()
        self._jump = _Jump()
        self._frozen = _Frozen()
        self._silence = _Silence()

    def connected(self, now: float) -> None:
        """A connection begins: from now on there should be frames."""
        self._silence.heard(now)
        self._feet.nothing_said()

    def received(self, octets: bytes, now: float, belt: Speed | None = None) -> StepRate:
        """Judge a notification; raises `ProtocolError` for one that cannot be read."""
        return self.judge(running_speed_cadence.decode(octets), now, belt)

    def judge(self, frame: RscMeasurement, now: float, belt: Speed | None = None) -> StepRate:
        """Judge a frame. `belt` is what telemetry shows; without it the pod's own speed has to do for what it can."""
        self._silence.heard(now)
        raw = frame.cadence_per_min
        speed = frame.speed if belt is None else belt
        settled = self._belt.settled(speed, now)
        frozen = self._frozen.seen(raw, belt, now)
        if raw == 0:
            self._jump.forget()
            self._feet.nothing_said()
            return StepRate(0)
        if frozen:
            return self.lost(_FROZEN)
        factor, why = self._feet.seen(raw, speed if settled else None, now)
        if factor is None:
            return self.lost(why)
        steps = raw * factor
        if not why and (steps > MOST_STEPS_PER_MIN or raw == _FULL):
            why = "too many to be steps"
        why = self._jump.seen(steps, belt, now, believed=not why) or why
        return self.lost(why) if why else StepRate(steps)

    def quiet(self, now: float) -> StepRate | None:
        """The word for silence, once, when it has lasted."""
        return self.lost(_STALE) if self._silence.noticed(now) else None

    def lost(self, why: str) -> StepRate:
        """The word for a reading that is gone."""
        return StepRate(None, why)


class Strap:
    """Judges the heart rate of one runner's strap."""

    service: Final = heart_rate.SERVICE
    characteristic: Final = heart_rate.MEASUREMENT

    def __init__(self) -> None:
        self._silence = _Silence()
        self._bpm: int | None = None
        self._alive_at = float("-inf")
        self._connected_at = float("-inf")

    def connected(self, now: float) -> None:
        """A connection begins: what a strap has kept since the last one may come first."""
        self._silence.heard(now)
        self._connected_at = now

    def received(self, octets: bytes, now: float, _belt: Speed | None = None) -> HeartRate:
        """Judge a notification; raises `ProtocolError` for one that cannot be read."""
        return self.judge(heart_rate.decode(octets), now)

    def judge(self, frame: HeartRateMeasurement, now: float) -> HeartRate:
        """Judge a frame."""
        self._silence.heard(now)
        if frame.bpm != self._bpm or (frame.rr_1024ths and now - self._connected_at >= BUFFERED_S):
            self._bpm, self._alive_at = frame.bpm, now
        if frame.contact is False:
            return self.lost("no skin contact")
        if not SLOWEST_HEART_BPM <= frame.bpm <= FASTEST_HEART_BPM:
            return self.lost(f"{frame.bpm} is no heart rate")
        if now - self._alive_at >= SAME_S:
            return self.lost(_FROZEN)
        return HeartRate(frame.bpm)

    def quiet(self, now: float) -> HeartRate | None:
        """The word for silence, once, when it has lasted."""
        return self.lost(_STALE) if self._silence.noticed(now) else None

    def lost(self, why: str) -> HeartRate:
        """The word for a reading that is gone."""
        return HeartRate(None, why)


class _Silence:
    def __init__(self) -> None:
        self._heard_at: float | None = None

    def heard(self, now: float) -> None:
        self._heard_at = now

    def noticed(self, now: float) -> bool:
        """True once, when nothing was heard for STALE_S."""
        if self._heard_at is None or now - self._heard_at < STALE_S:
            return False
        self._heard_at = None
        return True


class _Belt:
    """Whether the speed has been about the same for long enough that legs have followed it."""

    def __init__(self) -> None:
        self._speed: Speed | None = None
        self._since = 0.0

    def settled(self, speed: Speed, now: float) -> bool:
        if self._speed is None or abs(speed - self._speed) > SAME_BELT:
            self._speed, self._since = speed, now
        return now - self._since >= SETTLED_S


class _Frozen:
    """The same number again and again while the belt changes."""

    def __init__(self) -> None:
        self._raw: int | None = None
        self._since = 0.0
        self._speeds: tuple[Speed, Speed] | None = None

    def seen(self, raw: int, belt: Speed | None, now: float) -> bool:
        if raw != self._raw:
            self._raw, self._since, self._speeds = raw, now, None
        if belt is not None:
            slowest, fastest = self._speeds or (belt, belt)
            self._speeds = min(slowest, belt), max(fastest, belt)
        changed = self._speeds is not None and self._speeds[1] - self._speeds[0] >= FROZEN_BELT
        return changed and now - self._since >= SAME_S


class _Feet:
    """One foot or two. A decision once made holds until the contrary has been plain, by a tenth and for JUMP_LASTS_S."""

    def __init__(self, strides: Strides) -> None:
        self._learns = strides is Strides.AUTO
        self._one_foot = None if self._learns else strides is Strides.YES
        self._leaning: bool | None = None
        self._since = 0.0

    def seen(self, raw: int, speed: Speed | None, now: float) -> tuple[int | None, str]:
        """By what to multiply, if that is known, and why not to believe it; `speed` is None while the belt is changing."""
        why = ""
        if self._one_foot is None:
            self._lean(None if speed is None else _one_foot(raw, speed), now, DECIDE_S)
        else:
            why = self._contrary(raw, speed)
            if self._lean(not self._one_foot if why else None, now, JUMP_LASTS_S):
                why = ""
        if self._one_foot is None:
            return None, "one foot or two?"
        return 2 if self._one_foot else 1, why

    def nothing_said(self) -> None:
        """Evidence has to come without a break."""
        self._leaning = None

    def _contrary(self, raw: int, speed: Speed | None) -> str:
        """How this looks if the decision is right; nothing if it fits, or cannot be told."""
        if speed is None:
            return ""
        if self._one_foot:
            return "doubled" if _one_foot(raw * 10 // 11, speed) is False else ""
        return "halved" if _one_foot(raw * 10 // 9, speed) is True else ""

    def _lean(self, towards: bool | None, now: float, for_s: float) -> bool:
        """Gather evidence; true when it has made the decision."""
        if towards is None or towards != self._leaning:
            self._leaning, self._since = towards, now
        if towards is None or not self._learns or now - self._since < for_s:
            return False
        self._one_foot, self._leaning = towards, None
        return True


def _one_foot(raw: int, speed: Speed) -> bool | None:
    """Whether so many a minute are one foot's at that speed; None below all speeds at which it can be told."""
    return next((raw < below for from_speed, below in ONE_FOOT_BELOW if speed >= from_speed), None)


@dataclass(frozen=True, slots=True)
class _Steady:
    """A rate that could be relied on, and where and when."""

    steps: int
    belt: Speed | None
    at: float


class _Jump:
    """A steady rate that doubles or halves on an unchanged belt is the pod's doing until it returns, or has lasted."""

    def __init__(self) -> None:
        self._recent: deque[tuple[float, int]] = deque()
        self._steady: _Steady | None = None
        self._why = ""
        self._since = 0.0

    def seen(self, steps: int, belt: Speed | None, now: float, believed: bool) -> str:
        """Why not to believe it; empty if it is no jump. What is not believed anyway is nothing to tell a later jump from."""
        steady = self._steady
        if steady and (abs((steady.belt or 0) - (belt or 0)) > SAME_BELT or (self._why and now - self._since >= JUMP_LASTS_S)):
            self.forget()
            steady = None
        if self._why and steady and _near(steps, steady.steps):
            self._why = ""
        if not self._why and steady and now - steady.at <= JUMP_S:
            self._why = _kind(steps, steady.steps)
            self._since = now
        if believed and not self._why:
            self._remember(steps, belt, now)
        return self._why

    def forget(self) -> None:
        """Begin again: nobody is on the belt, or it goes at another speed."""
        self._recent.clear()
        self._steady, self._why = None, ""

    def _remember(self, steps: int, belt: Speed | None, now: float) -> None:
        self._recent.append((now, steps))
        while now - self._recent[0][0] > STEADY_S:
            self._recent.popleft()
        rates = [rate for _, rate in self._recent]
        if now - self._recent[0][0] >= STEADY_S - 1 and _near(min(rates), max(rates)):
            self._steady = _Steady(steps, belt, now)


def _near(rate: int, other: int) -> bool:
    return abs(rate - other) * 10 <= other


def _kind(steps: int, steady: int) -> str:
    """A factor of two, by a tenth either way."""
    if _near(steps, steady * 2):
        return "doubled"
    return "halved" if _near(steps * 2, steady) else ""
