"""How a lane begins: offer, "pain today?", "I'm ready", the count to T0, and one key: ARM. Pure.

ARM is pressed in COUNTING only, which only the runner's own READY leads to.
"""

from __future__ import annotations

from typing import Final

from treadctl.coaching.cues import CueKind
from treadctl.engine.phases import Phase
from treadctl.engine.words import Key
from treadctl.studio.clock_sync import COARSEST_S
from treadctl.studio.lane_reports import How
from treadctl.studio.lane_state import ARM_WITHIN_S, READY_S, LaneState
from treadctl.studio.lane_words import STALE_S, EasyPace, LaneKey, LanePhase, Prepare, Press, Seen, Turn
from treadctl.studio.messages import Offer, Reason, Start
from treadctl.studio.part import PACE_STEP
from treadctl.workout.errors import WorkoutError
from treadctl.workout.model import Workout

COUNT_S: Final = 10
"""The last seconds before a belt starts are counted aloud."""
ENGINE_COUNTS_S: Final = 3.0
"""The session counts the last three itself, once it is armed."""
ARMED_BEFORE_S: Final = ENGINE_COUNTS_S + 0.5
"""So long before T0 the lane arms it: half a second for a computer with many lanes to arm them all. The session is told T0, and
does not start before it. Ours."""
LEAST_NOTICE_S: Final = 4.0
"""A T0 that is nearer than this becomes a late start with a countdown of its own."""
DECK_LEVEL: Final = 10
"""No "I'm ready" on a deck that shows more than this (0.1 %): levelling it would make the start late."""
_STOPPED: Final = "this class was stopped; a new program begins the next"


