"""A class over a cluster of three NATS servers that speak MQTT: for rooms, and chains of rooms, that outgrow one machine."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import aiomqtt
import pytest
from studio_brokers import Client, free_port, joined
from studio_processes import Staff, lanes_process, quick_console
from test_studio_agent_processes import heard, ready, starts_of

from treadctl.studio.bus import Will
from treadctl.studio.coach_agent import Button
from treadctl.studio.mqtt_bus import BrokerAddress, MqttBus
from treadctl.studio.topics import heard_by_lane

NATS = shutil.which("nats-server") or shutil.which("nats-server", path="/usr/sbin:/usr/local/bin")
pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.long,
    pytest.mark.skipif(NATS is None, reason="nats-server is missing; apt install nats-server"),
]


@pytest.fixture(autouse=True)
def _quick_console(monkeypatch: pytest.MonkeyPatch) -> None:
    quick_console(monkeypatch, start_ahead_s=8.0)


class Node:
    """One server of the cluster. How many copies there are of what MQTT keeps is said: else it is as many as there were servers
    when the first client came, and two of them do not outlive one."""

    def __init__(self, number: int, mqtt: int, cluster: int, others: tuple[int, ...], folder: Path) -> None:
        self.address = BrokerAddress(port=mqtt)
        routes = ", ".join(f"nats://127.0.0.1:{port}" for port in others)
        self._config = folder / f"n{number}.conf"
        self._config.write_text(
            f"""\
