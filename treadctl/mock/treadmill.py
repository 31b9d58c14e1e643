"""The mock treadmill as a client meets it: a GATT server over a machine, without a clock and without a radio.

Bytes in, bytes out, at times that are handed in; what falls due happens at its own time, however seldom anybody looks. It
takes no shortcut past the codec, and does by itself nothing that a real machine was not seen to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import partial
from math import inf
from random import Random
from typing import Final

from treadctl.ftms import control_point, feature, machine_status, training_status
from treadctl.ftms.assigned import (
    FITNESS_MACHINE_CONTROL_POINT,
    FITNESS_MACHINE_FEATURE,
    FITNESS_MACHINE_STATUS,
    SUPPORTED_INCLINATION_RANGE,
    SUPPORTED_SPEED_RANGE,
    TRAINING_STATUS,
    TREADMILL_DATA,
)
from treadctl.ftms.control_point import Request, Response
from treadctl.ftms.feature import Feature, Targets, Tells
from treadctl.ftms.machine_status import Status, StatusEvent
from treadctl.ftms.ranges import InclinationRange, SpeedRange, encode_inclination_range, encode_speed_range
from treadctl.ftms.training_status import Training, TrainingStatus
from treadctl.mock.agenda import Agenda
from treadctl.mock.console import Console, Panel
from treadctl.mock.control_point import ControlPoint, Done
from treadctl.mock.faults import MOMENTS, Active, Fault, FaultKind
from treadctl.mock.frames import PERIOD_S, Frames
from treadctl.mock.machine import Machine
from treadctl.mock.presets import Preset

__all__ = ["AttCode", "AttError", "Console", "MockTreadmill", "Packet"]

MODEL_NUMBER: Final = 0x2A24
FIRMWARE_REVISION: Final = 0x2A26
MANUFACTURER_NAME: Final = 0x2A29
MANUFACTURER: Final = "treadctl"
FIRMWARE: Final = "mock 1"

_PUSHED: Final = frozenset({TREADMILL_DATA, TRAINING_STATUS, FITNESS_MACHINE_STATUS, FITNESS_MACHINE_CONTROL_POINT})
_ECHO_S: Final = 0.02
"""A status of a client's own change follows its answer; the standard wants it within a second or so (§1.11). Ours."""
_LATE_S: Final = 5.0
_SLOW_FACTOR: Final = 0.1
_OVERSHOOT_PERCENT: Final = (1.0, 1.5)
_ZERO_FRAMES: Final = (1, 3)
"""Merach's stray zeros last up to 3 s (hw_notes.md §2.7)."""


class AttCode(IntEnum):
    """ATT errors that this server answers with (Core Specification, and its supplement for the last two)."""

    READ_NOT_PERMITTED = 0x02
    WRITE_NOT_PERMITTED = 0x03
    ATTRIBUTE_NOT_FOUND = 0x0A
    INVALID_LENGTH = 0x0D
    CCCD_IMPROPERLY_CONFIGURED = 0xFD
    PROCEDURE_IN_PROGRESS = 0xFE


class AttError(Exception):
    """The server refuses; nothing was done. `code` is the ATT error code on the wire."""

    def __init__(self, code: AttCode) -> None:
        super().__init__(f"ATT error 0x{code:02X}, {code.name.lower().replace('_', ' ')}")
        self.code: int = code


@dataclass(frozen=True, slots=True)
class Packet:
    """One notification, or on the Control Point one indication, that left the machine at time `at`."""

    uuid: int
    payload: bytes
    at: float


