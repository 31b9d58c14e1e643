"""The door: what a workout file may say, as pydantic models. The JSON Schema for editors comes from the same models.

Every model refuses keys it does not know. What a value may be stands in `words`; what belongs together stands here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PlainValidator,
    Tag,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core.core_schema import NullableSchema, WithDefaultSchema

from treadctl.units import LEVEL, Grade
from treadctl.workout import words
from treadctl.workout.model import Base, Pace, Relative, SegmentKind
from treadctl.workout.words import Cadence, Metres, Seconds

T = TypeVar("T")


class KeyProblem(ValueError):
    """Two keys that do not fit together; `key` is the one to look at."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def _said(parse: Callable[[str], T]) -> PlainValidator:
    def check(value: object) -> T:
        if value is None:
            raise ValueError("has no value; write one, or leave the key out")
        if not isinstance(value, str):
            raise ValueError(f"is a {'list' if isinstance(value, list) else 'group of keys'}, where one value is expected")
        return parse(value)

    return PlainValidator(check)


def _cues(value: object) -> tuple[str, ...]:
    spoken = value if isinstance(value, list) else [value]
    if not 1 <= len(spoken) <= 6:
        raise ValueError("is not a list of 1 to 6 cues")
    texts = [text for text in spoken if isinstance(text, str)]
    if len(texts) != len(spoken):
        raise ValueError("holds something that is not a text; write it like [look up, run tall]")
    return tuple(words.cue(text) for text in texts)


_LENGTH = {
    "type": "string",
    "description": "8 min, 90 s, 1:30, 1 min 30 s, 400 m or 1 km",
    "examples": ["8 min", "1:30", "400 m"],
}
_TIME = {"type": "string", "description": "8 min, 90 s, 1:30 or 1 min 30 s", "examples": ["6 min"]}
_GRADE = {
    "type": ["number", "string"],
    "minimum": -10,
    "maximum": 15,
    "description": "percent, downhill is negative, tenths at the finest: -4.5, or a ramp: -2 to -5; never below -10",
    "examples": [-2, "-2 to -5"],
}
_SPEED = {
    "type": "string",
    "description": "easy, 95% easy, walk, 9 km/h, 5.6 mph or 6:40 /km, or a ramp: walk to easy",
    "examples": ["easy", "95% easy", "walk to easy"],
}
_CADENCE = {"type": "string", "description": "+5% over the runner's own on the level, or 176 spm", "examples": ["+5%", "176 spm"]}
_CUE = {"type": "string", "maxLength": 40, "description": "at most four words, spoken during the step"}
_CUES = {"oneOf": [{"type": "array", "minItems": 1, "maxItems": 6, "items": _CUE}, _CUE]}
_REPEAT = {"type": "integer", "minimum": 1, "maximum": words.MOST_REPEATS, "description": "how often to run these steps"}
_MINUTES = {"type": "number", "minimum": 0, "description": "what the decline steps add up to, a distance counting its `at most`"}
_FOCUS = {
    "type": "string",
    "enum": list(words.FOCUSES),
    "description": "the form cue of the day",
}
_LINE = {"type": "string", "minLength": 1, "maxLength": 200}
_PARAGRAPH = {"type": "string", "maxLength": 4000}

Length = Annotated[Seconds | Metres, _said(words.length), WithJsonSchema(_LENGTH)]
Time = Annotated[Seconds, _said(words.time), WithJsonSchema(_TIME)]
Grades = Annotated[tuple[Grade, Grade], _said(words.grades), WithJsonSchema(_GRADE)]
Paces = Annotated[tuple[Pace, Pace], _said(words.paces), WithJsonSchema(_SPEED)]
StepRate = Annotated[Cadence, _said(words.cadence), WithJsonSchema(_CADENCE)]
Times = Annotated[int, _said(words.repeats), WithJsonSchema(_REPEAT)]
Minutes = Annotated[Seconds, _said(words.minutes), WithJsonSchema(_MINUTES)]
Focus = Annotated[str, _said(words.focus), WithJsonSchema(_FOCUS)]
Line = Annotated[str, _said(words.line), WithJsonSchema(_LINE)]
Paragraph = Annotated[str, _said(words.paragraph), WithJsonSchema(_PARAGRAPH)]
Cues = Annotated[tuple[str, ...], PlainValidator(_cues), WithJsonSchema(_CUES)]

EASY: Final = Relative(Base.EASY)
WALK: Final = Relative(Base.WALK)
_FLAT: Final = (LEVEL, LEVEL)


