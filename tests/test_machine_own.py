"""What is known of one treadmill: written whole or not at all, read back as it was, and wrong by its line."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.safety import SpeedUnit
from treadctl.treadmill.known import known_here
from treadctl.treadmill.own import OwnTreadmill, all_own, load_own, own_path, parse_own, save_own
from treadctl.treadmill.profile_file import MOST_FILES, MachineFileError
from treadctl.units import Grade

ADDRESS = "D4:3B:1A:00:99:07"
TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=40)
OWN = st.builds(
    OwnTreadmill,
    st.from_regex(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}", fullmatch=True) | st.uuids().map(str),
    st.just("") | TEXT,
    st.integers(-250, 250).map(Grade),
    st.none() | st.booleans(),
    st.none() | st.sampled_from(SpeedUnit),
    st.none() | st.integers(1, 100),
    st.just("") | TEXT,
    st.none() | st.sampled_from(SpeedUnit),
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
        (f"address: {ADDRESS}\noffset: steep\n", 2, "'steep' is not a grade"),
        (f"address: {ADDRESS}\noffset: -2.55\n", 2, "is not a grade"),
        (f"address: {ADDRESS}\noffset: -30\n", 2, "more than any block"),
        (f"address: {ADDRESS}\n\noffset: -2\nproven: maybe\n", 4, "neither yes nor no"),
        (f"address: {ADDRESS}\nofset: -2\n", 2, "'ofset' is not known here; did you mean 'offset'?"),
        (f"address: {ADDRESS}\ndeck rate: 0\n", 2, "not over 0"),
        (f"address: {ADDRESS}\nspeed unit: m/s\n", 2, "none of: km/h, mph"),
        (f"address: {ADDRESS}\naddress: b\n", 2, "given twice"),
        ("", 0, "the file is empty"),
    ],
)
def test_what_is_wrong_in_it_is_told_by_line(text: str, line: int, says: str) -> None:
    with pytest.raises(MachineFileError) as caught:
        parse_own(text.encode(), Path("own.yaml"))
    assert str(caught.value).startswith(f"own.yaml:{line}: " if line else "own.yaml: ")
    assert says in str(caught.value)


def test_a_file_of_another_treadmill_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    own_path(tmp_path, ADDRESS).write_text("address: FF:3B:1A:00:99:07\noffset: -5\n")
    with pytest.raises(MachineFileError, match=r"of the treadmill at FF:.*rename it to ff-3b-1a-00-99-07\.yaml"):
        load_own(tmp_path, ADDRESS)


def test_two_files_of_one_treadmill_are_an_error_that_names_both_and_never_the_last_one_wins(tmp_path: Path) -> None:
    """The offset would be lost, and with it five percent of every limit."""
    save_own(tmp_path, OwnTreadmill(ADDRESS, offset=Grade(-50)))
    (tmp_path / "my-old-copy.yaml").write_text(f"address: {ADDRESS.lower()}\noffset: 0\nproven: yes\n")
    for look in (lambda: known_here(tmp_path / "none", tmp_path), lambda: load_own(tmp_path, ADDRESS), lambda: all_own(tmp_path)):
        with pytest.raises(MachineFileError, match=r"my-old-copy\.yaml: .* there is also d4-3b-1a-00-99-07\.yaml: delete one"):
            look()


@pytest.mark.parametrize("written", [ADDRESS.lower(), ADDRESS.replace(":", "-"), f" {ADDRESS} "])
def test_however_an_address_is_written_its_file_counts(tmp_path: Path, written: str) -> None:
    own_path(tmp_path, ADDRESS).write_text(f'address: "{written}"\noffset: -5\n')
    for asked in (ADDRESS, ADDRESS.lower(), ADDRESS.replace(":", "-")):
        found = known_here(tmp_path / "none", tmp_path).own(asked)
        assert found is not None
        assert found.offset == -50
        assert load_own(tmp_path, asked) == found
    assert load_own(tmp_path, "D4:3B:1A:00:99:08") is None


@pytest.mark.parametrize("name", ["d4-3b-1a-00-99-07.yml", "d4-3b-1a-00-99-07.YAML", "x.Yml"])
def test_a_file_that_would_be_passed_over_is_an_error(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"address: {ADDRESS}\noffset: -5\n")
    with pytest.raises(MachineFileError, match=r"only files that end in \.yaml are read; rename it"):
        load_own(tmp_path, ADDRESS)


def test_a_file_that_leads_nowhere_and_a_folder_that_is_none_are_errors(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineFileError, match="cannot be read"):
        all_own(tmp_path / "file")
    (tmp_path / "folder.yaml").mkdir()
    assert all_own(tmp_path) == ()
    own_path(tmp_path, ADDRESS).symlink_to(tmp_path / "gone")
    with pytest.raises(MachineFileError, match="cannot be read"):
        all_own(tmp_path)


def test_one_file_too_many_is_an_error_and_not_left_out(tmp_path: Path) -> None:
    for number in range(MOST_FILES):
        address = f"00:00:00:00:{number // 256:02x}:{number % 256:02x}"
        own_path(tmp_path, address).write_text(f"address: {address}\n")
    assert len(all_own(tmp_path)) == 500
    own_path(tmp_path, ADDRESS).write_text(f"address: {ADDRESS}\noffset: -5\n")
    with pytest.raises(MachineFileError, match="501 files in it, and no more than 500 are read"):
        all_own(tmp_path)


def test_nothing_said_of_declines_is_not_the_same_as_no(tmp_path: Path) -> None:
    for proven, line in ((None, ""), (True, "proven: yes"), (False, "proven: no")):
        path = save_own(tmp_path, OwnTreadmill(ADDRESS, proven=proven))
        assert ("proven:" in path.read_text()) == bool(line)
        assert line in path.read_text()
        assert load_own(tmp_path, ADDRESS) == OwnTreadmill(ADDRESS, proven=proven)


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


@pytest.mark.parametrize(
    "address", ["ä", "日本", "AA:BB", "../../etc/passwd", f"{ADDRESS}:00", "D4.3B.1A.00.99.07", f"{ADDRESS}x"]
)
def test_what_is_no_address_is_not_written_and_so_never_into_anothers_file(tmp_path: Path, address: str) -> None:
    with pytest.raises(MachineFileError, match="no address of a treadmill"):
        save_own(tmp_path, OwnTreadmill(address, offset=Grade(-50)))
    assert list(tmp_path.iterdir()) == []


def test_the_address_that_macos_gives_is_one_too(tmp_path: Path) -> None:
    own = OwnTreadmill("5C3F9A52-7E06-4C0B-9B7B-2C36F4AE0F11", offset=Grade(-50))
    save_own(tmp_path, own)
    assert load_own(tmp_path, own.address) == own
