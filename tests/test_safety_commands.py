"""The first net and the numbers: what can be said to a treadmill, and that nothing said can be changed or forged."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from gates import CONTROL_POINT, DECK, STOP, Bench

from treadctl import safety
from treadctl.safety import (
    HARD,
    Cleared,
    Command,
    Deck,
    Gate,
    Limits,
    Pause,
    Reason,
    Refused,
    SetIncline,
    SetSpeed,
    SpeedUnit,
    Start,
    Stop,
    TakeControl,
    Unlock,
)
from treadctl.units import Grade, Speed

ILLEGAL = ("NOT_A_COMMAND", "PAST_THE_HARD_STOP", "NOT_A_DECLINE_DECK", "OUT_OF_LIMITS")


def test_the_numbers_are_these() -> None:
    assert (safety.HARD_STOP, safety.HIGHEST, safety.FASTEST) == (-100, 150, 2500)
    assert (safety.SIGHT_S, safety.CONFIRM_S, safety.STILL_S) == (3.0, 0.5, 3.0)
    assert (safety.GATE_RAISE, safety.GATE_STEEPEN, safety.GATE_SPACING_S) == (200, 40, 1.0)
    assert (safety.LEVEL_WITHIN, safety.BELT_WITHIN, safety.DECK_WITHIN, safety.FIRST_DECLINE) == (10, 60, 5, -10)
    assert (safety.UNDER_WAY_S, safety.MOST_READINGS, safety.CONTROL_POINT) == (20.0, 64, 0x2AD9)
    assert {unit.name: unit.value for unit in SpeedUnit} == {"KMH": 1_000_000, "MPH": 1_609_344}


def test_the_gate_lets_through_twice_what_the_engine_asks() -> None:
    from treadctl.engine import constants

    assert (safety.GATE_RAISE, safety.GATE_STEEPEN) == (2 * constants.RAISE, 2 * constants.STEEPEN)
    assert safety.GATE_SPACING_S * 2 == constants.RAISE_SPACING_S
    assert safety.SIGHT_S >= constants.STALE_S


# --- what can be said ------------------------------------------------------------------------------------------------


def test_rule_1_a_bad_command_cannot_be_made() -> None:
    for grade in (-32768, -1000, -101, 151, 1000, 32767):
        with pytest.raises(ValueError, match=r"cannot be asked for: -10\.0 % to \+15\.0 %"):
            SetIncline(Grade(grade))
    for speed in (0, 2501, 65535):
        with pytest.raises(ValueError, match=r"cannot be asked for: over 0 and up to 25\.0 km/h"):
            SetSpeed(Speed(speed))
    for command, value in ((SetIncline, -50), (SetIncline, -5.0), (SetSpeed, 800), (SetSpeed, True), (SetSpeed, "9")):
        with pytest.raises(TypeError, match="takes a"):
            command(value)  # type: ignore[arg-type]


def test_the_last_legal_commands_can_be_made() -> None:
    assert [SetIncline(Grade(g)).grade for g in (-100, 0, 150)] == [-100, 0, 150]
    assert [SetSpeed(Speed(s)).speed for s in (1, 2500)] == [1, 2500]


def test_nothing_else_can_be_said() -> None:
    assert set(Command.__args__) == {TakeControl, Start, Pause, Stop, SetSpeed, SetIncline}


MADE = [TakeControl(), Start(), Pause(), Stop(), SetSpeed(Speed(800)), SetIncline(Grade(-20)), Limits(), DECK]


def test_every_dataclass_of_the_audited_file_is_tried_below() -> None:
    kinds = {kind for kind in vars(safety).values() if dataclasses.is_dataclass(kind) and isinstance(kind, type)}
    assert kinds == {type(made) for made in MADE} | {Cleared}


@pytest.mark.parametrize("made", MADE, ids=lambda made: type(made).__name__)
def test_nothing_said_or_limited_can_be_changed_afterwards(made: Any) -> None:
    before = repr(made)
    for name in [field.name for field in dataclasses.fields(made)] + ["novel"]:
        with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
            setattr(made, name, Grade(-120))
    assert repr(made) == before
    assert not hasattr(made, "__dict__")
    assert made == copy.deepcopy(made)
    assert hash(made) == hash(copy.deepcopy(made))


# --- limits only narrow ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steepest", "highest", "fastest"),
    [(-101, 150, 2500), (-100, 151, 2500), (-100, 150, 2501), (1, 150, 2500), (-100, -1, 2500), (50, 40, 2500)],
)
def test_limits_wider_than_the_hard_ones_or_without_level_cannot_be_made(steepest: int, highest: int, fastest: int) -> None:
    with pytest.raises(ValueError, match=r"not inside -10\.0 % … \+15\.0 % with level between|faster than 25\.0 km/h"):
        Limits(Grade(steepest), Grade(highest), Speed(fastest))


def test_limits_may_shut_a_deck_and_a_belt_altogether() -> None:
    assert Limits(Grade(0), Grade(0), Speed(0)).fastest == 0


def test_narrowing_takes_the_smaller_of_each_and_never_widens() -> None:
    a = Limits(Grade(-60), Grade(100), Speed(1200))
    b = Limits(Grade(-80), Grade(50), Speed(1000))
    assert a.narrow(b) == b.narrow(a) == Limits(Grade(-60), Grade(50), Speed(1000))
    assert HARD.narrow(a) == a.narrow(HARD) == a


# --- what the gate let out -------------------------------------------------------------------------------------------


def cleared() -> Cleared:
    return Gate(DECK).clear(CONTROL_POINT, STOP, 0.0)


FORGERIES: dict[str, Callable[[], object]] = {
    "made by hand": lambda: Cleared(CONTROL_POINT, b"\x03\x00\x80", object()),
    "made without a key": lambda: Cleared(CONTROL_POINT, b"\x03\x00\x80", None),
    "replaced": lambda: dataclasses.replace(cleared(), payload=b"\x03\x00\x80"),  # type: ignore[call-arg]
    "copied": lambda: copy.copy(cleared()),
    "deeply copied": lambda: copy.deepcopy(cleared()),
    "pickled": lambda: pickle.dumps(cleared()),
    "subclassed": lambda: type("Forged", (Cleared,), {"__post_init__": lambda self, key: None}),
    "given another payload": lambda: setattr(cleared(), "payload", b"\x03\x00\x80"),
    "given another characteristic": lambda: setattr(cleared(), "characteristic", 0x2ADA),
    "robbed of its payload": lambda: delattr(cleared(), "payload"),
    "given a note": lambda: setattr(cleared(), "note", "x"),
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=list(FORGERIES))
def test_cleared_bytes_cannot_be(forge: Callable[[], object]) -> None:
    with pytest.raises((TypeError, ValueError, AttributeError)):
        forge()


def test_cleared_bytes_are_themselves_alone_and_carry_no_dict() -> None:
    one, other = cleared(), cleared()
    assert one != other
    assert len({one, other}) == 2
    assert not hasattr(one, "__dict__")


class Liar(bytes):
    """Bytes that look like Stop to whoever looks at them one by one."""

    def __iter__(self) -> Any:
        return iter(STOP)

    def __bytes__(self) -> bytes:
        return STOP


def test_the_bytes_that_are_judged_are_the_bytes_that_leave() -> None:
    gate = Bench(kmh=800).gate
    with pytest.raises(Refused, match=r"hard stop of -10 % \(03 18 fc\)") as refused:
        gate.clear(CONTROL_POINT, Liar(bytes.fromhex("03 18 fc")), 106.0)
    assert refused.value.reason is Reason.PAST_THE_HARD_STOP
    assert refused.value.payload == bytes.fromhex("03 18 fc")
    buffer = bytearray(STOP)
    let_out = gate.clear(CONTROL_POINT, buffer, 106.0)  # type: ignore[arg-type]
    buffer[:] = b"\x03\x18\xfc"
    assert let_out.payload == STOP
    assert type(let_out.payload) is bytes


@pytest.mark.parametrize("nothing", [None, 5, "08 01"])
def test_what_is_not_bytes_never_leaves(nothing: Any) -> None:
    with pytest.raises(TypeError):
        Gate(DECK).clear(CONTROL_POINT, nothing, 0.0)


@pytest.mark.parametrize("characteristic", [0x2AD8, 0x2ADA, 0x2ACD, 0, -1])
def test_only_the_control_point_is_written(characteristic: int) -> None:
    bench = Bench(kmh=800)
    assert bench.refusal(STOP, characteristic) is Reason.NOT_A_COMMAND
    assert bench.gate.latched is Reason.NOT_A_COMMAND


def test_illegal_reasons_are_those_that_only_a_bug_can_cause() -> None:
    assert {reason.name for reason in safety.ILLEGAL} == set(ILLEGAL)
    assert len({reason.value for reason in Reason}) == len(Reason)


def test_flat_is_a_deck_that_nobody_commands() -> None:
    assert Deck(Grade(0), Grade(0), 1, reports=False) == safety.FLAT
    assert not safety.FLAT.commanded
    assert (safety.FLAT.floor, safety.FLAT.ceiling, safety.FLAT.level) == (0, 0, 0)


# --- unlocks ---------------------------------------------------------------------------------------------------------

KINGSMITH = 0xD18D2C10C44C11E8A355529269FB1459
UNLOCKS = {
    Unlock.KINGSMITH_MC21: bytes.fromhex("01000d00060b0f0d"),
    Unlock.YPOO_MINI_PRO: bytes.fromhex("0100000308000209"),
}


def test_the_unlocks_are_these() -> None:
    assert {unlock: unlock.value for unlock in Unlock} == {unlock: (KINGSMITH, octets) for unlock, octets in UNLOCKS.items()}


@pytest.mark.parametrize("unlock", Unlock)
def test_an_unlock_clears_for_its_machine_in_every_state_and_moves_nothing(unlock: Unlock) -> None:
    gate = Gate(DECK, HARD, SpeedUnit.KMH, unlock)
    for now in (0.0, float("nan"), 5.0):
        cleared = gate.clear(KINGSMITH, UNLOCKS[unlock], now)
        assert (cleared.characteristic, cleared.payload) == (KINGSMITH, UNLOCKS[unlock])
    with pytest.raises(Refused):
        gate.clear(CONTROL_POINT, b"\x01", 0.0)
    assert gate.latched is Reason.NOT_A_COMMAND
    assert gate.clear(KINGSMITH, UNLOCKS[unlock], 0.0).payload == UNLOCKS[unlock], "Stop may need it"
    assert gate.clear(CONTROL_POINT, STOP, 0.0).characteristic == 0x2AD9


@pytest.mark.parametrize("unlock", [None, *Unlock])
def test_nothing_but_a_machines_own_unlock_goes_anywhere_but_to_the_control_point(unlock: Unlock | None) -> None:
    tried = [
        *((KINGSMITH, octets) for octets in (*UNLOCKS.values(), STOP, b"", b"\x07", b"\x03\x00\x00", b"\x01\x00")),
        *((KINGSMITH, octets + b"\x00") for octets in UNLOCKS.values()),
        *((other, octets) for other in (0x2AD9, 0x2ADA, 0xFFF2, KINGSMITH + 1) for octets in UNLOCKS.values()),
    ]
    out = []
    for characteristic, octets in tried:
        gate = Gate(DECK, HARD, SpeedUnit.KMH, unlock)
        with suppress(Refused):
            out.append(gate.clear(characteristic, octets, 0.0).payload)
            continue
        assert gate.latched is Reason.NOT_A_COMMAND
    assert out == ([] if unlock is None else [UNLOCKS[unlock]])
