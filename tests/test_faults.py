"""Each fault that the mock knows: what the runner is told, how it ends, and that nothing got faster or steeper because of it.

The referee watches all of them: never past −10 % but by the deck's own overshoot, never an unasked start, Stop within a tick.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from referee import STOP, Referee

from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Ending
from treadctl.engine.words import Key
from treadctl.mock.console import Console
from treadctl.mock.faults import FaultKind, parse_fault
from treadctl.mock.presets import PRESETS
from treadctl.simulate import Plan
from treadctl.units import Grade, Speed
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout
from treadctl.workout.profile import Profile

EASY, WALK = Relative(Base.EASY), Relative(Base.WALK)
FINISHED, STOPPED, SAFETY = Ending.FINISHED, Ending.STOPPED, Ending.SAFETY
FAILED, LINK_FAILED = Ending.TREADMILL_FAILED, Ending.LINK_FAILED
RUNNER = Profile(easy=Speed(900), walk=Speed(450), ceiling=Grade(-100), chosen=True)
FULL_KMH = 9.0


def hill(tenths: int = -40) -> Workout:
    """A minute level, one down, one level and slower, half a one walking. The belt first moves 11 s after the beginning."""
    grade = Grade(tenths)
    slower = Relative(Base.EASY, 90)
    segments = (
        Segment(SegmentKind.WARM_UP, 60, pace_from=EASY, pace_to=EASY),
        Segment(SegmentKind.DECLINE, 60, grade, grade, EASY, EASY),
        Segment(SegmentKind.RECOVER, 60, pace_from=slower, pace_to=slower),
        Segment(SegmentKind.COOL_DOWN, 30, pace_from=WALK, pace_to=WALK),
    )
    return Workout("hill", "Hill", "nobody", segments)


def session(
    *faults: str,
    tenths: int = -40,
    keys: tuple[tuple[float, Key], ...] = (),
    console: tuple[tuple[float, Console], ...] = (),
    preset: str = "decline-10",
) -> Referee:
    keys = ((5.0, Key.ARM), *keys)
    found = tuple(parse_fault(fault) for fault in faults)
    return Referee(Plan(hill(tenths), RUNNER, PRESETS[preset], seed=1, faults=found, keys=keys, console=console))


@dataclass(frozen=True)
class Case:
    """One fault: what must be said, in this order, and how it ends."""

    fault: str
    ending: Ending
    says: tuple[str, ...] = ()
    fastest_kmh: float = FULL_KMH
    steepest_percent: float = -4.0


SILENT = ("no news from the treadmill for 3 seconds", "no news from the treadmill: stopping")
UNSEEN = "belt not seen still: use the console or the key"
LOST = "link lost, the belt may still be moving: console or key"
HELD_DECK = "the deck is not following"
HELD_BELT = "the belt is not following"
TOO_FAST = "the belt is too fast: stopping"
CONSOLE = "stopped at the console"

CASES = (
    Case("lost-ack@30", FINISHED),
    Case("lost-ack@30+60", FINISHED),
    Case("late-ack@30", FINISHED),
    Case("late-ack@30+100", FINISHED),
    Case("wrong-ack@30+60", FINISHED),
    Case("wrong-ack@60=4", FAILED, ("the treadmill rejected the incline",)),
    Case("wrong-ack@60=5", FAILED, ("the treadmill took back control: use the console",)),
    Case("drop-link@70", LINK_FAILED, (LOST, "link is back: belt at 9.0 km/h, deck at 0.0 %")),
    Case("drop-link@70+300", LINK_FAILED, (LOST,)),
    Case("stale-telemetry@70", SAFETY, (*SILENT, UNSEEN)),
    Case("stale-telemetry@70+5", FINISHED, SILENT[:1]),
    Case("silent-telemetry@70", SAFETY, (*SILENT, UNSEEN)),
    Case("silent-telemetry@70+5", FINISHED, SILENT[:1]),
    Case("deck-stuck@64", FAILED, (HELD_DECK,)),
    Case("deck-stuck@90", FAILED, (HELD_DECK, "not level and walking, stopping anyway")),
    Case("deck-overshoot", FAILED, (HELD_DECK,), steepest_percent=-5.5),
    Case("setpoint-as-speed", FINISHED),
    Case("zero-glitch@80+2", FINISHED),
    Case("zero-glitch@80+10", STOPPED, ("the belt has stopped", "the belt moves: the console has it")),
    Case("grade-glitch", FINISHED),
    Case("grade-glitch@80+5", SAFETY, ("too steep: stopping",)),
    Case("control-stolen@70", FAILED, ("the treadmill took back control: use the console",)),
    Case("slow-belt@70", FAILED, (UNSEEN,)),
    Case("ack-but-ignore", FAILED, (HELD_BELT,)),
    Case("ack-but-ignore@64", FAILED, (HELD_DECK, HELD_BELT)),
    Case("unsigned-incline", FAILED, ("wrong way: going level",)),
    Case("stop-restarts", FINISHED),
    Case("mph-slip", SAFETY, ("this treadmill counts miles: stopping",), fastest_kmh=2.0),
    Case("mph-slip@90", FAILED, (TOO_FAST,), fastest_kmh=9.5),
    Case("truncated-frames", FINISHED),
    Case("split-frames", FINISHED),
    Case("safety-key@80", STOPPED, ("safety key pulled",)),
    Case("console-stop@80", STOPPED, (CONSOLE,)),
    Case("console-pause@80", STOPPED, (CONSOLE,)),
    Case("console-faster@40", FINISHED, ("console: speed 9.5 km/h",), fastest_kmh=9.5),
    Case("console-slower@40", FINISHED, ("console: speed 8.5 km/h",)),
    Case("console-flatter@110", FINISHED, ("console: grade -3.0 %",)),
    Case("console-steeper@110", FINISHED, ("console: grade -5.0 %",), steepest_percent=-5.0),
)


def test_every_kind_of_fault_has_a_case() -> None:
    assert {parse_fault(case.fault).kind for case in CASES} == set(FaultKind)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_what_the_runner_is_told_and_how_it_ends(case: Case) -> None:
    game = session(case.fault)
    assert game.run() is case.ending
    heard = iter(game.said)
    for words in case.says:
        assert words in heard, f"{words!r} not said, or not in this order: {game.said}"
    if not case.says:
        assert "finished, well run" in heard


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
def test_no_fault_makes_it_faster_or_steeper_than_it_would_have_been(case: Case) -> None:
    game = session(case.fault)
    mock, fastest, steepest = game.simulation.treadmill, 0.0, 0.0
    while game.simulation.engine.ending is None:
        game.simulation.tick()
        fastest = max(fastest, mock.belt_speed)
        steepest = min(steepest, mock.true_grade)
    assert fastest <= case.fastest_kmh + 0.001
    assert steepest >= case.steepest_percent - 0.001


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault)
@pytest.mark.parametrize("after_s", [84.0, 93.5])
def test_stop_is_written_within_a_tick_whatever_is_wrong(case: Case, after_s: float) -> None:
    """The referee sees to that; here it is that the belt then stands, but where Stop cannot reach it."""
    game = session(case.fault, keys=((after_s, Key.STOP),))
    game.run()
    unreachable = {FaultKind.DROP_LINK, FaultKind.CONTROL_STOLEN, FaultKind.SLOW_BELT}
    over = game.simulation.treadmill.belt_speed == 0
    assert over or parse_fault(case.fault).kind in unreachable or "5" in case.fault.rpartition("=")[2]


@pytest.mark.parametrize("fault", ["deck-overshoot", "deck-overshoot=1.5"])
def test_a_deck_that_overshoots_at_minus_ten_is_stopped_and_asked_to_go_level(fault: str) -> None:
    game = session(fault, tenths=-100)
    deepest = 0.0
    while game.simulation.engine.ending is None:
        game.simulation.tick()
        deepest = min(deepest, game.simulation.treadmill.true_grade)
    if "too steep: stopping" in game.said:
        assert deepest >= -11.5
        at = next(n for n, (_, payload) in enumerate(game.written) if payload == STOP)
        assert [payload for _, payload in game.written[at : at + 2]] == [STOP, b"\x03\x00\x00"]
        assert game.simulation.engine.ending is SAFETY
    else:
        assert deepest >= -10.5, "held on the way down, and never got there"
        assert HELD_DECK in game.said


def test_a_belt_that_a_stop_restarts_is_never_told_to_stop_twice() -> None:
    for second_s in (0.25, 2.0, 6.0, 8.0, 9.5, 12.0):
        game = session("stop-restarts", keys=((80.0, Key.STOP), (80.0 + second_s, Key.STOP)))
        game.run()
        assert game.simulation.treadmill.belt_speed == 0


def test_zero_frames_of_less_than_three_seconds_change_not_one_byte() -> None:
    plain, glitch = session(), session("zero-glitch@35+2", "zero-glitch@110+2", "zero-glitch@150+2")
    assert plain.run() is glitch.run() is FINISHED
    assert [payload for _, payload in glitch.written] == [payload for _, payload in plain.written]


def test_after_a_lost_link_the_runner_arms_again_and_goes_on() -> None:
    game = session("drop-link@70+10", keys=((110.0, Key.ARM),))
    assert game.run() is FINISHED
    assert game.phases.count(Phase.UNLINKED) == 1
    assert [payload for _, payload in game.written].count(b"\x07") == 1, "the belt went on moving, and nobody started it"


def test_a_stop_that_waited_leaves_a_still_belt_alone_that_it_would_start() -> None:
    """Stopped at the console, and Stop pressed here too, while there was no link."""
    game = session("drop-link@70+20", "stop-restarts", keys=((86.0, Key.STOP),), console=((83.0, Console.STOP),))
    assert game.run() is STOPPED
    assert STOP not in [payload for _, payload in game.written]
    assert game.simulation.treadmill.belt_speed == 0
    assert game.said[-1] == "link is back: the belt is still"


def test_after_a_stop_at_the_console_the_runner_arms_again_and_goes_on() -> None:
    game = session("console-stop@40", keys=((70.0, Key.ARM),))
    assert game.run() is FINISHED
    assert [payload for _, payload in game.written].count(b"\x07") == 2


def test_without_control_a_pressed_stop_is_still_written_and_its_rejection_told() -> None:
    game = session("control-stolen@70", keys=((90.0, Key.STOP),))
    assert game.run() is FAILED
    assert game.written[-1][1] == STOP
    assert "stop was rejected: use the console or the key" in game.said


def test_a_treadmill_that_only_tips_while_it_runs_is_not_asked_before() -> None:
    game = session(preset="decline-6", tenths=-60)
    assert game.run() is FINISHED
    started = next(t for t, payload in game.written if payload == b"\x07")
    assert all(t > started for t, payload in game.written if payload[0] == 3)
