"""The thin skin round the link, over the radio in memory: who is let in, what a failing write comes to, and a clean end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from short_session import Radio, nothing_left

from treadctl.clock import PacedClock
from treadctl.engine import words
from treadctl.engine.words import Answered, CommandKind, Connected, Disconnected, Input, Outcome, Telemetry
from treadctl.mock.faults import parse_fault
from treadctl.mock.memory import MemoryRadio
from treadctl.mock.presets import PRESETS
from treadctl.mock.treadmill import Console, MockTreadmill
from treadctl.safety import Cleared, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill.connection import Connection
from treadctl.treadmill.gatt import LinkError, Trouble
from treadctl.treadmill.known import Known, known_mock
from treadctl.treadmill.own import OwnTreadmill
from treadctl.treadmill.profile_file import parse_machine
from treadctl.units import Grade, Speed

DATA, CONTROL_POINT, TRAINING_STATUS, MANUFACTURER = 0x2ACD, 0x2AD9, 0x2AD3, 0x2A29


class Odd(Radio):
    """A radio over which the device says other things than the mock would."""

    def __init__(self, treadmill: MockTreadmill, clock: PacedClock) -> None:
        super().__init__(treadmill, clock)
        self.hidden: set[int] = set()
        self.says: dict[int, bytes] = {}
        self.subscribed: list[int] = []
        self.offers: set[int] = set()
        self.broken: dict[int, Trouble] = {}
        self.pairs = 0
        self.unanswered: list[bytes] = []
        self.takes_unanswered = True

    async def characteristics(self) -> frozenset[int]:
        return (await super().characteristics() | self.offers) - self.hidden

    async def read(self, characteristic: int) -> bytes:
        if characteristic in self.broken:
            raise LinkError(self.broken[characteristic])
        return self.says.get(characteristic) or await super().read(characteristic)

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        self.subscribed.append(characteristic)
        await super().subscribe(characteristic, receive)

    async def pair(self) -> None:
        self.pairs += 1
        await super().pair()

    async def write_unanswered(self, cleared: Cleared) -> None:
        if not self.takes_unanswered:
            raise LinkError(Trouble.REJECTED, "no write without response")
        self.unanswered.append(cleared.payload)
        await super().write(cleared)  # and not a write of this one that was made to hang


class World:
    """A mock, a connection to it, and what was delivered."""

    def __init__(self, *faults: str, preset: str = "decline-10", known: Known | None = None) -> None:
        self.clock = PacedClock(1000)
        self.mock = MockTreadmill(PRESETS[preset], faults=[parse_fault(fault) for fault in faults])
        self.radio = Odd(self.mock, self.clock)
        self.heard: list[Input] = []
        self.asked_at: list[float] = []
        self.connection = Connection(self.radio, self.clock, self.heard.append, known or known_mock(PRESETS[preset].offset))

    def answers(self, command: CommandKind) -> list[Outcome]:
        return [word.outcome for word in self.heard if isinstance(word, Answered) and word.command is command]


def alone(test: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run a test in a loop of its own, and hold it to leaving no task and no complaint behind."""

    def run() -> None:
        complaints: list[object] = []

        async def whole() -> None:
            asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
            await test()
            await nothing_left()

        asyncio.run(whole())
        assert complaints == []

    run.__name__ = test.__name__
    return run


async def refused(world: World) -> LinkError:
    with pytest.raises(LinkError) as error:
        await world.connection.open("mock")
    await world.connection.close()
    assert not any(isinstance(word, Connected) for word in world.heard)
    assert not world.mock.link_up
    return error.value


@alone
async def test_opening_reads_the_machine_and_begins_the_session() -> None:
    world = World(preset="propped")
    machine = await world.connection.open("AA:BB")
    assert (machine.name, machine.address) == ("Virtual Propped", "AA:BB")
    assert (machine.slowest, machine.fastest) == (Speed(80), Speed(2000))
    assert (machine.deck.lowest, machine.deck.offset) == (Grade(0), Grade(-50))
    assert world.heard == [Connected(machine)]
    assert world.radio.subscribed[0] == 0x2ADA, "a stop at the console must not be missed between two subscriptions"
    assert world.radio.subscribed[1] == 0x2ACD, "a Stop that waited for its link looks at the belt from here on"
    assert world.radio.subscribed[2:] == [0x2AD9], "and nothing else keeps it waiting"
    await world.connection.close()


