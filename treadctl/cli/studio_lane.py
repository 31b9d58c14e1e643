"""`treadctl studio lane`: the program beside a treadmill that takes part in classes; on mocks, several lanes in one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.awake import Awake
from treadctl.cli.choose import choose_faults, choose_preset, choose_runner
from treadctl.cli.errors import BadInput, at_a_terminal, on_a_screen, tell, undisturbed
from treadctl.cli.gear import kept_sound
from treadctl.cli.keypad import check_keypad
from treadctl.cli.sound import Sound, check_sound
from treadctl.cli.studio_lane_make import Along, Make, Room, Shows, beside, on_mocks
from treadctl.cli.studio_lane_memory import Remembered
from treadctl.cli.studio_lanes_run import Keys, run_lanes
from treadctl.cli.studio_room import (
    choose_broker,
    choose_lanes,
    choose_name,
    choose_password,
    choose_public_key,
    choose_studio,
)
from treadctl.session import Listener
from treadctl.studio.lane_agent import LaneAgent
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.part import Setting
from treadctl.studio.program import guest as a_guest
from treadctl.studio.stand_in import StandIn
from treadctl.tui.past import journals
from treadctl.workout.profile import Profile

DECLINE_MINUTES: Final = 20
"""The engine's own cap; a lane's can only be lower."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneOptions:
    """What a lane can be asked for."""

    lane: int | None = None
    """The number on the treadmill, 1 to 999."""
    lanes: str | None = None
    """Several of them in one program, like 1-8: on mocks only."""
    mock: str | None = None
    """Simulated treadmills: decline-10 (the default), decline-6, incline-only or propped."""
    treadmill: str | None = None
    """The Bluetooth address of the treadmill. No program of ours has moved a real belt yet: stand beside it first."""
    broker: str = "127.0.0.1"
    """Where the broker is: mqtt://host, mqtt://user:password@host:1883, or mqtts://host."""
    studio: str = "studio"
    """The studio's name, as its console has it."""
    coach_key: str
    """The coach's public key: its 64 digits, or the file that holds them."""
    password_file: Path | None = None
    """The password of the broker's user for this lane, lane-7 for lane 7."""
    ca: Path | None = None
    """The certificate that the broker's own must be signed by; with it, the connection is encrypted."""
    name: str | None = None
    """The runner's first name, shown on the console: only with their consent."""
    guest: Annotated[bool, Parameter(negative=())] = False
    """Nobody's own numbers: a beginner's ceiling and minutes, and an easy pace to be found in the warm-up with + and -."""
    profile: Path | None = None
    """The runner's numbers, instead of those `treadctl profile` keeps here."""
    decline: int | None = None
    """Minutes of decline, after which this runner goes on level."""
    arm: Annotated[bool, Parameter(negative=())] = False
    """Mock runners who answer and say "I'm ready" by themselves. A real belt is for a person, with a key."""
    keypad: Path | None = None
    """A number pad to read, like /dev/input/by-id/usb-...-event-kbd; its keys act at once."""
    stdin: Annotated[bool, Parameter(negative=())] = False
    """Read keys from standard input although it is no terminal; where it ends, the lanes end."""
    screen: Annotated[bool, Parameter(negative=())] = False
    """The screens of `treadctl run` for one lane, with what a class adds, instead of lines."""
    light: Annotated[bool, Parameter(negative=())] = False
    """The screen in dark on light, for a bright room."""
    history: Annotated[bool, Parameter(negative=())] = False
    """On a mock too, keep the sessions in the runner's history and take its advice (a real lane does, but for guests)."""
    voice: str | None = None
    """How much is spoken: quiet, coach (the default on one real lane), chatty, or off."""
    volume: int | None = None
    """Of the voice, 0 to 100; 60 when nobody says."""
    rate: int | None = None
    """Of the voice, in words a minute, 100 to 300; 175 when nobody says."""
    journal: Path | None = None
    """Record the sessions in this folder (real lanes: in the usual one)."""
    fault: Annotated[tuple[str, ...], Parameter(negative=())] = ()
    """What goes wrong on a mock, as in `treadctl run`."""
    seed: int = 0
    """Decides what is left to chance on mocks."""
    guarded: Annotated[bool, Parameter(negative=(), show=False)] = False

    @property
    def drawn(self) -> bool:
        """Whether the runners are mocks of whom nobody said anything."""
        return self.arm and self.profile is None and self.name is None and not self.guest


def lane(*, asked: Annotated[LaneOptions, Parameter(name="*")]) -> int:
    """Take part in classes with the treadmill beside this computer; on mocks, as several lanes at once.

    The runner says "I'm ready" here: with a key and Enter, on a number pad (5 is ready, 0 is STOP, 8 and 2 flatter and steeper,
    4 and 6 slower and faster), or with START on the treadmill's own console. Whatever happens to the network, the runner's keys
    work. Ctrl+C stops the belt and leaves when it is still; a second one leaves at once, with a last Stop.
    """
    numbers = _numbers(asked)
    _check(numbers, asked)
    _check_screen(numbers, asked)
    if asked.history and (len(numbers) > 1 or asked.guest):
        raise BadInput("--history is one runner's own: one lane, and no guest")
    runner = a_guest() if asked.guest else choose_runner(asked.profile)
    if asked.treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs the runner's own easy pace: treadctl profile --easy '9 km/h', or --guest")
    loud, fast = kept_sound(asked.volume, asked.rate)
    check_sound(asked.voice or "coach", loud, fast)
    room = _room(asked, runner)
    for number in numbers:
        room.address(number)  # a mistake is told before anything begins
    spoken = asked.voice or ("coach" if asked.treadmill is not None and len(numbers) == 1 else "off")
    make = _make(asked, room)
    aside = _Aside()
    with undisturbed(), _sound(spoken, loud, fast, aside) as sound, contextlib.ExitStack() as stack:
        awake = Awake(aside) if asked.treadmill is not None else None
        if awake is not None:
            stack.callback(awake.close)
        part = _Part(asked, numbers, make, runner.name, awake)
        return part.on_the_screen(sound, aside) if asked.screen else part.in_lines(sound)


