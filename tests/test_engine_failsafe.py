"""What goes wrong, what it takes away, and what gives it back. Times are restated by hand: 3 s, 8 s, 0.5 s, 12 s, 120 s."""

from __future__ import annotations

from itertools import pairwise

import pytest
from engine_bench import Bench, deck, segment, workout

from treadctl.engine.failsafe import Clears, Condition, Ladder, Level
from treadctl.engine.phases import ARMED, Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import (
    Answered,
    ClockJumped,
    CommandKind,
    Connected,
    Disconnected,
    Event,
    Input,
    Key,
    Latched,
    Outcome,
    Pressed,
    Telemetry,
    Told,
)
from treadctl.safety import Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.units import Grade, Speed

LEVEL_RUN = workout(segment(900))
DECLINE = workout(segment(900, -40))


# --- telemetry --------------------------------------------------------------------------------------------------------


def test_telemetry_older_than_three_seconds_blocks_raises() -> None:
    bench = Bench(LEVEL_RUN).running()
    for _ in range(3):
        bench.press(Key.SLOWER)
    bench.wait(20)
    bench.tells = False
    last = int(bench.now)
    bench.until(lambda: bench.now > last + 3)
    assert bench.is_at(Level.NO_RAISE)
    assert "no news from the treadmill for 3 seconds" in bench.said()
    at = bench.now
    for _ in range(3):
        bench.press(Key.FASTER)
    bench.wait(4)
    assert not bench.sent(SetSpeed, at)
    bench.tells = True
    bench.wait(6)
    assert bench.is_at(Level.FINE)
    assert bench.sent(SetSpeed, at), "it clears by itself, into a raise that was asked for by key"


def test_telemetry_older_than_three_seconds_lets_slower_and_flatter_through() -> None:
    bench = Bench(DECLINE).running()
    bench.tells = False
    bench.wait(5)
    at = bench.now
    bench.press(Key.SLOWER)
    bench.press(Key.FLATTER)
    bench.tick()
    assert bench.sent(SetSpeed, at)
    assert bench.sent(SetIncline, at)


def test_telemetry_older_than_eight_seconds_stops() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.tells = False
    last = int(bench.now)
    stopped = bench.to(Phase.STOPPING)
    assert last + 8.0 < stopped <= last + 8.5
    assert "no news from the treadmill: stopping" in bench.said()
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.SAFETY


def test_a_frozen_sender_is_as_silent_as_a_dead_one() -> None:
    """The last frame is sent again and again; the machine's own seconds have stopped."""
    bench = Bench(LEVEL_RUN).running()
    frozen = bench.frame()
    bench.tells = False
    last = bench.now
    while bench.phase is Phase.RUNNING and bench.now < last + 20:
        bench.tick(*([frozen] if bench.now == int(bench.now) else []))
    assert bench.is_in(Phase.STOPPING)
    assert bench.now <= last + 9.5


def test_a_machine_without_seconds_of_its_own_is_not_taken_for_frozen() -> None:
    bench = Bench(LEVEL_RUN)
    bench.elapsed_s = -1e9  # it tells the same number for ever
    bench.armed().to(Phase.RUNNING)
    bench.wait(120)
    assert bench.snapshot.troubles == ()


def test_silence_while_paused_stops_nothing() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.tells = False
    bench.wait(60)
    assert bench.is_in(Phase.PAUSED)


# --- rule 4 -----------------------------------------------------------------------------------------------------------


def too_steep(bench: Bench, tenths: int = -110) -> None:
    bench.give(Telemetry(Speed(900), Grade(tenths)))


def test_rule_4_two_readings_half_a_second_apart_stop_at_once_and_ask_for_level_once() -> None:
    bench = Bench(workout(segment(900, -100, 800))).running()
    bench.tells = False
    bench.tick()
    at = bench.now
    too_steep(bench)
    bench.tick()
    too_steep(bench)
    assert not bench.sent(Stop), "a quarter of a second is one glitch"
    bench.tick()
    too_steep(bench)
    assert [command for _, command in bench.commands if _ > at] == [Stop(), SetIncline(Grade(0))]
    assert "too steep: stopping" in bench.said()
    bench.tells = True
    bench.tilt = bench.tilt_goal = -115.0
    bench.to(Phase.OVER)
    assert len(bench.sent(SetIncline, at)) == 1, "never repeated"
    assert bench.engine.ending is Ending.SAFETY


