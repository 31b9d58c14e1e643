"""What becomes of a Stop that another app's control, or a link made a moment ago, stands in the way of."""

from __future__ import annotations

import pytest
from test_link import CONTROL, STOP, Wire

from treadctl.ftms.control_point import Result
from treadctl.safety import Stop


def test_every_stop_that_was_not_permitted_makes_the_next_one_ask_for_control_again() -> None:
    """Another app holds the treadmill for a while, and then lets go without a word."""
    wire = Wire().shows(800, 3)
    others = 3  # Stops during which it is the other app's
    written: list[bytes] = []
    for press in range(5):
        wire.later(1).offer(Stop())
        while (octets := wire.take()) is not None:
            written.append(octets)
            refused = press < others
            wire.answers(octets, Result.CONTROL_NOT_PERMITTED if refused else Result.SUCCESS)
    assert written[:4] == [CONTROL, STOP, CONTROL, STOP], "once by itself"
    assert written[4:8] == [CONTROL, STOP, CONTROL, STOP], "and once for each press"
    assert written[8:] == [CONTROL, STOP, STOP], "permitted, and control is ours from there on"


def test_a_belt_that_nobody_had_seen_when_stop_was_written_gets_no_second_one_while_it_slows() -> None:
    """Over a link made a moment ago there is no frame yet, and a belt that was seen at no speed is not one that does not slow."""
    wire = Wire().in_control()
    wire.later(0.5).offer(Stop())
    wire.answers(wire.take())
    for speed in (900, 750, 600, 450, 300, 150, 0, 0):
        wire.shows(speed)
        assert wire.take() is None, f"at {speed}"


@pytest.mark.parametrize("speed", [900, 100])
def test_a_belt_that_nobody_had_seen_when_stop_was_written_and_that_does_not_slow_gets_another(speed: int) -> None:
    wire = Wire().in_control()
    wire.later(0.5).offer(Stop())
    wire.answers(wire.take())
    wire.shows(speed, 4).later(0.1)
    taken = wire.take() or wire.shows(speed, 2).later(0.1).take()
    assert taken == STOP
