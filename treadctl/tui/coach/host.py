"""What the console needs of whoever talks to the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from treadctl.studio.coach_agent import Pressed
from treadctl.studio.room_view import RoomView
from treadctl.workout.model import Workout


class CoachHost(Protocol):
    """A coach's agent, in whatever thread."""

    @property
    def latest(self) -> RoomView | None:
        """The newest picture of the room; None where it never began."""

    @property
    def failure(self) -> str:
        """Why it ended against its will; empty while it did not."""

    def press(self, pressed: Pressed) -> None:
        """Press a button, from any thread, without waiting."""


@dataclass(frozen=True, slots=True)
class Program:
    """A workout that can be sent: as it is, and the text of its file."""

    workout: Workout
    text: str


LINES: Final = (
    "Look up, run tall.",
    "Short, quick steps.",
    "Let the belt come to you: no braking.",
    "Hands off the rails, when you feel safe.",
    "Too much? Press flatter or slower. Nobody minds.",
    "Pain? Press stop, and wave to us.",
    "Drink something.",
    "Half of it is done.",
    "Last decline.",
    "Well run, everybody. Walk on until your belt stops.",
    "Clip the safety key to your shirt, please.",
    "Feet on the rails, please. We begin in a moment.",
)
"""What staff can say with two keys. A list and no text field: nothing that is typed here can take a STOP ALL away."""
