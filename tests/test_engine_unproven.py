"""A deck that nobody has seen go down: one percent first, and seen. Machines have made a maximum climb of a negative grade."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import Bench, deck, segment, workout

from treadctl.engine.failsafe import Condition, Level
from treadctl.engine.phases import Phase
from treadctl.engine.proof import DeckProof
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Answered, CommandKind, Connected, Disconnected, Event, Key, Outcome, Telemetry, Told
from treadctl.safety import SetIncline, SetSpeed, Stop
from treadctl.units import Grade

HILL = workout(segment(30), segment(120, -60, 800), segment(30))
TRYING = "trying minus 1 first on this treadmill"


def unproven(lowest: int = -100, step: int = 5, offset: int = 0) -> Bench:
    return Bench(HILL, on=deck(lowest, 150, step, offset, proven=False)).running()


def grades(bench: Bench, since: float = 0.0) -> list[int]:
    return [int(command.grade) for _, command in bench.sent(SetIncline, since)]


def tipping(bench: Bench) -> float:
    """The moment of the first negative command."""
    return bench.until(lambda: bool(grades(bench)) and grades(bench)[-1] < 0)


# --- one percent first ------------------------------------------------------------------------------------------------


def test_the_first_decline_on_an_unproven_deck_is_one_percent_and_it_is_said() -> None:
    bench = unproven()
    at = tipping(bench)
    assert grades(bench)[-1] == -10
    assert bench.when_said(TRYING) == at
    bench.until(lambda: bench.tilt == -60.0)
    assert [g for g in grades(bench) if g < 0][:2] == [-10, -30]
    assert bench.said().count(TRYING) == 1, "once is enough"


def test_a_proven_deck_is_tried_by_nobody() -> None:
    bench = Bench(HILL).running()
    tipping(bench)
    assert grades(bench)[-1] == -20
    assert TRYING not in bench.said()


@pytest.mark.parametrize(("lowest", "step", "first"), [(-60, 20, -20), (-100, 1, -10), (-65, 20, -5), (-60, 10, -10)])
def test_where_the_steps_are_coarser_it_is_the_shallowest_decline_and_never_more(lowest: int, step: int, first: int) -> None:
    bench = unproven(lowest, step)
    tipping(bench)
    assert grades(bench)[-1] == first
    bench.until(lambda: bench.tilt <= -45.0)


def test_a_propped_deck_counts_as_the_machine_counts() -> None:
    """Rear feet raised by 2 %: its own 0 is -2, and its own -1 is -3."""
    bench = unproven(offset=-20)
    tipping(bench)
    assert grades(bench)[-1] == -10
    assert "trying minus 3 first on this treadmill" in bench.said()


def test_level_itself_is_tried_where_it_is_a_negative_command() -> None:
    """Front feet raised by 3 %: level is the machine's own -3."""
    bench = Bench(HILL, on=deck(step=5, offset=30, proven=False)).armed()
    bench.to(Phase.COUNTDOWN)
    assert grades(bench) == [-10, -30]
    assert bench.tilt <= -20.0, "within a percent of level"


def test_nothing_steeper_is_asked_before_half_of_it_is_seen_in_two_readings() -> None:
    bench = unproven()
    bench.tells = False
    tip = None
    while tip is None:
        bench.tilt = 0.0
        bench.tick(bench.frame())
        tip = next((t for t, command in bench.sent(SetIncline) if command.grade < 0), None)
    for tilt in (-4.0, -5.0, -4.0, -5.0, -4.0):  # never down for two readings half a second apart
        bench.tilt = bench.tilt_goal = tilt
        for _ in range(2):
            bench.tick(bench.frame())
    assert grades(bench, tip) == [-10]
    bench.tilt = bench.tilt_goal = -5.0
    bench.wait(0.25)
    bench.give(bench.frame())
    seen = bench.now
    bench.tells = True
    bench.tilt_goal = -10.0
    bench.until(lambda: grades(bench)[-1] < -10)
    assert bench.now >= seen + 0.5


def test_a_deck_that_does_not_move_is_held_as_any_that_does_not_follow() -> None:
    bench = unproven()
    at = tipping(bench)
    bench.tilt_goal, bench.obeys = 0.0, False
    bench.until(lambda: "the deck is not following" in bench.said())
    assert bench.now == pytest.approx(at + 12.0, abs=1.5)
    assert bench.is_at(Level.HOLD)
    assert min(grades(bench)) == -10


