"""Stop, pause and resume: whoever is at the treadmill comes first."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from engine_bench import Bench, segment, workout

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import (
    Answered,
    ClockJumped,
    CommandKind,
    Connected,
    Disconnected,
    Event,
    Hanging,
    Key,
    Outcome,
    Pressed,
    Telemetry,
    Told,
)
from treadctl.safety import Pause, SetIncline, SetSpeed, Start, Stop, TakeControl
from treadctl.units import Grade, Speed


def in_ready() -> Bench:
    bench = Bench()
    bench.wait(5)
    return bench


def in_levelling() -> Bench:
    bench = Bench()
    bench.tilt = bench.tilt_goal = 60.0
    return bench.armed()


def in_countdown() -> Bench:
    bench = Bench().armed()
    bench.to(Phase.COUNTDOWN)
    return bench


def in_starting() -> Bench:
    bench = Bench().armed()
    bench.to(Phase.STARTING)
    return bench


def in_running() -> Bench:
    return Bench().running()


def in_pausing() -> Bench:
    bench = Bench().running()
    bench.press(Key.PAUSE)
    return bench


def in_paused() -> Bench:
    bench = in_pausing()
    bench.to(Phase.PAUSED)
    return bench


def in_ending() -> Bench:
    bench = Bench(workout(segment(30))).running()
    bench.to(Phase.ENDING)
    return bench


def in_hands_off() -> Bench:
    bench = Bench().running()
    bench.give(Told(Event.CONTROL_LOST))
    return bench


def in_stopping() -> Bench:
    bench = Bench().running()
    bench.press(Key.STOP)
    bench.tick()
    return bench


def in_over() -> Bench:
    bench = in_stopping()
    bench.to(Phase.OVER)
    return bench


WITH_A_LINK: dict[Phase, Callable[[], Bench]] = {
    Phase.READY: in_ready,
    Phase.LEVELLING: in_levelling,
    Phase.COUNTDOWN: in_countdown,
    Phase.STARTING: in_starting,
    Phase.RUNNING: in_running,
    Phase.PAUSING: in_pausing,
    Phase.PAUSED: in_paused,
    Phase.ENDING: in_ending,
    Phase.HANDS_OFF: in_hands_off,
    Phase.STOPPING: in_stopping,
    Phase.OVER: in_over,
}


def test_every_phase_with_a_link_is_covered_here() -> None:
    assert set(WITH_A_LINK) == set(Phase) - {Phase.UNLINKED}


@pytest.mark.parametrize("phase", WITH_A_LINK)
def test_stop_leaves_in_the_step_in_which_it_was_pressed(phase: Phase) -> None:
    bench = WITH_A_LINK[phase]()
    assert bench.phase is phase
    step = bench.press(Key.STOP)
    assert step.commands == (Stop(),)
    assert bench.phase in (Phase.STOPPING, Phase.OVER)


@pytest.mark.parametrize("phase", [p for p in WITH_A_LINK if p not in (Phase.STOPPING, Phase.OVER)])
def test_after_stop_nothing_else_is_ever_sent(phase: Phase) -> None:
    bench = WITH_A_LINK[phase]()
    bench.commands.clear()
    bench.press(Key.STOP)
    for key in Key:
        if key is not Key.STOP:
            bench.press(key)
    bench.to(Phase.OVER)
    assert [command for _, command in bench.commands] == [Stop()]
    assert bench.engine.ending is Ending.STOPPED


@pytest.mark.parametrize("keys", [(Key.PAUSE, Key.STOP), (Key.STOP, Key.PAUSE), (Key.FASTER, Key.STOP, Key.RESUME, Key.ARM)])
def test_stop_wins_over_every_key_that_came_with_it(keys: tuple[Key, ...]) -> None:
    bench = in_running()
    assert bench.give(*map(Pressed, keys)).commands == (Stop(),)


def test_stop_wins_over_a_link_that_is_lost_in_the_same_moment_and_over_a_clock_that_jumped() -> None:
    assert in_running().give(Pressed(Key.STOP), ClockJumped(60.0)).commands == (Stop(),)


def test_a_second_stop_is_sent_again() -> None:
    bench = in_stopping()
    bench.tick()
    assert bench.press(Key.STOP).commands == (Stop(),)


# --- stop without a link ----------------------------------------------------------------------------------------------

WAITS = "Stop waits for the link: use the console or the safety key"


def without_a_link() -> Bench:
    bench = in_running()
    bench.give(Disconnected("gone"))
    bench.tick()
    return bench


def sent_by_the_next_link(bench: Bench) -> bool:
    """Whether a link that is back takes Stop along at the first frame, which shows a moving belt."""
    before = bench.give(Connected(bench.machine)).commands
    return before == () and bench.give(Telemetry(Speed(900), Grade(0))).commands == (Stop(),)


def test_without_a_link_stop_is_not_forgotten_and_leaves_when_the_next_shows_that_the_belt_moves() -> None:
    bench = without_a_link()
    step = bench.press(Key.STOP)
    assert step.commands == ()
    assert bench.is_in(Phase.UNLINKED)
    assert [cue.words for cue in step.cues] == [WAITS]
    bench.wait(20)
    at = bench.now
    assert sent_by_the_next_link(bench)
    assert bench.is_in(Phase.STOPPING)
    bench.to(Phase.OVER)
    assert [command for _, command in bench.commands if _ > at] == []
    assert bench.engine.ending is Ending.STOPPED


def test_a_second_stop_without_a_link_ends_the_session_and_says_that_the_belt_may_move() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    for _ in range(14):
        bench.wait(1)
        bench.press(Key.STOP)
    assert bench.is_in(Phase.UNLINKED), "a key that bounces, or a fright, gives nothing up"
    assert bench.said().count(WAITS) == 15
    bench.wait(1.5)
    step = bench.press(Key.STOP)
    assert step.commands == ()
    assert bench.is_in(Phase.OVER)
    assert bench.engine.ending is Ending.LINK_FAILED
    assert any("may still be moving" in cue.words for cue in step.cues)


def test_a_stop_that_waits_for_a_link_in_vain_ends_after_two_minutes() -> None:
    bench = without_a_link()
    at = bench.now
    bench.press(Key.STOP)
    assert bench.to(Phase.OVER) == pytest.approx(at + 120.0, abs=0.5)
    assert bench.engine.ending is Ending.LINK_FAILED
    assert not bench.sent(Stop)


def test_a_stop_on_its_way_when_the_link_went_is_sent_again_by_the_next() -> None:
    bench = in_stopping()
    bench.give(Disconnected("gone"))
    bench.commands.clear()
    bench.wait(3)
    assert sent_by_the_next_link(bench)
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.STOPPED


def test_a_stop_that_waits_is_no_arming() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.commands.clear()
    bench.give(Connected(bench.machine), Pressed(Key.ARM), Pressed(Key.RESUME))
    bench.to(Phase.OVER)
    assert [command for _, command in bench.commands] == [Stop()]


def link_back_after(seconds: float) -> Bench:
    """Stop was pressed without a link, which is back so much later."""
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(seconds)
    bench.commands.clear()
    bench.give(Connected(bench.machine))
    return bench


@pytest.mark.parametrize("started_anew", [False, True])
@pytest.mark.parametrize("seconds", [1, 29, 45, 119])
def test_a_stop_that_waited_is_always_sent_to_a_belt_that_moves_and_says_so(seconds: float, started_anew: bool) -> None:
    """Whatever the belt's clock tells: to stop one that was started at the console is a nuisance, not to stop is an injury."""
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(seconds)
    if started_anew:
        bench.elapsed_s = 1.0
    assert sent_by_the_next_link(bench)
    assert "link is back: the Stop that waited is sent" in bench.said()
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.STOPPED


