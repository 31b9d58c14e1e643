"""What is spoken: the catalogue's words, with numbers, signs and units the way people say them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.audio.words import LONGEST, Chattiness, spoken, wanted
from treadctl.coaching import wording
from treadctl.coaching.catalogue import CATALOGUE
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade, Speed
from treadctl.workout.profile import Profile

CUES = (
    (wording.coming_up(20, Grade(-40), "2 minutes"), "in twenty seconds, minus four, two minutes"),
    (wording.coming_up(20, Grade(0), "1 minute 30"), "in twenty seconds, level, one minute thirty"),
    (wording.coming_up(60, Grade(20), "400 metres"), "in one minute, plus two, four hundred metres"),
    (wording.tipping_count(3), "tipping in three"),
    (wording.tipping_count(1), "one"),
    (wording.tipped(Grade(-45), "1.5 kilometres"), "now minus four point five, one point five kilometres"),
    (wording.flattening(Grade(0)), "flattening to level"),
    (wording.segment_begins("decline", "2 of 5", Grade(-40), "", "45 seconds"), "decline two of five, forty-five seconds"),
    (wording.limited("speed", "9.0 km/h", "7.2 km/h", "your limit"), "speed limited to seven point two kilometres an hour"),
    (wording.limited("speed", "6.2 mph", "1.0 mph", "it is a limit"), "speed limited to one mile an hour"),
    (wording.limited("grade", "-8.0 %", "-6.0 %", "the deck"), "grade limited to minus six percent"),
    (wording.machine_reach(Grade(-80), Grade(-60)), "asked minus eight, this deck goes to minus six"),
    (
        wording.guest_defaults(Profile(name="guest", easy=Speed(800), ceiling=Grade(-50))),
        "running as guest, easy eight kilometres an hour, down to minus five",
    ),
    (wording.key_heard("faster", "plus 0.2 km/h"), "faster, plus zero point two kilometres an hour"),
    (wording.console_changed("incline", "-2.5 %"), "console, incline minus two point five percent"),
    (wording.console_changed("incline", "0.0 %"), "console, incline level"),
    (wording.decline_done(20), "twenty minutes of decline done"),
    (wording.cap_reached(), "twenty minutes of decline, enough for today"),
    (wording.stale(4), "no news from the treadmill for four seconds"),
    (wording.link_lost(), "link lost, the belt may still be moving, console or key"),
    (wording.resumed(3), "going on in three"),
    (wording.step_note("cadence up by 5 %; 6:40 /km"), "cadence up by five percent, six forty a kilometre"),
    (wording.cannot_arm("the belt moves at 3.0 km/h"), "cannot arm yet, the belt moves at three kilometres an hour"),
    (Cue(CueKind.NEWS, "175 spm, 60 bpm"), "one hundred seventy-five steps a minute, sixty beats a minute"),
    (Cue(CueKind.NEWS, "10:05 /mi"), "ten oh five a mile"),
    (Cue(CueKind.NEWS, "−10 %, +7 %"), "minus ten percent, plus seven percent"),
    (Cue(CueKind.NEWS, "5 min at 8:00 /km, then 1 km"), "five minutes at eight flat a kilometre, then one kilometre"),
    (Cue(CueKind.NEWS, "9 m ahead in 1 s"), "nine metres ahead in one second"),
)  # fmt: skip


@pytest.mark.parametrize(("cue", "words"), CUES, ids=[words for _, words in CUES])
def test_cues_are_spoken_as_people_say_them(cue: Cue, words: str) -> None:
    assert spoken(cue) == words


def test_form_cues_need_no_change() -> None:
    assert [spoken(cue.said()) for cue in CATALOGUE] == [cue.words for cue in CATALOGUE]


def test_a_chatty_voice_also_says_how_and_why_but_never_where_it_is_urgent() -> None:
    form, safety = CATALOGUE[0].said(), wording.link_lost()
    assert spoken(form, Chattiness.CHATTY) == "look up, at the mark at eye height, not at belt or console"
    assert spoken(safety, Chattiness.CHATTY) == spoken(safety)
    assert spoken(wording.slowing("7.2 km/h"), Chattiness.CHATTY) == "slowing"


@pytest.mark.parametrize(
    ("chattiness", "kinds"),
    [
        (Chattiness.QUIET, {CueKind.SAFETY, CueKind.CHANGE}),
        (Chattiness.COACH, set(CueKind)),
        (Chattiness.CHATTY, set(CueKind)),
    ],
)
def test_who_is_quiet_says_only_safety_and_changes(chattiness: Chattiness, kinds: set[CueKind]) -> None:
    assert {kind for kind in CueKind if wanted(Cue(kind, "word"), chattiness)} == kinds


@pytest.mark.parametrize("text", ["[[volm 1.0]] loud", "[[h@l'oU]]", "<speak>hi</speak>", "a;$(b)|`c`\n\r\x1b[2J", "_^_"])
def test_nothing_a_speech_program_could_obey_gets_through(text: str) -> None:
    assert not re.search(r"[\[\]<>$|`;\n\r\x1b^_\\/]", spoken(Cue(CueKind.FORM, text)))


@given(st.text(max_size=400))
def test_any_text_is_spoken_short_and_without_digits_that_could_be_words(text: str) -> None:
    said = spoken(Cue(CueKind.NEWS, text))
    assert len(said) <= LONGEST
    assert said.isprintable()
    assert said == said.strip()


def test_a_long_text_ends_at_a_word() -> None:
    assert spoken(Cue(CueKind.NEWS, "steady " * 40)) == ("steady " * 22).strip()
