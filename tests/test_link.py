"""The link as a pure machine: what goes first, what is waited for, what is written again and what never is."""

from __future__ import annotations

import pytest

from treadctl.engine.words import Answered, CommandKind, Countdown, Event, Input, Latched, Machine, Odd, Outcome, Telemetry, Told
from treadctl.ftms import control_point, machine_status, training_status, treadmill_data
from treadctl.ftms.control_point import OpCode, Response, Result
from treadctl.ftms.machine_status import Status, StatusEvent
from treadctl.ftms.parameter import StopOrPause
from treadctl.ftms.training_status import Training, TrainingStatus
from treadctl.ftms.treadmill_data import TreadmillData
from treadctl.safety import Command, Deck, Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.treadmill.link import Link
from treadctl.units import Grade, Speed

DATA, POINT, STATUS, TRAINING = 0x2ACD, 0x2AD9, 0x2ADA, 0x2AD3
CONTROL, START, STOP, PAUSE = b"\x00", b"\x07", b"\x08\x01", b"\x08\x02"
LEVEL = b"\x03\x00\x00"
BUSY = 0xFE
ANSWER = {CONTROL: OpCode.REQUEST_CONTROL, START: OpCode.START_OR_RESUME, STOP: OpCode.STOP_OR_PAUSE, PAUSE: OpCode.STOP_OR_PAUSE}


class Wire:
    """A link with a hand on either end and a clock that is turned by hand."""

    def __init__(self, elapsed: bool = True) -> None:
        self.link = Link(Machine("wire", Speed(80), Speed(2000), 10, Deck(Grade(-100), Grade(150), 5)))
        self.now = 100.0
        self.elapsed_s: int | None = 0 if elapsed else None

    def offer(self, *commands: Command) -> Wire:
        for command in commands:
            self.link.offer(command, self.now)
        return self

    def take(self) -> bytes | None:
        cleared = self.link.take(self.now)
        return None if cleared is None else cleared.payload

    def later(self, seconds: float) -> Wire:
        self.now += seconds
        return self

    def shows(self, speed: int, seconds: int = 1, grade: int = 0) -> Wire:
        """One frame a second, beginning in a second."""
        for _ in range(seconds):
            self.now += 1.0
            if self.elapsed_s is not None and speed:
                self.elapsed_s += 1
            data = TreadmillData(speed=Speed(speed), grade=Grade(grade), elapsed_s=self.elapsed_s)
            self.link.received(DATA, treadmill_data.encode(data), self.now)
        return self

    def answers(self, written: bytes | None, result: Result = Result.SUCCESS) -> list[Input]:
        assert written is not None
        op = ANSWER.get(written, OpCode(written[0]))
        self.link.received(POINT, control_point.encode_response(Response(op, result)), self.now)
        return self.link.happened()

    def tells(self, status: Status, value: StopOrPause | None = None) -> list[Input]:
        self.link.received(STATUS, machine_status.encode(StatusEvent(status, value)), self.now)
        return self.link.happened()

    def outcomes(self) -> list[tuple[CommandKind, Outcome]]:
        return [(h.command, h.outcome) for h in self.link.happened() if isinstance(h, Answered)]

    def running(self, speed: int = 800) -> Wire:
        """Armed, started, moving."""
        self.shows(0, 5)
        self.offer(TakeControl())
        self.answers(self.take())
        self.later(1).offer(Start())
        self.answers(self.take())
        self.shows(80, 2).shows(speed, 5)
        self.link.happened()
        return self


# --- one at a time, the newest wins, Stop first -----------------------------------------------------------------------


def test_one_procedure_at_a_time_and_none_within_four_tenths_of_a_second() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)), SetIncline(Grade(0)))
    first = wire.take()
    assert first == b"\x02\xbc\x02"
    assert wire.later(1).take() is None, "still unanswered"
    wire.answers(first)
    assert wire.take() == LEVEL
    wire.answers(LEVEL)
    wire.offer(SetSpeed(Speed(600)))
    assert wire.later(0.39).take() is None
    assert wire.later(0.02).take() == b"\x02\x58\x02"


