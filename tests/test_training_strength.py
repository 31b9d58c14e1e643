"""Strength and plyometrics: the article's exercises, a player that counts right, rules that hold, files that say what's wrong."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from training_stories import past, ran

from treadctl.cli.strength_lines import BELL, Caller
from treadctl.training.exercises import EXERCISES
from treadctl.training.model import CheckIn, Flag, Kind, Past
from treadctl.training.strength import Act, Effort, Player, StrengthSession, beats_of
from treadctl.training.strength_file import load_named, names, parse_strength
from treadctl.training.strength_rules import not_today, strength_days
from treadctl.training.strength_schema import strength_schema
from treadctl.workout import library
from treadctl.workout.errors import WorkoutError

FOUR = ["split squat", "reverse nordic curl", "squat", "calf raise"]
SEVEN = [
    "squat jumps",
    "alternating split-squat jumps",
    "single-leg jumps",
    "skater hops",
    "carioca",
    "skipping",
    "quick feet",
]


def small(*efforts: Effort, kind: Kind = Kind.STRENGTH) -> StrengthSession:
    return StrengthSession("small", "Small", "a test", kind, efforts)


def squat(sets: int = 1, reps: int = 2, lower_s: int = 5) -> Effort:
    exercise = EXERCISES["squat"]
    return Effort(exercise, exercise.variants[0], sets, reps, lower_s=lower_s, rest_s=30)


# --- the catalogue and the library -------------------------------------------------------------------------------------


def test_the_exercises_are_the_four_and_the_seven_of_the_article() -> None:
    assert [e.name for e in EXERCISES.values() if e.kind is Kind.STRENGTH] == FOUR
    assert [e.name for e in EXERCISES.values() if e.kind is Kind.PLYOMETRICS] == SEVEN


def test_every_exercise_says_how_what_to_feel_what_goes_wrong_and_has_an_easier_and_a_harder_way() -> None:
    for exercise in EXERCISES.values():
        assert all(len(text) > 30 for text in (exercise.set_up, exercise.feel, exercise.mistakes))
        assert len({variant.name for variant in exercise.variants}) == 3


def test_the_library_uses_all_of_them_and_the_first_ones_are_the_easiest_and_slow() -> None:
    sessions = {name: load_named(name) for name in names()}
    assert {effort.exercise.name for s in sessions.values() for effort in s.efforts} == set(EXERCISES)
    for effort in sessions["first-four"].efforts:
        assert effort.variant is effort.exercise.variants[0]
        assert effort.lower_s == 3
    assert {effort.lower_s for effort in sessions["heavy-four"].efforts} == {5}
    nordic = next(e for e in sessions["first-four"].efforts if e.exercise.name == "reverse nordic curl")
    assert nordic.variant.name == "assisted"


def test_strength_files_are_no_treadmill_workouts() -> None:
    assert not set(names()) & set(library.names())
    with pytest.raises(WorkoutError, match="no workout has this name"):
        library.find("first-four")


# --- the player --------------------------------------------------------------------------------------------------------


def test_a_lowering_is_counted_second_by_second_and_the_way_up_is_quick() -> None:
    player = Player(small(squat()), 100.0)
    seen = []
    for second in range(20, 27):
        showing = player.at(100.0 + second + 0.5)
        assert showing is not None
        seen.append((showing.beat.act, showing.count))
    down = [(Act.LOWER, count) for count in (1, 2, 3, 4, 5)]
    assert seen == [*down, (Act.UP, 1), (Act.TOP, 1)]


def test_sides_follow_each_other_and_the_last_set_has_no_rest_behind_it() -> None:
    exercise = EXERCISES["split squat"]
    beats = beats_of(small(Effort(exercise, exercise.variants[1], 2, 1, lower_s=4, rest_s=60)))
    assert [(beat.act, beat.side, beat.set_number) for beat in beats if beat.act not in (Act.UP, Act.TOP)] == [
        (Act.READ, "", 1),
        (Act.LOWER, "left", 1),
        (Act.SWITCH, "right", 1),
        (Act.LOWER, "right", 1),
        (Act.REST, "", 1),
        (Act.LOWER, "left", 2),
        (Act.SWITCH, "right", 2),
        (Act.LOWER, "right", 2),
    ]


def test_the_total_is_what_one_would_add_up_by_hand() -> None:
    player = Player(small(squat(sets=2, reps=3, lower_s=4)), 0.0)
    assert player.total_s == 20 + 2 * 3 * (4 + 1 + 1) + 30
    assert player.at(player.total_s) is None


def test_a_pause_stops_the_count_and_nothing_is_lost() -> None:
    player = Player(small(squat()), 0.0)
    player.pause(21.2)
    player.pause(50.0)
    before = player.at(1000.0)
    assert before is not None
    assert before.count == 2
    player.resume(1000.0)
    after = player.at(1001.0)
    assert after is not None
    assert (after.beat.act, after.count) == (Act.LOWER, 3)  # 1.2 s of it before, 1 s after


def test_skip_goes_on_to_what_follows_the_set() -> None:
    player = Player(small(squat(sets=2), squat()), 0.0)
    acts = []
    now = 0.0
    while (showing := player.at(now)) is not None:
        acts.append((showing.beat.act, showing.beat.place, showing.beat.set_number))
        player.skip(now)
        now += 0.1
    assert acts == [
        (Act.READ, 0, 1),
        (Act.LOWER, 0, 1),
        (Act.REST, 0, 1),
        (Act.LOWER, 0, 2),
        (Act.REST, 0, 2),
        (Act.READ, 1, 1),
        (Act.LOWER, 1, 1),
    ]


@given(st.sampled_from(sorted(names())), st.floats(0, 3000), st.floats(0, 1e6))
def test_at_every_moment_there_is_exactly_one_thing_to_do(name: str, elapsed: float, origin: float) -> None:
    player = Player(load_named(name), origin)
    now = origin + elapsed
    showing = player.at(now)
    assert (showing is None) == (player.elapsed(now) >= player.total_s)
    if showing is not None:
        assert 1 <= showing.count <= showing.beat.seconds
        assert 0 < player.until_change(now) <= 1.001


def test_the_call_can_be_heard_and_read() -> None:
    player, caller = Player(small(squat(reps=1)), 0.0), Caller(lambda: True)
    text = ""
    for tick in range(28 * 4):
        if (showing := player.at(tick / 4)) is not None:
            text += caller.said(showing)
    assert "set up  Feet as wide as the shoulders" in text
    assert text.endswith(f"squat, set 1 of 1\n   1 of 1  down{BELL} 2{BELL} 3{BELL} 4{BELL} 5{BELL}  up!{BELL}")
    assert "starts in 20 s: 5 4 3" in text.replace(BELL, "")


# --- when --------------------------------------------------------------------------------------------------------------

DECLINE = ran(1, -4, 10, on=0)  # on Monday 2027-01-04 at 18:00 UTC
HARD = past(DECLINE)


def at(hours: float) -> datetime:
    return datetime(2027, 1, 4, 18, tzinfo=UTC) + timedelta(hours=hours)


def test_nothing_within_48_hours_after_a_decline() -> None:
    for kind in (Kind.STRENGTH, Kind.PLYOMETRICS):
        (reason, *_) = not_today(kind, HARD, at(31))
        assert str(reason).startswith(
            f"-4.0 % for 10 min was 31 h ago, and {kind.value} waits 48 h: it opens at 18:00 on Wednesday"
        )
    assert not_today(Kind.STRENGTH, HARD, at(47.9))
    assert not_today(Kind.STRENGTH, HARD, at(48)) == ()


@pytest.mark.parametrize(("level", "allowed"), [(0, True), (1, True), (2, False), (7, False)])
def test_plyometrics_want_soreness_of_one_at_most(level: int, allowed: bool) -> None:
    story = past(CheckIn(at(72).date(), level))
    reasons = not_today(Kind.PLYOMETRICS, story, at(72))
    assert (reasons == ()) == allowed
    if not allowed:
        assert f"legs are at {level}/10 today, and plyometrics want 1/10 or less" in str(reasons[0])
    assert not_today(Kind.STRENGTH, story, at(72)) == ()


def test_nobody_jumps_on_legs_that_nobody_asked() -> None:
    (reason,) = not_today(Kind.PLYOMETRICS, past(CheckIn(at(0).date(), 0)), at(72))
    assert "say how they are today" in str(reason)


def test_a_red_flag_ends_all_of_it() -> None:
    story = past(CheckIn(at(0).date(), 0, flags=(Flag.DARK_URINE,)))
    for kind in (Kind.STRENGTH, Kind.PLYOMETRICS):
        (reason,) = not_today(kind, story, at(200))
        assert "see a doctor" in str(reason)


@given(st.integers(0, 200), st.integers(0, 10) | st.none(), st.sampled_from([Kind.STRENGTH, Kind.PLYOMETRICS]))
def test_more_rest_and_less_soreness_never_close_a_session(hours: int, level: int | None, kind: Kind) -> None:
    def story(felt: int | None) -> Past:
        return past(DECLINE) if felt is None else past(DECLINE, CheckIn(at(hours).date(), felt))

    if not_today(kind, story(level), at(hours)) == ():
        assert hours >= 48
        assert kind is Kind.STRENGTH or (level is not None and level <= 1)
        assert level is None or not_today(kind, story(max(0, level - 1)), at(hours)) == ()


def test_a_week_has_two_days_for_strength_away_from_its_declines() -> None:
    monday = date(2027, 1, 4)
    assert strength_days(monday, date(2027, 1, 11)) == (date(2027, 1, 7), date(2027, 1, 9))
    assert strength_days(monday, date(2027, 1, 10)) == (date(2027, 1, 7),)
    assert strength_days(monday, date(2027, 1, 8)) == ()
    assert len(strength_days(monday, None)) == 2


# --- files -------------------------------------------------------------------------------------------------------------

GOOD = """\
title: One
for: a test
kind: strength
exercises:
  - exercise: squat
    variant: body weight
    sets: 3
    reps: 8
    down: 4 s
    rest: 1 min 30 s
