"""`treadctl strength` as a person types it, and what the history keeps of it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from command_line import at_home, home, treadctl

from treadctl.cli.past import right_now
from treadctl.cli.strength import _act
from treadctl.cli.strength_voice import Aloud
from treadctl.training.history import History, Opening, history_path
from treadctl.training.model import CheckIn, Kind
from treadctl.training.samples import Sample
from treadctl.training.strength import Player
from treadctl.training.strength_file import load_named
from treadctl.training.strength_log import StrengthLog
from treadctl.workout.profile import CAUTIOUS

__all__ = ["home"]

QUICK = """\
title: Quick
for: a test
kind: {kind}
exercises:
  - exercise: {exercise}
    sets: 1
    reps: 1
    {down}
    rest: 1 s
"""


@pytest.fixture
def strength(home: Path) -> str:
    path = home / "quick.yaml"
    path.write_text(QUICK.format(kind="strength", exercise="squat", down="down: 3 s"))
    return str(path)


@pytest.fixture
def jumps(home: Path) -> str:
    path = home / "jumps.yaml"
    path.write_text(QUICK.format(kind="plyometrics", exercise="squat jumps", down=""))
    return str(path)


def decline(hours_ago: float) -> None:
    with closing(History(history_path())) as history:
        ticket, _ = history.begin(Opening(CAUTIOUS.name, right_now() - timedelta(hours=hours_ago), "hill", "Hill"))
        for second in range(120):
            totals = (float(second), second * 2.5, float(second), second * 0.1)
            history.append(ticket, Sample(second, "running", 0, -40, 900, -40, 900, None, None, *totals))
        history.settle(history.end(ticket, "finished"))


def felt(level: int) -> None:
    now = right_now()
    with closing(History(history_path())) as history:
        history.settle(history.check_in(CAUTIOUS.name, now, CheckIn(now.date(), level)))


def test_list_has_every_session_with_its_time(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = treadctl(capsys, "strength", "list")
    assert code == 0
    for name in ("first-four", "slow-four", "heavy-four", "first-springs", "all-seven"):
        assert name in out
    assert "14:41" in out


def test_show_explains_each_exercise(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = treadctl(capsys, "strength", "show", "first-four")
    assert code == 0
    assert "reverse nordic curl (assisted): 2 × 5, 3 s down, 75 s rest (A4.1)" in out
    assert "now     assisted: hold a band" in out
    assert "or      arms overhead" in out
    assert "never within 48 h after a decline" in out


def test_a_session_tried_out_counts_everything_and_counts_for_nothing(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, err = treadctl(capsys, "strength", "run", "first-four", "--time-scale", "1000")
    assert (code, err) == (0, "")
    assert out.count("down 2 3  up!") == 2 * 8 + 2 * 12 + 2 * 5 + 2 * 10
    assert "finished: 10 sets in 14:41 (tried out: counts for nothing)" in out
    with closing(History(history_path())) as history:
        assert history.sessions(CAUTIOUS.name) == ()
        (done,) = history.sessions(CAUTIOUS.name, simulated=True)
        events = history.events(done.id)
        assert (done.kind, done.ending, done.planned_s, done.is_decline) == (Kind.STRENGTH, "finished", 881, False)
        assert len(events) == 10
        assert events[2].words == "split squat (hand on a wall), set 1 of 2, left: 6 repetitions"
        assert history.past(CAUTIOUS.name, simulated=True).sessions == ()
    out = treadctl(capsys, "log", "show", "1")[1]
    assert "The first four: strength, finished" in out
    assert "calf raise (both feet on the floor), set 2 of 2: 10 repetitions" in out


def test_a_decline_closes_it_for_48_hours_with_its_numbers(
    capsys: pytest.CaptureFixture[str], home: Path, strength: str, jumps: str
) -> None:
    decline(30)
    for session in (strength, jumps):
        code, out, err = treadctl(capsys, "strength", "run", session)
        assert (code, out) == (2, "")
        assert "not today: -4.0 % for 2 min was 30 h ago" in err
        assert "waits 48 h" in err
    with closing(History(history_path())) as history:
        assert len(history.sessions(CAUTIOUS.name)) == 1


def test_plyometrics_are_refused_on_sore_legs(capsys: pytest.CaptureFixture[str], home: Path, jumps: str) -> None:
    assert "say how they are today" in treadctl(capsys, "strength", "run", jumps)[2]
    felt(3)
    code, _, err = treadctl(capsys, "strength", "run", jumps)
    assert code == 2
    assert "legs are at 3/10 today, and plyometrics want 1/10 or less (A3.5; ours)" in err


@pytest.mark.parametrize("scale", ["0", "-1", "1001", "nan"])
def test_a_time_scale_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], home: Path, strength: str, scale: str) -> None:
    assert treadctl(capsys, "strength", "run", strength, f"--time-scale={scale}")[0] == 2


def test_a_wrong_name_or_file_is_one_line(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    assert "did you mean first-four?" in treadctl(capsys, "strength", "show", "first-for")[2]
    (home / "bad.yaml").write_text("title: x\nkind: strength\nexercises:\n  - exercise: squat\n    sets: 9\n    reps: 1\n")
    code, _, err = treadctl(capsys, "strength", "run", str(home / "bad.yaml"))
    assert code == 2
    assert "bad.yaml:5: sets is not a whole number from 1 to 6" in err


def test_keys_pause_skip_and_stop(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    player = Player(load_named("first-four"), 0.0)
    with closing(History(history_path())) as history:
        log = StrengthLog(history, Opening(CAUTIOUS.name, right_now(), "first-four", "Four", kind=Kind.STRENGTH))
        silent = Aloud("off", 60, tell=lambda _: None)
        first = player.at(25.0)
        assert first is not None
        log.see(first, player.elapsed(25.0))
        assert not _act("p", player, 25.0, log, silent)
        assert player.paused
        assert not _act("p", player, 99.0, log, silent)
        assert player.elapsed(99.0) == 25.0
        assert not _act("n", player, 99.0, log, silent)
        following = player.at(99.0)
        assert following is not None
        log.see(following, player.elapsed(99.0))
        assert following.beat.act.value == "rest"
        assert not _act("m", player, 99.0, log, silent)
        assert [silent.rings] == [False]
        assert not _act("m", player, 99.0, log, silent)
        assert [silent.rings] == [True]
        assert not _act("?", player, 99.0, log, silent)
        assert _act("s", player, 99.0, log, silent)
        history.settle(log.end("stopped"))
        assert (log.sets, log.worked_s) == (0, 25.0)  # a set that was skipped was not done


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_control_c_stops_it_and_keeps_what_was_done(home: Path, strength: str) -> None:
    command = [sys.executable, "-m", "treadctl", "strength", "run", strength]
    process = subprocess.Popen(command, env=os.environ | at_home(home), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    while not process.stdout.readline().startswith("  or      with weights"):
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "stopped: 0 sets" in out
    with closing(History(history_path())) as history:
        (done,) = history.sessions(CAUTIOUS.name)
        assert done.ending == "stopped"


def test_a_session_without_a_belt_is_no_run_for_other_programs(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    treadctl(capsys, "strength", "run", "first-springs", "--time-scale", "1000")
    code, _, err = treadctl(capsys, "log", "export", "1", "--fit")
    assert code == 2
    assert "no moving belt" in err


def test_a_voice_that_is_none_is_refused(capsys: pytest.CaptureFixture[str], home: Path, strength: str) -> None:
    code, _, err = treadctl(capsys, "strength", "run", strength, "--voice", "loud")
    assert code == 2
    assert "it is one of quiet, coach, chatty, off" in err


def test_the_schema_is_printed_for_editors(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = treadctl(capsys, "schema", "--strength")
    assert (code, json.loads(out)["title"]) == (0, "treadctl strength session")
