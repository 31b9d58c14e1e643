"""The treadmill as it stands on the floor: belt, deck, countdown, safety key. It has never heard of Bluetooth.

A command is accepted or not, at once; the movement follows after a lag, at the preset's rates. `now` is always an argument.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from functools import partial
from math import copysign

from treadctl.ftms.training_status import Training
from treadctl.mock.agenda import Agenda
from treadctl.mock.physics import Ramp
from treadctl.mock.presets import Preset
from treadctl.units import LEVEL, Grade, Speed

Show = Callable[[Training, str | None, float], None]


class State(Enum):
    """What the machine is about; the belt of a machine that is no longer RUNNING may still be slowing down."""

    IDLE = "idle"
    COUNTDOWN = "countdown"
    RUNNING = "running"
    PAUSED = "paused"


class Machine:
    """One belt and one deck. `show(training, text, at)` hears what the display says, `moved(at)` when the belt first moves.

    Each command returns whether it was accepted. `overshoot` (%) is a fault's: how far the deck runs past where it should stop.
    """

    def __init__(self, preset: Preset, agenda: Agenda, at: float, show: Show, moved: Callable[[float], None]) -> None:
        self._preset = preset
        self._agenda = agenda
        self._show = show
        self._moved = moved
        self.state = State.IDLE
        self.key_out = False
        self.target_speed = Speed(0)
        self.target_grade = LEVEL
        self.overshoot = 0.0
        self._stuck = False
        self._belt_factor = 1.0
        self._first_speed = preset.slowest
        self._run = 0
        self._belt = Ramp.resting(at, 0.0)
        self._belt_goal = (0.0, preset.stop_rate)
        self._deck = Ramp.resting(at, 0.0)
        self._metres = 0.0
        self._running_s = 0.0

    # --- what is ------------------------------------------------------------------------------------------------------

    def speed(self, t: float) -> float:
        """The belt, in km/h."""
        return self._belt.at(t)

    def grade(self, t: float) -> float:
        """The deck as the machine counts it, in %."""
        return self._deck.at(t)

    def metres(self, t: float) -> float:
        """What the belt has run since it was made or reset."""
        return self._metres + self._belt.area(t) / 3.6

    def running_s(self, t: float) -> float:
        """Seconds that the belt has moved since it was made or reset; Start does not zero it (FTMS v1.0 §4.16.2.8)."""
        return self._running_s + self._belt.moving_for(t)

    # --- what it can be told ------------------------------------------------------------------------------------------

    def start(self, t: float) -> bool:
        """Start or resume: 3-2-1, then up to the slowest speed, or to one that was asked for before."""
        if self.key_out or self.state in (State.COUNTDOWN, State.RUNNING):
            return False
        self.state = State.COUNTDOWN
        self._run += 1
        seconds = self._preset.countdown_s
        for passed in range(seconds):
            self._agenda.plan(t + passed, partial(self._count, self._run, seconds - passed))
        self._agenda.plan(t + seconds, partial(self._go, self._run))
        return True

    def stop(self, t: float) -> bool:
        """Slow down and end; some decks then go level by themselves."""
        if self.state is State.IDLE:
            return False
        self._leave_for(State.IDLE, t, self._preset.stop_rate)
        self._show(Training.POST_WORKOUT, None, t)
        if self._preset.levels_after_stop:
            self._move_deck(LEVEL, t)
        return True

    def pause(self, t: float) -> bool:
        """Slow down and wait for Start; the deck stays."""
        if self.state not in (State.COUNTDOWN, State.RUNNING):
            return False
        self._leave_for(State.PAUSED, t, self._preset.pause_rate)
        return True

    def aim_speed(self, speed: Speed, t: float) -> bool:
        """A new belt speed, on the machine's grid; the range is the caller's business."""
        if self.key_out:
            return False
        step = self._preset.speed_step
        target = Speed((speed + step // 2) // step * step)
        if self.state is not State.RUNNING:
            self._first_speed = target if self._preset.speed_while_still else self._first_speed
            return self._preset.speed_while_still
        self.target_speed = target
        self._agenda.plan(t + self._preset.command_lag_s, partial(self._follow_speed, self._run, target))
        return True

    def aim_grade(self, grade: Grade, t: float) -> bool:
        """A new inclination, on the machine's grid; the range is the caller's business."""
        still = self.state in (State.IDLE, State.COUNTDOWN)
        if self.key_out or (still and not self._preset.incline_while_still):
            return False
        self._move_deck(self._preset.snap(grade), t)
        return True

    def reset(self, t: float) -> None:
        """Targets and totals to nothing (FTMS v1.0 §4.16.2.2)."""
        self.stop(t)
        self._move_deck(LEVEL, t)
        self._metres = -self._belt.area(t) / 3.6
        self._running_s = -self._belt.moving_for(t)

    def pull_key(self, t: float) -> bool:
        """The safety key comes off: the belt runs down, the deck freezes where it is, and nothing works until it is back."""
        if self.key_out:
            return False
        self._run += 1
        self._drive(0.0, self._preset.key_rate / self._belt_factor, t)
        self._deck = Ramp.resting(t, self._deck.at(t))
        self.target_grade = self._preset.snap(self._deck.at(t) * 10)
        self.target_speed = Speed(0)
        self.state = State.IDLE
        self.key_out = True
        self._show(Training.POST_WORKOUT, None, t)
        return True

    def put_key_back(self) -> None:
        """The safety key is on again; nothing moves of it."""
        self.key_out = False

    # --- what faults do to it -----------------------------------------------------------------------------------------

    def slow_belt(self, factor: float, t: float) -> None:
        """All belt rates times `factor` from now on, the one in progress too."""
        goal, rate = self._belt_goal
        self._belt_factor = factor
        if not self.key_out:
            self._drive(goal, rate, t)

    def stick_deck(self, t: float) -> None:
        """The deck stops where it is and goes nowhere."""
        self._stuck = True
        self._deck = Ramp.resting(t, self._deck.at(t))

    def free_deck(self, t: float) -> None:
        """The deck goes where it was last told to."""
        self._stuck = False
        self._tilt(self.target_grade, t)

    # --- how it does it -----------------------------------------------------------------------------------------------

    def _count(self, run: int, left: int, t: float) -> None:
        if run == self._run:
            self._show(Training.PRE_WORKOUT, str(left), t)

    def _go(self, run: int, t: float) -> None:
        if run != self._run:
            return
        self.state = State.RUNNING
        self.target_speed, self._first_speed = self._first_speed, self._preset.slowest
        self._show(Training.MANUAL_MODE, None, t)
        self._agenda.plan(t + self._preset.command_lag_s, partial(self._follow_speed, run, self.target_speed))

    def _follow_speed(self, run: int, target: Speed, t: float) -> None:
        if run != self._run:
            return
        goal = target / 100
        self._drive(goal, self._preset.belt_up if goal > self._belt.at(t) else self._preset.belt_down, t)

    def _leave_for(self, state: State, t: float, rate: float) -> None:
        self.state = state
        self.target_speed = Speed(0)
        self._run += 1
        self._agenda.plan(t + self._preset.command_lag_s, partial(self._brake, rate))

    def _brake(self, rate: float, t: float) -> None:
        if not self.key_out:
            self._drive(0.0, rate, t)

    def _drive(self, goal: float, rate: float, t: float) -> None:
        self._metres += self._belt.area(t) / 3.6
        self._running_s += self._belt.moving_for(t)
        self._belt_goal = (goal, rate)
        self._belt = self._belt.turned(t, goal, rate * self._belt_factor)
        if goal:
            self._moved(t)
        else:
            self._agenda.plan(self._belt.arrives, partial(self._rest, self._belt))

    def _rest(self, belt: Ramp, t: float) -> None:
        if belt is self._belt and self.state is State.IDLE:
            self._show(Training.IDLE, None, t)

    def _move_deck(self, goal: Grade, t: float) -> None:
        self.target_grade = goal
        self._agenda.plan(t + self._preset.command_lag_s, partial(self._tilt, goal))

    def _tilt(self, goal: Grade, t: float) -> None:
        if self._stuck or self.key_out:
            return
        here, there = self._deck.at(t), goal / 10
        if self.overshoot and there != here:
            there += copysign(self.overshoot, there - here)
        rate = self._preset.deck_up if there > here else self._preset.deck_down
        self._deck = self._deck.turned(t, there, rate)
