"""A room for tests: a treadmill session that is not there, and one lane with its door, its coach and a clock turned by hand."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Event, Key
from treadctl.studio.accept import Door, Refusal
from treadctl.studio.lane import Lane
from treadctl.studio.lane_words import (
    LaneInput,
    LaneKey,
    LanePhase,
    LaneWish,
    Link,
    PainToday,
    Prepare,
    Press,
    Said,
    Seen,
    WalkNow,
)
from treadctl.studio.messages import ALL, Command, Lease, Offer, Ping, Report, Start, Time
from treadctl.studio.part import Setting
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import topic_of
from treadctl.units import Grade, Speed
from treadctl.workout.model import Workout
from treadctl.workout.profile import Profile

KEY = CoachKey.read("33" * 32)
RUNNER = Profile(chosen=True)
R = TypeVar("R", bound=Report)
PROGRAM = """\
title: Hills
steps:
  - warm-up: 4 min
  - repeat: 4
    label: hill
    steps:
      - decline: 2 min
        grade: -4
        speed: easy
      - recover: 2 min
  - cool-down: 4 min
"""


class Treadmill:
    """What a lane sees of a session: armed, it counts three seconds, and its belt moves `lag_s` after that."""

    def __init__(self, lag_s: float = 1.0) -> None:
        self.lag_s = lag_s
        self.phase = Phase.UNLINKED
        self.grade = Grade(0)
        self.starts_at = 0.0
        self.started_at: float | None = None
        self.speed = Speed(0)
        self.ending: Ending | None = None
        self.prepared: Prepare | None = None
        self.pressed: list[tuple[float, Key]] = []
        self.walks = 0
        self.fresh = True
        self.console: list[Event] = []
        self.level = False
        self.arms_from = 0.0
        self.decline_s = 0.0

    def do(self, wish: LaneWish, now: float) -> None:
        match wish:
            case Prepare():
                self.prepared, self.phase, self.ending, self.started_at = wish, Phase.READY, None, None
            case Press(key=key, starts_at=starts_at):
                self.pressed.append((now, key))
                self.starts_at = now + 3 if starts_at is None else max(now + 3, starts_at)
                self._press(key, now)
            case WalkNow():
                self.walks += 1
            case _:
                pass

    def _press(self, key: Key, now: float) -> None:
        match key:
            case Key.ARM if self.phase is Phase.READY:
                self.phase = Phase.RUNNING if self.speed else Phase.COUNTDOWN
            case Key.PAUSE if self.phase in ARMED:
                self.phase, self.speed = Phase.PAUSED, Speed(0)
            case Key.RESUME if self.phase is Phase.PAUSED:
                self.phase, self.speed = Phase.RUNNING, Speed(450)
            case Key.STOP:
                self.phase, self.speed, self.ending = Phase.OVER, Speed(0), Ending.STOPPED
            case _:
                pass

    @property
    def wakes_at(self) -> float:
        """A session steps in the moment in which it has counted down."""
        return self.starts_at if self.phase is Phase.COUNTDOWN else float("inf")

    def seen(self, now: float) -> Seen:
        if self.phase is Phase.COUNTDOWN and now >= self.starts_at - 1e-9:
            self.phase, self.started_at = Phase.STARTING, now
        if self.phase is Phase.STARTING and self.started_at is not None and now >= self.started_at + self.lag_s - 1e-9:
            self.phase, self.speed = Phase.RUNNING, Speed(450)
        limited = "-3.0 % (asked -6.0 %): the ceiling"
        told = self.console.pop(0) if self.console else None
        seen = Seen(self.phase, self.ending, self.speed, self.grade, step="warm-up", limited=limited, console=told)
        seen = seen._replace(level=self.level, decline_s=self.decline_s, arms=now >= self.arms_from)
        return seen if self.fresh else seen._replace(fresh=False)


class OneLane:
    """Lane 7 of the gym, whose clock is `apart_s` behind the coach's, with an answer to each ping after `way_s`."""

    def __init__(self, *, apart_s: float = 1_800_000_000.0, way_s: float = 0.01, **setting: Any) -> None:
        plain: dict[str, Any] = {"studio": "gym", "lane": 7, "boot": "b1", "runner": RUNNER}
        self.lane = Lane(Setting(**(plain | setting)))
        self.door = Door("gym", 7, KEY.public)
        self.treadmill = Treadmill()
        self.apart_s, self.way_s = apart_s, way_s
        self.now = 0.0
        self.reports: list[Report] = []
        self.said: list[str] = []
        self.wishes: list[LaneWish] = []
        self.answers = True
        self.coach = "c1"
        self._seq = 0
        self._leased_at = float("-inf")

    @property
    def coach_s(self) -> float:
        return self.now + self.apart_s

    def step(self, *happened: LaneInput) -> None:
        self.door.class_id = self.lane.class_id
        step = self.lane.step(self.now, [*happened, self.treadmill.seen(self.now)])
        self.reports += step.reports
        self.said += [cue.words for cue in step.said]
        self.wishes += step.wishes
        for wish in step.wishes:
            self.treadmill.do(wish, self.now)
        if self.answers:
            for ping in [report for report in step.reports if isinstance(report, Ping)]:
                self._answer(ping)

    def _answer(self, ping: Ping) -> None:
        at_us = round((self.coach_s + self.way_s / 2) * 1e6)
        answer = Time(**self.head(lanes=(7,)), nonce=ping.nonce, asked_us=ping.asked_us, came_us=at_us, left_us=at_us)
        self.now += self.way_s
        self.step(answer)

    def head(self, **changed: Any) -> dict[str, Any]:
        self._seq += 1
        issued = round(self.coach_s * 1000)
        plain = {"studio": "gym", "coach": self.coach, "class_id": "monday", "lanes": ALL}
        order = {"id": f"c1-{self._seq}", "seq": self._seq, "issued_ms": issued, "expires_ms": issued + 10_000}
        return plain | order | changed

    def hear(self, command: Command) -> Command | Refusal:
        """A word of the coach, through the door."""
        self.door.class_id = self.lane.class_id
        taken = self.door.accept(topic_of(command), KEY.seal(command), False, self.now, self.lane.clock.coach_s(self.now))
        self.step(taken)
        return taken

    def wait(self, seconds: float) -> None:
        """Let time pass, in steps of the lane's own choice; the coach says that it leads every five seconds."""
        until = self.now + seconds
        while self.now < until:
            if self.answers and self.now - self._leased_at >= 5:
                self._leased_at = self.now
                self.hear(Lease(**self.head(class_id="none"), held=True))
            wakes_at = min(self.lane.wakes_at(self.now), self.treadmill.wakes_at)
            self.now = min(until, max(wakes_at, self.now + 0.001))
            self.step()

    def join(self) -> OneLane:
        """The broker is there, the coach leads, and its clock is measured."""
        self.step(Link(True))
        self.wait(3)
        return self

    def offer(self, program: str = PROGRAM, **changed: Any) -> OneLane:
        self.hear(Offer(**self.head(**changed), title="Hills", program=program))
        return self

    def ready(self, pain: int = 0) -> OneLane:
        self.step(PainToday(pain))
        self.step()
        self.step(Said(LaneKey.READY))
        return self

    def start(self, in_s: float = 12.0, **changed: Any) -> float:
        """START CLASS; returns T0 by the lane's clock."""
        t0_ms = round((self.coach_s + in_s) * 1000)
        self.hear(Start(**self.head(**changed), t0_ms=t0_ms))
        return t0_ms / 1000 - self.apart_s

    def all(self, kind: type[R]) -> list[R]:
        return [report for report in self.reports if isinstance(report, kind)]

    def phase(self) -> LanePhase:
        return self.lane.phase

    def armed_at(self) -> list[float]:
        """When the session was armed; nothing else may have been pressed."""
        assert {key for _, key in self.treadmill.pressed} <= {Key.ARM}
        return [at for at, _ in self.treadmill.pressed]

    def keys(self) -> list[Key]:
        return [key for _, key in self.treadmill.pressed]

    def running(self) -> OneLane:
        """A lane whose belt moves in a class."""
        self.join().offer().ready().start()
        self.wait(20)
        assert self.treadmill.speed
        return self


def declines(workout: Workout) -> float:
    """Seconds of decline."""
    return workout.decline_s(RUNNER)


def last(reports: Iterable[R]) -> R:
    return list(reports)[-1]
