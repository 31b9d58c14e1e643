"""What a session can do: change its phase, say something, send something, stop, let go. The engine and the phases use it.

`commands` and `cues` are what this step has come to so far.
"""

from __future__ import annotations

from typing import Final

from treadctl.coaching import wording
from treadctl.coaching.cues import Cue
from treadctl.engine.constants import COUNT, ECHO_S, SLOWING_AT_MOST, SPEED_WITHIN, STALE_S
from treadctl.engine.failsafe import Condition, Ladder, Level
from treadctl.engine.owed import OwedStop
from treadctl.engine.phases import ARMED, BELT_MAY_MOVE, Phase, Signal, follow
from treadctl.engine.run import Run
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import KINDS, Outcome
from treadctl.safety import Command, Stop
from treadctl.units import Speed

_CAUSES: Final = {
    Condition.CONTROL_LOST: Ending.TREADMILL_FAILED,
    Condition.START_REJECTED: Ending.TREADMILL_FAILED,
    Condition.UNIT_SLIP: Ending.SAFETY,
    Condition.WRONG_WAY_DECK: Ending.SAFETY,
    Condition.NOBODY: Ending.SAFETY,
}
"""What a session comes to after this. When nobody arms again after anything else, the runner stopped it."""
_HANDS_ONLY: Final = frozenset({Condition.CONTROL_LOST, Condition.START_REJECTED})
"""What takes the treadmill from our hands and says nothing of its belt: a Start that is out may yet come true."""


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
        self.speed_then = Speed(0)
        self.stop_was_spared = self.stopped_again = False
        """In this phase the link saw the belt still, and wrote no Stop; and what moved then was stopped."""
        self.was_armed = False
        self.owed: OwedStop | None = None
        """A Stop that there was no link for; while one looks at the belt for it, the phase is STOPPING."""
        self.resuming = self.rejected_told = False
        self.pause_told: Outcome | None = None
        """What became of a Pause that may have been heard: accepted, or unknown."""
        self.moving_frames = 0
        self.counted = 0
        self.started_at = self.start_comes_until = float("-inf")
        """When Start was sent, and until when it may yet come true; a Start that came true is history."""
        self.not_before = float("-inf")
        """The moment that was agreed on with others, before which the belt is not started."""
        self.start_told = False
        """Whether the treadmill has told of that Start."""
        self.start_is_history_from = float("inf")
        """Once it has also told of its end, by a Stop or a Pause, ours or anybody's: a start told after this is another one."""
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
        self.phase = phase
        self.armed, self.belt_may_move = phase in ARMED, phase in BELT_MAY_MOVE
        self._begin(now)
        if phase is Phase.OVER:
            self.ending = self.cause
            if self.ending is Ending.FINISHED:
                self.say(wording.finished())
            elif self.owed is not None:
                self.say(wording.stop_left())
        if phase is Phase.RUNNING:
            self.resuming, self.start_comes_until = False, float("-inf")

    def _begin(self, now: float) -> None:
        """What a phase counts from."""
        self.since, self.counting_since, self.counted, self.warned = now, now, 0, False
        self.stop_was_spared = self.stopped_again = False
        self.speed_then = self.run.sight.speed or Speed(0)
        slow_by = now + min(self.run.sight.speeds.most(), self.run.machine.fastest) / SLOWING_AT_MOST
        self.slow_by = max(self.slow_by, slow_by)  # what was seen of it over another link, or before a press, counts on

    def _whose_belt(self, phase: Phase, signal: Signal) -> None:
        """A belt that we set moving stays ours where nobody is armed, until it is still, or somebody else's."""
        if phase in BELT_MAY_MOVE:
            self.ours = True
        elif phase is Phase.OVER:
            unseen = self.phase is Phase.STOPPING and signal is Signal.GIVE_UP  # it was told to stop, and not seen to
            self.ours = unseen or self.owed is not None  # or could not be told: whoever watches over it goes on trying
        elif phase not in (Phase.UNLINKED, Phase.READY):
            self.ours = False

    @property
    def start_due(self) -> float:
        """When a countdown has counted: the whole of it, and not before the moment that was agreed on."""
        return max(self.since + COUNT, self.not_before)

    def count_again(self, now: float) -> None:
        """The countdown ended and nothing came of it: nobody is to be started long after "one"."""
        self.since, self.counted = now, 0

    def is_still(self, now: float) -> bool:
        """Whether the belt is seen still, and could be: some machines show the setpoint at once, and the belt takes its time."""
        return now >= self.slow_by and self.run.sight.still(now)

    def is_as_fast(self, now: float) -> bool:
        """Whether fresh telemetry shows the belt moving, as fast as when this phase began, or not slowing any more."""
        sight = self.run.sight
        lately = sight.speeds.lately()
        if not all(lately) or not sight.sees_belt(now, STALE_S):
            return False
        return sight.steady or all(shown >= self.speed_then - SPEED_WITHIN for shown in lately)

    def stop(self, cause: Ending, now: float) -> None:
        """Stop leaves in this very step, from every phase that has a link; a second press sends it again."""
        if self.phase is Phase.UNLINKED:
            self._stop_without_a_link(cause, now)
            return
        looked, self.owed = self.phase is Phase.STOPPING and self.owed is not None, None
        self.commands, self.rejected_told = [Stop()], False
        if looked:
            self.say(wording.stop_goes_now())
            self._begin(now)
        if self.phase not in (Phase.STOPPING, Phase.OVER):
            self.cause = cause
            self.say(wording.stopping())
        self.signal(Signal.STOP, now)

    def _stop_without_a_link(self, cause: Ending, now: float) -> None:
        """It waits for the link if the belt may be moving because of us. No press takes back an earlier one: each makes it new,
        and one long after the first ends the session and leaves the Stop to whoever watches over the belt."""
        if self.owed is None and not (self.was_armed or self.ours):
            self.cause = cause
            self.signal(Signal.STOP, now)
            return
        self.owed = (self.owed or OwedStop(cause, now, now)).pressed_again(now)
        if self.owed.is_given_up_by_a_press(now):
            self.cause = Ending.LINK_FAILED
            self.signal(Signal.STOP, now)
        else:
            self.ours = True
            self.say(wording.stop_waits())

    def link_gone(self, condition: Condition, cue: Cue, now: float) -> None:
        """Disarmed, and nothing can be sent; a Stop that was not seen done will be sent again."""
        if self.phase in (Phase.UNLINKED, Phase.OVER):
            return
        if self.phase is Phase.STOPPING:
            self.owed = self.owed or OwedStop(self.cause, now, now)
        self.cause = Ending.LINK_FAILED
        self.ladder.set(condition)
        self.say(cue)
        self.let_go(now)
        self.signal(Signal.UNLINKED, now)

    def link_back(self, now: float) -> None:
        """A link again; a Stop that waited for it comes first, to whatever moves: a belt that somebody started at the console
        meanwhile is stopped too, which is a nuisance and is told; one that is not stopped is an injury."""
        self.signal(Signal.LINKED, now)
        if now <= self.start_comes_until:
            self.run.sight.belt.may_start(self.started_at)
        self.ladder.clear(Condition.LINK_LOST)
        self.ladder.clear(Condition.CLOCK_JUMPED)
        if self.owed is not None:
            self.owed, self.cause = self.owed.looking(now), self.owed.cause
            self.signal(Signal.STOP, now)

    def look_first(self, owed: OwedStop, now: float) -> None:
        """A Stop that waited for the link leaves, unless telemetry shows zero and goes on until it proves the belt still."""
        if owed.must_leave(self.run.sight, now):
            self.stop(owed.cause, now)
        elif self.is_still(now):
            self.owed = None
            self.say(wording.stop_not_needed())
            self.signal(Signal.IS_STILL, now)

    def slept(self, seconds: float, now: float) -> None:
        """The computer slept; a Stop that waits for the link grew older meanwhile, and one that is too old is sent no more. One
        that was about to leave, or to see the belt still, leaves now: by the link that counts as lost and may live."""
        if self.owed is None or seconds <= 0:
            return
        self.owed = self.owed.grown_older(seconds)
        if self.owed.is_too_old(now):
            self.owed = None
            self.say(wording.stop_too_old())
        elif self.owed.looks_since is not None:
            self.commands = [Stop()]

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
        if self.phase is Phase.STARTING:
            self.moving_frames = 0
        self.signal(Signal.TAKEN_AWAY, now)
        self.ours = condition in _HANDS_ONLY and now <= self.start_comes_until

    def control_lost(self, now: float) -> None:
        """Whoever has it now; they are told to wait for as long as our own Start may come true, and be stopped for it."""
        may_come = now <= self.start_comes_until
        self.taken_away(Condition.CONTROL_LOST, wording.control_lost(may_come), now)

    def let_go(self, now: float) -> None:
        """Nothing of this step leaves but a Stop, and nothing that was sent counts any more."""
        dropped = {KINDS[type(command)] for command in self.commands if not isinstance(command, Stop)}
        self.commands = [command for command in self.commands if isinstance(command, Stop)]
        self.run.drive.ledger.not_sent(dropped)
        self.run.start_over(now)

    def level_deck(self, now: float) -> None:
        """Ask for level, unless that was done or failed too often."""
        if self.run.drive.level_not_asked(now):
            self.commands.append(self.run.drive.level(now))

    def moves_unasked(self, now: float) -> bool:
        """A belt that moves where we sent no Start was started at the console: then it has the belt."""
        if self.moving_frames < 2:
            return False
        if self.starts_after_all(now):
            return True
        self.taken_away(Condition.MOVES_UNASKED, wording.moves_unasked(), now)
        return True

    def starts_after_all(self, now: float) -> bool:
        """A belt that our own Start sets moving when nobody expects it any more is stopped; one that slows down is not that."""
        speed = self.run.sight.speed
        if now > self.start_comes_until or self.moving_frames < 2 or speed is None or speed < self.speed_then:
            return False
        self.say(wording.starts_after_all())
        self.stop(Ending.TREADMILL_FAILED, now)
        return True

    def stop_what_moves_now(self) -> None:
        """A link keeps a Stop from a belt that it sees still, and knows nothing of a Start before its time: what moves after that
        is told to stop again. Once, for the link repeats what it has written."""
        if self.moving_frames < 3 or not self.stop_was_spared or self.stopped_again:  # a link that watches does so at two
            return
        self.stopped_again = True
        self.say(wording.starts_after_all())
        self.commands = [Stop()]

    def told_started(self, now: float) -> None:
        """Some treadmills tell one start twice: accepted, and moving. The next one after its end was at the console, when nobody
        waits for ours."""
        if now > self.start_is_history_from and self.phase is not Phase.STARTING:
            self.started_at = self.start_comes_until = float("-inf")
        self.start_told = True

    def told_ended(self, is_ours: bool) -> None:
        """What was started is over, by a Stop or a Pause; one that was not told yet, or not twice, may still be on its way. Ours
        ends only what came true: to stop a belt that somebody just started is a nuisance, a paused one that starts an
        injury."""
        came_true = self.start_comes_until == float("-inf")
        if self.start_told and (came_true or not is_ours):
            self.start_is_history_from = min(self.start_is_history_from, self.started_at + ECHO_S)

    def start_is_off(self) -> None:
        """Our Start sets nothing moving, for it never left or the treadmill knows none; one that was told of since then may."""
        self.started_at = self.start_comes_until = float("-inf")
        if not self.start_told:
            self.run.sight.belt.start_called_off()

    def key_pulled(self) -> None:
        """Nothing that was started before the safety key was pulled comes true."""
        self.start_told, self.start_is_history_from = True, float("-inf")

    def stop_rejected(self) -> None:
        """Told once for each press, however often the link tries."""
        if not self.rejected_told:
            self.rejected_told = True
            self.say(wording.stop_rejected())

    def pause_failed(self, now: float) -> None:
        """The belt that was to pause does not, so it is stopped."""
        if not self.run.sight.still(now):
            self.say(wording.pause_failed())
            self.stop(Ending.TREADMILL_FAILED, now)
