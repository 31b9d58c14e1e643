"""The mock's Control Point: what one request does to the machine, and what is answered (FTMS v1.0 §4.16).

Whether a request is heard at all, and when its answer goes out, is `treadmill.py`'s; here is permission, range and deed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from treadctl.ftms.control_point import OpCode, Request, Result
from treadctl.ftms.machine_status import Status, StatusEvent
from treadctl.ftms.parameter import StopOrPause
from treadctl.mock.faults import Active, FaultKind
from treadctl.mock.machine import Machine, State
from treadctl.mock.presets import Preset
from treadctl.units import Grade, Speed

_KMH_PER_MPH: Final = 1.609344


class Done(NamedTuple):
    """How a request ended, and what other clients would be told of it."""

    result: Result
    event: StatusEvent | None = None


_INVALID: Final = Done(Result.INVALID_PARAMETER)


class ControlPoint:
    """One client's permission to command, and the commands."""

    def __init__(self, machine: Machine, preset: Preset, faults: Active) -> None:
        self._machine = machine
        self._preset = preset
        self._faults = faults
        self.permitted = False

    def execute(self, request: Request, t: float) -> Done:
        """Do what is asked, if it may and can be done."""
        if self._faults.find(FaultKind.CONTROL_STOLEN):
            return Done(Result.CONTROL_NOT_PERMITTED)
        if request.op == OpCode.REQUEST_CONTROL:
            if request.rest:
                return _INVALID
            self.permitted = True
            return Done(Result.SUCCESS)
        if not self.permitted:
            return Done(Result.CONTROL_NOT_PERMITTED)
        return self._command(request, t)

    def _command(self, request: Request, t: float) -> Done:
        machine = self._machine
        match request:
            case Request(OpCode.RESET, None, b""):
                machine.reset(t)
                self.permitted = False
                return Done(Result.SUCCESS, StatusEvent(Status.RESET))
            case Request(OpCode.SET_TARGET_SPEED, Speed() as speed, b""):
                return self._speed(speed, t)
            case Request(OpCode.SET_TARGET_INCLINATION, Grade() as grade, b""):
                return self._incline(grade, t)
            case Request(OpCode.START_OR_RESUME, None, b""):
                return _done(machine.start(t), StatusEvent(Status.STARTED_OR_RESUMED_BY_USER))
            case Request(OpCode.STOP_OR_PAUSE, StopOrPause.STOP, b""):
                return self._stop(t)
            case Request(OpCode.STOP_OR_PAUSE, StopOrPause.PAUSE, b""):
                return _done(machine.pause(t), StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE))
            case Request(op) if op in _SUPPORTED:
                return _INVALID
            case _:
                return Done(Result.OP_CODE_NOT_SUPPORTED)

    def _stop(self, t: float) -> Done:
        machine = self._machine
        if self._faults.find(FaultKind.STOP_RESTARTS) and machine.state is State.IDLE and machine.speed(t) == 0:
            return _done(machine.start(t), StatusEvent(Status.STARTED_OR_RESUMED_BY_USER))
        return _done(machine.stop(t), StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP))

    def _speed(self, speed: Speed, t: float) -> Done:
        if self._faults.find(FaultKind.MPH_SLIP):
            speed = Speed(min(round(speed * _KMH_PER_MPH), self._preset.fastest))
        if not self._preset.slowest <= speed <= self._preset.fastest:
            return _INVALID
        if self._faults.find(FaultKind.ACK_BUT_IGNORE):
            return Done(Result.SUCCESS)
        return _done(self._machine.aim_speed(speed, t), StatusEvent(Status.TARGET_SPEED_CHANGED, speed))

    def _incline(self, grade: Grade, t: float) -> Done:
        if self._faults.find(FaultKind.UNSIGNED_INCLINE) and grade < 0:
            grade = self._preset.highest  # −1 read as 65535, and that clamped: what a Sole F85 did (hw_notes.md §2.4)
        if not self._preset.lowest <= grade <= self._preset.highest:
            return _INVALID
        if self._faults.find(FaultKind.ACK_BUT_IGNORE):
            return Done(Result.SUCCESS)
        snapped = self._preset.snap(grade)
        return _done(self._machine.aim_grade(snapped, t), StatusEvent(Status.TARGET_INCLINE_CHANGED, snapped))


_SUPPORTED: Final = frozenset(
    {
        OpCode.RESET,
        OpCode.SET_TARGET_SPEED,
        OpCode.SET_TARGET_INCLINATION,
        OpCode.START_OR_RESUME,
        OpCode.STOP_OR_PAUSE,
    }
)


def _done(accepted: bool, event: StatusEvent) -> Done:
    return Done(Result.SUCCESS, event) if accepted else Done(Result.OPERATION_FAILED)
