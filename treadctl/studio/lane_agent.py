"""One lane, running: bus, door, the pure `Lane`, and its treadmill's sessions, in one loop.

The broker carries intentions; the belt runs by the session alone (`lane_treadmill`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from treadctl.clock import JUMP_S, wait
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.constants import TICK_S
from treadctl.engine.phases import Phase
from treadctl.engine.words import ClockJumped, Key
from treadctl.studio.accept import Door
from treadctl.studio.bus import Arrived, Bus, Heard, Linked, Will
from treadctl.studio.collector import COLLECTOR
from treadctl.studio.lane import Lane
from treadctl.studio.lane_keys import At, meaning
from treadctl.studio.lane_look import Look
from treadctl.studio.lane_reports import How, last_will
from treadctl.studio.lane_treadmill import AtTreadmill, Sessions
from treadctl.studio.lane_words import (
    Broken,
    LaneInput,
    LaneKey,
    LanePhase,
    LaneStep,
    LaneWish,
    Link,
    PainToday,
    Prepare,
    Press,
    Said,
    Seen,
)
from treadctl.studio.messages import Pause, Report, Stop, Walk, canonical
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus
from treadctl.studio.part import Setting
from treadctl.studio.signing import PublicKey
from treadctl.studio.topics import CHANNELS, ROOT, heard_by_lane, topic_of

__all__ = ["AtTreadmill", "LaneAgent", "over_broker"]

LEAVES_S: Final = 40.0
"""Wall seconds that the way out waits for a stopped belt: the engine gives a Stop up after 30 s without one."""
FAULT_S: Final = 1.0
"""After a fault in the class's part it is tried again this much later. Ours."""
LAST_WORD_S: Final = 1.0
"""For the last word to reach the broker. Ours."""
TEN_S: Final = 2.0
"""A 0 this soon after a 1 makes the answer a ten: digits of a pad act at once. Ours."""
_TAKES_BACK: Final = frozenset({Key.STOP, Key.PAUSE, Key.WALK})
_log: Final = logging.getLogger(__name__)

_BEFORE_THE_BELT: Final = frozenset({Phase.READY, Phase.LEVELLING, Phase.COUNTDOWN, Phase.STARTING})
_STAYS_AWAKE: Final = frozenset({LanePhase.READY, LanePhase.COUNTING, LanePhase.STARTED})

MakeBus = Callable[[tuple[str, ...], Heard, Linked, Will], Bus]
"""Makes the bus: what to subscribe to, who hears it, who is told of the broker, what is said when this program dies."""


def over_broker(address: BrokerAddress, lane: int) -> MakeBus:
    """A bus over a real broker."""
    return lambda subscriptions, heard, linked, will: MqttBus(address, f"lane-{lane}", subscriptions, heard, linked, will)


