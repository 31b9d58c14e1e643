"""`treadctl studio coach`: what staff type, and what they may bring along: programs and lines of their own."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import home, treadctl

from treadctl.cli.errors import BadInput, Exit
from treadctl.cli.studio_coach import console_name, library, own_lines, own_programs, secret_key
from treadctl.studio.coach import Coach
from treadctl.studio.messages import MOST_OFFER_BYTES
from treadctl.studio.signing import CoachKey
from treadctl.workout.library import names

__all__ = ["home"]

HILL = "title: My hill\nsteps:\n  - warm-up: 4 min\n  - decline: 2 min\n    grade: -3\n    speed: easy\n"


def test_without_a_terminal_there_is_no_console(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, _, err = treadctl(capsys, "studio", "coach", "--broker", "desk", "--studio", "north", "--key", "coach.key")
    assert code == Exit.BAD_INPUT
    assert "needs a terminal" in err


def test_the_library_begins_with_the_gentlest() -> None:
    found = library()
    assert len(found) == len(names())
    assert found[0].workout.steepest >= found[-1].workout.steepest
    assert found[-1].workout.title == "Ten percent"


def test_every_workout_that_comes_along_can_be_offered() -> None:
    key = CoachKey.new()
    coach = Coach("north", console_name(), key.public, 1_800_000_000.0)
    coach.step(1_800_000_010.0)
    for program in library():
        assert not coach.offer("monday", program.workout.title, program.text, 1_800_000_010.0)
        *_, offer = (word for word in coach.step(1_800_000_010.0) if word.kind == "offer")
        assert len(key.seal(offer)) <= MOST_OFFER_BYTES
        coach._saying.keep()


def test_programs_of_ones_own_come_from_a_folder_and_a_mistake_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "hill.yaml").write_text(HILL)
    (program,) = own_programs(tmp_path)
    assert (program.workout.title, program.text) == ("My hill", HILL)
    (tmp_path / "worse.yaml").write_text(HILL.replace("-3", "-11"))
    with pytest.raises(BadInput, match=r"worse\.yaml:5"):
        own_programs(tmp_path)


def test_a_folder_without_programs_and_one_that_is_too_long_are_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no workout files"):
        own_programs(tmp_path)
    (tmp_path / "long.yaml").write_text(HILL + "#" * MOST_OFFER_BYTES)
    with pytest.raises(BadInput, match="too long to be sent"):
        own_programs(tmp_path)


def test_lines_of_ones_own_are_short_and_there(tmp_path: Path) -> None:
    path = tmp_path / "lines.txt"
    path.write_text("Look up.\n\n  Run tall.  \n")
    assert own_lines(path) == ("Look up.", "Run tall.")
    for text, says in (("", "no lines"), ("x" * 81, "longer than 80"), ("\x1b[2J", "longer than 80")):
        path.write_text(text)
        with pytest.raises(BadInput, match=says):
            own_lines(path)


def test_a_key_file_that_is_none_says_what_makes_one(tmp_path: Path) -> None:
    path = tmp_path / "coach.key"
    with pytest.raises(BadInput, match="No such file"):
        secret_key(path)
    path.write_text("secret")
    with pytest.raises(BadInput, match="treadctl studio setup makes one"):
        secret_key(path)


def test_two_consoles_of_one_computer_have_names_apart() -> None:
    assert console_name() != console_name()
