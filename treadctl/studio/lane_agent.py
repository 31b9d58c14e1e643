"""One lane, running: bus, door, the pure `Lane`, and its treadmill's sessions one after the other, in one loop.

The broker carries intentions; the belt runs by the session alone. While nobody is armed the session is one for waiting, so that
the room sees what the belt does; a program takes its place over the same link, and is recorded from the countdown on.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.constants import COUNT
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Connected, EasyPace, Input, Key
from treadctl.journal import Journal
from treadctl.safety import Deck
from treadctl.session import FIRST_BACK_OFF_S, LONGEST_BACK_OFF_S, Companion, Deliver, Listener, Session, Wire
from treadctl.studio import lane_words
from treadctl.studio.accept import Door
from treadctl.studio.bus import Arrived, Bus, Heard, Linked, Will
from treadctl.studio.lane import Lane
from treadctl.studio.lane_keys import At, meaning
from treadctl.studio.lane_reports import How, last_will
from treadctl.studio.lane_words import LaneInput, LanePhase, LaneWish, Link, Prepare, Press, Seen, WalkNow
from treadctl.studio.messages import canonical
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus
from treadctl.studio.part import Setting
from treadctl.studio.program import level_version
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import CHANNELS, ROOT, heard_by_lanes, topic_of
from treadctl.treadmill.gatt import LinkError
from treadctl.units import LEVEL
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout

LEAVES_S: Final = 40.0
"""Wall seconds that the way out waits for a stopped belt: the engine gives a Stop up after 30 s without one."""
FAULT_S: Final = 1.0
"""After a fault in the class's part it is tried again this much later. Ours."""
LAST_WORD_S: Final = 1.0
"""For the last word to reach the broker. Ours."""
_WALK: Final = Relative(Base.WALK)
WAITING: Final = Workout("waiting", "Waiting for a class", "", (Segment(SegmentKind.FREE, 60, pace_from=_WALK, pace_to=_WALK),))
"""What is prepared while there is no program. Nobody is armed on it."""
_JUST_AFTER_S: Final = 0.001
_COUNTS: Final = re.compile(r"(?:starting in )?\d{1,2}")
_log: Final = logging.getLogger(__name__)

MakeBus = Callable[[tuple[str, ...], Heard, Linked, Will], Bus]
"""Makes the bus: what to subscribe to, who hears it, who is told of the broker, what is said when this program dies."""


def over_broker(address: BrokerAddress, lane: int) -> MakeBus:
    """A bus over a real broker."""
    return lambda subscriptions, heard, linked, will: MqttBus(address, f"lane-{lane}", subscriptions, heard, linked, will)


def nothing_recorded(_: Workout) -> Journal | None:
    """For lanes whose sessions nobody keeps."""
    return None


@dataclass(frozen=True, slots=True)
class AtTreadmill:
    """A lane's treadmill: how it is reached, and what goes along with each session. `wall` is for a real one, as in Session.

    `journal` is where a session is recorded that is about to start; it must not wait for long.
    """

    connect: Callable[[Deliver], Wire]
    address: str
    clock: Clock
    wall: Callable[[], float] | None = None
    listeners: tuple[Listener, ...] = ()
    beside: tuple[Callable[[Deliver], Companion], ...] = ()
    journal: Callable[[Workout], Journal | None] = nothing_recorded