def test_a_newer_target_takes_the_place_of_an_older_one() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)), SetSpeed(Speed(600)), SetSpeed(Speed(500)))
    assert wire.take() == b"\x02\xf4\x01"
    assert wire.answers(b"\x02") == [Answered(CommandKind.SPEED, Outcome.ACCEPTED)]
    assert wire.later(5).take() is None


def test_stop_clears_the_queue_and_goes_first() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)), SetIncline(Grade(0)), Stop())
    assert wire.take() == STOP
    wire.answers(STOP)
    assert wire.later(5).take() != LEVEL


def test_stop_waits_a_quarter_of_a_second_for_an_answer_and_no_longer() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    assert wire.take()
    wire.offer(Stop())
    assert wire.later(0.2).take() is None
    assert wire.link.wake() == pytest.approx(wire.now + 0.05)
    assert wire.later(0.06).take() == STOP
    assert (CommandKind.SPEED, Outcome.UNKNOWN) in wire.outcomes()


def test_a_pause_never_takes_the_place_of_a_stop() -> None:
    wire = Wire().running().offer(Stop(), Pause())
    assert wire.take() == STOP


def test_control_is_taken_before_a_start_and_a_start_before_targets() -> None:
    wire = Wire().shows(0, 5).offer(SetIncline(Grade(0)), Start(), TakeControl())
    written = []
    for _ in range(3):
        payload = wire.later(0.5).take()
        assert payload is not None
        written.append(payload)
        wire.answers(payload)
    assert written == [CONTROL, START, LEVEL]


def test_a_missing_answer_is_unknown_after_two_seconds_and_nothing_is_written_again() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    assert wire.take()
    assert wire.later(1.9).take() is None
    assert wire.outcomes() == []
    assert wire.later(0.2).take() is None
    wire.offer(SetIncline(Grade(0)))
    assert wire.take() == LEVEL
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.UNKNOWN)]


def test_late_and_foreign_answers_are_odd_and_match_nothing() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    written = wire.take()
    assert isinstance(wire.answers(LEVEL)[0], Odd)
    wire.later(2.1).offer(SetSpeed(Speed(600)))
    assert wire.take() == b"\x02\x58\x02"
    wire.link.happened()
    assert isinstance(wire.answers(written)[0], Odd), "the late one"
    assert wire.answers(written) == [Answered(CommandKind.SPEED, Outcome.ACCEPTED)], "the next one is this one's"


def test_one_answer_that_was_lost_is_made_up_for() -> None:
    """Not every later answer of its kind is taken for the one before: the second is, the third is not."""
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    for speed, known in ((600, False), (500, True), (400, True)):
        wire.later(2.1).offer(SetSpeed(Speed(speed)))
        wire.link.happened()
        written = wire.take()
        assert (Answered(CommandKind.SPEED, Outcome.ACCEPTED) in wire.answers(written)) == known
        wire.later(2.1).take()


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x80\x02", b"\x55\x02\x01"])
def test_what_is_no_answer_is_odd(octets: bytes) -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.link.received(POINT, octets, wire.now)
    assert all(isinstance(happened, Odd) for happened in wire.link.happened())


# --- Stop, and only as often as it must be ----------------------------------------------------------------------------


def test_a_stop_is_not_written_to_a_belt_that_was_seen_still_for_three_seconds() -> None:
    wire = Wire().shows(0, 4).offer(Stop())
    assert wire.take() is None
    assert wire.outcomes() == [(CommandKind.STOP, Outcome.NOT_WRITTEN)]


@pytest.mark.parametrize("seconds", [0, 1, 3])
def test_a_stop_is_written_to_a_belt_that_was_not_seen_still_for_so_long(seconds: int) -> None:
    assert Wire().shows(0, seconds).offer(Stop()).take() == STOP


def test_a_stop_is_written_when_what_was_seen_is_old() -> None:
    assert Wire().shows(0, 10).later(3.1).offer(Stop()).take() == STOP


def test_a_stop_right_after_a_start_is_written_though_the_belt_still_stands() -> None:
    """The treadmill counts down by itself; a Stop held back now would let the belt start."""
    wire = Wire().shows(0, 5).offer(TakeControl())
    wire.answers(wire.take())
    wire.later(1).offer(Start())
    wire.answers(wire.take())
    wire.shows(0, 4).offer(Stop())
    assert wire.take() == STOP


