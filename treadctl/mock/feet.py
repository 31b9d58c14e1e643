"""A runner's feet and heart that do not exist, as a foot pod and a strap would tell of them: bytes only, and no clock.

Both follow the belt they are told of, by models simple enough to check by hand. What goes wrong with them is what real sensors
did (`SensorFault`). Same seed and same calls, same bytes; `memory.MemoryRadio` is the air between them and a sensor.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from random import Random
from typing import Final

from treadctl.ftms import battery, heart_rate, running_speed_cadence
from treadctl.ftms.heart_rate import HeartRateMeasurement
from treadctl.ftms.running_speed_cadence import RscMeasurement, Senses
from treadctl.mock.treadmill import MANUFACTURER_NAME, MODEL_NUMBER, AttCode, AttError, Packet

PERIOD_S: Final = 1.0
"""One frame a second, as the services have it typically."""
RUN_FROM_KMH: Final = 7.0
"""Where people change from walking to running: about 2 m/s."""
OWN_SPM: Final = 163
"""How fast a simulated runner steps at 9 km/h on the level, unless somebody says otherwise."""
FAULT_SHAPE: Final = "KIND[@SECOND][+SECONDS]"
_SPEC = re.compile(r"(?P<kind>[a-z-]+)(?:@(?P<at>[0-9]+(?:\.[0-9]+)?))?(?:\+(?P<for>[0-9]+(?:\.[0-9]+)?))?", re.ASCII)

Ground = Callable[[], tuple[float, float]]
"""What the runner stands on now: belt speed in km/h, and grade in %."""


class SensorFaultKind(Enum):
    """The value is the word of the command line."""

    STALE = "stale"
    """No frames, and the link stays up."""
    LOST = "lost"
    """The link breaks, and nobody can connect while it lasts."""
    FROZEN = "frozen"
    """The last value again and again; a strap without beat intervals, as a Polar H10 off the body."""
    DOUBLED = "doubled"
    HALVED = "halved"
    NOBODY = "nobody"
    """The runner stands on the rails: no steps, and a heart that calms down."""
    NO_CONTACT = "no-contact"
    """A strap that says that it feels no skin."""


@dataclass(frozen=True, slots=True)
class SensorFault:
    """One thing that goes wrong: `at_s` after the belt first moved (None: from the beginning), for so long (None: for ever)."""

    kind: SensorFaultKind
    at_s: float | None = None
    for_s: float | None = None

    @classmethod
    def parse(cls, text: str) -> SensorFault:
        """Read `halved@60+15`; raises ValueError that says what would be one."""
        match = _SPEC.fullmatch(text.strip())
        kinds = {kind.value: kind for kind in SensorFaultKind}
        if match is None or match["kind"] not in kinds:
            raise ValueError(f"{text!r} is no sensor fault; write {FAULT_SHAPE} with one of {', '.join(kinds)}")
        at, lasts = (None if number is None else float(number) for number in (match["at"], match["for"]))
        return cls(kinds[match["kind"]], at, lasts)

    def active(self, since_moving_s: float | None) -> bool:
        """Whether it is going on, so long after the belt first moved; None is before."""
        if since_moving_s is None:
            return self.at_s is None
        begins = self.at_s or 0.0
        return begins <= since_moving_s and (self.for_s is None or since_moving_s < begins + self.for_s)


@dataclass(frozen=True, slots=True)
class SensorPreset:
    """What a mock sensor is built to be."""

    model: str
    battery_percent: int = 80
    one_foot: bool = False
    """A pod that tells one foot's strides a minute."""


POD: Final = SensorPreset("Mock pod")
STRAP: Final = SensorPreset("Mock strap")


