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
from treadctl.safety import Command, Deck, Pause, SetIncline, SetSpeed, SpeedUnit, Start, Stop, TakeControl, Unlock
from treadctl.treadmill.link import Link
from treadctl.treadmill.profile import STANDARD, Answers, Manner, UnlockWhen
from treadctl.units import Grade, Speed

DATA, POINT, STATUS, TRAINING = 0x2ACD, 0x2AD9, 0x2ADA, 0x2AD3
CONTROL, START, STOP, PAUSE = b"\x00", b"\x07", b"\x08\x01", b"\x08\x02"
LEVEL = b"\x03\x00\x00"
BUSY = pytest.mark.parametrize("busy", [0xFE, 0x80], ids=["procedure-already-in-progress", "0x80-of-older-services"])
PROVEN = Deck(Grade(-100), Grade(150), 5, proven=True)
ANSWER = {CONTROL: OpCode.REQUEST_CONTROL, START: OpCode.START_OR_RESUME, STOP: OpCode.STOP_OR_PAUSE, PAUSE: OpCode.STOP_OR_PAUSE}


class Wire:
    """A link with a hand on either end and a clock that is turned by hand."""

    def __init__(self, elapsed: bool = True) -> None:
        self.link = Link(Machine("wire", Speed(80), Speed(2000), 10, PROVEN))
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

    def in_control(self) -> Wire:
        """Control was asked for and given on this connection."""
        self.offer(TakeControl())
        self.answers(self.take())
        return self

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
    assert Wire().in_control().shows(0, seconds).offer(Stop()).take() == STOP


def test_a_stop_is_written_when_what_was_seen_is_old() -> None:
    assert Wire().in_control().shows(0, 10).later(3.1).offer(Stop()).take() == STOP


def test_a_stop_right_after_a_start_is_written_though_the_belt_still_stands() -> None:
    """The treadmill counts down by itself; a Stop held back now would let the belt start."""
    wire = Wire().shows(0, 5).offer(TakeControl())
    wire.answers(wire.take())
    wire.later(1).offer(Start())
    wire.answers(wire.take())
    wire.shows(0, 4).offer(Stop())
    assert wire.take() == STOP


def test_a_stop_is_written_after_somebody_pressed_start_at_the_console() -> None:
    wire = Wire().in_control().shows(0, 5)
    wire.tells(Status.STARTED_OR_RESUMED_BY_USER)
    assert wire.shows(0, 4).offer(Stop()).take() == STOP


# --- control comes before a Stop ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "octets"), [(Stop(), STOP), (Pause(), PAUSE)])
def test_a_stop_on_a_new_connection_asks_for_control_first(command: Command, octets: bytes) -> None:
    """A link that was made again has no control, and without it a Stop is not permitted."""
    wire = Wire().shows(800, 3).offer(command)
    assert wire.take() == CONTROL
    assert wire.take() is None
    wire.answers(CONTROL)
    assert wire.take() == octets


def test_control_that_is_not_answered_keeps_a_stop_a_quarter_of_a_second() -> None:
    wire = Wire().shows(800, 3).offer(Stop())
    assert wire.take() == CONTROL
    assert wire.later(0.24).take() is None
    assert wire.later(0.02).take() == STOP


def test_a_stop_that_is_not_permitted_asks_for_control_once_and_is_written_again() -> None:
    wire = Wire().running().offer(Stop())
    wire.answers(wire.take(), Result.CONTROL_NOT_PERMITTED)
    assert wire.outcomes() == [], "not the last word yet"
    assert wire.later(0.1).take() == CONTROL
    wire.answers(CONTROL, Result.CONTROL_NOT_PERMITTED)
    assert wire.take() == STOP
    told = wire.answers(STOP, Result.CONTROL_NOT_PERMITTED)
    assert told == [Answered(CommandKind.STOP, Outcome.NOT_PERMITTED)]
    assert wire.later(0.5).take() is None


def test_a_machine_that_takes_control_away_at_each_request_does_not_keep_a_stop() -> None:
    wire = Wire().shows(800, 3).offer(Stop())
    written = []
    for _ in range(20):
        octets = wire.take()
        written.append(octets)
        if octets == CONTROL:
            wire.tells(Status.CONTROL_PERMISSION_LOST)
        wire.later(0.1)
    assert [octets for octets in written if octets is not None][:2] == [CONTROL, STOP]


