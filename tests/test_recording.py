"""Recordings of raw frames: what is written is read again, and what is no recording says where and why."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.treadmill.recording import Frame, Recording, RecordingError, header, is_recording, line, load, parse

WHERE = Path("deck.jsonl")
SEEN = Recording("Omega", "2026-11-22T20:00:00+00:00", frozenset({0x2ACD, 0x2AD9}), {0x2A24: b"Omega Z"})
FRAMES = (Frame(0.5, 0x2ACD, bytes.fromhex("0800e803000000000000")), Frame(1.5, 0x2ADA, b"\x02\x01"))


def written(*frames: Frame, seen: Recording = SEEN) -> str:
    return "".join(f"{text}\n" for text in (header(seen, "1"), *map(line, frames)))


def refused(text: str) -> str:
    with pytest.raises(RecordingError) as error:
        parse(text, WHERE)
    assert "\n" not in str(error.value)
    return str(error.value)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "frames.jsonl"
    path.write_text(written(*FRAMES))
    found = load(path)
    assert (found.name, found.begun, found.torn) == ("Omega", "2026-11-22T20:00:00+00:00", False)
    assert found.offered == {0x2ACD, 0x2AD9}
    assert found.values == {0x2A24: b"Omega Z"}
    assert found.frames == FRAMES


@given(
    st.lists(
        st.builds(
            Frame,
            st.integers(0, 10**8).map(lambda ms: ms / 1000),
            st.integers(0, 0xFFFF) | st.just(1 << 127),
            st.binary(max_size=512),
        ),
        max_size=5,
    )
)
def test_any_frames_survive_being_written(frames: list[Frame]) -> None:
    in_order = tuple(sorted(frames, key=lambda frame: frame.at))
    assert parse(written(*in_order), WHERE).frames == in_order


def test_a_last_line_cut_off_by_a_power_cut_loses_that_line_only() -> None:
    found = parse(written(*FRAMES)[:-12], WHERE)
    assert found.frames == FRAMES[:1]
    assert found.torn


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "deck.jsonl: the file is empty"),
        ("hello\n", "deck.jsonl:1: not the first line of a recording (not JSON)"),
        ('{"journal": 1}\n', "deck.jsonl:1: not the first line of a recording ('recording' is missing)"),
        ('{"recording": 7}\n', "deck.jsonl:1: a recording of format 7; this treadctl reads 1"),
        (written() + "hello\n\n", "deck.jsonl:2: not a frame (not JSON)"),
        (written() + '{"t": -1, "from": "2ACD", "octets": ""}\n\n', "deck.jsonl:2: not a frame (t is no time in seconds)"),
        (written() + '{"t": NaN, "from": "2ACD", "octets": ""}\n\n', "deck.jsonl:2: not a frame (NaN is no number)"),
        (written() + '{"t": 1, "from": "2AC", "octets": ""}\n\n', "deck.jsonl:2: not a frame (a characteristic is 4 hex digits"),
        (written() + '{"t": 1, "from": "2ACD", "octets": "0"}\n\n', "deck.jsonl:2: not a frame ("),
        (written() + '{"t": 1, "from": "2ACD"}\n\n', "deck.jsonl:2: not a frame ('octets' is missing)"),
        (written(*reversed(FRAMES)), "deck.jsonl:3: 0.5 s comes before the line above it"),
    ],
)
def test_what_is_no_recording_is_named_with_its_line(text: str, says: str) -> None:
    assert refused(text).startswith(says)


@given(st.text(max_size=200))
def test_no_text_does_anything_but_parse_or_be_refused(text: str) -> None:
    for whole in (text, written() + text):
        with contextlib.suppress(RecordingError):
            parse(whole, WHERE)


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"none\.jsonl: cannot be read: No such file"):
        load(tmp_path / "none.jsonl")


def test_journals_and_other_files_are_not_taken_for_recordings() -> None:
    assert is_recording(header(SEEN, "1"))
    assert not is_recording('{"journal": 1}')
    assert not is_recording("[1]")
    assert not is_recording("hello")
