"""`treadctl studio lane`: the program beside a treadmill that takes part in classes; on mocks, several lanes in one."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.awake import Awake
from treadctl.cli.choose import choose_faults, choose_preset, choose_runner
from treadctl.cli.errors import BadInput, at_a_terminal, on_a_screen, tell, undisturbed
from treadctl.cli.gear import kept_sound
from treadctl.cli.keypad import check_keypad
from treadctl.cli.sound import Sound, check_sound
from treadctl.cli.studio_lane_make import Along, Room, Shows, beside, on_mocks
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
from treadctl.studio.part import Setting
from treadctl.studio.program import guest as a_guest
from treadctl.studio.stand_in import StandIn
from treadctl.tui.past import journals

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
    screen: Annotated[bool, Parameter(negative=())] = False,
    light: Annotated[bool, Parameter(negative=())] = False,
    history: Annotated[bool, Parameter(negative=())] = False,
    voice: str | None = None,
    volume: int | None = None,
    rate: int | None = None,
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
    screen
        The screens of `treadctl run` for one lane, with what a class adds, instead of lines.
    light
        The screen in dark on light, for a bright room.
    history
        On a mock too, keep the sessions in the runner's history and take its advice (a real lane does, but for guests).
    voice
        How much is spoken: quiet, coach (the default on one real lane), chatty, or off.
    volume
        Of the voice, 0 to 100; 60 when nobody says.
    rate
        Of the voice, in words a minute, 100 to 300; 175 when nobody says.
    journal
        Record the sessions in this folder (real lanes: in the usual one).
    fault
        What goes wrong on a mock, as in `treadctl run`.
    seed
        Decides what is left to chance on mocks.
    """
    numbers = _numbers(lane, lanes)
    _check(numbers, mock, treadmill, arm, keypad, fault, decline)
    _check_screen(numbers, screen, arm, light)
    if history and (len(numbers) > 1 or guest):
        raise BadInput("--history is one runner's own: one lane, and no guest")
    runner = a_guest() if guest else choose_runner(profile)
    if treadmill is not None and not runner.chosen:
        raise BadInput("a real belt needs the runner's own easy pace: treadctl profile --easy '9 km/h', or --guest")
    loud, fast = kept_sound(volume, rate)
    check_sound(voice or "coach", loud, fast)
    room = Room(
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
    make = on_mocks(room, mock, seed, fault, drawn, guarded) if mock is not None else beside(room, treadmill or "")
    own = not guest and not drawn and (treadmill is not None or history)

    awake: Awake | None = None

    def along(note: Callable[[str], object], *listeners: Listener) -> Along:
        memory = Remembered(runner.name, note, simulated=mock is not None) if own else None
        return Along(note, listeners, folder, memory, None if awake is None else awake.mind_ready)

    aside = _Aside()
    with undisturbed(), _sound(spoken, loud, fast, aside) as sound, contextlib.ExitStack() as stack:
        company: tuple[Listener, ...] = ()
        if treadmill is not None:
            awake = Awake(aside)
            stack.callback(awake.close)
            company = (awake,)
        if not screen:
            keys = Keys(numbers, keypad, stdin or at_a_terminal(), StandIn if arm else None, seed)
            return run_lanes(lambda number, shown: make(number, shown, along(tell, *company)), keys, sound)
        from treadctl.cli.studio_lane_screen import run_on_screen  # Textual takes half a second to import

        def on_screen(shown: Shows, note: Callable[[str], object]) -> LaneAgent:
            aside.to = note
            heard: tuple[Listener, ...] = company if sound is None else (*company, sound.listener)
            return make(numbers[0], shown, along(note, *heard))

        try:
            return run_on_screen(on_screen, keypad, sound, light=light)
        finally:
            aside.to = tell


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


def _check_screen(numbers: tuple[int, ...], screen: bool, arm: bool, light: bool) -> None:
    if screen and (len(numbers) > 1 or arm):
        raise BadInput("--screen is for one lane and the person at it: leave out --lanes and --arm")
    if light and not screen:
        raise BadInput("--light is the screen's: add --screen")
    if screen and not on_a_screen():
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
