"""The FIT file, read back by code that is not its writer's, and compared with the history field by field."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta, timezone
from functools import cache
from itertools import pairwise
from math import atan, sin
from pathlib import Path
from typing import Any

import fitdecode
import pytest
from command_line import FAST, home, short, treadctl
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.training.fit_file import NothingToExport, to_fit
from treadctl.training.history import History, Opening, history_path
from treadctl.training.model import Done, Kind
from treadctl.training.samples import Sample
from treadctl.workout.library import load_named
from treadctl.workout.model import Segment, SegmentKind, Workout
from treadctl.workout.profile import CAUTIOUS

__all__ = ["home", "short"]

BEGUN = datetime(2027, 1, 4, 18, 30, tzinfo=timezone(timedelta(hours=-5)))
Message = dict[str, Any]


def decoded(octets: bytes) -> list[tuple[str, Message]]:
    """Every message with its fields; a wrong CRC or anything odd in the file is an error."""
    reader = fitdecode.FitReader(
        io.BytesIO(octets), check_crc=fitdecode.CrcCheck.RAISE, error_handling=fitdecode.ErrorHandling.RAISE
    )
    return [
        (frame.name, {field.name: field.value for field in frame.fields})
        for frame in reader
        if isinstance(frame, fitdecode.FitDataMessage)
    ]


def named(messages: Sequence[tuple[str, Message]], name: str) -> list[Message]:
    return [fields for found, fields in messages if found == name]


class Run:
    """A session told second by second, with its totals kept as the engine keeps them."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self._sums = (0.0, 0.0, 0.0, 0.0)

    def go(self, seconds: int, grade: int | None, speed: int | None, segment: int = 0, **told: int | None) -> Run:
        """So many seconds in a step; a belt that does not move adds nothing."""
        for _ in range(seconds):
            running, distance, decline, descent = self._sums
            if speed is not None and speed > 0:
                metres = speed / 360
                falls = grade is not None and grade <= -5
                fall = metres * sin(atan(-grade / 1000)) if grade is not None and falls else 0.0
                self._sums = (running + 1, distance + metres, decline + falls, descent + fall)
            heart, rate = told.get("heart"), told.get("rate")
            phase = "running" if speed else "paused"
            row = (len(self.samples), phase, segment, grade, speed, grade or 0, speed or 0, heart, rate)
            running, distance, decline, descent = self._sums
            self.samples.append(Sample(*row, running, round(distance, 2), decline, round(descent, 3)))
        return self

    def fit(self, workout: Workout | None = None) -> list[tuple[str, Message]]:
        return decoded(to_fit(Done(7, BEGUN), self.samples, workout))


@cache
def steep() -> tuple[Run, list[tuple[str, Message]]]:
    """Twenty minutes at −10 % and 10 km/h, 175 steps a minute, heart rate told every other second."""
    run = Run()
    for _ in range(600):
        run.go(1, -100, 1000, rate=175, heart=141).go(1, -100, 1000, rate=175)
    return run, run.fit()


def test_twenty_minutes_at_ten_percent_fall_332_metres() -> None:
    messages = steep()[1]
    (session,) = named(messages, "session")
    assert session["total_descent"] == 332
    assert session["total_ascent"] == 0
    assert session["total_distance"] == pytest.approx(3333.33, abs=0.02)
    heights = [record["enhanced_altitude"] for record in named(messages, "record")]
    assert heights[0] - heights[-1] == pytest.approx(331.4, abs=0.2)  # the first record is a second down already
    assert all(later <= earlier for earlier, later in pairwise(heights))
    assert 0 <= heights[-1] < 1


def test_every_record_is_its_second_of_the_history() -> None:
    run, messages = steep()
    records = named(messages, "record")
    assert len(records) == len(run.samples) == 1200
    for sample, record in zip(run.samples, records, strict=True):
        assert record["timestamp"] == BEGUN + timedelta(seconds=sample.second)
        assert record["grade"] == -10.0
        assert record["distance"] == pytest.approx(sample.distance_m, abs=0.006)
        assert record["enhanced_speed"] == pytest.approx(2.778, abs=0.0006)
        assert record.get("heart_rate") == sample.heart_rate_bpm
        assert (record["cadence"], record["fractional_cadence"]) == (87, 0.5)
        assert record["step_length"] == pytest.approx(952.4, abs=0.06)