def test_a_machine_that_is_opened_by_other_means_is_not_asked_for_control_before_a_stop() -> None:
    wire = locked(UnlockWhen.EACH).shows(800, 5).offer(Stop())
    assert [takes(wire), takes(wire)] == [(KINGSMITH, PREAMBLE), (POINT, STOP)]


def test_a_target_told_back_in_miles_is_ours() -> None:
    """174 hundredths of a mile are the 2.80 km/h that were asked, and no press at the console."""
    wire = odd_wire(Manner(unit=SpeedUnit.MPH)).shows(250, 8)
    wire.offer(TakeControl())
    wire.answers(wire.take())
    wire.later(1).shows(250, 2).offer(SetSpeed(Speed(280)))
    wire.link.happened()
    written = wire.take()
    assert written == b"\x02" + (173).to_bytes(2, "little")
    wire.link.received(STATUS, b"\x05" + written[1:], wire.now)
    assert Told(Event.SPEED, 280) in wire.link.happened()


def test_a_still_belt_is_neither_asked_for_control_nor_stopped() -> None:
    assert Wire().shows(0, 5).offer(Stop()).take() is None


def test_a_latched_gate_does_not_keep_a_stop() -> None:
    wire = Wire()
    wire.link = Link(Machine("fixed", Speed(80), Speed(2000), 10, Deck(Grade(0), Grade(150), 5)))
    wire.shows(800, 5).offer(SetIncline(Grade(-20))).take()
    assert wire.offer(Stop()).take() == STOP


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


def test_a_pause_is_repeated_as_a_stop_is() -> None:
    """Its outcome may be unknown: only telemetry is proof."""
    wire = Wire().running().offer(Pause())
    assert wire.take() == PAUSE
    assert wire.shows(800, 3).take() is None, "the slowest machine needs four seconds"
    assert wire.shows(800, 1).take() == PAUSE
    assert (CommandKind.PAUSE, Outcome.UNKNOWN) in wire.outcomes()
    wire.answers(PAUSE)
    assert wire.shows(700, 2).take() is None, "now it slows"
    assert wire.shows(0, 2).take() is None
    assert wire.shows(300, 4).take() is None, "it was at zero: whoever set it moving has it"


def test_a_pause_is_not_repeated_for_a_single_frame_nor_because_of_a_stray_zero_when_it_was_written() -> None:
    late = Wire().running().offer(Pause())
    late.answers(late.take())
    assert late.later(3.9).shows(800).later(0.1).take() is None, "it may have been on its way"
    stray = Wire().running().shows(0).offer(Pause())
    stray.answers(stray.take())
    for speed in (800, 800, 800, 750, 700, 650):
        assert stray.shows(speed).take() is None
    deaf = Wire().running().shows(0).offer(Pause())
    deaf.answers(deaf.take())
    assert [deaf.shows(800).take() for _ in range(6)] == [None] * 5 + [PAUSE]


def test_a_pause_is_not_repeated_blind_nor_once_the_treadmill_was_taken_over_or_started() -> None:
    wire = Wire().running().offer(Pause())
    wire.answers(wire.take())
    assert [wire.later(1).take() for _ in range(40)] == [None] * 40
    taken = Wire().running().offer(Pause())
    taken.answers(taken.take())
    taken.tells(Status.STOPPED_BY_SAFETY_KEY)
    assert taken.shows(800, 6).take() is None
    armed = Wire().running().offer(Pause())
    armed.answers(armed.take())
    armed.later(0.5).offer(TakeControl())
    armed.answers(armed.take())
    assert armed.shows(800, 6).take() is None, "somebody armed again, on a moving belt"


def test_a_stop_after_a_pause_is_what_is_repeated() -> None:
    wire = Wire().running().offer(Pause())
    wire.answers(wire.take())
    wire.later(0.5).offer(Stop())
    wire.answers(wire.take())
    assert wire.shows(800, 2).take() == STOP


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