class MockTreadmill:
    """One treadmill. Same seed and same calls, same bytes.

    All times are seconds and never go back (ValueError). Without a central, what needs one is a ConnectionError. Faults with
    a time begin that long after the belt first moved; those without are there from the start.
    """

    def __init__(self, preset: Preset, *, seed: int = 0, faults: Sequence[Fault] = (), at: float = 0.0) -> None:
        self.preset = preset
        self.link_up = False
        self._now = at
        self._agenda = Agenda(at)
        self._active = Active()
        self._machine = Machine(preset, self._agenda, at, self._show, self._belt_moved)
        self._control_point = ControlPoint(self._machine, preset, self._active)
        self._panel = Panel(self._machine, preset, self._tell)
        # One stream of chance for each purpose, so that one more command does not change the frames.
        self._answer_rng = Random(f"{seed} answers")
        self._fault_rng = Random(f"{seed} faults")
        self._frames = Frames(self._machine, self._active, Random(f"{seed} frames"))
        self._training = TrainingStatus(Training.IDLE)
        self._outbox: list[Packet] = []
        self._subscribed: set[int] = set()
        self._links = 0
        self._busy = False
        self._reachable_at = -inf
        self._timed = [fault for fault in faults if fault.at_s is not None]
        for fault in faults:
            if fault.at_s is None:
                self._begin(fault, at)
        self._agenda.plan(at + PERIOD_S, self._telemetry)
        self._static = self._static_values()

    # --- the truth, for tests and benchmarks --------------------------------------------------------------------------

    @property
    def belt_speed(self) -> float:
        """What the belt really does at the last time handed in, in km/h."""
        return self._machine.speed(self._now)

    @property
    def deck_grade(self) -> float:
        """Where the deck really is by the machine's own count, in %."""
        return self._machine.grade(self._now)

    @property
    def true_grade(self) -> float:
        """What the runner stands on, in %: the deck and what it is propped up by."""
        return self.deck_grade + self.preset.offset / 10

    # --- the link -----------------------------------------------------------------------------------------------------

    def connect(self, now: float) -> None:
        """A central connects; only one can (ConnectionError). It finds neither subscriptions nor control of an earlier one."""
        self._run(now)
        if self.link_up:
            raise ConnectionError("another app holds the link")
        if now < self._reachable_at:
            raise ConnectionError("out of reach")
        self._outbox.clear()
        self.link_up = True

    def disconnect(self, now: float) -> None:
        """The central leaves. Belt and deck go on as they were: FTMS says nothing about them at link loss."""
        self._run(now)
        self._unlink()

    @property
    def characteristics(self) -> frozenset[int]:
        """The 16-bit characteristics on offer."""
        return _PUSHED | frozenset(self._static)

    def read(self, uuid: int) -> bytes:
        """The value of a characteristic, as of the last time handed in."""
        self._must_be_up()
        if uuid == TRAINING_STATUS:
            return training_status.encode(self._training)
        if uuid in self._static:
            return self._static[uuid]
        raise AttError(AttCode.READ_NOT_PERMITTED if uuid in _PUSHED else AttCode.ATTRIBUTE_NOT_FOUND)

    def subscribe(self, uuid: int, on: bool = True) -> None:
        """Write the Client Characteristic Configuration of a characteristic."""
        self._must_be_up()
        if uuid not in _PUSHED:
            raise AttError(AttCode.ATTRIBUTE_NOT_FOUND)
        if on:
            self._subscribed.add(uuid)
        else:
            self._subscribed.discard(uuid)

    def write(self, uuid: int, payload: bytes, now: float) -> None:
        """Write with response. Returning means heard; what came of it is indicated later, and telemetry shows it later still."""
        self._run(now)
        self._must_be_up()
        if uuid != FITNESS_MACHINE_CONTROL_POINT:
            known = uuid in self.characteristics
            raise AttError(AttCode.WRITE_NOT_PERMITTED if known else AttCode.ATTRIBUTE_NOT_FOUND)
        if not payload:
            raise AttError(AttCode.INVALID_LENGTH)
        if FITNESS_MACHINE_CONTROL_POINT not in self._subscribed:
            raise AttError(AttCode.CCCD_IMPROPERLY_CONFIGURED)
        if self._busy:
            raise AttError(AttCode.PROCEDURE_IN_PROGRESS)
        request = control_point.decode_request(payload)
        self._answer(request, self._control_point.execute(request, now), now)

    def console(self, action: Console, now: float) -> None:
        """Somebody at the machine presses a button or pulls the key."""
        self._run(now)
        if self._panel.press(action, now):
            self._taken_over(now)

    # --- time ---------------------------------------------------------------------------------------------------------

    def advance(self, now: float) -> list[Packet]:
        """Let everything happen up to `now`, and return what was notified and indicated since, in order of time."""
        self._run(now)
        if not self._outbox:
            return []
        packets, self._outbox = self._outbox, []
        return packets

    def next_event(self) -> float:
        """When to advance next: no packet is due before. Often there is one then, not always."""
        return self._outbox[0].at if self._outbox else self._agenda.next_at

    def _run(self, now: float) -> None:
        self._agenda.run(now)
        self._now = now

    # --- what goes out ------------------------------------------------------------------------------------------------

    def _answer(self, request: Request, done: Done, now: float) -> None:
        response = Response(request.op, done.result)
        answer_at = now + self._answer_rng.uniform(*self.preset.answer_s)
        if late := self._active.use(FaultKind.LATE_ACK):
            answer_at = now + (_LATE_S if late.value is None else late.value)
        if wrong := self._active.use(FaultKind.WRONG_ACK):
            # Another op code: the other of each neighbouring pair, so of speed it is incline.
            response = replace(response, op=request.op ^ 1) if wrong.value is None else replace(response, result=int(wrong.value))
        self._busy = True
        lost = self._active.use(FaultKind.LOST_ACK) is not None
        self._agenda.plan(answer_at, partial(self._indicate, self._links, None if lost else response))
        if done.event and self.preset.echoes:
            self._agenda.plan(answer_at + _ECHO_S, partial(self._tell, done.event))

    def _indicate(self, link: int, response: Response | None, t: float) -> None:
        if link != self._links:
            return
        self._busy = False
        if response:
            self._push(FITNESS_MACHINE_CONTROL_POINT, control_point.encode_response(response), t)

    def _tell(self, event: StatusEvent, t: float) -> None:
        self._push(FITNESS_MACHINE_STATUS, machine_status.encode(event), t)

    def _show(self, training: Training, text: str | None, t: float) -> None:
        # A KingSmith's countdown sets both string bits: 03 0E 33 (FTMS v1.0 §4.10).
        status = TrainingStatus(training, text, extended=text is not None)
        if status != self._training:
            self._training = status
            self._push(TRAINING_STATUS, training_status.encode(status), t)

    def _telemetry(self, t: float) -> None:
        self._agenda.plan(t + PERIOD_S, self._telemetry)
        if TREADMILL_DATA not in self._subscribed:
            return
        for at, payload in self._frames.at(t):
            if at == t:
                self._push(TREADMILL_DATA, payload, t)
            else:
                self._agenda.plan(at, partial(self._push, TREADMILL_DATA, payload))

    def _push(self, uuid: int, payload: bytes, t: float) -> None:
        if uuid in self._subscribed:
            self._outbox.append(Packet(uuid, payload, t))

    # --- what goes wrong ----------------------------------------------------------------------------------------------

    def _belt_moved(self, t: float) -> None:
        timed, self._timed = self._timed, []
        for fault in timed:
            self._agenda.plan(t + (fault.at_s or 0.0), partial(self._begin, fault))

    def _begin(self, fault: Fault, t: float) -> None:
        if fault.kind is FaultKind.DROP_LINK:
            self._reachable_at = t + (fault.for_s or 0.0)
            self._unlink()
        elif fault.kind in MOMENTS:
            if self._panel.misuse(fault, t):
                self._taken_over(t)
        else:
            lasting = self._lasting(fault)
            self._active.begin(lasting)
            self._bite(lasting, t)
            if lasting.for_s is not None:
                self._agenda.plan(t + lasting.for_s, partial(self._end, lasting))

    def _lasting(self, fault: Fault) -> Fault:
        """Glitches with a time and no duration are over after a few frames."""
        if fault.at_s is None or fault.for_s is not None:
            return fault
        if fault.kind is FaultKind.ZERO_GLITCH:
            return replace(fault, for_s=PERIOD_S * self._fault_rng.randint(*_ZERO_FRAMES))
        return replace(fault, for_s=PERIOD_S) if fault.kind is FaultKind.GRADE_GLITCH else fault

    def _bite(self, fault: Fault, t: float) -> None:
        """What a fault does to the machine as it begins; most only bite later, where they are looked for."""
        if fault.kind is FaultKind.CONTROL_STOLEN:
            self._lose_control(t)
        elif fault.kind is FaultKind.SLOW_BELT:
            self._machine.slow_belt(_SLOW_FACTOR, t)
        elif fault.kind is FaultKind.DECK_STUCK:
            self._machine.stick_deck(t)
        elif fault.kind is FaultKind.DECK_OVERSHOOT:
            drawn = self._fault_rng.uniform(*_OVERSHOOT_PERCENT)
            self._machine.overshoot = drawn if fault.value is None else fault.value

    def _end(self, fault: Fault, t: float) -> None:
        self._active.end(fault)
        if self._active.find(fault.kind):
            return
        if fault.kind is FaultKind.SLOW_BELT:
            self._machine.slow_belt(1.0, t)
        elif fault.kind is FaultKind.DECK_STUCK:
            self._machine.free_deck(t)
        elif fault.kind is FaultKind.DECK_OVERSHOOT:
            self._machine.overshoot = 0.0

    # --- the rest -----------------------------------------------------------------------------------------------------

    def _taken_over(self, t: float) -> None:
        if self.preset.console_takes_control:
            self._lose_control(t)

    def _lose_control(self, t: float) -> None:
        if self._control_point.permitted:
            self._control_point.permitted = False
            self._tell(StatusEvent(Status.CONTROL_PERMISSION_LOST), t)

    def _unlink(self) -> None:
        self.link_up = False
        self._links += 1
        self._busy = False
        self._control_point.permitted = False
        self._subscribed.clear()

    def _must_be_up(self) -> None:
        if not self.link_up:
            raise ConnectionError("no central is connected")

    def _static_values(self) -> dict[int, bytes]:
        preset = self.preset
        tells = Tells.TOTAL_DISTANCE | Tells.INCLINATION | Tells.ELAPSED_TIME
        belt = SpeedRange(preset.slowest, preset.fastest, preset.speed_step)
        deck = InclinationRange(preset.lowest, preset.highest, preset.grade_step)
        return {
            FITNESS_MACHINE_FEATURE: feature.encode(Feature(tells, Targets.SPEED | Targets.INCLINATION)),
            SUPPORTED_SPEED_RANGE: encode_speed_range(belt),
            SUPPORTED_INCLINATION_RANGE: encode_inclination_range(deck),
            MODEL_NUMBER: preset.model.encode(),
            MANUFACTURER_NAME: MANUFACTURER.encode(),
            FIRMWARE_REVISION: FIRMWARE.encode(),
        }
