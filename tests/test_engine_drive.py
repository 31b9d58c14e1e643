"""Targets and what was sent: caps, limits, the book of echoes and answers."""

from __future__ import annotations

import pytest
from engine_bench import deck, runner, segment
from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.drive import Drive, Room
from treadctl.engine.ledger import Ledger, Whose
from treadctl.engine.proof import DeckProof
from treadctl.engine.sight import Sight
from treadctl.engine.targets import Adjustments, Aims, Target
from treadctl.engine.words import CommandKind, Machine, Telemetry
from treadctl.safety import Command, Deck, SetIncline, SetSpeed
from treadctl.units import Grade, Speed

SPEED, INCLINE = CommandKind.SPEED, CommandKind.INCLINE


def aims(on: Deck | None = None, easy: int = 1000, ceiling: int = -100, step: int = 10) -> Aims:
    return Aims(Machine("bench", Speed(80), Speed(2000), step, on or deck()), runner(easy, ceiling))


# --- targets ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tenths", "most"),
    [(0, 2000), (-4, 2000), (-5, 1000), (-40, 1000), (-55, 975), (-70, 950), (-85, 925), (-100, 900), (60, 2000)],
)
def test_the_cap_of_a_runner_whose_easy_pace_is_ten(tenths: int, most: int) -> None:
    assert aims().cap(Grade(tenths)) == most


@given(st.integers(-100, 0), st.integers(-100, 0), st.integers(450, 1500))
def test_steeper_is_never_faster(a: int, b: int, easy: int) -> None:
    of = aims(easy=easy)
    assert of.cap(Grade(min(a, b))) <= of.cap(Grade(max(a, b)))


def test_the_cap_goes_by_the_steeper_of_target_and_deck_as_shown() -> None:
    of = aims()
    assert of.target(Grade(0), Speed(1200), Grade(-100)).speed == 900
    assert of.target(Grade(-100), Speed(1200), Grade(0)).speed == 900
    assert of.target(Grade(0), Speed(1200), Grade(0)).speed == 1200


@given(
    asked=st.integers(-100, 150),
    speed=st.integers(0, 2500),
    lowest=st.integers(-150, 0),
    step=st.integers(1, 15),
    offset=st.integers(-60, 20),
    ceiling=st.integers(-100, 0),
)
def test_a_target_is_inside_every_limit(asked: int, speed: int, lowest: int, step: int, offset: int, ceiling: int) -> None:
    try:
        on = deck(lowest, 150, step, offset)
    except ValueError:
        return
    target = aims(on, ceiling=ceiling).target(Grade(asked), Speed(speed), None)
    level = int(on.true(on.level))
    assert target.command == target.grade - offset
    assert target.command >= -100
    assert target.grade >= min(max(ceiling, -100), level)
    assert target.grade == level or (abs(target.grade) <= abs(asked) and target.grade * asked > 0)
    assert 80 <= target.speed <= 2000
    assert target.speed == 80 or target.speed <= speed


def test_declines_are_rounded_toward_level_and_said_so() -> None:
    target = aims(deck(step=10)).target(Grade(-45), Speed(800), None)
    assert target.grade == -40
    assert [limit.why for limit in target.limits] == ["this deck moves in steps of 1 %"]


def test_a_deck_in_steps_of_more_than_two_percent_is_not_tipped() -> None:
    of = aims(deck(step=25))
    assert of.target(Grade(-80), Speed(800), None).grade == 0
    assert "too coarse" in of.closed


def test_a_closed_deck_goes_nowhere_and_closed_declines_only_up() -> None:
    of = aims()
    of.close_declines("enough")
    assert (of.given(Grade(-40)), of.given(Grade(40))) == (0, 40)
    after = aims()
    after.stay_closed(of)
    assert (after.given(Grade(-40)), after.given(Grade(40)), after.closed) == (0, 40, "enough")
    of.close_deck("wrong way")
    assert (of.given(Grade(-40)), of.given(Grade(40))) == (0, 0)
    assert of.closed == "enough", "the first reason stays"


# --- what was changed -------------------------------------------------------------------------------------------------


def test_a_share_of_the_planned_speed_stays_and_is_exact() -> None:
    adjust = Adjustments()
    adjust.set_speed(Speed(750), Speed(800), Speed(800))
    adjust.forget_speed()
    assert adjust.eased_speed(Speed(800)) == 750
    assert adjust.eased_speed(Speed(1600)) == 1500


def test_faster_takes_a_share_back_and_never_makes_one() -> None:
    adjust = Adjustments()
    adjust.set_speed(Speed(700), Speed(1000), Speed(1000))
    adjust.set_speed(Speed(800), Speed(1000), Speed(700))
    assert adjust.eased_speed(Speed(1000)) == 800
    adjust.set_speed(Speed(850), Speed(1700), Speed(800))
    assert adjust.eased_speed(Speed(1000)) == 800, "faster than before is no wish to be slower later"
    adjust.set_speed(Speed(1100), Speed(1000), Speed(850))
    assert adjust.eased_speed(Speed(1000)) == 1000