@pytest.mark.parametrize("moves_after_s", [3, 6, 10, 15])
def test_a_stop_pressed_after_a_start_and_a_lost_link_stops_the_belt_that_starts_meanwhile(moves_after_s: float) -> None:
    """The machine's clock stands still from Start to the first movement, and that is no sign of anybody at the console."""
    bench = Bench(workout(segment(600, 0, 900))).armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.wait(1)
    bench.give(Disconnected("gone"))
    bench.tells = False
    bench.press(Key.STOP)
    bench.wait(moves_after_s)
    bench.belt_goal = 80.0
    bench.wait(45 - moves_after_s)
    bench.tells = True
    assert sent_by_the_next_link(bench)
    bench.to(Phase.OVER)
    assert bench.belt == 0.0


def test_a_belt_whose_start_is_on_its_way_is_not_taken_for_still_over_the_next_link() -> None:
    bench = Bench(workout(segment(600, 0, 900))).armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    started_at = bench.now
    bench.give(Disconnected("gone"))
    bench.wait(1)
    bench.give(Connected(bench.machine))
    bench.until(lambda: not bench.engine.belt_is_ours)
    assert bench.now > started_at + 30.0, "until then a guardian would stop it"


# --- a computer that sleeps on it -------------------------------------------------------------------------------------

