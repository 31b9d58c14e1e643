"""Brokers for tests: one in memory, the embedded one, Mosquitto on a free port; and a client that remembers what it heard."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest

from treadctl.clock import RunningClock
from treadctl.studio.broker import BrokerOptions, BrokerProcess
from treadctl.studio.bus import Arrived, Bus, Will
from treadctl.studio.memory_bus import MemoryBroker, MemoryBus
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus

MOSQUITTO = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
NEEDS_MOSQUITTO = pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is missing; apt install mosquitto")


class Client:
    """One client of a broker under test."""

    def __init__(self, make: Callable[[Client], Bus]) -> None:
        self.heard: list[Arrived] = []
        self.links: list[tuple[bool, str]] = []
        self.changed = asyncio.Event()
        self.bus = make(self)
        self.task: asyncio.Task[None] | None = None

    def hear(self, message: Arrived) -> None:
        self.heard.append(message)
        self.changed.set()

    def link(self, up: bool, why: str) -> None:
        self.links.append((up, why))
        self.changed.set()

    @property
    def up(self) -> bool:
        return bool(self.links) and self.links[-1][0]

    async def until(self, true: Callable[[], bool], within_s: float = 8.0) -> None:
        """Wait until something is so, looking whenever something was heard."""
        async with asyncio.timeout(within_s):
            while not true():
                self.changed.clear()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(0.05):
                        await self.changed.wait()

    async def leave(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)


class RoomBroker(Protocol):
    """What the suite needs of a broker."""

    def bus(self, name: str, subscriptions: tuple[str, ...], client: Client, will: Will | None) -> Bus: ...

    def kill(self, client: Client) -> None: ...

    async def go_down(self) -> None: ...

    async def come_back(self) -> None: ...


@asynccontextmanager
async def joined(broker: RoomBroker, name: str, *subscriptions: str, will: Will | None = None) -> AsyncIterator[Client]:
    client = Client(lambda me: broker.bus(name, subscriptions, me, will))
    client.task = asyncio.create_task(client.bus.run())
    try:
        await client.until(lambda: client.up)
        yield client
    finally:
        await client.leave()


class InMemory:
    def __init__(self) -> None:
        self.broker = MemoryBroker(RunningClock())

    def bus(self, name: str, subscriptions: tuple[str, ...], client: Client, will: Will | None) -> Bus:
        return MemoryBus(self.broker, subscriptions, client.hear, client.link, will)

    def kill(self, client: Client) -> None:
        assert isinstance(client.bus, MemoryBus)
        client.bus.die()

    async def go_down(self) -> None:
        self.broker.go_down()

    async def come_back(self) -> None:
        self.broker.come_back()


class OverMqtt:
    """A broker at an address; `start` and `stop` end and begin its process, on the same port."""

    def __init__(self, port: int, start: Callable[[], None], stop: Callable[[], None]) -> None:
        self.address = BrokerAddress(port=port)
        self._start, self._stop = start, stop

    def bus(self, name: str, subscriptions: tuple[str, ...], client: Client, will: Will | None) -> Bus:
        return MqttBus(self.address, name, subscriptions, client.hear, client.link, will)

    def kill(self, client: Client) -> None:
        """Cut its connection without a goodbye, as when its process is killed."""
        assert isinstance(client.bus, MqttBus)
        inner = client.bus._client
        assert inner is not None
        connection = inner._client.socket()
        assert isinstance(connection, socket.socket)
        connection.shutdown(socket.SHUT_RDWR)

    async def go_down(self) -> None:
        await asyncio.to_thread(self._stop)

    async def come_back(self) -> None:
        await asyncio.to_thread(self._start)


@contextmanager
def embedded(**options: str) -> Iterator[BrokerProcess]:
    broker = BrokerProcess(BrokerOptions(port=0, **options))
    broker.start()
    try:
        yield broker
    finally:
        broker.stop()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


class Mosquitto:
    """Mosquitto with a configuration of its own, on a free loopback port."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        base = (f"listener {self.port} 127.0.0.1", "set_tcp_nodelay true", "persistence false", "log_dest none", "user root")
        self._config.write_text("\n".join([*base, *(lines or ("allow_anonymous true",))]) + "\n")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._process = subprocess.Popen([MOSQUITTO, "-c", str(self._config)], stderr=subprocess.DEVNULL)
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 0.2):
                return
            time.sleep(0.02)
        raise AssertionError("mosquitto does not listen")

    def stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