class MockSensor(ABC):
    """One sensor and its one central; what it measures is its subclass's business. Errors as `MockTreadmill`'s."""

    service: int
    measurement: int

    def __init__(self, preset: SensorPreset, ground: Ground, *, faults: Sequence[SensorFault] = (), at: float = 0.0) -> None:
        self.preset = preset
        self.link_up = False
        self._ground = ground
        self._faults = tuple(faults)
        self._next_at = at + PERIOD_S
        self._now = self._lived_to = at
        self._moved_at: float | None = None
        self._subscribed = False
        self._last = b""
        self._static = {
            MODEL_NUMBER: preset.model.encode(),
            MANUFACTURER_NAME: b"treadctl",
            battery.LEVEL: battery.encode(preset.battery_percent),
        }

    @abstractmethod
    def _frame(self, speed: float, grade: float) -> bytes:
        """Live one period on a belt of that speed (km/h) and grade (%), and say what was felt."""

    def _off(self) -> bytes:
        """The frame of a sensor that is frozen."""
        return self._last

    # --- the link -----------------------------------------------------------------------------------------------------

    def connect(self, now: float) -> None:
        """A central connects; ConnectionError while another one is, or while it is out of reach."""
        self._run(now)
        if self.link_up or self._wrong(SensorFaultKind.LOST):
            raise ConnectionError("another app holds the link" if self.link_up else "out of reach")
        self.link_up, self._subscribed = True, False

    def disconnect(self, now: float) -> None:
        """The central leaves; legs and heart go on."""
        self._run(now)
        self.link_up = False

    @property
    def characteristics(self) -> frozenset[int]:
        """The 16-bit characteristics on offer."""
        return frozenset(self._static) | {self.measurement}

    def read(self, uuid: int) -> bytes:
        """The value of a characteristic."""
        self._must_be_up()
        if uuid not in self._static:
            raise AttError(AttCode.READ_NOT_PERMITTED if uuid == self.measurement else AttCode.ATTRIBUTE_NOT_FOUND)
        return self._static[uuid]

    def subscribe(self, uuid: int, on: bool = True) -> None:
        """Switch the measurement on or off."""
        self._must_be_up()
        if uuid != self.measurement:
            raise AttError(AttCode.ATTRIBUTE_NOT_FOUND)
        self._subscribed = on

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        """A sensor takes no commands."""
        self._run(now)
        self._must_be_up()
        raise AttError(AttCode.WRITE_NOT_PERMITTED)

    # --- time ---------------------------------------------------------------------------------------------------------

    def advance(self, now: float) -> list[Packet]:
        """Live up to `now`; what was notified since. Time that goes back is a ValueError."""
        return self._run(now) if self.link_up else []

    def next_event(self) -> float:
        """When to advance next."""
        return self._next_at

    def _run(self, now: float) -> list[Packet]:
        if now < self._now:
            raise ValueError(f"time went back from {self._now} to {now}")
        self._now = now
        packets: list[Packet] = []
        while self._next_at <= now:
            payload = self._live(self._next_at)
            if payload and self.link_up and self._subscribed:
                packets.append(Packet(self.measurement, payload, self._next_at))
            self._next_at += PERIOD_S
        return packets

    def _live(self, t: float) -> bytes:
        """One period, up to `t`: what is sent then, if anything is."""
        speed, grade = self._ground()
        if self._moved_at is None and speed > 0:
            self._moved_at = t
        self._lived_to = t
        frame = self._frame(0.0 if self._wrong(SensorFaultKind.NOBODY) else speed, grade)
        if self._wrong(SensorFaultKind.LOST):
            self.link_up = False
        if self._wrong(SensorFaultKind.STALE):
            return b""
        self._last = self._off() if self._last and self._wrong(SensorFaultKind.FROZEN) else frame
        return self._last

    def _wrong(self, kind: SensorFaultKind) -> bool:
        since = None if self._moved_at is None else self._lived_to - self._moved_at
        return any(fault.kind is kind and fault.active(since) for fault in self._faults)

    def _must_be_up(self) -> None:
        if not self.link_up:
            raise ConnectionError("no central is connected")