class LaneAgent:
    """One lane's program. `tell` gets what the class says to the runner; what their session says goes to its listeners."""

    def __init__(
        self, setting: Setting, coach: PublicKey, make_bus: MakeBus, treadmill: AtTreadmill, tell: Callable[[Cue], object]
    ) -> None:
        self.lane = Lane(setting)
        self.seen: Seen | None = None
        self._setting = setting
        self._door = Door(setting.studio, setting.lane, coach)
        self._treadmill = treadmill
        self._clock = treadmill.clock
        self._tell = tell
        self._inbox: list[LaneInput] = []
        self._arrived = asyncio.Event()
        self._session: Session | None = None
        self._deck: Deck | None = None
        self._wanted: Prepare | None = None
        self._prepared = True
        self._told: tuple[Cue, ...] = ()
        self._recorded = False
        self._left = False
        self._counts_from = 0.0
        self._trouble = ""
        will = last_will(setting.studio, setting.lane, setting.boot)
        self._will = Will(f"{ROOT}/{setting.studio}/lane/{setting.lane}/online", will)
        self._bus = make_bus(heard_by_lanes(setting.studio), self._hear, self._link, self._will)

    def now(self) -> float:
        """The lane's own clock."""
        return self._clock.now()

    # --- the runner ---------------------------------------------------------------------------------------------------

    def take(self, *said: LaneInput) -> None:
        """What the runner says to the class. From the loop's thread only."""
        self._inbox += said
        self._arrived.set()

    def press(self, key: Key) -> None:
        """A key of the runner's own session, but for ARM before it was armed: that is what "I'm ready" leads to."""
        if self._session is not None and (key is not Key.ARM or self.lane.phase is LanePhase.STARTED):
            self._session.press(key)

    def typed(self, text: str, how: How = "key") -> bool:
        """A key, or an answer, at this lane; false when it means nothing here. From the loop's thread only."""
        meant = meaning(text, self.at, how)
        for one in meant:
            if isinstance(one, Key):
                self.press(one)
            else:
                self.take(one)
        return bool(meant)

    @property
    def at(self) -> At:
        """What the meaning of a key depends on."""
        lane, seen = self.lane, self.seen
        speed = seen.speed if seen is not None and seen.fresh else None
        moves = bool(speed) or (self._session is not None and self._session.belt_may_move)
        still = speed == 0 and not moves
        return At(lane.phase, lane.asks_about_pain, still, moves, lane.may_go_on(self.now()), lane.finds_pace)

    # --- as long as the program runs ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until `leave`, or until cancelled; a belt that may be moving because of us is told to stop on the way out."""
        parts = [asyncio.create_task(part) for part in (self._be_on_the_bus(), self._class(), self._sessions())]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in parts[1:]:
                part.cancel()
            await asyncio.gather(*parts[1:], return_exceptions=True)
            await self._say_goodbye()
            parts[0].cancel()
            await asyncio.gather(parts[0], return_exceptions=True)

    async def _be_on_the_bus(self) -> None:
        while True:
            try:
                await self._bus.run()
            except Exception as error:  # noqa: BLE001 - nothing that happens on a net may stop a belt but Stop
                self._fault("the bus", error)
                await self._clock.sleep(FAULT_S)

    def _fault(self, part: str, error: Exception) -> None:
        _log.error("treadctl: lane %d: a fault in %s: %r", self._setting.lane, part, error)
        _log.debug("the failure", exc_info=True)

    async def leave(self) -> None:
        """Stop the belt, if it may be moving because of us, and wait until it is still; `run` then ends."""
        session = self._session
        if session is not None and session.belt_may_move:
            session.press(Key.STOP)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LEAVES_S):
                    while session.ending is None:  # noqa: ASYNC110 - it has no event of its own
                        await asyncio.sleep(0.05)
        self._left = True
        self._arrived.set()

    async def _say_goodbye(self) -> None:
        """As the last will would, so that the room knows at once."""
        self._bus.publish(self._will.topic, self._will.payload, qos=1, retain=True)
        await self._bus.flushed(LAST_WORD_S)

    async def _class(self) -> None:
        while not self._left:
            if not self._step():
                await self._clock.sleep(FAULT_S)
            now = self.now()
            await wait(self._clock, self._arrived, min(self.lane.wakes_at(now), self._stir(now)) - now)

    def _stir(self, now: float) -> float:
        """A session that counts down is stepped in the moment in which it has counted, and again at each wake after it."""
        if self.seen is None or self.seen.phase is not Phase.COUNTDOWN or self._session is None:
            return float("inf")
        counted_at = self._counts_from + COUNT + _JUST_AFTER_S
        if now < counted_at:
            return counted_at
        self._session.stir()
        return float("inf")

    def _step(self, *more: LaneInput) -> bool:
        """One step of the class; a fault in it is told of, and the runner's session goes on."""
        try:
            self._take_step(more)
        except Exception as error:  # noqa: BLE001 - nothing that a room says or does may stop a belt but Stop
            self._fault("the class's part", error)
            return False
        return True

    def _take_step(self, more: tuple[LaneInput, ...]) -> None:
        if not self._prepared:
            self._prepare()
        now = self.now()
        happened, self._inbox = [*self._inbox, *more], []
        step = self.lane.step(now, happened)
        for said in step.said:
            self._say(said)
        for wish in step.wishes:
            self._do(wish)
        for report in step.reports:
            channel = CHANNELS[report.kind]
            self._bus.publish(topic_of(report), canonical(report), qos=channel.qos, retain=channel.retain)
        if self.lane.phase is LanePhase.COUNTING and not self._recorded:
            self._record()

    def _say(self, text: str) -> None:
        """A counted number is one of a second; all else may wait for what is more urgent."""
        self._tell(Cue(CueKind.CHANGE if _COUNTS.fullmatch(text) else CueKind.COACH, text))

    # --- the bus ------------------------------------------------------------------------------------------------------

    def _hear(self, message: Arrived) -> None:
        """Through the door, and acted on at once: what comes next may depend on it, and clocks are measured by it."""
        now = self.now()
        self._door.class_id = self.lane.class_id
        self._step(self._door.accept(message.topic, message.payload, message.retained, now, self.lane.clock.coach_s(now)))
        self._arrived.set()

    def _link(self, up: bool, why: str) -> None:
        if up:
            self._tell(Cue(CueKind.NEWS, "in the room"))
        elif why != self._trouble:
            self._tell(Cue(CueKind.NEWS, f"no broker: {why}", "trying again by itself"))
        self._trouble = "" if up else why
        self.take(Link(up))

    # --- the treadmill ------------------------------------------------------------------------------------------------

    async def _sessions(self) -> None:
        """One after the other; a treadmill that is not there is looked for again and again."""
        back_off_s, why = FIRST_BACK_OFF_S, ""
        while not self._left:
            try:
                await self._one_session()
                back_off_s, why = FIRST_BACK_OFF_S, ""
            except LinkError as error:
                if str(error) != why:
                    self._tell(Cue(CueKind.NEWS, f"no treadmill: {error}", "trying again by itself"))
                back_off_s, why = min(2 * back_off_s, LONGEST_BACK_OFF_S), str(error)
            except Exception as error:  # noqa: BLE001 - the belt was told to stop; the lane stays in the room to say so
                self._fault("the session, which has ended", error)
                self._see_nothing()
                back_off_s = LONGEST_BACK_OFF_S
            await self._clock.sleep(back_off_s)

    async def _one_session(self) -> None:
        at = self._treadmill
        session = Session(WAITING, self._setting.runner, self._clock, at.connect, None, at.wall, at.beside)
        for listener in (*at.listeners, self._see):
            session.listen(listener)
        if self.lane.phase not in (LanePhase.OFFERED, LanePhase.READY, LanePhase.COUNTING):
            self._wanted = None  # it was run
        self._deck, self._recorded = None, False
        self._session, self._prepared = session, self._wanted is None
        await session.run(at.address)

    def _see_nothing(self) -> None:
        self.seen = Seen(Phase.UNLINKED, fresh=False)
        self.take(self.seen)

    def _see(self, now: float, inputs: list[Input], step: Step) -> None:
        """The session's step, for the lane; at once where the room is waiting for it."""
        seen, before = Seen.of(step.snapshot), self.seen
        for happened in inputs:
            if isinstance(happened, Connected):
                self._deck = happened.machine.deck
        if not self._prepared:
            seen = replace(seen, phase=Phase.UNLINKED)  # nobody is ready for a program that is not there yet
        if self._wanted is None:
            seen = replace(seen, step="", limited="", asked_speed=None, asked_grade=None)  # nobody asked for anything
        if seen.phase is Phase.COUNTDOWN and (before is None or before.phase is not Phase.COUNTDOWN):
            self._counts_from = now
        self.seen = seen
        self._inbox.append(seen)
        if before is None or (before.phase, before.speed, before.ending) != (seen.phase, seen.speed, seen.ending):
            self._arrived.set()

    def _do(self, wish: LaneWish) -> None:
        match wish:
            case Prepare():
                self._wanted, self._prepared, self._recorded = wish, False, False
                self._prepare()
                if not self._prepared:
                    self._see_nothing()
            case Press(key=Key.ARM):
                if self._prepared and self._session is not None:
                    self._session.press(Key.ARM)
            case Press(key=key):
                self.press(key)
            case WalkNow():
                self.press(Key.WALK)
            case lane_words.EasyPace(speed=speed):
                if self._session is not None:
                    self._session.deliver(EasyPace(speed))

    def _prepare(self, journal: Journal | None = None) -> None:
        """Put the wanted program in place of what is prepared, once the treadmill is known."""
        if self._wanted is None or self._session is None or self._deck is None:
            return
        workout, deck = self._wanted.workout, self._deck
        if not reaches(deck, workout):
            workout = level_version(workout)
            self._say_once(Cue(CueKind.LIMIT, "this deck does not go down: your program is run level"))
        cues = self._session.prepare(workout, self._wanted.runner, journal)
        self._prepared = cues is not None
        self._say_once(*cues or ())

    def _say_once(self, *cues: Cue) -> None:
        """A program that is prepared again has nothing new to say."""
        for cue in cues:
            if cue not in self._told:
                self._tell(cue)
        self._told = (*self._told, *cues)[-8:]

    def _record(self) -> None:
        """A session that is about to start is recorded from here on."""
        self._recorded = True
        if self._wanted is None or not self._prepared:
            return
        journal = self._treadmill.journal(self._wanted.workout)
        if journal is not None:
            self._prepare(journal)


def reaches(deck: Deck, workout: Workout) -> bool:
    """Whether a deck reaches any of a workout's declines, or there are none."""
    asked = [segment.steepest for segment in workout if segment.steepest < LEVEL]
    return not asked or any(deck.true(deck.nearest(grade)) < LEVEL for grade in asked)
