"""`treadctl studio lane`: the program beside a treadmill that takes part in classes; on mocks, several lanes in one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from random import Random
from secrets import token_hex
from time import time
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli import guardian
from treadctl.cli.awake import Awake
from treadctl.cli.choose import choose_faults, choose_preset, choose_runner, choose_seed
from treadctl.cli.errors import BadInput, at_a_terminal, tell, undisturbed
from treadctl.cli.keypad import check_keypad
from treadctl.cli.place import on_a_treadmill
from treadctl.cli.sound import LOUDNESS, Sound, check_sound
from treadctl.cli.studio_lanes_run import Keys, Shown, run_lanes
from treadctl.cli.studio_room import (
    choose_broker,
    choose_lanes,
    choose_name,
    choose_password,
    choose_public_key,
    choose_studio,
)
from treadctl.clock import RunningClock
from treadctl.journal import Journal
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.treadmill import MockTreadmill
from treadctl.session import Deliver, Listener, Wire
from treadctl.studio.lane_agent import AtTreadmill, LaneAgent, over_broker
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.part import Setting
from treadctl.studio.program import guest as a_guest
from treadctl.studio.signing import PublicKey
from treadctl.studio.stand_in import StandIn
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.guarded import Guarded
from treadctl.treadmill.known import known_mock
from treadctl.tui.past import journals
from treadctl.units import Grade, Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

_NAMES: Final = ("Ada", "Ben", "Cleo", "Dan", "Eva", "Finn", "Gia", "Hugo", "Ina", "Jon", "Kim", "Leo")
DECLINE_MINUTES: Final = 20
"""The engine's own cap; a lane's can only be lower."""


def lane(
    *,
    lane: int | None = None,
    lanes: str | None = None,
    mock: str | None = None,
    treadmill: str | None = None,
    broker: str = "127.0.0.1",
    studio: str = "studio",
    coach_key: str,
    password_file: Path | None = None,
    ca: Path | None = None,
    name: str | None = None,
    guest: Annotated[bool, Parameter(negative=())] = False,
    profile: Path | None = None,
    decline: int | None = None,
    arm: Annotated[bool, Parameter(negative=())] = False,
    keypad: Path | None = None,
    stdin: Annotated[bool, Parameter(negative=())] = False,
    voice: str | None = None,
    volume: int = LOUDNESS,
    journal: Path | None = None,
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    seed: int = 0,
    guarded: Annotated[bool, Parameter(negative=(), show=False)] = False,
) -> int:
    """Take part in classes with the treadmill beside this computer; on mocks, as several lanes at once.

    The runner says "I'm ready" here: with a key and Enter, on a number pad (5 is ready, 0 is STOP, 8 and 2 flatter and steeper,
    4 and 6 slower and faster), or with START on the treadmill's own console. Whatever happens to the network, the runner's keys
    work. Ctrl+C stops the belt and leaves when it is still; a second one leaves at once, with a last Stop.

    Parameters
    ----------
    lane
        The number on the treadmill, 1 to 999.
    lanes
        Several of them in one program, like 1-8: on mocks only.
    mock
        Simulated treadmills: decline-10 (the default), decline-6, incline-only or propped.
    treadmill
        The Bluetooth address of the treadmill. No program of ours has moved a real belt yet: stand beside it first.
    broker
        Where the broker is: mqtt://host, mqtt://user:password@host:1883, or mqtts://host.
    studio
        The studio's name, as its console has it.
    coach_key
        The coach's public key: its 64 digits, or the file that holds them.
    password_file
        The password of the broker's user for this lane, lane-7 for lane 7.
    ca
        The certificate that the broker's own must be signed by; with it, the connection is encrypted.
    name
        The runner's first name, shown on the console: only with their consent.
    guest
        Nobody's own numbers: a beginner's ceiling and minutes, and an easy pace to be found in the warm-up with + and -.
    profile
        The runner's numbers, instead of those `treadctl profile` keeps here.
    decline
        Minutes of decline, after which this runner goes on level.
    arm
        Mock runners who answer and say "I'm ready" by themselves. A real belt is for a person, with a key.
    keypad
        A number pad to read, like /dev/input/by-id/usb-...-event-kbd; its keys act at once.
    stdin
        Read keys from standard input although it is no terminal; where it ends, the lanes end.
    voice
        How much is spoken: quiet, coach (the default on one real lane), chatty, or off.
    volume
        Of the voice, 0 to 100.
    journal
        Record the sessions in this folder (real lanes: in the usual one).
    fault
        What goes wrong on a mock, as in `treadctl run`.
    seed
        Decides what is left to chance on mocks.
    """
    numbers = _numbers(lane, lanes)
    _check(numbers, mock, treadmill, arm, keypad, fault, decline)
    runner = a_guest() if guest else choose_runner(profile)
    if treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs the runner's own easy pace: treadctl profile --easy '9 km/h', or --guest")
    check_sound(voice or "coach", volume)
    room = _Room(
        choose_studio(studio),
        choose_public_key(coach_key),
        lambda number: choose_broker(broker, ca, f"lane-{number}", choose_password(password_file, f"lane-{number}")),
        Setting("", 0, "", runner, choose_name(name), guest, None if decline is None else decline * 60),
    )
    for number in numbers:
        room.address(number)  # a mistake is told before anything begins
    spoken = voice or ("coach" if treadmill is not None and len(numbers) == 1 else "off")
    folder = journal if journal is not None else journals() if treadmill is not None else None
    drawn = arm and profile is None and name is None and not guest
    make = _on_mocks(room, mock, seed, fault, drawn, guarded) if mock is not None else _beside(room, treadmill or "")
    keys = Keys(numbers, keypad, stdin or at_a_terminal(), StandIn if arm else None, seed)
    with undisturbed(), _sound(spoken, volume) as sound, contextlib.ExitStack() as stack:
        awake = Awake(tell) if treadmill is not None else None
        if awake is not None:
            stack.callback(awake.close)
        company: tuple[Listener, ...] = () if awake is None else (awake,)
        return run_lanes(lambda number, shown: make(number, shown, company, folder), keys, sound)


def _numbers(lane: int | None, lanes: str | None) -> tuple[int, ...]:
    if (lane is None) == (lanes is None):
        raise BadInput("say which lane this is: --lane 7, or for several mocks --lanes 1-8")
    return choose_lanes(str(lane) if lanes is None else lanes)


def _check(
    numbers: tuple[int, ...],
    mock: str | None,
    treadmill: str | None,
    arm: bool,
    keypad: Path | None,
    fault: tuple[str, ...],
    decline: int | None,
) -> None:
    if (mock is None) == (treadmill is None):
        raise BadInput("say which treadmill: --mock for a simulated one, or --treadmill ADDRESS")
    if treadmill is not None and (arm or fault):
        raise BadInput("--arm and --fault are for mocks only: a real belt moves for a person")
    if len(numbers) > 1 and (treadmill is not None or keypad is not None):
        raise BadInput("a real treadmill, and a keypad, is for one lane: start a program for each")
    if decline is not None and not 0 <= decline <= DECLINE_MINUTES:
        raise BadInput(f"--decline {decline}: minutes from 0 to {DECLINE_MINUTES}")
    if mock is not None:
        choose_preset(mock)
    choose_faults(fault)
    if keypad is not None:
        check_keypad(keypad)


@dataclass(frozen=True, slots=True)
class _Room:
    """What all lanes of one program have in common; `setting` is made each lane's own."""

    studio: str
    coach: PublicKey
    address: Callable[[int], BrokerAddress]
    setting: Setting

    def agent(self, number: int, at: AtTreadmill, shown: Shown, setting: Setting | None = None) -> LaneAgent:
        """One lane."""
        own = replace(setting or self.setting, studio=self.studio, lane=number, boot=token_hex(4))
        return LaneAgent(own, self.coach, over_broker(self.address(number), number), at, shown.tell)


