"""One lane of a class: from an offer over the runner's own "I'm ready" to a belt that starts at T0. Pure; `step` is all.

A coach's word becomes a key of the session, or nothing: `lane_start` leads to ARM, `lane_orders` is what comes after it.
The runner's program runs by itself from then on: a lane that loses its coach says so, and changes nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, assert_never

from treadctl.coaching.cues import CueKind
from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.words import ClockJumped, Key
from treadctl.studio.accept import LEASE_S, Refusal
from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.collector import CLEAR_OF_T0_S, HELD_AFTER_S, HELD_BEFORE_S
from treadctl.studio.lane_belt import Stands
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_orders import Orders
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_start import ARMED_BEFORE_S, Beginning
from treadctl.studio.lane_state import READY_S, LaneState
from treadctl.studio.lane_words import (
    Broken,
    Called,
    LaneInput,
    LaneKey,
    LanePhase,
    LaneStep,
    Link,
    PainToday,
    Press,
    Said,
    Seen,
    Turn,
)
from treadctl.studio.messages import Adjust, Command, Lease, Offer, Pause, Say, Start, Stop, Time, Walk
from treadctl.studio.part import Setting

WAKE_S: Final = 0.25
SOONEST_S: Final = 0.01
"""A lane whose next question for the time is overdue is stepped no sooner than this."""
SAID_S: Final = 12.0
"""What a runner was told stands in the lane's state for so long: as long as on their screen. Ours."""


