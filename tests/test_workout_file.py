"""From bytes to a workout, or to an error that a person can act on; nothing else ever comes out."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from treadctl.units import Grade, Speed
from treadctl.workout.errors import WorkoutError
from treadctl.workout.file import json_schema, load, parse
from treadctl.workout.model import Base, Relative, Segment, SegmentKind, Workout

BAD = Path(__file__).parent / "fixtures" / "bad_workouts"

EXAMPLE = """\
title: First descent
for: anyone running their first declines
notes: |
  Two lines
  of notes.
focus: look-up
decline minutes: 8
steps:
  - warm-up: 8 min
    speed: walk to easy
  - repeat: 2
    label: descent
    steps:
      - decline: 1 min
        grade: -2
        speed: easy
        cadence: +5%
        cues: [look up]
      - recover: 2 min
        speed: 90% easy
  - climb: 2 min
    grade: 3
    cadence: 176 spm
    note: Lean from the ankles.
  - decline: 800 m
    at most: 6 min
    grade: -2 to -5
  - free: 5 min
  - cool-down: 5 min
"""


def read(text: str) -> Workout:
    return parse(text.encode(), "a/first.yaml")


def refusal(data: bytes) -> str:
    with pytest.raises(WorkoutError) as caught:
        parse(data, "first.yaml")
    return str(caught.value)


def one_step(lines: str) -> str:
    return f"title: T\nsteps:\n  - {lines}\n"


def test_a_file_becomes_flat_segments() -> None:
    workout = read(EXAMPLE)
    kinds = [segment.kind.value for segment in workout]
    assert kinds == ["warm-up", "decline", "recover", "decline", "recover", "climb", "decline", "free", "cool-down"]
    assert (workout.name, workout.title, workout.focus, workout.source) == ("first", "First descent", "look-up", "a/first.yaml")
    assert workout.notes == "Two lines\nof notes."
    assert workout.for_whom == "anyone running their first declines"


def test_a_step_keeps_everything_it_says() -> None:
    workout = read(EXAMPLE)
    assert workout.segments[3] == Segment(
        kind=SegmentKind.DECLINE,
        duration_s=60,
        grade_from=Grade(-20),
        grade_to=Grade(-20),
        pace_from=Relative(Base.EASY),
        pace_to=Relative(Base.EASY),
        cadence_percent=5,
        cues=("look up",),
        label="descent 2 of 2",
        line=14,
    )
    climb, down = workout.segments[5:7]
    assert (climb.cadence_spm, climb.note, climb.grade_from) == (176, "Lean from the ankles.", 30)
    assert (down.distance_m, down.duration_s, down.grade_from, down.grade_to) == (800, 360, -20, -50)


def test_only_the_ends_walk_and_only_climbs_and_declines_tilt_unless_told() -> None:
    text = "title: T\nsteps: [{warm-up: 1 min}, {recover: 1 min}, {free: 1 min}, {cool-down: 1 min}]"
    walk, easy = Relative(Base.WALK), Relative(Base.EASY)
    paces = [(segment.pace_from, segment.pace_to) for segment in read(text)]
    assert paces == [(walk, easy), (easy, easy), (easy, easy), (easy, walk)]
    assert {segment.grade_from for segment in read(text)} == {0}


def test_repeats_in_repeats_say_where_the_runner_is() -> None:
    text = "title: T\nsteps:\n- repeat: 2\n  label: set\n  steps:\n  - repeat: 2\n    steps:\n    - recover: 1 min\n"
    labels = [segment.label for segment in read(text)]
    assert labels == ["set 1 of 2, 1 of 2", "set 1 of 2, 2 of 2", "set 2 of 2, 1 of 2", "set 2 of 2, 2 of 2"]


def test_a_colon_time_is_never_a_base_sixty_number() -> None:
    workout = read(one_step("decline: 1:30\n    grade: -2\n    speed: 6:40 /km"))
    assert (workout.segments[0].duration_s, workout.segments[0].pace_from) == (90, Speed(900))


def test_one_cue_needs_no_brackets() -> None:
    assert read(one_step("recover: 1 min\n    cues: run tall")).segments[0].cues == ("run tall",)


@pytest.mark.parametrize("path", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_bad_file_is_refused_with_its_line_and_the_remedy(path: Path) -> None:
    expected = path.read_text().splitlines()[0].removeprefix("# ")
    line, _, begins = expected.partition(": ")
    with pytest.raises(WorkoutError) as caught:
        load(path)
    first, *others = str(caught.value).splitlines()
    assert first.startswith(f"{path}:{line}: {begins}")
    assert not others
    assert (caught.value.path, caught.value.line) == (str(path), int(line))


def test_all_problems_of_a_file_are_told_at_once_in_file_order() -> None:
    text = "titel: T\nsteps:\n- warm-up: 8\n- decline: 1 min\n  grade: -12\n  speed: 9\n"
    assert refusal(text.encode()).splitlines() == [
        "first.yaml:1: a workout says its `title`; add `title:`",
        "first.yaml:1: 'titel' is not known here; did you mean `title`?",
        "first.yaml:3: warm-up 8 has no unit; write 8 min or 8 s",
        "first.yaml:5: grade -12 is below the hard stop of -10 %, where control is lost (A3.2); write -10 or flatter",
        "first.yaml:6: speed 9 has no unit; write 9 km/h or 9 mph",
    ]


def test_a_thousand_problems_are_not_told_at_once() -> None:
    lines = refusal(b"title: T\nsteps:\n" + b"- climb: 1\n" * 900).splitlines()
    assert len(lines) == 21
    assert lines[-1] == "first.yaml: and 1780 more problems; mend these first"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "first.yaml: the file is empty; it needs at least `title:` and `steps:`"),
        (b"# only a comment\n", "first.yaml: the file is empty; it needs at least `title:` and `steps:`"),
        (b"title: a\nx: \xff\n", "first.yaml:2: byte 0xff is not UTF-8; save the file again as UTF-8"),
        ("title: x".encode("utf-16"), "first.yaml: this is not text in UTF-8; save it again as UTF-8"),
        (b"\x7fELF\x00\x01", "first.yaml: this is not text in UTF-8; save it again as UTF-8"),
        (b"a" * 10_000_000, "first.yaml: the file is larger than 256 KiB; a workout is a page of text"),
        (b"- a\n" * 20_000, "first.yaml:9999: more than 10000 YAML items; write what recurs once, under `repeat`"),
        (b"[" * 200_000, "first.yaml:1: this is nested too deep; repeats go five deep at most"),
        (b"{" * 200_000, "first.yaml:1: a key is one plain word, like `grade:`"),
        (b"{a: " * 50_000, "first.yaml:1: this is nested too deep; repeats go five deep at most"),
        (b'title: "a\n\n', "first.yaml:1: what begins here never ends; close the bracket or the quotation mark"),
        (b"? [a]\n: b\n", "first.yaml:1: a key is one plain word, like `grade:`"),
        (b"title: [a]\nsteps: [{free: 1 min}]", "first.yaml:1: title is a list, where one value is expected"),
        (b"title:\nsteps: [{free: 1 min}]", "first.yaml:1: title has no value; write one, or leave the key out"),
        (b"title: a\nsteps: [{free: 1 min, cues: []}]", "first.yaml:2: cues is not a list of 1 to 6 cues"),
    ],
    ids=range(15),
)
def test_garbage_is_named_in_one_line(data: bytes, message: str) -> None:
    assert refusal(data) == message


def test_a_byte_order_mark_is_no_problem() -> None:
    assert parse(b"\xef\xbb\xbf" + EXAMPLE.encode(), "x.yaml").title == "First descent"


def test_windows_line_ends_keep_their_lines() -> None:
    data = EXAMPLE.replace("grade: -2\n", "grade: -12\n").replace("\n", "\r\n").encode()
    assert refusal(data).startswith("first.yaml:15: grade -12 is below")


def test_a_missing_file_a_directory_and_a_device_are_told_apart(tmp_path: Path) -> None:
    found = []
    for path in (tmp_path / "no.yaml", tmp_path, Path(os.devnull), Path("a\x00b.yaml"), Path("x" * 5000)):
        with pytest.raises(WorkoutError) as caught:
            load(path)
        found.append(caught.value.message)
    assert found[0] == "there is no such file"
    assert found[1] == "this is a directory; name a workout file inside it"
    assert found[2] == "this is not a regular file"
    assert found[3] == "there is no such file"
    assert found[4].startswith("the file cannot be read: ")


def test_a_path_cannot_break_the_line() -> None:
    with pytest.raises(WorkoutError) as caught:
        parse(b"", "a\n\x1b[31m.yaml")
    assert str(caught.value).startswith("a??[31m.yaml: ")


def test_a_typical_file_loads_in_less_than_thirty_milliseconds() -> None:
    def timed() -> float:
        begun = time.perf_counter()
        read(EXAMPLE)
        return time.perf_counter() - begun

    assert min(timed() for _ in range(5)) < 0.030


def test_the_schema_knows_every_key_and_closes_every_object() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    objects = [schema, *schema["$defs"].values()]
    assert all(found["additionalProperties"] is False for found in objects)
    assert set(schema["properties"]) == {"title", "for", "notes", "focus", "decline minutes", "steps"}
    assert set(schema["required"]) == {"title", "steps"}
    assert set(schema["$defs"]["Decline"]["required"]) == {"decline", "grade"}
    assert schema["$defs"]["Decline"]["properties"]["grade"]["minimum"] == -10
    assert schema["$defs"]["Decline"]["properties"]["grade"]["exclusiveMaximum"] == 0
    assert schema["properties"]["steps"]["minItems"] == 1
    assert '"at most"' in text
    assert "null" not in text


# --- properties ------------------------------------------------------------------------------------------------------

_LINES = (
    "title: T",
    "steps:",
    "  - decline: 1 min",
    "    grade: -2",
    "    grade: -12",
    "  - repeat: 3",
    "    steps:",
    "    cues: [a]",
    "---",
)
_MARKS = [
    "[",
    "]",
    "{",
    "}",
    "&a",
    "*a",
    "!!int",
    "!",
    "|",
    ">",
    "'",
    '"',
    "\\x",
    "%YAML",
    "#",
    "?",
    "<<:",
    "\\U00110000",
    "\\ud800",
    "~",
    "null",
    "@",
    "`",
    "-",
    ",",
    ":",
    "...",
]
_SNIPPETS = st.sampled_from([*(f"{line}\n" for line in _LINES), *_MARKS, "\t", "\r", "\n", " ", ": ", "- ", "\u2028", "\u0085"])


def fate(data: bytes) -> Workout | None:
    try:
        return parse(data, "fuzz.yaml")
    except WorkoutError as error:
        refused = error
    assert all(problem.at("fuzz.yaml").isprintable() for problem in refused.problems)  # so each is one line
    return None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_workout_or_a_workout_error(data: bytes) -> None:
    fate(data)


@settings(max_examples=300, deadline=None)
@given(st.lists(_SNIPPETS | st.text(max_size=5), max_size=30).map("".join))
@example('a: "\\U00110000"')
@example('title: "\\ud800"\nsteps: []')
def test_any_heap_of_yaml_is_a_workout_or_a_workout_error(text: str) -> None:
    fate(text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 12), _SNIPPETS | st.text(max_size=5))
def test_any_slip_in_a_good_file_is_a_workout_or_a_workout_error(at: int, cut: int, slip: str) -> None:
    fate((EXAMPLE[:at] + slip + EXAMPLE[at + cut :]).encode("utf-8", "surrogatepass"))


_NUMBERS = st.one_of(
    st.decimals(-1000, 1000, places=2).map(str),
    st.decimals().map(str),
    st.integers(-300, 300).map(lambda tenths: f"{tenths / 10}"),
    st.floats().map(str),
    st.sampled_from(
        [
            "-10",
            "-10.0",
            "-10.1",
            "-010.1",
            "-1_1",
            "-1e1",
            "-0x0b",
            "-0o13",
            "−11",
            "−10.1%",
            "-11.",
            "-.5",
            "-11%",
            "-1:40",
            "-110‰",
            "－11",
            "-１１",
        ]
    ),
)
_SPELLINGS = st.builds(
    lambda first, joint, second, form: form.format(f"{first}{joint}{second}"),
    _NUMBERS,
    st.sampled_from(["", " to ", "to", " % to ", ", "]),
    _NUMBERS | st.just(""),
    st.sampled_from(["{}", '"{}"', "'{}'", "{} %", "[{}]", "!!float {}", "|\n      {}", ">-\n      {}", "+{}", "\n      {}"]),
)


@settings(max_examples=500, deadline=None)
@given(st.sampled_from(["warm-up", "decline", "recover", "climb", "cool-down", "free"]), _SPELLINGS)
def test_no_spelling_gives_a_grade_below_the_hard_stop(kind: str, grade: str) -> None:
    workout = fate(one_step(f"{kind}: 1 min\n    grade: {grade}").encode())
    if workout is not None:
        assert all(-100 <= end <= 150 for segment in workout for end in (segment.grade_from, segment.grade_to))
        assert kind == "decline" or all(segment.steepest >= 0 for segment in workout)
