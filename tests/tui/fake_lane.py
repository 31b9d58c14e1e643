"""A lane that stands still at one moment of a class, for looking at its screens; every key is remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from fake_host import NOW, RUNNER, RUNNING, STILL, WORKOUT, FakeHost, said
from textual.pilot import Pilot

from treadctl.coaching.cues import Cue, CueKind, from_coach
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.targets import Limit
from treadctl.engine.walking import WALKING
from treadctl.engine.words import Key
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_words import LanePhase, Prepare
from treadctl.studio.program import guest
from treadctl.tui.lane.app import LaneApp
from treadctl.tui.lane.host import TYPED
from treadctl.tui.record import Record
from treadctl.tui.view import Eye
from treadctl.units import LEVEL, Speed

LOOK: Final = Look(lane=7, phase=LanePhase.WAITING, name="Ana", runner=RUNNER, broker=True, coach=True)
OFFERED: Final = replace(LOOK, phase=LanePhase.OFFERED, title="Test hill")
STARTED: Final = replace(OFFERED, phase=LanePhase.STARTED, class_s=761.0)
READY_STILL: Final = STILL._replace(phase=Phase.READY)


class FakeLane(FakeHost):
    """A host of a lane that says what it is told to say."""

    def __init__(self, look: Look | None, snapshot: Snapshot | None, *cues: tuple[float, Cue], failure: str = "") -> None:
        super().__init__(snapshot, *cues, failure=failure)
        self.class_look = look
        self.program: Prepare | None = Prepare(WORKOUT, RUNNER)
        self.finished: Step | None = None
        self.typed: list[str] = []
        self.names: list[str | None] = []
        self.ended = 0

    @property
    def over(self) -> bool:
        """Whether the lane's program has ended."""
        return bool(self.failure)

    def press(self, key: Key) -> None:
        """As the real one: a session's key is a key at this lane."""
        super().press(key)
        self.type(TYPED[key])

    def type(self, text: str, how: str = "key") -> None:
        """Remember it."""
        self.typed.append(text)

    def call(self, name: str | None) -> None:
        """Remember it."""
        self.names.append(name)

    def end(self) -> None:
        """Remember it."""
        self.ended += 1

    def look_at(self, **changed: Any) -> None:
        """Another moment of the same class."""
        assert self.class_look is not None
        self.class_look = replace(self.class_look, **changed)


def _coached() -> tuple[float, Cue]:
    line = from_coach("Short, quick steps.", NOW, None)
    assert line is not None
    return NOW - 2, line


def _finished() -> FakeLane:
    host = FakeLane(replace(STARTED, phase=LanePhase.OVER), READY_STILL, *[said(CueKind.FORM, "look up", ago_s=300)])
    over = STILL._replace(phase=Phase.OVER, ending=Ending.STOPPED, running_s=700.0, decline_s=200.0)
    host.finished = Step(over)
    return host


def moments() -> dict[str, FakeLane]:
    """Every screen of a lane, each at a moment worth looking at."""
    walking = RUNNING._replace(limits=(Limit("speed", "9.0 km/h", "4.5 km/h", WALKING),), cadence=None, target_speed=Speed(450))
    paused = RUNNING._replace(phase=Phase.PAUSED, shown_speed=Speed(0), shown_grade=LEVEL, limits=(), cadence=None)
    advice = said(CueKind.LIMIT, "no decline today: your program is run level", "one decline session a week", ago_s=40)
    ready = replace(OFFERED, phase=LanePhase.READY, ready_for_s=72.4)
    return {
        "waiting": FakeLane(LOOK, STILL._replace(phase=Phase.READY)),
        "alone": FakeLane(replace(LOOK, name="", broker=False, coach=False), None),
        "pain": FakeLane(replace(OFFERED, asks_about_pain=True), READY_STILL),
        "offered": FakeLane(OFFERED, READY_STILL),
        "offered-level": FakeLane(replace(OFFERED, level=True), READY_STILL, advice),
        "offered-late": FakeLane(replace(OFFERED, class_s=312.0), READY_STILL),
        "offered-guest": FakeLane(replace(OFFERED, finds_pace=True, runner=guest(), name="Zoë"), READY_STILL),
        "offered-not-yet": FakeLane(replace(OFFERED, why_not="the class pauses; press ready when it goes on"), READY_STILL),
        "ready": FakeLane(ready, READY_STILL),
        "ready-offline": FakeLane(replace(ready, coach=False), READY_STILL),
        "counting": FakeLane(replace(ready, phase=LanePhase.COUNTING, ready_for_s=None, starts_in_s=6.8), READY_STILL),
        "running": FakeLane(STARTED, RUNNING, _coached()),
        "running-offline": FakeLane(replace(STARTED, coach=False), RUNNING),
        "walking": FakeLane(STARTED, walking),
        "paused": FakeLane(STARTED, paused),
        "go-on": FakeLane(replace(STARTED, may_go_on=True, class_pauses=False), paused),
        "over": _finished(),
    }


@asynccontextmanager
async def lane_shown(moment: str, size: tuple[int, int] = (120, 34)) -> AsyncIterator[tuple[LaneApp, FakeLane, Pilot[None]]]:
    """The app of a moment, with that moment on its screen."""
    host = moments()[moment]
    app = LaneApp(host, wall=lambda: host.time)
    async with app.run_test(size=size) as pilot:
        await app.look()
        await pilot.pause()
        yield app, host, pilot


EACH_SCREEN: Final = ("waiting", "pain", "offered-guest", "ready", "counting", "running", "go-on", "over")
"""One moment of every screen."""


async def each_lane_moment(
    size: tuple[int, int] = (120, 34), only: tuple[str, ...] = ()
) -> AsyncIterator[tuple[str, LaneApp, FakeLane, Pilot[None]]]:
    """Every moment in turn, or some, on the screen of one app: starting one for each takes long on a slow machine."""
    app = LaneApp(moments()["waiting"], wall=lambda: NOW)
    async with app.run_test(size=size) as pilot:
        for name, host in moments().items():
            if only and name not in only:
                continue
            app.host = app.lane_host = host
            app._eye, app.record, app._phase = Eye(), Record(), None
            for again in range(20):  # a look of the app's own may have been under way, at the moment before
                await app.look()
                await pilot.pause()
                look = host.class_look
                if again and (look is None or type(app.screen) is app._wanted(look, host.latest)):
                    break
            yield name, app, host, pilot
            await app.action_close_help()
