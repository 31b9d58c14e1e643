"""The mock's Treadmill Data: one record a second of what belt and deck do, and all the ways in which that can be wrong."""

from __future__ import annotations

from math import atan, degrees
from random import Random
from struct import Struct
from typing import Final

from treadctl.mock.faults import Active, FaultKind
from treadctl.mock.machine import Machine

PERIOD_S: Final = 1.0
"""One record a second, as the standard has it typically (FTMS v1.0 §4.4.1)."""
_PART_GAP_S: Final = 0.004
"""A FitShow module sends the second part of a record 1 to 8 ms after the first (FTMS v1.0 §4.19)."""
_GLITCHES: Final = 1 / 30
"""Chance that a frame begins a glitch where no time is given: a few in every minute of a scenario. Ours."""
_GLITCH_PERCENT: Final = -15.0
"""What a grade glitch shows: past anything a deck under this program may do. Ours."""

# Flags, speed, distance (16 + 8 bits), inclination, ramp angle, elapsed time: FTMS v1.0 table 4.5. Packed here and not by the
# codec, once because it is three times as fast, and once so that the two check each other (tests/test_mock_treadmill.py).
_WHOLE: Final = (0x040C, Struct("<HHHBhhH"))
_SPEED_PART: Final = (0x0400, Struct("<HHH"))
_MORE_PART: Final = (0x000D, Struct("<HHBhh"))

Frame = tuple[float, bytes]


class Frames:
    """Makes the frames of one record. Whatever is wrong with them, belt and deck are not touched by it."""

    def __init__(self, machine: Machine, faults: Active, rng: Random) -> None:
        self._machine = machine
        self._faults = faults
        self._rng = rng
        self._last: list[bytes] = []
        self._zeros_left = 0

    def at(self, t: float) -> list[Frame]:
        """The frames of the record that is due at `t`: usually one."""
        if not self._faults:
            self._last = [self._whole(t, self._speed(t), self._tenths(t))]
            return [(t, self._last[0])]
        if self._faults.find(FaultKind.SILENT_TELEMETRY):
            return []
        if not (self._last and self._faults.find(FaultKind.STALE_TELEMETRY)):
            self._last = self._wrong(t)
        return [(t + part * _PART_GAP_S, payload) for part, payload in enumerate(self._last)]

    def _wrong(self, t: float) -> list[bytes]:
        speed, tenths = self._wrong_speed(t), self._wrong_tenths(t)
        split = self._faults.find(FaultKind.SPLIT_FRAMES)
        parts = self._parts(t, speed, tenths) if split else [self._whole(t, speed, tenths)]
        return [self._cut(part) for part in parts]

    def _wrong_speed(self, t: float) -> int:
        speed = self._speed(t)
        if self._faults.find(FaultKind.SETPOINT_AS_SPEED):
            speed = int(self._machine.target_speed)
        glitch = self._faults.find(FaultKind.ZERO_GLITCH)
        if not glitch or not speed:
            self._zeros_left = 0
            return speed
        if glitch.at_s is not None or glitch.for_s is not None:
            return 0
        if not self._zeros_left and self._rng.random() < _GLITCHES:
            self._zeros_left = self._rng.randint(1, 3)
        self._zeros_left, zero = max(0, self._zeros_left - 1), self._zeros_left > 0
        return 0 if zero else speed

    def _wrong_tenths(self, t: float) -> int:
        glitch = self._faults.find(FaultKind.GRADE_GLITCH)
        if not glitch:
            return self._tenths(t)
        anywhere = glitch.at_s is None and glitch.for_s is None
        if anywhere and self._rng.random() >= _GLITCHES:
            return self._tenths(t)
        return round((_GLITCH_PERCENT if glitch.value is None else glitch.value) * 10)

    def _cut(self, payload: bytes) -> bytes:
        cut = self._faults.find(FaultKind.TRUNCATED_FRAMES)
        if not cut:
            return payload
        return payload[: self._rng.randrange(2, len(payload)) if cut.value is None else int(cut.value)]

    def _speed(self, t: float) -> int:
        return round(self._machine.speed(t) * 100)

    def _tenths(self, t: float) -> int:
        return round(self._machine.grade(t) * 10)

    def _whole(self, t: float, speed: int, tenths: int) -> bytes:
        flags, wire = _WHOLE
        metres = self._metres(t)
        return wire.pack(flags, speed, metres & 0xFFFF, metres >> 16, tenths, _ramp_angle(tenths), self._elapsed(t))

    def _parts(self, t: float, speed: int, tenths: int) -> list[bytes]:
        """The last part of the record before the first one, as that FitShow module sends them."""
        metres = self._metres(t)
        flags, wire = _SPEED_PART
        last = wire.pack(flags, speed, self._elapsed(t))
        flags, wire = _MORE_PART
        return [last, wire.pack(flags, metres & 0xFFFF, metres >> 16, tenths, _ramp_angle(tenths))]

    def _metres(self, t: float) -> int:
        return int(self._machine.metres(t)) & 0xFFFFFF

    def _elapsed(self, t: float) -> int:
        return int(self._machine.running_s(t) + 1e-6) & 0xFFFF


def _ramp_angle(tenths: int) -> int:
    return round(degrees(atan(tenths / 1000)) * 10)
