"""What a person got wrong is one line on stderr that says what to do, exit code 2, and never a traceback."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from command_line import FAST, SHORT, home, short, treadctl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from treadctl.cli import run_command

__all__ = ["home", "short"]  # fixtures

HELP = r"\(treadctl [a-z ]*--help lists what there is\)"


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one line that a wrong command line earns."""
    code, out, err = treadctl(capsys, *arguments)
    assert (code, out) == (2, ""), (out, err)
    assert err.startswith("treadctl: ")
    assert err.count("\n") == 1
    assert len(err) < 400
    return err.removeprefix("treadctl: ").rstrip("\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("walk", r'Unknown command "walk"\. Available commands: run, .*'),
        ("--xyzzy", ".*--xyzzy.*"),
        ("run", f'Command "run" parameter WORKOUT requires an argument {HELP}'),
        ("run SHORT --xyzzy --mock", f"Unknown option: --xyzzy\\.? {HELP}"),
        ("run SHORT other --mock --arm", f"not understood: other {HELP}"),
        ("run SHORT", "say which treadmill: --mock for a simulated one, or --treadmill ADDRESS; treadctl setup .*"),
        ("run SHORT --mock --treadmill AA:BB", "say which treadmill: .*"),
        ("run SHORT --treadmill AA:BB --arm", "--time-scale, --arm and --fault are for the mock only: .*"),
        ("run SHORT --treadmill AA:BB --time-scale 2", "--time-scale, --arm and --fault are for the mock only: .*"),
        ("run SHORT --treadmill AA:BB --fault deck-stuck", "--time-scale, --arm and --fault are for the mock only: .*"),
        ("run SHORT --mock", "nobody can press the arm key here: run it in a terminal, or add --arm"),
        ("run SHORT --treadmill AA:BB", "nobody can press the arm key here: run it in a terminal"),
        ("run SHORT --mock decline-9 --arm", "--mock: 'decline-9' is no mock treadmill; there are decline-10, decline-6, .*"),
        ("run SHORT --mock=swimming --arm", "--mock: 'swimming' is no mock treadmill; there are decline-10, .*"),
        ("simulate SHORT --mock=swimming", "--mock: 'swimming' is no mock treadmill; there are decline-10, .*"),
        ("run SHORT --mock --arm --time-scale 0", "--time-scale 0 is not over 0 and up to 1000"),
        ("run SHORT --mock --arm --time-scale -1", "--time-scale -1 is not over 0 and up to 1000"),
        ("run SHORT --mock --arm --time-scale 1e309", "--time-scale inf is not over 0 and up to 1000"),
        ("run SHORT --mock --arm --time-scale nan", "--time-scale nan is not over 0 and up to 1000"),
        ("run SHORT --mock --arm --time-scale fast", f'Invalid value for --time-scale: unable to convert "fast".* {HELP}'),
        ("run SHORT --mock --arm --seed -1", "--seed is a whole number from 0"),
        ("simulate SHORT --seed -1", "--seed is a whole number from 0"),
        ("simulate SHORT --seed x", f'Invalid value for --seed: unable to convert "x" into int {HELP}'),
        ("run SHORT --mock --arm --fault meteor@3", r"--fault: 'meteor' is no kind of fault \(.* --faults explains all\)"),
        ("simulate SHORT --fault drop-link", r"--fault: drop-link needs a time, like drop-link@120 .*"),
        ("simulate SHORT --fault deck-stuck@soon", "--fault: 'deck-stuck@soon' is not a fault; write KIND.*"),
        ("simulate SHORT --fault", f'Command "simulate" parameter --fault requires an argument {HELP}'),
        ("run SHORT --mock --arm --profile HOME/none.toml", "HOME/none.toml: the profile cannot be read: No such file .*"),
        ("run SHORT --mock --arm --profile HOME", "HOME: the profile cannot be read: it is a directory"),
        ("simulate SHORT --profile SHORT", r"HOME/short\.yaml:1: this is not TOML: .*"),
        ("run SHORT --mock --arm --journal SHORT/x.jsonl", "--journal HOME/short.yaml/x.jsonl: a session cannot be recorded .*"),
        ("run SHORT --mock --arm --journal HOME", "--journal HOME: a session cannot be recorded there: Is a directory"),
        ("run HOME/none.yaml --mock --arm", "HOME/none.yaml: there is no such file"),
        ("run first-decent --mock --arm", "first-decent: no workout has this name; did you mean first-descent.*"),
        ("run HOME --mock --arm", "HOME: this is a directory; .*"),
        ("simulate", "say which workout to simulate: .*"),
        ("workouts show", f'Command "workouts show" parameter WORKOUT requires an argument {HELP}'),
        ("workouts check", "say which workouts to check: names in the library, or paths"),
        ("replay", f'Command "replay" parameter FILE requires an argument {HELP}'),
        ("replay HOME/none.jsonl", "HOME/none.jsonl: cannot be read: No such file or directory"),
        ("replay SHORT", r"HOME/short\.yaml:1: not a line of a journal; run it on a file that a session wrote"),
        ("profile --easy 9", "--easy: '9' is not a speed; write it like '9 km/h', '5.6 mph' or '6:40 /km'; nothing is changed"),
        ("profile --ceiling -12", "a grade ceiling is within -10.0 % … 0.0 %; nothing is changed"),
        ("profile --ceiling -4.55", "--ceiling: '-4.55' is finer than a treadmill can be told; .*; nothing is changed"),
        ("profile --units knots", "--units: 'knots' is not a unit; write km/h or mph; nothing is changed"),
        ("profile --cadence 5", ".*level_cadence 5 is not a whole number from 120 to 220; nothing is changed"),
        ("profile --mass nan", ".*body_mass_kg 'NaN' is not a body mass between 20 and 300 kg; nothing is changed"),
        ("profile --declines-done -3", ".*declines_done -3 is not a whole number .*; nothing is changed"),
    ],
)
def test_each_mistake_is_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str], home: Path, short: str, arguments: str, words: str
) -> None:
    typed = [word.replace("SHORT", short).replace("HOME", str(home)) for word in arguments.split()]
    said = refused(capsys, *typed).replace(str(home), "HOME")
    assert re.fullmatch(words, said), said


