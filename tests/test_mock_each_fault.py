"""One test for each kind of fault: it does what it says, when it says, and no longer."""

from __future__ import annotations

import pytest
from mock_client import CONTROL_POINT, STATUS, TREADMILL_DATA, Client, of, shown

from treadctl.ftms.treadmill_data import TreadmillData, decode
from treadctl.mock.faults import FaultKind

# The belt first moves 3.3 s after Start is written (3-2-1, then the lag), and Client.run settles 30.25 s after it: second 0 of
# a fault is at 3.55 s of these tests, and 26.95 s of its time have passed once the client runs.
RUNNING_AT = 26.95


def speeds(frames: list[TreadmillData]) -> list[int | None]:
    return [frame.speed for frame in frames]


def grades(frames: list[TreadmillData]) -> list[int | None]:
    return [frame.grade for frame in frames]


def test_fault_time_counts_from_the_first_movement_of_the_belt() -> None:
    client = Client("decline-10", "console-stop@10")
    client.wait(100.0)
    client.ask("07")
    moved_at = client.now - 0.25 + 3.3
    client.wait(13.0 - 0.25 + 0.25)
    assert "02 01" not in of(client.packets, STATUS)
    client.wait(1.0)
    stopped = next(packet for packet in client.packets if packet.payload == b"\x02\x01")
    assert stopped.at == pytest.approx(moved_at + 10.0)


def test_lost_ack_does_the_command_and_says_nothing_once() -> None:
    client = Client("decline-10", "lost-ack@10")
    client.run()
    assert client.ask("02 20 03") == ""
    client.wait(5.0)
    assert client.mock.belt_speed == 8.0
    assert client.ask("02 e8 03") == "80 02 01"


def test_lost_ack_with_a_duration_loses_every_answer_of_it() -> None:
    client = Client("decline-10", "lost-ack@27+10")
    client.run()
    client.wait(1.0)
    assert [client.ask("02 20 03"), client.ask("02 e8 03")] == ["", ""]
    client.wait(10.0)
    assert client.ask("02 20 03") == "80 02 01"


def test_lost_ack_may_take_the_very_first_answer() -> None:
    client = Client("decline-10", "lost-ack")
    assert of(client.packets, CONTROL_POINT) == []
    assert client.ask("07") == "80 07 01"


def test_late_ack_keeps_the_procedure_open() -> None:
    client = Client("decline-10", "late-ack@10=8")
    client.run()
    assert client.ask("02 20 03") == ""
    client.wait(7.0)
    assert client.refused("02 84 03") == 0xFE
    assert of(client.wait(1.0), CONTROL_POINT) == ["80 02 01"]
    assert client.ask("02 84 03") == "80 02 01"


@pytest.mark.parametrize(("fault", "answer"), [("wrong-ack@10", "80 03 01"), ("wrong-ack@10=4", "80 02 04")])
def test_wrong_ack_answers_another_op_code_or_a_failure_though_it_did_it(fault: str, answer: str) -> None:
    client = Client("decline-10", fault)
    client.run()
    assert client.ask("02 20 03") == answer
    client.wait(5.0)
    assert client.mock.belt_speed == 8.0
    assert client.ask("02 e8 03") == "80 02 01"


def test_drop_link_ends_the_link_and_not_the_belt() -> None:
    client = Client("decline-10", "drop-link@60")
    client.run()
    assert of(client.wait(60.0 - RUNNING_AT - 0.1), TREADMILL_DATA)
    linked = [client.mock.link_up]
    client.wait(0.2)
    linked.append(client.mock.link_up)
    assert linked == [True, False]
    assert client.wait(20.0) == []
    assert client.mock.belt_speed == 10.0
    client.connect()
    assert client.ask("08 01") == "80 08 05"


def test_drop_link_with_a_duration_is_out_of_reach_for_so_long() -> None:
    client = Client("decline-10", "drop-link@30+20")
    client.run()
    client.wait(10.0)
    with pytest.raises(ConnectionError, match="reach"):
        client.connect()
    client.wait(15.0)
    client.connect()
    assert client.frame().speed == 1000


def test_stale_telemetry_repeats_the_last_frame() -> None:
    client = Client("decline-10", "stale-telemetry@30+20")
    client.run()
    client.wait(4.0)
    client.ask("02 90 01")
    frames = shown(client.wait(28.0))
    assert len(frames) == 28
    assert len(set(frames[:18])) == 1
    assert frames[0].speed == 1000
    assert (frames[-1].speed, client.mock.belt_speed) == (400, 4.0)
    assert frames[-1].elapsed_s != frames[0].elapsed_s


def test_silent_telemetry_sends_nothing_but_still_answers() -> None:
    client = Client("decline-10", "silent-telemetry@30+20")
    client.run()
    client.wait(4.0)
    assert of(client.wait(15.0), TREADMILL_DATA) == []
    assert client.ask("02 20 03") == "80 02 01"
    assert len(of(client.wait(10.0), TREADMILL_DATA)) >= 5


