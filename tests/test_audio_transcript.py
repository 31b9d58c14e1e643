"""Two sessions as they are heard. `test_coaching_golden` listens to every workout in the same way."""

from __future__ import annotations

from functools import cache

import pytest
from ear import Ear
from transcript import heard

from treadctl.audio.words import Chattiness, spoken
from treadctl.coaching.cues import CueKind
from treadctl.workout.profile import Profile


@cache
def chatty(name: str) -> Ear:
    return Ear([(at, cue) for at, cue, _ in heard(name).cues], Chattiness.CHATTY)


@pytest.mark.parametrize("name", ["first-descent", "boston-opening"])
def test_even_chatty_every_change_is_heard_in_time(name: str) -> None:
    ear = chatty(name)
    changes = [(late, cue.words) for _, late, cue in ear.heard if cue.kind is CueKind.CHANGE]
    assert len(changes) == sum(cue.kind is CueKind.CHANGE for _, cue in ear.came_up)
    assert max(changes)[0] <= 0.5


@pytest.mark.parametrize("name", ["first-descent", "boston-opening"])
def test_even_chatty_no_form_cue_is_lost_for_the_small_print_of_news_before_it(name: str) -> None:
    form = {cue.words for _, cue in chatty(name).came_up if cue.kind is CueKind.FORM}
    assert not form & set(chatty(name).missed())


def test_a_decline_sounds_like_this() -> None:
    who = Profile(name="test", chosen=True)
    ear = Ear([(at, cue) for at, cue, _ in heard("first-descent", who, own_spm=None).cues], Chattiness.COACH)
    said = [spoken(cue) for _, _, cue in ear.heard]
    begin = said.index("in fifteen seconds, minus two, one minute")
    assert said[begin : begin + 10] == [
        "in fifteen seconds, minus two, one minute",
        "tipping in three",
        "two",
        "one",
        "now minus two, one minute",
        "descent one of five",
        "look up",
        "in fifteen seconds, level, one minute thirty",
        "flattening to level",
        "recover",
    ]
    assert said[-2:] == ["stopped", "finished, well run"]
