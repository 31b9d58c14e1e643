"""The bus over a real broker: aiomqtt within MQTT 3.1.1. The only file that knows aiomqtt.

A client is used for one connection and thrown away. `run` makes the next one, subscribes, and sends again what no broker had
acknowledged: a word can arrive twice, which the doors of lanes and coach are made for.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import Any, Final, NoReturn
from urllib.parse import unquote, urlsplit

import aiomqtt

from treadctl.studio.bus import KEEPALIVE_S, MOST_WAITING, Arrived, Heard, Linked, Will
from treadctl.studio.topics import covers

RETRY_S: Final = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Waits between attempts to connect; the last one repeats. A broker that restarts is back within a second. Ours."""
TIMEOUT_S: Final = 5.0
"""For a connection, a subscription, an acknowledgement. Ours."""
MOST_HEARD: Final = 1024
"""Messages that wait to be handed over; a loop that is so far behind loses the newest. Ours."""
_REFUSED: Final = 0x80
"""A subscription that the broker did not grant (MQTT 3.1.1 §3.9.3)."""
_log: Final = logging.getLogger(__name__)
_QUIET: Final = logging.getLogger("treadctl.studio.mqtt")
_QUIET.setLevel(logging.ERROR)


class AddressProblem(ValueError):
    """A broker's address that cannot be used; the message says how to write one."""


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where a broker is and how to be let in. `ca` is a file with the certificate that its own must be signed by."""

    host: str = "127.0.0.1"
    port: int = 1883
    user: str | None = None
    password: str | None = None
    tls: bool = False
    ca: Path | None = None

    @classmethod
    def parse(cls, text: str, ca: Path | None = None) -> BrokerAddress:
        """Read `host`, `host:1883`, `mqtt://user:password@host` or `mqtts://host`."""
        parts = urlsplit(text if "://" in text else f"mqtt://{text}")
        try:
            port = parts.port
        except ValueError as error:
            raise AddressProblem(f"{text!r}: {error}") from None
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or parts.path.strip("/") or parts.query:
            raise AddressProblem(f"{text!r} is no broker; write mqtt://host, mqtt://user:password@host:1883 or mqtts://host")
        tls = parts.scheme == "mqtts" or ca is not None
        user = None if parts.username is None else unquote(parts.username)
        password = None if parts.password is None else unquote(parts.password)
        return cls(parts.hostname, port or (8883 if tls else 1883), user, password, tls, ca)

    def __str__(self) -> str:
        return f"{'mqtts' if self.tls else 'mqtt'}://{self.host}:{self.port}"


class MqttBus:
    """One client of a broker. `name` begins its client id, for whoever reads the broker's log."""

    def __init__(
        self,
        address: BrokerAddress,
        name: str,
        subscriptions: tuple[str, ...],
        heard: Heard,
        linked: Linked,
        will: Will | None = None,
    ) -> None:
        self._address = address
        self._name = name
        self._subscriptions = subscriptions
        self._heard = heard
        self._linked = linked
        self._will = None if will is None else aiomqtt.Will(will.topic, will.payload, qos=1, retain=True)
        self._client: aiomqtt.Client | None = None
        self._waiting: deque[_Parcel] = deque(maxlen=MOST_WAITING)
        self._sending: dict[asyncio.Task[None], _Parcel] = {}

    def publish(self, topic: str, payload: bytes, *, qos: int, retain: bool = False) -> None:
        """Send; `Bus.publish` has the contract."""
        parcel = _Parcel(topic, payload, qos, retain)
        if self._client is not None and len(self._sending) < MOST_WAITING:
            self._send(self._client, parcel)
        elif qos:
            self._waiting.append(parcel)

    async def run(self) -> None:
        """Be connected until cancelled."""
        failed = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._connected()
            except (aiomqtt.MqttError, OSError) as error:
                why = _why(error)
            lasted_s = asyncio.get_running_loop().time() - began
            failed = 0 if lasted_s > TIMEOUT_S else failed + 1
            self._linked(False, why)
            await asyncio.sleep(RETRY_S[min(failed, len(RETRY_S)) - 1] if failed else 0)

    async def _connected(self) -> NoReturn:
        """One connection, from its beginning to its end."""
        async with self._make() as client:
            await self._subscribe(client)
            self._client = client
            try:
                self._linked(True, "")
                for parcel in self._take_waiting():
                    self._send(client, parcel)
                async for message in client.messages:
                    self._hand_over(message)
            finally:
                self._client = None
                self._keep_unacknowledged()
        raise aiomqtt.MqttError("the broker said goodbye")

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        """All in one packet: a lane has nine, and is there only when all stand."""
        if not self._subscriptions:
            return
        codes: Iterable[Any] = await client.subscribe([(subscription, 1) for subscription in self._subscriptions])
        for subscription, code in zip(self._subscriptions, codes, strict=True):
            if getattr(code, "value", code) >= _REFUSED:
                raise aiomqtt.MqttError(f"this broker does not let {self._address.user or 'nobody'} hear {subscription}")

    def _make(self) -> aiomqtt.Client:
        address = self._address
        return aiomqtt.Client(
            address.host,
            address.port,
            username=address.user,
            password=address.password,
            identifier=f"{self._name}-{token_hex(4)}",  # amqtt mixes up a client with the one of that id before it
            clean_session=True,
            protocol=aiomqtt.ProtocolVersion.V311,
            keepalive=KEEPALIVE_S,
            timeout=TIMEOUT_S,
            will=self._will,
            max_queued_incoming_messages=MOST_HEARD,
            max_queued_outgoing_messages=MOST_WAITING,
            tls_context=ssl.create_default_context(cafile=address.ca) if address.tls else None,
            socket_options=((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),),
            logger=_QUIET,
        )

    def _hand_over(self, message: aiomqtt.Message) -> None:
        """To the listener. amqtt sends whatever it has kept to whoever connects: what was not subscribed to is left out."""
        topic = str(message.topic)
        if not any(covers(subscription, topic) for subscription in self._subscriptions):
            return
        try:
            self._heard(Arrived(topic, message.payload, message.retain))
        except Exception as error:  # noqa: BLE001 - nothing that arrives may end the connection
            octets = message.payload[:200].hex()
            _log.error("treadctl: a message on %s could not be taken in: %r, %s", topic, error, octets)

    def _send(self, client: aiomqtt.Client, parcel: _Parcel) -> None:
        task = asyncio.create_task(client.publish(parcel.topic, parcel.payload, parcel.qos, parcel.retain))
        self._sending[task] = parcel
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        parcel = self._sending.pop(task, None)
        if task.cancelled() or task.exception() is None or parcel is None or not parcel.qos:
            return
        self.publish(parcel.topic, parcel.payload, qos=parcel.qos, retain=parcel.retain)

    def _take_waiting(self) -> list[_Parcel]:
        waiting = list(self._waiting)
        self._waiting.clear()
        return waiting

    def _keep_unacknowledged(self) -> None:
        unsure = [parcel for parcel in self._sending.values() if parcel.qos]
        for task in tuple(self._sending):
            task.cancel()
        self._sending.clear()
        self._waiting.extendleft(reversed(unsure[: MOST_WAITING - len(self._waiting)]))

    async def flushed(self, within_s: float) -> bool:
        """Whether all was acknowledged within a time."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                while self._waiting or self._sending:  # noqa: ASYNC110 - a change of either is no event of ours
                    await asyncio.sleep(0.01)
        return not self._waiting and not self._sending


@dataclass(frozen=True, slots=True)
class _Parcel:
    topic: str
    payload: bytes
    qos: int
    retain: bool


def _why(error: BaseException) -> str:
    """In words that say what to do, where that is known."""
    text = str(error) or type(error).__name__
    if "not authorized" in text.lower() or "bad user name" in text.lower():
        return "the broker does not know this user, or not with this password"
    return "no broker answers there" if "refused" in text.lower() and "Errno" in text else text
