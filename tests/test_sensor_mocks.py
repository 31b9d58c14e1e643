"""The mock runner's feet and heart: what they do by themselves, and each way in which they go wrong."""

from __future__ import annotations

import pytest

from treadctl.ftms import heart_rate, running_speed_cadence
from treadctl.mock.feet import MockFeet, MockHeart, MockSensor, SensorFault, SensorPreset, natural_bpm, natural_spm
from treadctl.mock.treadmill import AttError


def frames(sensor: MockSensor, seconds: int) -> list[bytes]:
    sensor.connect(0.0)
    sensor.subscribe(sensor.measurement)
    return [packet.payload for second in range(1, seconds + 1) for packet in sensor.advance(float(second))]


def cadences(sensor: MockFeet, seconds: int) -> list[int]:
    return [running_speed_cadence.decode(frame).cadence_per_min for frame in frames(sensor, seconds)]


def feet(*faults: str, kmh: float = 9.0, grade: float = 0.0, seed: int = 1, preset: SensorPreset | None = None) -> MockFeet:
    parsed = [SensorFault.parse(fault) for fault in faults]
    return MockFeet(lambda: (kmh, grade), seed=seed, faults=parsed, preset=preset or SensorPreset("pod"))


def heart(*faults: str, kmh: float = 9.0) -> MockHeart:
    return MockHeart(lambda: (kmh, 0.0), seed=1, faults=[SensorFault.parse(fault) for fault in faults])


@pytest.mark.parametrize(
    ("kmh", "grade", "spm"), [(0.0, 0.0, 0.0), (5.0, 0.0, 117.5), (9.0, 0.0, 163.0), (12.0, 0.0, 170.5), (9.0, -8.0, 159.0)]
)
def test_legs_step_by_the_documented_model(kmh: float, grade: float, spm: float) -> None:
    assert natural_spm(kmh, grade, 163) == spm


@pytest.mark.parametrize(("kmh", "grade", "bpm"), [(0.0, 0.0, 65.0), (9.0, 0.0, 146.0), (9.0, -8.0, 130.0), (9.0, 5.0, 166.0)])
def test_a_heart_settles_by_the_documented_model(kmh: float, grade: float, bpm: float) -> None:
    assert natural_bpm(kmh, grade) == bpm


def test_the_same_seed_gives_the_same_octets_and_another_does_not() -> None:
    assert frames(feet(), 60) == frames(feet(), 60)
    assert frames(feet(), 60) != frames(feet(seed=2), 60)
    assert frames(heart(), 60) == frames(heart(), 60)


def test_a_pod_comes_near_the_runners_rate_in_five_seconds_and_says_the_belts_speed() -> None:
    told = [running_speed_cadence.decode(frame) for frame in frames(feet(), 60)]
    assert all(abs(frame.cadence_per_min - 163) <= 8 for frame in told[5:])
    assert all(frame.speed == 900 and frame.running for frame in told[5:])


def test_a_pod_of_one_foot_says_half() -> None:
    assert all(79 <= cadence <= 84 for cadence in cadences(feet(preset=SensorPreset("one", one_foot=True)), 30)[8:])


def test_a_still_belt_has_nobody_stepping() -> None:
    assert set(cadences(feet(kmh=0.0), 30)) == {0}


def test_a_runner_who_heeds_a_cue_gets_there_a_step_a_minute_each_second() -> None:
    runner = feet(grade=-4.0)
    assert abs(sum(cadences(runner, 30)[10:]) / 20 - 161) < 1
    runner.heed(172)
    told = [running_speed_cadence.decode(packet.payload).cadence_per_min for packet in runner.advance(60.0)]
    assert told[4] < 170
    assert all(168 <= cadence <= 176 for cadence in told[16:])


def test_halved_doubled_frozen_and_nobody_begin_and_end_when_they_should() -> None:
    assert all(75 <= cadence <= 88 for cadence in cadences(feet("halved@20+10"), 60)[20:30])
    assert set(cadences(feet("doubled@20+10"), 60)[20:30]) == {255}  # two octets would hold it; the standard gives it one
    frozen = cadences(feet("frozen@20+10"), 60)
    assert len(set(frozen[20:30])) == 1 < len(set(frozen[30:40]))
    nobody = cadences(feet("nobody@20+15"), 60)
    assert set(nobody[26:35]) == {0}
    assert nobody[-1] > 150


def test_a_stale_sensor_says_nothing_and_keeps_its_link() -> None:
    sensor = feet("stale@20+10")
    assert len(frames(sensor, 60)) == 50
    assert sensor.link_up


def test_a_lost_sensor_is_out_of_reach_for_as_long_as_it_lasts() -> None:
    sensor = feet("lost@20+10")
    assert len(frames(sensor, 25)) == 20
    assert not sensor.link_up
    with pytest.raises(ConnectionError, match="out of reach"):
        sensor.connect(26.0)
    sensor.connect(35.0)
    with pytest.raises(ConnectionError, match="another app"):
        sensor.connect(36.0)


def test_a_strap_off_the_body_repeats_its_rate_without_beats_or_says_no_contact() -> None:
    told = [heart_rate.decode(frame) for frame in frames(heart("frozen@20"), 60)]
    assert all(frame.rr_1024ths and frame.contact for frame in told[2:20])
    assert {(frame.bpm, frame.rr_1024ths, frame.contact) for frame in told[20:]} == {(told[19].bpm, (), None)}
    assert all(heart_rate.decode(frame).contact is False for frame in frames(heart("no-contact"), 5))


def test_beat_intervals_add_up_to_the_time_that_passed() -> None:
    told = [heart_rate.decode(frame) for frame in frames(heart(), 300)]
    assert abs(sum(sum(frame.rr_1024ths) for frame in told) / 1024 - 300) < 2


def test_a_mock_sensor_lets_read_what_it_offers_and_takes_no_commands() -> None:
    sensor = feet()
    with pytest.raises(ConnectionError):
        sensor.read(0x2A19)
    sensor.connect(0.0)
    assert sensor.characteristics == {0x2A53, 0x2A54, 0x2A19, 0x2A24, 0x2A29}
    assert (sensor.read(0x2A19), sensor.read(0x2A54), sensor.read(0x2A24)) == (b"\x50", b"\x04\x00", b"pod")
    for refused in (lambda: sensor.read(0x2A53), lambda: sensor.subscribe(0x2A19), lambda: sensor.write(0x2A53, b"\x00", 0.0)):
        with pytest.raises(AttError):
            refused()


def test_time_never_goes_back() -> None:
    sensor = feet()
    frames(sensor, 5)
    with pytest.raises(ValueError, match="back"):
        sensor.advance(4.0)


def test_a_fault_is_read_from_its_words() -> None:
    assert SensorFault.parse("no-contact@60+15.5").for_s == 15.5
    for text in ("", "halved@", "sleepy@3", "halved=3"):
        with pytest.raises(ValueError, match="no sensor fault"):
            SensorFault.parse(text)
