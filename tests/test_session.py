"""A session in real time on the mock: it gets to its end, and whatever breaks on the way, the belt is told to stop."""

from __future__ import annotations

import asyncio
import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
from short_session import RUNNER, SHORT, STOP, Room, nothing_left, run_room

from treadctl.clock import PacedClock, Sleep
from treadctl.engine.engine import Engine
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.words import Connected, Input, Key, Machine, Outcome
from treadctl.safety import Command, Deck, Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.session import Session
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named


class Broken(Exception):
    """What a test breaks something with."""


def engine_breaks_in(monkeypatch: pytest.MonkeyPatch, phase: Phase) -> None:
    step = Engine.step

    def broken(engine: Engine, now: float, inputs: list[Input]) -> Step:
        if engine.phase is phase:
            raise Broken("the engine")
        return step(engine, now, inputs)

    monkeypatch.setattr(Engine, "step", broken)


# --- to the end ------------------------------------------------------------------------------------------------------


def test_first_descent_runs_to_its_end_a_thousand_times_as_fast() -> None:
    ending, room = run_room(lambda: Room(workout=load_named("first-descent")))
    assert ending is Ending.FINISHED
    assert room.words[-1] == "finished, well run"
    assert room.treadmill.belt_speed == 0
    assert room.radio.written[-1] == STOP


@pytest.mark.parametrize(
    ("fault", "ending"),
    [
        ("console-stop@20", Ending.STOPPED),
        ("safety-key@20", Ending.STOPPED),
        ("silent-telemetry@20", Ending.SAFETY),
        ("grade-glitch@20+5=-15", Ending.SAFETY),
        ("control-stolen@20", Ending.TREADMILL_FAILED),
        ("drop-link@20", Ending.LINK_FAILED),
    ],
)
def test_each_kind_of_trouble_has_its_ending(fault: str, ending: Ending) -> None:
    assert run_room(lambda: Room(fault))[0] is ending


def test_a_lost_link_is_told_and_the_session_ends_by_itself() -> None:
    ending, room = run_room(lambda: Room("drop-link@20"))
    assert ending is Ending.LINK_FAILED
    assert "link lost, the belt may still be moving: console or key" in room.words
    assert room.treadmill.belt_speed > 0, "nothing can stop a belt over a link that is gone"


def test_a_deck_without_declines_is_refused_before_anybody_arms() -> None:
    ending, room = run_room(lambda: Room(preset="incline-only"))
    assert ending is Ending.UNSUITABLE
    assert room.radio.written == []


def test_a_pressed_stop_ends_with_a_still_belt() -> None:
    def make() -> Room:
        room = Room()
        room.keys[Phase.RUNNING] = Key.STOP
        return room

    ending, room = run_room(make)
    assert ending is Ending.STOPPED
    assert room.stops == [Outcome.ACCEPTED]
    assert room.treadmill.belt_speed == 0


# --- what breaks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.RUNNING, Phase.PAUSING, Phase.STOPPING])
def test_an_engine_that_fails_leaves_with_stop(monkeypatch: pytest.MonkeyPatch, phase: Phase) -> None:
    engine_breaks_in(monkeypatch, phase)

    async def whole() -> Room:
        room = Room()
        if phase is Phase.PAUSING:
            room.keys[Phase.RUNNING] = Key.PAUSE
        with pytest.raises(Broken):
            await room.run()
        assert room.session.belt_may_move
        await nothing_left()
        return room

    room = asyncio.run(whole())
    if phase is Phase.STARTING:  # the belt has not been seen to move, and a Stop can start a machine that stands
        assert room.radio.written[-1] in (STOP, bytes([0x07]))
    else:
        assert room.radio.written[-1] == STOP
    assert not room.treadmill.link_up


@pytest.mark.parametrize("phase", [Phase.READY, Phase.COUNTDOWN])
def test_an_engine_that_fails_before_the_belt_moves_writes_no_stop(monkeypatch: pytest.MonkeyPatch, phase: Phase) -> None:
    engine_breaks_in(monkeypatch, phase)

    async def whole() -> Room:
        room = Room()
        with pytest.raises(Broken):
            await room.run()
        assert not room.session.belt_may_move
        return room

    assert STOP not in asyncio.run(whole()).radio.written


def test_a_radio_write_that_breaks_leaves_with_stop_over_the_same_radio() -> None:
    async def whole() -> Room:
        room = Room()

        def fail(octets: bytes) -> None:
            if octets[0] == 0x02:
                raise Broken("a speed cannot be written")

        room.radio.fail = fail
        with pytest.raises(RuntimeError, match="unforeseen") as failed:
            await room.run()
        assert isinstance(failed.value.__cause__, Broken)
        await nothing_left()
        return room

    assert asyncio.run(whole()).radio.written[-1] == STOP


def test_a_radio_that_writes_nothing_at_all_does_not_keep_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treadctl.session.LAST_STOP_S", 0.05)

    async def whole() -> None:
        room = Room()

        def fail(octets: bytes) -> None:
            if room.session.phase is Phase.RUNNING:
                raise Broken("gone mad")

        room.radio.fail = fail
        with pytest.raises(RuntimeError, match="unforeseen"):
            async with asyncio.timeout(20):
                await room.run()
        await nothing_left()

    asyncio.run(whole())


