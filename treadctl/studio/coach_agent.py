"""A console's side of a class, running: bus, signatures and time around the pure `Coach`.

No screen is waited for: what is pressed is handed over and done at once, and the newest picture of the room wins.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Final, Literal

from treadctl.clock import Clock, RunningClock, wait
from treadctl.studio.bus import Arrived, Bus, Heard, Linked
from treadctl.studio.coach import Coach
from treadctl.studio.collector import CLEAR_OF_T0_S
from treadctl.studio.messages import ALL, Class, Command, Lanes
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus
from treadctl.studio.room_view import RoomView, room_view
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import CHANNELS, heard_by_coach, topic_of
from treadctl.workout.errors import WorkoutError

WAKE_S: Final = 0.1
"""How often the coach is stepped while nothing comes in: a tenth of its shortest repeat. Ours."""
LOOK_S: Final = 0.25
"""How often a new picture of the room is made, but about T0."""
NOTICE_S: Final = 8.0
"""A notice stays for so long."""
AGAIN_S: Final = 1.0
"""A STOP ALL key that is held down repeats itself; the word is said again and again anyway. Ours."""
LEAVE_S: Final = 2.0
"""For the last words on the way out."""

Connect = Callable[[tuple[str, ...], Heard, Linked], Bus]
"""Makes the bus: what to subscribe to, who hears it, who is told of the broker."""


def over_broker(address: BrokerAddress) -> Connect:
    """A bus over a real broker."""
    return lambda subscriptions, heard, linked: MqttBus(address, "coach", subscriptions, heard, linked)


class Button(Enum):
    """What the staff can press. There is none for faster or steeper."""

    SEND = "send"
    CAP = "cap the decline"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    NEXT = "next"
    EXTEND = "extend"
    FLATTER = "flatter"
    SLOWER = "slower"
    SAY = "say"
    WALK_ALL = "walk all"
    STOP_ALL = "stop all"
    TAKE_OVER = "take over"
    LOOKED = "looked"


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press: for whom, and with SEND the workout file in `text` and its `title`, with SAY the line in `text`.

    `decline_s` is the cap of the decline that SEND gives to all and CAP to one lane; None for the program as written.
    """

    button: Button
    lanes: Lanes = ALL
    text: str = ""
    title: str = ""
    decline_s: int | None = None


STOP_ALL: Final = Pressed(Button.STOP_ALL)
_DONE: Final = {
    Button.WALK_ALL: "everybody was asked to walk, level",
    Button.RESUME: "offered to go on: each runner says when, with a key of their own",
    Button.NEXT: "the next step was asked for",
    Button.EXTEND: "a longer step was asked for",
    Button.FLATTER: "flatter was asked for",
    Button.SLOWER: "slower was asked for",
    Button.SAY: "the line was sent",
    Button.CAP: "sent to this lane alone; its runner says ready again",
    Button.LOOKED: "noted: its belt was seen still",
    Button.TAKE_OVER: "the other console was asked for the lead; if it is gone, this takes 15 seconds",
}
"""What is said of a press whose effect is not plain to see."""
_ADJUSTS: Final[dict[Button, Literal["next", "extend", "flatter", "slower"]]] = {
    Button.NEXT: "next",
    Button.EXTEND: "extend",
    Button.FLATTER: "flatter",
    Button.SLOWER: "slower",
}


def class_id_of(coach: str, now: float) -> str:
    """A name of its own for each class that a console sends, to the millisecond: a Stop means one class, and not the next."""
    moment = datetime.fromtimestamp(now, UTC)
    return f"{moment:%y%m%d-%H%M%S}-{moment.microsecond // 1000:03d}-{coach}"[:40].rstrip("-")


