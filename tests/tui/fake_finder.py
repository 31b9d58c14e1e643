"""A search that has found what it is told to have found."""

from __future__ import annotations

from treadctl.tui.found import Found

SOLE = Found("C8:11:22:33:44:55", "F85", "good (-67 dBm)", "Sole F85", treadmill=True)
NEIGHBOUR = Found("D0:00:00:00:00:01", "T618", "faint (-91 dBm)", treadmill=True)
POD = Found("E1:00:00:00:00:02", "Stride 4711", "strong (-50 dBm)", foot_pod=True)
STRAP = Found("E1:00:00:00:00:03", "HRM 12", "weak (-80 dBm)", heart=True)
NAMELESS = Found("F2:00:00:00:00:04", "KS-1234", "weak (-79 dBm)")


class FakeFinder:
    """It listens until it is told that it has ended."""

    def __init__(self, *found: Found, trouble: str = "") -> None:
        self.on_the_air = found
        self.trouble = trouble
        self.listening = False
        self.starts = self.stops = 0

    def start(self) -> None:
        """Begin."""
        self.starts += 1
        self.listening = not self.trouble

    def stop(self) -> None:
        """End."""
        self.stops += 1
        self.listening = False

    def found(self) -> tuple[Found, ...]:
        """What was heard."""
        return self.on_the_air if self.starts else ()
