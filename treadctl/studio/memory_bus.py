"""A broker inside one process, with the faults of a bad network: delay, loss, doubles, disorder, and a broker that goes.

Chance comes from a seed and time from a clock that is handed in, so what happened once happens again.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from random import Random

from treadctl.clock import Clock
from treadctl.studio.bus import MOST_WAITING, Arrived, Heard, Linked, Will
from treadctl.studio.topics import covers


@dataclass(frozen=True, slots=True)
class Faults:
    """How bad the network is. QoS 1 is never lost, but doubled; QoS 0 is lost. Delays are from nothing to `delay_s`, each way."""

    delay_s: float = 0.0
    lost: float = 0.0
    doubled: float = 0.0


NONE = Faults()


class MemoryBroker:
    """Routes between its clients; `up` is whether it runs."""

    def __init__(self, clock: Clock, faults: Faults = NONE, seed: int = 0) -> None:
        self.clock = clock
        self.faults = faults
        self.up = True
        self._random = Random(seed)
        self._clients: list[MemoryBus] = []
        self._kept: dict[str, bytes] = {}
        self._flying: set[asyncio.Task[None]] = set()

    def go_down(self) -> None:
        """The broker dies: everybody is cut off, what it had kept is lost, and no will is said."""
        self.up = False
        self._kept.clear()
        for client in tuple(self._clients):
            client.cut("the broker is gone")
        self._clients.clear()

    def come_back(self) -> None:
        """It runs again; its clients find it by themselves."""
        self.up = True

    def join(self, client: MemoryBus) -> None:
        """A client connects and subscribes; it gets what was kept."""
        self._clients.append(client)
        for topic, payload in self._kept.items():
            if client.wants(topic):
                self._send(client, Arrived(topic, payload, True), 1)

    def leave(self, client: MemoryBus, *, will: Will | None) -> None:
        """A client goes; one that died leaves its will."""
        if client in self._clients:
            self._clients.remove(client)
        if will is not None and self.up:
            self.route(will.topic, will.payload, 1, retain=True)

    def route(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> None:
        """A message reaches the broker."""
        if retain and payload:
            self._kept[topic] = payload
        elif retain:
            self._kept.pop(topic, None)
        for client in tuple(self._clients):
            if client.wants(topic):
                self._send(client, Arrived(topic, payload, False), qos)

    def _send(self, client: MemoryBus, message: Arrived, qos: int) -> None:
        faults, chance = self.faults, self._random.random
        if qos == 0 and faults.lost and chance() < faults.lost:
            return
        for _ in range(2 if faults.doubled and chance() < faults.doubled else 1):
            if not faults.delay_s:
                client.deliver(message)
                continue
            task = asyncio.get_running_loop().create_task(self._later(client, message, chance() * faults.delay_s))
            self._flying.add(task)
            task.add_done_callback(self._flying.discard)

    async def _later(self, client: MemoryBus, message: Arrived, delay_s: float) -> None:
        await self.clock.sleep(delay_s)
        if client in self._clients:
            client.deliver(message)


class MemoryBus:
    """One client of a `MemoryBroker`."""

    def __init__(
        self, broker: MemoryBroker, subscriptions: tuple[str, ...], heard: Heard, linked: Linked, will: Will | None = None
    ) -> None:
        self._broker = broker
        self._subscriptions = subscriptions
        self._heard = heard
        self._linked = linked
        self._will = will
        self._joined = False
        self._lost = asyncio.Event()
        self._waiting: list[tuple[str, bytes, int, bool]] = []

    def wants(self, topic: str) -> bool:
        """Whether a subscription covers this topic."""
        return any(covers(subscription, topic) for subscription in self._subscriptions)

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Send; `Bus.publish` has the contract."""
        if self._joined:
            self._broker.route(topic, payload, qos, retain=retain)
        elif qos:
            self._waiting = [*self._waiting[1 - MOST_WAITING :], (topic, payload, qos, retain)]

    def deliver(self, message: Arrived) -> None:
        """The broker hands over a message."""
        self._heard(message)

    def cut(self, why: str) -> None:
        """The connection is gone."""
        if self._joined:
            self._joined = False
            self._lost.set()
            self._linked(False, why)

    def die(self) -> None:
        """The client's process dies: its will is said, and it does not come back by itself."""
        self._joined = False
        self._broker.leave(self, will=self._will)

    async def run(self) -> None:
        """Be connected until cancelled."""
        try:
            while True:
                if self._broker.up:
                    await self._connected()
                await self._broker.clock.sleep(0.5)
        finally:
            self._joined = False
            self._broker.leave(self, will=None)

    async def _connected(self) -> None:
        self._lost.clear()
        self._joined = True
        self._broker.join(self)
        self._linked(True, "")
        waiting, self._waiting = self._waiting, []
        for topic, payload, qos, retain in waiting:
            self.publish(topic, payload, qos=qos, retain=retain)
        await self._lost.wait()

    async def flushed(self, within_s: float) -> bool:
        """Whether nothing waits, within a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._waiting:
                    await self._broker.clock.sleep(0.05)
        return not self._waiting
