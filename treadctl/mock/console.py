"""The mock's own buttons and safety key. The console is in charge: it needs no permission, and clients only hear of it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Final, assert_never

from treadctl.ftms.machine_status import Status, StatusEvent
from treadctl.ftms.parameter import StopOrPause
from treadctl.mock.faults import Fault, FaultKind
from treadctl.mock.machine import Machine, State
from treadctl.mock.presets import Preset
from treadctl.units import LEVEL, Grade, Speed

WALK: Final = Speed(400)
RUN: Final = Speed(1000)

_FAULT_KMH: Final = 0.5
_FAULT_PERCENT: Final = 1.0


class Console(Enum):
    """One press of a button, or a hand on the safety key. A press changes a target by one step of the machine's grid."""

    START = "start"
    STOP = "stop"
    PAUSE = "pause"
    FASTER = "faster"
    SLOWER = "slower"
    INCLINE_UP = "incline-up"
    INCLINE_DOWN = "incline-down"
    QUICK_WALK = "quick-walk"
    QUICK_RUN = "quick-run"
    QUICK_LEVEL = "quick-level"
    SAFETY_KEY = "safety-key"
    KEY_BACK = "key-back"


class Panel:
    """The buttons of one machine. `tell(status, at)` hears what a client must be told (FTMS v1.0 §4.17.1)."""

    def __init__(self, machine: Machine, preset: Preset, tell: Callable[[StatusEvent, float], None]) -> None:
        self._machine = machine
        self._preset = preset
        self._tell = tell

    def press(self, action: Console, t: float) -> bool:
        """Do it, and say whether the machine did anything."""
        machine, preset = self._machine, self._preset
        match action:
            case Console.START:
                return self._told(machine.start(t), StatusEvent(Status.STARTED_OR_RESUMED_BY_USER), t)
            case Console.STOP:
                return self._told(machine.stop(t), StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.STOP), t)
            case Console.PAUSE:
                return self._told(machine.pause(t), StatusEvent(Status.STOPPED_OR_PAUSED_BY_USER, StopOrPause.PAUSE), t)
            case Console.FASTER:
                return self._change_speed(preset.speed_step, t)
            case Console.SLOWER:
                return self._change_speed(-preset.speed_step, t)
            case Console.INCLINE_UP:
                return self._change_grade(preset.grade_step, t)
            case Console.INCLINE_DOWN:
                return self._change_grade(-preset.grade_step, t)
            case Console.QUICK_WALK:
                return self._set_speed(WALK, t)
            case Console.QUICK_RUN:
                return self._set_speed(RUN, t)
            case Console.QUICK_LEVEL:
                return self._set_grade(LEVEL, t)
            case Console.SAFETY_KEY:
                return self._told(machine.pull_key(t), StatusEvent(Status.STOPPED_BY_SAFETY_KEY), t)
            case Console.KEY_BACK:
                machine.put_key_back()
                return False
            case _:
                assert_never(action)

    def misuse(self, fault: Fault, t: float) -> bool:
        """What a scripted hand does: the faults that are somebody at the console. The others are nothing to it."""
        kmh = _FAULT_KMH if fault.value is None else fault.value
        percent = _FAULT_PERCENT if fault.value is None else fault.value
        match fault.kind:
            case FaultKind.SAFETY_KEY:
                return self.press(Console.SAFETY_KEY, t)
            case FaultKind.CONSOLE_STOP:
                return self.press(Console.STOP, t)
            case FaultKind.CONSOLE_PAUSE:
                return self.press(Console.PAUSE, t)
            case FaultKind.CONSOLE_FASTER:
                return self._change_speed(round(kmh * 100), t)
            case FaultKind.CONSOLE_SLOWER:
                return self._change_speed(-round(kmh * 100), t)
            case FaultKind.CONSOLE_FLATTER:
                return self._change_steepness(-round(percent * 10), t)
            case FaultKind.CONSOLE_STEEPER:
                return self._change_steepness(round(percent * 10), t)
            case _:
                return False

    def _change_speed(self, by: int, t: float) -> bool:
        target = self._machine.target_speed + by
        return self._set_speed(Speed(min(max(target, self._preset.slowest), self._preset.fastest)), t)

    def _change_grade(self, by: int, t: float) -> bool:
        return self._set_grade(self._preset.snap(self._machine.target_grade + by), t)

    def _change_steepness(self, by: int, t: float) -> bool:
        """On a level deck, steeper is downhill where the deck has that; flatter ends at level."""
        here = self._machine.target_grade
        downhill = here < 0 or (here == 0 and self._preset.lowest < 0)
        by = max(by, -abs(here))
        return self._change_grade(-by if downhill else by, t)

    def _set_speed(self, speed: Speed, t: float) -> bool:
        running = self._machine.state is State.RUNNING
        return self._told(running and self._machine.aim_speed(speed, t), StatusEvent(Status.TARGET_SPEED_CHANGED, speed), t)

    def _set_grade(self, grade: Grade, t: float) -> bool:
        return self._told(self._machine.aim_grade(grade, t), StatusEvent(Status.TARGET_INCLINE_CHANGED, grade), t)

    def _told(self, done: bool, event: StatusEvent, t: float) -> bool:
        if done:
            self._tell(event, t)
        return done
