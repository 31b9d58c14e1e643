"""Who may enter a broker: a password file in Mosquitto's own format, so that one file serves it and the embedded broker alike.

Users are `coach`, `coach-…` and `lane-7`; what they may do is in `topics`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
import re
from pathlib import Path
from typing import Final

ROUNDS: Final = 20_000
"""Of PBKDF2: some 15 ms, for thirty lanes may come back at once, and the passwords of a room are random."""
_LINE: Final = re.compile(
    r"(?P<user>[a-z0-9-]{1,40}):\$7\$(?P<rounds>[0-9]{1,7})\$(?P<salt>[^$]{1,200})\$(?P<hash>[^$]{1,200})", re.ASCII
)


class UsersProblem(ValueError):
    """A password file that cannot be used; names the line."""


def password_line(user: str, password: str, salt: bytes | None = None) -> str:
    """The line that lets a user in with a password."""
    salt = os.urandom(12) if salt is None else salt
    found = _hash(password, salt, ROUNDS)
    return f"{user}:$7${ROUNDS}${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"


class Users:
    """A password file, read once."""

    def __init__(self, text: str) -> None:
        self._users: dict[str, tuple[int, bytes, bytes]] = {}
        for number, line in enumerate(text.splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                user, rounds, salt, found = _parts(line.strip(), number)
                self._users[user] = rounds, salt, found

    @classmethod
    def read(cls, path: Path) -> Users:
        """The users of a file."""
        return cls(path.read_text(encoding="utf-8"))

    @property
    def names(self) -> tuple[str, ...]:
        """Who is in it."""
        return tuple(self._users)

    def lets_in(self, user: str | None, password: str | None) -> bool:
        """Whether this is a user of ours with their password."""
        rounds, salt, found = self._users.get(user or "", (ROUNDS, b"nobody", b""))
        return hmac.compare_digest(_hash(password or "", salt, rounds), found)


def _parts(line: str, number: int) -> tuple[str, int, bytes, bytes]:
    match = _LINE.fullmatch(line)
    try:
        if match is not None and int(match["rounds"]):
            salt, found = (base64.b64decode(match[part], validate=True) for part in ("salt", "hash"))
            return match["user"], int(match["rounds"]), salt, found
    except binascii.Error:
        pass
    raise UsersProblem(f"line {number} of the password file is not user:$7$rounds$salt$hash; mosquitto_passwd makes such lines")


def _hash(password: str, salt: bytes, rounds: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds, 64)
