"""Whatever is said on whatever topic: nothing starts, nothing is done twice, nothing breaks.

Nonsense, words that were cut, bent, kept, repeated, misplaced, signed by nobody, by a thief, or by the coach for another time and
place: thousands a second, at lanes with real sessions on mock treadmills, and at their console. Where nobody has said "I'm ready"
even the coach's own flawless words start nothing.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from studio_brokers import OverMqtt, embedded, joined
from studio_lanes import RealRoom, a_real_room
from studio_room import KEY, PROGRAM

from treadctl.studio.bus import Arrived
from treadctl.studio.coach_agent import Button
from treadctl.studio.lane_words import LanePhase
from treadctl.studio.memory_bus import MemoryBus
from treadctl.studio.messages import COMMANDS, REPORTS, Command, Stop, Walk, canonical
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import topic_of

pytestmark = pytest.mark.asyncio
THIEF = CoachKey.read("44" * 32)
LANES = 3
MOST_KEPT = 400
AT_ONCE = 20
COMMAND_KINDS, REPORT_KINDS = tuple(COMMANDS), tuple(REPORTS)


class Fuzzer:
    """Somebody on the bus who hears all, and says anything."""

    def __init__(self, room: RealRoom, seed: int) -> None:
        self.room, self.drawn = room, random.Random(seed)
        self.said = 0
        self._heard: list[Arrived] = []
        self._bus = MemoryBus(room.broker, ("#",), self._hear, lambda up, why: None)
        self.task = asyncio.create_task(self._bus.run())
        self._seq, self._last = 0, b""

    def _hear(self, message: Arrived) -> None:
        if message.payload != self._last and len(self._heard) < MOST_KEPT and self.drawn.random() < 0.2:
            self._heard.append(message)

    async def for_seconds(self, wall_s: float, *, flawless: bool = False) -> None:
        """Say things; `flawless` is whether the coach's own words, in order and in time, are among them."""
        until = time.monotonic() + wall_s
        while time.monotonic() < until:
            for _ in range(AT_ONCE):
                self._say(flawless)
            await self.room.wait(0.05)
            assert not self.room.task.done()
            assert not any(lane.task.done() for lane in self.room.lanes.values())

    def _say(self, flawless: bool) -> None:
        ways: list[Callable[[], tuple[str, bytes]]] = [
            self._junk,
            self._tree,
            self._unsigned,
            self._stolen,
            self._again,
            self._cut,
        ]
        ways += [self._bent, self._misplaced, self._wrong_time, self._report, self._elsewhere]
        self.said += 1
        if self.drawn.random() < 0.1:
            self._keep(*self._flawless())
            return
        topic, payload = self.drawn.choice([*ways, *([self._flawless] * 3 if flawless else [])])()
        self._last = payload
        self._bus.publish(topic, payload, qos=self.drawn.randint(0, 1), retain=self.drawn.random() < 0.1)

    def _keep(self, topic: str, payload: bytes) -> None:
        """As a broker hands over what it has kept to a lane that comes back: the coach's own word, and flawless but for that."""
        for lane in self.room.lanes.values():
            lane.agent._hear(Arrived(topic, payload, retained=True))

    # --- what is said ---------------------------------------------------------------------------------------------------

    def _junk(self) -> tuple[str, bytes]:
        return self._topic(), self.drawn.randbytes(self.drawn.choice((0, 1, 10, 300, 5000)))

    def _tree(self) -> tuple[str, bytes]:
        return self._topic(), json.dumps({name: self._value() for name in (*self._head(), "kind", "what", "sig")}).encode()

    def _unsigned(self) -> tuple[str, bytes]:
        word = self._word()
        return topic_of(word), canonical(word)

    def _stolen(self) -> tuple[str, bytes]:
        word = self._word()
        return topic_of(word), THIEF.seal(word)

    def _flawless(self) -> tuple[str, bytes]:
        word = self._word(coach="c1", class_id=self.room.lanes[1].agent.lane.class_id or "none")
        return topic_of(word), KEY.seal(word)

    def _wrong_time(self) -> tuple[str, bytes]:
        now_ms = round(self.room.console.now() * 1000)
        issued = now_ms + self.drawn.choice((-3_600_000, -70_000, -11_000, 3_000, 90_000))
        until = min(issued + 10_000, now_ms - 1) if issued < now_ms else issued + 10_000
        word = self._word(coach="c1", issued_ms=issued, expires_ms=until)
        if isinstance(word, Stop | Walk):  # these count although a clock is ahead
            word = replace(word, issued_ms=now_ms - 11_000, expires_ms=now_ms - 1_000)
        if isinstance(word, Stop):  # one of the class that a lane is in is never too old
            word = replace(word, class_id="sunday")
        return topic_of(word), KEY.seal(word)

    def _elsewhere(self) -> tuple[str, bytes]:
        """Signed by the coach, in order and in time, for another studio or another lane."""
        word = self._word(coach="c1", **self.drawn.choice(({"studio": "spa"}, {"lanes": (8,)})))
        return f"treadctl/v1/gym/coach/{word.kind}", KEY.seal(word)

    def _again(self) -> tuple[str, bytes]:
        old = self._old()
        return old.topic, old.payload

    def _misplaced(self) -> tuple[str, bytes]:
        return self._topic(), self._old().payload

    def _cut(self) -> tuple[str, bytes]:
        old = self._old()
        return old.topic, old.payload[: self.drawn.randrange(len(old.payload) or 1)]

    def _bent(self) -> tuple[str, bytes]:
        old = self._old()
        octets = bytearray(old.payload or b"{}")
        for _ in range(self.drawn.randint(1, 3)):
            octets[self.drawn.randrange(len(octets))] = self.drawn.randrange(256)
        return old.topic, bytes(octets)

    def _report(self) -> tuple[str, bytes]:
        """As a lane that is not there, or one whose program has just begun anew."""
        kind, lane = self.drawn.choice(REPORT_KINDS), self.drawn.choice((1, 2, 3, 77))
        head: dict[str, Any] = {
            "studio": "gym",
            "lane": lane,
            "boot": f"f{self.drawn.randrange(9)}",
            "class_id": "none",
            "seq": self.said,
        }
        own: dict[str, dict[str, Any]] = {
            "online": {"online": self.drawn.random() < 0.5},
            "state": {"phase": "ready", "belt": self.drawn.choice(("still", "moving", "unknown"))},
            "event": {"what": self.drawn.choice(("moving", "still", "counting", "ended"))},
            "ready": {"offer": "c1-1", "ready": True},
            "ack": {"id": f"c1-{self.drawn.randrange(40)}", "result": "done"},
            "ping": {"nonce": self.said, "asked_us": 1},
        }
        return f"treadctl/v1/gym/lane/{lane}/{kind}", canonical(REPORTS[kind](**head, **own[kind]))

    # --- of what it is made -----------------------------------------------------------------------------------------------

    def _old(self) -> Arrived:
        return self.drawn.choice(self._heard) if self._heard else Arrived("treadctl/v1/gym/coach/stop", b"{}", False)

    def _topic(self) -> str:
        kind = self.drawn.choice((*COMMAND_KINDS, *REPORT_KINDS, "class", "nonsense"))
        side = self.drawn.choice(("coach", "lane/1", "lane/2", "lane/03", "lane/999", "lane/1000", "coach/time"))
        return f"treadctl/v1/{self.drawn.choice(('gym', 'gym', 'gym', 'spa'))}/{side}/{kind}"

    def _value(self) -> Any:
        return self.drawn.choice(
            (None, True, -1, 0, 2**53, 2**70, 1.5, "", "gym", "c1", "all", "\0", "x" * 500, [1], [[]], {"a": 1})
        )

    def _head(self, **changed: Any) -> dict[str, Any]:
        self._seq += 1
        now_ms = round(self.room.console.now() * 1000)
        lanes = self.drawn.choice(("all", (1,), (2, 3)))
        class_id = self.drawn.choice(("none", self.room.lanes[1].agent.lane.class_id or "none"))
        plain = {"studio": "gym", "coach": self.drawn.choice(("c1", "c2")), "class_id": class_id, "lanes": lanes}
        times = {"issued_ms": now_ms, "expires_ms": now_ms + 10_000}
        return plain | times | {"id": f"z-{self._seq}", "seq": now_ms + self._seq} | changed

    def _word(self, **changed: Any) -> Command:
        """A word of the coach's that can be read; whether it is good for anything is another matter."""
        kind, now_ms = self.drawn.choice(COMMAND_KINDS), round(self.room.console.now() * 1000)
        own: dict[str, dict[str, Any]] = {
            "offer": {"title": "Hills", "program": self.drawn.choice((PROGRAM, "title: x", "[", "steps: 1"))},
            "start": {"t0_ms": now_ms + self.drawn.randrange(-20_000, 40_000), "place_s": self.drawn.choice((0, 0, 60))},
            "adjust": {"what": self.drawn.choice(("next", "extend", "flatter", "slower"))},
            "pause": {"what": self.drawn.choice(("pause", "resume"))},
            "say": {"text": "look up"},
            "lease": {"held": self.drawn.random() < 0.7, "asks": self.drawn.random() < 0.2},
            "time": {"nonce": self.drawn.randrange(2**20), "asked_us": 0, "came_us": now_ms * 1000, "left_us": now_ms * 1000},
        }
        head = self._head(**changed)
        if kind == "time" or own.get(kind, {}).get("what") in ("flatter", "slower"):
            head["lanes"] = head["lanes"] if len(head["lanes"]) == 1 else (1,)
        return COMMANDS[kind](**head, **own.get(kind, {}))


