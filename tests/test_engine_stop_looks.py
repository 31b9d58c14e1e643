"""A Stop that waited for its link looks at the belt first: some treadmills take a Stop at standstill for a start (QZ#470).

It leaves at the first frame of a moving belt, and where nothing usable comes for three seconds; only a belt that several
frames show still discharges it. That it never lapses otherwise is a promise about any story of cuts, frames, presses and sleeps.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from engine_bench import Bench, segment, workout
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import ClockJumped, Connected, Countdown, Disconnected, Event, Key, Pressed, Telemetry, Tick, Told
from treadctl.safety import Start, Stop
from treadctl.units import Grade, Speed

SENT = "link is back: the Stop that waited is sent"
NOT_SENT = "link is back: the belt is still"
LONG = workout(segment(600, 0, 900))


def link_back_after(seconds: float, plan_belt: float = 0.0) -> Bench:
    """Stop was pressed without a link, which is back so much later, over a belt that does this; no frame has come yet."""
    bench = Bench(LONG).running()
    bench.give(Disconnected("gone"))
    bench.press(Key.STOP)
    bench.wait(seconds)
    bench.belt = bench.belt_goal = plan_belt
    bench.tells = False
    bench.commands.clear()
    bench.give(Connected(bench.machine))
    return bench


def show(bench: Bench, speed: int | None) -> None:
    """A quarter of a second later, a frame of this."""
    bench.tick(Telemetry(None if speed is None else Speed(speed), Grade(0)))


def stops(bench: Bench) -> int:
    return len(bench.sent(Stop))


def test_nothing_is_sent_before_the_belt_is_seen() -> None:
    bench = link_back_after(20)
    assert bench.is_in(Phase.STOPPING)
    assert not stops(bench)
    assert SENT not in bench.said()


@pytest.mark.parametrize("seconds", [1, 45, 119])
def test_the_first_frame_of_a_moving_belt_sends_it(seconds: float) -> None:
    bench = link_back_after(seconds, 900.0)
    show(bench, 900)
    assert stops(bench) == 1
    assert SENT in bench.said()
    bench.tells = True
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.STOPPED


def test_a_moving_frame_counts_even_if_a_zero_comes_in_the_same_moment() -> None:
    bench = link_back_after(20)
    bench.tick(Telemetry(Speed(900)), Telemetry(Speed(0)))
    assert stops(bench) == 1


@pytest.mark.parametrize("frame", [Telemetry(None, Grade(0)), Telemetry(None, heart_rate_bpm=120)], ids=str)
def test_three_seconds_without_a_word_of_the_belt_sends_it(frame: Telemetry) -> None:
    bench = link_back_after(20)
    back_at = bench.now
    while not stops(bench):
        bench.tick(frame)
    assert 3.0 <= bench.now - back_at <= 3.25


def test_zeros_that_end_too_soon_prove_nothing() -> None:
    """Two seconds at zero, and silence: that may have been stray ones."""
    bench = link_back_after(20)
    for _ in range(8):
        show(bench, 0)
    last_at = bench.now
    bench.until(lambda: stops(bench) > 0, within_s=5)
    assert bench.now - last_at <= 3.25


def test_a_belt_seen_still_is_not_told_to_stop_and_its_runner_is_told_why() -> None:
    bench = link_back_after(20)
    bench.tells = True
    back_at = bench.now
    bench.to(Phase.OVER, within_s=6)
    assert bench.now - back_at >= 3.0, "one zero is none"
    assert not stops(bench)
    assert bench.said()[-1] == NOT_SENT
    assert bench.engine.ending is Ending.STOPPED
    assert not bench.engine.belt_is_ours


@pytest.mark.parametrize("zeros_s", [0.25, 1.0, 2.75])
def test_a_stray_zero_holds_it_back_no_longer_than_it_lasts(zeros_s: float) -> None:
    bench = link_back_after(20, 900.0)
    for _ in range(int(zeros_s * 4)):
        show(bench, 0)
    assert not stops(bench)
    show(bench, 900)
    assert stops(bench) == 1


def test_a_press_while_it_looks_leaves_at_once_and_so_does_every_later_one() -> None:
    bench = link_back_after(20)
    show(bench, 0)
    assert bench.press(Key.STOP).commands == (Stop(),)
    assert SENT in bench.said()
    show(bench, 0)
    assert bench.press(Key.STOP).commands == (Stop(),)


def test_no_arming_and_no_other_key_ends_the_look() -> None:
    bench = link_back_after(20)
    bench.give(*(Pressed(key) for key in Key if key is not Key.STOP))
    assert bench.is_in(Phase.STOPPING)
    show(bench, 900)
    assert stops(bench) == 1


@pytest.mark.parametrize("told", [Told(Event.STARTED), Told(Event.STOPPED), Told(Event.SAFETY_KEY)], ids=str)
def test_what_the_console_says_does_not_discharge_it(told: Told) -> None:
    bench = link_back_after(20)
    bench.tick(told)
    bench.until(lambda: stops(bench) > 0, within_s=3.25)


def test_while_our_own_start_may_come_true_nothing_is_waited_for() -> None:
    bench = Bench(LONG).armed()
    bench.until(lambda: bool(bench.sent(Start)))
    bench.belt_goal = 0.0
    bench.give(Disconnected("gone"))
    bench.press(Key.STOP)
    bench.wait(10)
    assert bench.give(Connected(bench.machine)).commands == (Stop(),)


@pytest.mark.parametrize("told", [Told(Event.STARTED), Countdown("3")], ids=str)
def test_a_start_that_the_treadmill_tells_of_while_we_look_sends_it(told: Told | Countdown) -> None:
    bench = link_back_after(20)
    show(bench, 0)
    bench.tick(told)
    assert stops(bench) == 1


def test_a_start_at_the_console_that_was_told_over_the_last_link_sends_it() -> None:
    """Three zeros of its countdown are no still belt, whichever link shows them."""
    bench = Bench(LONG).running()
    bench.press(Key.PAUSE)
    bench.to(Phase.PAUSED)
    bench.give(Told(Event.STARTED), Disconnected("gone"))
    bench.press(Key.STOP)
    bench.wait(5)
    assert bench.give(Connected(bench.machine)).commands == (Stop(),)


def test_a_link_lost_while_it_looked_leaves_no_second_look() -> None:
    """A link that comes and goes would keep a Stop for ever; the next one that lasts for a moment takes it along."""
    bench = link_back_after(20)
    show(bench, 0)
    bench.give(Disconnected("gone again"))
    assert bench.is_in(Phase.UNLINKED)
    bench.wait(10)
    assert bench.give(Connected(bench.machine)).commands == (Stop(),)


def test_a_link_that_keeps_going_and_coming_within_a_second_sends_it_all_the_same() -> None:
    bench = link_back_after(20)
    back_at = bench.now
    while not stops(bench):
        bench.tick(Disconnected("gone"))
        bench.tick(Connected(bench.machine))
        assert bench.now - back_at <= 3.75


def test_a_link_lost_while_it_looked_keeps_both_its_ages() -> None:
    bench = link_back_after(16)
    pressed_at = bench.now - 16
    bench.give(Disconnected("gone again"))
    assert bench.to(Phase.OVER) == pytest.approx(pressed_at + 120.0, abs=0.5)
    assert bench.engine.belt_is_ours, "its guardian goes on trying"
    bench = link_back_after(16)
    bench.give(Disconnected("gone again"))
    bench.press(Key.STOP)
    assert bench.is_in(Phase.OVER), "15 s after the first, another one leaves it to the guardian"


def test_a_clock_that_jumps_while_it_looks_sends_it_by_the_link_that_may_live() -> None:
    """A clock was set, or it was a nap: what such a link shows is heard no more, so nothing would send it but the next one."""
    bench = link_back_after(20, 900.0)
    show(bench, 0)
    assert bench.give(ClockJumped(6.0), Telemetry(Speed(900), Grade(0))).commands == (Stop(),)
    assert bench.is_in(Phase.UNLINKED)
    assert bench.give(Connected(bench.machine)).commands == (Stop(),), "and nobody knows whether that one arrived"


def test_a_computer_that_sleeps_while_it_looks_makes_it_older() -> None:
    bench = link_back_after(20)
    bench.give(ClockJumped(60.0))
    assert bench.is_in(Phase.UNLINKED)
    assert bench.give(Connected(bench.machine)).commands == (Stop(),)
    bench = link_back_after(20)
    bench.give(ClockJumped(8 * 3600.0))
    assert "Stop waited too long and is not sent: look at the belt" in bench.said()
    assert bench.press(Key.STOP).commands == ()
    bench.give(Connected(bench.machine))
    show(bench, 900)
    assert stops(bench) == 1, "pressed again it is a new one"


def test_half_a_minute_to_be_seen_still_counts_from_when_it_left() -> None:
    bench = link_back_after(20)
    for _ in range(8):
        show(bench, 0)
    bench.obeys = False
    show(bench, 900)
    sent_at = bench.now
    bench.belt = bench.belt_goal = 900.0
    while bench.is_in(Phase.STOPPING):
        show(bench, 900)
    assert bench.now - sent_at == pytest.approx(30.25, abs=0.3)


def test_a_belt_that_tells_its_setpoint_is_not_called_still_sooner_than_it_can_be() -> None:
    """Frames jump from 12 km/h to zero; a belt takes its time (FitShow)."""
    bench = link_back_after(20)
    show(bench, 1200)
    sent_at = bench.now
    while bench.is_in(Phase.STOPPING):
        show(bench, 0)
    assert bench.now - sent_at >= 12.0


# --- any story --------------------------------------------------------------------------------------------------------


@dataclass
class Watcher:
    """The rules again, by hand, beside an engine: what is owed, since when somebody looks, and what was seen since."""

    bench: Bench
    owed: bool = False
    pressed_at: float = 0.0
    linked: bool = True
    looks_from: float | None = None
    seen_at: float = float("-inf")
    zero_from: float | None = None
    moved: bool = False
    ran_at: float = 0.0

    def __post_init__(self) -> None:
        self.ran_at = int(self.bench.now)  # at 9 km/h

    def cut(self) -> None:
        if not self.linked:
            return
        if self.bench.is_in(Phase.STOPPING) and not self.owed:
            self.owed, self.looks_from, self.pressed_at = True, None, self.bench.now
        self.linked = False
        self._step(Disconnected("gone"))

    def back(self) -> None:
        if self.linked:
            return
        self.linked, self.moved, self.zero_from, self.seen_at = True, False, None, float("-inf")
        if self.owed and self.looks_from is None:
            self.looks_from = self.bench.now
        self._step(Connected(self.bench.machine))

    def frame(self, speed: int | None) -> None:
        if self.linked:
            if speed is not None:
                self.zero_from = None if speed else self.bench.now if self.zero_from is None else self.zero_from
                self.seen_at, self.moved = self.bench.now, self.moved or speed > 0
                self.ran_at = self.bench.now if speed else self.ran_at
            self._step(Telemetry(None if speed is None else Speed(speed), Grade(0)))

    def press(self) -> None:
        self.pressed_at = self.bench.now
        self.owed = self.owed or not self.linked
        self._step(Pressed(Key.STOP))
        if self.linked:
            assert self.bench.step.commands == (Stop(),), "a press that has a link leaves at once"

    def sleep(self, seconds: float) -> None:
        if self.linked and self.bench.is_in(Phase.STOPPING) and not self.owed:
            self.owed, self.looks_from, self.pressed_at = True, None, self.bench.now
        self.linked = self.linked and self.bench.is_in(Phase.READY)  # where nobody is armed and nothing is owed a link goes on
        self.pressed_at -= seconds
        if self.owed and self.bench.now - self.pressed_at > 120.0:
            self.owed, self.looks_from = False, None
        self._step(ClockJumped(seconds))

    def wait(self) -> None:
        self.bench.now += 0.25
        self._step(Tick())

    def _step(self, *inputs: object) -> None:
        self.bench.give(*inputs)  # type: ignore[arg-type]
        if Stop() in self.bench.step.commands and self.linked:
            self.owed, self.looks_from = False, None
        if not self.owed or not self.linked or self.looks_from is None:
            return
        now = self.bench.now
        assert not self.moved, "it moves, and Stop has not left"
        if self.bench.is_in(Phase.OVER):
            is_still = self.zero_from is not None and self.seen_at - self.zero_from >= 3.0 and now - self.seen_at <= 3.0
            assert is_still, "it lapsed"
            assert now - self.ran_at >= 9.0, "no belt slows that fast"
            assert NOT_SENT in self.bench.said(), "it lapsed without a word"
            self.owed = False
        else:
            assert now - max(self.looks_from, self.seen_at) <= 3.25, "nothing is seen, and Stop has not left"
            assert now - self.looks_from <= 12.5, "it looks for ever: 9 s at most until a belt of 9 km/h can be still, and 3"


MOMENTS = st.one_of(
    st.tuples(st.just("frame"), st.sampled_from((0, 0, 0, 0, 900, None))),
    st.tuples(st.just("wait"), st.integers(1, 6)),
    st.tuples(st.just("still"), st.integers(1, 5)),
    st.tuples(st.sampled_from(("cut", "back", "press")), st.just(0)),
    st.tuples(st.just("sleep"), st.sampled_from((6, 60, 130))),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(("cut", "press")), st.lists(MOMENTS, max_size=40))
def test_in_any_story_a_pressed_stop_leaves_within_its_bound_or_the_belt_is_seen_still(
    first: str, story: list[tuple[str, int | None]]
) -> None:
    watcher = Watcher(Bench(LONG).running())
    for what, how in [(first, 0), ("press", 0), *story, ("back", 0), ("wait", 30)]:
        match what, how:
            case "frame", speed:
                watcher.frame(speed)
            case (("wait" | "still"), int(times)):
                for _ in range(times):
                    watcher.wait()
                    if what == "still":
                        watcher.wait()
                        watcher.frame(0)
            case "sleep", int(seconds):
                watcher.sleep(float(seconds))
            case "cut", _:
                watcher.cut()
            case "back", _:
                watcher.back()
            case "press", _:
                watcher.press()
        if watcher.bench.is_in(Phase.OVER):
            break
    over, ours = watcher.bench.is_in(Phase.OVER), watcher.bench.engine.belt_is_ours
    assert not watcher.owed or (over and ours), "what no link could take is the guardian's"
