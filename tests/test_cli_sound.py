"""How sessions sound, and what they work on, as a person asks for it and as it is kept."""

from __future__ import annotations

import os
import select
import sys

import pytest
from command_line import FAST, home, json_lines, short, treadctl

from treadctl.cli import columns
from treadctl.cli.gear import Gear, gear_path, kept_sound, load_gear, save_gear
from treadctl.cli.lines import _press
from treadctl.cli.said import said_lines
from treadctl.cli.sound import Sound
from treadctl.coaching import wording
from treadctl.session import Session

__all__ = ["home", "short"]  # fixtures


def test_the_profile_keeps_how_sessions_sound_and_what_is_asked_for_now_goes_first(capsys: pytest.CaptureFixture[str]) -> None:
    assert kept_sound(None, None) == (60, 175)
    code, out, _ = treadctl(capsys, "profile", "--voice", "quiet", "--volume", "0", "--rate", "140", "--no-metronome")
    assert code == 0
    assert "sound           quiet, volume 0, 140 words a minute, no metronome" in out
    assert load_gear() == Gear(voice="quiet", volume=0, rate=140, metronome=False)
    assert kept_sound(None, None) == (0, 140)
    assert kept_sound(80, 200) == (80, 200)


def test_what_else_is_kept_beside_it_stays(capsys: pytest.CaptureFixture[str]) -> None:
    save_gear(Gear("C8:11:22:33:44:55", "F85", foot_pod="E1:00:00:00:00:02", rate=150))
    treadctl(capsys, "profile", "--volume", "30")
    assert load_gear() == Gear("C8:11:22:33:44:55", "F85", foot_pod="E1:00:00:00:00:02", rate=150, volume=30)


@pytest.mark.parametrize("rate", ["0", "99", "301", "-5"])
@pytest.mark.parametrize("command", ["profile", "run first-descent --mock decline-10 --arm", "strength run all-seven"])
def test_a_rate_at_which_nobody_can_listen_is_refused(capsys: pytest.CaptureFixture[str], command: str, rate: str) -> None:
    code, _, err = treadctl(capsys, *command.split(), f"--rate={rate}")
    assert code == 2
    assert f"--rate {rate} is not between 100 and 300 words a minute" in err


def test_a_kept_rate_that_nobody_could_follow_is_told_with_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    gear_path().parent.mkdir(parents=True, exist_ok=True)
    gear_path().write_text("volume: 40\nrate: 900\n")
    code, _, err = treadctl(capsys, "run", "first-descent", "--mock", "decline-10", "--arm")
    assert code == 2
    assert "gear.yaml:2: rate 900 is not a whole number from 100 to 300" in err


def test_the_speech_program_is_told_the_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, int]] = []
    monkeypatch.setattr("treadctl.audio.speech.find_speech", lambda **how: asked.append(how))
    Sound("coach", 40, 210, metronome=False, tell=lambda _: None)
    assert asked == [{"volume": 40, "words_per_min": 210}]


@pytest.mark.parametrize("focus", ["arms-low", "arms low", "Keep arms low"])
def test_a_focus_is_for_one_session_however_it_is_written(capsys: pytest.CaptureFixture[str], short: str, focus: str) -> None:
    code, out, _ = treadctl(capsys, "run", short, *FAST, "--focus", focus)
    assert code == 0
    assert "keep arms low" in out
    assert "working on      nothing of your own" in treadctl(capsys, "profile")[1]


def test_a_focus_that_nobody_knows_and_one_that_can_trip_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for focus in ("arms loud", "feet-diagonal"):
        code, _, err = treadctl(capsys, "run", "first-descent", *FAST, "--focus", focus)
        assert code == 2
        assert "is no focus" in err


def test_the_summary_lists_what_a_coach_said_and_when(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = treadctl(capsys, "simulate", "gentle-hill", "--foot-pod", "mock")
    assert code == 0
    said = out[out.rindex("  said ") :]
    assert "let it roll" in said
    assert "flattening" not in said
    code, out, _ = treadctl(capsys, "simulate", "gentle-hill", "--foot-pod", "mock", "--json")
    summary = json_lines(out)[-1]
    assert {"form", "praise", "safety"} <= {cue["kind"] for cue in summary["said"]} <= {"form", "praise", "safety", "limit"}
    assert all(cue["t"] >= 0 and cue["words"] for cue in summary["said"])


def test_the_log_shows_what_was_said_too(capsys: pytest.CaptureFixture[str], short: str) -> None:
    assert treadctl(capsys, "run", short, *FAST, "--foot-pod", "mock")[0] == 0
    code, out, _ = treadctl(capsys, "log", "show", "1")
    assert code == 0
    assert "  said      " in out
    assert "finished, well run" in out
    assert " m long" in out, "the steps on the declines, with their length"


def test_lines_of_the_history_break_between_cues_and_never_within_one() -> None:
    lines = said_lines((60.0 * n, "shorter, quicker steps") for n in range(12))
    assert lines[0].startswith("  said      0:00 shorter, quicker steps   1:00 ")
    assert all(line.startswith("            ") for line in lines[1:])
    assert all(line.endswith("steps") and len(line) <= 110 for line in lines)
    assert said_lines([]) == []


def test_m_and_enter_mute_a_session_in_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    muted, noted, pressed = [False], list[str](), list[object]()

    def mute() -> bool:
        muted[0] = not muted[0]
        return muted[0]

    class Pressed(Session):
        def __init__(self) -> None:
            """A session that only notes its keys."""

        def press(self, key: object, starts_at: float | None = None) -> None:
            pressed.append(key)

    _press(Pressed(), "m\n", noted.append, mute)
    _press(Pressed(), "m\n", noted.append, mute)
    assert (noted, pressed) == (["sound off", "sound on"], [])
    _press(Pressed(), "m\n", noted.append)
    assert noted[-1].startswith("'m' is no key"), "where there is no sound"


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminals there")
def test_where_nothing_speaks_the_terminals_bell_rings_for_a_session_in_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import pty

    master, slave = pty.openpty()
    monkeypatch.setattr("treadctl.audio.speech.find_speech", lambda **_: None)
    told: list[str] = []
    with os.fdopen(slave, "w", encoding="utf-8") as terminal:
        monkeypatch.setattr(sys, "stderr", terminal)
        sound = Sound("coach", 60, metronome=False, tell=told.append)
        with sound.on():
            sound.say(wording.stopping())
            assert select.select([master], [], [], 20)[0]
            assert os.read(master, 1) == b"\a"
    os.close(master)
    assert "no speech program is installed" in told[0]


def test_a_cue_longer_than_a_line_is_broken_between_words_in_a_terminal_and_stays_whole_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = "the deck is above level: lower it at the console, or it may go to its maximum climb when it is told to go down by us"
    assert said_lines([(0.0, long), (60.0, "lean")]) == [f"  said      0:00 {long}", "            1:00 lean"]
    monkeypatch.setattr(columns, "terminal_width", lambda stream=None: 60)
    lines = "\n".join(columns.fitted(said_lines([(0.0, long), (60.0, "lean")]), None)).split("\n")
    assert max(map(len, lines)) <= 60
    assert " ".join(" ".join(lines).split()) == f"said 0:00 {long} 1:00 lean"
    assert all(line.startswith(" " * 12) for line in lines[1:])
