"""The coach's signature: Ed25519 over the canonical bytes of a command. A lane holds the public key only, so nothing a lane knows
can make a command. The lanes a command is for, its times and its order are inside the signed bytes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from treadctl.studio.messages import Class, Command, canonical

_CONTEXT: Final = b"treadctl studio v1\0"
"""Signed in front of every command: a signature made for anything else is none of ours."""


Signed = TypeVar("Signed", bound=Command | Class)


class KeyProblem(ValueError):
    """Text that is not a key; the message says what would be one."""


class CoachKey:
    """The secret that makes a console a coach. `text` is what a key file holds; guard it like the room's door key."""

    def __init__(self, secret: Ed25519PrivateKey) -> None:
        self._secret = secret

    @classmethod
    def new(cls) -> CoachKey:
        """A key nobody has."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def read(cls, text: str) -> CoachKey:
        """The key of a key file."""
        return cls(Ed25519PrivateKey.from_private_bytes(_octets(text, "a coach's secret key")))

    @property
    def text(self) -> str:
        """64 hexadecimal digits."""
        return self._secret.private_bytes_raw().hex()

    @property
    def public(self) -> PublicKey:
        """What the lanes get."""
        return PublicKey(self._secret.public_key())

    def sign(self, command: Signed) -> Signed:
        """The same command, signed."""
        return replace(command, sig=self._secret.sign(_signed_bytes(command)).hex())

    def seal(self, command: Command | Class) -> bytes:
        """The same command, signed, as it goes over the wire."""
        return canonical(self.sign(command))


class PublicKey:
    """What a lane knows of its coach; it verifies and can sign nothing."""

    def __init__(self, public: Ed25519PublicKey) -> None:
        self._public = public

    @classmethod
    def read(cls, text: str) -> PublicKey:
        """The key of a lane's settings."""
        return cls(Ed25519PublicKey.from_public_bytes(_octets(text, "a coach's public key")))

    @property
    def text(self) -> str:
        """64 hexadecimal digits."""
        return self._public.public_bytes_raw().hex()

    def verifies(self, command: Command | Class) -> bool:
        """Whether the coach signed exactly this."""
        try:
            self._public.verify(bytes.fromhex(command.sig), _signed_bytes(command))
        except InvalidSignature:
            return False
        return True


def _signed_bytes(command: Command | Class) -> bytes:
    return _CONTEXT + canonical(replace(command, sig=""))


def _octets(text: str, what: str) -> bytes:
    try:
        octets = bytes.fromhex(text.strip())
    except ValueError:
        octets = b""
    if len(octets) != 32:
        raise KeyProblem(f"this is not {what}: it has 64 hexadecimal digits")
    return octets
