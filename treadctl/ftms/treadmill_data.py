"""Treadmill Data (0x2ACD): what belt and deck are doing, about once a second (FTMS v1.0 §4.4.1, table 4.5).

A record may be cut short, split over notifications in any order, or carry octets that nobody promised; real machines do all
three. What can be read is read. A field that did not come is None, never zero: a missing speed is no sign of a still belt.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from struct import Struct, calcsize
from typing import Final, NamedTuple

from treadctl.ftms.errors import ProtocolError
from treadctl.units import Grade, Speed

_MORE_DATA: Final = 0x0001
_RESERVED: Final = 0xE000
_PACE_BITS: Final = (5, 6)

_NO_S16: Final = 0x7FFF
_NO_U16: Final = 0xFFFF
_NO_U8: Final = 0xFF
_NO_GAIN: Final = (_NO_U16, _NO_S16)
"""The standard has no "not available" for elevation gain, but Matrix sends 0xFFFF and Life Fitness 0x7FFF."""


class Pace(NamedTuple):
    """A pace as it came: seconds per 500 m in 2 octets (GSS 2024), or 0.1 km/min in 1 octet (the XML of 2017)."""

    raw: int
    octets: int


class TreadmillData(NamedTuple):
    """One notification, or several merged. None is not told, or told to be not available. A tuple, for speed of making.

    The fields down to `power_w` stand in wire order, each under the flag bit that `_FIELDS` gives it.
    """

    speed: Speed | None = None
    average_speed: Speed | None = None
    distance_m: int | None = None
    grade: Grade | None = None
    """Inclination as the machine counts it; negative feels downhill."""
    ramp_angle_tenths_deg: int | None = None
    gain_up_tenths_m: int | None = None
    """Positive Elevation Gain, 0.1 m."""
    gain_down_tenths_m: int | None = None
    """Negative Elevation Gain, 0.1 m, counted upward from zero."""
    pace: Pace | None = None
    average_pace: Pace | None = None
    energy_kcal: int | None = None
    energy_per_hour_kcal: int | None = None
    energy_per_minute_kcal: int | None = None
    heart_rate_bpm: int | None = None
    """As sent: machines without a sensor send 0."""
    met_tenths: int | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None
    force_n: int | None = None
    power_w: int | None = None

    more_data: bool = False
    """Bit 0: a part of a split record, which carries no speed."""
    truncated: bool = False
    """The flags promise a field that could not be read."""
    reserved: int = 0
    """Bits 13 to 15 of the flags, in place."""
    surplus: bytes = b""
    """Octets that no field above claims."""


class _Field(NamedTuple):
    """Flag bit, wire format, and what is sent when only a neighbour under the same bit is known."""

    bit: int
    code: str
    absent: int = 0


_FIELDS: Final = (
    _Field(0, "H"),  # bit 0 counts inverted: clear means that speed is present
    _Field(1, "H"),
    _Field(2, "HB"),  # 24 bits: struct has no such number
    _Field(3, "h", _NO_S16),
    _Field(3, "h", _NO_S16),
    _Field(4, "H", _NO_U16),
    _Field(4, "H", _NO_U16),
    _Field(5, ""),  # one octet or two: see _pace_octets
    _Field(6, ""),
    _Field(7, "H", _NO_U16),
    _Field(7, "H", _NO_U16),
    _Field(7, "B", _NO_U8),
    _Field(8, "B"),
    _Field(9, "B"),
    _Field(10, "H"),
    _Field(11, "H"),
    _Field(12, "h", _NO_S16),
    _Field(12, "h", _NO_S16),
)

_PACE_CODES: Final = {0: "", 1: "B", 2: "H"}

_Numbers = tuple[int | None, ...]
_NOT_TOLD: Final = (None,)
_NOT_TOLD_PLACE: Final = -1
"""Fields that a record lacks are picked from behind its numbers, where decode puts one None."""


def decode(payload: bytes) -> TreadmillData:
    """Read a notification of any length; raises `ProtocolError` only where not even the flags are there."""
    length = len(payload)
    if length < 2:
        raise ProtocolError(bytes(payload), "Treadmill Data takes 2 octets or more")
    unpack, pick, end, pace_octets, more_data, truncated, reserved = _layout(payload[0] | payload[1] << 8, length)
    # Plain names in a row, no loop, no keywords, no second count of the fields: that is what makes this fast (see
    # tests/benchmarks), and a session decodes thousands.
    # fmt: off
    (
        speed, average_speed, distance_low, distance_high, grade, ramp_angle, gain_up, gain_down, pace, average_pace,
        energy, energy_per_hour, energy_per_minute, heart_rate, met, elapsed, remaining, force, power,
    ) = pick(unpack(payload, 2) + _NOT_TOLD)
    # fmt: on
    return tuple.__new__(
        TreadmillData,
        (
            None if speed is None else _unchecked(Speed, speed),
            None if average_speed is None else _unchecked(Speed, average_speed),
            None if distance_low is None or distance_high is None else distance_low | distance_high << 16,
            None if grade is None or grade == _NO_S16 else _unchecked(Grade, grade),
            None if ramp_angle == _NO_S16 else ramp_angle,
            None if gain_up in _NO_GAIN else gain_up,
            None if gain_down in _NO_GAIN else gain_down,
            None if pace is None else Pace(pace, pace_octets),
            None if average_pace is None else Pace(average_pace, pace_octets),
            None if energy == _NO_U16 else energy,
            None if energy_per_hour == _NO_U16 else energy_per_hour,
            None if energy_per_minute == _NO_U8 else energy_per_minute,
            heart_rate,
            met,
            elapsed,
            remaining,
            None if force == _NO_S16 else force,
            None if power == _NO_S16 else power,
            more_data,
            truncated,
            reserved,
            b"" if end == length else bytes(payload[end:]),
        ),
    )


def encode(data: TreadmillData) -> bytes:
    """The notification that says `data`; of two fields under one bit, the unknown one is sent as "not available".

    Raises `ValueError` for what no record says: speed in a part with more data, none in a last part, two widths of pace. A
    record cut short is made by cutting its octets.
    """
    if data.more_data != (data.speed is None):
        raise ValueError("the last part of a record carries speed, and a part with more data does not")
    if data.truncated:
        raise ValueError("encode the whole record, then cut its octets")
    values: tuple[int | Pace | None, ...] = data[:18]
    if {value.octets for value in values if isinstance(value, Pace)} not in (set(), {1}, {2}):
        raise ValueError("both paces of a record have one width, of 1 octet or 2")
    told = {field.bit for field, value in zip(_FIELDS, values, strict=True) if value is not None}
    flags = sum(1 << bit for bit in told) ^ _MORE_DATA | data.reserved & _RESERVED
    octets = [_octets(field, value) for field, value in zip(_FIELDS, values, strict=True) if field.bit in told]
    return flags.to_bytes(2, "little") + b"".join(octets) + data.surplus


def grade_from_ramp(tenths_deg: int) -> Grade | None:
    """The grade of a ramp angle (100 × tan), rounded away from level so that no decline is understated; None beyond ±45°.

    Only for a machine that never tells its inclination, and only once its signs are known: ramp angles of the opposite sign
    than the inclination have been met.
    """
    if abs(tenths_deg) > 450:
        return None
    steepness = math.ceil(1000 * math.tan(math.radians(abs(tenths_deg) / 10)))
    return Grade(steepness if tenths_deg > 0 else -steepness)


# Speed and Grade check their range; a 16-bit field cannot leave it, and the checks would cost a third of `decode`.
_unchecked: Final = int.__new__


class _Layout(NamedTuple):
    """How to read a record of some flags and some length: everything that does not depend on its values."""

    unpack: Callable[[bytes, int], _Numbers]
    pick: Callable[[_Numbers], _Numbers]
    end: int
    pace_octets: int
    more_data: bool
    truncated: bool
    reserved: int


@lru_cache(maxsize=256)  # a machine needs one or two; a broken one must not fill the memory
def _layout(flags: int, length: int) -> _Layout:
    pace_octets = _pace_octets(flags, length)
    codes, truncated = "<", False
    places: list[int] = []
    for field in _FIELDS:
        code = field.code or _PACE_CODES[pace_octets]
        if _promised(field, flags) and not truncated:
            truncated = not code or 2 + calcsize(codes + code) > length
            if not truncated:
                places += range(len(codes) - 1, len(codes + code) - 1)
                codes += code
                continue
        places += [_NOT_TOLD_PLACE] * (len(field.code) or 1)
    return _Layout(
        unpack=Struct(codes).unpack_from,
        pick=itemgetter(*places),
        end=2 + calcsize(codes),
        pace_octets=pace_octets,
        more_data=flags & _MORE_DATA != 0,
        truncated=truncated,
        reserved=flags & _RESERVED,
    )


def _pace_octets(flags: int, length: int) -> int:
    """The width that makes the record exactly as long as it is; 0 where none does: then nothing from there on is read."""
    paces = sum(flags >> bit & 1 for bit in _PACE_BITS)
    others = 2 + sum(calcsize("<" + field.code) for field in _FIELDS if _promised(field, flags))
    return next((octets for octets in (1, 2) if paces and others + paces * octets == length), 0)


def _promised(field: _Field, flags: int) -> bool:
    return (flags ^ _MORE_DATA) >> field.bit & 1 == 1


def _octets(field: _Field, value: int | Pace | None) -> bytes:
    if isinstance(value, Pace):
        return value.raw.to_bytes(value.octets, "little")
    number = field.absent if value is None else value
    return number.to_bytes(calcsize("<" + field.code), "little", signed=field.code == "h")