def slow_to_tell_of_training(fails: bool) -> World:
    """Its training status takes six seconds to subscribe to, and is then refused, or not."""
    world = World()
    subscribe = world.radio.subscribe

    async def slowly(characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        if characteristic == TRAINING_STATUS:
            world.asked_at.append(world.clock.now())
            await world.clock.sleep(6)
            if fails:
                raise LinkError(Trouble.TIMED_OUT)
        await subscribe(characteristic, receive)

    world.radio.subscribe = slowly  # type: ignore[method-assign]
    return world


@alone
async def test_what_no_stop_needs_is_asked_for_at_rest_alone_and_where_it_is_refused_no_link_is_lost() -> None:
    """ATT knows one request at a time: a Stop would wait behind a subscription that takes long."""
    for fails in (False, True):
        world = slow_to_tell_of_training(fails)
        await world.connection.open("mock")
        working = asyncio.create_task(world.connection.run())
        world.mock.console(Console.START, world.clock.now())
        await world.clock.sleep(20)
        assert world.mock.belt_speed > 0
        assert world.asked_at == [], "the belt moves"
        world.connection.offer(Stop())
        await world.clock.sleep(0.5)
        assert bytes.fromhex("0801") in world.radio.written
        await world.clock.sleep(20)
        assert world.mock.link_up
        assert not working.done()
        assert len(world.asked_at) == 1
        assert (TRAINING_STATUS in world.radio.subscribed) is not fails
        odd = [word.what for word in world.heard if isinstance(word, words.Odd)]
        assert any("no training status" in what for what in odd) is fails
        working.cancel()
        await asyncio.wait({working})
        await world.connection.close()


@alone
async def test_a_backend_that_does_not_let_go_of_a_subscription_holds_up_nobody_who_ends_the_writing() -> None:
    world, free = World(), asyncio.Event()
    subscribe = world.radio.subscribe

    async def stubborn(characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        while characteristic == TRAINING_STATUS and not free.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await free.wait()
        await subscribe(characteristic, receive)

    world.radio.subscribe = stubborn  # type: ignore[method-assign]
    await world.connection.open("mock")
    working = asyncio.create_task(world.connection.run())
    await world.clock.sleep(10)
    working.cancel()
    done, _ = await asyncio.wait({working}, timeout=5)
    assert done
    await world.connection.close()
    free.set()
    await asyncio.sleep(0.01)


@alone
async def test_a_foreign_treadmill_is_driven_and_not_taken_for_proven() -> None:
    world = World()
    world.radio.says[MANUFACTURER] = b"Nordic"
    machine = await world.connection.open("mock")
    assert (machine.deck.lowest, machine.deck.proven) == (Grade(-100), False)
    await world.connection.close()
    ours = World()
    assert (await ours.connection.open("mock")).deck.proven
    await ours.connection.close()


@alone
async def test_a_treadmill_that_says_nothing_of_itself_is_one_that_nothing_is_known_of() -> None:
    world = World()
    world.radio.hidden |= {MANUFACTURER, 0x2A24, 0x2A26}
    assert not (await world.connection.open("mock")).deck.proven
    await world.connection.close()


KNOWN = """\
machine: {title}
match:
  {match}
quirks:
  - {quirk}
    source: a test
"""


def knows(quirk: str, match: str = "name: Virtual*") -> Known:
    return Known((parse_machine(KNOWN.format(title="T", match=match, quirk=quirk).encode(), Path("t.yaml")),))


@alone
async def test_a_machine_that_cannot_be_driven_is_let_go_with_the_reason() -> None:
    world = World(known=knows("unsupported: it wants Start once a second"))
    error = await refused(world)
    assert error.trouble is Trouble.UNSUPPORTED
    assert "it wants Start once a second" in str(error)
    assert "Virtual Decline 10" in str(error)


@pytest.mark.parametrize("match", ["model: VM-1", "firmware: '7.*'", "manufacturer: maker", "name: virtual decline*"])
def test_a_machine_is_looked_up_by_what_it_says_of_itself(match: str) -> None:
    async def whole() -> None:
        world = World(known=knows("warning: stand beside it", match))
        world.radio.says |= {0x2A24: b"VM-1\0\0", 0x2A26: b"7.1", MANUFACTURER: b"Maker "}
        assert (await world.connection.open("mock")).warnings == ("stand beside it",)
        await world.connection.close()

    alone(whole)()


@alone
async def test_without_a_firmware_its_software_says_the_version() -> None:
    world = World(known=knows("warning: old", "firmware: '7.*'"))
    world.radio.hidden.add(0x2A26)
    world.radio.offers.add(0x2A28)
    world.radio.says[0x2A28] = b"7.1"
    assert (await world.connection.open("mock")).warnings == ("old",)
    await world.connection.close()


@alone
async def test_what_cannot_be_read_is_not_told_and_a_link_that_fails_there_has_failed() -> None:
    world = World()
    world.radio.broken |= {0x2A24: Trouble.REJECTED, 0x2AD5: Trouble.REJECTED}
    machine = await world.connection.open("mock")
    assert not machine.deck.commanded
    await world.connection.close()
    lost = World()
    lost.radio.broken[MANUFACTURER] = Trouble.LOST
    assert (await refused(lost)).trouble is Trouble.LOST


@alone
async def test_how_one_treadmill_stands_is_looked_up_by_its_address() -> None:
    own = {"aa:bb": OwnTreadmill("AA:BB", offset=Grade(-30), proven=True, deck_rate=3)}
    world = World(known=Known((), lambda address: own.get(address.lower())))
    machine = await world.connection.open("AA:BB")
    assert (machine.deck.offset, machine.deck.proven, machine.deck_rate) == (-30, True, 3)
    await world.connection.close()


@alone
async def test_what_sends_no_treadmill_data_is_no_treadmill() -> None:
    world = World()
    world.radio.hidden.add(DATA)
    error = await refused(world)
    assert error.trouble is Trouble.NOT_A_TREADMILL
    assert "Virtual Decline 10" in str(error)


@alone
async def test_a_treadmill_that_somebody_else_holds_is_not_found() -> None:
    world = World()
    other = MemoryRadio(world.mock, world.clock)
    await other.connect(lambda why: None)
    with pytest.raises(LinkError) as error:
        await world.connection.open("mock")
    assert error.value.trouble is Trouble.NOT_FOUND
    await world.connection.close()
    assert world.mock.link_up, "the other one's link is not ours to close"
    await other.disconnect()


@alone
async def test_commands_are_written_and_answered_and_telemetry_arrives() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    world.connection.offer(Start())
    await world.clock.sleep(10)
    assert world.mock.belt_speed > 0
    world.connection.offer(Stop())
    await world.clock.sleep(10)
    assert world.mock.belt_speed == 0
    assert world.radio.written == [b"\x00", b"\x07", b"\x08\x01"]
    for command in (CommandKind.TAKE_CONTROL, CommandKind.START, CommandKind.STOP):
        assert world.answers(command) == [Outcome.ACCEPTED]
    assert sum(isinstance(word, Telemetry) for word in world.heard) > 20
    await world.connection.close()
    await asyncio.wait_for(running, 1)


@alone
async def test_a_write_that_fails_is_answered_as_not_written() -> None:
    world = World()

    def fail(octets: bytes) -> None:
        if octets == b"\x00":
            raise LinkError(Trouble.REJECTED, "busy", att_error=0xFE)

    world.radio.fail = fail
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    assert world.answers(CommandKind.TAKE_CONTROL) == [Outcome.NOT_WRITTEN]
    world.connection.offer(SetSpeed(Speed(300)))
    await world.clock.sleep(1)
    assert len(world.radio.written) + len(world.answers(CommandKind.SPEED)) >= 1, "the next command has its turn"
    await world.connection.close()
    await running


@alone
async def test_a_link_that_breaks_as_something_is_written_is_a_link_error_and_ends_the_writing() -> None:
    world = World("drop-link@5")
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    for command in (TakeControl(), Start()):
        world.connection.offer(command)
        await world.clock.sleep(1)
    await world.clock.sleep(20)
    await asyncio.wait_for(running, 1)
    assert [word.why for word in world.heard if isinstance(word, Disconnected)] == ["the mock dropped the link"]
    world.connection.offer(Stop())
    with pytest.raises(LinkError) as gone:
        await world.radio.read(0x2AD5)
    assert gone.value.trouble is Trouble.LOST
    await world.connection.close()


@alone
async def test_a_link_that_broke_unnoticed_is_a_link_error_for_the_write_that_meets_it() -> None:
    """The mock's time only goes on when somebody looks: here it is the write that looks."""
    world = World()
    await world.connection.open("mock")
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(1)
    world.mock._agenda.plan(world.clock.now(), lambda t: world.mock._unlink())
    world.connection.offer(TakeControl())
    await world.clock.sleep(5)
    await asyncio.wait_for(running, 1)
    assert [type(word) for word in world.heard if isinstance(word, Disconnected)] == [Disconnected]
    await world.connection.close()


@alone
async def test_a_mock_that_fails_is_a_link_that_is_lost() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())

    def broken(now: float) -> None:
        raise ZeroDivisionError("a bug in the mock")

    world.mock._agenda.plan(world.clock.now() + 2, broken)
    await world.clock.sleep(20)
    await asyncio.wait_for(running, 1)
    assert ["a bug in the mock" in word.why for word in world.heard if isinstance(word, Disconnected)] == [True]
    await world.connection.close()


@alone
async def test_closing_twice_or_unopened_is_no_trouble() -> None:
    world = World()
    await world.connection.close()
    with pytest.raises(RuntimeError, match="open"):
        await world.connection.run()
    world = World()
    await world.connection.open("mock")
    await world.connection.close()
    await world.connection.close()
    heard = len(world.heard)
    await world.clock.sleep(5)
    assert (len(world.heard), world.mock.link_up) == (heard, False)


@alone
async def test_cancelling_the_writer_leaves_a_connection_that_closes() -> None:
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(3)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await world.connection.close()
    assert not world.mock.link_up


@alone
async def test_a_write_that_hangs_does_not_keep_a_stop() -> None:
    """Bluetooth gives a write seconds to be answered; a runner who presses Stop has none."""
    world = World()
    hung = asyncio.Event()
    write = world.radio.write

    async def hanging(cleared: Cleared) -> None:
        if cleared.payload == b"\x07":
            await hung.wait()
        await write(cleared)

    world.radio.write = hanging  # type: ignore[method-assign]
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    world.connection.offer(TakeControl())
    await world.clock.sleep(1)
    world.connection.offer(Start())
    await world.clock.sleep(3)
    assert world.radio.written == [b"\x00"]
    at = world.clock.now()
    world.connection.offer(Stop())
    while world.radio.written[-1] != b"\x08\x01":
        await world.clock.sleep(0.05)
    assert world.clock.now() - at <= 0.5
    assert world.radio.unanswered == [b"\x08\x01"], "past the write that hangs"
    assert world.answers(CommandKind.START) == [Outcome.UNKNOWN], "it may have gone through"
    assert world.answers(CommandKind.STOP) != [Outcome.NOT_WRITTEN]
    await world.connection.close()
    await running


def hangs(world: World, payload: bytes) -> asyncio.Event:
    """From now on this write hangs until the event is set."""
    free = asyncio.Event()
    write = world.radio.write

    async def hanging(cleared: Cleared) -> None:
        if cleared.payload == payload:
            await free.wait()
        await write(cleared)

    world.radio.write = hanging  # type: ignore[method-assign]
    return free


@alone
async def test_where_nothing_gets_past_a_write_that_hangs_it_is_told_and_stop_goes_the_moment_the_link_is_free() -> None:
    world = World()
    world.radio.takes_unanswered = False
    free = hangs(world, b"\x02\x32\x00")
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(5)
    for command in (TakeControl(), Start()):
        world.connection.offer(command)
        await world.clock.sleep(1)
    await world.clock.sleep(8)
    assert world.mock.belt_speed > 0
    world.connection.offer(SetSpeed(Speed(50)))
    await world.clock.sleep(1)
    world.connection.offer(Stop())
    await world.clock.sleep(1)
    assert [word for word in world.heard if isinstance(word, words.Hanging)] == [words.Hanging()]
    assert world.radio.written == [b"\x00", b"\x07"]
    await world.clock.sleep(5)
    free.set()
    await world.clock.sleep(2)
    assert world.radio.written[-1] == b"\x08\x01"
    await world.clock.sleep(8)
    assert world.mock.belt_speed == 0
    await world.connection.close()
    await running


async def under_way() -> tuple[World, asyncio.Task[None]]:
    """A belt that somebody started at its console, under our control."""
    world = World()
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.mock.console(Console.START, world.clock.now())
    await world.clock.sleep(10)
    world.connection.offer(TakeControl())
    await world.clock.sleep(2)
    return world, running


@pytest.mark.parametrize("takes_unanswered", [True, False])
def test_a_stop_that_hangs_itself_goes_past_itself_or_is_told_and_once_is_enough(takes_unanswered: bool) -> None:
    async def whole() -> None:
        world, running = await under_way()
        world.radio.takes_unanswered = takes_unanswered
        free = hangs(world, b"\x08\x01")
        world.connection.offer(Stop())
        await world.clock.sleep(0.5)
        assert world.radio.unanswered == ([b"\x08\x01"] if takes_unanswered else [])
        assert words.Hanging() not in world.heard, "it may only be slow"
        await world.clock.sleep(1)
        assert (words.Hanging() in world.heard) is not takes_unanswered
        free.set()
        await world.clock.sleep(8)
        assert world.mock.belt_speed == 0
        assert len(world.radio.unanswered) == takes_unanswered
        assert world.heard.count(words.Hanging()) == (not takes_unanswered)
        assert world.answers(CommandKind.STOP)[0] is Outcome.ACCEPTED
        await world.connection.close()
        await running

    alone(whole)()


@alone
async def test_a_stop_that_was_answered_goes_past_nothing_though_its_response_is_missing() -> None:
    world, running = await under_way()
    write, free = world.radio.write, asyncio.Event()

    async def unanswered(cleared: Cleared) -> None:
        await write(cleared)
        await free.wait()

    world.radio.write = unanswered  # type: ignore[method-assign]
    world.connection.offer(Stop())
    await world.clock.sleep(2)
    assert world.answers(CommandKind.STOP) == [Outcome.ACCEPTED]
    assert world.radio.unanswered == []
    free.set()
    await world.connection.close()
    await running


@alone
async def test_a_stop_that_the_system_keeps_behind_another_write_though_it_wants_no_response_is_told() -> None:
    """BlueZ does so on one characteristic."""
    world, running = await under_way()
    free, past = hangs(world, b"\x08\x01"), asyncio.Event()
    unanswered = world.radio.write_unanswered

    async def kept_behind(cleared: Cleared) -> None:
        await past.wait()
        await unanswered(cleared)

    world.radio.write_unanswered = kept_behind  # type: ignore[method-assign]
    world.connection.offer(Stop())
    await world.clock.sleep(1.2)
    assert words.Hanging() not in world.heard
    await world.clock.sleep(0.2)
    assert world.heard.count(words.Hanging()) == 1
    past.set()
    free.set()
    await world.clock.sleep(8)
    assert world.mock.belt_speed == 0
    await world.connection.close()
    await running


@alone
async def test_nothing_that_a_stop_would_have_called_off_leaves_before_it() -> None:
    """A guardian that was not scheduled for a moment reads both in one go."""
    world, running = await under_way()
    world.radio.written.clear()
    world.connection.offer(SetSpeed(Speed(160)))
    world.connection.offer(Stop())
    await world.clock.sleep(2)
    assert world.radio.written == [b"\x08\x01"]
    await world.connection.close()
    await running


@pytest.mark.parametrize("code", [0xFD, 0x81])
def test_indications_that_were_switched_off_are_switched_on_again_and_the_write_repeated(code: int) -> None:
    async def whole() -> None:
        world = World()
        left = [1]

        def fail(octets: bytes) -> None:
            if left and octets == b"\x00":
                left.pop()
                raise LinkError(Trouble.REJECTED, "not configured", att_error=code)

        world.radio.fail = fail
        await world.connection.open("mock")
        running = asyncio.create_task(world.connection.run())
        world.connection.offer(TakeControl())
        await world.clock.sleep(1)
        assert world.radio.subscribed.count(CONTROL_POINT) == 2
        assert world.radio.written == [b"\x00"]
        assert world.answers(CommandKind.TAKE_CONTROL) == [Outcome.ACCEPTED]
        await world.connection.close()
        await running

    alone(whole)()


@pytest.mark.parametrize("code", [0x05, 0x0F])
def test_a_machine_that_asks_for_pairing_is_paired_with_once(code: int) -> None:
    async def whole() -> None:
        world = World()
        refusals: list[bytes] = []

        def fail(octets: bytes) -> None:
            if len(refusals) < 1 or octets == b"\x08\x01":
                refusals.append(octets)
                raise LinkError(Trouble.REJECTED, "pair first", att_error=code)

        world.radio.fail = fail
        await world.connection.open("mock")
        running = asyncio.create_task(world.connection.run())
        world.connection.offer(TakeControl())
        await world.clock.sleep(1)
        assert (world.radio.pairs, world.radio.written) == (1, [b"\x00"])
        world.connection.offer(Stop())
        await world.clock.sleep(1)
        assert world.answers(CommandKind.STOP) == [Outcome.NOT_WRITTEN]
        assert world.radio.pairs == 1, "reported, and not tried again and again"
        await world.connection.close()
        await running

    alone(whole)()


@alone
async def test_a_target_that_had_to_wait_long_for_pairing_is_not_written_any_more() -> None:
    """What it was measured against is old by then; the engine plans it anew."""
    world = World()
    asked: list[bytes] = []

    def fail(octets: bytes) -> None:
        if octets[0] == 0x03 and not asked:
            asked.append(octets)
            raise LinkError(Trouble.REJECTED, "pair first", att_error=0x0F)

    async def slow() -> None:
        await world.clock.sleep(5)

    world.radio.fail = fail
    world.radio.pair = slow  # type: ignore[method-assign]
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.connection.offer(SetIncline(Grade(0)))
    await world.clock.sleep(8)
    assert asked == [b"\x03\x00\x00"]
    assert world.radio.written == []
    assert world.answers(CommandKind.INCLINE) == [Outcome.NOT_WRITTEN]
    await world.connection.close()
    await running


@pytest.mark.parametrize("trouble", [Trouble.TIMED_OUT, Trouble.REJECTED])
def test_a_write_that_timed_out_or_met_an_unlikely_error_is_of_unknown_outcome(trouble: Trouble) -> None:
    async def whole() -> None:
        world = World()

        def fail(octets: bytes) -> None:
            raise LinkError(trouble, "", att_error=0x0E if trouble is Trouble.REJECTED else None)

        world.radio.fail = fail
        await world.connection.open("mock")
        running = asyncio.create_task(world.connection.run())
        world.connection.offer(TakeControl())
        await world.clock.sleep(1)
        assert world.answers(CommandKind.TAKE_CONTROL) == [Outcome.UNKNOWN]
        await world.connection.close()
        await running

    alone(whole)()


@alone
async def test_a_machine_that_is_silent_altogether_for_half_a_minute_after_a_command_is_lost() -> None:
    world = World("silent-telemetry", "lost-ack")
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    await world.clock.sleep(60)
    assert not running.done(), "nothing was asked of it"
    world.connection.offer(TakeControl())
    await world.clock.sleep(29)
    assert not running.done()
    await world.clock.sleep(3)
    await asyncio.wait_for(running, 1)
    assert ["half a minute" in word.why for word in world.heard if isinstance(word, Disconnected)] == [True]
    await world.connection.close()


@alone
async def test_a_stop_behind_a_write_that_ends_is_written_as_soon_as_it_has() -> None:
    """Not when the next frame happens to wake the connection up."""
    world = World()
    written: list[tuple[float, bytes]] = []

    async def write(cleared: Cleared) -> None:
        written.append((world.clock.now(), cleared.payload))
        await world.clock.sleep(0.1)

    world.radio.write = write  # type: ignore[method-assign]
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.connection.offer(Stop())
    await world.clock.sleep(0.6)
    assert [octets for _, octets in written] == [b"\x00", b"\x08\x01"]
    assert written[1][0] - written[0][0] <= 0.36
    await world.connection.close()
    await running


@alone
async def test_an_unlock_is_written_to_its_own_characteristic() -> None:
    world = World(known=knows("unlock: kingsmith mc21\n    when: before each command"))
    written: list[tuple[int, bytes]] = []

    async def write(cleared: Cleared) -> None:
        written.append((cleared.characteristic, cleared.payload))

    world.radio.write = write  # type: ignore[method-assign]
    await world.connection.open("mock")
    running = asyncio.create_task(world.connection.run())
    world.connection.offer(Stop())
    await world.clock.sleep(0.5)
    preamble = (0xD18D2C10C44C11E8A355529269FB1459, bytes.fromhex("01000d00060b0f0d"))
    assert written[:2] == [preamble, (0x2AD9, b"\x08\x01")]
    await world.connection.close()
    await running
