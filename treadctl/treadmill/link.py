"""The link as a pure machine: one procedure in flight, the newest target wins, Stop goes first, every byte through the gate.

It is told what was offered, written and received, each with its time, and says what to write and what happened. The waiter
for an answer is set before the write, because an indication may come before the write's own response. Late and foreign
answers are told as odd and never matched. Success is an answer; that the belt did it, only telemetry shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.engine.belt import Belt
from treadctl.engine.constants import STEEPEST_TOLD
from treadctl.engine.words import (
    KINDS,
    Answered,
    CommandKind,
    Countdown,
    Event,
    Input,
    Latched,
    Machine,
    Odd,
    Outcome,
    Telemetry,
    Told,
)
from treadctl.ftms import control_point, machine_status, training_status, treadmill_data
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_STATUS,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.safety import (
    FASTEST,
    HARD,
    ILLEGAL,
    SIGHT_S,
    Cleared,
    Command,
    Gate,
    Limits,
    Refused,
    SetSpeed,
    Stop,
    TakeControl,
)
from treadctl.treadmill.halting import AGAIN, RESTARTS_WITHIN_S, Halting
from treadctl.treadmill.profile import STANDARD, Answers, Manner, UnlockWhen
from treadctl.treadmill.told_grade import ToldGrade
from treadctl.units import Speed

SPACING_S: Final = 0.4
"""Between two writes: FitShow modules lose what comes closer (hw_notes.md §2.3). Stop and Pause do not wait for it."""
ANSWER_S: Final = 2.0
"""An answer later than this is no longer waited for: machines exist that never answer, and telemetry tells anyway."""
OWED_S: Final = 30.0
"""So long an answer may still come (the ATT transaction time-out), and is then not taken for the next one's. A machine of which
nothing at all was heard for so long after a write is gone (FTMP v1.0 §4.4.14.3)."""
STOP_WAITS_S: Final = 0.25
"""A missing answer holds Stop back by at most this."""
BUSY_AGAIN_S: Final = 0.2
"""A Stop or a Pause that met a busy machine goes again after this long: two connection intervals of a slow link."""

_FIRST: Final = (CommandKind.STOP, CommandKind.PAUSE, CommandKind.TAKE_CONTROL, CommandKind.START)
_URGENT: Final = frozenset(AGAIN)
_TAKEN_AWAY: Final = frozenset({Event.STOPPED, Event.PAUSED, Event.SAFETY_KEY, Event.RESET, Event.CONTROL_LOST})
"""After these nothing that was queued before may be written any more, but a pressed Stop."""
_BUSY: Final = frozenset({0xFE, 0x80})
"""ATT: procedure already in progress, in the common code and in the older services' own (FTMS v1.0 §4.16.3)."""
_UNLIKELY: Final = 0x0E
"""ATT: unlikely error; also what BlueZ says of a write whose link died under it. Whether it was executed nobody knows."""


@dataclass(slots=True)
class _Flight:
    """The procedure under way."""

    kind: CommandKind
    op: int
    since: float
    met_a_late_one: bool = False
    """An answer to its op code came and was taken for a late one; its own may have been that."""
    is_twice: bool = False
    """It was written twice, and may be answered so."""