class MockFeet(MockSensor):
    """Two feet and the pod on one of them."""

    service = running_speed_cadence.SERVICE
    measurement = running_speed_cadence.MEASUREMENT

    def __init__(
        self,
        ground: Ground,
        *,
        own_spm: int = OWN_SPM,
        preset: SensorPreset = POD,
        seed: int = 0,
        faults: Sequence[SensorFault] = (),
        at: float = 0.0,
    ) -> None:
        """`own_spm` is how fast this runner steps at 9 km/h on the level."""
        super().__init__(preset, ground, faults=faults, at=at)
        self._static[running_speed_cadence.FEATURE] = running_speed_cadence.encode_feature(Senses.WALKING_OR_RUNNING)
        self._own_spm = own_spm
        self._rng = Random(f"{seed} feet")
        self._rate = 0.0
        self._asked: int | None = None
        self._heeded = 0.0

    def heed(self, steps_per_min: int | None) -> None:
        """The runner heard a cue, and gets there by one step a minute each second; None lets the legs do as they like."""
        self._asked = steps_per_min

    def _frame(self, speed: float, grade: float) -> bytes:
        own = natural_spm(speed, grade, self._own_spm)
        wish = self._asked - own if self._asked is not None and speed >= RUN_FROM_KMH else 0.0
        self._heeded += max(-PERIOD_S, min(PERIOD_S, wish - self._heeded))
        target = own + self._heeded if own else 0.0
        self._rate += (target - self._rate) / 2  # a pod averages: half of a change shows in a second, most of it in five
        steps = self._rate + self._rng.gauss(0.0, 1.0) if self._rate > 20 else 0.0
        steps *= 2.0 if self._wrong(SensorFaultKind.DOUBLED) else 1.0
        steps *= 0.5 if self._wrong(SensorFaultKind.HALVED) else 1.0
        told = min(0xFF, round(steps / 2 if self.preset.one_foot else steps))
        felt = round(speed / 3.6 * 256) if told else 0
        return running_speed_cadence.encode(RscMeasurement(felt, told, running=told > 0 and speed >= RUN_FROM_KMH))


class MockHeart(MockSensor):
    """A heart and the strap round it."""

    service = heart_rate.SERVICE
    measurement = heart_rate.MEASUREMENT

    def __init__(
        self,
        ground: Ground,
        *,
        preset: SensorPreset = STRAP,
        seed: int = 0,
        faults: Sequence[SensorFault] = (),
        at: float = 0.0,
    ) -> None:
        super().__init__(preset, ground, faults=faults, at=at)
        self._rng = Random(f"{seed} heart")
        self._bpm = natural_bpm(0.0, 0.0)
        self._to_beat_s = 0.5

    def _frame(self, speed: float, grade: float) -> bytes:
        self._bpm += (natural_bpm(speed, grade) - self._bpm) * PERIOD_S / 30  # most of a change is there in a minute or so
        intervals: list[int] = []
        self._to_beat_s -= PERIOD_S
        while self._to_beat_s <= 0:
            interval = 60 / self._bpm + self._rng.gauss(0.0, 0.01)
            self._to_beat_s += interval
            intervals.append(round(interval * 1024))
        contact = not self._wrong(SensorFaultKind.NO_CONTACT)
        felt = HeartRateMeasurement(round(self._bpm), contact=contact, rr_1024ths=tuple(intervals) if contact else ())
        return heart_rate.encode(felt)

    def _off(self) -> bytes:
        return heart_rate.encode(replace(heart_rate.decode(self._last), contact=None, rr_1024ths=()))


def natural_spm(speed: float, grade: float, own_spm: int) -> float:
    """Steps a minute that come by themselves at km/h and %.

    Walking, 60 and 11.5 for each km/h: 117 at 5 km/h. Running, `own_spm` at 9 km/h and 2.5 more for each km/h. A decline takes
    half a step a minute for each percent away: legs left alone lengthen their step downhill, though studies disagree
    (Vernillo 2017, Marszalek 2024). All numbers ours, of the size that such studies report.
    """
    if speed <= 0:
        return 0.0
    if speed < RUN_FROM_KMH:
        return 60 + 11.5 * speed
    return own_spm + 2.5 * (speed - 9) + 0.5 * grade


def natural_bpm(speed: float, grade: float) -> float:
    """The rate a heart settles at: 65 at rest and 9 for each km/h; a climb takes 4 for each percent, a decline gives 2. Ours."""
    if speed <= 0:
        return 65.0
    return max(70.0, min(190.0, 65 + 9 * speed + (4 if grade > 0 else 2) * grade))
