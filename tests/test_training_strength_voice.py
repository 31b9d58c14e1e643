"""What is heard in a strength session: the count in its second, the rests, what comes next, and the bell where nothing speaks."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from treadctl.audio import speech as speech_module
from treadctl.audio.speech import Speech
from treadctl.audio.words import Chattiness, spoken, wanted
from treadctl.cli.strength_voice import Aloud
from treadctl.coaching.cues import Cue
from treadctl.training.exercises import EXERCISES
from treadctl.training.model import Kind
from treadctl.training.strength import Effort, Player, StrengthSession
from treadctl.training.strength_calls import Calls
from treadctl.training.strength_file import load_named, names

PATIENCE_S = 20.0
SPLIT = EXERCISES["split squat"]
SQUAT = EXERCISES["squat"]


def heard(session: StrengthSession) -> list[tuple[float, Cue]]:
    """Every cue with the second it came in, looked for four times a second."""
    player, calls = Player(session, 0.0), Calls()
    found = []
    for tick in range(int(player.total_s * 4)):
        showing = player.at(tick / 4)
        assert showing is not None
        if (cue := calls.at(showing)) is not None:
            found.append((tick / 4, cue))
    return found


def session(*efforts: Effort, kind: Kind = Kind.STRENGTH) -> StrengthSession:
    return StrengthSession("s", "S", "a test", kind, efforts)


def transcript(cues: list[tuple[float, Cue]], chattiness: Chattiness = Chattiness.COACH) -> list[str]:
    return [f"{at:g} {spoken(cue, chattiness)}" for at, cue in cues if wanted(cue, chattiness)]


def test_a_lowering_is_counted_in_its_seconds_and_the_way_up_is_called() -> None:
    cues = heard(
        session(Effort(SQUAT, SQUAT.variants[0], 2, 2, lower_s=5, rest_s=15), Effort(SPLIT, SPLIT.variants[1], 1, 1, lower_s=3))
    )
    assert transcript(cues) == [
        "0 squat, to a chair, two sets of two, five seconds down",
        *("17 three", "18 two", "19 one"),
        *("20 down", "21 two", "22 three", "23 four", "24 five", "25 up", "26 last one"),
        *("27 down", "28 two", "29 three", "30 four", "31 five", "32 up"),
        *("34 rest, fifteen seconds", "42 set two of two", "46 three", "47 two", "48 one"),
        *("49 down", "50 two", "51 three", "52 four", "53 five", "54 up", "55 last one"),
        *("56 down", "57 two", "58 three", "59 four", "60 five", "61 up"),
        *("63 rest, fifteen seconds, then split squat", "75 three", "76 two", "77 one"),
        "78 split squat, body weight, one set of one each side, three seconds down",
        *("95 three", "96 two", "97 one"),
        *("98 down", "99 two", "100 three", "101 up"),
        *("103 change sides, right", "108 three", "109 two", "110 one"),
        *("111 down", "112 two", "113 three", "114 up"),
    ]


def test_jumps_and_seconds_are_called_too() -> None:
    quick, jumps = EXERCISES["quick feet"], EXERCISES["squat jumps"]
    efforts = (Effort(jumps, jumps.variants[0], 1, 3, rest_s=20), Effort(quick, quick.variants[0], 1, work_s=10, rest_s=20))
    said = transcript(heard(session(*efforts, kind=Kind.PLYOMETRICS)))
    assert said[4:7] == ["20 go, and land softly", "24 go", "28 last one"]
    assert said[-4:] == ["72 go", "79 three", "80 two", "81 one"]


def test_a_quiet_voice_says_what_to_do_and_a_chatty_one_how_to_set_up() -> None:
    cues = heard(session(Effort(SQUAT, SQUAT.variants[0], 1, 2, lower_s=3)))
    assert transcript(cues, Chattiness.QUIET)[:5] == ["17 three", "18 two", "19 one", "20 down", "21 two"]
    assert "last one" not in " ".join(transcript(cues, Chattiness.QUIET))
    assert "three seconds down, Feet as wide as the shoulders" in transcript(cues, Chattiness.CHATTY)[0]


@pytest.mark.parametrize("name", names())
def test_every_call_of_the_library_is_short_and_alone_in_its_second(name: str) -> None:
    cues = heard(load_named(name))
    seconds = [int(at) for at, _ in cues]
    assert len(set(seconds)) == len(seconds)
    for _, cue in cues:
        text = spoken(cue)
        assert text
        assert not any(letter.isdigit() for letter in text)
        assert len(text) <= 110


def test_without_a_speech_program_the_bell_counts_and_it_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    monkeypatch.setattr(speech_module, "find_speech", lambda **_: None)
    aloud = Aloud("coach", 60, told.append)
    until(lambda: aloud.rings)
    aloud.close(finished=True)
    (sentence,) = told
    assert "no speech program is installed: " in sentence
    assert sentence.endswith("the cues are on the screen, and the bell counts")


def test_what_is_called_is_spoken_and_muted_nothing_is_heard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.touch()
    script = f"import sys; open({str(log)!r}, 'a').write(sys.stdin.read().strip() + '\\n')"
    program = Speech("a program", (sys.executable, "-I", "-S", "-c", script))
    monkeypatch.setattr(speech_module, "find_speech", lambda **_: program)
    aloud = Aloud("coach", 60, lambda _: None)
    assert not aloud.rings
    player = Player(session(Effort(SQUAT, SQUAT.variants[0], 1, 1, lower_s=3)), 0.0)
    for second in (20.0, 20.3):
        showing = player.at(second)
        assert showing is not None
        aloud.hear(showing)
    until(lambda: log.read_text() == "down\n")
    aloud.toggle()
    assert not aloud.rings
    later = player.at(21.0)
    assert later is not None
    aloud.hear(later)
    aloud.toggle()
    aloud.close(finished=True)
    assert log.read_text().split() == ["down", "done"]


def until(met: object) -> None:
    assert callable(met)
    deadline = time.monotonic() + PATIENCE_S
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)
