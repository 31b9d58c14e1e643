"""Lanes running: their lines on the terminal, keys from terminal and pad, and the way out.

The loop of the lanes never writes to the terminal and never reads from it: a thread does each, as in `treadctl run`.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from treadctl.cli.columns import fitting
from treadctl.cli.errors import BadInput, Exit, at_a_terminal, heeding, in_one_line, tell
from treadctl.cli.keypad import listen
from treadctl.cli.lines import OUTPUT_S, later, to_stdout
from treadctl.cli.report import TextReport
from treadctl.cli.sound import Sound
from treadctl.cli.studio_room import choose_name
from treadctl.coaching.cues import Cue
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.lines import Lines
from treadctl.studio.collector import settle
from treadctl.studio.lane_agent import LaneAgent
from treadctl.studio.lane_keys import KEYS_HELP
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_words import Called
from treadctl.studio.stand_in import StandIn
from treadctl.units import clock
from treadctl.workout.errors import printable

LOOK_S: Final = 0.25
"""How often a mock runner looks whether something is asked of them."""
ALL: Final = "all"
NAME: Final = "name"
"""Before a first name, in a line of its own."""


@dataclass(frozen=True, slots=True)
class Keys:
    """Where keys come from: a pad, standard input, and on mocks nobody at all (`stands_in`, with a seed)."""

    lanes: tuple[int, ...]
    pad: Path | None
    stdin: bool
    stands_in: Callable[[int], StandIn] | None
    seed: int


class Shown:
    """One lane's lines: what the class says to the runner, and what their own session says. A listener."""

    def __init__(self, lane: int, alone: bool, write: Callable[[str], object], sound: Sound | None) -> None:
        self._before = "" if alone else f"lane {lane:>3} "
        self._write = write
        self._sound = sound
        self._report = TextReport(self.line)
        self._now = 0.0

    def line(self, text: str) -> None:
        """One line."""
        self._write(self._before + text)

    def tell(self, cue: Cue) -> None:
        """What the class says."""
        small = f"  ({cue.detail})" if cue.detail else ""
        self.line(f"{clock(self._now):>8}  {'class':<7} {cue.words}{small}")
        if self._sound is not None:
            self._sound.say(cue)

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        """What the session says."""
        self._now = now
        self._report(now, inputs, step)
        if self._sound is not None:
            self._sound.listener(now, inputs, step)


Make = Callable[[int, Shown], LaneAgent]


def run_lanes(make: Make, keys: Keys, sound: Sound | None) -> int:
    """Run lanes until they are told to leave; returns the exit code. `make` is called in their loop."""
    leaver = _Leaver()
    with heeding(leaver.notice):
        return asyncio.run(_run(make, keys, sound, leaver))


async def _run(make: Make, keys: Keys, sound: Sound | None, leaver: _Leaver) -> int:
    loop = asyncio.get_running_loop()
    lines = Lines("output", to_stdout())
    put = fitting(lines.put)
    alone = len(keys.lanes) == 1
    agents = {number: make(number, Shown(number, alone, put, sound)) for number in keys.lanes}
    if at_a_terminal():
        several = "" if alone else f"; the lane first, or {ALL}: 3 a"
        put(f"Software is no emergency stop: key and console first.\n{KEYS_HELP}; name ADA, to be shown by it{several}")
    leaver.attach(agents, asyncio.current_task())
    _listen(loop, agents, keys, leaver, put)
    settle()
    extra = [asyncio.create_task(_stand_in(keys, agents))] if keys.stands_in is not None else []
    code = await _all(list(agents.values()))
    leaver.detach()
    for task in extra:
        task.cancel()
    await asyncio.gather(*extra, return_exceptions=True)
    if not lines.close(OUTPUT_S):
        tell("the terminal took no more lines; the lanes went on to their end")
    return code


async def _all(agents: list[LaneAgent]) -> int:
    """Every lane to its end. A second signal ends all, each with a last Stop; a fault in one ends that one alone."""
    running = [asyncio.create_task(_one(agent)) for agent in agents]
    try:
        faults = [fault for fault in await asyncio.gather(*running) if fault]
    except asyncio.CancelledError:  # by a second signal
        tell(left_at_once([agent.look.lane for agent in agents if agent.out_of_reach]))
        await asyncio.gather(*running, return_exceptions=True)
        return code_of(agents, told=True)
    code = code_of(agents)
    return Exit.FAULT if faults and code is Exit.DONE else code  # a belt that is left counts for more than a fault


async def _one(agent: LaneAgent) -> bool:
    """One lane to its end; whether that was a fault, which is told at once."""
    try:
        await agent.run()
    except Exception as error:  # noqa: BLE001 - the other lanes' runners are not to be stopped by it
        tell(f"lane {agent.look.lane}: {in_one_line(error)}; {_as_told(_left([agent]))}; please report it")
        return True
    return False


