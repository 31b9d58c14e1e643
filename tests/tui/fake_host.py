"""A session that stands still at one moment, for looking at screens: a frozen clock, and every pressed key remembered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Final

from textual.pilot import Pilot

from treadctl.coaching.cadence import CadenceTarget
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.failsafe import Level
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending, Snapshot, Step
from treadctl.engine.targets import Limit
from treadctl.engine.words import Key, Machine, Worn
from treadctl.safety import Deck
from treadctl.tui.app import SessionApp
from treadctl.tui.host import Outage
from treadctl.tui.record import Record
from treadctl.tui.view import Eye
from treadctl.units import LEVEL, Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

NOW: Final = 761.0
RUNNER: Final = Profile("Ana", easy=Speed(900), walk=Speed(450), ceiling=Grade(-80), level_cadence_spm=160, chosen=True)
MACHINE: Final = Machine("decline-6", Speed(80), Speed(2000), 10, Deck(Grade(-60), Grade(150), 5, reports=True))
_EASY: Final = Relative(Base.EASY)


def _decline(label: str, grade: int) -> Segment:
    return Segment(SegmentKind.DECLINE, 120, Grade(grade), Grade(grade), label=label)


def _level(label: str) -> Segment:
    return Segment(SegmentKind.RECOVER, 120, pace_from=Relative(Base.EASY, 90), pace_to=Relative(Base.EASY, 90), label=label)


WORKOUT: Final = Workout(
    name="test-hill",
    title="Test hill",
    for_whom="tests",
    segments=(
        Segment(SegmentKind.WARM_UP, 480, pace_from=Relative(Base.WALK), pace_to=_EASY),
        _decline("1 of 3", -50),
        _level("1 of 3"),
        _decline("2 of 3", -80),
        _level("2 of 3"),
        Segment(SegmentKind.CLIMB, 120, Grade(30), Grade(30)),
        _decline("3 of 3", -50),
        Segment(SegmentKind.COOL_DOWN, 300, pace_from=_EASY, pace_to=Relative(Base.WALK)),
    ),
)

RUNNING: Final = Snapshot(
    now=NOW,
    phase=Phase.RUNNING,
    ending=None,
    level=Level.FINE,
    troubles=(),
    segment_index=3,
    segment_count=8,
    segment=WORKOUT.segments[3],
    following=WORKOUT.segments[4],
    segment_s=85.0,
    left_s=35.0,
    left_m=None,
    asked_grade=Grade(-80),
    asked_speed=Speed(900),
    target_grade=Grade(-60),
    target_speed=Speed(860),
    shown_grade=Grade(-60),
    shown_speed=Speed(860),
    age_s=0.4,
    heart_rate=142,
    cadence=CadenceTarget(168, 171, 176, "+7 % over your 160"),
    limits=(
        Limit("grade", "-8.0 %", "-6.0 %", "this deck goes to -6.0 %"),
        Limit("speed", "9.0 km/h", "8.6 km/h", "the most on a decline like this"),
    ),
    running_s=761.0,
    distance_m=1630.0,
    decline_s=190.0,
    descent_m=24.0,
)
STILL: Final = RUNNING._replace(
    segment_index=0,
    segment=WORKOUT.segments[0],
    following=WORKOUT.segments[1],
    segment_s=0.0,
    left_s=480.0,
    asked_grade=LEVEL,
    asked_speed=Speed(450),
    target_grade=LEVEL,
    target_speed=Speed(450),
    shown_grade=LEVEL,
    shown_speed=Speed(0),
    heart_rate=None,
    cadence=None,
    limits=(),
    running_s=0.0,
    distance_m=0.0,
    decline_s=0.0,
    descent_m=0.0,
)
LOOK_UP: Final = (NOW - 4, Cue(CueKind.FORM, "look up", "at the mark at eye height, not at belt or console", "A2.1"))


class FakeHost:
    """A host that says what it is told to say."""

    def __init__(self, snapshot: Snapshot | None, *said: tuple[float, Cue], failure: str = "") -> None:
        self.latest = None if snapshot is None else Step(snapshot)
        self.machine: Machine | None = None if snapshot is None else MACHINE
        self.failure = failure
        self.said = said
        self.outage = Outage()
        self.worn: Mapping[Worn, str] = {}
        self.pressed: list[Key] = []
        self.time = NOW

    @property
    def over(self) -> bool:
        """As a real one: the end, or a fault."""
        return bool(self.failure) or (self.latest is not None and self.latest.snapshot.ending is not None)

    def now(self) -> float:
        """Frozen."""
        return self.time

    def press(self, key: Key) -> None:
        """Remember it."""
        self.pressed.append(key)

    def cues(self) -> tuple[tuple[float, Cue], ...]:
        """What was said."""
        return self.said

    def turn(self, **changed: Any) -> None:
        """Move to another moment of the same session."""
        assert self.latest is not None
        self.latest = Step(self.latest.snapshot._replace(**changed))


def said(kind: CueKind, words: str, detail: str = "", ago_s: float = 1.0) -> tuple[float, Cue]:
    """A cue that was said so long ago."""
    return NOW - ago_s, Cue(kind, words, detail)


SAID: Final = (
    (12.0, Cue(CueKind.NEWS, "foot pod: connected: Stride 4711, battery 80 %")),
    (482.0, Cue(CueKind.CHANGE, "3")),
    *(
        (float(480 + 30 * n), Cue(CueKind.FORM, words, detail))
        for n, (words, detail) in enumerate(
            [
                ("look up", "at the mark at eye height, not at belt or console"),
                ("shorter, quicker", "164 steps a minute; 168 to 176 here"),
                ("hips over feet", "lean with the slope, from the ankles"),
            ]
            * 9
        )
    ),
)


VARIANTS: Final = frozenset(
    {
        "announcing",
        "arm-moving",
        "arm-warned",
        "by-distance",
        "in-band",
        "long-cue",
        "pod-doubts",
        "quiet",
        "reconnecting",
        "starting",
        "summary-worn",
        "too-slow",
        "wrong-way",
    }
)
"""Moments that differ from another one in their words alone."""


def warned() -> FakeHost:
    """Before arming a machine that one should know something of, with sensors."""
    host = FakeHost(STILL._replace(phase=Phase.READY))
    host.machine = replace(
        MACHINE,
        name="F85",
        warnings=(
            "some F85 go down to -5 %, others took a negative grade for their maximum climb; walk its deck first",
            "its console's buttons may be locked while an app has control; the safety key works",
        ),
    )
    host.worn = {Worn.FOOT_POD: "connected: Stride 4711, battery 80 %", Worn.HEART_RATE: "not found yet"}
    return host


def out_of_reach(lost: Snapshot, *, stop_waits: bool) -> FakeHost:
    """A link that has been tried for again in vain."""
    host = FakeHost(lost)
    host.outage = Outage(3, "no treadmill answers at that address; switch it on, come closer, and close other apps", stop_waits)
    return host


def moments() -> dict[str, FakeHost]:
    """Every screen of a session, each at a moment worth looking at."""
    paused = RUNNING._replace(
        phase=Phase.PAUSED, shown_speed=Speed(0), shown_grade=LEVEL, target_grade=LEVEL, limits=(), cadence=None
    )
    lost = RUNNING._replace(phase=Phase.UNLINKED, level=Level.LINK_LOST, troubles=("the link is lost",), age_s=12.0)
    gone = RUNNING._replace(phase=Phase.HANDS_OFF, level=Level.HANDS_OFF, troubles=("safety key pulled",), shown_speed=Speed(320))
    steep = RUNNING._replace(
        phase=Phase.STOPPING, level=Level.STOP, troubles=("the deck is steeper than -10 %",), shown_grade=Grade(-107)
    )
    over = STILL._replace(
        phase=Phase.OVER,
        ending=Ending.FINISHED,
        segment_index=7,
        segment=WORKOUT.segments[7],
        following=None,
        running_s=1502.0,
        distance_m=3150.0,
        decline_s=352.0,
        descent_m=44.0,
    )
    return {
        "connecting": FakeHost(None),
        "no-treadmill": FakeHost(None, failure="no treadmill answered at AA:BB:CC:DD:EE:FF within 20 s"),
        "arm": FakeHost(STILL._replace(phase=Phase.READY)),
        "arm-warned": warned(),
        "arm-moving": FakeHost(STILL._replace(phase=Phase.READY, shown_speed=Speed(480))),
        "arm-refused": FakeHost(
            STILL._replace(phase=Phase.READY, shown_speed=Speed(320)),
            said(CueKind.NEWS, "cannot arm yet", "the belt moves on a deck that is not level"),
        ),
        "levelling": FakeHost(STILL._replace(phase=Phase.LEVELLING, shown_grade=Grade(25))),
        "countdown": FakeHost(STILL._replace(phase=Phase.COUNTDOWN), said(CueKind.CHANGE, "3", ago_s=0.5)),
        "starting": FakeHost(STILL._replace(phase=Phase.STARTING), said(CueKind.CHANGE, "1", ago_s=2.0)),
        "running": FakeHost(RUNNING, LOOK_UP),
        "in-band": FakeHost(RUNNING._replace(step_rate=172), LOOK_UP),
        "too-slow": FakeHost(RUNNING._replace(step_rate=160, limits=()), (NOW - 34, LOOK_UP[1])),
        "pod-doubts": FakeHost(RUNNING._replace(step_rate_why="twice what these feet do: doubled")),
        "announcing": FakeHost(RUNNING, LOOK_UP, said(CueKind.CHANGE, "in 20 seconds minus 4.5, 1 minute 30", "-4.5 %")),
        "quiet": FakeHost(RUNNING),
        "by-distance": FakeHost(RUNNING._replace(left_m=412.0, left_s=172.0, limits=(), cadence=None)),
        "long-cue": FakeHost(RUNNING, said(CueKind.FORM, "brake with the mid-foot", "only when you need to, and under the body")),
        "holding": FakeHost(RUNNING._replace(level=Level.HOLD, troubles=("the deck is not following",))),
        "wrong-way": FakeHost(RUNNING, said(CueKind.SAFETY, "wrong way: going level", "asked -5.0 %, shows +3.0 %")),
        "stale": FakeHost(RUNNING._replace(age_s=5.0, level=Level.NO_RAISE, troubles=("no fresh telemetry",)), LOOK_UP),
        "stopping": FakeHost(
            RUNNING._replace(phase=Phase.STOPPING, shown_speed=Speed(410)), said(CueKind.CHANGE, "stopping", ago_s=9)
        ),
        "paused": FakeHost(paused, said(CueKind.CHANGE, "paused", "by you; stay with the belt until it is still", ago_s=40)),
        "hands-off": FakeHost(gone),
        "safety-stop": FakeHost(steep),
        "link-lost": FakeHost(lost),
        "reconnecting": out_of_reach(lost, stop_waits=False),
        "stop-waits": out_of_reach(lost, stop_waits=True),
        "broken-off": FakeHost(RUNNING, failure="a fault in this program ended the session: KeyError('x')"),
        "summary": FakeHost(over),
        "summary-worn": FakeHost(over, *SAID),
        "summary-safety": FakeHost(over._replace(ending=Ending.SAFETY, troubles=("telemetry has gone silent",))),
    }


def app_at(moment: str, light: bool = False) -> tuple[SessionApp, FakeHost]:
    """The app of a moment; the summary's plot has a whole session behind it."""
    host = moments()[moment]
    app = SessionApp(host, WORKOUT, RUNNER, light=light, wall=lambda: host.time)
    if moment.startswith("summary"):
        _run_through(app.record, worn=moment == "summary-worn")
    return app, host


