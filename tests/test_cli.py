"""Every command, in this very process: what it prints, what it ends with, and that a person can read it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import FAST, SHORT, home, journal_of, json_lines, short, treadctl
from short_session import count_to_five

from treadctl.engine.engine import Engine
from treadctl.engine.phases import Phase
from treadctl.engine.snapshot import Step
from treadctl.engine.words import Input
from treadctl.mock.faults import FaultKind
from treadctl.workout.library import names

__all__ = ["home", "short"]  # fixtures


# --- help ------------------------------------------------------------------------------------------------------------


def test_help_lists_every_command_and_puts_the_safety_key_first(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "--help")
    assert code == 0
    assert "Software is no emergency stop" in out
    for command in ("run", "simulate", "workouts", "schema", "replay", "profile"):
        assert re.search(rf"│ {command} ", out), command


@pytest.mark.parametrize(
    "command", ["run", "simulate", "workouts", "workouts list", "workouts show", "schema", "replay", "profile"]
)
def test_every_command_explains_itself(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, err = treadctl(capsys, *command.split(), "--help")
    assert (code, err) == (0, "")
    assert f"Usage: treadctl {command}" in out


def test_help_says_when_to_run_and_when_to_simulate(capsys: pytest.CaptureFixture[str]) -> None:
    run = " ".join(treadctl(capsys, "run", "--help")[1].split())
    simulate = " ".join(treadctl(capsys, "simulate", "--help")[1].split())
    assert "Use this to live through a session" in run
    assert "`treadctl simulate` shows the same session at once" in run
    assert "Use this to see what a workout, a machine or a fault does" in simulate
    assert "`treadctl run WORKOUT --mock`" in simulate


def test_help_for_a_run_is_for_real_belts_too_and_says_what_a_foot_pod_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    run = " ".join(treadctl(capsys, "run", "--help")[1].split())
    assert "on your treadmill or the mock" in run
    assert "a belt on which nobody runs" in run


def test_the_radio_in_the_mocks_help_is_one_paragraph(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    words = [line.strip("│ ") for line in treadctl(capsys, "mock", "--help")[1].splitlines()]
    at = next(n for n, line in enumerate(words) if line.startswith("--ble"))
    end = next(n for n, line in enumerate(words) if line.startswith("--preset"))
    assert all(len(line) > 40 for line in words[at : end - 1]), "no line ends early but the last"


def test_help_imports_neither_the_engine_nor_pydantic_nor_bleak_nor_textual() -> None:
    heavy = ["treadctl.engine", "pydantic", "ruamel", "bleak", "textual", "platformdirs"]
    code = "import sys; from treadctl.cli import run_command; run_command(['--help'])"
    code += f"; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout.splitlines()[-1] == "[]"


def test_version_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert treadctl(capsys, "--version") == (0, "treadctl 0.1.0\n", "")


# --- run -------------------------------------------------------------------------------------------------------------


def test_a_run_tells_a_person_what_happens_and_what_came(capsys: pytest.CaptureFixture[str], home: Path, short: str) -> None:
    code, out, err = treadctl(capsys, "run", short, *FAST)
    assert (code, err) == (0, "")
    assert out.startswith("Short, on decline-10. Software is no emergency stop: key and console first.\n")
    for words in ("phase   ready", "running as guest", "tipping in 3", "now minus 2", "phase   over", "finished, well run"):
        assert words in out, words
    assert "Short: finished" in out
    assert f"recorded in {journal_of(home)}" in out


@pytest.mark.parametrize(
    "mock", [("--mock",), ("--mock", "decline-10"), ("--mock=decline-6",), ("--mock", "propped")], ids=lambda mock: " ".join(mock)
)
def test_mock_stands_alone_or_with_a_preset_before_or_after_the_workout(
    capsys: pytest.CaptureFixture[str], short: str, mock: tuple[str, ...]
) -> None:
    rest = ("--arm", "--time-scale", "1000", "--json")
    for order in ((short, *mock, *rest), (*mock, short, *rest)):
        code, out, err = treadctl(capsys, "run", *order)
        assert (code, err) == (0, ""), order
        assert json_lines(out)[-1]["ending"] == "finished"


def test_json_is_one_object_a_line_and_the_last_one_sums_up(capsys: pytest.CaptureFixture[str], home: Path, short: str) -> None:
    code, out, _ = treadctl(capsys, "run", short, *FAST, "--json")
    lines = json_lines(out)
    assert code == 0
    assert {line["event"] for line in lines} == {"phase", "cue", "command", "link", "state", "summary"}
    summary = lines[-1]
    assert (summary["event"], summary["exit"], summary["steepest_tenths_percent"]) == ("summary", 0, -20)
    assert summary["recording"] == str(journal_of(home))


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        ("console-stop@20", 0, "stopped at the console"),
        ("drop-link@20", 3, "link lost, the belt may still be moving: console or key"),
        ("silent-telemetry@20", 4, "no news from the treadmill: stopping"),
        ("grade-glitch@20+5=-15", 4, "too steep: stopping"),
        ("control-stolen@20", 3, "the treadmill took back control: use the console"),
    ],
)
def test_each_ending_has_its_code_and_its_words(
    capsys: pytest.CaptureFixture[str], home: Path, short: str, fault: str, code: int, words: str
) -> None:
    ended, out, err = treadctl(capsys, "run", short, *FAST, "--fault", fault)
    assert (ended, err) == (code, "")
    assert words in out
    assert treadctl(capsys, "replay", str(journal_of(home)))[0] == 0


def test_an_unsuitable_deck_is_refused_with_advice_that_works(capsys: pytest.CaptureFixture[str], short: str) -> None:
    for command in (("run", short, "--mock", "incline-only", *FAST[1:]), ("simulate", short, "--mock", "incline-only")):
        code, out, err = treadctl(capsys, *command)
        assert code == 2
        assert "this deck reaches none of the workout's declines" in out
        assert err == "treadctl: this deck reaches none of the workout's declines; add --flat to run them level, on purpose\n"
        code, out, err = treadctl(capsys, *command, "--flat")
        assert (code, err) == (0, "")
        assert "Short (run level): finished" in out


def test_a_mock_that_never_tells_anything_is_given_up(capsys: pytest.CaptureFixture[str], short: str) -> None:
    code, out, _ = treadctl(capsys, "run", short, *FAST, "--fault", "silent-telemetry")
    assert code == 3
    assert "belt not seen still: use the console or the key" in out


def test_two_sessions_in_one_second_have_a_journal_each(capsys: pytest.CaptureFixture[str], home: Path, short: str) -> None:
    for _ in range(3):
        assert treadctl(capsys, "run", short, "--mock", "incline-only", *FAST[1:])[0] == 2
    assert len(list((home / "treadctl" / "journals").glob("*.jsonl"))) == 3


def test_a_recording_is_never_written_over_another_file(capsys: pytest.CaptureFixture[str], home: Path, short: str) -> None:
    code, _, err = treadctl(capsys, "run", short, *FAST, "--journal", short)
    assert code == 2
    assert "it holds something already" in err
    assert Path(short).read_text() == SHORT
    empty = home / "empty.jsonl"
    empty.touch()
    assert treadctl(capsys, "run", short, *FAST, "--journal", str(empty))[0] == 0
    assert treadctl(capsys, "replay", str(empty))[0] == 0


def test_a_run_that_cannot_be_recorded_where_nobody_asked_for_it_goes_on(
    capsys: pytest.CaptureFixture[str], home: Path, short: str
) -> None:
    (home / "treadctl").touch()
    code, out, err = treadctl(capsys, "run", short, *FAST)
    assert code == 0
    assert [line.split(": ")[1] for line in err.splitlines()] == [
        "this session is not written down",
        "this session is not recorded",
    ]
    assert "recorded in" not in out


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no disk that is always full")
def test_a_full_disk_is_shown_in_the_run_and_in_its_summary(capsys: pytest.CaptureFixture[str], short: str) -> None:
    code, out, _ = treadctl(capsys, "run", short, *FAST, "--journal", "/dev/full")
    assert code == 0
    assert "recording has stopped" in out
    assert "trouble: not all of it is recorded: No space left on device" in out


def test_a_fault_of_this_program_is_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str], home: Path, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = Engine.step

    def broken(engine: Engine, now: float, inputs: list[Input]) -> Step:
        if engine.phase is Phase.RUNNING and now > 20:
            raise ZeroDivisionError("of all\nthings")
        return step(engine, now, inputs)

    monkeypatch.setattr(Engine, "step", broken)
    code, out, err = treadctl(capsys, "run", short, *FAST, "--json")
    assert code == 4
    assert json_lines(out)[-1]["exit"] == 4
    assert err.count("\n") == 1
    assert re.match(r"treadctl: a fault in this program \(ZeroDivisionError at test_cli\.py:\d+: of all things\); ", err)
    assert "the last that the belt was told is Stop: if it still moves, use the console's stop or the safety key" in err
    assert f"please report it with {journal_of(home)}" in err
    code, out, _ = treadctl(capsys, "replay", str(journal_of(home)))
    assert code == 0
    assert "the engine failed, as it did then: ZeroDivisionError" in out


def test_a_fault_before_anything_moves_is_no_safety_matter(
    capsys: pytest.CaptureFixture[str], short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(engine: Engine, now: float, inputs: list[Input]) -> Step:
        raise ZeroDivisionError

    monkeypatch.setattr(Engine, "step", broken)
    code, _, err = treadctl(capsys, "run", short, *FAST)
    assert code == 1
    assert err.count("\n") == 1
    assert "belt" not in err
    code, _, err = treadctl(capsys, "simulate", short)
    assert (code, err.count("\n")) == (1, 1)


# --- simulate, replay ------------------------------------------------------------------------------------------------


def test_a_simulation_draws_the_workout_tells_it_and_sums_it_up(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = treadctl(capsys, "simulate", "first-descent")
    assert (code, err) == (0, "")
    assert "finished, well run" in out
    assert "First descent: finished" in out


def test_the_same_seed_gives_the_same_session_and_another_another(capsys: pytest.CaptureFixture[str], short: str) -> None:
    def simulated(seed: str) -> str:
        return treadctl(capsys, "simulate", short, "--json", "--seed", seed, "--fault", "zero-glitch")[1]

    assert simulated("7") == simulated("7")
    assert len({simulated(str(seed)) for seed in range(5)}) > 1


@pytest.mark.parametrize("fault", list(FaultKind))
def test_every_kind_of_fault_gives_json_and_a_summary_whose_code_is_the_commands(
    capsys: pytest.CaptureFixture[str], short: str, fault: FaultKind
) -> None:
    code, out, err = treadctl(capsys, "simulate", short, "--json", "--fault", f"{fault.value}@20")
    summary = json_lines(out)[-1]
    assert (summary["event"], summary["exit"], err) == ("summary", code, "")
    assert code in (0, 3, 4)


def test_the_kinds_of_fault_are_listed_without_a_workout(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "simulate", "--faults")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == [kind.value for kind in FaultKind]


def test_replay_says_whether_the_engine_is_still_the_same(
    capsys: pytest.CaptureFixture[str], home: Path, short: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    treadctl(capsys, "run", short, *FAST)
    code, out, _ = treadctl(capsys, "replay", str(journal_of(home)))
    assert code == 0
    assert re.fullmatch(r"\d+ steps, every one the same; finished\n", out)
    torn = home / "torn.jsonl"
    torn.write_bytes(journal_of(home).read_bytes()[:-20])
    code, out, _ = treadctl(capsys, "replay", str(torn))
    assert code == 0
    assert out.startswith("the last line is cut off")
    count_to_five(monkeypatch)
    code, out, _ = treadctl(capsys, "replay", str(journal_of(home)))
    assert code == 3
    assert re.search(r"\d+ of \d+ steps differ\n$", out)


# --- workouts, schema, profile ---------------------------------------------------------------------------------------


def test_the_library_is_listed_shown_and_good(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "workouts", "list")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()[: len(names())]] == names()
    for name in names():
        code, out, err = treadctl(capsys, "workouts", "show", name)
        assert (code, err) == (0, "")
        assert "decline" in out
    code, out, err = treadctl(capsys, "workouts", "check", *names())
    assert (code, err) == (0, "")
    assert out.count(": good; ") == len(names())


def test_check_names_every_problem_and_run_the_first(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    bad = home / "bad.yaml"
    bad.write_text(SHORT.replace("grade: -2", "grade: -12").replace("15 s", "15 parsecs"))
    code, out, err = treadctl(capsys, "workouts", "check", "first-descent", str(bad))
    assert code == 2
    assert out.startswith("first-descent: good")
    assert re.findall(r"bad\.yaml:(\d+): ", err) == ["7", "9"]
    code, _, err = treadctl(capsys, "run", str(bad), *FAST)
    assert code == 2
    assert err.count("\n") == 1
    assert "bad.yaml:7: " in err
    assert f"(and 1 more; treadctl workouts check {bad} shows all)" in err


def test_the_schema_is_json_that_knows_every_key_the_library_uses(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "schema")
    schema = json.loads(out)
    assert (code, schema["type"], schema["additionalProperties"]) == (0, "object", False)
    known = set(schema["properties"])
    for definition in schema["$defs"].values():
        known |= set(definition.get("properties", {}))
    folder = Path(__file__).parent.parent / "workouts"
    for name in names():
        used = set(re.findall(r"^[\s-]*([a-z_]+|[a-z]+-[a-z]+):", (folder / f"{name}.yaml").read_text(), re.MULTILINE))
        assert used, name
        assert set(schema["required"]) <= used
        assert used <= known, used - known


def test_a_profile_is_shown_set_and_used(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    code, out, _ = treadctl(capsys, "profile")
    assert code == 0
    assert "nobody chose it: a careful default" in out
    numbers = ("--name", "Ada", "--easy", "6:00 /km", "--walk", "3 mph", "--ceiling", "-7.5", "--cadence", "176")
    code, out, err = treadctl(capsys, "profile", *numbers, "--mass", "61.5", "--declines-done", "4")
    assert (code, err) == (0, "")
    assert f"written to {home / 'treadctl' / 'profile.toml'}" in out
    code, shown, _ = treadctl(capsys, "profile")
    assert shown in out, "what is shown is what was set"
    for words in ("Ada", "10.0 km/h\n", "-7.5 %", "176 steps a minute", "61.5 kg", "declines done   4"):
        assert words in shown, words
    assert "running as guest" not in treadctl(capsys, "simulate", "first-descent")[1]


def test_another_runners_file_begins_with_careful_numbers_and_not_with_yours(
    capsys: pytest.CaptureFixture[str], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    treadctl(capsys, "profile", "--name", "Ada", "--ceiling", "-10")
    code, out, _ = treadctl(capsys, "profile", "--file", str(home / "new" / "bob.toml"), "--name", "Bob")
    assert code == 0
    assert "-5.0 %" in out
    monkeypatch.setenv("TREADCTL_PROFILE", str(home / "eve.toml"))
    code, out, _ = treadctl(capsys, "profile", "--name", "Eve")
    assert code == 0
    assert "-5.0 %" in out