def test_a_mistake_changes_nothing(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    treadctl(capsys, "profile", "--name", "Ada")
    before = (home / "treadctl" / "profile.toml").read_bytes()
    refused(capsys, "profile", "--name", "Eve", "--easy", "9")
    assert (home / "treadctl" / "profile.toml").read_bytes() == before
    assert [path.name for path in (home / "treadctl").iterdir()] == ["profile.toml"]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, bytes(range(256)), b"[" * 50_000, b"- a\n" * 10, b"title: x\n", b"\xff\xfe"]
)
def test_a_garbage_workout_is_one_line(capsys: pytest.CaptureFixture[str], home: Path, content: bytes) -> None:
    path = home / "garbage.yaml"
    path.write_bytes(content)
    assert refused(capsys, "run", str(path), *FAST).startswith(str(path))
    assert refused(capsys, "simulate", str(path)).startswith(str(path))
    assert refused(capsys, "workouts", "show", str(path)).startswith(str(path))
    assert refused(capsys, "replay", str(path)).startswith(str(path))
    assert refused(capsys, "simulate", "first-descent", "--profile", str(path)) if content else True


def test_a_name_that_would_drive_a_terminal_is_shown_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (("run", "\x1b[2J\nx.yaml", *FAST), ("replay", "\x1b[2J\nx"), ("run", "x\0.yaml", *FAST)):
        assert "\x1b" not in refused(capsys, *arguments)


@pytest.mark.skipif(os.geteuid() == 0 if hasattr(os, "geteuid") else True, reason="root reads and writes everything")
def test_a_profile_that_may_not_be_read_is_one_line(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    path = home / "mine.toml"
    path.touch(mode=0)
    assert "Permission denied" in refused(capsys, "simulate", "first-descent", "--profile", str(path))


@pytest.mark.parametrize("stdin", [None, "closed"])
def test_a_program_without_a_keyboard_is_told_so(
    capsys: pytest.CaptureFixture[str], short: str, monkeypatch: pytest.MonkeyPatch, stdin: str | None
) -> None:
    """As under a service manager, or with `<&-`."""
    if stdin == "closed":
        sys.stdin.close()
    else:
        monkeypatch.setattr(sys, "stdin", None)
    assert refused(capsys, "run", short, "--mock").startswith("nobody can press the arm key here")


COMMANDS = ["run", "simulate", "workouts", "show", "check", "replay", "schema"]
OPTIONS = [
    "--mock",
    "--arm",
    "--json",
    "--seed",
    "-1",
    "--fault",
    "--help",
    "--",
    "-",
    "",
    "=",
    "--time-scale",
    "nan",
    "--profile",
]
TYPED = st.sampled_from([*COMMANDS, *OPTIONS, "--journal", "./no.yaml"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TYPED | st.text(max_size=6), max_size=6))
def test_nothing_that_is_typed_is_a_traceback(capsys: pytest.CaptureFixture[str], typed: list[str]) -> None:
    code, _, err = treadctl(capsys, *typed)
    assert code in (0, 2)
    assert (code == 2) == bool(err)
    assert "Traceback" not in err


def test_a_fault_outside_of_a_session_is_one_line(
    capsys: pytest.CaptureFixture[str], short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> list[str]:
        raise KeyError("x")

    monkeypatch.setattr("treadctl.cli.simulate.draw", broken)
    code, _, err = treadctl(capsys, "simulate", short)
    assert code == 1
    assert re.fullmatch(r"treadctl: a fault in this program \(KeyError at .*: 'x'\); please report .*\n", err)


def test_ctrl_c_in_a_simulation_is_no_traceback(
    capsys: pytest.CaptureFixture[str], short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pressed(*_: object) -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("treadctl.cli.simulate.draw", pressed)
    assert treadctl(capsys, "simulate", short)[0] == 130


def test_the_short_workout_of_these_tests_is_good(capsys: pytest.CaptureFixture[str], short: str) -> None:
    assert SHORT
    assert run_command(["workouts", "check", short]) == 0
