"""What a key at a lane means: letters, the digits of a number pad, mock runners; and what is typed about a room."""

from __future__ import annotations

import os
import struct
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadctl.cli.errors import BadInput
from treadctl.cli.keypad import check_keypad, listen, pressed
from treadctl.cli.studio_room import (
    choose_broker,
    choose_lanes,
    choose_name,
    choose_password,
    choose_public_key,
    choose_studio,
)
from treadctl.engine.words import Key
from treadctl.studio.lane_keys import At, meaning
from treadctl.studio.lane_words import LaneKey, LanePhase, PainToday, Said
from treadctl.studio.signing import CoachKey
from treadctl.studio.stand_in import StandIn

OFFERED, STARTED = At(LanePhase.OFFERED), At(LanePhase.STARTED, belt_is_still=False, belt_moves=True)
ASKED = At(LanePhase.OFFERED, asks_about_pain=True)
GUEST = At(LanePhase.STARTED, belt_is_still=False, finds_pace=True)


@pytest.mark.parametrize(
    ("typed", "at", "meant"),
    [
        ("a", OFFERED, (Said(LaneKey.READY),)),
        ("5", OFFERED, (Said(LaneKey.READY),)),
        ("a", STARTED, (Key.ARM,)),
        ("x", OFFERED, (Said(LaneKey.NOT_READY),)),
        ("s", STARTED, (Key.STOP,)),
        ("0", STARTED, (Key.STOP,)),
        ("x", STARTED, (Said(LaneKey.NOT_READY),)),
        ("s", OFFERED, (Said(LaneKey.NOT_READY),)),
        ("s", At(LanePhase.OFFERED, belt_is_still=False), (Said(LaneKey.NOT_READY), Key.STOP)),
        ("g", STARTED, (Key.RESUME,)),
        ("9", At(LanePhase.STARTED, may_go_on=True), (Said(LaneKey.GO_ON),)),
        ("6", STARTED, (Key.FASTER,)),
        ("4", STARTED, (Key.SLOWER,)),
        ("+", GUEST, (Said(LaneKey.QUICKER),)),
        ("-", GUEST, (Said(LaneKey.GENTLER),)),
        ("8", STARTED, (Key.FLATTER,)),
        ("2", STARTED, (Key.STEEPER,)),
        ("1", STARTED, (Key.WALK,)),
        ("w", STARTED, (Key.WALK,)),
        ("7", STARTED, (Key.PAUSE,)),
        ("0", ASKED, (PainToday(0),)),
        ("10", ASKED, (PainToday(10),)),
        ("11", ASKED, ()),
        ("?", OFFERED, ()),
        ("²", ASKED, ()),
    ],
)
def test_these_keys_mean_this(typed: str, at: At, meant: tuple[object, ...]) -> None:
    assert meaning(typed, at) == meant


def test_a_number_answers_about_pain_but_zero_on_a_moving_belt_is_stop() -> None:
    moving = At(LanePhase.OFFERED, asks_about_pain=True, belt_is_still=False, belt_moves=True)
    assert meaning("0", moving, "keypad") == (Said(LaneKey.NOT_READY), Key.STOP)
    unseen = At(LanePhase.OFFERED, asks_about_pain=True, belt_is_still=False)
    assert meaning("0", unseen, "keypad") == (PainToday(0),)
    assert meaning("s", unseen) == (Said(LaneKey.NOT_READY), Key.STOP)


def test_a_pad_has_no_letters_and_says_where_it_was_pressed() -> None:
    assert meaning("a", OFFERED, "keypad") == ()
    assert meaning("5", OFFERED, "keypad") == (Said(LaneKey.READY, "keypad"),)


@given(
    st.text(max_size=3),
    st.builds(At, st.sampled_from(LanePhase), *[st.booleans()] * 5),
    st.sampled_from(["key", "keypad"]),
)
def test_nothing_that_can_be_typed_arms_who_has_not_started(typed: str, at: At, how: str) -> None:
    meant = meaning(typed, at, "keypad" if how == "keypad" else "key")
    assert Key.ARM not in meant or at.phase is LanePhase.STARTED


# --- a number pad on USB ------------------------------------------------------------------------------------------------


def event(code: int, value: int = 1, kind: int = 1) -> bytes:
    return struct.pack("llHHi", 0, 0, kind, code, value)


def test_a_pads_events_are_its_keys_each_press_once() -> None:
    held = event(82) + event(82, 2) + event(82, 0)
    assert list(pressed(held + event(76) + event(0, 0, 0) + event(83) + event(11) + event(30))) == ["0", "5", ".", "0"]


@pytest.mark.skipif(sys.platform == "win32", reason="Linux only")
def test_a_pad_acts_at_once_and_is_looked_for_again_when_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("treadctl.cli.keypad.AGAIN_S", 0.01)
    device, typed, told = tmp_path / "pad", list[str](), list[str]()
    gone, enough = threading.Event(), threading.Event()
    os.mkfifo(device)

    def tell(what: str) -> None:
        told.append(what)
        gone.set()

    def take(key: str) -> bool:
        typed.append(key)
        if key == "0":
            enough.set()
        return key != "0"

    listen(device, take, tell)
    device.write_bytes(event(76) + event(72)[:5])
    assert gone.wait(5)
    device.write_bytes(event(80) + event(82))
    assert enough.wait(5)
    assert typed == ["5", "2", "0"]
    assert told == ["the keypad is gone; the console's stop and the safety key are there", "the keypad is back"]


