"""Stop is never swallowed, and the screen can't hurt the run: a real program, a real terminal, and what its journal says."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from pseudo_terminal import NO_WINDOW, WINDOW, Terminal

SOON_S = 1.0
"""From a key to its Stop in the journal, in wall time."""


@contextmanager
def running(folder: Path, program: str = WINDOW) -> Iterator[Terminal]:
    """A session on the mock, ten times as fast as real time, in a step."""
    record = str(folder / "session.jsonl")
    opened = Terminal(
        folder, "run", "first-descent", "--mock", "--arm", "--time-scale", "10", "--journal", record, program=program
    )
    try:
        opened.until_running()
        yield opened
    finally:
        opened.end()


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    with running(tmp_path) as opened:
        yield opened


def over(terminal: Terminal) -> bool:
    return bool(terminal.lines()[-1]["phase"] == "OVER")


@pytest.mark.parametrize("key", [b"s", b"\x03", b"\x11"], ids=["s", "ctrl-c", "ctrl-q"])
def test_a_stop_key_stops_the_belt(terminal: Terminal, key: bytes) -> None:
    terminal.type(key)
    assert terminal.until(lambda: terminal.told("Stop"), 5) < SOON_S
    terminal.until(lambda: over(terminal), 10)
    presses = [said["key"] for line in terminal.lines() for word, said in line["in"] if word == "Pressed"]
    assert presses.count("stop") == 1, "one press of one key is one Stop"
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_belt_and_then_ends_the_program(terminal: Terminal, number: signal.Signals) -> None:
    terminal.signal(number)
    assert terminal.until(lambda: terminal.told("Stop"), 5) < SOON_S
    assert terminal.exit_code(15) == 0
    assert over(terminal)
    assert b"stopped by the runner" in terminal.output


@pytest.mark.parametrize("program", [WINDOW, NO_WINDOW], ids=["with its signal", "when no signal comes"])
def test_closing_the_window_stops_the_belt_and_then_ends_the_program(tmp_path: Path, program: str) -> None:
    with running(tmp_path, program) as terminal:
        terminal.close()
        assert terminal.until(lambda: terminal.told("Stop"), 5) < SOON_S
        assert terminal.exit_code(15) in (0, 1), "1 where it still tried to print its summary: nobody is there to take it"
        assert over(terminal)


def test_a_terminal_that_is_not_read_for_ten_seconds_holds_nothing_up(terminal: Terminal) -> None:
    terminal.fill()
    seen = len(terminal.lines())
    for _ in range(10):
        sleep(1)
        now = len(terminal.lines())
        assert now - seen >= 4, "the engine steps on, at least at its four times a second"
        seen = now
    lines = terminal.lines()
    stalled = [line for line in lines if line["t"] > lines[-1]["t"] - 60]
    assert any(word == "SetSpeed" for line in stalled for word, _ in line.get("out", ())), "a warm-up's raises go out"
    terminal.type(b"s")
    assert terminal.until(lambda: terminal.told("Stop"), 5) < SOON_S
    terminal.until(lambda: over(terminal), 10)
    terminal.signal(signal.SIGTERM)
    assert terminal.exit_code(10) == 0, "it ends although its screen can write no letter"