class Beginning:
    """From an offer to an armed session, on one lane's state."""

    def __init__(self, state: LaneState) -> None:
        self._lane = state
        self._counted = COUNT_S + 1
        self._has_lapsed = False
        self._start: Start | None = None
        self._is_together = False

    @property
    def asks_about_pain(self) -> bool:
        """Whether the runner still has to be asked "pain today?"."""
        return self._lane.phase is LanePhase.OFFERED and self._lane.part.pain is None

    @property
    def finds_pace(self) -> bool:
        """Whether a guest may still set their easy pace: until the warm-up is over. Then their session's own keys are there."""
        lane = self._lane
        seen, started = lane.seen, lane.phase is LanePhase.STARTED
        may = lane.phase is LanePhase.OFFERED or (started and seen is not None and not seen.warmed_up)
        return lane.setting.guest and may

    # --- offer and ready ----------------------------------------------------------------------------------------------

    def offered(self, offer: Offer, now: float) -> None:
        """A program; nothing moves."""
        lane = self._lane
        if lane.phase in (LanePhase.COUNTING, LanePhase.STARTED):
            lane.answer(offer, now, "refused", Reason.BUSY)
            return
        if lane.was_stopped(offer.class_id):
            lane.answer(offer, now, "refused", Reason.NO_CLASS, _STOPPED)
            return
        try:
            lane.part.take(offer)
        except WorkoutError as error:
            lane.answer(offer, now, "refused", Reason.UNSUITABLE, str(error))
            return
        lane.unready(now, "called off", "there is another program")
        lane.new_class(offer.class_id)
        lane.t0 = None
        lane.belt.start_is_used()  # it was for something else
        lane.turn(Turn.OFFERED)
        lane.say(f"{offer.title}. Pain today, 0 to 10?" if self.asks_about_pain else offer.title)
        lane.prepare()
        lane.answer(offer, now, "done")

    def pain(self, level: int, now: float) -> None:
        """An answer that changes the program takes "I'm ready" back: it was said to another one."""
        lane = self._lane
        before, lane.part.pain = lane.part.is_level, level
        lane.belt.start_is_used()  # it was before the answer
        if before is not lane.part.is_level:
            lane.unready(now, "called off", "not ready any more")
            lane.say("your program has changed; press ready again")
        lane.prepare()

    def guest_pace(self, key: LaneKey) -> None:
        """A guest's easy pace, one step up or down; a session that runs says it itself."""
        lane = self._lane
        if not self.finds_pace or not lane.part.change_pace(PACE_STEP if key is LaneKey.QUICKER else -PACE_STEP):
            return
        easy = lane.part.runner.easy
        if lane.phase is LanePhase.STARTED:
            lane.wishes.append(EasyPace(easy))
        else:
            lane.say(f"easy pace {easy.text(lane.part.runner.unit)}")
            lane.prepare()

    def ready(self, how: How, now: float) -> None:
        """The runner says so, on the spot."""
        lane = self._lane
        if lane.phase is not LanePhase.OFFERED:
            return
        why_not = self.why_not_ready()
        if why_not:
            lane.say(why_not)
            return
        place = lane.part.place
        if place is not None and place.at(now) > -LEAST_NOTICE_S:
            self._is_late(how, now)
            return
        self._is_ready(how, now)
        if place is not None and place.t0 - now <= READY_S:
            self._count_to(place.t0, now, together=True)
        else:
            lane.say("ready: your belt starts when the coach starts the class")

    def why_not_ready(self) -> str:
        """Why "I'm ready" would not count now; empty when it would."""
        part, seen = self._lane.part, self._lane.seen
        if self._lane.is_stopped:
            return _STOPPED
        if part.pain is None:
            return "first: pain today, 0 to 10?"
        if seen is None or not seen.fresh or seen.phase is not Phase.READY:
            return "this treadmill is not ready yet"
        if seen.grade is not None and abs(seen.grade) > DECK_LEVEL:
            return f"the deck stands at {seen.grade}; bring it level at the console, then press ready again"
        if part.place is not None and part.place.is_held:
            return "the class pauses; press ready when it goes on"
        return ""

    def _look_at_the_console(self, now: float) -> None:
        """START on the treadmill's own console is "I'm ready" too, where telemetry proves it: in that moment, and not later."""
        lane = self._lane
        if lane.phase is LanePhase.OFFERED and lane.belt.started_at_console(now):
            lane.belt.start_is_used()
            self.ready("console", now)

    def saw(self, seen: Seen, stands: bool, now: float) -> None:
        """What the treadmill shows takes "I'm ready" back, if it was stopped there, in whatever way, or is out of sight."""
        self._look_whether_in_sight(now)
        if seen.takes_back or stands:
            self._lane.unready(now, "called off", "stopped at the treadmill; press ready again when you are")
        self._look_at_the_console(now)

    def _look_whether_in_sight(self, now: float) -> None:
        lane, seen = self._lane, self._lane.seen
        if seen is None or not seen.fresh or seen.phase is not Phase.READY or now - lane.belt.seen_at > STALE_S:
            lane.unready(now, "called off", "this treadmill is out of sight; press ready again when it is back")

    def _is_ready(self, how: How, now: float) -> None:
        lane = self._lane
        lane.is_ready(now)
        lane.report.ready(now, lane.class_id, lane.offer_id, ready=True, level=lane.goes_level(), how=how)

    def _is_late(self, how: How, now: float) -> None:
        """The class is on its way: a runner who comes now."""
        lane = self._lane
        left = lane.part.from_here(now + COUNT_S)
        if left is None:
            lane.say(Reason.TOO_LATE.value)
            return
        self._is_ready(how, now)
        self._join(left, now)

    def _join(self, left: Workout, now: float) -> None:
        """Who is ready gets a countdown of their own, and their own warm-up."""
        lane, starts_at = self._lane, now + COUNT_S
        lane.wishes.append(Prepare(left, lane.part.own_runner))
        lane.say("the class is on its way: you warm up first, then join it where it is")
        self._count_to(starts_at, now)

    # --- start --------------------------------------------------------------------------------------------------------

    def start(self, start: Start, now: float) -> None:
        """The class begins at T0; so does this lane, if its runner is ready."""
        lane = self._lane
        stopped = lane.was_stopped(start.class_id)
        if lane.part.offer is None or stopped:
            lane.answer(start, now, "refused", Reason.NO_CLASS, _STOPPED if stopped else "")
            return
        if lane.phase in (LanePhase.COUNTING, LanePhase.STARTED):
            lane.answer(start, now, "refused", Reason.BUSY)
            return
        bound_s = lane.clock.bound_s(now)
        if bound_s is None or bound_s > COARSEST_S:
            known = "not measured" if bound_s is None else f"known to {bound_s * 1000:.0f} ms, {COARSEST_S * 1000:.0f} needed"
            lane.answer(start, now, "refused", Reason.CLOCK_TOO_COARSE, known)
            return
        t0 = lane.clock.own_s(start.t0_ms / 1000, now)
        lane.part.begins(t0, start.place_s)
        self._start = start
        if lane.phase is not LanePhase.READY:
            lane.answer(start, now, "refused", Reason.NOT_READY)
        elif lane.ready_age(t0) > READY_S:
            lane.answer(start, now, "refused", Reason.NOT_READY, "ready lapses before the start")
        elif not start.place_s and t0 - now >= LEAST_NOTICE_S:
            self._count_to(t0, now, together=True)
            lane.answer(start, now, "done")
        else:
            self._start_late(start, now)

    def _start_late(self, start: Start, now: float) -> None:
        """A start that reached a ready runner too late to be counted: as for those who come late; ready has its old age."""
        lane = self._lane
        left = lane.part.from_here(now + COUNT_S)
        if left is None:
            lane.unready(now, "called off", Reason.TOO_LATE.value)
            lane.answer(start, now, "refused", Reason.TOO_LATE)
        elif lane.ready_age(now + COUNT_S) > READY_S:
            lane.answer(start, now, "refused", Reason.NOT_READY, "ready lapses before the start")
        else:
            self._join(left, now)
            lane.answer(start, now, "done", None, "late: through the runner's own warm-up")

    def _count_to(self, t0: float, now: float, *, together: bool = False) -> None:
        lane = self._lane
        self._is_together, lane.part.joined_late = together, not together
        lane.turn(Turn.COUNT)
        lane.t0, self._counted, self._has_lapsed = t0, COUNT_S + 1, False
        lane.belt.new_start(t0)
        lane.report.event(now, lane.class_id, "counting")

    # --- time ---------------------------------------------------------------------------------------------------------

    def time(self, now: float) -> None:
        """What time alone brings: "I'm ready" lapses, the count goes on, and what was not armed is called off."""
        lane = self._lane
        self._look_whether_in_sight(now)
        if lane.phase in (LanePhase.READY, LanePhase.COUNTING) and lane.ready_age(now) > READY_S:
            lane.unready(now, "ready lapsed", "ready has lapsed; press it again when you are there")
        elif lane.phase is LanePhase.COUNTING:
            self._count(now)
        elif lane.phase is LanePhase.STARTED:
            self._look_whether_it_starts(now)
            if now - lane.armed_at > ARM_WITHIN_S:
                self._look_whether_armed(now)

    def _place_t0_anew(self, now: float) -> None:
        """T0 is on the coach's clock, which the lane goes on measuring, and knows better and better."""
        lane, start = self._lane, self._start
        if self._is_together and start is not None and lane.clock.measures(start.coach):
            lane.t0 = lane.clock.own_s(start.t0_ms / 1000, now)
            lane.belt.new_start(lane.t0)

    def _count(self, now: float) -> None:
        lane = self._lane
        self._place_t0_anew(now)
        assert lane.t0 is not None
        left_s = lane.t0 - now
        whole = whole_seconds(left_s)
        if ENGINE_COUNTS_S < whole < self._counted and whole <= COUNT_S:
            lane.say(f"starting in {whole}" if self._counted > COUNT_S else str(whole), CueKind.CHANGE)
            self._counted = whole
        seen = lane.seen
        is_moving = seen is not None and bool(seen.speed)
        if left_s > (0 if is_moving else ARMED_BEFORE_S):
            return
        if left_s < ENGINE_COUNTS_S - ARM_WITHIN_S:
            lane.unready(now, "called off", "this treadmill was not ready to start")
        elif seen is not None and seen.fresh and seen.phase is Phase.READY and seen.arms and not lane.belt.halts:
            # where the belt is not known still yet, as after a gap in its telemetry, ARM would be refused: a moment later not
            lane.turn(Turn.ARMED)
            lane.belt.armed()
            lane.armed_at = now
            lane.wishes.append(Press(Key.ARM, lane.t0))

    def _look_whether_it_starts(self, now: float) -> None:
        """A deck that takes long to level starts nobody whose "I'm ready" has lapsed meanwhile; then they go on by a key."""
        lane = self._lane
        if self._has_lapsed or lane.belt.command_at is not None or lane.ready_age(now) <= READY_S:
            return
        self._has_lapsed = True
        if lane.seen is not None and lane.seen.phase in (Phase.LEVELLING, Phase.COUNTDOWN):
            lane.wishes.append(Press(Key.PAUSE))
            lane.say("ready has lapsed; go on with a key when you are there")

    def _look_whether_armed(self, now: float) -> None:
        """A session that would not be armed has said why; the lane goes back to where its runner can say "I'm ready" again.

        One that was, and lost its link on the way, is its runner's to arm again.
        """
        lane = self._lane
        if lane.seen is not None and lane.seen.phase is Phase.READY and lane.belt.command_at is None:
            lane.turn(Turn.UNREADY)
            lane.report.event(now, lane.class_id, "called off", "this treadmill could not be armed")


def whole_seconds(left_s: float) -> int:
    """The number that a countdown stands at: 3 until two seconds are left."""
    return max(0, -int(-left_s // 1))
