"""A room that stands still at one moment of a class, and a host that remembers what was pressed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

from textual.pilot import Pilot

from treadctl.engine.phases import Phase
from treadctl.studio.class_place import read
from treadctl.studio.coach import Coach
from treadctl.studio.coach_agent import Pressed
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.messages import Ack, Event, Lease, Online, Reason, Report, State, canonical
from treadctl.studio.room_view import RoomView, room_view
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import topic_of
from treadctl.tui.coach.app import CoachApp
from treadctl.tui.coach.host import Program
from treadctl.units import Grade, Speed
from treadctl.workout.library import find, load_named

KEY: Final = CoachKey.read("33" * 32)
T: Final = 1_800_000_000.0
NAMES: Final = ("Ana", "Ben", "", "Dia", "Eli", "Fay", "Gus", "Maximiliane", "Ida", "Jo", "", "Kim")
PROGRAM: Final = """\
title: Hills
steps:
  - warm-up: 4 min
  - repeat: 4
    label: hill
    steps:
      - decline: 2 min
        grade: -6
        speed: easy
      - recover: 2 min
  - cool-down: 4 min
"""
MOMENTS: Final = ("listening", "idle", "offered", "counting", "running", "paused", "stopping", "stopped", "no-broker", "second")


class FakeRoom:
    """A coach and as many lanes; every third lane is limited, and some have the troubles that a class has."""

    def __init__(self, lanes: int) -> None:
        self.coach = Coach("north", "desk", KEY.public, T - 60)
        self.lanes = range(1, lanes + 1)
        self.now = T - 50
        self._seq = 0
        for lane in self.lanes:
            self.hear(Online(**self.head(lane), online=True))

    def head(self, lane: int, class_id: str | None = None) -> dict[str, Any]:
        self._seq += 1
        return {"studio": "north", "lane": lane, "boot": "b1", "seq": self._seq, "class_id": class_id}

    def hear(self, report: Report) -> None:
        self.coach.hear(topic_of(report), canonical(report), False, self.now)

    def states(self, phase: str, belt: str = "still", *, leave_out: tuple[int, ...] = (), **more: Any) -> None:
        for lane in self.lanes:
            if lane not in leave_out:
                self.state(lane, phase, belt, **more)

    def state(self, lane: int, phase: str, belt: str = "still", **more: Any) -> None:
        plain: dict[str, Any] = {"name": NAMES[(lane - 1) % len(NAMES)] or None, "real_speed": Speed(0), "real_grade": Grade(0)}
        self.hear(State(**self.head(lane, self.coach.class_id), phase=phase, belt=belt, **(plain | more)))  # type: ignore[arg-type] # a word of Belt

    def acknowledged(self, *, refused_by: tuple[int, ...] = (), leave_out: tuple[int, ...] = ()) -> None:
        """All that the coach says now is answered."""
        for word in self.coach.step(self.now):
            for lane in self.lanes:
                if lane not in leave_out:
                    why = Reason.NOT_READY if lane in refused_by else None
                    self.hear(Ack(**self.head(lane, "monday"), id=word.id, result="refused" if why else "done", reason=why))

    def lead(self) -> None:
        self.coach.step(self.now)

    def offer(self) -> None:
        self.coach.offer("monday", "Hills", PROGRAM, self.now)
        for lane in self.lanes:
            self.hear(Ack(**self.head(lane, "monday"), id="desk-2", result="done"))
        self.states(LanePhase.READY.value)
        for lane in (3, 7):
            self.state(lane, LanePhase.OFFERED.value)
        self.hear(
            Ack(**self.head(5, "monday"), id="x", result="refused", reason=Reason.UNSUITABLE, text="this deck has no decline")
        )
        self.state(5, LanePhase.OFFERED.value)

    def start(self) -> None:
        self.coach.start(self.now)
        self.acknowledged(refused_by=(3, 5, 7))
        self.now += 2.4
        self.states(LanePhase.COUNTING.value, leave_out=(3, 5, 7))

    def run(self) -> None:
        t0 = self.coach.t0
        assert t0 is not None
        self.now = t0 + 330
        self.offered_still()
        for lane in self.lanes:
            if lane in (3, 5, 7):
                continue
            late = 180 if lane == 2 else lane % 7
            moved: dict[str, Any] = {"what": "moving", "command_late_ms": late, "belt_after_ms": 900 + 40 * (lane % 20)}
            self.hear(Event(**self.head(lane, "monday"), **moved))
            limited = lane % 3 == 0
            real, asked = Grade(-30 if limited else -60), Grade(-60)
            why = "-3.0 % (asked -6.0 %): the runner's limit" if limited else ""
            numbers = {
                "real_speed": Speed(820 + lane * 7),
                "real_grade": real,
                "asked_grade": asked,
                "asked_speed": Speed(820 + lane * 7),
            }
            self.state(lane, Phase.RUNNING.value, "moving", limited=why, step="decline hill 1 of 4", **numbers)
        self.state(1, Phase.PAUSED.value)
        self.state(8, Phase.HANDS_OFF.value, "unknown")
        self.now -= 27
        if len(self.lanes) > 4:
            self.state(4, Phase.RUNNING.value, "moving", real_speed=Speed(900), real_grade=Grade(-60))
        self.now += 27
        self.coach.roster[4].heard_at = self.now - 27
        self.coach.roster[4].state_at = self.now - 27

    def offered_still(self) -> None:
        for lane in (3, 5, 7):
            self.state(lane, LanePhase.OFFERED.value)


def moment(name: str, lanes: int) -> RoomView:
    """The room at a moment of a class."""
    room = FakeRoom(lanes)
    if name == "listening":
        return room_view(Coach("north", "desk", KEY.public, T), T, linked=True)
    room.states(LanePhase.WAITING.value)
    if name == "second":
        lease = Lease(**_coach_head(room.now), held=True)
        room.coach.hear(topic_of(lease), KEY.seal(lease), False, room.now)
        return room_view(room.coach, room.now, linked=True)
    room.lead()
    if name in ("idle", "no-broker"):
        linked = name == "idle"
        return room_view(room.coach, room.now, linked=linked, why="" if linked else "no broker answers there")
    room.offer()
    if name == "offered":
        return room_view(room.coach, room.now, linked=True)
    room.start()
    if name == "counting":
        return room_view(room.coach, room.now, linked=True)
    room.run()
    if name == "paused":
        room.coach.pause(room.now)
    if name in ("stopping", "stopped"):
        room.coach.stop_all(room.now)
        room.acknowledged(leave_out=(4,))
        room.now += 2
        room.states(LanePhase.OVER.value, leave_out=(2, 4) if name == "stopping" else ())
        if name == "stopping":
            room.state(2, Phase.STOPPING.value, "moving", real_speed=Speed(310), real_grade=Grade(-10))
    return room_view(room.coach, room.now, linked=True)


def _coach_head(now: float) -> dict[str, Any]:
    issued = round(now * 1000)
    plain = {"studio": "north", "coach": "back-office", "class_id": "none", "lanes": "all", "id": "x", "seq": 1}
    return plain | {"issued_ms": issued, "expires_ms": issued + 10_000}


class FakeHost:
    """A host that shows one view and remembers what was pressed."""

    def __init__(self, view: RoomView | None) -> None:
        self.latest = view
        self.failure = ""
        self.pressed: list[Pressed] = []

    def press(self, pressed: Pressed) -> None:
        self.pressed.append(pressed)


def library() -> tuple[Program, ...]:
    hills = Program(read(PROGRAM), PROGRAM)
    names = ("first-descent", "ten-percent")
    return (hills, *(Program(load_named(name), find(name).read_text(encoding="utf-8")) for name in names))


@asynccontextmanager
async def console(
    name: str = "running", lanes: int = 8, size: tuple[int, int] = (120, 34), *, light: bool = False
) -> AsyncIterator[tuple[CoachApp, FakeHost, Pilot[None]]]:
    """The console at a moment of a class."""
    host = FakeHost(moment(name, lanes))
    app = CoachApp(host, library(), light=light)
    async with app.run_test(size=size) as pilot:
        await app.action_look()
        await pilot.pause()
        yield app, host, pilot