class Strict(BaseModel):
    """What every model here inherits: a key that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Stretch(Strict):
    """What every kind of step can say besides its length."""

    kind: ClassVar[SegmentKind]

    length: Length
    at_most: Time | None = Field(default=None, alias="at most")
    grade: Grades = _FLAT
    speed: Paces = (EASY, EASY)
    cadence: StepRate | None = None
    cues: Cues = ()
    note: Line = ""

    @model_validator(mode="after")
    def _distance_has_a_cap(self) -> Stretch:
        key = self.kind.value
        if isinstance(self.length, Metres) and self.at_most is None:
            raise KeyProblem(key, f"{key} {int(self.length)} m needs a time cap; add `at most: 6 min` (`m` is metres)")
        if isinstance(self.length, Seconds) and self.at_most is not None:
            raise KeyProblem("at most", f"at most caps a distance, and this {key} is a time already; remove it")
        return self

    @model_validator(mode="after")
    def _grade_fits_the_kind(self) -> Stretch:
        low, high = min(self.grade), max(self.grade)
        said = f"grade {_ramp(self.grade)} on a {self.kind.value}"
        if self.kind is SegmentKind.DECLINE and not (low < LEVEL and high <= LEVEL):
            raise KeyProblem("grade", f"{said} is not below level; write it negative, or call the step `climb`")
        if self.kind is SegmentKind.CLIMB and not (low >= LEVEL and high > LEVEL):
            raise KeyProblem("grade", f"{said} is not above level; write it positive, or call the step `decline`")
        if self.kind is not SegmentKind.DECLINE and low < LEVEL:
            raise KeyProblem("grade", f"{said} is downhill; only a `decline` step goes below level")
        return self


class WarmUp(Stretch):
    """From walking to running; starts at a walk unless told."""

    kind: ClassVar[SegmentKind] = SegmentKind.WARM_UP
    length: Length = Field(alias="warm-up")
    speed: Paces = (WALK, EASY)


class Decline(Stretch):
    """Downhill: the only kind that may, and must, ask for less than level."""

    kind: ClassVar[SegmentKind] = SegmentKind.DECLINE
    length: Length = Field(alias="decline")
    grade: Grades = Field(json_schema_extra={"exclusiveMaximum": 0})

    @model_validator(mode="after")
    def _never_above_easy(self) -> Decline:
        for pace in self.speed:
            if isinstance(pace, Relative) and pace.base is Base.EASY and pace.percent > 100:
                raise KeyProblem("speed", f"speed {pace} is faster than easy, and no decline may be (A6.2); write 95% easy")
        return self


class Recover(Stretch):
    """Between the efforts."""

    kind: ClassVar[SegmentKind] = SegmentKind.RECOVER
    length: Length = Field(alias="recover")


class Climb(Stretch):
    """Uphill."""

    kind: ClassVar[SegmentKind] = SegmentKind.CLIMB
    length: Length = Field(alias="climb")
    grade: Grades = Field(json_schema_extra={"exclusiveMinimum": 0})


class CoolDown(Stretch):
    """Back to walking; ends at a walk unless told."""

    kind: ClassVar[SegmentKind] = SegmentKind.COOL_DOWN
    length: Length = Field(alias="cool-down")
    speed: Paces = (EASY, WALK)


class Free(Stretch):
    """The runner decides; the file only says where it begins."""

    kind: ClassVar[SegmentKind] = SegmentKind.FREE
    length: Length = Field(alias="free")


STRETCHES: Final[tuple[type[Stretch], ...]] = (WarmUp, Decline, Recover, Climb, CoolDown, Free)
KINDS: Final = (*(stretch.kind.value for stretch in STRETCHES), "repeat")
"""The keys of which each step has exactly one."""


def tag(kind: str) -> str:
    """How a kind of step is marked in pydantic's locations; never a key of a file."""
    return f"<{kind}>"


def _kind(value: object) -> str | None:
    if not isinstance(value, dict):
        return None
    return next((tag(kind) for kind in KINDS if kind in value), None)


def _some(steps: object) -> object:
    if not steps:
        raise ValueError("is empty; give it at least one step, like `- decline: 1 min`")
    return steps


class Repeat(Strict):
    """Steps that are run several times over."""

    times: Times = Field(alias="repeat")
    label: Line = ""
    steps: Steps


Step = Annotated[
    Annotated[WarmUp, Tag("<warm-up>")]
    | Annotated[Decline, Tag("<decline>")]
    | Annotated[Recover, Tag("<recover>")]
    | Annotated[Climb, Tag("<climb>")]
    | Annotated[CoolDown, Tag("<cool-down>")]
    | Annotated[Free, Tag("<free>")]
    | Annotated[Repeat, Tag("<repeat>")],
    Discriminator(_kind),
]


Steps = Annotated[tuple[Step, ...], BeforeValidator(_some), Field(json_schema_extra={"minItems": 1})]


class WorkoutFile(Strict):
    """A whole file."""

    title: Line
    for_whom: Line = Field(default="", alias="for")
    notes: Paragraph = ""
    focus: Focus = ""
    decline_minutes: Minutes | None = Field(default=None, alias="decline minutes")
    steps: Steps


Repeat.model_rebuild()

MODELS: Final[dict[str, type[Strict]]] = {tag(s.kind.value): s for s in STRETCHES} | {tag("repeat"): Repeat}
"""Which model reads a step, by its tag."""


def keys_of(model: type[Strict]) -> tuple[str, ...]:
    """The keys a model knows, as a file writes them."""
    return tuple(field.alias or name for name, field in model.model_fields.items())


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a workout file, for editors that complete and check while typing."""
    return schema_of(WorkoutFile, "treadctl workout")


def schema_of(model: type[Strict], title: str) -> dict[str, Any]:
    """The JSON Schema of any file of this family."""
    schema = model.model_json_schema(schema_generator=_AsWritten)
    return {"$schema": _AsWritten.schema_dialect, **schema, "title": title}


class _AsWritten(GenerateJsonSchema):
    """The file's own words only: no default in our types, no null where a key is simply left out, no made-up titles."""

    def default_schema(self, schema: WithDefaultSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def nullable_schema(self, schema: NullableSchema) -> JsonSchemaValue:
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _ramp(grade: tuple[Grade, Grade]) -> str:
    start, end = grade
    return str(start) if start == end else f"{start} to {end}"