TOO_OLD = "Stop waited too long and is not sent: look at the belt"


def test_a_stop_that_waited_over_a_nights_sleep_is_not_sent_and_that_is_told() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(5)
    bench.give(ClockJumped(8 * 3600.0))
    assert TOO_OLD in bench.said()
    bench.commands.clear()
    assert bench.give(Connected(bench.machine)).commands == ()
    bench.wait(2)
    assert bench.is_in(Phase.READY)
    assert not bench.sent(Stop)
    assert bench.engine.belt_is_ours, "it is shown, and whoever watches over it still does"
    assert any(words.startswith("link is back: belt at") for words in bench.said())
    assert bench.press(Key.STOP).commands == (Stop(),)


def test_a_nap_makes_a_stop_older_by_as_much() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    pressed_at = bench.now
    bench.wait(10)
    bench.give(ClockJumped(60.0))
    assert bench.to(Phase.OVER) == pytest.approx(pressed_at + 60.0, abs=0.5)
    assert bench.engine.belt_is_ours, "its guardian goes on trying"


def test_a_stop_is_sent_after_a_nap_that_is_shorter_than_its_two_minutes() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.give(ClockJumped(100.0))
    assert sent_by_the_next_link(bench)


def test_a_stop_pressed_after_the_sleep_is_a_new_one() -> None:
    bench = without_a_link()
    bench.press(Key.STOP)
    bench.wait(20)
    bench.give(ClockJumped(3600.0), Pressed(Key.STOP))
    assert bench.is_in(Phase.UNLINKED)
    assert sent_by_the_next_link(bench)


def test_a_stop_under_way_when_the_computer_fell_asleep_is_not_sent_again_the_next_morning() -> None:
    bench = in_stopping()
    bench.give(ClockJumped(8 * 3600.0))
    assert bench.is_in(Phase.UNLINKED)
    assert TOO_OLD in bench.said()
    assert bench.give(Connected(bench.machine)).commands == ()


# --- a link that is back after long -----------------------------------------------------------------------------------


def test_a_stop_that_waited_for_long_finds_a_still_belt() -> None:
    bench = link_back_after(60)
    bench.belt = bench.belt_goal = 0.0
    bench.to(Phase.OVER, within_s=15)
    assert bench.engine.ending is Ending.STOPPED


def test_a_late_stop_whose_link_is_lost_again_waits_for_the_next() -> None:
    bench = link_back_after(60)
    bench.give(Disconnected("gone again"))
    bench.wait(10)
    bench.give(Connected(bench.machine))
    bench.to(Phase.STOPPING, within_s=5)