def test_a_listener_that_fails_is_left_out_and_the_run_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    calls: list[float] = []

    def listener(now: float, inputs: list[Input], step: Step) -> None:
        calls.append(now)
        raise Broken("a screen")

    def make() -> Room:
        room = Room()
        room.session.listen(listener)
        return room

    with caplog.at_level(logging.WARNING):
        ending, _ = run_room(make)
    assert ending is Ending.FINISHED
    assert len(calls) == 1
    assert [record.exc_info for record in caplog.records] == [None], "one line, no traceback"
    assert "a screen" in caplog.text


def test_a_journal_that_breaks_is_told_and_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> dict[str, Any]:
        raise Broken("cannot be written down")

    monkeypatch.setattr("treadctl.session.entry", broken)
    ending, room = run_room(lambda: Room(journal=io.StringIO()))
    assert ending is Ending.FINISHED
    assert room.words.count("recording has stopped") == 1
    assert "cannot be written down" in room.session.recording_trouble


def test_a_session_that_is_cancelled_leaves_with_stop() -> None:
    async def whole() -> Room:
        room = Room()
        running = asyncio.Event()
        room.session.listen(lambda now, inputs, step: running.set() if step.snapshot.phase is Phase.RUNNING else None)
        task = asyncio.create_task(room.run())
        await running.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await nothing_left()
        return room

    assert asyncio.run(whole()).radio.written[-1] == STOP


def test_a_session_cancelled_again_on_its_way_out_still_lets_go() -> None:
    journal = io.StringIO()

    async def whole() -> Room:
        room = Room(journal=journal)
        running = asyncio.Event()
        room.session.listen(lambda now, inputs, step: running.set() if step.snapshot.phase is Phase.RUNNING else None)
        task = asyncio.create_task(room.run())
        await running.wait()
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return room

    room = asyncio.run(whole())
    assert not room.treadmill.link_up
    assert journal.closed


# --- the beginning ---------------------------------------------------------------------------------------------------


class Wire:
    """A connection that a test holds by the strings."""

    def __init__(self, deliver: Callable[[Input], None]) -> None:
        self.deliver = deliver
        self.offered: list[Command] = []
        self.closed = 0
        self.opened = asyncio.Event()
        self.trouble: LinkError | None = None

    async def open(self, address: str) -> Machine:
        if self.trouble is not None:
            raise self.trouble
        await self.opened.wait()
        machine = Machine(address, Speed(100), Speed(1200), deck=Deck(Grade(-100), Grade(100), 5, Grade(-30)))
        self.deliver(Connected(machine))
        return machine

    def offer(self, command: Command) -> None:
        self.offered.append(command)

    async def stand_by(self, address: str) -> None:
        pass

    def alive(self, belt_may_move: bool) -> None:
        pass

    async def run(self) -> None:
        await asyncio.Event().wait()

    async def close(self) -> None:
        self.closed += 1


def held() -> tuple[Session, Wire]:
    wires: list[Wire] = []

    def connect(deliver: Callable[[Input], None]) -> Wire:
        wires.append(Wire(deliver))
        return wires[0]

    return Session(SHORT, RUNNER, PacedClock(1000), connect), wires[0]


def test_stop_does_not_wait_for_a_treadmill_that_does_not_answer() -> None:
    async def whole() -> None:
        session, wire = held()
        task = asyncio.create_task(session.run("slow"))
        await asyncio.sleep(0.01)
        session.press(Key.STOP)
        assert await asyncio.wait_for(task, 1) is Ending.STOPPED
        assert (wire.offered, wire.closed) == ([], 1)
        await nothing_left()

    asyncio.run(whole())


def test_no_link_is_a_link_error_and_is_let_go_of() -> None:
    async def whole() -> None:
        session, wire = held()
        wire.trouble = LinkError(Trouble.NOT_FOUND)
        with pytest.raises(LinkError):
            await session.run("nowhere")
        assert wire.closed == 1

    asyncio.run(whole())


def test_only_what_cannot_hurt_goes_out_without_its_line_in_the_journal() -> None:
    """On a deck propped up by 3 %, a command for -2 is a true -5."""

    async def whole() -> dict[str, bool]:
        session, wire = held()
        wire.opened.set()
        first: asyncio.Future[Snapshot] = asyncio.get_running_loop().create_future()
        session.listen(lambda now, inputs, step: None if first.done() else first.set_result(step.snapshot))
        task = asyncio.create_task(session.run("propped"))
        snapshot = (await first)._replace(shown_speed=Speed(500), shown_grade=Grade(-40))
        blind = snapshot._replace(shown_speed=None, shown_grade=None)
        commands: list[Command] = [Stop(), Pause(), TakeControl(), Start(), SetSpeed(Speed(500)), SetSpeed(Speed(501))]
        commands += [SetIncline(Grade(-10)), SetIncline(Grade(-11)), SetIncline(Grade(30))]
        told = {str(command): session._harmless(command, snapshot) for command in commands}
        told |= {f"blind {command}": session._harmless(command, blind) for command in commands[4:7]}
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return told

    assert list(asyncio.run(whole()).values()) == [True, True, True, False, True, False, True, False, True, False, False, False]


def test_a_computer_that_slept_counts_as_a_link_that_was_lost() -> None:
    wall = [1000.0]

    async def whole() -> tuple[Ending, Room]:
        room = Room()
        room.session._sleep = Sleep(lambda: wall[0] + room.clock.now())
        room.session.listen(lambda now, inputs, step: wall.__setitem__(0, 1060.0) if now > 30 else None)
        return await room.run(), room

    ending, room = asyncio.run(whole())
    assert ending is Ending.LINK_FAILED
    assert "this computer was asleep: look at the belt" in room.words
