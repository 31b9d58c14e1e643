"""A client of the mock that only knows bytes: what the mock's tests are written with. It waits by handing in a later time."""

from __future__ import annotations

from treadctl.ftms.treadmill_data import TreadmillData, decode
from treadctl.mock.faults import parse_fault
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import AttError, MockTreadmill, Packet

TREADMILL_DATA, TRAINING, STATUS, CONTROL_POINT = 0x2ACD, 0x2AD3, 0x2ADA, 0x2AD9


class Client:
    """Connected, subscribed to everything, in control, belt still."""

    def __init__(self, preset: str = "decline-10", *faults: str, seed: int = 0) -> None:
        self.mock = MockTreadmill(PRESETS[preset], seed=seed, faults=[parse_fault(fault) for fault in faults])
        self.now = 0.0
        self.packets: list[Packet] = []
        self.connect()
        self.ask("00")

    def connect(self) -> None:
        self.mock.connect(self.now)
        for characteristic in (TREADMILL_DATA, TRAINING, STATUS, CONTROL_POINT):
            self.mock.subscribe(characteristic)

    def wait(self, seconds: float) -> list[Packet]:
        """Let time pass; the packets of that time are returned, and kept."""
        self.now += seconds
        fresh = self.mock.advance(self.now)
        self.packets += fresh
        return fresh

    def write(self, octets: str) -> None:
        self.mock.write(CONTROL_POINT, bytes.fromhex(octets), self.now)

    def ask(self, octets: str) -> str:
        """Write, and wait a quarter of a second for the indication; nothing where none came."""
        self.write(octets)
        return "".join(of(self.wait(0.25), CONTROL_POINT))

    def refused(self, octets: str) -> int:
        """The ATT error code that a write earns."""
        try:
            self.write(octets)
        except AttError as error:
            return error.code
        raise AssertionError(f"{octets} was accepted")

    def run(self, speed_octets: str = "02 e8 03") -> None:
        """Start, and get up to speed (10 km/h unless told); 30 s later belt and deck have settled."""
        assert self.ask("07") == "80 07 01"
        self.wait(5.75)
        assert self.ask(speed_octets) == "80 02 01"
        self.wait(24.0)

    def frame(self) -> TreadmillData:
        """The next frame, at most a second away."""
        while not (frames := of(self.wait(0.25), TREADMILL_DATA)):
            pass
        return decode(bytes.fromhex(frames[0]))


def of(packets: list[Packet], characteristic: int) -> list[str]:
    """The payloads of one characteristic, in hex."""
    return [packet.payload.hex(" ") for packet in packets if packet.uuid == characteristic]


def shown(packets: list[Packet]) -> list[TreadmillData]:
    """The decoded frames among packets."""
    return [decode(packet.payload) for packet in packets if packet.uuid == TREADMILL_DATA]
