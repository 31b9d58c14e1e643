"""What the whole program costs while a belt moves, at 4 Hz in real time, beside an empty Textual app with a 4 Hz timer.

Both run at once, in pseudo-terminals of 120 × 34. The numbers are printed and never asserted: they belong to the machine they
were measured on, the ratio less so.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

if not sys.platform.startswith("linux"):
    pytest.skip("reads /proc", allow_module_level=True)

sys.path.insert(0, str(Path(__file__).parents[1] / "tui"))

from pseudo_terminal import Terminal

MEASURED_S = 8.0
EMPTY = """
from textual.app import App

class Empty(App):
    def on_mount(self):
        self.set_interval(0.25, lambda: None)

Empty().run()
"""

pytestmark = pytest.mark.benchmark


def cpu_s(terminal: Terminal) -> float:
    """Processor time used so far, all threads (proc(5): utime and stime are the 14th and 15th field)."""
    fields = Path(f"/proc/{terminal.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def megabytes(terminal: Terminal) -> float:
    """Resident memory."""
    lines = Path(f"/proc/{terminal.process.pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def test_the_whole_program_at_four_hertz(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = str(tmp_path / "session.jsonl")
    ours = Terminal(tmp_path, "run", "first-descent", "--mock", "--arm", "--journal", record)
    empty = Terminal(tmp_path, program=EMPTY)
    try:
        ours.until_running()
        sleep(2)  # the belt takes up speed, the screen has changed over
        begun, before, wrote = monotonic(), (cpu_s(ours), cpu_s(empty)), len(ours.output)
        sleep(MEASURED_S)
        took = monotonic() - begun
        used = [(after - earlier) / took for after, earlier in zip((cpu_s(ours), cpu_s(empty)), before, strict=True)]
        wide = megabytes(ours), megabytes(empty)
        bytes_a_second = (len(ours.output) - wrote) / took
        steps = len(ours.lines())
    finally:
        ours.end()
        empty.end()
    assert steps > 4 * MEASURED_S
    with capsys.disabled():
        times = f"{used[0] / used[1]:.1f} times" if used[1] else "beyond compare with"
        print(f"\n  screen: {used[0]:.1%} of a core, {times} an empty Textual app's {used[1]:.1%}")
        print(f"  memory: {wide[0]:.0f} MB, {wide[0] / wide[1]:.2f} times its {wide[1]:.0f} MB")
        print(f"  drawn: {bytes_a_second / 1024:.1f} KiB/s")
