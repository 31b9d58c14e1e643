"""A Start that never left sets nothing moving, and one that did is stopped by any link: what the session, the link and the engine
know of it, together."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from referee import Referee, drawn
from short_session import RUNNER, SHORT, STOP, Room, run_room

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key, Pressed
from treadctl.ftms.assigned import FITNESS_MACHINE_CONTROL_POINT
from treadctl.journal import Journal
from treadctl.mock.console import Console
from treadctl.mock.faults import FaultKind
from treadctl.mock.presets import DEFAULT
from treadctl.safety import Cleared
from treadctl.simulate import Plan, Simulation

START = b"\x07"


class Slow(Journal):
    """A disk that takes its time: the runner is quicker, when a line is waited for."""

    def __init__(self, pressed: Callable[[], object]) -> None:
        super().__init__(io.StringIO())
        self._pressed = pressed

    def append(self, make: Callable[[], dict[str, Any]], then: Callable[[], object] | None = None) -> None:
        super().append(make)
        if then is not None:
            self._pressed()
            asyncio.get_running_loop().call_soon(then)


def test_a_session_whose_start_was_withheld_for_a_stop_ends_as_soon_as_any_that_stands_still() -> None:
    pressed_at: list[float] = []

    def made() -> Room:
        room = Room()

        def press() -> None:
            pressed_at.append(room.clock.now())
            room.session.press(Key.STOP)

        room.session._journal = Slow(press)
        return room

    ending, room = run_room(made)
    assert ending is Ending.STOPPED
    assert START not in room.radio.written
    assert room.clock.now() - pressed_at[0] < 5, "not half a minute"
    assert room.words[-2:] == ["stopping", "stopped"], "and the treadmill rejected nothing"


# --- a link that knows nothing of the Start before it -----------------------------------------------------------------


def relinked(pressed_after_s: float) -> tuple[Simulation, list[float], list[str]]:
    """The belt takes 20 s to move, and the link is lost and back meanwhile; Stop is pressed so long after the Start."""
    stops, words = list[float](), list[str]()
    started_at: list[float] = []

    def write(now: float, cleared: Cleared) -> None:
        if cleared.payload == START:
            started_at.append(now)
        elif cleared.payload == STOP:
            stops.append(now)

    simulation = Simulation(
        Plan(SHORT, RUNNER, replace(DEFAULT, countdown_s=20)),
        lambda now, inputs, step: words.extend(cue.words for cue in step.cues),
        write,
    )
    while not started_at:
        simulation.tick()
    simulation.tick()
    simulation.treadmill.disconnect(simulation.now)
    while simulation.now < started_at[0] + pressed_after_s:
        simulation.tick()
    assert simulation.engine.phase is Phase.READY
    simulation._inbox.append(Pressed(Key.STOP))
    while simulation.engine.ending is None:
        simulation.tick()
    return simulation, stops, words


@pytest.mark.parametrize("pressed_after_s", [7, 12, 17])
def test_a_stop_that_a_new_link_did_not_need_leaves_when_the_start_before_it_comes_true(
    pressed_after_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A treadmill that tells nothing of its countdown."""
    monkeypatch.setattr("treadctl.simulate.SUBSCRIBED", (0x2AD9, 0x2ADA, 0x2ACD))
    simulation, stops, words = relinked(pressed_after_s)
    assert stops, "the belt moves, and Stop was pressed"
    assert simulation.treadmill.belt_speed == 0
    assert simulation.engine.ending is Ending.STOPPED
    assert words.count("the belt starts after all: stopping") <= 1


def late_starter(seed: int) -> tuple[Plan, list[float]]:
    """A belt that takes long to move, a link that comes and goes meanwhile, Stop or Pause pressed, and Stop at the end."""
    rng, plan = random.Random(f"late {seed}"), drawn(seed)
    lag = rng.randrange(8, 22)
    keys = [(8 + rng.uniform(0, lag + 4), rng.choice((Key.STOP, Key.STOP, Key.PAUSE))) for _ in range(rng.choice((1, 1, 2)))]
    touched = [(8 + rng.uniform(0, lag + 6), Console.STOP)] if rng.random() < 0.2 else []
    cuts = sorted(8 + rng.uniform(0, lag) for _ in range(rng.choice((0, 1, 1, 2))))
    return replace(
        plan,
        preset=replace(plan.preset, countdown_s=lag),
        keys=((5.0, Key.ARM), *keys, (60.0, Key.STOP)),
        console=touched,
        faults=[fault for fault in plan.faults if fault.kind is not FaultKind.DROP_LINK][:1],
    ), cuts


@pytest.mark.parametrize("first", [0, 50])
def test_whenever_stop_is_pressed_on_a_belt_that_takes_long_to_start_it_is_still_in_the_end(first: int) -> None:
    for seed in range(first, first + 50):
        plan, cuts = late_starter(seed)
        game = Referee(plan)
        simulation = game.simulation
        while simulation.engine.ending is None:
            if cuts and simulation.now >= cuts[0] and simulation.treadmill.link_up:
                cuts.pop(0)
                simulation.treadmill.disconnect(simulation.now)
            simulation.tick()
            game.must(simulation.now < 240, "it never ended")
        for _ in range(80):
            simulation.tick()  # its link goes on repeating its Stop
        game.must(simulation.treadmill.belt_speed == 0, "the belt moves")


# --- a link that cannot write yet -------------------------------------------------------------------------------------


def armed_while_subscribing(seconds: float) -> tuple[Room, list[tuple[float, str]], list[float]]:
    """The link is lost and made again; its control point takes so long to be subscribed to, and ARM is pressed meanwhile."""
    said: list[tuple[float, str]] = []
    started_at: list[float] = []

    def make() -> Room:
        room = Room()
        room.keys, links, pressed = {}, [0], [False]
        subscribe, write = room.radio.subscribe, room.radio.write

        async def slowly(characteristic: int, receive: Callable[[int, bytes], None]) -> None:
            links[0] += characteristic == FITNESS_MACHINE_CONTROL_POINT
            if links[0] == 2 and characteristic == FITNESS_MACHINE_CONTROL_POINT:
                await room.clock.sleep(seconds)
            await subscribe(characteristic, receive)

        async def written(cleared: Cleared) -> None:
            if cleared.payload == START:
                started_at.append(room.clock.now())
            await write(cleared)

        def listen(now: float, inputs: list[Input], step: Step) -> None:
            said.extend((now, cue.words) for cue in step.cues)
            if links[0] == 1 and now > 5:
                room.treadmill.disconnect(now)
            if links[0] == 2 and step.snapshot.may_arm and not pressed[0]:
                pressed[0] = True
                room.session.press(Key.ARM)
            if step.snapshot.phase is Phase.RUNNING:
                room.session.press(Key.STOP)

        room.radio.subscribe = slowly  # type: ignore[method-assign]
        room.radio.write = written  # type: ignore[method-assign]
        room.session.listen(listen)
        return room

    _, room = run_room(make)
    return room, said, started_at


@pytest.mark.parametrize("seconds", [5, 10.5, 14])
def test_who_arms_while_a_link_cannot_write_yet_is_started_right_after_a_count_or_not_at_all(seconds: float) -> None:
    _, said, started_at = armed_while_subscribing(seconds)
    assert len(started_at) == 1
    counted = [at for at, words in said if words == "1" and at < started_at[0]]
    assert started_at[0] - counted[-1] <= 2.25, "nobody is started long after one"
