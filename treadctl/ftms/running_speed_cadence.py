"""Running Speed and Cadence: RSC Measurement (0x2A53) and RSC Feature (0x2A54), what a foot pod says about once a second.

Layout after GSS 2024 §3.198. The cadence is kept as it came: some pods count both feet, some one (QZ has a switch that doubles
it), and a frame does not say which. `treadctl.treadmill.sensor_sense` judges that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from struct import Struct
from typing import Final

from treadctl.ftms.errors import at_least
from treadctl.units import Speed

SERVICE: Final = 0x1814
MEASUREMENT: Final = 0x2A53
FEATURE: Final = 0x2A54

_ALWAYS: Final = Struct("<BHB")
_STRIDE_LENGTH: Final = 0x01
_TOTAL_DISTANCE: Final = 0x02
_RUNNING: Final = 0x04
_RESERVED: Final = 0xF8


class Senses(IntFlag):
    """RSC Feature: what a pod can tell; bits that the standard reserves are kept."""

    STRIDE_LENGTH = 1 << 0
    TOTAL_DISTANCE = 1 << 1
    WALKING_OR_RUNNING = 1 << 2
    CALIBRATION = 1 << 3
    SEVERAL_LOCATIONS = 1 << 4


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """One notification. A field that did not come is None."""

    speed_256ths_mps: int
    """Instantaneous Speed, 1/256 m/s, by the pod's own reckoning."""
    cadence_per_min: int
    """Instantaneous Cadence as sent: steps a minute, or one foot's."""
    stride_length_cm: int | None = None
    total_distance_dm: int | None = None
    running: bool = False
    """As sent; Technogym Run leaves it at walking at 12 km/h (TrackMyIndoorWorkout issue 461)."""
    truncated: bool = False
    """The flags promise a field that did not come."""
    reserved: int = 0
    """Bits 3 to 7 of the flags, in place."""
    surplus: bytes = b""

    @property
    def speed(self) -> Speed:
        """The pod's speed in 0.01 km/h, to the nearest: 1/256 m/s is 45/32 of it."""
        return Speed(min(0xFFFF, (self.speed_256ths_mps * 45 + 16) // 32))


def decode(payload: bytes) -> RscMeasurement:
    """Read 0x2A53; raises `ProtocolError` where speed or cadence is missing."""
    at_least(_ALWAYS.size, payload, "RSC Measurement")
    flags, speed, cadence = _ALWAYS.unpack_from(payload)
    rest = bytes(payload[_ALWAYS.size :])
    stride, rest, cut_stride = _take(2, rest, flags & _STRIDE_LENGTH)
    distance, rest, cut_distance = (None, rest, False) if cut_stride else _take(4, rest, flags & _TOTAL_DISTANCE)
    return RscMeasurement(
        speed, cadence, stride, distance, bool(flags & _RUNNING), cut_stride or cut_distance, flags & _RESERVED, rest
    )


def encode(measurement: RscMeasurement) -> bytes:
    """The notification that says `measurement`. A record cut short is made by cutting its octets."""
    if measurement.truncated:
        raise ValueError("encode the whole record, then cut its octets")
    flags = measurement.reserved & _RESERVED | (_RUNNING if measurement.running else 0)
    octets = b""
    if measurement.stride_length_cm is not None:
        flags |= _STRIDE_LENGTH
        octets += measurement.stride_length_cm.to_bytes(2, "little")
    if measurement.total_distance_dm is not None:
        flags |= _TOTAL_DISTANCE
        octets += measurement.total_distance_dm.to_bytes(4, "little")
    return _ALWAYS.pack(flags, measurement.speed_256ths_mps, measurement.cadence_per_min) + octets + measurement.surplus


def decode_feature(payload: bytes) -> Senses:
    """Read 0x2A54."""
    at_least(2, payload, "RSC Feature")
    return Senses(int.from_bytes(payload[:2], "little"))


def encode_feature(senses: Senses) -> bytes:
    """The 2 octets a pod lets read."""
    return senses.to_bytes(2, "little")


def _take(octets: int, rest: bytes, promised: int) -> tuple[int | None, bytes, bool]:
    """The number at the front of `rest`, what follows it, and whether it was promised and did not come."""
    if not promised:
        return None, rest, False
    if len(rest) < octets:
        return None, rest, True
    return int.from_bytes(rest[:octets], "little"), rest[octets:], False
