"""Real processes and real signals: whatever ends `treadctl run`, the belt was told to stop before, and in bounded time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pytest
from command_line import SHORT, at_home

from treadctl.journal import replay

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals, pipes and terminals as POSIX has them")

WITHIN_S = 60.0
"""Far more than anything here takes; a test that needs it fails."""
RUN = ("run", "first-descent", "--mock", "--arm", "--time-scale", "40", "--json")
AT_ONCE = ("--mock", "--arm", "--time-scale", "1000")


class Process:
    """One `treadctl` with a home of its own."""

    def __init__(self, home: Path, *arguments: str, **how: Any) -> None:
        self.home = home
        command = [sys.executable, "-m", "treadctl", *arguments]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | how
        self.it = subprocess.Popen(command, env=at_home(home), text=True, **pipes)
        self.lines: list[dict[str, Any]] = []

    @property
    def out(self) -> IO[str]:
        assert self.it.stdout is not None
        return self.it.stdout

    def until(self, event: str, **what: str) -> None:
        """Read JSON lines up to one that says so."""
        for line in self.out:
            said = json.loads(line)
            self.lines.append(said)
            if said["event"] == event and what.items() <= said.items():
                return
        raise AssertionError(f"{event} {what} never came; {self.it.stderr.read() if self.it.stderr else ''}")

    def end(self) -> tuple[int, str]:
        """Exit code and stderr; what was still to be read of stdout is kept as lines."""
        out, err = self.it.communicate(timeout=WITHIN_S)
        self.lines += [json.loads(line) for line in (out or "").splitlines()]
        return self.it.returncode, err or ""

    def stops(self) -> list[str]:
        """The outcomes of every Stop, as the link told them."""
        words = [line["word"] for line in self.lines if line["event"] == "link"]
        return [word[1]["outcome"] for word in words if word[0] == "Answered" and word[1]["command"] == "stop"]

    def journal(self) -> Path:
        (found,) = (self.home / "treadctl" / "journals").glob("*.jsonl")
        return found

    def stops_in_journal(self) -> int:
        """How many Stops the engine sent."""
        return self.journal().read_text().count('["Stop",{}]')


@contextlib.contextmanager
def started(home: Path, *arguments: str, **how: Any) -> Iterator[Process]:
    process = Process(home, *arguments, **how)
    try:
        yield process
    finally:
        process.it.kill()
        process.it.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_stops_the_belt_and_then_the_program(tmp_path: Path, number: signal.Signals) -> None:
    with started(tmp_path, *RUN) as process:
        process.until("phase", phase="running")
        process.it.send_signal(number)
        code, err = process.end()
    assert (code, err) == (0, "")
    assert process.stops() == ["accepted"]
    summary = process.lines[-1]
    assert (summary["event"], summary["ending"], summary["exit"]) == ("summary", "stopped", 0)
    again = replay(process.journal())
    assert (again.differences, again.torn) == ((), False)


def test_a_second_signal_leaves_at_once_with_a_last_stop(tmp_path: Path) -> None:
    """The belt takes its time: at a tenth of its braking, in real time, waiting for it would take half a minute."""
    with started(tmp_path, *RUN, "--fault", "slow-belt@5") as process:
        process.until("state", phase="running")
        time.sleep(1)  # a belt that runs; the clock here is the wall's
        process.it.send_signal(signal.SIGTERM)
        process.until("phase", phase="stopping")
        begun = time.monotonic()
        process.it.send_signal(signal.SIGTERM)
        code, err = process.end()
    assert time.monotonic() - begun < 4
    assert code == 0
    if process.lines[-1]["ending"] is None:
        assert err == (
            "treadctl: left at once; the last that the belt was told is Stop: "
            "if it still moves, use the console's stop or the safety key\n"
        )
    assert process.stops_in_journal() >= 1
    assert process.lines[-1]["event"] == "summary"


def test_any_number_of_signals_is_no_traceback(tmp_path: Path) -> None:
    with started(tmp_path, *RUN) as process:
        process.until("phase", phase="running")
        for _ in range(20):
            with contextlib.suppress(ProcessLookupError):
                process.it.send_signal(signal.SIGINT)
            time.sleep(0.005)
        code, err = process.end()
    assert code == 0
    assert "Traceback" not in err
    assert process.stops_in_journal() >= 1


def test_a_signal_before_anybody_armed_ends_the_program(tmp_path: Path) -> None:
    with started(tmp_path, *RUN) as process:
        process.until("phase", phase="ready")
        process.it.send_signal(signal.SIGINT)
        code, err = process.end()
    assert (code, err) == (0, "")
    assert process.lines[-1]["ending"] == "stopped"


def test_a_killed_session_leaves_a_journal_that_replays(tmp_path: Path) -> None:
    with started(tmp_path, *RUN) as process:
        process.until("phase", phase="running")
        process.until("state")
        process.it.kill()
        process.it.communicate()
        again = replay(process.journal())
    assert again.differences == ()
    assert again.steps > 20


def test_a_reader_that_goes_away_stops_the_belt_without_a_traceback(tmp_path: Path) -> None:
    with started(tmp_path, *RUN) as process:
        process.until("phase", phase="running")
        process.out.close()
        code = process.it.wait(WITHIN_S)
        assert process.it.stderr is not None
        err = process.it.stderr.read()
    assert (code, err) == (0, "")
    assert process.stops_in_journal() == 1
    assert replay(process.journal()).differences == ()


def test_a_reader_that_stalls_holds_nothing_up(tmp_path: Path) -> None:
    """Nobody reads: the pipe is full within a second, and the session goes on to a clean end all the same."""
    with started(tmp_path, "run", "first-descent", *AT_ONCE, "--json") as process:
        assert process.it.wait(WITHIN_S) == 0
        assert process.it.stderr is not None
        assert process.it.stderr.read() == "treadctl: the terminal took no more lines; the session itself went on to its end\n"
        lines = process.out.read().splitlines()
    for line in lines[:-1]:
        json.loads(line)
    last = replay(process.journal()).last
    assert last is not None
    assert last.snapshot.ending is not None


@pytest.mark.parametrize("arguments", [("simulate", "first-descent", "--json"), ("workouts", "list"), ("--help",), ("schema",)])
def test_head_is_no_traceback(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with started(tmp_path, *arguments) as process:
        process.out.readline()
        process.out.close()
        assert process.it.wait(WITHIN_S) == 0
        assert process.it.stderr is not None
        assert process.it.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
@pytest.mark.parametrize("arguments", [("simulate", "short.yaml"), ("--help",), ("run", "short.yaml", *AT_ONCE)])
def test_output_that_fits_nowhere_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    (tmp_path / "short.yaml").write_text(SHORT)
    with Path("/dev/full").open("w") as full, started(tmp_path, *arguments, stdout=full, cwd=tmp_path) as process:
        code, err = process.end()
    assert err.count("\n") == 1
    assert "No space left on device" in err
    assert code == (0 if arguments[0] == "run" else 1), "a session goes on without its lines"


def test_closed_standard_streams_are_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "short.yaml").write_text(SHORT)
    command = f"{sys.executable} -m treadctl run short.yaml {' '.join(AT_ONCE)} <&- >&- 2>&-"
    done = subprocess.run(["/bin/sh", "-c", command], env=at_home(tmp_path), cwd=tmp_path, timeout=WITHIN_S, check=False)
    assert done.returncode == 0


# --- at a terminal ---------------------------------------------------------------------------------------------------


class Terminal:
    """A terminal that a test holds the other end of."""

    def __init__(self) -> None:
        import pty

        self.ours, self.theirs = pty.openpty()
        self.said = ""

    def type(self, text: str) -> None:
        os.write(self.ours, text.encode())

    def until(self, words: str) -> None:
        ends = time.monotonic() + WITHIN_S
        while words not in self.said:
            assert time.monotonic() < ends, self.said
            try:
                self.said += os.read(self.ours, 4096).decode(errors="replace")
            except OSError:
                raise AssertionError(f"{words!r} never came: {self.said}") from None


@contextlib.contextmanager
def at_terminal(home: Path, *arguments: str) -> Iterator[tuple[Terminal, Process]]:
    terminal = Terminal()
    how = {"stdin": terminal.theirs, "stdout": terminal.theirs, "stderr": subprocess.PIPE, "start_new_session": True}
    with started(home, *arguments, **how) as process:
        os.close(terminal.theirs)
        try:
            yield terminal, process
        finally:
            with contextlib.suppress(OSError):
                os.close(terminal.ours)


MANUAL = ("run", "first-descent", "--mock", "--headless", "--time-scale", "20")


def test_letters_are_keys_and_an_unknown_one_is_said(tmp_path: Path) -> None:
    with at_terminal(tmp_path, *MANUAL) as (terminal, process):
        terminal.until("keys, each with Enter: a arm, ")
        terminal.type("y\n")
        terminal.until("'y' is no key; keys, each with Enter")
        terminal.until("ready")
        time.sleep(0.4)
        terminal.type("a\n")
        terminal.until("countdown")
        terminal.until("running")
        terminal.type("p\n")
        terminal.until("paused")
        terminal.type(" S \n")
        terminal.until("First descent: stopped by the runner")
        assert process.it.wait(WITHIN_S) == 0
    assert replay(process.journal()).differences == ()


@pytest.mark.parametrize("how", ["end of input", "hang-up"])
def test_a_terminal_that_goes_away_stops_the_belt(tmp_path: Path, how: str) -> None:
    with at_terminal(tmp_path, *MANUAL, "--arm") as (terminal, process):
        terminal.until("running")
        if how == "hang-up":
            os.close(terminal.ours)
        else:
            terminal.type("\x04")
        assert process.it.wait(WITHIN_S) == 0
        assert process.it.stderr is not None
        assert "Traceback" not in process.it.stderr.read()
    assert process.stops_in_journal() >= 1


def test_a_real_treadmill_needs_the_runners_own_pace_and_a_radio(tmp_path: Path) -> None:
    with at_terminal(tmp_path, "run", "first-descent", "--treadmill", "AA:BB:CC:DD:EE:FF", "--headless") as (_, process):
        assert process.it.wait(WITHIN_S) == 2
        assert process.it.stderr is not None
        assert (
            process.it.stderr.read() == "treadctl: a real belt needs your own easy pace first: treadctl profile --easy '9 km/h'\n"
        )


@pytest.mark.skipif(sys.platform != "linux", reason="how to take a Linux machine's radio away")
def test_a_computer_without_bluetooth_is_told_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    with started(tmp_path, "profile", "--easy", "9 km/h") as process:
        assert process.it.wait(WITHIN_S) == 0
    with at_terminal(tmp_path, "run", "first-descent", "--treadmill", "AA:BB:CC:DD:EE:FF", "--headless") as (terminal, process):
        terminal.type("0\n0\n")  # legs today, and down the stairs
        assert process.it.wait(WITHIN_S) == 3
        assert process.it.stderr is not None
        err = process.it.stderr.read()
    assert err.count("\n") == 1
    assert "no Bluetooth adapter that can be used; plug one in or start the Bluetooth service" in err