def test_deck_stuck_stays_and_goes_on_when_freed() -> None:
    client = Client("decline-10", "deck-stuck@30+30")
    client.run()
    assert client.ask("03 9c ff") == "80 03 01"
    client.wait(10.0)
    stuck_at = client.mock.deck_grade
    assert -2.0 < stuck_at < -0.5
    client.ask("03 ce ff")
    client.wait(15.0)
    assert client.mock.deck_grade == stuck_at
    client.wait(30.0)
    assert client.mock.deck_grade == -5.0


@pytest.mark.parametrize("seed", range(5))
def test_deck_overshoot_runs_past_even_minus_ten(seed: int) -> None:
    client = Client("decline-10", "deck-overshoot", seed=seed)
    client.run()
    assert client.ask("03 9c ff") == "80 03 01"
    client.wait(40.0)
    assert -11.5 <= client.mock.deck_grade <= -11.0
    grade = client.frame().grade
    assert grade is not None
    assert -115 <= grade <= -110


def test_deck_overshoot_can_be_told_how_far() -> None:
    client = Client("decline-10", "deck-overshoot=0.7")
    client.run()
    client.ask("03 ce ff")
    client.wait(30.0)
    assert client.mock.deck_grade == pytest.approx(-5.7)


def test_setpoint_as_speed_shows_what_was_asked_and_not_the_belt() -> None:
    client = Client("decline-10", "setpoint-as-speed")
    client.run("02 b0 04")
    client.ask("02 2c 01")
    assert client.frame().speed == 300
    assert client.mock.belt_speed > 11.0
    client.ask("08 01")
    assert client.frame().speed == 0
    assert client.mock.belt_speed > 5.0


@pytest.mark.parametrize("seed", range(8))
def test_zero_glitch_shows_one_to_three_zeros_on_a_moving_belt(seed: int) -> None:
    client = Client("decline-10", "zero-glitch@30", seed=seed)
    client.run()
    frames = speeds(shown(client.wait(20.0)))
    assert client.mock.belt_speed == 10.0
    zeros = frames.count(0)
    assert 1 <= zeros <= 3
    assert frames[frames.index(0) :][:zeros] == [0] * zeros
    assert frames.count(1000) == 20 - zeros


def test_zero_glitch_without_a_time_comes_now_and_then() -> None:
    client = Client("decline-10", "zero-glitch", seed=3)
    client.run()
    frames = speeds(shown(client.wait(600.0)))
    runs = "".join("0" if speed == 0 else "." for speed in frames).split(".")
    assert 5 < len([run for run in runs if run]) < 40
    assert {run for run in runs if run} >= {"0", "00", "000"}


def test_grade_glitch_shows_one_frame_far_off() -> None:
    client = Client("decline-10", "grade-glitch@30")
    client.run()
    frames = grades(shown(client.wait(20.0)))
    assert frames.count(-150) == 1
    assert frames.count(0) == 19


def test_grade_glitch_without_a_time_comes_now_and_then() -> None:
    client = Client("decline-10", "grade-glitch=-30", seed=3)
    client.run()
    assert 5 < grades(shown(client.wait(600.0))).count(-300) < 40


def test_control_stolen_says_so_and_refuses_from_then_on() -> None:
    client = Client("decline-10", "control-stolen@30+20")
    client.run()
    client.wait(5.0)
    assert of(client.packets, STATUS)[-1] == "ff"
    for octets in ("02 20 03", "00", "08 01"):
        assert client.ask(octets) == f"80 {octets[:2]} 05"
    assert client.mock.belt_speed == 10.0
    client.wait(20.0)
    assert [client.ask("00"), client.ask("08 01")] == ["80 00 01", "80 08 01"]


def test_slow_belt_takes_ten_times_as_long_even_to_stop() -> None:
    client = Client("decline-10", "slow-belt@40")
    client.run()
    client.wait(15.0)
    client.ask("02 b0 04")
    client.wait(20.0)
    assert 10.8 < client.mock.belt_speed < 11.1
    client.ask("08 01")
    client.wait(30.0)
    assert 6.0 < client.mock.belt_speed < 7.0
    assert 600 < (client.frame().speed or 0) < 700


def test_slow_belt_and_deck_overshoot_end_with_their_time() -> None:
    client = Client("decline-10", "slow-belt@30+10", "deck-overshoot@30+10")
    client.run()
    client.wait(4.0)
    client.ask("02 20 03")
    client.wait(4.0)
    assert client.mock.belt_speed > 9.5
    client.wait(10.0)
    assert client.mock.belt_speed == 8.0
    client.ask("03 ce ff")
    client.wait(20.0)
    assert client.mock.deck_grade == -5.0


def test_ack_but_ignore_promises_and_does_nothing() -> None:
    client = Client("decline-10", "ack-but-ignore@20")
    client.run()
    assert [client.ask("02 20 03"), client.ask("03 ce ff")] == ["80 02 01", "80 03 01"]
    client.wait(30.0)
    assert (client.mock.belt_speed, client.mock.deck_grade) == (10.0, 0.0)
    assert client.ask("08 01") == "80 08 01"
    client.wait(10.0)
    assert client.mock.belt_speed == 0.0


