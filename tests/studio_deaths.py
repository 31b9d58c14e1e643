"""A class in which broker, console and lanes are killed at moments drawn by lot, and what must hold all the same.

Every part is a process of its own, each lane's belt is behind its guardian, and all that happened is on record: what lanes
said to a second console in the test's own process, and the journal of every session.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from studio_brokers import MOSQUITTO
from studio_processes import LanesProcess, Staff, lanes_process
from test_studio_agent_processes import a_broker, phase

from treadctl.engine.words import Key
from treadctl.studio.messages import Ready, State
from treadctl.studio.mqtt_bus import BrokerAddress

LANES = (1, 2, 3)
RUNNERS = (1, 2)
"""On lane 3 somebody has answered about pain and never says that they are ready."""
KNOWN = {"waiting for a class", "program offered", "ready", "counting down", "over", "no link", "hands off", "paused"}
MOVING = {"levelling", "countdown", "starting", "running", "pausing", "ending", "stopping", "started"}
ONCE = (Key.ARM.value, Key.SKIP.value, Key.STOP.value)
"""Keys that each come of one word of this class. A word that acts twice is a key that is pressed twice."""
_CONSOLE = Path(__file__).parent / "studio_console_process.py"


def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second console leaves the lead to the first one, which takes no longer than a loopback needs."""
    monkeypatch.setattr("treadctl.studio.leading.LISTEN_S", 12.0)
    monkeypatch.setattr("treadctl.studio.leading.LEASE_EVERY_S", 1.0)


class ConsoleProcess:
    """The console that leads, in a process."""

    def __init__(self, address: BrokerAddress) -> None:
        command = [sys.executable, str(_CONSOLE), "c1", str(address.port)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def press(self, word: str) -> None:
        """Press a button; a console that was killed hears nothing."""
        with contextlib.suppress(OSError, ValueError):
            assert self._process.stdin is not None
            self._process.stdin.write(word.encode() + b"\n")
            self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            assert self._process.stdin is not None
            self._process.stdin.close()


@dataclass
class Deaths:
    """One class and its dead. `moved` are the lanes' programs that were killed while their belt was seen moving."""

    folder: Path
    address: BrokerAddress
    restart: Callable[[], None]
    stack: contextlib.ExitStack
    staff: Staff
    console: ConsoleProcess
    lanes: dict[int, LanesProcess] = field(default_factory=dict)
    moved: list[LanesProcess] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"killed {', '.join(self.killed)}; {len(self.moved)} belts were moving then"

    def any_belt_moved(self) -> bool:
        """Whether this class came to anything at all."""
        return any(isinstance(word, State) and word.belt == "moving" for word in self.staff.heard)

    def begin(self, lane: int) -> None:
        """Start a lane's program, with a folder of its own."""
        folder = self.folder / f"life-{len(self.killed)}-{lane}"
        folder.mkdir()
        more = ("--guarded", "--journal", str(folder / "journals"))
        self.lanes[lane] = self.stack.enter_context(lanes_process(str(lane), self.address, folder, *more))

    def is_moving(self, lane: int) -> bool:
        state = self.staff.agent.coach.roster[lane].state
        return state is not None and state.belt == "moving"

    async def kill(self, victim: str) -> None:
        self.killed.append(victim)
        if victim == "broker":
            await asyncio.to_thread(self.restart)
        elif victim == "console":
            self.console.kill()
        else:
            if self.is_moving(int(victim)):
                self.moved.append(self.lanes[int(victim)])
            self.lanes[int(victim)].kill()

    async def until_ready(self) -> None:
        roster = self.staff.agent.coach.roster
        for lane in self.lanes.values():
            lane.keys("all 0")
        for _ in range(20):
            await asyncio.sleep(0.5)
            for runner in RUNNERS:
                self.lanes[runner].keys("all a")
            with contextlib.suppress(AssertionError):
                await self.staff.until(lambda: roster.ready_count(self.staff.agent.now()) == len(RUNNERS), 1)
                return
        raise AssertionError("nobody gets ready")


async def a_class_of_deaths(seed: int, folder: Path) -> Deaths:
    """One class; returns what became of it."""
    drawn = random.Random(seed)
    kind = "mosquitto" if MOSQUITTO is not None and seed % 2 else "embedded"
    with contextlib.ExitStack() as stack:
        address, restart = stack.enter_context(a_broker(kind, folder))
        console = ConsoleProcess(address)
        stack.callback(console.kill)
        room = Deaths(folder, address, restart, stack, Staff(address, "c2"), console)
        for lane in LANES:
            room.begin(lane)
        try:
            await a_class(room, drawn)
        except AssertionError as error:
            phases = {lane: phase(room.staff, lane) for lane in LANES}
            raise AssertionError(f"seed {seed}, killed {room.killed}: {error}; {phases}") from error
        finally:
            await room.staff.leave()
    print(f"seed {seed}, {kind}: {room}")
    return room


async def a_class(room: Deaths, drawn: random.Random) -> None:
    staff = room.staff
    roster = staff.agent.coach.roster
    await staff.until(lambda: sum(v.state is not None and v.state.clock_bound_us is not None for v in roster) == len(LANES), 40)
    await staff.until(lambda: staff.agent.coach.other(staff.agent.now()) == "c1", 20)
    room.console.press("send")
    await staff.until(lambda: all(phase(staff, lane) == "program offered" for lane in LANES), 20)
    await room.until_ready()
    deaths = asyncio.create_task(kill_some(room, drawn))
    room.console.press("start")
    await asyncio.sleep(13.0)
    room.console.press("next")
    await deaths
    await asyncio.sleep(4.0)
    staff.stop_all()
    await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 60)
    await staff.until(lambda: all(phase(staff, lane) in KNOWN for lane in LANES), 40)
    no_belt_moved_that_nobody_was_ready_on(staff)
    no_word_acted_twice(room.folder)
    await staff.until(lambda: all("the belt is still" in record(lane) for lane in room.moved), 20)