def test_a_stop_is_written_after_somebody_pressed_start_at_the_console() -> None:
    wire = Wire().shows(0, 5)
    wire.tells(Status.STARTED_OR_RESUMED_BY_USER)
    assert wire.shows(0, 4).offer(Stop()).take() == STOP


def test_a_stop_that_was_accepted_is_not_written_again_to_a_belt_at_zero() -> None:
    """A second press, a second after the belt stopped: on some machines it would start it."""
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    wire.shows(400).shows(0).offer(Stop())
    assert wire.take() is None
    assert wire.outcomes()[-1] == (CommandKind.STOP, Outcome.NOT_WRITTEN)


def test_a_stop_is_repeated_while_the_belt_moves_and_does_not_slow() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    assert wire.shows(800, 1).take() is None
    assert wire.shows(800, 1).take() == STOP
    wire.answers(STOP)
    assert wire.shows(700, 2).take() is None, "now it slows"
    assert wire.shows(600, 2).take() is None
    assert wire.shows(600, 2).take() == STOP, "and now it does not"


def test_a_stop_is_not_repeated_blind() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    for _ in range(40):
        assert wire.later(1).take() is None


def test_a_frozen_sender_is_no_fresh_telemetry() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    wire.elapsed_s = None
    frozen = treadmill_data.encode(TreadmillData(speed=Speed(800), grade=Grade(0), elapsed_s=7))
    written = []
    for _ in range(20):
        wire.later(1).link.received(DATA, frozen, wire.now)
        payload = wire.take()
        if payload is not None:
            written.append(payload)
            wire.answers(payload)
    assert len(written) <= 2


def test_a_belt_that_a_stop_restarted_is_stopped_again() -> None:
    wire = Wire().running()
    wire.shows(0, 2).offer(Stop())
    wire.answers(wire.take())
    wire.later(0.1).tells(Status.STARTED_OR_RESUMED_BY_USER)
    wire.shows(0, 5)
    wire.take()
    wire.shows(80, 2)
    assert wire.take() == STOP


def test_a_belt_that_somebody_starts_at_the_console_after_a_stop_is_theirs() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take())
    for speed in (600, 400, 200, 0, 0):
        wire.shows(speed).take()
    wire.tells(Status.STARTED_OR_RESUMED_BY_USER)
    for speed in (0, 0, 80, 200, 400, 600):
        assert wire.shows(speed).take() is None


@pytest.mark.parametrize(("command", "payload"), [(Stop(), STOP), (Pause(), PAUSE)])
def test_stop_and_pause_that_met_a_busy_machine_go_again_soon_and_not_in_a_tight_loop(command: Command, payload: bytes) -> None:
    wire = Wire().running().offer(command)
    for _ in range(20):
        assert wire.take() == payload
        wire.link.failed("busy", BUSY, wire.now)
        assert wire.take() is None
        assert wire.link.wake() - wire.now <= 0.25
        wire.later(0.25)
    assert wire.outcomes() == []


def test_a_target_that_met_a_busy_machine_is_told_and_not_written_again() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.link.failed("busy", BUSY, wire.now)
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.NOT_WRITTEN)]
    assert wire.later(5).take() is None


# --- taken over -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "value"),
    [
        (Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP),
        (Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE),
        (Status.STOPPED_BY_SAFETY_KEY, None),
        (Status.CONTROL_PERMISSION_LOST, None),
        (Status.RESET, None),
    ],
)
def test_when_the_treadmill_is_taken_over_what_was_queued_is_not_written(status: Status, value: StopOrPause | None) -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.answers(wire.take())
    wire.offer(SetSpeed(Speed(780)), SetIncline(Grade(-20)), Start())
    wire.tells(status, value)
    assert wire.later(1).take() is None
    wire.offer(Stop())
    assert wire.take() == STOP


