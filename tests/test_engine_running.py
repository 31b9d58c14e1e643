"""A step being run: slow before steep, announced before tipped, never faster while getting steeper, and no more than allowed."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from engine_bench import HILL, Bench, deck, runner, segment, workout

from treadctl.engine.phases import Phase
from treadctl.engine.run import Lead
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Answered, CommandKind, Event, Key, Outcome, Telemetry, Tick, Told
from treadctl.safety import SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.units import Grade, Speed
from treadctl.workout.model import Segment

# --- slow before steep ------------------------------------------------------------------------------------------------


def test_never_faster_while_getting_steeper() -> None:
    """A step that is both: the deck first, then the belt."""
    bench = Bench(workout(segment(60, 0, 700), segment(90, -60, 850))).running()
    bench.until(lambda: bench.tilt < 0)
    while bench.tilt > -59.0:
        assert bench.belt <= 700.0
        bench.tick()
    bench.until(lambda: bench.belt == 850.0)


def test_a_skip_into_a_step_that_is_steeper_and_faster_is_the_deck_first_too() -> None:
    bench = Bench(workout(segment(60, 0, 700), segment(90, -60, 850))).running()
    bench.wait(10)
    at = bench.now
    bench.press(Key.SKIP)
    bench.until(lambda: bench.tilt <= -57)
    assert not bench.sent(SetSpeed, at)


def test_a_deck_does_not_tip_while_the_belt_still_gains_speed() -> None:
    """Pressed faster just before the tipping: the belt must be there first."""
    bench = Bench(workout(segment(40, 0, 700), segment(90, -60, 900))).running()
    bench.until(lambda: 12 < bench.snapshot.left_s < 14)
    for _ in range(4):
        bench.press(Key.FASTER)
    for _ in range(200):
        before = bench.belt
        tilt = bench.tilt
        bench.tick()
        assert not (bench.belt > before and bench.tilt < tilt - 0.01)


def test_a_slow_down_is_complete_before_the_deck_tips() -> None:
    bench = Bench(workout(segment(60, 0, 1200), segment(60, -80, 600)), runner(easy=1200)).running()
    bench.until(lambda: bench.tilt < 0)
    assert bench.belt <= 630.0
    said = bench.said()
    assert said.index("slowing") < said.index("tipping in 3") < said.index("now minus 8, 1 minute")


def test_a_slow_down_waits_for_no_deck() -> None:
    bench = Bench(workout(segment(60, -40, 900), segment(60, 0, 500))).running()
    at = bench.until(lambda: bench.snapshot.segment_index == 1)
    slower = bench.sent(SetSpeed, since=at)[0]
    assert slower[0] == at
    assert slower[1] == SetSpeed(Speed(500))
    assert bench.tilt < -5.0


def test_a_raise_waits_until_the_deck_has_arrived() -> None:
    bench = Bench(workout(segment(60, -40, 700), segment(60, 0, 900))).running()
    bench.until(lambda: bool(bench.sent(SetSpeed, since=70)) and bench.belt_goal > 700)
    assert abs(bench.tilt) <= 2.0


@pytest.mark.parametrize(("grade", "most"), [(0, 100), (-40, 40)])
def test_raises_are_small_and_two_seconds_apart(grade: int, most: int) -> None:
    """1.0 km/h on the level, 0.4 on a decline."""
    bench = Bench(workout(segment(300, grade, 900))).running()
    bench.until(lambda: bench.belt == 900.0 and bench.tilt == grade)
    for _ in range(3):
        bench.press(Key.SLOWER)
    bench.until(lambda: bench.belt == 750.0)
    at = bench.now
    for _ in range(3):
        bench.press(Key.FASTER)
    bench.until(lambda: bench.belt == 900.0)
    raises = bench.sent(SetSpeed, since=at)
    assert raises[0][1].speed <= 750 + most
    for (earlier, a), (later, b) in pairwise(raises):
        assert later - earlier >= 2.0
        assert 0 < b.speed - a.speed <= most


def test_a_deck_is_tipped_in_steps_of_two_percent_at_most() -> None:
    bench = Bench(workout(segment(30), segment(90, -100, 600))).running()
    bench.until(lambda: bench.tilt == -100.0)
    steps = [command.grade for _, command in bench.sent(SetIncline)]
    assert steps[0] == -20
    assert all(a - b <= 20 for a, b in pairwise(steps))


def test_the_first_raise_is_seen_to_end_where_it_should_before_the_next() -> None:
    """A belt that makes more of a speed than it was told is found out at a walk."""
    bench = Bench().armed()
    bench.to(Phase.RUNNING)
    bench.until(lambda: len(bench.sent(SetSpeed)) == 1)
    first = bench.sent(SetSpeed)[0][1].speed
    bench.belt_goal = first * 1.8
    bench.wait(20)
    assert all(command.speed == first for _, command in bench.sent(SetSpeed))
    assert "the belt is too fast: stopping" in bench.said()
    assert bench.sent(Stop)


def test_a_first_raise_that_came_to_nothing_does_not_hold_up_the_next() -> None:
    bench = Bench(workout(segment(300))).armed()
    bench.to(Phase.RUNNING)
    bench.until(lambda: bool(bench.sent(SetSpeed)))
    bench.give(Answered(CommandKind.SPEED, Outcome.FAILED))
    bench.wait(10)
    bench.press(Key.RESUME)
    bench.until(lambda: bench.belt == 900.0)


# --- announced before tipped ------------------------------------------------------------------------------------------


def test_the_countdown_ends_when_the_deck_starts() -> None:
    bench = Bench(workout(segment(60), segment(90, -40))).running()
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=20)))
    words = ["tipping in 3", "2", "1", "now minus 4, 1 minute 30"]
    times = [bench.when_said(word, since=tipped - 3.5) for word in words]
    assert times == [tipped - 3.0, tipped - 2.0, tipped - 1.0, tipped]


@pytest.mark.parametrize("lead", Lead)
def test_a_skip_into_a_decline_gets_the_whole_countdown(lead: Lead) -> None:
    bench = Bench(HILL, lead=lead).running()
    at = bench.now
    bench.press(Key.SKIP)
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=at)))
    assert bench.when_said("tipping in 3", at) == pytest.approx(tipped - 3.0)
    assert tipped >= at + 3.0
    bench.until(lambda: bench.tilt == -40.0)
    assert bench.snapshot.segment_s < 1.0, "its clock waited for belt and deck"


def test_a_steepening_by_key_is_not_counted_down() -> None:
    """Somebody asked for it just now, and half a percent is no surprise."""
    bench = Bench(workout(segment(300, -40))).running()
    bench.until(lambda: bench.tilt == -40.0)
    bench.wait(5)
    at = bench.now
    bench.press(Key.STEEPER)
    bench.until(lambda: bench.tilt == -45.0)
    assert not [words for words in bench.said(since=at) if words.startswith("tipping")]


def test_a_countdown_that_is_interrupted_begins_again() -> None:
    bench = Bench(workout(segment(60), segment(90, -40))).running()
    bench.until(lambda: "2" in bench.said(since=15))
    bench.tells = False
    bench.wait(5)
    assert not bench.sent(SetIncline, since=15)
    bench.tells = True
    at = bench.now
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=at)))
    assert bench.when_said("tipping in 3", at) == pytest.approx(tipped - 3.0)


def test_what_comes_is_announced_twenty_seconds_ahead_with_the_time_until_the_deck_moves() -> None:
    bench = Bench(HILL).running()
    bench.until(lambda: bench.snapshot.left_s <= 20)
    announced = bench.when_said("in 15 seconds minus 4, 1 minute")
    bench.until(lambda: bool(bench.sent(SetIncline, since=announced)))
    assert bench.now - announced == pytest.approx(15, abs=2.5)


def test_the_deck_passes_the_middle_near_the_boundary() -> None:
    bench = Bench(workout(segment(60), segment(90, -60), segment(60))).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    assert -45 <= bench.tilt <= -15


def test_at_the_boundary_means_at_the_boundary() -> None:
    bench = Bench(workout(segment(60), segment(90, -60)), lead=Lead.AT_BOUNDARY).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    assert bench.tilt == 0
    assert bench.now <= bench.until(lambda: bench.tilt < 0) <= bench.now + 6


def test_extending_a_step_takes_the_next_one_back() -> None:
    bench = Bench(workout(segment(60), segment(90, -60))).running()
    bench.until(lambda: bench.tilt <= -10)
    bench.press(Key.EXTEND)
    bench.until(lambda: bench.tilt == 0)
    assert bench.snapshot.segment_index == 0
    assert bench.snapshot.left_s > 40


# --- limits -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("grade", "most"), [(0, 1200), (-5, 1000), (-40, 1000), (-70, 950), (-100, 900)])
def test_speed_cap_on_declines(grade: int, most: int) -> None:
    """100 % of the easy pace down to −4, 95 % at −7, 90 % at −10; on the level as the file asks."""
    bench = Bench(workout(segment(200, grade, 1200)), runner(easy=1000)).running()
    fastest = 0.0
    for _ in range(480):
        bench.tick()
        if bench.tilt <= min(grade, -5) or grade == 0:
            fastest = max(fastest, bench.belt)
    assert fastest == most
    assert (grade == 0) == (not any(words.startswith("speed limited") for words in bench.said()))


def test_the_runners_ceiling_is_told_and_kept() -> None:
    bench = Bench(workout(segment(30), segment(60, -80)), runner(ceiling=-50)).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.wait(40)
    assert bench.tilt == -50
    assert bench.said().count("grade limited to -5.0 %") >= 2, "before the start, and when it happens"


def test_a_deck_that_does_not_go_so_far_says_so_before_the_start_and_again() -> None:
    bench = Bench(workout(segment(30), segment(60, -80)), on=deck(lowest=-60))
    assert "asked -8.0, this deck goes to -6.0" in bench.said()
    bench.running().until(lambda: bench.tilt == -60)
    assert "grade limited to -6.0 %" in bench.said()


def test_a_deck_that_reaches_no_decline_of_the_workout_is_refused_before_anybody_arms() -> None:
    bench = Bench(on=deck(lowest=0))
    assert bench.phase is Phase.OVER
    assert bench.engine.ending is Ending.UNSUITABLE
    assert bench.commands == []


def test_a_propped_deck_is_levelled_by_lifting_it_and_declines_without_a_negative_word() -> None:
    bench = Bench(workout(segment(60), segment(60, -40)), on=deck(lowest=0, offset=-50))
    bench.running().until(lambda: bench.snapshot.segment_index == 1)
    bench.until(lambda: bench.snapshot.shown_grade == -40)
    words = [command.grade for _, command in bench.sent(SetIncline)]
    assert words[0] == 50, "true level"
    assert min(words) >= 0


LONG = workout(segment(30), segment(3000, -40), segment(3000, -60), segment(60))


def declined_s(bench: Bench, limit_s: float = 1500.0) -> float:
    """Run on, counting the seconds on a moving decline until the deck is level for good."""
    seconds = 0.0
    end = bench.now + limit_s
    while bench.now < end:
        bench.tick()
        if bench.belt and bench.tilt <= -5:
            seconds += 0.25
    assert bench.tilt == 0
    return seconds


def test_the_deck_is_level_after_twenty_minutes_of_decline() -> None:
    bench = Bench(LONG).running()
    seconds = declined_s(bench)
    assert 1198 <= seconds <= 1200 + 10, "the way back to level is not instant"
    assert bench.phase is Phase.RUNNING
    assert bench.when_said("20 minutes of decline: enough for today")
    assert bench.snapshot.decline_s == pytest.approx(seconds, abs=2.0)


@pytest.mark.parametrize("key", [Key.BACK, Key.EXTEND, Key.SKIP, Key.STEEPER])
def test_no_key_buys_more_than_twenty_minutes(key: Key) -> None:
    bench = Bench(LONG).running()
    bench.until(lambda: bench.snapshot.decline_s >= 1190, within_s=1500)
    for _ in range(3):
        bench.press(key)
        bench.wait(20)
    bench.wait(60)
    at = bench.now
    for _ in range(3):
        bench.press(key)
        bench.wait(20)
    assert bench.tilt == 0
    assert all(command.grade >= 0 for _, command in bench.sent(SetIncline, since=at))


@pytest.mark.parametrize("key", [None, Key.EXTEND, Key.BACK, Key.SKIP])
def test_no_key_buys_more_than_a_runners_own_minutes_either(key: Key | None) -> None:
    bench = Bench(LONG, replace(runner(), most_decline_s=120)).running()
    bench.until(lambda: bench.snapshot.decline_s >= 60, within_s=300)
    if key is not None:
        bench.press(key)
    seconds = declined_s(bench, 600.0)
    assert seconds <= 60 + 75, "the way back to level is not instant"
    assert bench.snapshot.decline_s <= 120 + 15
    assert bench.when_said("2 minutes of decline: enough for today")


@pytest.mark.parametrize("frozen_s", [5, 20, 60])
def test_a_program_that_was_frozen_over_the_end_of_its_countdown_starts_nobody_long_after_one(frozen_s: int) -> None:
    bench = Bench().armed()
    bench.to(Phase.COUNTDOWN)
    bench.wait(2)
    bench.now += frozen_s
    bench.give(bench.frame(), Tick())
    assert bench.sent(Start) == []
    again = bench.now
    bench.wait(10)
    assert all(at >= again + 3 for at, _ in bench.sent(Start)), "counted again, aloud"


def test_stray_zero_frames_do_not_stop_the_count_of_decline_minutes() -> None:
    bench = Bench(workout(segment(200, -40))).running()
    bench.until(lambda: bench.tilt == -40.0)
    before = bench.snapshot.decline_s
    for _ in range(80):
        bench.tick(*([Telemetry(Speed(0), Grade(-40))] if bench.now % 1 == 0.25 else []))
    assert bench.snapshot.decline_s - before == pytest.approx(20.0, abs=0.3)


def test_a_belt_that_stands_on_a_slope_is_no_decline() -> None:
    bench = Bench(workout(segment(200, -40))).running()
    bench.until(lambda: bench.tilt == -40.0)
    bench.belt_goal = 0.0
    bench.give(Told(Event.SAFETY_KEY))
    bench.until(lambda: bench.belt == 0.0)
    bench.wait(4)
    before = bench.snapshot.decline_s
    bench.wait(60)
    assert bench.snapshot.decline_s == before


def test_a_decline_under_a_belt_that_the_console_has_counts_too() -> None:
    bench = Bench(workout(segment(200, -40))).running()
    bench.until(lambda: bench.tilt == -40.0)
    bench.give(Told(Event.CONTROL_LOST))
    before = bench.snapshot.decline_s
    bench.wait(60)
    assert bench.snapshot.decline_s == before + 60.0


# --- keys -------------------------------------------------------------------------------------------------------------


def test_faster_and_slower_are_half_a_kilometre_an_hour_and_never_past_the_cap() -> None:
    bench = Bench(workout(segment(300, -40, 800)), runner(easy=900)).running()
    bench.until(lambda: bench.tilt == -40.0)
    for _ in range(6):
        bench.press(Key.FASTER)
    bench.wait(20)
    assert bench.belt == 900.0
    bench.press(Key.SLOWER)
    bench.wait(20)
    assert bench.belt == 850.0


def test_flatter_acts_at_once_also_while_the_deck_is_on_its_way_to_the_next_step() -> None:
    bench = Bench(workout(segment(60), segment(90, -60))).running()
    bench.until(lambda: bench.tilt <= -15)
    assert bench.snapshot.segment_index == 0
    for _ in range(8):
        bench.press(Key.FLATTER)
    bench.wait(40)
    assert bench.snapshot.segment_index == 1
    assert bench.tilt == -20.0


def test_what_a_key_made_milder_stays_and_what_it_made_harder_does_not() -> None:
    plan = workout(segment(60, -40, 800), segment(60, -40, 800), segment(60, -40, 800))
    milder = Bench(plan).running()
    milder.press(Key.FLATTER)
    milder.press(Key.SLOWER)
    milder.until(lambda: milder.snapshot.segment_index == 2)
    assert (milder.snapshot.target_grade, milder.snapshot.target_speed) == (-35, 750)
    harder = Bench(plan).running()
    harder.press(Key.STEEPER)
    harder.press(Key.FASTER)
    harder.wait(20)
    assert (harder.tilt, harder.belt) == (-45.0, 850.0)
    harder.until(lambda: harder.snapshot.segment_index == 1)
    harder.wait(5)
    assert (harder.snapshot.target_grade, harder.snapshot.target_speed) == (-40, 800)


def test_no_key_goes_past_the_ceiling() -> None:
    bench = Bench(workout(segment(300, -40)), runner(ceiling=-50)).running()
    for _ in range(10):
        bench.press(Key.STEEPER)
    bench.wait(60)
    assert bench.tilt == -50.0


def test_back_begins_this_step_again_and_right_after_its_start_the_one_before() -> None:
    bench = Bench(workout(segment(60), segment(60, 0, 800), segment(60))).running()
    bench.until(lambda: bench.snapshot.segment_index == 1 and bench.snapshot.segment_s > 20)
    bench.press(Key.BACK)
    assert (bench.snapshot.segment_index, bench.snapshot.segment_s) == (1, 0.0)
    bench.press(Key.BACK)
    assert bench.snapshot.segment_index == 0


# --- console ----------------------------------------------------------------------------------------------------------


def console(bench: Bench, speed: int | None = None, grade: int | None = None) -> None:
    """Somebody at the treadmill's own console sets a target, and the treadmill tells."""
    if speed is not None:
        bench.belt_goal = float(speed)
        bench.give(Told(Event.SPEED, speed))
    if grade is not None:
        bench.tilt_goal = float(grade)
        bench.give(Told(Event.INCLINE, grade))


