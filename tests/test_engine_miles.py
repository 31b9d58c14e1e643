"""Miles for both, targets and telemetry: what is told agrees with what was asked, so distance and a person's eyes must tell."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import Bench

from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.miles import Miles
from treadctl.engine.phases import Phase
from treadctl.engine.words import Connected, Telemetry
from treadctl.ftms import treadmill_data
from treadctl.ftms.treadmill_data import TreadmillData
from treadctl.safety import SpeedUnit, Stop
from treadctl.treadmill.link import Link
from treadctl.treadmill.machine import machine, manner
from treadctl.treadmill.own import OwnTreadmill
from treadctl.treadmill.profile import UNKNOWN, Manner
from treadctl.units import Speed


def walked(share: float, seconds: int = 120, step_m: int = 1, kmh: int = 500) -> list[bool]:
    """A belt that tells 5 km/h and covers so many times that; its metres come in steps."""
    miles = Miles()
    found = []
    for n in range(seconds):
        metres = int(n * kmh / 360 * share) // step_m * step_m
        found.append(miles.see(Telemetry(Speed(kmh), distance_m=metres), float(n)))
    return found


@pytest.mark.parametrize(("step_m", "metres"), [(1, 105), (10, 120)])
def test_a_belt_that_covers_a_mile_for_each_kilometre_is_found_within_a_hundred_metres_or_little_more(
    step_m: int, metres: int
) -> None:
    """Two stretches of fifty, each to the next change of the counter."""
    found = walked(1.609, step_m=step_m)
    assert 100 <= found.index(True) * 5 / 3.6 <= metres


@pytest.mark.parametrize("share", [0.0, 0.621, 0.9, 1.0, 1.09, 1.3, 2.0, 3.28, 10.0])
def test_no_other_distance_is_taken_for_miles(share: float) -> None:
    for step_m in (1, 10):
        assert not any(walked(share, 400, step_m))


@pytest.mark.parametrize("share", [0.97, 1.0, 1.03])
@pytest.mark.parametrize(("step_m", "every_s"), [(1, 30), (1, 60), (10, 1), (16, 1), (50, 1), (100, 1), (161, 1), (161, 7)])
def test_an_honest_treadmill_may_count_by_tenths_of_a_mile_and_tell_it_twice_a_minute(
    step_m: int, every_s: int, share: float
) -> None:
    """Half an hour at paces that change."""
    miles, covered, told_m = Miles(), 0.0, 0
    for n in range(1800):
        kmh = (400, 550, 700, 900, 1000, 1200)[n * 7919 // 97 % 6]
        covered += kmh / 360 * share
        told_m = int(covered) // step_m * step_m if n % every_s == 0 else told_m
        assert not miles.see(Telemetry(Speed(kmh), distance_m=told_m), float(n)), f"after {n} s"


@pytest.mark.parametrize(("step_m", "every_s", "within_m"), [(161, 1, 320), (50, 1, 160), (1, 30, 210), (1, 60, 270)])
def test_however_coarse_its_counter_a_belt_that_covers_miles_is_found(step_m: int, every_s: int, within_m: int) -> None:
    miles = Miles()
    told = (int(n // every_s * every_s * 5 / 3.6 * 1.609) // step_m * step_m for n in range(600))
    found = [miles.see(Telemetry(Speed(500), distance_m=metres), float(n)) for n, metres in enumerate(told)]
    assert found.index(True) * 5 / 3.6 <= within_m


def test_one_stretch_alone_is_no_proof() -> None:
    """A counter that comes late, on a belt that has just slowed down."""
    miles = Miles()
    metres = [0.0]
    for n in range(400):
        metres.append(metres[-1] + (5 / 3.6) * (1.609 if 60 <= n < 100 else 1.0))
    assert not any(miles.see(Telemetry(Speed(500), distance_m=int(m)), float(n)) for n, m in enumerate(metres))


def test_what_was_covered_out_of_sight_does_not_count_nor_does_a_counter_that_went_back() -> None:
    miles = Miles()
    told = [miles.see(Telemetry(Speed(500), distance_m=int(n * 10 * 2.2)), n * 10.0) for n in range(40)]
    assert not any(told), "ten seconds apart, nobody knows how fast it was between"
    again = [miles.see(Telemetry(Speed(500), distance_m=int(n % 30 * 2.2)), 1000.0 + n) for n in range(200)]
    assert not any(again)


def test_without_a_distance_or_a_speed_nothing_is_found() -> None:
    miles = Miles()
    assert not any(miles.see(Telemetry(Speed(500)), float(n)) for n in range(200))
    assert not any(miles.see(Telemetry(distance_m=3 * n), 300.0 + n) for n in range(200))


class Odometer(Bench):
    """A bench that tells metres: so many times those that its speed makes."""

    share = 1.609
    metres = 0.0

    def frame(self) -> Telemetry:
        self.metres += self.belt / 360 * self.share
        return replace(super().frame(), distance_m=int(self.metres))


def in_doubt(share: float = 1.609) -> Odometer:
    bench = Odometer()
    bench.share = share
    bench.machine = replace(bench.machine, unit_in_doubt=True)
    bench.give(Connected(bench.machine))
    return bench


def test_a_session_on_a_treadmill_that_covers_miles_is_stopped_at_a_walk() -> None:
    bench = in_doubt().armed()
    bench.to(Phase.STOPPING, within_s=150)
    assert Condition.UNIT_SLIP.words in bench.snapshot.troubles
    assert bench.is_at(Level.STOP)
    assert bench.sent(Stop)


def test_one_that_covers_what_it_says_goes_on_and_its_runner_is_asked_once_to_look_at_the_console() -> None:
    bench = in_doubt(share=1.0).running()
    bench.wait(200)
    assert not bench.is_at(Level.STOP)
    (said,) = [words for words in bench.said() if words.startswith("the console should say ")]
    assert " km/h, or " in said


def test_a_treadmill_that_somebody_has_compared_is_taken_at_its_word() -> None:
    bench = Odometer().running()
    bench.wait(200)
    assert not bench.is_at(Level.STOP)
    assert not any(words.startswith("the console should say ") for words in bench.said())


def test_a_treadmill_is_in_doubt_until_its_own_file_says_what_its_speed_is_told_in() -> None:
    def made(own: OwnTreadmill | None) -> bool:
        return machine("m", "aa", {}, UNKNOWN, own).unit_in_doubt

    assert made(None)
    assert made(OwnTreadmill("aa", speed_unit=SpeedUnit.KMH)), "what it takes is not what it tells"
    assert not made(OwnTreadmill("aa", speed_told=SpeedUnit.KMH))
    assert manner(UNKNOWN, OwnTreadmill("aa", speed_told=SpeedUnit.MPH)) == Manner(told=SpeedUnit.MPH)


def test_a_speed_told_in_miles_is_put_right_before_the_gate_and_the_engine_see_it() -> None:
    own = OwnTreadmill("aa", speed_unit=SpeedUnit.MPH, speed_told=SpeedUnit.MPH)
    link = Link(machine("m", "aa", {}, UNKNOWN, own), manner=manner(UNKNOWN, own))
    link.received(0x2ACD, treadmill_data.encode(TreadmillData(speed=Speed(500))), 0.0)
    assert [happened.speed for happened in link.happened() if isinstance(happened, Telemetry)] == [Speed(805)]