def code_of(agents: list[LaneAgent], *, told: bool = False) -> Exit:
    """How lanes that have ended were left: a belt that may still be moving is told of, and no good end."""
    left = _left(agents)
    if left and not told:
        tell(f"{_as_told(left)}: if a belt still moves, use the console's stop or the safety key")
    return Exit.TREADMILL_FAILED if left else Exit.DONE


def _left(agents: list[LaneAgent]) -> list[int]:
    return [agent.look.lane for agent in agents if agent.belt_is_left]


def left_at_once(out_of_reach: list[int]) -> str:
    """What is true of the belts then; nobody is to think of one as stopped that no Stop has reached."""
    return f"left at once; {_as_told(out_of_reach)}: if a belt still moves, use the console's stop or the safety key"


def _as_told(out_of_reach: list[int]) -> str:
    if not out_of_reach:
        return "each belt that may move is told to stop"
    lanes = ", ".join(map(str, out_of_reach))
    return f"the link of lane {lanes} is lost and no Stop has reached it; a real treadmill's guardian tries for two minutes more"


async def _stand_in(keys: Keys, agents: dict[int, LaneAgent]) -> None:
    """Nobody has to stand on a mock."""
    assert keys.stands_in is not None
    people = {number: keys.stands_in(keys.seed * 1000 + number) for number in agents}
    while True:
        for number, agent in agents.items():
            said = people[number].look(agent.at, agent.now())
            if said is not None:
                agent.take(said)
        await asyncio.sleep(LOOK_S)


class _Leaver:
    """What a signal means: stop the belts and leave; a second one, to leave at once, each belt with a last Stop."""

    def __init__(self) -> None:
        self._meant = 0
        self._came_early = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._agents: dict[int, LaneAgent] = {}
        self._task: asyncio.Task[int] | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    def notice(self, *_: object) -> None:
        """A signal arrived, perhaps before there are lanes."""
        if self._loop is None:
            self._came_early = True
        else:
            later(self._loop, self.act)

    def attach(self, agents: dict[int, LaneAgent], task: asyncio.Task[int] | None) -> None:
        """Signals are for these from here on."""
        self._loop, self._agents, self._task = asyncio.get_running_loop(), agents, task
        if self._came_early:
            self._loop.call_soon(self.act)

    def detach(self) -> None:
        """They have left."""
        self._agents, self._task = {}, None

    def act(self) -> None:
        """Leave; or, the second time, at once."""
        self._meant += 1
        if self._meant == 1:
            self._leaving = {asyncio.ensure_future(agent.leave()) for agent in self._agents.values()}
        elif self._meant == 2 and self._task is not None:
            self._task.cancel()


def _listen(
    loop: asyncio.AbstractEventLoop,
    agents: dict[int, LaneAgent],
    keys: Keys,
    leaver: _Leaver,
    note: Callable[[str], object],
) -> None:
    if keys.pad is not None:
        (agent,) = agents.values()
        listen(keys.pad, lambda key: later(loop, partial(_type, agent, (key,), "keypad", note)), note)
    if not keys.stdin:
        return

    def read(number: int) -> None:
        rest = ""
        while True:
            try:
                more = os.read(number, 1024).decode(errors="replace")
            except OSError:
                more = ""
            *whole, rest = (rest + more).split("\n")
            for line in whole:
                later(loop, partial(_heard, agents, line, note))
            if not more:  # nobody can press a key here any more
                later(loop, leaver.act)
                return

    threading.Thread(target=read, args=(sys.stdin.fileno(),), name="keys", daemon=True).start()


def _heard(agents: dict[int, LaneAgent], line: str, note: Callable[[str], object]) -> None:
    """A line: keys, or a name; and where there are several lanes, first for which."""
    as_typed = line.split()
    words = line.lower().split()
    chosen = list(agents.values())
    if words and (len(agents) > 1 or words[0] == ALL):
        which = words.pop(0)
        chosen = [agent for number, agent in agents.items() if which in (str(number), ALL)]
        if not chosen:
            note(f"{which!r} is no lane here; write the lane first, or {ALL}: 3 a")
    if words[:1] == [NAME]:
        _call(chosen, " ".join(as_typed[len(as_typed) - len(words) + 1 :]), note)
        return
    for agent in chosen:
        _type(agent, words, "key", note)


def _call(agents: list[LaneAgent], name: str, note: Callable[[str], object]) -> None:
    """What the runner agrees to be called in this class; nothing takes it back."""
    try:
        chosen = choose_name(name) if name else None
    except BadInput:
        note(f"{printable(name[:30])!r}: a first name of letters, at most 20 long")
        return
    for agent in agents:
        agent.take(Called(chosen))
    note(f"shown as {chosen}" if chosen else "shown by no name")


def _type(agent: LaneAgent, words: list[str] | tuple[str, ...], how: How, note: Callable[[str], object]) -> None:
    for word in words:
        for typed in [word] if word.isdigit() and agent.at.asks_about_pain else list(word):
            if agent.typed(typed, how):
                continue
            asked = "pain today? a number from 0 to 10, while the belt stands" if agent.at.asks_about_pain else KEYS_HELP
            note(f"{typed!r} means nothing here; {asked}")