@BUSY
@pytest.mark.parametrize(("command", "payload"), [(Stop(), STOP), (Pause(), PAUSE)])
def test_stop_and_pause_that_met_a_busy_machine_go_again_soon_and_not_in_a_tight_loop(
    command: Command, payload: bytes, busy: int
) -> None:
    wire = Wire().running().offer(command)
    for _ in range(20):
        assert wire.take() == payload
        wire.link.failed("busy", busy, wire.now)
        assert wire.take() is None
        assert wire.link.wake() - wire.now <= 0.25
        wire.later(0.25)
    assert wire.outcomes() == []


@BUSY
def test_a_target_that_met_a_busy_machine_is_told_and_not_written_again(busy: int) -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.link.failed("busy", busy, wire.now)
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
    if status in (Status.CONTROL_PERMISSION_LOST, Status.RESET):  # these end the permission (FTMS v1.0 §4.16.2.1)
        wire.answers(wire.take())
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
    assert wire.later(0.3).take() == CONTROL
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


# --- machines that are not the standard's -----------------------------------------------------------------------------

KINGSMITH = 0xD18D2C10C44C11E8A355529269FB1459
PREAMBLE = bytes.fromhex("01000d00060b0f0d")


def odd_wire(manner: Manner, deck: Deck = PROVEN) -> Wire:
    wire = Wire()
    wire.link = Link(Machine("odd", Speed(80), Speed(2000), 10, deck), manner=manner)
    return wire


def test_a_machine_that_never_answers_is_not_waited_for() -> None:
    wire = odd_wire(Manner(answers=Answers.NEVER)).shows(800, 5).offer(SetSpeed(Speed(700)), SetIncline(Grade(0)))
    wire.link.happened()
    assert wire.take() == b"\x02\xbc\x02"
    assert wire.link.wake() <= wire.now
    assert wire.take() is None, "four tenths of a second between two all the same"
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.UNKNOWN)]
    assert wire.later(0.4).take() == LEVEL
    assert isinstance(wire.answers(LEVEL)[0], Answered), "if it does answer, and in time, that is heard"


def test_a_machine_that_answers_once_is_waited_for_once() -> None:
    wire = odd_wire(Manner(answers=Answers.FIRST_ONLY)).shows(0, 5).offer(TakeControl())
    assert wire.take() == CONTROL
    wire.offer(SetIncline(Grade(0)))
    assert wire.later(1).take() is None
    wire.answers(CONTROL, Result.OPERATION_FAILED)
    assert wire.take() == LEVEL
    assert wire.take() is None
    assert wire.outcomes() == [(CommandKind.INCLINE, Outcome.UNKNOWN)]


def test_the_answers_that_never_come_are_not_kept() -> None:
    wire = odd_wire(Manner(answers=Answers.NEVER)).shows(800, 5)
    for speed in range(700, 500, -1):
        wire.offer(SetSpeed(Speed(speed))).take()
        wire.later(0.5).take()
    assert wire.link._owed == []


def test_a_missing_answer_is_told_when_its_time_is_over_though_nothing_waits() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.later(2.0).take()
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.UNKNOWN)]
    assert wire.link.wake() > wire.now + 1, "and then there is nothing to wake up for"


def test_a_readback_that_is_off_is_put_right_before_the_gate_and_the_engine_see_it() -> None:
    """The adidas T-800 shows +6 % on a level deck."""
    wire = odd_wire(Manner(readback_offset=Grade(60))).shows(0, 5, grade=60)
    assert wire.link.happened()[-1] == Telemetry(Speed(0), Grade(0), elapsed_s=0)
    wire.offer(TakeControl())
    wire.answers(wire.take())
    wire.later(1).offer(Start())
    assert wire.take() == START, "it is seen level"
    level = odd_wire(Manner(readback_offset=Grade(60))).shows(0, 5, grade=0).offer(TakeControl())
    level.answers(level.take())
    level.later(1).offer(Start())
    assert level.take() is None, "at a reading of 0 it stands at -6 %"


@pytest.mark.parametrize("reading", [-32768, 32766])
def test_a_readback_at_the_end_of_the_scale_stays_on_it(reading: int) -> None:
    for offset in (-60, 60):
        wire = odd_wire(Manner(readback_offset=Grade(offset))).shows(0, 1, grade=reading)
        assert isinstance(wire.link.happened()[0], Odd)