def test_what_was_decided_before_the_treadmill_was_taken_over_is_not_written_after_it() -> None:
    """A command may be on its way to the link at that very moment; only somebody who arms makes it count again."""
    wire = Wire().running()
    wire.tells(Status.STOPPED_BY_SAFETY_KEY)
    wire.offer(SetSpeed(Speed(780)), SetIncline(Grade(0)), Start())
    assert wire.later(1).take() is None
    assert [outcome for _, outcome in wire.outcomes()] == [Outcome.NOT_WRITTEN] * 3
    wire.offer(TakeControl())
    assert wire.take() == b"\x00"
    wire.answers(b"\x00")
    wire.offer(SetSpeed(Speed(700)))
    assert wire.later(1).take() == b"\x02\xbc\x02"


def test_a_console_stop_after_rearming_is_not_taken_for_the_pause_before_it() -> None:
    wire = Wire().running().offer(Pause())
    wire.answers(wire.take())
    wire.later(1).offer(TakeControl())
    wire.answers(wire.take())
    wire.offer(SetSpeed(Speed(780)))
    wire.tells(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP)
    assert wire.later(1).take() is None


def test_a_stop_that_was_queued_is_written_whoever_takes_over() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.offer(Stop())
    wire.tells(Status.CONTROL_PERMISSION_LOST)
    assert wire.later(0.3).take() == STOP


def test_our_own_pause_told_back_does_not_drop_the_level_that_was_asked_with_it() -> None:
    wire = Wire().running().offer(Pause(), SetIncline(Grade(0)))
    assert wire.take() == PAUSE
    wire.answers(PAUSE)
    wire.tells(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE)
    assert wire.later(0.5).take() == LEVEL


def test_after_a_command_that_was_not_permitted_nothing_else_is_written() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    written = wire.take()
    wire.offer(SetIncline(Grade(0)))
    happened = wire.answers(written, Result.CONTROL_NOT_PERMITTED)
    assert happened[0] == Answered(CommandKind.SPEED, Outcome.NOT_PERMITTED)
    assert wire.later(5).take() is None


# --- what comes in ----------------------------------------------------------------------------------------------------


def test_what_comes_in_becomes_words_in_order() -> None:
    wire = Wire()
    wire.shows(812, 1, -45)
    count = training_status.encode(TrainingStatus(Training.PRE_WORKOUT, "3", extended=True))
    wire.link.received(TRAINING, count, wire.now)
    assert wire.tells(Status.STOPPED_BY_SAFETY_KEY) == [
        Telemetry(Speed(812), Grade(-45), elapsed_s=1),
        Countdown("3"),
        Told(Event.SAFETY_KEY),
    ]


@pytest.mark.parametrize("tenths", [-32768, -1001, 1001, 32766])
def test_an_inclination_that_no_deck_has_is_odd_and_the_speed_beside_it_counts(tenths: int) -> None:
    wire = Wire()
    wire.shows(800, 1, tenths)
    odd, told = wire.link.happened()
    assert isinstance(odd, Odd)
    assert told == Telemetry(Speed(800), None, elapsed_s=1)


def test_a_speed_that_no_belt_has_is_odd_and_the_inclination_beside_it_counts() -> None:
    wire = Wire()
    wire.shows(2501, 1, -40)
    odd, told = wire.link.happened()
    assert isinstance(odd, Odd)
    assert told == Telemetry(None, Grade(-40), elapsed_s=1)


@pytest.mark.parametrize("octets", [b"", b"\x00", b"\xff"])
def test_a_frame_that_cannot_be_read_is_odd(octets: bytes) -> None:
    wire = Wire()
    wire.link.received(DATA, octets, 1.0)
    assert all(isinstance(happened, Odd) for happened in wire.link.happened())


def test_what_the_gate_refuses_is_told_and_an_illegal_command_latches() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(1500)))
    assert wire.take() is None
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.REFUSED)]
    wire = Wire()
    wire.link = Link(Machine("fixed", Speed(80), Speed(2000), 10, Deck(Grade(0), Grade(150), 5)))
    wire.running().offer(SetIncline(Grade(-20)))
    assert wire.take() is None
    assert any(isinstance(happened, Latched) for happened in wire.link.happened())
    wire.offer(Stop())
    assert wire.take() == STOP