def settled(bench: Bench) -> None:
    bench.until(lambda: bench.belt == bench.belt_goal and bench.tilt == bench.tilt_goal)
    bench.wait(20)


THREE = workout(segment(120, -40, 800), segment(120, -40, 800), segment(120, -40, 800))


@pytest.mark.parametrize(("speed", "grade", "later"), [(700, -30, (700, -30)), (850, -50, (800, -40))])
def test_console_changes_hold_for_this_step_and_only_milder_ones_stay(speed: int, grade: int, later: tuple[int, int]) -> None:
    bench = Bench(THREE).running()
    settled(bench)
    at = bench.now
    console(bench, speed, grade)
    bench.until(lambda: bench.snapshot.left_s < 15)
    assert bench.sent(SetSpeed, at) == []
    assert bench.sent(SetIncline, at) == []
    assert (bench.belt, bench.tilt) == (speed, grade)
    bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.wait(30)
    assert (bench.belt, bench.tilt) == later


def test_a_console_that_tells_nothing_is_believed_by_what_the_belt_does() -> None:
    bench = Bench(THREE).running()
    settled(bench)
    at = bench.now
    bench.belt_goal = 650.0
    bench.wait(30)
    assert bench.belt == 650.0
    assert bench.sent(SetSpeed, at) == []
    assert any(words.startswith("console: speed") for words in bench.said(at))