class CoachAgent:
    """One console on its bus, in one loop. `epoch` makes its clock the coach's: seconds since 1970 when it was made."""

    def __init__(
        self, name: str, studio: str, key: CoachKey, connect: Connect, clock: Clock | None = None, epoch: float | None = None
    ) -> None:
        self.clock = clock if clock is not None else RunningClock()
        self._epoch = (time.time() if epoch is None else epoch) - self.clock.now()
        self.coach = Coach(studio, name, key.public, self.now())
        self.coach.linked(False, self.now())
        self.linked, self.why = False, "not connected yet"
        self._key = key
        self._woken = asyncio.Event()
        self._bus = connect(heard_by_coach(studio), self._hear, self._link)
        self._leads_since: float | None = None
        self._notice, self._notice_at = "", float("-inf")
        self._looked_at = float("-inf")
        self.latest = self._look()

    def now(self) -> float:
        """The coach's clock."""
        return self._epoch + self.clock.now()

    def stir(self) -> None:
        """Something was pressed on `coach`; act on it now."""
        self._woken.set()

    def press(self, pressed: Pressed) -> None:
        """Do what was pressed, now; why it was not done is shown. From the loop's thread only."""
        why_not = self._do(pressed, self.now())
        self._notice = f"not done: {why_not}" if why_not else _DONE.get(pressed.button, "")
        self._notice_at = self.now()
        self.stir()
        self._step()
        self.latest = self._look()

    async def run(self) -> None:
        """Take part until cancelled; the bus comes back by itself."""
        bus = asyncio.create_task(self._bus.run())
        try:
            while not bus.done():
                self._step()
                if self.now() - self._looked_at >= LOOK_S and not self._is_about_t0():
                    self.latest = self._look()
                await wait(self.clock, self._woken, WAKE_S)
            bus.result()
        finally:
            bus.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await bus

    def _is_about_t0(self) -> bool:
        """A picture of many lanes takes as long as fifty of them take to start, and some run on the console's own computer."""
        return self.coach.t0 is not None and abs(self.now() - self.coach.t0) < CLEAR_OF_T0_S

    async def leave(self) -> None:
        """Give the lease away, and let the last words reach the broker."""
        lease = self.coach.hand_over(self.now())
        if lease is not None:
            self._publish(lease)
        if self.linked:
            await self._bus.flushed(LEAVE_S)

    def _do(self, pressed: Pressed, now: float) -> str:
        coach = self.coach
        match pressed.button:
            case Button.STOP_ALL:
                if coach.stopped_at is None or now - coach.stopped_at > AGAIN_S:
                    coach.stop_all(now)
                return ""
            case Button.WALK_ALL:
                coach.walk_all(now)
                return ""
            case Button.SEND:
                return self._send(pressed, now)
            case Button.CAP:
                return self._cap(pressed, now)
            case Button.START:
                return coach.start(now)
            case Button.PAUSE:
                return coach.pause(now, pressed.lanes)
            case Button.RESUME:
                return coach.offer_to_resume(now, pressed.lanes)
            case Button.NEXT | Button.EXTEND | Button.FLATTER | Button.SLOWER:
                return coach.adjust(_ADJUSTS[pressed.button], now, pressed.lanes)
            case Button.SAY:
                return coach.say(pressed.text, now, pressed.lanes)
            case Button.TAKE_OVER:
                return coach.take_over()
            case Button.LOOKED:
                return "that is for one lane" if pressed.lanes == ALL else coach.looked(pressed.lanes[0], now)

    def _send(self, pressed: Pressed, now: float) -> str:
        try:
            return self.coach.offer(
                class_id_of(self.coach.coach, now), pressed.title, pressed.text, now, pressed.lanes, pressed.decline_s
            )
        except WorkoutError as error:
            return str(error)

    def _cap(self, pressed: Pressed, now: float) -> str:
        if pressed.lanes == ALL or len(pressed.lanes) != 1:
            return "a cap of one's own is for one lane"
        return self.coach.cap(pressed.lanes[0], pressed.decline_s, now)

    def _step(self) -> None:
        now = self.now()
        for command in self.coach.step(now):
            self._publish(command)
        kept = self.coach.class_word(now)
        if kept is not None:
            self._publish(kept)
        if not self.coach.leads:
            self._leads_since = None
        elif self._leads_since is None:
            self._leads_since = now

    def _publish(self, word: Command | Class) -> None:
        channel = CHANNELS[word.kind]
        self._bus.publish(topic_of(word), self._key.seal(word), qos=channel.qos, retain=channel.retain)

    def _hear(self, message: Arrived) -> None:
        self.coach.hear(message.topic, message.payload, message.retained, self.now())
        self._woken.set()

    def _link(self, up: bool, why: str) -> None:
        self.linked, self.why = up, why
        self.coach.linked(up, self.now())
        self._woken.set()

    def _look(self) -> RoomView:
        now = self.now()
        self._looked_at = now
        notice = self._notice if now - self._notice_at <= NOTICE_S else ""
        return room_view(self.coach, now, linked=self.linked, why=self.why, leads_since=self._leads_since, notice=notice)
