"""A class that goes by itself, told in lines: what `treadctl studio demo --script` shows, where there is no screen."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

from treadctl.cli.errors import Exit, heeding, tell
from treadctl.cli.lines import later
from treadctl.studio.clock_sync import COARSEST_S
from treadctl.studio.coach import Coach
from treadctl.studio.coach_agent import STOP_ALL, Button, CoachAgent, Pressed, over_broker
from treadctl.studio.mqtt_bus import BrokerAddress
from treadctl.studio.roster import Late
from treadctl.studio.signing import CoachKey
from treadctl.workout.library import find

WORKOUT: Final = "first-descent"
READY_WITHIN_S: Final = 60.0
MOVING_WITHIN_S: Final = 20.0
RUNS_S: Final = 20.0
STILL_WITHIN_S: Final = 40.0
_LOOK_S: Final = 0.1

Say = Callable[[str], object]


class Script:
    """One class: sent, ready, started, paused, walked, stopped. `coach` is open to whoever wants to look."""

    def __init__(self, agent: CoachAgent, lanes: int, say: Say = print) -> None:
        self._agent = agent
        self._lanes = lanes
        self._say = say
        self._began = agent.now()

    @property
    def coach(self) -> Coach:
        """The console's side."""
        return self._agent.coach

    def tell(self, what: str) -> None:
        """One line, with the time since this began."""
        self._say(f"{self._agent.now() - self._began:6.1f} s  {what}")

    async def until(self, true: Callable[[], bool], within_s: float) -> bool:
        """Wait for something, at most so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while not true():  # noqa: ASYNC110 - the room has no event of its own
                    await asyncio.sleep(_LOOK_S)
        return true()

    # --- the acts -------------------------------------------------------------------------------------------------------

    async def send(self) -> bool:
        """Lead, see everybody, and send the program."""
        self.tell("waiting for the lanes")
        there = lambda: self.coach.leads and len(self._here()) >= self._lanes  # noqa: E731
        if not await self.until(there, READY_WITHIN_S):
            self.tell(f"{len(self._here())} of {self._lanes} lanes are there; giving up")
            return False
        path = find(WORKOUT)
        self._agent.press(Pressed(Button.SEND, title=path.stem, text=path.read_text(encoding="utf-8")))
        self.tell(f'{len(self._here())} lanes; sent {path.stem}; each runner is asked about pain, and says "I\'m ready"')
        return True

    async def start(self) -> bool:
        """Everybody who is ready, together."""
        ready = lambda: self._ready() >= self._lanes  # noqa: E731
        if not await self.until(ready, READY_WITHIN_S) and not self._ready():
            self.tell("nobody is ready; giving up")
            return False
        bounds = [view.state.clock_bound_us for view in self.coach.roster if view.state is not None]
        worst_ms = max((bound for bound in bounds if bound is not None), default=0) / 1000
        self.tell(f"{self._ready()} ready; the clocks are known to {worst_ms:.1f} ms (allowed: {COARSEST_S * 1000:.0f} ms)")
        self._agent.press(Pressed(Button.START))
        self.tell("START CLASS")
        assert self.coach.t0 is not None
        await asyncio.sleep(max(0.0, self.coach.t0 - self._agent.now()))
        self.tell("T0")
        return True

    async def run(self) -> bool:
        """Who moves, and how late."""
        all_move = await self.until(lambda: all(one.belt_ms is not None for one in self._late()), MOVING_WITHIN_S)
        await asyncio.sleep(1.5)  # each lane says how it is once a second
        self.tell(self.coach.summary(self._agent.now()))
        commands = [one.command_ms for one in self._late() if one.command_ms is not None]
        belts = [one.belt_ms for one in self._late() if one.belt_ms is not None]
        if commands and belts:
            self.tell(
                f"commands {min(commands)} to {max(commands)} ms after T0 (ours); "
                f"belts {min(belts)} to {max(belts)} ms after their command (the treadmills')"
            )
        await asyncio.sleep(RUNS_S)
        for view in self.coach.roster:
            state = view.state
            if state is not None:
                limited = f"  {state.limited}" if state.limited else ""
                self.tell(
                    f"lane {view.lane:>2}  {state.name or '':<8} {state.real_speed}  {state.real_grade}  {state.step}{limited}"
                )
        return all_move

    async def stop(self) -> bool:
        """WALK ALL, and STOP ALL to its end."""
        self._agent.press(Pressed(Button.WALK_ALL))
        self.tell("WALK ALL")
        await asyncio.sleep(RUNS_S / 4)
        self._agent.press(STOP_ALL)
        self.tell("STOP ALL")
        at = self.coach.stopped_at or 0.0
        still = await self.until(lambda: not self.coach.roster.not_known_still(at, self._agent.now()), STILL_WITHIN_S)
        self.tell(self.coach.summary(self._agent.now()))
        return still

    def _here(self) -> list[int]:
        now = self._agent.now()
        return [view.lane for view in self.coach.roster if not view.is_lost(now) and view.state is not None]

    def _ready(self) -> int:
        return self.coach.roster.ready_count(self._agent.now())

    def _late(self) -> tuple[Late, ...]:
        return self.coach.late(self._agent.now())


def run_script(address: BrokerAddress, studio: str, key: CoachKey, lanes: int) -> int:
    """A whole class by itself; Ctrl+C ends it."""
    return asyncio.run(_run(address, studio, key, lanes))


async def _run(address: BrokerAddress, studio: str, key: CoachKey, lanes: int) -> int:
    agent = CoachAgent("script", studio, key, over_broker(address))
    loop, playing = asyncio.get_running_loop(), asyncio.create_task(_play(Script(agent, lanes)))
    running = asyncio.create_task(agent.run())
    with heeding(lambda *_: later(loop, playing.cancel)):
        try:
            await asyncio.wait({playing, running}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                running.result()
            return playing.result()
        except asyncio.CancelledError:
            tell("left; the lanes stop their belts")
            return Exit.INTERRUPTED
        finally:
            await agent.leave()
            for task in (playing, running):
                task.cancel()
            await asyncio.gather(playing, running, return_exceptions=True)


async def _play(script: Script) -> int:
    for act in (script.send, script.start, script.run, script.stop):
        if not await act():
            return Exit.TREADMILL_FAILED
    return Exit.DONE
