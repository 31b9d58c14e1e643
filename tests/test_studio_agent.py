"""A lane's program with a real session and a mock treadmill: what coach and runner say, and what the belt does."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from eventually import eventually
from studio_lanes import PROGRAM, RUNNER, STOP, Button, a_fault, a_real_room

from treadctl.cli.studio_lanes_run import _heard
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.journal import Journal, replay
from treadctl.mock.console import Console
from treadctl.studio.lane import Lane
from treadctl.studio.lane_words import LaneKey, LanePhase, PainToday, Said
from treadctl.studio.program import guest
from treadctl.units import Grade, Speed

pytestmark = pytest.mark.asyncio
SHORT = """\
title: Short
steps:
  - warm-up: 1 min
    speed: easy
  - decline: 2 min
    grade: -4
    speed: easy
  - cool-down: 1 min
"""


async def test_four_lanes_start_together_run_their_program_and_stop_together() -> None:
    async with a_real_room(4) as room:
        await room.started()
        t0 = room.console.coach.t0
        assert t0 is not None
        for lane in room.lanes.values():
            (started,) = lane.starts()
            assert 0 <= started + 1_800_000_000.0 - t0 <= 0.02
        late = room.console.coach.late(room.console.now())
        assert [one.command_ms is not None and 0 <= one.command_ms <= 20 for one in late] == [True] * 4
        assert all(one.belt_ms is not None and one.belt_ms > 2000 for one in late)
        room.stop_all()
        await room.still()
        assert [lane.belt for lane in room.lanes.values()] == [0.0] * 4
        assert [len(lane.starts()) for lane in room.lanes.values()] == [1] * 4


async def test_until_their_runner_says_ready_nothing_is_written_to_a_treadmill() -> None:
    async with a_real_room(2) as room:
        await room.offered()
        await room.ready(0, 1)
        room.press(Button.START)
        await room.until(lambda: room.summary == "1 of 1 moving")
        assert room.lanes[2].written == []
        assert room.lanes[2].agent.lane.phase is LanePhase.OFFERED


async def test_arm_is_no_key_for_who_has_not_started() -> None:
    async with a_real_room(1) as room:
        await room.offered()
        lane = room.lanes[1]
        lane.agent.press(Key.ARM)
        await room.wait(10)
        assert Key.ARM not in lane.keys
        assert lane.written == []


async def test_walk_all_brings_every_lane_level_to_a_walk_until_its_runner_goes_on() -> None:
    async with a_real_room(2) as room:
        await room.started(SHORT)
        lanes = list(room.lanes.values())
        await room.until(lambda: all(lane.treadmill.true_grade <= -4.0 for lane in lanes), 200)
        room.press(Button.WALK_ALL)
        await room.wait(30)
        assert [(round(lane.belt, 1), lane.treadmill.true_grade) for lane in lanes] == [(4.5, 0.0)] * 2
        assert all("walking" in lane.said for lane in lanes)
        state = room.view(1).state
        assert state is not None
        assert "walking until resume" in state.limited
        lanes[0].agent.press(Key.RESUME)
        await room.until(lambda: lanes[0].treadmill.true_grade <= -4.0, 60)
        assert lanes[1].treadmill.true_grade == 0.0


async def test_a_pause_of_the_coach_pauses_all_and_each_goes_on_by_a_key_of_their_own() -> None:
    async with a_real_room(2) as room:
        await room.started()
        room.press(Button.PAUSE)
        lanes = list(room.lanes.values())
        await room.until(lambda: all(lane.agent.seen is not None and lane.agent.seen.phase is Phase.PAUSED for lane in lanes))
        room.press(Button.RESUME)
        await room.wait(20)
        assert [lane.belt for lane in lanes] == [0.0, 0.0]
        lanes[0].agent.typed("9", "keypad")
        await room.until(lambda: lanes[0].belt > 0)
        await room.wait(10)
        assert lanes[1].belt == 0.0


# --- what gets lost -----------------------------------------------------------------------------------------------------


async def test_without_a_broker_belts_go_on_and_when_it_is_back_nothing_restarts() -> None:
    async with a_real_room(2) as room:
        await room.started(SHORT)
        room.broker.go_down()
        lanes = list(room.lanes.values())
        await room.until(lambda: all(lane.treadmill.true_grade <= -4.0 for lane in lanes), 200)
        assert all("coach offline: your program goes on, and your keys are yours" in lane.said for lane in lanes)
        room.broker.come_back()
        await room.until(lambda: room.summary == "2 of 2 moving", 30)
        assert [len(lane.starts()) for lane in lanes] == [1, 1]
        await room.until(lambda: all("the coach is back" in lane.said for lane in lanes), 10)
        room.stop_all()
        await room.still()


async def test_a_lane_that_leaves_stops_its_belt_first_and_says_that_it_is_gone() -> None:
    async with a_real_room(1) as room:
        await room.started()
        lane = room.lanes[1]
        await lane.agent.leave()
        await lane.task
        assert lane.belt == 0.0
        assert lane.written[-1][1] == STOP
        assert room.console.coach.roster.lost(room.console.now()) == (1,)


async def test_a_fault_in_the_classs_part_stops_no_belt(caplog: pytest.LogCaptureFixture) -> None:
    async with a_real_room(1) as room:
        await room.started(SHORT)
        lane = room.lanes[1]
        with a_fault(Lane):
            await room.until(lambda: lane.treadmill.true_grade <= -4.0, 200)
        assert "a fault in the class's part" in caplog.text
        await room.until(lambda: room.summary == "1 of 1 moving", 20)
        room.stop_all()
        await room.still()


async def test_a_lanes_program_that_is_cancelled_leaves_its_treadmill_with_stop() -> None:
    async with a_real_room(1) as room:
        await room.started()
        lane = room.lanes[1]
        await lane.dies()
        assert lane.written[-1][1] == STOP


async def test_after_a_lost_link_the_runner_arms_again_and_the_coach_still_reaches_them() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, "drop-link@50+5")
        await room.started()
        await room.until(lambda: any(words.startswith("link is back") for words in lane.said))
        await room.wait(10)
        assert len(lane.starts()) == 1
        assert lane.agent.lane.phase is LanePhase.STARTED
        lane.agent.typed("a")
        await room.until(lambda: lane.agent.seen is not None and lane.agent.seen.phase is Phase.RUNNING)
        room.press(Button.WALK_ALL)
        await room.wait(5)
        assert "walking" in lane.said


async def test_a_treadmill_that_is_not_there_is_looked_for_until_it_is() -> None:
    async with a_real_room() as room:
        lane = room.lane(1)
        lane.treadmill.connect(0.0)  # somebody else has it
        await room.wait(20)
        assert [words for words in lane.said if words.startswith("no treadmill")]
        lane.treadmill.disconnect(room.clock.now())
        await room.offered()
        await room.ready()
        assert lane.agent.lane.phase is LanePhase.READY


# --- whose program ------------------------------------------------------------------------------------------------------


async def test_who_comes_late_warms_up_and_joins_where_the_class_is() -> None:
    async with a_real_room(2) as room:
        await room.offered()
        await room.ready(0, 1)
        room.press(Button.START)
        await room.until(lambda: room.summary == "1 of 1 moving")
        await room.wait(200)
        lane = room.lanes[2]
        lane.agent.take(PainToday(0))
        await room.wait(5)
        lane.agent.take(Said(LaneKey.READY))
        await room.until(lambda: room.summary == "2 of 2 moving", 40)
        assert lane.latest is not None
        assert lane.latest.segment.kind.value == "warm-up"
        assert lane.latest.segment_count < 10
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.RUNNING, 30)
        await room.wait(5)
        room.press(Button.NEXT)
        await room.wait(10)
        assert lane.latest.segment.kind.value == "warm-up", "the class's next step is not theirs yet"


async def test_sore_legs_run_level() -> None:
    async with a_real_room(1) as room:
        await room.offered(SHORT)
        await room.ready(pain=5)
        room.press(Button.START)
        lane = room.lanes[1]
        await room.until(lambda: lane.latest is not None and lane.latest.segment_index == 1, 200)
        await room.wait(60)
        assert lane.treadmill.true_grade == 0.0
        assert lane.belt > 8


async def test_a_deck_that_does_not_go_down_runs_the_program_level_and_says_so() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, preset="incline-only")
        await room.started(SHORT)
        assert "this deck does not go down: your program is run level" in lane.said


async def test_a_guest_finds_their_pace_before_the_start_and_in_the_warm_up() -> None:
    async with a_real_room() as room:
        lane = room.lane(1, runner=guest(), guest=True)
        await room.offered(SHORT)
        lane.agent.take(PainToday(0))
        await room.wait(3)
        lane.agent.typed("+")
        await room.wait(2)
        assert "easy pace 8.5 km/h" in lane.said
        lane.agent.typed("a")
        await room.wait(2)
        room.press(Button.START)
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.RUNNING)
        lane.agent.typed("4")
        lane.agent.typed("4")
        await room.until(lambda: lane.treadmill.true_grade <= -3.0, 200)
        assert "easy pace: 7.5 km/h" in lane.said
        await room.wait(30)
        assert (round(lane.belt, 1), lane.treadmill.true_grade) == (7.5, -3.0)  # a guest's ceiling


async def test_the_next_class_runs_on_the_same_lane() -> None:
    async with a_real_room(1) as room:
        lane = room.lanes[1]
        await room.started()
        room.stop_all()
        await room.still()
        await room.until(lambda: lane.agent.seen is not None and lane.agent.seen.phase is Phase.READY)
        await room.started(SHORT)
        assert lane.latest is not None
        assert lane.latest.segment_count == 3
        assert len(lane.starts()) == 2


async def test_a_program_sent_before_the_treadmill_is_there_is_prepared_once_it_is() -> None:
    async with a_real_room() as room:
        lane = room.lane(1)
        lane.treadmill.connect(0.0)
        await room.offered(SHORT)
        await room.ready()
        assert lane.agent.lane.phase is LanePhase.OFFERED
        assert "this treadmill is not ready yet" in lane.said
        lane.treadmill.disconnect(room.clock.now())
        await room.until(lambda: lane.agent.seen is not None and lane.agent.seen.phase is Phase.READY and lane.agent.seen.fresh)
        lane.agent.take(Said(LaneKey.READY))
        await room.wait(1)
        room.press(Button.START)
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.RUNNING)
        assert lane.latest is not None
        assert lane.latest.segment_count == 3


# --- the console of the treadmill ------------------------------------------------------------------------------------------


async def test_the_treadmills_own_start_says_ready_and_the_class_takes_the_moving_belt_over_at_t0() -> None:
    async with a_real_room(1) as room:
        await room.offered(SHORT)
        lane = room.lanes[1]
        lane.agent.take(PainToday(0))
        await room.wait(5)
        lane.press(Console.START)
        await room.until(lambda: lane.agent.lane.phase is LanePhase.READY, 20)
        assert room.view(1).how == "console"
        assert lane.written == []
        room.press(Button.START)
        await room.until(lambda: lane.latest is not None and lane.latest.phase is Phase.RUNNING, 30)
        t0 = room.console.coach.t0
        assert t0 is not None
        assert lane.starts() == []
        assert 0 <= lane.written[0][0] + 1_800_000_000.0 - t0 <= 0.1
        await room.until(lambda: lane.treadmill.true_grade <= -4.0, 200)


async def test_a_console_start_before_anybody_was_asked_readies_nobody() -> None:
    async with a_real_room(1) as room:
        await room.offered(SHORT)
        lane = room.lanes[1]
        lane.press(Console.START)
        await room.wait(20)
        assert lane.agent.lane.phase is LanePhase.OFFERED
        assert lane.written == []


# --- records --------------------------------------------------------------------------------------------------------------


class Kept(io.StringIO):
    """A file whose text is still there when it is closed."""

    text = ""

    def close(self) -> None:
        self.text = self.getvalue()
        super().close()


async def test_what_was_run_is_recorded_from_the_countdown_on_and_replays(tmp_path: Path) -> None:
    files: list[Kept] = []
    async with a_real_room(1) as room:
        lane = room.lanes[1]

        def begin(workout: object) -> Journal:
            files.append(Kept())
            return Journal(files[-1])

        lane.journal = begin
        await room.started(SHORT)
        room.stop_all()
        await room.still()
    (file,) = files
    await eventually(lambda: bool(file.text))  # a thread closes it
    path = tmp_path / "lane.jsonl"
    path.write_text(file.text, encoding="utf-8")
    again = replay(path)
    assert (again.differences, again.torn, again.failed) == ((), False, "")
    assert again.last is not None
    assert again.last.snapshot.ending is not None


async def test_what_the_console_hears_of_a_lane_that_waits_is_no_program() -> None:
    async with a_real_room(1) as room:
        await room.until(lambda: 1 in room.console.coach.roster and room.view(1).state is not None)
        await room.wait(5)
        state = room.view(1).state
        assert state is not None
        assert (state.phase, state.step, state.asked_speed, state.belt) == ("waiting for a class", "", None, "still")


async def test_a_coach_can_ease_one_lane_and_go_on_in_the_program() -> None:
    async with a_real_room(2) as room:
        await room.started(SHORT)
        room.press(Button.NEXT)
        lanes = list(room.lanes.values())
        await room.until(lambda: all(lane.treadmill.true_grade <= -4.0 for lane in lanes), 120)
        room.press(Button.FLATTER, lanes=(1,))
        await room.wait(15)
        assert [lane.treadmill.true_grade for lane in lanes] == [-3.5, -4.0]
        assert RUNNER.easy == Speed(900)
        assert Grade(-35) == lanes[0].agent.seen.grade if lanes[0].agent.seen else False


async def test_one_and_then_zero_on_a_pad_is_ten_and_a_zero_on_a_moving_belt_is_stop() -> None:
    async with a_real_room(1) as room:
        await room.offered(SHORT)
        lane = room.lanes[1]
        lane.agent.typed("1", "keypad")
        await room.wait(1)
        lane.agent.typed("0", "keypad")
        await room.wait(1)
        assert lane.agent.look.level, "ten of ten runs level"
        await room.wait(5)
        phases = []
        for key in ("5", "0"):
            lane.agent.typed(key, "keypad")
            await room.wait(1)
            phases.append(lane.agent.lane.phase)
        assert phases == [LanePhase.READY, LanePhase.OFFERED]


async def test_a_name_typed_in_a_line_is_shown_in_this_class_and_nothing_takes_it_back() -> None:
    async with a_real_room(2) as room:
        told: list[str] = []
        agents = {number: lane.agent for number, lane in room.lanes.items()}
        await room.offered(SHORT)
        for line in ("2 name Zoë-Anne", "1 name 4711", "name Bo"):
            _heard(agents, line, told.append)
        await room.wait(3)
        shown = {number: state.name for number in (1, 2) if (state := room.view(number).state) is not None}
        assert shown == {1: None, 2: "Zoë-Anne"}
        assert told[0] == "shown as Zoë-Anne"
        assert "a first name of letters" in told[1]
        _heard(agents, "2 name", told.append)
        await room.wait(3)
        state = room.view(2).state
        assert state is not None
        assert state.name is None


async def test_a_lane_stops_by_its_runners_key_and_only_that_lane() -> None:
    async with a_real_room(2) as room:
        await room.started(PROGRAM)
        room.lanes[1].agent.typed("0", "keypad")
        await room.until(lambda: room.lanes[1].belt == 0.0, 20)
        assert room.lanes[2].belt > 0
        await room.until(lambda: room.lanes[1].agent.lane.phase is LanePhase.OVER)


@pytest.mark.asyncio
async def test_stop_all_reaches_the_last_of_eight_treadmills_within_half_a_second() -> None:
    async with a_real_room() as room:
        lanes = [room.lane(number) for number in range(1, 9)]
        await room.started(SHORT)
        await room.wait(10)
        pressed = room.clock.now()
        room.stop_all()
        await room.until(lambda: all(STOP in (payload for _, payload in lane.written) for lane in lanes), 10)
        took_s = [next(at for at, payload in lane.written if payload == STOP and at >= pressed) - pressed for lane in lanes]
        assert max(took_s) <= 0.5