@dataclass(frozen=True, slots=True)
class _Part:
    """The lanes of one program, ready to begin."""

    asked: LaneOptions
    numbers: tuple[int, ...]
    make: Make
    runner: str
    awake: Awake | None

    def in_lines(self, sound: Sound | None) -> int:
        """On the terminal, or wherever its lines go."""
        asked = self.asked
        keys = Keys(self.numbers, asked.keypad, asked.stdin or at_a_terminal(), StandIn if asked.arm else None, asked.seed)
        return run_lanes(lambda number, shown: self.make(number, shown, self._along(tell)), keys, sound)

    def on_the_screen(self, sound: Sound | None, aside: _Aside) -> int:
        """One lane on its screen; what is told meanwhile is told there."""
        from treadctl.cli.studio_lane_screen import run_on_screen  # Textual takes half a second to import

        def agent(shown: Shows, note: Callable[[str], object]) -> LaneAgent:
            aside.to = note
            heard: tuple[Listener, ...] = () if sound is None else (sound.listener,)
            return self.make(self.numbers[0], shown, self._along(note, *heard))

        try:
            return run_on_screen(agent, self.asked.keypad, sound, light=self.asked.light)
        finally:
            aside.to = tell

    def _along(self, note: Callable[[str], object], *heard: Listener) -> Along:
        asked, awake = self.asked, self.awake
        real = asked.treadmill is not None
        own = not asked.guest and not asked.drawn and (real or asked.history)
        memory = Remembered(self.runner, note, simulated=not real) if own else None
        folder = asked.journal if asked.journal is not None else journals() if real else None
        listeners: tuple[Listener, ...] = heard if awake is None else (awake, *heard)
        return Along(note, listeners, folder, memory, None if awake is None else awake.mind_ready)


def _room(asked: LaneOptions, runner: Profile) -> Room:
    def address(number: int) -> BrokerAddress:
        user = f"lane-{number}"
        return choose_broker(asked.broker, asked.ca, user, choose_password(asked.password_file, user))

    minutes = asked.decline
    return Room(
        choose_studio(asked.studio),
        choose_public_key(asked.coach_key),
        address,
        Setting("", 0, "", runner, choose_name(asked.name), asked.guest, None if minutes is None else minutes * 60),
    )


def _make(asked: LaneOptions, room: Room) -> Make:
    if asked.mock is None:
        return beside(room, asked.treadmill or "")
    return on_mocks(room, asked.mock, asked.seed, asked.fault, asked.drawn, asked.guarded)


def _numbers(asked: LaneOptions) -> tuple[int, ...]:
    if (asked.lane is None) == (asked.lanes is None):
        raise BadInput("say which lane this is: --lane 7, or for several mocks --lanes 1-8")
    return choose_lanes(str(asked.lane) if asked.lanes is None else asked.lanes)


def _check(numbers: tuple[int, ...], asked: LaneOptions) -> None:
    if (asked.mock is None) == (asked.treadmill is None):
        raise BadInput("say which treadmill: --mock for a simulated one, or --treadmill ADDRESS")
    if asked.treadmill is not None and (asked.arm or asked.fault):
        raise BadInput("--arm and --fault are for mocks only: a real belt moves for a person")
    if len(numbers) > 1 and (asked.treadmill is not None or asked.keypad is not None):
        raise BadInput("a real treadmill, and a keypad, is for one lane: start a program for each")
    if asked.decline is not None and not 0 <= asked.decline <= DECLINE_MINUTES:
        raise BadInput(f"--decline {asked.decline}: minutes from 0 to {DECLINE_MINUTES}")
    if asked.mock is not None:
        choose_preset(asked.mock)
    choose_faults(asked.fault)
    if asked.keypad is not None:
        check_keypad(asked.keypad)


def _check_screen(numbers: tuple[int, ...], asked: LaneOptions) -> None:
    if asked.screen and (len(numbers) > 1 or asked.arm):
        raise BadInput("--screen is for one lane and the person at it: leave out --lanes and --arm")
    if asked.light and not asked.screen:
        raise BadInput("--light is the screen's: add --screen")
    if asked.screen and not on_a_screen():
        raise BadInput("--screen needs a terminal; without one, leave it out")


class _Aside:
    """Where sentences go that come from beside a lane: to the terminal, or while a screen is on it, to that."""

    def __init__(self) -> None:
        self.to: Callable[[str], object] = tell

    def __call__(self, what: str) -> None:
        self.to(what)


@contextlib.contextmanager
def _sound(voice: str, volume: int, rate: int, note: Callable[[str], None]) -> Iterator[Sound | None]:
    if voice == "off":
        yield None
        return
    sound = Sound(voice, volume, rate, metronome=False, tell=note)
    with sound.on():
        yield sound