class Link:
    """One connection to one machine. Make a new one, with a new gate, for each connection."""

    def __init__(self, machine: Machine, limits: Limits = HARD, manner: Manner = STANDARD) -> None:
        self.gate = Gate(machine.deck, limits.narrow(Limits(fastest=machine.fastest)), manner.unit, manner.unlock)
        self._manner = manner
        self._unlocked = manner.unlock is None
        self._unlocking = self._answered = False
        self._told_grade = ToldGrade(manner)
        self._unheard_since: float | None = None
        self._started_at = float("-inf")
        self._outbox: dict[CommandKind, Command] = {}
        self._flight: _Flight | None = None
        self._owed: list[tuple[float, int]] = []
        self._wrote_at = self._again_at = float("-inf")
        self._happened: list[Input] = []
        self._belt = Belt()
        self._halted = self._taken = False
        self._has_asked = self._asked_again = self._asked_for_this = False
        self._asked_speed: Speed | None = None
        self._stop_accepted = False
        self._halting = Halting(self._belt)

    # --- out ----------------------------------------------------------------------------------------------------------

    def offer(self, command: Command, now: float) -> None:
        """Queue a command. A newer one of its kind replaces it; Stop and Pause clear the queue, but for a Stop, and go first.

        Once the treadmill was taken over, what was decided before that was known is not written: only Stop, Pause, and what
        comes after somebody has armed.
        """
        kind = KINDS[type(command)]
        if kind is CommandKind.TAKE_CONTROL:
            self._taken = self._asked_again = False
            self._halting.end_pause()
        elif self._taken and kind not in _URGENT:
            self._answer(kind, Outcome.NOT_WRITTEN, "the treadmill was taken over")
            return
        if kind in _URGENT:
            if CommandKind.START in self._outbox:
                self._answer(CommandKind.START, Outcome.NOT_WRITTEN, "Stop came before it left")
            self._outbox = {stop: Stop() for stop in self._outbox if stop is CommandKind.STOP}
        else:
            self._outbox.pop(kind, None)
        self._outbox[kind] = command

    def take(self, now: float) -> Cleared | None:
        """What to write now, if anything. It is in flight from here on: report `failed` if the write does not go through."""
        if (again := self._halting.again(now)) is not None:
            self._outbox[again] = AGAIN[again]
        self._unlocking = False
        if not self._abandon(now):
            return None
        while (kind := self._next(now)) is not None:
            if kind is CommandKind.STOP and self._needs_no_stop(now):
                del self._outbox[kind]
                self._halting.spared(now)
                self._answer(kind, Outcome.NOT_WRITTEN, "the belt is still; a Stop can restart one")
                continue
            if not self._unlocked and self._manner.unlock is not None:
                return self._unlock(*self._manner.unlock.value, now)
            if kind in _URGENT and not self._has_asked and (asking := self._ask_control(now)) is not None:
                return asking
            command = self._outbox.pop(kind)
            try:
                payload = control_point.encode(command, self._manner.unit)
                cleared = self.gate.clear(FITNESS_MACHINE_CONTROL_POINT, payload, now)
            except Refused as refused:
                self._refused(kind, refused)
                continue
            if isinstance(command, SetSpeed):
                self._asked_speed = command.speed
            self._writing(kind, payload[0], now)
            return cleared
        return None

    def failed(self, why: str, att_error: int | None, now: float, *, unknown: bool = False) -> None:
        """The write of what was taken last did not go through: not executed, or `unknown`, and then an answer may yet come.

        Stop and Pause go again if the machine was busy.
        """
        if self._unlocking:
            self._unlocking = False
            self._unlocked = self._unlocked or unknown  # one that hung is not tried again before the next command
            self._happened.append(Odd(f"the unlock was not taken: {why}"))
        flight, self._flight = self._flight, None
        if flight is None:
            return
        if flight.kind in _URGENT and att_error in _BUSY:
            self._outbox.setdefault(flight.kind, AGAIN[flight.kind])
            self._again_at = now + BUSY_AGAIN_S
        elif unknown or att_error == _UNLIKELY:
            self._owe(flight, now)
            self._answer(flight.kind, Outcome.UNKNOWN, why)
        else:
            self._answer(flight.kind, Outcome.NOT_WRITTEN, why)

    def is_dead(self, now: float) -> bool:
        """Whether nothing at all was heard of the machine since a write that is long past its time: only a new link helps."""
        return self._unheard_since is not None and now - self._unheard_since >= OWED_S

    @property
    def stop_waits(self) -> bool:
        """Whether a Stop or a Pause is queued behind what is being written."""
        return not _URGENT.isdisjoint(self._outbox)

    @property
    def is_stopping(self) -> bool:
        """Whether a Stop is what is under way, and was not answered."""
        return self._flight is not None and self._flight.kind is CommandKind.STOP

    def may_go_twice(self, now: float) -> bool:
        """Whether a Stop is under way that may be written once more: not to a belt that stands, which might start by it."""
        at_zero = self._belt.speed == 0 and (self._stop_accepted or self._belt.may_yet_start(now))
        return self.is_stopping and not at_zero and not self._belt.still(now)

    def went_twice(self, now: float) -> None:
        """It was, or may have been: two answers may come."""
        if self._flight is not None and self.is_stopping:
            self._flight.is_twice = True
        else:
            self._owed.append((now, control_point.OpCode.STOP_OR_PAUSE))

    def is_at_rest(self, now: float) -> bool:
        """Whether the belt is seen still, and nothing is under way or waits."""
        return self._belt.still(now) and self._flight is None and not self._outbox

    def wake(self) -> float:
        """The next time at which `take` may have something new to say, if nothing is offered or received before."""
        times = [float("inf") if self._unheard_since is None else self._unheard_since + OWED_S]
        urgent = self.stop_waits
        if self._flight is not None:
            times.append(self._flight.since + self._patience_s)
        elif self._outbox:
            times.append(self._again_at if urgent else self._wrote_at + SPACING_S)
        if self._halting.look_at is not None:
            times.append(self._halting.look_at)
        return min(times)

    def _next(self, now: float) -> CommandKind | None:
        if not self._outbox:  # as it nearly always is
            return None
        for kind in _FIRST:
            if kind in self._outbox:
                ready = now >= self._again_at if kind in _URGENT else now - self._wrote_at >= SPACING_S
                return kind if ready else None
        return None if now - self._wrote_at < SPACING_S else next(iter(self._outbox))

    def _unlock(self, characteristic: int, payload: bytes, now: float) -> Cleared:
        """What opens the machine for the next command. It has no answer, and is not tried again for the same command."""
        self._unlocked = self._unlocking = True
        self._wrote_at = now
        return self.gate.clear(characteristic, payload, now)

    def _ask_control(self, now: float) -> Cleared | None:
        """Before the first Stop of a connection on which nobody armed, or which lost control: without it a Stop is not permitted
        (FTMS v1.0 §4.16.2.1). It moves nothing, and its answer is not waited for longer than any that a Stop waits for."""
        if self._asked_for_this or not self._answers or self._manner.unlock is not None:
            return None  # asked, and no wiser; or of no use, on a machine that is opened by other means or tells nobody
        self._has_asked = self._asked_for_this = True
        payload = control_point.encode(TakeControl(), self._manner.unit)
        try:
            cleared = self.gate.clear(FITNESS_MACHINE_CONTROL_POINT, payload, now)
        except Refused:
            return None  # a latched gate lets only the Stop itself out
        self._writing(CommandKind.TAKE_CONTROL, payload[0], now)
        return cleared

    def _writing(self, kind: CommandKind, op: int, now: float) -> None:
        self._flight = _Flight(kind, op, now)
        self._wrote_at = now
        if self._unheard_since is None:
            self._unheard_since = now
        if self._manner.unlock_when is UnlockWhen.EACH:
            self._unlocked = self._manner.unlock is None
        if kind is CommandKind.START:
            self._belt.may_start(now)
            self._halting.end()
            self._stop_accepted, self._started_at = False, now
        if kind in _URGENT:
            self._halting.written(kind, now)
            self._asked_for_this = False
        if kind in _URGENT or kind in (CommandKind.START, CommandKind.TAKE_CONTROL):
            self._halted = kind in _URGENT
        if kind is CommandKind.TAKE_CONTROL:
            self._has_asked = True

    def _abandon(self, now: float) -> bool:
        """Stop waiting for an answer whose time is over; true when something else may be written."""
        flight = self._flight
        if flight is None:
            return True
        if now - flight.since < self._patience_s:
            return False
        self._flight = None
        self._owe(flight, now)
        self._answer(flight.kind, Outcome.UNKNOWN, "")
        return True

    @property
    def _answers(self) -> bool:
        """Whether the machine is one that will answer."""
        answers = self._manner.answers
        return answers is Answers.NORMAL or (answers is Answers.FIRST_ONLY and not self._answered)

    @property
    def _patience_s(self) -> float:
        """How long an answer is waited for."""
        return 0.0 if not self._answers else STOP_WAITS_S if self.stop_waits else ANSWER_S

    def _owe(self, flight: _Flight, now: float) -> None:
        """An answer that did not come in time may come late."""
        count = self._answers * (1 + flight.is_twice - flight.met_a_late_one)
        self._owed = [*((t, op) for t, op in self._owed if now - t <= OWED_S), *[(now, flight.op)] * count]

    def _refused(self, kind: CommandKind, refused: Refused) -> None:
        self._answer(kind, Outcome.REFUSED, refused.reason.value)
        if refused.reason in ILLEGAL:
            self._happened.append(Latched(str(refused)))

    def _needs_no_stop(self, now: float) -> bool:
        """Seen still for long enough; or at zero since a Stop that was accepted, for a second one can restart a machine too."""
        belt = self._belt
        at_zero = belt.speed == 0 and belt.age(now) <= SIGHT_S
        return belt.still(now) or (self._stop_accepted and at_zero)

    # --- in -----------------------------------------------------------------------------------------------------------

    def received(self, characteristic: int, octets: bytes, now: float) -> None:
        """A notification or an indication. What cannot be read is told as odd, with its octets, and changes nothing."""
        self._unheard_since = None
        try:
            if characteristic == TREADMILL_DATA:
                self._telemetry(treadmill_data.decode(octets), now)
            elif characteristic == FITNESS_MACHINE_CONTROL_POINT:
                self._response(control_point.decode_response(octets), now)
            elif characteristic == FITNESS_MACHINE_STATUS:
                self._status(machine_status.told(machine_status.decode(octets)), now)
            elif characteristic == TRAINING_STATUS:
                count = training_status.decode(octets).countdown
                if count is not None:
                    self._stop_accepted = False  # a Stop that was for what the belt did before is history
                    self._belt.counts(str(count), now)
                    self._happened.append(Countdown(str(count)))
        except ProtocolError as error:
            self._happened.append(Odd(str(error)))

    def happened(self) -> list[Input]:
        """What happened since this was last asked, oldest first."""
        happened, self._happened = self._happened, []
        return happened

    def _telemetry(self, data: treadmill_data.TreadmillData, now: float) -> None:
        speed, grade = data.speed, self._told_grade.of(data)
        if speed is not None:
            speed = Speed(self._manner.told.means(speed))
        if speed is not None and speed > FASTEST:
            self._happened.append(Odd(f"a speed of {speed}"))
            speed = None
        if grade is not None and abs(grade) > STEEPEST_TOLD:
            self._happened.append(Odd(f"an inclination of {grade}"))
            grade = None
        self.gate.seen(speed, grade, now)
        told = Telemetry(speed, grade, data.heart_rate_bpm, data.distance_m, data.elapsed_s)
        if speed:
            self._stop_accepted &= not self._belt.still(now)  # a belt that stood and moves is another matter
        if speed is not None:
            self._halting.shown(speed, now)
        self._belt.see(told, now)
        self._happened.append(told)

    def _status(self, told: Told | None, now: float) -> None:
        if told is None:
            return
        if told.event is Event.STOPPED and self._manner.start_says_stopped and now - self._started_at <= RESTARTS_WITHIN_S:
            told, self._started_at = Told(Event.STARTED), float("-inf")
        if told.event is Event.SPEED and (asked := self._asked_speed) is not None and told.value == self._manner.unit.word(asked):
            told = Told(Event.SPEED, asked)  # told back in the words of a machine that counts in miles
        self._happened.append(told)
        if told.event in (Event.CONTROL_LOST, Event.RESET):
            self._has_asked = False
        if told.event is Event.STARTED:
            self._started(now)
        elif told.event in _TAKEN_AWAY and not (self._halted and told.event in (Event.STOPPED, Event.PAUSED)):
            self._drop_the_queue()

    def _started(self, now: float) -> None:
        """Our own Start, a Stop that restarted the belt, or, when it comes long after that, somebody at the console."""
        self._stop_accepted = False
        if not self._belt.moving:
            self._belt.may_start(now)
        self._halting.told_started(now)

    def _drop_the_queue(self) -> None:
        self._taken = True
        self._halting.end_pause()
        for kind in [kind for kind in self._outbox if kind is not CommandKind.STOP]:
            del self._outbox[kind]
            self._answer(kind, Outcome.NOT_WRITTEN, "the treadmill was taken over")

    def _response(self, response: control_point.Response, now: float) -> None:
        self._answered = True
        self._owed = [(t, op) for t, op in self._owed if now - t <= OWED_S]
        late = next((entry for entry in self._owed if entry[1] == response.op), None)
        if late is not None:
            self._owed.remove(late)
            if self._flight is not None and self._flight.op == response.op:
                self._flight.met_a_late_one = True
            self._happened.append(Odd(f"a late answer to op code {response.op:#04x}: {response.outcome.value}"))
            return
        if self._flight is None or self._flight.op != response.op:
            self._happened.append(Odd(f"an answer to op code {response.op:#04x}, which nobody asked: {response.outcome.value}"))
            return
        flight, self._flight = self._flight, None
        kind = flight.kind
        if flight.is_twice and not flight.met_a_late_one:
            self._owed.append((now, flight.op))
        if kind in _URGENT and response.outcome is Outcome.NOT_PERMITTED:
            self._has_asked = False  # whoever has control may have let go by the next press
            if not self._asked_again:
                self._drop_the_queue()
                self._asked_again, self._outbox[kind] = True, AGAIN[kind]
                return
        self._answer(kind, response.outcome, "")
        if response.outcome is Outcome.NOT_PERMITTED:
            self._drop_the_queue()
        elif response.outcome is Outcome.ACCEPTED and kind in _URGENT:
            self._belt.start_called_off()
            self._stop_accepted = kind is CommandKind.STOP
            self._halting.accepted()

    def _answer(self, kind: CommandKind, outcome: Outcome, detail: str) -> None:
        self._happened.append(Answered(kind, outcome, detail))
