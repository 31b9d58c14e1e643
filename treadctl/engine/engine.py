"""The session as a pure state machine. `step(now, inputs)` takes in what happened and returns what is, what to send, what to say.

No clock, no chance, no I/O: the same inputs at the same times give the same steps, which is how a journal is replayed. It
walks the table of `phases`; `run` drives belt and deck while a step is run; `failsafe` says what is left to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from treadctl.coaching import wording
from treadctl.engine.acts import ACTS
from treadctl.engine.answers import answered
from treadctl.engine.constants import ECHO_S, NO_STEPS_S, SILENT_S, STALE_S
from treadctl.engine.control import Control
from treadctl.engine.failsafe import Clears, Condition, Ladder, Level
from treadctl.engine.look import look
from treadctl.engine.phases import Phase, Signal
from treadctl.engine.run import Lead, Run
from treadctl.engine.snapshot import Ending, Step
from treadctl.engine.words import (
    KINDS,
    Answered,
    ClockJumped,
    CommandKind,
    Connected,
    Countdown,
    Disconnected,
    EasyPace,
    Event,
    Hanging,
    HeartRate,
    Input,
    Key,
    Latched,
    Odd,
    Pressed,
    SensorNews,
    StepRate,
    Telemetry,
    Tick,
    Told,
)
from treadctl.safety import Pause, TakeControl
from treadctl.units import Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

_TAKEN_AWAY: Final = {
    Event.STOPPED: (Condition.CONSOLE_STOP, wording.console_stop),
    Event.PAUSED: (Condition.CONSOLE_STOP, wording.console_stop),
    Event.SAFETY_KEY: (Condition.SAFETY_KEY, wording.safety_key),
}
_NONE: Final[frozenset[CommandKind]] = frozenset()
_ARMS: Final = frozenset({Phase.READY, Phase.HANDS_OFF})


class Engine:
    """One session of one workout by one runner. Make a new one for each."""

    def __init__(self, workout: Workout, runner: Profile, lead: Lead = Lead.CENTRED) -> None:
        self.workout = workout
        self.runner = runner
        self.run = Run(workout, runner, lead)
        self._control = Control(self.run)
        self._now = 0.0
        self._is_back = False

    @property
    def phase(self) -> Phase:
        """Where the session is."""
        return self._control.phase

    @property
    def ending(self) -> Ending | None:
        """How it ended, once it has."""
        return self._control.ending

    @property
    def was_armed(self) -> bool:
        """Whether anybody ever armed it."""
        return self._control.was_armed

    @property
    def belt_is_ours(self) -> bool:
        """Whether the belt may be moving because of this session, whoever is armed or linked now."""
        return self._control.ours

    @property
    def wakes_at(self) -> float:
        """When a step is wanted besides the ticks: the moment in which it has counted down, until a step has come to it."""
        due = self._control.start_due if self._control.phase is Phase.COUNTDOWN else float("inf")
        return due if self._now < due else float("inf")

    @property
    def ladder(self) -> Ladder:
        """What is wrong."""
        return self._control.ladder

    def step(self, now: float, inputs: Iterable[Input]) -> Step:
        """Take in what happened up to `now` (seconds, never running backwards)."""
        if now < self._now:
            now = self._now
        seconds, self._now = now - self._now, now
        control, run = self._control, self.run
        control.commands, control.cues = [], []
        if seconds > SILENT_S and control.belt_may_move:  # whatever came meanwhile, nobody was here to act on it
            control.alarm(Condition.SILENT, Ending.SAFETY, wording.silent(seconds), now)
        for happened in inputs:
            if type(happened) is not Tick:
                self._take(happened, now)
        run.time_passed(now, seconds, control.cues)
        if control.belt_may_move:
            run.belt_ran(now, seconds, control.phase is Phase.RUNNING, control.cues)
        if control.armed:
            self._watch(now)
            if run.sensors.has_pod and control.phase is Phase.RUNNING:
                self._mind_the_feet(now)
        pressed = self._hand_over(_NONE) if control.commands else _NONE
        ACTS[control.phase](control, now)
        if control.cues:
            run.coach.hear(control.cues, now)
        elif control.phase is Phase.RUNNING:
            run.form(now, control.cues)
        if control.commands:
            self._hand_over(pressed)
        may_arm = control.phase in _ARMS and not self._why_not_armed(now)
        snapshot = look(run, now, control.phase, control.ending, control.ladder, may_arm)
        return Step(snapshot, tuple(control.commands), tuple(control.cues))

    def _hand_over(self, already: frozenset[CommandKind]) -> frozenset[CommandKind]:
        """Note what goes to the link; what a phase does goes by what was pressed before it."""
        kinds = frozenset(KINDS[type(command)] for command in self._control.commands) - already
        self.run.drive.sending(kinds)
        return kinds

    # --- what happened ------------------------------------------------------------------------------------------------

    def _take(self, happened: Input, now: float) -> None:
        match happened:
            case Telemetry():
                self._see(happened, now)
            case Pressed():
                self._press(happened, now)
            case EasyPace(speed=speed):
                self._set_easy(speed)
            case Told():
                self._told(happened, now)
            case Answered():
                answered(self._control, happened, now)
            case Connected() | Disconnected() | ClockJumped() | Hanging() | Latched():
                self._of_the_link(happened, now)
            case Countdown(text=text):
                self._counted_at_the_machine(text, now)
            case StepRate() | HeartRate() | SensorNews():
                self._feel(happened, now)
            case Tick() | Odd():
                pass

    def _of_the_link(self, happened: Connected | Disconnected | ClockJumped | Hanging | Latched, now: float) -> None:
        control = self._control
        match happened:
            case Connected():
                self._connected(happened, now)
            case Disconnected():
                control.link_gone(Condition.LINK_LOST, wording.link_lost(), now)
            case ClockJumped(seconds=seconds):
                if control.armed or control.phase is Phase.STOPPING:
                    control.link_gone(Condition.CLOCK_JUMPED, wording.clock_jumped(), now)
                control.slept(seconds, now)
            case Hanging():
                control.say(wording.stop_hangs())
            case Latched():
                control.alarm(Condition.LATCHED, Ending.SAFETY, wording.latched(), now)

    def _set_easy(self, speed: Speed) -> None:
        if self._control.phase is Phase.RUNNING:
            self.run.set_easy(speed, self._control.cues)
            self.runner = self.run.runner

    def _counted_at_the_machine(self, text: str, now: float) -> None:
        """After our own countdown one word is enough; one that somebody else began is counted aloud."""
        control = self._control
        self.run.sight.belt.counts(text, now)
        if control.phase is not Phase.STARTING:
            control.say(wording.machine_counts(text))
        elif not control.counted:
            control.counted = 1
            control.say(wording.machine_counts_too())

    def _feel(self, happened: StepRate | HeartRate | SensorNews, now: float) -> None:
        match happened:
            case StepRate():
                self.run.feel(happened, now)
            case HeartRate():
                self.run.sensors.beat(happened, now)
            case SensorNews(worn=worn, what=what):
                self._control.say(wording.sensor_news(worn.value, what))

    def _connected(self, connected: Connected, now: float) -> None:
        control = self._control
        self.run.link(connected.machine)
        control.moving_frames = 0
        control.link_back(now)
        if control.was_armed:
            self._is_back = control.phase is Phase.READY
            return
        control.cues += self.run.announce()
        if control.owed is None and self.run.aims.reaches_none_of(self.workout):
            control.cause = Ending.UNSUITABLE
            control.signal(Signal.GIVE_UP, now)

    def _see(self, told: Telemetry, now: float) -> None:
        control = self._control
        if not self.run.linked:
            return
        for trouble in self.run.see(told, now, control.phase is Phase.RUNNING, control.cues):
            control.trouble(trouble.condition, trouble.cue, now)
        if told.speed is None:
            return
        control.moving_frames = control.moving_frames + 1 if told.speed else 0
        if self._is_back:
            self._is_back = False
            control.say(wording.link_back(self._what_the_belt_does(told)))

    def _what_the_belt_does(self, told: Telemetry) -> str:
        belt = f"belt at {told.speed.text(self.runner.unit)}" if told.speed else "belt still"
        return belt if self.run.sight.grade is None else f"{belt}, deck at {self.run.sight.grade}"

    def _told(self, told: Told, now: float) -> None:
        control, is_ours = self._control, self._is_our_pause(told.event, now)
        if told.event is Event.STARTED and not self.run.sight.moving:
            self.run.sight.belt.may_start(now)
        if told.event is Event.STARTED:
            control.told_started(now)
        elif told.event is Event.SAFETY_KEY:
            control.key_pulled()
        elif told.event in (Event.STOPPED, Event.PAUSED):
            control.told_ended(is_ours)
        if not control.armed:
            return
        if told.event in (Event.RESET, Event.CONTROL_LOST):
            control.control_lost(now)
            return
        taken = _TAKEN_AWAY.get(told.event)
        if taken is None:
            trouble = self.run.console(told, now, control.cues) if control.phase is Phase.RUNNING else None
            if trouble is not None:
                control.trouble(trouble.condition, trouble.cue, now)
        elif not is_ours:
            condition, cue = taken
            control.taken_away(condition, cue(), now)

    def _is_our_pause(self, event: Event, now: float) -> bool:
        """The machine's own word for the pause we asked for; a stop that comes long after it is somebody's."""
        control = self._control
        if control.phase is Phase.PAUSED and event is Event.STOPPED:
            return now - control.since <= ECHO_S
        return control.phase in (Phase.PAUSING, Phase.PAUSED) and event in (Event.STOPPED, Event.PAUSED)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _press(self, pressed: Pressed, now: float) -> None:
        match pressed.key:
            case Key.STOP:
                self._control.stop(Ending.STOPPED, now)
            case Key.ARM:
                self._arm(now, pressed.starts_at)
            case Key.PAUSE:
                self._pause(now)
            case Key.RESUME:
                self._resume(now)
            case Key.WALK:
                self._walk(now)
            case key:
                if self._control.phase is Phase.RUNNING:
                    self.run.press(key, now, self._control.cues)

    def _arm(self, now: float, starts_at: float | None) -> None:
        control = self._control
        if control.phase not in _ARMS:
            return
        why_not = self._why_not_armed(now)
        if why_not:
            control.say(wording.cannot_arm(why_not))
            return
        for clears in (Clears.BY_ARMING, Clears.BY_KEY):
            control.ladder.clear_all(clears)
        control.was_armed, self._is_back = True, False
        control.cause = Ending.FINISHED
        control.not_before = float("-inf") if starts_at is None else starts_at
        control.commands.append(TakeControl())
        if self.run.sight.moving:
            self.run.join(now, control.cues)
            control.signal(Signal.ARMED_MOVING, now)
        else:
            self.run.start_over(now)
            control.signal(Signal.ARMED_STILL, now)

    def _why_not_armed(self, now: float) -> str:
        sight = self.run.sight
        if self._control.ladder.level is Level.STOP:
            return "this session was stopped for safety; begin a new one"
        if sight.age(now) > STALE_S:
            return "no fresh telemetry from this treadmill"
        if sight.past_hard_stop:
            return f"the deck shows {sight.raw_grade}; level it at the console"
        if sight.moving and not self._control.was_armed and not self.run.drive.deck_is_level(now):
            return "the belt moves on a deck that is not level"
        if sight.moving and not sight.steady:
            return "the belt is changing its speed; wait until it is still or steady"
        if not sight.moving and not sight.still(now):
            return "wait until the belt has been still for three seconds"
        return ""

    def _pause(self, now: float) -> None:
        control, before = self._control, self._control.phase
        control.signal(Signal.PAUSE, now)
        if control.phase is before:
            return
        control.say(wording.paused("you"))
        if control.phase is Phase.PAUSING:
            control.commands, control.pause_told = [Pause()], None
        self.run.start_over(now)
        control.level_deck(now)

    def _resume(self, now: float) -> None:
        control = self._control
        if control.phase is Phase.RUNNING and (control.ladder.clear_all(Clears.BY_KEY) or self.run.walking):
            self.run.start_over(now)
            control.say(wording.key_heard("resume", "going on"))
        elif control.phase is Phase.PAUSED:
            control.ladder.clear_all(Clears.BY_KEY)
            control.resuming = True
            control.signal(Signal.RESUME, now)

    def _walk(self, now: float) -> None:
        """Level and a walk, until resume; a belt that was not seen to move yet is not started for that, but paused."""
        control = self._control
        if control.phase in (Phase.LEVELLING, Phase.COUNTDOWN, Phase.STARTING):
            self._pause(now)
        elif control.phase is Phase.RUNNING and not self.run.walking:
            self.run.walk(now)
            control.say(wording.walking())

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def _watch(self, now: float) -> None:
        """Silence, a deck past −10 %, a belt that stands still unasked."""
        control, sight = self._control, self.run.sight
        age = sight.age(now)
        if age <= STALE_S and sight.moving and control.ladder.level is Level.FINE and not sight.past_hard_stop:
            return  # as it nearly always is
        if age <= STALE_S:
            control.ladder.clear(Condition.STALE)
        elif control.ladder.set(Condition.STALE):
            control.say(wording.stale(age))
        if age > SILENT_S and control.belt_may_move:
            control.alarm(Condition.SILENT, Ending.SAFETY, wording.silent(age), now)
        if sight.past_hard_stop and sight.raw_grade is not None:
            control.alarm(Condition.PAST_HARD_STOP, Ending.SAFETY, wording.past_hard_stop(sight.raw_grade), now)
            if self.run.machine.deck.commanded:
                control.commands.append(self.run.drive.level(now))
        if control.phase in (Phase.RUNNING, Phase.ENDING) and sight.still(now):
            control.taken_away(Condition.STILL_UNASKED, wording.still_unasked(), now)

    def _mind_the_feet(self, now: float) -> None:
        """Nobody steps on a belt that runs, by a pod that is heard."""
        run = self.run
        match run.footing.judge(run.nobody_steps(now), run.sight.speed, now):
            case Condition.NO_STEPS:
                self._control.trouble(Condition.NO_STEPS, wording.no_steps(NO_STEPS_S), now)
            case Condition.NOBODY:
                self._control.trouble(Condition.NOBODY, wording.nobody(), now)
            case _:
                pass
