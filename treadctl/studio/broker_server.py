"""amqtt behind a door of our own: it gets connections and never opens a port, so that where it listens and how much it reads is
ours to say. The only file, with `broker_access`, that knows amqtt."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import ssl
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from amqtt.adapters import StreamReaderAdapter, StreamWriterAdapter
from amqtt.broker import Broker

from treadctl.studio.broker import LISTENS, STOP_S, BrokerOptions, BrokerProblem
from treadctl.studio.broker_access import ENTER, USE
from treadctl.studio.messages import MOST_CLASS_BYTES
from treadctl.studio.users import Users, UsersProblem

MOST_PACKET: Final = MOST_CLASS_BYTES + 1024
"""The longest MQTT packet that is read: a class and its topic. MQTT itself would allow 256 MB. Ours."""
MOST_CONNECTIONS: Final = 1100
"""999 lanes and some consoles. Ours."""
PATIENCE_S: Final = 3
"""Added to a client's keepalive, for clients ping once it has passed, and amqtt grants none of MQTT 3.1.1 §3.1.2.10's half."""
_LISTENER: Final = "default"


class _Reader(StreamReaderAdapter):
    """Reads no more at once than a packet of ours can be: a longer one ends its connection."""

    async def read(self, n: int = -1) -> bytes:
        if n > MOST_PACKET:
            raise ConnectionResetError(f"a packet of {n} bytes")
        data: bytes = await super().read(n)
        return data


def main() -> None:
    """Serve BrokerOptions (JSON, the only argument) until SIGTERM or the end of standard input: nobody has to look for it."""
    logging.basicConfig(level=logging.CRITICAL)
    try:
        asyncio.run(_serve(BrokerOptions(**json.loads(sys.argv[1])), lambda port: _say(f"{LISTENS}{port}")))
    except (BrokerProblem, UsersProblem, OSError) as error:
        _say(str(error))
        raise SystemExit(1) from None


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def config(options: BrokerOptions) -> dict[str, Any]:
    """amqtt's own configuration: no listener, no $SYS topics, no packet log; users and access where they are named."""
    plugins: dict[str, dict[str, Any]] = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    if options.users is not None:
        plugins = {ENTER: {"studio": options.studio, "users": options.users}, USE: {"studio": options.studio}}
    return {"listeners": {_LISTENER: {"type": "external"}}, "timeout_disconnect_delay": PATIENCE_S, "plugins": plugins}


async def _serve(options: BrokerOptions, listens: Callable[[int], None]) -> None:
    if options.users is not None:
        Users.read(Path(options.users))  # a file that cannot be used is told of in our words, before amqtt wraps them
    broker = Broker(config(options))
    await broker.start()
    connected: set[asyncio.Task[None]] = set()

    async def joined(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(connected) >= MOST_CONNECTIONS:
            writer.close()
            return
        connected.add(task)
        try:
            await broker.external_connected(_Reader(reader), StreamWriterAdapter(writer), _LISTENER)
        except (OSError, asyncio.IncompleteReadError):
            pass  # it went away in the middle of a word
        finally:
            connected.discard(task)
            writer.close()

    try:
        server = await asyncio.start_server(joined, options.host, options.port, ssl=_tls(options), backlog=256)
    except OSError as error:
        raise BrokerProblem(f"cannot listen on {options.host} port {options.port}: {os.strerror(error.errno or 0)}") from error
    listens(server.sockets[0].getsockname()[1])
    await _until_ended()
    server.close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_S / 2):
            await broker.shutdown()


async def _until_ended() -> None:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    def parent_is_gone() -> None:
        while os.read(0, 4096):  # not sys.stdin: a thread that waits in it can abort the interpreter on its way out
            pass
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(ended.set)

    threading.Thread(target=parent_is_gone, daemon=True, name="parent").start()
    with contextlib.suppress(NotImplementedError):
        loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


def _tls(options: BrokerOptions) -> ssl.SSLContext | None:
    if options.certificate is None or options.key is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(options.certificate, options.key)
    except ssl.SSLError as error:
        raise BrokerProblem(f"{options.certificate} and {options.key} are no certificate with its key: {error.reason}") from error
    return context


if __name__ == "__main__":
    main()