def test_relief_is_for_slopes_of_its_own_direction() -> None:
    adjust = Adjustments()
    adjust.set_grade(Grade(-30), Grade(-50))
    adjust.forget_grade()
    assert [adjust.eased_grade(Grade(g)) for g in (-100, -10, 0, 40)] == [-80, 0, 0, 40]


# --- the book ---------------------------------------------------------------------------------------------------------


def test_a_target_told_back_is_ours() -> None:
    book = Ledger()
    book.target(SPEED, 180, 10.0)
    assert book.whose(SPEED, 180, 10.1) is Whose.OURS
    assert book.whose(SPEED, 180, 24.9) is Whose.OURS, "the newest may be told many times"
    assert book.whose(INCLINE, 180, 10.1) is Whose.CONSOLE
    assert book.whose(SPEED, 180, 25.1) is Whose.CONSOLE


def test_an_older_target_has_one_echo() -> None:
    book = Ledger()
    book.target(INCLINE, -20, 10.0)
    book.target(INCLINE, -40, 12.0)
    assert book.whose(INCLINE, -20, 12.1) is Whose.OURS
    assert book.whose(INCLINE, -40, 12.2) is Whose.OURS
    assert book.whose(INCLINE, -20, 12.3) is Whose.CONSOLE


def test_another_number_right_after_ours_is_ours_misread_once() -> None:
    book = Ledger()
    book.target(SPEED, 180, 10.0)
    assert book.whose(SPEED, 290, 10.1) is Whose.OURS_MISREAD
    assert book.whose(SPEED, 290, 10.2) is Whose.CONSOLE
    book.target(SPEED, 200, 20.0)
    assert book.whose(SPEED, 290, 22.1) is Whose.CONSOLE, "two seconds later"
    book.target(SPEED, 250, 30.0)
    book.whose(SPEED, 250, 30.1)
    assert book.whose(SPEED, 290, 30.2) is Whose.CONSOLE, "ours was told already"


def test_a_raise_waits_for_every_answer_however_long() -> None:
    book = Ledger()
    book.sending(frozenset({SPEED, INCLINE}))
    book.answered(SPEED, 10.2)
    assert not book.all_answered(100.0), "a link that has no word for a command cannot write"
    book.answered(INCLINE, 10.4)
    assert not book.all_answered(10.7), "the link would let it wait"
    assert book.all_answered(10.8)


def test_an_answer_that_came_late_puts_the_next_raise_off_by_a_second() -> None:
    book = Ledger()
    assert book.spaced(SPEED, 0.0)
    book.answered(SPEED, 12.0)
    assert not book.spaced(SPEED, 12.9)
    assert book.spaced(SPEED, 13.0)
    assert book.spaced(INCLINE, 12.1)


@pytest.mark.parametrize("kind", [CommandKind.STOP, CommandKind.PAUSE])
def test_stop_and_pause_clear_what_was_queued(kind: CommandKind) -> None:
    book = Ledger()
    book.sending(frozenset({SPEED, INCLINE}))
    book.sending(frozenset({kind}))
    book.answered(kind, 11.1)
    assert book.all_answered(11.5)


def test_after_a_failure_there_is_a_moment_of_nothing_of_its_kind() -> None:
    book = Ledger()
    book.failed(SPEED, 1.0, 10.0)
    assert (book.failures, book.may_send(SPEED, 10.9), book.may_send(SPEED, 11.0)) == (1, False, True)
    assert book.may_send(INCLINE, 10.0)


# --- the deck waits for what the gate waits for ------------------------------------------------------------------------


class Way:
    """A belt at 8 km/h on a level deck, seen once a second, and what is sent to it."""

    def __init__(self) -> None:
        self.sight = Sight(deck())
        self.drive = Drive(aims(), self.sight, "km/h", DeckProof(deck()))
        self.now = 0.0

    def go(self, grade: int, speed: int, seconds: int = 1) -> list[Command]:
        sent: list[Command] = []
        for _ in range(seconds):
            self.now += 1.0
            self.sight.see(Telemetry(Speed(800), Grade(0)), self.now)
            target = Target(Grade(grade), Grade(grade), Speed(speed), ())
            sent += self.drive.toward(target, self.now, Room.ALL, segment(60))[0]
        return sent


def test_no_tipping_while_the_gate_takes_the_belt_for_getting_faster() -> None:
    """We sent it faster, and somebody at the console at once took that back: to the gate it is under way for twenty seconds."""
    way = Way()
    assert way.go(0, 900, 4) == [SetSpeed(Speed(900))]
    way.drive.adopt_speed(Speed(800), way.now)
    assert way.go(-10, 800, 20) == []
    assert way.go(-10, 800, 10) == [SetIncline(Grade(-10))]


def test_a_belt_that_arrived_before_the_console_slowed_it_holds_no_deck_back() -> None:
    way = Way()
    assert way.go(0, 830, 4) == [SetSpeed(Speed(830))]
    way.drive.adopt_speed(Speed(800), way.now)
    assert way.go(-10, 800, 2) == [SetIncline(Grade(-10))]