def test_an_echo_of_our_own_target_is_no_press_at_the_console() -> None:
    bench = Bench(THREE)
    bench.echoes = True
    bench.running().until(lambda: bench.snapshot.segment_index == 2)
    assert not [words for words in bench.said() if words.startswith("console")]


def test_a_press_at_the_console_is_heard_between_our_own_steps_though_it_names_one_of_them() -> None:
    """The deck is on its way to −6 in steps, and somebody takes it back to a step that it came by."""
    bench = Bench(workout(segment(60), segment(120, -60)))
    bench.echoes = True
    bench.running().until(lambda: bench.tilt_goal == -40.0)
    bench.wait(1)
    console(bench, grade=-20)
    bench.wait(30)
    assert bench.tilt == -20.0


@pytest.mark.parametrize(
    ("taken_for", "trouble"),
    [
        (290, "this treadmill counts miles: stopping"),
        (340, "the belt is too fast: stopping"),
        (230, "the belt is not following"),
    ],
)
def test_a_treadmill_that_makes_more_of_our_speed_than_we_asked_is_believed_when_it_says_so(taken_for: int, trouble: str) -> None:
    """1.8 km/h, told back as 2.9 (mph), as 3.4 or as 2.3: nobody's wish, and found out before the belt is there."""
    bench = Bench().armed()
    bench.to(Phase.RUNNING)
    bench.until(lambda: bool(bench.sent(SetSpeed)))
    assert bench.sent(SetSpeed)[0][1] == SetSpeed(Speed(180))
    bench.give(Told(Event.SPEED, taken_for))
    assert bench.said()[-1] in (trouble, "stopping")
    assert trouble in bench.said()


