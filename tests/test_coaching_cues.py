"""A coach's own line: short, not too often, and never before what matters more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.audio.speaker import Speaker, urgency
from treadctl.coaching.cues import Cue, CueKind, from_coach


def test_a_line_is_a_cue_of_its_own_kind() -> None:
    assert from_coach("  Ana, last one! ", 100.0, None) == Cue(CueKind.COACH, "Ana, last one!", "from your coach")


def test_ten_seconds_lie_between_two() -> None:
    assert from_coach("go", 109.9, 100.0) is None
    assert from_coach("go", 110.0, 100.0) is not None


@pytest.mark.parametrize("text", ["", "   ", "\x00\x1b", "\n\t"])
def test_nothing_is_said_for_an_empty_line(text: str) -> None:
    assert from_coach(text, 0.0, None) is None


def test_a_long_line_is_cut_at_a_word() -> None:
    cue = from_coach("keep those feet " * 20, 0.0, None)
    assert cue is not None
    assert len(cue.words) <= 80
    assert cue.words.endswith(("keep", "those", "feet"))
    word = from_coach("a" * 500, 0.0, None)
    assert word is not None
    assert word.words == "a" * 80


@given(st.text(max_size=300), st.floats(0, 1e6), st.none() | st.floats(0, 1e6))
def test_any_text_is_short_and_plain(text: str, now: float, last: float | None) -> None:
    cue = from_coach(text, now, last)
    if cue is not None:
        assert 0 < len(cue.words) <= 80
        assert cue.words.isprintable()
        assert last is None or now - last >= 10


def test_safety_and_change_go_before_a_coach_and_a_coach_before_form() -> None:
    ranks = [urgency(Cue(kind, "words")) for kind in CueKind]
    assert ranks == sorted(ranks)
    assert CueKind.SAFETY < CueKind.CHANGE < CueKind.COACH < CueKind.NEWS < CueKind.FORM < CueKind.PRAISE
    speaker = Speaker()
    danger, line = Cue(CueKind.SAFETY, "stopping"), Cue(CueKind.COACH, "well done everybody")
    speaker.offer(danger, 0.0)
    assert speaker.next(0.0) == danger
    speaker.offer(line, 0.5)
    assert speaker.next(0.5) is None, "a safety message is never cut off"
