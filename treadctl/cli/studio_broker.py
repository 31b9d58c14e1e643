"""`treadctl studio broker`: the embedded broker, until Ctrl+C."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

from treadctl.cli.errors import BadInput, Exit, heeding, tell
from treadctl.cli.studio_room import choose_studio
from treadctl.studio.broker import LOOPBACK, BrokerOptions, BrokerProblem, BrokerProcess

LOOK_S: Final = 0.5


def broker(
    *,
    host: str = "127.0.0.1",
    port: int = 1883,
    studio: str = "studio",
    users: Path | None = None,
    certificate: Path | None = None,
    key: Path | None = None,
) -> int:
    """Pass the studio's words between console and lanes: a broker of its own, on this computer unless users are named.

    Any broker that speaks MQTT 3.1.1 can stand in its place; Mosquitto carries larger rooms. Ctrl+C ends it: lanes go on.

    Parameters
    ----------
    host
        Where to listen: 127.0.0.1 is this computer only, 0.0.0.0 the whole network, which needs users.
    port
        1883, or 8883 with a certificate; 0 takes a free one.
    studio
        Whose topics the users may use.
    users
        The password file; `treadctl studio setup` makes one.
    certificate
        The certificate, for connections that nobody can listen to.
    key
        The certificate's key.
    """
    if not 0 <= port <= 65535:
        raise BadInput(f"--port {port} is not between 0 and 65535")
    ended = threading.Event()
    with heeding(lambda *_: ended.set()):
        process = BrokerProcess(_options(host, port, choose_studio(studio), users, certificate, key))
        try:
            process.start()
        except BrokerProblem as error:
            tell(str(error))
            return Exit.BAD_INPUT
        try:
            print(_welcome(host, process.port, studio, tls=certificate is not None), flush=True)
            while not ended.wait(LOOK_S):
                if process.pid is None:
                    tell("the broker has ended by itself; start it again: lanes and console find it")
                    return Exit.FAULT
        finally:
            process.stop()
    return Exit.DONE


def _options(host: str, port: int, studio: str, users: Path | None, certificate: Path | None, key: Path | None) -> BrokerOptions:
    try:
        return BrokerOptions(host, port, studio, *(None if path is None else str(path) for path in (users, certificate, key)))
    except BrokerProblem as error:
        raise BadInput(f"{error} (treadctl studio setup makes all of it)") from error


def _welcome(host: str, port: int, studio: str, *, tls: bool) -> str:
    here = host if host in LOOPBACK else "THIS-COMPUTER"
    address = f"{'mqtts' if tls else 'mqtt'}://{here}:{port}"
    return (
        f"the broker listens on {host} port {port}; Ctrl+C ends it\n"
        f"  lanes:   treadctl studio lane --lane 7 --treadmill ADDRESS --broker {address} --studio {studio} --coach-key FILE\n"
        f"  console: treadctl studio coach --broker {address} --studio {studio} --key FILE"
    )
