"""What a thief can do with all that lies beside lane 7: its password, the coach's public key, what it heard. On both brokers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from studio_brokers import Client, OverMqtt, joined
from studio_room import KEY, PROGRAM
from test_studio_bus import BASE, WORDS, As, guarded, payloads

from treadctl.studio.accept import Door, Refusal
from treadctl.studio.bus import Will
from treadctl.studio.lane_reports import last_will
from treadctl.studio.messages import Command, Lease, Offer, Reason, Start
from treadctl.studio.signing import CoachKey
from treadctl.studio.topics import heard_by_lane, topic_of

pytestmark = pytest.mark.asyncio
__all__ = ["guarded"]


def _nothing() -> None:
    """Its broker's process is another test's."""


def entered(port: int, user: str) -> As:
    return As(port, user, WORDS[user])


def head(seq: int) -> dict[str, Any]:
    now_ms = round(time.time() * 1000)
    times = {"issued_ms": now_ms, "expires_ms": now_ms + 10_000}
    return {"studio": "gym", "coach": "c1", "class_id": "monday", "lanes": "all", "id": f"c1-{seq}", "seq": seq} | times


def words() -> list[Command]:
    t0_ms = round(time.time() * 1000) + 12_000
    return [Lease(**head(1), held=True), Offer(**head(2), title="Hills", program=PROGRAM), Start(**head(3), t0_ms=t0_ms)]


async def test_a_thief_says_nothing_as_the_coach_neither_their_own_words_nor_those_they_heard(guarded: int) -> None:
    async with (
        joined(entered(guarded, "lane-8"), "l8", *heard_by_lane("gym", 8)) as eight,
        joined(entered(guarded, "lane-7"), "l7", *heard_by_lane("gym", 7)) as thief,
        joined(entered(guarded, "coach"), "coach", f"{BASE}/lane/+/+") as coach,
    ):
        said = [(topic_of(word), KEY.seal(word)) for word in words()]
        for topic, payload in said:
            coach.bus.publish(topic, payload, qos=1)
        await thief.until(lambda: len(thief.heard) == len(said))
        for topic, payload in (*said, *((topic_of(word), CoachKey.read("66" * 32).seal(word)) for word in words())):
            thief.bus.publish(topic, payload, qos=1)
            thief.bus.publish(topic, payload, qos=1, retain=True)
        thief.bus.publish(f"{BASE}/coach/time/8", b"another time", qos=1)
        for kind in ("ready", "ack", "state", "online", "event", "ping"):
            thief.bus.publish(f"{BASE}/lane/8/{kind}", b"as lane 8", qos=1)
        thief.bus.publish(f"{BASE}/lane/7/ready", b"as lane 7", qos=1)
        await coach.until(lambda: bool(coach.heard))
        coach.bus.publish(f"{BASE}/coach/say", b"the end", qos=1)
        await eight.until(lambda: payloads(eight)[-1:] == [b"the end"])
        async with joined(entered(guarded, "lane-8"), "late", *heard_by_lane("gym", 8)) as late:
            coach.bus.publish(f"{BASE}/coach/say", b"to those who come late", qos=1)
            await late.until(lambda: bool(late.heard))
            assert payloads(late) == [b"to those who come late"]
    assert payloads(eight)[: len(said)] == [payload for _, payload in said]
    assert payloads(eight)[len(said) :] in ([b"the end"], [b"the end", b"to those who come late"])
    assert payloads(coach) == [b"as lane 7"]


async def test_a_thief_who_even_gets_past_the_broker_starts_and_steers_nothing(guarded: int) -> None:
    """Past its access list, as on a broker without users: the door of lane 8 knows the coach's key, and what it has acted on."""
    door, now = Door("gym", 8, KEY.public), time.time()
    door.class_id = "monday"
    for word in words():
        assert door.accept(topic_of(word), CoachKey.read("66" * 32).seal(word), False, 1.0, now) == Refusal(Reason.FORGED)
    sealed = [(topic_of(word), KEY.seal(word)) for word in words()]
    assert [type(door.accept(topic, payload, False, 1.0, now)) for topic, payload in sealed] == [Lease, Offer, Start]
    again = [door.accept(topic, payload, False, 2.0, now + 1) for topic, payload in sealed]
    assert [refusal.reason for refusal in again if isinstance(refusal, Refusal)] == [
        Reason.REPLAYED,
        Reason.DUPLICATE,
        Reason.DUPLICATE,
    ]


async def test_a_thief_hears_no_other_lane_and_not_its_time(guarded: int) -> None:
    for wanted in (f"{BASE}/lane/8/+", f"{BASE}/lane/+/+", f"{BASE}/coach/time/8", f"{BASE}/coach/time/+", f"{BASE}/#", "#"):
        thief = Client(lambda me, w=wanted: entered(guarded, "lane-7").bus("l7", (w,), me, None))  # type: ignore[misc] # bound now
        thief.task = asyncio.create_task(thief.bus.run())
        async with joined(entered(guarded, "lane-8"), "l8") as eight, joined(entered(guarded, "coach"), "coach") as coach:
            await thief.until(lambda t=thief: bool(t.links))  # type: ignore[misc] # bound now
            eight.bus.publish(f"{BASE}/lane/8/state", b"private", qos=1)
            coach.bus.publish(f"{BASE}/coach/time/8", b"private", qos=1)
            assert await eight.bus.flushed(5)
            assert await coach.bus.flushed(5)
        await thief.leave()
        assert thief.heard == [], wanted


async def test_a_thief_who_dies_takes_no_other_lane_along(guarded: int) -> None:
    will = Will(f"{BASE}/lane/8/online", last_will("gym", 8, "b1"))
    async with joined(entered(guarded, "coach"), "coach", f"{BASE}/lane/+/+") as coach:
        thief = Client(lambda me: entered(guarded, "lane-7").bus("l7", (), me, will))
        thief.task = asyncio.create_task(thief.bus.run())
        await thief.until(lambda: bool(thief.links))
        if thief.up:  # Mosquitto asks about a will when it is said
            OverMqtt(guarded, _nothing, _nothing).kill(thief)
            await thief.until(lambda: not thief.up)
        await thief.leave()
        async with joined(entered(guarded, "lane-8"), "l8") as eight:
            eight.bus.publish(f"{BASE}/lane/8/state", b"here", qos=1)
            await coach.until(lambda: bool(coach.heard))
    assert payloads(coach) == [b"here"]
