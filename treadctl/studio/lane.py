"""One lane of a class: from an offer over the runner's own "I'm ready" to a belt that starts at T0. Pure; `step` is all.

A coach's word becomes a key of the session, or nothing. ARM is pressed in COUNTING only, which only the runner's READY leads to.
The runner's program runs by itself from then on: a lane that loses its coach says so, and changes nothing else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, assert_never

from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.studio.accept import LEASE_S, Refusal
from treadctl.studio.clock_sync import COARSEST_S, ClockSync
from treadctl.studio.lane_belt import Belt
from treadctl.studio.lane_reports import How, Reporter, Result, What
from treadctl.studio.lane_words import (
    TABLE,
    EasyPace,
    LaneInput,
    LaneKey,
    LanePhase,
    LaneStep,
    LaneWish,
    Link,
    PainToday,
    Prepare,
    Press,
    Said,
    Seen,
    Turn,
    WalkNow,
)
from treadctl.studio.messages import NO_CLASS, Adjust, Command, Lease, Offer, Pause, Reason, Say, Start, Stop, Time, Walk
from treadctl.studio.part import PACE_STEP, Part, Setting
from treadctl.workout.errors import WorkoutError

READY_S: Final = 90.0
"""A runner's "I'm ready" lapses after this long: whoever walked away is not started. Ours."""
COUNT_S: Final = 10
"""The last seconds before a belt starts are counted aloud."""
ENGINE_COUNTS_S: Final = 3.0
"""The session counts the last three itself, once it is armed: so long before T0 the lane arms it."""
LEAST_NOTICE_S: Final = 4.0
"""A T0 that is nearer than this becomes a late start with a countdown of its own."""
ARM_WITHIN_S: Final = 5.0
"""A session that is not ready to be armed this long after its moment is called off: nobody is to be started by surprise. Ours."""
DECK_LEVEL: Final = 10
"""No "I'm ready" on a deck that shows more than this (0.1 %): levelling it would make the start late."""
SAY_GAP_S: Final = 2.0
"""A coach's lines come no faster than they can be heard. Ours."""
WAKE_S: Final = 0.25
FINE_WAKE_S: Final = 0.01
"""Near T0 a lane wants to be stepped this often."""


