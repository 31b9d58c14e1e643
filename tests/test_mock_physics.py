"""Ramps in closed form, and deeds at their own time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.mock.agenda import Agenda
from treadctl.mock.physics import Ramp
from treadctl.mock.presets import PRESETS
from treadctl.units import Grade

values = st.floats(0, 25)
rates = st.floats(0.05, 5)
times = st.floats(0, 120)


def test_a_ramp_waits_climbs_and_stays() -> None:
    ramp = Ramp(since=10.0, start=2.0, target=6.0, rate=0.5)
    assert [ramp.at(t) for t in (9.0, 10.0, 12.0, 18.0, 99.0)] == [2.0, 2.0, 3.0, 6.0, 6.0]
    assert ramp.arrives == 18.0


def test_a_ramp_goes_down_as_well() -> None:
    ramp = Ramp(since=0.0, start=0.0, target=-10.0, rate=0.4)
    assert ramp.at(5.0) == pytest.approx(-2.0)
    assert ramp.at(25.0) == -10.0


@given(values, values, rates, times)
def test_distance_is_the_integral_of_speed(start: float, target: float, rate: float, t: float) -> None:
    ramp = Ramp(0.0, start, target, rate)
    steps = 2000
    width = t / steps
    summed = sum(ramp.at((i + 0.5) * width) for i in range(steps)) * width
    assert ramp.area(t) == pytest.approx(summed, abs=0.05, rel=1e-3)


@given(values, values, rates, times, st.floats(0, 1))
def test_turning_towards_the_same_target_changes_nothing(start: float, target: float, rate: float, t: float, part: float) -> None:
    whole = Ramp(0.0, start, target, rate)
    halfway = whole.turned(t * part, target, rate)
    assert halfway.at(t) == pytest.approx(whole.at(t), abs=1e-9)
    assert whole.area(t * part) + halfway.area(t) == pytest.approx(whole.area(t), abs=1e-6)


def test_running_time_ends_when_the_belt_is_still() -> None:
    stopping = Ramp(since=0.0, start=6.0, target=0.0, rate=1.5)
    assert stopping.moving_for(2.5) == 2.5
    assert stopping.moving_for(60.0) == 4.0
    assert Ramp.resting(0.0, 0.0).moving_for(60.0) == 0.0


def test_deeds_happen_at_their_own_time_and_in_order() -> None:
    done: list[tuple[str, float]] = []
    agenda = Agenda(0.0)

    def first(t: float) -> None:
        done.append(("first", t))
        agenda.plan(t + 0.5, lambda u: done.append(("between", u)))

    agenda.plan(2.0, lambda t: done.append(("later", t)))
    agenda.plan(1.0, first)
    agenda.plan(2.0, lambda t: done.append(("last", t)))
    agenda.run(5.0)
    assert done == [("first", 1.0), ("between", 1.5), ("later", 2.0), ("last", 2.0)]


def test_time_does_not_go_back() -> None:
    agenda = Agenda(3.0)
    with pytest.raises(ValueError, match="went back"):
        agenda.run(2.9)


@pytest.mark.parametrize(("name", "lowest", "highest", "offset"), [
    ("decline-10", -100, 150, 0), ("decline-6", -60, 150, 0), ("incline-only", 0, 150, 0), ("propped", 0, 150, -50),
])  # fmt: skip
def test_the_presets_are_what_their_names_say(name: str, lowest: int, highest: int, offset: int) -> None:
    preset = PRESETS[name]
    assert (preset.name, preset.lowest, preset.highest, preset.offset, preset.grade_step) == (name, lowest, highest, offset, 5)
    assert (preset.slowest, preset.fastest, preset.speed_step) == (80, 2000, 10)


@pytest.mark.parametrize(("asked", "given"), [(-100, -100), (-43, -45), (-42, -40), (2, 0), (-3, -5), (-2.5, 0), (400, 150)])
def test_a_machine_snaps_to_its_grid_towards_level(asked: float, given: int) -> None:
    assert PRESETS["decline-10"].snap(asked) == Grade(given)
