"""Does it follow, and did the console move it? Judged by readings; a single odd one decides nothing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from treadctl.engine.watch import Verdict, Watch

WELL, PAST, MOVED = Verdict.WELL, Verdict.PAST, Verdict.MOVED


def watch() -> Watch:
    """As for a belt: within 0.3 km/h is there, 0.1 is progress, 0.3 is a move."""
    return Watch(30, 10, 30)


def verdicts(readings: list[int], sent: int | None = 900, judge: Watch | None = None, since: float = 0.0) -> list[Verdict]:
    judge = judge or watch()
    return [judge.judge(shown, sent, 0.0, since + n) for n, shown in enumerate(readings)]


def test_on_its_way_and_there_is_well() -> None:
    assert set(verdicts([*range(500, 900, 40), *[905, 890] * 20])) == {WELL}


def test_no_nearer_for_twelve_seconds_is_not_following() -> None:
    said = verdicts([500] * 15)
    assert said[:13] == [WELL] * 13
    assert said[13] is Verdict.NOT_FOLLOWING


def test_a_slow_machine_that_gets_on_is_following() -> None:
    assert set(verdicts([500 + 10 * (n // 5) for n in range(200)])) == {WELL}


def test_further_away_in_two_readings_is_the_wrong_way_after_four_seconds() -> None:
    said = verdicts([500, 460, 420, 380, 340, 300, 260], sent=900)
    assert said[:6] == [WELL] * 6
    assert said[6] is Verdict.WRONG_WAY


def test_past_the_target_is_past() -> None:
    said = verdicts([500, 600, 800, 1000, 1100, 1200, 1250, 1300])
    assert said[-1] is PAST
    assert WELL in said[:5]


def test_one_odd_reading_is_nothing() -> None:
    for odd in (0, 300, 2000):
        said = verdicts([900] * 10 + [odd] + [900] * 10)
        assert set(said) == {WELL}


def test_a_settled_value_that_moves_was_moved_and_is_followed_until_it_rests() -> None:
    judge = watch()
    said = verdicts([900] * 6, judge=judge)
    assert set(said) == {WELL}
    said = verdicts([860, 820, 780, 740, 700], judge=judge, since=6.0)
    assert said == [WELL, MOVED, MOVED, MOVED, MOVED]
    assert judge.judge(700, 700, 0.0, 11.0) is WELL, "adopted, and at rest"


def test_a_value_that_had_not_settled_was_not_moved() -> None:
    assert MOVED not in verdicts([500, 600, 700, 600, 500, 400, 300, 200])


def test_nothing_sent_is_nothing_to_judge() -> None:
    assert set(verdicts([0, 500, 1500, 20], sent=None)) == {WELL}


def test_a_new_target_begins_a_new_judgement() -> None:
    judge = watch()
    verdicts([500] * 10, judge=judge)
    assert judge.judge(500, 600, 10.0, 11.0) is WELL
    assert judge.judge(500, 600, 10.0, 22.0) is WELL
    assert judge.judge(500, 600, 10.0, 22.5) is Verdict.NOT_FOLLOWING


def test_the_same_target_sent_again_begins_a_new_judgement_too() -> None:
    judge = watch()
    verdicts([500] * 10, sent=600, judge=judge)
    judge.judge(500, None, 0.0, 60.0)
    assert judge.judge(500, 600, 60.0, 61.0) is WELL


@given(st.lists(st.integers(0, 2500), min_size=1, max_size=40), st.integers(1, 2500))
def test_no_verdict_comes_from_one_reading(readings: list[int], sent: int) -> None:
    assert verdicts(readings[:1], sent=sent) == [WELL]
    assert all(isinstance(verdict, Verdict) for verdict in verdicts(readings, sent=sent))
