"""The third net, the bytes: in the most permissive state there is, sweep all that could be written and look at what leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from gates import CONTROL, CONTROL_POINT, DECK, PAUSE, PROPPED, SILENT, START, STOP, Bench, incline, speed
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.safety import FLAT, Deck, Gate, Limits, Refused
from treadctl.units import Grade, Speed

SIX = Deck(Grade(-60), Grade(120), 10)
COARSE = Deck(Grade(-150), Grade(200), 20)  # −90 … +15.0: −100 is not on its grid
UNPROVEN = Deck(Grade(-100), Grade(150), 5, reports=False)


def permissive(deck: Deck, glitch: int) -> Gate:
    """A gate whose deck is shown at the end of the scale: everything on that side of level is shallower than that."""
    gate = Gate(deck)
    for now in range(5):
        gate.seen(Speed(800), Grade(glitch), now)
    return gate


def leaves(gate: Gate, payloads: Iterable[bytes]) -> Iterator[bytes]:
    """What goes out of all this, written as it would be."""
    for payload in payloads:
        try:
            yield gate.clear(CONTROL_POINT, payload, 4.0).payload
        except Refused:
            continue


def words_out(deck: Deck, lowest: int = -32768, highest: int = 32767) -> set[int]:
    """The inclinations that leave, read back by hand; from either end of the scale toward true level, each milder than before."""
    level = -deck.offset
    out = list(leaves(permissive(deck, -32768), map(incline, range(lowest, level + 1))))
    out += leaves(permissive(deck, 32767), map(incline, range(highest, level - 1, -1)))
    assert all(len(payload) == 3 and payload[0] == 0x03 for payload in out)
    values = {payload[1] + 256 * payload[2] for payload in out}
    return {value - 65536 if value >= 32768 else value for value in values}


@pytest.mark.parametrize(
    ("deck", "lowest", "highest"),
    [
        (DECK, -100, 150),
        (SIX, -60, 120),
        (PROPPED, 0, 150),
        (COARSE, -90, 150),
        (Deck(Grade(-100), Grade(150), 5, Grade(30), proven=True), -100, 120),
    ],
    ids=["full", "six", "propped", "coarse", "front raised"],
)
def test_of_all_65536_inclination_words_only_those_of_the_deck_leave(deck: Deck, lowest: int, highest: int) -> None:
    assert words_out(deck) == set(range(lowest, highest + 1))


@pytest.mark.parametrize("offset", range(-300, 301, 12))
@pytest.mark.parametrize(
    "kind", [DECK, SIX, COARSE, SILENT, UNPROVEN, Deck(Grade(0), Grade(150), 5), Deck(Grade(-33), Grade(77), 7)]
)
def test_with_any_offset_nothing_leaves_beyond_commanded_or_true_ten_percent(kind: Deck, offset: int) -> None:
    try:
        deck = Deck(kind.lowest, kind.highest, kind.step, Grade(offset), kind.reports, kind.proven)
    except ValueError:
        reach = range(kind.lowest, kind.highest + 1, kind.step)
        assert not [
            c
            for c in reach
            if max(-100, -100 - offset) <= c <= min(150, 150 - offset) and (kind.reports or kind.proven or c >= 0)
        ]
        return
    out = words_out(deck, -410, 410)
    assert deck.level in out or deck.level < deck.first
    for word in out:
        assert -100 <= word <= 150
        assert -100 <= word + offset <= 150
        assert deck.lowest <= word <= deck.highest
        assert word >= 0 or (deck.lowest < 0 and (deck.reports or deck.proven))


def test_of_all_65536_speed_words_only_0_01_to_25_leave() -> None:
    gate = Gate(DECK)
    for now in range(5):
        gate.seen(Speed(65535), Grade(0), now)
    out = list(leaves(gate, map(speed, range(65535, -1, -1))))
    assert out == [speed(word) for word in range(2500, 0, -1)]


def test_of_all_op_codes_with_up_to_seven_octets_only_our_six_words_leave() -> None:
    gate = permissive(DECK, -32768)
    out = set(
        leaves(
            gate,
            (bytes((op, *([fill] * rest))) for fill in (0x00, 0x01, 0x02, 0x80, 0xFF) for rest in range(7) for op in range(256)),
        )
    )
    out |= set(
        leaves(gate, [b"", STOP * 2, PAUSE + b"\x00", b"\x08\x01\x00", b"\x08\x03", b"\x08\x00", b"\x07\x07", b"\x00\x00"])
    )
    # CONTROL and START come first in the sweep, before anything latches; START is no word for a moving belt.
    assert {payload for payload in out if payload[0] != 0x03} == {CONTROL, STOP, PAUSE, speed(0x0101), speed(0x0202)}
    assert {payload for payload in out if payload[0] == 0x03} <= {incline(0), incline(-1), incline(0x0101)}


# --- any story -------------------------------------------------------------------------------------------------------

TIMES = st.one_of(st.floats(0, 3), st.floats(-100, 100), st.sampled_from([float("nan"), float("inf"), float("-inf")]))
SPEEDS = st.one_of(st.none(), st.integers(0, 2600), st.integers(0, 65535))
GRADES = st.one_of(st.none(), st.integers(-130, 170), st.integers(-32768, 32767))
WORDS = st.one_of(
    st.binary(max_size=7),
    st.sampled_from([START, CONTROL, STOP]),
    st.integers(-130, 170).map(incline),
    st.integers(-32768, 32767).map(incline),
    st.integers(0, 2600).map(speed),
)
EVENTS = st.tuples(TIMES, SPEEDS, GRADES, WORDS)
OFFSETS = st.integers(-120, 120)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([DECK, SIX, COARSE, SILENT, UNPROVEN]), OFFSETS, st.lists(EVENTS, max_size=40))
def test_no_story_lets_bytes_out_below_minus_ten_or_holds_a_stop_a_pause_or_level_back(
    kind: Deck, offset: int, story: list[tuple[float, int | None, int | None, bytes]]
) -> None:
    deck = Deck(kind.lowest, kind.highest, kind.step, Grade(offset), kind.reports, kind.proven)
    gate = Gate(deck)
    now, fastest, steepest = 0.0, 0, 0
    for seconds, belt, grade, payload in story:
        now += seconds
        gate.seen(None if belt is None else Speed(belt), None if grade is None else Grade(grade), now)
        fastest = max(fastest, belt or 0)
        steepest = max(steepest, abs((grade or 0) + offset))
        for out in leaves(gate, [payload]):
            if out[0] == 0x02:
                assert 0 < int.from_bytes(out[1:], "little") <= min(2500, fastest + 200)
            elif out[0] == 0x03:
                word = int.from_bytes(out[1:], "little", signed=True)
                assert word >= -100
                assert word + offset >= -100
                assert word == deck.level or abs(word + offset) <= steepest + 40 or not deck.reports
            else:
                assert out in (START, CONTROL, STOP, PAUSE)
        is_known = deck.level >= deck.first  # a level that is a decline by the machine's own count waits for a first small one
        for always in (STOP, PAUSE, *([incline(deck.level)] if is_known else [])):
            if len(payload) % 3 == 0:
                assert gate.clear(CONTROL_POINT, always, now).payload == always


FRONT_RAISED = Deck(Grade(-100), Grade(150), 10, Grade(30))


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([SIX, COARSE, FRONT_RAISED]),
    st.lists(st.tuples(st.sampled_from([0.1, 0.5, 1.0, 2.0]), st.none() | st.integers(-90, 40), WORDS), max_size=40),
)
def test_in_no_story_does_a_deck_that_showed_nothing_since_our_first_decline_get_one_further_down_than_it_stands(
    deck: Deck, story: list[tuple[float, int | None, bytes]]
) -> None:
    gate, now = Gate(deck), 0.0
    shown: list[int] = []
    since_our_first: list[int] | None = None
    for seconds, grade, payload in story:
        now += seconds
        gate.seen(Speed(800), None if grade is None else Grade(grade), now)
        if grade is not None:
            shown.append(grade)
            if since_our_first is not None:
                since_our_first.append(grade)
        for out in leaves_at(gate, payload, now):
            word = int.from_bytes(out[1:], "little", signed=True)
            if word < deck.first and sum(2 * seen <= deck.first for seen in since_our_first or []) < 2:
                assert len(shown) >= 2
                assert max(shown[-2:]) <= word
            if word < 0 and since_our_first is None:
                since_our_first = []


def leaves_at(gate: Gate, payload: bytes, now: float) -> list[bytes]:
    """These bytes, if they are an inclination and leave."""
    try:
        return [gate.clear(CONTROL_POINT, payload, now).payload] if len(payload) == 3 and payload[0] == 0x03 else []
    except Refused:
        return []


@settings(max_examples=150, deadline=None)
@given(st.lists(EVENTS, max_size=40), st.integers(1, 2500), st.integers(1, 100))
def test_a_latched_gate_lets_nothing_out_that_is_faster_or_steeper_than_all_it_saw(
    story: list[tuple[float, int | None, int | None, bytes]], first: int, tip: int
) -> None:
    bench = Bench(kmh=first, grade=-tip).latch()
    fastest, steepest = first, tip
    for seconds, belt, grade, payload in story:
        bench.now += seconds
        bench.frame(belt, grade)
        fastest, steepest = max(fastest, belt or 0), max(steepest, abs(grade or 0))
        if bench.lets(payload):
            assert payload[0] not in (0x00, 0x07)
            if payload[0] == 0x02:
                assert int.from_bytes(payload[1:], "little") <= fastest
            elif payload[0] == 0x03:
                assert abs(int.from_bytes(payload[1:], "little", signed=True)) <= steepest


def test_shut_limits_let_nothing_faster_or_steeper_out() -> None:
    gate = Gate(DECK, Limits(Grade(0), Grade(0), Speed(0)))
    for now in range(5):
        gate.seen(Speed(800), Grade(0), now)
    assert set(leaves(gate, map(speed, range(2600, 0, -1)))) == {speed(word) for word in range(1, 801)}
    assert set(leaves(gate, map(incline, range(-120, 160)))) == {incline(0)}


def test_a_machine_without_incline_is_told_nothing_but_level() -> None:
    assert words_out(FLAT) == {0}