def test_rule_4_a_single_reading_is_a_glitch() -> None:
    bench = Bench(workout(segment(900, -100, 800))).running()
    for _ in range(20):
        bench.tick()
        too_steep(bench, -150)
        bench.tick()
        bench.give(bench.frame())
    assert bench.is_in(Phase.RUNNING)
    assert bench.snapshot.target_speed == 800, "nor does it change the pace"


@pytest.mark.parametrize(("step", "tolerated"), [(1, -101), (5, -105), (10, -105)])
def test_rule_4_tolerates_one_machine_step_and_half_a_percent_at_most(step: int, tolerated: int) -> None:
    for tenths, phase in ((tolerated, Phase.RUNNING), (tolerated - 1, Phase.STOPPING)):
        bench = Bench(workout(segment(900, -100, 800)), on=deck(step=step)).running()
        bench.tells = False
        for _ in range(3):
            bench.wait(0.5)
            too_steep(bench, tenths)
        assert bench.is_in(phase)


def test_rule_4_counts_what_the_deck_is_propped_up_by() -> None:
    bench = Bench(workout(segment(900, -40, 800)), on=deck(lowest=0, offset=-50)).running()
    bench.tells = False
    for _ in range(3):
        bench.wait(0.5)
        too_steep(bench, -56)
    assert bench.is_in(Phase.STOPPING)
    assert bench.sent(SetIncline)[-1][1] == SetIncline(Grade(50)), "true level"


def test_level_is_asked_even_if_it_was_the_last_thing_asked() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.tells = False
    at = bench.now
    for _ in range(3):
        bench.wait(0.5)
        too_steep(bench)
    assert [command for t, command in bench.commands if t > at] == [Stop(), SetIncline(Grade(0))]


# --- the link ---------------------------------------------------------------------------------------------------------


def test_a_clock_that_jumped_counts_as_a_lost_link() -> None:
    """The computer slept and nothing was watched: whatever link there was is not trusted any more."""
    bench = Bench(LEVEL_RUN).running()
    assert bench.give(ClockJumped(40.0)).commands == ()
    assert bench.is_in(Phase.UNLINKED)
    assert "this computer slept, and nothing was watched" in bench.snapshot.troubles
    assert "this computer was asleep: look at the belt" in bench.said()
    bench.give(Disconnected("thrown away"))
    assert "link lost, the belt may still be moving: console or key" not in bench.said(), "said once, as what it was"
    bench.give(Connected(bench.machine))
    bench.wait(5)
    assert bench.is_in(Phase.READY)
    assert not bench.snapshot.troubles
    bench.press(Key.ARM)
    assert bench.is_in(Phase.RUNNING)


def test_a_clock_that_jumps_while_nobody_is_armed_changes_nothing() -> None:
    bench = Bench(LEVEL_RUN)
    bench.wait(5)
    bench.give(ClockJumped(40.0))
    assert bench.is_in(Phase.READY)
    assert bench.snapshot.troubles == ()


def test_a_stop_with_a_clock_that_jumped_leaves_at_once_or_with_the_next_link() -> None:
    assert Bench(LEVEL_RUN).running().give(Pressed(Key.STOP), ClockJumped(40.0)).commands == (Stop(),)
    bench = Bench(LEVEL_RUN).running()
    assert bench.give(ClockJumped(40.0), Pressed(Key.STOP)).commands == ()
    assert bench.give(Connected(bench.machine), bench.frame()).commands == (Stop(),)


def test_link_lost_disarms_and_says_so() -> None:
    bench = Bench(LEVEL_RUN).running()
    step = bench.give(Disconnected("gone"))
    assert bench.is_in(Phase.UNLINKED)
    assert step.commands == ()
    assert "link lost, the belt may still be moving: console or key" in bench.said()


def test_on_reconnecting_we_say_what_the_belt_does_and_wait_to_be_armed() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.give(Disconnected("gone"))
    bench.wait(20)
    bench.commands.clear()
    bench.give(Connected(bench.machine))
    bench.wait(60)
    assert bench.is_in(Phase.READY)
    assert "link is back: belt at 9.0 km/h, deck at 0.0 %" in bench.said()
    assert bench.commands == []
    bench.press(Key.ARM)
    assert bench.is_in(Phase.RUNNING)
    assert bench.commands[0][1] == TakeControl()


@pytest.mark.parametrize("back", [True, False])
def test_a_session_that_nobody_comes_back_to_ends_after_two_minutes(back: bool) -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.give(Disconnected("gone"))
    if back:
        bench.give(Connected(bench.machine))
    at = bench.now
    assert bench.to(Phase.OVER) == pytest.approx(at + 120.0, abs=0.5)
    assert bench.engine.ending is Ending.LINK_FAILED


