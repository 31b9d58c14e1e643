"""What is believed of a foot pod and of a strap, with times and values by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.words import HeartRate, StepRate
from treadctl.ftms.errors import ProtocolError
from treadctl.ftms.heart_rate import HeartRateMeasurement
from treadctl.ftms.running_speed_cadence import RscMeasurement
from treadctl.treadmill.sensor_sense import FootPod, Strap, Strides
from treadctl.units import Speed

RUN = Speed(900)
UNDECIDED = StepRate(None, "one foot or two?")


class Wearer:
    """A pod that says one number a second."""

    def __init__(self, strides: Strides = Strides.NO, belt: Speed | None = RUN) -> None:
        self.pod = FootPod(strides)
        self.belt = belt
        self.now = 100.0

    def says(self, cadences: Iterable[int], pod_kmh: float = 9.0) -> list[StepRate]:
        words = []
        for cadence in cadences:
            self.now += 1.0
            words.append(self.pod.judge(RscMeasurement(round(pod_kmh / 3.6 * 256), cadence), self.now, self.belt))
        return words

    def says_last(self, cadence: int, seconds: int) -> StepRate:
        return self.says([cadence] * seconds)[-1]


# --- steps or strides ------------------------------------------------------------------------------------------------


def test_a_pod_that_counts_both_feet_is_believed_after_eight_settled_seconds() -> None:
    said = Wearer(Strides.AUTO).says([165] * 14)
    assert said == [UNDECIDED] * 13 + [StepRate(165)]  # 5 s for legs to follow the belt, 8 s of evidence


def test_a_pod_that_counts_one_foot_is_doubled() -> None:
    said = Wearer(Strides.AUTO).says([82] * 14)
    assert said == [UNDECIDED] * 13 + [StepRate(164)]


def test_a_technogym_that_says_51_at_2_6_kmh_counts_one_foot() -> None:
    assert Wearer(Strides.AUTO, belt=Speed(260)).says_last(51, 14) == StepRate(102)


@pytest.mark.parametrize(
    ("kmh", "one_foot", "both"), [(2.5, 40, 82), (3.5, 50, 98), (4.5, 54, 112), (5.5, 61, 124), (5.5, 79, 158), (16.0, 96, 190)]
)
def test_walking_and_running_are_told_apart_at_each_speed(kmh: float, one_foot: int, both: int) -> None:
    belt = Speed(round(kmh * 100))
    assert Wearer(Strides.AUTO, belt).says_last(one_foot, 14) == StepRate(one_foot * 2)
    assert Wearer(Strides.AUTO, belt).says_last(both, 14) == StepRate(both)


def test_below_walking_pace_nothing_is_decided() -> None:
    assert Wearer(Strides.AUTO, belt=Speed(150)).says_last(60, 60) == UNDECIDED


def test_without_telemetry_the_pods_own_speed_decides() -> None:
    assert Wearer(Strides.AUTO, belt=None).says_last(82, 14) == StepRate(164)


def test_a_decision_is_remembered_at_speeds_where_it_could_not_be_made_and_over_a_lost_connection() -> None:
    runner = Wearer(Strides.AUTO)
    assert runner.says_last(82, 14) == StepRate(164)
    runner.pod.connected(runner.now)
    runner.belt = Speed(150)
    assert runner.says_last(30, 1) == StepRate(60)


def test_evidence_with_a_break_in_it_is_none() -> None:
    runner = Wearer(Strides.AUTO)
    runner.says([82] * 12)
    assert runner.says([165, 82, 165, 82]) == [UNDECIDED] * 4


def test_a_runner_who_steps_on_is_not_taken_for_one_foot_while_the_pod_still_averages() -> None:
    runner = Wearer(Strides.AUTO)
    runner.says([0] * 10)
    runner.says([40, 70, 90, 105, 125, 140, 155])
    assert runner.says_last(165, 7) == StepRate(165)


def test_a_decision_does_not_flip_near_the_line_and_does_not_flip_soon() -> None:
    runner = Wearer(Strides.AUTO)
    runner.says_last(115, 14)
    assert runner.says([105] * 30) == [StepRate(105)] * 30  # within a tenth of the 110 below which it is one foot
    said = runner.says([90] * 22)
    assert said[:20] == [StepRate(None, "halved")] * 20
    assert said[20:] == [StepRate(180)] * 2  # a pod that changed its way of counting is believed after 20 s


def test_one_foot_that_becomes_two_is_doubled_until_it_has_lasted() -> None:
    runner = Wearer(Strides.AUTO)
    runner.says_last(82, 14)
    said = runner.says([166] * 22)
    assert said[:20] == [StepRate(None, "doubled")] * 20
    assert said[20:] == [StepRate(166)] * 2


def test_a_setting_is_never_overruled() -> None:
    one_foot = Wearer(Strides.YES)
    assert one_foot.says([82] * 2) == [StepRate(164)] * 2
    assert one_foot.says_last(165, 60) == StepRate(None, "doubled")
    both = Wearer(Strides.NO)
    assert both.says([165] * 2) == [StepRate(165)] * 2
    assert both.says_last(82, 60) == StepRate(None, "halved")


# --- nobody, silence, nonsense ---------------------------------------------------------------------------------------


def test_no_steps_are_a_reading_at_once_whatever_came_before() -> None:
    assert Wearer(Strides.AUTO).says([0]) == [StepRate(0)]
    runner = Wearer()
    assert runner.says([165] * 10 + [0, 0])[-2:] == [StepRate(0)] * 2
    assert runner.says([0] * 100)[-1] == StepRate(0)


def test_a_runner_who_hops_onto_the_rails_and_back_is_believed_again_at_once() -> None:
    runner = Wearer()
    runner.says([165] * 10)
    assert runner.says([82, 0]) == [StepRate(None, "halved"), StepRate(0)]
    assert runner.says([120, 165]) == [StepRate(120), StepRate(165)]


def test_silence_is_told_once_after_five_seconds() -> None:
    pod = FootPod()
    assert pod.quiet(1000.0) is None  # never connected
    pod.connected(0.0)
    assert pod.quiet(4.9) is None
    assert pod.quiet(5.0) == StepRate(None, "no data for 5 s")
    assert pod.quiet(6.0) is None
    pod.judge(RscMeasurement(0, 0), 7.0)
    assert pod.quiet(11.9) is None
    assert pod.quiet(12.0) == StepRate(None, "no data for 5 s")


def test_too_many_steps_are_none_of_anybodys() -> None:
    assert Wearer(Strides.NO, belt=Speed(1900)).says([254])[0] == StepRate(254)
    assert Wearer(Strides.NO, belt=Speed(900)).says([255])[0] == StepRate(None, "too many to be steps")  # an octet that is full
    assert Wearer(Strides.YES, belt=Speed(150)).says([131])[0] == StepRate(None, "too many to be steps")


# --- jumps -----------------------------------------------------------------------------------------------------------


def test_a_steady_rate_that_halves_on_an_unchanged_belt_is_not_believed_until_it_returns() -> None:
    runner = Wearer(belt=Speed(450))
    assert runner.says([160, 162, 158, 161]) == [StepRate(160), StepRate(162), StepRate(158), StepRate(161)]
    assert runner.says([81, 80, 81]) == [StepRate(None, "halved")] * 3
    assert runner.says([159, 160]) == [StepRate(159), StepRate(160)]


def test_a_steady_rate_that_doubles_is_not_believed_until_it_has_lasted_20_s() -> None:
    runner = Wearer(belt=Speed(450))
    runner.says([115] * 6)
    said = runner.says([230] * 22)
    assert said[:20] == [StepRate(None, "doubled")] * 20
    assert said[20:] == [StepRate(230)] * 2


def test_a_pod_that_averages_its_way_down_to_half_is_caught_when_it_is_there() -> None:
    runner = Wearer(belt=Speed(450))
    runner.says([160] * 6)
    assert runner.says([140, 120, 100, 85, 80]) == [
        StepRate(140),
        StepRate(120),
        StepRate(100),
        StepRate(None, "halved"),
        StepRate(None, "halved"),
    ]


def test_what_lies_between_the_true_rate_and_its_half_stays_unbelieved() -> None:
    runner = Wearer(belt=Speed(450))
    runner.says([160] * 6)
    assert runner.says([80, 110, 120, 160]) == [StepRate(None, "halved")] * 3 + [StepRate(160)]


def test_a_rate_that_halves_because_the_belt_slowed_is_believed() -> None:
    runner = Wearer(belt=Speed(450))
    runner.says([160] * 6)
    runner.belt = Speed(300)
    assert runner.says([80, 80]) == [StepRate(80)] * 2


def test_walking_that_becomes_running_is_no_doubling() -> None:
    runner = Wearer(belt=Speed(300))
    runner.says([85] * 6)
    runner.belt = Speed(900)
    assert runner.says([168]) == [StepRate(168)]


def test_a_change_over_more_than_ten_seconds_is_no_jump() -> None:
    runner = Wearer(belt=Speed(450))
    runner.says([160] * 6)
    slowly = [150, 141, 131, 123, 150, 131, 115, 104, 95, 100, 89, 80, 80]
    assert runner.says(slowly) == [StepRate(steps) for steps in slowly]


# --- frozen ----------------------------------------------------------------------------------------------------------


def test_the_same_number_for_60_s_while_the_belt_changes_is_frozen_until_it_moves() -> None:
    runner = Wearer()
    assert runner.says_last(165, 40) == StepRate(165)
    runner.belt = Speed(1000)
    assert runner.says([165] * 20)[-1] == StepRate(165)
    assert runner.says([165]) == [StepRate(None, "frozen for 60 s")]
    assert runner.says([166]) == [StepRate(166)]


def test_the_same_number_on_the_same_belt_is_a_metronome_of_a_runner() -> None:
    assert Wearer().says_last(165, 300) == StepRate(165)


# --- heart rate ------------------------------------------------------------------------------------------------------


def test_a_beating_heart_is_believed_however_constant() -> None:
    strap = Strap()
    strap.connected(0.0)
    for second in range(200):
        assert strap.judge(HeartRateMeasurement(111, rr_1024ths=(553,)), float(second)) == HeartRate(111)


def test_a_polar_on_a_table_is_found_out_after_60_s_and_believed_when_its_rate_moves() -> None:
    strap = Strap()
    strap.connected(0.0)
    off_body = bytes.fromhex("006f")
    assert [strap.received(off_body, second) for second in (0.0, 30.0, 59.9)] == [HeartRate(111)] * 3
    assert strap.received(off_body, 60.0) == HeartRate(None, "frozen for 60 s")
    assert strap.received(bytes.fromhex("0070"), 61.0) == HeartRate(112)


def test_beats_kept_from_before_a_reconnect_are_no_sign_of_life() -> None:
    strap = Strap()
    strap.connected(0.0)
    strap.received(bytes.fromhex("006f"), 0.0)
    assert strap.received(bytes.fromhex("006f"), 60.0).bpm is None
    strap.connected(70.0)
    flushed = bytes.fromhex("106fbe041901")
    assert strap.received(flushed, 70.5) == HeartRate(None, "frozen for 60 s")
    assert strap.received(flushed, 79.9) == HeartRate(None, "frozen for 60 s")
    assert strap.received(flushed, 80.0) == HeartRate(111)  # nothing is kept for that long: these are beats


def test_a_strap_that_feels_no_skin_has_no_rate() -> None:
    assert Strap().received(bytes.fromhex("0454"), 0.0) == HeartRate(None, "no skin contact")


@pytest.mark.parametrize(("bpm", "believed"), [(0, False), (29, False), (30, True), (230, True), (231, False), (300, False)])
def test_rates_that_no_heart_has_are_none(bpm: int, believed: bool) -> None:
    assert Strap().judge(HeartRateMeasurement(bpm), 0.0) == (
        HeartRate(bpm) if believed else HeartRate(None, f"{bpm} is no heart rate")
    )


def test_a_silent_strap_is_told_once() -> None:
    strap = Strap()
    strap.connected(0.0)
    assert [strap.quiet(second) for second in (4.9, 5.0, 5.1)] == [None, HeartRate(None, "no data for 5 s"), None]


# --- whatever comes --------------------------------------------------------------------------------------------------


@given(
    st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 30), st.none() | st.integers(0, 2000).map(Speed)), max_size=40),
    st.sampled_from(Strides),
)
def test_any_octets_at_any_times_give_a_value_in_range_or_a_reason(
    frames: list[tuple[bytes, float, Speed | None]], strides: Strides
) -> None:
    pod, strap, now = FootPod(strides), Strap(), 0.0
    for octets, later, belt in frames:
        now += later
        try:
            steps = pod.received(octets, now, belt)
        except ProtocolError:
            assert len(octets) < 4
        else:
            assert steps.why if steps.steps_per_min is None else 0 <= steps.steps_per_min <= 260 and not steps.why
        try:
            heart = strap.received(octets, now)
        except ProtocolError:
            assert len(octets) < 3
        else:
            assert heart.why if heart.bpm is None else 30 <= heart.bpm <= 230 and not heart.why


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(100, 2000).map(Speed)), max_size=60), st.sampled_from(Strides))
def test_no_steps_always_pass_and_a_step_is_told_as_it_came_or_doubled(
    seconds: list[tuple[int, Speed]], strides: Strides
) -> None:
    pod = FootPod(strides)
    for now, (cadence, belt) in enumerate(seconds):
        told = pod.judge(RscMeasurement(0, cadence), float(now), belt).steps_per_min
        assert told in ((0,) if cadence == 0 else (None, cadence, cadence * 2))
