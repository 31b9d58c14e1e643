"""Heart Rate Measurement (0x2A37): what a strap says about once a second (Heart Rate Service v1.0 §3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.ftms.errors import at_least

SERVICE: Final = 0x180D
MEASUREMENT: Final = 0x2A37

_TWO_OCTETS: Final = 0x01
_CONTACT: Final = 0x02
_CONTACT_SUPPORTED: Final = 0x04
_ENERGY: Final = 0x08
_RR: Final = 0x10
_RESERVED: Final = 0xE0


@dataclass(frozen=True, slots=True)
class HeartRateMeasurement:
    """One notification. A field that did not come is None."""

    bpm: int
    contact: bool | None = None
    """Whether the strap feels skin; None from one that cannot tell, as the Polar H10."""
    energy_kj: int | None = None
    rr_1024ths: tuple[int, ...] = ()
    """Times between beats, 1/1024 s, oldest first."""
    truncated: bool = False
    """The flags promise what did not come."""
    reserved: int = 0
    """Bits 5 to 7 of the flags, in place."""
    surplus: bytes = b""


def decode(payload: bytes) -> HeartRateMeasurement:
    """Read 0x2A37; raises `ProtocolError` where the rate itself is missing."""
    at_least(2, payload, "Heart Rate Measurement")
    flags = payload[0]
    width = 2 if flags & _TWO_OCTETS else 1
    at_least(1 + width, payload, "Heart Rate Measurement with a rate of 2 octets")
    rest = bytes(payload[1 + width :])
    energy, truncated = None, False
    if flags & _ENERGY:
        truncated = len(rest) < 2
        if not truncated:
            energy, rest = int.from_bytes(rest[:2], "little"), rest[2:]
    rr: tuple[int, ...] = ()
    if flags & _RR and not truncated:
        truncated = len(rest) < 2
        whole = len(rest) // 2 * 2
        rr, rest = tuple(int.from_bytes(rest[i : i + 2], "little") for i in range(0, whole, 2)), rest[whole:]
    return HeartRateMeasurement(
        bpm=int.from_bytes(payload[1 : 1 + width], "little"),
        contact=bool(flags & _CONTACT) if flags & _CONTACT_SUPPORTED else None,
        energy_kj=energy,
        rr_1024ths=rr,
        truncated=truncated,
        reserved=flags & _RESERVED,
        surplus=rest,
    )


def encode(measurement: HeartRateMeasurement) -> bytes:
    """The notification that says `measurement`. A record cut short is made by cutting its octets."""
    if measurement.truncated:
        raise ValueError("encode the whole record, then cut its octets")
    wide = measurement.bpm > 0xFF
    flags = measurement.reserved & _RESERVED | (_TWO_OCTETS if wide else 0)
    if measurement.contact is not None:
        flags |= _CONTACT_SUPPORTED | (_CONTACT if measurement.contact else 0)
    octets = measurement.bpm.to_bytes(2 if wide else 1, "little")
    if measurement.energy_kj is not None:
        flags |= _ENERGY
        octets += measurement.energy_kj.to_bytes(2, "little")
    if measurement.rr_1024ths:
        flags |= _RR
        octets += b"".join(interval.to_bytes(2, "little") for interval in measurement.rr_1024ths)
    return bytes((flags,)) + octets + measurement.surplus
