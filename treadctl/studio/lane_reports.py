"""What a lane says to the room: it numbers its words, says its state once a second and answers junk only now and then. Pure."""

from __future__ import annotations

from typing import Final, Literal, TypedDict

from treadctl.studio.accept import Refusal
from treadctl.studio.clock_sync import ClockSync
from treadctl.studio.lane_belt import Belt, Moved, Stands
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import Ack, Event, Online, Ping, Ready, Reason, Report, State, canonical

_NOBODY: Final = frozenset({LanePhase.WAITING.value, LanePhase.OFFERED.value, LanePhase.OVER.value})
"""In these nobody is ready, nor on their way."""
STATE_S: Final = 1.0
JUNK_GAP_S: Final = 1.0
"""Words that no coach signed are answered this often at most: a flood is not answered by another. Ours."""

Result = Literal["done", "offered", "refused"]
How = Literal["key", "console", "keypad"]
What = Literal["counting", "moving", "still", "paused", "called off", "ready lapsed", "hands off", "ended", "coach back"]


class _Head(TypedDict):
    studio: str
    lane: int
    boot: str
    class_id: str | None
    seq: int
    issued_ms: int | None


def last_will(studio: str, lane: int, boot: str) -> bytes:
    """What the broker says for a lane that dies, on its `online` topic, retained."""
    return canonical(Online(studio=studio, lane=lane, boot=boot, seq=0, online=False))


class Reporter:
    """The pen of one lane. `now` is the lane's own clock; what it writes is in the coach's time, once that is measured."""

    def __init__(self, studio: str, lane: int, boot: str, clock: ClockSync) -> None:
        self.studio, self.lane, self.boot = studio, lane, boot
        self._clock = clock
        self._seq = 0
        self._level = False
        self._reports: list[Report] = []
        self._next_state = self._next_junk = float("-inf")

    def take(self) -> tuple[Report, ...]:
        """All that was written since last time."""
        taken, self._reports = tuple(self._reports), []
        return taken

    def online(self, now: float, *, online: bool = True) -> None:
        """This lane's program runs, or leaves."""
        self._next_state = float("-inf")
        self._write(Online(**self._head(now, None), online=online))

    def state(
        self,
        now: float,
        class_id: str | None,
        name: str | None,
        phase: str,
        belt: Belt,
        *,
        hears_coach: bool,
        said: str = "",
    ) -> None:
        """How the lane is, when a second has passed."""
        if now < self._next_state:
            return
        self._next_state = now + STATE_S
        bound_s, seen = self._clock.bound_s(now), belt.seen
        since = belt.moving_since
        self._write(
            State(
                **self._head(now, class_id),
                name=name,
                phase=phase,
                step=seen.step if seen else "",
                asked_speed=seen.asked_speed if seen else None,
                asked_grade=seen.asked_grade if seen else None,
                real_speed=seen.speed if seen else None,
                real_grade=seen.grade if seen else None,
                limited=seen.limited if seen else "",
                level=self._level and phase not in _NOBODY,
                belt=belt.shown(now),
                moving_since_ms=None if since is None else self._ms(now, since),
                clock_bound_us=None if bound_s is None else round(bound_s * 1e6),
                hears_coach=hears_coach,
                said=_line(said),
            )
        )

    def ping(self, now: float) -> None:
        """Ask for the time, when that is due."""
        question = self._clock.ask(now)
        if question is not None:
            self._write(Ping(**self._head(now, None), nonce=question[0], asked_us=question[1]))

    def ready(
        self,
        now: float,
        class_id: str | None,
        offer: str,
        *,
        ready: bool,
        level: bool = False,
        how: How = "key",
    ) -> None:
        """The runner is ready, or no longer."""
        self._level = level
        self._write(Ready(**self._head(now, class_id), offer=offer, ready=ready, level=level, how=how))

    def ack(
        self, now: float, class_id: str | None, command: str, result: Result, reason: Reason | None = None, text: str = ""
    ) -> None:
        """What became of a command."""
        self._write(Ack(**self._head(now, class_id), id=command, result=result, reason=reason, text=_line(text)))

    def refusal(self, now: float, class_id: str | None, refusal: Refusal) -> None:
        """Why the door let something not in."""
        if refusal.id is None:
            if now < self._next_junk:
                return
            self._next_junk = now + JUNK_GAP_S
        head = self._head(now, class_id)
        self._write(Ack(**head, id=refusal.id, result="refused", reason=refusal.reason, text=_line(refusal.detail)))

    def event(
        self,
        now: float,
        class_id: str | None,
        what: What,
        text: str = "",
    ) -> None:
        """Something happened."""
        self._write(Event(**self._head(now, class_id), what=what, text=_line(text)))

    def belt(self, now: float, class_id: str | None, happened: Moved | Stands) -> None:
        """The belt moves, with how late; or stands. The state that shows it follows at once."""
        self._next_state = float("-inf")
        if isinstance(happened, Stands):
            self.event(now, class_id, "still")
            return
        late_ms, after_ms = round(happened.command_late_s * 1000), round(happened.belt_after_s * 1000)
        self._write(Event(**self._head(now, class_id), what="moving", command_late_ms=late_ms, belt_after_ms=after_ms))

    def _write(self, report: Report) -> None:
        self._reports.append(report)

    def _head(self, now: float, class_id: str | None) -> _Head:
        self._seq += 1
        return {
            "studio": self.studio,
            "lane": self.lane,
            "boot": self.boot,
            "class_id": class_id,
            "seq": self._seq,
            "issued_ms": self._ms(now, now),
        }

    def _ms(self, now: float, moment: float) -> int | None:
        coach_s = self._clock.coach_s(now)
        return None if coach_s is None else max(0, round((coach_s - (now - moment)) * 1000))


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)[:160]
