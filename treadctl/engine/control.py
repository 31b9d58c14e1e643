"""What a session can do: change its phase, say something, send something, stop, let go. The engine and the phases use it.

`commands` and `cues` are what this step has come to so far.
"""

from __future__ import annotations

from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import SECOND_STOP_S, SLOWING_AT_MOST
from treadctl.engine.failsafe import Condition, Ladder, Level
from treadctl.engine.phases import ARMED, BELT_MAY_MOVE, Phase, Signal, follow
from treadctl.engine.run import Run
from treadctl.engine.snapshot import Ending
from treadctl.safety import Command, Stop

_CAUSES: Final = {
    Condition.CONTROL_LOST: Ending.TREADMILL_FAILED,
    Condition.START_REJECTED: Ending.TREADMILL_FAILED,
    Condition.UNIT_SLIP: Ending.SAFETY,
    Condition.WRONG_WAY_DECK: Ending.SAFETY,
    Condition.NOBODY: Ending.SAFETY,
}
"""What a session comes to after this. When nobody arms again after anything else, the runner stopped it."""


class Control:
    """The hands of one session."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.ladder = Ladder()
        self.phase = Phase.UNLINKED
        self.armed = self.belt_may_move = self.warned = False
        self.ours = False
        """Whether the belt may be moving because of us: also without a link, and until it was seen still or taken over."""
        self.ending: Ending | None = None
        self.cause = Ending.FINISHED
        self.since = self.counting_since = 0.0
        self.slow_by = 0.0
        self.was_armed = False
        self.stop_waits: tuple[Ending, float] | None = None
        """A Stop that there is no link for: what it makes of the session, and since when."""
        self.resuming = False
        self.moving_frames = 0
        self.counted = 0
        self.started_at = float("-inf")
        self.commands: list[Command] = []
        self.cues: list[Cue] = []

    def say(self, cue: Cue) -> None:
        """Tell the runner."""
        self.cues.append(cue)

    def signal(self, signal: Signal, now: float) -> None:
        """Follow an arrow of the table, if there is one."""
        phase = follow(self.phase, signal)
        if phase is self.phase:
            return
        self._whose_belt(phase, signal)
        self.phase, self.since, self.counted, self.warned = phase, now, 0, False
        self.counting_since = now
        self.armed, self.belt_may_move = phase in ARMED, phase in BELT_MAY_MOVE
        self.slow_by = now + min(self.run.sight.speeds.most(), self.run.machine.fastest) / SLOWING_AT_MOST
        if phase is Phase.OVER:
            self.ending = self.cause
            if self.ending is Ending.FINISHED:
                self.say(wording.finished())
        if phase is Phase.RUNNING:
            self.resuming = False

    def _whose_belt(self, phase: Phase, signal: Signal) -> None:
        """A belt that we set moving stays ours where nobody is armed, until it is still, or somebody else's."""
        if phase in BELT_MAY_MOVE:
            self.ours = True
        elif phase is Phase.OVER:
            self.ours = self.phase is Phase.STOPPING and signal is Signal.GIVE_UP  # it was told to stop, and not seen to
        elif phase not in (Phase.UNLINKED, Phase.READY):
            self.ours = False

    def count_again(self, now: float) -> None:
        """The countdown ended and nothing came of it: nobody is to be started long after "one"."""
        self.since, self.counted = now, 0

    def is_still(self, now: float) -> bool:
        """Whether the belt is seen still, and could be: some machines show the setpoint at once, and the belt takes its time."""
        return now >= self.slow_by and self.run.sight.still(now)

    def stop(self, cause: Ending, now: float) -> None:
        """Stop leaves in this very step, from every phase that has a link; a second press sends it again."""
        if self.phase is Phase.UNLINKED:
            self._stop_without_a_link(cause, now)
            return
        self.commands = [Stop()]
        if self.phase not in (Phase.STOPPING, Phase.OVER):
            self.cause = cause
            self.say(wording.stopping())
        self.signal(Signal.STOP, now)

    def _stop_without_a_link(self, cause: Ending, now: float) -> None:
        """It waits for the link if the belt may be moving because of us; a second press gives the session up."""
        if self.was_armed and self.stop_waits is None:
            self.stop_waits, self.ours = (cause, now), True
            self.say(wording.stop_waits())
        elif self.stop_waits is None:
            self.cause = cause
            self.signal(Signal.STOP, now)
        elif now - self.stop_waits[1] > SECOND_STOP_S:
            self.say(wording.link_lost())
            self.cause = Ending.LINK_FAILED
            self.signal(Signal.STOP, now)
        else:
            self.say(wording.stop_waits())

    def link_gone(self, condition: Condition, cue: Cue, now: float) -> None:
        """Disarmed, and nothing can be sent; a Stop that was not seen done will be sent again."""
        if self.phase in (Phase.UNLINKED, Phase.OVER):
            return
        if self.phase is Phase.STOPPING:
            self.stop_waits = self.cause, now
        self.cause = Ending.LINK_FAILED
        self.ladder.set(condition)
        self.say(cue)
        self.let_go(now)
        self.signal(Signal.UNLINKED, now)

    def link_back(self, now: float) -> None:
        """A link again; a Stop that waited for it goes first."""
        self.signal(Signal.LINKED, now)
        self.ladder.clear(Condition.LINK_LOST)
        self.ladder.clear(Condition.CLOCK_JUMPED)
        if self.stop_waits is not None:
            (cause, _), self.stop_waits = self.stop_waits, None
            self.stop(cause, now)

    def give_up(self, cue: Cue, now: float) -> None:
        """The treadmill does not do what it must: say so, and Stop."""
        self.say(cue)
        self.cause = Ending.TREADMILL_FAILED
        self.commands = [Stop()]
        self.signal(Signal.GIVE_UP, now)

    def alarm(self, condition: Condition, cause: Ending, cue: Cue, now: float) -> None:
        """Something new on the ladder that only Stop answers."""
        if self.ladder.set(condition):
            self.say(cue)
            self.stop(cause, now)

    def trouble(self, condition: Condition, cue: Cue, now: float) -> None:
        """Something new on the ladder: say it, and stop if it is as bad as that."""
        if not self.ladder.set(condition):
            return
        self.say(cue)
        self.run.heed(condition)
        if condition.level is Level.STOP:
            self.stop(_CAUSES.get(condition, Ending.TREADMILL_FAILED), now)

    def taken_away(self, condition: Condition, cue: Cue, now: float) -> None:
        """Somebody or something else has the belt: disarm, and write nothing but a pressed Stop."""
        self.ladder.set(condition)
        self.cause = _CAUSES.get(condition, Ending.STOPPED)
        self.say(cue)
        self.let_go(now)
        self.signal(Signal.TAKEN_AWAY, now)

    def let_go(self, now: float) -> None:
        """Nothing of this step leaves but a Stop, and nothing that was sent counts any more."""
        self.commands = [command for command in self.commands if isinstance(command, Stop)]
        self.run.start_over(now)

    def level_deck(self, now: float) -> None:
        """Ask for level, unless that was done or failed too often."""
        if self.run.drive.level_not_asked(now):
            self.commands.append(self.run.drive.level(now))

    def moves_unasked(self, now: float) -> bool:
        """A belt that moves where we sent no Start was started at the console: then it has the belt."""
        if self.moving_frames < 2:
            return False
        self.taken_away(Condition.MOVES_UNASKED, wording.moves_unasked(), now)
        return True

    def pause_failed(self, now: float) -> None:
        """The belt that was to pause does not, so it is stopped."""
        if not self.run.sight.still(now):
            self.say(wording.pause_failed())
            self.stop(Ending.TREADMILL_FAILED, now)
