"""The four exercises and the seven plyometrics of the article (A4.1, A5.1), as data: set-up, feel, common mistakes.

The names are the article's; the texts, the variants and the beats are ours. Nobody sees the runner: texts stand in for a coach.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from treadctl.training.model import Kind


@dataclass(frozen=True, slots=True)
class Variant:
    """One way to do an exercise."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. `variants` run from the easiest to the hardest; `each_side` is done left, then right.

    `beat_s` is one repetition where nothing is lowered slowly: jump, land, stand still.
    """

    name: str
    kind: Kind
    set_up: str
    feel: str
    mistakes: str
    variants: tuple[Variant, Variant, Variant]
    each_side: bool = False
    beat_s: int = 3

    @property
    def fact(self) -> str:
        """What it rests on."""
        return "A4.1" if self.kind is Kind.STRENGTH else "A5.1"

    def variant(self, name: str) -> Variant:
        """One of its variants by name; the easiest when none is named."""
        return next((variant for variant in self.variants if variant.name == name), self.variants[0])


_STRENGTH: Final = (
    Exercise(
        name="split squat",
        kind=Kind.STRENGTH,
        set_up="A long step forward, both feet pointing ahead, hips square, back heel up. Most weight is on the front foot.",
        feel="The front thigh and buttock brake you all the way down; the back leg only balances.",
        mistakes="Dropping the last hand's width; the front knee falling inward; the front heel lifting.",
        variants=(
            Variant("hand on a wall", "half the depth, fingertips on a wall or a rail that does not move"),
            Variant("body weight", "down until the back knee is a hand above the floor"),
            Variant("with weights", "a dumbbell in each hand; stop the set when the lowering gets faster by itself"),
        ),
        each_side=True,
    ),
    Exercise(
        name="reverse nordic curl",
        kind=Kind.STRENGTH,
        set_up="Kneel on something soft, knees under the hips, feet flat behind. One line from knee to head: hips stay straight.",
        feel="Leaning back stretches the front of both thighs while they hold you; they pull you up again.",
        mistakes="Sitting down into the hips; arching the back; leaning further than you can come back from.",
        variants=(
            Variant("assisted", "hold a band or a door frame in front of you, and lean back a little only"),
            Variant("body weight", "arms crossed; go as far as the line from knee to head stays straight"),
            Variant("arms overhead", "arms up beside the ears, as far back as you can control"),
        ),
    ),
    Exercise(
        name="squat",
        kind=Kind.STRENGTH,
        set_up="Feet as wide as the shoulders, toes a little out. Hips go back and down, chest stays up.",
        feel="Thighs and buttocks take the weight evenly, left and right, with the whole foot on the floor.",
        mistakes="Falling into the bottom; knees caving in; heels lifting; looking at the feet.",
        variants=(
            Variant("to a chair", "touch the chair without sitting down on it, and stand up again"),
            Variant("body weight", "until the thighs are about level with the floor"),
            Variant("with weights", "a weight held at the chest or a bar on the back, racked so that you can leave it"),
        ),
    ),
    Exercise(
        name="calf raise",
        kind=Kind.STRENGTH,
        set_up="The balls of the feet on a step, heels free, one hand on a rail. Legs straight.",
        feel="The calves let the heels sink slowly below the step, then push you straight up onto the big toes.",
        mistakes="Bouncing at the bottom; rolling out to the small toes; bending the knees to help.",
        variants=(
            Variant("both feet on the floor", "no step: up on both, down slowly on both"),
            Variant("both feet on a step", "heels sink below the step"),
            Variant("one foot on a step", "up on both feet, down on one; change the foot from set to set"),
        ),
    ),
)

_PLYOMETRICS: Final = (
    Exercise(
        name="squat jumps",
        kind=Kind.PLYOMETRICS,
        set_up="Feet as wide as the hips on a floor that gives a little, with room overhead.",
        feel="Quiet landings: ankles, knees and hips give together, and you stand still before the next one.",
        mistakes="Landing stiff or on the heels; knees falling inward; rushing into the next jump.",
        variants=(
            Variant("small", "a hand's height, quarter depth"),
            Variant("full", "as high as you can still land without a sound"),
            Variant("in a row", "no standing still: down, and up at once"),
        ),
        beat_s=4,
    ),
    Exercise(
        name="alternating split-squat jumps",
        kind=Kind.PLYOMETRICS,
        set_up="The split squat's long step, hands free. Each jump changes the foot in front; each landing counts.",
        feel="The front leg takes the landing softly, the trunk stays upright over the middle.",
        mistakes="Short, stiff landings; the front knee shooting past the toes; leaning on the knee with the hands.",
        variants=(
            Variant("step instead", "step back and forth between the two positions, without a jump"),
            Variant("low", "feet just clear the floor"),
            Variant("full", "high enough to change the feet in the air at ease"),
        ),
        beat_s=3,
    ),
    Exercise(
        name="single-leg jumps",
        kind=Kind.PLYOMETRICS,
        set_up="Stand on one leg, the knee a little bent, with something to hold on to within reach.",
        feel="Foot, knee and hip stay in one line while the leg gives and stops you.",
        mistakes="The hip dropping on the free side; landing on a straight leg; hopping on after a wobble.",
        variants=(
            Variant("up on two, land on one", "both legs jump, one leg lands"),
            Variant("on the spot", "one leg jumps and lands"),
            Variant("forward", "a foot's length forward each time"),
        ),
        each_side=True,
        beat_s=3,
    ),
    Exercise(
        name="skater hops",
        kind=Kind.PLYOMETRICS,
        set_up="Room for a long step to both sides. From one foot to the other, sideways; each landing counts.",
        feel="The outer hip catches you and stops the sideways swing before you push off again.",
        mistakes="Falling over the outer edge of the foot; landing with the knee turned in; leaping further than you can stop.",
        variants=(
            Variant("step wide", "a long sideways step, the other toe may touch"),
            Variant("short", "a shoe's length, stand still a moment"),
            Variant("long", "as far as you can still land and stand"),
        ),
        beat_s=3,
    ),
    Exercise(
        name="carioca",
        kind=Kind.PLYOMETRICS,
        set_up="Ten free metres beside you. Run sideways, one foot crossing in front, then behind; turn round at the end.",
        feel="The hips turn, the shoulders do not; short contacts on the front of the foot.",
        mistakes="Looking at the feet; crossing so wide that the hips stop turning.",
        variants=(
            Variant("walking", "the same steps, without running"),
            Variant("easy", "a loose jog"),
            Variant("quick", "fast feet, still tall"),
        ),
    ),
    Exercise(
        name="skipping",
        kind=Kind.PLYOMETRICS,
        set_up="Twenty free metres, or on the spot. A hop on each step, the other knee rising, arms swinging with it.",
        feel="The ankle is a spring: down on the front of the foot, and off again.",
        mistakes="Heavy heels; leaning back; reaching forward with the foot instead of setting it under the hips.",
        variants=(
            Variant("low", "the feet barely leave the floor"),
            Variant("easy", "knee as high as feels loose"),
            Variant("high", "for height, with quiet landings"),
        ),
    ),
    Exercise(
        name="quick feet",
        kind=Kind.PLYOMETRICS,
        set_up="Stand tall on the front of the feet, knees soft. Small steps on the spot, as many as come easily.",
        feel="Light, short touches; the head stays at one height.",
        mistakes="Stamping; holding the breath; bending at the waist.",
        variants=(
            Variant("easy", "a quick jog on the spot"),
            Variant("quick", "as fast as it stays light"),
            Variant("over a line", "forward and back over a line on the floor"),
        ),
    ),
)

EXERCISES: Final[Mapping[str, Exercise]] = MappingProxyType({each.name: each for each in (*_STRENGTH, *_PLYOMETRICS)})
"""All eleven by name."""