def test_the_session_adds_up() -> None:
    (session,) = named(steep()[1], "session")
    assert session["sport"] == "running"
    assert session["sub_sport"] == "treadmill"
    assert session["total_timer_time"] == session["total_elapsed_time"] == 1200.0
    assert session["total_strides"] == 1750
    assert session["avg_heart_rate"] == session["max_heart_rate"] == 141
    assert (session["avg_running_cadence"], session["avg_fractional_cadence"]) == (87, 0.5)
    assert session["max_neg_grade"] == session["avg_neg_grade"] == session["avg_grade"] == -10.0
    assert session["enhanced_avg_speed"] == pytest.approx(2.778, abs=0.0006)


def test_the_file_says_what_it_is_and_where_its_clock_stood() -> None:
    messages = steep()[1]
    assert [name for name, _ in messages if name != "record"] == [
        "file_id",
        "device_info",
        "event",
        "event",
        "lap",
        "session",
        "activity",
    ]
    (about,) = named(messages, "file_id")
    assert (about["type"], about["manufacturer"], about["product_name"]) == ("activity", "development", "treadctl")
    assert about["time_created"] == BEGUN
    (activity,) = named(messages, "activity")
    assert activity["num_sessions"] == 1
    assert activity["local_timestamp"].isoformat()[:19] == "2027-01-04T18:49:59"  # the wall's, not UTC


def test_what_was_not_told_is_left_out_and_never_zero() -> None:
    messages = Run().go(5, -20, 900).go(3, None, None).go(5, -20, 900).fit()
    assert not {"heart_rate", "cadence", "fractional_cadence", "step_length"} & {
        key for record in named(messages, "record") for key in record
    }
    (session,) = named(messages, "session")
    assert not {"avg_heart_rate", "avg_running_cadence", "total_strides"} & set(session)
    blind = [Sample(s, "running", 0, None, None, 0, 0, None, None, s + 1.0, 0.0, 0.0, 0.0) for s in range(3)]
    records = named(decoded(to_fit(Done(7, BEGUN), blind, None)), "record")
    assert len(records) == 3
    assert not {"grade", "enhanced_speed"} & {key for record in records for key in record}


def test_pauses_stop_the_timer_and_write_no_records() -> None:
    run = Run().go(4, 0, 0).go(60, -20, 900).go(30, -20, 0).go(40, -20, 900).go(5, 0, 0)
    messages = run.fit()
    events = [(event["event_type"], event["timestamp"] - BEGUN) for event in named(messages, "event")]
    assert [(kind, at.total_seconds()) for kind, at in events] == [
        ("start", 3),
        ("stop", 63),
        ("start", 93),
        ("stop_all", 133),
    ]
    assert len(named(messages, "record")) == 100
    (session,) = named(messages, "session")
    assert (session["total_timer_time"], session["total_elapsed_time"]) == (100, 130)
    order = [fields["timestamp"] for name, fields in messages if name in ("record", "event")]
    assert order == sorted(order)


def test_each_step_of_the_workout_is_a_lap_with_its_grade_and_descent() -> None:
    kinds = (SegmentKind.WARM_UP, SegmentKind.DECLINE, SegmentKind.RECOVER, SegmentKind.DECLINE, SegmentKind.COOL_DOWN)
    grades = (0, -40, 0, -60, 0)
    steps = [Segment(kind, 60, distance_m=150 if kind is SegmentKind.RECOVER else None) for kind in kinds]
    run = Run()
    for index, grade in enumerate(grades):
        run.go(60, grade, 900, segment=index, heart=120 + index)
    messages = run.fit(Workout("w", "W", "", tuple(steps)))
    laps = named(messages, "lap")
    assert [lap["intensity"] for lap in laps] == ["warmup", "active", "recovery", "active", "cooldown"]
    assert [lap["lap_trigger"] for lap in laps] == ["time", "time", "distance", "time", "session_end"]
    assert [lap["wkt_step_index"] for lap in laps] == [lap["message_index"] for lap in laps] == [0, 1, 2, 3, 4]
    assert [lap.get("avg_neg_grade") for lap in laps] == [None, -4.0, None, -6.0, None]
    assert [lap.get("max_neg_grade") for lap in laps] == [None, -4.0, None, -6.0, None]
    assert [lap["total_descent"] for lap in laps] == [0, 6, 0, 9, 0]  # 150 m of belt each, times 0.0400 and 0.0599
    assert [lap["avg_heart_rate"] for lap in laps] == [120, 121, 122, 123, 124]
    assert sum(lap["total_timer_time"] for lap in laps) == named(messages, "session")[0]["total_timer_time"] == 300
    assert all(a["timestamp"] == b["start_time"] for a, b in pairwise(laps))