@asynccontextmanager
async def shown(moment: str, size: tuple[int, int] = (120, 34)) -> AsyncIterator[tuple[SessionApp, FakeHost, Pilot[None]]]:
    """The app of a moment, with that moment on its screen."""
    app, host = app_at(moment)
    async with app.run_test(size=size) as pilot:
        await app.look()
        await pilot.pause()
        yield app, host, pilot


async def each_moment(
    size: tuple[int, int] = (120, 34), *, variants: bool = False
) -> AsyncIterator[tuple[str, SessionApp, FakeHost, Pilot[None]]]:
    """Every moment in turn, on the screen of one app: starting one for each takes most of a second on a slow machine.
    `variants` brings those too that differ from another one in their words alone."""
    app, _ = app_at("summary")
    ran, worn = app.record, app_at("summary-worn")[0].record
    async with app.run_test(size=size) as pilot:
        for name, host in sorted(moments().items()):
            if name in VARIANTS and not variants:
                continue
            app.host, app._eye = host, Eye()
            app.record = worn if name == "summary-worn" else ran if name.startswith("summary") else Record()
            await app.look()
            await pilot.pause()
            yield name, app, host, pilot
            await app.action_close_help()


def _run_through(record: Record, *, worn: bool) -> None:
    """A session as it might have been seen: each segment ramps in over its first 15 s; `worn` is with pod and strap."""
    at_s, grade = 0, 0
    for segment in WORKOUT:
        for _ in range(segment.duration_s):
            at_s += 1
            asked = max(-60, int(segment.grade_from))
            grade += max(-4, min(4, asked - grade))
            speed = Speed(860 if grade < 0 else 810 if segment.kind is SegmentKind.RECOVER else 900)
            rate = 158 + at_s % 5 - grade // 5 if worn and at_s > 60 else None
            heart = 96 + min(50, at_s // 8) + at_s % 3 if worn else None
            seen = RUNNING._replace(running_s=float(at_s), shown_grade=Grade(grade), shown_speed=speed)
            record.see(seen._replace(step_rate=rate, heart_rate=heart))