def test_who_was_never_armed_stops_at_once_without_a_link() -> None:
    bench = in_ready()
    bench.give(Disconnected("gone"))
    assert bench.press(Key.STOP).commands == ()
    assert bench.is_in(Phase.OVER)
    assert bench.engine.ending is Ending.STOPPED


# --- the end of a stop ------------------------------------------------------------------------------------------------


def test_a_stop_that_is_done_is_confirmed_by_a_belt_that_is_seen_still_and_not_by_an_answer() -> None:
    bench = in_stopping()
    bench.until(lambda: bench.belt == 0.0)
    at_zero = bench.now
    assert bench.phase is Phase.STOPPING
    assert bench.to(Phase.OVER) >= at_zero + 3.0
    assert "stopped" in bench.said()


def test_a_belt_that_is_not_seen_still_after_thirty_seconds_is_told_of() -> None:
    bench = in_running()
    bench.belt_goal = bench.belt
    bench.press(Key.STOP)
    bench.belt_goal = bench.belt  # it does not care
    at = bench.now
    assert bench.to(Phase.OVER) == pytest.approx(at + 30.0, abs=0.5)
    assert "belt not seen still: use the console or the key" in bench.said()
    assert bench.engine.ending is Ending.TREADMILL_FAILED


def test_one_zero_frame_and_then_silence_is_no_still_belt() -> None:
    bench = in_running()
    bench.press(Key.STOP)
    bench.give(Telemetry(Speed(0), Grade(0)))
    bench.tells = False
    bench.wait(20)
    assert bench.phase is Phase.STOPPING


def test_a_stop_that_is_rejected_is_told_at_once() -> None:
    bench = in_stopping()
    bench.give(Answered(CommandKind.STOP, Outcome.NOT_PERMITTED))
    assert "stop was rejected: use the console or the key" in bench.said()


def test_a_stop_that_is_rejected_again_and_again_is_told_once_for_each_press() -> None:
    bench = in_stopping()
    bench.belt_goal = bench.belt
    for press in (1, 2):
        for _ in range(4):
            bench.give(Answered(CommandKind.STOP, Outcome.NOT_PERMITTED))
            bench.wait(2)
        assert bench.said().count("stop was rejected: use the console or the key") == press
        bench.press(Key.STOP)


# --- pause ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [Phase.STARTING, Phase.RUNNING, Phase.ENDING])
def test_pause_leaves_at_once_and_the_deck_goes_level(phase: Phase) -> None:
    bench = WITH_A_LINK[phase]()
    bench.tilt = bench.tilt_goal = -40.0
    bench.tick()
    step = bench.press(Key.PAUSE)
    assert step.commands == (Pause(), SetIncline(Grade(0)))
    assert bench.phase is Phase.PAUSING


def test_space_only_pauses() -> None:
    """A key that repeats must not toggle."""
    bench = in_pausing()
    for _ in range(200):
        bench.press(Key.PAUSE)
        bench.tick()
    assert bench.phase is Phase.PAUSED
    assert len(bench.sent(Pause)) == 1
    assert len(bench.sent(Start)) == 1


def test_nothing_gets_a_paused_belt_going_but_resume() -> None:
    bench = in_paused()
    at = bench.now
    for key in set(Key) - {Key.RESUME, Key.STOP}:
        bench.press(key)
    bench.wait(30)
    assert bench.phase is Phase.PAUSED
    assert not bench.sent(Start, since=at)
    assert not bench.sent(SetSpeed, since=at)


def test_a_pause_of_ten_minutes_ends_the_session() -> None:
    bench = in_paused()
    at = bench.now
    assert bench.to(Phase.STOPPING, within_s=700) == pytest.approx(at + 600.0, abs=0.5)