def test_a_step_gone_back_to_is_another_lap() -> None:
    laps = named(Run().go(9, 0, 900, 0).go(9, -20, 900, 1).go(9, 0, 900, 0).fit(load_named("first-descent")), "lap")
    assert [lap["wkt_step_index"] for lap in laps] == [0, 1, 0]


def test_uphill_counts_as_ascent_and_lifts() -> None:
    messages = Run().go(360, 50, 1000).fit()
    (session,) = named(messages, "session")
    assert (session["total_ascent"], session["total_descent"]) == (50, 0)  # 1000 m of belt at 5 %
    assert "avg_neg_grade" not in session
    heights = [record["enhanced_altitude"] for record in named(messages, "record")]
    assert heights[-1] == pytest.approx(49.9, abs=0.2)


def test_a_session_whose_belt_never_moved_is_refused() -> None:
    with pytest.raises(NothingToExport, match="session 7 has no moving belt"):
        to_fit(Done(7, BEGUN), Run().go(20, 0, 0).samples, None)


seconds = st.tuples(
    st.integers(1, 4),
    st.none() | st.integers(-120, 400),
    st.none() | st.integers(0, 65535),
    st.integers(0, 3),
    st.none() | st.integers(0, 255),
    st.none() | st.integers(0, 400),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(seconds, min_size=1, max_size=12))
def test_whatever_a_machine_told_becomes_a_file_that_reads_back(told: list[tuple[Any, ...]]) -> None:
    run = Run()
    for length, grade, speed, segment, heart, rate in told:
        run.go(length, grade, speed, segment, heart=heart, rate=rate)
    moved = [sample for sample in run.samples if sample.speed]
    if not moved:
        return
    messages = run.fit(load_named("first-descent"))
    assert len(named(messages, "record")) == len(moved)
    (session,) = named(messages, "session")
    assert session["total_timer_time"] == len(moved)
    assert session["total_descent"] == round(run.samples[-1].descent_m)


# --- as a person types it ----------------------------------------------------------------------------------------------


def test_a_session_on_the_mock_becomes_a_file(capsys: pytest.CaptureFixture[str], home: Path, short: str, tmp_path: Path) -> None:
    assert treadctl(capsys, "run", short, *FAST)[0] == 0
    code, out, _ = treadctl(capsys, "log", "export", "1", "--fit", "--to", str(tmp_path / "a.fit"))
    assert code == 0
    assert "m of descent" in out
    messages = decoded((tmp_path / "a.fit").read_bytes())
    with closing(History(history_path())) as history:
        done = history.session(1)
        samples = [sample for sample in history.samples(1) if sample.running_s > 0]
    assert done is not None
    (session,) = named(messages, "session")
    assert session["total_timer_time"] == pytest.approx(samples[-1].running_s, abs=0.01)
    assert session["total_distance"] == pytest.approx(samples[-1].distance_m, abs=0.02)
    assert session["total_descent"] == round(done.descent_m)
    assert [lap["intensity"] for lap in named(messages, "lap")] == ["warmup", "active", "cooldown"]
    by_second = {sample.second: sample for sample in samples}
    for record in named(messages, "record"):
        sample = by_second[round((record["timestamp"] - done.begun).total_seconds())]
        assert record.get("grade") == (None if sample.grade is None else sample.grade / 10)
        assert record["distance"] == pytest.approx(sample.distance_m, abs=0.02)


