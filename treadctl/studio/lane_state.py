"""What all parts of one lane hold in common: phase, program, belt, and the pen they write with. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque
from typing import Final

from treadctl.coaching.cues import Cue, CueKind
from treadctl.studio.accept import Refusal
from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.lane_belt import Belt
from treadctl.studio.lane_reports import Reporter, Result, What
from treadctl.studio.lane_words import TABLE, LanePhase, LaneWish, Prepare, Seen, Turn
from treadctl.studio.messages import NO_CLASS, Command, Reason
from treadctl.studio.part import Part, Setting

READY_S: Final = 90.0
"""A runner's "I'm ready" lapses after this long: whoever walked away is not started. Ours."""
ARM_WITHIN_S: Final = 5.0
"""A session that is not ready to be armed this long after its moment is called off: nobody is to be started by surprise. Ours."""
_MOST_ANSWERS: Final = 1024
_MOST_STOPPED: Final = 64


class LaneState:
    """One lane's state. `t0` is on its own clock; wishes, words and reports are those of the step that is being taken."""

    def __init__(self, setting: Setting) -> None:
        self.setting = setting
        self.name = setting.name
        self._named_in: str | None = None
        self.clock = ClockSync()
        self.phase = LanePhase.WAITING
        self.class_id: str | None = None
        self.part = Part(setting)
        self.report = Reporter(setting.studio, setting.lane, setting.boot, self.clock)
        self.belt = Belt()
        self.ready_at = self.armed_at = 0.0
        self.wall_ahead_s = self._ready_ahead_s = 0.0
        self.t0: float | None = None
        self._stopped: deque[str] = deque(maxlen=_MOST_STOPPED)
        self.wishes: list[LaneWish] = []
        self.said: list[Cue] = []
        self._answered: OrderedDict[str, tuple[Result, Reason | None, str]] = OrderedDict()

    @property
    def is_stopped(self) -> bool:
        """Whether the class it takes part in was ended by a Stop."""
        return self.was_stopped(self.class_id)

    def was_stopped(self, class_id: str | None) -> bool:
        """Whether a Stop ended this class. It begins no more here: the console that leads may not have heard of the Stop yet."""
        return class_id in self._stopped

    def stop(self, *class_ids: str | None) -> None:
        """A Stop ends the class that it was said for, and the one that is run here."""
        self._stopped.extend(ended for ended in class_ids if ended is not None and ended not in (NO_CLASS, *self._stopped))

    @property
    def seen(self) -> Seen | None:
        """What the session showed last."""
        return self.belt.seen

    @property
    def offer_id(self) -> str:
        """Which offer "I'm ready" is an answer to."""
        return self.part.offer.id if self.part.offer is not None else NO_CLASS

    def is_ready(self, now: float) -> None:
        """The runner says so, now."""
        self.turn(Turn.READY)
        self.ready_at, self._ready_ahead_s = now, self.wall_ahead_s

    def ready_age(self, now: float) -> float:
        """How old "I'm ready" is, by whichever clock says more: it grows old while a computer sleeps, however short."""
        return now - self.ready_at + max(0.0, self.wall_ahead_s - self._ready_ahead_s)

    def call(self, name: str | None) -> None:
        """The first name that a runner agrees to be shown by: in this class, or after it, or before any, in the next."""
        self.name = name or self.setting.name
        self._named_in = None if self.phase in (LanePhase.WAITING, LanePhase.OVER) else self.class_id

    def new_class(self, class_id: str) -> None:
        """What somebody agreed to in another class they agreed to there."""
        if self._named_in not in (None, class_id):
            self.name = self.setting.name
        self.class_id = class_id
        self._named_in = class_id

    def goes_level(self) -> bool:
        """Whether this runner goes without declines: sore legs, minutes, advice or the deck; nobody hears which."""
        return self.part.goes_level() or (self.seen is not None and self.seen.level)

    def say(self, words: str, kind: CueKind = CueKind.COACH) -> None:
        """Tell the runner."""
        self.said.append(Cue(kind, words))

    def turn(self, turn: Turn) -> None:
        """Go to another phase; what the phase has no arrow for changes nothing."""
        self.phase = TABLE[self.phase].get(turn, self.phase)

    def prepare(self) -> None:
        """Have the runner's own program prepared, once it is known what that is."""
        own = self.part.own()
        if own is not None and self.phase is LanePhase.OFFERED:
            self.wishes.append(Prepare(own, self.part.own_runner))

    def unready(self, now: float, what: What, text: str) -> None:
        """Nobody is ready any more, and nobody is started."""
        if self.phase not in (LanePhase.READY, LanePhase.COUNTING):
            return
        self.turn(Turn.UNREADY)
        self.t0 = None
        self.belt.start_is_used()
        self.say(text)
        self.report.ready(now, self.class_id, self.offer_id, ready=False)
        self.report.event(now, self.class_id, what, text)

    # --- answers ------------------------------------------------------------------------------------------------------

    def answer(self, command: Command, now: float, result: Result, reason: Reason | None = None, text: str = "") -> None:
        """Say what became of a command, and remember it for when it is asked again."""
        self._answered[command.id] = result, reason, text
        if len(self._answered) > _MOST_ANSWERS:
            self._answered.popitem(last=False)
        self.report.ack(now, self.class_id, command.id, result, reason, text)

    def refused(self, refusal: Refusal, now: float) -> None:
        """What the door did not let in; a command that was acted on gets its own answer again."""
        before = self._answered.get(refusal.id or "")
        if refusal.reason is Reason.DUPLICATE and before is not None and refusal.id is not None:
            self.report.ack(now, self.class_id, refusal.id, *before)
        elif refusal.answer:
            self.report.refusal(now, self.class_id, refusal)