def test_a_treadmill_that_cannot_pause_is_stopped() -> None:
    bench = in_running()
    bench.answers = False
    bench.press(Key.PAUSE)
    bench.belt_goal = bench.belt  # it does not pause
    bench.tick()
    step = bench.give(Answered(CommandKind.PAUSE, Outcome.NOT_SUPPORTED))
    assert step.commands == (Stop(),)
    assert "the treadmill does not pause: stopping" in bench.said()


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.INVALID, Outcome.NOT_SUPPORTED])
def test_a_pause_that_is_refused_because_an_earlier_one_works_changes_nothing(outcome: Outcome) -> None:
    bench = in_running()
    bench.press(Key.PAUSE)
    bench.wait(2)
    bench.give(Answered(CommandKind.PAUSE, outcome))
    bench.to(Phase.PAUSED)
    assert not bench.sent(Stop)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.NOT_WRITTEN])
def test_where_an_earlier_pause_may_have_been_heard_the_belt_tells_whether_it_was(outcome: Outcome) -> None:
    """Its answer never came, and the machine says no to the next one: because it pauses already, or because it cannot."""
    for heeds in (True, False):
        bench = in_running()
        bench.answers = False
        bench.press(Key.PAUSE)
        bench.belt_goal = 0.0 if heeds else bench.belt
        bench.wait(2)
        bench.give(Answered(CommandKind.PAUSE, Outcome.UNKNOWN))
        bench.wait(2)
        bench.give(Answered(CommandKind.PAUSE, outcome))
        assert bench.is_in(Phase.PAUSING)
        if heeds:
            bench.to(Phase.PAUSED)
            assert not bench.sent(Stop)
        else:
            bench.to(Phase.STOPPING, within_s=4.5)


def slowed_by_the_plan_and_deaf_to_a_pause(*told: Outcome) -> Bench:
    """The plan takes the belt from 9 to 6 km/h; Pause is pressed on the way down, and these are its answers, 2 s apart."""
    bench = Bench(workout(segment(60), segment(600, 0, 600))).running()
    bench.until(lambda: bench.belt_goal == 600.0 and bench.belt < 890.0)
    bench.answers = False
    bench.press(Key.PAUSE)
    bench.belt_goal = 600.0
    for outcome in told:
        bench.wait(2)
        bench.give(Answered(CommandKind.PAUSE, outcome))
    return bench


@pytest.mark.parametrize("outcome", [Outcome.NOT_SUPPORTED, Outcome.INVALID])
def test_a_pause_that_the_treadmill_does_not_know_is_none_that_it_heeds_already(outcome: Outcome) -> None:
    assert slowed_by_the_plan_and_deaf_to_a_pause(Outcome.UNKNOWN, outcome).is_in(Phase.STOPPING)


@pytest.mark.parametrize("told", [(Outcome.UNKNOWN, Outcome.FAILED), (Outcome.UNKNOWN, Outcome.UNKNOWN), ()], ids=str)
def test_a_belt_that_our_plan_slowed_and_that_keeps_its_speed_ignores_a_pause_too(told: tuple[Outcome, ...]) -> None:
    bench = slowed_by_the_plan_and_deaf_to_a_pause(*told)
    slowed_at = bench.until(lambda: bench.belt == 600.0)
    bench.to(Phase.STOPPING, within_s=5)
    assert bench.now - slowed_at >= 2.0


def test_a_pause_that_was_accepted_says_nothing_about_the_next_one() -> None:
    bench = in_running()
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.wait(4)
    bench.press(Key.RESUME)
    bench.to(Phase.RUNNING)
    bench.answers = False
    bench.press(Key.PAUSE)
    bench.give(Answered(CommandKind.PAUSE, Outcome.NOT_SUPPORTED))
    assert bench.is_in(Phase.STOPPING)


def test_a_belt_that_ignores_pause_is_stopped_after_eight_seconds() -> None:
    bench = in_running()
    bench.press(Key.PAUSE)
    bench.belt_goal = bench.belt
    at = bench.now
    assert bench.to(Phase.STOPPING) == pytest.approx(at + 8.0, abs=0.5)