async def a_bad_hour(wall_s: float, seed: int, caplog: pytest.LogCaptureFixture) -> int:
    """Before anybody is ready; while all are ready; while all run. Returns how much was said."""
    async with a_real_room(LANES) as room:
        fuzzer = Fuzzer(room, seed)
        lanes = list(room.lanes.values())
        await room.offered()
        await fuzzer.for_seconds(wall_s / 2, flawless=True)
        assert [lane.starts() for lane in lanes] == [[]] * LANES, "a belt started although nobody was ready"
        fuzzer.task.cancel()
    assert "a fault in" not in caplog.text

    async with a_real_room(LANES) as room:
        after = Fuzzer(room, seed + 1)
        lanes = list(room.lanes.values())
        await room.offered()
        await room.ready()
        await after.for_seconds(wall_s / 4)
        assert [lane.starts() for lane in lanes] == [[]] * LANES, "a belt started although the coach had started nobody"
        assert all(lane.agent.lane.phase in (LanePhase.READY, LanePhase.OFFERED) for lane in lanes)
        await room.ready()
        room.press(Button.START)
        await room.until(lambda: all(lane.belt > 0 for lane in lanes), 60)
        keys = [list(lane.keys) for lane in lanes]
        await after.for_seconds(wall_s / 4)
        assert [lane.keys for lane in lanes] == keys, "a word that was no good became a key"
        assert [len(lane.starts()) for lane in lanes] == [1] * LANES
        room.stop_all()
        await room.until(lambda: all(lane.belt == 0 for lane in lanes), 60)
        after.task.cancel()
    assert "a fault in" not in caplog.text
    return fuzzer.said + after.said


async def test_whatever_is_said_on_any_topic_starts_nothing_and_breaks_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert await a_bad_hour(16.0, 5, caplog) > 1000


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10, 18))
async def test_whatever_is_said_for_a_long_time_starts_nothing_and_breaks_nothing(
    seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    print(f"{await a_bad_hour(60.0, seed, caplog)} words")


async def test_whatever_octets_reach_its_port_the_broker_goes_on() -> None:
    drawn, until = random.Random(7), time.monotonic() + 3.0
    connect = bytes.fromhex("101000044d5154540402003c0004") + b"fuzz"
    with embedded() as process:
        async with joined(OverMqtt(process.port, process.start, process.stop), "a", "room/x") as client:
            while time.monotonic() < until:
                _, writer = await asyncio.open_connection("127.0.0.1", process.port)
                writer.write(drawn.choice((b"", connect)) + drawn.randbytes(drawn.randrange(60)))
                writer.close()
            client.bus.publish("room/x", b"still here", qos=1)
            await client.until(lambda: bool(client.heard))
            assert client.links == [(True, "")]
