"""A whole session as it is heard: each cue takes as long as espeak-ng takes for it, and what is due comes in time."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from treadctl.audio.speaker import Speaker, urgency
from treadctl.audio.words import Chattiness, spoken
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.mock.presets import DEFAULT
from treadctl.simulate import Plan, Simulation
from treadctl.units import Grade
from treadctl.workout.library import load_named
from treadctl.workout.profile import Profile

STARTS_S = 0.1
PER_SYLLABLE_S = 0.23
"""espeak-ng at 175 words a minute: 0.34 s for `two`, 0.82 for `tipping in three`, 1.77 for `now minus four, two minutes`."""


def lasts_s(words: str) -> float:
    return STARTS_S + PER_SYLLABLE_S * len(re.findall(r"[aeiouy]+", words))


class Ear:
    """Hears a session, and notes what it had to miss."""

    def __init__(self, chattiness: Chattiness) -> None:
        self.speaker = Speaker(chattiness)
        self.chattiness = chattiness
        self.heard: list[tuple[float, float, Cue]] = []
        self.came_up: list[tuple[float, Cue]] = []
        self.cut_off: list[Cue] = []
        self.now = self._until = 0.0
        self._now: Cue | None = None

    def __call__(self, now: float, inputs: list[Input], step: Step) -> None:
        self.now = now
        self.go_on(now)
        for cue in sorted(step.cues, key=urgency):
            self.came_up.append((now, cue))
            self.speaker.offer(cue, now)
            self.go_on(now)

    def go_on(self, now: float) -> None:
        """What the voice does after each offer, and all the time."""
        if now >= self._until:
            self.speaker.finished()
            self._now = None
        begun = self.speaker.next(now)
        if begun is None:
            return
        if self._now is not None:
            self.cut_off.append(self._now)
        self._now = begun
        came_up = max(at for at, other in self.came_up if other == begun)
        self.heard.append((now, now - came_up, begun))
        self._until = now + lasts_s(spoken(begun, self.chattiness))

    def missed(self) -> list[str]:
        return sorted((Counter(cue.words for _, cue in self.came_up) - Counter(cue.words for _, _, cue in self.heard)).elements())


def listened(name: str, chattiness: Chattiness) -> Ear:
    ear = Ear(chattiness)
    who = Profile(name="test", ceiling=Grade(-100), chosen=True)
    simulation = Simulation(Plan(load_named(name), who, DEFAULT), on_step=ear)
    simulation.run()
    for quarter in range(1, 24):
        ear.go_on(ear.now + quarter / 4)
    return ear


@pytest.mark.parametrize(
    ("name", "missed"),
    [("first-descent", []), ("twenty-minutes", [])],
)
def test_in_a_whole_session_every_word_of_a_coach_is_heard_and_nothing_is_cut_off(name: str, missed: list[str]) -> None:
    ear = listened(name, Chattiness.COACH)
    assert ear.cut_off == []
    assert ear.missed() == missed
    counts = [late for _, late, cue in ear.heard if cue.words.isdigit()]
    assert max(counts) <= 0.25


def test_even_chatty_every_change_is_heard_in_time() -> None:
    ear = listened("first-descent", Chattiness.CHATTY)
    changes = [(late, cue.words) for _, late, cue in ear.heard if cue.kind is CueKind.CHANGE]
    assert len(changes) == sum(cue.kind is CueKind.CHANGE for _, cue in ear.came_up)
    assert max(changes)[0] <= 0.5


def test_a_decline_sounds_like_this() -> None:
    ear = listened("first-descent", Chattiness.COACH)
    said = [spoken(cue) for _, _, cue in ear.heard]
    begin = said.index("in twenty seconds, minus two, one minute")
    assert said[begin : begin + 10] == [
        "in twenty seconds, minus two, one minute",
        "tipping in three",
        "two",
        "one",
        "now minus two, one minute",
        "descent one of five",
        "look up",
        "in twenty seconds, level, one minute thirty",
        "flattening to level",
        "recover",
    ]
    assert said[-2:] == ["stopped", "finished, well run"]
