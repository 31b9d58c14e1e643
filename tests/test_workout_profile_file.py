"""The runner's own numbers: exact, checked at the door, and never invented."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadctl.units import Grade, Speed
from treadctl.workout.profile import CAUTIOUS, LevelSteps, Profile
from treadctl.workout.profile_file import ProfileError, load_profile, parse_profile, profile_path, save_profile

FULL = """\
name = "Ana"
easy_pace = "6:40 /km"
walk_pace = "5 km/h"
level_cadence = 168
grade_ceiling = -5.5
units = "mph"
body_mass_kg = 61.5
declines_done = 3
focus = "Arms-low"
diagonal_feet = true
level_steps = [
  { speed = "8 km/h", steps = 161.5, seconds = 240 },
  { speed = "9 km/h", steps = 164, seconds = 1800 },
]
"""


@pytest.fixture(autouse=True)
def _nobody_is_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TREADCTL_PROFILE", raising=False)
    monkeypatch.setattr("treadctl.workout.profile_file.user_config_path", lambda name: tmp_path / "settings" / name)


def read(text: str) -> Profile:
    return parse_profile(text.encode(), Path("p.toml"))


def refusal(data: bytes) -> str:
    with pytest.raises(ProfileError) as caught:
        parse_profile(data, Path("p.toml"))
    return str(caught.value)


def test_a_full_profile_is_read_exactly() -> None:
    assert read(FULL) == Profile(
        name="Ana",
        easy=Speed(900),
        walk=Speed(500),
        ceiling=Grade(-55),
        level_cadence_spm=168,
        declines_done=3,
        imperial=True,
        body_mass_kg=61.5,
        chosen=True,
        level_steps=(LevelSteps(Speed(800), 161.5, 240), LevelSteps(Speed(900), 164.0, 1800)),
        focus="arms-low",
        diagonal_feet=True,
    )


def test_all_of_a_full_profile_is_written_again(tmp_path: Path) -> None:
    runner = read(FULL)
    assert load_profile(save_profile(runner, tmp_path / "p.toml")) == runner


def test_only_a_stated_easy_pace_counts_as_chosen() -> None:
    assert not read('name = "Ana"').chosen
    assert read('easy_pace = "8 km/h"').chosen


def test_a_missing_default_file_is_the_cautious_runner() -> None:
    assert load_profile() == CAUTIOUS


def test_a_missing_file_that_was_asked_for_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProfileError, match=r"none\.toml: the profile cannot be read: No such file"):
        load_profile(tmp_path / "none.toml")
    monkeypatch.setenv("TREADCTL_PROFILE", str(tmp_path / "other.toml"))
    with pytest.raises(ProfileError, match=r"other\.toml: the profile cannot be read"):
        load_profile()


def test_a_directory_and_a_huge_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="it is a directory"):
        load_profile(tmp_path)
    (tmp_path / "big.toml").write_bytes(b"#" * 100_000)
    with pytest.raises(ProfileError, match="larger than 64 KiB"):
        load_profile(tmp_path / "big.toml")


def test_the_environment_names_another_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ana.toml").write_text(FULL)
    monkeypatch.setenv("TREADCTL_PROFILE", str(tmp_path / "ana.toml"))
    assert profile_path() == tmp_path / "ana.toml"
    assert load_profile().name == "Ana"


def test_what_is_saved_is_found_again(tmp_path: Path) -> None:
    runner = Profile(name='An "a" é', easy=Speed(901), walk=Speed(433), ceiling=Grade(-75), chosen=True)
    assert save_profile(runner) == profile_path()
    assert load_profile() == runner
    assert [path.name for path in profile_path().parent.iterdir()] == ["profile.toml"]


def test_what_cannot_be_put_in_place_leaves_what_was_there_and_nothing_beside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = save_profile(CAUTIOUS, tmp_path / "p.toml")
    before = file.read_text()

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(ProfileError, match="cannot be written"):
        save_profile(Profile(name="Ana"), file)
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]
    assert file.read_text() == before


def test_what_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ProfileError, match="the profile cannot be written"):
        save_profile(CAUTIOUS, tmp_path / "file" / "profile.toml")
    with pytest.raises(ProfileError, match="is not a name"):
        save_profile(Profile(name="a\nb"), tmp_path / "profile.toml")
    assert not (tmp_path / "profile.toml").exists()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'name = "A"\neasy_pce = "9 km/h"', "p.toml:2: 'easy_pce' is not known here; did you mean easy_pace?"),
        (b'\n\neasy_pace = "9"', 'p.toml:3: easy_pace 9 is not a pace; write it like "9 km/h", "5.6 mph" or "6:40 /km"'),
        (b"easy_pace = 9", 'p.toml:1: easy_pace 9 has no unit; write it like "9 km/h", "5.6 mph" or "6:40 /km"'),
        (b'easy_pace = "90 km/h"', "p.toml:1: easy_pace '90 km/h' is not between 1 and 25 km/h"),
        (
            b'easy_pace = "9 km/h"\nwalk_pace = "9.1 km/h"',
            "p.toml:2: walk_pace 9.1 km/h is faster than the easy pace of 9.0 km/h; mend one of them",
        ),
        (
            b"grade_ceiling = -10.1",
            "p.toml:1: grade_ceiling -10.1 is not between -10, the hard stop, and 0; downhill is negative",
        ),
        (b"grade_ceiling = 5", "p.toml:1: grade_ceiling 5 is not between -10, the hard stop, and 0; downhill is negative"),
        (b"grade_ceiling = nan", "p.toml:1: grade_ceiling 'NaN' is not a grade in tenths of a percent; write it like -5 or -4.5"),
        (
            b"grade_ceiling = -1e309",
            "p.toml:1: grade_ceiling '-1E+309' is not a grade in tenths of a percent; write it like -5 or -4.5",
        ),
        (b"grade_ceiling = true", "p.toml:1: grade_ceiling a bool is not a grade; write it like -5 or -4.5"),
        (b"level_cadence = 84", "p.toml:1: level_cadence 84 is not a whole number from 120 to 220"),
        (b"body_mass_kg = nan", "p.toml:1: body_mass_kg 'NaN' is not a body mass between 20 and 300 kg"),
        (b'units = "km"', 'p.toml:1: units \'km\' is not a unit; write "km/h" or "mph"'),
        (b"declines_done = -1", "p.toml:1: declines_done -1 is not a whole number from 0 to 100000"),
        (b'focus = "arms"', "p.toml:1: focus 'arms' is no focus; did you mean arms-low?"),
        (b"focus = 3", 'p.toml:1: focus 3 is not a form cue; write it like "arms-low"'),
        (b"diagonal_feet = 1", "p.toml:1: diagonal_feet 1 is not true or false"),
        (b'level_steps = "x"', "p.toml:1: level_steps 'x' is not a list of at most 50 measured step rates"),
        (b"level_steps = [1]", "p.toml:1: level_steps has entries like { speed = "),
        (
            b'level_steps = [{speed="9 km/h",steps=nan,seconds=60}]',
            "p.toml:1: level_steps 'NaN' is not a step rate between 40 and 300",
        ),
        (
            b'level_steps = [{speed="9 km/h",steps=160,seconds=60},{speed="8 km/h",steps=160,seconds=60}]',
            "p.toml:1: level_steps names each speed once, the slowest first",
        ),
        (b'name = "\\u001b[31m"', "p.toml:1: name '?[31m' is not a name of 1 to 60 plain characters"),
        (b"[limits]\nmax = 1", "p.toml:1: 'limits' is not known here; what is: "),
        (b"name = Ana", "p.toml:1: this is not TOML: "),
        (b"name = \xff", "p.toml:1: this is not UTF-8; save the file again as UTF-8"),
    ],
    ids=range(25),
)
def test_a_bad_profile_is_refused_with_its_line(data: bytes, message: str) -> None:
    assert refusal(data).startswith(message)
    assert "\n" not in refusal(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_a_profile_or_a_profile_error(data: bytes) -> None:
    with suppress(ProfileError):
        parse_profile(data, Path("p.toml"))


_KEYS = st.sampled_from([line.split(" ")[0] for line in FULL.splitlines()])
_VALUES = st.sampled_from(
    [*["nan", "-inf", "1e999999999", "true", "[]", "{}", "1979-05-27", "07:32:00", '""', "-0", "0x7f"], "9" * 5000, "[" * 2000]
)


@settings(max_examples=150, deadline=None)
@given(_KEYS, _VALUES)
def test_any_value_is_a_profile_or_a_profile_error(key: str, value: str) -> None:
    message = ""
    try:
        read(f"{key} = {value}")
    except ProfileError as error:
        message = str(error)
    assert message == "" or message.isprintable()
    assert len(message) < 300


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        Profile,
        name=st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=20),
        easy=st.integers(800, 2500).map(Speed),
        walk=st.integers(100, 800).map(Speed),
        ceiling=st.integers(-100, 0).map(Grade),
        level_cadence_spm=st.none() | st.integers(120, 220),
        declines_done=st.integers(0, 500),
        imperial=st.booleans(),
        body_mass_kg=st.none() | st.floats(20, 300),
        chosen=st.just(True),
    )
)
def test_every_profile_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, runner: Profile) -> None:
    path = tmp_path_factory.getbasetemp() / "profile.toml"
    save_profile(runner, path)
    assert load_profile(path) == runner
