"""The mock as a machine and as an FTMS server: what it promises to everything that is tested against it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mock_client import CONTROL_POINT, STATUS, TRAINING, TREADMILL_DATA, Client, of, shown

from treadctl.ftms import treadmill_data
from treadctl.ftms.treadmill_data import TreadmillData
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import AttError, Console, MockTreadmill
from treadctl.units import Grade, Speed

# --- what can be read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("preset", "characteristic", "octets"), [
    ("decline-10", 0x2AD5, "9c ff 96 00 05 00"),
    ("decline-6", 0x2AD5, "c4 ff 96 00 05 00"),
    ("incline-only", 0x2AD5, "00 00 96 00 05 00"),
    ("propped", 0x2AD5, "00 00 96 00 05 00"),
    ("decline-10", 0x2AD4, "50 00 d0 07 0a 00"),
    ("decline-10", 0x2ACC, "0c 10 00 00 03 00 00 00"),
    ("decline-10", 0x2AD3, "00 01"),
    ("decline-10", 0x2A24, b"Virtual Decline 10".hex(" ")),
    ("decline-10", 0x2A29, b"treadctl".hex(" ")),
])  # fmt: skip
def test_a_central_reads_who_and_what_it_is(preset: str, characteristic: int, octets: str) -> None:
    assert Client(preset).mock.read(characteristic).hex(" ") == octets


def test_what_is_only_pushed_cannot_be_read_and_what_is_not_there_neither() -> None:
    mock = Client().mock
    with pytest.raises(AttError) as pushed:
        mock.read(TREADMILL_DATA)
    with pytest.raises(AttError) as absent:
        mock.read(0x2AD2)
    assert (pushed.value.code, absent.value.code) == (0x02, 0x0A)


# --- belt and deck ----------------------------------------------------------------------------------------------------


def test_start_counts_down_and_reaches_the_slowest_speed_after_five_seconds() -> None:
    client = Client()
    client.ask("07")
    assert of(client.wait(3.0), TRAINING) == ["03 0e 32", "03 0e 31", "00 0d"]
    assert "03 0e 33" in of(client.packets, TRAINING)
    assert client.mock.belt_speed == 0.0
    client.wait(1.0)
    assert 0 < client.mock.belt_speed < 0.8
    client.wait(1.0)
    assert client.mock.belt_speed == pytest.approx(0.8)


def test_a_target_is_accepted_at_once_and_reached_much_later() -> None:
    client = Client()
    client.run("02 f4 01")
    assert client.ask("02 e8 03") == "80 02 01"
    assert client.mock.belt_speed == 5.0
    client.wait(5.0)
    assert 7.0 < client.mock.belt_speed < 8.0
    client.wait(6.0)
    assert client.mock.belt_speed == 10.0


def test_a_stop_takes_seconds_and_telemetry_shows_it() -> None:
    client = Client()
    client.run()
    assert client.ask("08 01") == "80 08 01"
    speeds = [frame.speed or 0 for frame in shown(client.wait(8.0))]
    assert all(speed > 0 for speed in speeds[:5])
    assert speeds == sorted(speeds, reverse=True)
    assert speeds[-1] == 0


def test_after_stop_the_deck_levels_itself_and_the_display_says_so() -> None:
    client = Client()
    client.run()
    client.ask("03 ce ff")
    client.wait(15.0)
    assert client.mock.deck_grade == -5.0
    client.ask("08 01")
    assert of(client.packets, TRAINING)[-1] == "00 0f"
    client.wait(12.0)
    assert of(client.packets, TRAINING)[-1] == "00 01"
    assert client.mock.deck_grade == 0.0


def test_a_pause_keeps_deck_totals_and_clock_and_a_resume_goes_on_at_walking_pace() -> None:
    client = Client()
    client.run()
    client.ask("03 ce ff")
    client.wait(15.0)
    client.ask("08 02")
    client.wait(10.0)
    paused = client.frame()
    client.wait(20.0)
    assert client.frame() == paused
    assert (paused.speed, paused.grade) == (0, -50)
    assert client.ask("07") == "80 07 01"
    client.wait(8.0)
    resumed = client.frame()
    assert resumed.speed == 80
    assert resumed.elapsed_s is not None
    assert paused.elapsed_s is not None
    assert resumed.elapsed_s > paused.elapsed_s > 30


def test_the_deck_goes_down_slower_than_up() -> None:
    client = Client()
    client.run()
    client.ask("03 9c ff")
    client.wait(20.0)
    assert -8.5 < client.mock.deck_grade < -7.5
    client.wait(6.0)
    assert client.mock.deck_grade == -10.0
    client.ask("03 00 00")
    client.wait(20.1)
    assert client.mock.deck_grade == 0.0


def test_frames_show_the_ramp_angle_and_the_distance() -> None:
    client = Client()
    client.run()
    client.ask("03 9c ff")
    client.wait(40.0)
    before = client.frame()
    client.wait(35.75)
    after = client.frame()
    assert (after.grade, after.ramp_angle_tenths_deg, after.speed) == (-100, -57, 1000)
    assert before.distance_m is not None
    assert after.distance_m is not None
    assert after.distance_m - before.distance_m in (100, 101, 99)


def test_the_usual_frame_is_what_the_codec_would_write() -> None:
    client = Client()
    client.run()
    client.ask("03 f1 ff")
    client.wait(10.0)
    payload = next(packet.payload for packet in client.wait(1.0) if packet.uuid == TREADMILL_DATA)
    read = treadmill_data.decode(payload)
    whole = TreadmillData(
        speed=Speed(1000), distance_m=read.distance_m, grade=Grade(-15), ramp_angle_tenths_deg=-9, elapsed_s=read.elapsed_s
    )
    assert payload == treadmill_data.encode(whole)
    assert len(payload) == 13


def test_a_propped_deck_reports_its_own_count_and_stands_five_percent_lower() -> None:
    client = Client("propped")
    assert client.frame().grade == 0
    assert client.mock.true_grade == -5.0
    client.run()
    client.ask("03 32 00")
    client.wait(15.0)
    assert client.frame().grade == 50
    assert (client.mock.deck_grade, client.mock.true_grade) == (5.0, 0.0)


def test_what_lies_between_two_steps_becomes_the_milder_or_the_nearer() -> None:
    client = Client()
    client.run("02 ec 03")
    assert client.mock.belt_speed == 10.0
    client.ask("03 e0 ff")
    client.wait(20.0)
    assert client.mock.deck_grade == -3.0


# --- the control point ------------------------------------------------------------------------------------------------


def test_nothing_works_before_control_was_granted() -> None:
    client = Client()
    client.mock.disconnect(client.now)
    client.connect()
    for octets in ("01", "02 e8 03", "03 00 00", "07", "08 01"):
        assert client.ask(octets) == f"80 {octets[:2]} 05"
    assert client.ask("00") == "80 00 01"
    assert client.ask("07") == "80 07 01"


def test_a_second_procedure_is_rejected_with_0xFE() -> None:
    client = Client()
    client.run()
    client.write("02 b0 04")
    assert client.refused("02 20 03") == 0xFE
    client.wait(0.25)
    client.wait(10.0)
    assert client.mock.belt_speed == 12.0


def test_a_write_without_indications_is_rejected_with_0xFD() -> None:
    client = Client()
    client.mock.subscribe(CONTROL_POINT, on=False)
    assert client.refused("00") == 0xFD


def test_only_the_control_point_can_be_written() -> None:
    mock = Client().mock
    codes = []
    for characteristic in (TREADMILL_DATA, 0x2AD5, 0x2AD2, CONTROL_POINT):
        with pytest.raises(AttError) as error:
            mock.write(characteristic, b"", 1.0)
        codes.append(error.value.code)
    assert codes == [0x03, 0x03, 0x0A, 0x0D]


@pytest.mark.parametrize(("octets", "result"), [
    ("02 d1 07", "03"),  # 20.01 km/h
    ("02 4f 00", "03"),  # 0.79 km/h
    ("02 e8", "03"),
    ("02 e8 03 00", "03"),
    ("03 9b ff", "03"),  # −10.1 %
    ("03 97 00", "03"),  # +15.1 %
    ("03 9c ff", "01"),
    ("08", "03"),
    ("08 03", "03"),
    ("07 01", "03"),
    ("07", "04"),  # it runs already
    ("04 10", "02"),
    ("13 01", "02"),
    ("c0", "02"),
    ("00 01", "03"),
    ("01", "01"),
])  # fmt: skip
def test_each_request_gets_the_result_of_the_standard(octets: str, result: str) -> None:
    client = Client()
    client.run()
    assert client.ask(octets) == f"80 {octets[:2]} {result}"


@pytest.mark.parametrize(("preset", "speed", "incline"), [
    ("decline-10", "04", "01"), ("decline-6", "04", "04"), ("incline-only", "01", "01"), ("propped", "04", "01"),
])  # fmt: skip
def test_a_still_machine_takes_targets_or_fails_them_as_its_preset_says(preset: str, speed: str, incline: str) -> None:
    client = Client(preset)
    assert client.ask("02 58 02") == f"80 02 {speed}"
    assert client.ask("03 0a 00") == f"80 03 {incline}"
    client.wait(20.0)
    assert client.mock.belt_speed == 0.0
    assert client.mock.deck_grade == (1.0 if incline == "01" else 0.0)


def test_a_speed_asked_of_a_still_belt_waits_for_start() -> None:
    client = Client("incline-only")
    client.ask("02 58 02")
    client.ask("07")
    client.wait(20.0)
    assert client.mock.belt_speed == 6.0


def test_stop_and_pause_of_a_still_belt_fail() -> None:
    client = Client()
    assert client.ask("08 01") == "80 08 04"
    assert client.ask("08 02") == "80 08 04"


def test_a_stop_during_the_countdown_ends_it() -> None:
    client = Client()
    client.ask("07")
    client.wait(1.5)
    assert client.ask("08 01") == "80 08 01"
    client.wait(20.0)
    assert client.mock.belt_speed == 0.0
    assert client.ask("07") == "80 07 01"
    client.wait(6.0)
    assert client.mock.belt_speed == 0.8


def test_reset_stops_levels_zeroes_and_ends_control() -> None:
    client = Client()
    client.run()
    client.ask("03 ce ff")
    client.wait(15.0)
    assert client.ask("01") == "80 01 01"
    client.wait(20.0)
    frame = client.frame()
    assert (frame.speed, frame.grade) == (0, 0)
    assert frame.distance_m is not None
    assert frame.distance_m < 12
    assert client.ask("07") == "80 07 05"
    assert "01" in of(client.packets, STATUS)


def test_a_clients_own_changes_come_back_as_status_where_the_preset_echoes() -> None:
    echoing, silent = Client("decline-10"), Client("incline-only")
    for client in (echoing, silent):
        client.run()
        client.ask("03 0a 00")
        client.ask("08 02")
        client.ask("08 01")
        client.wait(1.0)
    assert of(echoing.packets, STATUS) == ["04", "05 e8 03", "06 0a 00", "02 02", "02 01"]
    assert of(silent.packets, STATUS) == []


def test_the_answer_comes_before_the_echo() -> None:
    client = Client()
    client.write("07")
    order = [packet.uuid for packet in client.wait(0.5) if packet.uuid in (CONTROL_POINT, STATUS)]
    assert order == [CONTROL_POINT, STATUS]


# --- the console and the link -----------------------------------------------------------------------------------------


def test_the_console_needs_no_permission_and_clients_hear_of_it() -> None:
    client = Client("incline-only")
    actions = (Console.START, Console.FASTER, Console.INCLINE_UP, Console.QUICK_WALK, Console.SLOWER, Console.INCLINE_DOWN)
    for action in (*actions, Console.QUICK_RUN, Console.QUICK_LEVEL, Console.PAUSE, Console.STOP):
        client.mock.console(action, client.now)
        client.wait(5.0)
    assert of(client.packets, STATUS) == [
        "04", "05 5a 00", "06 05 00", "05 90 01", "05 86 01", "06 00 00", "05 e8 03", "06 00 00", "02 02", "02 01",
    ]  # fmt: skip


def test_a_console_can_take_control_away() -> None:
    client = Client("decline-6")
    client.run()
    client.mock.console(Console.SLOWER, client.now)
    client.wait(0.25)
    assert of(client.packets, STATUS)[-2:] == ["05 de 03", "ff"]
    assert client.ask("02 e8 03") == "80 02 05"
    assert client.ask("00") == "80 00 01"
    assert client.ask("02 e8 03") == "80 02 01"


def test_the_safety_key_stops_the_belt_freezes_the_deck_and_locks_everything() -> None:
    client = Client()
    client.run()
    client.ask("03 9c ff")
    client.wait(10.0)
    client.mock.console(Console.SAFETY_KEY, client.now)
    client.wait(4.0)
    assert of(client.packets, STATUS)[-1] == "03"
    assert client.mock.belt_speed == 0.0
    frozen = client.mock.deck_grade
    assert -5.0 < frozen < -3.0
    for octets in ("07", "02 e8 03", "03 00 00"):
        assert client.ask(octets) == f"80 {octets[:2]} 04"
    client.mock.console(Console.START, client.now)
    client.wait(20.0)
    assert (client.mock.belt_speed, client.mock.deck_grade) == (0.0, frozen)
    client.mock.console(Console.KEY_BACK, client.now)
    assert client.ask("07") == "80 07 01"
    client.wait(10.0)
    assert client.mock.belt_speed == 0.8


def test_a_lost_client_leaves_the_belt_moving_and_a_new_one_begins_without_control() -> None:
    client = Client()
    client.run()
    client.mock.disconnect(client.now)
    assert client.wait(30.0) == []
    assert client.mock.belt_speed == 10.0
    with pytest.raises(ConnectionError):
        client.write("08 01")
    client.mock.connect(client.now)
    assert client.wait(5.0) == []
    assert client.refused("08 01") == 0xFD
    client.mock.subscribe(CONTROL_POINT)
    assert client.ask("08 01") == "80 08 05"


def test_only_one_central_can_connect() -> None:
    client = Client()
    with pytest.raises(ConnectionError, match="another"):
        client.mock.connect(client.now)


def test_a_procedure_of_the_last_link_is_not_answered_on_the_next() -> None:
    client = Client()
    client.write("07")
    client.mock.disconnect(client.now)
    client.connect()
    assert of(client.wait(1.0), CONTROL_POINT) == []


# --- determinism ------------------------------------------------------------------------------------------------------

_REQUESTS = ("00", "07", "08 01", "08 02", "02 e8 03", "02 90 01", "03 9c ff", "03 00 00", "03 32 00", "01", "13", "08")
_calls = st.lists(st.tuples(st.floats(0.0, 8.0), st.sampled_from(_REQUESTS) | st.sampled_from(Console) | st.none()), max_size=25)
_faulty = ("late-ack@3", "zero-glitch", "truncated-frames@5+9", "deck-overshoot", "split-frames@20", "console-steeper@4")


def _play(calls: list[tuple[float, str | Console | None]], looks: int, seed: int, *faults: str) -> list[tuple[int, str, float]]:
    """The packets of some calls, looking `looks` times between two of them."""
    client = Client("decline-10", *faults, seed=seed)
    for gap, call in calls:
        began = client.now
        for look in range(1, looks):
            client.wait(began + gap * look / looks - client.now)
        client.now = began + gap
        client.wait(0.0)
        if isinstance(call, Console):
            client.mock.console(call, client.now)
        elif call:
            with suppress(AttError):  # one procedure at a time
                client.write(call)
    client.wait(20.0)
    return [(packet.uuid, packet.payload.hex(), packet.at) for packet in client.packets]


@settings(max_examples=60, deadline=None)
@given(_calls, st.integers(0, 9))
def test_same_seed_same_bytes(calls: list[tuple[float, str | Console | None]], seed: int) -> None:
    assert _play(calls, 1, seed, *_faulty) == _play(calls, 1, seed, *_faulty)


@settings(max_examples=60, deadline=None)
@given(_calls, st.integers(2, 7))
def test_how_often_somebody_looks_changes_nothing(calls: list[tuple[float, str | Console | None]], looks: int) -> None:
    assert _play(calls, 1, 1, *_faulty) == _play(calls, looks, 1, *_faulty)


def test_another_seed_answers_at_other_times() -> None:
    assert _play([(1.0, "07")], 1, 1) != _play([(1.0, "07")], 1, 2)


@settings(max_examples=60, deadline=None)
@given(_calls)
def test_packets_come_in_order_of_time_and_never_early(calls: list[tuple[float, str | Console | None]]) -> None:
    times = [at for _, _, at in _play(calls, 2, 0, "split-frames")]
    assert times == sorted(times)


@settings(max_examples=80, deadline=None)
@given(_calls)
def test_the_belt_never_moves_without_a_start(calls: list[tuple[float, str | Console | None]]) -> None:
    starts = ("07", Console.START)
    client = Client("incline-only")
    for gap, call in calls:
        client.wait(gap)
        if isinstance(call, Console) and call not in starts:
            client.mock.console(call, client.now)
        elif isinstance(call, str) and call not in starts:
            client.ask(call)
        assert client.mock.belt_speed == 0.0
    assert all(frame.speed == 0 for frame in shown(client.packets))


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(PRESETS)), _calls)
def test_belt_and_deck_stay_in_their_ranges(preset: str, calls: list[tuple[float, str | Console | None]]) -> None:
    client = Client(preset)
    for gap, call in calls:
        client.wait(gap + 0.25)
        if isinstance(call, Console):
            client.mock.console(call, client.now)
        elif call:
            client.ask(call)
        assert 0.0 <= client.mock.belt_speed <= 20.0
        assert PRESETS[preset].lowest / 10 <= client.mock.deck_grade <= 15.0


def test_next_event_says_when_to_look_again() -> None:
    client = Client()
    client.run()
    for _ in range(50):
        due = client.mock.next_event()
        assert due > client.now
        assert client.mock.advance((client.now + due) / 2) == []
        client.now = due
        client.mock.advance(due)


def test_time_does_not_go_back() -> None:
    mock = MockTreadmill(PRESETS["decline-10"], at=5.0)
    with pytest.raises(ValueError, match="went back"):
        mock.advance(4.0)
