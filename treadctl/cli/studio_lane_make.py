"""How a lane's program is put together: beside a real treadmill through a guardian, or on a mock; and where it is recorded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Final, Protocol

from treadctl.cli import guardian
from treadctl.cli.choose import choose_faults, choose_preset, choose_seed
from treadctl.cli.place import on_a_treadmill
from treadctl.clock import RunningClock, passing
from treadctl.coaching.cues import Cue
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.journal import Journal
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Deliver, Listener, Wire
from treadctl.studio.lane_agent import AtTreadmill, LaneAgent, over_broker
from treadctl.studio.lane_treadmill import Memory
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.part import Setting
from treadctl.studio.program import guest as a_guest
from treadctl.studio.signing import PublicKey
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.locks import hold
from treadctl.units import Grade, Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

_NAMES: Final = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ina", "Jon", "Kim", "Leo")


class Shows(Protocol):
    """Where a lane is shown: what its class says, and each step of its session."""

    def tell(self, cue: Cue) -> None:
        """What the class says."""

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """What the session says."""


@dataclass(frozen=True, slots=True)
class Along:
    """What goes along with a lane: who listens too, where sessions are recorded, what is remembered, who is told of trouble.

    `mind_ready` is told whether somebody is ready, or on their way.
    """

    tell: Callable[[str], object]
    listeners: tuple[Listener, ...] = ()
    folder: Path | None = None
    memory: Memory | None = None
    mind_ready: Callable[[bool], object] | None = None


Make = Callable[[int, Shows, Along], LaneAgent]


@dataclass(frozen=True, slots=True)
class Room:
    """What all lanes of one program have in common; `setting` is made each lane's own."""

    studio: str
    coach: PublicKey
    address: Callable[[int], BrokerAddress]
    setting: Setting

    def agent(self, number: int, at: AtTreadmill, shown: Shows, setting: Setting | None = None) -> LaneAgent:
        """One lane."""
        own = replace(setting or self.setting, studio=self.studio, lane=number, boot=token_hex(4))
        return LaneAgent(own, self.coach, over_broker(self.address(number), number), at, shown.tell)


def beside(room: Room, address: str) -> Make:
    """A real treadmill, through a guardian for each connection."""
    place = on_a_treadmill(address, {})

    def make(number: int, shown: Shows, along: Along) -> LaneAgent:
        listeners: tuple[Listener, ...] = (place.shown, shown, *along.listeners)
        note, past = _recorder(along, number), along.memory
        at = AtTreadmill(place.connect, address, place.clock, passing, listeners, place.beside, note, past, along.mind_ready)
        return room.agent(number, replace(at, held=lambda: is_held(address)), shown)

    return make


def is_held(address: str) -> bool:
    """Whether another program of ours on this computer holds this treadmill."""
    try:
        hold(address).release()
    except LinkError as error:
        return error.trouble is Trouble.IN_USE
    return False


def on_mocks(room: Room, preset: str, seed: int, faults: tuple[str, ...], drawn: bool, guarded: bool) -> Make:
    """A simulated treadmill for each lane, in this program or, `guarded`, in a guardian's; `drawn` runners, or the one given."""
    choose_seed(seed)
    clock = RunningClock()

    def connecting(number: int) -> Callable[[Deliver], Wire]:
        if guarded:
            command = guardian.command(mock=preset, seed=seed + number, faults=faults)
            return lambda deliver: Guarded(command, clock, deliver, guardian.record())
        chosen = choose_preset(preset)
        treadmill = MockTreadmill(chosen, seed=seed + number, faults=choose_faults(faults))
        known = known_mock(chosen.offset)
        return lambda deliver: Connection(MemoryRadio(treadmill, clock), clock, deliver, known)

    def make(number: int, shown: Shows, along: Along) -> LaneAgent:
        listeners: tuple[Listener, ...] = (shown, *along.listeners)
        at = AtTreadmill(connecting(number), "mock", clock, None, listeners, (), _recorder(along, number), along.memory)
        return room.agent(number, at, shown, _somebody(number, seed, room.setting) if drawn else None)

    return make


def _somebody(number: int, seed: int, given: Setting) -> Setting:
    """A mock runner: a name, a pace and a ceiling of their own, and now and then a guest."""
    drawn = Random(seed * 1000 + number)
    name = _NAMES[(number - 1) % len(_NAMES)]
    if drawn.random() < 0.25:
        return replace(given, name=name, guest=True, runner=a_guest())
    easy = Speed(drawn.randrange(750, 1250, 50))
    own = Profile(name.lower(), easy=easy, ceiling=Grade(drawn.choice((-40, -60, -80, -100))), chosen=True)
    return replace(given, name=name, runner=own)


def _recorder(along: Along, lane: int) -> Callable[[Workout], Journal | None]:
    """Where this lane's sessions are recorded; a disk that does not take them keeps nobody from running."""

    def begin(workout: Workout) -> Journal | None:
        if along.folder is None:
            return None
        path = along.folder / f"{datetime.now().astimezone():%Y-%m-%dT%H-%M-%S}_lane-{lane}_{workout.name}.jsonl"
        try:
            along.folder.mkdir(parents=True, exist_ok=True)
            return Journal(path.open("x", encoding="utf-8"))
        except OSError as error:
            along.tell(f"this session is not recorded: {path}: {error.strerror or error}")
            return None

    return begin
