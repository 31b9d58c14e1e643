"""The thin asynchronous skin round `sensor_sense`: a foot pod or a strap, found, listened to, lost and found again, for ever.

A sensor has a radio of its own and never holds up the treadmill: it looks for its device only while `may_connect` says so, and
gives up a connection in the making as soon as it does not. Nothing that goes wrong here leaves as an exception.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from treadctl.clock import Clock, wait
from treadctl.engine.words import HeartRate, Input, Odd, SensorNews, StepRate, Worn
from treadctl.ftms import battery
from treadctl.ftms.errors import ProtocolError
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.sensor_sense import FootPod, Strap, Strides
from treadctl.units import Speed

FIRST_WAIT_S: Final = 2.0
"""Before the next try after a loss: a pod comes back into reach within a stride or two. Ours."""
LONGEST_WAIT_S: Final = 30.0
"""Each wait is twice the last, up to this: a search takes the adapter, and a sensor that sleeps is not missed by the second."""
NO_FASTER_S: Final = 0.5
"""Between two readings: twice the usual rate of one a second, and the journal keeps each."""
REPEAT_S: Final = 1.0
"""A reading that stays the same is told again after so long, for it is fresh."""
LOOK_S: Final = 1.0
"""Between two looks whether the sensor has fallen silent, or should make way."""
LOW_BATTERY_PERCENT: Final = 15
"""A coin cell shows little below this until it fails. Ours."""
_SOONER_S: Final = 0.05
"""A reading this little early is in time: sensors keep their second by their own clocks."""

Reading = StepRate | HeartRate

_PLAIN: Final = {
    Trouble.NOT_FOUND: "not found; wear it, wake it, and close other apps that hold it",
    Trouble.TIMED_OUT: "did not answer in time",
    Trouble.LOST: "connection lost",
    Trouble.REJECTED: "refused a request",
}
"""What went wrong, said of a sensor; the rest is said of the computer and fits as it stands."""


class _Ended(Exception):
    """A connection that we end ourselves; the message says why, for a person."""


class Sensor:
    """One device that the runner wears. `run` is its life; what it says goes to `deliver`, and can do the treadmill no harm."""

    def __init__(
        self,
        worn: Worn,
        make_radio: Callable[[], Radio],
        clock: Clock,
        deliver: Callable[[Input], None],
        *,
        belt: Callable[[], Speed | None] = lambda: None,
        may_connect: Callable[[], bool] = lambda: True,
        strides: Strides = Strides.AUTO,
    ) -> None:
        """`belt` is the speed that telemetry shows now, None if it shows none; the treadmill connects first, by `may_connect`."""
        self._worn = worn
        self._make_radio = make_radio
        self._clock = clock
        self._deliver = deliver
        self._belt = belt
        self._may_connect = may_connect
        self._sense: FootPod | Strap = FootPod(strides) if worn is Worn.FOOT_POD else Strap()
        self._pace = Pace()
        self._inbox: deque[tuple[float, bytes]] = deque()
        self._wake = asyncio.Event()
        self._lost: str | None = None
        self._heard = False
        self._told: set[str] = set()

    async def run(self) -> None:
        """Until it is cancelled: find it, listen, and after a loss find it again."""
        wait_s = FIRST_WAIT_S
        while True:
            while not self._may_connect():
                await self._clock.sleep(LOOK_S)
            why = await self._live()
            if why not in self._told:  # once in each outage, however often it is tried
                self._told.add(why)
                self._deliver(SensorNews(self._worn, why))
                self._deliver(self._sense.lost(why))
            wait_s = FIRST_WAIT_S if self._heard else wait_s
            await self._clock.sleep(wait_s)
            wait_s = min(wait_s * 2, LONGEST_WAIT_S)

    async def _live(self) -> str:
        """One connection from its beginning to its end; returns why it ended."""
        self._inbox.clear()
        self._lost, self._heard = None, False
        radio: Radio | None = None
        try:
            radio = self._make_radio()
            await self._open(radio)
            return await self._listen()
        except LinkError as error:
            return _PLAIN.get(error.trouble, error.trouble.value)
        except _Ended as ended:
            return str(ended)
        except Exception as error:  # noqa: BLE001 - a run without its pod goes on; one that this ended would not
            return f"failed: {error!r}"
        finally:
            if radio is not None:
                await radio.disconnect()

    async def _open(self, radio: Radio) -> None:
        name = await self._connect(radio)
        offered = await radio.characteristics()
        if self._sense.characteristic not in offered:
            raise _Ended(f"{name} is no {self._worn.value}")
        charge = await _charge(radio, offered)
        self._sense.connected(self._clock.now())
        await radio.subscribe(self._sense.characteristic, self._receive)
        self._told.clear()
        self._deliver(SensorNews(self._worn, f"connected: {name}{charge}"))

    async def _connect(self, radio: Radio) -> str:
        """Connect, but make way as soon as the treadmill needs the adapter."""
        connecting = asyncio.ensure_future(radio.connect(self._on_lost))
        connecting.add_done_callback(lambda _: self._wake.set())
        try:
            while not connecting.done():
                if not self._may_connect():
                    raise _Ended("waits for the treadmill")
                await wait(self._clock, self._wake, LOOK_S)
            return connecting.result()
        finally:
            if not connecting.done():
                connecting.cancel()
                await asyncio.gather(connecting, return_exceptions=True)

    async def _listen(self) -> str:
        while True:
            while self._inbox:
                self._hear(*self._inbox.popleft())
            if self._lost is not None:
                return _PLAIN[Trouble.LOST]
            now = self._clock.now()
            if silence := self._sense.quiet(now):
                self._say(silence, now)
            await wait(self._clock, self._wake, LOOK_S)

    def _hear(self, at: float, octets: bytes) -> None:
        try:
            reading = self._sense.received(octets, at, self._belt())
        except ProtocolError as error:
            if str(error) not in self._told:
                self._told.add(str(error))
                self._deliver(Odd(f"{self._worn.value}: {error}"))
            return
        self._heard = True
        self._say(reading, at)

    def _say(self, reading: Reading, now: float) -> None:
        if self._pace.due(reading, now):
            self._deliver(reading)

    def _receive(self, _characteristic: int, octets: bytes) -> None:
        self._inbox.append((self._clock.now(), octets))
        self._wake.set()

    def _on_lost(self, why: str) -> None:
        self._lost = why
        self._wake.set()


class Pace:
    """How often a reading is told: at once where belief begins or ends, a changed one soon, the same one less often."""

    def __init__(self) -> None:
        self._last: Reading | None = None
        self._at = 0.0

    def due(self, reading: Reading, now: float) -> bool:
        """Whether to tell it now; what is not told is forgotten, for a newer one is coming."""
        if self._last is not None:
            since = now - self._at + _SOONER_S
            turned = (_value(reading) is None) != (_value(self._last) is None)
            if not turned and since < (REPEAT_S if reading == self._last else NO_FASTER_S):
                return False
        self._last, self._at = reading, now
        return True


def _value(reading: Reading) -> int | None:
    return reading.steps_per_min if isinstance(reading, StepRate) else reading.bpm


async def _charge(radio: Radio, offered: frozenset[int]) -> str:
    """The battery in words, where it is told: a sensor that does not is as good as any other."""
    if battery.LEVEL not in offered:
        return ""
    try:
        percent = battery.decode(await radio.read(battery.LEVEL))
    except (LinkError, ProtocolError):
        return ""
    return f", battery {percent} %" + (", change it soon" if percent <= LOW_BATTERY_PERCENT else "")
