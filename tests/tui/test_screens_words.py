"""What the screens say, made from views; and letters in solid cells."""

from __future__ import annotations

import pytest
from fake_host import MACHINE, NOW, RUNNER, RUNNING, STILL, said
from hypothesis import given
from hypothesis import strategies as st

from treadctl.coaching.catalogue import CATALOGUE
from treadctl.coaching.cues import Cue, CueKind
from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Snapshot, Step
from treadctl.engine.targets import Limit
from treadctl.tui import block, words
from treadctl.tui.gauge import gauge
from treadctl.tui.info import coming, why
from treadctl.tui.message import in_short, message, shorter
from treadctl.tui.record import Record
from treadctl.tui.view import Eye, View
from treadctl.units import Grade, Speed

WIDE, NARROW = 118, 78


def view(s: Snapshot, *cues: tuple[float, Cue]) -> View:
    return Eye().look(Step(s), NOW, MACHINE, cues)


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60), st.integers(1, 130), st.integers(1, 12))
def test_words_in_solid_cells_never_leave_their_room(text: str, width: int, rows: int) -> None:
    drawn = block.fit(text, width, rows)
    assert len(drawn) <= rows
    assert all(len(row) <= width for row in drawn)


@pytest.mark.parametrize(
    ("number", "size"), [("−10.0", block.BIG), ("12:35", block.BIG), ("−10.0", block.TIGHT), ("12:35", block.TIGHT)]
)
def test_a_number_keeps_its_width_whatever_its_digits(number: str, size: block.Size) -> None:
    widths = {len(block.lines(number.replace("0", digit), size)[0]) for digit in "0123456789"}
    assert len(widths) == 1


def test_the_numbers_are_seven_rows_high_on_120_columns_and_five_on_80() -> None:
    assert block.largest("88:88", 39, 8).rows == 7
    assert block.largest("88:88", 26, 5).rows == 5


@pytest.mark.parametrize(("width", "rows"), [(WIDE, 7), (NARROW, 6)])
def test_every_form_cue_fits_in_solid_cells(width: int, rows: int) -> None:
    for cue in CATALOGUE:
        assert any(cell in "█▀▄" for row in block.fit(cue.words, width, rows) for cell in row), cue.words


def test_every_condition_has_words_short_enough_for_a_narrow_screen() -> None:
    for condition in Condition:
        short = in_short(RUNNING._replace(troubles=(condition.words,)))
        assert short != condition.words or len(short) <= 16, condition
        assert len(block.fit(short, NARROW, 6)[0]) <= NARROW
        assert "█" in "".join(block.fit(short, NARROW, 6)), condition


def test_a_missing_number_is_never_zero() -> None:
    grade, speed, _ = words.tiles(view(RUNNING._replace(shown_grade=None, shown_speed=None)), RUNNER)
    assert (grade.number, speed.number) == ("--", "--")


def test_numbers_that_are_not_fresh_say_so() -> None:
    grade, speed, left = words.tiles(view(RUNNING._replace(age_s=5.0)), RUNNER)
    assert grade.note == speed.note == "▲ LAST SEEN 5 s AGO"
    assert grade.old
    assert not left.old


def test_numbers_that_were_never_told_have_no_age() -> None:
    never = view(STILL._replace(phase=Phase.READY, age_s=float("inf"), shown_grade=None, shown_speed=None))
    assert words.link(never) == "▲ NO NEWS YET"
    assert words.tiles(never, RUNNER)[0].note == "▲ NOT SEEN YET"


def test_speed_is_shown_in_the_unit_of_the_runner() -> None:
    assert words.speed_number(16.09344, "mph") == "10.0"
    assert words.speed_number(16.09344, "km/h") == "16.1"


def test_grades_have_a_sign_and_level_has_none() -> None:
    assert [words.grade_number(g) for g in (-4.5, 2.0, 0.0, -0.04, None)] == ["−4.5", "+2.0", "0.0", "0.0", "--"]


def test_what_is_asked_stands_beneath_what_is_given() -> None:
    grade, speed, _ = words.tiles(view(RUNNING), RUNNER)
    assert grade.note == "asked −8.0"
    assert speed.note == "asked 9.0, easy 96 %"


def test_why_names_each_reason_once() -> None:
    twice = Limit("speed", "9.0 km/h", "8.6 km/h", "this deck goes to -6.0 %")
    assert why(RUNNING._replace(limits=(RUNNING.limits[0], twice))) == "limited: this deck goes to -6.0 %"
    assert why(RUNNING._replace(limits=())) == ""


def test_an_alarm_goes_before_a_cue_that_was_just_said() -> None:
    held = RUNNING._replace(level=Level.HOLD, troubles=("the deck is not following",))
    shown = message(view(held, said(CueKind.FORM, "look up")))
    assert (shown.large, shown.alarm) == ("holding: deck", "▲ SAFETY")


def test_without_a_cue_the_step_itself_is_named() -> None:
    assert message(view(RUNNING)).large == "decline 2 of 3"


def test_a_number_of_the_countdown_goes_away_with_its_second() -> None:
    counting = STILL._replace(phase=Phase.COUNTDOWN)
    assert message(view(counting, said(CueKind.CHANGE, "going on in 3", ago_s=0.9))).large == "3"
    assert message(view(counting, said(CueKind.CHANGE, "3", ago_s=2.0))).large == "get ready"


def test_spoken_words_are_written_shorter() -> None:
    assert shorter("in 30 seconds minus 4, 2 minutes") == "in 30 s −4, 2 min"


def test_what_comes_next_and_the_end() -> None:
    assert coming(RUNNING, RUNNER).lines == ("NEXT in 0:35", "recover 2 of 3  0.0 %", "8.1 km/h for 2:00")
    assert coming(RUNNING._replace(following=None), RUNNER).lines == ("NEXT in 0:35", "the end: level, walk, stop")


def test_without_a_target_the_words_stay() -> None:
    shown = gauge(view(RUNNING._replace(cadence=None)), RUNNER)
    assert (shown.number, shown.full[0]) == ("", "short, quick steps")


def test_a_session_seen_in_gaps_still_plots_over_its_whole_time() -> None:
    record = Record()
    for at_s in (*range(10), *range(50, 101)):
        record.see(RUNNING._replace(running_s=float(at_s), shown_grade=Grade(-at_s // 10), shown_speed=Speed(900)))
    shown = record.columns(100)
    assert len(shown) == 100
    assert all(reading is not None and reading.grade is not None for reading in shown)
    assert record.steepest == -10


def test_nothing_is_recorded_of_a_belt_that_is_not_ours() -> None:
    record = Record()
    record.see(STILL._replace(phase=Phase.READY, shown_speed=Speed(300), running_s=5.0))
    assert not record.readings