async def kill_some(room: Deaths, drawn: random.Random) -> None:
    """Two or three deaths within some twenty seconds around the start, the last of a runner's lane once its belt moves; a lane is
    started again a moment later."""
    victims = drawn.sample(["broker", "console", *map(str, LANES)], drawn.randint(2, 3))
    for victim in victims:
        await asyncio.sleep(drawn.uniform(0.0, 8.0))
        if victim == victims[-1] and victim in map(str, RUNNERS):
            with contextlib.suppress(AssertionError):  # a class that was called off
                await room.staff.until(functools.partial(room.is_moving, int(victim)), 30)
        await room.kill(victim)
        if victim.isdecimal():
            await asyncio.sleep(drawn.uniform(0.0, 2.0))
            room.begin(int(victim))


def record(lane: LanesProcess) -> str:
    """What its guardian put on record."""
    return "".join(path.read_text(encoding="utf-8") for path in lane.state.rglob("guardian.log"))


def no_belt_moved_that_nobody_was_ready_on(staff: Staff) -> None:
    """In each life of a lane its belt moves, and its session is armed, only after its runner has said that they are ready."""
    ready: set[tuple[int, str]] = set()
    for word in staff.heard:
        if isinstance(word, Ready) and word.ready:
            ready.add((word.lane, word.boot))
        if isinstance(word, State) and (word.belt == "moving" or word.phase in MOVING):
            assert (word.lane, word.boot) in ready, f"lane {word.lane} moves, and nobody was ready"


def no_word_acted_twice(folder: Path) -> None:
    """By the journals, what each session was told to do: armed once, started once, no key of a word of the class twice."""
    for path in folder.rglob("journals/*.jsonl"):
        pressed, started = [], 0
        for text in path.read_text(encoding="utf-8").splitlines():
            with contextlib.suppress(json.JSONDecodeError):  # its last line, when its program was killed
                line = json.loads(text)
                pressed += [about["key"] for word, about in line.get("in", ()) if word == "Pressed"]
                started += sum(command == "Start" for command, _ in line.get("out", ()))
        assert all(pressed.count(key) <= 1 for key in ONCE), f"{path.name}: {pressed}"
        assert started <= 1, f"{path.name}: started {started} times"
        assert not started or Key.ARM.value in pressed, f"{path.name}: started and never armed"
