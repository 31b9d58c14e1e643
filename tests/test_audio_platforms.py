"""Each platform's speech program, with the flags, the input and the encoding that its manual asks for.

Where the program is not to be had, a stand-in on the path is as strict as the manual: `say` by its manual page, Windows
PowerShell by about_PowerShell_exe, and System.Speech by its reference (Rate -10 to 10, Volume 0 to 100).
"""

from __future__ import annotations

import array
import json
import sys
import time
import wave
from itertools import pairwise
from pathlib import Path
from subprocess import run
from typing import Any

import pytest

from treadctl.audio.speech import Speech, find_speech, how_to_get_speech
from treadctl.audio.voice import Voice
from treadctl.audio.words import spoken
from treadctl.coaching import wording
from treadctl.coaching.amounts import spoken_for_s
from treadctl.coaching.catalogue import CATALOGUE
from treadctl.coaching.cues import Cue, CueKind
from treadctl.units import Grade

PATIENCE_S = 20.0


def found(platform: str, *programs: str, volume: int = 80, words_per_min: int = 175) -> Speech | None:
    return find_speech(
        volume=volume,
        words_per_min=words_per_min,
        platform=platform,
        which=lambda name: f"/bin/{name}" if name in programs else None,
    )


def test_each_platform_has_its_own_program() -> None:
    linux = found("linux", "espeak-ng", "espeak", "say")
    assert linux is not None
    assert linux.argv == ("/bin/espeak-ng", "-v", "en", "-a", "80", "-s", "175", "-z", "--stdin")
    assert found("linux", "espeak") is not None
    mac = found("darwin", "say", "espeak-ng")
    assert mac is not None
    assert (mac.argv, mac.before) == (("/bin/say", "-r", "175", "-f", "-"), "[[volm 0.80]] ")
    windows = found("win32", "powershell", volume=30)
    assert windows is not None
    assert windows.ahead
    assert "$s.Volume=30;$s.Rate=0;$s.Speak([Console]::In.ReadToEnd())" in windows.argv[-1]
    assert "try{$s.SelectVoiceByHints" in windows.argv[-1]


@pytest.mark.parametrize(("wpm", "rate"), [(10, -5), (175, 0), (180, 0), (300, 5), (9999, 5)])
def test_rate_and_volume_stay_where_people_can_listen(wpm: int, rate: int) -> None:
    windows = found("win32", "powershell", words_per_min=wpm, volume=1000)
    assert windows is not None
    assert f"$s.Volume=100;$s.Rate={rate};" in windows.argv[-1]


def test_where_there_is_none_somebody_says_what_to_install() -> None:
    assert found("linux", "spd-say") is None
    assert "espeak-ng" in how_to_get_speech("linux")
    assert how_to_get_speech("darwin") != how_to_get_speech("win32")


# --- stand-ins ---------------------------------------------------------------------------------------------------------

SAY = """
import getopt, re
options, texts = getopt.getopt(sys.argv[1:], "v:r:o:n:a:f:")
options = dict(options)
assert set(options) == {"-r", "-f"} and options["-f"] == "-" and not texts, sys.argv
text = sys.stdin.buffer.read().decode("utf-8")
command = re.match(r"\\[\\[volm (\\d\\.\\d\\d)\\]\\] ", text)
assert 0 <= float(command[1]) <= 1
tell(rate=int(options["-r"]), volume=float(command[1]), text=text[command.end():])
"""
POWERSHELL = """
import re
*switches, last, script = sys.argv[1:]
assert {s.lower() for s in switches} <= {"-nologo", "-noprofile", "-noninteractive"} and last.lower() == "-command"
assert '"' not in script
said, encoding, loaded = {"rate": 0, "volume": 100}, "cp850", False
for statement in re.findall(r"(?:[^;{]|\\{[^}]*\\})+", script):
    if statement == "try{[Console]::InputEncoding=[Text.Encoding]::UTF8}catch{}":
        encoding = "utf-8"
    elif statement == "Add-Type -AssemblyName System.Speech":
        loaded = True
    elif found := re.fullmatch(r"\\$s\\.(Rate|Volume)=(-?\\d+)", statement):
        name, value = found[1].lower(), int(found[2])
        assert (-10 if name == "rate" else 0) <= value <= (10 if name == "rate" else 100)
        said[name] = value
    elif statement == "$s.Speak([Console]::In.ReadToEnd())":
        assert loaded
        tell(**said, text=sys.stdin.buffer.read().decode(encoding))
    else:
        assert statement in (
            "$ErrorActionPreference='Stop'",
            "$s=New-Object System.Speech.Synthesis.SpeechSynthesizer",
            "try{$s.SelectVoiceByHints('NotSet','NotSet',0,[Globalization.CultureInfo]'en-US')}catch{}",
        ), statement
"""