def test_a_treadmill_that_makes_a_climb_of_our_decline_is_levelled_when_it_says_so() -> None:
    bench = Bench().running()
    tipped = bench.until(lambda: bool(bench.sent(SetIncline, since=20)))
    bench.tick()
    bench.give(Told(Event.INCLINE, 150))
    bench.tick()
    assert bench.sent(SetIncline)[-1][1] == SetIncline(Grade(0))
    assert "wrong way: going level" in bench.said()
    bench.wait(200)
    assert all(command.grade == 0 for _, command in bench.sent(SetIncline, since=tipped + 0.25))


def test_a_raise_waits_when_the_console_made_the_deck_shallower_on_its_way() -> None:
    """To the gate the deck is still getting steeper, for 20 s; the engine stays behind that."""
    bench = Bench(workout(segment(40, 0, 700), segment(200, -60, 850)))
    bench.echoes = True
    bench.running().until(lambda: bench.tilt_goal == -40.0)
    bench.wait(1)
    tipped = bench.sent(SetIncline)[-1][0]
    console(bench, grade=-10)
    bench.until(lambda: bench.belt > 700)
    assert bench.tilt == -10.0
    assert bench.sent(SetSpeed)[-1][0] > tipped + 20.0


def test_flatter_acts_at_once_though_the_console_is_still_sending_the_deck_further() -> None:
    bench = Bench(THREE).running()
    settled(bench)
    console(bench, grade=-80)
    bench.until(lambda: bench.tilt <= -52)
    bench.wait(1)
    at = bench.now
    bench.press(Key.FLATTER)
    bench.tick()
    assert bench.sent(SetIncline, at)[0][1] == SetIncline(Grade(-75))


