"""A sensor's life on a mock of it: found, listened to, lost, found again, and never in the treadmill's way."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from treadctl.clock import PacedClock
from treadctl.engine.words import HeartRate, Input, Odd, SensorNews, StepRate, Worn
from treadctl.mock.feet import MockFeet, MockHeart, MockSensor, SensorFault, SensorPreset
from treadctl.mock.memory import MemoryRadio
from treadctl.safety import Cleared
from treadctl.treadmill.gatt import LinkError, Radio, Trouble
from treadctl.treadmill.sensor_sense import Strides
from treadctl.treadmill.sensors import Pace, Sensor
from treadctl.units import Speed

asyncio_test = pytest.mark.asyncio

RUNNING = (9.0, -4.0)


@dataclass
class Ear:
    """What was delivered, and when by the paced clock."""

    clock: PacedClock = field(default_factory=lambda: PacedClock(1000))
    heard: list[tuple[float, Input]] = field(default_factory=list)

    def deliver(self, word: Input) -> None:
        self.heard.append((self.clock.now(), word))

    def words(self, *kinds: type) -> list[Input]:
        return [word for _, word in self.heard if isinstance(word, kinds)]

    def times(self, word: Input) -> list[float]:
        return [at for at, heard in self.heard if heard == word]

    def news(self) -> list[str]:
        return [word.what for _, word in self.heard if isinstance(word, SensorNews)]

    async def listen(self, sensor: Sensor, seconds: float) -> None:
        task = asyncio.create_task(sensor.run())
        await self.clock.sleep(seconds)
        assert not task.done()
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()


def pod_on(ear: Ear, pod: MockSensor, worn: Worn = Worn.FOOT_POD) -> Sensor:
    return Sensor(worn, lambda: MemoryRadio(pod, ear.clock), ear.clock, ear.deliver, belt=lambda: Speed(900), strides=Strides.NO)


class BareRadio:
    """A radio that does what a test wants; it never writes, for a sensor never does."""

    def __init__(self, offers: frozenset[int] = frozenset(), hangs: bool = False, fails: Exception | None = None) -> None:
        self.offers = offers
        self.hangs = hangs
        self.fails = fails
        self.connects = 0
        self.closed = 0
        self.receive: Callable[[int, bytes], None] | None = None

    async def connect(self, on_lost: Callable[[str], None]) -> str:
        self.connects += 1
        if self.fails is not None:
            raise self.fails
        if self.hangs:
            await asyncio.Event().wait()
        return "bare"

    async def characteristics(self) -> frozenset[int]:
        return self.offers

    async def pair(self) -> None:
        raise AssertionError("a sensor is not paired with")

    async def read(self, characteristic: int) -> bytes:
        raise LinkError(Trouble.REJECTED)

    async def subscribe(self, characteristic: int, receive: Callable[[int, bytes], None]) -> None:
        self.receive = receive

    async def write(self, cleared: Cleared) -> None:
        raise AssertionError("a sensor writes nothing")

    async def write_unanswered(self, cleared: Cleared) -> None:
        raise AssertionError("a sensor writes nothing")

    async def disconnect(self) -> None:
        self.closed += 1


def with_radio(ear: Ear, radio: Radio, may_connect: Callable[[], bool] = lambda: True) -> Sensor:
    return Sensor(Worn.FOOT_POD, lambda: radio, ear.clock, ear.deliver, may_connect=may_connect)


# --- listening -------------------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_pod_is_found_with_its_battery_and_tells_a_step_rate_each_second() -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockFeet(lambda: RUNNING)), 30.5)
    assert ear.news() == ["connected: Mock pod, battery 80 %"]
    rates = [word.steps_per_min for word in ear.words(StepRate) if isinstance(word, StepRate)]
    assert 28 <= len(rates) <= 31
    assert all(rate is not None and 155 <= rate <= 167 for rate in rates[8:])
    assert not ear.words(HeartRate, Odd)


@asyncio_test
async def test_a_strap_tells_a_heart_rate_that_rises_with_the_belt() -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockHeart(lambda: RUNNING), Worn.HEART_RATE), 100.5)
    rates = [word.bpm for word in ear.words(HeartRate) if isinstance(word, HeartRate)]
    assert len(rates) >= 95
    first, last = rates[0], rates[-1]
    assert first is not None
    assert last is not None
    assert first < 75 < 130 < last


@asyncio_test
async def test_a_battery_that_runs_low_is_told() -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockFeet(lambda: RUNNING, preset=SensorPreset("Old pod", battery_percent=12))), 2)
    assert ear.news() == ["connected: Old pod, battery 12 %, change it soon"]


@asyncio_test
async def test_a_pod_that_does_not_tell_its_battery_is_as_good_as_any() -> None:
    ear = Ear()
    await ear.listen(with_radio(ear, BareRadio(frozenset({0x2A53, 0x2A19}))), 1)
    assert ear.news() == ["connected: bare"]


@asyncio_test
async def test_silence_on_a_link_that_is_up_is_told_once_and_ends_with_the_first_frame() -> None:
    ear = Ear()
    pod = MockFeet(lambda: RUNNING, faults=[SensorFault.parse("stale@20+20")])
    await ear.listen(pod_on(ear, pod), 60)
    (silent_at,) = ear.times(StepRate(None, "no data for 5 s"))
    assert 24 <= silent_at <= 27
    told_at = [at for at, word in ear.heard if isinstance(word, StepRate)]
    assert max(after - before for before, after in pairwise(told_at)) > 14
    assert isinstance(ear.heard[-1][1], StepRate)
    assert ear.heard[-1][1].steps_per_min is not None
    assert len(ear.news()) == 1


@asyncio_test
@pytest.mark.parametrize(("fault", "why"), [("halved@30+10", "halved"), ("doubled@30+10", "too many to be steps")])
async def test_a_pod_that_halves_or_doubles_is_caught_and_believed_again(fault: str, why: str) -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockFeet(lambda: RUNNING, preset=SensorPreset("Pod"), faults=[SensorFault.parse(fault)])), 60)
    rates = [word for word in ear.words(StepRate) if isinstance(word, StepRate)]
    doubted = [word.why for word in rates if word.steps_per_min is None]
    assert set(doubted) == {why}
    assert 8 <= len(doubted) <= 12
    assert all(word.steps_per_min is None or 60 <= word.steps_per_min <= 175 for word in rates)
    assert rates[-1].steps_per_min is not None


@asyncio_test
async def test_nobody_on_the_belt_is_told_within_six_seconds() -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockFeet(lambda: RUNNING, faults=[SensorFault.parse("nobody@30")])), 60)
    stopped_at = ear.times(StepRate(0))
    assert 30 <= stopped_at[0] <= 36
    assert ear.heard[-1][1] == StepRate(0)


@asyncio_test
async def test_what_cannot_be_read_is_odd_once_and_harms_nothing() -> None:
    ear = Ear()
    radio = BareRadio(frozenset({0x2A53}))
    task = asyncio.create_task(with_radio(ear, radio).run())
    await ear.clock.sleep(1)
    assert radio.receive is not None
    for octets in (b"", b"", bytes.fromhex("00000000")):
        radio.receive(0x2A53, octets)
    await ear.clock.sleep(1)
    assert ear.words(Odd) == [Odd("foot pod: RSC Measurement takes 4 octets or more, but got nothing")]
    assert ear.words(StepRate) == [StepRate(0)]
    task.cancel()
    await asyncio.wait({task})
    assert radio.closed == 1


# --- losing ----------------------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_lost_pod_is_told_once_and_found_again() -> None:
    ear = Ear()
    await ear.listen(pod_on(ear, MockFeet(lambda: RUNNING, faults=[SensorFault.parse("lost@20+25")])), 120)
    assert ear.news() == [
        "connected: Mock pod, battery 80 %",
        "connection lost",
        "not found; wear it, wake it, and close other apps that hold it",
        "connected: Mock pod, battery 80 %",
    ]
    (lost_at,) = ear.times(StepRate(None, "connection lost"))
    assert 20 <= lost_at <= 22
    assert any(at > 50 and isinstance(word, StepRate) and word.steps_per_min for at, word in ear.heard)


@asyncio_test
async def test_a_pod_that_never_answers_is_looked_for_with_growing_patience() -> None:
    ear = Ear()
    radio = BareRadio(fails=LinkError(Trouble.NOT_FOUND))
    await ear.listen(with_radio(ear, radio), 100)
    assert radio.connects == 7  # at 0, 2, 6, 14, 30, 60 and 90 s
    await ear.listen(with_radio(ear, radio), 1)
    assert ear.news()[0] == "not found; wear it, wake it, and close other apps that hold it"
    assert len(ear.news()) == 2  # once for each of the two sensors
    assert radio.closed == radio.connects


@asyncio_test
@pytest.mark.parametrize(
    ("fails", "said"),
    [
        (LinkError(Trouble.TIMED_OUT, "Connect"), "did not answer in time"),
        (LinkError(Trouble.RADIO_OFF), "Bluetooth is switched off; switch it on and run the command again"),
        (LinkError(Trouble.REJECTED), "refused a request"),
        (ZeroDivisionError("by zero"), "failed: ZeroDivisionError('by zero')"),
    ],
)
async def test_no_failure_ends_a_sensor_and_none_speaks_of_a_treadmill(fails: Exception, said: str) -> None:
    ear = Ear()
    await ear.listen(with_radio(ear, BareRadio(fails=fails)), 1)
    assert [word for _, word in ear.heard] == [SensorNews(Worn.FOOT_POD, said), StepRate(None, said)]


@asyncio_test
async def test_a_device_of_another_kind_is_named_as_such() -> None:
    ear = Ear()
    await ear.listen(with_radio(ear, BareRadio(frozenset({0x2A37}))), 1)
    assert ear.news() == ["bare is no foot pod"]


# --- the treadmill first ---------------------------------------------------------------------------------------------


@asyncio_test
async def test_a_sensor_waits_until_it_may_connect_and_makes_way_when_it_may_no_longer() -> None:
    ear = Ear()
    radio = BareRadio(hangs=True)
    allowed = False
    task = asyncio.create_task(with_radio(ear, radio, lambda: allowed).run())
    await ear.clock.sleep(10)
    assert radio.connects == 0
    allowed = True
    await ear.clock.sleep(3)
    assert (radio.connects, radio.closed) == (1, 0)
    allowed = False
    await ear.clock.sleep(3)
    assert (radio.connects, radio.closed) == (1, 1)
    assert ear.news() == ["waits for the treadmill"]
    task.cancel()
    await asyncio.wait({task})


@asyncio_test
async def test_a_sensor_that_is_cancelled_while_connecting_leaves_nothing_behind() -> None:
    ear = Ear()
    radio = BareRadio(hangs=True)
    await ear.listen(with_radio(ear, radio), 3)
    assert (radio.connects, radio.closed) == (1, 1)
    assert not ear.heard


# --- how often -------------------------------------------------------------------------------------------------------


def test_the_same_reading_is_told_once_a_second_and_a_changed_one_twice() -> None:
    pace = Pace()
    told = [at / 10 for at in range(0, 31, 1) if pace.due(StepRate(165), at / 10)]
    assert told == [0.0, 1.0, 2.0, 3.0]
    pace = Pace()
    told = [at / 10 for at in range(0, 21, 1) if pace.due(StepRate(150 + at), at / 10)]
    assert told == [0.0, 0.5, 1.0, 1.5, 2.0]


def test_belief_that_begins_or_ends_is_told_at_once() -> None:
    pace = Pace()
    assert pace.due(HeartRate(120), 0.0)
    assert pace.due(HeartRate(None, "no skin contact"), 0.1)
    assert not pace.due(HeartRate(None, "no skin contact"), 0.2)
    assert pace.due(HeartRate(121), 0.3)
