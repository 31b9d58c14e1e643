"""`treadctl studio setup`: everything a room needs, in one folder, and what to copy where; and more lanes for a room there is.

A room that exists keeps every key, password and lane: only the broker's two lists grow, at their end.
"""

from __future__ import annotations

import os
import re
import secrets
import socket
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

from cyclopts import Parameter

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.studio_room import choose_studio
from treadctl.studio.certificates import certificates
from treadctl.studio.messages import MOST_LANE
from treadctl.studio.room_files import (
    PLAN,
    Grown,
    PlanProblem,
    RoomFile,
    RoomPlan,
    lane_users,
    more_lanes,
    named_lanes,
    room_files,
    what_to_do,
    what_to_do_with_more,
)
from treadctl.studio.signing import CoachKey, KeyProblem
from treadctl.studio.users import Users, UsersProblem
from treadctl.workout.errors import printable

_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.:-]{0,252}[A-Za-z0-9])?", re.ASCII)
_END: Final = "\n"
PASSWORD_BYTES: Final = 18
"""144 bits of chance: nobody types these."""


def setup(
    folder: Path,
    /,
    *,
    lanes: int,
    name: str | None = None,
    host: str | None = None,
    port: int | None = None,
    tls: Annotated[bool | None, Parameter(negative="--no-tls")] = None,
) -> int:
    """Make a room: keys, users, access, a broker's configuration and a service file for each lane, in one folder.

    Prints what to copy where. What is secret only you can read. Where the folder has a room already, --lanes is how many it
    should have: new ones are added, and nothing that exists is touched but the broker's lists of users and access, which grow.

    Ends with 0 when it is written, and 2 when the input was wrong or there is something else in that folder.

    Parameters
    ----------
    folder
        The folder to make, or the room's that there is.
    lanes
        How many treadmills in all. More than there are cost nothing.
    name
        The studio's name: small letters, digits and hyphens. A new room needs one; a room that exists keeps its own.
    host
        The broker's computer, as the others reach it: its name or address. Without it, this computer.
    port
        The broker's port; without it 8883, or 1883 without TLS.
    tls
        Whether what is said is encrypted, as it is unless you say no; passwords cross the net in the clear without it.
    """
    if not 1 <= lanes <= MOST_LANE:
        raise BadInput(f"--lanes {lanes} is not from 1 to {MOST_LANE}")
    if (folder / PLAN).exists():
        return _add(folder, lanes, {"name": name, "host": host, "port": port, "tls": tls})
    if name is None:
        raise BadInput(f"a new room needs a name: --name north (there is no room in {printable(str(folder))} yet)")
    studio, host = choose_studio(name), host or f"{socket.gethostname().split('.')[0].lower()}.local"
    if _HOST.fullmatch(host) is None:
        raise BadInput(f"--host {printable(host)!r} is no computer's name or address")
    tls = tls is not False
    port = port if port is not None else 8883 if tls else 1883
    if not 1 <= port <= 65535:
        raise BadInput(f"--port {port} is not from 1 to 65535")
    plan, made = RoomPlan(studio, lanes, host, port, tls), certificates(studio, host, datetime.now(UTC)) if tls else None
    passwords, salts = _chance(plan.users)
    write_new(folder, room_files(plan, CoachKey.new(), passwords, salts, made))
    print(f"written to {folder}\n")
    print(*what_to_do(plan), sep="\n")
    return Exit.DONE


def _chance(users: tuple[str, ...]) -> tuple[dict[str, str], dict[str, bytes]]:
    """A password and a salt for each user."""
    return {user: secrets.token_urlsafe(PASSWORD_BYTES) for user in users}, {user: secrets.token_bytes(12) for user in users}


def _add(folder: Path, lanes: int, said: dict[str, str | int | bool | None]) -> int:
    """More lanes for the room in a folder."""
    plan = _plan_of(folder)
    for option, value in said.items():
        if value is not None and value != getattr(plan, option):
            raise BadInput(
                f"the room in {printable(str(folder))} has {option} {getattr(plan, option)}, and keeps it; "
                f"leave --{option} out to add lanes, or name a new folder for another room"
            )
    if lanes <= plan.lanes:
        raise BadInput(
            f"the room {plan.name} has {plan.lanes} lanes already; --lanes is how many it should have with the new ones"
        )
    new = range(plan.lanes + 1, lanes + 1)
    passwords, salts = _chance(lane_users(new))
    public = _public_key(folder)
    authority = _kept(folder, "ca.crt") if plan.tls else None
    grown_plan = replace(plan, lanes=lanes)
    grow(folder, more_lanes(grown_plan, new, public, passwords, salts, authority), new)
    print(f"{named_lanes(new)} added to {folder}\n")
    print(*what_to_do_with_more(grown_plan, new), sep="\n")
    return Exit.DONE


def _plan_of(folder: Path) -> RoomPlan:
    try:
        plan = RoomPlan.read(_kept(folder, PLAN))
    except PlanProblem as error:
        raise BadInput(f"{printable(str(folder / PLAN))}: {error}") from error
    choose_studio(plan.name)
    return plan


def _public_key(folder: Path) -> str:
    try:
        return CoachKey.read(_kept(folder, "coach/coach.key")).public.text
    except (KeyProblem, ValueError) as error:
        raise BadInput(f"{printable(str(folder / 'coach/coach.key'))}: {error}") from error


def _kept(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise BadInput(f"{printable(str(folder / name))}: {why}; lanes are added in the folder that setup made, whole") from error


def grow(folder: Path, grown: Grown, lanes: range) -> None:
    """Write what is new, then let the lists grow; before anything is written it is known that all of it can be."""
    try:
        taken = set(Users(_kept(folder, "broker/passwords")).names) & set(lane_users(lanes))
    except UsersProblem as error:
        raise BadInput(f"{printable(str(folder / 'broker/passwords'))}: {error}") from error
    there = [lane for lane in lanes if (folder / f"lane-{lane}").exists()]
    if taken or there:
        what = f"the user {min(taken)}" if taken else f"the folder lane-{there[0]}"
        raise BadInput(f"{printable(str(folder))}: there is {what} already, which room.json does not count; nothing was changed")
    kept = {file.path: _kept(folder, file.path) for file in grown.appended}
    try:
        for file in grown.new:
            _write(folder / file.path, file)
        for file in grown.appended:
            _put_in_place(folder / file.path, replace(file, text=f"{kept[file.path].rstrip(_END)}{_END}{file.text}"))
        for file in grown.anew:
            _put_in_place(folder / file.path, file)
    except OSError as error:
        raise BadInput(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error


def _put_in_place(path: Path, file: RoomFile) -> None:
    """All of it or what was there, whatever happens in between."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    _write(beside, file)
    beside.replace(path)


def _write(path: Path, file: RoomFile) -> None:
    path.parent.mkdir(mode=0o755, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, file.mode), "w", encoding="utf-8") as opened:
        opened.write(file.text)


def write_new(folder: Path, files: tuple[RoomFile, ...]) -> None:
    """Write all files below a folder that is new or empty; what is secret was never readable to others."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise BadInput(
                f"{printable(str(folder))}: there is something in it already, and nothing is written over; name a new one"
            )
        for file in files:
            _write(folder / file.path, file)
    except OSError as error:
        raise BadInput(f"{error.filename or folder}: cannot be written: {error.strerror or error}") from error
