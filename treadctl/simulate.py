"""A whole session at full speed: the same engine, link, gate and mock as a real one, with nobody waiting for a clock.

Time is counted in ticks of the engine; what the mock sends between two ticks arrives with the later one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from treadctl.engine.constants import TICK_S
from treadctl.engine.engine import Engine
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Connected, Disconnected, Input, Key, Pressed, Tick
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_STATUS,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.mock.console import Console
from treadctl.mock.faults import Fault
from treadctl.mock.feet import MockFeet, SensorFault
from treadctl.mock.heeding import Heeding
from treadctl.mock.presets import Preset
from treadctl.mock.treadmill import AttError, MockTreadmill
from treadctl.safety import Cleared, SpeedUnit
from treadctl.treadmill.known import VIRTUAL
from treadctl.treadmill.link import Link
from treadctl.treadmill.machine import TO_READ, machine
from treadctl.treadmill.own import OwnTreadmill
from treadctl.treadmill.profile import MachineProfile
from treadctl.treadmill.profile_file import shipped_one
from treadctl.treadmill.sensor_sense import FootPod
from treadctl.units import Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

SUBSCRIBED: Final = (FITNESS_MACHINE_CONTROL_POINT, FITNESS_MACHINE_STATUS, TRAINING_STATUS, TREADMILL_DATA)
ARM_AT_S: Final = 5.0
"""When the simulated runner presses arm, unless a script says otherwise: long enough for the belt to be known still."""
LOOK_AGAIN_S: Final = 2.0
"""A link that is gone is looked for again this often."""

OnStep = Callable[[float, list[Input], Step], None]
OnWrite = Callable[[float, Cleared], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulation: what is run by whom on what, what goes wrong, and which keys are pressed when (seconds)."""

    workout: Workout
    runner: Profile
    preset: Preset
    seed: int = 0
    faults: Sequence[Fault] = ()
    keys: Sequence[tuple[float, Key]] = ((ARM_AT_S, Key.ARM),)
    console: Sequence[tuple[float, Console]] = ()
    lead: Lead = Lead.CENTRED
    profile: MachineProfile | None = None
    """What is known of the treadmill; None: what is known of our virtual one."""
    own_spm: int | None = None
    """Steps a minute of a runner with a foot pod, at 9 km/h on the level; None: nobody wears one."""
    pod_faults: Sequence[SensorFault] = ()
    heeds: bool = True
    """Whether that runner does what they are told about their steps."""

    @property
    def longest_s(self) -> float:
        """When a session that does not end is given up: twice its plan, and a quarter of an hour."""
        return self.workout.expected_s(self.runner) * 2 + 900


def connect(
    treadmill: MockTreadmill, preset: Preset, now: float = 0.0, profile: MachineProfile | None = None
) -> tuple[Link, Connected]:
    """Read what a treadmill lets us read, subscribe, and make a link for it; ConnectionError while it is out of reach."""
    treadmill.connect(now)
    values = {uuid: treadmill.read(uuid) for uuid in TO_READ}
    for uuid in SUBSCRIBED:
        treadmill.subscribe(uuid)
    known, own = profile or shipped_one(VIRTUAL), OwnTreadmill("mock", offset=preset.offset, speed_told=SpeedUnit.KMH)
    connected = Connected(machine(preset.name, "mock", values, known, own))
    return Link(connected.machine, manner=known.manner), connected


