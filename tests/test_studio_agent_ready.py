"""The same with real sessions on mock treadmills: who starts a belt, who calls that off, and what a fault leaves undone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from studio_lanes import PROGRAM, RUNNER, START, STOP, Button, LaneInRoom, RealRoom, a_fault, a_real_room
from test_studio_agent import SHORT

from treadctl.cli import studio_lanes_run
from treadctl.cli.errors import Exit
from treadctl.cli.studio_lanes_run import left_at_once
from treadctl.engine.engine import Engine
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.studio import lane_treadmill
from treadctl.studio.lane import Lane
from treadctl.studio.lane_reports import Reporter
from treadctl.studio.lane_words import LanePhase, PainToday
from treadctl.units import Grade

pytestmark = pytest.mark.asyncio


async def counting(room: RealRoom) -> LaneInRoom:
    """One lane, ten seconds or so before T0."""
    await room.offered()
    await room.ready()
    lane = room.lanes[1]
    room.press(Button.START)
    await room.until(lambda: lane.agent.lane.phase is LanePhase.COUNTING, 40)
    return lane


async def ready_by_console(room: RealRoom) -> LaneInRoom:
    await room.offered()
    lane = room.lanes[1]
    lane.agent.take(PainToday(0))
    await room.wait(5)
    lane.press(Console.START)
    await room.until(lambda: lane.agent.lane.phase is LanePhase.READY, 40)
    return lane


def acks(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    """What lanes answer from here on."""
    heard: list[tuple[str, str | None]] = []
    ack = Reporter.ack

    def noted(self: Reporter, now: float, class_id: Any, of: str, result: Any, reason: Any = None, text: str = "") -> None:
        heard.append((result, None if reason is None else reason.name))
        ack(self, now, class_id, of, result, reason, text)

    monkeypatch.setattr(Reporter, "ack", noted)
    return heard


# --- stopped before the start -------------------------------------------------------------------------------------------


async def test_a_console_stop_before_t0_keeps_a_belt_still_that_was_started_there() -> None:
    async with a_real_room(1) as room:
        lane = await ready_by_console(room)
        room.press(Button.START)
        await room.until(lambda: lane.agent.lane.phase is LanePhase.COUNTING, 40)
        lane.press(Console.STOP)
        await room.wait(30)
        assert (lane.starts(), lane.belt) == ([], 0.0)
        assert lane.agent.lane.phase is LanePhase.OFFERED
        assert lane.agent.typed("a")  # and so it can be said again
        await room.wait(2)
        assert lane.agent.lane.phase in (LanePhase.READY, LanePhase.COUNTING)


async def test_a_console_stop_while_ready_is_remembered_when_the_class_starts_a_minute_later() -> None:
    async with a_real_room(1) as room:
        lane = await ready_by_console(room)
        await room.wait(3)
        lane.press(Console.STOP)
        await room.wait(60)
        room.press(Button.START)
        await room.wait(25)
        assert (lane.starts(), lane.belt) == ([], 0.0)


async def test_a_safety_key_that_was_pulled_and_put_back_keeps_a_still_belt_still() -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        lane.press(Console.SAFETY_KEY)
        await room.wait(2)
        lane.press(Console.KEY_BACK)
        await room.wait(20)
        assert (lane.starts(), lane.belt) == ([], 0.0)
        assert lane.agent.lane.phase is LanePhase.OFFERED


@pytest.mark.parametrize(
    ("typed", "how"), [("p", "key"), ("7", "keypad"), ("w", "key"), ("1", "keypad"), ("s", "key"), ("0", "keypad"), ("x", "key")]
)
async def test_any_of_the_runners_own_keys_that_stop_or_slow_call_the_start_off(typed: str, how: Any) -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        await room.wait(3)
        assert lane.agent.typed(typed, how)
        await room.wait(20)
        assert (lane.starts(), lane.belt) == ([], 0.0)


async def test_not_ready_in_the_last_three_seconds_keeps_the_belt_still() -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        await room.until(lambda: lane.agent.seen is not None and lane.agent.seen.phase is Phase.COUNTDOWN, 30)
        assert lane.agent.typed("x")
        await room.wait(30)
        assert (lane.starts(), lane.belt) == ([], 0.0)
        lane.agent.typed("9", "keypad")  # and by a key of their own they go on
        await room.until(lambda: lane.belt > 0, 30)


# --- the computer's sleep -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("link_died", [False, True])
async def test_a_computer_that_slept_starts_nobody_who_was_ready_before(link_died: bool) -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        lane.slept_s += 1800.0  # the running clock stood still
        if link_died:
            lane.treadmill.disconnect(room.clock.now())
        await room.wait(30)
        assert (lane.starts(), lane.belt) == ([], 0.0)
        assert lane.agent.lane.phase is LanePhase.OFFERED


async def test_the_computer_stays_awake_from_ready_on() -> None:
    async with a_real_room(1) as room:
        await room.offered()
        lane = room.lanes[1]
        assert set(lane.minded) == {False}
        await room.ready()
        assert lane.minded[-1]


# --- faults ----------------------------------------------------------------------------------------------------------------


async def test_after_a_fault_of_its_session_a_lane_takes_the_next_class_and_arms_nobody_on_waiting() -> None:
    async with a_real_room(1) as room:
        await room.started(SHORT)
        lane = room.lanes[1]
        with a_fault(Engine):
            await room.wait(3)
        await room.wait(60)
        assert lane.belt == 0.0
        assert lane.agent.lane.phase is LanePhase.OVER
        before = len(lane.written)
        lane.agent.typed("a")
        lane.agent.press(Key.ARM)
        await room.wait(20)
        assert lane.written[before:] == []
        room.press(Button.SEND, text=PROGRAM, title="The next")
        await room.until(lambda: lane.agent.lane.asks_about_pain, 10)


async def test_stop_all_comes_before_anything_that_is_said() -> None:
    async with a_real_room(1) as room:
        await room.started(SHORT)
        lane = room.lanes[1]
        lane.silent = True
        room.stop_all()
        await room.until(lambda: room.summary == "STOPPED: every belt is still", 30)
        assert lane.keys[-1] is Key.STOP
        assert lane.written[-1][1] == STOP


async def test_a_program_that_cannot_be_prepared_keeps_no_stop_from_a_belt(monkeypatch: pytest.MonkeyPatch) -> None:
    async with a_real_room(1) as room:
        await room.offered()
        lane = room.lanes[1]

        def broken(*what: object) -> bool:
            raise ZeroDivisionError("a fault")

        monkeypatch.setattr(lane_treadmill, "reaches", broken)
        lane.agent.take(PainToday(0))
        await room.wait(3)
        lane.press(Console.START)
        await room.until(lambda: lane.belt > 0, 20)
        room.stop_all()
        await room.until(lambda: lane.belt == 0.0, 20)
        assert STOP in [payload for _, payload in lane.written]
        assert START not in [payload for _, payload in lane.written]


async def test_a_fault_while_counting_starts_nobody() -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        with a_fault(Lane):
            await room.wait(0.5)
        await room.wait(20)
        assert (lane.starts(), lane.belt) == ([], 0.0)


# --- what is answered -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("button", [Button.WALK_ALL, Button.PAUSE])
async def test_what_a_lost_link_keeps_from_being_done_is_not_called_done(monkeypatch: pytest.MonkeyPatch, button: Button) -> None:
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@60+40")
        await room.started(SHORT)
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.UNLINKED, 100)
        heard = acks(monkeypatch)
        room.press(button)
        await room.wait(5)
        assert set(heard) == {("refused", "NOT_RUNNING")}


async def test_who_leaves_at_once_is_told_which_belt_no_stop_has_reached() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@60+40")
        await room.started(SHORT)
        before = lane.agent.out_of_reach
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.UNLINKED, 100)
        assert (before, lane.agent.out_of_reach) == (False, True)
    assert "the link of lane 1, 4 is lost and no Stop has reached it" in left_at_once([1, 4])
    assert left_at_once([]).startswith("left at once; each belt that may move is told to stop")


# --- minutes of decline -----------------------------------------------------------------------------------------------------


async def test_no_coach_extends_a_decline_past_the_runners_own_minutes() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, decline_s=60)
        await room.started(SHORT)
        await room.until(lambda: lane.treadmill.true_grade <= -4.0, 200)
        for _ in range(8):
            room.press(Button.EXTEND)
            await room.wait(3)
        await room.wait(120)
        assert lane.latest is not None
        assert lane.latest.decline_s <= 60 + 15, "the way back to level is not instant"
        assert lane.treadmill.true_grade == 0.0
        assert "1 minute of decline: enough for today" in lane.said


async def test_the_coachs_next_is_told_and_counted_down_and_stays_within_the_runners_own_limits() -> None:
    async with a_real_room() as room:
        own = replace(RUNNER, ceiling=Grade(-30))
        lane = room.lane(1, runner=own)
        await room.started(SHORT.replace("grade: -4", "grade: -10").replace("warm-up: 1 min", "warm-up: 5 min"))
        await room.wait(5)
        before = len(lane.said)
        room.press(Button.NEXT)
        await room.until(lambda: lane.treadmill.true_grade < 0, 120)
        told = lane.said[before:]
        assert told[-4:-1] == ["tipping in 3", "2", "1"]
        assert any("minus" in words for words in told)
        await room.wait(60)
        assert lane.treadmill.true_grade == -3.0
        assert lane.belt <= own.easy / 100 + 0.1


# --- a fault in the class's part, later than that --------------------------------------------------------------------------


def broken(*what: object) -> Any:
    raise ZeroDivisionError("a fault")


@pytest.mark.parametrize("typed", ["x", "s", "p", "w", ""])
async def test_a_fault_after_three_lets_no_belt_start_whatever_is_pressed(monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    async with a_real_room(1) as room:
        lane = await counting(room)
        await room.until(lambda: lane.agent.seen is not None and lane.agent.seen.phase is Phase.COUNTDOWN, 30)
        monkeypatch.setattr(Lane, "step", broken)
        await room.wait(0.3)
        for key in typed:
            assert lane.agent.typed(key)
        await room.wait(30)
        assert (lane.starts(), lane.belt) == ([], 0.0)


@pytest.mark.parametrize(("button", "speed"), [(Button.PAUSE, 0.0), (Button.WALK_ALL, 4.5)])
async def test_a_fault_keeps_no_pause_and_no_walk_of_the_coach_from_a_belt(
    monkeypatch: pytest.MonkeyPatch, button: Button, speed: float
) -> None:
    async with a_real_room(1) as room:
        await room.started(SHORT)
        lane = room.lanes[1]
        await room.wait(20)
        monkeypatch.setattr(Reporter, "state", broken)
        await room.wait(0.3)
        room.press(button)
        await room.wait(20)
        assert round(lane.belt, 1) == speed


@pytest.mark.parametrize("part", ["wakes_at", "by_the_wall", "call_off"])
async def test_a_fault_beside_the_class_ends_no_lane(monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    async with a_real_room(1) as room:
        await room.started(SHORT)
        lane = room.lanes[1]
        monkeypatch.setattr(Lane, part, broken)
        if part == "call_off":
            monkeypatch.setattr(Lane, "step", broken)
        await room.wait(30)
        assert (lane.task.done(), lane.belt > 8) == (False, True)
        monkeypatch.undo()
        room.stop_all()
        await room.still()


async def test_a_lane_that_ends_by_a_fault_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    async with a_real_room(2) as room:
        await room.started(SHORT)
        one, other = room.lanes.values()

        async def fails() -> None:
            raise ZeroDivisionError("a fault")

        one.agent.run = fails  # type: ignore[method-assign]

        async def goes_on() -> None:
            await other.task

        other.agent.run = goes_on  # type: ignore[method-assign]
        running = asyncio.create_task(studio_lanes_run._all([one.agent, other.agent]))
        await room.wait(20)
        assert (running.done(), other.belt > 0) == (False, True)
        await other.agent.leave()
        assert await running == Exit.TREADMILL_FAILED, "lane 1 was left as it ran"
    assert "lane 1: a fault in this program (ZeroDivisionError" in capsys.readouterr().err