"""


def wrong(text: str) -> list[str]:
    with pytest.raises(WorkoutError) as caught:
        parse_strength(text.encode(), "mine.yaml")
    return str(caught.value).splitlines()


def test_a_file_says_all_of_it() -> None:
    session = parse_strength(GOOD.encode(), "one.yaml")
    assert (session.name, session.title, session.kind) == ("one", "One", Kind.STRENGTH)
    assert str(session.efforts[0]) == "squat (body weight): 3 × 8, 4 s down, 90 s rest"


def test_the_example_in_the_docs_is_a_session() -> None:
    text = (Path(__file__).parent.parent / "docs" / "training.md").read_text(encoding="utf-8")
    start = text.index("    title: Twice a week")
    session = parse_strength(dedent(text[start : text.index("\n\n", start)]).encode(), "docs.yaml")
    assert str(session.efforts[0]) == "split squat (body weight): 3 × 6 each side, 4 s down, 75 s rest"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("down: 4 s", "down: 6 s", "mine.yaml:9: down '6 s' is not from 3 to 5 s"),
        ("down: 4 s", "down: 2 s", "mine.yaml:9: down '2 s' is not from 3 to 5 s"),
        ("down: 4 s", "down: slowly", "mine.yaml:9: down 'slowly' is no time; write it like 3 s or 1 min 30 s"),
        ("    down: 4 s\n", "", "mine.yaml:5: squat is lowered slowly, by repetitions (A4.1); add `down: 3 s` and `reps:`"),
        ("sets: 3", "sets: 30", "mine.yaml:7: sets is not a whole number from 1 to 6"),
        ("exercise: squat", "exercise: squad", "mine.yaml:5: exercise 'squad' is no exercise; did you mean squat?"),
        ("body weight", "heavy", "mine.yaml:6: variant 'heavy' is none of squat's: to a chair, body weight, with weights"),
        ("rest:", "rests:", "mine.yaml:10: 'rests' is not known here; did you mean `rest`?"),
        ("kind: strength\n", "", "mine.yaml:1: `kind` is missing; add `kind:`"),
        ("kind: strength", "kind: plyometrics", "mine.yaml:5: squat is strength, and this session is plyometrics"),
        ("reps: 8", "reps: 8\n    time: 20 s", "mine.yaml:5: squat needs `reps:` or `time:`, one of the two"),
        ("title: One\n", "- ", "mine.yaml:1: "),
    ],
)
def test_what_is_wrong_is_told_with_its_line(old: str, new: str, message: str) -> None:
    assert wrong(GOOD.replace(old, new))[0].startswith(message)


def test_all_problems_are_told_at_once() -> None:
    assert len(wrong(GOOD.replace("sets: 3", "sets: x").replace("down: 4 s", "down: 9 s"))) == 2


def test_other_files_are_refused() -> None:
    assert wrong("") == ["mine.yaml: the file is empty; it needs `title:`, `kind:` and `exercises:`"]
    assert "exercises is a list of 1 to 12" in wrong("title: x\nkind: strength\nexercises: []\n")[0]
    assert "this is no exercise" in wrong("title: x\nkind: strength\nexercises: [squat]\n")[0]
    assert "down: " not in wrong(Path(__file__).read_text())[0]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_session_or_a_workout_error(data: bytes) -> None:
    for octets in (data, GOOD.encode()[:60] + data):
        with suppress(WorkoutError):
            assert parse_strength(octets, "x.yaml").efforts


# --- the schema for editors --------------------------------------------------------------------------------------------


def test_the_schema_knows_every_key_and_closes_every_object() -> None:
    schema = strength_schema()
    effort = schema["$defs"]["EffortFile"]
    assert schema["additionalProperties"] is effort["additionalProperties"] is False
    assert (set(schema["properties"]), set(schema["required"])) == (
        {"title", "for", "kind", "notes", "exercises"},
        {"title", "kind", "exercises"},
    )
    assert set(effort["properties"]) == {"exercise", "variant", "sets", "reps", "time", "down", "rest"}
    assert effort["properties"]["exercise"]["enum"] == [*FOUR, *SEVEN]
    assert effort["oneOf"] == [{"required": ["reps"]}, {"required": ["time"]}]
    assert (schema["properties"]["exercises"]["minItems"], schema["properties"]["exercises"]["maxItems"]) == (1, 12)
    assert "null" not in str(schema)


def test_the_schema_knows_which_variants_an_exercise_has_and_how_it_is_counted() -> None:
    by_name = {
        each["if"]["properties"]["exercise"]["const"]: each["then"] for each in strength_schema()["$defs"]["EffortFile"]["allOf"]
    }
    assert list(by_name) == [*FOUR, *SEVEN]
    assert by_name["reverse nordic curl"] == {
        "properties": {"variant": {"enum": ["assisted", "body weight", "arms overhead"]}},
        "required": ["reps", "down"],
    }
    assert by_name["skipping"] == {"properties": {"variant": {"enum": ["low", "easy", "high"]}, "down": False}}
