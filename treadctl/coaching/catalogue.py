"""The form cues as data: what a good coach would say on the way down, and where it belongs. `form` decides when.

Each cue carries the facts of the source article it stands for (A2.1 …). The article's quote about heel, gaze and lean that
contradicts A2 is used nowhere (see A6.1): A2 stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Final

from treadctl.coaching.cues import Cue, CueKind
from treadctl.safety import HARD_STOP
from treadctl.units import LEVEL, Grade

STEEP_FROM: Final = Grade(-70)
"""A decline is steep from here on: difficulty grows faster than grade. Ours."""


class When(Enum):
    """Where on the road a cue belongs."""

    BEFORE_DECLINE = "level, just before the deck tips"
    EARLY_DECLINE = "the first minute of a decline"
    LATE_DECLINE = "the second half of a long decline"
    STEEP = "a steep decline"
    RUN_OUT = "level, just after a decline"
    ANY_DECLINE = "anywhere on a decline"


@dataclass(frozen=True, slots=True)
class FormCue:
    """One cue: at most four words to say, one line to read, the facts behind it and where it belongs.

    On a decline it is said only between `steepest` and `mildest` (true grade) and from `from_s` seconds into it.
    `opt_in` cues are for runners who asked for them.
    """

    slug: str
    words: str
    detail: str
    facts: tuple[str, ...]
    places: frozenset[When]
    mildest: Grade = LEVEL
    steepest: Grade = HARD_STOP
    from_s: int = 0
    opt_in: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.words.split()) <= 4:
            raise ValueError(f"{self.slug}: a form cue has one to four words")
        if not self.facts or not self.places:
            raise ValueError(f"{self.slug}: a form cue has a fact behind it and a place where it belongs")
        if not HARD_STOP <= self.steepest <= self.mildest <= LEVEL:
            raise ValueError(f"{self.slug}: grades {self.steepest} … {self.mildest} are not a decline")

    def belongs(self, here: frozenset[When], true_grade: Grade, decline_s: float) -> bool:
        """Whether it may be said at these places of the road; grade and time count on a decline only."""
        if self.places.isdisjoint(here):
            return False
        if When.ANY_DECLINE not in here:
            return True
        return self.steepest <= true_grade <= self.mildest and decline_s >= self.from_s

    def said(self, detail: str = "") -> Cue:
        """The cue as it goes to screen and voice, with a line of this moment in place of its own."""
        return Cue(CueKind.FORM, self.words, detail or self.detail, ", ".join(self.facts))


_BEFORE = When.BEFORE_DECLINE
_EARLY = When.EARLY_DECLINE
_LATE = When.LATE_DECLINE
_STEEP = When.STEEP
_RUN_OUT = When.RUN_OUT
_ANY = When.ANY_DECLINE

CATALOGUE: Final = (
    FormCue(
        "look-up", "look up", "at the mark at eye height, not at belt or console", ("A2.1",), frozenset({_BEFORE, _LATE, _ANY})
    ),
    FormCue("run-tall", "run tall", "long neck, as if you watched the road 9 m ahead", ("A2.1",), frozenset({_EARLY, _ANY})),
    FormCue(
        "hips-over-feet",
        "hips over feet",
        "lean with the slope, a little forward, never back",
        ("A2.2",),
        frozenset({_EARLY, _ANY}),
    ),
    FormCue(
        "lean-from-ankles",
        "lean from the ankles",
        "the whole body, slightly forward; no bend at the waist",
        ("A2.2",),
        frozenset({_EARLY, _ANY}),
        steepest=Grade(STEEP_FROM + 1),  # on the steep, more lean is soon too much lean (A6.2); hips over feet says enough
    ),
    FormCue(
        "brake-mid-foot",
        "brake with the mid-foot",
        "only when you need to, and under the body",
        ("A2.2", "A6.1"),
        frozenset({_LATE, _STEEP, _ANY}),
        from_s=10,
    ),
    FormCue("shorter-steps", "shorter, quicker steps", "feet land under the body", ("A2.3",), frozenset({_EARLY, _ANY})),
    FormCue(
        "quick-light", "quick, light steps", "a quiet belt is a light foot", ("A2.3", "A6.2"), frozenset({_LATE, _STEEP, _ANY})
    ),
    FormCue("arms-low", "keep arms low", "at your sides, for balance", ("A2.4",), frozenset({_EARLY, _ANY})),
    FormCue(
        "hands-off", "hands off the rail", "low and loose beside you, ready to balance", ("A2.4",), frozenset({_STEEP, _ANY})
    ),
    FormCue(
        "no-slamming", "don't slam the heel", "set the foot down softly, mid-foot, under you", ("A6.1",), frozenset({_LATE, _ANY})
    ),
    FormCue("stay-low", "stay low, light", "feet under you; no reaching ahead", ("A6.2",), frozenset({_LATE, _STEEP, _ANY})),
    FormCue(
        "dont-fight",
        "don't fight the hill",
        "braking all the way burns the thighs; go with it",
        ("A6.4",),
        frozenset({_LATE, _ANY}),
        from_s=10,
    ),
    FormCue(
        "shorten-first", "shorten before it tips", "change your step for the hill, ahead of it", ("A6.3",), frozenset({_BEFORE})
    ),
    FormCue("let-it-roll", "let it roll", "the hill's momentum carries you into the level", ("A6.3",), frozenset({_RUN_OUT})),
    FormCue("find-rhythm", "find your rhythm", "odd legs after a hill settle in half a minute", ("A6.3",), frozenset({_RUN_OUT})),
    FormCue(
        "feet-diagonal",
        "feet slightly diagonal",
        "advanced, for open ground: on a narrow belt it can trip you",
        ("A2.5",),
        frozenset({_STEEP}),
        mildest=STEEP_FROM,
        opt_in=True,
    ),
)
"""All form cues; of equals, the scheduler takes the earlier."""

BY_SLUG: Final[Mapping[str, FormCue]] = MappingProxyType({cue.slug: cue for cue in CATALOGUE})

_NAMES: Final = {cue.words: cue for cue in CATALOGUE}


def named(text: str) -> FormCue | None:
    """The cue that a person means by its slug or its words (`arms-low`, `keep arms low`); None if there is no such cue."""
    plain = " ".join(text.split()).casefold()
    return _NAMES.get(plain) or BY_SLUG.get(plain.replace(" ", "-"))
