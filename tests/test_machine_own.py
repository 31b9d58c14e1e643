"""What is known of one treadmill: written whole or not at all, read back as it was, and wrong by its line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.safety import SpeedUnit
from treadctl.treadmill.own import OwnTreadmill, all_own, load_own, own_path, parse_own, save_own
from treadctl.treadmill.profile_file import MachineFileError
from treadctl.units import Grade

ADDRESS = "D4:3B:1A:00:99:07"
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
OWN = st.builds(
    OwnTreadmill,
    st.from_regex(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}|[0-9A-F]{8}-[0-9A-F]{4}", fullmatch=True),
    st.just("") | TEXT,
    st.integers(-250, 250).map(Grade),
    st.booleans(),
    st.none() | st.sampled_from(SpeedUnit),
    st.none() | st.integers(1, 100),
    st.just("") | TEXT,
)


@settings(max_examples=60, deadline=None)
@given(OWN)
def test_what_is_written_is_what_is_read(own: OwnTreadmill) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = save_own(Path(folder), own)
        assert load_own(Path(folder), own.address.lower()) == own
        assert all_own(Path(folder)) == (own,)
        assert path == own_path(Path(folder), own.address)
        assert [p.name for p in Path(folder).iterdir()] == [path.name], "nothing is left beside it"


def test_of_a_treadmill_nobody_wrote_of_nothing_is_known(tmp_path: Path) -> None:
    assert load_own(tmp_path, ADDRESS) is None
    assert all_own(tmp_path / "none") == ()


def test_the_newest_word_counts(tmp_path: Path) -> None:
    save_own(tmp_path, OwnTreadmill(ADDRESS, offset=Grade(-20)))
    save_own(tmp_path, OwnTreadmill(ADDRESS, offset=Grade(-35), deck_rate=4))
    assert load_own(tmp_path, ADDRESS) == OwnTreadmill(ADDRESS, offset=Grade(-35), deck_rate=4)


def test_a_file_by_hand(tmp_path: Path) -> None:
    own_path(tmp_path, ADDRESS).write_text(f"address: {ADDRESS}\noffset: -2.5\nproven: yes\ndeck rate: 0.4\nspeed unit: mph\n")
    assert load_own(tmp_path, ADDRESS) == OwnTreadmill(ADDRESS, "", Grade(-25), True, SpeedUnit.MPH, 4)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("offset: -2\n", 1, "`address:` is missing"),
        ("address: a\noffset: steep\n", 2, "'steep' is not a grade"),
        ("address: a\noffset: -2.55\n", 2, "is not a grade"),
        ("address: a\noffset: -30\n", 2, "more than any block"),
        ("address: a\n\noffset: -2\nproven: maybe\n", 4, "neither yes nor no"),
        ("address: a\nofset: -2\n", 2, "'ofset' is not known here; did you mean 'offset'?"),
        ("address: a\ndeck rate: 0\n", 2, "not over 0"),
        ("address: a\nspeed unit: m/s\n", 2, "none of: km/h, mph"),
        ("address: a\naddress: b\n", 2, "given twice"),
        ("", 0, "the file is empty"),
    ],
)
def test_what_is_wrong_in_it_is_told_by_line(text: str, line: int, says: str) -> None:
    with pytest.raises(MachineFileError) as caught:
        parse_own(text.encode(), Path("own.yaml"))
    assert str(caught.value).startswith(f"own.yaml:{line}: " if line else "own.yaml: ")
    assert says in str(caught.value)


def test_a_file_of_another_treadmill_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    own_path(tmp_path, ADDRESS).write_text("address: FF:FF\noffset: -5\n")
    with pytest.raises(MachineFileError, match="of the treadmill at FF:FF"):
        load_own(tmp_path, ADDRESS)


@pytest.mark.parametrize("address", ["", "  "])
def test_a_treadmill_has_an_address(address: str) -> None:
    with pytest.raises(ValueError, match="known by its address"):
        OwnTreadmill(address)


def test_no_block_is_so_high() -> None:
    with pytest.raises(ValueError, match="more than any block"):
        OwnTreadmill(ADDRESS, offset=Grade(-251))


def test_what_cannot_be_written_is_told_and_what_was_there_stays(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineFileError, match="cannot be written"):
        save_own(tmp_path / "file" / "folder", OwnTreadmill(ADDRESS))
    before = save_own(tmp_path, OwnTreadmill(ADDRESS, offset=Grade(-20))).read_bytes()
    with pytest.raises(MachineFileError, match="at most 400"):
        save_own(tmp_path, OwnTreadmill(ADDRESS, note="x" * 401))
    assert own_path(tmp_path, ADDRESS).read_bytes() == before


@pytest.mark.parametrize("address", ["../../etc/passwd", "a/b", "..", "C:\\x"])
def test_no_address_leads_out_of_the_folder(tmp_path: Path, address: str) -> None:
    assert own_path(tmp_path, address).parent == tmp_path
    assert ".." not in own_path(tmp_path, address).name
