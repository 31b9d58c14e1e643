"""What a class runs and where it is in that: its program, its place, and both as another console wrote them. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TypedDict

from treadctl.studio.messages import Class, Lanes, Offer
from treadctl.studio.program import ClassPlace
from treadctl.workout.file import parse
from treadctl.workout.model import Workout
from treadctl.workout.profile import CAUTIOUS


class Times(TypedDict):
    """The order and the life of a coach's word."""

    seq: int
    issued_ms: int
    expires_ms: int


class Head(Times):
    """What every word of a coach begins with."""

    studio: str
    coach: str
    class_id: str
    lanes: Lanes
    id: str


def read(program: str) -> Workout:
    """A class's program; raises WorkoutError."""
    return parse(program.encode(), "class.yaml")


def place_of(program: str, t0: float) -> ClassPlace:
    """The place of a class that begins at t0, in seconds of the coach's clock."""
    return ClassPlace(read(program), CAUTIOUS, t0)


def offer_of(word: Class, head: Head) -> Offer:
    """The offer of another console's class, as this console would go on with it."""
    return Offer(**head, title=word.title, program=word.program, decline_s=word.decline_s, decline_of=word.decline_of)


def capped(offer: Offer, lane: int, decline_s: int | None) -> Offer:
    """The same with another cap for one lane, None for the program as written."""
    others = tuple(one for one in offer.decline_of if one[0] != lane)
    own = () if decline_s == offer.decline_s else ((lane, decline_s),)
    return replace(offer, decline_of=tuple(sorted((*others, *own), key=lambda one: one[0])))


def kept_place(word: Class) -> tuple[float, ClassPlace] | None:
    """T0 and place of another console's class; None before its start. Raises WorkoutError for a program that cannot be read."""
    workout = read(word.program)
    if word.t0_ms is None or word.place_ms is None:
        return None
    t0, issued = word.t0_ms / 1000, word.issued_ms / 1000
    place = ClassPlace(workout, CAUTIOUS, t0, word.place_ms / 1000 - (issued - t0))
    if word.held:
        place.hold(issued)
    return t0, place
