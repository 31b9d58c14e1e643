"""What `advise` promises, one story for each rule of A3, numbers written out by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from training_stories import RUNNER, advice_on, day, deck, felt, fine, offered, past, ran, words

from treadctl.training.ladder import START, Rung, easier, faster, longer, slope_of, steeper
from treadctl.training.model import CheckIn, Flag, Past
from treadctl.training.progression import Call, against, sessions_to_ten
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named

TEN = deck(-10)
SIX = deck(-6)

# --- A3.1: start gently, go on one thing at a time ---------------------------------------------------------------------


def test_the_first_session_is_minus_two_for_six_minutes() -> None:
    advice = advice_on(0, Past(), TEN)
    assert advice.call is Call.GO
    assert offered(advice) == (-2.0, 6.0)
    assert "A3.1" in words(advice)


def test_after_a_good_one_come_two_minutes_more_at_the_same_grade() -> None:
    advice = advice_on(7, fine(ran(1, -2, 6, on=0)), TEN)
    assert offered(advice) == (-2.0, 8.0)


def test_eight_good_minutes_open_one_percent_with_a_fifth_fewer_minutes_or_three_more_minutes() -> None:
    advice = advice_on(14, fine(ran(1, -2, 6, on=0), ran(2, -2, 8, on=7)), TEN)
    assert offered(advice) == (-3.0, 6.0)  # 80 % of 8 is 6.4, cut to half minutes
    assert advice.instead == Rung(Grade(-20), 11 * 60)
    assert advice.ceiling == Grade(-30)


def test_never_two_things_at_once() -> None:
    story = fine(ran(1, -2, 6, on=0), ran(2, -2, 8, on=7))
    for rung in advice_on(14, story, TEN).most:
        assert not (rung.grade < -20 and rung.decline_s > 8 * 60 * 80 // 100)


def test_beyond_minus_seven_the_steps_are_half_a_percent() -> None:
    slope = slope_of(TEN, RUNNER)
    assert steeper(Rung(Grade(-60), 480), slope) == Rung(Grade(-70), 360)
    assert steeper(Rung(Grade(-70), 480), slope) == Rung(Grade(-75), 360)
    assert steeper(Rung(Grade(-65), 480), slope) == Rung(Grade(-70), 360)


def test_from_minus_two_to_minus_ten_it_takes_at_least_twelve_sessions() -> None:
    assert sessions_to_ten(START) == 12
    assert sessions_to_ten(Rung(Grade(-95), 360)) == 2


# --- A3.2: never steeper than -10 --------------------------------------------------------------------------------------


def test_nothing_is_ever_offered_below_minus_ten() -> None:
    slope = slope_of(None, RUNNER)
    assert steeper(Rung(Grade(-100), 1200), slope) is None
    assert "never; control is lost" in words(advice_on(0, Past(), TEN))
    with pytest.raises(ValueError, match="between"):
        Rung(Grade(-101), 360)


# --- A3.4: about once a week, up to twenty minutes ---------------------------------------------------------------------


@pytest.mark.parametrize(("days", "call"), [(1, Call.WAIT), (5, Call.WAIT), (6, Call.GO), (7, Call.GO)])
def test_six_days_lie_between_two_sessions(days: int, call: Call) -> None:
    advice = advice_on(days, fine(ran(1, -2, 6, on=0)), TEN)
    assert advice.call is call
    assert advice.opens == day(6)


def test_a_second_in_the_week_opens_after_72_h_once_minus_five_was_clean() -> None:
    climb = [ran(1, -2, 6, on=0), ran(2, -2, 8, on=7), ran(3, -3, 6, on=14), ran(4, -3, 8, on=21), ran(5, -4, 6, on=28)]
    climb += [ran(6, -4, 8, on=35), ran(7, -5, 6, on=42)]
    assert advice_on(44, fine(*climb), TEN).call is Call.WAIT
    assert advice_on(45, fine(*climb), TEN).call is Call.GO
    assert advice_on(38, fine(*climb[:-1]), TEN).call is Call.WAIT  # -4 clean is not -5 clean


def test_an_early_answer_to_the_72_h_check_does_not_open_the_second_day() -> None:
    climb = [ran(n, g, m, on=7 * n) for n, (g, m) in enumerate([(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8), (-5, 6)])]
    story = fine(*climb)
    early = replace(story, checks=(*story.checks[:-1], replace(story.checks[-1], day=day(44))))
    assert advice_on(44, early, TEN).call is Call.WAIT
    assert advice_on(44, early, TEN).opens == day(45)


def test_no_third_in_seven_days() -> None:
    climb = [ran(n, g, m, on=7 * n) for n, (g, m) in enumerate([(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8), (-5, 6)])]
    story = fine(*climb, ran(9, -5, 8, on=45))
    assert [advice_on(number, story, TEN).call for number in (47, 48, 49)] == [Call.WAIT, Call.WAIT, Call.GO]


def test_twenty_minutes_is_the_most() -> None:
    assert longer(Rung(Grade(-40), 19 * 60)) == Rung(Grade(-40), 20 * 60)
    assert longer(Rung(Grade(-40), 20 * 60)) is None


# --- A3.5: soreness decides --------------------------------------------------------------------------------------------


def test_still_worse_past_48_hours_means_rest_and_one_step_easier() -> None:
    hard = ran(3, -3, 6, on=14)
    story = past(*fine(ran(1, -2, 6, on=0), ran(2, -2, 8, on=7)).sessions, hard, felt(hard, 2, 3, 5))
    story = replace(story, checks=(*fine(*story.sessions[:2]).checks, *story.checks))
    resting = advice_on(20, story, TEN)
    assert resting.call is Call.REST
    assert resting.opens == day(17 + 14)
    assert offered(resting) == (-2.0, 4.5)  # one percent flatter, 80 % of 6 minutes is 4.8
    assert "3/10 at 48 h, 5/10 at 72 h" in words(resting)
    assert "A3.5" in words(resting)
    assert advice_on(31, story, TEN).call is Call.GO
    assert offered(advice_on(31, story, TEN)) == (-2.0, 4.5)


def test_ten_days_are_enough_when_the_legs_say_nothing_is_left() -> None:
    hard = ran(1, -2, 6, on=0)
    story = past(hard, felt(hard, 2, 3, 5), CheckIn(day(12), 0))
    assert [advice_on(number, story, TEN).call for number in (12, 13)] == [Call.REST, Call.GO]


def test_more_at_48_than_at_24_hours_is_normal() -> None:
    one = ran(1, -2, 6, on=0)
    advice = advice_on(7, past(one, felt(one, 1, 3, 0)), TEN)
    assert advice.call is Call.GO
    assert offered(advice) == (-2.0, 8.0)


def test_a_sore_but_fading_session_is_run_again_before_anything_new() -> None:
    one = ran(1, -2, 6, on=0)
    for levels in [(4, 4, 0), (2, 2, 1)]:
        advice = advice_on(7, past(one, felt(one, *levels)), TEN)
        assert offered(advice) == (-2.0, 6.0)
        assert advice.instead is None


def test_a_missed_check_only_holds() -> None:
    one, two = ran(1, -2, 6, on=0), ran(2, -2, 8, on=7)
    for levels in [(None, 1, 0), (1, None, 0), (1, 1, None)]:
        advice = advice_on(14, past(one, felt(one, 1, 1, 0), two, felt(two, *levels)), TEN)
        assert advice.call is Call.GO
        assert offered(advice) == (-2.0, 8.0)
        assert "which day was worst?" in words(advice)


def test_a_remembered_worst_third_day_counts_as_still_growing() -> None:
    one = ran(1, -2, 6, on=0)
    story = past(one, CheckIn(day(6), 1, 1, worst_day=3, worst=4))
    assert advice_on(7, story, TEN).call is Call.REST
    assert advice_on(20, story, TEN).call is Call.GO


def test_sore_legs_close_the_day_whatever_made_them_sore() -> None:
    story = fine(ran(1, -2, 6, on=0))
    sore = replace(story, checks=(*story.checks, CheckIn(day(8), 3)))
    assert advice_on(8, sore, TEN).call is Call.WAIT
    assert "3/10 today" in words(advice_on(8, sore, TEN))
    better = replace(sore, checks=(*sore.checks, CheckIn(day(9), 2)))
    assert advice_on(9, better, TEN).call is Call.GO


@pytest.mark.parametrize("flag", list(Flag))
def test_a_red_flag_ends_all_advice_until_a_doctor_has_cleared_it(flag: Flag) -> None:
    story = fine(ran(1, -2, 6, on=0), ran(2, -2, 8, on=7))
    flagged = replace(story, checks=(*story.checks, CheckIn(day(12), 0, flags=(flag,))))
    for number in (12, 40, 400):
        advice = advice_on(number, flagged, TEN)
        assert advice.call is Call.DOCTOR
        assert advice.offer is None
        assert "see a doctor" in words(advice)
    cleared = replace(flagged, checks=(*flagged.checks, CheckIn(day(20), 0, cleared=True)))
    assert offered(advice_on(20, cleared, TEN)) == (-2.0, 6.0)


def test_an_unfinished_session_is_run_again() -> None:
    one, two = ran(1, -2, 6, on=0), ran(2, -2, 3, on=7, planned=(-2, 8), ending="stopped")
    advice = advice_on(14, past(one, felt(one, 1, 0, 0), two, felt(two, 0, 0, 0)), TEN)
    assert offered(advice) == (-2.0, 8.0)
    assert "not completed" in words(advice)


@pytest.mark.parametrize(("planned", "offer"), [(6.6, (-2.0, 8.0)), (6.8, (-2.0, 6.0))])
def test_a_session_with_skipped_steps_is_complete_from_nine_tenths_on(planned: float, offer: tuple[float, float]) -> None:
    assert offered(advice_on(7, fine(ran(1, -2, 6, on=0, planned=(-2, planned))), TEN)) == offer


def test_a_step_back_above_minus_five_closes_the_second_day_again() -> None:
    climb = [ran(n, g, m, on=7 * n) for n, (g, m) in enumerate([(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8), (-5, 6)])]
    hard, after = ran(8, -5, 8, on=49), ran(9, -4, 6, on=70)
    story = fine(*climb, after)
    story = replace(
        story, sessions=(*climb, hard, after), checks=tuple(sorted((*story.checks, *felt(hard, 2, 3, 5)), key=lambda c: c.day))
    )
    assert advice_on(73, story, TEN).call is Call.WAIT
    assert advice_on(76, story, TEN).call is Call.GO


# --- gaps --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_since", "offer"),
    [
        (21, (-5.0, 6.0)),  # as if no time had passed
        (22, (-4.0, 8.0)),  # over three weeks: the same again
        (42, (-4.0, 8.0)),
        (43, (-2.0, 6.0)),  # over six: two steps easier
        (63, (-2.0, 6.0)),
        (64, (-2.0, 6.0)),  # over nine: from the start
    ],
)
def test_protection_fades(days_since: int, offer: tuple[float, float]) -> None:
    climb = [ran(n, g, m, on=7 * n) for n, (g, m) in enumerate([(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8)])]
    assert offered(advice_on(35 + days_since, fine(*climb), TEN)) == offer


def test_two_steps_easier_and_from_the_start_are_not_the_same_further_down() -> None:
    rungs = [(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8), (-5, 6), (-5, 8), (-6, 6)]
    story = fine(*(ran(n, g, m, on=7 * n) for n, (g, m) in enumerate(rungs)))
    assert offered(advice_on(56 + 43, story, TEN)) == (-4.0, 6.0)
    assert offered(advice_on(56 + 64, story, TEN)) == (-2.0, 6.0)


# --- the machine, the runner's ceiling, overrides ----------------------------------------------------------------------


def test_at_the_decks_floor_minutes_grow_and_then_the_speed() -> None:
    at_floor = Rung(Grade(-60), 480)
    slope = slope_of(SIX, RUNNER)
    assert steeper(at_floor, slope) is None
    assert longer(at_floor) == Rung(Grade(-60), 660)
    assert faster(at_floor, slope) is None
    assert faster(Rung(Grade(-60), 1200), slope) == Rung(Grade(-60), 1200, 0)
    assert faster(Rung(Grade(-60), 1200, 0), slope) is None


def test_a_rung_is_run_below_what_its_grade_allows_and_never_above() -> None:
    assert Rung(Grade(-20), 360).percent_of_easy == 95
    assert Rung(Grade(-40), 360).percent_of_easy == 95
    assert Rung(Grade(-70), 360, 0).percent_of_easy == 95
    assert Rung(Grade(-100), 360, 0).percent_of_easy == 90
    assert Rung(Grade(-100), 360).percent_of_easy == 85


def test_a_deck_of_whole_percents_is_never_asked_for_half_ones() -> None:
    rungs = [(-2, 6), (-2, 8), (-3, 6), (-3, 8), (-4, 6), (-4, 8), (-5, 6), (-5, 8), (-6, 6), (-6, 8), (-7, 6), (-7, 8)]
    story = fine(*(ran(n, g, m, on=7 * n) for n, (g, m) in enumerate(rungs)))
    advice = advice_on(84, story, deck(-10, step=1))
    assert offered(advice) == (-7.5, 6.0)  # the rung
    assert advice.ceiling == Grade(-70)  # what the deck is given


def test_a_deck_that_stands_too_steep_is_not_for_today() -> None:
    """Propped by 5 %, it goes from -5 to -3 and has nothing milder: what is open is -2, so nothing is offered on it."""
    steep = deck(0, highest=2, offset=-5)
    advice = advice_on(0, Past(), steep)
    assert advice.call is Call.TOO_STEEP
    assert advice.offer is None
    assert "never flatter than -3.0 %, and -2.0 % is open" in words(advice)
    found = against(advice, load_named("first-descent"), RUNNER)
    assert found is not None
    assert not found.final
    story = fine(*(ran(n, g, m, on=7 * n) for n, (g, m) in enumerate([(-2, 6), (-2, 8), (-3, 6), (-3, 8)])))
    assert offered(advice_on(28, story, steep)) == (-4.0, 6.0)


def test_where_no_deck_declines_strength_stands_in() -> None:
    advice = advice_on(0, Past(), deck(0))
    assert advice.call is Call.NO_DECLINE
    assert "A5.2" in words(advice)


def test_the_runners_own_ceiling_holds_and_is_named() -> None:
    low = replace(RUNNER, ceiling=Grade(-30))
    rungs = [(-2, 6), (-2, 8), (-3, 6), (-3, 8)]
    story = fine(*(ran(n, g, m, on=7 * n) for n, (g, m) in enumerate(rungs)))
    advice = advice_on(28, story, TEN, low)
    assert offered(advice) == (-3.0, 11.0)
    assert "your own ceiling" in words(advice)


def test_an_override_is_no_shortcut_up_the_ladder() -> None:
    story = fine(ran(1, -2, 6, on=0), ran(2, -8, 8, on=7))
    assert offered(advice_on(14, story, TEN)) != (-8.5, 6.0)
    assert advice_on(14, story, TEN).ceiling == Grade(-30)


def test_speed_counts_at_the_very_end() -> None:
    slope = slope_of(SIX, RUNNER)
    top = faster(Rung(Grade(-60), 1200), slope)
    assert top is not None
    assert top.percent_of_easy == 96  # 10 % less at -10, a third of it at -6, rounded toward slower


def test_a_step_back_never_passes_minus_two() -> None:
    assert easier(Rung(Grade(-20), 360)) == Rung(Grade(-20), 270)
    assert easier(Rung(Grade(-75), 480)) == Rung(Grade(-70), 360)
    assert easier(Rung(Grade(-15), 360)) == Rung(Grade(-15), 270)


# --- a workout beside the advice ---------------------------------------------------------------------------------------


def test_a_workout_inside_the_open_rungs_goes_without_a_word() -> None:
    assert against(advice_on(0, Past(), TEN), load_named("first-descent"), RUNNER) is None


def test_a_workout_that_is_too_steep_or_too_long_is_told_with_numbers() -> None:
    found = against(advice_on(0, Past(), TEN), load_named("eight-percent"), RUNNER)
    assert found is not None
    assert not found.final
    assert "-8.0 % and 7.0 min of decline; open is -2.0 % for 6 min" in str(found.reasons[-1])


def test_a_workout_with_too_many_minutes_is_told_even_when_it_is_mild() -> None:
    found = against(advice_on(0, Past(), TEN), load_named("twenty-minutes"), replace(RUNNER, ceiling=Grade(-20)))
    assert found is not None
    mild = load_named("first-descent")
    long = replace(mild, segments=tuple(replace(s, duration_s=90) if s.grade_from < 0 else s for s in mild))
    assert against(advice_on(0, Past(), TEN), mild, RUNNER) is None
    assert against(advice_on(0, Past(), TEN), long, RUNNER) is not None


def test_too_soon_is_told_too() -> None:
    found = against(advice_on(2, fine(ran(1, -2, 6, on=0)), TEN), load_named("first-descent"), RUNNER)
    assert found is not None
    assert "2027-01-10" in str(found.reasons[0])


def test_no_override_helps_against_a_red_flag() -> None:
    story = Past((), (CheckIn(day(0), 1, flags=(Flag.DARK_URINE,)),))
    found = against(advice_on(0, story, TEN), load_named("first-descent"), RUNNER)
    assert found is not None
    assert found.final


def test_advice_says_nothing_about_a_level_run() -> None:
    level = load_named("first-descent")
    level = replace(level, segments=tuple(replace(s, grade_from=Grade(0), grade_to=Grade(0)) for s in level))
    assert against(advice_on(2, fine(ran(1, -2, 6, on=0)), TEN), level, RUNNER) is None


def test_a_slow_session_does_not_pass_for_a_fast_one() -> None:
    runner = replace(RUNNER, easy=Speed(1000), ceiling=Grade(-20))
    rungs = [6, 8, 11, 14, 17, 20]
    story = fine(*(ran(n, -2, m, on=7 * n, speed=950) for n, m in enumerate(rungs)))
    advice = advice_on(42, story, TEN, runner)
    assert advice.offer == Rung(Grade(-20), 1200, 0)
    still = fine(*story.sessions, ran(9, -2, 20, on=42, speed=950))
    assert advice_on(49, still, TEN, runner).offer == Rung(Grade(-20), 1200, 0)
    done = fine(*story.sessions, ran(9, -2, 20, on=42, speed=995))
    assert "100 % of easy" in str(advice_on(49, done, TEN, runner).offer)
    assert advice_on(49, done, TEN, runner).instead is None