def test_what_was_closed_stays_closed_on_the_next_link() -> None:
    bench = Bench(workout(segment(3000, -40))).running()
    bench.until(lambda: bench.snapshot.decline_s >= 1200, within_s=1500)
    bench.wait(30)
    bench.give(Disconnected("gone"))
    bench.give(Connected(bench.machine))
    bench.wait(3)
    at = bench.now
    bench.press(Key.ARM)
    bench.wait(60)
    assert all(command.grade >= 0 for _, command in bench.sent(SetIncline, at))


# --- taken away -------------------------------------------------------------------------------------------------------

TAKEN_AWAY = {
    Event.STOPPED: "stopped at the console",
    Event.PAUSED: "stopped at the console",
    Event.SAFETY_KEY: "safety key pulled",
    Event.CONTROL_LOST: "the treadmill took back control: use the console",
    Event.RESET: "the treadmill took back control: use the console",
}


@pytest.mark.parametrize("event", TAKEN_AWAY)
def test_control_lost_safety_key_and_console_stop_write_nothing_but_a_pressed_stop(event: Event) -> None:
    bench = Bench(DECLINE).running()
    step = bench.give(Told(event), Pressed(Key.FASTER), Pressed(Key.FLATTER))
    assert step.commands == ()
    assert TAKEN_AWAY[event] in bench.said()
    bench.commands.clear()
    for key in set(Key) - {Key.STOP, Key.ARM}:
        bench.press(key)
        bench.wait(2)
    assert bench.is_in(Phase.HANDS_OFF)
    assert bench.commands == []
    assert bench.press(Key.STOP).commands == (Stop(),)


@pytest.mark.parametrize("phase", [phase for phase in Phase if phase in ARMED])
def test_the_safety_key_disarms_in_every_armed_phase(phase: Phase) -> None:
    bench = Bench(workout(segment(30)))
    bench.tilt = bench.tilt_goal = 60.0
    bench.armed()
    for _ in range(2000):
        if bench.phase is phase:
            break
        if bench.phase is Phase.RUNNING and phase in (Phase.PAUSING, Phase.PAUSED):
            bench.press(Key.PAUSE)
            continue
        bench.tick()
    assert bench.is_in(phase)
    bench.give(Told(Event.SAFETY_KEY))
    assert bench.is_in(Phase.HANDS_OFF)


def test_a_command_that_is_not_permitted_means_that_control_is_lost() -> None:
    bench = Bench(DECLINE).running()
    bench.give(Answered(CommandKind.SPEED, Outcome.NOT_PERMITTED))
    assert bench.is_in(Phase.HANDS_OFF)


@pytest.mark.parametrize("key", [Key.PAUSE, Key.FLATTER, Key.SLOWER])
def test_what_was_pressed_in_the_moment_before_does_not_leave_either(key: Key) -> None:
    assert Bench(DECLINE).running().give(Pressed(key), Told(Event.SAFETY_KEY)).commands == ()


def test_our_own_pause_told_back_is_not_the_console() -> None:
    bench = Bench(DECLINE).running()
    bench.press(Key.PAUSE)
    for event in (Event.PAUSED, Event.STOPPED):
        bench.tick(Told(event))
    bench.to(Phase.PAUSED)
    bench.tick(Told(Event.PAUSED))
    assert bench.is_in(Phase.PAUSED)


def test_a_stop_at_the_console_long_after_a_pause_ends_the_pause() -> None:
    bench = Bench(DECLINE).running()
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.wait(30)
    bench.give(Told(Event.STOPPED))
    assert bench.is_in(Phase.HANDS_OFF)


def test_a_belt_that_stands_still_unasked_disarms_after_three_seconds_of_zero_and_not_before() -> None:
    bench = Bench(DECLINE).running()
    bench.tells = False
    at = bench.now
    for _ in range(3):
        bench.give(Telemetry(Speed(0), Grade(-40)))
        bench.wait(1)
    assert bench.is_in(Phase.RUNNING)
    bench.give(Telemetry(Speed(0), Grade(-40)))
    bench.tick()
    assert bench.now >= at + 3.0
    assert bench.is_in(Phase.HANDS_OFF)
    assert "the belt has stopped" in bench.said()


def test_stray_zeros_of_less_than_three_seconds_change_nothing() -> None:
    plain = Bench(DECLINE).running()
    glitch = Bench(DECLINE).running()
    for n in range(400):
        plain.tick()
        zero = glitch.now % 12 < 2.6
        glitch.tells = not zero
        glitch.tick(*([Telemetry(Speed(0), Grade(round(glitch.tilt)))] if zero and n % 4 == 3 else []))
    assert [command for _, command in glitch.commands] == [command for _, command in plain.commands]
    assert glitch.snapshot.troubles == ()


