"""What the fields of a word are: whole numbers in the units of the wire, names, lines, lists of lanes; pydantic checks each."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, PlainSerializer, PlainValidator, WithJsonSchema

from treadctl.units import Grade, Speed

MOST_LANE: Final = 999
NO_CLASS: Final = "none"
"""The class of words that belong to no class: who leads, the time."""
ALL: Final[Literal["all"]] = "all"

_LAST_MS: Final = 253_402_300_799_999
"""The end of the year 9999: no time on the wire is later, and all fit a JavaScript number."""


def _speed(value: object) -> Speed:
    if type(value) is Speed:
        return value
    if type(value) is not int:
        raise ValueError("is not a whole number of 0.01 km/h")
    return Speed(value)


def _grade(value: object) -> Grade:
    if type(value) is Grade:
        return value
    if type(value) is not int:
        raise ValueError("is not a whole number of 0.1 %")
    return Grade(value)


_SPEED: Final = {"type": "integer", "minimum": 0, "maximum": 65535, "description": "0.01 km/h"}
_GRADE: Final = {"type": "integer", "minimum": -32768, "maximum": 32767, "description": "0.1 %, downhill is negative"}

LaneNumber = Annotated[int, Field(ge=1, le=MOST_LANE)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")]
Milliseconds = Annotated[int, Field(ge=0, le=_LAST_MS, description="ms since 1970 by the coach's clock")]
Microseconds = Annotated[int, Field(ge=-(2**53), le=2**53, description="µs by the clock of whoever wrote it")]
Count = Annotated[int, Field(ge=0, le=2**53)]
Seconds = Annotated[int, Field(ge=0, le=24 * 3600)]
Line = Annotated[str, Field(max_length=160, pattern=r"^[^\p{C}]*$", description="one line, no control characters")]
FirstName = Annotated[str, Field(pattern=r"^[^\W\d_][\w'’ .-]{0,19}$", description="a first name, at most 20 characters")]
Program = Annotated[str, Field(min_length=1, max_length=48 * 1024, description="a workout file (docs/workouts.md)")]
WireSpeed = Annotated[
    Speed, PlainValidator(_speed), PlainSerializer(int, return_type=int, when_used="json"), WithJsonSchema(_SPEED)
]
WireGrade = Annotated[
    Grade, PlainValidator(_grade), PlainSerializer(int, return_type=int, when_used="json"), WithJsonSchema(_GRADE)
]
Lanes = Literal["all"] | Annotated[tuple[LaneNumber, ...], Field(min_length=1, max_length=MOST_LANE)]
DeclineOf = Annotated[
    tuple[tuple[LaneNumber, Seconds | None], ...],
    Field(max_length=MOST_LANE, description="lanes with a cap of their own, null for none"),
]
OwedTo = Annotated[
    tuple[tuple[LaneNumber, Slug | None], ...],
    Field(
        max_length=MOST_LANE,
        description="lanes that a Stop is owed to, or would be, each with the class it showed, null where that is not known",
    ),
]
Signature = Annotated[str, Field(pattern=r"^([0-9a-f]{128})?$", description="Ed25519 over the canonical bytes, in hex")]
