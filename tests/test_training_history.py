"""The history file: older versions come along, trouble is told and never fatal, and what is read is what was written."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from treadctl.training.history import History, HistoryError, Opening
from treadctl.training.model import CheckIn, Flag, Kind, Site
from treadctl.training.samples import Event, Sample, held, total
from treadctl.training.schema import STEPS, VERSION, migrate, version_of
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named

BEGUN = datetime(2027, 1, 4, 18, tzinfo=UTC)


def sample(second: int, grade: int | None = -20, speed: int | None = 800, heart: int | None = None) -> Sample:
    return Sample(
        second, "running", 1, grade, speed, -20, 800, heart, None, float(second), second * 2.0, float(second), second * 0.05
    )


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "history.db")
    yield opened
    opened.close()


def session(history: History, begun: datetime = BEGUN, *, runner: str = "Ann", simulated: bool = False, seconds: int = 90) -> int:
    opening = Opening(runner, begun, "first-descent", "First descent", simulated=simulated, planned_decline_s=60)
    ticket, _ = history.begin(opening)
    for second in range(seconds):
        history.append(ticket, sample(second))
    history.settle(history.end(ticket, "finished"))
    return ticket.id


# --- versions ----------------------------------------------------------------------------------------------------------


def made_of_version(path: Path, version: int) -> None:
    """A file as an older treadctl left it, with one session in it where it had any."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for step in STEPS[:version]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {version}")
        if version >= 1:
            told = "runner, begun, workout, title, simulated, planned_s, planned_decline_s, planned_grade, pid, seen"
            values = "'Ann', '2026-12-01T18:00:00+00:00', 'w', 'W', 0, 1800, 360, -20, 1, 0"
            statement = f"INSERT INTO session ({told}, ending, decline_s, grade) VALUES ({values}, 'finished', 360, -20)"
            connection.execute(statement)
            connection.execute("INSERT INTO sample VALUES (1, 0, 'running', 0, -20, 800, -20, 800, NULL, NULL, 0, 0, 0, 0)")


@pytest.mark.parametrize("version", range(VERSION + 1))
def test_every_older_version_comes_along_with_its_sessions(tmp_path: Path, version: int) -> None:
    path = tmp_path / "history.db"
    made_of_version(path, version)
    with closing(History(path)) as history:
        assert len(history.past("Ann").declines) == (1 if version else 0)
        history.settle(history.check_in("Ann", BEGUN, CheckIn(BEGUN.date(), 2, 1 if version else None)))
        history.settle(history.override("Ann", BEGUN, "race tomorrow", ["too soon"]))
        assert history.checks("Ann")[0].level == 2
        assert len(history.samples(1)) == (1 if version else 0)
    with closing(sqlite3.connect(path)) as connection:
        assert version_of(connection) == 2


def test_version_one_had_no_soreness_and_two_has(tmp_path: Path) -> None:
    made_of_version(tmp_path / "h.db", 1)
    with closing(sqlite3.connect(tmp_path / "h.db", isolation_level=None)) as connection:
        with pytest.raises(sqlite3.OperationalError, match="no such table"):
            connection.execute("SELECT * FROM check_in")
        assert migrate(connection) == 1
        assert connection.execute("SELECT count(*) FROM check_in").fetchone() == (0,)
        assert migrate(connection) == 2


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 3")
    with pytest.raises(HistoryError, match="version 3, and this treadctl knows up to 2"):
        History(path)


