"""The coach's picture of the room: what each lane said last, how old that is, who is ready, moving, late or gone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from treadctl.engine.phases import Phase
from treadctl.studio.lane_belt import HALTED
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import ALL, Ack, Event, Lanes, Online, Ping, Ready, Reason, Report, State, Unreadable, read_report
from treadctl.studio.topics import address_of

LOST_S: Final = 10.0
"""A lane that was not heard for so long is shown as gone: ten of its one-second states, or two keepalives of its last will."""
FRESH_S: Final = 3.0
"""A state older than this does not show that a belt is still."""
MOVING_S: Final = 5.0
"""A belt that was shown moving counts as moving for so long: a few states that a net lost are no news for a room."""

AWAY_S: Final = 600.0
"""A lane that was gone for so long already when a Stop was pressed, its belt last shown still, was off all along. Ours."""

_AT_REST: Final = frozenset({LanePhase.WAITING.value, LanePhase.OFFERED.value, LanePhase.OVER.value})
"""In these nothing was begun that could move a belt by itself."""
_STAYS: Final = _AT_REST | {LanePhase.READY.value, Phase.UNLINKED.value}
"""In these a belt that staff have seen still has no reason to move."""
_HALTED: Final = frozenset(phase.value for phase in HALTED)
_READY_BY_PHASE: Final = {
    LanePhase.WAITING.value: False,
    LanePhase.OFFERED.value: False,
    LanePhase.READY.value: True,
    LanePhase.COUNTING.value: True,
}


@dataclass(slots=True)
class LaneView:
    """One lane as the console shows it. Times are the coach's clock in seconds; `looked_at` is when staff saw its belt still,
    `known_in` the class in which another console knew it on its way, `awaited` whether one did."""

    lane: int
    boot: str = ""
    online: bool = False
    heard_at: float = float("-inf")
    state: State | None = None
    state_at: float = float("-inf")
    ready: bool = False
    level: bool = False
    how: str = ""
    moved: Event | None = None
    news: str = ""
    refused: str = ""
    reason: Reason | None = None
    newest: dict[str, int] = field(default_factory=dict)
    awaited: bool = False
    known_in: str | None = None
    was_moving: bool = False
    looked_at: float = float("-inf")

    def is_lost(self, now: float) -> bool:
        """Gone: said so, or not heard for LOST_S."""
        return not self.online or now - self.heard_at > LOST_S

    @property
    def was_heard(self) -> bool:
        """Whether this console ever heard it, beside what the broker had kept of it."""
        return self.heard_at > float("-inf")

    def is_moving(self, now: float) -> bool:
        """Whether its belt is known to move."""
        return self._shows("moving", now, MOVING_S)

    def is_still(self, now: float, since: float) -> bool:
        """Whether its belt is known to be still, by a state that came after `since`, or staff who looked after that."""
        return (self._shows("still", now, FRESH_S) and self.state_at > since) or self.looked_at > since

    def is_at_rest(self, since: float) -> bool:
        """Whether it has said since then that its belt is still, and that nothing is under way; or staff have seen it still."""
        state = self.state
        said = state is not None and self.state_at > since and state.belt == "still" and state.phase in _AT_REST
        return said or self.looked_at > since

    @property
    def was_seen_still(self) -> bool:
        """Whether staff saw its belt still after it was heard last."""
        return self.looked_at > self.heard_at

    def is_away(self, since: float) -> bool:
        """Whether it was never heard, and nobody knows it on its way or there; or was off long before with nothing under way: a
        belt that moved when it was known last counts as moving, and one whose treadmill was switched off first as what it was."""
        if not self.was_heard:
            return not self.awaited and not self.online
        return self.heard_at < since - AWAY_S and not self.was_moving and not self._has_begun

    def is_left(self, now: float) -> bool:
        """Whether it is not heard, and something was under way when it was heard last, or another console knew it on its way."""
        if not self.is_lost(now) or self.was_seen_still:
            return False
        return self.awaited if not self.was_heard else self.was_moving or self._has_begun

    @property
    def _has_begun(self) -> bool:
        return self.state is not None and self.state.phase not in _AT_REST

    def is_seen(self, now: float, since: float = float("-inf")) -> bool:
        """Whether its treadmill tells a speed, by a fresh state that came after `since`."""
        told = self.state is not None and self.state.real_speed is not None
        return told and not self.is_lost(now) and now - self.state_at <= FRESH_S and self.state_at >= since

    def _shows(self, belt: str, now: float, within_s: float) -> bool:
        return self.state is not None and self.state.belt == belt and now - self.state_at <= within_s

    @property
    def waits(self) -> bool:
        """Whether it waits for a class."""
        return self.state is not None and self.state.phase == LanePhase.WAITING.value

    @property
    def begins_anew(self) -> bool:
        """Whether it halts before its belt has moved: the start it was late for is no more, and going on is another one."""
        return self.moved is None and self.state is not None and self.state.phase in _HALTED

    @property
    def in_class(self) -> str | None:
        """The class it says it takes part in; of one never heard here, what another console knew."""
        if self.state is None:
            return None if self.was_heard else self.known_in
        return self.state.class_id


@dataclass(frozen=True, slots=True)
class Late:
    """How late one lane is: its command after T0, and its belt after the command; None while it has not happened."""

    lane: int
    command_ms: int | None
    belt_ms: int | None
    waiting_s: float | None


class Roster:
    """All lanes that were ever heard in this studio."""

    def __init__(self, studio: str) -> None:
        self.studio = studio
        self._lanes: dict[int, LaneView] = {}

    def __iter__(self) -> Iterator[LaneView]:
        return iter([self._lanes[lane] for lane in sorted(self._lanes)])

    def __getitem__(self, lane: int) -> LaneView:
        return self._lanes[lane]

    def __contains__(self, lane: int) -> bool:
        return lane in self._lanes

    def hear(self, topic: str, payload: bytes, retained: bool, now: float) -> Report | None:
        """Take in what came from a lane; None when it is unreadable, kept from earlier, out of order or on another's topic."""
        address = address_of(topic)
        if address is None or address.studio != self.studio or address.lane is None:
            return None
        try:
            report = read_report(address.kind, payload)
        except Unreadable:
            return None
        if report.lane != address.lane or report.studio != self.studio:
            return None
        if retained and not isinstance(report, Online):
            return None
        view = self._lanes.setdefault(report.lane, LaneView(report.lane))
        return report if self._takes(view, report, retained, now) else None

    def mention(self, lanes: Collection[int]) -> None:
        """Another console knew of these lanes: they are there to be looked at, heard or not."""
        for lane in lanes:
            self._lanes.setdefault(lane, LaneView(lane))

    def there(self, lanes: Lanes, now: float) -> list[int]:
        """Which of these lanes could answer a word now."""
        return [view.lane for view in self if not view.is_lost(now) and (lanes == ALL or view.lane in lanes)]

    def awaits(self, lanes: Collection[int]) -> None:
        """These are on their way in the class, as a console says that heard them: the belt of one never heard here may move, also
        in the next class, until it is heard."""
        for lane in lanes:
            self._lanes.setdefault(lane, LaneView(lane))
        for view in self:
            view.awaited = view.lane in lanes or (view.awaited and not view.was_heard)

    def looked(self, lane: int, now: float) -> str:
        """Staff have seen its belt still, which counts until it is shown moving; returns why not, or nothing."""
        view = self._lanes.get(lane)
        if view is None:
            return "there is no such lane in this room"
        if view.is_moving(now):
            return f"lane {lane} shows a belt that moves"
        view.looked_at = now
        return ""

    def knows(self, lanes: Mapping[int, str | None]) -> None:
        """Another console knew these on their way, in those classes: they are awaited, those never heard here."""
        self.mention(lanes)
        for lane, class_id in lanes.items():
            view = self._lanes[lane]
            view.awaited, view.known_in = view.awaited or not view.was_heard, class_id or view.known_in

    # --- what the console counts ----------------------------------------------------------------------------------------

    def ready_count(self, now: float) -> int:
        """Runners who said "I'm ready" and whose lane is there."""
        return sum(view.ready and not view.is_lost(now) for view in self)

    def lost(self, now: float) -> tuple[int, ...]:
        """Lanes that are gone."""
        return tuple(view.lane for view in self if view.is_lost(now))

    def not_known_still(self, since: float, now: float) -> tuple[int, ...]:
        """Lanes whose belt has not been shown still since a stop: moving, unknown or gone. Somebody must go and look."""
        return tuple(view.lane for view in self if not view.is_still(now, since))

    def late(self, expected: Mapping[int, float], now: float) -> tuple[Late, ...]:
        """How late the lanes of a start are, each by its own T0."""
        return tuple(_late(self._lanes[lane], expected[lane], now) for lane in sorted(set(expected) & set(self._lanes)))

    def _takes(self, view: LaneView, report: Report, retained: bool, now: float) -> bool:
        if isinstance(report, Online):
            return self._online(view, report, retained, now)
        if report.boot != view.boot:
            self._begins_anew(view, report.boot)
        elif not isinstance(report, Ack | Ping) and report.seq <= view.newest.get(report.kind, -1):
            return False  # overtaken by a newer one of its kind; each answer and each question counts by itself
        view.newest[report.kind] = report.seq
        view.heard_at, view.online = now, True
        match report:
            case State():
                view.state, view.state_at = report, now
                if report.belt == "moving" or report.phase not in _STAYS:
                    view.looked_at = float("-inf")
                view.was_moving = report.belt == "moving" or (view.was_moving and report.belt == "unknown")
                self._ready_by_state(view, report)
            case Ready():
                view.ready, view.level, view.how = report.ready, report.level, report.how
            case Event():
                self._event(view, report)
            case Ack():
                self._answer(view, report)
            case Ping():
                pass
        return True

    def _online(self, view: LaneView, report: Online, retained: bool, now: float) -> bool:
        """A last will speaks for the program that left it (`boot`), not for one that was started since."""
        if not report.online:
            if view.boot in ("", report.boot):
                view.boot, view.online, view.ready = report.boot, False, False
                if not retained and not view.was_heard:
                    view.heard_at = now  # it was there until just now, and what its belt did nobody here has seen
            return True
        if report.boot != view.boot:
            self._begins_anew(view, report.boot)
        view.online = True
        if not retained:
            view.heard_at = now
        return True

    @staticmethod
    def _ready_by_state(view: LaneView, state: State) -> None:
        """What a console that came later did not hear said; a `Ready` that is newer than the state counts for more."""
        if state.seq <= view.newest.get("ready", -1):
            return
        view.level = state.level
        view.ready = _READY_BY_PHASE.get(state.phase, view.ready)

    @staticmethod
    def _begins_anew(view: LaneView, boot: str) -> None:
        view.boot, view.newest, view.ready, view.level, view.state, view.moved = boot, {}, False, False, None, None
        view.reason, view.refused, view.news = None, "", ""

    @staticmethod
    def _answer(view: LaneView, ack: Ack) -> None:
        """A refusal is news until the lane answers something else."""
        if view.news == f"refused: {view.refused}":
            view.news = ""
        view.reason = ack.reason
        view.refused = f"{ack.reason.value} {ack.text}".strip() if ack.reason is not None else ""
        view.news = f"refused: {view.refused}" if view.refused else view.news

    @staticmethod
    def _event(view: LaneView, event: Event) -> None:
        view.news = f"{event.what} {event.text}".strip()
        if event.what == "moving" and event.command_late_ms is not None:
            view.moved = event
        elif event.what in ("counting", "ready lapsed", "called off"):
            view.moved = None
            view.ready = view.ready and event.what == "counting"


def _late(view: LaneView, t0: float, now: float) -> Late:
    moved = view.moved
    if moved is None:
        return Late(view.lane, None, None, None if view.is_moving(now) else max(0.0, now - t0))
    return Late(view.lane, moved.command_late_ms, moved.belt_after_ms, None)
