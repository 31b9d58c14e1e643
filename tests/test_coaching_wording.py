"""The announcements: exact where a promise was made, short and calm everywhere."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.coaching import amounts, wording
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade, Speed
from treadctl.workout.profile import CAUTIOUS, Profile

ROWS: list[tuple[Callable[..., Cue], tuple[object, ...], CueKind, str]] = [
    (
        wording.segment_begins,
        ("decline", "2 of 5", Grade(-40), "8.0 km/h", "2 minutes"),
        CueKind.NEWS,
        "decline 2 of 5, 2 minutes",
    ),
    (
        wording.segment_begins,
        ("decline", "descent 2 of 5", Grade(-40), "8.0 km/h", ""),
        CueKind.NEWS,
        "descent 2 of 5",  # how long it is was told when it was announced
    ),
    (wording.segment_begins, ("recover", "", Grade(0), "8.0 km/h", ""), CueKind.NEWS, "recover"),
    (wording.segment_begins, ("warm-up", "", Grade(0), "8.0 km/h", "5 minutes"), CueKind.NEWS, "warm-up, 5 minutes"),
    (wording.step_note, ("Let the legs settle.",), CueKind.NEWS, "from the workout"),
    (wording.coming_up, (30, Grade(-40), "2 minutes"), CueKind.CHANGE, "in 30 seconds minus 4, 2 minutes"),
    (wording.slowing, ("7.2 km/h",), CueKind.CHANGE, "slowing"),
    (wording.tipping_count, (3,), CueKind.CHANGE, "tipping in 3"),
    (wording.tipping_count, (3, True), CueKind.CHANGE, "rising in 3"),
    (wording.tipping_count, (2,), CueKind.CHANGE, "2"),
    (wording.tipping_count, (1,), CueKind.CHANGE, "1"),
    (wording.tipped, (Grade(-40), "2 minutes"), CueKind.CHANGE, "now minus 4, 2 minutes"),
    (wording.flattening, (Grade(0),), CueKind.CHANGE, "flattening to level"),
    (wording.flattening, (Grade(-20),), CueKind.CHANGE, "flattening to minus 2"),
    (wording.cool_down, (), CueKind.NEWS, "cool down"),
    (wording.decline_done, (14,), CueKind.PRAISE, "14 minutes of decline done"),
    (wording.decline_done, (1,), CueKind.PRAISE, "1 minute of decline done"),
    (wording.limited, ("speed", "9.0 km/h", "7.2 km/h", "your easy pace downhill"), CueKind.LIMIT, "speed limited to 7.2 km/h"),
    (wording.machine_reach, (Grade(-80), Grade(-60)), CueKind.LIMIT, "asked -8.0, this deck goes to -6.0"),
    (wording.trying_first, (Grade(-10),), CueKind.LIMIT, "trying minus 1 first on this treadmill"),
    (wording.machine_warning, ("its deck is slow",), CueKind.LIMIT, "its deck is slow"),
    (wording.cap_reached, (), CueKind.LIMIT, "20 minutes of decline: enough for today"),
    (wording.cap_reached, (360,), CueKind.LIMIT, "6 minutes of decline: enough for today"),
    (wording.cap_reached, (0,), CueKind.LIMIT, "no decline today"),
    (wording.guest_defaults, (CAUTIOUS,), CueKind.LIMIT, "running as guest: easy 8.0 km/h, down to minus 5"),
    (wording.not_moving, (), CueKind.LIMIT, "the belt is not moving"),
    (wording.not_following, ("deck", "-4.0 %", "0.0 %"), CueKind.LIMIT, "the deck is not following"),
    (wording.it_will_feel_easy, (), CueKind.NEWS, "it will feel easy; the bill comes in two days"),
    (wording.key_heard, ("faster", "plus 0.2 km/h"), CueKind.NEWS, "faster: plus 0.2 km/h"),
    (wording.key_heard, ("skip", ""), CueKind.NEWS, "skip"),
    (wording.console_changed, ("speed", "7.5 km/h"), CueKind.NEWS, "console: speed 7.5 km/h"),
    (wording.paused, ("the console",), CueKind.CHANGE, "paused"),
    (wording.resumed, (3,), CueKind.CHANGE, "going on in 3"),
    (wording.count, (2,), CueKind.CHANGE, "2"),
    (wording.walking, (), CueKind.CHANGE, "walking"),
    (wording.started, (), CueKind.NEWS, "started"),
    (wording.finished, (), CueKind.PRAISE, "finished, well run"),
    (wording.stopping, (), CueKind.SAFETY, "stopping"),
    (wording.stopped_confirmed, (), CueKind.SAFETY, "stopped"),
    (wording.stopped_unconfirmed, (), CueKind.SAFETY, "belt not seen still: use the console or the key"),
    (wording.stop_hangs, (), CueKind.SAFETY, "the link hangs: use the console or the key"),
    (wording.stop_unseen, (), CueKind.SAFETY, "no word from the treadmill: use the console or the key"),
    (wording.stop_waits, (), CueKind.SAFETY, "Stop waits for the link: use the console or the safety key"),
    (wording.stop_left, (), CueKind.SAFETY, "the belt may still be moving: use the console or the key"),
    (wording.stop_goes_now, (), CueKind.SAFETY, "link is back: the Stop that waited is sent"),
    (wording.stop_not_needed, (), CueKind.SAFETY, "link is back: the belt is still"),
    (wording.stop_too_old, (), CueKind.SAFETY, "Stop waited too long and is not sent: look at the belt"),
    (wording.covers_miles, ("5.0 km/h",), CueKind.SAFETY, "this treadmill counts miles: stopping"),
    (wording.compare_console, (Speed(500),), CueKind.LIMIT, "the console should say 5.0 km/h, or 3.1 mph"),
    (wording.link_lost, (), CueKind.SAFETY, "link lost, the belt may still be moving: console or key"),
    (wording.link_back, ("belt at 8.0 km/h",), CueKind.SAFETY, "link is back: belt at 8.0 km/h"),
    (wording.control_lost, (), CueKind.SAFETY, "the treadmill took back control: use the console"),
    (wording.safety_key, (), CueKind.SAFETY, "safety key pulled"),
    (wording.console_stop, (), CueKind.SAFETY, "stopped at the console"),
    (wording.stale, (4.2,), CueKind.SAFETY, "no news from the treadmill for 4 seconds"),
    (wording.past_hard_stop, (Grade(-108),), CueKind.SAFETY, "too steep: stopping"),
    (wording.wrong_way, (Grade(-20), Grade(15)), CueKind.SAFETY, "wrong way: going level"),
    (wording.rejected, ("speed", "operation failed"), CueKind.LIMIT, "the treadmill rejected the speed"),
    (wording.start_rejected, ("operation failed", True), CueKind.SAFETY, "the treadmill rejected the start"),
    (wording.starts_after_all, (), CueKind.SAFETY, "the belt starts after all: stopping"),
    (wording.pause_failed, (), CueKind.SAFETY, "the treadmill does not pause: stopping"),
    (wording.level_by_hand, ("operation failed",), CueKind.LIMIT, "level the deck at the console"),
    (wording.deck_not_level, ("-3.0 %",), CueKind.LIMIT, "the deck does not go level"),
    (wording.stopping_anyway, ("-3.0 %",), CueKind.LIMIT, "not level and walking, stopping anyway"),
    (wording.stop_rejected, (), CueKind.SAFETY, "stop was rejected: use the console or the key"),
    (wording.silent, (8.2,), CueKind.SAFETY, "no news from the treadmill: stopping"),
    (wording.belt_too_fast, ("1.8 km/h", "2.9 km/h"), CueKind.SAFETY, "the belt is too fast: stopping"),
    (wording.unit_slip, ("10.23 km/h", "16.46 km/h"), CueKind.SAFETY, "this treadmill counts miles: stopping"),
    (wording.climbs_for_falls, (Grade(15),), CueKind.SAFETY, "this deck climbs when told to fall: stopping"),
    (wording.no_steps, (5.0,), CueKind.SAFETY, "no steps felt for 5 seconds: slowing"),
    (wording.nobody, (), CueKind.SAFETY, "nobody on the belt: stopping"),
    (wording.moves_unasked, (), CueKind.SAFETY, "the belt moves: the console has it"),
    (wording.still_unasked, (), CueKind.SAFETY, "the belt has stopped"),
    (wording.clock_jumped, (), CueKind.SAFETY, "this computer was asleep: look at the belt"),
    (wording.latched, (), CueKind.SAFETY, "a fault in this program: stopping"),
    (wording.sensor_news, ("foot pod", "battery at 10 %"), CueKind.NEWS, "foot pod: battery at 10 %"),
    (wording.no_stride_cues, ("no data for 5 s",), CueKind.NEWS, "foot pod: no data for 5 s; no stride cues"),
    (wording.quick_again, (176, 177), CueKind.PRAISE, "that's it, quick feet"),
    (
        wording.focus_today,
        ("keep arms low", "at your sides, for balance", "A2.4"),
        CueKind.NEWS,
        "today: keep arms low",
    ),
    (wording.cannot_arm, ("no fresh telemetry",), CueKind.NEWS, "cannot arm yet"),
    (wording.machine_counts, ("3",), CueKind.CHANGE, "3"),
    (wording.machine_counts_too, (), CueKind.CHANGE, "now the treadmill counts"),
]


@pytest.mark.parametrize(("announce", "given_args", "kind", "words"), ROWS)
def test_these_are_the_words(announce: Callable[..., Cue], given_args: tuple[object, ...], kind: CueKind, words: str) -> None:
    cue = announce(*given_args)
    assert (cue.kind, cue.words) == (kind, words)


def test_every_announcement_is_in_the_table_above() -> None:
    functions = inspect.getmembers(wording, inspect.isfunction)
    announcements = {name for name, function in functions if function.__annotations__["return"] == "Cue"}
    assert announcements == {announce.__name__ for announce, _, _, _ in ROWS}
    assert len(announcements) == 71


@pytest.mark.parametrize("cue", [announce(*args) for announce, args, _, _ in ROWS], ids=lambda cue: cue.words)
def test_announcements_are_short_plain_and_calm(cue: Cue) -> None:
    assert 1 <= len(cue.words) <= 60
    assert len(cue.detail) <= 80
    text = cue.words + cue.detail
    assert text.isascii()  # speakable as it stands, on any terminal; no emojis
    assert "!" not in text
    assert not cue.words.endswith(".")


def test_what_matters_about_a_lost_link_is_in_the_words_not_in_the_small_print() -> None:
    words = wording.link_lost().words
    assert "may still be moving" in words
    assert "console or key" in words


def test_a_limit_says_what_was_asked_what_is_given_and_why() -> None:
    cue = wording.limited("speed", "9.0 km/h", "7.2 km/h", "your easy pace downhill")
    assert all(part in cue.words + cue.detail for part in ("9.0 km/h", "7.2 km/h", "your easy pace downhill"))


def test_the_exact_grade_stands_in_the_small_print() -> None:
    assert wording.tipped(Grade(-40), "2 minutes").detail == "-4.0 %"
    assert "-4.0 %" in wording.segment_begins("decline", "", Grade(-40), "8.0 km/h", "2 minutes").detail
    assert "-10.8 %" in wording.past_hard_stop(Grade(-108)).detail


@pytest.mark.parametrize(
    ("cue", "fact"),
    [
        (wording.it_will_feel_easy(), "A1.4"),
        (wording.cap_reached(), "A3.4"),
        (wording.past_hard_stop(Grade(-110)), "A3.2"),
        (wording.slowing("7.0 km/h"), "A6.2"),
    ],
)
def test_announcements_from_the_article_name_their_fact(cue: Cue, fact: str) -> None:
    assert cue.fact == fact


def test_an_imperial_runner_hears_miles() -> None:
    cue = wording.guest_defaults(Profile(easy=Speed(804), walk=Speed(450), imperial=True))
    assert "5.0 mph" in cue.words
    assert "km/h" not in cue.words + cue.detail


@pytest.mark.parametrize(
    ("tenths", "spoken"),
    [(-40, "minus 4"), (-45, "minus 4.5"), (-5, "minus 0.5"), (-100, "minus 10"), (20, "plus 2"), (0, "level")],
)
def test_grades_are_said_as_runners_say_them(tenths: int, spoken: str) -> None:
    assert amounts.spoken_grade(Grade(tenths)) == spoken


@pytest.mark.parametrize(
    ("seconds", "spoken"),
    [(1, "1 second"), (45, "45 seconds"), (59.6, "1 minute"), (60, "1 minute"), (90, "1 minute 30"), (120, "2 minutes")],
)
def test_times_are_said_as_runners_say_them(seconds: float, spoken: str) -> None:
    assert amounts.spoken_time(seconds) == spoken


@pytest.mark.parametrize(
    ("metres", "spoken"),
    [(400, "400 metres"), (1000, "1 kilometre"), (1500, "1.5 kilometres"), (2000, "2 kilometres"), (1250, "1250 metres")],
)
def test_distances_are_said_as_runners_say_them(metres: int, spoken: str) -> None:
    assert amounts.spoken_distance(metres) == spoken


@given(st.integers(-1000, 1000).map(Grade), st.floats(0, 90_000))
def test_any_grade_and_time_can_be_said(grade: Grade, seconds: float) -> None:
    words = wording.coming_up(seconds, grade, amounts.spoken_time(seconds)).words
    assert words.isascii()
    assert len(words) <= 60
