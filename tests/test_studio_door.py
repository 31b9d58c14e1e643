"""What reaches a lane: words, signatures, topics and the door that lets in what is signed, fresh, new and meant for it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from treadctl.studio.accept import Door, Refusal
from treadctl.studio.messages import (
    ALL,
    COMMANDS,
    REPORTS,
    Adjust,
    Command,
    Lease,
    Offer,
    Online,
    Pause,
    Reason,
    Say,
    Start,
    State,
    Stop,
    Time,
    Unreadable,
    Walk,
    canonical,
    read_command,
    read_report,
)
from treadctl.studio.signing import CoachKey, KeyProblem, PublicKey
from treadctl.studio.topics import CHANNELS, Who, access_of, address_of, covers, heard_by_lane, mosquitto_acl, topic_of
from treadctl.units import Grade, Speed

KEY = CoachKey.read("11" * 32)
HEARD_BY_LANES = ("offer", "start", "adjust", "pause", "stop", "walk", "say", "lease")
THIEF = CoachKey.read("22" * 32)
NOW_S = 1_800_000_000.0
NOW_MS = 1_800_000_000_000


def head(seq: int = 1, **changed: Any) -> dict[str, Any]:
    plain = {"studio": "gym", "coach": "c1", "class_id": "monday", "lanes": ALL, "id": f"c1-{seq}", "seq": seq}
    return plain | {"issued_ms": NOW_MS, "expires_ms": NOW_MS + 10_000} | changed


def a_door(*, leads: bool = True) -> Door:
    door = Door("gym", 7, KEY.public)
    door.class_id = "monday"
    if leads:
        assert isinstance(give(door, Lease(**head(0, id="l", class_id="none"), held=True)), Lease)
    return door


def give(
    door: Door,
    command: Command,
    *,
    key: CoachKey = KEY,
    retained: bool = False,
    now: float = 5.0,
    coach_s: float | None = NOW_S,
    topic: str | None = None,
) -> Command | Refusal:
    return door.accept(topic or topic_of(command), key.seal(command), retained, now, coach_s)


def why(answer: Command | Refusal) -> Reason | None:
    return answer.reason if isinstance(answer, Refusal) else None


EVERY: list[Command] = [
    Offer(**head(), title="Hills", program="title: x"),
    Start(**head(), t0_ms=NOW_MS + 12_000),
    Adjust(**head(), what="next"),
    Pause(**head()),
    Stop(**head()),
    Walk(**head()),
    Say(**head(), text="look up"),
    Lease(**head(), held=True),
    Time(**head(lanes=(7,)), nonce=1, asked_us=2, came_us=3, left_us=4),
]
each_word = pytest.mark.parametrize("command", EVERY, ids=lambda command: command.kind)


# --- words ----------------------------------------------------------------------------------------------------------------


def test_there_is_an_example_of_every_word() -> None:
    assert {command.kind for command in EVERY} == set(COMMANDS)
    assert set(CHANNELS) == set(COMMANDS) | set(REPORTS) | {"class"}


@each_word
def test_a_word_is_read_as_it_was_written(command: Command) -> None:
    assert read_command(command.kind, canonical(command)) == command
    assert topic_of(command) == f"treadctl/v1/gym/coach/{command.kind}{'/7' if command.kind == 'time' else ''}"


def test_a_state_holds_speed_and_grade_in_units_of_the_wire() -> None:
    state = State(
        studio="gym", lane=7, boot="b", seq=1, phase="running", belt="moving", real_speed=Speed(850), real_grade=Grade(-35)
    )
    plain = json.loads(canonical(state))
    assert (plain["real_speed"], plain["real_grade"]) == (850, -35)
    assert read_report("state", canonical(state)) == state


def test_a_state_tells_nothing_about_the_body() -> None:
    told = set(State.__dataclass_fields__)
    allowed = {"studio", "lane", "class_id", "boot", "seq", "issued_ms", "kind", "name", "phase", "step", "limited", "belt"}
    allowed |= {"asked_speed", "asked_grade", "real_speed", "real_grade", "moving_since_ms", "clock_bound_us", "hears_coach"}
    allowed |= {"said"}  # of belt, deck and form; test_what_a_runner_is_told_of_themselves_stays_on_the_lane
    allowed |= {"level"}  # what `ready` has said, and not why: test_level_is_told_whatever_the_cause
    assert told == allowed


@pytest.mark.parametrize("what", ["flatter", "slower"])
@pytest.mark.parametrize("lanes", [ALL, (7, 8)])
def test_easing_is_for_one_lane(what: Any, lanes: Any) -> None:
    with pytest.raises(ValidationError):
        Adjust(**head(lanes=lanes), what=what)
    assert Adjust(**head(lanes=(7,)), what=what).lanes == (7,)


@pytest.mark.parametrize("what", ["faster", "steeper", "start", "arm"])
def test_there_is_no_word_for_faster_or_steeper(what: Any) -> None:
    with pytest.raises(ValidationError):
        Adjust(**head(), what=what)


@pytest.mark.parametrize("text", ["", "x" * 81, "a\x1b[2J", "line\nline", "\x00", "\u202egnp", "bell\x07"])
def test_a_coachs_line_is_short_and_has_no_control_characters(text: str) -> None:
    with pytest.raises(ValidationError):
        Say(**head(), text=text)


@pytest.mark.parametrize("name", ["", "Ann\x1b", "A" * 21, "1", "Ann\nBob"])
def test_a_first_name_is_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        State(studio="gym", lane=7, boot="b", seq=1, phase="x", belt="still", name=name)
    assert State(studio="gym", lane=7, boot="b", seq=1, phase="x", belt="still", name="Zoë-Anne O’Hara").name


@pytest.mark.parametrize(
    "change",
    [
        {"lanes": []},
        {"lanes": [0]},
        {"lanes": [1000]},
        {"lanes": "some"},
        {"lanes": [True]},
        {"seq": -1},
        {"seq": 1.0},
        {"seq": "1"},
        {"issued_ms": 1e300},
        {"extra": 1},
        {"kind": "start"},
        {"studio": "a/b"},
        {"studio": "+"},
        {"sig": "zz"},
    ],
)
def test_a_word_that_is_bent_cannot_be_read(change: dict[str, Any]) -> None:
    plain = json.loads(KEY.seal(Stop(**head()))) | change
    with pytest.raises(Unreadable) as caught:
        read_command("stop", json.dumps(plain).encode())
    assert caught.value.reason is Reason.MALFORMED


def test_a_word_that_is_too_large_is_not_even_parsed() -> None:
    with pytest.raises(Unreadable) as caught:
        read_command("stop", b"[" * 4097)
    assert caught.value.reason is Reason.TOO_LARGE
    with pytest.raises(Unreadable) as caught:
        read_command("offer", b"[" * 65537)
    assert caught.value.reason is Reason.TOO_LARGE


# --- signatures -------------------------------------------------------------------------------------------------------------


@each_word
def test_the_coachs_signature_verifies_and_no_other(command: Command) -> None:
    assert KEY.public.verifies(KEY.sign(command))
    assert not KEY.public.verifies(THIEF.sign(command))
    assert not KEY.public.verifies(command)


@pytest.mark.parametrize(
    "change",
    [
        {"lanes": (8,)},
        {"seq": 99},
        {"issued_ms": NOW_MS + 1},
        {"expires_ms": NOW_MS + 60_000},
        {"id": "other"},
        {"studio": "gym2"},
    ],
)
def test_nothing_that_was_signed_can_be_changed(change: dict[str, Any]) -> None:
    assert not KEY.public.verifies(replace(KEY.sign(Stop(**head())), **change))


def test_a_signature_is_good_for_its_own_kind_only() -> None:
    stop = KEY.sign(Stop(**head()))
    assert not KEY.public.verifies(Walk(**head(), sig=stop.sig))


def test_keys_are_read_back_from_their_text() -> None:
    key = CoachKey.new()
    assert PublicKey.read(key.public.text + "\n").verifies(CoachKey.read(key.text).sign(EVERY[4]))
    assert key.text != key.public.text


@pytest.mark.parametrize("text", ["", "11" * 31, "11" * 33, "xy" * 32])
def test_a_key_that_is_none_is_refused(text: str) -> None:
    for read in (CoachKey.read, PublicKey.read):
        with pytest.raises(KeyProblem, match="64 hexadecimal digits"):
            read(text)


# --- the door ----------------------------------------------------------------------------------------------------------------


@each_word
def test_a_good_word_is_let_in(command: Command) -> None:
    assert give(a_door(), command) == KEY.sign(command)


@each_word
def test_a_kept_word_is_never_let_in(command: Command) -> None:
    assert why(give(a_door(), command, retained=True)) is Reason.RETAINED


@each_word
def test_a_word_by_somebody_else_is_never_let_in(command: Command) -> None:
    assert why(give(a_door(), command, key=THIEF)) is Reason.FORGED


@each_word
def test_a_word_for_another_lane_is_left_alone_and_not_answered(command: Command) -> None:
    answer = give(a_door(), replace(command, lanes=(8,)))
    assert isinstance(answer, Refusal)
    assert (answer.reason, answer.answer) == (Reason.FOREIGN, False)


@each_word
def test_a_word_of_another_studio_is_not_let_in(command: Command) -> None:
    assert why(give(a_door(), replace(command, studio="spa"))) is Reason.FOREIGN
    ours = f"treadctl/v1/gym/coach/{command.kind}"
    assert why(give(a_door(), replace(command, studio="spa"), topic=ours)) is Reason.FOREIGN


@each_word
def test_a_word_on_another_words_topic_cannot_be_read(command: Command) -> None:
    other = "walk" if command.kind != "walk" else "stop"
    assert why(give(a_door(), command, topic=f"treadctl/v1/gym/coach/{other}")) is Reason.MALFORMED


@each_word
def test_a_word_that_has_expired_is_stale(command: Command) -> None:
    command = replace(command, class_id="sunday") if isinstance(command, Stop) else command  # one of this class never is
    assert why(give(a_door(), command, coach_s=NOW_S + 10.001)) is Reason.STALE
    assert why(give(a_door(), command, coach_s=NOW_S + 10.0)) is None


@each_word
def test_a_word_from_the_future_shows_that_clocks_are_apart_and_makes_things_milder_all_the_same(command: Command) -> None:
    skewed = None if command.kind in ("stop", "walk") else Reason.SKEWED
    assert why(give(a_door(), command, coach_s=NOW_S - 2.001)) is skewed
    assert why(give(a_door(), command, coach_s=NOW_S - 2.0)) is None


@each_word
def test_no_word_lives_longer_than_a_minute(command: Command) -> None:
    assert why(give(a_door(), replace(command, expires_ms=NOW_MS + 60_001))) is Reason.MALFORMED
    assert why(give(a_door(), replace(command, expires_ms=NOW_MS - 1))) is Reason.MALFORMED


@pytest.mark.parametrize("command", [c for c in EVERY if c.kind not in ("lease", "time")], ids=lambda command: command.kind)
def test_a_word_acts_once_however_often_it_is_said(command: Command) -> None:
    door = a_door()
    assert why(give(door, command)) is None
    for again in (command, replace(command, seq=2, issued_ms=NOW_MS + 500), replace(command, seq=99)):
        answer = give(door, again)
        assert isinstance(answer, Refusal)
        assert (answer.reason, answer.id, answer.answer) == (Reason.DUPLICATE, command.id, True)


def test_a_word_that_was_overtaken_is_not_acted_on_unless_it_makes_things_milder() -> None:
    newer = Pause(**head(10), what="resume")
    for older, reason in (
        (Adjust(**head(9), what="next"), Reason.REPLAYED),
        (Start(**head(9), t0_ms=NOW_MS), Reason.REPLAYED),
        (Pause(**head(9), what="resume"), Reason.REPLAYED),
        (Pause(**head(9)), None),
        (Stop(**head(9)), None),
        (Walk(**head(9)), None),
    ):
        door = a_door()
        assert why(give(door, newer)) is None
        assert why(give(door, older)) is reason


def test_another_class_is_foreign_to_what_could_move_and_not_to_a_stop() -> None:
    for command in EVERY:
        expected = Reason.FOREIGN if command.kind in ("start", "adjust", "pause") else None
        assert why(give(a_door(), replace(command, class_id="tuesday"))) is expected


def test_until_the_clock_is_measured_nothing_that_could_move_is_let_in() -> None:
    for command in EVERY:
        expected = Reason.UNMEASURED if command.kind in ("start", "adjust", "pause") else None
        assert why(give(a_door(), command, coach_s=None)) is expected


def test_one_console_leads_and_another_may_only_stop_or_let_walk() -> None:
    for command in EVERY:
        expected = None if command.kind in ("stop", "walk") else Reason.NOT_IN_CHARGE
        assert why(give(a_door(), replace(command, coach="c2", id="c2-1"))) is expected


def test_another_console_leads_when_the_first_was_not_heard_for_fifteen_seconds() -> None:
    door = a_door()  # at 5.0
    mine = Lease(**head(2, coach="c2", id="c2-1"), held=True)
    assert why(give(door, mine, now=20.0)) is Reason.NOT_IN_CHARGE
    assert door.leader(20.0) == "c1"
    assert door.leader(20.01) is None
    assert why(give(door, mine, now=20.01)) is None
    assert door.leader(20.01) == "c2"


def test_a_lease_that_is_given_away_can_be_taken_at_once() -> None:
    door = a_door()
    assert why(give(door, Lease(**head(2), held=False))) is None
    assert why(give(door, Lease(**head(1, coach="c2", id="c2-1"), held=True))) is None


def test_an_old_lease_that_is_said_again_does_not_bring_its_console_back() -> None:
    door = a_door()
    assert why(give(door, Lease(**head(2, id="l"), held=True))) is None
    assert why(give(door, Lease(**head(0, id="l", class_id="none"), held=True))) is Reason.REPLAYED


def test_a_door_remembers_at_least_a_thousand_words_and_no_more_than_it_must() -> None:
    door = a_door()
    for seq in range(1, 1500):
        assert why(give(door, Say(**head(seq), text="x"))) is None
    assert why(give(door, Say(**head(1400), text="x"))) is Reason.DUPLICATE
    assert len(door._seen) == 1024


# --- anybody's bytes -----------------------------------------------------------------------------------------------------------

KINDS = st.sampled_from([*COMMANDS, *REPORTS, "nonsense"])
TOPICS = st.one_of(
    st.text(max_size=60),
    st.builds(lambda kind: f"treadctl/v1/gym/coach/{kind}", KINDS),
    st.builds(lambda lane, kind: f"treadctl/v1/gym/lane/{lane}/{kind}", st.integers(-5, 2000), KINDS),
)
TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=6),
    max_leaves=12,
)
JUNK = st.one_of(st.binary(max_size=300), TREES.map(lambda tree: json.dumps(tree).encode()))


@given(TOPICS, JUNK, st.booleans(), st.none() | st.floats(0, 4e9))
def test_whatever_bytes_come_nothing_is_let_in_and_nothing_breaks(
    topic: str, payload: bytes, retained: bool, coach_s: float | None
) -> None:
    assert isinstance(a_door().accept(topic, payload, retained, 5.0, coach_s), Refusal)
    address = address_of(topic)
    if address is not None and address.lane is not None:
        with pytest.raises(Unreadable):
            read_report(address.kind, payload)


@given(st.sampled_from(EVERY), st.data())
def test_a_word_that_was_changed_anywhere_is_never_let_in_as_something_else(command: Command, data: st.DataObject) -> None:
    payload = bytearray(KEY.seal(command))
    for _ in range(data.draw(st.integers(1, 3))):
        payload[data.draw(st.integers(0, len(payload) - 1))] = data.draw(st.integers(0, 255))
    answer = a_door().accept(topic_of(command), bytes(payload), False, 5.0, NOW_S)
    assert isinstance(answer, Refusal) or answer == KEY.sign(command)


@given(st.sampled_from(EVERY), st.dictionaries(st.sampled_from(sorted(head())), TREES, min_size=1))
def test_a_thief_who_knows_all_but_the_key_gets_nothing_in(command: Command, changes: dict[str, object]) -> None:
    sealed = json.loads(KEY.seal(command))
    forged = sealed | changes
    answer = a_door().accept(topic_of(command), json.dumps(forged).encode(), False, 5.0, NOW_S)
    assert isinstance(answer, Refusal) or forged == sealed


# --- topics and access ---------------------------------------------------------------------------------------------------


def test_the_coachs_words_are_the_coachs_to_publish_and_a_lanes_are_the_lanes() -> None:
    for kind, channel in CHANNELS.items():
        assert channel.who is (Who.LANE if kind in REPORTS else Who.COACH)
        assert channel.retain == (kind in ("online", "class"))
        assert channel.qos == (0 if kind in ("state", "ping", "time") else 1)


@pytest.mark.parametrize(
    ("user", "topic", "may"),
    [
        ("coach", "coach/start", True),
        ("coach-2", "coach/stop", True),
        ("coach", "lane/7/state", False),
        ("lane-7", "lane/7/state", True),
        ("lane-7", "lane/8/state", False),
        ("lane-7", "lane/77/state", False),
        ("lane-7", "coach/stop", False),
        ("coach", "coach/time/7", True),
        ("coach", "coach/stop/7", False),
        ("lane-7", "coach/time/7", False),
        ("lane-0", "lane/0/state", False),
        ("lane-1000", "lane/1000/state", False),
        ("guest", "lane/7/state", False),
        ("lane-7", "lane/7/a/b", False),
        ("lane-7", "lane/7/+", False),
        ("lane-7", "lane/7/#", False),
    ],
)
def test_who_may_publish_where(user: str, topic: str, may: bool) -> None:
    assert access_of(user, "gym").may_publish(f"treadctl/v1/gym/{topic}") is may
    assert access_of(user, "gym").may_publish(f"treadctl/v1/spa/{topic}") is False


@pytest.mark.parametrize(
    ("user", "wanted", "may"),
    [
        ("coach", "treadctl/v1/gym/lane/+/+", True),
        ("coach", "treadctl/v1/gym/lane/7/state", True),
        ("coach", "treadctl/v1/gym/coach/lease", True),
        ("coach", "treadctl/v1/+/lane/+/+", False),
        ("coach", "#", False),
        ("lane-7", "treadctl/v1/gym/coach/stop", True),
        ("lane-7", "treadctl/v1/gym/coach/class", False),
        ("lane-7", "treadctl/v1/gym/coach/+", False),
        ("lane-7", "treadctl/v1/gym/coach/#", False),
        ("lane-7", "treadctl/v1/gym/coach/time/7", True),
        ("lane-7", "treadctl/v1/gym/coach/time/8", False),
        ("lane-7", "treadctl/v1/gym/coach/time/+", False),
        ("lane-7", "treadctl/v1/gym/lane/8/state", False),
        ("lane-7", "treadctl/v1/gym/+/+", False),
        ("nobody", "treadctl/v1/gym/coach/stop", False),
    ],
)
def test_who_may_hear_what(user: str, wanted: str, may: bool) -> None:
    assert access_of(user, "gym").may_subscribe(wanted) is may


@pytest.mark.parametrize(
    ("allowed", "wanted", "does"),
    [
        ("a/b", "a/b", True),
        ("a/+", "a/b", True),
        ("a/+", "a/+", True),
        ("a/b", "a/+", False),
        ("a/#", "a/b/c", True),
        ("a/#", "a/#", True),
        ("a/+", "a/#", False),
        ("a/+", "a/b/c", False),
        ("#", "a", True),
        ("a/#/b", "a/x/b", False),
    ],
)
def test_a_filter_covers_what_mqtt_says_it_does(allowed: str, wanted: str, does: bool) -> None:
    assert covers(allowed, wanted) is does


def test_mosquittos_access_file_says_the_same() -> None:
    assert mosquitto_acl(("coach", "lane-7"), "gym").splitlines() == [
        "user coach",
        "topic write treadctl/v1/gym/coach/+",
        "topic write treadctl/v1/gym/coach/time/+",
        "topic read treadctl/v1/gym/lane/+/+",
        "topic read treadctl/v1/gym/coach/lease",
        "topic read treadctl/v1/gym/coach/class",
        "topic read treadctl/v1/gym/coach/stop",
        "topic read treadctl/v1/gym/coach/walk",
        "",
        "user lane-7",
        "topic write treadctl/v1/gym/lane/7/+",
        *(f"topic read treadctl/v1/gym/coach/{kind}" for kind in HEARD_BY_LANES),
        "topic read treadctl/v1/gym/coach/time/7",
    ]


def test_a_lane_subscribes_to_the_words_it_acts_on_and_to_nothing_else() -> None:
    base = "treadctl/v1/gym/coach"
    assert heard_by_lane("gym", 7) == (*(f"{base}/{kind}" for kind in HEARD_BY_LANES), f"{base}/time/7")
    assert {*HEARD_BY_LANES, "time"} == set(COMMANDS), "a class is for consoles"


@pytest.mark.parametrize(
    "topic",
    [
        "",
        "treadctl/v1/gym/coach",
        "treadctl/v2/gym/coach/stop",
        "treadctl/v1/gym/lane/07/state",
        "treadctl/v1/g m/coach/stop",
        "treadctl/v1/gym/coach/stop/7",
        "treadctl/v1/gym/coach/time/7/7",
    ],
)
def test_a_topic_of_nobodys_is_none_of_ours(topic: str) -> None:
    assert address_of(topic) is None


def test_online_is_the_lanes_own_topic() -> None:
    online = Online(studio="gym", lane=7, boot="b", seq=0, online=True)
    assert topic_of(online) == "treadctl/v1/gym/lane/7/online"
