"""What a search of the air has found, as the screens need it. Searching itself is somebody else's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from treadctl.units import LEVEL, Grade


@dataclass(frozen=True, slots=True)
class Found:
    """One device on the air: who it is, how well it is heard, and what it can be."""

    address: str
    name: str
    signal: str
    """`good (-67 dBm)`, or `connected`."""
    profile: str = ""
    """The model that it is known as; empty where it is not."""
    treadmill: bool = False
    foot_pod: bool = False
    heart: bool = False


class Finder(Protocol):
    """A search that runs beside the screen and never holds it up."""

    @property
    def listening(self) -> bool:
        """Whether it goes on."""

    @property
    def trouble(self) -> str:
        """Why nothing can be heard, and what to do about it; empty while that is not known."""

    def start(self) -> None:
        """Listen for a while, from now on; nothing happens while it does."""

    def stop(self) -> None:
        """Listen no more."""

    def found(self) -> tuple[Found, ...]:
        """What was heard so far, likeliest first."""


@dataclass(frozen=True, slots=True)
class Own:
    """The treadmill that a runner chose: when it was last seen, in words, and how far down it goes, where that is known."""

    address: str
    name: str
    seen: str = ""
    lowest: Grade | None = None


@dataclass(frozen=True, slots=True)
class Outfit:
    """What a runner has: a treadmill (empty: none) with what its stand adds to its grade, and what they wear."""

    treadmill: str = ""
    name: str = ""
    offset: Grade = LEVEL
    foot_pod: str = ""
    heart: str = ""