@pytest.mark.parametrize("preset", ["decline-10", "incline-only"])
def test_an_unsigned_deck_goes_to_its_maximum(preset: str) -> None:
    client = Client(preset, "unsigned-incline")
    client.run()
    assert client.ask("03 ce ff") == "80 03 01"
    client.wait(40.0)
    assert client.mock.deck_grade == 15.0


def test_stop_restarts_a_still_belt() -> None:
    client = Client("decline-10", "stop-restarts")
    client.run()
    assert client.ask("08 01") == "80 08 01"
    client.wait(10.0)
    assert client.mock.belt_speed == 0.0
    assert client.ask("08 01") == "80 08 01"
    client.wait(10.0)
    assert client.mock.belt_speed == 0.8


def test_mph_slip_reads_hundredths_of_a_mile() -> None:
    client = Client("decline-10", "mph-slip")
    client.run("02 64 00")
    assert client.mock.belt_speed == pytest.approx(1.6)
    assert client.frame().speed == 160
    client.ask("02 d0 07")
    client.wait(60.0)
    assert client.mock.belt_speed == 20.0


def test_truncated_frames_promise_more_than_they_carry() -> None:
    client = Client("decline-10", "truncated-frames@30", seed=1)
    client.run()
    client.wait(5.0)
    payloads = [packet.payload for packet in client.wait(100.0) if packet.uuid == TREADMILL_DATA]
    assert {len(payload) for payload in payloads} == set(range(2, 13))
    assert all(payload[:2].hex() == "0c04" and decode(payload).truncated for payload in payloads)


def test_truncated_frames_can_be_told_where() -> None:
    client = Client("decline-10", "truncated-frames=8")
    frame = client.frame()
    assert (frame.speed, frame.distance_m, frame.grade, frame.truncated) == (0, 0, None, True)


def test_split_frames_bring_speed_first_and_the_more_data_part_after_it() -> None:
    client = Client("decline-10", "split-frames")
    client.run()
    packets = [packet for packet in client.wait(2.5) if packet.uuid == TREADMILL_DATA]
    assert [decode(packet.payload).more_data for packet in packets[:4]] == [False, True, False, True]
    first, second = (decode(packet.payload) for packet in packets[:2])
    assert (first.speed, first.grade, first.distance_m) == (1000, None, None)
    assert (second.speed, second.grade, second.elapsed_s) == (None, 0, None)
    assert 0.001 <= packets[1].at - packets[0].at <= 0.008


def test_safety_key_comes_off() -> None:
    client = Client("decline-10", "safety-key@30")
    client.run()
    client.wait(8.0)
    assert of(client.packets, STATUS)[-1] == "03"
    assert client.mock.belt_speed == 0.0
    assert client.ask("07") == "80 07 04"


@pytest.mark.parametrize(("fault", "status", "belt", "deck"), [
    ("console-stop@60", "02 01", 0.0, 0.0),
    ("console-pause@60", "02 02", 0.0, -5.0),
    ("console-faster@60", "05 1a 04", 10.5, -5.0),
    ("console-faster@60=99", "05 d0 07", 20.0, -5.0),
    ("console-slower@60=2", "05 20 03", 8.0, -5.0),
    ("console-slower@60=99", "05 50 00", 0.8, -5.0),
    ("console-flatter@60", "06 d8 ff", 10.0, -4.0),
    ("console-flatter@60=9", "06 00 00", 10.0, 0.0),
    ("console-steeper@60", "06 c4 ff", 10.0, -6.0),
    ("console-steeper@60=20", "06 9c ff", 10.0, -10.0),
])  # fmt: skip
def test_somebody_at_the_console(fault: str, status: str, belt: float, deck: float) -> None:
    client = Client("decline-10", fault)
    client.run()
    client.ask("03 ce ff")
    client.wait(20.0)
    assert (client.mock.belt_speed, client.mock.deck_grade) == (10.0, -5.0)
    client.wait(50.0)
    assert of(client.packets, STATUS)[-1] == status
    assert (client.mock.belt_speed, client.mock.deck_grade) == (belt, deck)


@pytest.mark.parametrize(("preset", "deck"), [("decline-10", -1.0), ("incline-only", 1.0)])
def test_steeper_on_a_level_deck_is_downhill_if_it_can_be(preset: str, deck: float) -> None:
    client = Client(preset, "console-steeper@30")
    client.run()
    client.wait(10.0)
    assert client.mock.deck_grade == deck


def test_several_faults_combine() -> None:
    client = Client("decline-10", "slow-belt@30", "stale-telemetry@35+20", "control-stolen@40", "deck-overshoot=1", "mph-slip")
    client.run("02 58 02")
    assert client.mock.belt_speed == pytest.approx(9.7)
    client.ask("03 ce ff")
    client.wait(18.0)
    frames = shown(client.packets)
    assert frames[-1] == frames[-2]
    assert client.mock.deck_grade == pytest.approx(-6.0)
    assert client.ask("08 01") == "80 08 05"


def test_every_kind_has_a_test_here() -> None:
    named = " ".join(name.replace("_", "-") for name in globals()) + " unsigned-incline console-"
    assert [kind.value for kind in FaultKind if kind.value not in named and not kind.value.startswith("console-")] == []