def test_nothing_is_raised_that_slows_down_by_itself() -> None:
    bench = Bench(THREE).running()
    settled(bench)
    bench.belt_goal, bench.obeys = 0.0, False
    bench.wait(2)
    at = bench.now
    bench.press(Key.FASTER)
    bench.wait(8)
    assert bench.belt > 0
    assert not bench.sent(SetSpeed, at)


def test_the_console_may_go_where_we_may_not_and_we_send_nothing_there() -> None:
    bench = Bench(THREE, runner(ceiling=-50)).running()
    settled(bench)
    at = bench.now
    console(bench, 1200, -70)
    bench.wait(30)
    assert (bench.belt, bench.tilt) == (1200.0, -70.0)
    for key in (Key.FASTER, Key.STEEPER):
        bench.press(key)
    bench.wait(10)
    assert (bench.belt, bench.tilt) == (1200.0, -70.0), "no key flattens or slows who asks for more"
    assert bench.sent(SetIncline, at) == []


# --- arming a belt that moves -----------------------------------------------------------------------------------------


def test_rearming_a_moving_belt_adopts_what_it_does() -> None:
    bench = Bench(workout(segment(600, -40, 800))).running()
    settled(bench)
    bench.give(Told(Event.CONTROL_LOST))
    bench.belt_goal, bench.tilt_goal = 600.0, -20.0
    bench.wait(30)
    at = bench.now
    bench.press(Key.ARM)
    assert bench.phase is Phase.RUNNING
    assert not bench.sent(Start, at)
    bench.until(lambda: bench.belt == 800.0 and bench.tilt == -40.0)
    speeds = [600, *(int(command.speed) for _, command in bench.sent(SetSpeed, at))]
    grades = [-20, *(int(command.grade) for _, command in bench.sent(SetIncline, at))]
    assert all(0 <= b - a <= 100 for a, b in pairwise(speeds))
    assert all(0 <= a - b <= 20 for a, b in pairwise(grades))


