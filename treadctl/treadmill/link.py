"""The link as a pure machine: one procedure in flight, the newest target wins, Stop goes first, every byte through the gate.

It is told what was offered, written and received, each with its time, and says what to write and what happened. The waiter
for an answer is set before the write, because an indication may come before the write's own response. Late and foreign
answers are told as odd and never matched. Success is an answer; that the belt did it, only telemetry shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from treadctl.engine.words import Answered, CommandKind, Countdown, Input, Latched, Machine, Odd, Outcome, Telemetry
from treadctl.ftms import control_point, machine_status, training_status, treadmill_data
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_STATUS,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.errors import ProtocolError
from treadctl.safety import (
    HARD,
    ILLEGAL,
    SIGHT_S,
    STILL_S,
    Cleared,
    Command,
    Gate,
    Limits,
    Pause,
    Refused,
    SetIncline,
    SetSpeed,
    Start,
    Stop,
    TakeControl,
)
from treadctl.units import Speed

SPACING_S: Final = 0.4
"""Between two writes: FitShow modules lose what comes closer (ftms.md §2.3). Stop and Pause do not wait for it."""
ANSWER_S: Final = 2.0
"""An answer later than this is no longer waited for: machines exist that never answer, and telemetry tells anyway."""
OWED_S: Final = 30.0
"""So long an answer may still come (the ATT transaction time-out), and is then not taken for the next one's."""
STOP_WAITS_S: Final = 0.25
"""A missing answer holds Stop back by at most this."""
STOP_AGAIN_S: Final = 2.0
"""A belt that telemetry shows moving and not slowing this long after Stop gets another. Omega Z takes 1.8–4 s to react."""
SLOWING: Final = Speed(10)
"""At least this much slower since the last look counts as slowing."""

_KINDS: Final[dict[type[Command], CommandKind]] = {
    Stop: CommandKind.STOP,
    Pause: CommandKind.PAUSE,
    TakeControl: CommandKind.TAKE_CONTROL,
    Start: CommandKind.START,
    SetSpeed: CommandKind.SPEED,
    SetIncline: CommandKind.INCLINE,
}
_FIRST: Final = (CommandKind.STOP, CommandKind.PAUSE, CommandKind.TAKE_CONTROL, CommandKind.START)
_BUSY: Final = frozenset({0xFE, 0x80})
"""ATT: procedure already in progress, in the common code and in the older services' own (ftms.md §1.10)."""


@dataclass(slots=True)
class _Flight:
    """The procedure under way."""

    kind: CommandKind
    op: int
    since: float


