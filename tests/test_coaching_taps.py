"""A step rate by hand: right footfalls tapped for a quarter of a minute."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.coaching.taps import Tapped, Taps


def tapped(*times: float) -> Tapped:
    taps = Taps()
    for time in times:
        if not taps.tap(time):
            break
    return taps.result()


def even(spm: float, seconds: float = 15.2, begin: float = 100.0) -> list[float]:
    gap = 120 / spm  # from one right foot to the next
    return [begin + n * gap for n in range(int(seconds / gap) + 2)]


@pytest.mark.parametrize("spm", [120, 150, 164, 180, 200])
def test_even_taps_give_the_step_rate_of_both_feet(spm: int) -> None:
    result = tapped(*even(spm))
    assert result.steps_per_min == spm
    assert 1 <= result.within <= 3


def test_the_last_tap_is_the_first_after_fifteen_seconds() -> None:
    taps = Taps()
    assert taps.tap(10.0)
    assert taps.tap(24.9)
    assert not taps.tap(25.0)
    assert taps.count == 3


@settings(max_examples=80, deadline=None)
@given(st.integers(140, 200), st.lists(st.floats(-0.08, 0.08), min_size=40, max_size=40))
def test_the_rate_is_as_near_as_it_says_for_taps_that_are_early_or_late(spm: int, jitter: list[float]) -> None:
    result = tapped(*sorted(time + off for time, off in zip(even(spm), jitter, strict=False)))
    if result.steps_per_min is not None:
        assert abs(result.steps_per_min - spm) <= result.within + 0.5  # and it is told in whole steps


def test_a_missed_or_a_doubled_tap_is_no_step_rate() -> None:
    times = even(164)
    assert tapped(*times[:8], *times[9:]).why == "a footfall was missed, or tapped twice; try once more"
    assert tapped(*times[:8], times[8] - 0.5, *times[8:]).steps_per_min is None


def test_too_few_taps_and_tapping_both_feet_are_told() -> None:
    assert tapped(*even(164)[:5]).why.startswith("too few taps")
    assert tapped().why.startswith("too few taps")
    assert tapped(*even(330)).why == "330 steps a minute is no running; tap right footfalls only"