server_name: n{number}
listen: "127.0.0.1:{free_port()}"
jetstream {{ store_dir: "{folder / f"n{number}"}" }}
mqtt {{ listen: "127.0.0.1:{mqtt}", stream_replicas: 3 }}
cluster {{ name: room, listen: "127.0.0.1:{cluster}", routes: [{routes}] }}
"""
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        assert NATS is not None
        log = self._config.with_suffix(".log")
        self._process = subprocess.Popen([NATS, "-c", str(self._config), "-l", str(log)])

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection((self.address.host, self.address.port), 0.2):
            return True
        return False


@contextmanager
def a_cluster(folder: Path) -> Iterator[list[Node]]:
    mqtt, cluster = [free_port() for _ in range(3)], [free_port() for _ in range(3)]
    nodes = [
        Node(number + 1, mqtt[number], cluster[number], tuple(port for port in cluster if port != cluster[number]), folder)
        for number in range(3)
    ]
    try:
        for node in nodes:
            node.start()
        yield nodes
    finally:
        for node in nodes:
            node.kill()


async def test_a_node_is_killed_mid_class_and_its_lanes_go_on_and_come_back(tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        nodes = stack.enter_context(a_cluster(tmp_path))
        async with asyncio.timeout(30):
            while not all(node.listens() for node in nodes):  # noqa: ASYNC110 - the servers say so nowhere else
                await asyncio.sleep(0.1)
        two = stack.enter_context(lanes_process("1-2", nodes[0].address, tmp_path))
        third = stack.enter_context(lanes_process("3", nodes[1].address, tmp_path))
        staff = Staff(nodes[2].address)
        try:
            await staff.offered(3)
            await ready(staff, two, third)
            staff.press(Button.START)
            await staff.until(lambda: staff.summary == "3 of 3 moving", 30)
            late = [one.command_ms for one in staff.agent.coach.late(staff.agent.now())]

            nodes[0].kill()
            gone_s = await staff.until(lambda: set(staff.lost()) == {1, 2}, 12)
            since = staff.agent.now()
            await staff.until(lambda: heard(staff, 3, since), 15)
            assert "coach offline: your program goes on" in two.said

            nodes[0].start()
            since = staff.agent.now()
            back_s = await staff.until(lambda: all(heard(staff, lane, since) for lane in (1, 2, 3)), 60)
            await staff.until(lambda: staff.summary == "3 of 3 moving", 10)
            assert starts_of(staff) == {1: 1, 2: 1, 3: 1}

            staff.stop_all()
            still_s = await staff.until(lambda: staff.summary == "STOPPED: every belt is still", 30)
            assert starts_of(staff) == {1: 1, 2: 1, 3: 1}
            print(f"commands {late} ms; gone {gone_s:.1f} s, back {back_s:.1f} s, still {still_s:.1f} s")
        finally:
            await staff.leave()


HEAD_OFFICE = """\
server_name: head
listen: "127.0.0.1:{client}"
jetstream {{ store_dir: "{folder}/head", domain: head }}
mqtt {{ listen: "127.0.0.1:{mqtt}" }}
leafnodes {{ listen: "127.0.0.1:{leaf}" }}
authorization {{ users: [
  {{ user: head, password: office }}
  {{ user: north, password: leaf, permissions: {{
    publish: {{ allow: ["treadctl.v1.north.lane.*.state", "treadctl.v1.north.lane.*.event"] }}
    subscribe: {{ deny: [">"] }}
  }} }}
] }}
"""
HOUSE = """\
server_name: north
listen: "127.0.0.1:{client}"
jetstream {{ store_dir: "{folder}/north", domain: north }}
mqtt {{ listen: "127.0.0.1:{mqtt}" }}
leafnodes {{ remotes: [{{ url: "nats://north:leaf@127.0.0.1:{leaf}" }}] }}
"""


class Server:
    """One NATS server with this configuration; entered over MQTT."""

    def __init__(
        self, name: str, config: str, folder: Path, leaf: int, user: str | None = None, password: str | None = None
    ) -> None:
        self.address = BrokerAddress(port=free_port(), user=user, password=password)
        self._config = folder / f"{name}.conf"
        self._config.write_text(config.format(client=free_port(), mqtt=self.address.port, leaf=leaf, folder=folder))
        assert NATS is not None
        self._process = subprocess.Popen([NATS, "-c", str(self._config), "-l", str(folder / f"{name}.log")])

    def bus(self, name: str, subscriptions: tuple[str, ...], client: Client, will: Will | None) -> MqttBus:
        return MqttBus(self.address, name, subscriptions, client.hear, client.link, will)

    def kill(self, client: Client | None = None) -> None:
        self._process.kill()
        self._process.wait()

    async def go_down(self) -> None:
        self.kill()

    async def come_back(self) -> None:
        raise NotImplementedError


async def test_a_head_office_reads_what_a_house_lets_out_says_nothing_into_it_and_is_not_missed(tmp_path: Path) -> None:
    """It subscribes with QoS 0, to no more than it may hear: what is acknowledged stays in the house's own JetStream."""
    leaf, base = free_port(), "treadctl/v1/north"
    heard: set[bytes] = set()
    with contextlib.ExitStack() as stack:
        head = Server("head", HEAD_OFFICE, tmp_path, leaf, "head", "office")
        stack.callback(head.kill)
        house = Server("house", HOUSE, tmp_path, leaf)
        stack.callback(house.kill)
        async with (
            joined(head, "sayer", "x") as sayer,
            reading(head, heard, base),
            joined(house, "lane-7", *heard_by_lane("north", 7)) as lane,
            joined(house, "coach", f"{base}/lane/+/+") as coach,
        ):
            await lane.until(lambda: _is_heard(lane, heard, f"{base}/lane/7/state"), 20)
            for kind, qos in (("ack", 1), ("ready", 1), ("event", 1), ("state", 0)):
                lane.bus.publish(f"{base}/lane/7/{kind}", kind.encode(), qos=qos)
            sayer.bus.publish(f"{base}/coach/stop", b"from afar", qos=1)
            assert await sayer.bus.flushed(5)
            coach.bus.publish(f"{base}/coach/say", b"from here", qos=1)
            await lane.until(lambda: bool(lane.heard) and b"state" in heard)
            head.kill()
            coach.bus.publish(f"{base}/coach/say", b"still here", qos=1)
            await lane.until(lambda: len(lane.heard) > 1)
    assert [message.payload for message in lane.heard] == [b"from here", b"still here"]
    assert heard == {b"first", b"event", b"state"}


def _is_heard(lane: Client, heard: set[bytes], topic: str) -> bool:
    lane.bus.publish(topic, b"first", qos=0)
    return bool(heard)


@contextlib.asynccontextmanager
async def reading(head: Server, heard: set[bytes], base: str) -> AsyncIterator[None]:
    """Somebody at the head office, with any client for MQTT."""

    async def read() -> None:
        async with aiomqtt.Client("127.0.0.1", head.address.port, username="head", password="office") as client:
            for kind in ("state", "event", "ack"):
                await client.subscribe(f"{base}/lane/+/{kind}", qos=0)
            async for message in client.messages:
                heard.add(message.payload)

    task = asyncio.create_task(read())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
