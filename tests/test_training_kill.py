"""kill -9 at any moment: what was acknowledged is there, and the next start closes the session as interrupted."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from treadctl.training.history import History

WRITER = Path(__file__).with_name("training_writer.py")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")


def kill_while_writing(path: Path, chance: Random) -> tuple[int, int]:
    """Kill a writer somewhere in its work; the session it opened, and the last second it was told is on disk."""
    with subprocess.Popen([sys.executable, str(WRITER), str(path)], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        session = int(program.stdout.readline().removeprefix("session "))
        for _ in range(chance.randint(1, 150)):
            acknowledged = int(program.stdout.readline())
        program.send_signal(signal.SIGKILL)
        for line in program.stdout:
            if line.endswith("\n"):
                acknowledged = int(line)
    return session, acknowledged


def kill(times: int, tmp_path: Path) -> None:
    path, chance = tmp_path / "history.db", Random(times)
    for _ in range(times):
        session, acknowledged = kill_while_writing(path, chance)
        history = History(path)
        samples, done = history.samples(session), history.session(session)
        events = history.events(session)
        history.close()
        assert [sample.second for sample in samples] == list(range(len(samples)))
        assert len(samples) in (acknowledged + 1, acknowledged + 2)  # one more may be on disk and not yet told
        assert len(events) == len(samples)
        assert done is not None
        assert done.ending == "interrupted"
        assert done.decline_s == samples[-1].second
        assert done.seconds_at == ((-20, len(samples)),)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_five_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill(5, tmp_path)


@pytest.mark.long
def test_twenty_kills_lose_nothing_acknowledged(tmp_path: Path) -> None:
    kill(20, tmp_path)