def test_a_belt_that_was_taken_for_stopped_and_moves_is_told_of() -> None:
    bench = Bench(DECLINE).running()
    bench.tells = False
    for _ in range(5):
        bench.give(Telemetry(Speed(0), Grade(-40)))
        bench.wait(1)
    assert bench.is_in(Phase.HANDS_OFF)
    bench.tells = True
    bench.wait(3)
    assert "the belt moves: the console has it" in bench.said()


# --- not following ----------------------------------------------------------------------------------------------------


def test_a_deck_that_does_not_follow_for_twelve_seconds_is_held_and_told() -> None:
    bench = Bench(workout(segment(60), segment(90, -40, 700), segment(60, 0, 900))).running()
    bench.until(lambda: bench.tilt_goal < 0)
    bench.tilt_goal, bench.obeys = 0.0, False
    at = bench.now
    told = bench.until(lambda: "the deck is not following" in bench.said())
    assert told == pytest.approx(at + 12.0, abs=1.5)
    assert bench.is_at(Level.HOLD)
    assert not bench.sent(SetIncline, at + 0.25), "and is not asked for more"


def test_what_is_held_stays_held_until_resume_is_pressed() -> None:
    bench = Bench(workout(segment(300, -40, 800))).running()
    bench.give(Answered(CommandKind.SPEED, Outcome.FAILED))
    assert "the treadmill rejected the speed" in bench.said()
    bench.wait(20)
    at = bench.now
    bench.press(Key.FASTER)
    bench.press(Key.STEEPER)
    bench.wait(30)
    assert bench.is_at(Level.HOLD)
    assert (bench.belt, bench.tilt) <= (800.0, -40.0)
    assert not [c for _, c in bench.sent(SetSpeed, at) if c.speed > 800]
    assert not [c for _, c in bench.sent(SetIncline, at) if c.grade < -40]
    bench.press(Key.RESUME)
    bench.wait(30)
    assert bench.is_at(Level.FINE)
    assert (bench.belt, bench.tilt) == (850.0, -45.0)


def test_what_is_held_may_still_get_slower_and_flatter() -> None:
    bench = Bench(workout(segment(60, -40, 800), segment(60, 0, 600))).running()
    bench.give(Answered(CommandKind.SPEED, Outcome.FAILED))
    bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.wait(15)
    assert (bench.belt, bench.tilt) == (600.0, 0.0)


def test_a_deck_that_moves_the_wrong_way_is_levelled_for_good() -> None:
    bench = Bench(workout(segment(60), segment(300, -40))).running()
    bench.until(lambda: bench.tilt_goal < 0)
    bench.tilt_goal = 150.0
    bench.until(lambda: "wrong way: going level" in bench.said(), within_s=15)
    at = bench.now
    bench.until(lambda: bench.tilt == 0.0)
    bench.press(Key.RESUME)
    bench.wait(100)
    assert bench.tilt == 0.0
    assert {command.grade for _, command in bench.sent(SetIncline, at)} == {0}


def test_a_belt_that_gets_faster_when_told_to_slow_down_is_stopped() -> None:
    bench = Bench(workout(segment(60, 0, 900), segment(60, 0, 700))).running()
    bench.until(lambda: bench.snapshot.segment_index == 1)
    bench.belt_goal = 1200.0
    bench.until(lambda: bench.phase is Phase.STOPPING, within_s=12)
    assert "the belt is too fast: stopping" in bench.said()
    assert bench.engine.ladder.seen == {Condition.BELT_TOO_FAST: None}


def test_a_target_that_never_leaves_is_tried_again_and_after_five_times_told() -> None:
    bench = Bench(workout(segment(300, 0, 900))).running()
    bench.answers = bench.obeys = False
    at = bench.now
    bench.press(Key.SLOWER)
    for _ in range(5):
        bench.until(lambda: any(isinstance(command, SetSpeed) for command in bench.step.commands))
        bench.give(Answered(CommandKind.SPEED, Outcome.NOT_WRITTEN))
    times = [t for t, _ in bench.sent(SetSpeed, at)]
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times))
    assert "the treadmill rejected the speed" in bench.said()


def test_a_rejected_incline_holds_no_slower_belt_back() -> None:
    bench = Bench(DECLINE).running()
    bench.press(Key.FLATTER)
    bench.tick()
    bench.give(Answered(CommandKind.INCLINE, Outcome.INVALID))
    step = bench.press(Key.SLOWER)
    assert SetSpeed(Speed(850)) in step.commands


