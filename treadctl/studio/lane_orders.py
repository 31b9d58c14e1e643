"""What a coach can ask of a lane that runs, each order become a key of its session, or a refusal with its reason. Pure.

Milder is done at once; whatever makes a belt move again is an offer that the runner accepts on the spot.
"""

from __future__ import annotations

from typing import Final

from treadctl.coaching.cues import COACH_GAP_S, from_coach
from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.words import Key
from treadctl.studio.lane_state import ARM_WITHIN_S, READY_S, LaneState
from treadctl.studio.lane_words import LanePhase, Press, WalkNow
from treadctl.studio.messages import ALL, Adjust, Pause, Reason, Say, Stop, Walk

_ADJUSTS: Final = {"next": Key.SKIP, "extend": Key.EXTEND, "flatter": Key.FLATTER, "slower": Key.SLOWER}
_OF_THE_STEP: Final = ("next", "extend")
_CALLED_OFF: Final = "the coach called the start off"
ABOUT_TO_MOVE_S: Final = 10.0
"""So long after STOP ALL a belt that stood is stopped if it moves: somebody may have pressed START at its console, and a
link watches as long for a belt that its Stop has restarted. Ours."""


class Orders:
    """Stop, walk, pause, adjust, say, on one lane's state."""

    def __init__(self, state: LaneState) -> None:
        self._lane = state
        self._go_on_until = self._stops_until = float("-inf")
        self._said_at: float | None = None

    def time(self, now: float) -> None:
        """A belt that stood when everybody was stopped, and moves after all, was about to."""
        lane = self._lane
        if now <= self._stops_until and lane.phase is not LanePhase.STARTED and lane.belt.shown(now) == "moving":
            self._stops_until = float("-inf")
            lane.wishes.append(Press(Key.STOP))
            lane.say("the coach stops the class")

    def may_go_on(self, now: float) -> bool:
        """Whether the coach offers to go on, and the belt stands."""
        lane = self._lane
        paused = lane.phase is LanePhase.STARTED and lane.seen is not None and lane.seen.phase is Phase.PAUSED
        return paused and now <= self._go_on_until

    def go_on(self, now: float) -> None:
        """The runner accepts."""
        if self.may_go_on(now):
            self._go_on_until = float("-inf")
            self._lane.wishes.append(Press(Key.RESUME))

    def another_class(self) -> None:
        """Whoever starts a belt from here on does so for that one."""
        self._stops_until = float("-inf")

    def stop(self, stop: Stop, now: float) -> None:
        """Stop the belt, and forget the start: none of this class counts any more, however late it comes."""
        lane = self._lane
        lane.stop(lane.class_id, stop.class_id)
        lane.unready(now, "called off", _CALLED_OFF)
        lane.part.place, self._go_on_until = None, float("-inf")
        if lane.phase is LanePhase.STARTED or lane.belt.shown(now) != "still":
            lane.wishes.append(Press(Key.STOP))
            lane.say("the coach stops the class")
        if lane.phase is not LanePhase.STARTED and lane.belt.shown(now) != "moving":
            self._stops_until = now + ABOUT_TO_MOVE_S
        lane.answer(stop, now, "done", None, f"belt {lane.belt.shown(now)}")

    def walk(self, walk: Walk, now: float) -> None:
        """Level, and walking pace."""
        lane = self._lane
        lane.part.called_off(now)
        if lane.phase is LanePhase.STARTED:
            lane.wishes.append(WalkNow())
            lane.say("the coach asks everybody to walk")
            self._answer(walk, now)
        elif lane.phase is LanePhase.COUNTING:
            lane.unready(now, "called off", _CALLED_OFF)
            lane.answer(walk, now, "done", None, "start called off")
        else:
            lane.answer(walk, now, "refused", Reason.NOT_RUNNING)

    def pause(self, pause: Pause, now: float) -> None:
        """Pause, or an offer to go on."""
        lane = self._lane
        lane.part.moves_on(pause, now)
        if pause.what == "resume":
            self._offer_to_go_on(pause, now)
        elif lane.phase is LanePhase.COUNTING:
            lane.unready(now, "called off", _CALLED_OFF)
            lane.answer(pause, now, "done", None, "start called off")
        elif lane.phase is LanePhase.STARTED:
            self._go_on_until = float("-inf")
            lane.wishes.append(Press(Key.PAUSE))
            lane.say("the coach pauses the class")
            self._answer(pause, now)
        else:
            lane.answer(pause, now, "refused", Reason.NOT_RUNNING)

    def _answer(self, order: Walk | Pause, now: float) -> None:
        """Whether the session is one that does it: with its link lost, or in other hands, the belt goes on as it was."""
        lane, seen = self._lane, self._lane.seen
        phase = Phase.UNLINKED if seen is None else seen.phase
        is_arming = phase is Phase.READY and now - lane.armed_at <= ARM_WITHIN_S and lane.belt.command_at is None
        if phase in ARMED or is_arming:
            lane.answer(order, now, "done", None, "" if phase is Phase.RUNNING else phase.value)
        else:
            lane.answer(order, now, "refused", Reason.NOT_RUNNING, f"{phase.value}; belt {lane.belt.shown(now)}")

    def _offer_to_go_on(self, pause: Pause, now: float) -> None:
        lane = self._lane
        if lane.phase is LanePhase.STARTED and lane.seen is not None and lane.seen.phase in (Phase.PAUSING, Phase.PAUSED):
            self._go_on_until = now + READY_S
            lane.say("the coach offers to go on: press go on when you are ready")
            lane.answer(pause, now, "offered")
        else:
            lane.answer(pause, now, "refused", Reason.NOT_RUNNING)

    def adjust(self, adjust: Adjust, now: float) -> None:
        """Next step, longer step, easier."""
        lane = self._lane
        lane.part.moves_on(adjust, now)
        if lane.phase is not LanePhase.STARTED or lane.seen is None or lane.seen.phase is not Phase.RUNNING:
            lane.answer(adjust, now, "refused", Reason.NOT_RUNNING)
            return
        if adjust.what in _OF_THE_STEP and adjust.lanes == ALL and lane.part.joined_late and not lane.seen.warmed_up:
            lane.answer(adjust, now, "done", None, "warms up first")  # the class's step is not theirs yet
            return
        lane.wishes.append(Press(_ADJUSTS[adjust.what]))
        lane.answer(adjust, now, "done")

    def say(self, say: Say, now: float) -> None:
        """A coach's own line, as a cue like any other: it waits for safety, and for what belt and deck do."""
        lane = self._lane
        cue = from_coach(say.text, now, self._said_at)
        if cue is not None:
            self._said_at = now
            lane.said.append(cue)
            lane.answer(say, now, "done", None, cue.words)
        elif self._said_at is not None and now - self._said_at < COACH_GAP_S:
            left_s = COACH_GAP_S - (now - self._said_at)
            lane.answer(say, now, "refused", Reason.TOO_OFTEN, f"one in {COACH_GAP_S:.0f} s; wait {left_s:.0f} s")
        else:
            lane.answer(say, now, "refused", Reason.MALFORMED, "nothing to say")
