"""The whole chain under hundreds of sessions drawn from seeds: anybody's workout, any treadmill, any keys, console and faults.

The referee (`referee.py`) sees every byte that leaves and the mock's own truth. A session is nothing but its seed: to see a
foul again, run `python tests/referee.py SEED`.
"""

from __future__ import annotations

import pytest
from referee import Referee, cut_off, drawn

SHORT = range(400)
LONG = range(1_000, 11_000)
BATCH = 500


def no_fouls(seeds: range) -> None:
    fouls = []
    for seed in seeds:
        try:
            Referee(drawn(seed)).run()
        except AssertionError as foul:
            fouls.append(str(foul))
    assert not fouls, "\n".join(fouls)


@pytest.mark.parametrize("first", SHORT[::50])
def test_the_gate_never_refuses_the_engine(first: int) -> None:
    no_fouls(range(first, first + 50))


@pytest.mark.parametrize("seed", [700022, 700679, 701088])
def test_a_pause_that_was_written_twice_ends_no_session_for_the_treadmills_sake(seed: int) -> None:
    """Frames of before, and a stray zero when the Pause was written."""
    game = Referee(drawn(seed))
    game.run()
    assert "the treadmill does not pause: stopping" not in game.said


def test_a_session_that_is_over_asks_for_control_only_to_stop_its_own_belt_again() -> None:
    """Another app has the treadmill, and every Stop is refused."""
    game = Referee(drawn(712903))
    game.run()
    assert game.written[-1][1] in (b"\x08\x01", b"\x00")
    assert game.simulation.engine.belt_is_ours
    assert game.said.count("stop was rejected: use the console or the key") == 1


def test_a_start_at_the_console_while_paused_is_not_taken_for_ours() -> None:
    game = Referee(drawn(701971))
    game.run()
    assert "the treadmill does not pause: stopping" not in game.said


def test_a_deck_that_ignored_a_climb_is_not_sent_half_way_up_it_unseen() -> None:
    """Told to climb by 2 %, level half a minute later, then silent: 1.5 % is less than was asked, and more than there is."""
    Referee(drawn(5940)).run()


@pytest.mark.parametrize("first", [0, 50])
def test_a_stop_pressed_about_when_the_link_is_lost_is_written_in_time_or_finds_a_still_belt(first: int) -> None:
    for seed in range(first, first + 50):
        Referee(cut_off(seed)).run()


@pytest.mark.long
@pytest.mark.parametrize("first", LONG[::BATCH])
def test_the_gate_never_refuses_the_engine_in_ten_thousand_sessions(first: int) -> None:
    no_fouls(range(first, first + BATCH))


def test_a_session_is_nothing_but_its_seed() -> None:
    """What failed once can be looked at."""
    once, again = Referee(drawn(7)), Referee(drawn(7))
    assert once.run() is again.run()
    assert once.written == again.written
    assert once.said == again.said


def test_the_sessions_are_worth_watching() -> None:
    """A referee on an empty field sees no fouls: among these there are starts, declines, pauses, troubles and every ending."""
    games = [Referee(drawn(seed)) for seed in range(40)]
    endings = {game.run() for game in games}
    written = [payload for game in games for _, payload in game.written]
    assert len(endings) >= 4
    assert sum(payload == b"\x07" for payload in written) >= 20
    assert sum(payload[0] == 3 and payload[2] == 0xFF for payload in written) >= 50, "negative inclines"
    assert sum(payload == b"\x08\x02" for payload in written) >= 5
    assert sum(payload == b"\x08\x01" for payload in written) >= 20
