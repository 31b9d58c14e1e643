"""STOP ALL from a real program in a real terminal that nobody reads, and what a lost terminal does: it gives the lease away."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from pseudo_terminal import Terminal

CONSOLE = """
import asyncio, fcntl, json, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
from treadctl.studio import leading
leading.LISTEN_S = 0.2
from treadctl.cli import studio_coach
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.signing import CoachKey

class FileBus:
    def __init__(self, subscriptions, heard, linked):
        self.linked, self.file = linked, open(sys.argv[1], "a")
    def publish(self, topic, payload, *, qos, retain=False):
        print(topic.rsplit("/", 1)[1], json.loads(payload).get("held"), file=self.file, flush=True)
    async def run(self):
        self.linked(True, "")
        await asyncio.Event().wait()
    async def flushed(self, within_s):
        return True

studio_coach.over_broker = lambda address: FileBus
sys.exit(studio_coach.run_coach(BrokerAddress(), "gym", CoachKey.new()))
"""


class Console(Terminal):
    """A console whose bus is a file."""

    def said(self) -> list[str]:
        path = self.journal
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    opened = Console(tmp_path, str(tmp_path / "session.jsonl"), program=CONSOLE)
    try:
        opened.until(lambda: "lease True" in opened.said() and b"LEADS" in opened.output, 30)
        yield opened
    finally:
        opened.end()


def test_a_terminal_that_nobody_reads_holds_no_stop_all_back(console: Console) -> None:
    console.fill()
    console.type(b"s")
    assert console.until(lambda: "stop None" in console.said(), 5) < 1.0
    console.until(lambda: console.said().count("stop None") == 6, 10)
    console.signal(signal.SIGTERM)
    assert console.exit_code(10) == 0, "it ends although its screen can write no letter"
    assert console.said()[-1] == "lease False"


def test_closing_the_window_stops_nobody_and_gives_the_lease_away(console: Console) -> None:
    console.close()
    console.until(lambda: console.said()[-1] == "lease False", 5)
    assert console.exit_code(10) in (0, 1, 120), "1 or 120 where it still tried to write to a terminal that is gone"
    assert "stop None" not in console.said()