def test_the_first_arming_of_a_moving_belt_wants_a_level_deck() -> None:
    bench = Bench()
    bench.belt = bench.belt_goal = 500.0
    bench.tilt = bench.tilt_goal = -30.0
    bench.armed()
    assert bench.phase is Phase.READY
    assert "cannot arm yet" in bench.said()
    bench.tilt_goal = 0.0
    bench.wait(10)
    assert bench.press(Key.ARM).snapshot.phase is Phase.RUNNING


@pytest.mark.parametrize("silent_s", [3.5, 60.0])
def test_nobody_is_armed_blind(silent_s: float) -> None:
    bench = Bench()
    bench.wait(5)
    bench.tells = False
    bench.wait(silent_s)
    bench.press(Key.ARM)
    assert bench.phase is Phase.READY
    assert bench.commands == []


def test_a_belt_that_was_just_stopped_is_not_armed_on_its_way_down() -> None:
    bench = Bench().running()
    bench.belt_goal = 0.0
    bench.give(Told(Event.STOPPED))
    bench.wait(3)
    bench.press(Key.ARM)
    assert bench.phase is Phase.HANDS_OFF
    bench.until(lambda: bench.belt == 0)
    bench.wait(1)
    bench.press(Key.ARM)
    assert bench.phase is Phase.HANDS_OFF, "one zero frame is no still belt"
    bench.wait(4)
    assert bench.press(Key.ARM).snapshot.phase is Phase.COUNTDOWN