class Link:
    """One connection to one machine. Make a new one, with a new gate, for each connection."""

    def __init__(self, machine: Machine, limits: Limits = HARD) -> None:
        self.gate = Gate(machine.deck, limits.narrow(Limits(fastest=machine.fastest)))
        self._outbox: dict[CommandKind, Command] = {}
        self._flight: _Flight | None = None
        self._owed: list[tuple[float, int]] = []
        self._wrote_at = float("-inf")
        self._happened: list[Input] = []
        self._speed: Speed | None = None
        self._speed_at = float("-inf")
        self._still_since: float | None = None
        self._stopping_since: float | None = None
        self._stopping_from = Speed(0)

    # --- out ----------------------------------------------------------------------------------------------------------

    def offer(self, command: Command, now: float) -> None:
        """Queue a command. A newer one of its kind replaces it; Stop and Pause clear the queue and go first."""
        kind = _KINDS[type(command)]
        if kind in (CommandKind.STOP, CommandKind.PAUSE):
            self._outbox.clear()
        else:
            self._outbox.pop(kind, None)
        if kind is CommandKind.START:
            self._stopping_since = None
        self._outbox[kind] = command

    def take(self, now: float) -> Cleared | None:
        """What to write now, if anything. It counts as in flight from here on: report `written` or `failed` afterwards."""
        self._watch_the_stop(now)
        if self._flight is not None and not self._abandon(now):
            return None
        while (kind := self._next(now)) is not None:
            command = self._outbox.pop(kind)
            if kind is CommandKind.STOP and self._is_still(now):
                self._answer(kind, Outcome.NOT_WRITTEN, "the belt is still; a Stop can restart one")
                continue
            try:
                payload = control_point.encode(command)
                cleared = self.gate.clear(FITNESS_MACHINE_CONTROL_POINT, payload, now)
            except Refused as refused:
                self._refused(kind, refused)
                continue
            self._flight = _Flight(kind, payload[0], now)
            self._wrote_at = now
            if kind is CommandKind.STOP:
                self._stopping_since, self._stopping_from = now, self._speed or Speed(0)
            return cleared
        return None

    def failed(self, why: str, att_error: int | None, now: float) -> None:
        """The write of what was taken last did not go through: not executed. A Stop that met a busy machine goes again."""
        flight, self._flight = self._flight, None
        if flight is None:
            return
        self._answer(flight.kind, Outcome.NOT_WRITTEN, why)
        if flight.kind is CommandKind.STOP and att_error in _BUSY:
            self._outbox[CommandKind.STOP] = Stop()

    def wake(self) -> float:
        """The next time at which `take` may have something new to say, if nothing is offered or received before."""
        times = [float("inf")]
        if self._flight is not None:
            urgent = CommandKind.STOP in self._outbox or CommandKind.PAUSE in self._outbox
            times.append(self._flight.since + (STOP_WAITS_S if urgent else ANSWER_S))
        elif self._outbox:
            times.append(self._wrote_at + SPACING_S)
        if self._stopping_since is not None:
            times.append(self._stopping_since + STOP_AGAIN_S)
        return min(times)

    def _next(self, now: float) -> CommandKind | None:
        for kind in _FIRST:
            if kind in self._outbox:
                urgent = kind in (CommandKind.STOP, CommandKind.PAUSE)
                return kind if urgent or now - self._wrote_at >= SPACING_S else None
        if not self._outbox or now - self._wrote_at < SPACING_S:
            return None
        return next(iter(self._outbox))

    def _abandon(self, now: float) -> bool:
        """Stop waiting for an answer whose time is over; true when something else may be written."""
        flight = self._flight
        if flight is None:
            return True
        urgent = CommandKind.STOP in self._outbox or CommandKind.PAUSE in self._outbox
        if now - flight.since < (STOP_WAITS_S if urgent else ANSWER_S):
            return False
        self._flight = None
        self._owed.append((now, flight.op))
        self._answer(flight.kind, Outcome.UNKNOWN, "")
        return True

    def _refused(self, kind: CommandKind, refused: Refused) -> None:
        self._answer(kind, Outcome.REFUSED, refused.reason.value)
        if refused.reason in ILLEGAL:
            self._happened.append(Latched(str(refused)))

    def _watch_the_stop(self, now: float) -> None:
        since = self._stopping_since
        if since is None or now - since < STOP_AGAIN_S:
            return
        if self._is_still(now) or now - self._speed_at > SIGHT_S or self._speed is None:
            self._stopping_since = None if self._is_still(now) else now
            return
        if self._speed and self._speed > self._stopping_from - SLOWING:
            self._outbox[CommandKind.STOP] = Stop()
        self._stopping_since, self._stopping_from = now, self._speed

    def _is_still(self, now: float) -> bool:
        return self._still_since is not None and now - self._still_since >= STILL_S and now - self._speed_at <= SIGHT_S

    # --- in -----------------------------------------------------------------------------------------------------------

    def received(self, characteristic: int, octets: bytes, now: float) -> None:
        """A notification or an indication. What cannot be read is told as odd, with its octets, and changes nothing."""
        try:
            if characteristic == TREADMILL_DATA:
                self._telemetry(treadmill_data.decode(octets), now)
            elif characteristic == FITNESS_MACHINE_CONTROL_POINT:
                self._response(control_point.decode_response(octets), now)
            elif characteristic == FITNESS_MACHINE_STATUS:
                told = machine_status.told(machine_status.decode(octets))
                if told is not None:
                    self._happened.append(told)
            elif characteristic == TRAINING_STATUS:
                count = training_status.decode(octets).countdown
                if count is not None:
                    self._happened.append(Countdown(str(count)))
        except ProtocolError as error:
            self._happened.append(Odd(str(error)))

    def happened(self) -> list[Input]:
        """What happened since this was last asked, oldest first."""
        happened, self._happened = self._happened, []
        return happened

    def _telemetry(self, data: treadmill_data.TreadmillData, now: float) -> None:
        self.gate.seen(data.speed, data.grade, now)
        if data.speed is not None:
            self._speed, self._speed_at = data.speed, now
            self._still_since = None if data.speed else now if self._still_since is None else self._still_since
        self._happened.append(Telemetry(data.speed, data.grade, data.heart_rate_bpm, data.distance_m, data.elapsed_s))

    def _response(self, response: control_point.Response, now: float) -> None:
        self._owed = [(t, op) for t, op in self._owed if now - t <= OWED_S]
        late = next((entry for entry in self._owed if entry[1] == response.op), None)
        if late is not None:
            self._owed.remove(late)
            self._happened.append(Odd(f"a late answer to op code {response.op:#04x}: {response.outcome.value}"))
            return
        if self._flight is None or self._flight.op != response.op:
            self._happened.append(Odd(f"an answer to op code {response.op:#04x}, which nobody asked: {response.outcome.value}"))
            return
        kind, self._flight = self._flight.kind, None
        self._answer(kind, response.outcome, "")

    def _answer(self, kind: CommandKind, outcome: Outcome, detail: str) -> None:
        self._happened.append(Answered(kind, outcome, detail))