def test_a_reading_that_is_none_is_not_told() -> None:
    wire = odd_wire(Manner(readback=False)).shows(800, 1, grade=820)
    assert wire.link.happened() == [Telemetry(Speed(800), None, elapsed_s=1)]


def ramp(tenths_deg: int, grade: int | None = None) -> bytes:
    """One frame with speed 8.00 km/h, and bit 3: inclination (0x7FFF: not available) and ramp angle."""
    word = 0x7FFF if grade is None else grade & 0xFFFF
    return bytes.fromhex("0800 2003") + word.to_bytes(2, "little") + (tenths_deg & 0xFFFF).to_bytes(2, "little")


@pytest.mark.parametrize(
    ("tenths_deg", "grade"), [(0, 0), (57, 100), (-57, -100), (-6, -11), (10, 18), (451, None), (-451, None)]
)
def test_a_grade_comes_from_the_ramp_angle_where_inclination_is_not_available(tenths_deg: int, grade: int | None) -> None:
    wire = Wire()
    wire.link.received(DATA, ramp(tenths_deg), 1.0)
    assert wire.link.happened() == [Telemetry(Speed(800), None if grade is None else Grade(grade))]


def test_a_machine_that_tells_its_inclination_is_never_believed_a_ramp_angle() -> None:
    """Angles of the other sign than the inclination have been met."""
    wire = Wire()
    for octets, grade in ((ramp(57, -30), Grade(-30)), (ramp(57), None)):
        wire.link.received(DATA, octets, 1.0)
        assert wire.link.happened() == [Telemetry(Speed(800), grade)]


def test_a_start_that_is_told_as_a_stop_is_a_start() -> None:
    """Toputure TP1."""

    def started(manner: Manner) -> Wire:
        wire = odd_wire(manner).shows(0, 5).offer(TakeControl())
        wire.answers(wire.take())
        wire.later(1).offer(Start())
        wire.answers(wire.take())
        return wire

    stop = (Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP)
    assert started(STANDARD).tells(*stop) == [Told(Event.STOPPED)]
    wire = started(Manner(start_says_stopped=True))
    assert wire.tells(*stop) == [Told(Event.STARTED)]
    assert wire.tells(*stop) == [Told(Event.STOPPED)], "the next one is a stop"
    assert started(Manner(start_says_stopped=True)).tells(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE)[0] == Told(
        Event.PAUSED
    )
    late = started(Manner(start_says_stopped=True)).later(10.1)
    assert late.tells(*stop) == [Told(Event.STOPPED)]


def test_a_speed_goes_out_in_the_machines_own_unit() -> None:
    wire = odd_wire(Manner(unit=SpeedUnit.MPH)).shows(800, 5).offer(SetSpeed(Speed(700)))
    assert wire.take() == b"\x02\xb2\x01", "4.34 mph, which is 6.99 km/h"


# --- unlocks ----------------------------------------------------------------------------------------------------------


def locked(when: UnlockWhen) -> Wire:
    return odd_wire(Manner(unlock=Unlock.KINGSMITH_MC21, unlock_when=when))


def takes(wire: Wire) -> tuple[int, bytes] | None:
    cleared = wire.link.take(wire.now)
    return None if cleared is None else (cleared.characteristic, cleared.payload)


def test_an_unlock_goes_out_before_each_command_and_keeps_the_spacing() -> None:
    wire = locked(UnlockWhen.EACH).shows(800, 5)
    for command, payload in ((TakeControl(), CONTROL), (SetSpeed(Speed(700)), b"\x02\xbc\x02")):
        wire.later(1).offer(command)
        assert takes(wire) == (KINGSMITH, PREAMBLE)
        assert takes(wire) is None
        assert wire.link.wake() == pytest.approx(wire.now + 0.4)
        assert takes(wire.later(0.4)) == (POINT, payload)
        wire.answers(payload)


def test_an_unlock_that_is_wanted_once_goes_out_once() -> None:
    wire = locked(UnlockWhen.ONCE).shows(800, 5).offer(TakeControl())
    assert takes(wire) == (KINGSMITH, PREAMBLE)
    assert takes(wire.later(0.4)) == (POINT, CONTROL)
    wire.answers(CONTROL)
    wire.later(1).offer(SetSpeed(Speed(700)))
    assert takes(wire) == (POINT, b"\x02\xbc\x02")