@pytest.mark.skipif(sys.platform == "win32", reason="Linux only")
def test_what_a_real_pad_sends_comes_through_in_whatever_pieces_it_arrives(tmp_path: Path) -> None:
    """A USB pad's stream (evdev): each press with its scan code before it and a report after it, repeats while it is held down,
    the light of the number lock in between; 5, 10 (as 1 and 0), the lock key, STOP."""
    scan, key, report, repeat = (4, 4), 1, (0, 0), 2
    stream = b""
    for code, usage in ((76, 0x7005D), (79, 0x70059), (82, 0x70062), (69, 0x70053), (82, 0x70062)):
        stream += event(scan[1], usage, scan[0]) + event(code, 1, key) + event(report[1], 0, report[0])
        stream += event(code, repeat, key) + event(report[1], 1, report[0])
        stream += event(scan[1], usage, scan[0]) + event(code, 0, key) + event(report[1], 0, report[0])
    stream += event(0, 1, 17)  # EV_LED: the lock is on
    device, typed, enough = tmp_path / "pad", list[str](), threading.Event()
    os.mkfifo(device)

    def take(letter: str) -> bool:
        typed.append(letter)
        if len(typed) == 5:
            enough.set()
        return len(typed) < 5

    listen(device, take, lambda _: None)
    with device.open("wb", buffering=0) as pad:
        for at in range(0, len(stream), 37):
            pad.write(stream[at : at + 37])
        pad.write(event(76, 1, key))  # the reader listens for as long as the pad sends: only this one lets it go
        assert enough.wait(5)
    assert typed == ["5", "1", "0", "0", "5"]


def test_a_pad_that_is_not_there_is_told_of_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="ls /dev/input/by-id"):
        check_keypad(tmp_path / "none")


# --- mock runners -------------------------------------------------------------------------------------------------------


def test_a_mock_runner_answers_says_ready_and_goes_on_a_while_after_being_asked() -> None:
    person, said, at = StandIn(7), list[object](), ASKED
    for tick in range(200):
        now = tick / 4
        word = person.look(at, now)
        if word is None:
            continue
        said.append(word)
        at = {PainToday: OFFERED, Said: At(LanePhase.READY)}[type(word)]
        assert now >= 1.0
    assert said == [PainToday(0), Said(LaneKey.READY)]
    assert person.look(At(LanePhase.STARTED, may_go_on=True), 100.0) is None
    assert person.look(At(LanePhase.STARTED, may_go_on=True), 107.0) == Said(LaneKey.GO_ON)


def test_a_mock_runner_is_not_ready_on_a_belt_that_moves() -> None:
    person = StandIn(7)
    assert not [now for now in range(60) if person.look(At(LanePhase.OFFERED, belt_is_still=False), float(now))]


# --- what a person types --------------------------------------------------------------------------------------------------


def test_lanes_are_a_number_a_range_or_several() -> None:
    assert choose_lanes("7") == (7,)
    assert choose_lanes("1-4") == (1, 2, 3, 4)
    assert choose_lanes("3, 1,3-5") == (3, 1, 4, 5)


@pytest.mark.parametrize("text", ["", "0", "8-1", "1000", "one", "1-", "-3", "1,,2"])
def test_no_other_text_names_lanes(text: str) -> None:
    with pytest.raises(BadInput, match="write 7, 1-8 or"):
        choose_lanes(text)


def test_a_lanes_password_comes_from_a_file_alone_or_by_its_user(tmp_path: Path) -> None:
    alone, several = tmp_path / "alone", tmp_path / "several"
    alone.write_text("secret\n")
    several.write_text("lane-1:one\nlane-2:t:wo\n")
    assert choose_password(alone, "lane-7") == "secret"
    assert choose_password(several, "lane-2") == "t:wo"
    assert choose_password(None, "lane-2") is None
    with pytest.raises(BadInput, match="no password for lane-3"):
        choose_password(several, "lane-3")
    address = choose_broker("mqtts://room.example", None, "lane-7", "secret")
    assert (address.host, address.port, address.user, address.password, address.tls) == (
        "room.example",
        8883,
        "lane-7",
        "secret",
        True,
    )


def test_the_coachs_public_key_is_digits_or_a_file_and_anything_else_is_told_of(tmp_path: Path) -> None:
    key = CoachKey.new().public
    kept = tmp_path / "coach.pub"
    kept.write_text(key.text + "\n")
    assert choose_public_key(key.text).text == choose_public_key(str(kept)).text == key.text
    kept.write_text("nothing")
    for text in (str(kept), str(tmp_path / "none"), "abc"):
        with pytest.raises(BadInput, match="--coach-key"):
            choose_public_key(text)


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: choose_studio("My Studio"),
        lambda: choose_name("a\nb"),
        lambda: choose_name("x" * 30),
        lambda: choose_broker("http://x", None),
        lambda: choose_broker("x", Path("/no/such/ca")),
    ],
)
def test_every_mistake_is_one_line(mistake: object) -> None:
    assert callable(mistake)
    with pytest.raises(BadInput) as told:
        mistake()
    assert "\n" not in str(told.value)
