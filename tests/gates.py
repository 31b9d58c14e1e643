"""A gate on a bench for the tests of `safety`: what telemetry shows it, second by second, and what it then lets out."""

from __future__ import annotations

from treadctl.safety import HARD, Deck, Gate, Limits, Reason, Refused
from treadctl.units import Grade, Speed

CONTROL_POINT = 0x2AD9
CONTROL = bytes.fromhex("00")
START = bytes.fromhex("07")
STOP = bytes.fromhex("08 01")
PAUSE = bytes.fromhex("08 02")
NONSENSE = bytes.fromhex("01")  # Reset: not in the union, so it latches

DECK = Deck(Grade(-100), Grade(150), 5, proven=True)
FINE = Deck(Grade(-100), Grade(150), 1, proven=True)
PROPPED = Deck(Grade(0), Grade(150), 5, offset=Grade(-50))
SILENT = Deck(Grade(-100), Grade(150), 5, reports=False, proven=True)


def speed(hundredths: int) -> bytes:
    """Op code 02, u16 of 0.01 km/h, written out by hand."""
    return bytes((0x02, hundredths & 0xFF, hundredths >> 8))


def incline(tenths: int) -> bytes:
    """Op code 03, s16 of 0.1 %, in two's complement by hand."""
    word = tenths if tenths >= 0 else tenths + 65536
    return bytes((0x03, word & 0xFF, word >> 8))


class Bench:
    """A gate that is shown a belt speed and a deck once a second; `now` starts at 100 s."""

    def __init__(self, kmh: int | None = None, grade: int | None = 0, deck: Deck = DECK, limits: Limits = HARD) -> None:
        self.gate = Gate(deck, limits)
        self.now = 100.0
        if kmh is not None:
            self.show(kmh, grade)

    def show(self, kmh: int | None, grade: int | None = 0, seconds: int = 5) -> Bench:
        """One frame a second of this speed (0.01 km/h) and inclination (0.1 %)."""
        for _ in range(seconds):
            self.now += 1.0
            self.frame(kmh, grade)
        return self

    def frame(self, kmh: int | None, grade: int | None = None) -> None:
        """One frame, now."""
        self.gate.seen(None if kmh is None else Speed(kmh), None if grade is None else Grade(grade), self.now)

    def refusal(self, payload: bytes, characteristic: int = CONTROL_POINT) -> Reason | None:
        """Why these bytes do not go out; None when they do, and then unchanged."""
        try:
            cleared = self.gate.clear(characteristic, payload, self.now)
        except Refused as refused:
            return refused.reason
        assert (cleared.characteristic, cleared.payload) == (0x2AD9, payload)
        return None

    def lets(self, *payloads: bytes) -> bool:
        """Whether each of these goes out, one after another at the same moment."""
        return all(self.refusal(payload) is None for payload in payloads)

    def latch(self) -> Bench:
        """Make the gate refuse something illegal."""
        assert self.refusal(NONSENSE) is Reason.NOT_A_COMMAND
        return self

    def blind(self, seconds: float = 60.0) -> Bench:
        """Time passes without a frame."""
        self.now += seconds
        return self
