"""How fast a Treadmill Data notification becomes words, beside pyftms and beside a bare struct.unpack of the same octets.

The times are printed and never asserted: they belong to the machine they were measured on. What is asserted is that all agree.
"""

from __future__ import annotations

import importlib
import struct
import sys
import timeit
from collections.abc import Callable
from typing import Any

import pytest

from treadctl.ftms.treadmill_data import TreadmillData, decode
from treadctl.units import Grade, Speed

# 25 octets, as long as what a Life Fitness sends: speed, average speed, distance, inclination and ramp angle, elevation gain,
# energy, heart rate, elapsed time. All are available and the gain is in whole metres, for pyftms fails on or rounds the others.
FRAME = bytes.fromhex("9e05 8403 5203 d20400 d8ff e9ff 0000 3200 7800 5802 0a 8c 0807")
BARE = struct.Struct("<HHHHBhhHHHHBBH")
WORDS = TreadmillData(
    speed=Speed(900),
    average_speed=Speed(850),
    distance_m=1234,
    grade=Grade(-40),
    ramp_angle_tenths_deg=-23,
    gain_up_tenths_m=0,
    gain_down_tenths_m=50,
    energy_kcal=120,
    energy_per_hour_kcal=600,
    energy_per_minute_kcal=10,
    heart_rate_bpm=140,
    elapsed_s=1800,
)

pytestmark = pytest.mark.benchmark


def microseconds(*calls: Callable[[], object]) -> list[float]:
    """The best of many short rounds each, taken in turn: those least disturbed by whatever else runs here."""
    rounds = [[timeit.timeit(call, number=200) for call in calls] for _ in range(40)]
    return [min(times) / 200 * 1e6 for times in zip(*rounds, strict=True)]


def report(capsys: pytest.CaptureFixture[str], text: str) -> None:
    with capsys.disabled():
        sys.stdout.write(f"\n  {text} ({len(FRAME)} octets, Python {sys.version.split()[0]})\n")


def test_decode_against_a_bare_unpack(capsys: pytest.CaptureFixture[str]) -> None:
    assert decode(FRAME) == WORDS
    assert BARE.unpack(FRAME)[1] == WORDS.speed
    ours, bare = microseconds(lambda: decode(FRAME), lambda: BARE.unpack(FRAME))
    report(capsys, f"decode {ours:.2f} µs, bare struct.unpack {bare:.2f} µs: {ours / bare:.1f} times as long")


@pytest.mark.skipif(sys.version_info < (3, 12), reason="pyftms needs Python 3.12")
def test_decode_against_pyftms(capsys: pytest.CaptureFixture[str]) -> None:
    models: Any = importlib.import_module("pyftms.models")  # by name: where mypy runs, it need not be installed
    serializer = importlib.import_module("pyftms.serializer").get_serializer(models.TreadmillData)
    theirs = serializer.deserialize(FRAME)
    ours = decode(FRAME)
    assert ours == WORDS
    assert ours.speed == round(theirs.speed_instant * 100)
    assert ours.average_speed == round(theirs.speed_average * 100)
    assert ours.distance_m == theirs.distance_total
    assert ours.grade == round(theirs.inclination.inclination * 10)
    assert ours.ramp_angle_tenths_deg == round(theirs.inclination.ramp_angle * 10)
    assert ours.gain_down_tenths_m == round(theirs.elevation_gain.elevation_gain_negative * 10)
    assert ours.energy_kcal == theirs.energy.energy_total
    assert ours.energy_per_minute_kcal == theirs.energy.energy_per_minute
    assert ours.heart_rate_bpm == theirs.heart_rate
    assert ours.elapsed_s == theirs.time_elapsed
    ours_us, theirs_us = microseconds(lambda: decode(FRAME), lambda: serializer.deserialize(FRAME))
    report(capsys, f"decode {ours_us:.2f} µs, pyftms {theirs_us:.2f} µs: {theirs_us / ours_us:.1f} times as fast")
