"""What a person types about a studio, made into what its parts need; every mistake becomes `BadInput`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from treadctl.cli.errors import BadInput
from treadctl.studio.fields import FirstName, Slug
from treadctl.studio.messages import MOST_LANE
from treadctl.studio.mqtt_bus import AddressProblem, BrokerAddress
from treadctl.studio.signing import KeyProblem, PublicKey

_RANGE: Final = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?", re.ASCII)


def choose_lanes(text: str) -> tuple[int, ...]:
    """`7`, `1-8` or `1,3,5-7`."""
    found: dict[int, None] = {}
    for part in text.split(","):
        match = _RANGE.fullmatch(part.strip())
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= MOST_LANE:
            raise BadInput(f"{text!r} names no lanes from 1 to {MOST_LANE}; write 7, 1-8 or 1,3,5-7")
        found |= dict.fromkeys(range(first, last + 1))
    return tuple(found)


def choose_studio(name: str) -> str:
    """A studio's name, as it stands in topics."""
    try:
        return TypeAdapter[str](Slug).validate_python(name)
    except ValidationError:
        raise BadInput(f"--studio {name!r}: a studio's name is of a-z, 0-9 and -, up to 40 long") from None


def choose_name(name: str | None) -> str | None:
    """The first name that a runner agreed to be shown by."""
    if name is None:
        return None
    try:
        return TypeAdapter[str](FirstName).validate_python(name)
    except ValidationError:
        raise BadInput(f"--name {name!r}: a first name of letters, at most 20 long") from None


def choose_broker(text: str, ca: Path | None, user: str | None = None, password: str | None = None) -> BrokerAddress:
    """A broker's address; `password` goes before what it says, `user` behind."""
    if ca is not None and not ca.is_file():
        raise BadInput(f"--ca {ca}: there is no such file")
    try:
        found = BrokerAddress.parse(text, ca)
    except AddressProblem as error:
        raise BadInput(f"--broker {error}") from error
    if password is None:
        return found
    return BrokerAddress(found.host, found.port, found.user or user, password, found.tls, found.ca)


def choose_password(path: Path | None, user: str) -> str | None:
    """The password that a file holds: alone, or in a line `user:password`."""
    if path is None:
        return None
    lines = [line.strip() for line in _read(path, "--password-file").splitlines() if line.strip()]
    named = dict(line.split(":", 1) for line in lines if ":" in line)
    if user in named:
        return named[user]
    if len(lines) == 1 and not named:
        return lines[0]
    raise BadInput(f"--password-file {path}: no password for {user}; write it alone, or as {user}:password")


def choose_public_key(text: str) -> PublicKey:
    """The coach's public key: its digits, or the file that holds them."""
    digits = text if re.fullmatch(r"[0-9a-fA-F]{64}", text) else _read(Path(text), "--coach-key")
    try:
        return PublicKey.read(digits)
    except (KeyProblem, ValueError) as error:
        raise BadInput(f"--coach-key {text}: {error}") from error


def _read(path: Path, what: str) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise BadInput(f"{what} {path}: {getattr(error, 'strerror', None) or 'this is no text'}") from error