class _Feet:
    """A foot pod on the runner: judged as a real one is, and what it says goes to the engine."""

    def __init__(self, plan: Plan, treadmill: MockTreadmill) -> None:
        def ground() -> tuple[float, float]:
            return treadmill.belt_speed, treadmill.true_grade

        self._feet = MockFeet(ground, own_spm=plan.own_spm or 0, seed=plan.seed, faults=plan.pod_faults)
        self._feet.connect(0.0)
        self._feet.subscribe(self._feet.measurement)
        self._pod = FootPod()
        self._pod.connected(0.0)
        self._heeding = Heeding(self._feet) if plan.heeds else None
        self._due = 0.0

    def say(self, now: float, belt: Speed | None) -> list[Input]:
        """What the pod says by now."""
        if now < self._due:
            return []
        said: list[Input] = [self._pod.received(packet.payload, now, belt) for packet in self._feet.advance(now)]
        self._due = self._feet.next_event()
        silence = self._pod.quiet(now)
        return said if silence is None else [*said, silence]

    def hear(self, step: Step, now: float) -> None:
        """What is said to the runner."""
        if self._heeding is not None:
            self._heeding.hear(step.cues, step.snapshot.cadence, now)


class Simulation:
    """One simulation, step by step: `treadmill`, `link` and `engine` are open to whoever wants to look or to interfere."""

    def __init__(self, plan: Plan, on_step: OnStep | None = None, on_write: OnWrite | None = None) -> None:
        self.plan = plan
        self.treadmill = MockTreadmill(plan.preset, seed=plan.seed, faults=plan.faults)
        self.link, connected = connect(self.treadmill, plan.preset, profile=plan.profile)
        self.engine = Engine(plan.workout, plan.runner, plan.lead)
        self.now = 0.0
        self._inbox: list[Input] = [connected]
        self._feet = None if plan.own_spm is None else _Feet(plan, self.treadmill)
        self._belt: Speed | None = None
        self._keys = sorted(plan.keys, key=lambda pressed: pressed[0])
        self._console = sorted(plan.console, key=lambda pressed: pressed[0])
        self._linked = True
        self._look_at = 0.0
        self._on_step = on_step
        self._on_write = on_write

    def run(self) -> Ending | None:
        """To the end; None when it had to be given up."""
        longest = self.plan.longest_s
        while self.engine.ending is None and self.now < longest:
            self.tick()
        return self.engine.ending

    def tick(self) -> Step:
        """One tick: what the treadmill sent, what people did, one step of the engine, what goes out."""
        now = self.now = self.now + TICK_S
        self._people(now)
        self._receive(now)
        if self._feet is not None:
            self._inbox += self._feet.say(now, self._belt)
        inputs = self._inbox
        inputs.append(Tick())
        self._inbox = []
        step = self.engine.step(now, inputs)
        if self._feet is not None:
            self._belt = step.snapshot.shown_speed
            self._feet.hear(step, now)
        if self._on_step is not None:
            self._on_step(now, inputs, step)
        if self._linked:
            for command in step.commands:
                self.link.offer(command, now)
            self._write(now)
        return step

    def _people(self, now: float) -> None:
        while self._keys and self._keys[0][0] <= now:
            self._inbox.append(Pressed(self._keys.pop(0)[1]))
        while self._console and self._console[0][0] <= now:
            self.treadmill.console(self._console.pop(0)[1], now)

    def _receive(self, now: float) -> None:
        packets = self.treadmill.advance(now)
        if not self._linked:
            self._look_again(now)
            return
        for packet in packets:
            self.link.received(packet.uuid, packet.payload, now)
        self._inbox += self.link.happened()
        if not self.treadmill.link_up:
            self._linked, self._look_at = False, now + LOOK_AGAIN_S
            self._inbox.append(Disconnected("the treadmill went away"))

    def _look_again(self, now: float) -> None:
        if now < self._look_at:
            return
        self._look_at = now + LOOK_AGAIN_S
        try:
            self.link, connected = connect(self.treadmill, self.plan.preset, now, self.plan.profile)
        except ConnectionError:
            return
        self._linked = True
        self._inbox.append(connected)

    def _write(self, now: float) -> None:
        while (cleared := self.link.take(now)) is not None:
            if self._on_write is not None:
                self._on_write(now, cleared)
            try:
                self.treadmill.write(cleared.characteristic, cleared.payload, now)
            except AttError as error:
                self.link.failed(f"ATT error {error.code:#04x}", error.code, now)
        self._inbox += self.link.happened()
