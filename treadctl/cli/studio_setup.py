"""`treadctl studio setup`: everything a room needs, in one folder that did not exist before, and what to copy where."""

from __future__ import annotations

import os
import re
import secrets
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.studio_room import choose_studio
from treadctl.studio.certificates import certificates
from treadctl.studio.messages import MOST_LANE
from treadctl.studio.room_files import RoomFile, RoomPlan, room_files, what_to_do
from treadctl.studio.signing import CoachKey
from treadctl.workout.errors import printable

_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?", re.ASCII)
PASSWORD_BYTES: Final = 18
"""144 bits of chance: nobody types these."""


def setup(
    folder: Path,
    /,
    *,
    lanes: int,
    name: str,
    host: str | None = None,
    port: int | None = None,
    tls: Annotated[bool, Parameter(negative="--no-tls")] = True,
) -> int:
    """Make a room: keys, users, access, a broker's configuration and a service file for each lane, in one new folder.

    Prints what to copy where. Nothing is written over, and what is secret only you can read.

    Ends with 0 when it is written, and 2 when the input was wrong or there is something in that folder already.

    Parameters
    ----------
    folder
        The folder to make.
    lanes
        How many treadmills. More than there are cost nothing; they cannot be added later without changing the broker's files.
    name
        The studio's name: small letters, digits and hyphens.
    host
        The broker's computer, as the others reach it: its name or address. Without it, this computer.
    port
        The broker's port; without it 8883, or 1883 without TLS.
    tls
        Whether what is said is encrypted; passwords cross the net in the clear without it.
    """
    if not 1 <= lanes <= MOST_LANE:
        raise BadInput(f"--lanes {lanes} is not from 1 to {MOST_LANE}")
    studio, host = choose_studio(name), host or f"{socket.gethostname().split('.')[0].lower()}.local"
    if _HOST.fullmatch(host) is None:
        raise BadInput(f"--host {printable(host)!r} is no computer's name or address")
    port = port if port is not None else 8883 if tls else 1883
    if not 1 <= port <= 65535:
        raise BadInput(f"--port {port} is not from 1 to 65535")
    plan = RoomPlan(studio, lanes, host, port, certificates(studio, host, datetime.now(UTC)) if tls else None)
    passwords = {user: secrets.token_urlsafe(PASSWORD_BYTES) for user in plan.users}
    salts = {user: secrets.token_bytes(12) for user in plan.users}
    write_new(folder, room_files(plan, CoachKey.new(), passwords, salts))
    print(f"written to {folder}\n")
    print(*what_to_do(plan), sep="\n")
    return Exit.DONE


def write_new(folder: Path, files: tuple[RoomFile, ...]) -> None:
    """Write all files below a folder that is new or empty; what is secret was never readable to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(
                f"{printable(str(folder))}: there is something in it already, and nothing is written over; name a new one"
            )
        for file in files:
            path = folder / file.path
            path.parent.mkdir(mode=0o755, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode), "w", encoding="utf-8") as opened:
                opened.write(file.text)
    except OSError as error:
        raise BadInput(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error
