"""The walk of a deck: over the mock with what goes wrong with machines, always through link and gate, and level at the end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from short_session import Radio
from virtual_radio.world import World

from treadctl.cli.deck_walking import Walker
from treadctl.clock import PacedClock
from treadctl.engine.words import Answered, CommandKind, Disconnected, Event, Outcome, Telemetry, Told
from treadctl.mock.faults import parse_fault
from treadctl.mock.over_the_air import OverTheAir
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import Console, MockTreadmill
from treadctl.safety import Command, Deck, Gate, SetIncline, Stop, TakeControl
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.deck_walk import DeckWalk, Stage, Verdict
from treadctl.treadmill.known import known_mock
from treadctl.treadmill.radio import BleakRadio
from treadctl.units import Grade, Speed

ADDRESS = "F0:0D:F1:7E:55:02"
LEVEL = bytes.fromhex("030000")
DECK = Deck(Grade(-60), Grade(150), 5)


class Room:
    """A mock, a walk of its deck, and somebody who may interfere."""

    def __init__(self, preset: str, *faults: str, begun: float = 0.0) -> None:
        self.clock = PacedClock(1000)
        self.mock = MockTreadmill(PRESETS[preset], seed=1, faults=[parse_fault(fault) for fault in faults], at=begun)
        self.radio = Radio(self.mock, self.clock)
        self.said: list[str] = []
        known = known_mock(PRESETS[preset].offset)
        self.walker = Walker(lambda deliver: Connection(self.radio, self.clock, deliver, known), self.clock, self.said.append)

    def walk(self, meanwhile: Callable[[Room], None] = lambda room: None, at: float = 1e9) -> DeckWalk:
        async def whole() -> DeckWalk:
            async def interfere() -> None:
                await self.clock.sleep(at)
                meanwhile(self)

            interfering = asyncio.ensure_future(interfere())
            try:
                return await self.walker.walk("mock")
            finally:
                interfering.cancel()

        return asyncio.run(whole())

    @property
    def lowest_asked(self) -> int:
        return min(int.from_bytes(octets[1:], "little", signed=True) for octets in self.radio.written if octets[0] == 3)


def test_a_walk_learns_sign_range_step_and_speed_and_ends_level() -> None:
    room = Room("decline-10")
    walk = room.walk()
    assert walk.verdict is Verdict.WALKED
    assert walk.proven
    assert walk.seen_level
    assert room.mock.deck_grade == 0
    assert [leg.asked for leg in walk.legs] == [-10, -15, -35, -55, -75, -95, -100, 10, 0]
    assert all(leg.settled == leg.asked for leg in walk.legs)
    assert walk.rate(down=True) == pytest.approx(0.4, abs=0.01)
    assert walk.rate(down=False) == pytest.approx(0.5, abs=0.01)
    assert walk.deck_rate == 4


def test_a_walk_writes_nothing_but_control_and_inclinations_and_never_starts_a_belt() -> None:
    room = Room("decline-10")
    room.walk()
    assert {octets[0] for octets in room.radio.written} == {0x00, 0x03}
    assert room.radio.written[0] == b"\x00"
    assert room.radio.written[1] == bytes.fromhex("03f6ff")
    assert room.radio.written[-1] == LEVEL


def test_a_deck_that_makes_a_climb_of_a_decline_is_stopped_at_once_and_levelled() -> None:
    room = Room("decline-10", "unsigned-incline")
    walk = room.walk()
    assert walk.verdict is Verdict.WRONG_WAY
    assert not walk.proven
    assert room.radio.written == [b"\x00", bytes.fromhex("03f6ff"), LEVEL]
    assert room.mock.deck_grade == 0
    assert walk.seen_level


def test_a_deck_that_runs_past_its_target_is_levelled_and_never_sent_further() -> None:
    room = Room("decline-10", "deck-overshoot")
    walk = room.walk()
    assert walk.verdict is Verdict.TOO_FAR
    assert room.lowest_asked == -10
    assert not walk.proven


@pytest.mark.parametrize("fault", ["deck-stuck", "ack-but-ignore"])
def test_a_deck_that_does_not_move_is_told(fault: str) -> None:
    walk = Room("decline-10", fault).walk()
    assert walk.verdict is Verdict.NOT_FOLLOWING
    assert "once started" in walk.verdict.value


def test_a_machine_that_takes_inclines_only_once_started_is_told_and_not_started() -> None:
    room = Room("decline-6")
    walk = room.walk()
    assert walk.verdict is Verdict.REJECTED
    assert "once started" in walk.verdict.value
    assert room.mock.belt_speed == 0


def test_a_deck_without_a_decline_is_walked_up_and_proves_nothing() -> None:
    walk = Room("incline-only").walk()
    assert walk.verdict is Verdict.WALKED
    assert not walk.proven
    assert [leg.asked for leg in walk.legs] == [10, 0]


def test_a_propped_deck_is_first_taken_to_true_level_and_left_there() -> None:
    room = Room("propped")
    walk = room.walk()
    assert walk.verdict is Verdict.WALKED
    assert walk.legs[0].asked == 50
    assert room.lowest_asked == 0
    assert room.mock.true_grade == 0


@pytest.mark.parametrize("fault", ["lost-ack+999", "wrong-ack+999", "split-frames", "stop-restarts", "late-ack+999"])
def test_odd_answers_and_frames_keep_nobody_from_a_whole_walk(fault: str) -> None:
    walk = Room("decline-10", fault).walk()
    assert walk.verdict is Verdict.WALKED
    assert walk.seen_level


def test_a_walk_that_cannot_see_writes_nothing() -> None:
    room = Room("decline-10", "silent-telemetry")
    assert room.walk().verdict is Verdict.BLIND
    assert room.radio.written == []


def test_nothing_is_written_to_a_belt_that_moves() -> None:
    room = Room("decline-10", begun=-30.0)
    room.mock.console(Console.START, -30.0)
    assert room.walk().verdict is Verdict.BELT_MOVED
    assert room.radio.written == []


@pytest.mark.parametrize("at", [4.5, 8.0, 20.0, 40.0])
def test_stopping_a_walk_at_any_time_levels_the_deck(at: float) -> None:
    room = Room("decline-10")
    walk = room.walk(lambda r: r.walker.stop(), at=at)
    assert walk.verdict is Verdict.STOPPED
    assert room.mock.deck_grade == pytest.approx(0, abs=0.3)
    assert room.radio.written[-1] == LEVEL


def test_asked_twice_it_leaves_at_once_but_says_level_first() -> None:
    room = Room("decline-10")

    def twice(r: Room) -> None:
        r.walker.stop()
        r.walker.stop()

    walk = room.walk(twice, at=20.0)
    assert walk.stage is Stage.LEVELLING
    assert not walk.seen_level
    assert room.radio.written[-1] == LEVEL


def test_a_fault_of_ours_in_the_middle_still_asks_for_level(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room("decline-10")
    step = DeckWalk.step

    def breaks(walk: DeckWalk, now: float) -> list[Command]:
        if now > 15:
            raise ZeroDivisionError
        return step(walk, now)

    monkeypatch.setattr(DeckWalk, "step", breaks)
    with pytest.raises(ZeroDivisionError):
        room.walk()
    assert room.radio.written[-1] == LEVEL
    assert not room.mock.link_up


# --- the machine alone: what no mock does ----------------------------------------------------------------------------


def walking(deck: Deck = DECK) -> tuple[DeckWalk, float]:
    """A walk that has just asked for its first step, and when."""
    walk, now = DeckWalk(deck, 0.0), 0.0
    while walk.stage is Stage.LOOKING:
        walk.hear(Telemetry(Speed(0), Grade(0)), now)
        commands = walk.step(now)
        now += 1.0
    assert commands == [TakeControl()]
    walk.hear(Answered(CommandKind.TAKE_CONTROL, Outcome.ACCEPTED), now)
    assert walk.step(now) == [SetIncline(Grade(-10))]
    return walk, now


def test_a_belt_that_begins_to_move_gets_stop_and_the_deck_level() -> None:
    walk, now = walking()
    walk.hear(Telemetry(Speed(80), Grade(0)), now + 1)
    assert walk.step(now + 1) == [Stop(), SetIncline(Grade(0))]
    assert walk.verdict is Verdict.BELT_MOVED


def test_a_belt_that_begins_to_move_while_the_deck_levels_gets_stop_too() -> None:
    walk, now = walking()
    walk.stop(Verdict.STOPPED, now)
    assert walk.step(now) == [SetIncline(Grade(0))]
    walk.hear(Telemetry(Speed(80), Grade(-5)), now + 1)
    assert walk.step(now + 1) == [Stop(), SetIncline(Grade(0))]
    walk.hear(Telemetry(Speed(80), Grade(-5)), now + 2)
    assert walk.step(now + 2) == []


@pytest.mark.parametrize("event", [Event.SAFETY_KEY, Event.CONTROL_LOST, Event.STOPPED, Event.RESET])
def test_hands_off_a_treadmill_that_somebody_takes_over(event: Event) -> None:
    walk, now = walking()
    walk.hear(Told(event), now + 1)
    assert walk.step(now + 1) == []
    assert (walk.stage, walk.verdict) == (Stage.OVER, Verdict.TAKEN_OVER)


def test_a_lost_link_ends_the_walk_and_says_that_nobody_saw_it_level() -> None:
    walk, now = walking()
    walk.hear(Disconnected("out of reach"), now + 1)
    assert (walk.stage, walk.verdict, walk.seen_level) == (Stage.OVER, Verdict.LOST, False)


def test_silence_ends_the_walk_by_way_of_level() -> None:
    walk, now = walking()
    assert walk.step(now + 5.5) == [SetIncline(Grade(0))]
    assert walk.verdict is Verdict.BLIND


def test_a_target_that_the_gate_lets_wait_is_asked_for_again_and_then_given_up() -> None:
    walk, now = walking()
    asked = [SetIncline(Grade(-10))]
    while walk.verdict is None:
        now += 3.0
        walk.hear(Telemetry(Speed(0), Grade(0)), now)
        walk.hear(Answered(CommandKind.INCLINE, Outcome.REFUSED, "too soon"), now)
        asked += [command for command in walk.step(now) if isinstance(command, SetIncline)]
    assert asked == [SetIncline(Grade(-10))] * 3 + [SetIncline(Grade(0))]
    assert walk.verdict is Verdict.BLIND
    assert walk.detail == "too soon"


def test_a_deck_that_rests_on_whole_percents_is_walked_and_shows_it() -> None:
    """adidas rounds to whole percents (hw_notes.md §2.4): half a percent more is not followed, and that is no failure."""
    walk, now = walking()
    shown = -10
    for _ in range(200):
        now += 1.0
        target = walk.target or 0
        shown = int(target / 10) * 10
        walk.hear(Telemetry(Speed(0), Grade(shown)), now)
        walk.step(now)
        if walk.stage is Stage.OVER:
            break
    assert walk.verdict is Verdict.WALKED
    assert [(leg.asked, leg.settled) for leg in walk.legs][:3] == [(-10, -10), (-15, -10), (-35, -30)]
    assert walk.proven


def test_an_unproven_deck_is_first_asked_for_no_more_than_the_gate_lets_out() -> None:
    """Propped by 2 %: true level is +2.0 by its own count, and −1 % below that is still a climb to it."""
    deck = Deck(Grade(-60), Grade(150), 5, Grade(-20))
    walk, now = DeckWalk(deck, 0.0), 0.0
    asked: list[int] = []
    while walk.stage is not Stage.OVER and now < 300:
        for command in walk.step(now):
            if isinstance(command, SetIncline):
                asked.append(command.grade)
            if isinstance(command, TakeControl):
                walk.hear(Answered(CommandKind.TAKE_CONTROL, Outcome.UNKNOWN), now)
        now += 1.0
        walk.hear(Telemetry(Speed(0), walk.target or Grade(0)), now)
    assert asked == [20, 10, 5, -10, -30, -50, -60, 30, 20]


def walked(
    deck: Deck, shown: int = 0, rate: int = 5, goes: Callable[[int], int] = lambda asked: asked
) -> tuple[DeckWalk, list[int]]:
    """A walk of a deck that goes where `goes` says, at `rate` tenths a second, and what it was asked for; the gate agrees."""
    gate, walk, now, goal = Gate(deck), DeckWalk(deck, 0.0), 0.0, shown
    asked: list[int] = []
    while walk.stage is not Stage.OVER and now < 600:
        now += 1.0
        shown += max(-rate, min(rate, goal - shown))
        gate.seen(Speed(0), Grade(shown), now)
        walk.hear(Telemetry(Speed(0), Grade(shown)), now)
        for command in walk.step(now):
            if isinstance(command, TakeControl):
                walk.hear(Answered(CommandKind.TAKE_CONTROL, Outcome.UNKNOWN), now)
            elif isinstance(command, SetIncline):
                gate.clear(0x2AD9, b"\x03" + command.grade.to_bytes(2, "little", signed=True), now)
                asked.append(int(command.grade))
                goal = goes(asked[-1])
    return walk, asked


def test_a_deck_with_its_front_raised_is_asked_for_one_percent_before_its_level() -> None:
    """Front feet raised by 3 %: level is its own -3, and one that knows no sign would make its maximum climb of that."""
    walk, asked = walked(Deck(Grade(-60), Grade(150), 5, Grade(30)))
    assert asked == [-10, -30, -40, -45, -60, -20, -30]
    assert (walk.verdict, walk.proven, walk.seen_level) == (Verdict.WALKED, True, True)


def test_one_that_stands_further_down_already_is_first_taken_to_no_decline_at_all() -> None:
    walk, asked = walked(Deck(Grade(-60), Grade(150), 5, Grade(30)), shown=-40)
    assert asked == [0, -10, -30, -40, -45, -60, -20, -30]
    assert walk.proven
    walk, asked = walked(Deck(Grade(-60), Grade(150), 5, Grade(3)), shown=-5)
    assert asked[:3] == [-10, -15, -20]
    assert walk.proven


def test_a_deck_that_knows_no_sign_gets_no_decline_for_level_once_it_was_seen_to_climb() -> None:
    walk, asked = walked(Deck(Grade(-60), Grade(150), 5, Grade(30)), goes=lambda asked: 150 if asked < 0 else asked)
    assert walk.verdict is Verdict.WRONG_WAY
    assert set(asked) == {-10, 0}
    assert not walk.seen_level, "true +3"
    assert walk.disproven


def test_a_deck_that_comes_down_too_little_is_sent_no_further() -> None:
    walk, asked = walked(DECK, goes=lambda asked: max(asked, -4))
    assert (walk.verdict, walk.detail) == (Verdict.NOT_FOLLOWING, "it was not seen to go down to -1.0 %")
    assert asked == [-10, 0]
    assert not walk.proven
    assert not walk.disproven


@pytest.mark.parametrize("lowest", [-100, -65, -33, -10, -5])
@pytest.mark.parametrize("step", [1, 5, 7, 10, 20])
@pytest.mark.parametrize("offset", [-45, -3, 0, 3, 20, 60])
@pytest.mark.parametrize("shown", [0, -20])
def test_the_gate_refuses_no_step_of_a_walk_whatever_the_deck(lowest: int, step: int, offset: int, shown: int) -> None:
    walk, asked = walked(Deck(Grade(lowest), Grade(150), step, Grade(offset)), shown=max(shown, lowest))
    assert walk.verdict is Verdict.WALKED
    assert walk.proven == (min(asked) < 0)


def test_a_belt_that_moves_while_a_deck_that_went_wrong_levels_makes_nothing_of_that_good_again() -> None:
    walk, now = walking()
    for at in (1.0, 2.0):
        walk.hear(Telemetry(Speed(0), Grade(8)), now + at)
    verdicts = [walk.verdict]
    walk.hear(Telemetry(Speed(80), Grade(8)), now + 3)
    assert [*verdicts, walk.verdict] == [Verdict.WRONG_WAY, Verdict.BELT_MOVED]
    assert walk.disproven
    assert not walk.proven


@pytest.mark.asyncio
async def test_a_deck_is_walked_over_real_gatt(world: World) -> None:
    clock = PacedClock(20.0)
    treadmill = MockTreadmill(PRESETS["propped"], seed=1)
    peripheral = OverTheAir(world.peripheral("treadctl mock", ADDRESS), treadmill, clock, "treadctl mock")
    await peripheral.start()
    walker = Walker(lambda deliver: Connection(BleakRadio(ADDRESS), clock, deliver), clock, lambda line: None)
    try:
        async with asyncio.timeout(30):
            walk = await walker.walk(ADDRESS)
    finally:
        await peripheral.stop()
    assert walk.verdict is Verdict.WALKED, walk.detail
    assert walk.seen_level
    assert treadmill.deck_grade == 0
