"""Another workout over the same link: for as long as nobody was armed, at once, and replayed like any other."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from short_session import RUNNER, SHORT, Room, nothing_left

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import Input, Key
from treadctl.journal import Journal, replay
from treadctl.mock.console import Console
from treadctl.safety import Start
from treadctl.units import Grade
from treadctl.workout.model import Segment, SegmentKind, Workout

OTHER = Workout(
    "other",
    "Other",
    "a test",
    (Segment(SegmentKind.WARM_UP, 20), Segment(SegmentKind.DECLINE, 20, Grade(-40), Grade(-40))),
)


class Kept(io.StringIO):
    """A file whose text is still there when it is closed."""

    text = ""

    def close(self) -> None:
        self.text = self.getvalue()
        super().close()


def during(room: Callable[[], Room], meanwhile: Callable[[Room], Awaitable[None]]) -> tuple[Ending, Room]:
    async def whole() -> tuple[Ending, Room]:
        made = room()
        made.keys.clear()
        running = asyncio.create_task(made.run())
        await meanwhile(made)
        ending = await running
        await nothing_left()
        return ending, made

    return asyncio.run(whole())


async def linked(room: Room) -> None:
    while room.session.phase is not Phase.READY:
        await room.clock.sleep(0.5)
    await room.clock.sleep(6)


def test_another_workout_takes_the_place_of_one_that_nobody_was_armed_on() -> None:
    async def meanwhile(room: Room) -> None:
        await linked(room)
        assert room.session.prepare(OTHER, RUNNER) is not None
        room.session.press(Key.ARM)

    ending, room = during(Room, meanwhile)
    assert ending is Ending.FINISHED
    assert "now minus 4, 20 seconds" in room.words
    assert room.radio.written.count(bytes.fromhex("07")) == 1


def test_it_can_be_armed_in_the_same_moment_for_what_the_treadmill_told_lately_is_known() -> None:
    async def meanwhile(room: Room) -> None:
        await linked(room)
        room.session.prepare(OTHER, RUNNER)
        room.session.press(Key.ARM)
        await room.clock.sleep(0.5)
        assert room.session.phase is Phase.COUNTDOWN
        room.session.press(Key.STOP)

    assert during(Room, meanwhile)[0] is Ending.STOPPED


@pytest.mark.parametrize("phase", [Phase.COUNTDOWN, Phase.RUNNING, Phase.PAUSED])
def test_nothing_takes_the_place_of_what_somebody_was_armed_on(phase: Phase) -> None:
    async def meanwhile(room: Room) -> None:
        await linked(room)
        room.session.press(Key.ARM)
        if phase is Phase.PAUSED:
            room.keys[Phase.RUNNING] = Key.PAUSE
        while room.session.phase is not phase:
            await room.clock.sleep(0.1)
        assert room.session.prepare(OTHER, RUNNER) is None
        assert room.session.phase is phase
        room.session.press(Key.STOP)

    assert during(Room, meanwhile)[0] is Ending.STOPPED


def test_nothing_takes_the_place_of_a_session_that_owes_a_stop() -> None:
    """Pressed for a belt that somebody runs at the console, and the link is lost before it is still."""

    async def meanwhile(room: Room) -> None:
        await linked(room)
        room.treadmill.console(Console.START, room.clock.now())
        await room.clock.sleep(5)
        room.session.press(Key.STOP)
        await room.clock.sleep(0.3)
        room.treadmill.disconnect(room.clock.now())
        await room.clock.sleep(0.5)
        assert room.session.phase is Phase.UNLINKED
        assert room.session.prepare(OTHER, RUNNER) is None
        assert room.session.belt_may_move

    _, room = during(Room, meanwhile)
    assert room.treadmill.belt_speed == 0


def test_a_start_whose_line_is_being_written_down_when_stop_is_pressed_does_not_leave() -> None:
    """A disk that takes its time: the runner is quicker."""

    class Slow(Journal):
        def append(self, make: Callable[[], dict[str, Any]], then: Callable[[], object] | None = None) -> None:
            super().append(make)
            if then is not None:
                room_[0].session.press(Key.STOP)
                asyncio.get_running_loop().call_soon(then)

    room_: list[Room] = []

    def made() -> Room:
        room_.append(Room(journal=io.StringIO()))
        room_[0].session._journal = Slow(io.StringIO())
        return room_[0]

    async def meanwhile(room: Room) -> None:
        await linked(room)
        room.session.press(Key.ARM)

    ending, room = during(made, meanwhile)
    assert ending is Ending.STOPPED
    assert bytes.fromhex("07") not in room.radio.written


def test_what_a_runner_should_know_before_arming_is_told_anew() -> None:
    async def meanwhile(room: Room) -> None:
        await linked(room)
        cues = room.session.prepare(OTHER, RUNNER)
        assert cues is not None
        assert [cue.words for cue in cues] == ["it will feel easy; the bill comes in two days"]
        room.session.press(Key.STOP)

    during(Room, meanwhile)


def test_before_there_is_a_link_it_is_simply_another_workout() -> None:
    async def meanwhile(room: Room) -> None:
        assert room.session.prepare(OTHER, RUNNER) == ()
        await linked(room)
        room.session.press(Key.ARM)

    ending, room = during(Room, meanwhile)
    assert ending is Ending.FINISHED
    assert "now minus 4, 20 seconds" in room.words


def test_its_journal_begins_with_what_was_known_and_replays_without_a_difference(tmp_path: Path) -> None:
    first, second = Kept(), Kept()

    async def meanwhile(room: Room) -> None:
        await linked(room)
        room.session.prepare(OTHER, RUNNER, Journal(second))
        room.session.press(Key.ARM)

    ending, _ = during(lambda: Room(workout=SHORT, journal=first), meanwhile)
    assert ending is Ending.FINISHED
    for name, kept in (("first", first), ("second", second)):
        path = tmp_path / f"{name}.jsonl"
        path.write_text(kept.text, encoding="utf-8")
        again = replay(path)
        assert (again.differences, again.torn, again.failed) == ((), False, "")
        assert again.last is not None
        assert again.last.snapshot.ending is (Ending.FINISHED if name == "second" else None)


def test_a_session_starts_in_the_very_moment_that_was_agreed_on_and_tells_of_it_after_the_write() -> None:
    async def meanwhile(room: Room) -> None:
        await linked(room)
        started: list[tuple[float, bool]] = []

        def listener(now: float, inputs: list[Input], step: Step) -> None:
            if Start() in step.commands:
                started.append((now, bytes.fromhex("07") in room.radio.written))

        room.session.listen(listener)
        agreed = room.clock.now() + 3.6183
        room.session.press(Key.ARM, agreed)
        while not started:
            await room.clock.sleep(0.05)
        (at, was_written) = started[0]
        assert at == pytest.approx(agreed, abs=1e-6)
        assert was_written
        room.session.press(Key.STOP)

    assert during(Room, meanwhile)[0] is Ending.STOPPED
