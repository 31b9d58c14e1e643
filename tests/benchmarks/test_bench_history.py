"""How long the training commands take over ten thousand sessions: twice a week for a century.

Whole processes are printed beside a Python that does nothing, in processor time: what else runs here stretches the wall's. What
is asserted is the promise of 0.3 s.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from treadctl.engine.words import Machine
from treadctl.safety import Deck
from treadctl.training.history import History
from treadctl.training.kept import text_of
from treadctl.training.progression import Call, advise
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

pytestmark = pytest.mark.benchmark
FIRST = datetime(1926, 1, 4, 18, 0, tzinfo=UTC)
SESSIONS = 10_000
PROCESSES = 9
RUNNER = Profile(name="R", ceiling=Grade(-100), chosen=True)
COLUMNS = """runner, begun, workout, title, simulated, planned_s, planned_decline_s, planned_grade, pid, seen,
    ending, running_s, decline_s, grade, seconds_at, decline_speed"""


def filled(path: Path) -> None:
    """Ten thousand sessions of 6 minutes at −2, half a week apart, with three checks after each; straight into the tables."""
    History(path).close()
    with sqlite3.connect(path) as connection:
        for index in range(SESSIONS):
            begun = FIRST + timedelta(hours=84 * index)
            row = (
                "R",
                begun.isoformat(),
                "w",
                "W",
                0,
                1800,
                360,
                -20,
                1,
                0.0,
                "finished",
                1800,
                360,
                -20,
                '{"0":1400,"-20":360}',
                800,
            )
            holes = ", ".join("?" * len(row))
            connection.execute(f"INSERT INTO session ({COLUMNS}) VALUES ({holes})", row)
            for hours in (24, 48, 72):
                at = (begun + timedelta(hours=hours)).isoformat()
                connection.execute(
                    "INSERT INTO check_in (runner, at, level, session, after_h) VALUES ('R', ?, 0, ?, ?)", (at, index + 1, hours)
                )
        machine = text_of(Machine("Ten", Speed(80), Speed(2000), 10, Deck(Grade(-100), Grade(150), 5)))
        connection.execute("UPDATE session SET machine_plain = ? WHERE id = ?", (machine, SESSIONS))
    connection.close()


def best_of(times: int, call: Callable[[], object]) -> float:
    """Seconds of the quickest."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return min(taken)


def test_list_and_next_over_ten_thousand_sessions(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "h.db"
    filled(path)
    today = date(2021, 10, 20)

    def listed() -> None:
        history = History(path)
        assert len(history.sessions("R", newest=20)) == 20
        history.close()

    def advised() -> None:
        history = History(path)
        advice = advise(history.past("R"), RUNNER, history.last_machine("R"), today)
        assert advice.call in (Call.GO, Call.WAIT)
        history.close()

    def all_of_them() -> None:
        history = History(path)
        assert len(history.sessions("R")) == SESSIONS
        history.close()

    list_s, next_s, all_s = (best_of(3, call) for call in (listed, advised, all_of_them))
    with capsys.disabled():
        text = f"list {list_s * 1000:.0f} ms, next {next_s * 1000:.0f} ms, list --all {all_s * 1000:.0f} ms"
        sys.stdout.write(f"\n  {SESSIONS} sessions: {text} (Python {sys.version.split()[0]})\n")
    assert list_s < 0.3
    assert next_s < 0.3


def process_s(environment: dict[str, str], *arguments: str) -> tuple[float, float]:
    """Processor and wall seconds of one whole process."""
    before, begun = spent_by_children_s(), time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, timeout=60, env=environment)
    wall = time.perf_counter() - begun
    return (spent_by_children_s() - before if sys.platform != "win32" else wall), wall


def spent_by_children_s() -> float:
    """Processor seconds to the microsecond: os.times() counts in hundredths, and a Python that does nothing takes one or none."""
    if sys.platform == "win32":
        return 0.0
    from resource import RUSAGE_CHILDREN, getrusage

    spent = getrusage(RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


@pytest.mark.parametrize("command", [("next",), ("log", "list")], ids=" ".join)
def test_a_whole_process_over_ten_thousand_sessions(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a profile and a treadmill, as somebody has who runs. In turn with a Python that does nothing; the best of each."""
    filled(tmp_path / "h.db")
    (tmp_path / "r.toml").write_text(f'name = {json.dumps(RUNNER.name)}\neasy_pace = "9 km/h"\ngrade_ceiling = -10\n')
    environment = os.environ | {"TREADCTL_HISTORY": str(tmp_path / "h.db"), "TREADCTL_PROFILE": str(tmp_path / "r.toml")}
    rounds = [
        (process_s(environment, "-m", "treadctl", *command), process_s(environment, "-c", "pass")) for _ in range(PROCESSES)
    ]
    (ours, wall), (nothing, _) = (tuple(map(min, zip(*times, strict=True))) for times in zip(*rounds, strict=True))
    ours_ms, wall_ms, nothing_ms = (round(seconds * 1000) for seconds in (ours, wall, nothing))
    with capsys.disabled():
        sys.stdout.write(
            f"\n  treadctl {' '.join(command)} over {SESSIONS} sessions: {ours_ms} ms of processor, {wall_ms} ms by the wall; "
            f"python -c pass {nothing_ms} ms: {ours / nothing:.1f} times as long\n"
        )
    assert ours < 0.3