def test_a_console_that_took_the_deck_down_proves_nothing_about_commands() -> None:
    bench = unproven()
    bench.tilt = bench.tilt_goal = -40.0
    bench.give(Told(Event.INCLINE, -40))
    bench.wait(10)
    at = bench.now
    bench.press(Key.FLATTER)
    bench.wait(2)
    assert grades(bench, at) == [-10], "not -3.5, which it was never seen to do"
    bench.until(lambda: bench.tilt == -35.0)
    assert grades(bench, at) == [-10, -30, -35]


def test_what_was_proven_in_this_session_needs_only_to_be_seen_on_the_next_link() -> None:
    bench = unproven()
    bench.until(lambda: bench.tilt == -60.0)
    bench.give(Disconnected("gone"))
    bench.give(Connected(bench.machine))
    bench.wait(5)
    at = bench.now
    bench.press(Key.ARM)
    bench.until(lambda: bench.snapshot.segment_index == 2)
    assert all(g in (-60, 0) for g in grades(bench, at)), "no detour by -1"


def test_on_the_next_link_a_level_deck_is_tried_again() -> None:
    bench = unproven()
    bench.until(lambda: bench.tilt == -60.0)
    bench.give(Disconnected("gone"))
    bench.tilt = bench.tilt_goal = 0.0
    bench.give(Connected(bench.machine))
    bench.wait(5)
    at = bench.now
    bench.press(Key.ARM)
    bench.until(lambda: bench.tilt == -60.0)
    assert grades(bench, at)[0] == -10


# --- up for down ------------------------------------------------------------------------------------------------------


def test_a_deck_that_climbs_when_told_to_fall_is_stopped_after_one_percent() -> None:
    bench = unproven()
    at = tipping(bench)
    bench.tilt_goal = 150.0
    bench.to(Phase.STOPPING, within_s=6)
    assert bench.tilt <= 25.0, "half a percent per second, and two frames after the first percent"
    assert [command for t, command in bench.commands if t > at] == [Stop()]
    assert "this deck climbs when told to fall: stopping" in bench.said()
    assert bench.engine.ladder.seen == {Condition.WRONG_WAY_DECK: None}
    bench.to(Phase.OVER)
    assert bench.engine.ending is Ending.SAFETY


def test_one_high_reading_is_a_glitch() -> None:
    bench = unproven()
    tipping(bench)
    bench.tick()
    tilt = bench.tilt
    bench.tilt = 50.0
    bench.give(bench.frame())
    bench.tilt = tilt
    bench.until(lambda: bench.tilt == -60.0)
    assert bench.snapshot.troubles == ()


def test_a_deck_that_was_still_going_up_may_go_where_it_was_sent() -> None:
    """From a climb of four percent, not yet done, into a decline."""
    plan = workout(segment(10), segment(60, 40, 800), segment(60, -40, 800))
    bench = Bench(plan, on=deck(proven=False)).running()
    bench.until(lambda: bench.tilt_goal == 40.0)
    bench.until(lambda: bench.tilt >= 20.0)
    bench.press(Key.SKIP)
    bench.until(lambda: bench.tilt == -40.0)
    assert bench.engine.ladder.seen == {}


def test_what_the_console_does_to_an_unproven_deck_stops_nothing() -> None:
    bench = unproven()
    tipping(bench)
    bench.tick(Told(Event.INCLINE, -10))
    bench.wait(1)
    bench.tilt_goal = 50.0
    bench.give(Told(Event.INCLINE, 50))
    bench.wait(20)
    assert bench.is_in(Phase.RUNNING)
    assert bench.tilt == 50.0


class SignBlind(Bench):
    """Climbs as far as it is told to fall; once the belt runs its readings are half a percent too low, and late."""

    late_s = 2.0

    def frame(self) -> Telemetry:
        past = self.__dict__.setdefault("past", [])
        past.append((self.now, abs(self.tilt)))
        shown = next(tilt for at, tilt in reversed(past) if at <= self.now - self.late_s or at == past[0][0])
        return replace(super().frame(), grade=Grade(round(shown) - (5 if self.sent(SetSpeed) else 0)))


