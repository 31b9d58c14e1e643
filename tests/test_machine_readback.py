"""A readback that is put right: never so far, nor on so many machines, that a deck past −10 % could look like one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_link import Wire
from test_machine_profiles import made, with_quirk

from treadctl.engine.sight import Sight
from treadctl.engine.words import Machine, Telemetry
from treadctl.safety import Deck
from treadctl.treadmill.link import Link
from treadctl.treadmill.profile import Manner
from treadctl.treadmill.profile_file import MachineFileError, parse_machine
from treadctl.units import Grade, Speed

DECK = Deck(Grade(-100), Grade(150), 5, proven=True)
FILE = "machine: M\nmatch:\n  name: '{name}'\nquirks:\n  - readback offset: {offset}\n    source: me\n"


@pytest.mark.parametrize(("offset", "kept"), [("6", 60), ("-6", -60), ("0.5", 5)])
def test_a_readback_may_be_a_few_percent_off(offset: str, kept: int) -> None:
    profile = parse_machine(FILE.format(name="Runner*", offset=offset).encode(), Path("x.yaml"))
    assert profile.manner.readback_offset == kept


@pytest.mark.parametrize("offset", ["6.1", "-6.1", "-90", "100"])
def test_more_is_no_readback_that_is_off(offset: str) -> None:
    with pytest.raises(MachineFileError, match=r"x\.yaml:5: .*between -6\.0 % and \+6\.0 %"):
        parse_machine(FILE.format(name="Runner*", offset=offset).encode(), Path("x.yaml"))


def test_a_readback_is_not_put_right_on_machines_that_are_met_by_chance() -> None:
    with pytest.raises(MachineFileError, match="`readback offset`, and its match is too wide"):
        parse_machine(FILE.format(name="*e*", offset="-2").encode(), Path("x.yaml"))
    ours = parse_machine(FILE.format(name="*e*", offset="2").encode(), Path("x.yaml"), shipped=True)
    assert ours.manner.readback_offset == 20


@pytest.mark.parametrize(("offset", "lowest"), [("-2", -80), ("-0.3", -95), ("-6", -40), ("0", -100), ("6", -100)])
def test_a_deck_is_asked_for_nothing_at_which_it_would_tell_of_more_than_ten_percent_down(offset: str, lowest: int) -> None:
    profile = parse_machine(FILE.format(name="Runner*", offset=offset).encode(), Path("x.yaml"))
    assert made(profile).deck.lowest == lowest


def test_where_readings_are_not_believed_there_is_nothing_to_put_right() -> None:
    profile = with_quirk("readback: absent")
    assert made(profile).deck.lowest == -100


def told(offset: int, shown: int) -> tuple[Telemetry, bool]:
    """What the engine hears of a deck that shows so much for five seconds, and whether rule 4 stops it."""
    wire = Wire()
    wire.link = Link(Machine("wire", Speed(80), Speed(2000), 10, DECK), manner=Manner(readback_offset=Grade(offset)))
    sight, last = Sight(DECK), Telemetry()
    for _ in range(5):
        wire.shows(800, 1, grade=shown)
        for happened in wire.link.happened():
            if isinstance(happened, Telemetry):
                sight.see(happened, wire.now)
                last = happened
    return last, sight.past_hard_stop


@pytest.mark.parametrize(("offset", "shown"), [(-60, -160), (-60, -106), (-20, -106), (20, -86), (0, -106)])
def test_rule_4_takes_the_steeper_of_what_a_deck_tells_and_what_that_is_put_right_to(offset: int, shown: int) -> None:
    assert told(offset, shown)[1]


@pytest.mark.parametrize(("offset", "shown", "heard"), [(-20, -100, -80), (-20, -104, -84), (60, 60, 0), (60, -30, -90)])
def test_a_reading_that_the_deck_may_show_is_put_right(offset: int, shown: int, heard: int) -> None:
    assert told(offset, shown) == (Telemetry(Speed(800), Grade(heard), elapsed_s=5), False)