class Lane:
    """The state of one lane. `clock` measures the coach's clock; the shell feeds it the answers' times by `step`."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.clock = ClockSync()
        self.phase = LanePhase.WAITING
        self.class_id: str | None = None
        self._part = Part(setting)
        self._report = Reporter(setting.studio, setting.lane, setting.boot, self.clock)
        self._belt = Belt()
        self._ready_at = 0.0
        self._t0: float | None = None  # own clock
        self._armed_at = 0.0
        self._counted = COUNT_S + 1
        self._go_on_until = float("-inf")
        self._said_at = float("-inf")
        self._linked = False
        self._coach_heard: float | None = None
        self._answered: OrderedDict[str, tuple[Result, Reason | None, str]] = OrderedDict()
        self._wishes: list[LaneWish] = []
        self._said: list[str] = []

    # --- the shell's side ---------------------------------------------------------------------------------------------

    def step(self, now: float, happened: Iterable[LaneInput] = ()) -> LaneStep:
        """Take in what happened up to `now` (the lane's own clock, seconds), and what time alone brings."""
        self._wishes, self._said = [], []
        for one in happened:
            self._take(one, now)
        self._time(now)
        self._report.state(now, self.class_id, self.setting.name, self.shown_phase, self._belt, hears_coach=self.hears_coach)
        if self._linked:
            self._report.ping(now)
        return LaneStep(tuple(self._wishes), self._report.take(), tuple(self._said))

    def wakes_at(self, now: float) -> float:
        """When the next step is wanted at the latest."""
        wake = min(now + WAKE_S, max(now + FINE_WAKE_S, self.clock.next_at))
        if self._t0 is None or self.phase not in (LanePhase.COUNTING, LanePhase.STARTED) or now > self._t0 + 1:
            return wake
        marks = (self._t0 - ENGINE_COUNTS_S, self._t0)
        due = [mark for mark in marks if mark > now]
        near = now + FINE_WAKE_S if now >= self._t0 and self._belt.command_at is None else wake
        return min([wake, near, *due])

    @property
    def hears_coach(self) -> bool:
        """Whether a console was heard lately, over a broker that is there."""
        return self._linked and self._coach_heard is not None

    @property
    def shown_phase(self) -> str:
        """In words: the session's own phase, once it runs."""
        seen = self._belt.seen
        return seen.phase.value if self.phase is LanePhase.STARTED and seen is not None else self.phase.value

    @property
    def asks_about_pain(self) -> bool:
        """Whether the runner still has to be asked "pain today?"."""
        return self.phase is LanePhase.OFFERED and self._part.pain is None

    def may_go_on(self, now: float) -> bool:
        """Whether the coach offers to go on, and the belt stands."""
        seen = self._belt.seen
        paused = self.phase is LanePhase.STARTED and seen is not None and seen.phase is Phase.PAUSED
        return paused and now <= self._go_on_until

    @property
    def finds_pace(self) -> bool:
        """Whether a guest may still set their easy pace: until the warm-up is over. Then their session's own keys are there."""
        seen, started = self._belt.seen, self.phase is LanePhase.STARTED
        may = self.phase is LanePhase.OFFERED or (started and seen is not None and not seen.warmed_up)
        return self.setting.guest and may

    # --- what happened ------------------------------------------------------------------------------------------------

    def _take(self, happened: LaneInput, now: float) -> None:
        match happened:
            case Refusal():
                self._refused(happened, now)
            case Said(key=key, how=how):
                self._key(key, how, now)
            case PainToday(level=level):
                self._pain(level, now)
            case Seen():
                self._see(happened, now)
            case Link(up=up):
                self._link(up, now)
            case _:
                self._hear(happened, now)

    def _link(self, up: bool, now: float) -> None:
        if up and not self._linked:
            self._report.online(now)
        lost = self.hears_coach and not up
        self._linked = up
        if lost:
            self._lose_coach()

    def _refused(self, refusal: Refusal, now: float) -> None:
        before = self._answered.get(refusal.id or "")
        if refusal.reason is Reason.DUPLICATE and before is not None and refusal.id is not None:
            self._report.ack(now, self.class_id, refusal.id, *before)
        elif refusal.answer:
            self._report.refusal(now, self.class_id, refusal)

    def _answer(self, command: Command, now: float, result: Result, reason: Reason | None = None, text: str = "") -> None:
        self._answered[command.id] = result, reason, text
        if len(self._answered) > 1024:
            self._answered.popitem(last=False)
        self._report.ack(now, self.class_id, command.id, result, reason, text)

    def _hear(self, command: Command, now: float) -> None:
        if self._coach_heard is None and self.phase is not LanePhase.WAITING:
            self._said.append("the coach is back")
            self._report.event(now, self.class_id, "coach back")
        self._coach_heard = now
        match command:
            case Time():
                self.clock.heard(command, now)
            case Lease(held=held):
                if not held:
                    self._lose_coach()
            case Offer():
                self._offered(command, now)
            case Start():
                self._start(command, now)
            case Stop():
                self._stop(command, now)
            case Walk():
                self._walk(command, now)
            case Pause():
                self._pause(command, now)
            case Adjust():
                self._adjust(command, now)
            case Say():
                self._say(command, now)
            case _:
                assert_never(command)

    # --- offer, ready, start ------------------------------------------------------------------------------------------

    def _offered(self, offer: Offer, now: float) -> None:
        if self.phase in (LanePhase.COUNTING, LanePhase.STARTED):
            self._answer(offer, now, "refused", Reason.BUSY)
            return
        try:
            self._part.take(offer)
        except WorkoutError as error:
            self._answer(offer, now, "refused", Reason.UNSUITABLE, str(error))
            return
        self._unready(now, "called off", "there is another program")
        self.class_id, self._t0 = offer.class_id, None
        self._turn(Turn.OFFERED)
        self._said.append(f"{offer.title}. Pain today, 0 to 10?" if self.asks_about_pain else offer.title)
        self._prepare()
        self._answer(offer, now, "done")

    def _prepare(self) -> None:
        own = self._part.own()
        if own is not None and self.phase is LanePhase.OFFERED:
            self._wishes.append(Prepare(own, self._part.runner))

    def _pain(self, level: int, now: float) -> None:
        """An answer that changes the program takes "I'm ready" back: it was said to another one."""
        was_level, self._part.pain = self._part.is_level, level
        if was_level is not self._part.is_level:
            self._unready(now, "called off", "your program has changed; press ready again")
        self._prepare()

    def _key(self, key: LaneKey, how: How, now: float) -> None:
        match key:
            case LaneKey.READY:
                self._ready(how, now)
            case LaneKey.NOT_READY:
                self._unready(now, "called off", "not ready any more")
            case LaneKey.GO_ON:
                self._go_on(now)
            case LaneKey.QUICKER | LaneKey.GENTLER:
                self._guest_pace(key)
            case _:
                assert_never(key)

    def _ready(self, how: How, now: float) -> None:
        if self.phase is not LanePhase.OFFERED:
            return
        why_not = self._why_not_ready()
        if why_not:
            self._said.append(why_not)
            return
        place = self._part.place
        if place is not None and place.at(now) > -LEAST_NOTICE_S:
            self._join_late(how, now)
            return
        self._is_ready(how, now)
        if place is not None and place.t0 - now <= READY_S:
            self._count_to(place.t0, now)
        else:
            self._said.append("ready: your belt starts when the coach starts the class")

    def _why_not_ready(self) -> str:
        seen = self._belt.seen
        if self._part.pain is None:
            return "first: pain today, 0 to 10?"
        if seen is None or not seen.fresh or seen.phase is not Phase.READY:
            return "this treadmill is not ready yet"
        if seen.grade is not None and abs(seen.grade) > DECK_LEVEL:
            return f"the deck stands at {seen.grade}; bring it level at the console, then press ready again"
        if self._part.place is not None and self._part.place.is_held:
            return "the class pauses; press ready when it goes on"
        return ""

    def _is_ready(self, how: How, now: float) -> None:
        self._turn(Turn.READY)
        self._ready_at = now
        self._report.ready(now, self.class_id, self._offer_id, ready=True, level=self._part.is_level, how=how)

    def _join_late(self, how: How, now: float) -> None:
        """The class is on its way: a runner who comes now gets a countdown of their own, and their own warm-up."""
        starts_at = now + COUNT_S
        left = self._part.from_here(starts_at)
        if left is None:
            self._said.append(Reason.TOO_LATE.value)
            return
        self._wishes.append(Prepare(left, self._part.runner))
        self._is_ready(how, now)
        self._said.append("the class is on its way: you warm up first, then join it where it is")
        self._count_to(starts_at, now)

    def _start(self, start: Start, now: float) -> None:
        if self._part.offer is None:
            self._answer(start, now, "refused", Reason.NO_CLASS)
            return
        if self.phase in (LanePhase.COUNTING, LanePhase.STARTED):
            self._answer(start, now, "refused", Reason.BUSY)
            return
        bound_s = self.clock.bound_s(now)
        if bound_s is None or bound_s > COARSEST_S:
            known = "not measured" if bound_s is None else f"known to {bound_s * 1000:.0f} ms, {COARSEST_S * 1000:.0f} needed"
            self._answer(start, now, "refused", Reason.CLOCK_TOO_COARSE, known)
            return
        t0 = self.clock.own_s(start.t0_ms / 1000, now)
        self._part.begins(t0, start.place_s)
        if self.phase is not LanePhase.READY:
            self._answer(start, now, "refused", Reason.NOT_READY)
        elif t0 - self._ready_at > READY_S:
            self._answer(start, now, "refused", Reason.NOT_READY, "ready lapses before the start")
        elif not start.place_s and t0 - now >= LEAST_NOTICE_S:
            self._count_to(t0, now)
            self._answer(start, now, "done")
        else:
            self._start_late(start, now)

    def _start_late(self, start: Start, now: float) -> None:
        """A start that reached a ready runner too late to be counted: through the door of those who come late."""
        self._turn(Turn.UNREADY)
        self._join_late("key", now)
        if self.phase is LanePhase.COUNTING:
            self._answer(start, now, "done", None, "late: through the runner's own warm-up")
        else:
            self._answer(start, now, "refused", Reason.TOO_LATE)

    def _count_to(self, t0: float, now: float) -> None:
        self._turn(Turn.COUNT)
        self._t0, self._counted = t0, COUNT_S + 1
        self._belt.new_start(t0)
        self._report.event(now, self.class_id, "counting")

    # --- while it runs ------------------------------------------------------------------------------------------------

    def _stop(self, stop: Stop, now: float) -> None:
        self._unready(now, "called off", "the coach called the start off")
        self._part.place, self._go_on_until = None, float("-inf")
        if self._belt.seen is not None and (self.phase is LanePhase.STARTED or self._belt.shown(now) != "still"):
            self._wishes.append(Press(Key.STOP))
            self._said.append("the coach stops the class")
        self._answer(stop, now, "done", None, f"belt {self._belt.shown(now)}")

    def _walk(self, walk: Walk, now: float) -> None:
        self._part.called_off(now)
        if self.phase is LanePhase.STARTED:
            self._wishes.append(WalkNow())
            self._said.append("the coach asks everybody to walk")
            self._answer(walk, now, "done")
        elif self.phase is LanePhase.COUNTING:
            self._unready(now, "called off", "the coach called the start off")
            self._answer(walk, now, "done", None, "start called off")
        else:
            self._answer(walk, now, "refused", Reason.NOT_RUNNING)

    def _pause(self, pause: Pause, now: float) -> None:
        self._part.moves_on(pause, now)
        if pause.what == "resume":
            self._offer_to_go_on(pause, now)
        elif self.phase is LanePhase.COUNTING:
            self._unready(now, "called off", "the coach called the start off")
            self._answer(pause, now, "done", None, "start called off")
        elif self.phase is LanePhase.STARTED:
            self._wishes.append(Press(Key.PAUSE))
            self._said.append("the coach pauses the class")
            self._answer(pause, now, "done")
        else:
            self._answer(pause, now, "refused", Reason.NOT_RUNNING)

    def _offer_to_go_on(self, pause: Pause, now: float) -> None:
        seen = self._belt.seen
        if self.phase is LanePhase.STARTED and seen is not None and seen.phase in (Phase.PAUSING, Phase.PAUSED):
            self._go_on_until = now + READY_S
            self._said.append("the coach offers to go on: press go on when you are ready")
            self._answer(pause, now, "offered")
        else:
            self._answer(pause, now, "refused", Reason.NOT_RUNNING)

    def _go_on(self, now: float) -> None:
        if self.may_go_on(now):
            self._go_on_until = float("-inf")
            self._wishes.append(Press(Key.RESUME))

    def _adjust(self, adjust: Adjust, now: float) -> None:
        self._part.moves_on(adjust, now)
        seen = self._belt.seen
        if self.phase is not LanePhase.STARTED or seen is None or seen.phase is not Phase.RUNNING:
            self._answer(adjust, now, "refused", Reason.NOT_RUNNING)
            return
        self._wishes.append(Press(_ADJUSTS[adjust.what]))
        self._answer(adjust, now, "done")

    def _say(self, say: Say, now: float) -> None:
        if now - self._said_at < SAY_GAP_S:
            self._answer(say, now, "refused", Reason.TOO_OFTEN)
            return
        self._said_at = now
        self._said.append(say.text)
        self._answer(say, now, "done")

    def _guest_pace(self, key: LaneKey) -> None:
        """A guest's easy pace, one step up or down; a session that runs says it itself."""
        if not self.finds_pace or not self._part.change_pace(PACE_STEP if key is LaneKey.QUICKER else -PACE_STEP):
            return
        easy = self._part.runner.easy
        if self.phase is LanePhase.STARTED:
            self._wishes.append(EasyPace(easy))
        else:
            self._said.append(f"easy pace {easy.text(self._part.runner.unit)}")
            self._prepare()

    # --- what the treadmill shows, and time ------------------------------------------------------------------------------

    def _see(self, seen: Seen, now: float) -> None:
        before = self._belt.seen
        for happening in self._belt.see(seen, now):
            self._report.belt(now, self.class_id, happening)
        if self.phase is LanePhase.OFFERED and self._belt.started_at_console(now) and not self._why_not_ready():
            self._ready("console", now)
        if self.phase is not LanePhase.STARTED or before is None or before.phase is seen.phase:
            return
        if seen.ending is not None:
            self._turn(Turn.ENDED)
            self._report.event(now, self.class_id, "ended", seen.ending.value)
        elif seen.phase is Phase.PAUSED:
            self._report.event(now, self.class_id, "paused")
        elif seen.phase in (Phase.HANDS_OFF, Phase.UNLINKED):
            self._report.event(now, self.class_id, "hands off", seen.phase.value)

    def _time(self, now: float) -> None:
        if self._coach_heard is not None and now - self._coach_heard > LEASE_S:
            self._lose_coach()
        if self.phase in (LanePhase.READY, LanePhase.COUNTING) and now - self._ready_at > READY_S:
            self._unready(now, "ready lapsed", "ready has lapsed; press it again when you are there")
        elif self.phase is LanePhase.COUNTING:
            self._count(now)
        elif self.phase is LanePhase.STARTED and now - self._armed_at > ARM_WITHIN_S:
            self._look_whether_armed(now)

    def _look_whether_armed(self, now: float) -> None:
        """A session that would not be armed has said why; the lane goes back to where its runner can say "I'm ready" again.

        One that was, and lost its link on the way, is its runner's to arm again.
        """
        seen = self._belt.seen
        if seen is not None and seen.phase is Phase.READY and self._belt.command_at is None:
            self._turn(Turn.UNREADY)
            self._report.event(now, self.class_id, "called off", "this treadmill could not be armed")

    def _lose_coach(self) -> None:
        self._coach_heard = None
        self.clock.forget()
        if self.phase is not LanePhase.WAITING:
            self._said.append("coach offline: your program goes on, and your keys are yours")

    def _count(self, now: float) -> None:
        assert self._t0 is not None
        left_s = self._t0 - now
        whole = max(0, -int(-left_s // 1))
        if ENGINE_COUNTS_S < whole < self._counted and whole <= COUNT_S:
            self._said.append(f"starting in {whole}" if self._counted > COUNT_S else str(whole))
            self._counted = whole
        seen = self._belt.seen
        is_moving = seen is not None and bool(seen.speed)
        if left_s > (0 if is_moving else ENGINE_COUNTS_S):
            return
        if seen is not None and seen.fresh and seen.phase is Phase.READY:
            self._turn(Turn.ARMED)
            self._belt.armed()
            self._armed_at = now
            self._wishes.append(Press(Key.ARM))
        elif left_s < ENGINE_COUNTS_S - ARM_WITHIN_S:
            self._unready(now, "called off", "this treadmill was not ready to start")

    def _unready(self, now: float, what: What, text: str) -> None:
        if self.phase not in (LanePhase.READY, LanePhase.COUNTING):
            return
        self._turn(Turn.UNREADY)
        self._t0 = None
        self._said.append(text)
        self._report.ready(now, self.class_id, self._offer_id, ready=False)
        self._report.event(now, self.class_id, what, text)

    @property
    def _offer_id(self) -> str:
        return self._part.offer.id if self._part.offer is not None else NO_CLASS

    def _turn(self, turn: Turn) -> None:
        self.phase = TABLE[self.phase].get(turn, self.phase)


_ADJUSTS: Final = {"next": Key.SKIP, "extend": Key.EXTEND, "flatter": Key.FLATTER, "slower": Key.SLOWER}