@pytest.mark.parametrize("late_s", [0.0, 2.0, 3.0, 5.0])
def test_a_deck_that_reads_no_sign_and_tells_half_a_percent_too_little_and_late_climbs_one_percent(late_s: float) -> None:
    bench = SignBlind(workout(segment(2, 0, 450), segment(120, -60, 450)), on=deck(proven=False))
    bench.late_s = late_s
    bench.armed()
    climbed = 0.0
    for _ in range(600):
        bench.tick()
        climbed = max(climbed, abs(bench.tilt))
        if bench.is_at(Level.HOLD):
            bench.press(Key.RESUME)
    assert climbed == 10.0


# --- the proof itself -------------------------------------------------------------------------------------------------


def test_readings_count_only_after_a_command_of_ours_and_once_everything_is_answered() -> None:
    proof = DeckProof(deck(proven=False))
    for n in range(5):
        proof.see(-40, True, float(n))
    assert not proof.done
    proof.sending(Grade(-10), 0, None, 5.0)
    for n in range(5, 10):
        proof.see(-10, False, float(n))
    assert not proof.done
    proof.see(-10, True, 10.0)
    proof.see(-10, True, 10.5)
    assert not proof.done, "the gate may have heard of it a tick earlier than we did"
    proof.see(-10, True, 10.75)
    assert proof.done


def told_to_fall(stood: int = 0) -> DeckProof:
    """The first decline goes out at 0 s to a deck that stands level, or here."""
    proof = shown(DeckProof(deck(proven=False)), (-1.0, stood))
    proof.sending(Grade(-10), stood, None, 0.0)
    return proof


def shown(proof: DeckProof, *readings: tuple[float, int]) -> DeckProof:
    for at, grade in readings:
        proof.see(grade, True, at)
    return proof


def test_what_the_console_does_after_a_decline_that_was_ignored_is_no_proof() -> None:
    ignored = [(float(n), 0) for n in range(1, 14)]
    assert not shown(told_to_fall(), *ignored, (14.0, -10), (16.0, -10)).done, "it stood still for twelve seconds"
    assert not shown(told_to_fall(), (1.0, 0), (2.0, -30), (4.0, -30)).done, "nobody sent it there"
    assert shown(told_to_fall(), *ignored[:11], (12.0, -10), (13.0, -10)).done, "a slow one is believed"


@pytest.mark.parametrize("stuck", [-5, -10, -15])
def test_a_deck_that_never_moved_is_no_proof(stuck: int) -> None:
    """A readback that is off by so much, and late: the deck climbs already."""
    assert not shown(told_to_fall(stuck), *((float(n), stuck) for n in range(1, 30))).done
    assert shown(told_to_fall(-5), (1.0, -10), (2.0, -10)).done
    assert not shown(told_to_fall(-6), (1.0, -10), (2.0, -10)).done, "less than half of the first step"


def test_a_deck_that_was_not_seen_when_it_was_told_to_fall_is_no_proof() -> None:
    proof = shown(DeckProof(deck(proven=False)), (-4.0, 0))
    proof.sending(Grade(-10), 0, None, 0.0)
    assert not shown(proof, (1.0, -10), (2.0, -10)).done


def test_small_steps_of_one_way_down_are_proof_together() -> None:
    proof = shown(DeckProof(deck(step=1, proven=False)), (-1.0, 0))
    for n, grade in enumerate((-4, -8)):
        proof.sending(Grade(grade), 0, None, n * 2.0)
        shown(proof, (n * 2.0 + 0.5, grade), (n * 2.0 + 1.5, grade))
    assert proof.done


def test_a_decline_that_was_taken_back_is_no_proof() -> None:
    proof = shown(told_to_fall(), (1.0, -6))
    proof.sending(Grade(0), -6, -10, 1.25)
    assert not shown(proof, (2.0, -8), (3.0, -8)).done


@pytest.mark.parametrize("on", [deck(), deck(lowest=0, proven=False), deck(lowest=0, offset=-50, proven=False)])
def test_a_deck_that_is_proven_or_takes_no_negative_command_needs_no_proof(on: object) -> None:
    assert isinstance(on, type(deck()))
    assert DeckProof(on).done


def test_a_rejected_first_step_is_held_and_tried_again_by_key() -> None:
    bench = unproven()
    tipping(bench)
    bench.tilt_goal = 0.0
    bench.give(Answered(CommandKind.INCLINE, Outcome.INVALID))
    assert bench.is_at(Level.HOLD)
    bench.wait(10)
    at = bench.now
    bench.press(Key.RESUME)
    bench.until(lambda: bool(grades(bench, at)))
    assert grades(bench, at)[0] == -10