class Bin:
    """A folder on the path with a stand-in, and what it was given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.log = folder / "log"
        monkeypatch.setenv("PATH", str(folder))

    def put(self, name: str, does: str) -> None:
        program = self.folder / name
        log = f"file=open({str(self.log)!r}, 'a'), flush=True"
        tell = f"def tell(**what):\n    time.sleep(0.3)\n    print(json.dumps(what), {log})\n"
        program.write_text(f"#!{sys.executable} -IS\nimport json, sys, time\n{tell}{does}", encoding="utf-8")
        program.chmod(0o755)

    def given(self, at_least: int = 1) -> list[dict[str, Any]]:
        deadline = time.monotonic() + PATIENCE_S
        while not self.log.exists() or len(lines := self.log.read_text().splitlines()) < at_least:
            assert time.monotonic() < deadline, self.log.exists() and self.log.read_text()
            time.sleep(0.01)
        return [json.loads(line) for line in lines]


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bin:
    return Bin(tmp_path, monkeypatch)


COACH = Cue(CueKind.COACH, "Zoë, keep smiling – it’s the last one")


@pytest.mark.parametrize(
    ("platform", "program", "does", "rate"),
    [("darwin", "say", SAY, 140), ("win32", "powershell", POWERSHELL, -2)],
    ids=["macOS", "Windows"],
)
def test_another_platforms_program_gets_what_its_manual_asks_for_and_every_letter_arrives(
    path: Bin, platform: str, program: str, does: str, rate: int
) -> None:
    path.put(program, does)
    speech = find_speech(platform=platform, volume=40, words_per_min=140)
    assert speech is not None
    told: list[str] = []
    voice = Voice(speech, tell=told.append)
    voice.start()
    voice.hear([wording.tipped(Grade(-45), "2 minutes")])
    path.given(1)
    voice.hear([COACH])
    said = path.given(2)
    voice.mute(True)
    voice.close()
    assert [each["text"].rstrip() for each in said] == [
        "now minus four point five, two minutes",
        "Zoë, keep smiling it’s the last one",
    ]
    loud = 0.4 if platform == "darwin" else 40
    assert {(each["rate"], each["volume"]) for each in said} == {(rate, loud)}
    assert told == []


def test_a_platforms_program_that_fails_by_its_own_rules_is_given_up_and_told(path: Bin) -> None:
    """As where PowerShell has no System.Speech: it ends with an error at once."""
    path.put("powershell", "sys.stdin.read()\nsys.exit(1)\n")
    told: list[str] = []
    voice = Voice(find_speech(platform="win32"), tell=told.append)
    voice.start()
    deadline = time.monotonic() + PATIENCE_S
    while not told:
        assert time.monotonic() < deadline
        voice.hear([wording.tipped(Grade(-45), "2 minutes")])
        time.sleep(0.05)
    voice.close()
    assert told == ["speech is given up for this session: Windows speech ended with error 1; the cues are on the screen"]


# --- espeak-ng, for real -----------------------------------------------------------------------------------------------

espeak = pytest.mark.skipif(find_speech(platform="linux") is None, reason="espeak-ng is not installed here")


@espeak
@pytest.mark.parametrize(
    ("cue", "shortest_s", "longest_s"),
    [
        (wording.count(2), 0.1, 0.7),
        (wording.tipping_count(3), 0.5, 1.0),
        (wording.tipped(Grade(-40), "2 minutes"), 1.2, 2.4),
        (wording.coming_up(20, Grade(-45), "1 minute 30"), 2.0, 4.5),
        (wording.link_lost(), 2.5, 4.5),
    ],
    ids=lambda value: value.words if isinstance(value, Cue) else "",
)
def test_espeak_says_real_cues_audibly_and_counts_within_a_second(
    tmp_path: Path, cue: Cue, shortest_s: float, longest_s: float
) -> None:
    found = find_speech(platform="linux")
    assert found is not None
    run([*found.argv, "-w", str(tmp_path / "said.wav")], input=spoken(cue).encode(), check=True, timeout=PATIENCE_S)
    with wave.open(str(tmp_path / "said.wav")) as said:
        sound = array.array("h", said.readframes(said.getnframes()))
        seconds = len(sound) / said.getframerate()
    assert shortest_s < seconds < longest_s
    assert 3000 < max(abs(sample) for sample in sound) < 32_767
    loud = [n for n, sample in enumerate(sound) if abs(sample) > 1000]
    assert max(b - a for a, b in pairwise(loud)) < 0.5 * 22_050, "no long hole in the middle"


@espeak
@pytest.mark.parametrize("words_per_min", [140, 175, 220])
def test_no_form_cue_takes_longer_than_is_reckoned_with_and_a_faster_voice_is_done_sooner(
    tmp_path: Path, words_per_min: int
) -> None:
    found = find_speech(platform="linux", words_per_min=words_per_min)
    assert found is not None
    texts = [spoken(known.said()) for known in CATALOGUE]
    run([*found.argv, "-w", str(tmp_path / "said.wav")], input=". ".join(texts).encode(), check=True, timeout=PATIENCE_S)
    with wave.open(str(tmp_path / "said.wav")) as said:
        seconds = said.getnframes() / said.getframerate()
    reckoned = sum(map(spoken_for_s, texts)) * 175 / words_per_min
    assert 0.6 * reckoned < seconds < 1.1 * reckoned
