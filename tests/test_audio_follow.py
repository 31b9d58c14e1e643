"""When the beat is heard: until the runner holds the target, and again when they lose it."""

from __future__ import annotations

from treadctl.audio.beat import Wish
from treadctl.audio.follow import Follow
from treadctl.coaching.cadence import CadenceTarget

TARGET = CadenceTarget(low_spm=173, aim_spm=176, high_spm=181, why="+7 % over your 165")
HEARD, FADED = (100, 2000), (0, 8000)


class Runner:
    """A beat and a pair of feet, a second at a time."""

    def __init__(self) -> None:
        self.follow = Follow()
        self.now = 100.0

    def runs(self, spm: int | None, seconds: int, target: CadenceTarget | None = TARGET) -> list[Wish]:
        wishes = []
        for _ in range(seconds):
            self.now += 1
            self.follow.feet(spm, self.now)
            wishes.append(self.follow.wish(target, self.now))
        return wishes

    def waits(self, seconds: int) -> Wish:
        self.now += seconds
        return self.follow.wish(TARGET, self.now)


def loud(wish: Wish) -> tuple[int, int]:
    return wish.loud_percent, wish.over_ms


def test_it_begins_at_the_runners_own_step_rate() -> None:
    assert Runner().runs(165, 1) == [Wish(176, 165, 100, 2000)]


def test_without_a_step_rate_it_begins_at_the_target() -> None:
    assert Runner().runs(None, 1) == [Wish(176, None, 100, 2000)]


def test_it_fades_when_the_target_is_held_for_ten_seconds_and_returns_when_it_is_lost_for_four() -> None:
    runner = Runner()
    runner.runs(165, 20)
    held = [loud(wish) for wish in runner.runs(175, 15)]
    assert held == [HEARD] * 10 + [FADED] * 5
    lost = [loud(wish) for wish in runner.runs(168, 6)]
    assert lost == [FADED] * 4 + [HEARD] * 2


def test_too_quick_is_lost_as_well() -> None:
    runner = Runner()
    runner.runs(175, 15)
    assert loud(runner.runs(190, 6)[-1]) == HEARD


def test_a_few_odd_steps_change_nothing() -> None:
    runner = Runner()
    runner.runs(175, 15)
    for _ in range(5):
        assert {loud(wish) for wish in runner.runs(168, 3) + runner.runs(175, 2)} == {FADED}


def test_feet_that_are_not_known_any_more_change_nothing() -> None:
    runner = Runner()
    runner.runs(175, 15)
    assert loud(runner.waits(60)) == FADED
    assert loud(runner.runs(None, 30)[-1]) == FADED
    heard = Runner()
    heard.runs(165, 5)
    assert loud(heard.waits(60)) == HEARD


def test_without_a_target_there_is_silence_and_the_next_one_begins_from_the_feet_again() -> None:
    runner = Runner()
    runner.runs(165, 5)
    assert runner.runs(170, 1, None) == [Wish(None, None, 0, 0)]
    assert runner.runs(168, 1) == [Wish(176, 168, 100, 2000)]


def test_a_new_target_is_heard_even_where_the_old_one_was_held() -> None:
    runner = Runner()
    runner.runs(175, 15)
    steeper = CadenceTarget(176, 180, 183, "more")
    assert runner.runs(175, 1, steeper) == [Wish(180, 175, 100, 2000)]
