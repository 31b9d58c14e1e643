"""What a runner has is kept in a small file that a person can read, edit and get wrong."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.cli.gear import Gear, load_gear, parse_gear, save_gear
from treadctl.cli.sound import VOICES
from treadctl.treadmill.profile_file import MachineFileError

WHOLE = Gear(
    "C8:11:22:33:44:55",
    'Ana\'s "F85"',
    datetime(2026, 11, 22, 18, 30, tzinfo=timezone(timedelta(hours=1))),
    "E1:00:00:00:00:02",
    "E1:00:00:00:00:03",
    "chatty",
    60,
    metronome=False,
)
NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), max_size=30)


def test_all_that_is_written_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "settings" / "gear.yaml"
    assert save_gear(WHOLE, path) == path
    assert load_gear(path) == WHOLE
    assert "# the Bluetooth address of your own" in path.read_text(encoding="utf-8")


def test_nothing_said_is_nothing_read(tmp_path: Path) -> None:
    assert load_gear(tmp_path / "not there.yaml") == Gear()
    assert load_gear(save_gear(Gear(), tmp_path / "gear.yaml")) == Gear()


@given(NAMES, NAMES)
def test_any_name_and_any_address_come_back(treadmill: str, name: str) -> None:
    from treadctl.cli.gear import _text

    gear = Gear(treadmill, name, volume=0)
    assert parse_gear(_text(gear).encode(), Path("gear.yaml")) == gear


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("volume: 11\nvoice: loud\n", "gear.yaml:2: voice 'loud' is none of: quiet, coach, chatty, off"),
        ("volume: 101\n", "gear.yaml:1: volume 101 is not a whole number from 0 to 100"),
        ("\nmetronome: perhaps\n", "gear.yaml:2: metronome 'perhaps' is neither yes nor no"),
        ("seen: yesterday\n", "gear.yaml:1: seen 'yesterday' is no date; write it like 2026-11-22 18:30"),
        ("foot pud: E1\n", "gear.yaml:1: 'foot pud' is not known here; did you mean 'foot pod'?"),
        ("- a list\n", "gear.yaml:1: this is a list or a text"),
    ],
)
def test_a_mistake_is_told_with_file_and_line(text: str, told: str) -> None:
    with pytest.raises(MachineFileError) as error:
        parse_gear(text.encode(), Path("gear.yaml"))
    assert told in str(error.value)


def test_every_voice_can_be_kept(tmp_path: Path) -> None:
    for voice in VOICES:
        assert load_gear(save_gear(Gear(voice=voice), tmp_path / "gear.yaml")).voice == voice


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(MachineFileError, match="it cannot be written"):
        save_gear(Gear(), tmp_path / "a file" / "gear.yaml")