class Lane:
    """One lane. The shell feeds it all that happens, and measures the coach's clock with it, by `step`."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self._state = LaneState(setting)
        self._beginning = Beginning(self._state)
        self._orders = Orders(self._state)
        self._linked = False
        self._coach_heard: float | None = None
        self._told = ""
        self._told_at = float("-inf")
        self._decline_s = 0.0

    # --- the shell's side ---------------------------------------------------------------------------------------------

    def step(self, now: float, happened: Iterable[LaneInput] = ()) -> LaneStep:
        """Take in what happened up to `now` (the lane's own clock, seconds), and what time alone brings."""
        state = self._state
        state.wishes, state.said = [], []
        for one in happened:
            self._take(one, now)
        if self._coach_heard is not None and now - self._coach_heard > LEASE_S:
            self._lose_coach()
        self._beginning.time(now)
        self._orders.time(now)
        for cue in state.said:
            if cue.kind is CueKind.CHANGE or cue.detail:  # the count, and the coach's own lines
                self._remember(cue.words, now)
        told = self._told if now - self._told_at <= SAID_S else ""
        name, shown = state.name, self.shown_phase
        state.report.state(now, state.class_id, name, shown, state.belt, hears_coach=self.hears_coach, said=told)
        if self._linked:
            state.report.ping(now)
        return LaneStep(tuple(state.wishes), state.report.take(), tuple(state.said))

    def wakes_at(self, now: float) -> float:
        """When the next step is wanted at the latest."""
        state = self._state
        wake = min(now + WAKE_S, max(now + SOONEST_S, state.clock.next_at))
        if state.t0 is not None and state.phase is LanePhase.STARTED and abs(wake - state.t0) < CLEAR_OF_T0_S:
            return state.t0 + CLEAR_OF_T0_S
        if state.t0 is None or state.phase is not LanePhase.COUNTING:
            return wake
        return min([wake, *(mark for mark in (state.t0 - ARMED_BEFORE_S, state.t0) if mark > now)])

    @property
    def phase(self) -> LanePhase:
        """Where the lane is in a class."""
        return self._state.phase

    @property
    def class_id(self) -> str | None:
        """The class it has taken part in last."""
        return self._state.class_id

    @property
    def clock(self) -> ClockSync:
        """What it knows of the coach's clock."""
        return self._state.clock

    def is_near_t0(self, now: float) -> bool:
        """Whether its belt is about to be started together with others, or just was."""
        t0 = self._state.t0
        if t0 is None or self.phase not in (LanePhase.COUNTING, LanePhase.STARTED):
            return False
        return -HELD_AFTER_S <= t0 - now <= HELD_BEFORE_S

    @property
    def hears_coach(self) -> bool:
        """Whether a console was heard lately, over a broker that is there."""
        return self._linked and self._coach_heard is not None

    @property
    def shown_phase(self) -> str:
        """In words: the session's own phase, once it runs."""
        seen, phase = self._state.seen, self.phase
        return seen.phase.value if phase is LanePhase.STARTED and seen is not None else phase.value

    @property
    def asks_about_pain(self) -> bool:
        """Whether the runner still has to be asked "pain today?"."""
        return self._beginning.asks_about_pain

    @property
    def finds_pace(self) -> bool:
        """Whether a guest may still set their easy pace."""
        return self._beginning.finds_pace

    def may_go_on(self, now: float) -> bool:
        """Whether the coach offers to go on, and the belt stands."""
        return self._orders.may_go_on(now)

    def look(self, now: float) -> Look:
        """What a screen beside this lane shows of the class."""
        state, part = self._state, self._state.part
        return Look(
            lane=self.setting.lane,
            phase=state.phase,
            name=state.name or "",
            runner=part.runner,
            title=part.offer.title if part.offer is not None else "",
            asks_about_pain=self.asks_about_pain,
            level=state.goes_level(),
            why_not=self._beginning.why_not_ready() if state.phase is LanePhase.OFFERED else "",
            ready_for_s=READY_S - state.ready_age(now) if state.phase is LanePhase.READY else None,
            starts_in_s=state.t0 - now if state.t0 is not None and state.phase is LanePhase.COUNTING else None,
            class_s=part.place.at(now) if part.place is not None else None,
            class_pauses=part.place is not None and part.place.is_held,
            may_go_on=self.may_go_on(now),
            finds_pace=self.finds_pace,
            broker=self._linked,
            coach=self.hears_coach,
        )

    def by_the_wall(self, ahead_s: float) -> None:
        """How far the wall clock is ahead of the lane's own: what that grows by, this computer slept."""
        self._state.wall_ahead_s = ahead_s

    def call_off(self, now: float) -> None:
        """Nobody is started: something here failed."""
        self._state.unready(now, "called off", "something failed here; press ready again when you are")

    # --- what happened ------------------------------------------------------------------------------------------------

    def _take(self, happened: LaneInput, now: float) -> None:
        match happened:
            case Refusal():
                self._state.refused(happened, now)
            case Said(key=key, how=how):
                self._key(key, how, now)
            case PainToday(level=level):
                self._beginning.pain(level, now)
            case Called(name=name):
                self._state.call(name)
            case Seen():
                self._see(happened, now)
            case Broken():
                self.call_off(now)
                if self.phase is LanePhase.STARTED:
                    self._end("the session failed; its belt was told to stop", now)
            case ClockJumped():
                self._state.unready(now, "called off", "this computer slept; press ready again when you are")
                self.clock.forget()
            case Link(up=up):
                self._link(up, now)
            case _:
                self._hear(happened, now)

    def _link(self, up: bool, now: float) -> None:
        if up and not self._linked:
            self._state.report.online(now)
        lost = self.hears_coach and not up
        self._linked = up
        if lost:
            self._lose_coach()

    def _hear(self, command: Command, now: float) -> None:
        if self._coach_heard is None and self.phase is not LanePhase.WAITING:
            self._state.say("the coach is back")
            self._state.report.event(now, self.class_id, "coach back")
        self._coach_heard = now
        match command:
            case Time():
                self.clock.heard(command, now)
            case Lease(held=held):
                if not held:
                    self._lose_coach()
            case Offer():
                before = self._state.class_id
                self._beginning.offered(command, now)
                if self._state.class_id != before:
                    self._orders.another_class()
            case Start():
                self._beginning.start(command, now)
            case Stop():
                self._orders.stop(command, now)
            case Walk():
                self._orders.walk(command, now)
            case Pause():
                self._orders.pause(command, now)
            case Adjust():
                self._orders.adjust(command, now)
            case Say():
                self._orders.say(command, now)
            case _:
                assert_never(command)

    def _key(self, key: LaneKey, how: How, now: float) -> None:
        match key:
            case LaneKey.READY:
                self._beginning.ready(how, now)
            case LaneKey.NOT_READY if self.phase is LanePhase.STARTED:
                self._state.wishes.append(Press(Key.PAUSE))  # said after three
            case LaneKey.NOT_READY:
                self._state.unready(now, "called off", "not ready any more")
            case LaneKey.GO_ON:
                self._orders.go_on(now)
            case LaneKey.QUICKER | LaneKey.GENTLER:
                self._beginning.guest_pace(key)
            case _:
                assert_never(key)

    def _see(self, seen: Seen, now: float) -> None:
        """What the treadmill shows."""
        state, before = self._state, self._state.seen
        happened = state.belt.see(seen, now)
        for happening in happened:
            state.report.belt(now, state.class_id, happening)
        self._beginning.saw(seen, any(isinstance(happening, Stands) for happening in happened), now)
        if state.phase is not LanePhase.STARTED:
            return
        self._remember(seen.said, now)
        self._decline_s = max(self._decline_s, seen.decline_s)  # a session that is lost shows none any more
        if seen.ending is not None:
            self._end(seen.ending.value, now)
        elif before is None or before.phase is seen.phase:
            return
        elif before.phase is Phase.READY and seen.phase in ARMED and seen.takes_back:
            state.wishes.append(Press(Key.PAUSE))  # the session was armed in the very step in which it was stopped
        elif seen.phase is Phase.PAUSED:
            state.report.event(now, state.class_id, "paused")
        elif seen.phase in (Phase.HANDS_OFF, Phase.UNLINKED):
            state.report.event(now, state.class_id, "hands off", seen.phase.value)

    def _end(self, how: str, now: float) -> None:
        self._state.part.done_s += self._decline_s
        self._decline_s = 0.0
        self._state.turn(Turn.ENDED)
        self._state.report.event(now, self._state.class_id, "ended", how)

    def _remember(self, words: str, now: float) -> None:
        if words:
            self._told, self._told_at = words, now

    def _lose_coach(self) -> None:
        self._coach_heard = None
        self.clock.forget()
        if self.phase is not LanePhase.WAITING:
            self._state.say("coach offline: your program goes on, and your keys are yours")