# --- never an unasked start -------------------------------------------------------------------------------------------


def test_never_an_unasked_start() -> None:
    """Whatever happens to a still belt, Start takes an arm or a resume, and each takes only one."""
    bench = Bench()
    bench.wait(10)
    for event in Event:
        bench.give(Told(event))
        bench.wait(2)
    bench.wait(300)
    assert not bench.sent(Start)
    bench.press(Key.ARM)
    bench.wait(60)
    assert len(bench.sent(Start)) == 1
    bench.belt_goal = 0.0
    bench.give(Told(Event.STOPPED))
    bench.wait(100)
    assert len(bench.sent(Start)) == 1


def test_a_belt_that_somebody_starts_at_the_console_is_theirs() -> None:
    bench = Bench().armed()
    bench.to(Phase.COUNTDOWN)
    bench.belt_goal = 300.0
    bench.wait(4)
    assert bench.phase is Phase.HANDS_OFF
    assert "the belt moves: the console has it" in bench.said()
    bench.wait(30)
    assert [command for _, command in bench.commands] == [TakeControl()]


def test_a_start_waits_for_all_that_it_needs() -> None:
    """A deck that was moved during the countdown; telemetry that stopped; an answer that is still to come."""
    tilted = Bench().armed()
    tilted.to(Phase.COUNTDOWN)
    tilted.tilt = tilted.tilt_goal = 30.0
    tilted.wait(15)
    assert not tilted.sent(Start)
    tilted.tilt = tilted.tilt_goal = 0.0
    tilted.wait(3)
    assert tilted.sent(Start)
    silent = Bench().armed()
    silent.tells = False
    silent.wait(15)
    assert not silent.sent(Start)
    unanswered = Bench()
    unanswered.answers = False
    unanswered.armed().wait(4)
    assert not unanswered.sent(Start)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_SUPPORTED, Outcome.NOT_WRITTEN, Outcome.REFUSED])
def test_a_start_that_is_rejected_is_told_and_not_tried_again(outcome: Outcome) -> None:
    bench = Bench().armed()
    bench.obeys = bench.answers = False
    bench.to(Phase.STARTING)
    bench.give(Answered(CommandKind.START, outcome))
    bench.wait(60)
    assert bench.phase is Phase.HANDS_OFF
    assert "the treadmill rejected the start" in bench.said()
    assert len(bench.sent(Start)) == 1


def test_a_belt_that_does_not_move_after_start_is_stopped_and_told() -> None:
    bench = Bench()
    bench.obeys = False
    bench.armed().to(Phase.STARTING)
    at = bench.now
    bench.to(Phase.STOPPING)
    assert bench.now == pytest.approx(at + 25.0, abs=0.5)
    assert "the belt is not moving" in bench.said()
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.TREADMILL_FAILED


# --- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("last", [segment(30, -60, 900), segment(30, 40, 900), segment(30, 0, 1500)])
def test_it_ends_level_slow_stopped_and_confirmed(last: Segment) -> None:
    bench = Bench(workout(segment(30), last), runner(easy=1000)).running()
    bench.to(Phase.STOPPING)
    assert bench.tilt == pytest.approx(0.0, abs=10.0)
    assert bench.belt <= 480.0
    assert [type(command) for _, command in bench.commands].count(Stop) == 1
    bench.to(Phase.OVER)
    assert bench.belt == 0
    assert bench.engine.ending is Ending.FINISHED
    assert bench.said()[-2:] == ["stopped", "finished, well run"]


def test_a_deck_that_does_not_go_level_at_the_end_is_stopped_after_a_minute_and_told() -> None:
    bench = Bench(workout(segment(60, -40))).running()
    bench.until(lambda: bench.tilt == -40.0)
    bench.to(Phase.ENDING)
    bench.tilt_goal = -40.0
    at = bench.now
    assert bench.to(Phase.STOPPING) == pytest.approx(at + 60.0, abs=0.5)
    assert "not level and walking, stopping anyway" in bench.said()
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.TREADMILL_FAILED


def test_one_zero_frame_at_the_end_does_not_pass_for_a_walk() -> None:
    bench = Bench(workout(segment(30, 0, 1500)), runner(easy=1500)).running()
    bench.until(lambda: bench.belt == 1500.0)
    bench.to(Phase.ENDING)
    bench.tick(Telemetry(Speed(0), Grade(0)))
    assert bench.phase is Phase.ENDING