def test_what_feet_and_heart_told_is_in_history_csv_and_fit_alike(
    capsys: pytest.CaptureFixture[str], home: Path, short: str, tmp_path: Path
) -> None:
    """From the sensors' frames to a training log: at 20 s the foot pod falls silent for a while, at 45 s nobody steps."""
    worn = ("--foot-pod", "mock:stale@20+12,nobody@45+3", "--heart", "mock")
    assert treadctl(capsys, "run", short, *FAST, *worn)[0] == 0
    assert treadctl(capsys, "log", "export", "1", "--fit", "--to", str(tmp_path / "a.fit"))[0] == 0
    with closing(History(history_path())) as history:
        done, samples = history.session(1), [sample for sample in history.samples(1) if sample.running_s > 0]
    assert done is not None
    rates = [sample.step_rate_spm for sample in samples]
    assert None in rates[20:35]  # what is not told is not invented
    assert 0 in rates[45:60]  # and standing on the rails is no gap
    assert len([rate for rate in rates if rate]) > 30
    assert all(sample.heart_rate_bpm for sample in samples[10:])
    rows = [row for row in csv.DictReader(io.StringIO(treadctl(capsys, "log", "export", "1")[1])) if float(row["running_s"]) > 0]
    told = [(row["step_rate_spm"], row["heart_rate_bpm"]) for row in rows]
    assert told == [tuple("" if v is None else str(v) for v in (s.step_rate_spm, s.heart_rate_bpm)) for s in samples]

    messages = decoded((tmp_path / "a.fit").read_bytes())
    by_second = {sample.second: sample for sample in samples}
    records = named(messages, "record")
    assert len(records) > 60
    for record in records:
        sample = by_second[round((record["timestamp"] - done.begun).total_seconds())]
        rate, speed = sample.step_rate_spm, sample.speed
        assert record.get("heart_rate") == sample.heart_rate_bpm
        assert ("cadence" in record) == (rate is not None)
        if rate is not None:
            assert (record["cadence"] + record["fractional_cadence"]) * 2 == rate
        assert ("step_length" in record) == bool(rate and speed)
        if rate and speed:
            assert record["step_length"] == pytest.approx(speed / 360 * 60 / rate * 1000, abs=0.06)
    (session,) = named(messages, "session")
    stepping = [s.step_rate_spm for s in samples if s.step_rate_spm]
    assert session["max_running_cadence"] == max(stepping) // 2
    assert session["avg_running_cadence"] + session["avg_fractional_cadence"] == pytest.approx(
        sum(stepping) / len(stepping) / 2, abs=0.26
    )
    hearts = [s.heart_rate_bpm for s in samples if s.heart_rate_bpm]
    assert (session["max_heart_rate"], session["avg_heart_rate"]) == (max(hearts), round(sum(hearts) / len(hearts)))


def test_who_stands_on_the_rails_makes_no_strides_and_has_no_cadence() -> None:
    (session,) = named(Run().go(60, -20, 900, rate=170).go(60, -20, 900, rate=0).fit(), "session")
    assert session["total_strides"] == 85  # of the first minute
    assert (session["avg_running_cadence"], session["avg_fractional_cadence"]) == (85, 0.0)


def test_all_sessions_at_once_and_those_without_a_belt_are_left_out(
    capsys: pytest.CaptureFixture[str], home: Path, tmp_path: Path
) -> None:
    with closing(History(history_path())) as history:
        ticket, _ = history.begin(Opening(CAUTIOUS.name, BEGUN, "four", "Four", kind=Kind.STRENGTH))
        history.settle(history.end(ticket, "finished"))
        ticket, _ = history.begin(Opening(CAUTIOUS.name, BEGUN, "hill", "Hill"))
        for sample in Run().go(20, -20, 900).samples:
            history.append(ticket, sample)
        history.settle(history.end(ticket, "finished"))
        assert len(history.sessions(CAUTIOUS.name)) == 2
    code, out, err = treadctl(capsys, "log", "export", "--all", "--fit", "--to", str(tmp_path / "out"))
    assert (code, err) == (0, "")
    assert "1 sessions written" in out
    assert "1 without a moving belt left out" in out
    (file,) = (tmp_path / "out").iterdir()
    assert file.name == "2027-01-04T18-30-00_hill_2.fit"
    code, _, err = treadctl(capsys, "log", "export", "1", "--fit")
    assert code == 2
    assert "session 1 has no moving belt" in err
    assert treadctl(capsys, "log", "export", "1", "--fit", "--csv")[0] == 2