Make = Callable[[int, Shown, tuple[Listener, ...], Path | None], LaneAgent]


def _beside(room: _Room, address: str) -> Make:
    """A real treadmill, through a guardian for each connection."""
    place = on_a_treadmill(address, {})

    def make(number: int, shown: Shown, company: tuple[Listener, ...], folder: Path | None) -> LaneAgent:
        listeners: tuple[Listener, ...] = (place.shown, shown, *company)
        at = AtTreadmill(place.connect, address, place.clock, time, listeners, place.beside, _recorder(folder, number))
        return room.agent(number, at, shown)

    return make


def _on_mocks(room: _Room, preset: str, seed: int, faults: tuple[str, ...], drawn: bool, guarded: bool) -> Make:
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

    def make(number: int, shown: Shown, company: tuple[Listener, ...], folder: Path | None) -> LaneAgent:
        listeners: tuple[Listener, ...] = (shown, *company)
        at = AtTreadmill(connecting(number), "mock", clock, None, listeners, (), _recorder(folder, number))
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


def _recorder(folder: Path | None, lane: int) -> Callable[[Workout], Journal | None]:
    """Where this lane's sessions are recorded; a disk that does not take them keeps nobody from running."""

    def begin(workout: Workout) -> Journal | None:
        if folder is None:
            return None
        path = folder / f"{datetime.now().astimezone():%Y-%m-%dT%H-%M-%S}_lane-{lane}_{workout.name}.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            return Journal(path.open("x", encoding="utf-8"))
        except OSError as error:
            tell(f"this session is not recorded: {path}: {error.strerror or error}")
            return None

    return begin


@contextlib.contextmanager
def _sound(voice: str, volume: int) -> Iterator[Sound | None]:
    if voice == "off":
        yield None
        return
    sound = Sound(voice, volume, metronome=False, tell=tell)
    with sound.on():
        yield sound
