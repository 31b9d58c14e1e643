"""Every frame of fixtures/frames.json (real machines and other projects' tests, each with its source), whole and broken."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.words import Outcome
from treadctl.ftms import advertising, control_point, feature, machine_status, ranges, training_status, treadmill_data
from treadctl.ftms.errors import ProtocolError

FIXTURES = Path(__file__).parent.parent / "fixtures" / "frames.json"

DECODERS: dict[str, Callable[[bytes], object]] = {
    "treadmill_data": treadmill_data.decode,
    "feature": feature.decode,
    "speed_range": ranges.decode_speed_range,
    "inclination_range": ranges.decode_inclination_range,
    "training_status": training_status.decode,
    "machine_status": machine_status.decode,
    "control_point_write": control_point.decode_request,
    "control_point_indication": control_point.decode_response,
    "service_data": advertising.decode,
}


@dataclass(frozen=True)
class Frame:
    char: str
    octets: bytes
    expect: dict[str, Any]


FRAMES = [
    Frame(row["char"], bytes.fromhex(row["hex"]), row["expect"])
    for row in json.loads(FIXTURES.read_text(encoding="utf-8"), parse_float=Decimal)
]

# What a key of the fixtures means in our words: the field, and how many of our units make one of theirs.
SCALED = {
    "speed_kmh": ("speed", 100),
    "avg_speed_kmh": ("average_speed", 100),
    "distance_m": ("distance_m", 1),
    "inclination_pct": ("grade", 10),
    "ramp_angle_deg": ("ramp_angle_tenths_deg", 10),
    "elev_gain_pos_m": ("gain_up_tenths_m", 10),
    "elev_gain_neg_m": ("gain_down_tenths_m", 10),
    "energy_total_kcal": ("energy_kcal", 1),
    "energy_per_hour_kcal": ("energy_per_hour_kcal", 1),
    "energy_per_min_kcal": ("energy_per_minute_kcal", 1),
    "heart_rate_bpm": ("heart_rate_bpm", 1),
    "met": ("met_tenths", 10),
    "elapsed_s": ("elapsed_s", 1),
    "remaining_s": ("remaining_s", 1),
    "force_n": ("force_n", 1),
    "power_w": ("power_w", 1),
}
TRAINING = {"idle": 0x01, "manual_mode_quick_start": 0x0D, "pre_workout": 0x0E, "post_workout": 0x0F}


def bits(word: int) -> list[int]:
    return [bit for bit in range(32) if word >> bit & 1]


def told_of_treadmill_data(key: str, octets: bytes) -> object:
    data = treadmill_data.decode(octets)
    match key:
        case "more_data" | "truncated":
            return getattr(data, key)
        case "pace_inst_raw":
            return data.pace and data.pace.raw
        case "pace_avg_raw":
            return data.average_pace and data.average_pace.raw
        case "flags":
            return f"0x{int.from_bytes(treadmill_data.encode(data)[:2], 'little'):04x}"
        case "source_rejects":  # another project refuses these; we read what is there, and say that something is wrong
            return data.truncated or data.surplus != b""
    name, scale = SCALED[key]
    value = getattr(data, name)
    return None if value is None else Decimal(int(value)) / scale


def told_of_feature(key: str, octets: bytes) -> object:
    words = feature.decode(octets)
    return {"features_bits": bits(words.tells), "target_bits": bits(words.targets)}[key]


def told_of_speed_range(key: str, octets: bytes) -> object:
    belt = ranges.decode_speed_range(octets)
    return Decimal({"min_kmh": int(belt.slowest), "max_kmh": int(belt.fastest), "step_kmh": belt.step}[key]) / 100


def told_of_inclination_range(key: str, octets: bytes) -> object:
    deck = ranges.decode_inclination_range(octets)
    return Decimal({"min_pct": int(deck.lowest), "max_pct": int(deck.highest), "step_pct": deck.step}[key]) / 10


def told_of_training_status(key: str, octets: bytes) -> object:
    status = training_status.decode(octets)
    names = {number: name for name, number in TRAINING.items()}
    return {"status": names[status.training], "string": status.text}[key]


def told_of_op(key: str, op: object, value: object, octets: bytes) -> object:
    match key, value:
        case (("op" | "event"), _):
            return getattr(op, "name", "?").lower()
        case "speed_kmh", int():
            return Decimal(int(value)) / 100
        case "inclination_pct", int():
            return Decimal(int(value)) / 10
        case "control", _:
            return getattr(value, "name", "?").lower()
        case "nonstandard_length", _:
            return len(octets)
    raise KeyError(key)


def told_of_request(key: str, octets: bytes) -> object:
    request = control_point.decode_request(octets)
    return told_of_op(key, request.op, request.value, octets)


def told_of_machine_status(key: str, octets: bytes) -> object:
    event = machine_status.decode(octets)
    return told_of_op(key, event.op, event.value, octets)


def told_of_response(key: str, octets: bytes) -> object:
    if key == "error":
        with pytest.raises(ProtocolError):
            control_point.decode_response(octets)
        return "malformed"
    response = control_point.decode_response(octets)
    if key == "request_op":
        return getattr(response.op, "name", "?").lower()
    known = getattr(response.result, "name", None)
    if known is None:
        assert response.outcome is Outcome.FAILED
    return known.lower() if known else f"rfu_0x{response.result:02x}"


TOLD: dict[str, Callable[[str, bytes], object]] = {
    "treadmill_data": told_of_treadmill_data,
    "feature": told_of_feature,
    "speed_range": told_of_speed_range,
    "inclination_range": told_of_inclination_range,
    "training_status": told_of_training_status,
    "machine_status": told_of_machine_status,
    "control_point_write": told_of_request,
    "control_point_indication": told_of_response,
}


@pytest.mark.parametrize("frame", FRAMES, ids=lambda frame: f"{frame.char}-{frame.octets.hex()}")
def test_a_frame_says_what_its_source_says(frame: Frame) -> None:
    assert frame.expect
    assert {key: TOLD[frame.char](key, frame.octets) for key in frame.expect} == frame.expect


def test_the_fixtures_cover_every_characteristic_we_read() -> None:
    assert {frame.char for frame in FRAMES} == set(DECODERS) - {"service_data"}
    assert len(FRAMES) == 75


def survives(decode: Callable[[bytes], object], octets: bytes) -> None:
    with suppress(ProtocolError):
        decode(octets)


@pytest.mark.parametrize("char", DECODERS)
@given(octets=st.binary(max_size=64))
def test_no_octets_raise_anything_but_a_protocol_error(char: str, octets: bytes) -> None:
    survives(DECODERS[char], octets)


@pytest.mark.parametrize("char", TOLD)
def test_no_cut_extended_or_damaged_frame_raises_anything_but_a_protocol_error(char: str) -> None:
    decode = DECODERS[char]
    for octets in {frame.octets for frame in FRAMES if frame.char == char}:
        for length in range(len(octets)):
            survives(decode, octets[:length])
        for surplus in (b"\x00", b"\xff\xff", bytes(300)):
            survives(decode, octets + surplus)
        for bit in range(8 * len(octets)):
            damaged = int.from_bytes(octets, "little") ^ 1 << bit
            survives(decode, damaged.to_bytes(len(octets), "little"))


def test_a_protocol_error_shows_the_octets() -> None:
    with pytest.raises(ProtocolError, match="80 00") as caught:
        control_point.decode_response(b"\x80\x00")
    assert caught.value.data == b"\x80\x00"
    with pytest.raises(ProtocolError, match="nothing"):
        treadmill_data.decode(b"")