class LaneAgent:
    """One lane's program. `tell` gets what the class says to the runner; what their session says goes to its listeners."""

    def __init__(
        self, setting: Setting, coach: PublicKey, make_bus: MakeBus, treadmill: AtTreadmill, tell: Callable[[Cue], object]
    ) -> None:
        self.lane = Lane(setting)
        self.look: Look = self.lane.look(treadmill.clock.now())
        self._setting = setting
        self._door = Door(setting.studio, setting.lane, coach)
        self._clock = treadmill.clock
        self._memory = treadmill.memory
        self._mind_ready, self._wall = treadmill.mind_ready, treadmill.wall
        self._wall_ahead: float | None = None
        self._tell = tell
        self._inbox: list[LaneInput] = []
        self._arrived = asyncio.Event()
        self._sessions = Sessions(treadmill, setting.runner, self._saw, self._still_wanted, self._say, self._fault)
        self._left = False
        self._one_at = float("-inf")
        self._trouble = ""
        will = last_will(setting.studio, setting.lane, setting.boot)
        self._will = Will(f"{ROOT}/{setting.studio}/lane/{setting.lane}/online", will)
        self._bus = make_bus(heard_by_lane(setting.studio, setting.lane), self._hear, self._link, self._will)

    def now(self) -> float:
        """The lane's own clock."""
        return self._clock.now()

    @property
    def seen(self) -> Seen | None:
        """What the session showed last."""
        return self._sessions.seen

    @property
    def program(self) -> Prepare | None:
        """What is prepared for this runner, as it will be run; None while there is nothing."""
        return self._sessions.program

    @property
    def out_of_reach(self) -> bool:
        """Whether the belt may be moving because of us, and its link is lost."""
        seen = self.seen
        return self._sessions.belt_may_move and (seen is None or seen.phase is Phase.UNLINKED)

    @property
    def belt_is_left(self) -> bool:
        """Whether the belt may be moving because of us: once `run` has ended, whether it was left so."""
        return self._sessions.belt_may_move

    # --- the runner ---------------------------------------------------------------------------------------------------

    def take(self, *said: LaneInput) -> None:
        """What the runner says to the class. From the loop's thread only."""
        for one in said:
            if isinstance(one, PainToday) and self._memory is not None:
                self._try("the history", self._memory.felt, one.level)
        self._inbox += said
        self._arrived.set()

    def press(self, key: Key) -> None:
        """A key of the runner's own session, but for ARM before it was armed: that is what "I'm ready" leads to.

        Before the start, whoever stops, pauses or walks is not ready.
        """
        if key in _TAKES_BACK and self.lane.phase in (LanePhase.READY, LanePhase.COUNTING):
            self.take(Said(LaneKey.NOT_READY))
        if key is not Key.ARM or self.lane.phase is LanePhase.STARTED:
            self._sessions.press(key)

    def typed(self, text: str, how: How = "key") -> bool:
        """A key, or an answer, at this lane; false when it means nothing here. From the loop's thread only."""
        at = self.at
        meant = meaning(text, at, how)
        if text == "0" and self.now() - self._one_at <= TEN_S and at.phase is LanePhase.OFFERED and not at.belt_moves:
            meant = (PainToday(10),)
        self._one_at = self.now() if meant == (PainToday(1),) else float("-inf")
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
        moves = bool(speed) or self._sessions.belt_may_move
        still = speed == 0 and not moves
        return At(lane.phase, lane.asks_about_pain, still, moves, lane.may_go_on(self.now()), lane.finds_pace)

    # --- as long as the program runs ----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until `leave`, or until cancelled; a belt that may be moving because of us is told to stop on the way out."""
        try:
            await self._run()
        finally:
            COLLECTOR.held(self, False)

    async def _run(self) -> None:
        sessions = self._sessions.run(lambda: self._left)
        parts = [asyncio.create_task(part) for part in (self._be_on_the_bus(), self._class(), sessions)]
        try:
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            for part in done:
                part.result()
        finally:
            for part in parts[1:]:
                part.cancel()
            await asyncio.gather(*parts[1:], return_exceptions=True)
            if self._memory is not None:
                self._try("the end of the history", self._memory.close)
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
        await self._sessions.leave(LEAVES_S)
        self._left = True
        self._arrived.set()

    async def _say_goodbye(self) -> None:
        """As the last will would, so that the room knows at once."""
        self._bus.publish(self._will.topic, self._will.payload, qos=1, retain=True)
        await self._bus.flushed(LAST_WORD_S)

    # --- the class ----------------------------------------------------------------------------------------------------

    async def _class(self) -> None:
        while not self._left:
            if not self._step():
                await self._clock.sleep(FAULT_S)
            now = self.now()
            await wait(self._clock, self._arrived, self._wakes_at(now) - now)

    def _wakes_at(self, now: float) -> float:
        try:
            return self.lane.wakes_at(now)
        except Exception as error:  # noqa: BLE001 - likewise
            self._fault("the class's hours", error)
            return now + TICK_S

    def _step(self, *more: LaneInput) -> bool:
        """One step of the class; a fault in it is told of, and the runner's session goes on. What was to be done comes first."""
        now = self.now()
        self._try("the clocks", self._look_at_the_clocks, now)
        happened, self._inbox = [*self._inbox, *more], []
        try:
            step = self.lane.step(now, happened)
        except Exception as error:  # noqa: BLE001 - nothing that a room says or does may stop a belt but Stop
            self._fault("the class's part", error)
            self._failed(happened, now)
            return False
        self._act(step, now)
        return True

    def _failed(self, happened: list[LaneInput], now: float) -> None:
        """The class's part is lost for this step: what makes things milder is done all the same, and nobody is started."""
        COLLECTOR.held(self, False)
        seen, phase = self.seen, self.lane.phase
        if phase is LanePhase.STARTED and (seen is None or (seen.phase in _BEFORE_THE_BELT and not seen.speed)):
            self._try("a pause", self._sessions.press, Key.PAUSE)
        for one in happened:
            key = _milder(one, phase)
            if key is not None:
                self._try("a key", self._sessions.press, key)
        if phase in (LanePhase.READY, LanePhase.COUNTING):
            self._say(Cue(CueKind.NEWS, "something failed here; press ready again when you are"))
        self._try("calling it off", self.lane.call_off, now)

    def _act(self, step: LaneStep, now: float) -> None:
        for wish in sorted(step.wishes, key=_stops_first):
            self._try("a wish of the class", self._sessions.do, wish)
        for report in step.reports:
            self._try("a word to the room", self._publish, report)
        for cue in step.said:
            self._say(cue)
        if not self._sessions.is_prepared:
            self._try("the program", self._sessions.prepare)
        if self.lane.phase is LanePhase.COUNTING:
            self._try("the recording", self._sessions.record)
        if self._mind_ready is not None:
            self._try("staying awake", self._mind_ready, self.lane.phase in _STAYS_AWAKE)
        COLLECTOR.held(self, self.lane.is_near_t0(now))
        self._try("the screen", self._be_seen, now)

    def _be_seen(self, now: float) -> None:
        self.look = self.lane.look(now)

    def _look_at_the_clocks(self, now: float) -> None:
        """Wall clock and running clock that went apart since: this computer slept, however little at a time."""
        if self._wall is None:
            return
        wall_ahead = self._wall() - now
        self.lane.by_the_wall(wall_ahead)
        if self._wall_ahead is None:
            self._wall_ahead = wall_ahead
        elif abs(apart := wall_ahead - self._wall_ahead) > JUMP_S:
            self._wall_ahead = wall_ahead
            self._inbox.insert(0, ClockJumped(apart))

    def _publish(self, report: Report) -> None:
        channel = CHANNELS[report.kind]
        self._bus.publish(topic_of(report), canonical(report), qos=channel.qos, retain=channel.retain)

    def _say(self, cue: Cue) -> None:
        self._try("a voice or a screen", self._tell, cue)

    def _try(self, part: str, act: Callable[..., object], *what: object) -> None:
        """Each part by itself: what one of them fails at keeps no other from its own."""
        try:
            act(*what)
        except Exception as error:  # noqa: BLE001 - nothing that is said or shown may come before what is done
            self._fault(part, error)

    def _saw(self, seen: Seen | Broken, soon: bool) -> None:
        self._inbox.append(seen)
        if soon:
            self._arrived.set()

    def _still_wanted(self) -> bool:
        return self.lane.phase in (LanePhase.OFFERED, LanePhase.READY, LanePhase.COUNTING)

    # --- the bus ------------------------------------------------------------------------------------------------------

    def _hear(self, message: Arrived) -> None:
        """Through the door, and acted on at once: what comes next may depend on it, and clocks are measured by it."""
        now = self.now()
        self._door.class_id = self.lane.class_id
        self._step(self._door.accept(message.topic, message.payload, message.retained, now, self.lane.clock.coach_s(now)))
        self._arrived.set()

    def _link(self, up: bool, why: str) -> None:
        if up:
            self._say(Cue(CueKind.NEWS, "in the room"))
        elif why != self._trouble:
            self._say(Cue(CueKind.NEWS, f"no broker: {why}", "trying again by itself"))
        self._trouble = "" if up else why
        self.take(Link(up))


def _stops_first(wish: LaneWish) -> bool:
    return wish != Press(Key.STOP)


def _milder(happened: LaneInput, phase: LanePhase) -> Key | None:
    """The session's own key for what a runner or the coach said, where that makes a belt slower or stops it."""
    match happened:
        case Stop():
            return Key.STOP
        case Said(key=LaneKey.NOT_READY) | Pause(what="pause") if phase is LanePhase.STARTED:
            return Key.PAUSE
        case Walk() if phase is LanePhase.STARTED:
            return Key.WALK
    return None