def test_a_belt_that_slows_for_a_pause_and_does_not_get_still_is_stopped_after_thirty_seconds() -> None:
    bench = in_running()
    bench.press(Key.PAUSE)
    at = bench.now
    while bench.is_in(Phase.PAUSING):
        bench.belt_goal = bench.belt = max(10.0, 900.0 - 30.0 * (bench.now - at))
        bench.tick()
    assert bench.is_in(Phase.STOPPING)
    assert bench.now == pytest.approx(at + 30.0, abs=0.5)


def test_a_pause_that_nobody_hears_of_is_no_ground_for_stop_before_thirty_seconds_but_silence_is() -> None:
    """A belt that is not seen is not seen to ignore anything; after eight seconds of silence it is stopped for that."""
    bench = in_running()
    bench.press(Key.PAUSE)
    bench.tells = False
    bench.to(Phase.STOPPING)
    assert "the treadmill does not pause: stopping" not in bench.said()


def test_a_belt_that_starts_in_spite_of_a_pause_is_stopped() -> None:
    """The pause came while the treadmill counted down, and the treadmill counted on."""
    bench = in_starting()
    bench.press(Key.PAUSE)
    bench.wait(8)
    assert bench.phase is Phase.PAUSED
    bench.belt_goal = 80.0
    bench.to(Phase.STOPPING, within_s=10)
    assert bench.sent(Stop)


# --- resume -----------------------------------------------------------------------------------------------------------


def test_resume_counts_three_two_one_then_walks_then_ramps() -> None:
    bench = Bench(workout(segment(120, -40, 900))).running()
    bench.until(lambda: bench.tilt == -40.0 and bench.belt == 900.0)
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    at = bench.now
    bench.press(Key.RESUME)
    start = bench.until(lambda: bool(bench.sent(Start, since=at)))
    assert bench.when_said("going on in 3", at) < bench.when_said("2", at) < bench.when_said("1", at) < start
    assert start - bench.when_said("going on in 3", at) >= 3.0
    bench.to(Phase.RUNNING)
    bench.until(lambda: bool(bench.sent(SetIncline, since=start)))
    assert bench.belt >= 420.0, "walking before the deck tips"
    bench.until(lambda: bench.belt == 900.0 and bench.tilt == -40.0)
    raises = bench.sent(SetSpeed, since=start)
    assert all(b.speed - a.speed <= 100 for (_, a), (_, b) in pairwise(raises))
    assert all(later - earlier >= 2.0 for (earlier, _), (later, _) in pairwise(raises))


def test_after_a_resume_the_steps_time_counts_from_arrival() -> None:
    bench = Bench(workout(segment(120, -40, 900))).running()
    bench.until(lambda: bench.snapshot.segment_s >= 20)
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.press(Key.RESUME)
    done_s = bench.snapshot.segment_s
    bench.to(Phase.RUNNING)
    while bench.belt < 870.0 or bench.tilt > -38.0:
        assert bench.snapshot.segment_s == done_s
        bench.tick()


def test_resume_needs_a_level_deck() -> None:
    bench = Bench(workout(segment(120, -40, 900))).running()
    bench.until(lambda: bench.tilt == -40.0)
    bench.obeys = False
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.press(Key.RESUME)
    at = bench.now
    bench.wait(80)
    assert bench.phase is Phase.LEVELLING
    assert not bench.sent(Start, since=at)
    bench.to(Phase.STOPPING)
    assert bench.now == pytest.approx(at + 90.0, abs=1.0)


def test_arming_takes_control_once_and_never_starts_by_itself() -> None:
    bench = in_ready()
    bench.wait(600)
    assert bench.commands == []
    bench.press(Key.ARM)
    assert [command for _, command in bench.commands] == [TakeControl()]


def test_a_write_that_hangs_before_a_stop_is_told_at_once() -> None:
    bench = Bench().running()
    bench.press(Key.STOP)
    step = bench.tick(Hanging())
    assert "the link hangs: use the console or the key" in [cue.words for cue in step.cues]
