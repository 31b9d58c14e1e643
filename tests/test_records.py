"""Words as plain data: every word comes back as it went, and nothing else comes back at all."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.engine import words
from treadctl.engine.records import RecordError, from_plain, to_plain
from treadctl.safety import Command, Deck, SetIncline, SetSpeed
from treadctl.units import Grade, Speed
from treadctl.workout.library import load_named, names
from treadctl.workout.model import Relative, Segment, Workout
from treadctl.workout.profile import Profile

TEXT = st.text(max_size=20)
SPEED = st.builds(Speed, st.integers(0, 65535))
GRADE = st.builds(Grade, st.integers(-32768, 32767))
LEGAL_GRADE = st.builds(Grade, st.integers(-100, 150))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


DECK = st.builds(
    Deck,
    lowest=st.builds(Grade, st.integers(-15, 0).map(lambda percent: percent * 10)),
    highest=st.builds(Grade, st.integers(0, 150)),
    step=st.sampled_from([1, 2, 5, 10]),
    offset=st.builds(Grade, st.integers(-50, 0)),
    reports=st.booleans(),
    proven=st.booleans(),
)
MACHINE = st.builds(
    words.Machine,
    name=TEXT,
    slowest=st.builds(Speed, st.integers(1, 500)),
    fastest=st.builds(Speed, st.integers(500, 2500)),
    speed_step=st.integers(1, 100),
    deck=DECK,
    address=TEXT,
    warnings=st.lists(TEXT, max_size=3).map(tuple),
    deck_rate=maybe(st.integers(1, 50)),
)
INPUTS: dict[type, st.SearchStrategy[Any]] = {
    words.Telemetry: st.builds(
        words.Telemetry, maybe(SPEED), maybe(GRADE), maybe(st.integers(0, 300)), maybe(st.integers(0)), maybe(st.integers(0))
    ),
    words.Told: st.builds(words.Told, st.sampled_from(words.Event), maybe(st.integers(-32768, 65535))),
    words.Connected: st.builds(words.Connected, MACHINE),
    words.EasyPace: st.builds(words.EasyPace, SPEED),
    words.ClockJumped: st.builds(words.ClockJumped, st.floats(allow_nan=False, allow_infinity=False)),
}
COMMANDS: dict[type, st.SearchStrategy[Any]] = {
    SetSpeed: st.builds(SetSpeed, st.builds(Speed, st.integers(1, 2500))),
    SetIncline: st.builds(SetIncline, LEGAL_GRADE),
}
RELATIVE = st.builds(Relative, percent=st.integers(20, 150))
PACE = RELATIVE | SPEED
SEGMENT = st.builds(
    Segment,
    duration_s=st.integers(1, 86400),
    grade_from=LEGAL_GRADE,
    grade_to=LEGAL_GRADE,
    pace_from=PACE,
    pace_to=PACE,
    distance_m=maybe(st.integers(1, 100_000)),
    cadence_percent=maybe(st.integers(0, 20)),
    cadence_spm=maybe(st.integers(120, 220)),
    cues=st.lists(TEXT, max_size=3).map(tuple),
    note=TEXT,
    label=TEXT,
    line=st.integers(0, 1000),
)
WORKOUT = st.builds(Workout, TEXT, TEXT, TEXT, st.lists(SEGMENT, min_size=1, max_size=4).map(tuple), TEXT, TEXT, TEXT)
PROFILE = st.builds(
    Profile,
    name=TEXT,
    easy=st.builds(Speed, st.integers(600, 2500)),
    walk=st.builds(Speed, st.integers(1, 600)),
    ceiling=st.builds(Grade, st.integers(-100, 0)),
    level_cadence_spm=maybe(st.integers(120, 220)),
    declines_done=st.integers(0),
    imperial=st.booleans(),
    body_mass_kg=maybe(st.floats(20, 300)),
    chosen=st.booleans(),
)


def there_and_back(word: object) -> Any:
    return from_plain(json.loads(json.dumps(to_plain(word), allow_nan=False)))


def same(word: object, back: object) -> bool:
    """Equal, and of the same type in every field: a Grade must not come back as a bare int."""
    if type(word) is not type(back) or word != back:
        return False
    inner = [f.name for f in fields(word)] if hasattr(word, "__dataclass_fields__") else []  # type: ignore[arg-type]
    return all(same(getattr(word, name), getattr(back, name)) for name in inner)


@pytest.mark.parametrize("word", get_args(words.Input), ids=lambda word: str(word.__name__))
def test_every_input_comes_back_as_it_went(word: type) -> None:
    @settings(max_examples=40, deadline=None)
    @given(INPUTS.get(word, st.builds(word)))
    def check(said: object) -> None:
        assert same(said, there_and_back(said))

    check()


@pytest.mark.parametrize("word", get_args(Command), ids=lambda word: str(word.__name__))
def test_every_command_comes_back_as_it_went(word: type) -> None:
    @settings(max_examples=40, deadline=None)
    @given(COMMANDS.get(word, st.builds(word)))
    def check(said: object) -> None:
        assert same(said, there_and_back(said))

    check()


@settings(max_examples=60, deadline=None)
@given(WORKOUT, PROFILE)
def test_a_workout_and_its_runner_come_back_as_they_went(workout: Workout, runner: Profile) -> None:
    assert same(workout, there_and_back(workout))
    assert same(runner, there_and_back(runner))


def test_every_shipped_workout_comes_back_as_it_went() -> None:
    assert all(same(load_named(name), there_and_back(load_named(name))) for name in names())


def test_defaults_are_left_out_and_numbers_are_bare() -> None:
    assert to_plain(words.Tick()) == ["Tick", {}]
    assert to_plain(words.Telemetry(Speed(800), Grade(-20))) == ["Telemetry", {"speed": 800, "grade": -20}]
    assert to_plain(words.Pressed(words.Key.STOP)) == ["Pressed", {"key": "stop"}]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NAME = st.sampled_from([word.__name__ for word in (*get_args(words.Input), *get_args(Command), Workout, Profile, Segment, Deck)])
FIELD = st.sampled_from(["key", "speed", "grade", "value", "machine", "seconds", "segments", "name", "deck", "command", "x"])


@settings(max_examples=400, deadline=None)
@given(JSON | st.tuples(NAME, st.dictionaries(FIELD, JSON, max_size=4)).map(list))
def test_what_is_no_word_is_a_record_error_and_nothing_else(plain: object) -> None:
    said = ""
    try:
        assert to_plain(from_plain(plain)) is not None
    except RecordError as error:
        said = str(error)
    assert "\n" not in said


@pytest.mark.parametrize(
    "plain",
    [
        ["SetIncline", {"grade": -101}],
        ["SetIncline", {"grade": -100.0}],
        ["SetIncline", {}],
        ["SetSpeed", {"speed": 0}],
        ["SetSpeed", {"speed": True}],
        ["SetSpeed", {"speed": 10**400}],
        ["ClockJumped", {"seconds": float("nan")}],
        ["ClockJumped", {"seconds": 10**400}],
        ["ClockJumped", {"seconds": "1"}],
        ["Pressed", {"key": "fly"}],
        ["Pressed", {"key": [["deep"]]}],
        ["Connected", {"machine": ["Tick", {}]}],
        ["Disconnected", {"why": 3}],
        ["Odd", {"what": "", "and": 1}],
        ["Reset", {}],
        ["Engine", {}],
        ["Tick"],
        ["Tick", {}, {}],
        {"Tick": {}},
    ],
    ids=str,
)
def test_each_of_these_is_refused(plain: object) -> None:
    with pytest.raises(RecordError):
        from_plain(plain)


def test_what_is_nested_too_deep_is_refused_without_a_walk_through_it() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    for plain in (deep, ["Pressed", {"key": deep}], ["Odd", {"what": deep}], ["Connected", {"machine": deep}]):
        with pytest.raises(RecordError):
            from_plain(plain)


def test_what_is_no_word_cannot_be_written_down() -> None:
    with pytest.raises(TypeError, match="not a word"):
        to_plain(object())