def test_a_rejected_speed_is_asked_again_after_five_seconds_and_a_slower_one_at_once() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.until(lambda: bench.belt == 900.0)
    bench.answers = bench.obeys = False
    at = bench.now
    bench.press(Key.SLOWER)
    for _ in range(2):
        bench.wait(1)
        bench.give(Answered(CommandKind.SPEED, Outcome.INVALID))
        bench.wait(0.5)
        bench.press(Key.SLOWER)
        assert [int(command.speed) for _, command in bench.sent(SetSpeed, bench.now)] == [int(bench.snapshot.target_speed)]
    assert [int(command.speed) for _, command in bench.sent(SetSpeed, at)] == [850, 800, 750]
    bench.give(Answered(CommandKind.SPEED, Outcome.INVALID))
    rejected = bench.now
    bench.until(lambda: len(bench.sent(SetSpeed, at)) == 4)
    assert bench.now == pytest.approx(rejected + 5.0, abs=0.3)


def test_the_gates_latch_stops_the_session() -> None:
    bench = Bench(LEVEL_RUN).running()
    assert bench.give(Latched("a bug")).commands == (Stop(),)
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.SAFETY


def test_a_session_that_was_stopped_for_safety_cannot_be_armed_again() -> None:
    bench = Bench(LEVEL_RUN).running()
    bench.give(Latched("a bug"))
    bench.give(Disconnected("gone"))
    bench.commands.clear()
    bench.give(Connected(bench.machine))
    bench.press(Key.ARM)
    bench.to(Phase.OVER)
    assert [command for _, command in bench.commands] == [Stop()]


def test_nobody_arms_while_a_reason_to_stop_is_there() -> None:
    bench = Bench(LEVEL_RUN)
    bench.wait(5)
    bench.engine.ladder.set(Condition.LATCHED)
    bench.press(Key.ARM)
    assert bench.is_in(Phase.READY)
    assert bench.commands == []


def test_no_fault_makes_anything_but_stop_pause_and_milder() -> None:
    """Each input that means trouble, in the middle of a decline: what leaves in that step and the next is never a raise."""
    troubles: list[Input] = [
        *(Told(event) for event in TAKEN_AWAY),
        *(Answered(kind, outcome) for kind in CommandKind for outcome in Outcome if outcome is not Outcome.ACCEPTED),
        Disconnected("gone"),
        Latched("a bug"),
        ClockJumped(-10.0),
        Telemetry(Speed(0), Grade(-150)),
        Telemetry(Speed(65535), Grade(32767)),
    ]
    for trouble in troubles:
        bench = Bench(DECLINE).running()
        at = bench.now
        for _ in range(3):
            bench.tick(trouble)
        for _, command in (c for c in bench.commands if c[0] > at):
            match command:
                case SetSpeed(speed=speed):
                    assert speed <= 900
                case SetIncline(grade=grade):
                    assert -40 <= grade <= 0
                case _:
                    assert isinstance(command, Stop | Pause)
        assert not bench.sent(Start, at)


# --- the ladder itself ------------------------------------------------------------------------------------------------


def test_the_worst_wins_and_each_clears_in_its_own_way() -> None:
    ladder = Ladder()
    assert ladder.set(Condition.STALE)
    assert not ladder.set(Condition.STALE)
    assert ladder.set(Condition.DECK_NOT_FOLLOWING)
    assert (ladder.level, ladder.words) == (Level.HOLD, ("the deck is not following", "no fresh telemetry"))
    assert not ladder.clear_all(Clears.BY_ARMING)
    assert ladder.clear_all(Clears.BY_KEY)
    assert (ladder.level, ladder.words) == (Level.NO_RAISE, ("no fresh telemetry",))
    assert ladder.clear(Condition.STALE)
    assert not ladder.clear(Condition.STALE)
    assert (ladder.level, ladder.words) == (Level.FINE, ())
    assert list(ladder.seen) == [Condition.STALE, Condition.DECK_NOT_FOLLOWING]


def test_the_ladder_is_in_order() -> None:
    assert [level.name for level in sorted(Level)] == ["FINE", "NO_RAISE", "HOLD", "HANDS_OFF", "LINK_LOST", "STOP"]


@pytest.mark.parametrize("condition", Condition)
def test_nothing_clears_by_itself_but_stale_telemetry(condition: Condition) -> None:
    assert (condition.clears is Clears.BY_ITSELF) == (condition is Condition.STALE)
    assert (condition.clears is Clears.NEVER) == (condition.level is Level.STOP)
    assert condition.words