def locked_in_control() -> Wire:
    wire = locked(UnlockWhen.EACH).shows(800, 5).offer(TakeControl())
    assert [takes(wire), takes(wire.later(0.4))] == [(KINGSMITH, PREAMBLE), (POINT, CONTROL)]
    wire.answers(CONTROL)
    return wire.later(0.4)


@pytest.mark.parametrize(("command", "payload"), [(Stop(), STOP), (Pause(), PAUSE)])
def test_an_unlock_goes_before_a_stop_too_and_does_not_keep_it_waiting(command: Command, payload: bytes) -> None:
    wire = locked_in_control().offer(command)
    assert takes(wire) == (KINGSMITH, PREAMBLE)
    assert takes(wire) == (POINT, payload)


def test_an_unlock_that_waits_for_its_command_opens_the_stop_that_comes_first() -> None:
    wire = locked_in_control().offer(SetSpeed(Speed(700)))
    assert takes(wire) == (KINGSMITH, PREAMBLE)
    wire.later(0.1).offer(Stop())
    assert takes(wire) == (POINT, STOP)


@BUSY
def test_a_stop_that_met_a_busy_machine_is_unlocked_again(busy: int) -> None:
    wire = locked_in_control().offer(Stop())
    assert takes(wire) == (KINGSMITH, PREAMBLE)
    assert takes(wire) == (POINT, STOP)
    wire.link.failed("busy", busy, wire.now)
    wire.later(0.25)
    assert [takes(wire), takes(wire)] == [(KINGSMITH, PREAMBLE), (POINT, STOP)]


def test_an_unlock_that_is_not_taken_is_odd_and_keeps_nothing_from_being_tried() -> None:
    wire = locked(UnlockWhen.EACH).shows(800, 5).offer(SetSpeed(Speed(700)))
    wire.link.happened()
    assert takes(wire) == (KINGSMITH, PREAMBLE)
    wire.link.failed("no such characteristic", None, wire.now)
    (odd,) = wire.link.happened()
    assert isinstance(odd, Odd)
    assert "no such characteristic" in odd.what
    assert takes(wire.later(0.4)) == (POINT, b"\x02\xbc\x02")


def test_a_stop_that_is_not_needed_needs_no_unlock() -> None:
    wire = locked(UnlockWhen.EACH).shows(0, 5).offer(Stop())
    assert takes(wire) is None


# --- writes of unknown outcome, and links that are dead ---------------------------------------------------------------


@pytest.mark.parametrize(("att_error", "unknown"), [(0x0E, False), (None, True)])
def test_a_write_that_may_have_gone_through_is_of_unknown_outcome_and_its_answer_may_come_late(
    att_error: int | None, unknown: bool
) -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    wire.link.failed("unlikely", att_error, wire.now, unknown=unknown)
    assert wire.outcomes() == [(CommandKind.SPEED, Outcome.UNKNOWN)]
    wire.later(1).offer(SetSpeed(Speed(600)))
    written = wire.take()
    assert isinstance(wire.answers(written)[0], Odd), "the first one's, which came late"
    assert wire.answers(written) == [Answered(CommandKind.SPEED, Outcome.ACCEPTED)]


def test_a_link_on_which_nothing_at_all_was_heard_for_half_a_minute_after_a_write_is_dead() -> None:
    wire = Wire().running().offer(Stop())
    assert not wire.later(60).link.is_dead(wire.now), "nothing was asked"
    assert wire.take() == STOP
    wire.later(29.9).take()
    assert not wire.link.is_dead(wire.now)
    assert wire.link.wake() == pytest.approx(wire.now + 0.1)
    assert wire.later(0.1).link.is_dead(wire.now)


def test_a_missing_answer_alone_never_makes_a_link_dead() -> None:
    wire = Wire().running().offer(SetSpeed(Speed(700)))
    wire.take()
    for _ in range(120):
        wire.shows(700).take()
        assert not wire.link.is_dead(wire.now)
    assert not wire.later(60).link.is_dead(wire.now), "silence alone is the engine's to judge"