def test_a_file_that_is_no_history_is_told(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    path.write_text("these are my notes, and not a database at all, " * 10)
    with pytest.raises(HistoryError, match="cannot be used: file is not a database"):
        History(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(HistoryError):
        History(tmp_path / "file" / "history.db")


def test_the_file_is_written_as_promised(history: History) -> None:
    with closing(sqlite3.connect(history.path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert history._reader.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


# --- writing and reading -----------------------------------------------------------------------------------------------


def test_what_was_written_is_read(history: History) -> None:
    workout = load_named("first-descent")
    opening = Opening(
        "Ann",
        BEGUN,
        workout.name,
        workout.title,
        plan=workout,
        planned_s=1530,
        planned_decline_s=300,
        planned_grade=Grade(-20),
        body_mass_kg=70.5,
    )
    ticket, _ = history.begin(opening)
    history.append(ticket, sample(0, grade=0), [Event(0.0, "phase", "running")])
    for second in range(1, 101):
        history.append(ticket, sample(second, heart=120 + second % 2), [Event(second + 0.25, "form", "look up", "A2.1")])
    history.settle(history.end(ticket, "finished"))
    done = history.session(ticket.id)
    assert done is not None
    assert (done.begun, done.workout, done.ending, done.body_mass_kg) == (BEGUN, "first-descent", "finished", 70.5)
    assert (done.grade, done.decline_speed, done.heart_rate_bpm) == (Grade(-20), Speed(800), 120)
    assert dict(done.seconds_at) == {0: 1, -20: 100}
    assert (done.decline_s, done.distance_m, done.descent_m) == (100, 200.0, 5.0)
    assert history.workout(ticket.id) == workout
    assert len(history.events(ticket.id)) == 101
    assert history.events(ticket.id)[1] == Event(1.25, "form", "look up", "A2.1")


def test_a_missing_grade_is_never_zero(history: History) -> None:
    ticket, _ = history.begin(Opening("Ann", BEGUN, "w", "W"))
    history.settle(history.append(ticket, sample(0, grade=None, speed=None)))
    assert history.samples(ticket.id)[0].grade is None
    assert history.samples(ticket.id)[0].speed is None


def test_two_runners_in_one_house_have_two_histories(history: History) -> None:
    session(history)
    session(history, runner="Bob")
    history.settle(history.check_in("Bob", BEGUN, CheckIn(BEGUN.date(), 9)))
    assert len(history.past("Ann").sessions) == len(history.past("Bob").sessions) == 1
    assert history.past("Ann").checks == ()


def test_sessions_on_the_mock_count_for_nothing(history: History) -> None:
    session(history, simulated=True)
    assert history.past("Ann").sessions == ()
    assert len(history.past("Ann", simulated=True).sessions) == 1


def test_the_newest_come_last_and_can_be_limited(history: History) -> None:
    numbers = [session(history, BEGUN + timedelta(days=day), seconds=2) for day in range(4)]
    assert [done.id for done in history.sessions("Ann")] == numbers
    assert [done.id for done in history.sessions("Ann", newest=2)] == numbers[2:]


def test_check_ins_come_back_word_for_word(history: History) -> None:
    number = session(history)
    told = CheckIn(BEGUN.date(), 4, number, 48, (Site.QUADS, Site.IT_BAND), (Flag.SWELLING,), worst_day=2, worst=6, cleared=False)
    history.settle(history.check_in("Ann", BEGUN, told))
    assert history.checks("Ann") == (told,)


def test_deleting_a_session_keeps_what_the_legs_said(history: History) -> None:
    number = session(history)
    history.settle(history.check_in("Ann", BEGUN, CheckIn(BEGUN.date(), 1, number, 24, flags=(Flag.DARK_URINE,))))
    history.settle(history.delete(number))
    assert history.session(number) is None
    assert history.samples(number) == ()
    assert history.past("Ann").checks[0].flags == (Flag.DARK_URINE,)
    assert history.past("Ann").checks[0].session is None


def test_a_red_flag_is_remembered_however_long_ago(history: History) -> None:
    history.settle(history.check_in("Ann", BEGUN - timedelta(days=4000), CheckIn(BEGUN.date(), 1, flags=(Flag.SWELLING,))))
    session(history)
    assert history.past("Ann").checks[0].flags == (Flag.SWELLING,)


def test_strength_is_written_down_and_is_no_decline(history: History) -> None:
    ticket, _ = history.begin(Opening("Ann", BEGUN, "strength", "Strength", kind=Kind.STRENGTH))
    history.settle(history.end(ticket, "finished"))
    assert history.sessions("Ann")[0].kind is Kind.STRENGTH
    assert history.past("Ann").declines == ()


# --- what goes wrong ---------------------------------------------------------------------------------------------------


def test_an_open_session_of_a_living_program_is_left_alone(tmp_path: Path) -> None:
    with closing(History(tmp_path / "h.db")) as first:
        ticket, begun = first.begin(Opening("Ann", BEGUN, "w", "W"))
        begun.result()
        with closing(History(tmp_path / "h.db")) as second:
            found = second.session(ticket.id)
            assert found is not None
            assert found.ending is None
            assert second.sessions("Ann") == ()


def test_an_open_session_of_a_reused_process_number_is_closed_after_a_minute(tmp_path: Path) -> None:
    with closing(History(tmp_path / "h.db")) as first:
        ticket, begun = first.begin(Opening("Ann", BEGUN, "w", "W"))
        begun.result()
    with closing(sqlite3.connect(tmp_path / "h.db")) as connection, connection:
        connection.execute("UPDATE session SET seen = ?, pid = ?", (time.time() - 61, os.getpid()))
    with closing(History(tmp_path / "h.db")) as second:
        assert second.sessions("Ann")[0].ending == "interrupted"
        assert second.sessions("Ann")[0].id == ticket.id


def test_while_the_file_is_locked_rows_wait_and_then_arrive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treadctl.training.writer.BUSY_MS", 20)
    monkeypatch.setattr("treadctl.training.writer.RETRY_S", 0.02)
    with closing(History(tmp_path / "h.db")) as history:
        ticket, begun = history.begin(Opening("Ann", BEGUN, "w", "W"))
        begun.result()
        with closing(sqlite3.connect(tmp_path / "h.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            written = history.append(ticket, sample(0))
            until = time.monotonic() + 5
            while not history.trouble and time.monotonic() < until:
                threading.Event().wait(0.01)
            assert "locked" in history.trouble
            assert not written.done()
            other.execute("ROLLBACK")
        written.result(timeout=5)
        assert history.trouble == ""
        assert len(history.samples(ticket.id)) == 1


def test_one_piece_that_cannot_be_done_takes_no_other_with_it(history: History) -> None:
    ticket, _ = history.begin(Opening("Ann", BEGUN, "w", "W"))
    bad = history.check_in("Ann", BEGUN, CheckIn(BEGUN.date(), 1, session=4711))
    good = history.append(ticket, sample(0))
    with pytest.raises(HistoryError):
        history.settle(bad)
    good.result(timeout=5)
    assert len(history.samples(ticket.id)) == 1


# --- totals ------------------------------------------------------------------------------------------------------------


def test_a_grade_counts_as_run_after_a_minute_of_it_or_steeper() -> None:
    assert held(Counter({-20: 300, -60: 59})) == -20
    assert held(Counter({-20: 300, -60: 30, -55: 30})) == -55
    assert held(Counter({0: 600, -20: 30})) == 0


def test_totals_of_nothing_are_nothing() -> None:
    assert total([]).decline_s == 0
    assert total([]).decline_speed is None


def test_grades_are_counted_to_half_a_percent() -> None:
    samples = [sample(second, grade=grade) for second, grade in enumerate([-18, -20, -22, -23, 2, 3])]
    assert total(samples).seconds_at == '{"-25":1,"-20":3,"0":1,"5":1}'


def test_a_standing_belt_loads_nobody() -> None:
    assert total([sample(second, speed=0) for second in range(100)]).grade == 0
