"""The session as a pure state machine. `step(now, inputs)` takes in what happened and returns what is, what to send, what to say.

No clock, no chance, no I/O: the same inputs at the same times give the same steps, which is how a journal is replayed. It
walks the table of `phases`; `run` drives belt and deck while a step is run; `failsafe` says what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.constants import (
    ABANDONED_S,
    COUNT,
    ENDING_AT_MOST_S,
    LEVELLING_AT_MOST_S,
    NOT_MOVING_S,
    PAUSE_AT_MOST_S,
    SILENT_S,
    STALE_S,
    STOPPED_WITHIN_S,
)
from treadctl.engine.drive import Room
from treadctl.engine.failsafe import Clears, Condition, Ladder, Level
from treadctl.engine.phases import ARMED, BELT_MAY_MOVE, Phase, Signal, follow
from treadctl.engine.run import Lead, Run
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.words import (
    Answered,
    ClockJumped,
    CommandKind,
    Connected,
    Countdown,
    Disconnected,
    Event,
    Input,
    Key,
    Latched,
    Odd,
    Outcome,
    Pressed,
    Telemetry,
    Tick,
    Told,
)
from treadctl.safety import Command, Pause, SetIncline, Start, Stop, TakeControl
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

_TAKEN_AWAY = {
    Event.STOPPED: (Condition.CONSOLE_STOP, wording.console_stop),
    Event.PAUSED: (Condition.CONSOLE_STOP, wording.console_stop),
    Event.RESET: (Condition.CONTROL_LOST, wording.control_lost),
    Event.SAFETY_KEY: (Condition.SAFETY_KEY, wording.safety_key),
    Event.CONTROL_LOST: (Condition.CONTROL_LOST, wording.control_lost),
}
_REJECTED = frozenset({Outcome.NOT_SUPPORTED, Outcome.INVALID, Outcome.FAILED, Outcome.NOT_WRITTEN})


class Engine:
    """One session of one workout by one runner. Make a new one for each."""

    def __init__(self, workout: Workout, runner: Profile, lead: Lead = Lead.CENTRED) -> None:
        self.workout = workout
        self.runner = runner
        self.phase = Phase.UNLINKED
        self.ending: Ending | None = None
        self.ladder = Ladder()
        self.run = Run(workout, runner, lead)
        self._since = 0.0
        self._now = 0.0
        self._counted = 0
        self._was_armed = False
        self._resuming = False
        self._moving_frames = 0
        self._cause = Ending.FINISHED
        self._commands: list[Command] = []
        self._cues: list[Cue] = []

    def step(self, now: float, inputs: Iterable[Input]) -> Step:
        """Take in what happened up to `now` (seconds, never running backwards)."""
        now = max(now, self._now)
        seconds, self._now = now - self._now, now
        self._commands, self._cues = [], []
        for happened in inputs:
            if type(happened) is not Tick:
                self._take(happened, now)
        self.run.time_passed(now, seconds, self.phase, self._cues)
        self._watch(now)
        act = _ACTS.get(self.phase)
        if act is not None:
            act(self, now)
        self.run.coach(now, self.phase, self._cues)
        return Step(self._snapshot(now), tuple(self._commands), tuple(self._cues))

    # --- what happened ------------------------------------------------------------------------------------------------

    def _take(self, happened: Input, now: float) -> None:
        match happened:
            case Telemetry():
                self._see(happened, now)
            case Pressed(key=key):
                self._press(key, now)
            case Told():
                self._told(happened, now)
            case Answered():
                self._answered(happened, now)
            case Connected():
                self._connected(happened, now)
            case Disconnected():
                self._unlinked(now)
            case ClockJumped():
                self._unlinked(now)
            case Latched():
                self._alarm(Condition.LATCHED, Ending.SAFETY, wording.latched(), now)
            case Countdown(text=text):
                self._say(wording.machine_counts(text))
            case Tick() | Odd():
                pass

    def _connected(self, connected: Connected, now: float) -> None:
        back = self._was_armed
        self.run.link(connected.machine)
        self._signal(Signal.LINKED, now)
        self.ladder.clear(Condition.LINK_LOST)
        if back:
            return
        self._cues.extend(self.run.announce())
        if self.run.unsuitable:
            self._cause = Ending.UNSUITABLE
            self._signal(Signal.GIVE_UP, now)

    def _unlinked(self, now: float) -> None:
        if self.phase in (Phase.UNLINKED, Phase.OVER):
            return
        self._cause = Ending.LINK_FAILED
        self.ladder.set(Condition.LINK_LOST)
        self._say(wording.link_lost())
        self.run.let_go()
        self._signal(Signal.UNLINKED, now)

    def _see(self, told: Telemetry, now: float) -> None:
        if not self.run.linked:
            return
        self.run.see(told, now, self.phase is Phase.RUNNING, self.ladder, self._cues)
        self._moving_frames = self._moving_frames + 1 if told.speed else 0 if told.speed is not None else self._moving_frames

    def _told(self, told: Told, now: float) -> None:
        if self.phase not in ARMED:
            return
        taken = _TAKEN_AWAY.get(told.event)
        if taken is None:
            if self.phase is Phase.RUNNING and told.value is not None:
                self.run.console(told, now, self._cues)
            return
        if self.phase in (Phase.PAUSING, Phase.PAUSED) and told.event in (Event.STOPPED, Event.PAUSED):
            return  # the machine's own word for the pause we asked for
        condition, cue = taken
        self._taken_away(condition, cue, now)

    def _answered(self, answer: Answered, now: float) -> None:
        if self.phase not in ARMED:
            if answer.command is CommandKind.STOP and answer.outcome is Outcome.NOT_PERMITTED:
                self._say(wording.stop_rejected())
            return
        if answer.outcome is Outcome.NOT_PERMITTED:
            self._taken_away(Condition.CONTROL_LOST, wording.control_lost, now)
        elif answer.outcome in _REJECTED and self.phase is Phase.RUNNING:
            if answer.command in (CommandKind.SPEED, CommandKind.INCLINE) and self.ladder.set(Condition.COMMAND_REJECTED):
                self._say(wording.rejected(answer.command.value, answer.outcome.value))
            self.run.not_done(answer.command)
        elif answer.outcome is Outcome.REFUSED and self.phase is Phase.RUNNING:
            self.run.not_done(answer.command)

    # --- keys ---------------------------------------------------------------------------------------------------------

    def _press(self, key: Key, now: float) -> None:
        match key:
            case Key.STOP:
                self._stop(Ending.STOPPED, now)
            case Key.ARM:
                self._arm(now)
            case Key.PAUSE:
                self._pause(now)
            case Key.RESUME:
                self._resume(now)
            case _:
                if self.phase is Phase.RUNNING:
                    self.run.press(key, now, self._cues)

    def _stop(self, cause: Ending, now: float) -> None:
        """Stop leaves in this very step, from every phase that has a link; a second press sends it again."""
        if self.phase is Phase.OVER:
            return
        if self.phase is Phase.UNLINKED:
            self._cause = Ending.LINK_FAILED if self._was_armed else cause
            self._signal(Signal.STOP, now)
            return
        self._commands = [Stop()]
        if self.phase is not Phase.STOPPING:
            self._cause = cause
            self._say(wording.stopping())
        self._signal(Signal.STOP, now)

    def _arm(self, now: float) -> None:
        sight = self.run.sight
        if self.phase not in (Phase.READY, Phase.HANDS_OFF):
            return
        if sight.age(now) > STALE_S:
            self._say(wording.cannot_arm("no fresh telemetry from this treadmill"))
            return
        if sight.moving and not self._was_armed and not self.run.deck_is_level():
            self._say(wording.cannot_arm("the belt moves on a deck that is not level"))
            return
        for clears in (Clears.BY_ARMING, Clears.BY_KEY):
            self.ladder.clear_all(clears)
        self._was_armed = True
        self._cause = Ending.FINISHED
        self._commands.append(TakeControl())
        if sight.moving:
            self.run.adopt(now)
            self._signal(Signal.ARMED_MOVING, now)
        else:
            self._signal(Signal.ARMED_STILL, now)

    def _pause(self, now: float) -> None:
        before = self.phase
        self._signal(Signal.PAUSE, now)
        if self.phase is before:
            return
        self._say(wording.paused("you"))
        if self.phase is Phase.PAUSING:
            self._commands = [Pause()]
        self.run.let_go()
        self._level_deck()

    def _resume(self, now: float) -> None:
        if self.phase is Phase.RUNNING and self.ladder.clear_all(Clears.BY_KEY):
            self.run.let_go()
            self.run.adopt(now)
            self._say(wording.key_heard("resume", "going on"))
        elif self.phase is Phase.PAUSED:
            self._resuming = True
            self._signal(Signal.RESUME, now)

    # --- what is wrong ------------------------------------------------------------------------------------------------

    def _watch(self, now: float) -> None:
        if self.phase not in ARMED:
            return
        sight, ladder = self.run.sight, self.ladder
        age = sight.age(now)
        if age > STALE_S:
            if ladder.set(Condition.STALE):
                self._say(wording.stale(age))
            if age > SILENT_S and self.phase in BELT_MAY_MOVE:
                self._alarm(Condition.SILENT, Ending.SAFETY, wording.silent(age), now)
        else:
            ladder.clear(Condition.STALE)
        if sight.past_hard_stop and sight.grade is not None:
            self._alarm(Condition.PAST_HARD_STOP, Ending.SAFETY, wording.past_hard_stop(sight.grade), now)
            self._level_deck()
        if self.phase in (Phase.RUNNING, Phase.ENDING) and sight.still(now):
            self._taken_away(Condition.STILL_UNASKED, wording.still_unasked, now)

    def _alarm(self, condition: Condition, cause: Ending, cue: Cue, now: float) -> None:
        if self.ladder.set(condition):
            self._say(cue)
            self._stop(cause, now)

    def _taken_away(self, condition: Condition, cue: Callable[[], Cue], now: float) -> None:
        self.ladder.set(condition)
        self._cause = Ending.TREADMILL_FAILED if condition is Condition.CONTROL_LOST else Ending.STOPPED
        self._commands = [c for c in self._commands if isinstance(c, Stop)]
        self._say(cue())
        self.run.let_go()
        self._signal(Signal.TAKEN_AWAY, now)

    # --- what each phase does with a moment ---------------------------------------------------------------------------

    def _levelling(self, now: float) -> None:
        if self.run.deck_is_level() and self.run.sight.age(now) <= STALE_S:
            self._signal(Signal.IS_LEVEL, now)
        elif now - self._since > LEVELLING_AT_MOST_S:
            self._give_up(wording.not_following("deck", "level", str(self.run.sight.grade)), now)
        elif self.run.level_not_asked():
            self._level_deck()

    def _countdown(self, now: float) -> None:
        passed = now - self._since
        while self._counted < COUNT and self._counted <= passed:
            left = COUNT - self._counted
            self._say(wording.resumed(left) if self._resuming and left == COUNT else wording.count(left))
            self._counted += 1
        if passed >= COUNT and self.run.sight.still(now) and self.run.sight.age(now) <= STALE_S:
            self._commands.append(Start())
            self._moving_frames = 0
            self._signal(Signal.COUNTED, now)
        elif passed > NOT_MOVING_S:
            self._give_up(wording.not_moving(), now)

    def _starting(self, now: float) -> None:
        if self._moving_frames >= 2:
            self.run.begin(now, self._cues)
            self._say(wording.started())
            self._signal(Signal.MOVES, now)
        elif now - self._since > NOT_MOVING_S:
            self._give_up(wording.not_moving(), now)

    def _running(self, now: float) -> None:
        if self.run.course.done:
            self._cues.extend(self.run.going_home())
            self._signal(Signal.LAST_STEP_DONE, now)
            return
        room = Room.ALL if self.ladder.level is Level.FINE else Room.MILDER_ONLY
        commands, cues = self.run.drive(now, room)
        self._commands += commands
        self._cues += cues

    def _ending(self, now: float) -> None:
        commands, home = self.run.go_home(now)
        self._commands += commands
        if home:
            self._finish(Signal.COOLED, now)
        elif now - self._since > ENDING_AT_MOST_S:
            self._finish(Signal.GIVE_UP, now)

    def _finish(self, signal: Signal, now: float) -> None:
        failed = any(c.level is Level.HOLD for c in self.ladder.seen)
        self._cause = Ending.TREADMILL_FAILED if failed else Ending.FINISHED
        self._commands = [Stop()]
        self._signal(signal, now)

    def _pausing(self, now: float) -> None:
        if self.run.sight.still(now):
            self._signal(Signal.IS_STILL, now)

    def _paused(self, now: float) -> None:
        if now - self._since > PAUSE_AT_MOST_S:
            self._stop(Ending.STOPPED, now)

    def _stopping(self, now: float) -> None:
        if self.run.sight.still(now):
            self._say(wording.stopped_confirmed())
            self._signal(Signal.IS_STILL, now)
        elif now - self._since > STOPPED_WITHIN_S:
            self._say(wording.stopped_unconfirmed())
            if self._cause in (Ending.FINISHED, Ending.STOPPED):
                self._cause = Ending.TREADMILL_FAILED
            self._signal(Signal.GIVE_UP, now)

    def _disarmed(self, now: float) -> None:
        if self._was_armed and now - self._since > ABANDONED_S:
            self._signal(Signal.GIVE_UP, now)

    # --- small things -------------------------------------------------------------------------------------------------

    def _signal(self, signal: Signal, now: float) -> None:
        phase = follow(self.phase, signal)
        if phase is self.phase:
            return
        self.phase, self._since, self._counted = phase, now, 0
        if phase is Phase.OVER:
            self.ending = self._cause
            if self.ending is Ending.FINISHED:
                self._say(wording.finished())
        if phase is Phase.RUNNING:
            self._resuming = False

    def _give_up(self, cue: Cue, now: float) -> None:
        self._say(cue)
        self._cause = Ending.TREADMILL_FAILED
        self._commands = [Stop()]
        self._signal(Signal.GIVE_UP, now)

    def _level_deck(self) -> None:
        if self.run.level_not_asked():
            self._commands.append(SetIncline(self.run.level_asked()))

    def _say(self, cue: Cue) -> None:
        if cue.kind is CueKind.SAFETY:
            self._cues = [c for c in self._cues if c.kind is not CueKind.FORM]
        self._cues.append(cue)

    def _snapshot(self, now: float) -> Snapshot:
        return self.run.snapshot(now, self.phase, self.ending, self.ladder)


_ACTS: Final[dict[Phase, Callable[[Engine, float], None]]] = {
    Phase.LEVELLING: Engine._levelling,
    Phase.COUNTDOWN: Engine._countdown,
    Phase.STARTING: Engine._starting,
    Phase.RUNNING: Engine._running,
    Phase.PAUSING: Engine._pausing,
    Phase.PAUSED: Engine._paused,
    Phase.ENDING: Engine._ending,
    Phase.STOPPING: Engine._stopping,
    Phase.HANDS_OFF: Engine._disarmed,
    Phase.UNLINKED: Engine._disarmed,
}
"""What each phase does with a moment; READY and OVER do nothing."""
