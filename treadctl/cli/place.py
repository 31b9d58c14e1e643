"""Where a session runs: on which clock, through which connection, to which treadmill, and with which sensors beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from treadctl.cli import guardian
from treadctl.cli.choose import choose_faults, choose_preset
from treadctl.cli.errors import BadInput
from treadctl.clock import Clock, PacedClock, RunningClock
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input, Worn
from treadctl.ftms import heart_rate, running_speed_cadence
from treadctl.mock.feet import MockFeet, MockHeart, SensorFault
from treadctl.mock.heeding import Heeding
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Companion, Deliver, Wire
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import Radio
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.known import known_here, known_mock
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.treadmill.sensors import Sensor
from treadctl.units import Speed

SIMULATED: Final = "mock"
"""The address of a sensor on a mock; faults may follow, as in mock:halved@60+15."""


@dataclass(slots=True)
class Shown:
    """What a sensor wants to know of the session: the belt's speed, and whether the treadmill is linked, which goes first."""

    speed: Speed | None = None
    linked: bool = False
    heeding: Heeding | None = None
    """A simulated runner who hears what is said."""

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        self.speed = step.snapshot.shown_speed
        self.linked = step.snapshot.phase is not Phase.UNLINKED
        if self.heeding is not None:
            self.heeding.hear(step.cues, step.snapshot.cadence, now)


@dataclass(frozen=True, slots=True)
class Place:
    """Everything that a session needs to know of the outside. `shown` must listen to it where there are sensors."""

    name: str
    clock: Clock
    connect: Callable[[Deliver], Wire]
    address: str
    shown: Shown
    real: bool = False
    beside: tuple[Callable[[Deliver], Companion], ...] = ()


def on_a_mock(name: str, scale: float, seed: int, faults: tuple[str, ...], worn: dict[Worn, str]) -> Place:
    """A simulated treadmill in this process; raises BadInput for a preset or a fault that does not exist."""
    preset = choose_preset(name)
    treadmill = MockTreadmill(preset, seed=seed, faults=choose_faults(faults))
    clock, known, shown = PacedClock(scale), known_mock(preset.offset), Shown()

    def ground() -> tuple[float, float]:
        return treadmill.belt_speed, treadmill.true_grade

    def worn_here(kind: Worn, text: str) -> Callable[[Deliver], Companion]:
        faults = sensor_faults(kind, text)
        if kind is Worn.HEART_RATE:
            heart = MockHeart(ground, seed=seed, faults=faults)
            return _sensor(kind, lambda: MemoryRadio(heart, clock), clock, shown)
        feet = MockFeet(ground, seed=seed, faults=faults)
        shown.heeding = Heeding(feet)
        return _sensor(kind, lambda: MemoryRadio(feet, clock), clock, shown)

    def connect(deliver: Deliver) -> Wire:
        return Connection(MemoryRadio(treadmill, clock), clock, deliver, known)

    beside = tuple(worn_here(kind, text) for kind, text in worn.items())
    return Place(name, clock, connect, "mock", shown, beside=beside)


def on_a_treadmill(address: str, worn: dict[Worn, str]) -> Place:
    """A real treadmill, through a guardian for each connection; raises BadInput for a machine file that does not fit."""
    try:
        known_here()  # the guardian reads them for itself; a mistake in them is better told before anybody stands there
    except MachineFileError as error:
        raise BadInput(str(error)) from error
    clock, shown = RunningClock(), Shown()

    def connect(deliver: Deliver) -> Wire:
        return Guarded(guardian.command(), clock, deliver, guardian.record())

    beside = tuple(_sensor(kind, _bluetooth(kind, at), clock, shown) for kind, at in worn.items())
    return Place(address, clock, connect, address, shown, real=True, beside=beside)


def _sensor(worn: Worn, radio: Callable[[], Radio], clock: Clock, shown: Shown) -> Callable[[Deliver], Companion]:
    def make(deliver: Deliver) -> Sensor:
        return Sensor(worn, radio, clock, deliver, belt=lambda: shown.speed, may_connect=lambda: shown.linked)

    return make


def _bluetooth(worn: Worn, address: str) -> Callable[[], Radio]:
    service = running_speed_cadence.SERVICE if worn is Worn.FOOT_POD else heart_rate.SERVICE

    def make() -> Radio:
        from treadctl.treadmill.radio import BleakRadio  # bleak is slow to import, and only this needs it

        return BleakRadio(address, service=service)

    return make


def sensor_faults(worn: Worn, text: str) -> tuple[SensorFault, ...]:
    """The faults in `mock:halved@60+15`; raises BadInput for what is no simulated sensor."""
    kind, _, faults = text.partition(":")
    if kind != SIMULATED:
        raise BadInput(f"on a mock the {worn.value} is simulated too: write {SIMULATED}, or {SIMULATED}:halved@60+15")
    try:
        return tuple(SensorFault.parse(fault) for fault in faults.split(",") if fault)
    except ValueError as error:
        raise BadInput(str(error)) from error
