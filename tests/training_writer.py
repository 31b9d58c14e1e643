"""A program to be killed: it writes a session, a row as fast as it can, and says each second once it is on disk.

python training_writer.py HISTORY
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

from treadctl.training.history import History, Opening
from treadctl.training.samples import Event, Sample


def main() -> None:
    history = History(Path(sys.argv[1]))
    ticket, begun = history.begin(Opening("Ann", datetime(2027, 1, 4, 18, tzinfo=UTC), "first-descent", "First descent"))
    begun.result()
    print(f"session {ticket.id}", flush=True)
    for second in range(100_000):
        row = Sample(
            second, "running", 0, -20, 800, -20, 800, None, None, float(second), second * 2.2, float(second), second * 0.04
        )
        history.append(ticket, row, [Event(float(second), "news", "x")]).result()
        print(second, flush=True)


main()
