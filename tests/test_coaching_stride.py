"""How the feet stand to their target: after settling, on fresh data, with a dead band."""

from __future__ import annotations

import pytest

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.stride import Stride, StrideWatch

TARGET = CadenceTarget(172, 175, 180, "for this test")


def feel(watch: StrideWatch, begin: float, seconds: int, spm: int | None, why: str = "") -> float:
    for second in range(seconds):
        watch.felt(spm, why, begin + second)
        watch.look(TARGET, begin + second)
    return begin + seconds


def after(seconds: int, spm: int | None, why: str = "") -> Stride:
    """What is known so many seconds after belt and deck have settled."""
    watch = StrideWatch()
    watch.felt(170, "", 99.0)
    watch.moved(100.0)
    feel(watch, 101.0, seconds, spm, why)
    return watch.look(TARGET, 100.0 + seconds)


def test_the_feet_are_judged_thirteen_seconds_after_belt_and_deck_have_settled() -> None:
    assert [after(seconds, 160) for seconds in (1, 12, 13, 20)] == [Stride.SETTLING, Stride.SETTLING, Stride.LOST, Stride.LOST]
    assert after(13, 174) is Stride.HELD


@pytest.mark.parametrize(("spm", "stands"), [(169, Stride.LOST), (170, Stride.HELD), (172, Stride.HELD), (190, Stride.HELD)])
def test_two_steps_a_minute_below_the_band_are_let_pass(spm: int, stands: Stride) -> None:
    assert after(20, spm) is stands


def test_what_was_lost_is_regained_only_at_the_band() -> None:
    watch = StrideWatch()
    now = feel(watch, 0.0, 20, 165)
    assert watch.look(TARGET, now) is Stride.LOST
    now = feel(watch, now, 10, 171)
    assert watch.look(TARGET, now) is Stride.LOST
    now = feel(watch, now, 10, 172)
    assert watch.look(TARGET, now) is Stride.HELD
    now = feel(watch, now, 10, 171)
    assert watch.look(TARGET, now) is Stride.HELD


def test_one_slow_second_is_none() -> None:
    watch = StrideWatch()
    now = feel(watch, 0.0, 20, 174)
    now = feel(watch, now, 1, 160)
    assert watch.look(TARGET, now) is Stride.HELD


@pytest.mark.parametrize("why", ["halved", "doubled", "no data for 5 s", "frozen for 60 s"])
def test_what_cannot_be_believed_is_in_doubt_and_says_why(why: str) -> None:
    watch = StrideWatch()
    now = feel(watch, 0.0, 20, 165)
    watch.felt(None, why, now)
    assert watch.look(TARGET, now) is Stride.IN_DOUBT
    assert watch.doubt(now) == watch.doubt(now + 60) == why


def test_silence_for_more_than_five_seconds_is_doubt() -> None:
    watch = StrideWatch()
    feel(watch, 0.0, 20, 165)
    assert watch.look(TARGET, 24.0) is not Stride.IN_DOUBT
    assert watch.look(TARGET, 24.25) is Stride.IN_DOUBT
    assert watch.doubt(24.25) == "nothing heard"


@pytest.mark.parametrize("spm", [0, 85, 128, 235, 250])
def test_nobody_runs_like_that_so_nobody_is_told_off(spm: int) -> None:
    assert after(30, spm) is Stride.SETTLING


def test_without_a_pod_or_a_target_nothing_is_known() -> None:
    assert StrideWatch().look(TARGET, 100.0) is Stride.UNWATCHED
    watch = StrideWatch()
    now = feel(watch, 0.0, 20, 165)
    assert watch.look(None, now) is Stride.UNWATCHED


def test_another_target_is_given_time_too() -> None:
    watch = StrideWatch()
    now = feel(watch, 0.0, 20, 174)
    other = CadenceTarget(180, 184, 188, "the next step's")
    watch.felt(174, "", now)
    assert watch.look(other, now) is Stride.SETTLING
    for second in range(14):
        watch.felt(174, "", now + second)
        stands = watch.look(other, now + second)
    assert stands is Stride.LOST
