"""A lane's screen in a real terminal that nobody reads any more: STOP stops its belt, and so does closing the window."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from pseudo_terminal import Terminal

pytestmark = pytest.mark.long
TESTS = Path(__file__).parents[1]
LANE = f"""
import asyncio, fcntl, sys, termios, threading, time
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
sys.path[:0] = [{str(TESTS)!r}, {str(TESTS / "tui")!r}]
from test_lane_screens import HILLS, RealLane
from studio_lanes import Button
from treadctl.cli.screen import run_app
from treadctl.studio.lane_words import LanePhase
from treadctl.tui.lane.app import LaneApp

def until(true):
    while not true():
        time.sleep(0.05)

def story():
    host, told = real.host, open(sys.argv[1], "a")
    until(lambda: real.room is not None and real.room.console.coach.leads and 7 in real.room.console.coach.roster)
    until(lambda: host.class_look.coach)
    real.coach(lambda room: room.press(Button.SEND, text=HILLS, title="Hills"))
    until(lambda: host.class_look.asks_about_pain)
    host.type("0")
    until(lambda: not host.class_look.why_not)
    host.type("a")
    until(lambda: host.class_look.phase is LanePhase.READY)
    real.coach(lambda room: room.press(Button.START))
    until(lambda: real.treadmill.belt_speed > 1)
    print("moving", file=told, flush=True)
    until(lambda: real.treadmill.belt_speed == 0)
    print("still", file=told, flush=True)

real = RealLane()
threading.Thread(target=story, daemon=True).start()
sys.exit(run_app(real.host, LaneApp(real.host)))
"""


class Lane(Terminal):
    """A lane whose belt's story is a file."""

    def story(self) -> list[str]:
        """What became of its belt."""
        return self.journal.read_text().splitlines() if self.journal.exists() else []


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    opened = Lane(tmp_path, str(tmp_path / "session.jsonl"), program=LANE)
    try:
        opened.until(lambda: opened.story() == ["moving"], 60)
        yield opened
    finally:
        opened.end()


def test_stop_is_acted_on_as_it_is_read_while_the_screen_can_write_no_letter(lane: Lane) -> None:
    lane.fill()
    lane.type(b"s")
    lane.until(lambda: lane.story() == ["moving", "still"], 20)
    lane.signal(signal.SIGTERM)
    assert lane.exit_code(20) == 0


def test_closing_the_window_stops_the_belt_and_ends_the_lane(lane: Lane) -> None:
    lane.close()
    lane.until(lambda: lane.story() == ["moving", "still"], 20)
    assert lane.exit_code(20) in (0, 1, 120), "1 or 120 where it still tried to write to a terminal that is gone"


def test_a_signal_stops_the_belt_and_ends_the_lane(lane: Lane) -> None:
    lane.signal(signal.SIGTERM)
    lane.until(lambda: lane.story() == ["moving", "still"], 20)
    assert lane.exit_code(20) == 0
